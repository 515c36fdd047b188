/* check_chosen.c - gradients go to what Min, Max and KMin have chosen
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { D = 2 };                 /* of x, y and p */

/* ----- every device, against the definition ------------------------------ */

/* Reductions of p*x*y, and the one that gives the indices that they choose. */
static const struct {
	const char *reduction, *choice;
	int tag, ranks, variable;       /* x, y, p */
} cases[] = {
	{ "Min_Reduction(p*x*y,0)", "ArgMin_Reduction(p*x*y,0)", 0, 1, 0 },
	{ "Max_Reduction(p*x*y,1)", "ArgMax_Reduction(p*x*y,1)", 1, 1, 0 },
	{ "Max_ArgMax_Reduction(p*x*y,0)", "ArgMax_Reduction(p*x*y,0)", 0, 1,
	  1 },
	{ "KMin_Reduction(p*x*y,3,0)", "ArgKMin_Reduction(p*x*y,3,0)", 0, 3,
	  1 },
	{ "KMin_ArgKMin_Reduction(p*x*y,3,1)", "ArgKMin_Reduction(p*x*y,3,1)",
	  1, 3, 2 },
};

/* How many rows stay and how many are reduced: more than a block, fewer than
 * there are ranks, none.  */
static const int64_t sizes[][2] = { { 37, 700 }, { 3, 2 }, { 2, 0 } };

static const char *gradient_of(int k)
{
	static char text[100];

	snprintf(text, sizeof text, "Grad(%s,%c,e)", cases[k].reduction,
	         "xyp"[cases[k].variable]);
	return text;
}

/* TEXT over numbers that are quarters: equal values abound, and float32 is
 * exact.  */
static void open_case(struct problem *p, int k, int size, const char *text)
{
	int tag = cases[k].tag;
	char vars[80];

	snprintf(vars, sizeof vars, "x=Vi(%d) y=Vj(%d) p=Pm(%d) e=V%c(%d)", D,
	         D, D, "ij"[tag], D * cases[k].ranks);
	problem_open(p, text, vars, sizes[size][tag], sizes[size][!tag]);
	for (size_t v = 0; v < 4; v++)
		for (int64_t n = 0; n < problem_size(p, v); n++)
			p->in[v][n] = round(8 * p->in[v][n]) / 4;
}

/* The gradient in the variable of case K, from the indices CHOSEN for P.  */
static void define(const struct problem *p, int k, const struct answer *chosen,
                   long double *gradient)
{
	int tag = cases[k].tag, v = cases[k].variable;

	memset(gradient, 0, (size_t)problem_size(p, (size_t)v)
	       * sizeof *gradient);
	for (int64_t n = 0; n < chosen->rows * chosen->indices; n++) {
		int64_t row = n / chosen->indices, column = chosen->index[n];
		const int64_t at[] = { tag ? column : row, tag ? row : column,
		                       0 };
		long double slope = p->in[3][n];

		for (int w = 0; w < 3 && column >= 0; w++)
			slope *= w == v ? 1 : p->in[w][at[w] * D + n % D];
		if (column >= 0)
			gradient[at[v] * D + n % D] += slope;
	}
}

static void check_size(kcl_kernel *kernel, const struct place *place, int k,
                       int size)
{
	struct problem choice, p;
	struct answer chosen, found;
	long double expected[D * 700];

	open_case(&choice, k, size, cases[k].choice);
	open_case(&p, k, size, gradient_of(k));
	problem_oracle(&choice, &chosen);
	define(&choice, k, &chosen, expected);
	if (problem_run_kernel(&p, kernel, place->bits, &found))
		for (int64_t n = 0; n < found.rows * D; n++)
			ck_assert_msg(found.value[n] == expected[n],
			              "%s, %s, size %d: number %d is %Lg, not "
			              "%Lg", place->name, gradient_of(k), size,
			              (int)n, found.value[n], expected[n]);
	answer_free(&found);
	answer_free(&chosen);
	problem_free(&choice);
	problem_free(&p);
}

START_TEST(the_chosen_takes_all)
{
	struct problem p;

	open_case(&p, _i, 0, gradient_of(_i));
	for (int k = 0; place_get(0, k); k++) {
		const struct place *place = place_get(0, k);
		kcl_kernel *kernel;

		if (!place_turn_of_shape(place, _i))
			continue;
		ck_assert(!kcl_kernel_from(place_open(place), p.formula,
		                           &kernel));
		for (int size = 0; size < 3; size++)
			check_size(kernel, place, _i, size);
		kcl_kernel_free(kernel);
	}
	problem_free(&p);
}
END_TEST

/* ----- within formulas, against differences ------------------------------ */

static const char *const nested[] = {
	"LogSumExp_Reduction((x|y)-Max_Reduction((x|y),0),0)",
	("Sum_Reduction(Exp(-SqDist(x,y)"
	 "/Extract(KMin_Reduction(SqDist(x,y),3,0),2,1)),0)"),
	"Max_Reduction(Norm2(x-y)*Min_Reduction((x|y),1),0)",
	"Min_Reduction(Grad(Max_Reduction(x*Exp(y),0),x,[s,s]),0)",
};

static long double contracted(const struct problem *p, kcl_context *ctx)
{
	struct answer a;
	long double sum = 0;

	ck_assert(problem_run(p, ctx, 64, &a));
	for (int64_t n = 0; n < a.rows * a.values; n++)
		sum += a.value[n] * p->in[2][n];
	answer_free(&a);
	return sum;
}

static void check_slopes(kcl_context *ctx, const char *of, const char *vars,
                         int v)
{
	const double h = 1e-6;
	char text[200];
	struct problem f, p;
	struct answer found;

	snprintf(text, sizeof text, "Grad(%s,%c,e)", of, "xy"[v]);
	problem_open(&f, of, vars, 4, 6);
	problem_open(&p, text, vars, 4, 6);
	ck_assert(problem_run(&p, ctx, 64, &found));
	for (int64_t n = 0; n < problem_size(&f, (size_t)v); n++) {
		double at = f.in[v][n];
		long double slope;

		f.in[v][n] = at + h;
		slope = contracted(&f, ctx);
		f.in[v][n] = at - h;
		slope = (slope - contracted(&f, ctx)) / (2 * h);
		f.in[v][n] = at;
		ck_assert_msg(fabsl(found.value[n] - slope) < 1e-7,
		              "%s: number %d is %.12Lg, the difference %.12Lg",
		              text, (int)n, found.value[n], slope);
	}
	answer_free(&found);
	problem_free(&f);
	problem_free(&p);
}

START_TEST(they_work_within_formulas)
{
	kcl_context *ctx;

	ck_assert(!kcl_context_open("host", &ctx));
	for (int v = 0; v < 2; v++)
		check_slopes(ctx, nested[_i], _i < 3
		             ? "x=Vi(2) y=Vj(2) e=Vi(1)"
		             : "x=Vi(2) y=Vj(2) e=Vi(2) s=Pm(1)", v);
	kcl_context_close(ctx);
}
END_TEST

START_TEST(indices_have_none)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
	static const char *const of[] = { "ArgMin_Reduction(x-y,0)",
		"ArgMax_Reduction(x-y,0)", "ArgKMin_Reduction(x-y,2,0)" };
	kcl_formula *f, *gradient;

	ck_assert(!kcl_formula_parse(of[_i], 2, vars, &f));
	ck_assert(!kcl_formula_grad(f, "y", &gradient));
	ck_assert_str_eq(kcl_formula_text(gradient),
	                 "Sum_Reduction(Zero(3),1)");
	kcl_formula_free(gradient);
	kcl_formula_free(f);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("chosen");
	TCase *tests = tcase_create("chosen");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, the_chosen_takes_all, 0,
	                    sizeof cases / sizeof *cases);
	tcase_add_loop_test(tests, they_work_within_formulas, 0,
	                    sizeof nested / sizeof *nested);
	tcase_add_loop_test(tests, indices_have_none, 0, 3);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
