/* check_threads.c - contexts and kernels used from several threads at once
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <pthread.h>
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

int main(void)
{
	Suite *suite = suite_create("threads");
	TCase *tests = tcase_create("threads");

	plan_set(NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, a_formula_is_shared);
	tcase_add_loop_test(tests, threads_share_a_kernel, 0, place_count(32));
	tcase_add_loop_test(tests, each_thread_has_its_own, 0, place_count(32));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
