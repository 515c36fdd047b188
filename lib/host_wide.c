/* host_wide.c - the loops for sums in double of what is float
 * SPDX-License-Identifier: MIT */
#include "host.h"

typedef double real;
typedef float fed;
typedef int64_t bits;
typedef uint64_t word;
#define REAL_BITS 64
#define SUMS_ONLY
#define ARITHMETIC kcl__wide_sums
#include "host_real.h"
