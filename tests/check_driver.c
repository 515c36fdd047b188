/* check_driver.c - an OpenCL driver that fails, and one that lies
 * SPDX-License-Identifier: MIT */
#include "cachelab.h"
#include "faultlab.h"
#include "os.h"
#include "runtime/cache.h"
#include "small.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *device;      /* "" if there is none */
static char mark[64];           /* a text's end, that no other test has */

static void begin(void)
{
	fault_begin();
	device = fault_device();
	snprintf(mark, sizeof mark, "/* %.9f */", kcl__os_now());
}

/* ----- whole runs ------------------------------------------------------- */

/* Opens, builds, runs and closes.  */
static kcl_status go(struct kcl__cache *cache, struct small *small)
{
	struct kcl__program *program;
	kcl_status status = small_open(device, cache, &program);

	small_wipe(small);
	if (status)
		return status;
	status = small_run(program, small, NULL, NULL);
	small_close(program);
	return status;
}

/* Whether a failure of this call may go unnoticed: of what lets go, of what
 * keeps or reuses a binary, and of platforms where the device is not.  */
static int may_be_passed_over(const char *name, int cached)
{
	return !strncmp(name, "clRelease", 9)
		|| !strcmp(name, "clGetProgramInfo")
		|| !strcmp(name, "clGetDeviceIDs")
		|| (cached && (!strcmp(name, "clCreateProgramWithBinary")
		               || !strcmp(name, "clBuildProgram")
		               || !strcmp(name, "clCreateKernel")));
}

/* A failure is reported with the call's name, unless it kept the device from
 * being found; nothing is left behind.  */
static void check_fault(kcl_status status, int cached,
                        const struct small *small)
{
	const char *name = fault_failed();

	ck_assert_ptr_nonnull(name);
	ck_assert_msg(fault_live() == 0, "%s: %ld objects left", name,
	              fault_live());
	if (status)
		ck_assert_msg(status == KCL_DEVICE
		              || strstr(kcl_message(), name) != NULL,
		              "%s: %s", name, kcl_message());
	else
		ck_assert_msg(may_be_passed_over(name, cached)
		              && small_right(small), "%s: not noticed", name);
}

/* The calls of a run; without a cache those until the program is built, as
 * the rest is the same with one.  */
static long count_calls(struct kcl__cache *cache, struct small *small)
{
	struct kcl__program *program;
	long all;

	ck_assert_int_eq(go(cache, small), KCL_OK);     /* fills the cache */
	fault_arm(NULL, 0, 0);
	ck_assert_int_eq(small_open(device, cache, &program), KCL_OK);
	if (!cache)
		all = fault_calls(NULL);
	ck_assert_int_eq(small_run(program, small, NULL, NULL), KCL_OK);
	small_close(program);
	return cache ? fault_calls(NULL) : all;
}

/* Fails every call once with CODE.  Each run comes one call further than the
 * last and so shows that that one's failure did no harm.  */
static void fail_each(struct kcl__cache *cache, int code)
{
	struct small small;
	long all;

	small_make(&small, 20, 300);
	all = count_calls(cache, &small);
	ck_assert_int_gt(all, cache ? 60 : 30);
	for (long n = 1; n <= all; n++) {
		kcl_status status;

		fault_arm(NULL, n, code);
		status = go(cache, &small);
		check_fault(status, cache != NULL, &small);
	}
	fault_arm(NULL, 0, 0);
	ck_assert_msg(!go(cache, &small), "%s", kcl_message());
	ck_assert(small_right(&small));
	small_free(&small);
}

static void fail_each_with_cache(int code)
{
	struct kcl__cache *cache = kcl__cache_open();

	ck_assert_ptr_nonnull(cache);
	fail_each(cache, code);
	kcl__cache_close(cache);
}

static const int codes[] = { -5, -6, -36, -54, -9999 };

START_TEST(any_call_may_fail)
{
	if (device[0])
		fail_each_with_cache(codes[_i]);
}
END_TEST

START_TEST(any_call_may_fail_without_a_cache)
{
	if (device[0])
		fail_each(NULL, codes[_i]);
}
END_TEST

START_TEST(any_call_may_fail_on_a_gpu)
{
	setenv("KEOPSCL_FAULT_GPU", "1", 1);
	if (device[0])
		fail_each_with_cache(-14);
}
END_TEST

START_TEST(says_which_call_failed)
{
	struct small small;
	char start[160];

	if (!device[0])
		return;
	small_make(&small, 20, 300);
	fault_arm("clEnqueueNDRangeKernel", 1, -54);
	ck_assert_int_eq(go(NULL, &small), KCL_DRIVER);
	snprintf(start, sizeof start, "clEnqueueNDRangeKernel failed with "
	         "CL_INVALID_WORK_GROUP_SIZE (-54) on %s (", device);
	ck_assert_msg(!strncmp(kcl_message(), start, strlen(start)), "%s",
	              kcl_message());
	fault_arm("clEnqueueNDRangeKernel", 1, -5);
	ck_assert_int_eq(go(NULL, &small), KCL_MEMORY);
	small_free(&small);
}
END_TEST

/* ----- the cache -------------------------------------------------------- */

static struct {
	long asked;             /* for a binary, until it was built */
	int pocl;
} built;

static kcl_status build(const char *options)
{
	struct kcl__cache *cache = kcl__cache_open();
	struct kcl__code code = small_code(device);
	struct kcl__device *opened;
	struct kcl__program *program;
	char source[8192];
	kcl_status status = kcl__device_open(device, cache, &opened);

	ck_assert_msg(!status, "%s", kcl_message());
	snprintf(source, sizeof source, "%s\n%s", code.source, mark);
	code.source = source;
	code.options = options;
	status = opened->backend->build(opened, &code, &program);
	built.asked = fault_calls("clGetProgramInfo");
	built.pocl = !strncmp(opened->facts.text[KCL_DEVICE_PLATFORM],
	                      "Portable", 8);
	opened->backend->unload(program);
	opened->backend->close(opened);
	kcl__cache_close(cache);
	return status;
}

START_TEST(binaries_are_kept)
{
	if (device[0]) {
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(fault_calls("clCreateProgramWithSource"), 1);
		ck_assert_int_eq(fault_calls("clCreateProgramWithBinary"), 0);
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(fault_calls("clCreateProgramWithSource"), 1);
		ck_assert_int_eq(fault_calls("clCreateProgramWithBinary"), 1);
		ck_assert_int_eq(build("-cl-std=CL1.2 -DX"), KCL_OK);
		ck_assert_int_eq(fault_calls("clCreateProgramWithSource"), 2);
	}
}
END_TEST

/* PoCL compiles again for that: nor is it asked in vain.  */
START_TEST(results_do_not_wait_for_a_binary)
{
	if (device[0]) {
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(built.asked, built.pocl ? 0 : 2);
		ck_assert_int_eq(fault_calls("clGetProgramInfo"), 2);
		setenv("KEOPSCL_CACHE", "0", 1);
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(fault_calls("clGetProgramInfo"), 2);
		unsetenv("KEOPSCL_CACHE");
	}
}
END_TEST

START_TEST(a_binary_without_its_program_is_not_kept)
{
	setenv("KEOPSCL_FAULT_BINARY", "1", 1);
	for (int n = 1; device[0] && n <= 2; n++) {
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(fault_calls("clCreateProgramWithSource"), n);
		ck_assert_int_eq(fault_calls("clCreateProgramWithBinary"), 0);
	}
}
END_TEST

START_TEST(a_refused_binary_is_made_anew)
{
	if (device[0]) {
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		fault_arm("clCreateProgramWithBinary", 1, -42);
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(fault_calls("clCreateProgramWithSource"), 1);
		fault_arm(NULL, 0, 0);
		ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
		ck_assert_int_eq(fault_calls("clCreateProgramWithSource"), 0);
	}
}
END_TEST

START_TEST(a_wrong_text_is_shown_with_the_log)
{
	if (!device[0])
		return;
	snprintf(mark, sizeof mark, "no_such_type x;");
	ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_BUILD);
	ck_assert_msg(strstr(kcl_message(), "no_such_type") != NULL, "%s",
	              kcl_message());
	ck_assert_ptr_nonnull(strstr(kcl_message(), device));
	mark[0] = 0;
	ck_assert_int_eq(build("-cl-no-such-option"), KCL_BUILD);
	ck_assert_int_eq(build("-cl-std=CL1.2"), KCL_OK);
}
END_TEST

/* ----- kernels ---------------------------------------------------------- */

static int never(void *user, double done)
{
	(void)user;
	(void)done;
	return 1;
}

/* Once each, without the caller's progress function; and then no more.  */
START_TEST(a_build_launches_every_program)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)" };
	kcl_context *ctx;
	kcl_kernel *kernel;

	if (!device[0])
		return;
	ck_assert(!kcl_context_open(device, &ctx));
	ck_assert(!kcl_kernel_make(ctx, "ArgMin_Reduction((x|y)"
		"+Sum_Reduction(SqDist(x,y),1),0)", 2, vars, &kernel));
	kcl_context_on_progress(ctx, never, NULL);
	for (int bits = 32; bits <= 64; bits += 32) {
		if (!kcl_context_number(ctx, KCL_DEVICE_FP64) && bits == 64)
			continue;
		fault_arm(NULL, 0, 0);
		ck_assert_msg(!kcl_kernel_build(kernel, bits), "%s",
		              kcl_message());
		ck_assert_int_eq(fault_calls("clBuildProgram"), 2);
		ck_assert_int_eq(fault_calls("clEnqueueNDRangeKernel"), 2);
		fault_arm("clEnqueueNDRangeKernel", 1, -54);
		ck_assert_int_eq(kcl_kernel_build(kernel, bits), KCL_DRIVER);
	}
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

START_TEST(wrong_results_are_noticed)
{
	kcl_context *ctx;
	char start[120];

	if (!device[0])
		return;
	snprintf(start, sizeof start, "device \"%s\" computes wrong results: "
	         "sum 0 of a test is 0, expected 179700; its driver (", device);
	setenv("KEOPSCL_CACHE", "0", 1);
	setenv("KEOPSCL_FAULT_IDLE", "1", 1);
	ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_DEVICE);
	ck_assert_ptr_null(ctx);
	ck_assert_msg(!strncmp(kcl_message(), start, strlen(start)), "%s",
	              kcl_message());
	unsetenv("KEOPSCL_FAULT_IDLE");
	ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_OK);
	kcl_context_close(ctx);
	unsetenv("KEOPSCL_CACHE");
}
END_TEST

/* If that can be remembered.  */
START_TEST(a_device_is_tested_once)
{
	char usual[LAB_PATH];
	kcl_context *ctx;

	if (!device[0])
		return;
	snprintf(usual, sizeof usual, "%s", getenv("KEOPSCL_CACHE_DIR"));
	lab_begin();
	for (int n = 0; n < 2; n++) {
		fault_arm(NULL, 0, 0);
		ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_OK);
		ck_assert_int_eq(fault_calls("clEnqueueNDRangeKernel"), !n);
		kcl_context_close(ctx);
	}
	lab_end();
	setenv("KEOPSCL_CACHE_DIR", usual, 1);
}
END_TEST

/* ----- a GPU that is not one -------------------------------------------- */

START_TEST(arrays_are_copied_to_a_gpu)
{
	struct small here, there;
	long reads;

	if (!device[0])
		return;
	small_make(&here, 301, 2000);
	small_make(&there, 301, 2000);
	ck_assert_int_eq(go(NULL, &here), KCL_OK);
	reads = fault_calls("clEnqueueReadBuffer");
	ck_assert_int_eq(reads, 2);
	setenv("KEOPSCL_FAULT_GPU", "1", 1);
	ck_assert_int_eq(go(NULL, &there), KCL_OK);
	ck_assert_int_eq(fault_calls("clEnqueueReadBuffer"), reads + 2);
	ck_assert(small_right(&here) && small_same(&here, &there));
	setenv("KEOPSCL_FAULT_MEMORY", "8000", 1);
	small_wipe(&there);
	ck_assert_int_eq(go(NULL, &there), KCL_OK);
	ck_assert_int_ge(fault_calls("clEnqueueReadBuffer"), reads + 6);
	ck_assert(small_same(&here, &there));
	small_free(&here);
	small_free(&there);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("driver");
	TCase *tests = tcase_create("driver");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, begin, fault_end);
	tcase_add_loop_test(tests, any_call_may_fail, 0,
	                    (int)(sizeof codes / sizeof *codes));
	tcase_add_loop_test(tests, any_call_may_fail_without_a_cache, 0,
	                    (int)(sizeof codes / sizeof *codes));
	tcase_add_test(tests, any_call_may_fail_on_a_gpu);
	tcase_add_test(tests, says_which_call_failed);
	tcase_add_test(tests, binaries_are_kept);
	tcase_add_test(tests, results_do_not_wait_for_a_binary);
	tcase_add_test(tests, a_binary_without_its_program_is_not_kept);
	tcase_add_test(tests, a_refused_binary_is_made_anew);
	tcase_add_test(tests, a_wrong_text_is_shown_with_the_log);
	tcase_add_test(tests, a_build_launches_every_program);
	tcase_add_test(tests, wrong_results_are_noticed);
	tcase_add_test(tests, a_device_is_tested_once);
	tcase_add_test(tests, arrays_are_copied_to_a_gpu);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
