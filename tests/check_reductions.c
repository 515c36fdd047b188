/* check_reductions.c - every reduction, however its work is shared out
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 64 };

/* Work with exact operations, so that even bits agree; exact: the reduction's
 * own are too.  All numbers are multiples of a quarter: equal values abound. */
static const struct { const char *text; int exact; } reductions[] = {
	{ "Sum_Reduction(x*y+0.5,%d)", 1 },
	{ "LogSumExp_Reduction(x|y,%d)", 0 },
	{ "LogSumExp_Reduction(x|y,%d,Square(x+y)+1)", 0 },
	{ "Max_SumShiftExp_Reduction(x|y,%d)", 0 },
	{ "Max_SumShiftExpWeight_Reduction(x|y,%d,x-y)", 0 },
	{ "SumSoftMaxWeight_Reduction(x|y,%d,x-y)", 0 },
	{ "Min_Reduction(x*y-y,%d)", 1 },
	{ "Max_Reduction(x*y-y,%d)", 1 },
	{ "ArgMin_Reduction(x*y-y,%d)", 1 },
	{ "ArgMax_Reduction(x*y-y,%d)", 1 },
	{ "Min_ArgMin_Reduction(x*y-y,%d)", 1 },
	{ "Max_ArgMax_Reduction(x*y-y,%d)", 1 },
	{ "KMin_Reduction(x*y-y,3,%d)", 1 },
	{ "ArgKMin_Reduction(x*y-y,3,%d)", 1 },
	{ "KMin_ArgKMin_Reduction(x*y-y,3,%d)", 1 },
	{ "ArgKMinDigits_Reduction(x*y-y,3,%d)", 1 },
};
enum { REDUCTIONS = sizeof reductions / sizeof reductions[0] };

static const int64_t rows[] = { 0, 1, 7, 100 };
static const int64_t columns[] = { 0, 1, 255, 256, 257, 1000 };

static double tolerance(int bits)
{
	return bits == 32 ? 2e-6 : 4e-15;
}

/* TEXT with the tag over x=Vi(2) and y=Vj(2).  */
static void open_sized(struct problem *p, const char *text, int tag, int64_t m,
                       int64_t n)
{
	char formula[200];

	snprintf(formula, sizeof formula, text, tag);
	problem_open(p, formula, "x=Vi(2) y=Vj(2)", m, n);
	for (size_t k = 0; k < 2; k++)
		for (int64_t e = 0; e < problem_size(p, k); e++)
			p->in[k][e] = round(8 * p->in[k][e]) / 4;
}

/* ----- sizes ------------------------------------------------------------ */

/* A kernel for each place; NULL where it is not its turn.  */
struct kernels {
	kcl_kernel *kernel[PLACES];
	int count;
};

/* Number TURN of two: a device has both precisions, each in one shape.  */
static void open_kernels(struct kernels *all, const struct problem *p,
                         int turn)
{
	memset(all, 0, sizeof *all);
	for (int k = 0; place_get(0, k); k++, all->count++) {
		kcl_context *ctx;

		if (!place_turn(place_get(0, k), turn)
		    && !place_turn(place_get(0, k), 3 - turn))
			continue;
		ctx = place_open(place_get(0, k));
		ck_assert_msg(!kcl_kernel_from(ctx, p->formula, &all->kernel[k])
		              && !kcl_kernel_build(all->kernel[k],
		                                   place_get(0, k)->bits),
		              "%s", kcl_message());
	}
}

static void close_kernels(struct kernels *all)
{
	for (int k = 0; k < all->count; k++)
		kcl_kernel_free(all->kernel[k]);
}

static void check_answer(const struct problem *p, const struct place *place,
                         const struct answer *expected,
                         const struct answer *found, int exact)
{
	int64_t at;
	double error = answer_error(expected, found, 1, &at);

	ck_assert_msg(error <= (exact ? 0 : tolerance(place->bits)),
	              "%s: %s, M = %d, N = %d, result %d: expected %.9Lg "
	              "(%lld), found %.9Lg (%lld)", place->name,
	              kcl_formula_text(p->formula), (int)p->rows[0],
	              (int)p->rows[1], (int)at,
	              expected->values ? expected->value[at] : 0,
	              expected->indices ? (long long)expected->index[at] : 0,
	              found->values ? found->value[at] : 0,
	              found->indices ? (long long)found->index[at] : 0);
}

static void check_size(const struct kernels *all, const struct problem *p,
                       int exact)
{
	struct answer expected, found;

	problem_oracle(p, &expected);
	for (int k = 0; k < all->count; k++) {
		const struct place *place = place_get(0, k);

		if (!all->kernel[k])
			continue;
		ck_assert(problem_run_kernel(p, all->kernel[k], place->bits,
		                             &found));
		check_answer(p, place, &expected, &found, exact);
		answer_free(&found);
	}
	answer_free(&expected);
}

START_TEST(every_size)
{
	const char *text = reductions[_i / 2].text;
	struct kernels all;
	struct problem p;

	open_sized(&p, text, _i % 2, 1, 1);
	open_kernels(&all, &p, _i % 2);
	problem_free(&p);
	for (size_t m = 0; m < sizeof rows / sizeof *rows; m++)
		for (size_t n = 0; n < sizeof columns / sizeof *columns; n++) {
			int64_t i = _i % 2 ? columns[n] : rows[m];
			int64_t j = _i % 2 ? rows[m] : columns[n];

			open_sized(&p, text, _i % 2, i, j);
			check_size(&all, &p, reductions[_i / 2].exact);
			problem_free(&p);
		}
	close_kernels(&all);
}
END_TEST

/* ----- scores that are not finite ---------------------------------------- */

static const char *const scored[] = {
	"LogSumExp_Reduction(x+y,0)", "Max_SumShiftExp_Reduction(x+y,0)",
	"SumSoftMaxWeight_Reduction(x+y,0,b)"
};
enum { SCORED = sizeof scored / sizeof scored[0] };

static const double odd[] = { 0, -INFINITY, INFINITY, NAN };

/* Value K of formula number F where column AT of N has the score ODD, all
 * others 0, and column j the weight j.  */
static double score(int f, int k, double odd, int64_t n, int64_t at)
{
	double others = (double)n - (odd < 0);
	double sum = (double)(n * (n - 1)) / 2 - (odd < 0 ? (double)at : 0);
	double least = others > 0 && !(n == 1 && isnan(odd)) ? 0 : -INFINITY;

	if (f == 1 && k == 0)
		return odd > 0 ? odd : least;
	if (isnan(odd) || (odd > 0 && f > 0))
		return NAN;
	return f == 0 ? odd > 0 ? odd : log(others)
		: f == 1 ? others : sum / others;
}

static void check_scores(const struct kernels *all, struct problem *p, int f,
                         double special, int64_t at)
{
	struct answer found;

	for (int64_t j = 0; j < p->rows[1]; j++) {
		p->in[1][j] = j == at ? special : 0;
		p->in[2][j] = (double)j;
	}
	p->in[0][0] = 0;
	for (int k = 0; k < all->count; k++) {
		if (!all->kernel[k])
			continue;
		ck_assert(problem_run_kernel(p, all->kernel[k],
		                             place_get(0, k)->bits, &found));
		for (int v = 0; v < 1 + (f == 1); v++) {
			double e = score(f, v, special, p->rows[1], at);
			double x = (double)found.value[v];

			ck_assert_msg(isnan(e) ? isnan(x) : x == e
			              || fabs(x - e) <= 2e-6 * fabs(e),
			              "%s: %s, N = %d, %g at %d, value %d: "
			              "expected %g, found %g",
			              place_get(0, k)->name, scored[f],
			              (int)p->rows[1], special, (int)at, v, e,
			              x);
		}
		answer_free(&found);
	}
}

START_TEST(scores_need_not_be_finite)
{
	struct kernels all;
	struct problem p;

	problem_open(&p, scored[_i], "x=Vi(1) y=Vj(1) b=Vj(1)", 1, 1);
	open_kernels(&all, &p, 0);
	problem_free(&p);
	for (int64_t n = 1; n < 300; n += n < 20 ? 1 : 47) {
		problem_open(&p, scored[_i], "x=Vi(1) y=Vj(1) b=Vj(1)", 1, n);
		for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
			check_scores(&all, &p, _i, odd[k], n / 3);
			check_scores(&all, &p, _i, odd[k], n - 1);
		}
		problem_free(&p);
	}
	close_kernels(&all);
}
END_TEST

/* ----- compensation ----------------------------------------------------- */

/* Half of a million terms, and then nearly their opposites.  */
static void cancelling(struct problem *p)
{
	int64_t n = p->rows[1];

	problem_draw(p, 0, 0.5, 1.5);
	for (int64_t j = 0; j < n / 2; j++)
		p->in[0][n - 1 - j] = (float)(-p->in[0][j] * (1 + 1e-6));
}

static float naive_sum(const struct problem *p)
{
	volatile float s = 0;

	for (int64_t j = 0; j < p->rows[1]; j++)
		s += (float)p->in[0][j];
	return s;
}

START_TEST(sums_are_compensated)
{
	struct problem p;
	struct answer expected, found;
	long double naive;

	problem_open(&p, "Sum_Reduction(y,0)", "y=Vj(1)", 1, 1000000);
	cancelling(&p);
	problem_oracle(&p, &expected);
	naive = fabsl(naive_sum(&p) - expected.value[0]);
	for (int k = 0; place_get(32, k); k++) {
		const struct place *place = place_get(32, k);
		kcl_context *ctx = place_open(place);
		long double error;

		ck_assert(problem_run(&p, ctx, 32, &found));
		error = fabsl(found.value[0] - expected.value[0]);
		ck_assert_msg(error < naive / 10
		              && error < 2e-8L * expected.scale[0],
		              "%s: %.9Lg, expected %.9Lg; naively off by %Lg",
		              place->name, found.value[0], expected.value[0],
		              naive);
		answer_free(&found);
	}
	answer_free(&expected);
	problem_free(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reductions");
	TCase *tests = tcase_create("reductions");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, every_size, 0, 2 * REDUCTIONS);
	tcase_add_loop_test(tests, scores_need_not_be_finite, 0, SCORED);
	tcase_add_test(tests, sums_are_compensated);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
