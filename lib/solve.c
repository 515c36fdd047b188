/* solve.c - linear systems whose matrix is a formula's
 * SPDX-License-Identifier: MIT */
#include "solve.h"
#include "cg.h"
#include "diag.h"
#include "linear.h"
#include "low_rank.h"
#include "mem.h"
#include "sb.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE32 1e-3
#define TOLERANCE64 1e-6
enum { PRODUCTS = 1000 };

/* ----- numbers ----------------------------------------------------------- */

void kcl__widen(double *to, const char *from, size_t n, int bits)
{
	float value;

	if (bits == 64)
		memcpy(to, from, n * sizeof *to);
	for (size_t k = 0; bits == 32 && k < n; k++) {
		memcpy(&value, from + k * sizeof value, sizeof value);
		to[k] = (double)value;
	}
}

void kcl__narrow(char *to, const double *from, size_t n, int bits)
{
	float value;

	if (bits == 64)
		memcpy(to, from, n * sizeof *from);
	for (size_t k = 0; bits == 32 && k < n; k++) {
		value = (float)from[k];
		memcpy(to + k * sizeof value, &value, sizeof value);
	}
}

/* ----- products ---------------------------------------------------------- */

/* What multiplies with the matrix: a call whose unknown is IN and whose output
 * is OUT, N numbers without gaps.  */
struct operand {
	struct kcl__call *c;
	size_t n;
	char *in, *out;
	int begun;
};

/* Of zeros a linear formula makes zeros.  */
static kcl_status check_zeros(const struct operand *o, const double *p,
                              const double *q)
{
	char number[KCL__DECIMAL];

	for (size_t k = 0; k < o->n; k++)
		if (p[k] != 0)
			return KCL_OK;
	for (size_t k = 0; k < o->n; k++)
		if (q[k] != 0)
			return kcl__fail(KCL_ARGUMENT, "%s: of zeros the "
				"formula makes %s", isfinite(q[k]) ? "the "
				"formula is not linear in the unknown"
				: "numbers of the matrix are not finite",
				kcl__decimal(q[k], 6, number));
	return KCL_OK;
}

static kcl_status multiply(void *operand, double *p, double *q)
{
	struct operand *o = operand;
	int bits = o->c->bits;
	kcl_status status;

	kcl__narrow(o->in, p, o->n, bits);
	kcl__widen(p, o->in, o->n, bits);
	status = kcl__run_passes(o->c);
	kcl__widen(q, o->out, o->n, bits);
	if (!status && !o->begun)
		status = check_zeros(o, p, q);
	o->begun = 1;
	return status;
}

/* ----- arrays ------------------------------------------------------------ */

struct kcl__matrix kcl__packed(const struct kcl__matrix *m, char *data,
                               int bits)
{
	struct kcl__matrix p = *m;
	int64_t step = 1;

	for (int d = 0; d < p.dims; step *= p.extent[d++])
		p.step[d] = p.extent[d] > 1 ? step : 0;
	p.size = p.wide = (size_t)bits / 8;
	p.data = data;
	p.resident = 0;
	p.low = (uintptr_t)data;
	p.high = p.low + (size_t)step * p.size;
	return p;
}

/* All batches of M, which may be broadcast, to TO, by way of the operand.  */
static kcl_status take(const struct operand *o, const struct kcl__matrix *m,
                       const char *what, double *to)
{
	struct kcl__call *c = o->c;
	int64_t rows = m->extent[KCL__ROWS];
	size_t bytes = (size_t)(rows * m->extent[KCL__COLUMNS]) * m->wide;
	char number[KCL__DECIMAL];

	for (int64_t b = 0; b < c->batch.count; b++)
		kcl__pack(m, kcl__batch_at(m, &c->batch, b), rows,
		          o->in + (size_t)b * bytes);
	kcl__widen(to, o->in, o->n, c->bits);
	for (size_t k = 0; k < o->n; k++)
		if (!isfinite(to[k]))
			return kcl__fail(KCL_ARGUMENT, "%s holds %s; expected "
			                 "finite numbers", what,
			                 kcl__decimal(to[k], 6, number));
	return KCL_OK;
}

static void give(const struct operand *o, const struct kcl__matrix *m,
                const double *from)
{
	struct kcl__call *c = o->c;
	int64_t rows = m->extent[KCL__ROWS];
	size_t bytes = (size_t)(rows * m->extent[KCL__COLUMNS]) * m->wide;

	kcl__narrow(o->out, from, o->n, c->bits);
	for (int64_t b = 0; b < c->batch.count; b++)
		kcl__unpack(m, kcl__batch_at(m, &c->batch, b), rows,
		            o->out + (size_t)b * bytes);
}

/* Whether the N numbers of X are in the range of reals of BITS.  */
static int fits(const double *x, size_t n, int bits)
{
	double most = bits == 64 ? DBL_MAX : (double)FLT_MAX;

	while (n > 0 && fabs(x[n - 1]) <= most)
		n--;
	return n == 0;
}

/* Reads what is given, and makes the preconditioner if that is to be LOW.  */
static kcl_status begin(const struct operand *o, double *x, double *b,
                        struct kcl__low_rank **low)
{
	struct kcl__call *c = o->c;
	const kcl_system *system = c->solving->system;
	char text[KCL__NAMED];
	kcl_status status = take(o, &c->in[system->unknown],
		kcl__argument_text(c->kernel->formula, system->unknown, text),
		b);

	if (!status && system->guess)
		status = take(o, c->out, "the guess, output 0,", x);
	if (!status && system->rank > 0)
		status = kcl__entries_make(c->kernel, system->unknown);
	if (!status && system->rank > 0)
		status = kcl__low_rank_make(c, low);
	return status;
}

/* X = the solution, by O, which works with the caller's arrays until now.  */
static kcl_status solve(struct operand *o, double *x, double *b)
{
	struct kcl__call *c = o->c;
	struct kcl__solving *s = c->solving;
	kcl_system *system = s->system;
	const struct kcl__matrix to = c->out[0];
	struct kcl__low_rank *low = NULL;
	kcl_status status = begin(o, x, b, &low);
	struct kcl__cg cg = {
		.rows = (size_t)c->extent[KCL__I],
		.columns = (size_t)to.extent[KCL__COLUMNS],
		.batches = (size_t)c->batch.count, .apart = s->apart,
		.alpha = system->alpha,
		.tolerance = system->tolerance > 0 ? system->tolerance
			: c->bits == 64 ? TOLERANCE64 : TOLERANCE32,
		.limit = system->limit > 0 ? system->limit : PRODUCTS,
		.precondition = low ? kcl__low_rank_apply
			: system->precondition,
		.user = low ? low : system->user,
		.multiply = multiply, .operand = o, .x = x, .b = b
	};

	c->in[system->unknown] = kcl__packed(&to, o->in, c->bits);
	c->out[0] = kcl__packed(&to, o->out, c->bits);
	if (!status) {
		status = kcl__cg_solve(&cg);
		system->taken = cg.products;
		system->residual = status ? INFINITY : cg.residual;
		s->tolerance = cg.tolerance;
		s->why = cg.why || fits(x, o->n, c->bits) ? cg.why
			: "the solution is out of range";
	}
	if (!status)
		give(o, &to, x);
	kcl__low_rank_free(low);
	return status;
}

kcl_status kcl__solve(struct kcl__call *c)
{
	const struct kcl__matrix *to = &c->out[0];
	struct operand o = { .c = c, .begun = c->solving->system->guess };
	double *x, *b;
	kcl_status status;

	if (c->extent[KCL__I] != c->extent[KCL__J])
		return kcl__fail(KCL_SHAPE, "the matrix has %lld rows and %lld "
		                 "columns; expected as many",
		                 (long long)c->extent[KCL__I],
		                 (long long)c->extent[KCL__J]);
	o.n = (size_t)(to->extent[KCL__ROWS] * to->extent[KCL__COLUMNS]
	               * c->batch.count);
	c->solving->system->residual = o.n ? INFINITY : 0;
	if (!o.n)
		return KCL_OK;
	o.in = kcl__alloc(o.n, (size_t)c->bits / 8);
	o.out = kcl__alloc(o.n, (size_t)c->bits / 8);
	x = kcl__alloc(o.n, sizeof *x);
	b = kcl__alloc(o.n, sizeof *b);
	status = o.in && o.out && x && b ? solve(&o, x, b) : KCL_MEMORY;
	free(o.in);
	free(o.out);
	free(x);
	free(b);
	return status;
}

/* ----- what is asked for ------------------------------------------------- */

static kcl_status check_number(const char *what, double number)
{
	char text[KCL__DECIMAL];

	return number >= 0 && isfinite(number) ? KCL_OK
		: kcl__fail(KCL_ARGUMENT, "%s is %s; expected 0 or a positive "
		            "number", what, kcl__decimal(number, 6, text));
}

static kcl_status check_count(const char *what, int64_t count)
{
	return count >= 0 ? KCL_OK
		: kcl__fail(KCL_ARGUMENT, "%s is %lld; expected 0 or a "
		            "positive number", what, (long long)count);
}

static kcl_status check_system(const kcl_kernel *kernel, kcl_system *system)
{
	kcl_status status;

	if (!kernel || !system)
		return kcl__fail(KCL_ARGUMENT, "the %s is NULL",
		                 kernel ? "system" : "kernel");
	system->taken = 0;
	system->residual = INFINITY;
	status = check_number("alpha", system->alpha);
	if (!status)
		status = check_number("the tolerance", system->tolerance);
	if (!status)
		status = check_count("the limit", system->limit);
	if (!status)
		status = check_count("the rank", system->rank);
	if (!status && system->rank > 0 && system->precondition)
		status = kcl__fail(KCL_ARGUMENT, "a rank and a preconditioner "
		                   "are given; expected one of them");
	return status;
}

kcl_status kcl_solve(kcl_kernel *kernel, size_t nin, const kcl_array *in,
                     kcl_system *system, const kcl_array *out)
{
	struct kcl__solving s = { .system = system };
	struct kcl__call c = { .kernel = kernel, .solving = &s,
		.device_only = 1 };
	char residual[KCL__DECIMAL], asked[KCL__DECIMAL];
	kcl_status status = check_system(kernel, system);

	if (!status)
		status = kcl__linear_check(kernel->formula, system->unknown,
		                           &s.apart);
	if (!status && system->rank > 0)
		status = kcl__entries_check(kernel->formula, s.apart);
	if (status)
		return status;
	c.ranges = system->ranges;
	status = kcl__run_call(&c, nin, in, 1, out);
	if (status || !s.why)
		return status;
	return kcl__fail(KCL_UNSOLVED, "the residual is %s after %lld "
		"product%s with the matrix, and %s was asked for: %s",
		kcl__decimal(system->residual, 3, residual),
		(long long)system->taken, system->taken == 1 ? "" : "s",
		kcl__decimal(s.tolerance, 3, asked), s.why);
}
