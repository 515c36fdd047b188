/* host.h - loops over lanes, compiled once for each type of real
 * SPDX-License-Identifier: MIT
 *
 * A lane is a row, or a column for what varies with columns only.  Values lie
 * in one scratch memory of reals, lanes together; a group of lanes is a column
 * (or for column values just the next columns).  Blocks are the groups of rows
 * that share a pass over the columns.  */
#ifndef KCL_HOST_H
#define KCL_HOST_H

#include "ops.h"
#include <stddef.h>

enum { KCL__HOST_LANES = 16 };

/* Lane L of coordinate K in group G of block B is real number
 * at + K * coordinate + G * group + B * block + L.  What does not vary with
 * one of these has 0 there: so values are broadcast.  */
struct kcl__view { int64_t at, coordinate, group, block; };

/* One operation of the table; or CONST, which sets a number; or NONE, which
 * spreads values of columns, one a lane, to groups of their own.  dim[0] is
 * that of the result, then those of the arguments.  */
struct kcl__host_step {
	int op;
	int32_t p, q, dim[4];
	double number;
	struct kcl__view to, from[3];
	int64_t scratch;        /* where T lies */
};

/* The states of a reduction: f and weight are what is fed, the others are as
 * in ops.def.  Its part of what is saved of a row, and of the results, begins
 * at `at`; a row is `all` long.  */
struct kcl__state {
	int red, single;        /* a column is a block of its own */
	enum kcl__monoid monoid;
	struct kcl__sizes sizes, at, all;
	struct kcl__view f, weight, s, n, a, m;
	int64_t numbers;        /* where there is room for `which` int64 */
};

/* The rows [row, row + count) of the arrays of a launch are lanes of a block;
 * column 0 of the rectangle has the number `origin` in the whole problem.  */
struct kcl__rows {
	void *values;
	int64_t *indices;
	void *saved;
	int64_t *which;         /* both only unless first && last */
	int64_t row, count, origin;
};

/* Every function works in MEMORY.  */
struct kcl__arithmetic {
	size_t size;            /* of a real */

	/* COUNT rows of an array, STRIDE reals apart, into lanes.  */
	void (*gather)(void *memory, const struct kcl__view *to, int64_t block,
	               const void *array, int64_t dim, int64_t stride,
	               int64_t count);

	/* Takes a step for GROUPS groups of lanes of a block, of which the
	 * first has the NUMBER in the whole problem that an INDEX gives.  */
	void (*apply)(void *memory, const struct kcl__host_step *step,
	              int64_t block, int64_t groups, int64_t number);

	/* The monoid's four pieces of code; push takes in the columns from
	 * number FIRST of the rectangle on.  */
	void (*init)(void *memory, const struct kcl__state *state,
	             int64_t block);
	void (*push)(void *memory, const struct kcl__state *state,
	             int64_t block, int64_t first, int64_t columns);
	void (*start)(void *memory, const struct kcl__state *state,
	              int64_t block);
	void (*fold)(void *memory, const struct kcl__state *state,
	             int64_t block);

	/* The running state from and to where it is saved, and to results.  */
	void (*load)(void *memory, const struct kcl__state *state,
	             int64_t block, const struct kcl__rows *rows);
	void (*save)(void *memory, const struct kcl__state *state,
	             int64_t block, const struct kcl__rows *rows);
	void (*finish)(void *memory, const struct kcl__state *state,
	               int64_t block, const struct kcl__rows *rows);
};

/* The fastest versions for this machine.  */
const struct kcl__arithmetic *kcl__float32(void);
const struct kcl__arithmetic *kcl__float64(void);

/* For states of double, fed with float: neither gather nor apply; where a state
 * lies is counted in doubles.  */
const struct kcl__arithmetic *kcl__wide_sums(void);

#endif
