/* check_index.c - the indices of a pair in formulas, on every device
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"

static const struct problem_case cases[] = {
	{ "Sum_Reduction(IfElse(2-Abs(Index_i()-Index_j()),x*y,0),0)",
	  "x=Vi(1) y=Vj(1)", 301, 700 },
	{ "Sum_Reduction((Index_i()>=Index_j())*(Index_j()+y),1)",
	  "x=Vi(1) y=Vj(3)", 301, 700 },
	{ "Grad(Sum_Reduction(IfElse(Index_i()-Index_j(),SqDist(x,y),0),0),"
	  "y,Index_i())", "x=Vi(20) y=Vj(20)", 40, 300 },
	{ "Sum_Reduction([Index_i(0),Index_i(1),Index_j(0),Index_j(1)],2)",
	  "x=Vi(1) y=Vj(1)", 30, 270 },
	/* Too wide for a tile: columns are computed with the pairs.  */
	{ "Sum_Reduction(Sum(Exp(Sin(y)*x))+Index_j()*Index_i(),0)",
	  "x=Vi(1) y=Vj(9000)", 2, 3 },
};

START_TEST(indices_are_those_of_the_problem)
{
	case_check(cases, _i);
}
END_TEST

/* 2^24 + 5 rows, all of them one number in memory.  */
static kcl_status run_large(const char *formula, float *result)
{
	static const char *const vars[] = { "x=Vi(1)" };
	static float x[1];
	int64_t shape[] = { (1 << 24) + 5, 1 }, strides[] = { 0, 0 };
	kcl_array in = kcl_array_of(x, KCL_FLOAT, 32, 2, shape, strides);
	kcl_array out = kcl_f32(result, 1, 2);
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	ck_assert_int_eq(kcl_context_open("host", &ctx), KCL_OK);
	ck_assert_int_eq(kcl_kernel_make(ctx, formula, 1, vars, &kernel),
	                 KCL_OK);
	status = kcl_run(kernel, 1, &in, 1, &out);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

START_TEST(none_is_rounded)
{
	float last[2];

	ck_assert_int_eq(run_large("Max_Reduction([x,Index_i()],1)", last),
	                 KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "M is 16777221; expected at most "
		"16777216, as Index_i() is a float32: float64 has room, and so "
		"have the digits Index_i(0) and Index_i(1)");
	ck_assert_int_eq(run_large("Max_Reduction([Index_i(1)*x,Index_i(1)*8+"
	                           "Index_i(0)/2**18],1)", last), KCL_OK);
	ck_assert_float_eq(last[1], 16 * 8 + 4 / 262144.0f);
	ck_assert_int_eq(run_large("ArgKMinDigits_Reduction(x-IfElse("
	                           "Index_i(1)-16,1+Index_i(0),0),1,1)", last),
	                 KCL_OK);
	ck_assert(last[0] == 4 && last[1] == 16);
}
END_TEST

/* With no array of index i, the output says how many there are.  */
START_TEST(the_output_has_rows)
{
	static const char *const vars[] = { "y=Vj(1)" };
	float y[] = { 1, 2, 4, 8 }, sum[4];
	kcl_array in = kcl_f32(y, 4, 1), out = kcl_f32(sum, 4, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert_int_eq(kcl_context_open("host", &ctx), KCL_OK);
	ck_assert_int_eq(kcl_kernel_make(ctx, "Sum_Reduction(IfElse(1-Abs("
		"Index_i()-Index_j()),y,0),0)", 1, vars, &kernel), KCL_OK);
	ck_assert_int_eq(kcl_run(kernel, 1, &in, 1, &out), KCL_OK);
	ck_assert(sum[0] == 3 && sum[1] == 7 && sum[2] == 14 && sum[3] == 12);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("index");
	TCase *tests = tcase_create("index");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, indices_are_those_of_the_problem, 0,
	                    sizeof cases / sizeof *cases);
	tcase_add_test(tests, none_is_rounded);
	tcase_add_test(tests, the_output_has_rows);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
