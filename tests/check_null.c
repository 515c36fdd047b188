/* check_null.c - NULL in the place of whatever the public functions take
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <check.h>

static const char *const vars[] = { "x=Vi(1)" };
static const char text[] = "Sum_Reduction(x, 0)";
static kcl_context *ctx;
static kcl_formula *formula;
static kcl_kernel *kernel;

static void setup(void)
{
	ck_assert_msg(!kcl_context_open("host", &ctx)
	              && !kcl_formula_parse(text, 1, vars, &formula)
	              && !kcl_kernel_from(ctx, formula, &kernel), "%s",
	              kcl_message());
}

static void teardown(void)
{
	kcl_kernel_free(kernel);
	kcl_formula_free(formula);
	kcl_context_close(ctx);
}

#define REFUSED(call, text) \
	ck_assert_int_eq(call, KCL_ARGUMENT); \
	ck_assert_str_eq(kcl_message(), text)

START_TEST(handles_are_refused)
{
	kcl_kernel *none = kernel;
	kcl_formula *other;
	kcl_slot slot;

	REFUSED(kcl_run(NULL, 0, NULL, 0, NULL), "the kernel is NULL");
	REFUSED(kcl_kernel_from(NULL, NULL, &none), "the context is NULL");
	ck_assert_ptr_null(none);
	REFUSED(kcl_kernel_from(ctx, NULL, &none), "the formula is NULL");
	REFUSED(kcl_formula_grad(NULL, "x", &other), "the formula is NULL");
	REFUSED(kcl_formula_grad(formula, NULL, &other),
	        "the variable's name is NULL");
	REFUSED(kcl_formula_input(NULL, 0, &slot), "the formula is NULL");
	REFUSED(kcl_formula_output(NULL, 0, &slot), "the formula is NULL");
	REFUSED(kcl_kernel_build(NULL, 32), "the kernel is NULL");
	REFUSED(kcl_kernel_build(kernel, 16), "bits is 16; expected 32 or 64");
	REFUSED(kcl_kernel_learn(NULL, 32, ""), "the kernel is NULL");
	ck_assert_ptr_null(kcl_kernel_source(NULL, 32));
	ck_assert_ptr_null(kcl_kernel_plan(NULL, 32, 1, 1));
	ck_assert_ptr_null(kcl_kernel_formula(NULL));
	ck_assert_ptr_null(kcl_formula_text(NULL));
}
END_TEST

/* Nothing can be returned there.  */
START_TEST(places_of_results_are_refused)
{
	size_t length;

	REFUSED(kcl_context_open("host", NULL),
	        "the address for the context is NULL");
	REFUSED(kcl_devices_list(NULL), "the address for the devices is NULL");
	REFUSED(kcl_formula_parse(text, 1, vars, NULL),
	        "the address for the formula is NULL");
	REFUSED(kcl_formula_grad(formula, "x", NULL),
	        "the address for the gradient is NULL");
	REFUSED(kcl_formula_join(0, NULL, NULL),
	        "the address for the formula is NULL");
	REFUSED(kcl_formula_summed(formula, KCL_SUMS_KAHAN, 0, NULL),
	        "the address for the formula is NULL");
	REFUSED(kcl_formula_input(formula, 0, NULL),
	        "the address for the slot is NULL");
	REFUSED(kcl_formula_output(formula, 0, NULL),
	        "the address for the slot is NULL");
	REFUSED(kcl_kernel_from(ctx, formula, NULL),
	        "the address for the kernel is NULL");
	REFUSED(kcl_kernel_make(ctx, text, 1, vars, NULL),
	        "the address for the kernel is NULL");
	REFUSED(kcl_kernel_binary(kernel, 32, 0, NULL, &length),
	        "the address for the bytes is NULL");
	REFUSED(kcl_bundle_load(ctx, "x", NULL),
	        "the address for the kernel is NULL");
	REFUSED(kcl_ranges_from_matrix(0, NULL, 0, NULL, NULL, NULL),
	        "the address for the ranges is NULL");
}
END_TEST

/* What cannot fail takes it, and has nothing to say.  */
START_TEST(questions_have_an_answer)
{
	size_t length = 7, offset = 7;

	ck_assert_uint_eq(kcl_formula_inputs(NULL), 0);
	ck_assert_uint_eq(kcl_formula_outputs(NULL), 0);
	ck_assert_uint_eq(kcl_devices_count(NULL), 0);
	ck_assert_str_eq(kcl_device_text(NULL, 0, KCL_DEVICE_NAME), "");
	ck_assert_str_eq(kcl_context_text(NULL, KCL_DEVICE_NAME), "");
	ck_assert_int_eq(kcl_context_number(NULL, KCL_DEVICE_UNITS), 0);
	ck_assert_str_eq(kcl_operation_note(NULL), "");
	kcl_context_host_first(NULL, 1);
	kcl_context_portable(NULL, 1);
	kcl_context_on_progress(NULL, NULL, NULL);
	REFUSED(kcl_kernel_build(NULL, 32), "the kernel is NULL");
	kcl_message_span(&offset, NULL);
	kcl_message_span(NULL, &length);
	ck_assert_uint_eq(offset + length, 0);
}
END_TEST

START_TEST(nothing_is_freed)
{
	kcl_kernel_free(NULL);
	kcl_formula_free(NULL);
	kcl_ranges_free(NULL);
	kcl_devices_free(NULL);
	kcl_context_close(NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("null");
	TCase *tests = tcase_create("null");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, handles_are_refused);
	tcase_add_test(tests, places_of_results_are_refused);
	tcase_add_test(tests, questions_have_an_answer);
	tcase_add_test(tests, nothing_is_freed);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
