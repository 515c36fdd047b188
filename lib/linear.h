/* linear.h - formulas that multiply an argument with a matrix
 * SPDX-License-Identifier: MIT */
#ifndef KCL_LINEAR_H
#define KCL_LINEAR_H

#include "array.h"
#include "build.h"

/* Argument number V of FORMULA, as "argument 2 (b)", in TEXT, which is
 * returned.  */
const char *kcl__argument_text(const struct kcl_formula *formula, size_t v,
                               char text[KCL__NAMED]);

/* Whether FORMULA is a square matrix times argument number V, a vector like its
 * result; and if so, whether APART, which is that each column of the result
 * depends on no other than its own.  KCL_ARGUMENT or KCL_DIM where not, but
 * what is added to the product is not seen.  */
kcl_status kcl__linear_check(const struct kcl_formula *formula, size_t v,
                             int *apart);

/* KCL_ARGUMENT where no kernel gives the elements of FORMULA's matrix, which
 * leaves columns APART or not.  */
kcl_status kcl__entries_check(const struct kcl_formula *formula, int apart);

/* Makes KERNEL->entries[V], of the same arguments: with one row of points on
 * each side its result is an element of the matrix by which argument number V
 * is multiplied, the mean of those for all columns.  */
kcl_status kcl__entries_make(struct kcl_kernel *kernel, size_t v);

#endif
