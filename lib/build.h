/* build.h - from text to programs: formulas and kernels
 * SPDX-License-Identifier: MIT */
#ifndef KCL_BUILD_H
#define KCL_BUILD_H

#include "os.h"
#include "pass.h"
#include "plan.h"
#include "runtime/cache.h"
#include "runtime/runtime.h"
#include "runtime/wisdom.h"
#include <stdatomic.h>

/* How a formula uses the number of a row or column: not at all, by its digits,
 * or as one number, which has to be exact in the type of the values.  */
enum { KCL__NO_INDEX, KCL__DIGITS, KCL__INDICES };

enum { KCL__TEAM = 16 };        /* most devices of a context */

/* A formula is the graph of one or several reductions, derivatives carried out,
 * and the passes that compute them, in this order.  It never changes once made,
 * and is freed with its last holder.  */
struct kcl_formula {
	atomic_int holders;
	struct kcl__graph g;
	ref root[KCL__MAX_ROOTS];
	size_t roots;
	char *text;             /* NULL if `unwritten` */
	int unwritten;          /* why there is no text: KCL__CUT or KCL__DEEP;
	                         * 0 if there is one */
	struct kcl__pass *pass;
	size_t passes;
	int indexed[3];         /* by category: KCL__NO_INDEX and so on */
	int pieces;             /* the order of its nodes is that in which a
	                         * builder was given them */
};

struct kcl__matrix;
struct kcl__result;

struct kcl_context {
	struct kcl__mutex lock;         /* one call at a time */
	struct kcl__cache *cache;
	struct kcl__device *device;
	struct kcl__target target;
	struct kcl__wisdom wisdom;
	kcl_progress *progress;
	void *user;
	/* A context of several devices is that of the first.  The others are
	 * contexts of their own, which nobody else uses.  */
	struct kcl_context *peer[KCL__TEAM - 1];
	size_t peers;
	/* Small problems may be computed on the host as long as their kernel is
	 * not compiled: kcl_context_host_first.  The host's context is opened
	 * when it is needed first.  */
	int host_first;
	struct kcl_context *host;
};

/* Takes the turn of a call on CTX, and gives it back; KCL_FORKED in a child of
 * the process that opened it, where the lock may be held for ever.  */
kcl_status kcl__enter(struct kcl_context *ctx);
/* The same, but KCL_UNSUPPORTED where the device is not here.  */
kcl_status kcl__enter_to_run(struct kcl_context *ctx);
void kcl__leave(struct kcl_context *ctx);

/* KCL_DEVICE where the device of CTX computes wrong results; looked at once for
 * each version of its driver.  */
kcl_status kcl__selftest(struct kcl_context *ctx);

/* A pass made ready for a device and a data type, as a kernel of a form.  */
struct kcl__ready {
	char *source;                   /* NULL on the host */
	const char *options;            /* its compiler's */
	struct kcl__eval *eval;         /* NULL elsewhere */
	struct kcl__program *program;   /* NULL: not compiled yet */
	int missed;                     /* it was looked for in the cache, and
	                                 * need not be again */
	int32_t item_rows, columns;     /* of the program: see kcl__code */
	size_t group;
	struct kcl__plan plan;
	double bytes;                   /* private memory of a work-item */
	struct kcl__loops loops;
	double speed;                   /* pairs in a second, as last measured
	                                 * in a team; 0 before */
};

/* Binaries from a file, one for each kernel and target (bundle.c).  */
struct kcl__bundle;
void kcl__bundle_free(struct kcl__bundle *bundle);

struct kcl_kernel {
	struct kcl_context *ctx;
	struct kcl__bundle *bundle;     /* NULL: all is compiled */
	struct kcl_formula *formula;
	/* For float32 and float64: see kcl__ready below.  */
	struct kcl__ready *ready[2];
	char *told;                     /* what kcl_kernel_source or _plan
	                                 * returned last */
	struct kcl_kernel *peer[KCL__TEAM - 1];         /* for ctx's peers */
	/* Of a call; here, so that the next one allocates nothing.  */
	struct kcl__matrix *matrix;     /* arguments, then outputs */
	struct kcl__result *result;     /* by number of the feed */
	/* The same for the host, where that computes first, or NULL; and how
	 * many seconds it has taken in all.  */
	struct kcl_kernel *stand_in;
	double stood_in;
	/* By argument, what gives the elements of the matrix by which it is
	 * multiplied, or NULL; all is NULL where none is: see linear.h.  */
	struct kcl_kernel **entries;
};

/* What kernels are written in; NULL on the host, which evaluates.  */
struct kcl__dialect;
const struct kcl__dialect *kcl__dialect_of(const struct kcl_context *ctx);

/* The text of PASS, which the caller frees, and the BYTES of the arrays of a
 * work-item; PLAN is made smaller until they fit.  NULL after a failure.  */
char *kcl__source_of(const struct kcl_context *ctx,
                     const struct kcl__pass *pass, struct kcl__plan *plan,
                     double *bytes);

/* The plan of PASS: the rule's, but for what $KEOPSCL_PLAN says, for
 * experiments and tests, or without it the wisdom.  */
kcl_status kcl__plan_for(const struct kcl_context *ctx,
                         const struct kcl__pass *pass, int bits,
                         struct kcl__plan *plan);

/* What a kernel of FORM is known by: the text and the compiler's options that
 * the rule has for it, whatever plan it really has.  */
kcl_status kcl__kernel_name(const struct kcl_context *ctx,
                            const struct kcl__pass *pass, int bits, int form,
                            struct kcl__hash *name);

/* KCL_ARGUMENT where KERNEL is NULL or BITS is neither 32 nor 64.  */
kcl_status kcl__check_bits(const struct kcl_kernel *kernel, int bits);

/* A formula without arguments and reductions; NULL without memory.  */
struct kcl_formula *kcl__formula_blank(void);

/* Adds the arguments of FROM that FORMULA has not got by their names, and its
 * reductions; 0, or -1 with the failure reported.  */
int kcl__formula_add(struct kcl_formula *formula,
                     const struct kcl_formula *from);

/* Does what is left once the reductions of MADE are there: derivatives, passes,
 * the text.  *FORMULA is then MADE.  Where that fails, or where making it has
 * FAILED before, MADE is freed and *FORMULA is NULL.  */
kcl_status kcl__formula_finish(struct kcl_formula *made, int failed,
                               struct kcl_formula **formula);

/* KCL_LIMIT where float32 (BITS 32) cannot hold each number that Index_i() or
 * Index_j() may give, EXTENT being M and N.  */
kcl_status kcl__check_indices(const struct kcl_formula *formula, int bits,
                              const int64_t *extent);
void kcl__formula_hold(struct kcl_formula *formula);

/* KCL_LIMIT where FORMULA has no text.  */
kcl_status kcl__formula_written(const struct kcl_formula *formula);

/* Makes pass number PASS ready for float32 or float64, as far as it is not yet:
 * its text, or on the host its code; with KCL__KEPT also the program, if a
 * bundle or the cache has the binary; with KCL__COMPILED the program in any
 * case.  */
enum kcl__stage { KCL__TEXT, KCL__KEPT, KCL__COMPILED };
kcl_status kcl__pass_ready(struct kcl_kernel *kernel, int bits, size_t pass,
                           int form, enum kcl__stage stage);

/* Makes R ready with what the bundle of KERNEL has for its device; 0 if that is
 * nothing, or will not do.  */
int kcl__bundle_ready(const struct kcl_kernel *kernel, int bits, size_t pass,
                      int form, struct kcl__ready *r);

/* KCL_BUILD again, where the bundle of KERNEL, or none, had what could not be
 * built, but of another version: it says so too.  */
kcl_status kcl__bundle_refused(const struct kcl_kernel *kernel, int bits,
                               size_t pass, int form);

/* kcl__pass_ready for all passes, as KCL__PLAIN kernels.  */
kcl_status kcl__make_ready(struct kcl_kernel *kernel, int bits,
                           enum kcl__stage stage);

/* Launches each program of KERNEL once, after which a driver has no excuse to
 * compile.  */
kcl_status kcl__rehearse(struct kcl_kernel *kernel, int bits);

/* Pass number PASS as a kernel of FORM; kcl__pass_ready comes before.  */
static inline struct kcl__ready *kcl__ready(const struct kcl_kernel *kernel,
                                            int bits, size_t pass, int form)
{
	return &kernel->ready[bits == 64][(size_t)form
		* kernel->formula->passes + pass];
}

/* The feed of the reduction F, in its pass.  */
const struct kcl__feed *kcl__feed_of(const struct kcl_formula *formula, ref f);

/* What gives output number K of FORMULA, and whether it is its indices.  */
const struct kcl__feed *kcl__output_of(const struct kcl_formula *formula,
                                       size_t k, int *is_index);

#endif
