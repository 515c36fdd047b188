/* host_real.h - the loops for one type: the code of ops.def compiled
 * SPDX-License-Identifier: MIT
 *
 * To be included with these defined: `real`, `bits` and `word`, a real, a
 * signed and an unsigned integer of REAL_BITS bits; and ARITHMETIC, the name
 * of the function that gives the loops.  */
#include <math.h>
#include <string.h>
#include <tgmath.h>

/* What is to become part of each version below.  */
#if defined(__GNUC__)
# define INLINE static inline __attribute__((always_inline))
#else
# define INLINE static inline
#endif

#define R(c) ((real)(c))
#define W(c) ((word)(c))
#define EACH(k, n) for (int k = 0; k < (n); k++)

INLINE word AS_WORD(real x)
{
	word w;

	memcpy(&w, &x, sizeof w);
	return w;
}

INLINE real AS_REAL(word w)
{
	real x;

	memcpy(&x, &w, sizeof x);
	return x;
}

#include "host_apply.h"
#include "host_reduce.h"

/* The loops that take the time, for a kind of processor.  */
#define VERSION(name, kind) \
kind static void apply_##name(void *memory, const struct kcl__step *s, \
                              int64_t block, int64_t groups) \
{ \
	apply(memory, s, block, groups); \
} \
kind static void push_##name(void *memory, const struct kcl__state *s, \
                             int64_t block, int64_t first, int64_t columns) \
{ \
	push(memory, s, block, first, columns); \
} \
kind static void fold_##name(void *memory, const struct kcl__state *s, \
                             int64_t block) \
{ \
	fold(memory, s, block); \
} \
static const struct kcl__arithmetic name = { \
	sizeof(real), gather, apply_##name, init, push_##name, start, \
	fold_##name, load, save, finish \
};

VERSION(any, )

/* Without instructions for it fma() is a slow call, and the baseline of x86
 * has none.  All versions give the same bits.  */
#if defined(__x86_64__) && defined(__GNUC__)
VERSION(avx2, __attribute__((target("avx2,fma"))))
VERSION(avx512, __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl"))))
#endif

const struct kcl__arithmetic *ARITHMETIC(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (__builtin_cpu_supports("avx512f")
	    && __builtin_cpu_supports("avx512dq")
	    && __builtin_cpu_supports("avx512vl"))
		return &avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &avx2;
#endif
	return &any;
}
