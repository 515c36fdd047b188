/* host_f32.c - the loops for float
 * SPDX-License-Identifier: MIT */
#include "host.h"

typedef float real, fed;
typedef int32_t bits;
typedef uint32_t word;
#define REAL_BITS 32
#define ARITHMETIC kcl__float32
#include "host_real.h"
