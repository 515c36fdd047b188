/* check_team.c - several devices in one call: the bits of each alone
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include "team.h"
#include <stdio.h>
#include <string.h>

enum { M = 3000, N = 1500 };

/* Passes of every kind, and what counts rows.  */
static const struct {
	const char *text, *vars;
	int bits;
} problems[] = {
	{ "Sum_Reduction(Exp(-SqDist(x,y))*b,0)", "x=Vi(3) y=Vj(3) b=Vj(1)",
	  32 },
	{ "Sum_Reduction(Exp(-SqDist(x,y))*b,0)", "x=Vi(3) y=Vj(3) b=Vj(1)",
	  64 },
	{ "Sum_Reduction((Index_i()>=Index_j())*y,0)", "x=Vi(1) y=Vj(2)", 64 },
	{ "KMin_ArgKMin_Reduction(SqDist(x,y),3,0)", "x=Vi(2) y=Vj(2)", 32 },
	{ "Max_ArgMax_Reduction(x*y,1)", "x=Vi(2) y=Vj(2)", 32 },
	{ "Sum_Reduction(x*y*p,2)", "x=Vi(1) y=Vj(1) p=Pm(1)", 32 },
};
enum { PROBLEMS = sizeof problems / sizeof problems[0] };

static void same_bits(const char *devices, const char *text,
                      const struct answer *a, const struct answer *b)
{
	int64_t values = a->rows * a->values, indices = a->rows * a->indices;

	ck_assert_int_eq(a->rows, b->rows);
	ck_assert_int_gt(values + indices, 0);
	for (int64_t k = 0; k < values; k++)
		ck_assert_msg(a->value[k] == b->value[k], "%s, %s: value %lld "
		              "is %.17Lg, alone %.17Lg", devices, text,
		              (long long)k, b->value[k], a->value[k]);
	for (int64_t k = 0; k < indices; k++)
		ck_assert_int_eq(a->index[k], b->index[k]);
}

/* Twice: then speeds are known.  */
static void compare(kcl_context *alone, kcl_context *team,
                    const char *devices, int n)
{
	struct problem p;
	struct answer right, found;
	kcl_kernel *kernel;

	problem_open(&p, problems[n].text, problems[n].vars, M, N);
	ck_assert(problem_run(&p, alone, problems[n].bits, &right));
	ck_assert(!kcl_kernel_from(team, p.formula, &kernel));
	for (int turn = 0; turn < 2; turn++) {
		ck_assert(problem_run_kernel(&p, kernel, problems[n].bits,
		                             &found));
		same_bits(devices, problems[n].text, &right, &found);
		answer_free(&found);
	}
	for (size_t k = 0; k < team->peers; k++)
		ck_assert_double_gt(kcl__ready(kernel->peer[k],
			problems[n].bits, 0, 0)->speed, 0);
	kcl_kernel_free(kernel);
	answer_free(&right);
	problem_free(&p);
}

/* Whether all of TEAM are GPUs as ALONE is, or none is.  */
static int is_like(const kcl_context *alone, const kcl_context *team)
{
	int like = alone->target.gpu == team->target.gpu;

	for (size_t k = 0; k < team->peers; k++)
		like &= alone->target.gpu == team->peer[k]->target.gpu;
	return like;
}

static void compare_all(const char *device, const char *devices, int portable)
{
	kcl_context *alone, *team;

	ck_assert_msg(!kcl_context_open(device, &alone), "%s", kcl_message());
	ck_assert_msg(!kcl_context_open(devices, &team), "%s", kcl_message());
	kcl_context_portable(alone, portable);
	kcl_context_portable(team, portable);
	for (int n = 0; n < PROBLEMS; n++)
		if ((portable || is_like(alone, team))
		    && (problems[n].bits == 32
		        || kcl_context_number(team, KCL_DEVICE_FP64)))
			compare(alone, team, devices, n);
	kcl_context_close(team);
	kcl_context_close(alone);
}

/* Twice the same, and with the host and all others; of which CPUs compute as
 * the host does, or all if portable.  */
START_TEST(devices_share_rows)
{
	const struct place *p = place_get(32, _i), *other;
	char devices[400];

	if (p->shape)
		return;
	snprintf(devices, sizeof devices, "%s,%s", p->device, p->device);
	compare_all(p->device, devices, 0);
	snprintf(devices, sizeof devices, "%s,host", p->device);
	for (int k = 0; k < 10 && (other = place_get(32, k)); k++)
		if (other != p && !other->shape && !other->host)
			snprintf(strchr(devices, 0), 33, ",%s", other->device);
	compare_all(p->device, devices, 1);
	compare_all("host", devices, 0);
}
END_TEST

/* Halves of a CPU, together and by themselves; again and again, as PoCL 3.1
 * crashes when it is done with one that was released.  */
START_TEST(parts_are_devices)
{
	const struct place *p = place_get(32, _i);
	const char *name = p->device;
	kcl_context *ctx;
	char devices[100], half[2][100];
	int64_t units;

	ck_assert(!kcl_context_open(name, &ctx));
	units = kcl_context_number(ctx, KCL_DEVICE_UNITS);
	if (p->shape || strncmp(name, "opencl", 6) || units < 2
	    || strcmp(kcl_context_text(ctx, KCL_DEVICE_TYPE), "cpu"))
		name = NULL;
	kcl_context_close(ctx);
	if (!name)
		return;
	for (int n = 0; n < 2; n++)
		snprintf(half[n], sizeof half[n], "%.90s/2:%d", name, n);
	snprintf(devices, sizeof devices, "%.49s,%.49s", half[0], half[1]);
	if (kcl_context_open(half[0], &ctx) == KCL_UNSUPPORTED) {
		ck_assert_ptr_nonnull(strstr(kcl_message(), "/2:0\": its "
		                             "driver makes no parts"));
		return;
	}
	kcl_context_close(ctx);
	compare_all(name, devices, 0);
	for (int n = 0; n < 20; n++) {
		struct problem problem;
		struct answer answer;

		ck_assert_msg(!kcl_context_open(n % 2 ? half[1] : devices,
		                                &ctx), "%s", kcl_message());
		ck_assert_int_eq(kcl_context_number(ctx, KCL_DEVICE_UNITS),
		                 units / 2);
		ck_assert_str_eq(kcl_context_text(ctx, KCL_DEVICE_NAME),
		                 half[n % 2]);
		problem_open(&problem, problems[0].text, problems[0].vars, M,
		             100);
		ck_assert(problem_run(&problem, ctx, 32, &answer));
		answer_free(&answer);
		problem_free(&problem);
		kcl_context_close(ctx);
	}
}
END_TEST

START_TEST(parts_are_as_they_are_written)
{
	static const char *const wrong[] = { "/2:2", "/1:0", "/02:1", "/2", "/",
		"/2:-1", "/65:0", "/2:0/2:0" };
	const struct place *p = place_get(32, _i);
	kcl_context *ctx;
	char name[100], said[300];

	if (p->shape || strncmp(p->device, "opencl", 6))
		return;
	for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
		snprintf(name, sizeof name, "%s%s", p->device, wrong[k]);
		snprintf(said, sizeof said, "device \"%s\": expected such as "
		         "\"%s/2:0\" and \"%s/2:1\", the halves; at most 64 "
		         "parts", name, p->device, p->device);
		ck_assert_int_eq(kcl_context_open(name, &ctx), KCL_ARGUMENT);
		ck_assert_str_eq(kcl_message(), said);
	}
	ck_assert_int_eq(kcl_context_open("opencl:99:0/2:0", &ctx),
	                 KCL_DEVICE);
}
END_TEST

START_TEST(shares_follow_speeds)
{
	static const struct {
		int64_t rows;
		double speed[3];
		int64_t shares[3];
	} rows[] = {
		{ 3 * 64, { 0, 0, 0 }, { 64, 64, 64 } },
		{ 640, { 1, 8, 1 }, { 64, 512, 64 } },
		{ 640, { 4, 0, 2 }, { 256, 192, 192 } },
		{ 1001, { 1, 0, 0 }, { 320, 320, 361 } },
		{ 5, { 1, 1, 1 }, { 0, 0, 5 } },
		{ 1 << 30, { 1, 1e9, 1 }, { 0, 1 << 30, 0 } },
	};
	int64_t found[3];

	for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
		kcl__shares(rows[k].rows, rows[k].speed, 3, found);
		ck_assert_int_eq(found[0] + found[1] + found[2],
		                 rows[k].rows);
		if (k < 5)
			ck_assert_mem_eq(found, rows[k].shares, sizeof found);
		else
			ck_assert_int_lt(found[0] + found[2], 256);
	}
}
END_TEST

/* Cancels when it is called the third time.  */
static int cancel(void *user, double done)
{
	int *calls = user;

	ck_assert(done >= 0 && done <= 1);
	return ++*calls == 3;
}

START_TEST(one_cancels_all)
{
	struct problem p;
	kcl_context *ctx;
	kcl_kernel *kernel;
	static float x[3 * M], y[3 * N], b[N], out[M];
	const kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(y, N, 3),
		kcl_f32(b, N, 1) };
	const kcl_array to = kcl_f32(out, M, 1);
	int calls = 0;

	problem_open(&p, problems[0].text, problems[0].vars, 1, 1);
	ck_assert(!kcl_context_open("host,host,host", &ctx));
	ck_assert(!kcl_kernel_from(ctx, p.formula, &kernel));
	kcl_context_on_progress(ctx, cancel, &calls);
	ck_assert_int_eq(kcl_run(kernel, 3, in, 1, &to), KCL_CANCELLED);
	ck_assert_str_eq(kcl_message(), "cancelled by the progress function");
	ck_assert_int_eq(calls, 3);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	problem_free(&p);
}
END_TEST

struct watch {
	kcl_kernel *kernel;
	kcl_context *ctx;
	double done;
	int calls;
};

/* Goes up, and may not use the context that it is of.  */
static int look_on(void *user, double done)
{
	struct watch *w = user;

	ck_assert(done >= w->done && done <= 1);
	w->done = done;
	w->calls++;
	ck_assert_int_eq(kcl_kernel_build(w->kernel, 32), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the context of host is used by its "
	                 "own progress function or preconditioner; expected "
	                 "no call on it until the run is over");
	kcl_context_on_progress(w->ctx, NULL, NULL);
	return 0;
}

START_TEST(progress_is_of_all_rows)
{
	struct problem p;
	struct watch w = { .done = 0 };
	static float x[3 * M], y[3 * N], b[N], out[M];
	const kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(y, N, 3),
		kcl_f32(b, N, 1) };
	const kcl_array to = kcl_f32(out, M, 1);

	problem_open(&p, problems[0].text, problems[0].vars, 1, 1);
	ck_assert(!kcl_context_open("host,host", &w.ctx));
	ck_assert(!kcl_kernel_from(w.ctx, p.formula, &w.kernel));
	kcl_context_on_progress(w.ctx, look_on, &w);
	ck_assert(!kcl_run(w.kernel, 3, in, 1, &to));
	ck_assert_int_gt(w.calls, 2);
	ck_assert_double_eq(w.done, 1);
	kcl_kernel_free(w.kernel);
	kcl_context_close(w.ctx);
	problem_free(&p);
}
END_TEST

START_TEST(every_device_has_to_be_there)
{
	kcl_context *ctx;

	ck_assert_int_eq(kcl_context_open("host,hast", &ctx), KCL_DEVICE);
	ck_assert_ptr_null(ctx);
	ck_assert_ptr_nonnull(strstr(kcl_message(),
	                             "device \"hast\" is not there"));
	ck_assert_int_eq(kcl_context_open("host,", &ctx), KCL_DEVICE);
	ck_assert_int_eq(kcl_context_open("host,host,host,host,host,host,host,"
		"host,host,host,host,host,host,host,host,host,host", &ctx),
		KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "more than 16 devices in one context");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("team");
	TCase *tcase = tcase_create("team");

	tcase_add_loop_test(tcase, devices_share_rows, 0, place_count(32));
	tcase_add_loop_test(tcase, parts_are_devices, 0, place_count(32));
	tcase_add_loop_test(tcase, parts_are_as_they_are_written, 0,
	                    place_count(32));
	tcase_add_test(tcase, shares_follow_speeds);
	tcase_add_test(tcase, one_cancels_all);
	tcase_add_test(tcase, progress_is_of_all_rows);
	tcase_add_test(tcase, every_device_has_to_be_there);
	tcase_set_timeout(tcase, 300);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
