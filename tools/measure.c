/* measure.c - the library and its peers in turn
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "measure.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 64 };

/* What takes part in the rounds of one workload, and its times for a pair.  */
struct runner {
	struct contender *contender;
	int64_t rows;
	double wall[MOST_ROUNDS], cpu[MOST_ROUNDS];
	double error;
};

struct rounds {
	struct bench *b;
	const struct problem *p;
	struct runner *runner;          /* 0 is the library */
	size_t count;
};

/* ----- the library as a contender --------------------------------------- */

struct library {
	struct problem *p;
	kcl_kernel *kernel;
};

static int library_once(void *self, struct trouble *t)
{
	struct library *l = self;

	return problem_run(l->p, l->kernel, t);
}

static int library_run(struct contender *c, const struct problem *p,
                       int64_t rows, struct timing *timing, struct trouble *t)
{
	(void)p;
	(void)rows;
	return timed(library_once, c->self, timing, t);
}

/* The error of the library's result against the host's in float64.  */
static int check(struct bench *b, const struct problem *p,
                 struct problem *reference, double *error)
{
	kcl_kernel *kernel = NULL;
	int failed = problem_make(reference, p->w, 64, p->sampled >= 0,
	                          &b->trouble)
		|| library_says(&b->trouble, kcl_kernel_from(
			b->host, reference->formula, &kernel))
		|| problem_run(reference, kernel, &b->trouble);

	kcl_kernel_free(kernel);
	if (!failed)
		*error = problem_error(p, reference);
	return failed ? -1 : 0;
}

int measure_right(const struct record *r)
{
	int wide = !strcmp(r->dtype, "float64");
	double most = strcmp(r->by, "keopscl") ? (wide ? 1e-9 : 1e-3)
	              : wide ? 1e-12 : 2e-5;

	return isnan(r->error) ? strcmp(r->by, "keopscl") != 0
		: r->error <= most;
}

/* ----- peers ------------------------------------------------------------ */

/* What a peer tells of row 0 beside the reference; NAN if it tells nothing. */
static double peer_error(const struct timing *t, const struct problem *r)
{
	double sum = problem_sum(r), last = problem_last(r);

	if (!isnan(t->sum))
		return fabs(t->sum - sum) / fmax(fabs(sum), 1e-30);
	return fabs(t->last - last) / fmax(fabs(last), 1e-30);
}

/* Finds how many rows take about the time that is allowed, half of it at least,
 * and warms up: the first call compiles, the second tells.  What has many units
 * may take as long for a few rows as for more, and so is asked again.  */
static int settle_rows(struct rounds *r, struct runner *run,
                       const struct problem *reference)
{
	struct bench *b = r->b;
	struct contender *c = run->contender;
	struct timing timing;
	int64_t all = r->p->w->rows, few = all < FIRST_ROWS ? all : FIRST_ROWS;
	double rows = (double)few;
	int status = 0;

	run->rows = 0;
	while (!status && rows >= 2 * (double)run->rows) {
		run->rows = rows < (double)all ? (int64_t)rows / few * few
			: all;
		for (int k = 0; k < 2 && !status; k++)
			status = c->run(c, r->p, run->rows, &timing,
			                &b->trouble);
		if (!status)
			rows = fmin((double)all, (double)run->rows
			            * b->seconds / timing.wall);
	}
	if (!status)
		run->error = peer_error(&timing, reference);
	return status;
}

static int add_peers(struct rounds *r, const struct problem *reference)
{
	struct bench *b = r->b;

	for (size_t k = 0; k < b->count; k++) {
		struct runner *run = &r->runner[r->count];
		int status;

		run->contender = &b->contenders[k];
		status = settle_rows(r, run, reference);
		if (status < 0)
			return -1;
		r->count += status == 0;
	}
	return 0;
}

/* ----- rounds ----------------------------------------------------------- */

static int take_rounds(struct rounds *r)
{
	for (int k = 0; k < r->b->rounds; k++)
		for (size_t n = 0; n < r->count; n++) {
			struct runner *run = &r->runner[n];
			double pairs = workload_pairs(r->p->w, run->rows);
			struct timing timing;

			if (run->contender->run(run->contender, r->p, run->rows,
			                        &timing, &r->b->trouble))
				return -1;
			run->wall[k] = timing.wall / pairs;
			run->cpu[k] = timing.cpu / pairs;
		}
	return 0;
}

/* ----- records ---------------------------------------------------------- */

/* The most memory this process had since it was last asked, where the system
 * tells (Linux).  */
static double peak_memory(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	FILE *clear = fopen("/proc/self/clear_refs", "w");
	double kilobytes = (double)NAN;
	char line[256];

	while (status && fgets(line, sizeof line, status))
		if (!strncmp(line, "VmHWM:", 6))
			kilobytes = strtod(line + 6, NULL);
	if (status)
		fclose(status);
	if (clear) {
		fputs("5", clear);
		fclose(clear);
	}
	return kilobytes * 1024;
}

static double share_of_peak(const struct rounds *r, double wall)
{
	struct operations per = workload_operations(r->p->w);
	const struct peak *peak = &r->b->peak[r->p->w->bits == 64];
	double both = fmax(peak->both, fmin(peak->fma, peak->add));

	if (per.fma <= 0 || peak->fma <= 0)
		return (double)NAN;
	return fmax(fmax(per.fma / peak->fma, per.add / peak->add),
	            (per.fma + per.add) / both) / wall;
}

static int add_record(struct rounds *r, size_t n, double rss)
{
	const struct runner *run = &r->runner[n], *own = &r->runner[0];
	const struct workload *w = r->p->w;
	struct bench *b = r->b;
	struct record *record = record_add(&b->records, &b->trouble);
	double load[1];

	if (!record)
		return -1;
	snprintf(record->workload, sizeof record->workload, "%s", w->name);
	snprintf(record->by, sizeof record->by, "%s", run->contender->name);
	snprintf(record->device, sizeof record->device, "%s",
	         kcl_context_text(b->context, KCL_DEVICE_NAME));
	snprintf(record->dtype, sizeof record->dtype, "float%d", w->bits);
	record->rows = (double)run->rows;
	record->cols = (double)w->cols;
	record->wall = median(run->wall, NULL, b->rounds);
	record->cpu = median(run->cpu, NULL, b->rounds);
	record->gpairs = 1e-9 / record->wall;
	record->ratio = median(run->wall, own->wall, b->rounds);
	record->ratio_cpu = median(run->cpu, own->cpu, b->rounds);
	if (n == 0) {
		record->peak = share_of_peak(r, record->wall);
		record->rss = rss;
	}
	record->wall *= workload_pairs(w, run->rows);
	record->cpu *= workload_pairs(w, run->rows);
	record->error = run->error;
	if (getloadavg(load, 1) == 1)
		record->load = load[0];
	return 0;
}

/* ----- all of it -------------------------------------------------------- */

static int measure_rounds(struct rounds *r, double rss)
{
	struct bench *b = r->b;
	struct runner *own = &r->runner[0];
	struct problem reference = { .nin = 0 };
	int failed;

	own->rows = r->p->w->rows;
	failed = check(b, r->p, &reference, &own->error)
	         || add_peers(r, &reference) || take_rounds(r);
	problem_free(&reference);
	for (size_t n = 0; n < r->count && !failed; n++)
		failed = add_record(r, n, rss);
	return failed;
}

/* The memory is that of the library with its data: peers come later.  */
static int measure_problem(struct bench *b, struct problem *p,
                           kcl_kernel *kernel)
{
	struct library library = { p, kernel };
	struct contender own = { .name = "keopscl", .self = &library,
	                         .run = library_run };
	struct rounds r = { b, p, NULL, 1 };
	int failed;

	r.runner = calloc(b->count + 1, sizeof *r.runner);
	if (!r.runner)
		return no_memory(&b->trouble);
	r.runner[0].contender = &own;
	peak_memory();
	failed = problem_run(p, kernel, &b->trouble)
	         || measure_rounds(&r, peak_memory());
	for (size_t k = 0; k < b->count; k++)
		if (b->contenders[k].forget)
			b->contenders[k].forget(b->contenders[k].self);
	free(r.runner);
	return failed;
}

int measure_workload(struct bench *b, const struct workload *w)
{
	struct problem p;
	kcl_kernel *kernel = NULL;
	int failed = problem_make(&p, w, w->bits, 0, &b->trouble)
		|| library_says(&b->trouble, kcl_kernel_from(
			b->context, p.formula, &kernel))
		|| library_says(&b->trouble, kcl_kernel_build(kernel, w->bits))
		|| measure_problem(b, &p, kernel);

	kcl_kernel_free(kernel);
	problem_free(&p);
	return failed ? -1 : 0;
}
