/* check_sums.c - sums as a program asks for them: direct, Kahan, in float64
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Ways to add up, the usual one first.  */
static const struct way { kcl_sums sums; int bits; } all[] = {
	{ KCL_SUMS_BLOCKS, 0 }, { KCL_SUMS_DIRECT, 0 }, { KCL_SUMS_KAHAN, 0 },
	{ KCL_SUMS_BLOCKS, 64 }, { KCL_SUMS_DIRECT, 64 }, { KCL_SUMS_KAHAN, 64 }
};
enum { ALL = sizeof all / sizeof all[0] };

/* FORMULA, which is freed, summed in way number K.  */
static kcl_formula *summed(kcl_formula *formula, int k)
{
	kcl_formula *other;

	ck_assert_msg(!kcl_formula_summed(formula, all[k].sums, all[k].bits,
	                                  &other), "%s", kcl_message());
	ck_assert_str_eq(kcl_formula_text(formula), kcl_formula_text(other));
	kcl_formula_free(formula);
	return other;
}

/* ----- plain loops ------------------------------------------------------- */

/* The sum of f g in float, and in double: blocks of LENGTH terms are added with
 * their rounding errors.  */
#define LOOP(real, fma) \
static real loop_##real(const double *f, double g, int n, int length) \
{ \
	volatile real s = 0, c = 0, b, t, z; \
 \
	for (int j = 0; j < n; j += length) { \
		b = 0; \
		for (int k = j; k < n && k < j + length; k++) \
			b = fma((real)f[k], (real)g, b); \
		t = s + b; \
		z = t - s; \
		c += (s - (t - z)) + (b - z); \
		s = t; \
	} \
	return s + c; \
}
LOOP(float, fmaf)
LOOP(double, fma)

static double loop(struct way way, const double *f, double g, int n, int bits)
{
	int length = way.sums == KCL_SUMS_BLOCKS ? 256
		: way.sums == KCL_SUMS_DIRECT ? n : 1;
	double wide = loop_double(f, g, n, length);

	return bits == 64 ? wide : way.bits == 64 ? (float)wide
		: loop_float(f, g, n, length);
}

/* Gradients, too: the second is in y, with x for the cotangent.  */
static void check_loops(const struct place *place, int k, int of_grad)
{
	enum { ROWS = 5, COLUMNS = 1500 };
	kcl_context *ctx = place_open(place);
	struct answer found;
	struct problem p;
	const double *f, *g;

	problem_open(&p, of_grad ? "Sum_Reduction(y*z,0)"
	             : "Sum_Reduction(x*y,0)", "x=Vi(1) y=Vj(1) z=Vj(1)",
	             of_grad ? COLUMNS : ROWS, of_grad ? ROWS : COLUMNS);
	p.formula = summed(p.formula, k);
	if (of_grad) {
		kcl_formula *own = p.formula;

		ck_assert(!kcl_formula_grad(own, "y", &p.formula));
		kcl_formula_free(own);
		p.in[3] = calloc(COLUMNS, sizeof *p.in[3]);
		problem_draw(&p, 3, -1, 1);
	}
	f = p.in[of_grad ? 3 : 1];
	g = p.in[of_grad ? 2 : 0];
	if (problem_run(&p, ctx, place->bits, &found)
	    && kcl_context_number(ctx, KCL_DEVICE_FMA)) {
		for (int i = 0; i < ROWS; i++)
			ck_assert_ldouble_eq(found.value[i], loop(all[k], f,
				g[i], COLUMNS, place->bits));
		answer_free(&found);
	}
	problem_free(&p);
}

START_TEST(bits_are_those_of_a_loop)
{
	for (int k = 0; k < ALL; k++)
		for (int of_grad = 0; of_grad < 2; of_grad++)
			if (place_turn_of_shape(place_get(0, _i), k + of_grad))
				check_loops(place_get(0, _i), k, of_grad);
}
END_TEST

/* ----- how work is split ------------------------------------------------- */

static const char *const plans[] = {
	"shape=cpu", "shape=cpu,rows=2,cols=2", "shape=gpu,group=16,cols=8"
};

static const char *const formulas[] = {
	"Sum_Reduction(Inv(1+SqDist(x,y))*b,0)",
	"Max_SumShiftExpWeight_Reduction(Exp((x|y)),0,b)"
};

/* A progress function that makes the next launch small.  */
static int cut(void *user, double done)
{
	struct kcl__program *program = user;

	(void)done;
	program->launch_pairs = 3000;
	return 0;
}

/* On the device of PLACE with PLAN, in windows and slices if it IS_CUT.  */
static int run(const struct problem *p, const struct place *place,
               const char *plan, int is_cut, struct answer *answer)
{
	kcl_context *ctx = place_open_alike(place);
	kcl_kernel *kernel;
	int done;

	plan_set(plan);
	ck_assert(!kcl_kernel_from(ctx, p->formula, &kernel));
	ck_assert(!kcl_kernel_build(kernel, place->bits));
	if (is_cut) {
		kcl_context_on_progress(ctx, cut, kernel
		                        ->ready[place->bits == 64]->program);
		ctx->device->budget = 40000;
	}
	done = problem_run_kernel(p, kernel, place->bits, answer);
	kcl_kernel_free(kernel);
	plan_set(NULL);
	return done;
}

START_TEST(bits_do_not_depend_on_plans)
{
	const struct place *place = place_get(0, _i / 2);
	struct answer usual, found;
	struct problem p;

	if (place->shape || (place->bits == 64 && !place->host))
		return;
	problem_open(&p, formulas[_i % 2], "x=Vi(3) y=Vj(3) b=Vj(2)", 37, 700);
	for (int k = 1; k < ALL; k++) {
		p.formula = summed(p.formula, k);
		if (!run(&p, place, NULL, 0, &usual))
			break;
		for (int n = place->host ? 2 : 0; n < 3; n++) {
			ck_assert(run(&p, place, plans[n], n != 1, &found));
			ck_assert_msg(answer_same(&usual, &found),
			              "%s: %s", place->name, plans[n]);
			answer_free(&found);
		}
		answer_free(&usual);
	}
	problem_free(&p);
}
END_TEST

/* ----- how exact --------------------------------------------------------- */

/* A million terms; or half of them, and then nearly their opposites.  */
static void fill(struct problem *p, int cancelling)
{
	int64_t n = p->rows[1];

	problem_draw(p, 0, 0.5, 1.5);
	for (int64_t j = 0; cancelling && j < n / 2; j++)
		p->in[0][n - 1 - j] = (float)(-p->in[0][j] * (1 + 1e-6));
}

/* In units of the sum of the absolute terms, of which float32 has 6e-8.  What
 * cancels leaves a millionth of them.  */
static const struct { double least, most; } errors[2][ALL] = {
	{ { 0, 7e-8 }, { 1e-6, 1e-3 }, { 0, 6e-8 },
	  { 0, 6e-8 }, { 0, 6e-8 }, { 0, 6e-8 } },
	{ { 1e-9, 2e-8 }, { 5e-8, 1e-3 }, { 0, 5e-10 },
	  { 0, 6e-14 }, { 0, 6e-14 }, { 0, 6e-14 } }
};

START_TEST(errors_are_what_is_said)
{
	const struct place *place = place_get(32, _i / 2);
	struct answer expected, found;
	struct problem p;

	problem_open(&p, "Sum_Reduction(y,0)", "y=Vj(1)", 1, 1000000);
	fill(&p, _i % 2);
	problem_oracle(&p, &expected);
	for (int k = 0; k < ALL; k++) {
		long double error;

		p.formula = summed(p.formula, k);
		ck_assert(run(&p, place, place->shape, 0, &found));
		error = fabsl(found.value[0] - expected.value[0])
			/ expected.scale[0];
		ck_assert_msg(error >= errors[_i % 2][k].least
		              && error <= errors[_i % 2][k].most,
		              "%s: way %d: %Lg", place->name, k, error);
		if (all[k].bits == 64)
			ck_assert_float_eq((float)found.value[0],
			                   (float)expected.value[0]);
		answer_free(&found);
	}
	answer_free(&expected);
	problem_free(&p);
}
END_TEST

/* Every reduction has the value it has by blocks, up to rounding; nothing to
 * reduce and what is not finite are no exception.  */
static const struct { const char *text; double b; } others[] = {
	{ "Sum_Reduction(Exp(x-y)*b,2)", 1 },
	{ "LogSumExp_Reduction((x|y),1)", 1 },
	{ "LogSumExp_Reduction(Log(Sum(x)),0,b)", 1 },
	{ "SumSoftMaxWeight_Reduction((x|y),0,b)", 1 },
	{ "Grad(SumSoftMaxWeight_Reduction((x|y),0,b),y,[Sum(x),1])", 1 },
	{ "Grad(Min_Reduction(SqDist(x,y),0),y,Sum(x))", 1 },
	{ "Sum_Reduction(b+0*x,0)", INFINITY },
	{ "Sum_Reduction(b*x,0)", NAN },
	{ "Sum_Reduction([1,-1]*b,0)", 3e38 },
	{ "Min_ArgMin_Reduction((x|y)*b,0)", 1 },
	{ "Max_SumShiftExp_Reduction(Log((x|y)>100),0)", 1 },
};
enum { OTHERS = sizeof others / sizeof others[0] };

START_TEST(values_are_the_same)
{
	const struct place *host = place_get(_i % 2 ? 32 : 64, 0);
	struct answer expected, found;
	struct problem p;
	int64_t at;

	for (int64_t n = 0; host->host && n < 600; n += 299) {
		problem_open(&p, others[_i / 2].text,
		             "x=Vi(2) y=Vj(2) b=Vj(2)", 7, n);
		for (int64_t e = 0; e < 2 * n; e += n)
			p.in[2][e] *= others[_i / 2].b;
		ck_assert(run(&p, host, NULL, 0, &expected));
		expected.scale = expected.value;
		for (int k = 1; k < ALL; k++) {
			p.formula = summed(p.formula, k);
			ck_assert(run(&p, host, NULL, 0, &found));
			ck_assert_double_le(answer_error(&expected, &found, 30,
				&at), host->bits == 32 ? 3e-6 : 3e-15);
			answer_free(&found);
		}
		expected.scale = NULL;
		answer_free(&expected);
		problem_free(&p);
	}
}
END_TEST

/* ----- what cannot be ---------------------------------------------------- */

START_TEST(says_what_cannot_be)
{
	static const char *const vars[] = { "x=Vi(3)" };
	kcl_formula *formula, *other, *joined;

	ck_assert(!kcl_formula_parse("Sum_Reduction(x,0)", 1, vars, &formula));
	ck_assert_int_eq(kcl_formula_summed(NULL, KCL_SUMS_KAHAN, 0, &other),
	                 KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the formula is NULL");
	ck_assert_int_eq(kcl_formula_summed(formula, (kcl_sums)3, 0, &other),
	                 KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "sums is 3; expected KCL_SUMS_BLOCKS, "
	                 "KCL_SUMS_DIRECT or KCL_SUMS_KAHAN");
	ck_assert_int_eq(kcl_formula_summed(formula, KCL_SUMS_BLOCKS, 32,
	                                    &other), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "bits is 32; expected 64, or 0 for "
	                 "those of the arguments");
	ck_assert_ptr_null(other);
	ck_assert(!kcl_formula_summed(formula, KCL_SUMS_KAHAN, 0, &other));
	ck_assert_int_eq(kcl_formula_join(2, (const kcl_formula *[]){ formula,
		other }, &joined), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "expected formulas that are summed "
	                 "alike, found two that are not");
	ck_assert(!kcl_formula_join(2, (const kcl_formula *[]){ other, other },
	                            &joined));
	ck_assert_int_eq(joined->g.sums, KCL_SUMS_KAHAN);
	kcl_formula_free(joined);
	kcl_formula_free(other);
	kcl_formula_free(formula);
}
END_TEST

/* Indices need no float64, whatever sums are made in.  */
START_TEST(says_that_there_is_no_float64)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
	static const char *const text[] = { "ArgMin_Reduction(x-y,0)",
		"ArgMin_Reduction(x-y,0), Sum_Reduction(x-y,0)" };

	for (int k = 0; k < 2; k++) {
		kcl_formula *formula;
		kcl_context *ctx;
		kcl_kernel *kernel;
		kcl_status status;

		ck_assert(!kcl_formula_parse(text[k], 2, vars, &formula));
		formula = summed(formula, 3);
		ck_assert_uint_eq(formula->passes, 1 + (size_t)k);
		ck_assert(!kcl_context_open("host", &ctx));
		ctx->device->facts.number[KCL_DEVICE_FP64] = 0;
		ck_assert(!kcl_kernel_from(ctx, formula, &kernel));
		status = kcl_kernel_build(kernel, 32);
		ck_assert_int_eq(status, k ? KCL_UNSUPPORTED : KCL_OK);
		if (k)
			ck_assert_str_eq(kcl_message(), "device host has no "
				"float64, in which sums are asked for");
		kcl_kernel_free(kernel);
		kcl_context_close(ctx);
		kcl_formula_free(formula);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sums");
	TCase *tests = tcase_create("sums");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, bits_are_those_of_a_loop, 0, place_count(0));
	tcase_add_loop_test(tests, bits_do_not_depend_on_plans, 0,
	                    2 * place_count(0));
	tcase_add_loop_test(tests, errors_are_what_is_said, 0,
	                    2 * place_count(32));
	tcase_add_loop_test(tests, values_are_the_same, 0, 2 * OTHERS);
	tcase_add_test(tests, says_what_cannot_be);
	tcase_add_test(tests, says_that_there_is_no_float64);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
