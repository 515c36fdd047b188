/* trace.c - the trace of a linear map given as a formula
 * SPDX-License-Identifier: MIT */
#include "ad/trace.h"
#include "mem.h"
#include "simplify.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_BASIS = 256 };       /* dimension that is added up by vectors */

/* b (c . E), the next of its node at index next - 1.  */
struct rank_one {
	ref b, c;
	size_t next;
};

/* A node that depends on E, as diag(diagonal) E + the rank ones from index
 * first - 1 on; 0 for none.  */
struct linear {
	ref diagonal;
	size_t first;
	unsigned char depends;
};

struct walk {
	struct kcl__graph *g;
	ref e;
	int64_t d;
	struct linear *linear;          /* by ref */
	unsigned char *needed;          /* by ref: f needs it */
	struct rank_one *one;
	size_t ones, capacity;
	int failed;
};

static int64_t dim(const struct walk *w, ref f)
{
	return w->g->node[f].dim;
}

/* Node F with its arguments replaced: number K by X, all others that depend on
 * E by zeros; with K < 0 all by their diagonals.  */
static ref replaced(struct walk *w, ref f, int k, ref x)
{
	struct kcl__node n = w->g->node[f];

	for (int a = 0; a < n.narg; a++) {
		const struct linear *l = &w->linear[n.arg[a]];

		if (a == k)
			n.arg[a] = x;
		else if (l->depends)
			n.arg[a] = k < 0 && l->diagonal ? l->diagonal
				: kcl__zero(w->g, dim(w, n.arg[a]));
	}
	return kcl__with_arguments(w->g, f, n.arg);
}

/* Adds b (c . E) to node F, to a rank one with the same c if it has one.  */
static void add_one(struct walk *w, ref f, ref b, ref c)
{
	struct linear *l = &w->linear[f];
	double zero;

	if (!b || !c) {
		w->failed = 1;
		return;
	}
	if (kcl__is_const(w->g, b, &zero) && zero == 0)
		return;
	for (size_t k = l->first; k; k = w->one[k - 1].next)
		if (w->one[k - 1].c == c) {
			w->one[k - 1].b = kcl__make2(w->g, KCL__Add,
			                             w->one[k - 1].b, b);
			return;
		}
	if (kcl__grow(&w->one, &w->capacity, w->ones + 1, sizeof *w->one)) {
		w->failed = 1;
		return;
	}
	w->one[w->ones++] = (struct rank_one){ b, c, l->first };
	l->first = w->ones;
}

static ref wide(struct walk *w, ref f)
{
	return dim(w, f) == w->d ? f
		: kcl__make(w->g, KCL__SumT, 1, &f, w->d, 0);
}

/* The diagonal part of argument X of a sum over coordinates: a rank one of
 * which c is the diagonal, times the factor F if there is one.  */
static void sum_diagonal(struct walk *w, ref f, ref x, ref factor)
{
	ref c = w->linear[x].diagonal;

	if (!c)
		return;
	if (factor)
		c = kcl__make2(w->g, KCL__Mult, c, factor);
	add_one(w, f, kcl__const(w->g, 1), c ? wide(w, c) : 0);
}

/* Takes the diagonal parts of the arguments of F through it; 0 where that is
 * not possible.  */
static int pass_diagonal(struct walk *w, ref f)
{
	const struct kcl__node n = w->g->node[f];
	int any = 0;

	for (int k = 0; k < n.narg; k++)
		any |= w->linear[n.arg[k]].diagonal != 0;
	if (!any)
		return 1;
	if (n.op == KCL__Sum) {
		sum_diagonal(w, f, n.arg[0], 0);
		return 1;
	}
	if (n.op == KCL__Scalprod) {
		sum_diagonal(w, f, n.arg[0], n.arg[1]);
		sum_diagonal(w, f, n.arg[1], n.arg[0]);
		return 1;
	}
	if (kcl__ops[n.op].kind != KCL__EW || n.dim != w->d)
		return 0;
	for (int k = 0; k < n.narg; k++)
		if (w->linear[n.arg[k]].diagonal && dim(w, n.arg[k]) != w->d)
			return 0;
	w->linear[f].diagonal = replaced(w, f, -1, 0);
	w->failed |= !w->linear[f].diagonal;
	return 1;
}

static void pass_ones(struct walk *w, ref f)
{
	const struct kcl__node n = w->g->node[f];

	for (int a = 0; a < n.narg; a++)
		for (size_t k = w->linear[n.arg[a]].first; k;
		     k = w->one[k - 1].next) {
			const struct rank_one one = w->one[k - 1];
			ref b = replaced(w, f, a, one.b);

			add_one(w, f, b, one.c);
		}
}

static ref total(struct walk *w, ref f)
{
	const struct linear *l = &w->linear[f];
	ref sum = kcl__const(w->g, 0);

	if (l->diagonal)
		sum = kcl__make1(w->g, KCL__Sum, wide(w, l->diagonal));
	for (size_t k = l->first; k && sum; k = w->one[k - 1].next) {
		ref t = kcl__make2(w->g, KCL__Scalprod,
		                   wide(w, w->one[k - 1].b), w->one[k - 1].c);

		sum = kcl__make2(w->g, KCL__Add, sum, t);
	}
	return sum;
}

/* F with X in the place of E.  */
static ref applied(struct walk *w, ref f, ref x)
{
	ref *done = kcl__alloc(f + 1, sizeof *done), result = 0;

	if (!done)
		return 0;
	for (ref k = w->e; k <= f; k++) {
		struct kcl__node n = w->g->node[k];

		if (!w->linear[k].depends)
			continue;
		for (int a = 0; a < n.narg; a++)
			if (w->linear[n.arg[a]].depends)
				n.arg[a] = done[n.arg[a]];
		done[k] = k == w->e ? x : kcl__with_arguments(w->g, k, n.arg);
		if (!done[k])
			break;
	}
	result = done[f];
	free(done);
	return result;
}

static ref by_basis(struct walk *w, ref f)
{
	ref sum = kcl__const(w->g, 0), one = kcl__const(w->g, 1);

	if (w->d > MAX_BASIS)
		return kcl__node_fail(w->g, 0, KCL_LIMIT, "the trace of this "
			"formula has to be added up over the coordinates, and "
			"there are more than 256");
	for (int64_t k = 0; k < w->d && sum; k++) {
		ref x = kcl__make(w->g, KCL__ElemT, 1, &one, w->d, k);
		ref y = x ? applied(w, f, x) : 0;

		y = y ? kcl__make(w->g, KCL__Elem, 1, &y, k, 0) : 0;
		sum = kcl__make2(w->g, KCL__Add, sum, y);
	}
	return sum;
}

static ref walk(struct walk *w, ref f)
{
	int structured = w->d > 1;

	w->linear[w->e].depends = 1;
	w->linear[w->e].diagonal = kcl__const(w->g, 1);
	for (ref k = w->e + 1; k <= f; k++) {
		const struct kcl__node n = w->g->node[k];

		for (int a = 0; a < n.narg && w->needed[k]; a++)
			w->linear[k].depends |= w->linear[n.arg[a]].depends;
		if (!w->linear[k].depends || !structured)
			continue;
		structured = pass_diagonal(w, k);
		pass_ones(w, k);
		if (w->failed)
			return 0;
	}
	if (!w->linear[f].depends)
		return kcl__const(w->g, 0);
	return structured ? total(w, f) : by_basis(w, f);
}

ref kcl__trace_of(struct kcl__graph *g, ref f, ref e)
{
	struct walk w = { .g = g, .e = e, .d = g->node[e].dim };
	size_t refs = (f > e ? f : e) + 1;
	ref result = 0;

	w.linear = kcl__alloc(refs, sizeof *w.linear);
	w.needed = kcl__alloc(refs, 1);
	if (w.linear && w.needed) {
		kcl__mark(g, f, 1, w.needed);
		result = walk(&w, f);
	}
	free(w.needed);
	free(w.linear);
	free(w.one);
	return result;
}
