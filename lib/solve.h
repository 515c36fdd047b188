/* solve.h - a call that solves a system rather than computes a product
 * SPDX-License-Identifier: MIT */
#ifndef KCL_SOLVE_H
#define KCL_SOLVE_H

#include "run.h"

struct kcl__solving {
	kcl_system *system;             /* the caller's */
	double tolerance;               /* asked for, or by default */
	int apart;                      /* columns are systems of their own */
	const char *why;                /* one is not solved; or NULL */
	size_t which, systems, columns; /* that one's number; of a batch, how
	                                 * many columns are systems */
};

#endif
