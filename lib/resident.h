/* resident.h - arrays in the memory of a CUDA device
 * SPDX-License-Identifier: MIT */
#ifndef KCL_RESIDENT_H
#define KCL_RESIDENT_H

#include "run.h"

/* 1 + the number of the CUDA device of CTX, whose arrays can be taken; or 0. */
int kcl__resident_on(const struct kcl_context *ctx);

/* Brings to the host the arrays of C that cannot be used where they lie.  */
kcl_status kcl__resident_bring(struct kcl__call *c);

/* After a call with STATUS: what of them are outputs goes back, if it is
 * KCL_OK, and the copies are let go of.  */
kcl_status kcl__resident_return(struct kcl__call *c, kcl_status status);

/* Whether DATA, a result's, lies on the device.  */
int kcl__is_resident(const struct kcl__call *c, const void *data);

#endif
