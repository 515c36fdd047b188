/* opencl.c - the words of OpenCL C
 * SPDX-License-Identifier: MIT */
#include "emit.h"

const struct kcl__dialect kcl__opencl_c = {
	.name = "OpenCL C",
	.types64 = "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n",
	.types =
	"#pragma OPENCL FP_CONTRACT OFF\n"
	"typedef @E@ elem;\n"
	"typedef @E@@N@ real;\n"
	"typedef @I@@N@ bits;\n"
	"typedef @U@@N@ word;\n"
	"#define AS_REAL as_@E@@N@\n"
	"#define AS_WORD as_@U@@N@\n"
	"#define INDEX(v) ((bits)(@I@)(v))\n",
	.wide =
	"typedef double@N@ wide;\n"
	"typedef ulong@N@ wide_word;\n"
	"#define word wide_word\n"
	"#define WIDEN convert_double@N@\n"
	"#define AS_REAL as_double@N@\n"
	"#define AS_WORD as_ulong@N@\n",
	.integer32 = "int", .integer64 = "long",
	.narrow =
	"#ifdef NARROW\n"
	"__attribute__((intel_reqd_sub_group_size(NARROW)))\n"
	"#endif\n",
	.kernel = "__kernel void", .function = "static inline",
	.global = "__global ",
	.local = "__local __attribute__((aligned(16))) ", .shared = "__local",
	.barrier = "barrier(CLK_LOCAL_MEM_FENCE)",
	.item = "(int)get_global_id(0)", .member = "(int)get_local_id(0)",
	.options32 = "-cl-std=CL1.2 -cl-single-precision-constant",
	.options64 = "-cl-std=CL1.2",
	.fast32 = "-cl-std=CL1.2 -cl-single-precision-constant "
	          "-cl-denorms-are-zero",
	.fast64 = "-cl-std=CL1.2 -cl-denorms-are-zero",
	.quotient = "x / y", .ratio = "{ return x / y; }",
};
