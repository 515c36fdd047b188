/* check_threads.c - contexts and kernels used from several threads; and long
 * runs that are cancelled
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "os.h"
#include "problem.h"
#include "suite.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, RUNS = 6, M = 50, N = 600 };

static const char text[] = "Sum_Reduction(Exp(-SqDist(x,y))*b,0)";
static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)", "b=Vj(1)" };

/* What a thread works on; status and wrong are its report.  Without a kernel
 * it opens the device for itself.  */
struct work {
	kcl_kernel *kernel;
	const char *device;
	float x[2 * M], y[2 * N], b[N], right[M];
	kcl_status status;
	int wrong;
};

static void fill(struct work *w, uint32_t seed)
{
	float *part[] = { w->x, w->y, w->b };
	const int size[] = { 2 * M, 2 * N, N };

	for (int a = 0; a < 3; a++)
		for (int k = 0; k < size[a]; k++) {
			seed = seed * 1664525u + 1013904223u;
			part[a][k] = (float)(seed >> 8) / 8388608.0f - 1;
		}
}

static kcl_status compute(struct work *w, kcl_kernel *kernel, float *out)
{
	const kcl_array in[] = { kcl_f32(w->x, M, 2), kcl_f32(w->y, N, 2),
		kcl_f32(w->b, N, 1) };
	const kcl_array to = kcl_f32(out, M, 1);

	memset(out, 0xc1, M * sizeof *out);
	return kcl_run(kernel, 3, in, 1, &to);
}

/* Runs, and wrong arguments in between: messages are the thread's own.  */
static void use(struct work *w, kcl_kernel *kernel)
{
	float out[M];

	for (int k = 0; k < RUNS && !w->status; k++) {
		w->wrong += kcl_run(kernel, 2, NULL, 0, NULL) != KCL_ARGUMENT
			|| strcmp(kcl_message(),
			          "the array of arguments is NULL") != 0;
		w->status = compute(w, kernel, out);
		w->wrong += memcmp(out, w->right, sizeof out) != 0;
	}
}

static void *work(void *argument)
{
	struct work *w = argument;
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;

	if (w->kernel) {
		use(w, w->kernel);
		return NULL;
	}
	w->status = kcl_context_open(w->device, &ctx);
	if (!w->status)
		w->status = kcl_kernel_make(ctx, text, 3, vars, &kernel);
	if (!w->status)
		use(w, kernel);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return NULL;
}

static void run_threads(struct work *all)
{
	pthread_t thread[THREADS];

	for (int k = 0; k < THREADS; k++)
		ck_assert(!pthread_create(&thread[k], NULL, work, &all[k]));
	for (int k = 0; k < THREADS; k++)
		ck_assert(!pthread_join(thread[k], NULL));
	for (int k = 0; k < THREADS; k++) {
		ck_assert_int_eq(all[k].status, KCL_OK);
		ck_assert_int_eq(all[k].wrong, 0);
	}
}

/* SHARED threads use one kernel, which has still to be compiled.  */
static void check(const char *device, int shared)
{
	struct work *all = calloc(THREADS, sizeof *all);
	kcl_context *ctx;
	kcl_kernel *kernel, *fresh;

	ck_assert_ptr_nonnull(all);
	ck_assert_msg(!kcl_context_open(device, &ctx)
	              && !kcl_kernel_make(ctx, text, 3, vars, &kernel)
	              && !kcl_kernel_make(ctx, text, 3, vars, &fresh), "%s",
	              kcl_message());
	for (int k = 0; k < THREADS; k++) {
		fill(&all[k], (uint32_t)k);
		all[k].kernel = shared ? fresh : NULL;
		all[k].device = device;
		ck_assert_msg(!compute(&all[k], kernel, all[k].right), "%s",
		              kcl_message());
	}
	kcl_kernel_free(kernel);
	run_threads(all);
	kcl_kernel_free(fresh);
	kcl_context_close(ctx);
	free(all);
}

START_TEST(threads_share_a_kernel)
{
	check(place_get(32, _i)->device, 1);
}
END_TEST

START_TEST(each_thread_has_its_own)
{
	check(place_get(32, _i)->device, 0);
}
END_TEST

/* A formula is shared by kernels, and freed by whoever is the last.  */
static void *make_and_free(void *formula)
{
	kcl_context *ctx;
	kcl_kernel *kernel;
	int wrong = 0;

	for (int k = 0; k < RUNS; k++) {
		wrong += kcl_context_open("host", &ctx) != KCL_OK
			|| kcl_kernel_from(ctx, formula, &kernel) != KCL_OK
			|| kcl_kernel_build(kernel, 32) != KCL_OK;
		kcl_kernel_free(kernel);
		kcl_context_close(ctx);
	}
	return wrong ? formula : NULL;
}

START_TEST(a_formula_is_shared)
{
	pthread_t thread[THREADS];
	kcl_formula *formula;

	ck_assert(!kcl_formula_parse(text, 3, vars, &formula));
	for (int k = 0; k < THREADS; k++)
		ck_assert(!pthread_create(&thread[k], NULL, make_and_free,
		                          formula));
	for (int k = 0; k < THREADS; k++) {
		void *wrong;

		ck_assert(!pthread_join(thread[k], &wrong));
		ck_assert_ptr_null(wrong);
	}
	kcl_formula_free(formula);
}
END_TEST

/* ----- long runs on the host --------------------------------------------- */

/* When the progress function was called, and from when on it cancels.  */
struct patience { double began, last, gap, end; int calls; };

static int wait_for(void *user, double done)
{
	struct patience *p = user;
	double now = kcl__os_now();

	(void)done;
	p->gap = p->calls++ && now - p->last > p->gap ? now - p->last : p->gap;
	p->last = now;
	return now - p->began > p->end;
}

/* Runs FORMULA, whose pairs are expensive, until it is cancelled.  */
static void cancel(const char *formula, int64_t m, int64_t n, int64_t dim)
{
	const char *const xy[] = { dim > 1 ? "x=Vi(700)" : "x=Vi(1)",
		dim > 1 ? "y=Vj(700)" : "y=Vj(1)" };
	float *x = calloc((size_t)(m * dim), sizeof *x);
	float *y = calloc((size_t)(n * dim), sizeof *y);
	float *z = calloc((size_t)(m * dim), sizeof *z);
	const kcl_array in[] = { kcl_f32(x, m, dim), kcl_f32(y, n, dim) };
	const kcl_array out = kcl_f32(z, m, dim);
	struct patience p = { .end = 0.3 };
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, formula, 2, xy, &kernel), "%s",
	              kcl_message());
	kcl_context_on_progress(ctx, wait_for, &p);
	p.began = kcl__os_now();
	ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &out), KCL_CANCELLED);
	ck_assert_str_eq(kcl_message(), "cancelled by the progress function");
	printf("# asked every %.3f s at most, over after %.3f s\n", p.gap,
	       kcl__os_now() - p.last);
	ck_assert(p.gap < 1 && kcl__os_now() - p.last < 1);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	free(x);
	free(y);
	free(z);
}

/* A block of columns of a few rows would take many seconds: of products of
 * large matrices, and of many operations.  */
START_TEST(long_launches_are_cancelled)
{
	char text[4000] = "Sum_Reduction(y", part[40];

	cancel("Sum_Reduction(MatVecMult(TensorProd(x,y),Sin(y)),0)", 384,
	       512, 700);
	for (int n = 1; n < 150; n++) {
		snprintf(part, sizeof part, "*Lgamma(x+%d*y)", n);
		strcat(text, part);
	}
	strcat(text, ",0)");
	cancel(text, 100000, 300000, 1);
}
END_TEST

/* ----- small stacks ------------------------------------------------------ */

/* Bytes that a thread has; functions of other builds want more.  */
static size_t stack(void)
{
	const char *sanitizers = getenv("sanitizers");
	int slim = !sanitizers || !*sanitizers;

#ifndef __OPTIMIZE__
	slim = 0;
#endif
	return (size_t)(slim ? 256 : 4096) << 10;
}

static const struct { const char *open, *leaf, *close; } nests[] = {
	{ "Exp(", "x", ")" }, { "(", "x", ")" }, { "-(", "x", ")" },
	{ "[", "x", "]" }, { "Sum_Reduction(", "x*y", ",0)" },
	{ "Grad(", "x*x", ",x,1)" }, { "Laplacian(", "x*x", ",x)" },
	{ "IfElse(x,y,", "x", ")" }, { "Const(", "1", ")" },
	{ "TensorDot(x,", "x", ",Ind(1),Ind(1),Ind(0),Ind(0))" },
	{ "Exp(", "Elem(BSpline(Var(2,30,2),x,20),3)", ")" },
	{ "GaussKernel(1,x,", "y", ",1)" }, { "SqDist(x,", "y", ")" }
};

struct nest { int k, levels; kcl_status status; };

static void compute_nested(const kcl_formula *formula)
{
	float x[] = { 1, 2 }, knots[30] = { 0 }, to[2];
	kcl_array in[] = { kcl_f32(x, 2, 1), kcl_f32(x, 2, 1),
		kcl_f32(knots, 1, 30) };
	kcl_array out = kcl_f32(to, 2, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_from(ctx, formula, &kernel));
	ck_assert_msg(!kcl_run(kernel, kcl_formula_inputs(formula), in, 1,
	                       &out), "%s", kcl_message());
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

static void *parse_nested(void *argument)
{
	static const char *const xy[] = { "x=Vi(1)", "y=Vj(1)" };
	struct nest *nest = argument;
	char *text = calloc(1, 20000), *at = text;
	kcl_formula *formula;

	at = stpcpy(at, "Sum_Reduction(");
	for (int n = 0; n < nest->levels; n++)
		at = stpcpy(at, nests[nest->k].open);
	at = stpcpy(at, nests[nest->k].leaf);
	for (int n = 0; n < nest->levels; n++)
		at = stpcpy(at, nests[nest->k].close);
	stpcpy(at, "+0*y,0)");
	nest->status = kcl_formula_parse(text, 2, xy, &formula);
	free(text);
	if (!nest->status)
		compute_nested(formula);
	kcl_formula_free(formula);
	return NULL;
}

static kcl_status in_small_thread(int k, int levels)
{
	struct nest nest = { k, levels, KCL_OK };
	pthread_attr_t small;
	pthread_t thread;

	ck_assert(!pthread_attr_init(&small));
	ck_assert(!pthread_attr_setstacksize(&small, stack()));
	ck_assert(!pthread_create(&thread, &small, parse_nested, &nest));
	ck_assert(!pthread_join(thread, NULL));
	pthread_attr_destroy(&small);
	return nest.status;
}

/* The deepest formula that is taken, and one that is refused: 200 levels are
 * some of these nests.  */
START_TEST(deep_formulas_take_little_stack)
{
	int levels = 201;

	while (in_small_thread(_i, levels) && levels > 90)
		levels--;
	ck_assert_int_gt(levels, 90);
	ck_assert_int_lt(levels, 201);
	ck_assert_int_eq(in_small_thread(_i, levels + 1), KCL_LIMIT);
	ck_assert_int_eq(in_small_thread(_i, 400), KCL_LIMIT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("threads");
	TCase *tests = tcase_create("threads");

	plan_set(NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, a_formula_is_shared);
	tcase_add_loop_test(tests, threads_share_a_kernel, 0, place_count(32));
	tcase_add_loop_test(tests, each_thread_has_its_own, 0, place_count(32));
	tcase_add_test(tests, long_launches_are_cancelled);
	tcase_add_loop_test(tests, deep_formulas_take_little_stack, 0,
	                    sizeof nests / sizeof *nests);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
