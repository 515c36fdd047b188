/* keops-bench.c - how fast the library is, beside its peers
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "interrupt.h"
#include "order.h"
#include "picture.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----- the table -------------------------------------------------------- */

static void show_head(const struct bench *b)
{
	printf("%-14s %8s %6s %8s %8s", "workload", "Gpair/s", "peak", "error",
	       "memory");
	for (size_t k = 0; k < b->count; k++)
		printf(" %15s", b->contenders[k].name);
	printf("  load\n");
}

/* A number of three digits in WIDTH columns, or a dash.  */
static void show_number(int width, const char *format, double value)
{
	char text[32] = "-";

	if (!isnan(value))
		snprintf(text, sizeof text, format, value);
	printf(" %*s", width, text);
}

/* Where a call is all there is to measure, what it takes more than a peer's;
 * but a loop is not called as they are: it starts threads.  */
static void show_peer(const struct record *own, const struct record *r)
{
	int is_call = strcmp(own->workload, "call") == 0;
	char text[48] = "-";

	if (r && !measure_right(r))
		snprintf(text, sizeof text, "wrong: %.1e", r->error);
	else if (r && is_call && strcmp(r->by, LOOP_NAME))
		snprintf(text, sizeof text, "%+.1f us",
		         1e6 * (own->wall - r->wall));
	else if (r && !is_call)
		snprintf(text, sizeof text, "%.3g / %.3g", r->ratio,
		         r->ratio_cpu);
	printf(" %15s", text);
}

/* The record OWN of the library, and those of its peers behind it.  */
static void show_row(const struct bench *b, const struct record *own)
{
	const struct records *all = &b->records;
	size_t first = (size_t)(own - all->record);
	const struct records after = { all->record + first,
	                               all->count - first };

	printf("%-14s", own->workload);
	show_number(8, "%.4g", own->gpairs);
	show_number(6, "%.2f", own->peak);
	show_number(8, "%.1e", own->error);
	show_number(8, "%.0f MB", own->rss / 1e6);
	for (size_t k = 0; k < b->count; k++)
		show_peer(own, record_find(&after, own->workload,
		                           b->contenders[k].name, 0,
		                           0));
	show_number(5, "%.1f", own->load);
	puts(measure_right(own) ? "" : "  WRONG");
	fflush(stdout);
}

/* What the table is of; the peaks are of this machine's processors.  */
static void show_machine(const struct bench *b)
{
	const struct peak *p = b->peak;

	printf("%s (%s)\n", kcl_context_text(b->context, KCL_DEVICE_NAME),
	       kcl_context_text(b->context, KCL_DEVICE_TITLE));
	for (int k = 0; k < 2; k++)
		if (p[k].fma > 0)
			printf("peak of float%d: %.4g fma, %.4g additions, "
			       "%.4g of both in turn, %.4g loads, 1e9 in a "
			       "second\n", 32 << k, p[k].fma * 1e-9,
			       p[k].add * 1e-9, p[k].both * 1e-9,
			       p[k].load * 1e-9);
}

/* ----- measuring -------------------------------------------------------- */

static int measure_one(struct bench *b, const struct workload *w, int *right)
{
	size_t first = b->records.count;

	if (measure_workload(b, w))
		return -1;
	show_row(b, &b->records.record[first]);
	for (size_t k = first; k < b->records.count; k++)
		*right &= measure_right(&b->records.record[k]);
	return 0;
}

/* About 1e6 pairs, then 10 ** 0.5 times as many; as many rows as columns,
 * whole blocks of 256 as peers like them.  */
static int measure_scaling(struct bench *b, struct workload *w, int *right)
{
	double wall = 0;

	for (int k = 12; wall < 10 * b->seconds && k <= 24; k++) {
		size_t first = b->records.count;

		w->rows = w->cols = 256
			* (int64_t)(pow(10, k / 4.0) / 256 + 0.5);
		if (measure_one(b, w, right))
			return -1;
		wall = b->records.record[first].wall * sqrt(10);
	}
	return 0;
}

/* Whether the device is this machine's processors, whose peak is measured.  */
static int is_processor(const struct bench *b)
{
	const char *type = kcl_context_text(b->context, KCL_DEVICE_TYPE);

	return !strcmp(type, "cpu") || !strcmp(type, "host");
}

static int measure(struct bench *b, const struct order *r, struct workload *w,
                   int *right)
{
	struct peak *peak = &b->peak[w->bits == 64];

	if (r->rows)
		w->rows = r->rows;
	if (r->cols)
		w->cols = r->cols;
	if (is_processor(b) && peak->fma <= 0)
		*peak = peak_measure(w->bits);
	return r->scaling ? measure_scaling(b, w, right)
		: measure_one(b, w, right);
}

static int measure_formula(struct bench *b, const struct order *r, int *right)
{
	struct workload w = { .name = "formula", .rows = 20480, .cols = 20480,
		.bits = r->bits ? r->bits : 32, .formula = r->operands[0],
		.vars = r->operands + 1, .nvars = (size_t)r->noperands - 1 };

	return measure(b, r, &w, right);
}

/* Whether the operands want W; each is found in the table before.  */
static int wanted(const struct order *r, const struct workload *w)
{
	for (int k = 0; k < r->noperands; k++)
		if (!strcmp(r->operands[k], w->name))
			return 1;
	return r->noperands == 0;
}

static int known(const struct order *r, struct trouble *t)
{
	for (int k = 0; k < r->noperands; k++) {
		struct workload w;
		size_t n = 0;

		while (workload_get(n, &w) && strcmp(w.name, r->operands[k]))
			n++;
		if (strcmp(w.name, r->operands[k]))
			return trouble(t, REQUEST, "there is no workload '%s'; "
			               "see --list", r->operands[k]);
	}
	return 0;
}

static int measure_all(struct bench *b, const struct order *r, int *right)
{
	struct workload w;

	if (r->noperands > 0 && strchr(r->operands[0], '('))
		return measure_formula(b, r, right);
	if (known(r, &b->trouble))
		return -1;
	for (size_t k = 0; workload_get(k, &w); k++)
		if (wanted(r, &w) && measure(b, r, &w, right))
			return -1;
	return 0;
}

/* The C loop first, where there can be one; then the processes, before a
 * driver has threads that a fork would not take along.  */
static int open_all(struct bench *b, const struct order *r)
{
	struct trouble *t = &b->trouble;

	for (size_t k = 0; k < r->npeers; k++)
		if (process_open(b->contenders, &b->count, CONTENDERS - 2,
		                 r->peers[k], t))
			return -1;
	if (!loop_open(&b->contenders[b->count], t))
		b->count++;
	else
		fprintf(stderr, "keops-bench: %s\n", t->text);
	if (dense_open(&b->contenders[b->count++], &b->context, t))
		return -1;
	return library_says(t, kcl_context_open(r->device, &b->context))
	       || library_says(t, kcl_context_open("host", &b->host));
}

/* ----- two files -------------------------------------------------------- */

static int compare(const struct order *r, struct trouble *t)
{
	struct records old = { 0 }, new = { 0 };
	int failed = r->noperands != 2
		? trouble(t, REQUEST, "--compare takes two files of --json")
		: record_read(&old, r->operands[0], t)
		|| record_read(&new, r->operands[1], t);

	if (!failed)
		printf("%-14s %-12s %9s %9s %7s\n", "workload", "by", "old",
		       "new", "new/old");
	for (size_t k = 0; k < new.count && !failed; k++) {
		const struct record *n = &new.record[k];
		const struct record *o = record_find(&old, n->workload, n->by,
		                                     n->rows, n->cols);

		if (!o && strcmp(n->by, "keopscl"))     /* as it had time for */
			o = record_find(&old, n->workload, n->by, 0, 0);
		if (o)
			printf("%-14s %-12s %9.4g %9.4g %7.3f\n", n->workload,
			       n->by, o->gpairs, n->gpairs,
			       n->gpairs / o->gpairs);
	}
	free(old.record);
	free(new.record);
	return failed;
}

/* ----- all of it -------------------------------------------------------- */

static int write_file(const char *path, const struct bench *b,
                      void (*write)(FILE *, const struct records *),
                      struct trouble *t)
{
	struct output output;
	int failed = !path ? 0 : output_open(&output, path, t);

	if (!path || failed)
		return failed;
	write(output.stream, &b->records);
	failed = output_finish(&output, t) || output_publish(&output, t);
	output_free(&output);
	return failed;
}

static int write_files(struct bench *b, const struct order *r)
{
	struct trouble *t = &b->trouble;

	return write_file(r->json, b, record_json, t)
	       || write_file(r->csv, b, record_csv, t)
	       || write_file(r->svg, b, r->scaling ? picture_scaling
	                     : picture_bars, t);
}

static int check_files(const struct order *r, struct trouble *t)
{
	const char *const path[] = { r->json, r->csv, r->svg };

	for (int k = 0; k < 3; k++) {
		for (int n = 0; path[k] && n < k; n++)
			if (path[n] && !strcmp(path[n], path[k]))
				return trouble(t, REQUEST, "%s is to be two "
				               "files", path[k]);
		if (path[k] && output_check(path[k], t))
			return -1;
	}
	return 0;
}

static int work(struct bench *b, const struct order *r)
{
	int right = 1;

	if (r->compare)
		return compare(r, &b->trouble);
	if (check_files(r, &b->trouble))
		return -1;
	if (r->read)
		return record_read(&b->records, r->read, &b->trouble)
		       || write_files(b, r);
	if (open_all(b, r))
		return -1;
	show_head(b);
	if (measure_all(b, r, &right))
		return -1;
	show_machine(b);
	if (write_files(b, r))
		return -1;
	return right ? 0 : trouble(&b->trouble, MACHINE, "a result is wrong");
}

static void end(struct bench *b)
{
	for (size_t k = 0; k < b->count; k++)
		b->contenders[k].end(b->contenders[k].self);
	kcl_context_close(b->context);
	kcl_context_close(b->host);
	free(b->records.record);
}

int main(int argc, char **argv)
{
	struct bench b = { .rounds = 7, .seconds = 1 };
	struct order order = { .rows = 0 };
	int failed;

	interrupt_exits();
	failed = order_take(&order, &b, argc, argv);
	if (!failed && !order.answered)
		failed = work(&b, &order);
	failed = tool_end("keops-bench", failed, &b.trouble);
	end(&b);
	return failed;
}
