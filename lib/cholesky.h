/* cholesky.h - a matrix of low rank, factorized
 * SPDX-License-Identifier: MIT */
#ifndef KCL_CHOLESKY_H
#define KCL_CHOLESKY_H

#include <stddef.h>

/* L L' + shift I, where L has N rows and is stored by columns; RANK of them are
 * there.  SMALL is for the Cholesky factor of L' L + shift I, of which the
 * lower half counts.  Cores share the work: each number is computed by one of
 * them, in the same order, so that how many there are changes no bit.  */
struct kcl__factor {
	double *l, *small, shift;
	size_t n, rank;
};

/* The column of L that stands behind those of F is that of the matrix in which
 * the diagonal of what is left, D, is greatest, at P; turns it into the next of
 * L, and D into the diagonal of what is left then.  */
void kcl__factor_take(struct kcl__factor *f, double *d, size_t p);

/* Adds to SMALL, all zero at first, what ROWS rows of L from FIRST on have in
 * L' L; and when all of them did, has SMALL factorized.  Where that is not
 * positive definite the rank is 0 then, and the shift 1.  */
void kcl__factor_multiply(struct kcl__factor *f, size_t first, size_t rows);
void kcl__factor_decompose(struct kcl__factor *f);

/* Z = (L L' + shift I)^-1 R, whose numbers are STEP apart; T is room for RANK
 * numbers.  */
void kcl__factor_divide(const struct kcl__factor *f, size_t step,
                        const double *r, double *z, double *t);

#endif
