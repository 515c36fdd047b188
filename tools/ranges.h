/* ranges.h - the pairs that are computed, from files
 * SPDX-License-Identifier: MIT */
#ifndef RANGES_H
#define RANGES_H

#include "table.h"

struct ranges {
	kcl_ranges given;
	int64_t *array[6];      /* in the order of kcl_ranges */
};

/* Reads FILES, the six arrays of kcl_ranges in its order or the first three,
 * those of reductions with tag 0.  */
int ranges_read(struct ranges *r, const struct paths *files, struct trouble *t);

/* Whether they are enough for the outputs of FORMULA.  */
int ranges_check(const struct paths *files, const kcl_formula *formula,
                 struct trouble *t);

void ranges_free(struct ranges *r);

#endif
