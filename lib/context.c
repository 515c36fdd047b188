/* context.c - public contexts, and the version
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

	if (!status && kcl__mutex_lock(&ctx->lock))
		status = kcl__fail(KCL_ARGUMENT, "the context of %s is used "
			"by its own progress function or preconditioner; "
			"expected no call on it until the run is over",
		                   kcl_context_text(ctx, KCL_DEVICE_NAME));
	return status;
}

void kcl__leave(struct kcl_context *ctx)
{
	kcl__mutex_unlock(&ctx->lock);
}

/* KCL_UNSUPPORTED where the device is not here.  */
static kcl_status check_present(const struct kcl_context *ctx)
{
	return ctx->device->backend->launch ? KCL_OK
		: kcl__fail(KCL_UNSUPPORTED, "kernels are made for %s, but not "
		            "run: it is not here",
		            kcl_context_text(ctx, KCL_DEVICE_NAME));
}

kcl_status kcl__enter_to_run(struct kcl_context *ctx)
{
	kcl_status status = check_present(ctx);

	return status ? status : kcl__enter(ctx);
}

static void set_target(struct kcl_context *ctx)
{
	const struct kcl__facts *f = &ctx->device->facts;
	const char *type = f->text[KCL_DEVICE_TYPE];

	ctx->target.gpu = type && strcmp(type, "cpu") && strcmp(type, "host");
	ctx->target.lanes32 = (int)f->number[KCL_DEVICE_LANES32];
	ctx->target.lanes64 = (int)f->number[KCL_DEVICE_LANES64];
	ctx->target.scalar = ctx->device->language == KCL__CUDA_C;
	ctx->target.fma = f->number[KCL_DEVICE_FMA] != 0;
	ctx->target.local_memory = f->number[KCL_DEVICE_LOCAL];
	ctx->target.narrow = ctx->device->narrow;
	ctx->target.wave = ctx->device->wave;
	ctx->target.max_group = f->number[KCL_DEVICE_GROUP];
	ctx->target.units = f->number[KCL_DEVICE_UNITS];
	ctx->target.clock = f->number[KCL_DEVICE_CLOCK];
}

static kcl_status open_one(const char *device, kcl_context **ctx)
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
	status = kcl__wisdom_read(made->cache, &made->device->facts,
	                          &made->wisdom);
	if (!status && made->device->backend->launch)
		status = kcl__selftest(made);
	if (status)
		kcl_context_close(made);
	else
		*ctx = made;
	return status;
}

/* Opens the first name of LIST, up to a comma, in *CTX.  */
static kcl_status open_first(const char *list, kcl_context **ctx)
{
	char *name = kcl__copy(list, strcspn(list, ","));
	kcl_status status = name ? open_one(name, ctx) : KCL_MEMORY;

	free(name);
	return status;
}

/* Opens the devices after the first as peers of CTX.  */
static kcl_status open_peers(kcl_context *ctx, const char *list)
{
	kcl_status status = KCL_OK;

	while (!status && (list = strchr(list, ','))) {
		list++;
		if (ctx->peers == KCL__TEAM - 1)
			return kcl__fail(KCL_LIMIT, "more than %d devices in "
			                 "one context", KCL__TEAM);
		status = open_first(list, &ctx->peer[ctx->peers]);
		ctx->peers += !status;
		if (!status)
			status = check_present(ctx);
		if (!status)
			status = check_present(ctx->peer[ctx->peers - 1]);
	}
	return status;
}

static int is_same(const kcl_context *a, const kcl_context *b,
                   kcl_device_field field)
{
	return strcmp(kcl_context_text(a, field), kcl_context_text(b, field))
		== 0;
}

/* Whether A and B may compute alike without being told to: the compiler has a
 * say in how powers of 2 are looked up.  */
static int are_alike(const kcl_context *a, const kcl_context *b)
{
	return a->target.gpu == b->target.gpu
		&& !kcl__dialect_of(a) == !kcl__dialect_of(b)
		&& is_same(a, b, KCL_DEVICE_PLATFORM)
		&& is_same(a, b, KCL_DEVICE_DRIVER)
		&& a->target.lanes32 == b->target.lanes32
		&& a->target.lanes64 == b->target.lanes64;
}

/* So that it makes no difference who has which rows.  */
static void mark_unlike(kcl_context *ctx)
{
	for (size_t k = 0; k < ctx->peers; k++)
		ctx->target.unlike |= !are_alike(ctx, ctx->peer[k]);
	for (size_t k = 0; k < ctx->peers; k++)
		ctx->peer[k]->target.unlike = ctx->target.unlike;
}

kcl_status kcl_context_open(const char *device, kcl_context **ctx)
{
	kcl_status status;

	if (kcl__nowhere(ctx, "the context"))
		return KCL_ARGUMENT;
	*ctx = NULL;
	if (!device)
		device = kcl__os_getenv("KEOPSCL_DEVICE");
	status = open_first(device ? device : "auto", ctx);
	if (!status)
		status = open_peers(*ctx, device ? device : "");
	if (!status)
		mark_unlike(*ctx);
	if (status) {
		kcl_context_close(*ctx);
		*ctx = NULL;
	}
	return status;
}

void kcl_context_close(kcl_context *ctx)
{
	if (!ctx)
		return;
	while (ctx->peers > 0)
		kcl_context_close(ctx->peer[--ctx->peers]);
	kcl_context_close(ctx->host);
	if (ctx->device)
		ctx->device->backend->close(ctx->device);
	kcl__wisdom_free(&ctx->wisdom);
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

void kcl_context_host_first(kcl_context *ctx, int on)
{
	if (!ctx || kcl__enter(ctx))
		return;
	ctx->host_first = on;
	kcl__leave(ctx);
}

void kcl_context_portable(kcl_context *ctx, int portable)
{
	if (!ctx || kcl__enter(ctx))
		return;
	ctx->target.portable = portable != 0;
	for (size_t k = 0; k < ctx->peers; k++)
		ctx->peer[k]->target.portable = portable != 0;
	kcl__leave(ctx);
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
