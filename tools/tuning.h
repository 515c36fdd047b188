/* tuning.h - the alternatives to a kernel's plan, measured in turn
 * SPDX-License-Identifier: MIT */
#ifndef TUNING_H
#define TUNING_H

#include "contender.h"

enum { ALTERNATIVES = 64 };

enum state { RUNS, UNFIT, DIFFERS, SLOW };

/* A plan in the words of $KEOPSCL_PLAN, "" for the library's own, which the
 * others are compared with.  */
struct alternative {
	char plan[80];
	enum state state;
	kcl_kernel *kernel;
	double wall[MOST_ROUNDS], cpu[MOST_ROUNDS];
	double seconds, ratio, ratio_cpu;       /* medians; how many times as
	                                           fast as number 0 */
};

struct tuning {
	kcl_context *context;
	struct workload workload;
	struct problem problem;
	struct alternative *alternative;        /* ALTERNATIVES of them */
	size_t count, best;     /* best is 0 where no other is faster */
	void *expected[OUTPUTS];                /* what number 0 computes */
	int rounds;
	double wanted;          /* seconds of a computation, at most about */
	struct trouble trouble;
};

/* Makes the problem, with fewer rows where it would take too long, and the
 * library's own plan alternative number 0.  */
int tuning_start(struct tuning *t);

/* Adds a plan, unless it is there; 0, or -1 where nothing can go on.  */
int tuning_add(struct tuning *t, const char *plan);

/* The same for a plan of the command line, which has to be one.  */
int tuning_ask(struct tuning *t, const char *plan);

/* Adds all plans worth a try.  */
int tuning_add_usual(struct tuning *t);

/* Adds what the best differs from in the numbers that matter less.  */
int tuning_refine(struct tuning *t);

/* Measures all, or with ONLY_BEST that and number 0, round after round, and
 * finds the best.  */
int tuning_measure(struct tuning *t, int only_best);

void tuning_end(struct tuning *t);

#endif
