/* simplify.h - nodes that are simplified as they are made
 * SPDX-License-Identifier: MIT */
#ifndef KCL_SIMPLIFY_H
#define KCL_SIMPLIFY_H

#include "ir.h"

/* kcl__node, or a simpler node with the same value: zeros and ones disappear,
 * constants are folded and gathered on the left, factors of dimension 1 leave
 * sums over coordinates.  As in KeOps, 0 * x is 0 whatever x is.  */
ref kcl__make(struct kcl__graph *g, int op, int narg, const ref *arg,
              int64_t p, int64_t q);

/* Whether constants may be folded into C: what is larger or smaller may be out
 * of range in float32, and factors be there to keep numbers within.  */
int kcl__is_mild(double c);

/* F with the arguments ARG, in the place of its own.  */
ref kcl__with_arguments(struct kcl__graph *g, ref f, const ref *arg);

static inline ref kcl__make1(struct kcl__graph *g, int op, ref x)
{
	return kcl__make(g, op, 1, &x, 0, 0);
}

static inline ref kcl__make2(struct kcl__graph *g, int op, ref x, ref y)
{
	ref arg[2] = { x, y };

	return kcl__make(g, op, 2, arg, 0, 0);
}

#endif
