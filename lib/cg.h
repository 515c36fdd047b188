/* cg.h - conjugate gradients for several linear systems at once
 * SPDX-License-Identifier: MIT */
#ifndef KCL_CG_H
#define KCL_CG_H

#include "keopscl.h"

/* The systems (K + alpha I) x = b.  Vectors are rows of COLUMNS numbers, in
 * all BATCHES.  A batch is a system, or where the columns are APART each column
 * of a batch is; all take the same products with K.  */
struct kcl__cg {
	size_t rows, columns, batches;
	int apart;
	double alpha, tolerance;
	double epsilon;                 /* of the numbers that K takes */
	int64_t limit;                  /* products with K at most */
	kcl_precondition *precondition; /* or NULL */
	void *user;
	/* Q = K P, P being rounded first to numbers that K takes; and X as the
	 * caller will have it.  */
	kcl_status (*multiply)(void *operand, double *p, double *q);
	void (*round)(void *operand, double *x);
	void *operand;
	/* To begin with X is a GUESS, or 0.  It ends as what was found.  */
	int guess;
	double *x, *b;                  /* B is changed */
	/* What came of it: products, and the greatest residual
	 * |b - (K + alpha I) x| / |b| of a system, which is number WHICH.  WHY
	 * is NULL where it is small enough, else why not.  */
	int64_t products;
	double residual;
	size_t which;
	const char *why;
};

/* KCL_OK where WHY tells of a failure, too.  */
kcl_status kcl__cg_solve(struct kcl__cg *cg);

#endif
