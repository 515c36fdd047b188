/* csv.c - numbers in lines of text
 * SPDX-License-Identifier: MIT */
#include "csv.h"
#include "interrupt.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 63 };          /* bytes of a number */

struct span {
	const char *begin, *end;
};

struct reader {
	struct span line;
	int64_t number;         /* of the line, from 1 */
	double *data;
	size_t count, capacity;
	int64_t rows, columns;  /* columns: -1 until a line told */
	int64_t shape_line;     /* the line that told */
	const char *path;
	struct trouble *t;
};

/* ----- numbers ---------------------------------------------------------- */

/* The tools never call setlocale, so strtod expects a point.  It would take
 * 0x10 and nan(1) too: those are no decimal numbers.  */
int csv_number(const char *text, size_t length, double *value)
{
	char copy[LONGEST + 1], *end;

	if (length == 0 || length > LONGEST || memchr(text, 0, length)
	    || memchr(text, 'x', length) || memchr(text, 'X', length)
	    || memchr(text, '(', length) || strchr(" \t\r\n\v\f", *text))
		return -1;
	memcpy(copy, text, length);
	copy[length] = 0;
	*value = strtod(copy, &end);
	return *end ? -1 : 0;
}

/* ----- lines and fields ------------------------------------------------- */

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.begin < s.end && is_blank(*s.begin))
		s.begin++;
	while (s.begin < s.end && is_blank(s.end[-1]))
		s.end--;
	return s;
}

static int has_comma(struct span line)
{
	int quoted = 0;

	for (const char *c = line.begin; c < line.end; c++) {
		quoted ^= *c == '"';
		if (*c == ',' && !quoted)
			return 1;
	}
	return 0;
}

/* Takes the first field off LINE; 0 when there is none.  After a comma there
 * is always one, be it empty.  */
static int next_field(struct span *line, int commas, struct span *field)
{
	const char *c = line->begin;
	int quoted = 0;

	if (!c || (!commas && c == line->end))
		return 0;
	for (; c < line->end; c++) {
		quoted ^= *c == '"';
		if (!quoted && (commas ? *c == ',' : is_blank(*c)))
			break;
	}
	*field = trim((struct span){ line->begin, c });
	if (commas)
		line->begin = c < line->end ? c + 1 : NULL;
	else
		*line = trim((struct span){ c, line->end });
	return 1;
}

static int is_number(struct span field, double *value)
{
	size_t n = (size_t)(field.end - field.begin);

	if (n >= 2 && *field.begin == '"' && field.end[-1] == '"')
		return !csv_number(field.begin + 1, n - 2, value);
	return !csv_number(field.begin, n, value);
}

/* ----- reading ---------------------------------------------------------- */

/* What is wrong with a field that is not a number; at most 40 bytes of it
 * are shown, controls not at all.  */
static int not_a_number(const struct reader *r, struct span field)
{
	char shown[41];
	size_t n = 0;
	long long column = field.begin - r->line.begin + 1;

	for (const char *c = field.begin; c < field.end && n < 40; c++)
		shown[n++] = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
	shown[n] = 0;
	if (n == 0)
		return trouble(r->t, REQUEST, "%s:%" PRId64 ":%lld: expected "
		               "a number, found an empty field", r->path,
		               r->number, column);
	return trouble(r->t, REQUEST, "%s:%" PRId64 ":%lld: expected a "
	               "number, found '%s'", r->path, r->number, column,
	               shown);
}

static int append(struct reader *r, double value)
{
	size_t wanted = r->capacity ? r->capacity * 2 : 1024;
	double *data;

	if (r->count == r->capacity) {
		data = wanted > SIZE_MAX / sizeof *data ? NULL
			: realloc(r->data, wanted * sizeof *data);
		if (!data)
			return no_memory(r->t);
		r->data = data;
		r->capacity = wanted;
	}
	r->data[r->count++] = value;
	return 0;
}

static int is_header(struct span line, int commas)
{
	struct span field;
	double value;

	while (next_field(&line, commas, &field))
		if (is_number(field, &value))
			return 0;
	return 1;
}

/* Every line has as many fields as the first.  */
static int same_width(struct reader *r, int64_t fields)
{
	if (r->columns < 0) {
		r->columns = fields;
		r->shape_line = r->number;
	}
	if (fields == r->columns)
		return 0;
	return trouble(r->t, REQUEST, "%s:%" PRId64 ":1: expected %" PRId64
	               " field%s as in line %" PRId64 ", found %" PRId64,
	               r->path, r->number, r->columns,
	               r->columns == 1 ? "" : "s", r->shape_line, fields);
}

static int read_line(struct reader *r)
{
	struct span rest = trim(r->line), field;
	int commas = has_comma(rest), header;
	int64_t fields = 0;
	double value = 0;

	if (rest.begin == rest.end || *rest.begin == '#')
		return 0;
	header = r->columns < 0 && is_header(rest, commas);
	while (next_field(&rest, commas, &field)) {
		fields++;
		if (header)
			continue;
		if (!is_number(field, &value))
			return not_a_number(r, field);
		if (append(r, value))
			return -1;
	}
	r->rows += !header;
	return same_width(r, fields);
}

static int read_lines(struct reader *r, const struct file *file)
{
	const char *at = file->bytes, *end = at + file->size;

	if (file->size >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;                /* a byte order mark */
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		r->line = (struct span){ at, stop ? stop : end };
		if (r->line.begin < r->line.end && r->line.end[-1] == '\r')
			r->line.end--;
		r->number++;
		if (read_line(r))
			return -1;
		at = stop ? stop + 1 : end;
	}
	if (r->rows == 0)
		return trouble(r->t, REQUEST, "%s: the file has no numbers",
		               r->path);
	return 0;
}

int csv_read(struct table *table, const struct file *file, const char *path,
             struct trouble *t)
{
	struct reader r = { .columns = -1, .path = path, .t = t };

	if (read_lines(&r, file)) {
		free(r.data);
		return -1;
	}
	table_take(table, r.data, r.rows, r.columns);
	return 0;
}

/* ----- writing ---------------------------------------------------------- */

/* The fewest digits that read back as VALUE.  */
static void write_double(FILE *stream, double value, int bits)
{
	int digits = bits == 32 ? 6 : 15, most = bits == 32 ? 9 : 17;
	char text[40];
	double back;

	if (isnan(value)) {
		fputs("nan", stream);
		return;
	}
	for (; digits <= most; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		back = strtod(text, NULL);
		if (bits == 32 ? (float)back == (float)value : back == value)
			break;
	}
	fputs(text, stream);
}

static void write_element(FILE *stream, const struct table *table, int64_t k)
{
	if (table->code == KCL_INT)
		fprintf(stream, "%" PRId64, ((const int64_t *)table->data)[k]);
	else if (table->bits == 32)
		write_double(stream, ((const float *)table->data)[k], 32);
	else
		write_double(stream, ((const double *)table->data)[k], 64);
}

void csv_write(FILE *stream, const struct table *tables, size_t count)
{
	int64_t rows = table_leading(&tables[0],
	                             tables[0].ndim - tables[0].line);

	for (int64_t r = 0; r < rows && !ferror(stream) && !interrupted(); r++)
		for (size_t k = 0; k < count; k++) {
			int64_t width = table_count(&tables[k]) / rows;
			int last = k + 1 == count;

			for (int64_t c = 0; c < width; c++) {
				write_element(stream, &tables[k],
				              r * width + c);
				fputc(last && c + 1 == width ? '\n' : ',',
				      stream);
			}
		}
}
