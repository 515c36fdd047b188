/* array.c - the caller's arrays: checked, packed, unpacked
 * SPDX-License-Identifier: MIT */
#include "array.h"
#include "diag.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ROWS_LOG2 = 40, PARAMETER = 2 };

/* Reports about an array by the words "argument 2 (b)".  */
KCL__PRINTF(3, 4)
static kcl_status bad(const struct kcl__role *r, kcl_status status,
                      const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return kcl__fail(status, "%s %zu%s%.40s%s %s", r->what, r->number,
	                 r->name ? " (" : "", r->name ? r->name : "",
	                 r->name ? ")" : "", text);
}

static kcl_status check_dtype(const kcl_array *a, const struct kcl__role *r,
                              int bits)
{
	static const char *const kinds[] = { "int", "uint", "float" };
	const char *kind = a->dtype.code < 3 ? kinds[a->dtype.code] : "type ";
	int index = r->is_index;
	char wanted[40] = "float32 or float64";

	if (index)
		snprintf(wanted, sizeof wanted, "int64");
	else if (bits)
		snprintf(wanted, sizeof wanted, "float%d, as argument 0",
		         bits);
	if (a->dtype.code == (index ? KCL_INT : KCL_FLOAT)
	    && a->dtype.lanes == 1
	    && (index ? a->dtype.bits == 64 : bits ? a->dtype.bits == bits
	        : a->dtype.bits == 32 || a->dtype.bits == 64))
		return KCL_OK;
	return bad(r, KCL_DTYPE, "has dtype %s%d%s; expected %s", kind,
	           a->dtype.bits, a->dtype.lanes == 1 ? "" : " with lanes",
	           wanted);
}

/* "(3, 4)" */
static const char *shape_text(const kcl_array *a, char *text, size_t size)
{
	int n = snprintf(text, size, "(");

	for (int k = 0; k < a->ndim; k++)
		n += snprintf(text + n, size - (size_t)n, "%s%lld",
		              k ? ", " : "", (long long)a->shape[k]);
	snprintf(text + n, size - (size_t)n, ")");
	return text;
}

static kcl_status bad_shape(const kcl_array *a, const struct kcl__role *r)
{
	static const char *const rows[] = { "M", "N", "1" };
	const char *n = rows[r->category];
	char text[80], also[40] = "";

	if (r->category == PARAMETER)
		snprintf(also, sizeof also, " or (%lld)", (long long)r->dim);
	else if (r->dim == 1)
		snprintf(also, sizeof also, " or (%s)", n);
	return bad(r, KCL_SHAPE, "has shape %s; expected (%s, %lld)%s",
	           shape_text(a, text, sizeof text), n, (long long)r->dim,
	           also);
}

/* Reads the shape as rows and columns.  */
static kcl_status set_shape(const kcl_array *a, const struct kcl__role *r,
                            struct kcl__matrix *m)
{
	int parameter = r->category == PARAMETER, k = 0;

	m->rows = m->columns = 1;
	m->step_row = m->step_column = 0;
	if (a->ndim == 2 || (a->ndim == 1 && !parameter)) {
		m->rows = a->shape[k];
		m->step_row = a->strides ? a->strides[k]
			: a->ndim == 2 ? a->shape[1] : 1;
		k++;
	}
	if (k < a->ndim) {
		m->columns = a->shape[k];
		m->step_column = a->strides ? a->strides[k] : 1;
	}
	if (m->columns != r->dim || (parameter && m->rows != 1))
		return bad_shape(a, r);
	if (m->rows >> MAX_ROWS_LOG2)
		return bad(r, KCL_LIMIT, "has %lld rows; at most 2^%d can be "
		           "handled", (long long)m->rows, MAX_ROWS_LOG2);
	return KCL_OK;
}

/* Extends [low, high] by N steps of STEP elements; -1 where that overflows. */
static int extend(int64_t *low, int64_t *high, int64_t n, int64_t step)
{
	int64_t far;

	if (n <= 1)
		return 0;
	return __builtin_mul_overflow(n - 1, step, &far)
		|| (far < 0 ? __builtin_add_overflow(*low, far, low)
		    : __builtin_add_overflow(*high, far, high)) ? -1 : 0;
}

/* Finds the bytes that the matrix lies in.  */
static kcl_status set_extent(const kcl_array *a, const struct kcl__role *r,
                             struct kcl__matrix *m)
{
	int64_t low = 0, high = 0, most = INT64_MAX / 16;

	m->size = a->dtype.bits / 8u;
	m->data = (char *)a->data + a->byte_offset;
	m->low = m->high = (uintptr_t)m->data;
	if (m->rows == 0)
		return KCL_OK;
	if (!a->data)
		return bad(r, KCL_ARGUMENT, "has data NULL");
	if (m->low % m->size)
		return bad(r, KCL_ARGUMENT, "is not aligned to its elements "
		           "of %zu bytes", m->size);
	if (extend(&low, &high, m->rows, m->step_row)
	    || extend(&low, &high, m->columns, m->step_column)
	    || high > most || low < -most)
		return bad(r, KCL_SHAPE, "reaches beyond the address space");
	m->low -= (uintptr_t)-low * m->size;
	m->high += (uintptr_t)(high + 1) * m->size;
	return KCL_OK;
}

kcl_status kcl__matrix_of(const kcl_array *a, const struct kcl__role *r,
                          int bits, struct kcl__matrix *m)
{
	kcl_status status;

	if (a->device.device_type != KCL_HOST)
		return bad(r, KCL_UNSUPPORTED, "is on a device of DLPack type "
		           "%d; expected host memory (%d)",
		           (int)a->device.device_type, KCL_HOST);
	if (a->ndim < 0 || a->ndim > 2)
		return bad(r, KCL_SHAPE, "has %d dimensions; expected at most "
		           "2", (int)a->ndim);
	if (a->ndim > 0 && !a->shape)
		return bad(r, KCL_ARGUMENT, "has shape NULL");
	for (int k = 0; k < a->ndim; k++)
		if (a->shape[k] < 0)
			return bad(r, KCL_SHAPE, "has a negative shape, %lld",
			           (long long)a->shape[k]);
	status = check_dtype(a, r, bits);
	if (!status)
		status = set_shape(a, r, m);
	return status ? status : set_extent(a, r, m);
}

int kcl__is_packed(const struct kcl__matrix *m)
{
	return (m->columns == 1 || m->step_column == 1)
		&& (m->rows <= 1 || m->step_row == m->columns);
}

/* Sufficient, and necessary but for strides that nobody has: the rows of the
 * shorter stride do not reach into each other.  */
static int is_apart(const struct kcl__matrix *m)
{
	int64_t row, column;

	if (m->rows <= 1 || m->columns <= 1)
		return (m->rows <= 1 || m->step_row)
			&& (m->columns <= 1 || m->step_column);
	row = m->step_row < 0 ? -m->step_row : m->step_row;
	column = m->step_column < 0 ? -m->step_column : m->step_column;
	return row < column ? row && column / row >= m->rows
		: column && row / column >= m->columns;
}

kcl_status kcl__no_repeats(const struct kcl__matrix *output, size_t n)
{
	if (is_apart(output))
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "output %zu has elements that share "
	                 "memory", n);
}

static void copy(const struct kcl__matrix *m, char *rows, int out)
{
	for (int64_t i = 0; i < m->rows; i++)
		for (int64_t k = 0; k < m->columns; k++) {
			char *p = m->data + (i * m->step_row
				+ k * m->step_column) * (int64_t)m->size;

			memcpy(out ? p : rows, out ? rows : p, m->size);
			rows += m->size;
		}
}

void kcl__pack(const struct kcl__matrix *m, void *rows)
{
	copy(m, rows, 0);
}

void kcl__unpack(const struct kcl__matrix *m, const void *rows)
{
	copy(m, (char *)(uintptr_t)rows, 1);
}

kcl_status kcl__no_overlap(const struct kcl__matrix *output, size_t n,
                           const struct kcl__matrix *other, const char *what,
                           size_t k)
{
	if (output->low >= other->high || other->low >= output->high
	    || output->low == output->high || other->low == other->high)
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "output %zu shares memory with %s %zu; "
	                 "results need memory of their own", n, what, k);
}
