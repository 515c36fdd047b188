/* check_bundle.c - formulas in files with kernels made ahead of time
 * SPDX-License-Identifier: MIT
 *
 * Kernels for devices that are here are in check_il and check_cuda; what may
 * lie where a bundle goes is in check_bundle_file.  */
#define _GNU_SOURCE 1
#include "bundle.h"
#include "nomem.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 5, N = 7, D = 2 };

static char folder[] = "/tmp/keopscl-bundle-XXXXXX", path[64];
static kcl_context *context;

static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)" };

static kcl_formula *parse(const char *text)
{
	kcl_formula *formula;

	ck_assert_msg(!kcl_formula_parse(text, 2, vars, &formula), "%s",
	              kcl_message());
	return formula;
}

/* The first output of a kernel whose arguments are shaped as x, y, then x. */
static void run(kcl_kernel *kernel, double *out)
{
	static double x[M * D], y[N * D];
	const kcl_array in[] = { kcl_f64(x, M, D), kcl_f64(y, N, D),
		kcl_f64(x, M, 1) };
	const kcl_array result = kcl_f64(out, M, D);

	for (int k = 0; k < M * D; k++)
		x[k] = 1 + k % 3;
	for (int k = 0; k < N * D; k++)
		y[k] = 1.0 / (1 + k);
	ck_assert_msg(!kcl_run(kernel, kcl_formula_inputs(
		kcl_kernel_formula(kernel)), in, 1, &result), "%s",
		kcl_message());
}

/* Saves and loads FORMULA, which computes the same then.  */
static void check_round(const kcl_formula *formula, size_t count,
                        const char *const *targets)
{
	double here[M * D] = { 0 }, there[M * D] = { 1 };
	kcl_kernel *kernel;

	ck_assert_msg(!kcl_bundle_save(formula, count, targets, 64, path),
	              "%s", kcl_message());
	ck_assert(!kcl_kernel_from(context, formula, &kernel));
	run(kernel, here);
	kcl_kernel_free(kernel);
	ck_assert_msg(!kcl_bundle_load(context, path, &kernel), "%s",
	              kcl_message());
	run(kernel, there);
	ck_assert(!memcmp(here, there, sizeof here));
	ck_assert(kcl_kernel_formula(kernel)->g.sums == formula->g.sums);
	ck_assert(kcl_kernel_formula(kernel)->g.sum_bits
	          == formula->g.sum_bits);
	kcl_kernel_free(kernel);
}

START_TEST(formulas_come_back)
{
	static const char *const targets[] = { "target:opencl",
		"target:cuda" };
	kcl_formula *f = parse("Sum_Reduction(Exp(-SqDist(x,y))*y,0)"), *made;

	check_round(f, 0, NULL);
	check_round(f, 2, targets);
	ck_assert(!kcl_formula_summed(f, KCL_SUMS_KAHAN, 64, &made));
	check_round(made, 1, targets);
	kcl_formula_free(made);
	kcl_formula_free(f);
	f = parse("Sum_Reduction(Exp(-SqDist(x,y)),0)");
	ck_assert(!kcl_formula_grad(f, "x", &made));
	check_round(made, 1, targets);
	kcl_formula_free(made);
	kcl_formula_free(f);
	f = parse("Sum_Reduction(Sum_Reduction(x*y,1)+y,0)");
	check_round(f, 2, targets);
	kcl_formula_free(f);
}
END_TEST

/* The gradient of TEXT in x, from a bundle.  */
static kcl_kernel *gradient_of(const char *text)
{
	kcl_formula *f = parse(text), *gradient;
	kcl_kernel *kernel;

	ck_assert(!kcl_formula_grad(f, "x", &gradient));
	ck_assert_msg(!kcl_bundle_save(gradient, 0, NULL, 64, path), "%s",
	              kcl_message());
	ck_assert(!kcl_bundle_load(context, path, &kernel));
	kcl_formula_free(gradient);
	kcl_formula_free(f);
	return kernel;
}

/* Cotangents have no name, and stay apart.  */
START_TEST(arguments_come_back)
{
	kcl_kernel *a = gradient_of("Sum_Reduction(x*y,0)");
	kcl_kernel *b = gradient_of("Max_Reduction(y,0)");
	const kcl_formula *both[] = { kcl_kernel_formula(a),
		kcl_kernel_formula(b) };
	kcl_formula *joined;
	kcl_slot slot;

	for (int k = 0; k < 2; k++) {
		ck_assert_uint_eq(kcl_formula_inputs(both[k]), 3);
		ck_assert(!kcl_formula_input(both[k], 2, &slot));
		ck_assert_ptr_null(slot.name);
	}
	ck_assert(!kcl_formula_join(2, both, &joined));
	ck_assert_uint_eq(kcl_formula_inputs(joined), 4);
	kcl_formula_free(joined);
	kcl_kernel_free(a);
	kcl_kernel_free(b);
}
END_TEST

/* ----- what is not as it was -------------------------------------------- */

static char bytes[200000];
static size_t length;

static void save(void)
{
	static const char *const targets[] = { "target:opencl" };
	kcl_formula *f = parse("Sum_Reduction(x*y,0)");
	FILE *file;

	ck_assert(!kcl_bundle_save(f, 1, targets, 64, path));
	kcl_formula_free(f);
	file = fopen(path, "rb");
	length = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	ck_assert(length > 1000 && length < sizeof bytes);
}

static void put_back(const void *what, size_t size)
{
	FILE *file = fopen(path, "wb");

	ck_assert_uint_eq(fwrite(what, 1, size, file), size);
	fclose(file);
}

static void check_refused(const char *reason)
{
	char expected[200];
	kcl_kernel *kernel;

	snprintf(expected, sizeof expected, "the file %s is %s", path, reason);
	ck_assert_int_eq(kcl_bundle_load(context, path, &kernel),
	                 KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), expected);
	ck_assert_ptr_null(kernel);
}

static const char damaged[] = "damaged, or no bundle";

START_TEST(damage_is_noticed)
{
	save();
	for (size_t k = 0; k < length; k += k < 300 ? 1 : 97) {
		bytes[k] ^= 16;
		put_back(bytes, length);
		check_refused(damaged);
		bytes[k] ^= 16;
		put_back(bytes, k);
		check_refused(damaged);
	}
	put_back(bytes, length - 1);
	check_refused(damaged);
}
END_TEST

/* Sealed as it should be, but of nonsense: nothing is believed.  */
START_TEST(lies_are_refused)
{
	const void *inside;
	size_t size, sealed;
	char *copy;
	void *file;

	save();
	ck_assert_int_eq(kcl__unseal(bytes, length, KCL__BUNDLE,
	                             sizeof KCL__BUNDLE, &inside, &size), 1);
	copy = malloc(size);
	memcpy(copy, inside, size);
	for (size_t k = 0; k < size; k += k < 400 ? 8 : 96) {
		kcl_kernel *kernel;
		char kept[8];

		memcpy(kept, copy + k, 8);
		memset(copy + k, 0xff, 8);
		file = kcl__seal(KCL__BUNDLE, sizeof KCL__BUNDLE, copy, size,
		                 &sealed);
		put_back(file, sealed);
		free(file);
		if (!kcl_bundle_load(context, path, &kernel)) {
			double out[M * D];

			run(kernel, out);
			kcl_kernel_free(kernel);
		}
		memcpy(copy + k, kept, 8);
	}
	free(copy);
}
END_TEST

/* Nothing is read of a file that is laid out in another way.  */
START_TEST(other_layouts_are_refused)
{
	size_t sealed;
	void *file = kcl__seal("bundle 0", sizeof KCL__BUNDLE, "what?", 5,
	                       &sealed);

	put_back(file, sealed);
	free(file);
	check_refused("no bundle of this version of the library: it has to be "
	              "made anew");
}
END_TEST

START_TEST(what_cannot_be_is_told)
{
	const char *const none = NULL, *const metal = "target:metal";
	const char *const short_name = "spirv";
	kcl_formula *f = parse("Sum_Reduction(x*y,0)");
	kcl_kernel *kernel;

	ck_assert_int_eq(kcl_bundle_load(context, NULL, &kernel), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the path is NULL");
	ck_assert_int_eq(kcl_bundle_load(NULL, path, &kernel), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the context is NULL");
	ck_assert_int_eq(kcl_bundle_save(NULL, 0, NULL, 0, path), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the formula is NULL");
	ck_assert_int_eq(kcl_bundle_save(f, 1, &none, 0, path), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "a target is NULL");
	ck_assert_int_eq(kcl_bundle_save(f, 0, NULL, 16, path), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "bits is 16; expected 0, 32 or 64");
	ck_assert_int_eq(kcl_bundle_save(f, 1, &metal, 0, path), KCL_ARGUMENT);
	ck_assert_int_eq(kcl_bundle_save(f, 1, &short_name, 0, path),
	                 KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "target \"spirv\" is unknown; expected "
	                 "such as \"target:spirv\"");
	kcl_formula_free(f);
}
END_TEST

/* A device that is here has no binaries to give.  */
START_TEST(binaries_are_of_targets)
{
	kcl_formula *f = parse("Sum_Reduction(x*y,0)");
	const char *const host = "host";
	kcl_context *target;
	kcl_kernel *kernel;
	const void *code;
	size_t size;

	ck_assert_int_eq(kcl_bundle_save(f, 1, &host, 64, path),
	                 KCL_UNSUPPORTED);
	ck_assert_str_eq(kcl_message(), "device host runs its kernels, and "
	                 "keeps them; expected target:NAME");
	ck_assert(!kcl_context_open("target:opencl", &target)
	          && !kcl_kernel_from(target, f, &kernel));
	ck_assert(!kcl_kernel_binary(kernel, 32, 0, &code, &size));
	ck_assert_uint_eq(size, strlen(code));
	ck_assert_str_eq(code, kcl_kernel_source(kernel, 32));
	ck_assert(!kcl_kernel_binary(kernel, 32, 1, &code, &size));
	ck_assert_int_eq(kcl_kernel_binary(kernel, 32, 2, &code, &size),
	                 KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "kernel 2 of 2");
	kcl_kernel_free(kernel);
	kcl_context_close(target);
	kcl_formula_free(f);
}
END_TEST

static kcl_status save_and_load(const kcl_formula *formula)
{
	static const char *const targets[] = { "target:opencl",
		"target:cuda" };
	kcl_kernel *kernel = NULL;
	kcl_status status = kcl_bundle_save(formula, 2, targets, 0, path);

	if (!status)
		status = kcl_bundle_load(context, path, &kernel);
	kcl_kernel_free(kernel);
	return status;
}

START_TEST(memory_may_run_out)
{
	kcl_formula *f = parse("Sum_Reduction(x*y,0)");
	long refused = 1, n = 1;

	for (; refused > 0; n++) {
		kcl_status status;

		nomem_begin(n, _i);
		status = save_and_load(f);
		refused = nomem_end();
		ck_assert_int_eq(nomem_blocks(), 0);
		ck_assert_msg(!status || (refused && status == KCL_MEMORY),
		              "%ld: %d, %s", n, status, kcl_message());
	}
	ck_assert_int_gt(n, 100);
	kcl_formula_free(f);
}
END_TEST

static void begin(void)
{
	ck_assert_msg(!kcl_context_open("host", &context), "%s", kcl_message());
}

static void end(void)
{
	kcl_context_close(context);
}

int main(void)
{
	Suite *suite = suite_create("bundle");
	TCase *tests = tcase_create("bundle");
	int failed;

	if (!mkdtemp(folder))
		return 99;
	snprintf(path, sizeof path, "%s/some.kcl", folder);
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, formulas_come_back);
	tcase_add_test(tests, arguments_come_back);
	tcase_add_test(tests, damage_is_noticed);
	tcase_add_test(tests, lies_are_refused);
	tcase_add_test(tests, other_layouts_are_refused);
	tcase_add_test(tests, what_cannot_be_is_told);
	tcase_add_test(tests, binaries_are_of_targets);
	tcase_add_loop_test(tests, memory_may_run_out, 0, 2);
	suite_add_tcase(suite, tests);
	failed = suite_run(suite);
	remove(path);
	remove(folder);
	return failed;
}
