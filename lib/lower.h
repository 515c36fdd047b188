/* lower.h - a formula rewritten so that a pair costs less
 * SPDX-License-Identifier: MIT */
#ifndef KCL_LOWER_H
#define KCL_LOWER_H

#include "ir.h"

/* The formula F with the same value up to rounding: factors of a product are
 * put together by what they vary with, those of neither index first, so that a
 * pair multiplies only what is its own; the exponential of such a product is a
 * power of 2 with the constant log2(e) among them, of which one bound is enough
 * if its sign is known.  0 after a failure.  */
ref kcl__lower(struct kcl__graph *g, ref f);

#endif
