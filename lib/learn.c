/* learn.c - the plan of a kernel: by rule, as was learnt, or as is asked for
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "diag.h"
#include "emit.h"
#include "print.h"
#include "sb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 60 };            /* bytes of a reduction in a note */

kcl_status kcl__kernel_name(const struct kcl_context *ctx,
                            const struct kcl__pass *pass, int bits, int form,
                            struct kcl__hash *name)
{
	struct kcl__sb key = { 0 };
	struct kcl__plan plan;
	double bytes;
	char *source;
	kcl_status status;

	kcl__plan_make(pass, &ctx->target, bits, &plan);
	kcl__plan_set_form(pass, &ctx->target, form, &plan);
	source = kcl__source_of(ctx, pass, &plan, &bytes);
	if (!source)
		return kcl__last_status();
	kcl__sb_printf(&key, "%s\n", kcl__options(pass, &plan,
	                                          kcl__dialect_of(ctx)));
	kcl__sb_puts(&key, source);
	status = key.failed ? KCL_MEMORY : KCL_OK;
	if (!status)
		*name = kcl__hash(key.text, key.length);
	free(source);
	kcl__sb_free(&key);
	return status;
}

/* A plan of the wisdom that does not fit is no error.  */
static kcl_status recall(const struct kcl_context *ctx,
                         const struct kcl__pass *pass, int bits,
                         struct kcl__plan *plan)
{
	struct kcl__hash name;
	const char *learned;
	kcl_status status = kcl__kernel_name(ctx, pass, bits, KCL__PLAIN,
	                                     &name);

	if (status)
		return status;
	learned = kcl__wisdom_find(&ctx->wisdom, name);
	if (learned)
		kcl__plan_change(pass, &ctx->target, learned, plan);
	return KCL_OK;
}

/* What kcl__plan_change says of TEXT, which is called NAME and looks such as
 * LIKE.  */
static kcl_status judge(const struct kcl_context *ctx, int64_t bytes,
                        const char *name, const char *text, const char *like)
{
	if (bytes > 0)
		return kcl__fail(KCL_ARGUMENT, "%s is \"%.60s\", which needs "
		                 "%lld bytes of local memory; device %s has "
		                 "%lld", name, text, (long long)bytes,
		                 ctx->device->facts.text[KCL_DEVICE_NAME],
		                 (long long)ctx->target.local_memory);
	return bytes == 0 ? KCL_OK
		: kcl__fail(KCL_ARGUMENT, "%s is \"%.60s\"; expected such as "
		            "\"%s\", with powers of two that fit together",
		            name, text, like);
}

kcl_status kcl__plan_for(const struct kcl_context *ctx,
                         const struct kcl__pass *pass, int bits,
                         struct kcl__plan *plan)
{
	const char *asked = kcl__os_getenv("KEOPSCL_PLAN");
	kcl_status status = KCL_OK;

	kcl__plan_make(pass, &ctx->target, bits, plan);
	if (ctx->wisdom.count && !asked)
		status = recall(ctx, pass, bits, plan);
	if (!asked)
		return status;
	return judge(ctx, kcl__plan_change(pass, &ctx->target, asked, plan),
	             "KEOPSCL_PLAN", asked, "shape=gpu,group=64,tile=32,rows=2,"
	             "cols=1,lanes=1");
}

static kcl_status learn_pass(struct kcl_context *ctx,
                             const struct kcl__pass *pass, int bits,
                             const char *text)
{
	struct kcl__hash name;
	struct kcl__sb note = { 0 };
	struct kcl__plan plan;
	kcl_status status;

	kcl__plan_make(pass, &ctx->target, bits, &plan);
	status = judge(ctx, strlen(text) >= KCL__PLAN_TEXT ? -1
	               : kcl__plan_change(pass, &ctx->target, text, &plan),
	               "the plan", text, "rows=2,cols=8");
	if (status)
		return status;
	status = kcl__kernel_name(ctx, pass, bits, KCL__PLAIN, &name);
	kcl__print(pass->g, pass->feed[0].root, KCL__NUMBERS, SHOWN, &note);
	if (!status)
		status = note.failed ? KCL_MEMORY
			: kcl__wisdom_add(ctx->cache, &ctx->device->facts,
			                  name, text, note.text);
	kcl__sb_free(&note);
	return status;
}

kcl_status kcl_kernel_learn(kcl_kernel *kernel, int bits, const char *plan)
{
	kcl_status status = kcl__check_bits(kernel, bits);

	if (!status && !plan)
		status = kcl__fail(KCL_ARGUMENT, "the plan is NULL");
	if (!status && !kcl__dialect_of(kernel->ctx))
		status = kcl__fail(KCL_UNSUPPORTED, "the host has no plans");
	if (!status)
		status = kcl__enter(kernel->ctx);
	if (status)
		return status;
	for (size_t k = 0; !status && k < kernel->formula->passes; k++)
		status = learn_pass(kernel->ctx, &kernel->formula->pass[k],
		                    bits, plan);
	kcl__leave(kernel->ctx);
	return status;
}
