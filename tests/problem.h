/* problem.h - a reduction with its data, run on every device there is
 * SPDX-License-Identifier: MIT */
#ifndef PROBLEM_H
#define PROBLEM_H

#include "oracle.h"
#include <check.h>

/* A device, a shape of kernel and a precision; there is one place for each
 * that can be had here.  The name is such as "opencl:0:0, GPU shape,
 * float32".  */
struct place {
	char device[32], name[80];
	const char *shape;              /* $KEOPSCL_PLAN; NULL: the device's */
	int bits, host, pocl;
};

/* Places in a fixed order, the host's first; NULL when there are no more.
 * BITS is 32 or 64, or 0 for both.  $KEOPSCL_TEST_DEVICE, such as "host" or
 * "opencl:1", restricts them to devices with that in their names.  */
const struct place *place_get(int bits, int k);
int place_count(int bits);

/* Whether it is the turn of a place for kernel number K.  Compiling takes
 * longest, so of a device's two shapes and two precisions each kernel has one,
 * the next one the next; or all, if $KEOPSCL_TEST_ALL is set.  */
int place_turn(const struct place *place, int k);

/* The same, but that it always is in the device's own shape: PoCL compiles the
 * other three times as long.  */
int place_turn_of_shape(const struct place *place, int k);

/* How many places a device is.  */
int place_kinds(const char *device);

/* The context of a place's device, as new, and asks for its shape of kernels.
 * There is one for all of a process, which nobody closes: PoCL takes half a
 * second to read its library for each.  */
kcl_context *place_open(const struct place *place);

/* The same, where kernels of a CPU have the same bits in either shape: there
 * these are portable.  */
kcl_context *place_open_alike(const struct place *place);

/* The next kernels are made to PLAN; NULL: as the library likes.  */
void plan_set(const char *plan);

enum { MAX_ARGUMENTS = 64 };

struct problem {
	kcl_formula *formula;
	int64_t rows[3];                /* M, N, 1 */
	const kcl_ranges *ranges;       /* NULL: all pairs */
	double *in[MAX_ARGUMENTS];      /* by argument, all of them float32 */
};

/* Parses TEXT over the NVARS variables; the arguments are drawn from [-1, 1],
 * always the same for the same sizes.  */
void problem_make(struct problem *p, const char *text, size_t nvars,
                  const char *const *vars, int64_t m, int64_t n);
/* The same with variables given as one text, apart by spaces.  */
void problem_open(struct problem *p, const char *text, const char *vars,
                  int64_t m, int64_t n);
void problem_free(struct problem *p);

/* Draws argument K from [LOW, HIGH] instead.  */
void problem_draw(struct problem *p, size_t k, double low, double high);

/* The number of elements of argument K.  */
int64_t problem_size(const struct problem *p, size_t k);

/* Computes it.  A failure ends the test, but 0 is returned, and told in the
 * log, where llvmpipe or a GPU says that it cannot.  */
int problem_run(const struct problem *p, kcl_context *ctx, int bits,
                 struct answer *answer);
/* With a kernel that was made before.  */
int problem_run_kernel(const struct problem *p, kcl_kernel *kernel, int bits,
                        struct answer *answer);
void problem_oracle(const struct problem *p, struct answer *answer);

/* The largest error of a value of FOUND, in units of its scale + FLOOR; 1e30
 * where sizes, indices or what is not finite differ.  *AT is its number.  */
double answer_error(const struct answer *expected, const struct answer *found,
                    double floor, int64_t *at);

/* Whether they are the same bit for bit.  */
int answer_same(const struct answer *a, const struct answer *b);

/* Ends the test if FOUND is not the oracle's answer.  */
void problem_check(const struct problem *p, kcl_context *ctx,
                   const struct place *place, double tolerance);

/* One of several problems, its variables apart by spaces.  */
struct problem_case { const char *text, *vars; int64_t m, n; };

/* Checks number K of CASES everywhere, in turns of shapes; the first two also
 * with little memory.  */
void case_check(const struct problem_case *cases, int k);

#endif
