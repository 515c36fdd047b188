/* check_cuda_bundle.c - kernels that CUDA devices get ready made
 * SPDX-License-Identifier: MIT
 *
 * On a test double, with and without its compiler.  */
#define _GNU_SOURCE 1
#include "bundle.h"
#include "cudalab.h"
#include "suite.h"
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char device[] = "cuda:0", formula_text[] = "Sum_Reduction(x*y,0)";
static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };

static char path[] = "/tmp/keopscl-cuda-XXXXXX";

/* Saves the bundle at PATH.  */
static void save(const char *target)
{
	kcl_formula *formula;

	ck_assert(!kcl_formula_parse(formula_text, 2, vars, &formula));
	ck_assert_msg(!kcl_bundle_save(formula, 1, &target, 32, path), "%s",
	              kcl_message());
	kcl_formula_free(formula);
}

/* Runs the bundle at PATH, or the formula itself.  */
static kcl_status run(kcl_context *ctx, int bundle)
{
	float x[3] = { 1, 2, 3 }, y[2] = { 4, 5 }, sum[3];
	const kcl_array in[] = { kcl_f32(x, 3, 1), kcl_f32(y, 2, 1) };
	const kcl_array out = kcl_f32(sum, 3, 1);
	kcl_kernel *kernel;
	kcl_status status = bundle ? kcl_bundle_load(ctx, path, &kernel)
		: kcl_kernel_make(ctx, formula_text, 2, vars, &kernel);

	if (!status)
		status = kcl_run(kernel, 2, in, 1, &out);
	for (int k = 0; !status && k < 3; k++)
		ck_assert(sum[k] == 9 * x[k]);
	kcl_kernel_free(kernel);
	return status;
}

static kcl_context *open_context(void)
{
	kcl_context *ctx;

	ck_assert_msg(!kcl_context_open(device, &ctx), "%s", kcl_message());
	return ctx;
}

static const struct {
	const char *target, *arch;
	int portable, taken;
	int older;              /* another library wrote it: 1; 2: and had
	                         * another kernel */
} bundles[] = {
	{ "target:cubin:sm_80", "80", 0, 1, 0 },
	{ "target:cubin:sm_80", "86", 0, 1, 0 },
	{ "target:cubin:sm_86", "80", 0, 0, 0 },
	{ "target:cubin:sm_80", "90", 0, 0, 0 },
	{ "target:ptx:compute_80", "90", 0, 1, 0 },
	{ "target:ptx:compute_90", "86", 0, 0, 0 },
	{ "target:cuda", "80", 0, 0, 0 },
	{ "target:cubin:sm_80", "80", 1, 0, 0 },     /* it is fast */
	{ "target:cubin:sm_80", "80", 0, 1, 1 },
	{ "target:cubin:sm_80", "80", 0, 0, 2 }
};

/* Where field number K of a bundle that begins at AT has its bytes: the
 * version, a description, the formula, two arguments; the first target, its
 * shape.  */
static char *field(char *at, int k)
{
	uint64_t size;

	for (; k > 0; k--) {
		memcpy(&size, at, sizeof size);
		at += sizeof size + (size + 7) / 8 * 8;
	}
	return at + sizeof size;
}

/* Makes the bundle one that version 0.0.9 wrote; if its KERNELS are another
 * library's too, these have other names.  */
static void make_older(int kernels)
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
	ck_assert_str_eq(field(copy, 0), KCL__VERSION);
	memcpy(field(copy, 0), "0.0.9", strlen(KCL__VERSION));
	ck_assert_str_eq(field(copy, 5), "target:cubin:sm_80");
	if (kernels)
		field(copy, 6)[offsetof(struct kcl__shape, name)] ^= 1;
	sealed = kcl__seal(KCL__BUNDLE, sizeof KCL__BUNDLE, copy, length,
	                   &size);
	file = fopen(path, "wb");
	ck_assert_uint_eq(fwrite(sealed, 1, size, file), size);
	fclose(file);
	free(sealed);
	free(copy);
}

/* Saves a bundle of the table, for its device.  */
static void save_one(int row)
{
	setenv("KEOPSCL_FAKE_ARCH", bundles[row].arch, 1);
	setenv("KEOPSCL_CACHE", "0", 1);
	save(bundles[row].target);
	if (bundles[row].older)
		make_older(bundles[row].older > 1);
}

START_TEST(bundles_are_taken_or_not)
{
	kcl_context *ctx;

	save_one(_i);
	ctx = open_context();
	kcl_context_portable(ctx, bundles[_i].portable);
	cuda_arm(NULL, 0, 0);
	ck_assert_msg(!run(ctx, 1), "%s", kcl_message());
	ck_assert_int_eq(cuda_calls("nvrtcCompileProgram"),
	                 !bundles[_i].taken);
	kcl_context_close(ctx);
}
END_TEST

static const char older[] = "; the bundle's kernel for target:cubin:sm_80, of "
	"library version 0.0.9, is not what this library, version "
	KCL__VERSION ", makes: make the bundle anew";

/* Those that fit, that is; the others cannot be compiled then.  */
START_TEST(bundles_need_no_compiler)
{
	kcl_context *ctx;

	save_one(_i);
	setenv("KEOPSCL_LIBNVRTC", "/nowhere/libnvrtc.so", 1);
	ctx = open_context();
	kcl_context_portable(ctx, bundles[_i].portable);
	ck_assert_int_eq(run(ctx, 1), bundles[_i].taken ? KCL_OK
	                 : KCL_BUILD);
	if (!bundles[_i].taken)
		ck_assert_int_eq(strstr(kcl_message(), older) != NULL,
		                 bundles[_i].older > 1);
	ck_assert_int_eq(run(ctx, 0), KCL_BUILD);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "KEOPSCL_LIBNVRTC"));
	kcl_context_close(ctx);
}
END_TEST

/* Few rows have kernels of their own, for one and for many.  */
START_TEST(few_rows_are_in_bundles)
{
	enum { M = 48, N = 1 << 17 };
	static float x[M], y[N], sum[2][M];
	const kcl_array in[] = { kcl_f32(x, _i ? M : 2, 1), kcl_f32(y, N, 1) };
	kcl_context *ctx;
	kcl_kernel *kernel;

	for (int k = 0; k < N; k++)
		y[k] = 1 / (float)(k + 3);
	for (int k = 0; k < M; k++)
		x[k] = y[7 * k];
	setenv("KEOPSCL_CACHE", "0", 1);
	save("target:cubin:sm_80");
	ctx = open_context();
	for (int b = 0; b < 2; b++) {
		const kcl_array out = kcl_f32(sum[b], _i ? M : 2, 1);

		ck_assert(b ? !kcl_bundle_load(ctx, path, &kernel)
		          : !kcl_kernel_make(ctx, formula_text, 2, vars,
		                             &kernel));
		cuda_arm(NULL, 0, 0);
		ck_assert_msg(!kcl_run(kernel, 2, in, 1, &out), "%s",
		              kcl_message());
		ck_assert_int_eq(cuda_calls("cuModuleLoadData"), 2);
		ck_assert_int_eq(cuda_calls("nvrtcCompileProgram"), b ? 0 : 2);
		kcl_kernel_free(kernel);
	}
	ck_assert_mem_eq(sum[0], sum[1], sizeof sum[0]);
	kcl_context_close(ctx);
}
END_TEST

/* Nor does it take the time to load where it is there.  */
START_TEST(kept_kernels_need_no_compiler)
{
	kcl_context *ctx = open_context();

	ck_assert_msg(!run(ctx, 0), "%s", kcl_message());
	kcl_context_close(ctx);
	cuda_arm(NULL, 0, 0);
	ctx = open_context();
	ck_assert_msg(!run(ctx, 0), "%s", kcl_message());
	kcl_context_close(ctx);
	ck_assert_int_gt(cuda_calls("cuModuleLoadData"), 0);
	ck_assert_int_eq(cuda_calls("nvrtcVersion"), 0);
	setenv("KEOPSCL_LIBNVRTC", "/nowhere/libnvrtc.so", 1);
	ctx = open_context();
	ck_assert_msg(!run(ctx, 0), "%s", kcl_message());
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cuda bundle");
	TCase *tests = tcase_create("cuda bundle");
	int failures, file = mkstemp(path);

	if (file < 0)
		return 99;
	close(file);
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, cuda_begin, cuda_end);
	tcase_add_loop_test(tests, bundles_are_taken_or_not, 0,
	                    sizeof bundles / sizeof *bundles);
	tcase_add_loop_test(tests, bundles_need_no_compiler, 0,
	                    sizeof bundles / sizeof *bundles);
	tcase_add_loop_test(tests, few_rows_are_in_bundles, 0, 2);
	tcase_add_test(tests, kept_kernels_need_no_compiler);
	suite_add_tcase(suite, tests);
	failures = suite_run(suite);
	remove(path);
	return failures;
}
