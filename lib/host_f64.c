/* host_f64.c - the loops for double
 * SPDX-License-Identifier: MIT */
#include "host.h"

typedef double real, fed;
typedef int64_t bits;
typedef uint64_t word;
#define REAL_BITS 64
#define ARITHMETIC kcl__float64
#include "host_real.h"
