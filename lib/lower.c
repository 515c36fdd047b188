/* lower.c - a formula rewritten so that a pair costs less
 * SPDX-License-Identifier: MIT */
#include "lower.h"
#include "mem.h"
#include "simplify.h"
#include <stdlib.h>

#define LOG2_E 1.44269504088896341

/* A product by what its factors vary with: a mask of KCL__BY_I and KCL__BY_J,
 * 0 where there is no such factor.  */
struct factors {
	ref by[4];
	int count;
	double number;          /* the constant factor */
};

/* The product of X and Y as a node, whatever simplification would make.  */
static ref times(struct kcl__graph *g, ref x, ref y)
{
	const ref arg[2] = { x, y };

	if (!x || !y)
		return x ? x : y;
	return kcl__node(g, KCL__Mult, 2, arg, 0, 0);
}

/* Adds the factors of F, numbers all of them.  */
static void split(struct kcl__graph *g, ref f, struct factors *p)
{
	const struct kcl__node n = g->node[f];

	if (n.op == KCL__Mult) {
		split(g, n.arg[0], p);
		split(g, n.arg[1], p);
	} else if (n.op == KCL__Minus) {
		p->number = -p->number;
		split(g, n.arg[0], p);
	} else if (n.op == KCL__CONST) {
		p->number *= n.u.value;
	} else {
		p->by[n.mask & 3] = times(g, p->by[n.mask & 3], f);
		p->count++;
	}
}

/* The factors multiplied, in the order of the masks.  */
static ref joined(struct kcl__graph *g, const struct factors *p)
{
	ref f = 0;

	for (int mask = 0; mask < 4; mask++) {
		ref by = p->by[mask];

		if (mask == 0 && p->number == -1 && by)
			by = kcl__make1(g, KCL__Minus, by);
		else if (mask == 0 && p->number != 1)
			by = times(g, kcl__const(g, p->number), by);
		f = times(g, f, by);
	}
	return f;
}

/* A product of numbers, or its opposite.  */
static int is_product(const struct kcl__graph *g, ref f)
{
	const struct kcl__node *n = &g->node[f];

	return (n->op == KCL__Mult || n->op == KCL__Minus) && n->dim == 1;
}

static ref product(struct kcl__graph *g, ref f, double factor)
{
	struct factors p = { .number = factor };

	split(g, f, &p);
	return joined(g, &p);
}

/* Whether a product has a factor that is the same for all pairs.  */
static int has_constant(struct kcl__graph *g, ref f)
{
	struct factors p = { .number = 1 };

	split(g, f, &p);
	return p.by[0] != 0 || p.number != 1;
}

static ref lowered(struct kcl__graph *g, ref f, const ref *done)
{
	struct kcl__node n = g->node[f];
	const ref x = n.arg[0];
	int same = 1;

	if (n.op == KCL__Exp && is_product(g, x) && g->node[x].mask
	    && has_constant(g, x))
		return kcl__make1(g, KCL__Exp2, product(g, done[x], LOG2_E));
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
