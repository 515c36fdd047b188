/* run.h - a call at work, and its passes
 * SPDX-License-Identifier: MIT */
#ifndef KCL_RUN_H
#define KCL_RUN_H

#include "parts.h"
#include "results.h"

struct kcl__call {
	struct kcl_kernel *kernel;
	const kcl_ranges *ranges;       /* or NULL */
	/* What is done once C is prepared, if not kcl__run_passes; then SOUGHT
	 * is 1 + the number of the argument that the host has to see, as well
	 * as the output.  */
	kcl_status (*compute)(struct kcl__call *c);
	struct kcl__solving *solving;   /* for that */
	size_t sought;
	int bits;                       /* of the inputs, 16 too; once they are
	                                 * checked, of what is computed in */
	int64_t extent[3];              /* M, N, 1: by category */
	struct kcl__batch batch;
	int quiet;                      /* the progress function is not told */
	struct kcl__matrix *in, *out;   /* memory of the kernel's */
	struct kcl__result *result;     /* likewise; by number of the feed */
	struct kcl__bands bands[3];     /* by tag, for those run in parts */
	int device_only;                /* the host cannot stand in: arrays lie
	                                 * on the device, or a product is not
	                                 * all */
	struct kcl__copy *copy;         /* what was copied of these to the
	                                 * host, */
	size_t copies;                  /* and how many that are */
	size_t pass;                    /* the number of the pass at work, */
	int64_t b;                      /* and of the batch, 0 where all run
	                                 * at once */
	int64_t tasks;                  /* how many batches run one by one */
};

/* How many rows (COLUMNS 0) or columns (1) a reduction with TAG has.  With tag
 * 2 its columns are the M sums over j, and it has one row.  Dense(f), KCL__IJ,
 * has a row for each pair, and one column.  */
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

/* The form of the kernels that P is run with.  From KCL__SPLIT on there are two
 * for each launch: kcl__merge_of(form) is that of the second.  */
int kcl__form_of(const struct kcl__call *c, const struct kcl__pass *p);

/* A task for the pass at work, P, with kernels of FORM.  Where its operands and
 * results lie is left to the caller.  */
struct kcl__task kcl__task_of(struct kcl__call *c, const struct kcl__pass *p,
                              int form);

/* Makes ready what the passes of C are run with.  *READY is 0 where a program
 * is not compiled yet and the host computes first: by kcl__stand_in_run.  */
kcl_status kcl__prepare(struct kcl__call *c, int *ready);
kcl_status kcl__stand_in_run(struct kcl__call *c, size_t nin,
                             const kcl_array *in, size_t nout,
                             const kcl_array *out);

/* Computes the products that C is made of, once, when it is prepared.  */
kcl_status kcl__run_passes(struct kcl__call *c);

/* All of C, the checks being done, for which the host may stand in with these
 * arrays.  */
kcl_status kcl__run_checked(struct kcl__call *c, size_t nin,
                            const kcl_array *in, size_t nout,
                            const kcl_array *out);

/* kcl_run and its like: all of C, of which the kernel and what else is asked of
 * it are set.  */
kcl_status kcl__run_call(struct kcl__call *c, size_t nin, const kcl_array *in,
                         size_t nout, const kcl_array *out);

/* Whether P is run in parts, all batches at once: where there are ranges, and
 * where there are many small batches.  */
int kcl__in_parts(const struct kcl__call *c, const struct kcl__pass *p);

/* Checks and prepares P to be run so.  */
kcl_status kcl__prepare_parts(struct kcl__call *c, const struct kcl__pass *p);

/* Runs the pass at work so; the results of all batches lie without gaps.  */
kcl_status kcl__run_parts(struct kcl__call *c, const struct kcl__pass *p,
                          void *values, void *indices);

#endif
