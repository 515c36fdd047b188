/* cuda.c - the words of CUDA C; always one lane
 * SPDX-License-Identifier: MIT */
#include "emit.h"

const struct kcl__dialect kcl__cuda_c = {
	.name = "CUDA C",
	.types64 =
	"#define AS_REAL __longlong_as_double\n"
	"#define AS_WORD (word)__double_as_longlong\n",
	.types =
	"typedef @E@ elem;\n"
	"typedef @E@ real;\n"
	"typedef @I@ bits;\n"
	"typedef unsigned @I@ word;\n"
	"#ifndef AS_REAL\n"
	"# define AS_REAL __uint_as_float\n"
	"# define AS_WORD __float_as_uint\n"
	"#endif\n"
	"#define INDEX(v) ((bits)(v))\n"
	"#ifndef INFINITY\n"
	"# define INFINITY __int_as_float(0x7f800000)\n"
	"#endif\n"
	"#define restrict __restrict__\n",
	.wide =
	"typedef double wide;\n"
	"#define word unsigned long long\n"
	"#define WIDEN (double)\n",
	.integer32 = "int", .integer64 = "long long",
	.narrow = "", .kernel = "extern \"C\" __global__ void",
	.function = "static __device__ inline",
	.global = "", .local = "__shared__ __align__(16) ", .shared = "",
	.barrier = "__syncthreads()",
	.item = "(int)(blockIdx.x * blockDim.x + threadIdx.x)",
	.member = "(int)threadIdx.x",
	.options32 = "--fmad=false", .options64 = "--fmad=false",
	.fast64 = "--fmad=false",
	.fast32 = "--fmad=false --ftz=true --prec-sqrt=false --prec-div=false",
	.quotient = "__fdividef(x, y)", .ratio = "{ return __fdiv_rn(x, y); }",
};
