/* lower.h - a formula rewritten so that a pair costs less
 * SPDX-License-Identifier: MIT */
#ifndef KCL_LOWER_H
#define KCL_LOWER_H

#include "ir.h"

/* F rewritten; its value is the same but for rounding.  The factors of a
 * product are gathered by what they vary with, constants and parameters first,
 * so that those which do not vary with the pair are multiplied once for all, or
 * for a row or column.  Exp of such a product becomes a power of 2 with log2(e)
 * as one more constant.  Where what varies with the pair is never negative that
 * is Exp2Times, which has to look for overflow at one end only.  0 after a
 * failure.  */
ref kcl__lower(struct kcl__graph *g, ref f);

#endif
