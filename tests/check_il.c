/* check_il.c - kernels that go to the driver as SPIR-V
 * SPDX-License-Identifier: MIT
 *
 * PoCL 3.1 takes none, but by faultcl, if clang-15 and llvm-spirv-15 are there.
 */
#define _GNU_SOURCE 1
#include "faultlab.h"
#include "os.h"
#include "small.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *device;      /* "" if there is none that takes it */
static int portable;            /* contexts are to be */

static int answers(const char *program)
{
	const char *const argv[] = { program, "--version", NULL };
	struct kcl__os_run run = { .limit = 60 };
	int code = kcl__os_run(argv, &run);

	free(run.output);
	free(run.log);
	return code == 0;
}

static int takes_it(const char *name)
{
	kcl_context *ctx;
	int pocl, takes;

	if (kcl_context_open(name, &ctx))
		return 0;
	pocl = !strncmp(kcl_context_text(ctx, KCL_DEVICE_PLATFORM), "Portable",
	                8);
	takes = *kcl_context_text(ctx, KCL_DEVICE_IL) != 0;
	kcl_context_close(ctx);
	if (!pocl)
		return takes && (answers("clang-22") || answers("clang-15"));
	setenv("KEOPSCL_FAULT_IL", "1", 1);
	setenv("KEOPSCL_CLANG", "clang-15", 1);
	return answers("clang-15") && answers("llvm-spirv-15");
}

static void begin(void)
{
	unsetenv("KEOPSCL_IR");
	portable = 0;
	fault_begin();
	setenv("KEOPSCL_CACHE", "0", 1);
	device = fault_device();
	if (!device[0] || !takes_it(device))
		device = "";
	fault_arm(NULL, 0, 0);
}

static void end(void)
{
	unsetenv("KEOPSCL_CACHE");
	unsetenv("KEOPSCL_CLANG");
	fault_end();
}

static kcl_status go(struct small *small)
{
	struct kcl__program *program;
	kcl_status status = small_open(device, NULL, &program);

	if (status)
		return status;
	status = small_run(program, small, NULL, NULL);
	small_close(program);
	return status;
}

/* Source where there is a compiler, unless the environment has its way.  */
static const struct {
	const char *compiler, *wanted;
	int spirv;
} rules[] = {
	{ NULL, NULL, 0 }, { NULL, "source", 0 }, { NULL, "spirv", 1 },
	{ "none", NULL, 1 }, { "none", "spirv", 1 }
};

START_TEST(the_rule_holds)
{
	struct small small;

	if (!device[0])
		return;
	if (rules[_i].compiler)
		setenv("KEOPSCL_FAULT_COMPILER", rules[_i].compiler, 1);
	if (rules[_i].wanted)
		setenv("KEOPSCL_IR", rules[_i].wanted, 1);
	small_make(&small, 301, 2000);
	small_wipe(&small);
	ck_assert_msg(!go(&small), "%s", kcl_message());
	ck_assert(small_right(&small));
	ck_assert_int_eq(fault_calls("clCreateProgramWithIL"),
	                 rules[_i].spirv);
	ck_assert_int_eq(fault_calls("clCreateProgramWithSource"),
	                 !rules[_i].spirv);
	small_free(&small);
}
END_TEST

enum { M = 70, N = 600, D = 3 };

static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
static const char text[] = "Sum_Reduction(Exp(-SqDist(x,y))*y/Sqrt(1+x*y)"
	"+Sin(x),0)";

/* By the kernel of the file BUNDLE, or of the text where that is NULL.  */
static void compute(const char *bundle, float *out)
{
	static float x[M * D], y[N * D];
	const kcl_array in[] = { kcl_f32(x, M, D), kcl_f32(y, N, D) };
	const kcl_array result = kcl_f32(out, M, D);
	kcl_context *ctx;
	kcl_kernel *kernel;

	for (int k = 0; k < N * D; k++) {
		y[k] = (float)((7 * k) % 101) / 41;
		if (k < M * D)
			x[k] = (float)((11 * k) % 89) / 37;
	}
	ck_assert_msg(!kcl_context_open(device, &ctx), "%s", kcl_message());
	kcl_context_portable(ctx, portable);
	ck_assert_msg(!(bundle ? kcl_bundle_load(ctx, bundle, &kernel)
	                   : kcl_kernel_make(ctx, text, 2, vars, &kernel))
	              && !kcl_run(kernel, 2, in, 1, &result), "%s",
	              kcl_message());
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

/* The compiler of fast kernels may look powers of 2 up in its own way: terms of
 * 2 units each, none of them negative.  Portable ones have the same bits.  */
static int alike(const float *a, const float *b)
{
	int yes = 1;

	if (portable)
		return !memcmp(a, b, M * D * sizeof *a);
	for (int k = 0; k < M * D; k++)
		yes &= fabsf(a[k] - b[k]) <= 1e-6f * a[k];
	return yes;
}

/* In both shapes.  */
START_TEST(results_are_the_same)
{
	static const char *const shapes[] = { "shape=cpu", "shape=gpu" };
	float source[M * D], spirv[M * D];

	if (!device[0])
		return;
	for (int k = 0; k < 4; k++) {
		portable = k / 2;
		setenv("KEOPSCL_PLAN", shapes[k % 2], 1);
		unsetenv("KEOPSCL_IR");
		compute(NULL, source);
		setenv("KEOPSCL_IR", "spirv", 1);
		compute(NULL, spirv);
		ck_assert(source[0] > 1);
		ck_assert(alike(source, spirv));
	}
	ck_assert_int_gt(fault_calls("clCreateProgramWithIL"), 0);
	unsetenv("KEOPSCL_PLAN");
}
END_TEST

/* Makes the bundle PATH.  */
static void save(char *path)
{
	static const char *const targets[] = { "target:spirv-cpu",
		"target:spirv" };
	kcl_formula *formula;
	int file = mkstemp(path);

	ck_assert_int_ge(file, 0);
	close(file);
	ck_assert(!kcl_formula_parse(text, 2, vars, &formula));
	ck_assert_msg(!kcl_bundle_save(formula, 2, targets, 32, path), "%s",
	              kcl_message());
	kcl_formula_free(formula);
}

/* A portable context does not take a fast kernel, neither on a CPU that has the
 * same nor where vectors are too narrow for one.  */
START_TEST(fast_bundles_are_not_portable)
{
	char path[] = "/tmp/keopscl-il-XXXXXX";
	float source[M * D], made[M * D];

	if (!device[0])
		return;
	save(path);
	for (int narrow = 0; narrow < 2; narrow++) {
		if (narrow)
			setenv("KEOPSCL_FAULT_NARROW", "1", 1);
		for (portable = 0; portable < 2; portable++) {
			compute(NULL, source);
			fault_arm(NULL, 0, 0);
			compute(path, made);
			ck_assert_int_eq(fault_calls("clCreateProgramWithIL"),
			                 !portable);
			ck_assert(!portable
			          || !memcmp(source, made, sizeof made));
		}
	}
	unsetenv("KEOPSCL_FAULT_NARROW");
	remove(path);
}
END_TEST

/* A driver without a compiler, and no clang: what was made elsewhere runs.  */
START_TEST(bundles_need_no_compiler)
{
	char path[] = "/tmp/keopscl-il-XXXXXX";
	float source[M * D], made[M * D];

	if (!device[0])
		return;
	compute(NULL, source);
	save(path);
	setenv("KEOPSCL_CLANG", "/no/such/clang", 1);
	setenv("KEOPSCL_FAULT_COMPILER", "none", 1);
	fault_arm(NULL, 0, 0);
	compute(path, made);
	ck_assert_int_eq(fault_calls("clCreateProgramWithIL"), 1);
	ck_assert(alike(source, made));
	unsetenv("KEOPSCL_FAULT_COMPILER");
	compute(path, made);
	ck_assert_int_eq(fault_calls("clCreateProgramWithIL"), 2);
	setenv("KEOPSCL_IR", "source", 1);
	compute(path, made);
	ck_assert_int_eq(fault_calls("clCreateProgramWithIL"), 2);
	ck_assert(!memcmp(source, made, sizeof made));
	unsetenv("KEOPSCL_IR");
	fault_arm("clCreateProgramWithIL", 1, -59);
	compute(path, made);    /* compiled, then */
	ck_assert(!memcmp(source, made, sizeof made));
	remove(path);
}
END_TEST

/* Without either the device is not usable.  */
START_TEST(some_way_is_needed)
{
	kcl_context *ctx;

	if (!device[0] || !getenv("KEOPSCL_FAULT_IL"))
		return;
	unsetenv("KEOPSCL_FAULT_IL");
	setenv("KEOPSCL_IR", "spirv", 1);
	ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_DEVICE);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "\" takes no SPIR-V 1.2, "
		"which KEOPSCL_IR asks for"));
	unsetenv("KEOPSCL_IR");
	setenv("KEOPSCL_FAULT_COMPILER", "none", 1);
	ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_DEVICE);
	ck_assert_ptr_nonnull(strstr(kcl_message(),
	                             "the driver has no compiler"));
}
END_TEST

START_TEST(another_wish_is_refused)
{
	kcl_context *ctx;

	if (!device[0])
		return;
	setenv("KEOPSCL_IR", "SPIRV", 1);
	ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "KEOPSCL_IR is \"SPIRV\"; expected "
	                 "source or spirv");
}
END_TEST

START_TEST(a_driver_may_refuse_it)
{
	struct small small;

	if (!device[0])
		return;
	setenv("KEOPSCL_IR", "spirv", 1);
	small_make(&small, 20, 300);
	fault_arm("clCreateProgramWithIL", 1, -59);
	ck_assert_int_eq(go(&small), KCL_DRIVER);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "clCreateProgramWithIL "
		"failed with CL_INVALID_OPERATION (-59) on "));
	small_free(&small);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("il");
	TCase *tests = tcase_create("il");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, the_rule_holds, 0,
	                    sizeof rules / sizeof *rules);
	tcase_add_test(tests, results_are_the_same);
	tcase_add_test(tests, fast_bundles_are_not_portable);
	tcase_add_test(tests, bundles_need_no_compiler);
	tcase_add_test(tests, some_way_is_needed);
	tcase_add_test(tests, another_wish_is_refused);
	tcase_add_test(tests, a_driver_may_refuse_it);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
