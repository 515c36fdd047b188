/* wild.h - random formulas that can be computed, and smaller ones that fail
 * SPDX-License-Identifier: MIT */
#ifndef WILD_H
#define WILD_H

#include "anyformula.h"
#include "bounds.h"

/* The variables of all formulas: those of anyformula.c, a weight of columns and
 * a cotangent.  */
#define WILD_VARS "a=Vi(3) b=Vj(3) c=Pm(1) d=Vj(1) e=Vi(6) f=Pm(2) w=Vj(1) " \
	"t=Vj(9)"
enum { WILD_W = ANY_ARGUMENTS, WILD_T };

/* A formula, not simplified, or its gradient in argument v contracted with
 * the first coordinates of t; v = -1 is the formula itself.  */
struct wild {
	struct any any;
	ref f;
	int v;
	uint64_t seed;
};

/* Grows one in which nothing is large or badly conditioned at the points.  */
void wild_begin(struct wild *w, uint64_t seed, double *const *in,
                int64_t (*at)[3], int points);
void wild_end(struct wild *w);

int64_t wild_dim(const struct wild *w);

/* To be freed.  */
char *wild_text(const struct wild *w);

/* Changes W to the smallest formula it finds that FAILS.  */
void wild_shrink(struct wild *w, int (*fails)(const struct wild *, void *),
                 void *user);

#endif
