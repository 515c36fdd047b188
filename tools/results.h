/* results.h - the results of keops-run, written as text or .npy files
 * SPDX-License-Identifier: MIT */
#ifndef RESULTS_H
#define RESULTS_H

#include "table.h"

/* Whether COUNT results can be written to PATH, or as text where that is NULL;
 * asked before long work.  */
int results_check(const char *path, const struct table *results, size_t count,
                  struct trouble *t);

/* Writes them, all of them or none; ends early if the user interrupts.  */
int results_write(const char *path, const struct table *results, size_t count,
                  struct trouble *t);

#endif
