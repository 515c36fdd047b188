/* tuning.c - the alternatives to a kernel's plan, measured in turn
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tuning.h"
#include <stdlib.h>
#include <string.h>

enum { END = -1, MANY = 1 << 17, SOME = 1 << 10 };      /* columns that may be
                                                         * split; on GPUs */

static const double HOPELESS = 0.7;     /* as fast as number 0, in a round */

/* ----- the problem ------------------------------------------------------ */

struct run {
	struct problem *problem;
	kcl_kernel *kernel;
};

static int run_once(void *self, struct trouble *trouble)
{
	struct run *run = self;

	return problem_run(run->problem, run->kernel, trouble);
}

static int time_one(struct tuning *t, const struct alternative *a,
                    struct timing *timing)
{
	struct run run = { &t->problem, a->kernel };

	return timed(run_once, &run, timing, &t->trouble);
}

static size_t bytes_of(const struct table *table)
{
	return (size_t)table_count(table) * (size_t)table->bits / 8;
}

static int keep_expected(struct tuning *t)
{
	for (size_t k = 0; k < t->problem.nout; k++) {
		const struct table *out = &t->problem.out[k];

		free(t->expected[k]);
		t->expected[k] = malloc(bytes_of(out) + 1);
		if (!t->expected[k])
			return no_memory(&t->trouble);
		memcpy(t->expected[k], out->data, bytes_of(out));
	}
	return 0;
}

static int is_expected(const struct tuning *t)
{
	for (size_t k = 0; k < t->problem.nout; k++)
		if (memcmp(t->expected[k], t->problem.out[k].data,
		           bytes_of(&t->problem.out[k])))
			return 0;
	return 1;
}

/* Makes the arrays again with as many rows as can be computed in time.  */
static int shorten(struct tuning *t, double wall)
{
	struct workload *w = &t->workload;
	int64_t rows = (int64_t)((double)w->rows * t->wanted / wall);

	if (wall <= 2 * t->wanted || w->rows <= 256)
		return 0;
	w->rows = rows <= 256 ? 256 : rows / 256 * 256;
	problem_free(&t->problem);
	return problem_make(&t->problem, w, w->bits, 0, &t->trouble);
}

/* ----- alternatives ----------------------------------------------------- */

/* Builds its kernel and, but for number 0, runs it, as other kernels may be
 * built then; what the library refuses does not fit.  */
static int build(struct tuning *t, struct alternative *a)
{
	struct trouble trouble = { 0 };
	int failed = library_says(&trouble, kcl_kernel_from(
			t->context, t->problem.formula, &a->kernel))
		|| library_says(&trouble, kcl_kernel_build(
			a->kernel, t->workload.bits));

	if (!failed && a != t->alternative)
		return problem_run(&t->problem, a->kernel, &t->trouble);
	if (!failed)
		return 0;
	a->state = UNFIT;
	t->trouble = trouble;
	return a == t->alternative ? -1 : 0;
}

static int has(const struct tuning *t, const char *plan)
{
	for (size_t k = 0; k < t->count; k++)
		if (!strcmp(t->alternative[k].plan, plan))
			return 1;
	return 0;
}

int tuning_add(struct tuning *t, const char *plan)
{
	struct alternative *a = &t->alternative[t->count];
	int failed;

	if (t->count == ALTERNATIVES || has(t, plan))
		return 0;
	if (strlen(plan) >= sizeof a->plan)
		return trouble(&t->trouble, REQUEST, "a plan has at most %d "
		               "bytes", (int)sizeof a->plan - 1);
	snprintf(a->plan, sizeof a->plan, "%s", plan);
	t->count++;
	setenv("KEOPSCL_PLAN", a->plan, 1);
	failed = build(t, a);
	unsetenv("KEOPSCL_PLAN");
	if (!failed && a->state != UNFIT && t->count > 1)
		a->state = is_expected(t) ? RUNS : DIFFERS;
	return failed;
}

int tuning_ask(struct tuning *t, const char *plan)
{
	const char *said;

	if (tuning_add(t, plan))
		return -1;
	if (t->alternative[t->count - 1].state != UNFIT
	    || t->trouble.code != REQUEST)
		return 0;
	said = strchr(kcl_message(), ' ');      /* behind KEOPSCL_PLAN */
	return trouble(&t->trouble, REQUEST, "--plan%s", said ? said : "");
}

int tuning_start(struct tuning *t)
{
	struct timing timing;
	struct workload *w = &t->workload;

	t->alternative = calloc(ALTERNATIVES, sizeof *t->alternative);
	if (!t->alternative)
		return no_memory(&t->trouble);
	if (problem_make(&t->problem, w, w->bits, 0, &t->trouble)
	    || tuning_add(t, "")
	    || time_one(t, t->alternative, &timing)
	    || time_one(t, t->alternative, &timing)
	    || shorten(t, timing.wall)
	    || problem_run(&t->problem, t->alternative->kernel, &t->trouble))
		return -1;
	return keep_expected(t);
}

static int is_gpu(const struct tuning *t)
{
	return strcmp(kcl_context_text(t->context, KCL_DEVICE_TYPE), "cpu")
		!= 0;
}

/* The kernel of PLAN, written but not compiled; or NULL.  */
static kcl_kernel *planned(const struct tuning *t, const char *plan)
{
	kcl_kernel *kernel;

	setenv("KEOPSCL_PLAN", plan, 1);
	kcl_kernel_from(t->context, t->problem.formula, &kernel);
	if (kernel && !kcl_kernel_source(kernel, t->workload.bits)) {
		kcl_kernel_free(kernel);
		kernel = NULL;
	}
	unsetenv("KEOPSCL_PLAN");
	return kernel;
}

/* Whether PLAN makes a kernel that no alternative has.
 * How few rows are shared out is not seen: that kernel is a variant.  */
static int is_new(const struct tuning *t, const char *plan)
{
	int bits = t->workload.bits, is_new = 1;
	kcl_kernel *kernel = planned(t, plan);
	const char *source = kernel ? kcl_kernel_source(kernel, bits) : NULL;
	const char *other;

	for (size_t k = 0; source && k < t->count; k++) {
		kcl_kernel *known = t->alternative[k].kernel;

		other = known ? kcl_kernel_source(known, bits) : NULL;
		is_new = is_new && !(other && !strcmp(source, other));
	}
	kcl_kernel_free(kernel);
	return is_new;
}

/* Adds the plan BASE with KEY=VALUE for each of VALUES, up to END, where that
 * is another kernel.  */
static int add_each(struct tuning *t, const char *base, const char *key,
                    const int *values)
{
	char plan[sizeof t->alternative->plan + 32];

	for (; *values != END; values++) {
		snprintf(plan, sizeof plan, "%s%s%s=%d", base,
		         *base ? "," : "", key, *values);
		if ((!strcmp(key, "few") || is_new(t, plan))
		    && tuning_add(t, plan))
			return -1;
	}
	return 0;
}

/* Whether the plan of KERNEL has a number for KEY, which is not 0.  */
static int has_number(const struct tuning *t, kcl_kernel *kernel,
                      const char *key)
{
	const char *line = kcl_kernel_plan(kernel, t->workload.bits, 0, 0);
	size_t length = strlen(key);
	int number = 0;

	while (line && !number && (line = strchr(line, '\n')))
		if (!strncmp(++line, key, length))
			sscanf(line + length, " %d", &number);
	return number > 0;
}

static int has_chunks(const struct tuning *t, size_t k)
{
	return has_number(t, t->alternative[k].kernel, "chunk");
}

/* Whether PLAN has it; nothing is compiled.  */
static int would_have(const struct tuning *t, const char *plan,
                      const char *key)
{
	kcl_kernel *kernel = planned(t, plan);
	int has = kernel && has_number(t, kernel, key);

	kcl_kernel_free(kernel);
	return has;
}

/* Adds what is the other way round than in alternative K, of what can be so or
 * so.  */
static int add_switched(struct tuning *t, size_t k)
{
	static const char *const keys[] = { "strip", "shelf" };
	char base[sizeof t->alternative->plan];
	char plan[sizeof base + 16];

	snprintf(base, sizeof base, "%s", t->alternative[k].plan);
	for (size_t n = 0; n < sizeof keys / sizeof *keys; n++) {
		int on = would_have(t, base, keys[n]);

		snprintf(plan, sizeof plan, "%s%s%s=%d", base,
		         *base ? "," : "", keys[n], !on);
		if (!strstr(base, keys[n])
		    && would_have(t, plan, keys[n]) != on
		    && tuning_add(t, plan))
			return -1;
	}
	return 0;
}

static const int groups[] = { 32, 64, 128, 256, END };
static const int chunks[] = { 4, 8, 16, 32, END };

/* Of plans with chunks the table of sums counts most.  */
static int add_chunked(struct tuning *t)
{
	static const int cols[] = { 8, 16, 32, END };

	return add_each(t, "rows=2", "cols", cols)
	       || add_each(t, "rows=4", "cols", cols)
	       || add_each(t, "rows=8", "cols", cols)
	       || add_each(t, "", "chunk", chunks)
	       || tuning_add(t, "chunk=0");
}

int tuning_add_usual(struct tuning *t)
{
	static const int cols[] = { 1, 2, 4, 8, 16, END };
	static const int few[] = { 2, 4, END }, many[] = { 8, 16, END };

	return add_switched(t, 0) || (has_chunks(t, 0) ? add_chunked(t)
		: is_gpu(t)
		? add_each(t, "rows=1", "group", groups)
		  || add_each(t, "rows=2", "group", groups)
		  || add_each(t, "rows=4", "group", groups)
		: add_each(t, "rows=1", "cols", cols)
		  || add_each(t, "rows=2", "cols", cols)
		  || add_each(t, "rows=4", "cols", cols)
		  || add_each(t, "turns=0,rows=4", "cols", few)
		  || add_each(t, "turns=1,rows=8", "cols", many));
}

int tuning_refine(struct tuning *t)
{
	static const int tiles[] = { 32, 64, 128, 256, END };
	static const int unrolls[] = { 4, 64, END };
	static const int splits[] = { 0, 1, 2, END };
	char best[sizeof t->alternative->plan];

	snprintf(best, sizeof best, "%s", t->alternative[t->best].plan);
	return (has_chunks(t, 0) && add_each(t, best, "group", groups))
	       || (has_chunks(t, t->best)
	           && add_each(t, best, "chunk", chunks))
	       || add_switched(t, t->best)
	       || add_each(t, best, "tile", tiles)
	       || add_each(t, best, "unroll", unrolls)
	       || (t->workload.cols >= (is_gpu(t) ? SOME : MANY)
	           && add_each(t, best, "few", splits));
}

/* ----- measuring -------------------------------------------------------- */

static int take_round(struct tuning *t, int round, int only_best)
{
	struct alternative *own = t->alternative;

	for (size_t k = 0; k < t->count; k++) {
		struct alternative *a = &own[k];
		struct timing timing;

		if (a->state != RUNS || (only_best && k != 0 && k != t->best))
			continue;
		if (time_one(t, a, &timing))
			return -1;
		a->wall[round] = timing.wall;
		a->cpu[round] = timing.cpu;
		if (round == 0 && timing.wall * HOPELESS > own->wall[0]
		    && timing.cpu * HOPELESS > own->cpu[0])
			a->state = SLOW;
	}
	return 0;
}

int tuning_measure(struct tuning *t, int only_best)
{
	struct alternative *own = t->alternative;

	for (int round = 0; round < t->rounds; round++)
		if (take_round(t, round, only_best))
			return -1;
	own->ratio = 1;
	if (!only_best)
		t->best = 0;
	for (size_t k = 0; k < t->count; k++) {
		struct alternative *a = &own[k];

		if (a->state != RUNS || (only_best && k != 0 && k != t->best))
			continue;
		a->seconds = median(a->wall, NULL, t->rounds);
		a->ratio = median(own->wall, a->wall, t->rounds);
		a->ratio_cpu = median(own->cpu, a->cpu, t->rounds);
		if (!only_best && a->ratio > own[t->best].ratio)
			t->best = k;
	}
	return 0;
}

void tuning_end(struct tuning *t)
{
	for (size_t k = 0; k < t->count; k++)
		kcl_kernel_free(t->alternative[k].kernel);
	for (size_t k = 0; k < OUTPUTS; k++)
		free(t->expected[k]);
	free(t->alternative);
	problem_free(&t->problem);
	kcl_context_close(t->context);
}
