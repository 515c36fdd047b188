/* check_ranges.c - reductions over ranges of rows and columns
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 150, N = 700, CLUSTERS = 12, LIST = 6 };

/* ----- random ranges ----------------------------------------------------- */

struct half {
	int64_t rows[2 * CLUSTERS], slices[CLUSTERS];
	int64_t columns[2 * CLUSTERS * LIST];
	size_t count, ranges;
};

static uint32_t seed;

static int64_t drawn(int64_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* A list of no, some or touching ranges of COLUMNS, some of them empty.  */
static void draw_list(struct half *h, int64_t columns)
{
	for (int64_t k = drawn(LIST); k > 0; k--) {
		int64_t *pair = &h->columns[2 * h->ranges++];

		pair[0] = h->ranges > 1 && drawn(3) == 0 ? pair[-1]
			: drawn(columns + 1);
		pair[1] = pair[0] + drawn(columns + 1 - pair[0]);
	}
}

/* Clusters of 0 to 40 rows, shuffled; between some of them are rows of none. */
static void draw(struct half *h, int64_t rows, int64_t columns)
{
	int64_t row = 0;

	h->count = h->ranges = 0;
	while (h->count < CLUSTERS) {
		size_t k = h->count++, to = (size_t)drawn((int64_t)k + 1);
		int64_t begin = row + drawn(3) * drawn(5);
		int64_t end = begin + drawn(40);

		begin = begin < rows ? begin : rows;
		row = end < rows ? end : rows;
		memmove(&h->rows[2 * to + 2], &h->rows[2 * to],
		        2 * (k - to) * sizeof *h->rows);
		h->rows[2 * to] = begin;
		h->rows[2 * to + 1] = row;
	}
	for (size_t k = 0; k < h->count; k++) {
		draw_list(h, columns);
		h->slices[k] = (int64_t)h->ranges;
	}
}

/* Of I and J, which must live as long.  */
static kcl_ranges ranges_of(const struct half *i, const struct half *j)
{
	return (kcl_ranges){ i->rows, i->slices, i->columns, j->rows,
		j->slices, j->columns, i->count, i->ranges, j->count,
		j->ranges };
}

/* ----- against the oracle ------------------------------------------------ */

static const char *const formulas[] = {
	"Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	"Sum_Reduction(Exp(-s*SqDist(x,y))*x,1)",
	"LogSumExp_Reduction(s*(x|y),0)",
	"LogSumExp_Reduction((x|y),1,Exp(x))",
	"Max_SumShiftExp_Reduction((x|y),0)",
	"SumSoftMaxWeight_Reduction((x|y),0,b)",
	"Min_Reduction(x*y,0)",
	"Max_Reduction(x*y,1)",
	"ArgMin_Reduction(Round(4*x,0)*y,0)",
	"Max_ArgMax_Reduction(x*y,0)",
	"KMin_Reduction(x-y,3,1)",
	"KMin_ArgKMin_Reduction(x-y,5,0)",
	"ArgKMin_Reduction(Round(x,1)*Round(y,1),4,0)",
	"Sum_Reduction(Index_i()*y+Index_j()+Abs(Index_i(0)-Index_j(0)),0)",
	"Grad(Sum_Reduction(Exp(-s*SqDist(x,y))*b,0),x,[s,s])",
	"Grad(KMin_Reduction(x*y,2,0),x,[x,x])",
	"Sum_Reduction(Norm2(x-y)*s,2)",
	"LogSumExp_Reduction((x|y)-Max_Reduction((x|y),0),0)",
	"Sum_Reduction(x*Sum_Reduction(y*b,0)+Min_Reduction(y,0),1)",
	"Sum_Reduction(Exp(-s*SqNorm2(x-y))*b,0)",
	"Sum_Reduction(MatVecMult([x,b],y),0)",
};

/* Small whole numbers for everything whose order counts; rows and columns that
 * are long for one.  */
static void open_case(struct problem *p, int k)
{
	problem_open(p, formulas[k], strstr(formulas[k], "SqNorm2")
	             ? "x=Vi(20) y=Vj(20) b=Vj(2) s=Pm(1)"
	             : "x=Vi(2) y=Vj(2) b=Vj(2) s=Pm(1)", M, N);
	for (size_t v = 0; v < 3 && strchr(formulas[k], 'M'); v++)
		for (int64_t n = 0; n < problem_size(p, v); n++)
			p->in[v][n] = round(8 * p->in[v][n]) / 4;
}

/* Has the formula of P summed otherwise.  */
static void sum(struct problem *p, kcl_sums sums, int bits)
{
	kcl_formula *usual = p->formula;

	ck_assert(!kcl_formula_summed(usual, sums, bits, &p->formula));
	kcl_formula_free(usual);
}

/* A device has every formula in one shape and precision, as compiling takes
 * long.  */
static int is_turn(const struct place *place, int k)
{
	return place_turn(place, k)
		&& (place->host || (place->bits == 64) == (k >> 1 & 1));
}

/* Formula number K over some random ranges, on the places whose turn it is.  */
static void check_case(struct problem *p, int k)
{
	for (int n = 0; place_get(0, n); n++) {
		const struct place *place = place_get(0, n);
		double unit = place->bits == 32 ? 1.2e-7 : 2.3e-16;
		kcl_context *ctx;

		if (!is_turn(place, k))
			continue;
		ctx = place_open(place);
		for (seed = 1; seed < 6; seed++) {
			static struct half i, j;
			kcl_ranges ranges;

			draw(&i, M, N);
			draw(&j, N, M);
			ranges = ranges_of(&i, &j);
			p->ranges = &ranges;
			problem_check(p, ctx, place, 50 * unit);
		}
	}
}

START_TEST(are_those_of_plain_loops)
{
	struct problem p;

	open_case(&p, _i);
	check_case(&p, _i);
	problem_free(&p);
}
END_TEST

START_TEST(are_summed_otherwise)
{
	struct problem p;

	open_case(&p, 0);
	sum(&p, _i ? KCL_SUMS_KAHAN : KCL_SUMS_DIRECT, 0);
	check_case(&p, _i);
	problem_free(&p);
}
END_TEST

/* ----- same bits --------------------------------------------------------- */

/* Of a kernel whose launches are cut anew after each.  */
struct cuts {
	kcl_kernel *kernel;
	int bits, calls;
};

static int cut(void *user, double done)
{
	struct cuts *c = user;

	ck_assert(done >= 0 && done <= 1);
	c->calls++;
	for (size_t k = 0; k < c->kernel->formula->passes; k++)
		kcl__ready(c->kernel, c->bits, k, KCL__PARTS)->program
			->launch_pairs
			= (double)drawn(20000);
	return 0;
}

static const struct { int k; kcl_sums sums; int bits; } cut_formulas[] = {
	{ 0, KCL_SUMS_BLOCKS, 0 }, { 2, KCL_SUMS_BLOCKS, 0 },
	{ 5, KCL_SUMS_BLOCKS, 0 }, { 11, KCL_SUMS_BLOCKS, 0 },
	{ 14, KCL_SUMS_BLOCKS, 0 }, { 0, KCL_SUMS_KAHAN, 64 },
	{ 2, KCL_SUMS_DIRECT, 64 }
};

/* However rows and blocks are cut into launches.  */
static void check_cuts(const struct problem *p, const struct place *place)
{
	kcl_context *ctx = place_open(place);
	struct cuts cuts = { .bits = place->bits };
	struct answer whole, found;

	ck_assert(!kcl_kernel_from(ctx, p->formula, &cuts.kernel));
	ck_assert(problem_run_kernel(p, cuts.kernel, place->bits, &whole));
	kcl_context_on_progress(ctx, cut, &cuts);
	for (int n = 0; n < 5; n++) {
		ck_assert(problem_run_kernel(p, cuts.kernel, place->bits,
		                             &found));
		ck_assert_msg(answer_same(&whole, &found), "%s, %s",
		              place->name, kcl_formula_text(p->formula));
		answer_free(&found);
	}
	ck_assert_int_gt(cuts.calls, 50);
	answer_free(&whole);
	kcl_kernel_free(cuts.kernel);
}

START_TEST(cuts_change_no_bit)
{
	static struct half i, j;
	struct problem p;
	kcl_ranges ranges;

	seed = 77;
	draw(&i, M, N);
	draw(&j, N, M);
	ranges = ranges_of(&i, &j);
	open_case(&p, cut_formulas[_i].k);
	for (size_t v = 0; v < 3; v++)
		problem_draw(&p, v, -1, 1);
	sum(&p, cut_formulas[_i].sums, cut_formulas[_i].bits);
	p.ranges = &ranges;
	for (int k = 0; place_get(0, k); k++)
		if (is_turn(place_get(0, k), cut_formulas[_i].k))
			check_cuts(&p, place_get(0, k));
	problem_free(&p);
}
END_TEST

/* All pairs, in whatever ranges that touch, however they are summed.  */
START_TEST(all_pairs_are_all_pairs)
{
	static const int64_t rows[] = { 90, M, 0, 17, 17, 90 };
	static const int64_t columns[] = { 0, N, 0, 300, 300, 300, 300, N,
		0, 1, 1, N };
	static const int64_t slices[] = { 1, 4, 6 };
	const kcl_ranges ranges = { .ranges_i = rows, .slices_i = slices,
		.redranges_j = columns, .nranges_i = 3, .nredranges_j = 6 };

	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx = place_open(place_get(32, k));
		struct answer all, found;
		struct problem p;

		open_case(&p, 0);
		sum(&p, (kcl_sums)_i, _i == KCL_SUMS_DIRECT ? 64 : 0);
		ck_assert(problem_run(&p, ctx, 32, &all));
		p.ranges = &ranges;
		ck_assert(problem_run(&p, ctx, 32, &found));
		ck_assert_msg(answer_same(&all, &found), "%s",
		              place_get(32, k)->name);
		answer_free(&all);
		answer_free(&found);
		problem_free(&p);
	}
}
END_TEST

/* ----- batches ----------------------------------------------------------- */

enum { A = 2, B = 3 };

static int note(void *user, double done)
{
	*(double *)user = done;
	return 0;
}

/* x is (B, M, 2), y (A, 1, N, 2) by columns, b (N, 2), s (A, B, 1, 1): results
 * are those of the batches alone.  */
static void check_batches(kcl_kernel *kernel, const kcl_ranges *r, int64_t rows,
                          const char *where)
{
	static float x[B * M * 2], y[A * 2 * N], b[2 * N], s[A * B];
	static float one[N * 2], all[A * B * N * 2], alone[2 * N];
	int64_t shape[][4] = { { B, M, 2 }, { A, 1, N, 2 }, { N, 2 },
		{ A, B, 1, 1 }, { A, B, rows, 2 } };
	int64_t by_columns[] = { 2 * N, 0, 1, N };
	kcl_array in[] = {
		kcl_array_of(x, KCL_FLOAT, 32, 3, shape[0], NULL),
		kcl_array_of(y, KCL_FLOAT, 32, 4, shape[1], by_columns),
		kcl_array_of(b, KCL_FLOAT, 32, 2, shape[2], NULL),
		kcl_array_of(s, KCL_FLOAT, 32, 4, shape[3], NULL)
	}, out = kcl_array_of(all, KCL_FLOAT, 32, 4, shape[4], NULL);
	double done = -1;

	for (int k = 0; k < A * 2 * N; k++)
		x[k % (B * M * 2)] = y[k] = b[k % (2 * N)]
			= (float)drawn(1000) / 1000;
	for (int k = 0; k < A * B; k++)
		s[k] = 1 + (float)k;
	kcl_context_on_progress(kernel->ctx, note, &done);
	ck_assert_msg(!kcl_run_ranges(kernel, 4, in, 1, &out, r), "%s",
	              kcl_message());
	ck_assert(done == 1);
	kcl_context_on_progress(kernel->ctx, NULL, NULL);
	for (int n = 0; n < A * B; n++) {
		kcl_array part[] = { kcl_f32(x + n % B * M * 2, M, 2),
			kcl_f32(alone, N, 2), in[2], kcl_f32(s + n, 1, 1) };
		kcl_array to = kcl_f32(one, rows, 2);

		for (int k = 0; k < 2 * N; k++)
			alone[k] = y[n / B * 2 * N + k % 2 * N + k / 2];
		ck_assert_msg(!kcl_run_ranges(kernel, 4, part, 1, &to, r),
		              "%s", kcl_message());
		ck_assert_msg(!memcmp(one, all + n * rows * 2,
		                      (size_t)rows * 2 * sizeof *one),
		              "%s, batch %d", where, n);
	}
}

static const char *const batch_formulas[] = {
	"Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	"Sum_Reduction(Exp(-s*SqDist(x,y))*b,1)",
	"Sum_Reduction(x*LogSumExp_Reduction(s*(x|y),0),1)",
	"Sum_Reduction(Index_i()*b+Index_j()*x,0)"
};

/* All at once, one by one where there is no room, and with ranges.  */
START_TEST(batches_are_those_alone)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)", "b=Vj(2)",
		"s=Pm(1)" };
	static struct half i, j;
	kcl_ranges ranges = { 0 };
	int64_t rows = _i % 3 ? N : M;

	seed = 5;
	draw(&i, M, N);
	draw(&j, N, M);
	ranges = ranges_of(&i, &j);
	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx;
		kcl_kernel *kernel;

		if (!place_turn(place_get(32, k), _i))
			continue;
		ctx = place_open(place_get(32, k));
		ck_assert(!kcl_kernel_make(ctx, batch_formulas[_i], 4, vars,
		                           &kernel));
		check_batches(kernel, &ranges, rows, place_get(32, k)->name);
		check_batches(kernel, NULL, rows, place_get(32, k)->name);
		ctx->device->budget = 20000;
		check_batches(kernel, NULL, rows, place_get(32, k)->name);
		kcl_kernel_free(kernel);
	}
}
END_TEST

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

int main(void)
{
	Suite *suite = suite_create("ranges");
	TCase *tests = tcase_create("ranges");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, are_those_of_plain_loops, 0,
	                    ROWS(formulas));
	tcase_add_loop_test(tests, are_summed_otherwise, 0, 2);
	tcase_add_loop_test(tests, cuts_change_no_bit, 0, ROWS(cut_formulas));
	tcase_add_loop_test(tests, all_pairs_are_all_pairs, 0, 3);
	tcase_add_loop_test(tests, batches_are_those_alone, 0,
	                    ROWS(batch_formulas));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
