/* host_real.h - the loops for one type: the code of ops.def compiled
 * SPDX-License-Identifier: MIT
 *
 * To be included with these defined: `real`, `bits` and `word`, a real, a
 * signed and an unsigned integer of REAL_BITS bits; `fed`, the type of what
 * sums are fed, and of results; and ARITHMETIC, the name of the function that
 * gives the loops, without the operations if SUMS_ONLY is defined.  */
#include "cpu.h"
#include <float.h>
#include <math.h>
#include <string.h>
#include <tgmath.h>

/* What is to become part of each version below.  */
#if defined(__GNUC__)
# define INLINE static inline __attribute__((always_inline))
# define NOINLINE __attribute__((noinline))
#else
# define INLINE static inline
# define NOINLINE
#endif

#define R(c) ((real)(c))
#define W(c) ((word)(c))
#define EACH(k, n) for (int k = 0; k < (n); k++)
#define MOST (sizeof(fed) == 4 ? FLT_MAX : DBL_MAX)

/* Without the word, gcc unrolls short loops before it looks for vectors.  */
#define EACH_LANE KEEP_LOOP EACH(lane, KCL__HOST_LANES)
#define ANY_LANE KEEP_ANY EACH(lane, KCL__HOST_LANES)
#if defined(__GNUC__) && !defined(__clang__)
# define KEEP_LOOP _Pragma("omp simd")
# define KEEP_ANY _Pragma("omp simd reduction(|:any)")
#else
# define KEEP_LOOP
# define KEEP_ANY
#endif

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

#define FN(type, ...) FN_##type(__VA_ARGS__)
#define FN_0(result, name, arguments, ...) \
	INLINE result name arguments __VA_ARGS__
#define FN_96 FN_0
#if REAL_BITS == 32
# define FN_32 FN_0
# define FN_64(...)
#else
# define FN_32(...)
# define FN_64 FN_0
#endif

#include "ops.def"

#ifndef SUMS_ONLY
# include "host_apply.h"
#endif
#include "host_reduce.h"

#define VERSION any
#define KIND
#include "host_version.h"

/* Without instructions for it fma() is a slow call, and the baseline of x86
 * has none.  All versions give the same bits.  */
#if defined(__x86_64__) && defined(__GNUC__)
# define VERSION avx2
# define KIND __attribute__((target("avx2,fma")))
# include "host_version.h"
# define VERSION avx512
# define KIND __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl")))
# include "host_version.h"
#endif

const struct kcl__arithmetic *ARITHMETIC(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (kcl__cpu() == KCL__CPU_AVX512)
		return &avx512;
	if (kcl__cpu() == KCL__CPU_AVX2)
		return &avx2;
#endif
	return &any;
}
