/* contender.h - what computes a workload: the library, a C loop, a process
 * SPDX-License-Identifier: MIT */
#ifndef CONTENDER_H
#define CONTENDER_H

#include "workload.h"

/* Of one call: seconds by the clock and of all processors, and of the first
 * row the sum and the last number, NAN where it does not tell.  */
struct timing {
	double wall, cpu, sum, last;
};

/* RUN computes the first ROWS rows, as often as it takes to measure it.  It
 * returns 0, NOT_HERE where it does not compute that workload, or -1.  */
enum { NOT_HERE = 1 };

struct contender {
	char name[32];
	void *self;
	int (*run)(struct contender *c, const struct problem *p, int64_t rows,
	           struct timing *timing, struct trouble *t);
	void (*forget)(void *self);     /* the problem; or NULL */
	void (*end)(void *self);
};

/* Times ONCE(SELF): again until that takes a hundredth of a second.  */
int timed(int (*once)(void *self, struct trouble *t), void *self,
          struct timing *timing, struct trouble *t);

/* The median of V[k], or of V[k] / OVER[k], of COUNT, MOST_ROUNDS at most.  */
enum { MOST_ROUNDS = 1000 };
double median(const double *v, const double *over, int count);

/* A plain C loop, which the system's compiler compiles here for each workload;
 * -1 where there is no compiler.  */
#define LOOP_NAME "C loop"
int loop_open(struct contender *c, struct trouble *t);

/* The library itself in *CONTEXT, on all pairs of as many rows as columns,
 * beside workloads of few rows or few pairs: what a pair there costs more.  */
int dense_open(struct contender *c, kcl_context **context, struct trouble *t);

/* Starts COMMAND and appends what it computes to CONTENDERS, of which there
 * are *COUNT, MOST at most.  See bench/peers.py for what they say.  */
int process_open(struct contender *contenders, size_t *count, size_t most,
                 const char *command, struct trouble *t);

#endif
