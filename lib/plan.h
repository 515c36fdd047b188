/* plan.h - the shape of a kernel: lanes, rows, columns and tile
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PLAN_H
#define KCL_PLAN_H

#include "pass.h"
#include <stddef.h>

/* What of a device matters to the shape of its kernels.  */
struct kcl__target {
	int gpu;                /* rather than a CPU */
	int lanes32, lanes64;   /* native vector width; 0: unknown */
	int scalar;             /* its language has no vectors */
	int fma;                /* in hardware */
	int64_t local_memory;   /* bytes */
	int64_t max_group;
};

/* A work-item owns `rows` vectors of `lanes` rows.  Columns are taken `columns`
 * at a time from a tile, which the `group` work-items of a group fill together
 * in local memory (GPU shape), or each for itself (CPU shape).  */
struct kcl__plan {
	int bits;               /* of a real: 32 or 64 */
	int gpu;                /* the shape: one lane, tile in local memory */
	int lanes, rows, columns, tile, group;
	int unroll;             /* coordinate loops up to this are unrolled */
	int fma;
	int staged;             /* numbers of a column in the tile */
	int parts;              /* rows and columns by the tables of parts.h;
	                         * set by the caller */
};

/* Chooses.  $KEOPSCL_PLAN, such as "shape=gpu,group=64,tile=32,rows=2", has the
 * last word, for experiments and tests; 0, or -1 if it is not well formed,
 * with KCL_ARGUMENT reported.  */
int kcl__plan_make(const struct kcl__pass *pass, const struct kcl__target *t,
                   int bits, struct kcl__plan *plan);

/* Makes a work-item (on GPUs a group) smaller; 0 if it cannot be.  */
int kcl__plan_shrink(struct kcl__plan *plan);

/* Whether the value F of a column is read from the tile: what is computed, and
 * on GPUs variables too.  On CPUs these are read where they lie.  */
int kcl__in_tile(const struct kcl__pass *pass, const struct kcl__plan *plan,
                 ref f);

/* Whether a pair's work needs the value F (of a column or a row).  */
int kcl__feeds_pairs(const struct kcl__pass *pass, ref f);

/* Roughly, operations for one pair.  */
double kcl__cost(const struct kcl__pass *pass);

/* Rounds of all loops of a work-item, at most: for each column, and besides.
 * There are devices that end loops after so many.  */
struct kcl__loops { double column, besides; };

void kcl__loops(const struct kcl__pass *pass, const struct kcl__plan *plan,
                struct kcl__loops *loops);

#endif
