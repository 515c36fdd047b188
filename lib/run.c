/* run.c - one call: arrays checked, passes run one after the other
 * SPDX-License-Identifier: MIT */
#include "array.h"
#include "build.h"
#include "diag.h"
#include "eval.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

/* Memory of a call: rows without gaps that stand for an array that has some,
 * and values of inner passes.  */
struct call {
	struct kcl_kernel *kernel;
	int bits;
	int64_t extent[3];              /* M, N, 1: by category */
	struct kcl__matrix in[KCL__MAX_ARGUMENTS], out[2];
	void *packed[KCL__MAX_ARGUMENTS];
	void *result[2];                /* of the last pass, if packed */
	void **inner;                   /* values by pass */
	size_t pass;                    /* the one at work */
};

/* ----- checks ------------------------------------------------------------ */

static kcl_status check_count(const char *what, size_t expected, size_t found)
{
	if (expected == found)
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "expected %zu %s%s, found %zu",
	                 expected, what, expected == 1 ? "" : "s", found);
}

static kcl_status check_rows(struct call *c, const struct kcl__role *r,
                             int64_t rows)
{
	int64_t *extent = &c->extent[r->category];

	if (*extent < 0)
		*extent = rows;
	if (*extent == rows)
		return KCL_OK;
	return kcl__fail(KCL_SHAPE, "%s %zu%s%.40s%s has %lld rows; expected "
		"%lld, as %s", r->what, r->number, r->name ? " (" : "",
		r->name ? r->name : "", r->name ? ")" : "", (long long)rows,
		(long long)*extent, r->category == KCL__I
		? "for the other arrays of index i" : r->category == KCL__J
		? "for the other arrays of index j" : "a parameter has one");
}

static kcl_status check_inputs(struct call *c, size_t nin, const kcl_array *in)
{
	const struct kcl_formula *f = c->kernel->formula;
	kcl_status status = check_count("argument", kcl_formula_inputs(f), nin);

	for (size_t k = 0; !status && k < nin; k++) {
		const struct kcl__argument *a = &f->g.argument[k];
		const struct kcl__role role = { "argument", k, a->name,
			a->category, a->dim, 0 };

		status = kcl__matrix_of(&in[k], &role, c->bits, &c->in[k]);
		if (!status)
			status = check_rows(c, &role, c->in[k].rows);
		c->bits = in[k].dtype.bits;
	}
	return status;
}

static kcl_status check_outputs(struct call *c, size_t nin, size_t nout,
                                const kcl_array *out)
{
	const struct kcl_formula *f = c->kernel->formula;
	kcl_status status = check_count("output", kcl_formula_outputs(f), nout);
	kcl_slot slot;

	for (size_t n = 0; !status && n < nout; n++) {
		kcl_formula_output(f, n, &slot);
		const struct kcl__role role = { "output", n, NULL,
			slot.category, slot.dim, slot.is_index };

		status = kcl__matrix_of(&out[n], &role, c->bits, &c->out[n]);
		if (!status)
			status = check_rows(c, &role, c->out[n].rows);
		if (!status)
			status = kcl__no_repeats(&c->out[n], n);
		for (size_t k = 0; !status && k < nin; k++)
			status = kcl__no_overlap(&c->out[n], n, &c->in[k],
			                         "argument", k);
		if (!status && n > 0)
			status = kcl__no_overlap(&c->out[n], n, &c->out[0],
			                         "output", 0);
	}
	return status;
}

/* ----- memory ------------------------------------------------------------ */

static void *room(int64_t rows, int64_t columns, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow((size_t)rows, (size_t)columns, &n))
		n = SIZE_MAX;
	return kcl__alloc(n, size);
}

static kcl_status pack_inputs(struct call *c)
{
	for (int k = 0; k < c->kernel->formula->g.arguments; k++) {
		struct kcl__matrix *m = &c->in[k];

		if (kcl__is_packed(m))
			continue;
		c->packed[k] = room(m->rows, m->columns, m->size);
		if (!c->packed[k])
			return KCL_MEMORY;
		kcl__pack(m, c->packed[k]);
	}
	return KCL_OK;
}

/* Where the last pass puts its values (0) or indices (1).  */
static kcl_status place_outputs(struct call *c, size_t nout)
{
	const struct kcl_formula *f = c->kernel->formula;
	int first = f->pass[f->passes - 1].sizes.values == 0;

	for (size_t n = 0; n < nout; n++) {
		const struct kcl__matrix *m = &c->out[n];
		void **slot = &c->result[(size_t)first + n];

		*slot = kcl__is_packed(m) ? m->data
			: room(m->rows, m->columns, m->size);
		if (!*slot)
			return KCL_MEMORY;
	}
	return KCL_OK;
}

static void unpack_outputs(struct call *c, size_t nout, int done)
{
	const struct kcl_formula *f = c->kernel->formula;
	int first = f->pass[f->passes - 1].sizes.values == 0;

	for (size_t n = 0; n < nout; n++) {
		void *rows = c->result[(size_t)first + n];

		if (kcl__is_packed(&c->out[n]) || !rows)
			continue;
		if (done)
			kcl__unpack(&c->out[n], rows);
		free(rows);
	}
}

/* ----- passes ------------------------------------------------------------ */

/* The rows and columns of a pass: of one row where it sums over both.  */
static int64_t extent_of(const struct call *c, const struct kcl__pass *p,
                         int columns)
{
	int tag = p->g->node[p->root].u.par[1];

	if (tag == KCL__P)
		return columns ? c->extent[KCL__I] : 1;
	return c->extent[columns ? !tag : tag];
}

static const void *data_of(const struct call *c, ref f)
{
	const struct kcl__node *n = &c->kernel->formula->g.node[f];
	int k = n->u.par[0];

	if (n->op != KCL__VAR)
		return c->inner[kcl__pass_of(c->kernel->formula, f)];
	return c->packed[k] ? c->packed[k] : c->in[k].data;
}

static int report(void *user, double done)
{
	const struct call *c = user;
	const struct kcl_context *ctx = c->kernel->ctx;
	double passes = (double)c->kernel->formula->passes;

	return ctx->progress(ctx->user, ((double)c->pass + done) / passes);
}

static kcl_status run_task(struct call *c, const struct kcl__pass *p,
                           void *values, void *indices)
{
	static const enum kcl__place places[] = { KCL__PARAMETER, KCL__ROW,
		KCL__COLUMN };
	struct kcl_context *ctx = c->kernel->ctx;
	const struct kcl__ready *r = &c->kernel->ready[c->bits == 64][c->pass];
	size_t size = (size_t)c->bits / 8;
	struct kcl__operand in[KCL__ARGUMENTS];
	struct kcl__task task = {
		.program = r->program, .in = in, .nin = p->inputs,
		.rows = extent_of(c, p, 0), .columns = extent_of(c, p, 1),
		.values = values, .indices = indices,
		.value_bytes = (size_t)p->sizes.values * size,
		.index_bytes = (size_t)p->sizes.indices * 8,
		.state_bytes = (size_t)p->sizes.saved * size,
		.which_bytes = (size_t)p->sizes.which * 8,
		.cost = kcl__cost(p),
		.column_rounds = r->loops.column,
		.other_rounds = r->loops.besides,
		.progress = ctx->progress ? report : NULL, .user = c
	};

	for (size_t k = 0; k < p->inputs; k++) {
		in[k].data = data_of(c, p->input[k]);
		in[k].place = places[kcl__at(p, p->input[k])];
		in[k].row_bytes = p->g->node[p->input[k]].dim * size;
	}
	return kcl__run(ctx->device, &task);
}

/* Without columns every row has the neutral result, whatever the device.  */
static kcl_status run_neutral(struct call *c, const struct kcl__pass *p,
                              void *values, void *indices)
{
	void *arrays[KCL__ARGUMENTS + 4] = { 0 };
	struct kcl__rectangle part = { .first = 1, .last = 1 };
	struct kcl__eval *eval = kcl__eval_make(p, c->bits);
	kcl_status status = eval ? KCL_OK : kcl__last_status();
	size_t n = p->inputs;

	for (size_t k = 0; k < n; k++)
		arrays[k] = (void *)(uintptr_t)data_of(c, p->input[k]);
	if (p->sizes.values)
		arrays[n++] = values;
	if (p->sizes.indices)
		arrays[n] = indices;
	for (int64_t rows = extent_of(c, p, 0); !status && part.row < rows;
	     part.row += part.rows) {
		part.rows = (int32_t)(rows - part.row < 1 << 20
		                      ? rows - part.row : 1 << 20);
		status = kcl__eval_run(eval, arrays, &part, 0, part.rows);
	}
	kcl__eval_free(eval);
	return status;
}

static kcl_status run_pass(struct call *c)
{
	const struct kcl_formula *f = c->kernel->formula;
	const struct kcl__pass *p = &f->pass[c->pass];
	int64_t rows = extent_of(c, p, 0);
	void *values = c->result[0], *indices = c->result[1];

	if (c->pass + 1 < f->passes) {
		values = room(rows, p->sizes.values, (size_t)c->bits / 8);
		c->inner[c->pass] = values;
		if (!values)
			return KCL_MEMORY;
	}
	if (rows == 0)
		return KCL_OK;
	if (extent_of(c, p, 1) == 0)
		return run_neutral(c, p, values, indices);
	return run_task(c, p, values, indices);
}

static kcl_status run_passes(struct call *c)
{
	const struct kcl_formula *f = c->kernel->formula;
	kcl_status status = KCL_OK;

	c->inner = kcl__alloc(f->passes, sizeof *c->inner);
	if (!c->inner)
		return KCL_MEMORY;
	for (c->pass = 0; !status && c->pass < f->passes; c->pass++)
		status = run_pass(c);
	for (size_t k = 0; k < f->passes; k++)
		free(c->inner[k]);
	free(c->inner);
	return status;
}

static kcl_status run(struct call *c, size_t nin, const kcl_array *in,
                      size_t nout, const kcl_array *out)
{
	kcl_status status = check_inputs(c, nin, in);

	if (!status && nin == 0)
		c->bits = nout > 0 && out[0].dtype.bits == 64 ? 64 : 32;
	for (int k = 0; k < 3 && !status; k++)
		if (c->extent[k] < 0)
			c->extent[k] = 1;
	if (!status)
		status = check_outputs(c, nin, nout, out);
	if (!status)
		status = kcl__kernel_ready(c->kernel, c->bits, 1);
	if (!status)
		status = pack_inputs(c);
	if (!status)
		status = place_outputs(c, nout);
	if (!status)
		status = run_passes(c);
	unpack_outputs(c, nout, !status);
	for (int k = 0; k < KCL__MAX_ARGUMENTS; k++)
		free(c->packed[k]);
	return status;
}

kcl_status kcl_run(kcl_kernel *kernel, size_t nin, const kcl_array *in,
                   size_t nout, const kcl_array *out)
{
	struct call *c;
	kcl_status status;

	if (!kernel)
		return kcl__fail(KCL_ARGUMENT, "the kernel is NULL");
	if ((nin > 0 && !in) || (nout > 0 && !out))
		return kcl__fail(KCL_ARGUMENT, "the array of %s is NULL",
		                 nin > 0 && !in ? "arguments" : "outputs");
	c = kcl__alloc(1, sizeof *c);
	if (!c)
		return KCL_MEMORY;
	c->kernel = kernel;
	c->extent[0] = c->extent[1] = c->extent[2] = -1;
	status = kcl__enter(kernel->ctx);
	if (!status) {
		status = run(c, nin, in, nout, out);
		kcl__leave(kernel->ctx);
	}
	free(c);
	return status;
}
