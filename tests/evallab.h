/* evallab.h - a reduction of given numbers, computed by the host evaluator
 * SPDX-License-Identifier: MIT */
#ifndef EVALLAB_H
#define EVALLAB_H

#include "ir.h"
#include "pass.h"
#include <check.h>

/* The variables of a formula; extent is M, N and 1.  */
struct lab {
	struct kcl__graph g;
	int64_t extent[3];
	const double *data[KCL__MAX_ARGUMENTS];
};

/* Results, rows without gaps: so many values and indices in each.  */
struct answer {
	int64_t rows, values, indices;
	double *value;
	int64_t *index;
};

/* No variables; M = N = 1.  */
void lab_begin(struct lab *lab);
void lab_end(struct lab *lab);

/* Adds a variable such as "x=Vi(3)"; DATA stays the caller's.  */
void lab_variable(struct lab *lab, const char *alias, const double *data);

/* The graph of TEXT with its derivatives carried out.  */
ref lab_parse(struct lab *lab, const char *text);

/* What PASS is run on: its inputs as reals of BITS 32 or 64, computed by other
 * passes where they are reductions; then results and saved state, of which all
 * bytes are 0xff.  */
void lab_arrays(struct lab *lab, const struct kcl__pass *pass, int bits,
                void **arrays);
void lab_free_arrays(const struct kcl__pass *pass, void **arrays);

/* Computes TEXT; free by answer_free.  */
struct answer lab_run(struct lab *lab, const char *text, int bits);
void answer_free(struct answer *a);

/* A number in [LO, HI), the same on every machine.  */
double lab_random(uint64_t *state, double lo, double hi);

#endif
