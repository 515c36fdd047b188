/* eval_make.h - what a pass is prepared to for the host
 * SPDX-License-Identifier: MIT */
#ifndef KCL_EVAL_MAKE_H
#define KCL_EVAL_MAKE_H

#include "eval.h"
#include "host.h"

/* When a step is taken: by the place of its value, and SPREAD once the values
 * of columns are there, for those that are used with pairs.  */
enum { KCL__SPREAD = KCL__AT_PAIR + 1, KCL__WHENS };

/* A node: where it lies, and for a column value that is used with pairs, where
 * it lies spread over the lanes.  */
struct kcl__value {
	enum kcl__at at;
	int64_t dim;
	int used, spread;
	struct kcl__view own, wide;
};

/* Columns are taken `chunk` at a time, rows in `blocks` blocks.  The steps are
 * sorted by when they are taken; those of W begin at first[W].  */
struct kcl__eval {
	const struct kcl__pass *pass;
	const struct kcl__arithmetic *real, *sums;
	struct kcl__value *value;       /* by ref, below `top` */
	ref top;
	struct kcl__host_step *step;
	size_t steps, first[KCL__WHENS + 1];
	struct kcl__state *state;       /* of each feed */
	int64_t chunk, blocks, size;    /* of memory, in reals */
};

#endif
