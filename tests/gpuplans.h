/* gpuplans.h - plans of the GPU shape change no bits
 * SPDX-License-Identifier: MIT */
#ifndef GPUPLANS_H
#define GPUPLANS_H

#include "problem.h"

/* Plans that begin alike; by turns, every other one of a formula, unless
 * $KEOPSCL_TEST_ALL is set.  */
struct gpu_plans {
	const char *begin;
	const char *const *end;         /* up to a NULL */
	int by_turns;
};

/* Computes formula number N as the devices like and to each of PLANS, in one
 * precision, that of float64 if N is odd; with parts of the pairs too if
 * RANGED.  */
void gpu_plans_check(const struct gpu_plans *plans, int n, const char *text,
                     const char *vars, int ranged);

#endif
