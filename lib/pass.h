/* pass.h - one reduction made ready to be run: what is fed to its monoid
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PASS_H
#define KCL_PASS_H

#include "ir.h"

/* Where a value is computed: once, for each row (the index that stays), for
 * each column (the index that is reduced), or for each pair.  */
enum kcl__at { KCL__ONCE, KCL__AT_ROW, KCL__AT_COLUMN, KCL__AT_PAIR };

/* A pass over all pairs.  Its inputs are variables and the values of earlier
 * reductions; these, then values and indices, are the buffers of a launch.
 * What sums over both indices (tag 2) is fed the sums over j, as columns of one
 * row.  */
struct kcl__pass {
	const struct kcl__graph *g;
	ref root;               /* the reduction */
	int red;                /* its row in kcl__reds */
	ref f, weight;          /* what is fed; weight may be 0 */
	struct kcl__sizes sizes;
	int row_mask;           /* KCL__BY_I or KCL__BY_J */
	ref *input;             /* in the order of the buffers */
	size_t inputs;
	ref *node;              /* what has to be computed, in order: neither
	                         * inputs nor constants */
	size_t nodes;
};

/* Prepares the reduction ROOT of G, where every Grad has been carried out.
 * 0, or -1 with the failure reported.  */
int kcl__pass_make(struct kcl__graph *g, ref root, struct kcl__pass *pass);
void kcl__pass_free(struct kcl__pass *pass);

static inline enum kcl__at kcl__at(const struct kcl__pass *p, ref f)
{
	int mask = p->g->node[f].mask;

	return (enum kcl__at)((mask & p->row_mask ? KCL__AT_ROW : 0)
		+ (mask & ~p->row_mask ? KCL__AT_COLUMN : 0));
}

/* The place of an input among the buffers; -1 if F is none.  */
int kcl__input(const struct kcl__pass *p, ref f);

#endif
