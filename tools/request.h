/* request.h - the command line of keops-run
 * SPDX-License-Identifier: MIT */
#ifndef REQUEST_H
#define REQUEST_H

#include "solution.h"
#include "variable.h"

enum text { NO_TEXT, SOURCE_TEXT, PLAN_TEXT };

/* Texts belong to argv, but for the formula.  */
struct request {
	char *formula;
	struct variable *variables;
	size_t count;           /* of the variables */
	struct paths output;    /* none: standard output */
	const char *gradient;   /* a variable's name; NULL: no gradient */
	struct paths eta;       /* none: ones */
	struct solution solution;
	struct paths ranges;    /* none: all pairs */
	const char *device;     /* NULL: the library's choice */
	int bits;               /* 32 or 64; 0: as the data has it */
	kcl_sums sums;
	int sum_bits;           /* 64; 0: as what is summed */
	struct range part[2];   /* of the rows of Vi, of Vj */
	enum text text;         /* to be printed; nothing is computed */
	int time, progress;
	int answered;           /* --help or --version: nothing is left */
};

/* Takes the command line apart and checks what needs no data.  */
int request_parse(struct request *r, int argc, char **argv, struct trouble *t);
/* The widest of the .npy files of floats, once read, float32 at least; float64
 * where there is none.  */
int request_bits(const struct request *r);

/* Puts the variables in the order of FORMULA's, which must be the same.  */
int request_sort(struct request *r, const kcl_formula *formula,
                 struct trouble *t);
void request_free(struct request *r);

#endif
