/* check_cuda.c - the CUDA backend, on a test double, and on what is here
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cudalab.h"
#include "os.h"
#include "problem.h"
#include "runtime/cache.h"
#include "small.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char device[] = "cuda:0";

/* ----- results ---------------------------------------------------------- */

static const char vars[] = "x=Vi(3) y=Vj(3) b=Vj(2) s=Pm(1)";

static const char *const formulas[] = {
	"Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	"Sum_Reduction(Exp(-s*SqDist(x,y))*b,1)",
	"Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,Vi(4,2))",
	"ArgKMin_Reduction(SqDist(x,y),3,0)",
	"LogSumExp_Reduction(x|y,0)"
};
enum { FORMULAS = sizeof formulas / sizeof *formulas };

static void compute(const char *name, const char *text, int bits)
{
	struct place place = { .bits = bits };
	struct problem p;
	kcl_context *ctx;

	snprintf(place.name, sizeof place.name, "%s, float%d", name, bits);
	problem_open(&p, text, vars, 130, 600);
	ck_assert_msg(!kcl_context_open(name, &ctx), "%s", kcl_message());
	problem_check(&p, ctx, &place, bits == 32 ? 1e-5 : 1e-13);
	kcl_context_close(ctx);
	problem_free(&p);
}

START_TEST(computes)
{
	compute(_i & 1 ? "cuda:1" : device, formulas[_i / 2],
	        _i & 1 ? 64 : 32);
}
END_TEST

/* Where there is a GPU, and NVIDIA's own driver and compiler.  */
START_TEST(computes_on_a_real_one)
{
	kcl_devices *list;

	ck_assert_int_eq(kcl_devices_list(&list), KCL_OK);
	for (size_t i = 0; i < kcl_devices_count(list); i++) {
		const char *name = kcl_device_text(list, i, KCL_DEVICE_NAME);

		if (!strncmp(name, "cuda", 4)
		    && kcl_device_number(list, i, KCL_DEVICE_USABLE)) {
			compute(name, formulas[_i], 32);
			compute(name, formulas[_i], 64);
		}
	}
	kcl_devices_free(list);
}
END_TEST

/* The double is no witness if it does not tell a wrong kernel from a right
 * one, nor would the library's own test of a device be worth much.  */
START_TEST(a_missing_barrier_shows)
{
	char drop[8];
	kcl_context *ctx;

	snprintf(drop, sizeof drop, "%d", _i);
	setenv("KEOPSCL_FAKE_DROP", drop, 1);
	setenv("KEOPSCL_CACHE", "0", 1);
	ck_assert_int_eq(kcl_context_open(device, &ctx),
	                 _i < 3 ? KCL_DEVICE : KCL_OK);
	ck_assert(_i == 3 || strstr(kcl_message(), "computes wrong results"));
	kcl_context_close(ctx);
}
END_TEST

/* Of a kernel that stages chunks of coordinates: before these are read, and
 * after that.  */
START_TEST(a_missing_barrier_of_chunks_shows)
{
	struct answer right, found;
	struct problem p;
	kcl_context *ctx;
	int64_t at;
	char drop[8];

	snprintf(drop, sizeof drop, "%d", _i);
	problem_open(&p, "Sum_Reduction(SqDist(x,y),0)",
	             "x=Vi(300) y=Vj(300)", 130, 600);
	setenv("KEOPSCL_CACHE", "0", 1);
	ck_assert_int_eq(kcl_context_open(device, &ctx), KCL_OK);
	setenv("KEOPSCL_FAKE_DROP", drop, 1);
	ck_assert(problem_run(&p, ctx, 32, &found));
	problem_oracle(&p, &right);
	ck_assert_int_eq(answer_error(&right, &found, 1, &at) > 1e-3, _i < 3);
	answer_free(&right);
	answer_free(&found);
	kcl_context_close(ctx);
	problem_free(&p);
}
END_TEST

/* ----- which devices there are ------------------------------------------ */

/* A text of the first CUDA device; NULL if none is listed.  */
static const char *first_text(kcl_device_field field)
{
	static char text[400];
	kcl_devices *list;
	int is_cuda;

	ck_assert_int_eq(kcl_devices_list(&list), KCL_OK);
	is_cuda = !strcmp(kcl_device_text(list, 0, KCL_DEVICE_NAME), device);
	snprintf(text, sizeof text, "%s", kcl_device_text(list, 0, field));
	ck_assert_int_eq(kcl_device_number(list, 0, KCL_DEVICE_USABLE)
	                 || !is_cuda,
	                 !kcl_device_text(list, 0, KCL_DEVICE_REASON)[0]);
	kcl_devices_free(list);
	return is_cuda ? text : NULL;
}

static const struct { const char *name, *value, *reason; } states[] = {
	{ "KEOPSCL_FAKE_ARCH", "80", "" },
	{ "KEOPSCL_FAKE_ARCH", "89", "" },
	{ "KEOPSCL_FAKE_ARCH", "130", "" },
	{ "KEOPSCL_FAKE_INIT", "100",
	  "cuInit failed with CUDA_ERROR_NO_DEVICE (100)" },
	{ "KEOPSCL_FAKE_INIT", "12345",
	  "cuInit failed with an error of the driver's own (12345)" },
	{ "KEOPSCL_LIBCUDA", "/nowhere/libcuda.so", NULL }
};
enum { STATES = sizeof states / sizeof *states };

START_TEST(says_why_it_is_not_usable)
{
	struct kcl__device *opened;
	const char *reason;

	setenv(states[_i].name, states[_i].value, 1);
	reason = first_text(KCL_DEVICE_REASON);
	ck_assert_int_eq(reason != NULL, states[_i].reason != NULL);
	if (reason)
		ck_assert_str_eq(reason, states[_i].reason);
	if (!reason || reason[0]) {
		ck_assert_int_eq(kcl__device_open(device, NULL, &opened),
		                 KCL_DEVICE);
		ck_assert_ptr_null(opened);
		ck_assert_ptr_nonnull(strstr(kcl_message(), reason ? reason
		                             : "not there; present: "));
	} else {
		ck_assert_str_eq(first_text(KCL_DEVICE_COMPILER), "NVRTC 13.0");
		compute(device, formulas[0], 32);
	}
}
END_TEST

/* Such a device can be opened, but nothing be compiled for it.  */
static const struct { const char *name, *value, *lacks; } lacks[] = {
	{ "KEOPSCL_FAKE_ARCH", "70", "its compute capability 7.0 is older "
	  "than NVRTC 13.0 compiles for, 7.5: name an older NVRTC in "
	  "KEOPSCL_LIBNVRTC" },
	{ "KEOPSCL_FAKE_CUDA", "12040", "NVRTC 13.0 is newer than the "
	  "driver, which has CUDA 12.4: install libnvrtc.so.12, or name it in "
	  "KEOPSCL_LIBNVRTC" },
	{ "KEOPSCL_LIBNVRTC", "/nowhere/libnvrtc.so", "NVRTC, which compiles "
	  "kernels, is not there: install libnvrtc.so.13, or an older one "
	  "from 11.2 on, or name it in KEOPSCL_LIBNVRTC" }
};

START_TEST(says_what_it_lacks)
{
	char expected[300];
	const char *compiler;
	kcl_context *ctx;
	kcl_kernel *kernel;

	setenv(lacks[_i].name, lacks[_i].value, 1);
	setenv("KEOPSCL_CACHE", "0", 1);
	compiler = first_text(KCL_DEVICE_COMPILER);
	ck_assert(compiler && !strncmp(compiler, "none: ", 6));
	ck_assert_str_eq(compiler + 6, lacks[_i].lacks);
	ck_assert_str_eq(first_text(KCL_DEVICE_REASON), "");
	ck_assert_msg(!kcl_context_open(device, &ctx), "%s", kcl_message());
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(Index_i()*Index_j(),0)",
	                           0, NULL, &kernel));
	ck_assert_int_eq(kcl_kernel_build(kernel, 32), KCL_BUILD);
	snprintf(expected, sizeof expected, "there is no compiler for cuda:0: "
	         "%s", lacks[_i].lacks);
	ck_assert_str_eq(kcl_message(), expected);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

START_TEST(two_devices_at_once)
{
	struct kcl__program *program[2];
	struct small small[2];

	for (int k = 0; k < 2; k++) {
		ck_assert_msg(!small_open(k ? "cuda:1" : device, NULL,
		                          &program[k]), "%s", kcl_message());
		small_make(&small[k], 301, 2000);
	}
	for (int k = 0; k < 4; k++) {
		small_wipe(&small[k % 2]);
		ck_assert_int_eq(small_run(program[k % 2], &small[k % 2], NULL,
		                           NULL), KCL_OK);
		ck_assert(small_right(&small[k % 2]));
	}
	ck_assert(small_same(&small[0], &small[1]));
	for (int k = 0; k < 2; k++) {
		small_close(program[k]);
		small_free(&small[k]);
	}
}
END_TEST

/* Unless nothing can be compiled, and there is something else.  */
START_TEST(is_the_first_choice)
{
	static const char *const names[] = { "auto", "gpu" };
	struct kcl__device *opened;

	if (_i & 1)
		setenv("KEOPSCL_LIBNVRTC", "/nowhere/libnvrtc.so", 1);
	if (_i == 3)
		setenv("KEOPSCL_LIBOPENCL", "/nowhere/libOpenCL.so", 1);
	ck_assert_int_eq(kcl__device_open(names[_i / 2], NULL, &opened),
	                 KCL_OK);
	ck_assert_int_eq(!strcmp(opened->facts.text[KCL_DEVICE_NAME], device),
	                 _i != 1);
	opened->backend->close(opened);
	unsetenv("KEOPSCL_LIBOPENCL");
}
END_TEST

/* ----- programs --------------------------------------------------------- */

static kcl_status build(struct kcl__cache *cache, const char *mark,
                        const char *options)
{
	struct kcl__code code = small_code(device);
	struct kcl__device *opened;
	struct kcl__program *program;
	char source[8192];
	kcl_status status = kcl__device_open(device, cache, &opened);

	if (status)
		return status;
	snprintf(source, sizeof source, "%s\n%s", code.source, mark);
	code.source = source;
	code.options = options;
	status = opened->backend->build(opened, &code, &program);
	opened->backend->unload(program);
	opened->backend->close(opened);
	return status;
}

/* Builds and says how often the compiler was called for it.  */
static long compilations(struct kcl__cache *cache, const char *mark)
{
	cuda_arm(NULL, 0, 0);
	ck_assert_msg(!build(cache, mark, "--fmad=false"), "%s",
	              kcl_message());
	return cuda_calls("nvrtcCompileProgram");
}

START_TEST(binaries_are_kept)
{
	struct kcl__cache *cache = kcl__cache_open();
	char mark[64];

	snprintf(mark, sizeof mark, "/* %.9f */", kcl__os_now());
	ck_assert_int_eq(compilations(cache, mark), 1);
	ck_assert_int_eq(compilations(cache, mark), 0);
	setenv("KEOPSCL_FAKE_CUDA", "13010", 1);
	ck_assert_int_eq(compilations(cache, mark), 1);
	setenv("KEOPSCL_FAKE_ARCH", "89", 1);
	ck_assert_int_eq(compilations(cache, mark), 1);
	ck_assert_int_eq(compilations(cache, mark), 0);
	cuda_arm("cuModuleLoadData", 1, 200);           /* refused */
	ck_assert_int_eq(build(cache, mark, "--fmad=false"), KCL_OK);
	ck_assert_int_eq(cuda_calls("nvrtcCompileProgram"), 1);
	ck_assert_int_eq(compilations(cache, mark), 0);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(a_wrong_text_is_shown_with_the_log)
{
	ck_assert_int_eq(build(NULL, "no_such_type x;", "--fmad=false"),
	                 KCL_BUILD);
	ck_assert_msg(strstr(kcl_message(), "no_such_type") != NULL, "%s",
	              kcl_message());
	ck_assert_msg(strstr(kcl_message(), device) != NULL, "%s",
	              kcl_message());
	ck_assert_int_eq(build(NULL, "", "--no-such-option"), KCL_BUILD);
	ck_assert_int_eq(build(NULL, "", "--fmad=false"), KCL_OK);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, cuda_begin, cuda_end);
	tcase_add_loop_test(tests, computes, 0, 2 * FORMULAS);
	tcase_add_loop_test(tests, a_missing_barrier_shows, 1, 4);
	tcase_add_loop_test(tests, a_missing_barrier_of_chunks_shows, 1, 4);
	tcase_add_loop_test(tests, says_why_it_is_not_usable, 0, STATES);
	tcase_add_loop_test(tests, says_what_it_lacks, 0,
	                    sizeof lacks / sizeof *lacks);
	tcase_add_test(tests, two_devices_at_once);
	tcase_add_loop_test(tests, is_the_first_choice, 0, 4);
	tcase_add_test(tests, binaries_are_kept);
	tcase_add_test(tests, a_wrong_text_is_shown_with_the_log);
}

int main(void)
{
	Suite *suite = suite_create("cuda");
	TCase *real = tcase_create("real"), *tests = tcase_create("cuda");

	tcase_set_timeout(real, 60);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(real, computes_on_a_real_one, 0, FORMULAS);
	add_tests(tests);
	suite_add_tcase(suite, real);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
