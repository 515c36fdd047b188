/* lower.c - a formula rewritten so that a pair costs less
 * SPDX-License-Identifier: MIT */
#include "lower.h"
#include "mem.h"
#include "simplify.h"
#include <stdlib.h>

#define LOG2_E 1.44269504088896341

enum {
	DEEPEST = 100,          /* what is nested deeper is one factor, */
	MOST = 256              /* and so is what comes after so many: a graph
	                         * may have more paths than nodes */
};

/* A product by what its factors vary with: a mask of KCL__BY_I and KCL__BY_J,
 * 0 where there is no such factor.  */
struct factors {
	struct kcl__graph *g;
	ref by[4];
	int order[4], masks;    /* in which they came; all that there are */
	double number;          /* the constant factor */
	int seen, failed;
};

/* The product of X and Y, either of which may be missing.  It is not
 * simplified, as that would sort the factors in another way.  */
static ref times(struct factors *p, ref x, ref y)
{
	const ref arg[2] = { x, y };
	ref f;

	if (!x || !y)
		return x ? x : y;
	f = kcl__node(p->g, KCL__Mult, 2, arg, 0, 0);
	p->failed |= !f;
	return f;
}

/* Whether F begins with a number that the constant factor cannot take in.  */
static int is_apart(const struct factors *p, ref f)
{
	double c;

	return kcl__is_const(p->g, p->g->node[f].arg[0], &c)
		&& !kcl__is_mild(p->number * c);
}

/* Adds the factors of F, numbers all of them.  */
static void split(struct factors *p, ref f, int depth)
{
	const struct kcl__node n = p->g->node[f];
	int further = depth < DEEPEST && p->seen++ < MOST
		&& !(n.op == KCL__Mult && is_apart(p, f));

	if (n.op == KCL__Mult && further) {
		split(p, n.arg[0], depth + 1);
		split(p, n.arg[1], depth + 1);
	} else if (n.op == KCL__Minus && further) {
		p->number = -p->number;
		split(p, n.arg[0], depth + 1);
	} else if (n.op == KCL__CONST)
		p->number *= n.u.value;
	else {
		int mask = n.mask & 3;

		if (!p->by[mask])
			p->order[p->masks++] = mask;
		p->by[mask] = times(p, p->by[mask], f);
	}
}

/* The factors multiplied, first what is the same for all pairs, and with it
 * what is of the row; then in the order in which they were written, which may
 * be what keeps numbers in range.  0 after a failure.  */
static ref joined(struct factors *p)
{
	ref f = 0;
	int first;

	if (p->number == -1 && p->by[0]) {
		p->by[0] = kcl__make1(p->g, KCL__Minus, p->by[0]);
		p->failed |= !p->by[0];
	} else if (p->number != 1) {
		f = kcl__const(p->g, p->number);
		p->failed |= !f;
	}
	f = times(p, f, p->by[0]);
	first = f ? KCL__BY_I : 0;
	f = times(p, f, first ? p->by[first] : 0);
	for (int k = 0; k < p->masks; k++)
		if (p->order[k] && p->order[k] != first)
			f = times(p, f, p->by[p->order[k]]);
	return p->failed ? 0 : f ? f : kcl__const(p->g, 1);
}

/* A product of numbers, or its opposite.  */
static int is_product(const struct kcl__graph *g, ref f)
{
	const struct kcl__node *n = &g->node[f];

	return (n->op == KCL__Mult || n->op == KCL__Minus) && n->dim == 1;
}

static ref product(struct kcl__graph *g, ref f, double factor)
{
	struct factors p = { .g = g, .number = factor };

	split(&p, f, 0);
	return joined(&p);
}

/* Whether a product has a factor that is the same for all pairs.  */
static int has_constant(struct kcl__graph *g, ref f)
{
	struct factors p = { .g = g, .number = 1 };

	split(&p, f, 0);
	return p.by[0] != 0 || p.number != 1;
}

/* Whether the number F is not negative, NaN apart, as its operations say; it is
 * not known of what is deep, or comes after many others that were SEEN.  */
static int is_positive(const struct kcl__graph *g, ref f, int depth, int *seen)
{
	const struct kcl__node *n = &g->node[f];

	switch (n->op) {
	case KCL__CONST:
		return n->u.value >= 0;
	case KCL__Square:
	case KCL__SqNorm2:
	case KCL__Sqrt:
	case KCL__Abs:
	case KCL__Exp:
	case KCL__Exp2:
		return 1;
	case KCL__Add:
	case KCL__Mult:
	case KCL__Divide:
		return depth < DEEPEST && ++*seen < MOST
			&& is_positive(g, n->arg[0], depth + 1, seen)
			&& is_positive(g, n->arg[1], depth + 1, seen);
	default:
		return 0;
	}
}

/* e^F as 2^(log2(e) F).  Where the factor that varies with pairs is never
 * negative, the others decide, once for all pairs or for a row, beyond which
 * value of it the result is 0 or infinite (Reach): so a pair compares with one
 * bound, not with two.  */
static ref exponential(struct kcl__graph *g, ref f)
{
	struct factors p = { .g = g, .number = LOG2_E };
	int seen = 0;
	ref arg[3];

	split(&p, f, 0);
	arg[0] = p.by[KCL__BY_I | KCL__BY_J];
	if (p.failed || p.by[KCL__BY_J] || !arg[0]
	    || !is_positive(g, arg[0], 0, &seen))
		return kcl__make1(g, KCL__Exp2, joined(&p));
	p.by[KCL__BY_I | KCL__BY_J] = 0;
	arg[1] = joined(&p);
	if (arg[1] && g->node[arg[1]].op != KCL__CONST)
		arg[1] = kcl__make1(g, KCL__Finite, arg[1]);
	arg[2] = kcl__make1(g, KCL__Reach, arg[1]);
	return kcl__node(g, KCL__Exp2Times, 3, arg, 0, 0);
}

static ref lowered(struct kcl__graph *g, ref f, const ref *done)
{
	struct kcl__node n = g->node[f];
	const ref x = n.arg[0];
	int same = 1;

	if (n.op == KCL__Exp && is_product(g, x) && g->node[x].mask
	    && has_constant(g, x))
		return exponential(g, done[x]);
	for (int k = 0; k < n.narg; k++) {
		same &= n.arg[k] == done[n.arg[k]];
		n.arg[k] = done[n.arg[k]];
	}
	if (!same)
		f = kcl__node(g, n.op, n.narg, n.arg, n.u.par[0], n.u.par[1]);
	return f && n.op == KCL__Mult && n.dim == 1 ? product(g, f, 1) : f;
}

ref kcl__lower(struct kcl__graph *g, ref f)
{
	unsigned char *needed = kcl__alloc(f + 1, 1);
	ref *done = kcl__alloc(f + 1, sizeof *done), result = 0;

	if (needed && done) {
		kcl__mark(g, f, 0, needed);
		for (ref k = 1; k <= f; k++) {
			int leaf = g->node[k].narg == 0
				|| g->node[k].op >= KCL__RED;

			if (!needed[k])
				continue;
			done[k] = leaf ? k : lowered(g, k, done);
			if (!done[k])
				break;
		}
		result = done[f];
	}
	free(needed);
	free(done);
	return result;
}
