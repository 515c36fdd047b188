/* table.c - an array of numbers, as files hold it
 * SPDX-License-Identifier: MIT */
#include "table.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int table_lay(struct table *table, int ndim, const int64_t *shape, int fortran)
{
	int64_t count = 1;

	table->ndim = ndim;
	table->line = 1;
	for (int k = 0; k < ndim; k++) {
		int d = fortran ? k : ndim - 1 - k;
		int64_t n = shape[d] ? shape[d] : 1;

		table->shape[d] = shape[d];
		table->strides[d] = count;
		if (count > INT64_MAX / 8 / n)
			return -1;
		count *= n;
	}
	return 0;
}

int64_t table_leading(const struct table *table, int dims)
{
	int64_t count = 1;

	for (int d = 0; d < dims; d++)
		count *= table->shape[d];
	return count;
}

int64_t table_count(const struct table *table)
{
	return table_leading(table, table->ndim);
}

int table_make(struct table *table, int code, int bits, int ndim,
               const int64_t *shape, struct trouble *t)
{
	memset(table, 0, sizeof *table);
	table->code = code;
	table->bits = bits;
	if (table_lay(table, ndim, shape, 0))
		return no_memory(t);
	table->memory = calloc((size_t)table_count(table) + 1,
	                       (size_t)bits / 8);
	table->data = table->memory;
	return table->memory ? 0 : no_memory(t);
}

int table_matrix(struct table *table, int code, int bits, int64_t rows,
                 int64_t columns, struct trouble *t)
{
	const int64_t shape[] = { rows, columns };

	return table_make(table, code, bits, 2, shape, t);
}

void table_take(struct table *table, double *data, int64_t rows,
                int64_t columns)
{
	const int64_t shape[] = { rows, columns };

	memset(table, 0, sizeof *table);
	table->code = KCL_FLOAT;
	table->bits = 64;
	table_lay(table, 2, shape, 0);
	table->data = table->memory = data;
}

void table_ones(struct table *table)
{
	int64_t count = table_count(table);

	for (int64_t k = 0; k < count; k++)
		if (table->bits == 32)
			((float *)table->data)[k] = 1;
		else
			((double *)table->data)[k] = 1;
}

void table_cut(struct table *table, int64_t begin, int64_t end)
{
	int row = table->ndim - 2;

	table->data = (char *)table->data
		+ begin * table->strides[row] * (table->bits / 8);
	table->shape[row] = end - begin;
}

const char *table_shape(const struct table *table, char text[TABLE_TEXT])
{
	size_t n = 0;

	for (int d = 0; d < table->ndim; d++)
		n += (size_t)snprintf(text + n, TABLE_TEXT - n, "%s%" PRId64,
		                      d ? ", " : "(", table->shape[d]);
	snprintf(text + n, TABLE_TEXT - n, ")");
	return text;
}

/* A float16: a sign, 5 bits of exponent, 10 of fraction.  */
static double half(unsigned bits)
{
	int exponent = (int)(bits >> 10 & 31);
	double value = bits & 1023;

	if (exponent == 31)
		value = value > 0 ? (double)NAN : (double)INFINITY;
	else if (exponent == 0)
		value = ldexp(value, -24);
	else
		value = ldexp(1024 + value, exponent - 25);
	return bits >> 15 ? -value : value;
}

/* One element, of any kind and in any byte order.  */
static double element(const struct table *table, const char *at)
{
	union {
		char bytes[8];
		uint16_t u16;
		float f32;
		double f64;
		int32_t i32;
		int64_t i64;
	} u;
	size_t size = (size_t)table->bits / 8;

	for (size_t k = 0; k < size; k++)
		u.bytes[k] = at[table->swapped ? size - 1 - k : k];
	if (table->bits == 16)
		return half(u.u16);
	if (table->code == KCL_FLOAT)
		return table->bits == 32 ? (double)u.f32 : u.f64;
	return table->bits == 32 ? (double)u.i32 : (double)u.i64;
}

/* The first element of line number R of columns.  */
static const char *line_at(const struct table *table, int64_t r)
{
	int64_t at = 0;

	for (int d = table->ndim - 2; d >= 0; d--) {
		at += r % table->shape[d] * table->strides[d];
		r /= table->shape[d];
	}
	return (const char *)table->data + at * (table->bits / 8);
}

static void fill(struct table *to, const struct table *from)
{
	int64_t columns = from->shape[from->ndim - 1], k = 0;
	int64_t lines = table_leading(from, from->ndim - 1);
	int64_t step = from->strides[from->ndim - 1] * (from->bits / 8);
	float *floats = to->data;
	double *doubles = to->data;

	for (int64_t r = 0; r < lines && columns; r++) {
		const char *line = line_at(from, r);

		for (int64_t c = 0; c < columns; c++, k++) {
			double value = element(from, line + c * step);

			if (to->bits == 32)
				floats[k] = (float)value;
			else
				doubles[k] = value;
		}
	}
}

static int is_ready(const struct table *table, int bits)
{
	return table->code == KCL_FLOAT && table->bits == bits
	       && !table->swapped
	       && (uintptr_t)table->data % (uintptr_t)(bits / 8) == 0;
}

int table_convert(struct table *table, int bits, struct trouble *t)
{
	struct table to;

	if (is_ready(table, bits))
		return 0;
	if (table_make(&to, KCL_FLOAT, bits, table->ndim, table->shape, t))
		return -1;
	fill(&to, table);
	table_free(table);
	*table = to;
	return 0;
}

kcl_array table_array(struct table *table)
{
	return kcl_array_of(table->data, table->code, table->bits,
	                    table->ndim, table->shape, table->strides);
}

void table_free(struct table *table)
{
	file_free(&table->file);
	free(table->memory);
	memset(table, 0, sizeof *table);
}
