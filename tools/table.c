/* table.c - a matrix of numbers, as files hold it
 * SPDX-License-Identifier: MIT */
#include "table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void shape(struct table *table, int code, int bits, int64_t rows,
                  int64_t columns)
{
	memset(table, 0, sizeof *table);
	table->code = code;
	table->bits = bits;
	table->ndim = 2;
	table->shape[0] = rows;
	table->shape[1] = columns;
	table->strides[0] = columns;
	table->strides[1] = 1;
}

int table_make(struct table *table, int code, int bits, int64_t rows,
               int64_t columns, struct trouble *t)
{
	int64_t size = bits / 8;

	shape(table, code, bits, rows, columns);
	if (rows && columns && columns > INT64_MAX / size / rows)
		return no_memory(t);
	if (rows && columns)
		table->memory = calloc((size_t)(rows * columns), (size_t)size);
	else
		table->memory = malloc(1);
	table->data = table->memory;
	return table->memory ? 0 : no_memory(t);
}

void table_take(struct table *table, double *data, int64_t rows,
                int64_t columns)
{
	shape(table, KCL_FLOAT, 64, rows, columns);
	table->data = table->memory = data;
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

static void fill(struct table *to, const struct table *from)
{
	int64_t k = 0, size = from->bits / 8;
	float *floats = to->data;
	double *doubles = to->data;

	for (int64_t r = 0; r < from->shape[0]; r++)
		for (int64_t c = 0; c < from->shape[1]; c++, k++) {
			double value = element(from, (const char *)from->data
				+ (r * from->strides[0]
				   + c * from->strides[1]) * size);
			if (to->bits == 32)
				floats[k] = (float)value;
			else
				doubles[k] = value;
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
	if (table_make(&to, KCL_FLOAT, bits, table->shape[0], table->shape[1],
	               t))
		return -1;
	fill(&to, table);
	to.ndim = table->ndim;
	table_free(table);
	*table = to;
	return 0;
}

kcl_array table_array(struct table *table)
{
	return kcl_array_of(table->data, table->code, table->bits, 2,
	                    table->shape, table->strides);
}

void table_free(struct table *table)
{
	file_free(&table->file);
	free(table->memory);
	memset(table, 0, sizeof *table);
}
