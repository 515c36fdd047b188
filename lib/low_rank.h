/* low_rank.h - a preconditioner made of some columns of the matrix
 * SPDX-License-Identifier: MIT */
#ifndef KCL_LOW_RANK_H
#define KCL_LOW_RANK_H

#include "run.h"

/* L L' + shift I, where L has few columns, for each batch.  */
struct kcl__low_rank;

/* Makes it for the system that C solves, whose kernel has its entries; what was
 * made is to be freed after a failure, too.  */
kcl_status kcl__low_rank_make(struct kcl__call *c, struct kcl__low_rank **made);
void kcl__low_rank_free(struct kcl__low_rank *p);

/* Z = (L L' + shift I)^-1 R, as kcl_precondition.  */
int kcl__low_rank_apply(void *p, size_t n, const double *r, double *z);

#endif
