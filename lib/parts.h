/* parts.h - rows in parts, each with its own blocks of columns, as tables
 * SPDX-License-Identifier: MIT
 *
 * A kernel of parts takes two tables after its inputs.  A work-group's part is
 * numbers as named below, and then for each input where it begins, in elements.
 * A block is two int32, [begin, end) of a batch's columns.  */
#ifndef KCL_PARTS_H
#define KCL_PARTS_H

#include "block.h"
#include "keopscl.h"

enum {
	KCL__PART_ROW,          /* its first row among all results, */
	KCL__PART_ROWS,         /* how many it has, */
	KCL__PART_BASE,         /* and what makes ROW that in its batch */
	KCL__PART_BEGIN,        /* its blocks are [BEGIN, END) */
	KCL__PART_END,
	KCL__PART_INPUT
};

/* Rows [row, end) of every batch go with the blocks [first, last).  */
struct kcl__strip {
	int64_t row, end;
	int32_t first, last;
};

/* All rows, those with most blocks first.  */
struct kcl__strips {
	struct kcl__strip *strip;
	int32_t *block;         /* in memory for `room` numbers, at least 2 */
	size_t count, blocks, room;
};

/* Checks what RANGES says of reductions with TAG over ROWS x COLUMNS pairs, or
 * all pairs where it is NULL; free STRIPS in every case.  */
kcl_status kcl__strips_make(const kcl_ranges *ranges, int tag, int64_t rows,
                            int64_t columns, struct kcl__strips *strips);
void kcl__strips_free(struct kcl__strips *strips);

/* Of INPUTS inputs, input K of batch B begins at offset[B * inputs + K], in
 * elements; for each of the ROWS rows of a batch step[K] more.  */
struct kcl__layout {
	size_t inputs;
	int64_t batches, rows;
	int64_t *offset, *step;
};

/* Parts of at most UNIT rows, and how many columns a launch has to have for
 * each, whole blocks; the largest come first.  */
struct kcl__parts {
	int64_t *part, *columns;
	size_t count;
};

kcl_status kcl__parts_make(const struct kcl__strips *strips,
                           const struct kcl__layout *layout, int64_t unit,
                           struct kcl__parts *parts);
void kcl__parts_free(struct kcl__parts *parts);

#endif
