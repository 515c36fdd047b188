/* parts.h - rows in parts, each with its own blocks of columns, as tables
 * SPDX-License-Identifier: MIT
 *
 * With ranges, or with many batches in one launch, not every row goes with all
 * columns.  Rows that go with the same blocks of columns are a band; bands
 * are cut into parts, one for a work-group.  A kernel of parts takes two tables
 * after its inputs: of the parts, each a row of numbers as named below, and
 * then for each input where it begins, in elements; and of the blocks, two
 * int32 each, [begin, end) of a batch's columns.  */
#ifndef KCL_PARTS_H
#define KCL_PARTS_H

#include "block.h"
#include "keopscl.h"

enum {
	KCL__PART_ROW,          /* its first row, among those of all batches */
	KCL__PART_ROWS,         /* how many it has */
	KCL__PART_BASE,         /* to be added to a row for its number in the
	                         * batch, which is what Index_i() gives */
	KCL__PART_BEGIN,        /* its blocks are [BEGIN, END) of the table */
	KCL__PART_END,
	KCL__PART_INPUT         /* and for each input where that begins */
};

/* The rows [row, end) of every batch go with the blocks [first, last) of the
 * table.  */
struct kcl__band {
	int64_t row, end;
	int32_t first, last;
};

/* All rows.  The bands with most blocks come first, so that the longest work
 * does not begin last.  */
struct kcl__bands {
	struct kcl__band *band;
	int32_t *block;         /* the table, with memory for `room` numbers,
	                         * at least 2 as no buffer may be empty */
	size_t count, blocks, room;
};

/* Checks what RANGES says of reductions with TAG over ROWS x COLUMNS pairs, or
 * all pairs where it is NULL; free STRIPS in every case.  */
kcl_status kcl__bands_make(const kcl_ranges *ranges, int tag, int64_t rows,
                           int64_t columns, struct kcl__bands *bands);
void kcl__bands_free(struct kcl__bands *bands);

/* Where the inputs lie: row R of input K in batch B begins R * step[K] elements
 * after offset[B * inputs + K].  The step is 0 for what has no row for each of
 * the ROWS rows of a batch.  */
struct kcl__layout {
	size_t inputs;
	int64_t batches, rows;
	int64_t *offset, *step;
};

/* The table of parts, and for each of them how many columns, of whole blocks,
 * a launch has to go through; those with most come first.  */
struct kcl__parts {
	int64_t *part, *columns;
	size_t count;
};

/* Cuts STRIPS into parts of at most UNIT rows; free PARTS in every case.  */
kcl_status kcl__parts_make(const struct kcl__bands *bands,
                           const struct kcl__layout *layout, int64_t unit,
                           struct kcl__parts *parts);
void kcl__parts_free(struct kcl__parts *parts);

#endif
