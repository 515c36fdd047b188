/* run.c - one call: arrays checked, passes run one after the other
 * SPDX-License-Identifier: MIT */
#include "diag.h"
#include "eval.h"
#include "mem.h"
#include "operand.h"
#include "resident.h"
#include "team.h"
#include <stdlib.h>
#include <string.h>

/* ----- checks ------------------------------------------------------------ */

static kcl_status check_count(const char *what, size_t expected, size_t found)
{
	if (expected == found)
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "expected %zu %s%s, found %zu",
	                 expected, what, expected == 1 ? "" : "s", found);
}

static kcl_status check_rows(struct kcl__call *c, const kcl_array *a,
                             const struct kcl__role *r,
                             const struct kcl__matrix *m)
{
	int64_t *extent = &c->extent[r->category], rows = m->extent[KCL__ROWS];
	char text[KCL__NAMED];

	if (*extent < 0)
		*extent = rows;
	if (*extent == rows)
		return KCL_OK;
	if (r->batch && r->batch->dims && a->ndim < r->batch->dims + 2)
		return kcl__bad_shape(a, r, *extent);   /* columns or batches
		                                         * are left out */
	return kcl__fail(KCL_SHAPE, "%s has %lld rows; expected %lld, as %s",
		kcl__array_text(r->what, r->number, r->name, text),
		(long long)rows, (long long)*extent, r->category == KCL__I
		? "for the other arrays of index i" : r->category == KCL__J
		? "for the other arrays of index j" : "a parameter has one");
}

static kcl_status check_inputs(struct kcl__call *c, size_t nin,
                               const kcl_array *in)
{
	const struct kcl_formula *f = c->kernel->formula;
	kcl_status status = check_count("argument", kcl_formula_inputs(f), nin);
	int cuda = kcl__resident_on(c->kernel->ctx);

	for (size_t k = 0; !status && k < nin; k++) {
		const struct kcl__argument *a = &f->g.argument[k];
		const struct kcl__role role = { "argument", k, a->name,
			a->category, a->dim, 0, NULL, cuda, 0 };

		status = kcl__matrix_of(&in[k], &role, c->bits, &c->in[k]);
		if (!status)
			status = check_rows(c, &in[k], &role, &c->in[k]);
		if (!status)
			status = kcl__broadcast(&c->batch, &role, &c->in[k]);
		c->bits = in[k].dtype.bits;
	}
	return status;
}

/* The number of the first output whose values are floats; NOUT where there is
 * none.  */
static size_t first_values(size_t nout, const kcl_array *out)
{
	size_t k = 0;

	while (k < nout && out[k].dtype.code != KCL_FLOAT)
		k++;
	return k;
}

/* The bits that these ask for: 64, or 16 for float16 and float32, as outputs of
 * either type go with both; so too where there is none.  */
static int bits_of_values(size_t nout, const kcl_array *out)
{
	size_t k = first_values(nout, out);

	return k < nout && out[k].dtype.bits == 64 ? 64 : 16;
}

/* Sets the number of batches, and M and N to 1 where no argument has them.  It
 * is called before the outputs are looked at, and after that, which is the LAST
 * time.  The first time M and N stay open where the formula has Index_i() or
 * Index_j(): the output's rows then say what they are.  */
static kcl_status set_extents(struct kcl__call *c, int last)
{
	int64_t rows = 1, all;

	c->batch.count = 1;
	for (int d = 0; d < c->batch.dims; d++)
		if (__builtin_mul_overflow(c->batch.count, c->batch.extent[d],
		                           &c->batch.count))
			c->batch.count = INT64_MAX;
	for (int k = 0; k < 3; k++) {
		if (c->extent[k] < 0
		    && (last || !c->kernel->formula->indexed[k]))
			c->extent[k] = 1;
		rows = c->extent[k] > rows ? c->extent[k] : rows;
	}
	if (!__builtin_mul_overflow(rows, c->batch.count, &all)
	    && all <= (int64_t)1 << 40)
		return KCL_OK;
	return kcl__fail(KCL_LIMIT, "the batches have more than 2^40 rows "
	                 "in all");
}

/* The output of Dense(f), (B1, ..., Bk, M, N, d), is checked as one of N rows
 * that has M as a further batch dimension, in ALL.  */
static kcl_status set_pairs(struct kcl__call *c, const kcl_array *out,
                            struct kcl__role *role, struct kcl__batch *all)
{
	int64_t *m = &c->extent[KCL__I];
	int dims = c->batch.dims;

	if (dims == KCL__BATCHED)
		return kcl__fail(KCL_LIMIT, "Dense(f) has %d batch dimensions; "
		                 "at most %d can be handled", dims, dims - 1);
	if (*m < 0)
		*m = out->shape && out->ndim > dims + 1 ? out->shape[dims] : 1;
	all->by = c->batch.by;
	all->name = c->batch.name;
	all->extent[0] = *m;
	memcpy(all->extent + 1, c->batch.extent, (size_t)dims * sizeof *m);
	all->dims = dims + 1;
	role->category = KCL__J;
	role->batch = all;
	return KCL_OK;
}

static kcl_status check_outputs(struct kcl__call *c, size_t nin, size_t nout,
                                const kcl_array *out)
{
	const struct kcl_formula *f = c->kernel->formula;
	kcl_status status = check_count("output", kcl_formula_outputs(f), nout);
	struct kcl__batch all;
	/* Without arguments the first output of values has the data type, and
	 * the others are to have it too.  */
	size_t like = nin ? 0 : 1 + first_values(nout, out);
	int bits = like > nout ? 0 : c->bits;
	int cuda = kcl__resident_on(c->kernel->ctx);
	kcl_slot slot;

	for (size_t n = 0; !status && n < nout; n++) {
		kcl_formula_output(f, n, &slot);
		struct kcl__role role = { "output", n, NULL,
			slot.category, slot.dim, slot.is_index, &c->batch,
			cuda, like };

		if (slot.category == KCL__IJ)
			status = set_pairs(c, &out[n], &role, &all);
		if (!status)
			status = kcl__matrix_of(&out[n], &role, bits,
			                        &c->out[n]);
		if (!status)
			status = check_rows(c, &out[n], &role,
			                    &c->out[n]);
		if (!status)
			status = kcl__no_repeats(&c->out[n], n);
		for (size_t k = 0; !status && k < nin; k++)
			status = kcl__no_overlap(&c->out[n], n, &c->in[k],
			                         "argument", k);
		for (size_t k = 0; !status && k < n; k++)
			status = kcl__no_overlap(&c->out[n], n, &c->out[k],
			                         "output", k);
	}
	return status;
}

/* ----- passes ------------------------------------------------------------ */

/* Describes by O what input F of pass P is in the batch at work; O refers to S.
 */
static void set_operand(const struct kcl__call *c, const struct kcl__pass *p,
                        ref f, struct kcl__source *s, struct kcl__operand *o)
{
	const struct kcl_formula *formula = c->kernel->formula;
	const struct kcl__node *n = &p->g->node[f];

	o->row_bytes = n->dim * (size_t)c->bits / 8;
	if (n->op == KCL__INDEX)
		kcl__operand_index(o, s, (enum kcl__digit)n->u.par[1]);
	else if (n->op == KCL__VAR) {
		kcl__operand_matrix(o, s, &c->in[n->u.par[0]], &c->batch, c->b);
		o->resident = c->in[n->u.par[0]].resident;
	} else
		o->data = (const char *)c->result[kcl__feed_of(formula, f)
			->number].rows[0] + (size_t)(c->b
			* kcl__extent(c, n->u.par[1], 0)) * o->row_bytes;
	if (p->tag == KCL__IJ && n->mask)
		kcl__operand_pairs(o, s, c->extent[KCL__J],
		                   n->mask == KCL__BY_I);
}

/* Runs P for the batch at work.  */
static kcl_status run_task(struct kcl__call *c, const struct kcl__pass *p,
                           char *values, char *indices)
{
	struct kcl__operand in[KCL__ARGUMENTS] = { 0 };
	struct kcl__source source[KCL__ARGUMENTS];
	struct kcl__task task = kcl__task_of(c, p, kcl__form_of(c, p));

	task.in = in;
	task.values_stay = kcl__is_resident(c, values);
	task.indices_stay = kcl__is_resident(c, indices);
	for (size_t k = 0; k < p->inputs; k++) {
		in[k].place = kcl__place_of(p, k);
		set_operand(c, p, p->input[k], &source[k], &in[k]);
	}
	if (values)
		task.values = values
			+ (size_t)(c->b * task.rows) * task.value_bytes;
	if (indices)
		task.indices = indices
			+ (size_t)(c->b * task.rows) * task.index_bytes;
	return !task.split && kcl__in_team(c, p) ? kcl__run_team(c, &task)
		: kcl__run(c->kernel->ctx->device, &task);
}

/* Without columns all ROWS rows have the neutral result, whatever the device
 * and the inputs.  */
static kcl_status run_neutral(struct kcl__call *c, const struct kcl__pass *p,
                              void *values, void *indices, int64_t rows)
{
	const struct kcl__rectangle part = { .rows = 1, .first = 1, .last = 1 };
	void *arrays[KCL__ARGUMENTS + 4] = { 0 };
	void *zeros = kcl__zeros(p, c->bits);
	struct kcl__eval *eval = kcl__eval_make(p, c->bits);
	kcl_status status = eval ? KCL_OK : kcl__last_status();
	size_t n = p->inputs, size = (size_t)c->bits / 8;

	for (size_t k = 0; k < n; k++)
		arrays[k] = zeros;
	if (p->sizes.values)
		arrays[n++] = values;
	if (p->sizes.indices)
		arrays[n] = indices;
	if (!status)
		status = zeros ? kcl__eval_run(eval, arrays, &part, 0, 1)
			: KCL_MEMORY;
	if (!status) {
		kcl__repeat(values, rows, (size_t)p->sizes.values * size);
		kcl__repeat(indices, rows, (size_t)p->sizes.indices * 8);
	}
	free(zeros);
	kcl__eval_free(eval);
	return status;
}

/* Runs P for all batches.  */
static kcl_status run_batches(struct kcl__call *c, const struct kcl__pass *p,
                              void *values, void *indices, int64_t rows)
{
	kcl_status status = KCL_OK;
	int parts = kcl__in_parts(c, p);

	if (kcl__extent(c, p->tag, 1) == 0)
		return run_neutral(c, p, values, indices, rows);
	c->b = 0;
	c->tasks = parts ? 1 : c->batch.count;
	if (parts)
		return kcl__run_parts(c, p, values, indices);
	for (; !status && c->b < c->batch.count; c->b++)
		status = run_task(c, p, values, indices);
	return status;
}

/* Runs a pass of several reductions.  A kernel writes their results side by
 * side, from where each goes to its own place.  */
static kcl_status run_joined(struct kcl__call *c, const struct kcl__pass *p,
                             int64_t rows)
{
	void *values = kcl__room(rows, p->sizes.values, (size_t)c->bits / 8);
	void *indices = kcl__room(rows, p->sizes.indices, 8);
	kcl_status status = values && indices
		? run_batches(c, p, values, indices, rows) : KCL_MEMORY;

	if (!status)
		kcl__results_split(c->result, p, rows, c->bits, values,
		                   indices);
	free(values);
	free(indices);
	return status;
}

static kcl_status run_pass(struct kcl__call *c)
{
	const struct kcl__pass *p = &c->kernel->formula->pass[c->pass];
	int64_t rows = kcl__extent(c, p->tag, 0) * c->batch.count;
	kcl_status status = kcl__results_place(c->result, p, rows, c->bits);
	void *const *own = c->result[p->feed->number].rows;

	if (status || rows == 0)
		return status;
	return p->feeds > 1 ? run_joined(c, p, rows)
		: run_batches(c, p, own[0], own[1], rows);
}

kcl_status kcl__run_passes(struct kcl__call *c)
{
	const struct kcl_formula *f = c->kernel->formula;
	kcl_status status = KCL_OK;

	kcl__results_begin(c->result, f, c->out);
	for (c->pass = 0; !status && c->pass < f->passes; c->pass++)
		status = run_pass(c);
	if (!status)
		kcl__results_unpack(c->result, f, c->out);
	kcl__results_end(c->result, f);
	return status;
}

kcl_status kcl__run_checked(struct kcl__call *c, size_t nin,
                            const kcl_array *in, size_t nout,
                            const kcl_array *out)
{
	kcl_status status = kcl__resident_bring(c);
	int ready = 0;

	if (!status)
		status = kcl__prepare(c, &ready);
	if (!status)
		status = !ready ? kcl__stand_in_run(c, nin, in, nout, out)
			: c->compute ? c->compute(c) : kcl__run_passes(c);
	for (int tag = 0; tag < 3; tag++)
		kcl__bands_free(&c->bands[tag]);
	return kcl__resident_return(c, status);
}

static kcl_status run(struct kcl__call *c, size_t nin, const kcl_array *in,
                      size_t nout, const kcl_array *out)
{
	kcl_status status = check_inputs(c, nin, in);

	if (!status && nin == 0)
		c->bits = bits_of_values(nout, out);
	if (!status)
		status = set_extents(c, 0);
	if (!status)
		status = check_outputs(c, nin, nout, out);
	c->bits = c->bits == 64 ? 64 : 32;      /* float16 is widened */
	if (!status)
		status = set_extents(c, 1);
	if (!status)
		status = kcl__check_indices(c->kernel->formula, c->bits,
		                            c->extent);
	return status ? status : kcl__run_checked(c, nin, in, nout, out);
}

kcl_status kcl__run_call(struct kcl__call *c, size_t nin, const kcl_array *in,
                         size_t nout, const kcl_array *out)
{
	kcl_kernel *kernel = c->kernel;
	kcl_status status;

	if (!kernel)
		return kcl__fail(KCL_ARGUMENT, "the kernel is NULL");
	if ((nin > 0 && !in) || (nout > 0 && !out))
		return kcl__fail(KCL_ARGUMENT, "the array of %s is NULL",
		                 nin > 0 && !in ? "arguments" : "outputs");
	for (int category = 0; category < 3; category++)
		c->extent[category] = -1;
	c->in = kernel->matrix;
	c->out = c->in + kcl_formula_inputs(kernel->formula);
	c->result = kernel->result;
	status = kcl__enter_to_run(kernel->ctx);
	if (status)
		return status;
	status = run(c, nin, in, nout, out);
	kcl__leave(kernel->ctx);
	return status;
}

kcl_status kcl_run(kcl_kernel *kernel, size_t nin, const kcl_array *in,
                   size_t nout, const kcl_array *out)
{
	return kcl_run_ranges(kernel, nin, in, nout, out, NULL);
}

kcl_status kcl_run_ranges(kcl_kernel *kernel, size_t nin, const kcl_array *in,
                          size_t nout, const kcl_array *out,
                          const kcl_ranges *ranges)
{
	struct kcl__call c = { .kernel = kernel, .ranges = ranges };

	return kcl__run_call(&c, nin, in, nout, out);
}
