/* check_host_first.c - small problems before their kernels are compiled
 * SPDX-License-Identifier: MIT */
#include "cachelab.h"
#include "faultlab.h"
#include "keopscl.h"
#include "os.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 2000 };

static kcl_context *ctx;
static kcl_kernel *kernel;

/* A context in an empty cache, where the device has proved itself.  */
static void begin(void)
{
	fault_begin();
	lab_begin();
	if (!fault_device()[0])
		return;
	ck_assert_int_eq(kcl_context_open(fault_device(), &ctx), KCL_OK);
	fault_arm(NULL, 0, 0);
	kcl_context_host_first(ctx, 1);
}

static void end(void)
{
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	kernel = NULL;
	ctx = NULL;
	lab_end();
	fault_end();
}

static void make(const char *text)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };

	kcl_kernel_free(kernel);
	ck_assert_int_eq(kcl_kernel_make(ctx, text, 2, vars, &kernel), KCL_OK);
}

/* Runs a kernel that adds up x y.  */
static void add_up(int rows, int columns)
{
	static float x[MOST], y[MOST], result[MOST];
	const kcl_array in[] = { kcl_f32(x, rows, 1), kcl_f32(y, columns, 1) };
	const kcl_array out = kcl_f32(result, rows, 1);

	for (int k = 0; k < MOST; k++)
		x[k] = y[k] = (float)k;
	memset(result, 0xc1, sizeof result);
	ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &out), KCL_OK);
	for (int i = 0; i < rows; i++) {
		double sum = i * (0.5 * columns * (columns - 1));

		ck_assert_double_le(fabs((double)result[i] - sum), 1e-5 * sum);
	}
}

static long launches(void)
{
	return fault_calls("clEnqueueNDRangeKernel");
}

START_TEST(the_driver_is_not_asked)
{
	if (!ctx)
		return;
	make("Sum_Reduction(x*Abs(y), 0)");
	add_up(5, 300);
	ck_assert_int_eq(fault_calls(NULL), fault_calls("clGetPlatformInfo"));
	fault_arm(NULL, 0, 0);
	add_up(5, 300);
	ck_assert_int_eq(fault_calls(NULL), 0);
}
END_TEST

START_TEST(a_kernel_that_is_there_is_used)
{
	if (!ctx)
		return;
	make("Sum_Reduction(x*Abs(y), 0)");
	ck_assert_int_eq(kcl_kernel_build(kernel, 32), KCL_OK);
	ck_assert_int_eq(launches(), 1);
	add_up(5, 300);
	ck_assert_int_eq(launches(), 2);
	make("Sum_Reduction(x*Abs(y), 0)");             /* is in the cache */
	add_up(5, 300);
	ck_assert_int_eq(launches(), 3);
}
END_TEST

/* Takes what the cache has, and the locks of those who would make it anew.  */
static void take_all(int dir, int *locks, int most)
{
	char name[LAB_PATH];

	for (int k = 0; lab_count(".kernel") > 0; k++) {
		const char *path = lab_find(".kernel");
		size_t length = strlen(path) - strlen(".kernel");

		ck_assert_int_lt(k, most);
		snprintf(name, sizeof name, "%.*s.lock", (int)length, path);
		unlink(path);
		locks[k] = kcl__os_lock(dir, strrchr(name, '/') + 1);
		ck_assert_int_ge(locks[k], 0);
	}
}

START_TEST(nobody_who_compiles_is_waited_for)
{
	enum { LOCKS = 8 };
	const char *why;
	int locks[LOCKS], dir = kcl__os_dir_open(lab_path("cache"), &why);
	double start;

	if (!ctx)
		return;
	make("Sum_Reduction(x*Abs(y), 0)");
	ck_assert_int_eq(kcl_kernel_build(kernel, 32), KCL_OK);
	kcl_kernel_free(kernel);        /* only then PoCL's binary is kept */
	kernel = NULL;
	memset(locks, -1, sizeof locks);
	take_all(dir, locks, LOCKS);
	make("Sum_Reduction(x*Abs(y), 0)");
	fault_arm(NULL, 0, 0);
	start = kcl__os_now();
	add_up(5, 300);
	ck_assert_double_lt(kcl__os_now() - start, 10);
	ck_assert_int_eq(launches(), 0);
	for (int k = 0; k < LOCKS && locks[k] >= 0; k++)
		close(locks[k]);
	kcl__os_dir_close(dir);
}
END_TEST

START_TEST(much_work_is_for_the_device)
{
	if (!ctx)
		return;
	make("Sum_Reduction(x*Abs(y), 0)");
	add_up(MOST, MOST);
	ck_assert_int_gt(launches(), 0);
}
END_TEST

START_TEST(work_that_comes_again_is_too)
{
	double start = kcl__os_now();
	long calls = 0;

	if (!ctx)
		return;
	make("Sum_Reduction(x*Abs(y), 0)");
	for (; launches() == 0 && kcl__os_now() - start < 60; calls++)
		add_up(900, 900);
	ck_assert_int_gt(launches(), 0);
	ck_assert_int_gt(calls, 2);
}
END_TEST

START_TEST(only_where_it_is_wanted)
{
	if (!ctx)
		return;
	kcl_context_host_first(ctx, 0);
	make("Sum_Reduction(x*Abs(y), 0)");
	add_up(5, 300);
	ck_assert_int_eq(launches(), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("host first");
	TCase *tests = tcase_create("host first");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, the_driver_is_not_asked);
	tcase_add_test(tests, a_kernel_that_is_there_is_used);
	tcase_add_test(tests, nobody_who_compiles_is_waited_for);
	tcase_add_test(tests, much_work_is_for_the_device);
	tcase_add_test(tests, work_that_comes_again_is_too);
	tcase_add_test(tests, only_where_it_is_wanted);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
