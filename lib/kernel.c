/* kernel.c - public kernels: passes to text, to programs
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "diag.h"
#include "emit.h"
#include "eval.h"
#include "mem.h"
#include "results.h"
#include <stdlib.h>

enum {
	HOST_ROWS = 128,        /* that a thread of the host takes at least */
	GPU_ITEM = 1 << 18,     /* most bytes of private memory: of a work-item
	                         * on GPUs, of a whole group on CPUs */
	CPU_GROUP = 1 << 22
};

/* The host evaluator as a device's program.  */
static kcl_status run_eval(const void *self, void *const *arrays,
                           const struct kcl__job *job, int32_t begin,
                           int32_t end)
{
	const struct kcl__rectangle part = {
		.row = job->row, .column = job->column,
		.row_base = job->row_base, .base = job->base,
		.rows = job->rows, .columns = job->columns,
		.first = job->first, .last = job->last, .pause = job->pause
	};

	return kcl__eval_run(self, arrays, &part, begin, end);
}

static kcl_status run_parts(const void *self, void *const *arrays,
                            const struct kcl__job *job, int32_t begin,
                            int32_t end)
{
	const struct kcl__rectangle part = {
		.row = job->row, .column = job->column, .rows = job->rows,
		.columns = job->columns, .first = job->first,
		.pause = job->pause
	};

	return kcl__eval_parts(self, arrays, &part, begin, end, HOST_ROWS);
}

const struct kcl__dialect *kcl__dialect_of(const struct kcl_context *ctx)
{
	static const struct kcl__dialect *const dialects[] = {
		[KCL__OPENCL_C] = &kcl__opencl_c, [KCL__CUDA_C] = &kcl__cuda_c
	};

	return dialects[ctx->device->language];
}

/* On CPUs the private arrays lie on the stack of a thread, with PoCL those of
 * a whole group.  A stack that overflows ends the process without a word, so
 * the plan is made smaller until they surely fit.  */
char *kcl__source_of(const struct kcl_context *ctx,
                     const struct kcl__pass *pass, struct kcl__plan *plan,
                     double *bytes)
{
	double most = ctx->target.gpu ? GPU_ITEM : CPU_GROUP;
	char *source;

	for (;;) {
		source = kcl__emit(pass, plan, kcl__dialect_of(ctx), bytes);
		*bytes *= ctx->target.gpu ? 1 : plan->group;
		if (!source || *bytes <= most)
			return source;
		free(source);
		if (!kcl__plan_shrink(plan))
			break;
	}
	kcl__fail(KCL_UNSUPPORTED, "the formula's vectors take %.0f bytes of "
	          "private memory, and device %s has room for %.0f; the device "
	          "\"host\" can compute it", *bytes,
	          ctx->device->facts.text[KCL_DEVICE_NAME], most);
	return NULL;
}

/* pass -> plan -> text, or on the host -> evaluator */
static kcl_status generate(struct kcl_context *ctx,
                           const struct kcl__pass *pass, int bits, int form,
                           struct kcl__ready *ready)
{
	struct kcl__plan *plan = &ready->plan;
	kcl_status status;

	if (!kcl__dialect_of(ctx)) {
		kcl__plan_make(pass, &ctx->target, bits, plan);
		ready->eval = kcl__eval_make(pass, bits);
		ready->options = "";
		ready->item_rows = HOST_ROWS;
		ready->group = 1;
		return ready->eval ? KCL_OK : kcl__last_status();
	}
	status = kcl__plan_for(ctx, pass, bits, plan);
	if (status)
		return status;
	kcl__plan_set_form(pass, &ctx->target, form, plan);
	ready->source = kcl__source_of(ctx, pass, plan, &ready->bytes);
	ready->options = kcl__options(pass, plan, kcl__dialect_of(ctx));
	ready->item_rows = plan->rows * (form >= KCL__LANES ? 1 : plan->lanes)
		* (plan->form == KCL__SPLIT ? plan->group : 1);
	ready->columns = form >= KCL__SPLIT ? plan->split : 0;
	ready->group = (size_t)plan->group;
	kcl__loops(pass, plan, &ready->loops);
	return ready->source ? KCL_OK : kcl__last_status();
}

static kcl_status compile(struct kcl_context *ctx, int form, int kept,
                          struct kcl__ready *ready)
{
	const struct kcl__code code = {
		.source = ready->source, .options = ready->options,
		.group = ready->group,
		.item_rows = ready->item_rows,
		.columns = ready->columns,
		.kept = kept,
		.host = { form == KCL__PARTS ? run_parts : run_eval,
			ready->eval, kcl__eval_bytes(ready->eval) }
	};
	kcl_status status;

	kcl__cache_set_patience(ctx->cache, kept ? 0 : KCL__CACHE_PATIENCE);
	status = ctx->device->backend->build(ctx->device, &code,
	                                     &ready->program);
	ready->missed = !ready->program;
	return status;
}

/* KCL_UNSUPPORTED where values or sums of BITS are more than the device has. */
static kcl_status check_float64(const struct kcl_kernel *kernel, int bits)
{
	int wide = bits == 64;

	for (size_t k = 0; k < kernel->formula->passes; k++)
		wide |= kernel->formula->pass[k].wide;
	if (!wide || kernel->ctx->device->facts.number[KCL_DEVICE_FP64])
		return KCL_OK;
	return kcl__fail(KCL_UNSUPPORTED, "device %s has no float64%s",
	                 kcl_context_text(kernel->ctx, KCL_DEVICE_NAME),
	                 bits == 64 ? "" : ", in which sums are asked for");
}

kcl_status kcl__pass_ready(struct kcl_kernel *kernel, int bits, size_t pass,
                           int form, enum kcl__stage stage)
{
	struct kcl__ready **ready = &kernel->ready[bits == 64], *r;
	const struct kcl_formula *formula = kernel->formula;
	kcl_status status = check_float64(kernel, bits);

	if (status)
		return status;
	if (!*ready)
		*ready = kcl__alloc(KCL__FORMS * formula->passes,
		                    sizeof **ready);
	if (!*ready)
		return KCL_MEMORY;
	r = kcl__ready(kernel, bits, pass, form);
	if (stage != KCL__TEXT && !r->program
	    && kcl__bundle_ready(kernel, bits, pass, form, r))
		return KCL_OK;
	if (!r->source && !r->eval)
		status = generate(kernel->ctx, &formula->pass[pass], bits,
		                  form, r);
	if (!status && !r->program
	    && (stage == KCL__COMPILED || (stage == KCL__KEPT && !r->missed)))
		status = compile(kernel->ctx, form, stage == KCL__KEPT, r);
	return status != KCL_BUILD ? status
		: kcl__bundle_refused(kernel, bits, pass, form);
}

kcl_status kcl__make_ready(struct kcl_kernel *kernel, int bits,
                           enum kcl__stage stage)
{
	kcl_status status = KCL_OK;

	for (size_t k = 0; !status && k < kernel->formula->passes; k++)
		status = kcl__pass_ready(kernel, bits, k, KCL__PLAIN, stage);
	return status;
}

/* On every device of the context.  */
static kcl_status build(struct kcl_kernel *kernel, int bits)
{
	kcl_status status = kcl__make_ready(kernel, bits, KCL__COMPILED);

	if (!status && kcl__dialect_of(kernel->ctx)
	    && kernel->ctx->device->backend->launch)
		status = kcl__rehearse(kernel, bits);
	for (size_t k = 0; !status && k < kernel->ctx->peers; k++)
		status = build(kernel->peer[k], bits);
	return status;
}

kcl_status kcl_kernel_from(kcl_context *ctx, const kcl_formula *formula,
                           kcl_kernel **kernel)
{
	struct kcl_kernel *made;
	kcl_status status;

	if (kcl__nowhere(kernel, "the kernel"))
		return KCL_ARGUMENT;
	*kernel = NULL;
	if (!ctx || !formula)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                 ctx ? "the formula" : "the context");
	status = kcl__device_alive(ctx->device);
	if (status)
		return status;
	made = kcl__alloc(1, sizeof *made);
	if (!made)
		return KCL_MEMORY;
	made->ctx = ctx;
	made->formula = (struct kcl_formula *)(uintptr_t)formula;
	kcl__formula_hold(made->formula);
	made->matrix = kcl__alloc(kcl_formula_inputs(formula)
		+ kcl_formula_outputs(formula), sizeof *made->matrix);
	made->result = kcl__results_make(formula);
	if (!made->matrix || !made->result)
		status = KCL_MEMORY;
	for (size_t k = 0; !status && k < ctx->peers; k++)
		status = kcl_kernel_from(ctx->peer[k], formula, &made->peer[k]);
	if (status)
		kcl_kernel_free(made);
	else
		*kernel = made;
	return status;
}

kcl_status kcl_kernel_make(kcl_context *ctx, const char *text, size_t nvars,
                           const char *const *vars, kcl_kernel **kernel)
{
	kcl_formula *formula;
	kcl_status status;

	if (kcl__nowhere(kernel, "the kernel"))
		return KCL_ARGUMENT;
	*kernel = NULL;
	status = kcl_formula_parse(text, nvars, vars, &formula);
	if (!status)
		status = kcl_kernel_from(ctx, formula, kernel);
	kcl_formula_free(formula);
	return status;
}

void kcl_kernel_free(kcl_kernel *kernel)
{
	int own;

	if (!kernel)
		return;
	for (size_t k = 0; k < kernel->ctx->peers; k++)
		kcl_kernel_free(kernel->peer[k]);
	own = !kcl__device_inherited(kernel->ctx->device)
		&& !kcl__mutex_lock(&kernel->ctx->lock);
	for (int b = 0; b < 2; b++) {
		struct kcl__ready *r = kernel->ready[b];

		for (size_t k = 0; r && k < KCL__FORMS
		     * kernel->formula->passes; k++) {
			kernel->ctx->device->backend->unload(r[k].program);
			kcl__eval_free(r[k].eval);
			free(r[k].source);
		}
		free(r);
	}
	kcl_kernel_free(kernel->stand_in);
	if (own)
		kcl__mutex_unlock(&kernel->ctx->lock);
	for (size_t k = 0; kernel->entries
	     && k < kcl_formula_inputs(kernel->formula); k++)
		kcl_kernel_free(kernel->entries[k]);
	free(kernel->entries);
	kcl_formula_free(kernel->formula);
	kcl__bundle_free(kernel->bundle);
	free(kernel->told);
	free(kernel->matrix);
	free(kernel->result);
	free(kernel);
}

kcl_status kcl__check_bits(const kcl_kernel *kernel, int bits)
{
	if (!kernel)
		return kcl__fail(KCL_ARGUMENT, "the kernel is NULL");
	if (bits != 32 && bits != 64)
		return kcl__fail(KCL_ARGUMENT, "bits is %d; expected 32 or 64",
		                 bits);
	return KCL_OK;
}

kcl_status kcl_kernel_build(kcl_kernel *kernel, int bits)
{
	kcl_status status = kcl__check_bits(kernel, bits);

	if (!status)
		status = kcl__enter(kernel->ctx);
	if (status)
		return status;
	status = build(kernel, bits);
	kcl__leave(kernel->ctx);
	return status;
}

kcl_status kcl_kernel_binary(kcl_kernel *kernel, int bits, size_t k,
                             const void **bytes, size_t *length)
{
	kcl_status status = kcl__check_bits(kernel, bits);
	const struct kcl__binary *made;
	size_t passes, pass;
	int form;

	if (kcl__nowhere(bytes, "the bytes")
	    || kcl__nowhere(length, "the length"))
		return KCL_ARGUMENT;
	*bytes = NULL;
	*length = 0;
	if (status)
		return status;
	passes = kernel->formula->passes;
	if (kernel->ctx->device->backend->launch)
		return kcl__fail(KCL_UNSUPPORTED, "device %s runs its kernels, "
			"and keeps them; expected target:NAME",
			kcl_context_text(kernel->ctx, KCL_DEVICE_NAME));
	if (k >= 2 * passes)
		return kcl__fail(KCL_ARGUMENT, "kernel %zu of %zu", k,
		                 2 * passes);
	pass = k % passes;
	form = k < passes ? KCL__PLAIN : KCL__PARTS;
	status = kcl__enter(kernel->ctx);
	if (status)
		return status;
	status = kcl__pass_ready(kernel, bits, pass, form, KCL__COMPILED);
	if (!status) {
		made = &kcl__ready(kernel, bits, pass, form)->program->made;
		*bytes = made->bytes;
		*length = made->length;
	}
	kcl__leave(kernel->ctx);
	return status;
}

const kcl_formula *kcl_kernel_formula(const kcl_kernel *kernel)
{
	return kernel ? kernel->formula : NULL;
}
