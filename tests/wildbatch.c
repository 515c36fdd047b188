/* wildbatch.c - random formulas side by side in one reduction
 * SPDX-License-Identifier: MIT */
#include "wildbatch.h"
#include "sb.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct kind kinds[] = {
	{ "Sum_Reduction(w*", ",0)", 0, 1 },
	{ "Sum_Reduction(w*", ",1)", 1, 1 },
	{ "Min_ArgMin_Reduction(", ",0)", 0, 0 },
	{ "Sum_Reduction(w*", ",0)", 0, 1 },
	{ "Sum_Reduction(w*", ",1)", 1, 1 },
	{ "SumSoftMaxWeight_Reduction(d*c,0,", ")", 0, 0 },
	{ "Sum_Reduction(w*", ",0)", 0, 1 },
	{ "KMin_ArgKMin_Reduction(", ",2,0)", 0, 0 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const struct kind *batch_kind(int k)
{
	return &kinds[k % KINDS];
}

/* ----- data ------------------------------------------------------------- */

struct problem batch_data;
struct tally batch_tally;

/* Zeros, ones and equal values are among the data.  */
static void spice(struct problem *p)
{
	for (size_t k = 0; k < kcl_formula_inputs(p->formula); k++)
		for (int64_t e = 0; e < problem_size(p, k); e += 5)
			p->in[k][e] = round(2 * p->in[k][e]) / 2;
}

static void open_spiced(struct problem *p, const char *text, int64_t n)
{
	problem_open(p, text, WILD_VARS, SIDE, n);
	spice(p);
}

int64_t batch_row(int r)
{
	return r * (SIDE - 1);
}

static void set_points(int64_t (*at)[3], int tag)
{
	for (int p = 0; p < POINTS; p++) {
		at[p][tag] = batch_row(p / SIDE);
		at[p][!tag] = p % SIDE;
		at[p][2] = 0;
	}
}

void batch_data_open(void)
{
	open_spiced(&batch_data, "Sum_Reduction([a,b,c,d,e,f,w,t],0)", SIDE);
}

void batch_data_close(void)
{
	problem_free(&batch_data);
}

/* ----- batches ---------------------------------------------------------- */

char *batch_text(const struct batch *b)
{
	struct kcl__sb sb = { 0 };

	kcl__sb_puts(&sb, b->kind->before);
	for (int k = 0; k < b->pieces; k++) {
		char *text = wild_text(b->piece[k]);

		kcl__sb_printf(&sb, "%s", k ? "," : b->pieces > 1 ? "[" : "(");
		kcl__sb_puts(&sb, text);
		free(text);
	}
	kcl__sb_puts(&sb, b->pieces > 1 ? "]" : ")");
	kcl__sb_puts(&sb, b->kind->behind);
	return kcl__sb_take(&sb);
}

void batch_open(struct batch *b, int64_t n)
{
	char *text = batch_text(b);

	ck_assert_ptr_nonnull(text);
	open_spiced(&b->problem, text, n);
	set_points(b->at, b->kind->tag);
	free(text);
}

void batch_begin(struct batch *b, uint64_t seed, int count,
                        const struct kind *kind, int64_t n)
{
	memset(b, 0, sizeof *b);
	b->kind = kind;
	set_points(b->at, kind->tag);
	for (; b->pieces < count; b->pieces++) {
		struct wild *w = malloc(sizeof *w);

		ck_assert_ptr_nonnull(w);
		wild_begin(w, seed + (uint64_t)b->pieces, batch_data.in, b->at,
		           POINTS);
		b->piece[b->pieces] = w;
	}
	batch_open(b, n);
}

void batch_end(struct batch *b)
{
	for (int k = 0; k < b->pieces; k++) {
		wild_end(b->piece[k]);
		free(b->piece[k]);
	}
	problem_free(&b->problem);
}

int batch_piece(const struct batch *b, int64_t *k)
{
	int p = 0;

	for (; *k >= wild_dim(b->piece[p]); p++)
		*k -= wild_dim(b->piece[p]);
	return p;
}

ref batch_reduced(const struct batch *b)
{
	const struct kcl_formula *f = b->problem.formula;
	const struct kcl__node *n = &f->g.node[f->root[0]];

	return n->arg[n->narg - 1];
}

void batch_bounds(struct bounds *known, const struct batch *b, int bits)
{
	bounds_begin(known, &b->problem.formula->g, b->problem.in,
	             (int64_t (*)[3])b->at, POINTS,
	             (bits == 32 ? FLT_EPSILON : DBL_EPSILON) / 2);
}

/* ----- results ---------------------------------------------------------- */

/* Notes a result that is not what it must be; 0 if it is, or if so little is
 * known of it that it says nothing.  */
int is_wrong(struct report *to, const char *law, int piece, int row,
                    double expected, double found, double bound)
{
	batch_tally.all++;
	if (!(bound <= 1e-3 * (1 + fabs(expected)))) {
		batch_tally.loose++;
		return 0;
	}
	if (expected == found || fabs(expected - found) <= bound)
		return 0;
	*to = (struct report){ law, piece, row, expected, found, bound };
	return 1;
}

/* What result K of row R must be, but for BOUND.  */
static void expect(const struct batch *b, struct bounds *known, int r,
                   int64_t k, double *expected, double *bound)
{
	const struct kcl_formula *formula = b->problem.formula;
	ref f = batch_reduced(b), s = formula->g.node[formula->root[0]].arg[0];
	int64_t d = formula->g.node[f].dim, c = k % d;
	const struct known *all = bounds_of(known, f);
	const struct known *soft = bounds_of(known, s);
	exact sum = 0, error = 0, weights = 0, most = 0, size = 0;
	double v[SIDE];

	for (int p = r * SIDE; p < (r + 1) * SIDE; p++) {
		exact x = all->value[p * d + c], e = all->error[p * d + c];
		exact q = s != f ? (exact)exp((double)soft->value[p]) : 1;

		v[p % SIDE] = (double)x;
		sum += q * x;
		size += q * (x < 0 ? -x : x);
		error += q * (e + (s != f ? 4 * soft->error[p]
		                   * (x < 0 ? -x : x) : 0));
		weights += q;
		most = most > e || !(e == e) ? most : e;
	}
	error += (SIDE + 8) * known->epsilon * size;
	if (b->kind->weighted || s != f) {
		*expected = (double)(s != f ? sum / weights : sum);
		*bound = (double)(s != f ? 2 * error / weights : error);
		return;
	}
	for (int64_t rank = 0, j; rank <= k / d; rank++) {
		for (j = 0, *expected = INFINITY; j < SIDE; j++)
			*expected = v[j] < *expected ? v[j] : *expected;
		for (j = 0; j < SIDE - 1 && v[j] != *expected; j++)
			continue;
		v[j] = INFINITY;
	}
	*bound = (double)most;
}

/* The value that the index found for result K of row R stands for.  */
static double value_at(const struct batch *b, struct bounds *known, int r,
                       int64_t k, const struct answer *a)
{
	ref f = batch_reduced(b);
	int64_t d = b->problem.formula->g.node[f].dim;
	int64_t j = a->index[batch_row(r) * a->indices + k];

	if (j < 0 || j >= SIDE)
		return INFINITY;
	return (double)bounds_of(known, f)->value[(r * SIDE + j) * d + k % d];
}

int batch_differs(const struct batch *b, struct bounds *known,
                   const struct answer *a, const char *law, double slack,
                   struct report *to)
{
	int64_t d = b->problem.formula->g.node[batch_reduced(b)].dim;

	for (int r = 0; r < ROWS; r++)
		for (int64_t k = 0; k < a->values; k++) {
			int64_t at = batch_row(r) * a->values + k, c = k % d;
			int piece = batch_piece(b, &c);
			double expected, bound;

			expect(b, known, r, k, &expected, &bound);
			if (is_wrong(to, law, piece, r, expected,
			             (double)a->value[at], slack * bound)
			    || (a->indices
			        && is_wrong(to, "index", piece, r, expected,
			                    value_at(b, known, r, k, a),
			                    2 * bound)))
				return 1;
		}
	return 0;
}
