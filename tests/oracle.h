/* oracle.h - a reduction computed by plain loops in long double
 * SPDX-License-Identifier: MIT
 *
 * No plan, no blocks, no monoid: every pair of every row is evaluated, node by
 * node, and then reduced as the words of ops.def say.  */
#ifndef ORACLE_H
#define ORACLE_H

#include "build.h"
#include <float.h>

/* The widest real that libm has functions for.  */
#if defined __GLIBC__ && defined __x86_64__ && !defined __clang__
__extension__ typedef _Float128 exact;
#else
typedef long double exact;
#endif

/* What a reduction gives: `rows` rows of values, then of indices, either may
 * be missing.  scale[k] is what an error of value[k] is measured with: the sum
 * of the absolute terms.  */
struct answer {
	int64_t rows, values, indices;
	long double *value, *scale;
	int64_t *index;
};

/* IN are the arguments, rows without gaps; ROWS is M, N and 1; RANGES may be
 * NULL.  */
void oracle(const struct kcl_formula *formula, const double *const *in,
            const int64_t *rows, const kcl_ranges *ranges,
            struct answer *answer);
void answer_free(struct answer *answer);

/* Sets values[f] from the values of the arguments of F.  */
void oracle_apply(const struct kcl__graph *g, ref f, exact *const *values);

/* What is reduced for a row: all columns of a formula of dimension d and a
 * weight of dimension e (0: none), and where the results of the row go.  */
struct columns {
	int64_t count, d, e, ranks;
	long double *f, *weight;
	int64_t *number;                /* of the columns, as indices */
	long double *value, *scale;
	int64_t *index;
};

/* Reduces by the reduction of that name.  */
void oracle_reduce(const char *name, const struct columns *columns);

#endif
