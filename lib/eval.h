/* eval.h - a pass computed here, on the host, over blocks of pairs
 * SPDX-License-Identifier: MIT
 *
 * What runs where there is no driver, and what the kernels are compared with:
 * results and saved states are the same bit for bit.  */
#ifndef KCL_EVAL_H
#define KCL_EVAL_H

#include "pass.h"
#include "pause.h"

struct kcl__eval;

/* One call, in the terms of struct kcl__job of runtime/runtime.h: the pairs
 * [row, row + rows) x [column, column + columns) of the arrays.  */
struct kcl__rectangle {
	int64_t row, column, row_base, base;
	int32_t rows, columns;
	int first, last;
	const struct kcl__pause *pause; /* asked every few milliseconds; or
	                                 * NULL */
};

/* Prepares PASS, which must outlive it, for reals of 32 or 64 BITS.  NULL
 * after a failure, which is reported.  */
struct kcl__eval *kcl__eval_make(const struct kcl__pass *pass, int bits);
void kcl__eval_free(struct kcl__eval *e);

/* The memory that a call takes, or 0 for NULL.  */
double kcl__eval_bytes(const struct kcl__eval *e);

/* Computes the rows [BEGIN, END) of a rectangle, counted from its first.
 * Several threads may do so at once.  ARRAYS are: the pass's inputs, a row of
 * each without gaps; the values and the indices, if the reduction has any; the
 * saved reals and the saved indices of the state, if it has any, which are
 * looked at only unless first && last.  */
kcl_status kcl__eval_run(const struct kcl__eval *e, void *const *arrays,
                         const struct kcl__rectangle *rectangle,
                         int32_t begin, int32_t end);

/* The same with the tables of parts.h after the inputs: the rows are those of
 * whole parts of UNIT, the columns blocks of each from `column` on.  */
kcl_status kcl__eval_parts(const struct kcl__eval *e, void *const *arrays,
                           const struct kcl__rectangle *rectangle,
                           int32_t begin, int32_t end, int64_t unit);

#endif
