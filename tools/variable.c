/* variable.c - a formula's variable on the command line, and its data
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "variable.h"
#include "csv.h"
#include "npy.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const kinds[] = { "Vi", "Vj", "Pm" };

/* ----- NAME=KIND(DIM):SOURCE -------------------------------------------- */

static int is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int take_name(struct variable *v, const char **at, struct trouble *t)
{
	const char *text = *at;
	size_t n = is_letter(*text) ? 1 : 0;

	while (n && (is_letter(text[n]) || is_digit(text[n])))
		n++;
	if (text[n] != '=')
		return trouble(t, REQUEST, "'%s' does not begin with NAME=, "
		               "a name of letters, digits and _", text);
	if (n == 0)
		return trouble(t, REQUEST, "'%s' has no name before =", text);
	v->name = malloc(n + 1);
	if (!v->name)
		return no_memory(t);
	memcpy(v->name, text, n);
	v->name[n] = 0;
	*at += n + 1;
	return 0;
}

static int take_kind(struct variable *v, const char **at, struct trouble *t)
{
	for (v->category = VI; v->category <= PM; v->category++)
		if (!strncmp(*at, kinds[v->category], 2)
		    && ((*at)[2] == 0 || strchr("(:", (*at)[2]))) {
			*at += 2;
			return 0;
		}
	return trouble(t, REQUEST, "%s: unknown kind '%.*s'; a variable is Vi, "
	               "Vj or Pm, as in %s=Vi:points.npy", v->name,
	               (int)strcspn(*at, "(:"), *at, v->name);
}

static int take_dim(struct variable *v, const char **at, struct trouble *t)
{
	const char *c = *at;

	if (*c != '(')
		return 0;
	for (c++; is_digit(*c) && v->dim <= INT32_MAX; c++)
		v->dim = v->dim * 10 + (*c - '0');
	if (*c != ')' || v->dim == 0)
		return trouble(t, REQUEST, "%s: expected a dimension such as "
		               "%s(3), found '%s%.*s'", v->name,
		               kinds[v->category], kinds[v->category],
		               (int)strcspn(*at, ":"), *at);
	*at = c + 1;
	return 0;
}

int variable_parse(struct variable *v, const char *text, struct trouble *t)
{
	const char *at = text;

	memset(v, 0, sizeof *v);
	if (take_name(v, &at, t) || take_kind(v, &at, t) || take_dim(v, &at, t))
		return -1;
	if (*at == 0)
		return 0;
	if (*at != ':' || at[1] == 0)
		return trouble(t, REQUEST, "'%s' is not NAME=KIND:SOURCE, such "
		               "as x=Vi:points.npy", text);
	v->source = at + 1;
	return 0;
}

/* ----- data ------------------------------------------------------------- */

int data_read(struct table *table, const char *path, int *is_npy,
              struct trouble *t)
{
	struct file file;
	int failed;

	memset(table, 0, sizeof *table);
	if (file_read(&file, path, t))
		return -1;
	*is_npy = npy_is(&file) || path_ends(path, ".npy");
	if (file.size == 0)
		failed = trouble(t, REQUEST, "%s: the file is empty", path);
	else if (*is_npy)
		failed = npy_take(table, &file, path, t);
	else if (file.size >= 4 && !memcmp(file.bytes, "PK\3\4", 4))
		failed = trouble(t, REQUEST, "%s: archives (.npz) are not "
		                 "read; save each array as .npy", path);
	else
		failed = csv_read(table, &file, path, t);
	file_free(&file);
	return failed;
}

/* Reads "0.1,0.2"; 0 if TEXT is no list of numbers.  */
static int take_numbers(struct table *table, const char *text)
{
	size_t count = 1, n = 0, length;
	double *numbers;

	for (const char *c = text; *c; c++)
		count += *c == ',';
	numbers = malloc(count * sizeof *numbers);
	for (; numbers && n < count; n++, text += length + 1) {
		length = strcspn(text, ",");
		if (csv_number(text, length, &numbers[n])) {
			free(numbers);
			return 0;
		}
	}
	if (!numbers)
		return 0;
	table_take(table, numbers, 1, (int64_t)count);
	return 1;
}

/* A parameter may lie in a file as one row or as one column; with batches it is
 * as the library has it.  */
static int make_row(struct variable *v, struct trouble *t)
{
	int64_t *shape = v->table.shape, *strides = v->table.strides;
	char text[TABLE_TEXT];

	if (v->table.ndim > 2)
		return 0;
	if (shape[0] != 1 && shape[1] != 1)
		return trouble(t, REQUEST, "%s: a Pm is one row of numbers, %s "
		               "has shape %s", v->name, v->source,
		               table_shape(&v->table, text));
	if (shape[0] != 1) {
		shape[1] = shape[0];
		strides[1] = strides[0];
		shape[0] = 1;
	}
	return 0;
}

static int settle_dim(struct variable *v, struct trouble *t)
{
	int64_t columns = v->source ? v->table.shape[v->table.ndim - 1] : 0;

	if (v->source && columns == 0)
		return trouble(t, REQUEST, "%s: %s has no columns", v->name,
		               v->source);
	if (v->source && v->dim && v->dim != columns)
		return trouble(t, REQUEST, "%s: expected %" PRId64 " column%s "
		               "(%s(%" PRId64 ")), %s has %" PRId64, v->name,
		               v->dim, v->dim == 1 ? "" : "s",
		               kinds[v->category], v->dim, v->source, columns);
	if (v->source)
		v->dim = columns;
	if (v->dim == 0)
		return trouble(t, REQUEST, "%s: neither data nor a dimension "
		               "is given; write %s=%s:SOURCE, or %s=%s(3) with "
		               "--source", v->name, v->name,
		               kinds[v->category], v->name,
		               kinds[v->category]);
	return 0;
}

static int declare(struct variable *v, struct trouble *t)
{
	size_t size = strlen(v->name) + 32;

	v->declaration = malloc(size);
	if (!v->declaration)
		return no_memory(t);
	snprintf(v->declaration, size, "%s=%s(%" PRId64 ")", v->name,
	         kinds[v->category], v->dim);
	return 0;
}

/* A parameter: numbers, or else a file that has them.  */
static int load_parameter(struct variable *v, struct trouble *t)
{
	const char *first = v->source + strspn(v->source, " +-.");

	if (take_numbers(&v->table, v->source))
		return 0;
	if (is_digit(*first) && access(v->source, F_OK))
		return trouble(t, REQUEST, "%s: expected numbers such as 0.5 "
		               "or 0.1,0.2, or a file, found '%s'", v->name,
		               v->source);
	return data_read(&v->table, v->source, &v->is_npy, t);
}

int variable_load(struct variable *v, struct trouble *t)
{
	int failed = !v->source ? 0 : v->category == PM ? load_parameter(v, t)
		: data_read(&v->table, v->source, &v->is_npy, t);

	if (failed)
		return -1;
	if (v->source && v->category == PM && make_row(v, t))
		return -1;
	return settle_dim(v, t) ? -1 : declare(v, t);
}

int variable_cut(struct variable *v, const struct range *part,
                 struct trouble *t)
{
	int64_t rows = v->table.shape[v->table.ndim - 2], end = part->end;

	if (end == 0)
		return 0;
	if (end == INT64_MAX)
		end = rows;
	if (part->begin >= end || end > rows)
		return trouble(t, REQUEST, "--%s: %s has %" PRId64 " rows only",
		               v->category == VI ? "rows" : "columns", v->name,
		               rows);
	table_cut(&v->table, part->begin, end);
	return 0;
}

void variable_free(struct variable *v)
{
	table_free(&v->table);
	free(v->name);
	free(v->declaration);
	memset(v, 0, sizeof *v);
}
