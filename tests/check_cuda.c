/* check_cuda.c - the CUDA backend, on a test double, and on what is here
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "bundle.h"
#include "cudalab.h"
#include "os.h"
#include "problem.h"
#include "runtime/cache.h"
#include "small.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	snprintf(place.device, sizeof place.device, "%s", name);
	problem_open(&p, text, vars, 130, 600);
	ctx = place_open(&place);
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

/* ----- which devices there are ------------------------------------------ */

/* The reason of the first CUDA device; NULL if none is listed.  */
static const char *first_reason(void)
{
	static char reason[200];
	kcl_devices *list;
	int is_cuda;

	ck_assert_int_eq(kcl_devices_list(&list), KCL_OK);
	is_cuda = !strcmp(kcl_device_text(list, 0, KCL_DEVICE_NAME), device);
	snprintf(reason, sizeof reason, "%s",
	         kcl_device_text(list, 0, KCL_DEVICE_REASON));
	ck_assert_int_eq(kcl_device_number(list, 0, KCL_DEVICE_USABLE)
	                 || !is_cuda, !reason[0]);
	kcl_devices_free(list);
	return is_cuda ? reason : NULL;
}

static const struct { const char *name, *value, *reason; } states[] = {
	{ "KEOPSCL_FAKE_ARCH", "80", "" },
	{ "KEOPSCL_FAKE_ARCH", "89", "" },
	{ "KEOPSCL_FAKE_ARCH", "130", "" },
	{ "KEOPSCL_FAKE_ARCH", "70", "its compute capability 7.0 is older "
	  "than NVRTC 13.0 compiles for, 7.5: name an older NVRTC in "
	  "KEOPSCL_LIBNVRTC" },
	{ "KEOPSCL_FAKE_CUDA", "12040", "NVRTC 13.0 is newer than the "
	  "driver, which has CUDA 12.4" },
	{ "KEOPSCL_FAKE_INIT", "100",
	  "cuInit failed with CUDA_ERROR_NO_DEVICE (100)" },
	{ "KEOPSCL_FAKE_INIT", "12345",
	  "cuInit failed with an error of the driver's own (12345)" },
	{ "KEOPSCL_LIBNVRTC", "/nowhere/libnvrtc.so", "NVRTC is not there: "
	  "libnvrtc.so.13, which compiles the kernels, or an older one from "
	  "11.2 on" },
	{ "KEOPSCL_LIBCUDA", "/nowhere/libcuda.so", NULL }
};
enum { STATES = sizeof states / sizeof *states };

START_TEST(says_why_it_is_not_usable)
{
	struct kcl__device *opened;
	const char *reason;

	setenv(states[_i].name, states[_i].value, 1);
	reason = first_reason();
	ck_assert_int_eq(reason != NULL, states[_i].reason != NULL);
	if (reason)
		ck_assert_str_eq(reason, states[_i].reason);
	if (!reason || reason[0]) {
		ck_assert_int_eq(kcl__device_open(device, NULL, &opened),
		                 KCL_DEVICE);
		ck_assert_ptr_null(opened);
		ck_assert_ptr_nonnull(strstr(kcl_message(), reason ? reason
		                             : "not there; present: "));
	} else
		compute(device, formulas[0], 32);
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

START_TEST(is_the_first_choice)
{
	struct kcl__device *opened;

	ck_assert_int_eq(kcl__device_open("auto", NULL, &opened), KCL_OK);
	ck_assert_str_eq(opened->facts.text[KCL_DEVICE_NAME], device);
	opened->backend->close(opened);
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

static const struct {
	const char *target, *arch;
	int portable, taken;
	const char *version;    /* of another library that wrote it */
} bundles[] = {
	{ "target:cubin:sm_80", "80", 0, 1, NULL },
	{ "target:cubin:sm_80", "86", 0, 1, NULL },
	{ "target:cubin:sm_86", "80", 0, 0, NULL },
	{ "target:cubin:sm_80", "90", 0, 0, NULL },
	{ "target:ptx:compute_80", "90", 0, 1, NULL },
	{ "target:ptx:compute_90", "86", 0, 0, NULL },
	{ "target:cuda", "80", 0, 0, NULL },
	{ "target:cubin:sm_80", "80", 1, 0, NULL },     /* it is fast */
	{ "target:cubin:sm_80", "80", 0, 0, "0.0.9" }
};

/* Writes the bundle at PATH as if a library of VERSION, as long a text as this
 * one's, had.  */
static void set_version(const char *path, const char *version)
{
	static char whole[200000];
	FILE *file = fopen(path, "rb");
	size_t size = fread(whole, 1, sizeof whole, file), length;
	const void *inside;
	char *copy;
	void *sealed;

	fclose(file);
	ck_assert_int_eq(kcl__unseal(whole, size, KCL__BUNDLE,
	                             sizeof KCL__BUNDLE, &inside, &length), 1);
	copy = malloc(length);
	memcpy(copy, inside, length);
	ck_assert_str_eq(copy + 8, KCL__VERSION);
	memcpy(copy + 8, version, strlen(KCL__VERSION));
	sealed = kcl__seal(KCL__BUNDLE, sizeof KCL__BUNDLE, copy, length,
	                   &size);
	file = fopen(path, "wb");
	ck_assert_uint_eq(fwrite(sealed, 1, size, file), size);
	fclose(file);
	free(sealed);
	free(copy);
}

START_TEST(bundles_are_taken_or_not)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	float x[3] = { 1, 2, 3 }, y[2] = { 4, 5 }, sum[3];
	const kcl_array in[] = { kcl_f32(x, 3, 1), kcl_f32(y, 2, 1) };
	const kcl_array out = kcl_f32(sum, 3, 1);
	char path[] = "/tmp/keopscl-cuda-XXXXXX";
	kcl_formula *formula;
	kcl_context *ctx;
	kcl_kernel *kernel;
	int file = mkstemp(path);

	ck_assert_int_ge(file, 0);
	close(file);
	setenv("KEOPSCL_FAKE_ARCH", bundles[_i].arch, 1);
	setenv("KEOPSCL_CACHE", "0", 1);
	ck_assert(!kcl_formula_parse("Sum_Reduction(x*y,0)", 2, vars,
	                             &formula));
	ck_assert_msg(!kcl_bundle_save(formula, 1, &bundles[_i].target, 32,
	                               path), "%s", kcl_message());
	if (bundles[_i].version)
		set_version(path, bundles[_i].version);
	ck_assert_msg(!kcl_context_open(device, &ctx), "%s", kcl_message());
	kcl_context_portable(ctx, bundles[_i].portable);
	cuda_arm(NULL, 0, 0);
	ck_assert_msg(!kcl_bundle_load(ctx, path, &kernel)
	              && !kcl_run(kernel, 2, in, 1, &out), "%s",
	              kcl_message());
	ck_assert_int_eq(cuda_calls("nvrtcCompileProgram"),
	                 !bundles[_i].taken);
	for (int k = 0; k < 3; k++)
		ck_assert(sum[k] == 9 * x[k]);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	kcl_formula_free(formula);
	unsetenv("KEOPSCL_CACHE");
	remove(path);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, cuda_begin, cuda_end);
	tcase_add_loop_test(tests, computes, 0, 2 * FORMULAS);
	tcase_add_loop_test(tests, a_missing_barrier_shows, 1, 4);
	tcase_add_loop_test(tests, says_why_it_is_not_usable, 0, STATES);
	tcase_add_test(tests, two_devices_at_once);
	tcase_add_test(tests, is_the_first_choice);
	tcase_add_test(tests, binaries_are_kept);
	tcase_add_test(tests, a_wrong_text_is_shown_with_the_log);
	tcase_add_loop_test(tests, bundles_are_taken_or_not, 0,
	                    sizeof bundles / sizeof *bundles);
}

int main(void)
{
	Suite *suite = suite_create("cuda");
	TCase *real = tcase_create("real"), *tests = tcase_create("cuda");
	SRunner *runner = srunner_create(suite);
	int failures;

	tcase_set_timeout(real, 60);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(real, computes_on_a_real_one, 0, FORMULAS);
	add_tests(tests);
	suite_add_tcase(suite, real);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
