/* oracle.c - a reduction computed by plain loops in long double
 * SPDX-License-Identifier: MIT */
#include "oracle.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct work {
	const struct kcl__graph *g;
	const double *const *in;
	const int64_t *rows;            /* M, N, 1 */
	const kcl_ranges *ranges;
	exact **value;                  /* of the pair at hand, by ref */
	struct answer *inner;           /* of reductions, by ref */
};

static void *room(int64_t count, size_t size)
{
	void *p = calloc((size_t)count + 1, size);

	ck_assert_ptr_nonnull(p);
	return p;
}

static const struct kcl__redinfo *reduction(const struct kcl__node *n)
{
	return &kcl__reds[n->op - KCL__RED];
}

/* Brings the row of a variable or of an earlier reduction for pair (i, j).  */
static void load(struct work *w, ref f, const int64_t *at)
{
	const struct kcl__node *n = &w->g->node[f];
	int64_t d = n->dim;

	for (int64_t k = 0; k < d; k++)
		if (n->op == KCL__VAR) {
			int v = n->u.par[0], c = w->g->argument[v].category;

			w->value[f][k] = w->in[v][at[c] * d + k];
		} else
			w->value[f][k] = w->inner[f].value[at[n->u.par[1]] * d
			                                   + k];
}

static void number(struct work *w, ref f, int64_t i)
{
	static const int64_t divisor[] = { 1, 1048576, 1 };
	int digit = w->g->node[f].u.par[1];

	i /= divisor[digit];
	w->value[f][0] = (long double)(digit == KCL__LOW ? i % 1048576 : i);
}

static void evaluate(struct work *w, ref f, const int64_t *at)
{
	const struct kcl__node *n = &w->g->node[f];

	if (n->op == KCL__VAR || n->op >= KCL__RED)
		load(w, f, at);
	else if (n->op == KCL__INDEX)
		number(w, f, at[n->u.par[0]]);
	else if (n->op == KCL__CONST)
		w->value[f][0] = n->u.value;
	else if (n->op != KCL__ZERO)
		oracle_apply(w->g, f, w->value);
}

/* What the reduction R sees of a pair becomes column number J.  */
static void take_pair(struct work *w, ref r, const unsigned char *needed,
                      const int64_t *at, struct columns *c, int64_t j)
{
	const struct kcl__node *n = &w->g->node[r];

	for (ref f = 1; f < r; f++)
		if (needed[f])
			evaluate(w, f, at);
	for (int64_t k = 0; k < c->d; k++)
		c->f[j * c->d + k] = (long double)w->value[n->arg[0]][k];
	for (int64_t k = 0; k < c->e; k++)
		c->weight[j * c->e + k] = (long double)
			w->value[n->arg[1]][k];
}

/* Ranges that go with ROW, which may be of no cluster: their number, and the
 * first in PAIR.  Without ranges it is ALL.  */
static int64_t find(const kcl_ranges *r, int tag, int64_t row,
                    const int64_t *all, const int64_t **pair)
{
	const int64_t *rows, *slices;

	*pair = all;
	if (!r)
		return 1;
	rows = tag ? r->ranges_j : r->ranges_i;
	slices = tag ? r->slices_j : r->slices_i;
	for (size_t k = 0; k < (tag ? r->nranges_j : r->nranges_i); k++) {
		int64_t before = k ? slices[k - 1] : 0;

		if (row < rows[2 * k] || row >= rows[2 * k + 1])
			continue;
		*pair = (tag ? r->redranges_i : r->redranges_j) + 2 * before;
		return slices[k] - before;
	}
	return 0;
}

/* Adds the columns of ROW, which is one of i unless TAG is 1.  */
static void take_row(struct work *w, ref r, const unsigned char *needed,
                     int tag, int64_t row, struct columns *c)
{
	const int64_t all[2] = { 0, w->rows[!tag] }, *pair;
	int64_t count = find(w->ranges, tag, row, all, &pair);
	int64_t at[3] = { 0, 0, 0 };

	at[tag] = row;
	for (int64_t k = 0; k < count; k++)
		for (int64_t j = pair[2 * k]; j < pair[2 * k + 1]; j++) {
			at[!tag] = c->number[c->count] = j;
			take_pair(w, r, needed, at, c, c->count++);
		}
}

static void reduce_row(struct work *w, ref r, const unsigned char *needed,
                       int64_t row, struct columns *c)
{
	const struct kcl__node *n = &w->g->node[r];
	int tag = n->u.par[1];

	c->count = 0;
	if (tag == KCL__IJ) {
		const int64_t at[3] = { row / w->rows[KCL__J],
			row % w->rows[KCL__J], 0 };

		take_pair(w, r, needed, at, c, c->count++);
	} else if (tag != KCL__P)
		take_row(w, r, needed, tag, row, c);
	for (int64_t i = 0; tag == KCL__P && i < w->rows[KCL__I]; i++)
		take_row(w, r, needed, KCL__I, i, c);
	oracle_reduce(reduction(n)->name, c);
}

static void reduce(struct work *w, ref r)
{
	const struct kcl__node *n = &w->g->node[r];
	struct answer *a = &w->inner[r];
	unsigned char *needed = room((int64_t)w->g->count, 1);
	struct kcl__sizes sizes;
	struct columns c = { .ranks = n->u.par[0] };
	int64_t all = 2 * w->rows[0] * w->rows[1], each;

	kcl__sizes_of(w->g, r, &sizes);
	a->rows = n->u.par[1] == KCL__IJ ? w->rows[0] * w->rows[1]
		: w->rows[n->u.par[1]];
	a->values = sizes.values;
	a->indices = sizes.indices;
	each = sizes.values > sizes.indices ? sizes.values : sizes.indices;
	a->value = room(a->rows * each, sizeof *a->value);
	a->scale = room(a->rows * each, sizeof *a->scale);
	a->index = room(a->rows * each, sizeof *a->index);
	c.d = w->g->node[n->arg[0]].dim;
	c.e = n->arg[1] ? w->g->node[n->arg[1]].dim : 0;
	c.f = room(all * c.d, sizeof *c.f);
	c.weight = room(all * c.e, sizeof *c.weight);
	c.number = room(all, sizeof *c.number);
	kcl__mark(w->g, n->arg[0], 0, needed);
	if (n->arg[1])
		kcl__mark(w->g, n->arg[1], 0, needed);
	for (int64_t row = 0; row < a->rows; row++) {
		c.value = a->value + row * each;
		c.scale = a->scale + row * each;
		c.index = a->index + row * each;
		reduce_row(w, r, needed, row, &c);
	}
	free(c.f);
	free(c.weight);
	free(c.number);
	free(needed);
}

void oracle(const struct kcl_formula *formula, const double *const *in,
            const int64_t *rows, const kcl_ranges *ranges,
            struct answer *answer)
{
	const struct kcl__graph *g = &formula->g;
	struct work w = { g, in, rows, ranges, NULL, NULL };
	unsigned char *mark = room((int64_t)g->count, 1);
	ref root = formula->root[0];

	w.value = room((int64_t)g->count, sizeof *w.value);
	w.inner = room((int64_t)g->count, sizeof *w.inner);
	kcl__mark(g, root, 1, mark);
	for (ref f = 1; f < g->count; f++)
		if (mark[f])
			w.value[f] = room(g->node[f].dim,
			                  sizeof **w.value);
	for (ref f = 1; f <= root; f++)
		if (mark[f] && g->node[f].op >= KCL__RED)
			reduce(&w, f);
	*answer = w.inner[root];
	memset(&w.inner[root], 0, sizeof *answer);
	for (ref f = 1; f < g->count; f++) {
		free(w.value[f]);
		answer_free(&w.inner[f]);
	}
	free(w.value);
	free(w.inner);
	free(mark);
}

void answer_free(struct answer *answer)
{
	free(answer->value);
	free(answer->scale);
	free(answer->index);
	memset(answer, 0, sizeof *answer);
}
