/* check_dense.c - Dense(f), all values of a formula, on every device
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

#define VARS "x=Vi(3) y=Vj(3) b=Vj(2) s=Pm(1)"

enum { M = 37, N = 41 };

/* All places a value can have, those of other reductions and indices too.  */
static const struct problem_case cases[] = {
	{ "Dense(Exp(-s*SqDist(x,y))*b)", VARS, M, N },
	{ "Dense(x*s)", VARS, M, N },
	{ "Dense(Cos(y))", VARS, M, N },
	{ "Dense([s,2])", VARS, M, N },
	{ "Dense(Grad(Exp(-SqDist(x,y)),x))", VARS, M, N },
	{ "Dense(Exp(x|y)/Sum_Reduction(Exp(x|y),0)"
	  "+Max_Reduction(x|y,1)*Sum_Reduction(x*y,2))", VARS, M, N },
	{ "Dense([IfElse(2-Abs(Index_i()-Index_j()),x,y),Index_i(0),"
	  "Index_j(1)])", VARS, M, N },
	{ "Dense(Tanh(x-y))", "x=Vi(50) y=Vj(50)", 3, 9 },
	{ "Dense(x-y)", VARS, 300, 500 },
	{ "Dense(x-y)", VARS, 1, 1000 },
	{ "Dense(x-y)", VARS, 1000, 1 },
	{ "Dense(x-y)", VARS, 0, 5 },
	{ "Dense(x-y)", VARS, 5, 0 },
};

START_TEST(values_are_those_of_each_pair)
{
	case_check(cases, _i);
}
END_TEST

/* ----- calls ------------------------------------------------------------- */

enum { B = 2, ROOM = 4 * B * M * N * 3 };

static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };

/* Runs TEXT on the host with arrays x of B batches, which y has not.  */
static kcl_status run(const char *text, int bits, const kcl_array *out)
{
	static uint16_t half[2][B * M * 3];
	static float x[B * M * 3], y[N * 3];
	int64_t shape[] = { B, M, 3 }, of_y[] = { N, 3 };
	const kcl_array in[] = {
		kcl_array_of(bits == 16 ? (void *)half[0] : x, KCL_FLOAT, bits,
		             3, shape, NULL),
		kcl_array_of(bits == 16 ? (void *)half[1] : y, KCL_FLOAT, bits,
		             2, of_y, NULL)
	};
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	for (int k = 0; k < B * M * 3; k++) {
		x[k] = (float)(k % 100);
		half[0][k] = (uint16_t)(0x4c00 + k % 50);  /* 16 + k / 64 */
	}
	for (int k = 0; k < N * 3; k++) {
		y[k] = (float)(k % 7);
		half[1][k] = k % 2 ? 0x3c00 : 0;           /* 1 or 0 */
	}
	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, text, 2, vars, &kernel), "%s",
	              kcl_message());
	status = kcl_run(kernel, 2, in, 1, out);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

/* A matrix of vectors for each batch, as it lies or turned around.  */
START_TEST(arrays_have_any_layout)
{
	static float found[ROOM];
	int64_t shape[] = { B, M, N, 3 }, by[] = { 3 * M * N, 3 * N, 3, 1 };
	int64_t turned[] = { 2, -2 * B, 2 * B * M, 2 * B * M * N };
	kcl_array out = kcl_array_of(found, KCL_FLOAT, 32, 4, shape, NULL);

	for (int turn = 0; turn < 2; turn++) {
		const int64_t *step = turn ? turned : by;

		memset(found, 0xc1, sizeof found);
		out.strides = turn ? turned : NULL;
		out.data = turn ? found + 2 * B * (M - 1) : found;
		ck_assert_msg(!run("Dense(x-y)", 32, &out), "%s",
		              kcl_message());
		for (int at = 0; at < B * M * N * 3; at++) {
			int k = at % 3, j = at / 3 % N, i = at / 3 / N % M;
			int b = at / 3 / N / M;
			const float *value = (float *)out.data + b * step[0]
				+ i * step[1] + j * step[2] + k * step[3];

			ck_assert_float_eq(*value, (float)(((b * M + i) * 3 + k)
			                   % 100 - (j * 3 + k) % 7));
		}
	}
}
END_TEST

START_TEST(float16_is_read_and_written)
{
	static uint16_t found[B * M * N];
	int64_t shape[] = { B, M, N };
	kcl_array out = kcl_array_of(found, KCL_FLOAT, 16, 3, shape, NULL);

	ck_assert_msg(!run("Dense(Elem(x,0)*Elem(y,0))", 16, &out), "%s",
	              kcl_message());
	for (int k = 0; k < B * M * N; k++)
		ck_assert_int_eq(found[k], k % N % 2 == 0 ? 0
		                 : 0x4c00 + k / N * 3 % 50);
}
END_TEST

/* Several at once, with a reduction, where the outputs say the sizes.  */
START_TEST(the_output_has_rows)
{
	float even[6], odd[6], sum[2];
	int64_t shape[] = { 2, 3 }, other[] = { 3, 2 };
	kcl_array out[] = { kcl_array_of(even, KCL_FLOAT, 32, 2, shape, NULL),
		kcl_array_of(odd, KCL_FLOAT, 32, 2, shape, NULL),
		kcl_f32(sum, 2, 1) };
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Dense(2*Index_j()+Index_i()),"
		"Dense(1+Index_j()),Sum_Reduction(Index_i()*Index_j(),0)", 0,
		NULL, &kernel));
	ck_assert_msg(!kcl_run(kernel, 0, NULL, 3, out), "%s", kcl_message());
	for (int k = 0; k < 6; k++) {
		ck_assert_float_eq(even[k], (float)(k % 3 * 2 + k / 3));
		ck_assert_float_eq(odd[k], (float)(k % 3 + 1));
	}
	ck_assert(sum[0] == 0 && sum[1] == 3);
	out[1].shape = other;
	ck_assert_int_eq(kcl_run(kernel, 0, NULL, 3, out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "output 1 has shape (3, 2); expected "
		"(2, N, 1) or (2, N)");
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

START_TEST(wrong_shapes_are_refused)
{
	static float found[ROOM];
	int64_t shape[] = { B, M, N, 3 };
	kcl_array out = kcl_array_of(found, KCL_FLOAT, 32, 4, shape, NULL);

	shape[2]--;
	ck_assert_int_eq(run("Dense(x-y)", 32, &out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "output 0 has 40 rows; expected 41, as "
		"for the other arrays of index j");
	shape[2] = N;
	shape[1]--;
	ck_assert_int_eq(run("Dense(x-y)", 32, &out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "output 0 has shape (2, 36, 41, 3); "
		"expected (2, 37, N, 3), as argument 0 (x) has batch "
		"dimensions");
	out.ndim = 2;
	ck_assert_int_eq(run("Dense(x-y)", 32, &out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "output 0 has shape (2, 36); "
		"expected (2, 37, N, 3), as argument 0 (x) has batch "
		"dimensions");
}
END_TEST

START_TEST(it_has_a_slot_and_no_gradient)
{
	kcl_formula *formula, *gradient;
	kcl_slot slot;

	ck_assert(!kcl_formula_parse("Dense(2*(x-y)*1)", 2, vars, &formula));
	ck_assert_str_eq(kcl_formula_text(formula), "Dense(2*(x-y))");
	ck_assert(!kcl_formula_output(formula, 0, &slot));
	ck_assert(slot.category == 3 && slot.dim == 3 && !slot.is_index);
	ck_assert_int_eq(kcl_formula_grad(formula, "x", &gradient),
	                 KCL_UNSUPPORTED);
	ck_assert_str_eq(kcl_message(), "formula: Dense(f) has no gradient; "
		"that of f is Dense(Grad(f, v, e))");
	ck_assert_ptr_null(gradient);
	kcl_formula_free(formula);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dense");
	TCase *tests = tcase_create("dense");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, values_are_those_of_each_pair, 0,
	                    sizeof cases / sizeof *cases);
	tcase_add_test(tests, arrays_have_any_layout);
	tcase_add_test(tests, float16_is_read_and_written);
	tcase_add_test(tests, the_output_has_rows);
	tcase_add_test(tests, wrong_shapes_are_refused);
	tcase_add_test(tests, it_has_a_slot_and_no_gradient);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
