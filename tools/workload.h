/* workload.h - what keops-bench measures: the table, and problems with data
 * SPDX-License-Identifier: MIT */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "table.h"

/* Floating-point operations that a pair cannot do without.  */
struct operations {
	double fma, add;
};

/* Workloads of any size.  The variables are a beginning of x, y, s, b, e, so
 * that a peer knows an array by its number.  */
struct family {
	const char *name;
	const char *formula;
	const char *vars;       /* apart by blanks; D and W are dimensions */
	const char *loop;       /* plain C for row i, see native.c */
	struct operations coordinate, column, pair;
	int exponentials;       /* of a pair, beside those */
};

struct workload {
	char name[64];
	const struct family *family;    /* NULL: a formula of the user's */
	int dim, width, bits;           /* D and W; 32 or 64 */
	int is_sparse;                  /* not all pairs: see workload_has */
	int64_t rows, cols;
	const char *formula;            /* if of the user */
	char **vars;
	size_t nvars;
};

/* Workload number K of the table; 0 if there are no more.  */
int workload_get(size_t k, struct workload *w);

/* The number of operations for each pair; 0 if not known.  */
struct operations workload_operations(const struct workload *w);

/* Of sparse workloads CLUSTER rows, or as many columns, are one cluster; one of
 * rows goes with one in SHARE of those of columns.  */
enum { CLUSTER = 1000, SHARE = 20 };
int64_t workload_clusters(int64_t count);
int workload_has(int64_t rows, int64_t columns);

/* The pairs of the first ROWS rows.  */
double workload_pairs(const struct workload *w, int64_t rows);

enum { INPUTS = 64, OUTPUTS = 128, SAMPLES = 8 };

/* A formula and its arrays.  */
struct problem {
	const struct workload *w;
	kcl_formula *formula;
	struct table in[INPUTS], out[OUTPUTS];
	size_t nin, nout;
	int sampled;            /* the category with few rows, or -1 */
	kcl_ranges *ranges;     /* NULL: all pairs */
};

/* Makes the formula and fills the inputs with float32 or float64 as BITS says;
 * of the rows that stay in the output only SAMPLES, if SAMPLE.  */
int problem_make(struct problem *p, const struct workload *w, int bits,
                 int sample, struct trouble *t);
void problem_free(struct problem *p);

int problem_run(struct problem *p, kcl_kernel *kernel, struct trouble *t);

/* The largest difference to REFERENCE, a sample, over the largest element of
 * each output; for indices the share of those that are not the same.  */
double problem_error(const struct problem *p, const struct problem *reference);

/* The first row of the first output: the sum, and the last of its numbers. */
double problem_sum(const struct problem *p);
double problem_last(const struct problem *p);

#endif
