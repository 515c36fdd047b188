/* task.c - a pass of a call as a task of the runtime
 * SPDX-License-Identifier: MIT */
#include "bundle.h"
#include "operand.h"
#include "run.h"
#include "team.h"

static int report(void *user, double done)
{
	const struct kcl__call *c = user;
	const struct kcl_context *ctx = c->kernel->ctx;
	double passes = (double)c->kernel->formula->passes;

	done = ((double)c->b + done) / (double)c->tasks;
	return ctx->progress(ctx->user, ((double)c->pass + done) / passes);
}

struct kcl__task kcl__task_of(struct kcl__call *c, const struct kcl__pass *p,
                              int form)
{
	int split = form >= KCL__SPLIT;
	const struct kcl__ready *r = kcl__ready(c->kernel, c->bits, c->pass,
	                                        split ? kcl__merge_of(form)
	                                        : form);
	size_t size = (size_t)c->bits / 8;

	return (struct kcl__task){
		.program = r->program, .split = split
			? kcl__ready(c->kernel, c->bits, c->pass, form)
			->program : NULL,
		.nin = p->inputs,
		.rows = kcl__extent(c, p->tag, 0),
		.columns = kcl__extent(c, p->tag, 1),
		.window = p->tag == KCL__IJ ? KCL__PAIRS : 0,
		.value_bytes = (size_t)p->sizes.values * size,
		.index_bytes = (size_t)p->sizes.indices * 8,
		.state_bytes = kcl__state_bytes(p, c->bits),
		.which_bytes = (size_t)p->sizes.which * 8,
		.block_bytes = (size_t)kcl__block_numbers(p)
			* (kcl__widens(p, c->bits) ? 8 : size),
		.place_bytes = (size_t)p->sizes.which * size,
		.cost = kcl__cost(p, c->bits),
		.column_rounds = r->loops.column,
		.other_rounds = r->loops.besides,
		.progress = c->kernel->ctx->progress && !c->quiet ? report
			: NULL, .user = c
	};
}

enum kcl__place kcl__place_of(const struct kcl__pass *p, size_t k)
{
	static const enum kcl__place places[] = { KCL__PARAMETER, KCL__ROW,
		KCL__COLUMN };

	return places[kcl__at(p, p->input[k])];
}

int kcl__form_of(const struct kcl__call *c, const struct kcl__pass *p)
{
	struct kcl_kernel *kernel = c->kernel;
	const struct kcl_context *ctx = kernel->ctx;
	size_t pass = (size_t)(p - kernel->formula->pass);
	int64_t rows = kcl__extent(c, p->tag, 0);
	int64_t columns = kcl__extent(c, p->tag, 1);
	int form, usual = !kcl__os_getenv("KEOPSCL_PLAN");

	if (kcl__in_parts(c, p))
		return KCL__PARTS;
	if ((usual && columns < (kcl__in_team(c, p) ? KCL__MANY
	                         : kcl__many(&ctx->target)))
	    || !kcl__dialect_of(ctx) || ctx->device->most_rounds > 0
	    || kcl__pass_ready(kernel, c->bits, pass, KCL__PLAIN, KCL__TEXT))
		return KCL__PLAIN;
	form = kcl__plan_form(p, &ctx->target, &kcl__ready(kernel, c->bits,
		pass, KCL__PLAIN)->plan, rows, columns);
	return kernel->bundle ? kcl__bundle_form(kernel, c->bits, pass, form)
		: form;
}
