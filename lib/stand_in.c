/* stand_in.c - the host in place of kernels that are not compiled yet
 * SPDX-License-Identifier: MIT
 *
 * A compiler may take a second, where the host computes a small problem in
 * milliseconds.  It does, until it has taken as long as compiling would: so a
 * kernel that is run once is never compiled, one that is run often soon is, and
 * in the worst case that takes twice as long.  */
#include "os.h"
#include "run.h"
#include "team.h"

#define BRIEF 2e7               /* operations, */
#define FEW 1e6                 /* and pairs, less than need a team */
#define PATIENCE 0.5            /* seconds */

static int will_do(const struct kcl__call *c)
{
	const struct kcl_formula *f = c->kernel->formula;
	double pairs = 0, operations = 0;

	if (!c->kernel->ctx->host_first || c->device_only
	    || c->kernel->stood_in >= PATIENCE)
		return 0;
	for (size_t k = 0; k < f->passes; k++) {
		double n = (double)kcl__extent(c, f->pass[k].tag, 0)
			* (double)kcl__extent(c, f->pass[k].tag, 1)
			* (double)c->batch.count;

		pairs += n;
		operations += n * kcl__cost(&f->pass[k], c->bits);
	}
	return pairs <= FEW && operations <= BRIEF;
}

static kcl_status prepare_form(struct kcl__call *c, size_t k, int form,
                               enum kcl__stage stage, int *ready)
{
	kcl_status status = kcl__pass_ready(c->kernel, c->bits, k, form,
	                                    stage);

	if (!status && !kcl__ready(c->kernel, c->bits, k, form)->program)
		*ready = 0;
	return status;
}

/* Pass number K, on all devices that are to compute it.  */
static kcl_status prepare(struct kcl__call *c, size_t k, enum kcl__stage stage,
                          int *ready)
{
	const struct kcl__pass *p = &c->kernel->formula->pass[k];
	int form = kcl__form_of(c, p);
	kcl_status status = form == KCL__PARTS ? kcl__prepare_parts(c, p)
		: KCL_OK;

	if (!status && form >= KCL__SPLIT)
		status = prepare_form(c, k, kcl__merge_of(form), stage, ready);
	if (!status)
		status = prepare_form(c, k, form, stage, ready);
	if (form != KCL__PLAIN || !kcl__in_team(c, p))
		return status;
	for (size_t n = 0; !status && n < c->kernel->ctx->peers; n++)
		status = kcl__pass_ready(c->kernel->peer[n], c->bits, k,
		                         KCL__PLAIN, stage);
	return status;
}

kcl_status kcl__prepare(struct kcl__call *c, int *ready)
{
	enum kcl__stage stage = will_do(c) ? KCL__KEPT : KCL__COMPILED;
	kcl_status status = KCL_OK;

	*ready = 1;
	for (size_t k = 0; !status && k < c->kernel->formula->passes; k++)
		status = prepare(c, k, stage, ready);
	return status;
}

kcl_status kcl__stand_in_run(struct kcl__call *c, size_t nin,
                             const kcl_array *in, size_t nout,
                             const kcl_array *out)
{
	struct kcl_kernel *kernel = c->kernel;
	struct kcl_context *ctx = kernel->ctx;
	double start = kcl__os_now();
	kcl_status status = KCL_OK;

	if (!ctx->host)
		status = kcl_context_open("host", &ctx->host);
	if (!status && !kernel->stand_in)
		status = kcl_kernel_from(ctx->host, kernel->formula,
		                         &kernel->stand_in);
	if (status)
		return status;
	kcl_context_on_progress(ctx->host, ctx->progress, ctx->user);
	status = kcl_run_ranges(kernel->stand_in, nin, in, nout, out,
	                        c->ranges);
	kernel->stood_in += kcl__os_now() - start;
	return status;
}
