/* run_parts.c - a pass in parts: with ranges, or many batches at once
 * SPDX-License-Identifier: MIT */
#include "run.h"
#include "diag.h"
#include "mem.h"
#include <stdlib.h>

#define SMALL 0x1p28            /* pairs: larger batches come one by one */

_Static_assert(KCL__ARGUMENTS == KCL__MAX_ARGUMENTS + 2,
               "a task has an operand for each argument and for two tables");

/* The operands of a pass, each a whole array with all batches, and then the two
 * tables; `copy` is memory of those that had to be packed.  */
struct whole {
	struct kcl__operand in[KCL__ARGUMENTS];
	void *copy[KCL__ARGUMENTS];
	struct kcl__layout layout;
	struct kcl__parts parts;
};

/* ----- sizes ------------------------------------------------------------- */

/* M with a batch dimension that was broadcast (its step is 0) as one batch.  */
static struct kcl__matrix distinct(const struct kcl__matrix *m)
{
	struct kcl__matrix own = *m;

	for (int d = KCL__BATCH; d < m->dims; d++)
		if (m->step[d] == 0)
			own.extent[d] = 1;
	return own;
}

/* Bytes of all batches without gaps; SIZE_MAX where they are too many.  */
static size_t whole_bytes(const struct kcl__matrix *m)
{
	size_t bytes = m->wide;

	for (int d = 0; d < m->dims; d++)
		if (__builtin_mul_overflow(bytes, (size_t)m->extent[d], &bytes))
			return SIZE_MAX;
	return bytes;
}

static int is_variable(const struct kcl__pass *p, size_t k)
{
	return p->g->node[p->input[k]].op == KCL__VAR;
}

/* Bytes of input K of a pass, all batches of it.  */
static double bytes_of(const struct kcl__call *c, const struct kcl__pass *p,
                       size_t k)
{
	const struct kcl__node *n = &p->g->node[p->input[k]];
	struct kcl__matrix own;

	if (is_variable(p, k)) {
		own = distinct(&c->in[n->u.par[0]]);
		return (double)whole_bytes(&own);
	}
	return (double)c->batch.count * (double)n->dim * c->bits / 8
		* (double)kcl__extent(c, n->u.par[1], 0);
}

/* The most columns there may be: kernels of parts count the elements of a
 * batch's columns in 32 bits.  */
static int64_t most_columns(const struct kcl__pass *p)
{
	int64_t dim = 1;

	for (size_t k = 0; k < p->inputs; k++)
		if (kcl__at(p, p->input[k]) == KCL__AT_COLUMN
		    && p->g->node[p->input[k]].dim > dim)
			dim = p->g->node[p->input[k]].dim;
	return INT32_MAX / dim;
}

/* Whether the pass with all batches fits in half of the device's memory, where
 * parts have 4 rows, which is the least.  */
static int fits(const struct kcl__call *c, const struct kcl__pass *p)
{
	const struct kcl__device *device = c->kernel->ctx->device;
	const struct kcl__sizes *s = &p->sizes;
	double most = (double)device->facts.number[KCL_DEVICE_MAX_BUFFER];
	double row = (double)s->values * c->bits / 8
		+ (double)kcl__state_bytes(p, c->bits)
		+ (double)(s->indices + s->which) * 8;
	double rows = (double)kcl__extent(c, p->tag, 0);
	double parts = (rows / 4 + 1) * (double)c->batch.count
		* (double)(KCL__PART_INPUT + p->inputs) * sizeof(int64_t);
	double all = row * rows * (double)c->batch.count + parts;
	double largest = all;

	for (size_t k = 0; k < p->inputs; k++) {
		double bytes = bytes_of(c, p, k);

		all += bytes;
		largest = bytes > largest ? bytes : largest;
	}
	return largest <= most && kcl__extent(c, p->tag, 1) <= most_columns(p)
		&& all <= (double)device->budget / 2;
}

int kcl__in_parts(const struct kcl__call *c, const struct kcl__pass *p)
{
	double pairs = (double)kcl__extent(c, p->tag, 0)
		* (double)kcl__extent(c, p->tag, 1);

	if (p->tag == KCL__IJ)
		return 0;
	if (c->ranges && p->tag != KCL__P)
		return 1;
	return c->batch.count > 1 && pairs <= SMALL && fits(c, p);
}

kcl_status kcl__prepare_parts(struct kcl__call *c, const struct kcl__pass *p)
{
	int tag = p->tag;
	int64_t columns = kcl__extent(c, tag, 1), most = most_columns(p);

	if (columns > most)
		return kcl__fail(KCL_LIMIT, "%lld columns; with ranges at most "
			"%lld can be handled, 2^31 - 1 elements of the widest "
			"array", (long long)columns, (long long)most);
	if (c->bands[tag].band)
		return KCL_OK;
	return kcl__bands_make(tag == KCL__P ? NULL : c->ranges, tag,
	                       kcl__extent(c, tag, 0), columns,
	                       &c->bands[tag]);
}

/* ----- inputs ------------------------------------------------------------ */

/* Sets where the batches of input number K, a variable, begin.  */
static kcl_status set_variable(const struct kcl__call *c, struct whole *w,
                               size_t k, const struct kcl__matrix *m)
{
	struct kcl__matrix copy, own = distinct(m);
	struct kcl__batch batch;
	int64_t *offset = w->layout.offset + k;

	if (!kcl__is_packed(m) || m->high - m->low > whole_bytes(&own)) {
		w->copy[k] = kcl__alloc(whole_bytes(&own), 1);
		if (!w->copy[k])
			return KCL_MEMORY;
		kcl__batch_of(&own, &batch);
		kcl__pack_all(&own, &batch, w->copy[k]);
		copy = kcl__packed(&own, w->copy[k]);
		m = &copy;
	}
	w->in[k].data = (const void *)m->low;
	w->in[k].row_bytes = m->high - m->low;
	for (int64_t b = 0; b < c->batch.count; b++, offset += w->layout.inputs)
		*offset = (int64_t)((uintptr_t)kcl__batch_at(m, &c->batch, b)
		                    - m->low) / (int64_t)m->size;
	return KCL_OK;
}

/* The same for the values of a reduction before it.  */
static void set_result(const struct kcl__call *c, struct whole *w, size_t k,
                       ref f)
{
	const struct kcl__node *n = &c->kernel->formula->g.node[f];
	int64_t *offset = w->layout.offset + k;
	int64_t size = kcl__extent(c, n->u.par[1], 0) * n->dim;

	w->in[k].data = c->result[kcl__feed_of(c->kernel->formula, f)->number]
		.rows[0];
	w->in[k].row_bytes = (size_t)(size * c->batch.count * c->bits / 8);
	for (int64_t b = 0; b < c->batch.count; b++, offset += w->layout.inputs)
		*offset = b * size;
}

static kcl_status set_input(const struct kcl__call *c,
                            const struct kcl__pass *p, struct whole *w,
                            size_t k)
{
	const struct kcl__node *n = &p->g->node[p->input[k]];

	w->in[k].place = KCL__PARAMETER;
	if (kcl__at(p, p->input[k]) == KCL__AT_ROW)
		w->layout.step[k] = n->dim;
	if (is_variable(p, k))
		return set_variable(c, w, k, &c->in[n->u.par[0]]);
	set_result(c, w, k, p->input[k]);
	return KCL_OK;
}

static kcl_status set_inputs(struct kcl__call *c, const struct kcl__pass *p,
                             struct whole *w)
{
	kcl_status status = KCL_OK;

	w->layout.inputs = p->inputs;
	w->layout.batches = c->batch.count;
	w->layout.rows = kcl__extent(c, p->tag, 0);
	w->layout.offset = kcl__alloc(p->inputs * sizeof(int64_t),
	                              (size_t)c->batch.count);
	w->layout.step = kcl__alloc(p->inputs, sizeof(int64_t));
	if (!w->layout.offset || !w->layout.step)
		return KCL_MEMORY;
	for (size_t k = 0; !status && k < p->inputs; k++)
		status = set_input(c, p, w, k);
	return status;
}

/* ----- the pass ---------------------------------------------------------- */

static struct kcl__operand table(const void *data, size_t bytes)
{
	return (struct kcl__operand){ .data = data, .row_bytes = bytes,
		.place = KCL__PARAMETER };
}

static kcl_status run(struct kcl__call *c, const struct kcl__pass *p,
                      struct whole *w, void *values, void *indices)
{
	const struct kcl__bands *bands = &c->bands[p->tag];
	struct kcl__task task = kcl__task_of(c, p, KCL__PARTS);
	int64_t unit = (int64_t)task.program->group * task.program->item_rows;
	size_t rows = (size_t)(w->layout.rows * w->layout.batches);
	kcl_status status = kcl__parts_make(bands, &w->layout, unit,
	                                    &w->parts);

	if (status)
		return status;
	w->in[task.nin++] = table(w->parts.part, w->parts.count
		* (KCL__PART_INPUT + p->inputs) * sizeof *w->parts.part);
	w->in[task.nin++] = table(bands->block,
		bands->room * sizeof *bands->block);
	task.in = w->in;
	task.rows = (int64_t)w->parts.count * unit;
	task.columns = w->parts.columns[0];
	task.parts = w->parts.columns;
	task.values = values;
	task.indices = indices;
	task.value_bytes *= rows;
	task.index_bytes *= rows;
	task.state_bytes *= rows;
	task.which_bytes *= rows;
	return kcl__run(c->kernel->ctx->device, &task);
}

kcl_status kcl__run_parts(struct kcl__call *c, const struct kcl__pass *p,
                          void *values, void *indices)
{
	struct whole *w = kcl__alloc(1, sizeof *w);
	kcl_status status = w ? set_inputs(c, p, w) : KCL_MEMORY;

	if (!status)
		status = run(c, p, w, values, indices);
	for (size_t k = 0; w && k < p->inputs; k++)
		free(w->copy[k]);
	if (w) {
		kcl__parts_free(&w->parts);
		free(w->layout.offset);
		free(w->layout.step);
	}
	free(w);
	return status;
}
