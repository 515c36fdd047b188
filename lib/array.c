/* array.c - the caller's arrays: checked
 * SPDX-License-Identifier: MIT */
#include "array.h"
#include "diag.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ROWS_LOG2 = 40, PARAMETER = 2, OPENCL = 4 /* kDLOpenCL */ };

const char *kcl__array_text(const char *what, size_t number, const char *name,
                            char text[KCL__NAMED])
{
	snprintf(text, KCL__NAMED, "%s %zu%s%.40s%s", what, number,
	         name ? " (" : "", name ? name : "", name ? ")" : "");
	return text;
}

KCL__PRINTF(3, 4)
static kcl_status bad(const struct kcl__role *r, kcl_status status,
                      const char *format, ...)
{
	char text[500], named[KCL__NAMED];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return kcl__fail(status, "%s %s", kcl__array_text(r->what, r->number,
	                 r->name, named), text);
}

/* Outputs of a float16 call may be float32 too.  */
static int may_be_wider(const struct kcl__role *r, int bits)
{
	return r->batch && bits == 16;
}

/* Whether A has a type that R may have, float of BITS, or of any where that is
 * 0.  */
static int has_dtype(const kcl_array *a, const struct kcl__role *r, int bits)
{
	int own = a->dtype.bits;

	if (a->dtype.lanes != 1
	    || a->dtype.code != (r->is_index ? KCL_INT : KCL_FLOAT))
		return 0;
	if (r->is_index)
		return own == 64;
	if (bits)
		return own == bits || (own == 32 && may_be_wider(r, bits));
	return own == 16 || own == 32 || own == 64;
}

static kcl_status check_dtype(const kcl_array *a, const struct kcl__role *r,
                              int bits)
{
	static const char *const kinds[] = { "int", "uint", "float", "handle",
		"bfloat", "complex", "bool" };          /* DLPack's */
	const char *kind = a->dtype.code < sizeof kinds / sizeof *kinds
		? kinds[a->dtype.code] : "unknown";
	const char *advice = a->dtype.code < KCL_FLOAT && !r->is_index
		&& !r->batch ? "; convert the integers" : "";
	char wanted[60] = "float16, float32 or float64";

	if (r->like == r->number + 1)
		bits = 0;       /* it is the one that BITS were taken from */
	if (has_dtype(a, r, bits))
		return KCL_OK;
	if (r->is_index)
		snprintf(wanted, sizeof wanted, "int64");
	else if (bits)
		snprintf(wanted, sizeof wanted, "float%d%s, as %s %zu", bits,
		         may_be_wider(r, bits) ? " or float32" : "",
		         r->like ? "output" : "argument",
		         r->like ? r->like - 1 : 0);
	return bad(r, KCL_DTYPE, "has dtype %s%d%s; expected %s%s", kind,
	           a->dtype.bits, a->dtype.lanes == 1 ? "" : " with lanes",
	           wanted, advice);
}

/* "(3, 4)": the N numbers of SHAPE; in reverse if the LAST stands FIRST.  */
static const char *shape_text(const int64_t *shape, int n, int last_first,
                              char *text, size_t size)
{
	size_t at = (size_t)snprintf(text, size, "(");

	for (int k = 0; k < n && at < size; k++)
		at += (size_t)snprintf(text + at, size - at, "%s%lld",
			k ? ", " : "",
			(long long)shape[last_first ? n - 1 - k : k]);
	if (at < size)
		snprintf(text + at, size - at, ")");
	return text;
}

kcl_status kcl__bad_shape(const kcl_array *a, const struct kcl__role *r,
                          int64_t known)
{
	static const char *const rows[] = { "M", "N", "1" };
	char text[120], also[150] = "", batch[124] = "..., ", n[24];
	char why[120] = "", named[KCL__NAMED];

	if (known < 0)
		snprintf(n, sizeof n, "%s", rows[r->category]);
	else
		snprintf(n, sizeof n, "%lld", (long long)known);
	if (r->batch) {
		shape_text(r->batch->extent, r->batch->dims, 1, text,
		           sizeof text);
		text[strlen(text) - 1] = 0;
		snprintf(batch, sizeof batch, "%s%s", text + 1,
		         r->batch->dims ? ", " : "");
	}
	if (r->category == PARAMETER)
		snprintf(also, sizeof also, " or (%lld)", (long long)r->dim);
	else if (r->dim == 1)
		snprintf(also, sizeof also, " or (%s%s)", r->batch ? batch : "",
		         n);
	if (r->batch && r->batch->by)
		snprintf(why, sizeof why, ", as %s has batch dimensions",
		         kcl__array_text("argument", r->batch->by - 1,
		                         r->batch->name, named));
	return bad(r, KCL_SHAPE, "has shape %s; expected (%s%s, %lld)%s%s",
	           shape_text(a->shape, a->ndim, 0, text, sizeof text), batch,
	           n, (long long)r->dim, also, why);
}

/* How many of the last dimensions are not those of batches: rows and columns,
 * or one of them where the other is 1.  */
static int inner_dims(const kcl_array *a, const struct kcl__role *r)
{
	int n = a->ndim;

	if (r->batch)
		return n - r->batch->dims;
	if (r->category == PARAMETER && n > 1)
		return a->shape[n - 2] == 1 ? 2 : 1;
	return n < 2 ? n : 2;
}

/* Sets dimension D of the matrix to number K of the array.  */
static void set_dim(const kcl_array *a, int k, struct kcl__matrix *m, int d)
{
	int64_t step = a->strides ? a->strides[k] : 1;

	for (int n = k + 1; n < a->ndim && !a->strides; n++)
		if (__builtin_mul_overflow(step, a->shape[n], &step))
			step = INT64_MAX;
	m->extent[d] = a->shape[k];
	m->step[d] = a->shape[k] == 1 ? 0 : step;
}

/* Reads the shape as batches, rows and columns.  */
static kcl_status set_shape(const kcl_array *a, const struct kcl__role *r,
                            struct kcl__matrix *m)
{
	int parameter = r->category == PARAMETER, inner = inner_dims(a, r);
	int batches = a->ndim - inner;

	if (inner < 0 || inner > 2)
		return kcl__bad_shape(a, r, -1);
	m->dims = KCL__BATCH + batches;
	m->extent[KCL__ROWS] = m->extent[KCL__COLUMNS] = 1;
	m->step[KCL__ROWS] = m->step[KCL__COLUMNS] = 0;
	if (inner == 2 || (inner == 1 && !parameter))
		set_dim(a, batches, m, KCL__ROWS);
	if (inner == 2 || (inner == 1 && parameter))
		set_dim(a, a->ndim - 1, m, KCL__COLUMNS);
	for (int k = 0; k < batches; k++)
		set_dim(a, k, m, m->dims - 1 - k);
	for (int d = 0; r->batch && d < batches; d++)
		if (m->extent[KCL__BATCH + d] != r->batch->extent[d])
			return kcl__bad_shape(a, r, -1);
	if (m->extent[KCL__COLUMNS] != r->dim
	    || (parameter && m->extent[KCL__ROWS] != 1))
		return kcl__bad_shape(a, r, -1);
	if (m->extent[KCL__ROWS] > (int64_t)1 << MAX_ROWS_LOG2)
		return bad(r, KCL_LIMIT, "has %lld rows; at most 2^%d can be "
		           "handled", (long long)m->extent[KCL__ROWS],
		           MAX_ROWS_LOG2);
	return KCL_OK;
}

/* Extends [low, high] by N steps of STEP elements; -1 where that overflows. */
static int extend(int64_t *low, int64_t *high, int64_t n, int64_t step)
{
	int64_t far;

	return __builtin_mul_overflow(n - 1, step, &far)
		|| (far < 0 ? __builtin_add_overflow(*low, far, low)
		    : __builtin_add_overflow(*high, far, high)) ? -1 : 0;
}

static int is_empty(const struct kcl__matrix *m)
{
	for (int d = 0; d < m->dims; d++)
		if (m->extent[d] == 0)
			return 1;
	return 0;
}

/* Finds the bytes that the matrix lies in.  */
static kcl_status set_extent(const kcl_array *a, const struct kcl__role *r,
                             struct kcl__matrix *m)
{
	int64_t low = 0, high = 0, most = INT64_MAX / 16;
	int beyond = 0;

	m->size = a->dtype.bits / 8u;
	m->wide = m->size == sizeof(uint16_t) ? sizeof(float) : m->size;
	m->data = (char *)a->data + a->byte_offset;
	m->low = m->high = (uintptr_t)m->data;
	if (is_empty(m))
		return KCL_OK;
	if (!a->data)
		return bad(r, KCL_ARGUMENT, "has data NULL");
	if (m->low % m->size)
		return bad(r, KCL_ARGUMENT, "is not aligned to its elements "
		           "of %zu bytes", m->size);
	for (int d = 0; d < m->dims; d++)
		beyond |= extend(&low, &high, m->extent[d], m->step[d]);
	if (beyond || high > most || low < -most)
		return bad(r, KCL_SHAPE, "reaches beyond the address space");
	m->low -= (uintptr_t)-low * m->size;
	m->high += (uintptr_t)(high + 1) * m->size;
	return KCL_OK;
}

/* Whether the host reads and writes memory of a type of DLPack.  */
static int is_hosts(int type)
{
	return type == KCL_HOST || type == KCL_CUDA_HOST
		|| type == KCL_ROCM_HOST || type == KCL_CUDA_MANAGED;
}

static kcl_status check_place(const kcl_array *a, const struct kcl__role *r)
{
	int on = a->device.device_type, n = a->device.device_id;

	if (is_hosts(on) || (on == KCL_CUDA && n >= 0 && n + 1 == r->cuda))
		return KCL_OK;
	if (on == OPENCL)
		return bad(r, KCL_UNSUPPORTED, "is a buffer of OpenCL (DLPack "
			"type %d), which lives in a context that is not the "
			"library's; expected host memory (%d): "
			"clEnqueueReadBuffer copies to it", on, KCL_HOST);
	return r->cuda ? bad(r, KCL_UNSUPPORTED, "is on device %d of DLPack "
		"type %d; expected host memory (%d), or device %d of CUDA "
		"(%d)", n, on, KCL_HOST, r->cuda - 1, KCL_CUDA)
		: bad(r, KCL_UNSUPPORTED, "is on a device of DLPack type %d; "
		"expected host memory (%d)", on, KCL_HOST);
}

kcl_status kcl__matrix_of(const kcl_array *a, const struct kcl__role *r,
                          int bits, struct kcl__matrix *m)
{
	kcl_status status = check_place(a, r);

	if (status)
		return status;
	m->resident = a->device.device_type == KCL_CUDA;
	if (a->ndim < 0 || a->ndim > KCL__DIMS)
		return bad(r, KCL_SHAPE, "has %d dimensions; expected at most "
		           "%d", (int)a->ndim, KCL__DIMS);
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

/* ----- batches ----------------------------------------------------------- */

kcl_status kcl__broadcast(struct kcl__batch *batch, const struct kcl__role *r,
                          const struct kcl__matrix *m)
{
	const int64_t *extent = m->extent + KCL__BATCH;
	int dims = m->dims - KCL__BATCH;
	char here[120], there[120];

	if (dims > 0 && !batch->by) {
		batch->by = r->number + 1;
		batch->name = r->name;
	}
	for (int d = 0; d < dims; d++) {
		int64_t *all = &batch->extent[d];

		if (d >= batch->dims || *all == 1)
			*all = extent[d];
		else if (extent[d] != 1 && extent[d] != *all)
			return bad(r, KCL_SHAPE, "has batch dimensions %s; "
				"expected such as go with %s of the arguments "
				"before it: the same or 1",
				shape_text(extent, dims, 1, here,
				           sizeof here),
				shape_text(batch->extent, batch->dims, 1,
				           there, sizeof there));
		batch->dims = d < batch->dims ? batch->dims : d + 1;
	}
	return KCL_OK;
}
