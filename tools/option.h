/* option.h - options that tools have in common
 * SPDX-License-Identifier: MIT
 *
 * Each takes the value of the option that getopt_long found; 0 or -1.  */
#ifndef KCL_TOOL_OPTION_H
#define KCL_TOOL_OPTION_H

#include "trouble.h"
#include <stdint.h>

/* A number from LEAST to MOST, as in files: decimal, with a point.  */
int option_number(const char *option, double least, double most,
                  double *value, struct trouble *t);

/* A whole number from LEAST to MOST.  */
int option_count(const char *option, double least, double most,
                 int64_t *count, struct trouble *t);

/* --dtype: 32 or 64.  */
int option_bits(int *bits, struct trouble *t);

/* What getopt_long answered with '?' or ':'.  */
int option_refused(int found, char **argv, struct trouble *t);

#endif
