/* grad.h - derivatives carried out, in reverse mode
 * SPDX-License-Identifier: MIT */
#ifndef KCL_GRAD_H
#define KCL_GRAD_H

#include "ir.h"

/* The node that F becomes when every Grad in it is carried out; 0 after a
 * failure.
 *
 * The gradient of a formula is found in one walk from it down to the variable,
 * which keeps one cotangent for each node: its size is linear in the
 * formula's.  The gradient of a reduction is a Sum_Reduction whose output is
 * shaped as the variable.  Where it needs the value of a reduction (LogSumExp
 * does), that stands in it as a formula of the row.  */
ref kcl__derive(struct kcl__graph *g, ref f);

#endif
