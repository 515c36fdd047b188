/* check_faults.c - whole computations while a driver, or memory, fails
 * SPDX-License-Identifier: MIT */
#include "faultlab.h"
#include "keopscl.h"
#include "nomem.h"
#include "runtime/runtime.h"
#include "suite.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 40, N = 300 };

static float x[2 * M], y[2 * N], b[N], e[M], right[2 * M];

/* A gradient that takes two kernels, from the text to the result: arrays that
 * are not packed, too.  */
static kcl_status run(float *result)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)", "b=Vj(1)" };
	int64_t shape[] = { M, 2 }, strides[] = { 1, M };
	const kcl_array in[] = {
		kcl_array_of(x, KCL_FLOAT, 32, 2, shape, strides),
		kcl_f32(y, N, 2), kcl_f32(b, N, 1), kcl_f32(e, M, 1)
	};
	const kcl_array out = kcl_array_of(result, KCL_FLOAT, 32, 2, shape,
	                                   strides);
	kcl_formula *formula = NULL, *grad = NULL;
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;
	kcl_status status = kcl_context_open(fault_device(), &ctx);

	if (!status)
		status = kcl_formula_parse("LogSumExp_Reduction(-SqDist(x,y),0,"
		                           "b)", 3, vars, &formula);
	if (!status)
		status = kcl_formula_grad(formula, "x", &grad);
	if (!status)
		status = kcl_kernel_from(ctx, grad, &kernel);
	if (!status)
		status = kcl_run(kernel, 4, in, 1, &out);
	kcl_kernel_free(kernel);
	kcl_formula_free(grad);
	kcl_formula_free(formula);
	kcl_context_close(ctx);
	return status;
}

/* What came of a run.  */
struct outcome { kcl_status status; long refused, blocks; };

/* Runs while allocation number N (0: none) is refused, into a result that was
 * wiped; what is said to be right must be.  */
static struct outcome run_checked(long n, int keep_on)
{
	float result[2 * M];
	struct outcome o;

	memset(result, 0xc1, sizeof result);
	nomem_begin(n, keep_on);
	o.status = run(result);
	o.refused = nomem_end();
	o.blocks = nomem_blocks();
	ck_assert_msg(o.status || !memcmp(result, right, sizeof right),
	              "a wrong result without an error");
	return o;
}

static void begin(void)
{
	uint32_t seed = 5;
	float *const part[] = { x, y, b, e };
	const int size[] = { 2 * M, 2 * N, N, M };

	for (int a = 0; a < 4; a++)
		for (int k = 0; k < size[a]; k++) {
			seed = seed * 1664525u + 1013904223u;
			part[a][k] = (float)(seed >> 8) / 16777216.0f + 0.1f;
		}
	unsetenv("KEOPSCL_PLAN");
	fault_begin();
	if (fault_device()[0])
		ck_assert_msg(!run(right), "%s", kcl_message());
}

/* ----- the driver ------------------------------------------------------- */

/* What works without the call that fails: what lets go, what keeps or reuses
 * a binary, and platforms where the device is not.  */
static int may_be_passed_over(const char *name)
{
	static const char *const names[] = { "clGetProgramInfo",
		"clGetDeviceIDs", "clCreateProgramWithBinary", "clBuildProgram",
		"clCreateKernel" };

	for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
		if (!strcmp(name, names[k]))
			return 1;
	return !strncmp(name, "clRelease", 9);
}

static void check_fault(long n, int code)
{
	struct outcome o;
	const char *name;

	fault_arm(NULL, n, code);
	o = run_checked(0, 0);
	name = fault_failed();
	ck_assert_msg(name != NULL, "call %ld was not reached", n);
	ck_assert_msg(o.status ? kcl_message()[0] != 0
	              : may_be_passed_over(name), "%s with %d: status %d, "
	              "\"%s\"", name, code, (int)o.status, kcl_message());
	ck_assert_msg(o.status != KCL_DRIVER || strstr(kcl_message(), name),
	              "%s: %s", name, kcl_message());
	ck_assert_msg(fault_live() == 0 && o.blocks == 0,
	              "%s: %ld objects and %ld blocks left", name,
	              fault_live(), o.blocks);
}

static void fail_every_call(int code)
{
	long all;

	if (!fault_device()[0])
		return;
	fault_arm(NULL, 0, 0);
	ck_assert_int_eq(run_checked(0, 0).status, KCL_OK);
	all = fault_calls(NULL);
	ck_assert_int_gt(all, 80);
	for (long n = 1; n <= all; n++)
		check_fault(n, code);
	fault_arm(NULL, 0, 0);
	ck_assert_int_eq(run_checked(0, 0).status, KCL_OK);
}

static const int codes[] = { -5, -6, -36, -54, -9999 };

START_TEST(every_call_fails_once)
{
	fail_every_call(codes[_i]);
}
END_TEST

START_TEST(every_call_fails_once_on_a_gpu)
{
	if (!fault_device()[0])
		return;
	setenv("KEOPSCL_FAULT_GPU", "1", 1);
	ck_assert_msg(!run(right), "%s", kcl_message());
	fail_every_call(-14);
}
END_TEST

/* Each launch is two where columns are split, with two buffers more.  */
START_TEST(every_call_fails_once_in_split_columns)
{
	if (!fault_device()[0])
		return;
	setenv("KEOPSCL_PLAN", "shape=cpu,lanes=1,split=2", 1);
	ck_assert_msg(!run(right), "%s", kcl_message());
	fail_every_call(-36);
}
END_TEST

/* The smallest of the device's threads, and none where it is not told.  */
START_TEST(kernels_are_told_of_threads)
{
	struct kcl__code code = {
		.source = "#if NARROW != 8\n#error\n#endif\n"
			"__kernel void keops(void) { }",
		.options = "-cl-std=CL1.2", .group = 64, .item_rows = 1
	};
	struct kcl__device *device;
	struct kcl__program *program;

	if (!fault_device()[0])
		return;
	setenv("KEOPSCL_FAULT_GPU", "1", 1);
	for (int told = 0; told < 2; told++) {
		if (told)
			setenv("KEOPSCL_FAULT_THREADS", "1", 1);
		ck_assert(!kcl__device_open(fault_device(), NULL, &device));
		ck_assert_int_eq(device->backend->build(device, &code,
		                                        &program),
		                 told ? KCL_OK : KCL_BUILD);
		device->backend->unload(program);
		device->backend->close(device);
	}
}
END_TEST

/* AMD's GPUs say how wide their waves are, others are not asked.  */
START_TEST(waves_are_told)
{
	struct kcl__device *device;

	if (!fault_device()[0])
		return;
	for (int told = 0; told < 4; told++) {
		if (told & 1)
			setenv("KEOPSCL_FAULT_GPU", "1", 1);
		else
			unsetenv("KEOPSCL_FAULT_GPU");
		if (told & 2)
			setenv("KEOPSCL_FAULT_WAVES", "1", 1);
		ck_assert(!kcl__device_open(fault_device(), NULL, &device));
		ck_assert_int_eq(device->wave, told == 3 ? 64 : 0);
		device->backend->close(device);
	}
}
END_TEST

/* Opening a device asks what listing it asks, and whether it has a compiler
 * once more; of a GPU of Intel's, how wide its threads are.  */
START_TEST(nothing_is_asked_twice)
{
	struct kcl__facts_list all = { 0 };
	struct kcl__device *device;
	long listed;

	if (!fault_device()[0])
		return;
	for (int told = 0; told < 2; told++) {
		if (told) {
			setenv("KEOPSCL_FAULT_GPU", "1", 1);
			setenv("KEOPSCL_FAULT_THREADS", "1", 1);
		}
		fault_arm(NULL, 0, 0);
		ck_assert(!kcl__opencl.list(&all));
		listed = fault_calls("clGetDeviceInfo") / (long)all.count;
		fault_arm(NULL, 0, 0);
		ck_assert(!kcl__device_open(fault_device(), NULL, &device));
		if (all.count == 1)
			ck_assert_int_eq(fault_calls("clGetDeviceInfo"),
			                 listed + 1 + told);
		device->backend->close(device);
		kcl__facts_list_free(&all);
	}
}
END_TEST

/* Where a part is not made, nothing is left of it.  */
START_TEST(a_part_may_fail)
{
	struct kcl__device *part, *whole;
	char name[100], said[100];
	int64_t units;

	if (!fault_device()[0])
		return;
	ck_assert(!kcl__device_open(fault_device(), NULL, &whole));
	units = whole->facts.number[KCL_DEVICE_UNITS];
	whole->backend->close(whole);
	if (units < 2)
		return;
	snprintf(name, sizeof name, "%.90s/2:0", fault_device());
	if (kcl__device_open(name, NULL, &part) == KCL_UNSUPPORTED)
		return;
	part->backend->close(part);
	fault_arm("clCreateSubDevices", 1, -18);
	ck_assert_int_eq(kcl__device_open(name, NULL, &part), KCL_DRIVER);
	snprintf(said, sizeof said, "clCreateSubDevices failed with "
	         "CL_DEVICE_PARTITION_FAILED (-18) on %.30s ", fault_device());
	ck_assert(!strncmp(kcl_message(), said, strlen(said)));
	fault_arm("clCreateContext", 1, -5);
	ck_assert_int_eq(kcl__device_open(name, NULL, &part), KCL_MEMORY);
	ck_assert_int_eq(fault_live(), 0);
}
END_TEST

/* A kernel that a launch failed in can be used again.  */
START_TEST(a_kernel_survives)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)" };
	const kcl_array in[] = { kcl_f32(x, M, 2), kcl_f32(y, N, 2) };
	float first[M], second[M];
	const kcl_array out = kcl_f32(first, M, 1), again = kcl_f32(second, M,
	                                                            1);
	kcl_context *ctx;
	kcl_kernel *kernel;

	if (!fault_device()[0])
		return;
	ck_assert(!kcl_context_open(fault_device(), &ctx)
	          && !kcl_kernel_make(ctx, "Sum_Reduction(Exp(-SqDist(x,y)),0)",
	                              2, vars, &kernel)
	          && !kcl_run(kernel, 2, in, 1, &out));
	fault_arm("clEnqueueNDRangeKernel", 1, -54);
	ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &again), KCL_DRIVER);
	fault_arm("clCreateBuffer", 2, -61);
	ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &again), KCL_DRIVER);
	fault_arm(NULL, 0, 0);
	ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &again), KCL_OK);
	ck_assert(!memcmp(first, second, sizeof first));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* What the calls after the first ask of the driver, on a CPU and on a GPU:
 * nothing but what a launch with two arguments, a result and a state needs.  */
static const struct { const char *name; long calls[2]; } needed[] = {
	{ "clCreateBuffer", { 4, 0 } }, { "clReleaseMemObject", { 4, 0 } },
	{ "clEnqueueWriteBuffer", { 0, 2 } }, { "clSetKernelArg", { 12, 12 } },
	{ "clEnqueueNDRangeKernel", { 1, 1 } },
	{ "clEnqueueReadBuffer", { 1, 1 } }, { "clFinish", { 1, 1 } },
	{ NULL, { 23, 17 } }
};

/* And of the system no memory, even if there is none left.  */
START_TEST(the_next_call_is_a_launch)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)" };
	const kcl_array in[] = { kcl_f32(x, M, 2), kcl_f32(y, N, 2) };
	float first[M], next[M];
	const kcl_array out = kcl_f32(first, M, 1), again = kcl_f32(next, M, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;

	if (!fault_device()[0])
		return;
	if (_i)
		setenv("KEOPSCL_FAULT_GPU", "1", 1);
	ck_assert(!kcl_context_open(fault_device(), &ctx)
	          && !kcl_kernel_make(ctx, "Sum_Reduction(Exp(-SqDist(x,y)),0)",
	                              2, vars, &kernel)
	          && !kcl_run(kernel, 2, in, 1, &out));
	for (int k = 0; k < 2; k++) {
		kcl_status status;

		memset(next, 0, sizeof next);
		fault_arm(NULL, 0, 0);
		nomem_begin(1, 1);
		status = kcl_run(kernel, 2, in, 1, &again);
		ck_assert_int_eq(nomem_end(), 0);
		ck_assert_int_eq(status, KCL_OK);
		ck_assert(!memcmp(first, next, sizeof first));
		for (size_t n = 0; n < sizeof needed / sizeof *needed; n++)
			ck_assert_msg(fault_calls(needed[n].name)
			              == needed[n].calls[_i], "%s: %ld calls",
			              needed[n].name ? needed[n].name : "all",
			              fault_calls(needed[n].name));
	}
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* ----- memory ----------------------------------------------------------- */

/* What can be done without, such as the cache, may be.  */
START_TEST(memory_runs_out)
{
	struct outcome o = { .refused = 1 };

	if (!fault_device()[0])
		return;
	for (long n = 1; o.refused > 0; n++) {
		o = run_checked(n, _i);
		ck_assert_msg(o.status == KCL_OK || o.status == KCL_MEMORY
		              || o.status == KCL_DEVICE,
		              "allocation %ld: %s", n, kcl_message());
		ck_assert(!o.status || (o.refused && kcl_message()[0]));
		ck_assert_msg(fault_live() == 0 && o.blocks == 0,
		              "allocation %ld: %ld objects and %ld blocks left",
		              n, fault_live(), o.blocks);
		ck_assert(o.refused || n > 100);
	}
	ck_assert_int_eq(run_checked(0, 0).status, KCL_OK);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tests = tcase_create("faults");

	tcase_set_timeout(tests, 300);
	tcase_add_checked_fixture(tests, begin, fault_end);
	tcase_add_loop_test(tests, every_call_fails_once, 0,
	                    (int)(sizeof codes / sizeof *codes));
	tcase_add_test(tests, every_call_fails_once_on_a_gpu);
	tcase_add_test(tests, kernels_are_told_of_threads);
	tcase_add_test(tests, waves_are_told);
	tcase_add_test(tests, nothing_is_asked_twice);
	tcase_add_test(tests, a_part_may_fail);
	tcase_add_test(tests, every_call_fails_once_in_split_columns);
	tcase_add_test(tests, a_kernel_survives);
	tcase_add_loop_test(tests, the_next_call_is_a_launch, 0, 2);
	tcase_add_loop_test(tests, memory_runs_out, 0, 2);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
