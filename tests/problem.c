/* problem.c - a reduction with its data, run on every device there is
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *room(int64_t count, size_t size)
{
	void *p = calloc((size_t)count + 1, size);

	ck_assert_ptr_nonnull(p);
	return p;
}

/* ----- data ------------------------------------------------------------- */

int64_t problem_size(const struct problem *p, size_t k)
{
	const struct kcl__argument *a = &p->formula->g.argument[k];

	return p->rows[a->category] * a->dim;
}

void problem_draw(struct problem *p, size_t k, double low, double high)
{
	uint32_t seed = 17 + 1013u * (uint32_t)k;

	for (int64_t e = 0; e < problem_size(p, k); e++) {
		seed = seed * 1664525u + 1013904223u;
		p->in[k][e] = (float)(low + (high - low) * (seed >> 8)
		                      / 16777216.0);
	}
}

void problem_make(struct problem *p, const char *text, size_t nvars,
                  const char *const *vars, int64_t m, int64_t n)
{
	memset(p, 0, sizeof *p);
	ck_assert_msg(!kcl_formula_parse(text, nvars, vars, &p->formula),
	              "%s", kcl_message());
	p->rows[0] = m;
	p->rows[1] = n;
	p->rows[2] = 1;
	for (size_t k = 0; k < kcl_formula_inputs(p->formula); k++) {
		p->in[k] = room(problem_size(p, k), sizeof *p->in[k]);
		problem_draw(p, k, -1, 1);
	}
}

void problem_open(struct problem *p, const char *text, const char *vars,
                  int64_t m, int64_t n)
{
	char copy[12000];
	const char *list[MAX_ARGUMENTS];
	size_t count = 0;

	ck_assert_uint_lt(strlen(vars), sizeof copy);
	strcpy(copy, vars);
	for (char *v = strtok(copy, " "); v; v = strtok(NULL, " "))
		list[count++] = v;
	problem_make(p, text, count, list, m, n);
}

void problem_free(struct problem *p)
{
	for (size_t k = 0; k < kcl_formula_inputs(p->formula); k++)
		free(p->in[k]);
	kcl_formula_free(p->formula);
}

/* ----- one run ---------------------------------------------------------- */

/* The arrays of a call; shapes lie behind them.  */
struct arrays {
	kcl_array in[MAX_ARGUMENTS], out[2];
	int64_t shape[MAX_ARGUMENTS + 2][3];
	size_t nin, nout;
	int bits;
};

static void *converted(const double *from, int64_t count, int bits)
{
	float *narrow = room(count, 8);
	double *wide = (double *)(void *)narrow;

	for (int64_t k = 0; k < count; k++)
		if (bits == 32)
			narrow[k] = (float)from[k];
		else
			wide[k] = from[k];
	return narrow;
}

static void set_inputs(struct arrays *a, const struct problem *p)
{
	a->nin = kcl_formula_inputs(p->formula);
	for (size_t k = 0; k < a->nin; k++) {
		int64_t *shape = a->shape[k];
		kcl_slot slot;

		kcl_formula_input(p->formula, k, &slot);
		shape[0] = p->rows[slot.category];
		shape[1] = slot.dim;
		a->in[k] = kcl_array_of(converted(p->in[k], shape[0] * shape[1],
		                                  a->bits),
		                        KCL_FLOAT, a->bits, 2, shape, NULL);
	}
}

/* The results begin as a pattern that is no result.  */
static void set_outputs(struct arrays *a, const struct problem *p)
{
	a->nout = kcl_formula_outputs(p->formula);
	for (size_t k = 0; k < a->nout; k++) {
		int64_t *shape = a->shape[a->nin + k], n;
		int pairs;
		kcl_slot slot;
		void *data;

		kcl_formula_output(p->formula, k, &slot);
		pairs = slot.category == KCL__IJ;
		shape[0] = p->rows[pairs ? KCL__I : slot.category];
		shape[pairs] = p->rows[pairs ? KCL__J : slot.category];
		shape[1 + pairs] = slot.dim;
		n = shape[0] * slot.dim * (pairs ? shape[1] : 1);
		data = room(n, 8);
		memset(data, 0xc1, (size_t)n * 8);
		a->out[k] = kcl_array_of(data, slot.is_index ? KCL_INT
		                         : KCL_FLOAT, slot.is_index ? 64
		                         : a->bits, 2 + pairs, shape, NULL);
	}
}

/* Adds OUT, behind what other results there are for the same rows.  */
static void take_values(const kcl_array *out, struct answer *answer)
{
	int64_t rows = out->shape[0] * (out->ndim > 2 ? out->shape[1] : 1);
	int64_t n = rows * out->shape[out->ndim - 1];
	int64_t before = rows * answer->values;
	long double *value = room(before + n, sizeof *value);

	ck_assert(!answer->value || answer->rows == rows);
	for (int64_t k = 0; k < before; k++)
		value[k] = answer->value[k];
	for (int64_t k = 0; k < n; k++)
		value[before + k] = out->dtype.bits == 32
			? ((const float *)out->data)[k]
			: ((const double *)out->data)[k];
	free(answer->value);
	free(out->data);
	answer->rows = rows;
	answer->values += out->shape[out->ndim - 1];
	answer->value = value;
}

static void take_outputs(const struct arrays *a, struct answer *answer)
{
	memset(answer, 0, sizeof *answer);
	for (size_t k = 0; k < a->nout; k++)
		if (a->out[k].dtype.code == KCL_FLOAT)
			take_values(&a->out[k], answer);
		else {
			answer->rows = a->out[k].shape[0];
			answer->indices = a->out[k].shape[1];
			answer->index = a->out[k].data;
		}
}

/* Whether a device may refuse: see set_rounds in runtime/opencl.c, and emit in
 * kernel.c for what a GPU has no room for.  */
static int may_refuse(const kcl_kernel *kernel)
{
	return !strncmp(kcl_context_text(kernel->ctx, KCL_DEVICE_TITLE),
	                "llvmpipe", 8)
		|| (!strcmp(kcl_context_text(kernel->ctx, KCL_DEVICE_TYPE),
		            "gpu") && strstr(kcl_message(), "private memory"));
}

int problem_run_kernel(const struct problem *p, kcl_kernel *kernel, int bits,
                       struct answer *answer)
{
	struct arrays a = { .bits = bits };
	kcl_status status;

	set_inputs(&a, p);
	set_outputs(&a, p);
	status = kcl_run_ranges(kernel, a.nin, a.in, a.nout, a.out, p->ranges);
	ck_assert_msg(!status || (status == KCL_UNSUPPORTED
	                          && may_refuse(kernel)), "%s: %s",
	              kcl_formula_text(p->formula), kcl_message());
	if (status)
		printf("# skipped: %s\n", kcl_message());
	take_outputs(&a, answer);
	for (size_t k = 0; k < a.nin; k++)
		free(a.in[k].data);
	if (status)
		answer_free(answer);
	return !status;
}

int problem_run(const struct problem *p, kcl_context *ctx, int bits,
                struct answer *answer)
{
	kcl_kernel *kernel;
	int done;

	ck_assert_msg(!kcl_kernel_from(ctx, p->formula, &kernel), "%s",
	              kcl_message());
	done = problem_run_kernel(p, kernel, bits, answer);
	kcl_kernel_free(kernel);
	return done;
}

void problem_oracle(const struct problem *p, struct answer *answer)
{
	oracle(p->formula, (const double *const *)p->in, p->rows, p->ranges,
	       answer);
}

/* ----- comparison ------------------------------------------------------- */

static double error_of(long double expected, long double found,
                       long double scale)
{
	if (isnan(expected) || isnan(found))
		return isnan(expected) && isnan(found) ? 0 : 1e30;
	if (expected == found)
		return 0;
	if (isinf(expected) || isinf(found))
		return 1e30;
	return (double)(fabsl(expected - found) / scale);
}

double answer_error(const struct answer *expected, const struct answer *found,
                    double floor, int64_t *at)
{
	double worst = 0;

	*at = 0;
	if (expected->rows != found->rows || expected->values != found->values
	    || expected->indices != found->indices)
		return 1e30;
	for (int64_t k = 0; k < found->rows * found->values; k++) {
		double e = error_of(expected->value[k], found->value[k],
		                    expected->scale[k] + floor);

		if (e > worst) {
			worst = e;
			*at = k;
		}
	}
	for (int64_t k = 0; k < found->rows * found->indices; k++)
		if (expected->index[k] != found->index[k]) {
			*at = k;
			return 1e30;
		}
	return worst;
}

int answer_same(const struct answer *a, const struct answer *b)
{
	int64_t at, n = a->rows * a->values;

	if (a->values != b->values || a->rows != b->rows)
		return 0;
	for (at = 0; at < n; at++)
		if (!(a->value[at] == b->value[at]
		      || (isnan(a->value[at]) && isnan(b->value[at]))))
			return 0;
	return a->indices == b->indices
		&& (!a->indices
		    || !memcmp(a->index, b->index,
		               (size_t)(a->rows * a->indices)
		               * sizeof *a->index));
}

static void complain(const struct problem *p, const struct place *place,
                     const struct answer *e, const struct answer *f,
                     double error, int64_t at)
{
	char index[80] = "";

	if (e->indices && e->indices == f->indices)
		snprintf(index, sizeof index, ", index %lld, found %lld",
		         (long long)e->index[at], (long long)f->index[at]);
	ck_abort_msg("%s, M = %lld, N = %lld: %s\nresult %lld of %lld x %lld: "
		"expected %.9Lg, found %.9Lg, error %.3g%s", place->name,
		(long long)p->rows[0], (long long)p->rows[1],
		kcl_formula_text(p->formula), (long long)at,
		(long long)f->rows, (long long)f->values,
		e->values ? e->value[at] : 0, f->values ? f->value[at] : 0,
		error, index);
}

void problem_check(const struct problem *p, kcl_context *ctx,
                   const struct place *place, double tolerance)
{
	struct answer expected, found;
	int64_t at;
	double error;

	if (!problem_run(p, ctx, place->bits, &found))
		return;
	problem_oracle(p, &expected);
	error = answer_error(&expected, &found, 0, &at);
	if (!(error <= tolerance))
		complain(p, place, &expected, &found, error, at);
	answer_free(&expected);
	answer_free(&found);
}

/* Memory for few rows and columns at once changes no bit.  */
static void check_windows(const struct problem *p, kcl_context *ctx, int bits)
{
	size_t usual = ctx->device->budget;
	struct answer whole, cut;

	if (!problem_run(p, ctx, bits, &whole))
		return;
	ctx->device->budget = 9000;
	ck_assert(problem_run(p, ctx, bits, &cut));
	ctx->device->budget = usual;
	ck_assert(answer_same(&whole, &cut));
	answer_free(&whole);
	answer_free(&cut);
}

void case_check(const struct problem_case *cases, int k)
{
	const struct problem_case *own = &cases[k];
	struct problem p;

	problem_open(&p, own->text, own->vars, own->m, own->n);
	for (int n = 0; place_get(0, n); n++) {
		const struct place *place = place_get(0, n);
		kcl_context *ctx;

		if (!place_turn_of_shape(place, k))
			continue;
		ctx = place_open(place);
		problem_check(&p, ctx, place, place->bits == 32 ? 1e-5 : 1e-13);
		if (k < 2)
			check_windows(&p, ctx, place->bits);
	}
	problem_free(&p);
}
