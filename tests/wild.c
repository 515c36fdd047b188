/* wild.c - random formulas that can be computed, and smaller ones that fail
 * SPDX-License-Identifier: MIT */
#include "wild.h"
#include "print.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 9 };

/* ----- growing ---------------------------------------------------------- */

/* Whether F is of a size to compute with, to four digits in float32.  */
static int is_good(struct bounds *seen, ref f)
{
	const struct known *k = bounds_of(seen, f);
	size_t n = (size_t)seen->points * seen->g->node[f].dim;

	for (size_t i = 0; i < n; i++) {
		double v = fabs((double)k->value[i]);

		if (!(v <= 1e3 && k->error[i] <= 1e-4 * (1 + v)))
			return 0;
	}
	return 1;
}

static ref node2(struct kcl__graph *g, int op, ref x, ref y)
{
	return kcl__node(g, op, 2, (ref[]){ x, y }, 0, 0);
}

/* Argument K, brought into the test domain of the operation by a sine; 0 if
 * there is none.  */
static int tame(struct any *any, struct step *s, int k)
{
	const char *at = kcl__ops[s->row < 0 ? s->op : KCL__NONE].domain;
	struct kcl__graph *g = &any->g;
	double low, high;
	ref x;

	for (int a = 0; at && a < k; a++)
		at = strchr(at + 1, '[');
	if (!at || sscanf(at, "[%lf,%lf]", &low, &high) < 2)
		return 0;
	x = kcl__node(g, KCL__Sin, 1, &s->arg[k], 0, 0);
	x = node2(g, KCL__Mult, kcl__const(g, (high - low) / 2), x);
	if (high + low != 0)
		x = node2(g, KCL__Add, x, kcl__const(g, (high + low) / 2));
	s->arg[k] = x;
	return 1;
}

/* Makes one formula more; 0 if it is no good.  */
static int grow(struct any *any, struct bounds *seen)
{
	struct step s;
	int size = any_choose(any, &s), good;

	if (!any_make(any, &s) || any->g.node[s.made].dim > WIDEST)
		return 0;
	good = is_good(seen, s.made);
	for (int k = s.narg - 1; k >= 0 && !good && tame(any, &s, k); k--)
		good = any_make(any, &s) && is_good(seen, s.made);
	if (good)
		any_keep(any, s.made, size);
	return good;
}

/* An argument that the formula depends on, or -1 to leave it as it is.  */
static int choose_variable(struct wild *w)
{
	unsigned char *mark = calloc(w->f + 1, 1);
	int v = any_number(&w->any, 2) ? any_number(&w->any, ANY_ARGUMENTS)
		: -1;

	ck_assert_ptr_nonnull(mark);
	kcl__mark(&w->any.g, w->f, 0, mark);
	while (v >= 0 && !mark[kcl__var(&w->any.g, v)])
		v = (v + 1) % ANY_ARGUMENTS;
	free(mark);
	return v;
}

void wild_begin(struct wild *w, uint64_t seed, double *const *in,
                int64_t (*at)[3], int points)
{
	struct bounds seen;
	int size, mask;

	w->seed = seed;
	any_begin(&w->any, seed * 0x9e3779b97f4a7c15u + 1);
	w->any.raw = 1;
	bounds_begin(&seen, &w->any.g, in, at, points, FLT_EPSILON / 2);
	size = 3 + any_number(&w->any, 20);
	mask = any_number(&w->any, 4) ? KCL__BY_I | KCL__BY_J : 1;
	do {
		while (!grow(&w->any, &seen))
			continue;
		w->f = w->any.pool[w->any.last];
	} while (w->any.size[w->any.last] < size
	         || w->any.g.node[w->f].mask < mask);
	bounds_end(&seen);
	w->v = choose_variable(w);
}

void wild_end(struct wild *w)
{
	any_end(&w->any);
}

int64_t wild_dim(const struct wild *w)
{
	return w->v < 0 ? w->any.g.node[w->f].dim
		: w->any.g.argument[w->v].dim;
}

char *wild_text(const struct wild *w)
{
	struct kcl__sb sb = { 0 };

	if (w->v >= 0)
		kcl__sb_puts(&sb, "Grad(");
	kcl__print(&w->any.g, w->f, KCL__USER_NAMES, KCL__MAX_TEXT, &sb);
	if (w->v >= 0)
		kcl__sb_printf(&sb, ",%c,Extract(t,0,%d))", "abcdef"[w->v],
		               (int)w->any.g.node[w->f].dim);
	return kcl__sb_take(&sb);
}

/* ----- shrinking -------------------------------------------------------- */

/* F with OLD replaced by NEW; 0 if that does not fit.  */
static ref replaced(struct kcl__graph *g, ref f, ref old, ref new)
{
	ref *done = calloc(f + 1, sizeof *done), result;

	ck_assert_ptr_nonnull(done);
	for (ref k = 1; k <= f; k++) {
		struct kcl__node n = g->node[k];
		int same = 1;

		done[k] = k == old ? new : k;
		for (int a = 0; a < n.narg && k != old; a++) {
			same &= done[n.arg[a]] == n.arg[a];
			n.arg[a] = done[n.arg[a]];
			if (!n.arg[a])
				done[k] = 0;
		}
		if (!same && done[k])
			done[k] = kcl__node(g, n.op, n.narg, n.arg, n.u.par[0],
			                    n.u.par[1]);
	}
	result = done[f];
	free(done);
	return result;
}

static int try(struct wild *w, ref f,
               int (*fails)(const struct wild *, void *), void *user)
{
	ref kept = w->f;

	if (!f || f == kept || w->any.g.node[f].dim > WIDEST)
		return 0;
	w->f = f;
	if (fails(w, user))
		return 1;
	w->f = kept;
	return 0;
}

/* Part K of the formula in the place of the whole, or in the place of K one of
 * its arguments or a variable.  */
static int smaller(struct wild *w, ref k,
                   int (*fails)(const struct wild *, void *), void *user)
{
	struct kcl__graph *g = &w->any.g;
	const struct kcl__node n = g->node[k];

	if (try(w, k, fails, user))
		return 1;
	for (int a = 0; a < n.narg; a++)
		if (g->node[n.arg[a]].dim == n.dim
		    && try(w, replaced(g, w->f, k, n.arg[a]), fails, user))
			return 1;
	for (int v = 0; n.narg && v < ANY_ARGUMENTS; v++)
		if (g->argument[v].dim == n.dim
		    && try(w, replaced(g, w->f, k, kcl__var(g, v)), fails,
		           user))
			return 1;
	return 0;
}

void wild_shrink(struct wild *w, int (*fails)(const struct wild *, void *),
                 void *user)
{
	int changed;

	do {
		unsigned char *mark = calloc(w->f + 1, 1);

		ck_assert_ptr_nonnull(mark);
		kcl__mark(&w->any.g, w->f, 0, mark);
		changed = 0;
		for (ref k = 1, f = w->f; k <= f && !changed; k++)
			changed = mark[k] && smaller(w, k, fails, user);
		free(mark);
	} while (changed);
}
