/* operand.h - the rows that a pass reads: of arguments, indices, for pairs
 * SPDX-License-Identifier: MIT */
#ifndef KCL_OPERAND_H
#define KCL_OPERAND_H

#include "array.h"
#include "ops.h"
#include "runtime/runtime.h"

enum { KCL__PAIRS = 1 << 16 };  /* whose rows are made at once */

/* What an operand's rows are made of; it must outlive the operand.  */
struct kcl__source {
	const struct kcl__matrix *matrix;
	const char *first;              /* of its rows in a batch */
	enum kcl__digit digit;
	struct kcl__operand each;
	int64_t columns;
	int by_row;
};

/* Makes O, whose row_bytes are set, the rows of MATRIX in batch B.  */
void kcl__operand_matrix(struct kcl__operand *o, struct kcl__source *s,
                         const struct kcl__matrix *matrix,
                         const struct kcl__batch *batch, int64_t b);

/* Makes O the numbers of rows, or their digits, as reals.  */
void kcl__operand_index(struct kcl__operand *o, struct kcl__source *s,
                        enum kcl__digit digit);

/* Makes O, until now a row for each i if BY_ROW, else for each of COLUMNS j, a
 * row for each pair (i, j), of which j runs faster.  */
void kcl__operand_pairs(struct kcl__operand *o, struct kcl__source *s,
                        int64_t columns, int by_row);

/* Fills the other COUNT - 1 rows of BYTES at ROWS with the first.  */
void kcl__repeat(char *rows, int64_t count, size_t bytes);

#endif
