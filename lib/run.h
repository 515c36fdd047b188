/* run.h - a call at work, and its passes
 * SPDX-License-Identifier: MIT */
#ifndef KCL_RUN_H
#define KCL_RUN_H

#include "parts.h"
#include "results.h"

struct kcl__call {
	struct kcl_kernel *kernel;
	const kcl_ranges *ranges;       /* or NULL */
	int bits;                       /* of the inputs; then of arithmetic */
	int64_t extent[3];              /* M, N, 1: by category */
	struct kcl__batch batch;
	struct kcl__matrix *in, *out;   /* the kernel's */
	struct kcl__result *result;     /* likewise, by number of the feed */
	struct kcl__strips strips[3];   /* by tag, for those run in parts */
	size_t residents, copies;       /* arrays on the device; of those */
	struct kcl__copy *copy;         /* copies on the host */
	size_t pass;                    /* the one at work */
	int64_t b, tasks;               /* and its batch, or 0 of 1 */
};

/* The rows or columns of a reduction: one row where it sums over both, one
 * column where it sums over neither.  */
static inline int64_t kcl__extent(const struct kcl__call *c, int tag,
                                  int columns)
{
	if (tag == KCL__P)
		return columns ? c->extent[KCL__I] : 1;
	if (tag == KCL__IJ)
		return columns ? 1 : c->extent[KCL__I] * c->extent[KCL__J];
	return c->extent[columns ? !tag : tag];
}

/* Where input number K of P lies in a launch.  */
enum kcl__place kcl__place_of(const struct kcl__pass *p, size_t k);

/* The form of kernels that P is run with; above KCL__MERGE with that, too.  */
int kcl__form_of(const struct kcl__call *c, const struct kcl__pass *p);

/* A task for the pass at work, P, with kernels of a FORM, but for its operands
 * and results; those with the sizes of a row.  */
struct kcl__task kcl__task_of(struct kcl__call *c, const struct kcl__pass *p,
                              int form);

/* Makes ready what the passes of C are run with; *READY is 0 where programs are
 * not there and the host shall compute: that is kcl__stand_in_run.  */
kcl_status kcl__prepare(struct kcl__call *c, int *ready);
kcl_status kcl__stand_in_run(struct kcl__call *c, size_t nin,
                             const kcl_array *in, size_t nout,
                             const kcl_array *out);

/* Whether P is run in parts, all batches at once: where there are ranges, and
 * where there are many small batches.  */
int kcl__in_parts(const struct kcl__call *c, const struct kcl__pass *p);

/* Checks and prepares P to be run so.  */
kcl_status kcl__prepare_parts(struct kcl__call *c, const struct kcl__pass *p);

/* Runs the pass at work so; the results of all batches lie without gaps.  */
kcl_status kcl__run_parts(struct kcl__call *c, const struct kcl__pass *p,
                          void *values, void *indices);

#endif
