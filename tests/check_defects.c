/* check_defects.c - what is known to be wrong in KeOps 2.3 is not so here
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kcl_context *host(void)
{
	kcl_context *ctx;

	plan_set(NULL);
	ck_assert_msg(!kcl_context_open("host", &ctx), "%s", kcl_message());
	return ctx;
}

/* Every argument holds the numbers 1, 2, ... over SCALE.  */
static struct answer numbered(const char *text, const char *vars, int64_t m,
                              int64_t n, double scale)
{
	kcl_context *ctx = host();
	struct answer a;
	struct problem p;

	problem_open(&p, text, vars, m, n);
	for (size_t k = 0; k < kcl_formula_inputs(p.formula); k++)
		for (int64_t e = 0; e < problem_size(&p, k); e++)
			p.in[k][e] = (double)(e + 1) / scale;
	ck_assert(problem_run(&p, ctx, 64, &a));
	problem_free(&p);
	kcl_context_close(ctx);
	return a;
}

/* The first value of one row and one column of ones.  */
static double value_of(const char *text)
{
	struct answer a = numbered(text, "x=Vi(1) y=Vj(1)", 1, 1, 1);
	double v = (double)a.value[0];

	answer_free(&a);
	return v;
}

static kcl_status parse(const char *text)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)", "s=Pm(1)" };
	kcl_formula *formula;
	kcl_status status = kcl_formula_parse(text, 3, vars, &formula);

	kcl_formula_free(formula);
	return status;
}

/* 1. Shapes and types of arrays are not looked at.  */
START_TEST(arrays_are_validated)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)", "z=Vi(2)",
		"s=Pm(2)" };
	static float f[12];
	static double d[12];
	const kcl_array right[] = { kcl_f32(f, 3, 2), kcl_f32(f, 4, 2),
		kcl_f32(f, 3, 2), kcl_f32(f, 1, 2), kcl_f32(d, 3, 2) };
	const struct { int k; kcl_array wrong; kcl_status status; } cases[] = {
		{ 0, kcl_f32(f, 3, 3), KCL_SHAPE },
		{ 2, kcl_f32(f, 2, 2), KCL_SHAPE },
		{ 3, kcl_f32(f, 1, 1), KCL_SHAPE },
		{ 1, kcl_f64(d, 4, 2), KCL_DTYPE },
		{ 4, kcl_f32(d, 3, 1), KCL_SHAPE },
		{ 4, kcl_f32(d, 4, 2), KCL_SHAPE },
		{ 4, kcl_f64(d, 3, 2), KCL_DTYPE },
	};
	kcl_context *ctx = host();
	kcl_kernel *k;

	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x+y+z+s,0)", 4, vars,
	                           &k));
	ck_assert(!kcl_run(k, 4, right, 1, &right[4]));
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		kcl_array a[5];

		memcpy(a, right, sizeof a);
		a[cases[c].k] = cases[c].wrong;
		ck_assert_int_eq(kcl_run(k, 4, a, 1, &a[4]), cases[c].status);
	}
	ck_assert_int_eq(kcl_run(k, 3, right, 1, &right[4]), KCL_ARGUMENT);
	kcl_kernel_free(k);
	kcl_context_close(ctx);
}
END_TEST

/* 2. Documented words and numbers that are not understood.  */
START_TEST(documented_words_are_understood)
{
	ck_assert(!parse("Sum_Reduction(x==y,0)"));
	ck_assert(!parse("Sum_Reduction(x!=y,0)"));
	ck_assert(!parse("Sum_Reduction(0.25*x**1.5+1e-3*x**s,0)"));
	ck_assert(!parse("Sum_Reduction(Vi(0,3)-Vj(1,3),0)"));
	ck_assert(!parse("Sum_Reduction(TensorDot(x,y,Ind(3),Ind(3),Ind(0),"
	                 "Ind(0)),0)"));
	ck_assert_int_eq(parse("Sum_Reduction(Vx(0,3),0)"), KCL_NAME);
	ck_assert(value_of("Sum_Reduction((x==y)+2*(x!=y),0)") == 1);
	ck_assert(value_of("Sum_Reduction(2.25*(4*x)**1.5,0)") == 18);
}
END_TEST

/* 3. Gradients in what is broadcast have the dimension of the result, and those
 * of complex numbers in odd ones fail.  */
START_TEST(gradients_undo_broadcasts)
{
	static const char *const texts[] = {
		"Grad(Powf(x,s),s,e)", "Grad(Powf(s,x),s,e)",
		"Grad(Atan2(x,s),s,e)", "Grad(Atan2(s,x),s,e)",
		"Grad(IfElse(x,s,2),s,e)", "Grad(IfElse(s,x,s),s,e)",
		"Grad(Clamp(x,s,2),s,e)", "Grad(Mod(x,s,0),s,e)",
		"Grad(ComplexMult(Real2Complex(s),z),s,z)",
		"Grad(ComplexAdd(Imag2Complex(s),z),s,z)"
	};
	static const char vars[] = "x=Vi(3) s=Pm(1) e=Vj(3) z=Vj(6)";
	const double r = atan2(1, 1), x[3] = { 1, 2, 3 };
	double sum = 0;

	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
		char text[100];
		struct answer a;

		snprintf(text, sizeof text, "Sum_Reduction(%s,0)", texts[k]);
		a = numbered(text, vars, 2, 1, 1);
		ck_assert_int_eq(a.values, 1);
		for (int c = 0; c < 3 && k == 2; c++)
			sum -= x[c] * x[c] / (x[c] * x[c] + 1);
		ck_assert(k != 2 || fabs((double)a.value[0] - sum) < 1e-14);
		answer_free(&a);
	}
	ck_assert(fabs(value_of("Sum_Reduction(Atan2(x,y),0)") - r) < 1e-15);
}
END_TEST

/* 4. Rational numbers crash in sums, and are float32.  */
START_TEST(rational_numbers_are_exact)
{
	const double third = 1.0 / 3;

	ck_assert(value_of("Sum_Reduction((RatCst(1,3)+1)*x,0)") == third + 1);
	ck_assert(value_of("Sum_Reduction(IntInv(3)*x,0)") == third);
	ck_assert(value_of("Sum_Reduction(x/3,0)") == third);
	ck_assert(value_of("Sum_Reduction((1-RatCst(1,3))*x,0)") == 1 - third);
}
END_TEST

/* 5. LogSumExp of nothing is NaN, and with a weight it is not finished.  */
START_TEST(log_sum_exp_is_finished)
{
	struct answer a = numbered("LogSumExp_Reduction(x|y,0)",
	                           "x=Vi(1) y=Vj(1)", 1, 0, 1);

	ck_assert(isinf(a.value[0]) && a.value[0] < 0);
	answer_free(&a);
	a = numbered("LogSumExp_Reduction(Log(x-x),0)", "x=Vi(1) y=Vj(1)", 1,
	             300, 1);
	ck_assert(isinf(a.value[0]) && a.value[0] < 0);
	answer_free(&a);
	a = numbered("LogSumExp_Reduction(x*y,0,y)", "x=Vi(1) y=Vj(1)", 1, 2,
	             1);
	ck_assert(fabsl(a.value[0] - logl(expl(1) + 2 * expl(2))) < 1e-15L);
	answer_free(&a);
}
END_TEST

/* 6. Powers are computed in float32 whatever the type.  */
START_TEST(powers_are_float64)
{
	const double x = 1.0 / 3;
	struct answer a = numbered("Sum_Reduction(Powf(x,x)*y,0)",
	                           "x=Vi(1) y=Vj(1)", 1, 1, 3);

	ck_assert(fabsl(a.value[0] * 3 - powl(x, x)) < 1e-15L);
	answer_free(&a);
	a = numbered("Sum_Reduction(Pow(x,5)*3*y,0)", "x=Vi(1) y=Vj(1)", 1, 1,
	             3);
	ck_assert(fabsl(a.value[0] - powl(x, 5)) < 1e-17L);
	answer_free(&a);
}
END_TEST

/* 7. On GPUs some schemes are wrong or missing for all but sums.  */
START_TEST(all_reductions_have_all_shapes)
{
	static const char *const texts[] = {
		"Min_Reduction(x-y,0)", "Max_ArgMax_Reduction(x-y,1)",
		"KMin_ArgKMin_Reduction(x-y,3,0)", "LogSumExp_Reduction(x*y,0)"
	};

	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		struct problem p;

		problem_open(&p, texts[t], "x=Vi(1) y=Vj(1)", 70, 515);
		for (int k = 0; place_get(32, k); k++) {
			const struct place *place = place_get(32, k);
			kcl_context *ctx = place_open(place);

			problem_check(&p, ctx, place, 4e-6);
		}
		problem_free(&p);
	}
}
END_TEST

/* 8. On GPUs rows of no range keep what was in memory.  */
START_TEST(rows_of_no_range_are_neutral)
{
	static const int64_t rows[] = { 2, 5, 40, 68 };
	static const int64_t slices[] = { 1, 1 }, columns[] = { 7, 300 };
	const kcl_ranges ranges = { .ranges_i = rows, .slices_i = slices,
		.redranges_j = columns, .nranges_i = 2, .nredranges_j = 1 };
	struct problem p;

	problem_open(&p, "KMin_ArgKMin_Reduction(x-y,2,0)", "x=Vi(1) y=Vj(1)",
	             70, 515);
	p.ranges = &ranges;
	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx = place_open(place_get(32, k));
		struct answer a;

		if (!problem_run(&p, ctx, 32, &a))
			continue;
		for (int n = 0; n < 2 * 70; n++)
			ck_assert(n >= 4 && n < 10 ? a.index[n] >= 0
			          : a.index[n] == -1 && isinf(a.value[n]));
		answer_free(&a);
	}
	problem_free(&p);
}
END_TEST

/* 9. Of float16 there are sums only.  */
START_TEST(all_reductions_take_float16)
{
	static const char *const vars[] = { "y=Vj(1)" };
	static const struct { const char *text; float value; } cases[] = {
		{ "Sum_Reduction(y,0)", 3.5f }, { "Min_Reduction(y,0)", 0.5f },
		{ "Max_Reduction(y,0)", 2 }, { "KMin_Reduction(y,1,0)", 0.5f },
		{ "Sum_Reduction(Mod(y,2,0),0)", 1.5f },
		{ "Max_SumShiftExp_Reduction(y-y,0)", 0 },
	};
	uint16_t y[3] = { 0x3c00, 0x4000, 0x3800 };     /* 1, 2, 0.5 */
	const kcl_array in = KCL_MATRIX(y, KCL_FLOAT, 16, 3, 1);
	kcl_context *ctx = host();

	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		float value[2];
		kcl_array out = kcl_f32(value, 1, 1 + (c == 5));
		kcl_kernel *k;

		ck_assert(!kcl_kernel_make(ctx, cases[c].text, 1, vars, &k));
		ck_assert_msg(!kcl_run(k, 1, &in, 1, &out), "%s: %s",
		              cases[c].text, kcl_message());
		ck_assert(value[0] == cases[c].value);
		kcl_kernel_free(k);
	}
	kcl_context_close(ctx);
}
END_TEST

/* 10. Indices are floating-point numbers, and end at 16 million.  */
START_TEST(indices_are_whole_numbers)
{
	enum { N = (1 << 24) + 4 };
	static const char *const vars[] = { "y=Vj(1)" };
	float *y = calloc(N, sizeof *y);
	kcl_array in = kcl_f32(y, N, 1), out;
	int64_t index = -5;
	kcl_context *ctx = host();
	kcl_kernel *k;

	ck_assert_ptr_nonnull(y);
	out = kcl_i64(&index, 1, 1);
	y[N - 3] = 1;
	ck_assert(!kcl_kernel_make(ctx, "ArgMax_Reduction(y,0)", 1, vars, &k));
	ck_assert_msg(!kcl_run(k, 1, &in, 1, &out), "%s", kcl_message());
	ck_assert_int_eq(index, N - 3);
	kcl_kernel_free(k);
	kcl_context_close(ctx);
	free(y);
}
END_TEST

/* 11. Indices of coordinates are not looked at.  */
START_TEST(coordinates_are_there)
{
	struct answer a;

	ck_assert_int_eq(parse("Sum_Reduction(Elem(x,-1),0)"), KCL_DIM);
	ck_assert_int_eq(parse("Sum_Reduction(Elem(x,3),0)"), KCL_DIM);
	ck_assert_int_eq(parse("Sum_Reduction(Extract(x,2,2),0)"), KCL_DIM);
	ck_assert_int_eq(parse("Sum_Reduction(ElemT(s,3,3),0)"), KCL_DIM);
	a = numbered("Sum_Reduction([OneHot(7*y,3),OneHot(-y,2)],0)",
	             "y=Vj(1)", 1, 1, 1);
	for (int k = 0; k < 5; k++)
		ck_assert(a.value[k] == 0);
	answer_free(&a);
}
END_TEST

/* 12. Messages are "None" when the library is told to be quiet.  */
START_TEST(failures_say_why)
{
	kcl_context *ctx = NULL;

	ck_assert_int_eq(parse("Sum_Reduction(x+s*Exp(x|y,s),0)"), KCL_SYNTAX);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "Exp(f)"));
	ck_assert_int_eq(kcl_context_open("opencl:77:0", &ctx), KCL_DEVICE);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "opencl:77:0"));
}
END_TEST

/* 13. The matrix of derivatives does not work.  */
START_TEST(matrix_of_derivatives_is_right)
{
	static const double expected[4] = { 4, 1, 0, 4 };
	struct answer a = numbered(
		"Sum_Reduction(GradMatrix([2*Square(Elem(x,0))+Elem(x,1),"
		"Square(Elem(x,1))],x),0)", "x=Vi(2) y=Vj(1)", 1, 1, 1);

	ck_assert_int_eq(a.values, 4);
	for (int k = 0; k < 4; k++)
		ck_assert(a.value[k] == expected[k]);
	answer_free(&a);
}
END_TEST

/* 14. Device 0 is as good as none; ties and NaN are as they come.  */
START_TEST(what_is_first_counts)
{
	const struct place *place = NULL;
	struct answer a;

	for (int k = 0; place_get(32, k); k++)
		if (strcmp(place_get(32, k)->device, "opencl:0:0") == 0)
			place = place_get(32, k);
	if (place) {
		kcl_context *ctx = place_open(place);

		ck_assert_str_eq(kcl_context_text(ctx, KCL_DEVICE_NAME),
		                 "opencl:0:0");
	}
	a = numbered("KMin_ArgKMin_Reduction(Mod(y,2,0),4,0)", "y=Vj(1)", 1, 6,
	             1);
	for (int k = 0; k < 4; k++)
		ck_assert_int_eq(a.index[k], k < 3 ? 2 * k + 1 : 0);
	answer_free(&a);
	a = numbered("Min_ArgMin_Reduction(Sqrt(y-2.5),0)", "y=Vj(1)", 1, 4, 1);
	ck_assert_int_eq(a.index[0], 2);
	answer_free(&a);
	a = numbered("Min_ArgMin_Reduction(Sqrt(-y),0)", "y=Vj(1)", 1, 4, 1);
	ck_assert_int_eq(a.index[0], -1);
	ck_assert(isinf(a.value[0]) && a.value[0] > 0);
	answer_free(&a);
}
END_TEST

int main(void)
{
	const TTest *const all[] = {
		arrays_are_validated, documented_words_are_understood,
		gradients_undo_broadcasts, rational_numbers_are_exact,
		log_sum_exp_is_finished, powers_are_float64,
		all_reductions_have_all_shapes, rows_of_no_range_are_neutral,
		all_reductions_take_float16,
		indices_are_whole_numbers, coordinates_are_there,
		failures_say_why, matrix_of_derivatives_is_right,
		what_is_first_counts
	};
	Suite *suite = suite_create("defects");
	TCase *tests = tcase_create("defects");

	tcase_set_timeout(tests, 60);
	for (size_t k = 0; k < sizeof all / sizeof *all; k++)
		tcase_add_test(tests, all[k]);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
