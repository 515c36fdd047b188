/* cpu.c - what the processor of this machine can do
 * SPDX-License-Identifier: MIT */
#include "cpu.h"

enum kcl__cpu kcl__cpu(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (__builtin_cpu_supports("avx512f")
	    && __builtin_cpu_supports("avx512dq")
	    && __builtin_cpu_supports("avx512vl"))
		return KCL__CPU_AVX512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return KCL__CPU_AVX2;
#endif
	return KCL__CPU_ANY;
}

int kcl__cpu_vector(void)
{
	return 16 << kcl__cpu();
}

int kcl__cpu_fma(void)
{
#if defined(__FP_FAST_FMA)
	return 1;
#else
	return kcl__cpu() != KCL__CPU_ANY;
#endif
}
