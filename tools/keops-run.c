/* keops-run.c - computes a formula's reduction over data in files
 * SPDX-License-Identifier: MIT */
#include "extents.h"
#include "interrupt.h"
#include "progress.h"
#include "ranges.h"
#include "request.h"
#include "results.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct run {
	struct request request;
	kcl_formula *forward, *gradient;
	kcl_context *context;
	kcl_kernel *kernel;
	int bits;
	struct ranges ranges;
	struct table eta[MOST_PATHS], results[MOST_PATHS];
	size_t etas, count;     /* of the results */
	struct extents extents;
	double compiled, ran;   /* seconds */
	struct trouble trouble;
};

static int library(struct run *run, kcl_status status)
{
	return library_says(&run->trouble, status);
}

static const kcl_formula *formula(const struct run *run)
{
	return run->gradient ? run->gradient : run->forward ? run->forward
		: kcl_kernel_formula(run->kernel);
}

/* ----- data and formula ------------------------------------------------- */

static int load(struct run *run)
{
	struct request *r = &run->request;

	extents_start(&run->extents);
	for (size_t k = 0; k < r->count; k++) {
		struct variable *v = &r->variables[k];

		if (variable_load(v, &run->trouble))
			return -1;
		if (!v->source)
			continue;
		if (v->category != PM && variable_cut(v, &r->part[v->category],
		                                      &run->trouble))
			return -1;
		extents_note(&run->extents, v->category, &v->table);
	}
	extents_end(&run->extents);
	run->bits = r->bits ? r->bits : request_bits(r);
	return r->ranges.count
		? ranges_read(&run->ranges, &r->ranges, &run->trouble) : 0;
}

/* Has the formula summed as is asked for.  */
static int sum_otherwise(struct run *run)
{
	kcl_formula *summed;

	if (run->request.sums == KCL_SUMS_BLOCKS && !run->request.sum_bits)
		return 0;
	if (library(run, kcl_formula_summed(run->forward, run->request.sums,
	                                    run->request.sum_bits, &summed)))
		return -1;
	kcl_formula_free(run->forward);
	run->forward = summed;
	return 0;
}

/* What depends on rows that are left out would be something else.  */
static int check_part(struct run *run)
{
	const struct request *r = &run->request;
	const char *text = kcl_formula_text(formula(run));
	kcl_slot slot = { .category = PAIRS };

	if (!r->part[VI].end && !r->part[VJ].end)
		return 0;
	for (size_t k = 0; k < kcl_formula_outputs(formula(run))
	     && slot.category == PAIRS; k++)
		kcl_formula_output(formula(run), k, &slot);
	text = text ? text : r->formula;
	if (slot.category == PAIRS && !strstr(text, "_Reduction(")
	    && !strstr(text, "Index_i(") && !strstr(text, "Index_j("))
		return 0;
	return trouble(&run->trouble, REQUEST, "--rows and --columns go with "
	               "Dense(f) only, where f has neither reductions nor "
	               "Index_i() or Index_j()");
}

/* What a bundle has, which is made already.  */
static int open_bundle(struct run *run)
{
	struct request *r = &run->request;

	if (r->gradient || r->sums || r->sum_bits)
		return trouble(&run->trouble, REQUEST, "a bundle is computed "
		               "as it is; leave out --grad, --sum and "
		               "--accumulator");
	if (library(run, kcl_context_open(r->device, &run->context))
	    || library(run, kcl_bundle_load(run->context, r->formula,
	                                    &run->kernel)))
		return -1;
	return request_sort(r, formula(run), &run->trouble)
		|| check_part(run);
}

static int parse(struct run *run)
{
	struct request *r = &run->request;
	const char **vars = calloc(r->count + 1, sizeof *vars);
	int failed;

	if (!vars)
		return no_memory(&run->trouble);
	for (size_t k = 0; k < r->count; k++)
		vars[k] = r->variables[k].declaration;
	failed = library(run, kcl_formula_parse(r->formula, r->count, vars,
	                                        &run->forward))
		|| sum_otherwise(run);
	free(vars);
	if (!failed && r->gradient)
		failed = library(run, kcl_formula_grad(run->forward,
		                                       r->gradient,
		                                       &run->gradient));
	return failed ? failed : check_part(run);
}

/* ----- arrays ----------------------------------------------------------- */

/* Cotangent number K, which has the shape of SLOT.  */
static int make_eta(struct run *run, size_t k, const kcl_slot *slot)
{
	struct table *eta = &run->eta[k], expected = { .ndim = 0 };
	const char *path = run->request.eta.path[k];
	char here[TABLE_TEXT], there[TABLE_TEXT];
	int is_npy;

	expected.ndim = extents_shape(&run->extents, slot, expected.shape);
	if (!path) {
		if (table_make(eta, KCL_FLOAT, run->bits, expected.ndim,
		               expected.shape, &run->trouble))
			return -1;
		table_ones(eta);
		return 0;
	}
	if (data_read(eta, path, &is_npy, &run->trouble))
		return -1;
	table_shape(&expected, there);
	if (strcmp(table_shape(eta, here), there))
		return trouble(&run->trouble, REQUEST, "--eta: expected shape "
		               "%s, that of the formula's output; %s has %s",
		               there, path, here);
	return table_convert(eta, run->bits, &run->trouble);
}

/* The arguments that a gradient has more, one for each reduction.  */
static int make_etas(struct run *run)
{
	size_t first = kcl_formula_inputs(run->forward);
	size_t given = run->request.eta.count;
	kcl_slot slot;

	run->etas = kcl_formula_inputs(run->gradient) - first;
	if (given && given != run->etas)
		return trouble(&run->trouble, REQUEST, "expected %zu --eta, "
		               "one for each reduction, found %zu", run->etas,
		               given);
	for (size_t k = 0; k < run->etas; k++)
		if (library(run, kcl_formula_input(run->gradient, first + k,
		                                   &slot))
		    || make_eta(run, k, &slot))
			return -1;
	return 0;
}

static int make_inputs(struct run *run)
{
	struct request *r = &run->request;

	for (size_t k = 0; k < r->count; k++)
		if (table_convert(&r->variables[k].table, run->bits,
		                  &run->trouble))
			return -1;
	return run->gradient ? make_etas(run) : 0;
}

/* Results must fit in memory, before that is taken.  */
static int check_size(struct run *run, size_t count)
{
	kcl_context *host;
	double bytes = 0, memory;
	int dense = 0;

	for (size_t k = 0; k < count; k++) {
		int64_t shape[TABLE_DIMS];
		kcl_slot slot;
		double size;
		int d;

		kcl_formula_output(formula(run), k, &slot);
		size = slot.is_index ? 8 : run->bits / 8;
		d = extents_shape(&run->extents, &slot, shape);
		while (d > 0)
			size *= (double)shape[--d];
		dense |= slot.category == PAIRS;
		bytes += size;
	}
	if (library(run, kcl_context_open("host", &host)))
		return -1;
	memory = (double)kcl_context_number(host, KCL_DEVICE_MEMORY);
	kcl_context_close(host);
	if (bytes <= memory || memory == 0)
		return 0;
	return trouble(&run->trouble, MACHINE, "the result has %.0f bytes, and "
	               "the machine's memory %.0f%s", bytes, memory,
	               dense ? "; --rows and --columns take a part" : "");
}

static int make_results(struct run *run)
{
	size_t count = kcl_formula_outputs(formula(run));

	if (check_size(run, count))
		return -1;
	for (size_t k = 0; k < count && k < MOST_PATHS; k++) {
		struct table *result = &run->results[k];
		int64_t shape[TABLE_DIMS];
		kcl_slot slot;

		kcl_formula_output(formula(run), k, &slot);
		if (table_make(result, slot.is_index ? KCL_INT : KCL_FLOAT,
		               slot.is_index ? 64 : run->bits,
		               extents_shape(&run->extents, &slot, shape),
		               shape, &run->trouble))
			return -1;
		result->line = slot.category == PAIRS ? 2 : 1;
		run->count++;
	}
	return results_check(&run->request.output, run->results, run->count,
	                     &run->trouble);
}

/* ----- computing -------------------------------------------------------- */

static int open_kernel(struct run *run)
{
	double begin = progress_clock();

	if (!run->kernel
	    && (library(run, kcl_context_open(run->request.device,
	                                      &run->context))
	        || library(run, kcl_kernel_from(run->context, formula(run),
	                                        &run->kernel))))
		return -1;
	if (run->request.text || run->request.ranges.count)
		return 0;
	if (library(run, kcl_kernel_build(run->kernel, run->bits)))
		return -1;
	run->compiled = progress_clock() - begin;
	return 0;
}

/* The source, or the plan, of the kernel.  */
static int print_text(struct run *run)
{
	int64_t m = extents_rows(&run->extents), n = run->extents.rows[VJ];
	const char *text = run->request.text == SOURCE_TEXT
		? kcl_kernel_source(run->kernel, run->bits)
		: kcl_kernel_plan(run->kernel, run->bits, m > 1 || n > 1
		                  ? m : 0, n);

	return text && fputs(text, stdout) >= 0 ? 0
		: trouble(&run->trouble, MACHINE, "%s", kcl_message());
}

static int on_progress(void *progress, double done)
{
	progress_show(progress, done);
	return interrupted();
}

static kcl_status run_kernel(struct run *run, kcl_array *in)
{
	struct request *r = &run->request;
	const kcl_ranges *ranges = r->ranges.count ? &run->ranges.given : NULL;
	size_t nin = r->count + run->etas;
	kcl_array out[MOST_PATHS];

	for (size_t k = 0; k < nin; k++)
		in[k] = table_array(k < r->count ? &r->variables[k].table
		                    : &run->eta[k - r->count]);
	for (size_t k = 0; k < run->count; k++)
		out[k] = table_array(&run->results[k]);
	return r->solution.name
		? solution_find(r, run->kernel, in, ranges, out)
		: kcl_run_ranges(run->kernel, nin, in, run->count, out, ranges);
}

static int compute(struct run *run)
{
	kcl_array *in = calloc(run->request.count + run->etas + 1, sizeof *in);
	struct progress progress;
	kcl_status status;

	if (!in)
		return no_memory(&run->trouble);
	interrupt_noted();
	progress_start(&progress, run->request.progress,
	               run->request.solution.name != NULL);
	kcl_context_on_progress(run->context, on_progress, &progress);
	status = run_kernel(run, in);
	progress_end(&progress);
	run->ran = progress_clock() - progress.start;
	free(in);
	return library(run, status);
}

static void report_time(const struct run *run)
{
	const int64_t *rows = run->extents.rows;
	const struct solution *s = &run->request.solution;
	double pairs = (double)extents_rows(&run->extents) * (double)rows[VJ]
		* (s->name ? (double)s->system.taken : 1);

	fprintf(stderr, "keops-run: %s (%s), float%d, %" PRId64 " x %" PRId64
	        " pairs\n",
	        kcl_context_text(run->context, KCL_DEVICE_NAME),
	        kcl_context_text(run->context, KCL_DEVICE_TITLE), run->bits,
	        rows[VI], rows[VJ]);
	if (run->request.ranges.count)
		fprintf(stderr, "keops-run: compile and run %.3f s, some of "
		        "the pairs\n", run->ran);
	else
		fprintf(stderr, "keops-run: compile %.3f s, run %.3f s, "
		        "%.3g pairs/s\n", run->compiled, run->ran,
		        run->ran > 0 ? pairs / run->ran : 0);
	if (s->name)
		fprintf(stderr, "keops-run: %" PRId64 " products, residual "
		        "%.2g\n", s->system.taken, s->system.residual);
}

/* ----- all of it -------------------------------------------------------- */

static int work(struct run *run)
{
	if (load(run) || (path_ends(run->request.formula, ".kcl")
	                  ? open_bundle(run) : parse(run)))
		return -1;
	if (run->request.text)
		return open_kernel(run) || print_text(run);
	if (ranges_check(&run->request.ranges, formula(run), &run->trouble)
	    || make_inputs(run) || make_results(run) || open_kernel(run)
	    || compute(run))
		return -1;
	if (run->request.time)
		report_time(run);
	return results_write(&run->request.output, run->results, run->count,
	                     &run->trouble);
}

static void end(struct run *run)
{
	kcl_kernel_free(run->kernel);
	kcl_context_close(run->context);
	kcl_formula_free(run->gradient);
	kcl_formula_free(run->forward);
	for (size_t k = 0; k < MOST_PATHS; k++) {
		table_free(&run->results[k]);
		table_free(&run->eta[k]);
	}
	ranges_free(&run->ranges);
	request_free(&run->request);
}

int main(int argc, char **argv)
{
	struct run run = { .count = 0 };
	int failed;

	interrupt_exits();
	failed = request_parse(&run.request, argc, argv, &run.trouble);
	if (!failed && !run.request.answered)
		failed = work(&run);
	failed = tool_end("keops-run", failed, &run.trouble);
	end(&run);
	return failed;
}
