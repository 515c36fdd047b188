/* check_split.c - few rows: columns that are split have the usual bits
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Reductions of each monoid, alone and together, with what is computed once,
 * of a row, of a column and of a pair; indices in formulas; other sums.  */
static const struct {
	const char *text, *vars;
	kcl_sums sums;
	int bits;
} table[] = {
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(1) s=Pm(1)", KCL_SUMS_BLOCKS, 0 },
	{ "Sum_Reduction(Sin(x-y)*Sqrt(Abs(b))*Exp(x),1)",
	  "x=Vj(2) y=Vi(2) b=Vi(1)", KCL_SUMS_BLOCKS, 0 },
	{ "Max_SumShiftExpWeight_Reduction(Square((x|y)),0,[y,Exp(y)])",
	  "x=Vi(3) y=Vj(3)", KCL_SUMS_BLOCKS, 0 },
	{ "Min_ArgMin_Reduction(x*Normalize(y)+Index_j(),0)",
	  "x=Vi(2) y=Vj(2)", KCL_SUMS_BLOCKS, 0 },
	{ "KMin_ArgKMin_Reduction(Round(SqDist(x,y),1),4,0)",
	  "x=Vi(3) y=Vj(3)", KCL_SUMS_BLOCKS, 0 },
	{ "Sum_Reduction(Inv(1+SqDist(x,y))*b,0)",
	  "x=Vi(40) y=Vj(40) b=Vj(2)", KCL_SUMS_BLOCKS, 0 },
	{ "ArgMin_Reduction(x-y,0), Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	  "x=Vi(1) y=Vj(1) b=Vj(1)", KCL_SUMS_BLOCKS, 0 },
	{ "LogSumExp_Reduction(b*Index_i(),0), ArgKMin_Reduction(x*y,2,0)",
	  "x=Vi(1) y=Vj(1) b=Vj(1)", KCL_SUMS_BLOCKS, 0 },
	{ "Sum_Reduction(Norm2(x-y),2)", "x=Vi(2) y=Vj(2)",
	  KCL_SUMS_BLOCKS, 0 },
	{ "Grad(KMin_Reduction(SqDist(x,y),2,0),y,e)",
	  "x=Vi(2) y=Vj(2) e=Vi(2)", KCL_SUMS_BLOCKS, 0 },
	{ "Sum_Reduction(MatVecMult(A,y)*b,0)", "A=Vi(6) y=Vj(3) b=Vj(1)",
	  KCL_SUMS_BLOCKS, 0 },
	{ "Sum_Reduction((x|y)*b,0), ArgMax_Reduction(x|y,0)",
	  "x=Vi(2) y=Vj(2) b=Vj(2)", KCL_SUMS_BLOCKS, 64 },
	{ "Sum_Reduction((x|y)*b,0), Max_Reduction(x-y,0)",
	  "x=Vi(2) y=Vj(2) b=Vj(2)", KCL_SUMS_KAHAN, 0 },
};
enum { TABLE = sizeof table / sizeof table[0] };

/* For any device; then for CPUs, which have vectors.  */
static const char *const plans[] = {
	"shape=gpu,split=1,group=16", "shape=gpu,split=2,group=16,rows=2",
	"shape=cpu,split=2,lanes=1", "shape=gpu,split=2,group=16",
	"shape=cpu,split=1,lanes=1",
	"split=1", "split=2", "split=2,lanes=4", "split=2,lanes=8,rows=4",
	"split=1,lanes=2,cols=2,rows=2", "split=2,lanes=2"
};
enum { PLANS = sizeof plans / sizeof plans[0], ANY = 5, TURNS = 6 };

static const int64_t rows[] = { 1, 2, 15, 16, 17, 100 };
static const int64_t columns[] = { 1, 255, 256, 257, 1024, 4096, 5000, 9300 };
enum {
	ROWS = sizeof rows / sizeof rows[0],
	COLUMNS = sizeof columns / sizeof columns[0]
};

static void open_row(struct problem *p, int k, int64_t m, int64_t n)
{
	int by_i = strstr(table[k].text, ",1)") != NULL;
	kcl_formula *read;

	problem_open(p, table[k].text, table[k].vars, by_i ? n : m,
	             by_i ? m : n);
	read = p->formula;
	ck_assert(!kcl_formula_summed(read, table[k].sums, table[k].bits,
	                              &p->formula));
	kcl_formula_free(read);
}

/* What may go on: a NaN and infinities somewhere.  */
static void poison(struct problem *p)
{
	int64_t n = problem_size(p, 1);

	p->in[1][n / 2] = NAN;
	p->in[1][n - 1] = INFINITY;
}

static kcl_kernel *make(const struct problem *p, kcl_context *ctx,
                        const char *plan)
{
	kcl_kernel *kernel;

	plan_set(plan);
	ck_assert(!kcl_kernel_from(ctx, p->formula, &kernel));
	return kernel;
}

/* Whether KERNEL has split columns.  */
static int has_split(const kcl_kernel *kernel, int bits)
{
	const struct kcl__ready *ready = kernel->ready[bits == 64];
	size_t passes = kernel->formula->passes, k = passes * KCL__SPLIT;

	while (k < passes * KCL__FORMS && !ready[k].program)
		k++;
	return k < passes * KCL__FORMS;
}

static void run(const struct problem *p, kcl_kernel *kernel, int bits,
                const char *plan, struct answer *answer)
{
	plan_set(plan);
	ck_assert(problem_run_kernel(p, kernel, bits, answer));
}

/* Row K of the table with PLAN, for M rows.  */
static void check_sizes(const struct place *place, kcl_context *ctx, int k,
                        const char *plan, int64_t m)
{
	const char *whole = strstr(plan, "gpu") ? "shape=gpu,group=16,split=0"
		: "split=0";
	kcl_kernel *plain = NULL, *split = NULL;
	struct answer usual, found;
	struct problem p;

	for (int c = 0; c < COLUMNS; c++) {
		open_row(&p, k, m, columns[c]);
		if (columns[c] == 5000)
			poison(&p);
		plain = plain ? plain : make(&p, ctx, whole);
		split = split ? split : make(&p, ctx, plan);
		run(&p, plain, place->bits, whole, &usual);
		run(&p, split, place->bits, plan, &found);
		ck_assert_int_eq(has_split(split, place->bits),
		                 table[k].sums == KCL_SUMS_BLOCKS);
		ck_assert_msg(answer_same(&usual, &found), "%s, %s, %s: "
		              "%d rows, %d columns", place->name, plan,
		              table[k].text, (int)m, (int)columns[c]);
		answer_free(&found);
		answer_free(&usual);
		problem_free(&p);
	}
	kcl_kernel_free(plain);
	kcl_kernel_free(split);
}

START_TEST(bits_are_the_usual)
{
	for (int k = 0; place_get(0, k); k++) {
		const struct place *place = place_get(0, k);
		kcl_context *ctx;
		int count;

		if (place->host || place->shape)
			continue;
		ctx = place_open(place);
		count = ctx->target.gpu ? ANY : PLANS;
		for (int n = 0; n < count; n++)
			if (getenv("KEOPSCL_TEST_ALL")
			    || n % TURNS == (_i + place->bits / 64) % TURNS)
				check_sizes(place, ctx, _i, plans[n],
				            rows[(_i + n) % ROWS]);
	}
	plan_set(NULL);
}
END_TEST

/* M x N pairs with PLAN are split or not, and the bits are the usual.  */
static void check_few(kcl_context *ctx, int64_t m, int64_t n,
                      const char *plan, int splits)
{
	struct answer usual, found;
	struct problem p;
	kcl_kernel *kernel;

	open_row(&p, 3, m, n);
	kernel = make(&p, ctx, "split=0");
	ck_assert(problem_run_kernel(&p, kernel, 32, &usual));
	kcl_kernel_free(kernel);
	kernel = make(&p, ctx, plan);
	ck_assert(problem_run_kernel(&p, kernel, 32, &found));
	ck_assert_int_eq(has_split(kernel, 32), splits);
	kcl_kernel_free(kernel);
	ck_assert(answer_same(&usual, &found));
	answer_free(&usual);
	answer_free(&found);
	problem_free(&p);
}

/* A wish for where rows are few is none where they are not, nor columns many:
 * so many on CPUs.  */
START_TEST(few_rows_are_split_as_wished)
{
	static const struct { const char *plan; int64_t m, n; int splits; }
	few[] = {
		{ "few=2", 1, 1 << 17, 1 }, { "few=1", 1, 1 << 17, 1 },
		{ "few=0", 1, 1 << 17, 0 }, { "few=2", 1, 70000, 0 },
		{ "few=0,split=2", 1, 70000, 1 },
	};
	const struct place *place = place_get(32, _i);
	kcl_context *ctx = place_open(place);

	if (place->host || place->shape || ctx->target.gpu)
		return;
	for (size_t k = 0; k < sizeof few / sizeof few[0]; k++)
		check_few(ctx, few[k].m, few[k].n, few[k].plan,
		          few[k].splits);
	plan_set(NULL);
}
END_TEST

/* On a GPU of so many units columns are many sooner, and rows few later.  */
START_TEST(rows_that_do_not_fill_a_gpu_are_split)
{
	const struct place *place = place_get(32, _i);
	kcl_context *ctx = place_open(place);
	int64_t full = 1 << 12;

	if (strcmp(kcl_context_text(ctx, KCL_DEVICE_TYPE), "gpu") != 0)
		return;
	full *= kcl_context_number(ctx, KCL_DEVICE_UNITS);
	check_few(ctx, 700, 1023, NULL, 0);
	check_few(ctx, 700, 1200, NULL, 1);
	check_few(ctx, full, 1200, NULL, 0);
}
END_TEST

/* ----- cuts -------------------------------------------------------------- */

/* A progress function that makes the next launch small.  */
static int cut(void *user, double done)
{
	(void)done;
	for (int form = KCL__MERGE; form <= KCL__MERGE_LANES; form++) {
		struct kcl__program *program = kcl__ready(user, 32, 0, form)
			->program;

		if (program)
			program->launch_pairs = 30000;
	}
	return 0;
}

/* In little memory, that is in windows, and in small launches.  */
START_TEST(bits_do_not_depend_on_cuts)
{
	static const size_t budgets[] = { 400000, 120000, 60000 };
	const struct place *place = place_get(32, _i);
	kcl_context *ctx;
	struct answer usual, found;
	struct problem p;

	if (place->host)
		return;
	ctx = place_open(place);
	open_row(&p, 3, 7, 20000);
	for (size_t b = 0; b < sizeof budgets / sizeof budgets[0]; b++) {
		kcl_kernel *kernel = make(&p, ctx, "split=0");
		size_t budget = ctx->device->budget;

		ck_assert(problem_run_kernel(&p, kernel, 32, &usual));
		kcl_kernel_free(kernel);
		kernel = make(&p, ctx, plans[place->shape ? b & 1 : 2 + b]);
		ctx->device->budget = budgets[b];
		kcl_context_on_progress(ctx, cut, kernel);
		ck_assert(problem_run_kernel(&p, kernel, 32, &found));
		ctx->device->budget = budget;
		kcl_context_on_progress(ctx, NULL, NULL);
		kcl_kernel_free(kernel);
		ck_assert(answer_same(&usual, &found));
		answer_free(&usual);
		answer_free(&found);
	}
	problem_free(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("split");
	TCase *tests = tcase_create("split");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, bits_are_the_usual, 0, TABLE);
	tcase_add_loop_test(tests, few_rows_are_split_as_wished, 0,
	                    place_count(32));
	tcase_add_loop_test(tests, rows_that_do_not_fill_a_gpu_are_split, 0,
	                    place_count(32));
	tcase_add_loop_test(tests, bits_do_not_depend_on_cuts, 0,
	                    place_count(32));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
