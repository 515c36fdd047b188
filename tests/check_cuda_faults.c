/* check_cuda_faults.c - CUDA calls that fail, and memory that is not there
 * SPDX-License-Identifier: MIT */
#include "cudalab.h"
#include "nomem.h"
#include "runtime/cache.h"
#include "small.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

static const char device[] = "cuda:0";

/* ----- failures --------------------------------------------------------- */

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

/* Whether a failure of this call may go unnoticed: of what lets go, of what a
 * text or binary can be had without, of a name, and of memory that is asked
 * for again.  */
static int may_be_passed_over(const char *name, int cached, int code)
{
	static const char *const harmless[] = {
		"cuGetErrorName", "cuCtxPopCurrent_v2", "cuMemFree_v2",
		"cuStreamDestroy_v2", "cuModuleUnload", "nvrtcDestroyProgram",
		"cuDevicePrimaryCtxRelease_v2"
	};

	for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++)
		if (!strcmp(harmless[k], name))
			return 1;
	return (cached && !strncmp(name, "cuModule", 8))
		|| !strcmp(name, "cuCtxPushCurrent_v2")
		|| !strcmp(name, "cuStreamSynchronize")
		|| (code == 2 && (!strcmp(name, "cuMemAlloc_v2")
		                  || !strcmp(name, "cuMemcpyHtoDAsync_v2")));
}

/* A failure is reported with the call's name, unless it kept the device or its
 * compiler from being found; nothing is left behind.  */
static void check_fault(kcl_status status, int cached, int code,
                        const struct small *small)
{
	const char *name = cuda_failed();

	ck_assert_ptr_nonnull(name);
	ck_assert_msg(cuda_live() == 0, "%s: %ld objects left", name,
	              cuda_live());
	if (status)
		ck_assert_msg(status == KCL_DEVICE || status == KCL_BUILD
		              || strstr(kcl_message(), name) != NULL,
		              "%s: %s", name, kcl_message());
	else
		ck_assert_msg(may_be_passed_over(name, cached, code)
		              && small_right(small), "%s: not noticed", name);
}

static const int codes[] = { 1, 2, 6, 999, 12345, 700 };
enum { CODES = sizeof codes / sizeof *codes };

/* Fails every call once.  Each run comes one call further than the last and so
 * shows that that one's failure did no harm.  */
static void fail_each(struct kcl__cache *cache, int code)
{
	struct small small;
	long all;

	small_make(&small, 20, 300);
	ck_assert_int_eq(go(cache, &small), KCL_OK);    /* fills the cache */
	cuda_arm(NULL, 0, 0);
	ck_assert_int_eq(go(cache, &small), KCL_OK);
	all = cuda_calls(NULL);
	ck_assert_int_gt(all, 60);
	for (long n = 1; n <= all; n++) {
		kcl_status status;

		cuda_arm(NULL, n, code);
		status = go(cache, &small);
		check_fault(status, cache != NULL, code, &small);
	}
	cuda_arm(NULL, 0, 0);
	ck_assert_msg(!go(cache, &small), "%s", kcl_message());
	ck_assert(small_right(&small));
	small_free(&small);
}

START_TEST(any_call_may_fail)
{
	struct kcl__cache *cache = kcl__cache_open();

	ck_assert_ptr_nonnull(cache);
	fail_each(cache, codes[_i]);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(any_call_may_fail_without_a_cache)
{
	fail_each(NULL, codes[_i]);
}
END_TEST

START_TEST(memory_is_used_again)
{
	struct kcl__program *program;
	struct small small;

	small_make(&small, 20, 300);
	ck_assert_int_eq(small_open(device, NULL, &program), KCL_OK);
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_OK);
	cuda_arm(NULL, 0, 0);
	small_wipe(&small);
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_OK);
	ck_assert(small_right(&small));
	ck_assert_int_eq(cuda_calls("cuMemAlloc_v2"), 0);
	ck_assert_int_eq(cuda_calls("cuMemFree_v2"), 0);
	small_close(program);
	small_free(&small);
}
END_TEST

/* After some errors nothing more is asked of the driver but to let go.  */
START_TEST(a_broken_context_stays_so)
{
	struct kcl__program *program;
	struct small small;

	small_make(&small, 20, 300);
	ck_assert_int_eq(small_open(device, NULL, &program), KCL_OK);
	cuda_arm("cuStreamSynchronize", 1, 700);
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_DRIVER);
	ck_assert_str_eq(kcl_message(), "cuStreamSynchronize failed with "
		"CUDA_ERROR_ILLEGAL_ADDRESS (700) on cuda:0 (test double 0); "
		"no more can be done there in this process");
	cuda_arm(NULL, 0, 0);
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_DRIVER);
	ck_assert_str_eq(kcl_message(), "an earlier call failed with "
		"CUDA_ERROR_ILLEGAL_ADDRESS (700) on cuda:0 (test double 0); "
		"no more can be done there in this process");
	ck_assert_int_eq(cuda_calls(NULL), cuda_calls("cuGetErrorName"));
	small_close(program);
	small_free(&small);
}
END_TEST

/* ----- memory ----------------------------------------------------------- */

/* The device has less than it says: smaller windows, the same bits.  */
START_TEST(less_memory_is_enough)
{
	struct small whole, cut;

	small_make(&whole, 301, 2000);
	small_make(&cut, 301, 2000);
	ck_assert_int_eq(go(NULL, &whole), KCL_OK);
	ck_assert_int_eq(cuda_calls("cuMemcpyDtoHAsync_v2"), 2);
	setenv("KEOPSCL_FAKE_LIMIT", "8000", 1);
	ck_assert_msg(!go(NULL, &cut), "%s", kcl_message());
	ck_assert_int_ge(cuda_calls("cuMemcpyDtoHAsync_v2"), 6);
	ck_assert(small_right(&cut) && small_same(&whole, &cut));
	setenv("KEOPSCL_FAKE_LIMIT", "900", 1);
	ck_assert_int_eq(go(NULL, &cut), KCL_MEMORY);
	small_free(&whole);
	small_free(&cut);
}
END_TEST

/* How many of the N numbers are one, on the device, after call number CALL of
 * NAME has failed; -1 if it cannot.  */
static double count_ones(const char *name, long call, const float *y,
                         int64_t n)
{
	static const char *const vars[] = { "y=Vj(1)" };
	float sum = 0;
	kcl_array in = kcl_f32(y, n, 1), out = kcl_f32(&sum, 1, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	cuda_arm(NULL, 0, 0);
	ck_assert(!kcl_context_open(device, &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(y,0)", 1, vars,
	                           &kernel));
	ck_assert(!kcl_kernel_build(kernel, 32));
	if (name)
		cuda_arm(name, call, 999);
	status = kcl_run(kernel, 1, &in, 1, &out);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	ck_assert_int_eq(cuda_live(), 0);
	return status ? -1 : (double)sum;
}

/* More than two pieces of a large array, as numbers that tell what was read too
 * late or twice.  */
START_TEST(large_arrays_go_by_pinned_memory)
{
	static const struct { const char *name; long call; int works; } all[] =
	{
		{ NULL, 0, 1 }, { "cuMemHostAlloc", 1, 1 },
		{ "cuMemHostAlloc", 2, 1 }, { "cuEventCreate", 2, 1 },
		{ "cuEventSynchronize", 3, 0 }, { "cuEventRecord", 1, 0 },
		{ "cuMemcpyHtoDAsync_v2", 2, 0 },
		{ "cuEventDestroy_v2", 1, 1 }, { "cuMemFreeHost", 2, 1 },
	};
	int64_t n = 7000000, ones = 0;
	float *y = malloc((size_t)n * sizeof *y);

	for (int64_t k = 0; k < n; k++)
		ones += (y[k] = (float)(k / 3000000 * k % 2)) > 0;
	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		double found = count_ones(all[k].name, all[k].call, y, n);

		ck_assert_double_eq(found, all[k].works ? (double)ones : -1);
		if (!all[k].works)
			ck_assert_ptr_nonnull(strstr(kcl_message(),
			                             all[k].name));
		if (!all[k].name)
			ck_assert_int_eq(cuda_calls("cuEventRecord"), 4);
	}
	free(y);
}
END_TEST

/* The host has not enough: each allocation is refused once.  */
START_TEST(the_hosts_memory_may_run_out)
{
	struct kcl__cache *cache = kcl__cache_open();
	struct small small;
	long n = 0, refused;

	small_make(&small, 20, 300);
	ck_assert_int_eq(go(cache, &small), KCL_OK);
	do {
		kcl_status status;

		nomem_begin(++n, 0);
		status = go(cache, &small);
		refused = nomem_end();
		ck_assert_msg(cuda_live() == 0 && nomem_blocks() == 0,
		              "%ld: %ld objects and %ld blocks left", n,
		              cuda_live(), nomem_blocks());
		ck_assert(status ? status == KCL_MEMORY && refused
		          : small_right(&small));
	} while (refused);
	ck_assert_int_gt(n, 10);
	kcl__cache_close(cache);
	small_free(&small);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cuda faults");
	TCase *tests = tcase_create("cuda faults");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, cuda_begin, cuda_end);
	tcase_add_loop_test(tests, any_call_may_fail, 0, CODES);
	tcase_add_loop_test(tests, any_call_may_fail_without_a_cache, 0, 1);
	tcase_add_test(tests, memory_is_used_again);
	tcase_add_test(tests, a_broken_context_stays_so);
	tcase_add_test(tests, less_memory_is_enough);
	tcase_add_test(tests, large_arrays_go_by_pinned_memory);
	tcase_add_test(tests, the_hosts_memory_may_run_out);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
