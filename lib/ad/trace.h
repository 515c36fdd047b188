/* trace.h - the trace of a linear map given as a formula
 * SPDX-License-Identifier: MIT */
#ifndef KCL_TRACE_H
#define KCL_TRACE_H

#include "ir.h"

/* The trace of the map that takes the direction E to F, which is linear in E
 * and has its dimension D; 0 after a failure.
 *
 * Each node is kept as diag(a) E + sum of b (c . E): so a Laplacian of radial
 * functions and the like is as long as the formula itself, whatever D is.  A
 * map that mixes coordinates in another way is added up over the D basis
 * vectors.  */
ref kcl__trace_of(struct kcl__graph *g, ref f, ref e);

#endif
