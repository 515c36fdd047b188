/* team.h - the rows of a task shared by several devices
 * SPDX-License-Identifier: MIT */
#ifndef KCL_TEAM_H
#define KCL_TEAM_H

#include "run.h"

/* Cuts ROWS rows into SHARES by the members' SPEED, in multiples of 64 but for
 * the last; a member without a speed counts as the mean of the others.  */
void kcl__shares(int64_t rows, const double *speed, size_t count,
                 int64_t *shares);

/* Whether the rows of P, plain, are shared: where the context has several
 * devices and there is work enough; but not pairs as they are.  */
int kcl__in_team(const struct kcl__call *c, const struct kcl__pass *p);

/* Runs TASK of the pass at work so, its programs being ready on all devices. */
kcl_status kcl__run_team(struct kcl__call *c, const struct kcl__task *task);

#endif
