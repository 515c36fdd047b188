/* check_memory.c - a formula made, and run, while memory runs out
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "nomem.h"
#include "suite.h"
#include <check.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

static const char *const variables[] = {
	"x=Vi(3)", "y=Vj(3)", "b=Vj(2)", "s=Pm(1)", "long_name=Vi(1)"
};

/* Formulas that differ in what they need, and variables to derive in.  */
static const struct { const char *text, *name; } formulas[] = {
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)", "x" },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,1)", "s" },
	{ "LogSumExp_Reduction((x|y)/long_name,0,b)", "y" },
	{ "Grad(SumSoftMaxWeight_Reduction((x|y),0,b),x,[s,s])", "x" },
	{ "Sum_Reduction([x,y,b,Vi(2),Vj(7,1)+Vj(6,1),1.5e3,x**2,x**s],0)",
	  "long_name" },
	{ "KMin_ArgKMin_Reduction(WeightedSqDist(s,x,y),3,0)", NULL },
	{ "Dense(Exp(-s*SqDist(x,y))*b)", NULL },
};

static const char long_sum[] = "Sum_Reduction(0"
	"+1*Sin(s*1)*x+2*Sin(s*2)*x+3*Sin(s*3)*x+4*Sin(s*4)*x+5*Sin(s*5)*x"
	"+6*Sin(s*6)*x+7*Sin(s*7)*x+8*Sin(s*8)*x+9*Sin(s*9)*x+s*Sin(s*.1)*x,0)";

/* Makes the formula of TEXT by way of a builder.  */
static kcl_status build(const char *text)
{
	kcl_builder *b = NULL;
	kcl_expr v[5], all;
	kcl_formula *formula = NULL;
	kcl_status status = kcl_builder_make(&b);

	if (status)
		return status;
	for (int k = 0; k < 5; k++)
		v[k] = kcl_variable(b, variables[k]);
	all = kcl_expr_apply(text, 5, v);
	text = kcl_expr_text(all);
	status = kcl_formula_of(1, &all, &formula);
	if (!status && !text)
		status = KCL_MEMORY;
	kcl_formula_free(formula);
	kcl_builder_free(b);
	return status;
}

/* Makes formula K and its gradient, joins them, has them summed in another way
 * and asks for the text; and makes it of pieces.  */
static kcl_status make(int k)
{
	const char *text = k < ROWS(formulas) ? formulas[k].text : long_sum;
	const char *name = k < ROWS(formulas) ? formulas[k].name : "s";
	kcl_formula *formula = NULL, *gradient = NULL, *joined = NULL,
		*summed = NULL;
	kcl_status status = kcl_formula_parse(text, 5, variables, &formula);

	if (!status && name)
		status = kcl_formula_grad(formula, name, &gradient);
	if (!status && name)
		status = kcl_formula_join(2, (const kcl_formula *const [])
		                          { formula, gradient }, &joined);
	if (!status)
		status = kcl_formula_summed(joined ? joined : formula,
		                            KCL_SUMS_KAHAN, 0, &summed);
	if (!status && !kcl_formula_text(summed))
		status = KCL_STATUS_MAX_;
	if (!status)
		status = build(text);
	kcl_formula_free(summed);
	kcl_formula_free(joined);
	kcl_formula_free(gradient);
	kcl_formula_free(formula);
	return status;
}

START_TEST(runs_out_at_any_time)
{
	int k = _i / 2, keep_on = _i % 2;
	kcl_status status;
	long refused = 1, blocks;

	for (long n = 1; refused > 0; n++) {
		nomem_begin(n, keep_on);
		status = make(k);
		refused = nomem_end();
		blocks = nomem_blocks();
		ck_assert_msg(status == (refused ? KCL_MEMORY : KCL_OK),
		              "allocation %ld: %s", n,
		              kcl_status_text(status));
		ck_assert_msg(blocks == 0, "allocation %ld: %ld blocks", n,
		              blocks);
		ck_assert(!refused || strncmp(kcl_message(), "out of memory",
		                              13) == 0);
		ck_assert_int_eq(make(k), KCL_OK);
		ck_assert(refused || n > 10);
	}
}
END_TEST

enum { M = 300, N = 300 };

static float x[3 * M], y[3 * N], b[2 * N], e[2 * M];

/* Runs a formula for each pair into RESULT, transposed.  */
static kcl_status run_dense(kcl_context *ctx, float *result)
{
	int64_t shape[] = { M, N, 1 }, by_columns[] = { 1, M, 1 };
	kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(y, N, 3) };
	kcl_array out = kcl_array_of(result, KCL_FLOAT, 32, 3, shape,
	                             by_columns);
	kcl_kernel *kernel = NULL;
	kcl_status status = kcl_kernel_make(ctx, "Dense(Index_i()-x|y)", 2,
	                                    variables, &kernel);

	if (!status)
		status = kcl_run(kernel, 2, in, 1, &out);
	kcl_kernel_free(kernel);
	return status;
}

/* Of the points by themselves, in clusters.  */
static kcl_status make_ranges(kcl_ranges **ranges)
{
	static const unsigned char keep[64 * 64] = { 1, 0, 1, [200] = 1 };
	const kcl_array in = kcl_f32(x, M, 3);
	int64_t labels[M], order[M], rows[2 * 64];
	double centroids[3 * 64], sums[64];
	size_t clusters;
	kcl_status status = kcl_grid_cluster(&in, 0.5, labels, &clusters);

	if (!status)
		status = kcl_cluster_centroids(&in, NULL, labels, clusters,
		                               centroids, sums);
	if (!status)
		status = kcl_sort_clusters(M, labels, clusters, order, rows);
	if (!status)
		status = kcl_ranges_from_matrix(clusters, rows, clusters, rows,
		                                keep, ranges);
	return status;
}

/* Makes a gradient on the host and runs it into RESULT, in parts if so, else
 * another formula behind it.  */
static kcl_status run(float *result, int in_parts)
{
	kcl_ranges *ranges = NULL;
	float s = 0.3f;
	kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(y, N, 3),
		kcl_f32(b, N, 2), kcl_f32(&s, 1, 1), kcl_f32(e, M, 2) };
	kcl_array out = kcl_f32(result, M, 3);
	kcl_formula *formula = NULL, *gradient = NULL;
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;
	kcl_status status = kcl_context_open(in_parts ? "host"
	                                     : "host,host", &ctx);

	if (!status)
		status = kcl_formula_parse("LogSumExp_Reduction(-s*SqDist(x,y),"
		                           "0,b)", 4, variables, &formula);
	if (!status)
		status = kcl_formula_grad(formula, "x", &gradient);
	if (!status)
		status = kcl_kernel_from(ctx, gradient, &kernel);
	if (!status && in_parts)
		status = make_ranges(&ranges);
	if (!status)
		status = kcl_run_ranges(kernel, 5, in, 1, &out, ranges);
	kcl_ranges_free(ranges);
	if (!status && !in_parts)
		status = run_dense(ctx, result + 3 * M);
	kcl_kernel_free(kernel);
	kcl_formula_free(gradient);
	kcl_formula_free(formula);
	kcl_context_close(ctx);
	return status;
}

/* What can be done without, such as the cache, may be; what is computed then
 * is right.  */
START_TEST(runs_out_in_a_whole_run)
{
	static float right[3 * M + M * N], result[3 * M + M * N];
	long refused = 1;

	for (int k = 0; k < 3 * N; k++)
		x[k] = y[k] = b[k % (2 * N)] = (float)(k % 17) / 17;
	for (int k = 0; k < 2 * M; k++)
		e[k] = 1;
	memset(right, 0, sizeof right);
	ck_assert_int_eq(run(right, _i / 2), KCL_OK);
	for (long n = 1; refused > 0; n++) {
		kcl_status status;

		memset(result, 0, sizeof result);
		nomem_begin(n, _i % 2);
		status = run(result, _i / 2);
		refused = nomem_end();
		ck_assert_int_eq(nomem_blocks(), 0);
		ck_assert(status == KCL_OK
		          || (refused && status == KCL_MEMORY));
		ck_assert(status || !memcmp(result, right, sizeof right));
		ck_assert_int_eq(run(result, _i / 2), KCL_OK);
		ck_assert(!memcmp(result, right, sizeof right));
		ck_assert(refused || n > 50);
	}
}
END_TEST

/* Solves a system of the points by themselves into RESULT.  */
static kcl_status solve(float *result)
{
	kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(x, M, 3),
		kcl_f32(b, M, 2), kcl_f32(x + 1, 1, 1) };
	kcl_array out = kcl_f32(result, M, 2);
	kcl_system system = { .unknown = 2, .alpha = 1, .rank = 4 };
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;
	kcl_status status = kcl_context_open("host", &ctx);

	if (!status)
		status = kcl_kernel_make(ctx, "Sum_Reduction(Exp(-s*SqDist(x,"
		                         "y))*b,0)", 4, variables, &kernel);
	if (!status)
		status = kcl_solve(kernel, 4, in, &system, &out);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

START_TEST(runs_out_as_a_system_is_solved)
{
	static float right[2 * M], result[2 * M];
	long refused = 1;

	for (int k = 0; k < 3 * M; k++)
		x[k] = b[k % (2 * N)] = (float)(k % 17) / 17;
	ck_assert_msg(!solve(right), "%s", kcl_message());
	for (long n = 1; refused > 0; n++) {
		kcl_status status;

		nomem_begin(n, _i);
		status = solve(result);
		refused = nomem_end();
		ck_assert_int_eq(nomem_blocks(), 0);
		ck_assert(status == KCL_OK
		          || (refused && status == KCL_MEMORY));
		ck_assert(status || !memcmp(result, right, sizeof right));
		ck_assert(refused || n > 50);
	}
}
END_TEST

/* ----- arrays that repeat ------------------------------------------------- */

/* Runs Sum_Reduction(x*y, TAG) for BATCHES batches; how large the largest block
 * of memory was that the library took.  */
static size_t run_large(int tag, int64_t batches, const int64_t *strides,
                        float *many, int64_t rows, float *result)
{
	static float one[] = { 1.5f };
	static const char *const xy[] = { "x=Vi(1)", "y=Vj(1)" };
	int64_t shape[] = { batches, rows, 1 }, to[] = { batches, 1, 1 };
	kcl_array in[2], out = kcl_array_of(result, KCL_FLOAT, 32, 3, to, NULL);
	kcl_context *ctx;
	kcl_kernel *kernel;

	in[tag] = kcl_f32(one, 1, 1);
	in[!tag] = kcl_array_of(many, KCL_FLOAT, 32, 3, shape,
	                        (int64_t *)(uintptr_t)strides);
	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, tag ? "Sum_Reduction(x*y,1)"
		: "Sum_Reduction(x*y,0)", 2, xy, &kernel));
	nomem_begin(LONG_MAX, 0);
	ck_assert_msg(!kcl_run(kernel, 2, in, 1, &out), "%s", kcl_message());
	nomem_end();
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return nomem_largest();
}

/* What is not as the host reads it is copied by parts, and a batch that comes
 * again and again once.  */
START_TEST(copies_are_bounded)
{
	enum { LARGE = (1 << 25) + 77, SMALL = 1 << 16, BATCHES = 64 };
	static const int64_t rows[] = { 0, 0, 1 }, all[] = { 0, 1, 1 };
	static const int64_t two[] = { 0, 2, 1 };
	float number = 0.1f, found[BATCHES], right[BATCHES];
	float *many = malloc(LARGE * sizeof *many);

	for (size_t k = 0; k < LARGE; k++)
		many[k] = number;
	ck_assert_uint_lt(run_large(_i, 1, all, many, LARGE, right), 1 << 20);
	ck_assert_uint_le(run_large(_i, 1, rows, &number, LARGE, found),
	                  1 << 25);
	ck_assert_mem_eq(found, right, sizeof *right);
	ck_assert_uint_le(run_large(_i, BATCHES, two, many, SMALL, right),
	                  1 << 20);
	ck_assert_uint_le(run_large(_i, BATCHES, rows, &number, SMALL, found),
	                  1 << 20);
	ck_assert_mem_eq(found, right, sizeof right);
	free(many);
}
END_TEST

/* What a system would promise, and end the process for using.  */
START_TEST(more_than_there_is_is_refused)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	const kcl_array in[] = { kcl_f32(x, 2, 1), kcl_f32(y, 2, 1) };
	float sum[2];
	const kcl_array out = kcl_f32(sum, 2, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;
	int64_t *memory;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(Sum(GradMatrix(Exp("
		"SumT(x*y,400)),x)),0)", 2, vars, &kernel));
	memory = &ctx->device->facts.number[KCL_DEVICE_MEMORY];
	*memory = 1000000;      /* it takes 15 times that */
	ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &out), KCL_MEMORY);
	ck_assert_msg(strstr(kcl_message(), "the formula's values take ")
	              && strstr(kcl_message(), " bytes of memory, and device "
	                        "host has 1000000"), "%s", kcl_message());
	*memory = 20000000;
	ck_assert_msg(!kcl_run(kernel, 2, in, 1, &out), "%s", kcl_message());
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memory");
	TCase *tests = tcase_create("memory");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, runs_out_at_any_time, 0,
	                    2 * (ROWS(formulas) + 1));
	tcase_add_loop_test(tests, runs_out_in_a_whole_run, 0, 4);
	tcase_add_loop_test(tests, runs_out_as_a_system_is_solved, 0, 2);
	tcase_add_loop_test(tests, copies_are_bounded, 0, 2);
	tcase_add_test(tests, more_than_there_is_is_refused);
	tcase_set_timeout(tests, 60);
	return suite_run(suite);
}
