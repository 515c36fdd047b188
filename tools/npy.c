/* npy.c - NumPy's .npy files, versions 1 to 3
 * SPDX-License-Identifier: MIT
 *
 *	"\x93NUMPY" major minor length header data
 *
 * LENGTH has 2 bytes in version 1 and 4 from 2 on, little end first; HEADER
 * is one line, a Python dict:
 *
 *	{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  */
#include "npy.h"
#include <inttypes.h>
#include <string.h>

#define MAGIC "\x93NUMPY"

enum { MAGIC_LENGTH = 6, ALIGNMENT = 64, MAX_NDIM = 32 };

/* What the header says.  */
struct header {
	char descr[16];
	int fortran;
	int ndim;
	int64_t shape[MAX_NDIM];
	unsigned seen;          /* the keys, as bits */
};

enum { DESCR = 1, FORTRAN = 2, SHAPE = 4, ALL = 7 };

struct parser {
	const char *begin, *at, *end;
	const char *path;
	struct trouble *t;
};

/* NumPy's mark for this machine's byte order.  */
static char our_order(void)
{
	static const union { uint16_t number; char first; } one = { 1 };

	return one.first ? '<' : '>';
}

/* ----- the header's text ------------------------------------------------ */

static int expected(const struct parser *p, const char *what)
{
	return trouble(p->t, REQUEST, "%s: malformed .npy header: expected "
	               "%s at byte %td", p->path, what, p->at - p->begin);
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->end && strchr(" \t\r\n", *p->at) && *p->at)
		p->at++;
}

static int accept(struct parser *p, char c)
{
	skip_blanks(p);
	if (p->at == p->end || *p->at != c)
		return 0;
	p->at++;
	return 1;
}

static int word(struct parser *p, const char *text)
{
	size_t n = strlen(text);

	skip_blanks(p);
	if ((size_t)(p->end - p->at) < n || memcmp(p->at, text, n))
		return 0;
	p->at += n;
	return 1;
}

/* A string in either kind of quotes, without escapes, into TEXT.  */
static int string(struct parser *p, char *text, size_t size, const char *what)
{
	size_t n = 0;
	char quote;

	skip_blanks(p);
	if (p->at == p->end || (*p->at != '\'' && *p->at != '"'))
		return expected(p, what);
	quote = *p->at++;
	while (p->at < p->end && *p->at != quote) {
		if (n + 1 == size || *p->at == '\\' || *p->at < ' ')
			return expected(p, what);
		text[n++] = *p->at++;
	}
	text[n] = 0;
	return accept(p, quote) ? 0 : expected(p, "the end of the string");
}

static int length(struct parser *p, int64_t *value)
{
	skip_blanks(p);
	if (p->at == p->end || *p->at < '0' || *p->at > '9')
		return expected(p, "a length");
	for (*value = 0; p->at < p->end && *p->at >= '0' && *p->at <= '9';
	     p->at++) {
		if (*value > (INT64_MAX - 9) / 10)
			return expected(p, "a length below 2^63");
		*value = *value * 10 + (*p->at - '0');
	}
	if (p->at < p->end && *p->at == 'L')    /* Python 2 wrote 3L */
		p->at++;
	return 0;
}

static int shape(struct parser *p, struct header *h)
{
	if (!accept(p, '('))
		return expected(p, "the shape, such as (3, 4)");
	while (!accept(p, ')')) {
		if (h->ndim == MAX_NDIM)
			return expected(p, "at most 32 dimensions");
		if (length(p, &h->shape[h->ndim++]))
			return -1;
		if (accept(p, ','))
			continue;
		if (h->ndim == 1 || !accept(p, ')'))
			return expected(p, "',' after a length");
		break;
	}
	return 0;
}

static int descr(struct parser *p, struct header *h)
{
	skip_blanks(p);
	if (p->at < p->end && *p->at == '[')
		return trouble(p->t, REQUEST, "%s: the array has named fields "
		               "(a structured dtype); save its columns as "
		               "plain numbers", p->path);
	return string(p, h->descr, sizeof h->descr, "a dtype, such as '<f4'");
}

static int fortran_order(struct parser *p, struct header *h)
{
	h->fortran = word(p, "True");
	return h->fortran || word(p, "False") ? 0
		: expected(p, "True or False");
}

static int entry(struct parser *p, struct header *h)
{
	static const struct {
		const char *key;
		int (*parse)(struct parser *p, struct header *h);
	} entries[] = {
		{ "descr", descr },
		{ "fortran_order", fortran_order },
		{ "shape", shape }
	};
	char key[16];
	unsigned k = 0;

	if (string(p, key, sizeof key, "a key"))
		return -1;
	while (k < 3 && strcmp(key, entries[k].key))
		k++;
	if (k == 3 || h->seen & 1u << k)
		return trouble(p->t, REQUEST, "%s: malformed .npy header: %s "
		               "key '%s'", p->path,
		               k == 3 ? "unknown" : "second", key);
	h->seen |= 1u << k;
	return accept(p, ':') ? entries[k].parse(p, h) : expected(p, "':'");
}

static int dict(struct parser *p, struct header *h)
{
	if (!accept(p, '{'))
		return expected(p, "'{'");
	while (!accept(p, '}')) {
		if (entry(p, h))
			return -1;
		if (accept(p, ','))
			continue;
		if (!accept(p, '}'))
			return expected(p, "',' or '}'");
		break;
	}
	skip_blanks(p);
	if (p->at != p->end)
		return expected(p, "the end of the header");
	if (h->seen != ALL)
		return trouble(p->t, REQUEST, "%s: malformed .npy header: no "
		               "'%s'", p->path, !(h->seen & DESCR) ? "descr"
		               : !(h->seen & SHAPE) ? "shape"
		               : "fortran_order");
	return 0;
}

/* ----- reading ---------------------------------------------------------- */

int npy_is(const struct file *file)
{
	return file->size >= MAGIC_LENGTH
	       && !memcmp(file->bytes, MAGIC, MAGIC_LENGTH);
}

/* Finds the header's text and, behind it, the data.  */
static int find_header(const struct file *file, struct parser *p)
{
	const unsigned char *b = (const unsigned char *)file->bytes;
	size_t begin, size = 0;

	if (!npy_is(file))
		return trouble(p->t, REQUEST, "%s: not a .npy file", p->path);
	if (file->size >= 8 && (b[6] < 1 || b[6] > 3 || b[7]))
		return trouble(p->t, REQUEST, "%s: .npy version %d.%d is not "
		               "known; 1.0, 2.0 and 3.0 are", p->path, b[6],
		               b[7]);
	begin = file->size < 8 || b[6] > 1 ? 12 : 10;
	if (file->size >= begin) {
		for (size_t k = begin; k > 8; k--)
			size = size << 8 | b[k - 1];
		if (size <= file->size - begin) {
			p->begin = p->at = file->bytes + begin;
			p->end = p->begin + size;
			return 0;
		}
	}
	return trouble(p->t, REQUEST, "%s: the file ends within its header",
	               p->path);
}

static int dtype(struct table *table, const struct parser *p, const char *d)
{
	static const char *const types[] = { "f2", "f4", "f8", "i4", "i8" };
	int known = 0;

	for (int k = 0; k < 5 && d[0] && strchr("<>=", d[0]); k++)
		known |= !strcmp(d + 1, types[k]);
	if (strchr(d, 'O'))
		return trouble(p->t, REQUEST, "%s: the array holds pickled "
		               "Python objects (dtype '%s'), which could run "
		               "code and are not read", p->path, d);
	if (!known)
		return trouble(p->t, REQUEST, "%s: dtype '%s' is not read; "
		               "save the array as float16, float32, float64, "
		               "int32 or int64", p->path, d);
	table->code = d[1] == 'f' ? KCL_FLOAT : KCL_INT;
	table->bits = (d[2] - '0') * 8;
	table->swapped = d[0] != '=' && d[0] != our_order();
	return 0;
}

/* Fewer than two dimensions are those of rows.  */
static int layout(struct table *table, const struct parser *p,
                  struct header *h)
{
	char text[TABLE_TEXT];

	while (h->ndim < 2)
		h->shape[h->ndim++] = 1;
	if (!table_lay(table, h->ndim, h->shape, h->fortran))
		return 0;
	memcpy(table->shape, h->shape, sizeof h->shape);
	return trouble(p->t, REQUEST, "%s: the shape %s is too large", p->path,
	               table_shape(table, text));
}

static int fits(const struct table *table, const struct parser *p)
{
	uint64_t need = (uint64_t)table_count(table)
	                * (uint64_t)(table->bits / 8);
	uint64_t have = (uint64_t)(table->file.bytes + table->file.size
	                           - p->end);
	char text[TABLE_TEXT];

	if (need == have)
		return 0;
	return trouble(p->t, REQUEST, "%s: the file has %" PRIu64 " bytes of "
	               "data where its shape %s needs %" PRIu64, p->path, have,
	               table_shape(table, text), need);
}

int npy_take(struct table *table, struct file *file, const char *path,
             struct trouble *t)
{
	struct parser p = { .path = path, .t = t };
	struct header h = { .ndim = 0 };

	memset(table, 0, sizeof *table);
	table->file = *file;
	memset(file, 0, sizeof *file);
	if (find_header(&table->file, &p) || dict(&p, &h)
	    || dtype(table, &p, h.descr) || layout(table, &p, &h)
	    || fits(table, &p)) {
		table_free(table);
		return -1;
	}
	table->data = table->file.bytes + (p.end - table->file.bytes);
	return 0;
}

/* ----- writing ---------------------------------------------------------- */

void npy_write(FILE *stream, const struct table *table)
{
	char text[TABLE_TEXT + ALIGNMENT], shape[TABLE_TEXT];
	int used, total, pad;

	used = snprintf(text, sizeof text, "{'descr': '%c%c%d', "
	                "'fortran_order': False, 'shape': %s, }", our_order(),
	                table->code == KCL_FLOAT ? 'f' : 'i',
	                table->bits / 8, table_shape(table, shape));
	total = (10 + used + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	pad = total - 10 - used - 1;
	fwrite(MAGIC "\1\0", 1, 8, stream);
	fputc((total - 10) & 255, stream);
	fputc((total - 10) >> 8, stream);
	fprintf(stream, "%s%*s\n", text, pad, "");
	fwrite(table->data, (size_t)table->bits / 8,
	       (size_t)table_count(table), stream);
}
