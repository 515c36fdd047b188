/* extents.h - how many rows there are, and batches in front of them
 * SPDX-License-Identifier: MIT */
#ifndef EXTENTS_H
#define EXTENTS_H

#include "variable.h"

enum { PAIRS = PM + 1 };        /* the category of Dense: rows i, rows j */

struct extents {
	int64_t rows[PM + 1];           /* of a Vi, a Vj, a Pm; at first -1 */
	int dims;                       /* of the batches, the last one first */
	int64_t batch[TABLE_DIMS];
};

/* No rows are known yet.  */
void extents_start(struct extents *e);

/* Takes in the shape of a variable's data.  */
void extents_note(struct extents *e, int category, const struct table *table);

/* What is not known now is 1.  */
void extents_end(struct extents *e);

/* The rows of i in all batches together.  */
int64_t extents_rows(const struct extents *e);

/* The shape of an output or cotangent: returns its number of dimensions.  */
int extents_shape(const struct extents *e, const kcl_slot *slot,
                  int64_t shape[TABLE_DIMS]);

#endif
