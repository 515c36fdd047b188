/* results.h - the results of keops-run, written as text or .npy files
 * SPDX-License-Identifier: MIT */
#ifndef RESULTS_H
#define RESULTS_H

#include "table.h"

/* Whether COUNT results can be written: as one text, to standard output where
 * there is no path; or each to a file of its own, which are named after PATHS'
 * one .npy file or are as many as the results.  Asked before long work.  */
int results_check(const struct paths *paths, const struct table *results,
                  size_t count, struct trouble *t);

/* Writes them, all of them or none; ends early if the user interrupts.  */
int results_write(const struct paths *paths, const struct table *results,
                  size_t count, struct trouble *t);

#endif
