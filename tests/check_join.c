/* check_join.c - formulas joined: their gradients, and what cannot be
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { M = 23, N = 300, MEMBERS = 5 };

static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)", "s=Pm(1)" };

static const char *const member[MEMBERS] = {
	"LogSumExp_Reduction(-s*SqDist(x,y),0)",
	"Min_ArgMin_Reduction(s*SqDist(x,y),0)", "ArgMax_Reduction((x|y),0)",
	"Sum_Reduction(Exp(-s*SqDist(x,y)),1)", "Sum_Reduction(s*(x|y),2)"
};

static kcl_formula *parse(const char *text)
{
	kcl_formula *formula;

	ck_assert_msg(!kcl_formula_parse(text, 3, vars, &formula), "%s",
	              kcl_message());
	return formula;
}

static kcl_formula *grad(const kcl_formula *formula, const char *name)
{
	kcl_formula *gradient;

	ck_assert_msg(!kcl_formula_grad(formula, name, &gradient), "%s",
	              kcl_message());
	return gradient;
}

/* Joins the COUNT formulas, and frees them.  */
static kcl_formula *join(size_t count, kcl_formula **formula)
{
	kcl_formula *joined;

	ck_assert_msg(!kcl_formula_join(count, (const kcl_formula *const *)
	                                formula, &joined), "%s", kcl_message());
	for (size_t k = 0; k < count; k++)
		kcl_formula_free(formula[k]);
	return joined;
}

START_TEST(a_value_and_its_gradients)
{
	kcl_formula *formula[3] = { parse(member[0]) }, *joined;
	char text[2000];

	formula[1] = grad(formula[0], "x");
	formula[2] = grad(formula[0], "s");
	snprintf(text, sizeof text, "%s, %s, %s", kcl_formula_text(formula[0]),
	         kcl_formula_text(formula[1]), kcl_formula_text(formula[2]));
	/* The second cotangent is argument 4 now.  */
	strstr(strstr(text, "Var(3,") + 1, "Var(3,")[4] = '4';
	joined = join(3, formula);
	ck_assert_str_eq(kcl_formula_text(joined), text);
	ck_assert_uint_eq(kcl_formula_inputs(joined), 5);
	ck_assert_uint_eq(kcl_formula_outputs(joined), 3);
	kcl_formula_free(joined);
}
END_TEST

/* Adds the gradient of FORMULA in NAME to SUM; its cotangents, from number
 * FIRST on, are 1, 2 and so on.  */
static void add_gradient(const kcl_formula *formula, const char *name,
                         const struct problem *p, int first, double *sum)
{
	double cotangent[MEMBERS][N], result[3 * N] = { 0 };
	int64_t shape[MAX_ARGUMENTS][2];
	kcl_array in[MAX_ARGUMENTS], out;
	kcl_formula *gradient = grad(formula, name);
	size_t nin = kcl_formula_inputs(gradient);
	kcl_kernel *kernel;
	kcl_context *ctx;
	kcl_slot slot;

	for (size_t k = 0; k < nin; k++) {
		double *data = k < 3 ? p->in[k] : cotangent[first++];

		for (int i = 0; k >= 3 && i < N; i++)
			data[i] = first;
		ck_assert(!kcl_formula_input(gradient, k, &slot));
		shape[k][0] = p->rows[slot.category];
		shape[k][1] = slot.dim;
		in[k] = kcl_array_of(data, KCL_FLOAT, 64, 2, shape[k], NULL);
	}
	ck_assert(!kcl_formula_output(gradient, 0, &slot));
	out = kcl_f64(result, p->rows[slot.category], slot.dim);
	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_from(ctx, gradient, &kernel));
	ck_assert_msg(!kcl_run(kernel, nin, in, 1, &out), "%s", kcl_message());
	for (int k = 0; k < 3 * N; k++)
		sum[k] += result[k];
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	kcl_formula_free(gradient);
}

START_TEST(the_gradient_of_several_is_a_sum)
{
	static const char *const name[] = { "x", "y", "s" };
	double found[3 * N] = { 0 }, expected[3 * N] = { 0 };
	kcl_formula *formula[MEMBERS], *joined;
	struct problem p;

	problem_make(&p, "Sum_Reduction((x|y)*s,0)", 3, vars, M, N);
	for (int k = 0; k < MEMBERS; k++) {
		formula[k] = parse(member[k]);
		add_gradient(formula[k], name[_i], &p, k, expected);
	}
	joined = join(MEMBERS, formula);
	add_gradient(joined, name[_i], &p, 0, found);
	for (int k = 0; k < 3 * N; k++)
		ck_assert_double_eq_tol(found[k], expected[k], 1e-9);
	ck_assert_double_gt(fabs(found[0]), 1e-3);
	kcl_formula_free(joined);
	problem_free(&p);
}
END_TEST

START_TEST(says_what_cannot_be_joined)
{
	static const char *const own[][2] = { { "x=Vi(3)", "y=Vj(3)" },
		{ "z=Vj(3)", "x=Vj(3)" }, { "y=Vj(3)", "x=Vi(2)" } };
	const kcl_formula *in[65];
	kcl_formula *formula[3], *joined;
	const struct {
		size_t count;
		const kcl_formula *const *formulas;
		int second;
		kcl_status status;
		const char *message;
	} cases[] = {
		{ 0, in, 0, KCL_ARGUMENT,
		  "expected a formula at least, found none" },
		{ 2, NULL, 0, KCL_ARGUMENT, "the array of formulas is NULL" },
		{ 2, in, -1, KCL_ARGUMENT, "formula 1 is NULL" },
		{ 2, in, 1, KCL_DIM, "variable x is Vi(3) in one formula and "
		  "Vj(3) in another" },
		{ 2, in, 2, KCL_DIM, "variable x is Vi(3) in one formula and "
		  "Vi(2) in another" },
		{ 65, in, 0, KCL_LIMIT,
		  "formula: expected at most 64 reductions" },
		{ 64, in, 0, KCL_OK, NULL },
	};

	for (int k = 0; k < 3; k++)
		ck_assert(!kcl_formula_parse("Sum_Reduction(x,0)", 2, own[k],
		                             &formula[k]));
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		for (int n = 0; n < 65; n++)
			in[n] = formula[0];
		in[1] = cases[k].second < 0 ? NULL : formula[cases[k].second];
		joined = formula[0];
		ck_assert_int_eq(kcl_formula_join(cases[k].count,
			cases[k].formulas, &joined), cases[k].status);
		ck_assert(!cases[k].message == !!joined);
		if (cases[k].message)
			ck_assert_str_eq(kcl_message(), cases[k].message);
		kcl_formula_free(joined);
	}
	for (int k = 0; k < 3; k++)
		kcl_formula_free(formula[k]);
}
END_TEST

/* Joined to itself, a formula has those without a name twice.  */
START_TEST(has_so_many_arguments)
{
	kcl_formula *formula[2] = { parse("Sum_Reduction(Vi(3,1),0)") }, *other;

	for (int k = 0; k < 5; k++) {
		formula[1] = formula[0];
		ck_assert(!kcl_formula_join(2, (const kcl_formula *const *)
		                            formula, &other));
		kcl_formula_free(formula[0]);
		formula[0] = other;
	}
	ck_assert_uint_eq(kcl_formula_inputs(formula[0]), 3 + 32);
	ck_assert_int_eq(kcl_formula_grad(formula[0], "x", &other), KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "a gradient takes an argument more for "
	                 "each reduction, here 32, and there are 35 already; "
	                 "at most 64");
	formula[1] = formula[0];
	ck_assert_int_eq(kcl_formula_join(2, (const kcl_formula *const *)
	                                  formula, &other), KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "formula: expected at most 64 "
	                 "arguments, found one more");
	ck_assert_ptr_null(other);
	kcl_formula_free(formula[0]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("join");
	TCase *tests = tcase_create("join");

	tcase_add_test(tests, a_value_and_its_gradients);
	tcase_add_loop_test(tests, the_gradient_of_several_is_a_sum, 0, 3);
	tcase_add_test(tests, says_what_cannot_be_joined);
	tcase_add_test(tests, has_so_many_arguments);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
