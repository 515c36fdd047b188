/* problem.c - a workload's formula with data, its results and their errors
 * SPDX-License-Identifier: MIT */
#include "workload.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----- the formula ------------------------------------------------------ */

/* The names of a family's variables, with D and W as numbers.  */
static size_t declare(const struct workload *w, char text[][32])
{
	size_t n = 0, at = 0;

	for (const char *c = w->family->vars; *c; c++)
		if (*c == ' ') {
			n++;
			at = 0;
		} else {
			at += (size_t)snprintf(text[n] + at, 32 - at,
			                       *c == 'D' || *c == 'W'
			                       ? "%d" : "%c", *c == 'D'
			                       ? w->dim : *c == 'W'
			                       ? w->width : *c);
		}
	return n + 1;
}

static int parse(struct problem *p, struct trouble *t)
{
	const struct workload *w = p->w;
	char text[8][32];
	const char *vars[8];
	size_t n;

	if (!w->family)
		return library_says(t, kcl_formula_parse(
			w->formula, w->nvars, (const char *const *)w->vars,
			&p->formula));
	n = declare(w, text);
	for (size_t k = 0; k < n; k++)
		vars[k] = text[k];
	return library_says(t, kcl_formula_parse(w->family->formula, n, vars,
	                                         &p->formula));
}

/* ----- data ------------------------------------------------------------- */

/* Random bits of element K of variable V, by splitmix64.  */
static uint64_t mix(size_t v, uint64_t k)
{
	uint64_t z = ((uint64_t)v << 40) + k + 1;

	z *= 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Row R of a sample of COUNT rows.  */
static int64_t sample_row(int64_t r, int64_t count, int64_t samples)
{
	return samples < 2 ? 0 : r * (count - 1) / (samples - 1);
}

static int64_t count_of(const struct workload *w, int category)
{
	return category == 0 ? w->rows : category == 1 ? w->cols : 1;
}

static int64_t sample_of(const struct workload *w, int category)
{
	int64_t count = count_of(w, category);

	return count < SAMPLES ? count : SAMPLES;
}

static void put(struct table *table, int64_t k, double value)
{
	if (table->bits == 32)
		((float *)table->data)[k] = (float)value;
	else
		((double *)table->data)[k] = value;
}

/* Squared distances of what lies on a grid are exact, so that the indices of
 * neighbours do not depend on rounding.  A parameter is one over the dimension,
 * rounded as the workload's type has it.  */
static void fill(struct problem *p, size_t v, const kcl_slot *slot, int sample,
                 int64_t dim)
{
	struct table *table = &p->in[v];
	int64_t count = count_of(p->w, slot->category), rows = table->shape[0];
	int grid = dim > 16 ? 8 : 10;
	double parameter = p->w->bits == 32 ? (double)(1 / (float)dim)
	                                    : 1 / (double)dim;
	int ones = slot->name && !strcmp(slot->name, "e");

	for (int64_t r = 0; r < rows; r++) {
		int64_t row = sample ? sample_row(r, count, rows) : r;

		for (int64_t c = 0; c < slot->dim; c++) {
			uint64_t k = (uint64_t)(row * slot->dim + c);

			put(table, r * slot->dim + c, slot->category == 2
			    ? parameter : ones ? 1
			    : ldexp((double)(mix(v, k) >> (64 - grid)), -grid));
		}
	}
}

/* The category of all outputs; -1 where they differ, or where a formula would
 * see that rows are missing.  */
static int settle_sampled(struct problem *p, struct trouble *t)
{
	for (size_t k = 0; k < p->nout; k++) {
		kcl_slot out;

		if (library_says(t, kcl_formula_output(p->formula, k, &out)))
			return -1;
		if (out.category > 2)
			return trouble(t, REQUEST, "Dense(f) has no columns "
			               "to reduce; it cannot be measured");
		p->sampled = k == 0 || p->sampled == out.category
		             ? out.category : -1;
	}
	if (p->w->formula && strstr(p->w->formula, "Index_"))
		p->sampled = -1;
	return 0;
}

static int make_arrays(struct problem *p, int bits, int sample,
                       struct trouble *t)
{
	kcl_slot slot[INPUTS];
	int64_t dim = 1;

	for (size_t k = 0; k < p->nin; k++) {
		if (library_says(t, kcl_formula_input(p->formula, k, &slot[k])))
			return -1;
		if (slot[k].category == 0 && slot[k].dim > dim)
			dim = slot[k].dim;
	}
	for (size_t k = 0; k < p->nin; k++) {
		int some = sample && slot[k].category == p->sampled;

		if (table_matrix(&p->in[k], KCL_FLOAT, bits,
		                 (some ? sample_of : count_of)
		                 (p->w, slot[k].category), slot[k].dim, t))
			return -1;
		fill(p, k, &slot[k], some, dim);
	}
	return 0;
}

static int make_results(struct problem *p, int bits, int sample,
                        struct trouble *t)
{
	kcl_slot slot;

	for (size_t k = 0; k < p->nout; k++) {
		if (library_says(t, kcl_formula_output(p->formula, k, &slot))
		    || table_matrix(&p->out[k], slot.is_index ? KCL_INT
		                    : KCL_FLOAT, slot.is_index ? 64 : bits,
		                    (sample && slot.category == p->sampled
		                     ? sample_of : count_of)
		                    (p->w, slot.category), slot.dim, t))
			return -1;
	}
	return 0;
}

/* ----- ranges ----------------------------------------------------------- */

/* Range number K of COUNT rows or columns, cluster by cluster.  */
static void cluster(int64_t range[2], int64_t k, int64_t count)
{
	int64_t end = (k + 1) * CLUSTER;

	range[0] = k * CLUSTER;
	range[1] = end < count ? end : count;
}

/* Range number K of the rows, and the cluster it is in; of a SAMPLE each row
 * is a range.  */
static int64_t rows_of(const struct workload *w, int sample, int64_t k,
                       int64_t range[2])
{
	if (!sample) {
		cluster(range, k, w->rows);
		return k;
	}
	range[0] = k;
	range[1] = k + 1;
	return sample_row(k, w->rows, sample_of(w, 0)) / CLUSTER;
}

static int make_ranges(struct problem *p, int sample, struct trouble *t)
{
	const struct workload *w = p->w;
	int64_t ni = sample ? sample_of(w, 0) : workload_clusters(w->rows);
	int64_t nj = workload_clusters(w->cols);
	int64_t *range = calloc((size_t)(ni + nj), 2 * sizeof *range);
	unsigned char *keep = calloc((size_t)ni, (size_t)nj);
	int failed = range && keep ? 0 : no_memory(t);

	for (int64_t j = 0; j < nj && !failed; j++)
		cluster(&range[2 * (ni + j)], j, w->cols);
	for (int64_t i = 0; i < ni && !failed; i++) {
		int64_t c = rows_of(w, sample, i, &range[2 * i]);

		for (int64_t j = 0; j < nj; j++)
			keep[i * nj + j] = (unsigned char)workload_has(c, j);
	}
	failed = failed || library_says(t, kcl_ranges_from_matrix(
		(size_t)ni, range, (size_t)nj, range + 2 * ni, keep,
		&p->ranges));
	free(range);
	free(keep);
	return failed;
}

/* ----- a problem -------------------------------------------------------- */

int problem_make(struct problem *p, const struct workload *w, int bits,
                 int sample, struct trouble *t)
{
	memset(p, 0, sizeof *p);
	p->w = w;
	if (parse(p, t))
		return -1;
	p->nin = kcl_formula_inputs(p->formula);
	p->nout = kcl_formula_outputs(p->formula);
	if (p->nin > INPUTS || p->nout > OUTPUTS)
		return trouble(t, REQUEST, "a formula has at most %d variables "
		               "and %d results here", INPUTS, OUTPUTS);
	return settle_sampled(p, t) || make_arrays(p, bits, sample, t)
	       || make_results(p, bits, sample, t)
	       || (w->is_sparse && make_ranges(p, sample, t)) ? -1 : 0;
}

void problem_free(struct problem *p)
{
	for (size_t k = 0; k < p->nin && k < INPUTS; k++)
		table_free(&p->in[k]);
	for (size_t k = 0; k < p->nout && k < OUTPUTS; k++)
		table_free(&p->out[k]);
	kcl_formula_free(p->formula);
	kcl_ranges_free(p->ranges);
	memset(p, 0, sizeof *p);
}

/* ----- results ---------------------------------------------------------- */

int problem_run(struct problem *p, kcl_kernel *kernel, struct trouble *t)
{
	kcl_array in[INPUTS], out[OUTPUTS];

	for (size_t k = 0; k < p->nin; k++)
		in[k] = table_array(&p->in[k]);
	for (size_t k = 0; k < p->nout; k++)
		out[k] = table_array(&p->out[k]);
	return library_says(t, kcl_run_ranges(kernel, p->nin, in, p->nout, out,
	                                      p->ranges));
}

static double get(const struct table *table, int64_t row, int64_t column)
{
	int64_t k = row * table->shape[1] + column;

	return table->code == KCL_INT
	       ? (double)((const int64_t *)table->data)[k]
	       : table->bits == 32 ? (double)((const float *)table->data)[k]
	       : ((const double *)table->data)[k];
}

static double table_error(const struct table *got, const struct table *want)
{
	double error = 0, largest = 0, wrong = 0;

	for (int64_t r = 0; r < want->shape[0]; r++)
		for (int64_t c = 0; c < want->shape[1]; c++) {
			int64_t row = sample_row(r, got->shape[0],
			                         want->shape[0]);
			double w = get(want, r, c), g = get(got, row, c);

			if (isnan(g) && isnan(w))
				continue;
			if (isnan(g) || isnan(w))
				return (double)NAN;
			error = g == w ? error : fmax(error, fabs(g - w));
			largest = fmax(largest, fabs(w));
			wrong += g != w;
		}
	if (want->code == KCL_INT)
		return wrong / (double)(want->shape[0] * want->shape[1]);
	return error > 0 ? error / largest : 0;
}

double problem_error(const struct problem *p, const struct problem *reference)
{
	double error = 0;

	for (size_t k = 0; k < p->nout && k < reference->nout; k++) {
		double e = table_error(&p->out[k], &reference->out[k]);

		if (isnan(e) || e > error)
			error = e;
	}
	return error;
}

double problem_sum(const struct problem *p)
{
	double sum = 0;

	for (int64_t c = 0; c < p->out[0].shape[1]; c++)
		sum += get(&p->out[0], 0, c);
	return sum;
}

double problem_last(const struct problem *p)
{
	return get(&p->out[0], 0, p->out[0].shape[1] - 1);
}
