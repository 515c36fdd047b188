/* wildmeaning.c - what random formulas mean, whatever becomes of them
 * SPDX-License-Identifier: MIT */
#include "wildbatch.h"
#include "frontend/parse.h"
#include "simplify.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The values of a formula that is not simplified, with coordinate K of its
 * variable moved by H.  */
static exact *moved(const struct wild *w, int64_t (*at)[3], int64_t k, exact h)
{
	size_t n = (size_t)POINTS * w->any.g.node[w->f].dim;
	exact *values = malloc(n * sizeof *values);
	struct bounds b;

	ck_assert_ptr_nonnull(values);
	bounds_begin(&b, &w->any.g, batch_data.in, at, POINTS, 0);
	b.moved = w->v;
	b.k = k;
	b.h = h;
	memcpy(values, bounds_of(&b, w->f)->value, n * sizeof *values);
	bounds_end(&b);
	return values;
}

/* Coordinate K at all points.  A gradient is found by differences; NaN where
 * the formula is not smooth.  */
static void meaning(const struct wild *w, int64_t (*at)[3], int64_t k,
                    exact *to)
{
	const exact h = 1e-7;   /* functions have constants in double */
	int64_t d = w->any.g.node[w->f].dim;
	exact *here = moved(w, at, k, 0), *up = moved(w, at, k, h);
	exact *down = moved(w, at, k, -h);

	for (int p = 0; p < POINTS; p++) {
		exact right = 0, left = 0;

		to[p] = here[p * d + k % d];
		if (w->v < 0)
			continue;
		for (int64_t c = 0; c < d; c++) {
			exact e = batch_data.in[WILD_T][at[p][1] * 9 + c];

			right += e * (up[p * d + c] - here[p * d + c]) / h;
			left += e * (here[p * d + c] - down[p * d + c]) / h;
		}
		to[p] = fabs((double)(right - left))
			< 1e-4 * (1e-3 + fabs((double)right))
			&& fabs((double)right) < 1e3
			? (right + left) / 2 : (exact)NAN;
	}
	free(here);
	free(up);
	free(down);
}

/* Coordinate K at point P of the simplified formulas, or the gradient's.  */
static int is_meant(const struct batch *b, const struct known *all, int64_t k,
                    int p, exact expected, struct report *to)
{
	int64_t d = b->problem.formula->g.node[batch_reduced(b)].dim, c = k;
	int piece = batch_piece(b, &c), gradient = b->piece[piece]->v >= 0;
	double e = (double)expected * (b->kind->weighted
		? batch_data.in[WILD_W][b->at[p][1]] : 1);
	double v = (double)all->value[p * d + k], size = 1 + fabs(e);
	double error = (double)all->error[p * d + k];
	double bound = error < 1e-4 * size
		? 1e-3 * error + (gradient ? 1e-6 : 1e-13) * size : INFINITY;

	return isnan(e) || !is_wrong(to, gradient ? "gradient" : "simplified",
	                             piece, p / SIDE, e, v, bound);
}

int batch_means_else(struct batch *b, struct bounds *known,
                     struct report *to)
{
	ref f = batch_reduced(b);
	const struct known *all = bounds_of(known, f);
	int64_t d = b->problem.formula->g.node[f].dim;

	for (int64_t k = 0; k < d; k++) {
		int64_t c = k;
		const struct wild *w = b->piece[batch_piece(b, &c)];
		exact expected[POINTS];

		meaning(w, b->at, c, expected);
		for (int p = 0; p < POINTS; p++)
			if (!is_meant(b, all, k, p, expected[p], to))
				return 1;
	}
	return 0;
}

static ref parse(struct kcl__graph *g, const char *text)
{
	ref root[KCL__MAX_ROOTS];
	size_t roots;

	return kcl__parse(g, text, root, &roots) ? 0 : root[0];
}

void batch_check_text(struct wild *w)
{
	struct kcl__graph *g = &w->any.g;
	ref *done = calloc(w->f + 1, sizeof *done), f;
	int v = w->v;
	char *text;

	ck_assert_ptr_nonnull(done);
	for (ref k = 1, n = w->f; k <= n; k++) {
		ref arg[3];

		for (int a = 0; a < g->node[k].narg; a++)
			arg[a] = done[g->node[k].arg[a]];
		done[k] = g->node[k].narg ? kcl__with_arguments(g, k, arg) : k;
	}
	w->v = -1;
	text = wild_text(w);
	f = parse(g, text);
	ck_assert_msg(f == done[w->f], "%llu: \"%s\" is another formula: %s",
	              (unsigned long long)w->seed, text,
	              f ? "" : kcl_message());
	free(text);
	g->text = "";
	w->f = f;
	text = wild_text(w);
	ck_assert_msg(parse(g, text) == f, "%s", text);
	free(text);
	g->text = "";
	w->v = v;
	free(done);
}
