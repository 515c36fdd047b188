/* small.h - a small reduction that tests of the runtime run everywhere
 * SPDX-License-Identifier: MIT
 *
 * For every row: the sum of p x_i y_j in blocks of 256 columns folded with
 * TwoSum, and the column whose y is nearest to x.  The state holds the sum's
 * two terms and the distance, `which` the column. */
#ifndef SMALL_H
#define SMALL_H

#include "runtime/runtime.h"
#include <check.h>

/* Code for the device of that name.  */
struct kcl__code small_code(const char *device);

struct small {
	int64_t rows, columns;
	float *x, *y, p;
	float *sums;
	int64_t *nearest;
};

/* Inputs that depend on the sizes only; results that are wrong.  */
void small_make(struct small *small, int64_t rows, int64_t columns);
void small_wipe(struct small *small);
void small_free(struct small *small);

/* Runs it; PROGRESS may be NULL.  */
kcl_status small_run(struct kcl__program *program, struct small *small,
                     kcl_progress *progress, void *user);

/* Whether the results are those of plain loops in double precision.  */
int small_right(const struct small *small);

/* Whether two results have the same bits.  */
int small_same(const struct small *a, const struct small *b);

/* Opens a device by its name and builds the code for it.  */
kcl_status small_open(const char *name, struct kcl__cache *cache,
                      struct kcl__program **program);
void small_close(struct kcl__program *program);

/* Calls TEST with the program built for each usable device.  */
void small_everywhere(void (*test)(struct kcl__program *program));

#endif
