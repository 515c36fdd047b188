/* cpu.h - what the processor of this machine can do
 * SPDX-License-Identifier: MIT */
#ifndef KCL_CPU_H
#define KCL_CPU_H

/* The kinds that code is compiled for, better ones later.  */
enum kcl__cpu { KCL__CPU_ANY, KCL__CPU_AVX2, KCL__CPU_AVX512 };

/* The best kind that this processor is.  */
enum kcl__cpu kcl__cpu(void);

/* Bytes that one of its instructions takes at once, and whether it has a fused
 * multiply-add.  */
int kcl__cpu_vector(void);
int kcl__cpu_fma(void);

#endif
