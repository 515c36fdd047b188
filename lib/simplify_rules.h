/* simplify_rules.h - what the rules of simplification share
 * SPDX-License-Identifier: MIT */
#ifndef KCL_SIMPLIFY_RULES_H
#define KCL_SIMPLIFY_RULES_H

#include "simplify.h"

/* A rule looks at the arguments x, y and gives the simpler node, or KEEP.  */
#define KEEP ((ref)-1)

static inline int is(const struct kcl__graph *g, ref f, int op)
{
	return g->node[f].op == op;
}

static inline int is_number(const struct kcl__graph *g, ref f, double value)
{
	double v;

	return kcl__is_const(g, f, &v) && v == value;
}

static inline int64_t dim(const struct kcl__graph *g, ref f)
{
	return g->node[f].dim;
}

static inline ref arg(const struct kcl__graph *g, ref f, int k)
{
	return g->node[f].arg[k];
}

/* F repeated to dimension D, if it has not got it.  */
static inline ref widen(struct kcl__graph *g, ref f, int64_t d)
{
	return dim(g, f) == d ? f : kcl__make(g, KCL__SumT, 1, &f, d, 0);
}

static inline int64_t wide(const struct kcl__graph *g, ref x, ref y)
{
	return dim(g, x) > dim(g, y) ? dim(g, x) : dim(g, y);
}

static inline int fit(const struct kcl__graph *g, ref x, ref y)
{
	return dim(g, x) == dim(g, y) || dim(g, x) == 1 || dim(g, y) == 1;
}

/* simplify_vector.c: the rules of operations on whole vectors.  */
ref kcl__simpler_vector(struct kcl__graph *g, int op, const ref *a, int64_t p,
                        int64_t q);

#endif
