/* emit.h - the kernel of a pass, as text in a dialect
 * SPDX-License-Identifier: MIT */
#ifndef KCL_EMIT_H
#define KCL_EMIT_H

#include "pass.h"
#include "plan.h"
#include "sb.h"

/* What differs from OpenCL C to CUDA C: words that the scheme names as @word@.
 * In `types`, @E@ is float or double, @I@ and @U@ the integers of its size,
 * @N@ the number of lanes, empty for one.  */
struct kcl__dialect {
	const char *name;
	const char *types;      /* elem, real, bits, word, AS_REAL, AS_WORD */
	const char *types64;    /* in front of it for float64 */
	const char *wide;       /* wide, WIDEN and the same for a state of
	                           float64 that is fed float32 */
	const char *integer32, *integer64;
	const char *narrow;     /* in front of a kernel whose rows are long */
	const char *kernel, *function, *global, *local;
	const char *shared;     /* of pointers to what is local */
	const char *barrier, *item, *member;
	const char *options32, *options64;      /* its compiler's */
	const char *fast32, *fast64;            /* where subnormal numbers may
	                                         * be 0 */
	const char *quotient;   /* x / y, where it is to be fast */
	const char *ratio;      /* the body of ratio_() there */
};

extern const struct kcl__dialect kcl__opencl_c;
extern const struct kcl__dialect kcl__cuda_c;

/* What the compiler of DIALECT is told.  */
static inline const char *kcl__options(const struct kcl__pass *pass,
                                       const struct kcl__plan *plan,
                                       const struct kcl__dialect *dialect)
{
	int fast = plan->power != KCL__POLYNOMIAL;

	return plan->bits == 64 || pass->wide
		? fast ? dialect->fast64 : dialect->options64
		: fast ? dialect->fast32 : dialect->options32;
}

/* The source; the caller frees it.  NULL after a failure.  Deterministic: the
 * same pass and plan give the same text, with no word of the user's in it.
 * BYTES, unless NULL: what the arrays of a work-item take of its memory.  */
char *kcl__emit(const struct kcl__pass *pass, const struct kcl__plan *plan,
                const struct kcl__dialect *dialect, double *bytes);

#endif
