/* context.c - public contexts, the version and the table of operations
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "diag.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

#define STRING(x) #x
#define VERSION(a, b, c) STRING(a) "." STRING(b) "." STRING(c)

const char *kcl_version(void)
{
	return VERSION(KCL_VERSION_MAJOR, KCL_VERSION_MINOR, KCL_VERSION_PATCH);
}

kcl_status kcl__enter(struct kcl_context *ctx)
{
	kcl_status status = kcl__device_alive(ctx->device);

	if (!status)
		kcl__mutex_lock(&ctx->lock);
	return status;
}

void kcl__leave(struct kcl_context *ctx)
{
	kcl__mutex_unlock(&ctx->lock);
}

static void set_target(struct kcl_context *ctx)
{
	const struct kcl__facts *f = &ctx->device->facts;
	const char *type = f->text[KCL_DEVICE_TYPE];

	ctx->target.gpu = type && strcmp(type, "cpu") != 0;
	ctx->target.lanes32 = (int)f->number[KCL_DEVICE_LANES32];
	ctx->target.lanes64 = (int)f->number[KCL_DEVICE_LANES64];
	ctx->target.fma = f->number[KCL_DEVICE_FMA] != 0;
	ctx->target.local_memory = f->number[KCL_DEVICE_LOCAL];
	ctx->target.max_group = f->number[KCL_DEVICE_GROUP];
}

kcl_status kcl_context_open(const char *device, kcl_context **ctx)
{
	struct kcl_context *made = kcl__alloc(1, sizeof *made);
	kcl_status status;

	*ctx = NULL;
	if (!made)
		return KCL_MEMORY;
	if (kcl__mutex_init(&made->lock)) {
		free(made);
		return KCL_MEMORY;
	}
	made->cache = kcl__cache_open();
	status = kcl__device_open(device, made->cache, &made->device);
	if (status) {
		kcl_context_close(made);
		return status;
	}
	set_target(made);
	*ctx = made;
	return KCL_OK;
}

void kcl_context_close(kcl_context *ctx)
{
	if (!ctx)
		return;
	if (ctx->device)
		ctx->device->backend->close(ctx->device);
	kcl__cache_close(ctx->cache);
	kcl__mutex_destroy(&ctx->lock);
	free(ctx);
}

const char *kcl_context_text(const kcl_context *ctx, kcl_device_field field)
{
	if (!ctx || field < 0 || field >= KCL_DEVICE_FIELD_COUNT
	    || !ctx->device->facts.text[field])
		return "";
	return ctx->device->facts.text[field];
}

int64_t kcl_context_number(const kcl_context *ctx, kcl_device_field field)
{
	if (!ctx || field < 0 || field >= KCL_DEVICE_FIELD_COUNT)
		return 0;
	return ctx->device->facts.number[field];
}

void kcl_context_on_progress(kcl_context *ctx, kcl_progress *function,
                             void *user)
{
	if (!ctx || kcl__enter(ctx))
		return;
	ctx->progress = function;
	ctx->user = user;
	kcl__leave(ctx);
}

/* The rows of ops.def, in its order; the dimension of the result stands in the
 * letters of the rules.  */
static const kcl_operation operations[] = {
	{ "Grad", "Grad(F, v, e)", "dim v",
	  "gradient of a formula or reduction in v, contracted with e", 0 },
	{ "Diff", "Diff(f, v, u)", "dim f", "derivative of f in v along u", 0 },
	{ "AdjointOperator", "AdjointOperator(f, v, u)", "dim v",
	  "adjoint of a formula f that is linear in v, applied to u", 0 },
	{ "GradMatrix", "GradMatrix(f, v)", "dim f * dim v",
	  "the gradients of f's coordinates, one after the other", 0 },
	{ "Divergence", "Divergence(f, v)", "1",
	  "sum of the derivatives of coordinate k in coordinate k", 0 },
	{ "TraceOperator", "TraceOperator(f, v, w)", "1",
	  "trace of a formula f that is linear in v, weighted with w", 0 },
	{ "SumLinOperator", "SumLinOperator(f, v, a, b)", "1",
	  "a^T A b where f = A v", 0 },
	{ "Laplacian", "Laplacian(f, v)", "1",
	  "divergence of the gradient, f of dimension 1", 0 },
	{ "IntCst", "IntCst(n)", "1", "a whole number; also n, 0.5, 1e-3", 0 },
	{ "IntInv", "IntInv(n)", "1", "1/n", 0 },
	{ "RatCst", "RatCst(p, q)", "1", "p/q", 0 },
	{ "Zero", "Zero(d)", "d", "d zeros", 0 },
	{ "Const", "Const(a, b, ...)", "count", "a vector of numbers", 0 },
#define WIDEST "widest"
#define NEEDS(condition, words, dim) #dim
#define ALWAYS(dim) #dim
#define EW(name, a, n, dim, c, x, y, z, t, usage, doc) \
	{ #name, usage, dim, doc, 0 },
#define FOLD(name, a, i, c, x, y, t, usage, doc) { #name, usage, "1", doc, 0 },
#define VEC(name, a, n, dim, s, c, x, y, t, usage, doc) \
	{ #name, usage, dim, doc, 0 },
#define DEF(name, a, w, f, t, expects, usage, doc) \
	{ #name, usage, "as " f, doc, 0 },
#define RED(name, f, k, m, x, w, nv, ni, v, gx, gy, usage, doc) \
	{ #name "_Reduction", usage, #nv " values, " #ni " indices", doc, \
	  1 },
#include "ops.def"
};

const kcl_operation *kcl_operation_get(size_t k)
{
	size_t n = sizeof operations / sizeof operations[0];

	for (size_t row = 0; row < n; row++)
		if (*operations[row].usage && k-- == 0)
			return &operations[row];
	return NULL;
}
