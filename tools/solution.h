/* solution.h - linear systems that keops-run solves
 * SPDX-License-Identifier: MIT */
#ifndef SOLUTION_H
#define SOLUTION_H

#include "trouble.h"

/* Options, apart from the other ones of keops-run.  */
enum { SOLVE = 512, ALPHA, TOLERANCE, LIMIT, RANK };

struct solution {
	const char *name;       /* of the variable sought; NULL: none is */
	const char *with;       /* an option given that goes with --solve */
	kcl_system system;
};

struct request;

/* Takes the value of OPTION, which getopt_long found.  */
int solution_option(struct solution *s, int option, struct trouble *t);

/* Whether R, which is complete, can be solved, if it is to be.  */
int solution_check(const struct request *r, struct trouble *t);

/* Solves for R's variable, whose array is the right-hand side; the variables
 * are the arguments of KERNEL, in order.  */
kcl_status solution_find(struct request *r, kcl_kernel *kernel,
                         const kcl_array *in, const kcl_ranges *ranges,
                         const kcl_array *out);

#endif
