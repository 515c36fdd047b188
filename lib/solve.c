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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE32 1e-3
#define TOLERANCE64 1e-6
#define HALF_END 65520.0        /* becomes infinite in float16 */
enum { PRODUCTS = 1000 };

/* ----- products ---------------------------------------------------------- */

/* What multiplies with the matrix: a call whose unknown is IN and whose output
 * is OUT, N numbers without gaps; and whether they become float16.  */
struct product {
	struct kcl__call *c;
	size_t n;
	char *in, *out;
	int half;
};

/* Of zeros a linear formula makes zeros.  */
static kcl_status check_zeros(struct product *p)
{
	size_t size = (size_t)p->c->bits / 8;
	char number[KCL__DECIMAL];
	kcl_status status;
	double made = 0;

	memset(p->in, 0, p->n * size);
	status = kcl__run_passes(p->c);
	for (size_t k = 0; !status && k < p->n && made == 0; k++)
		kcl__widen(&made, p->out + k * size, 1, p->c->bits);
	if (status || made == 0)
		return status;
	return kcl__fail(KCL_ARGUMENT, "%s: of zeros the formula makes %s",
		isfinite(made) ? "the formula is not linear in the unknown"
		: "numbers of the matrix are not finite",
		isnan(made) ? "nan" : kcl__decimal(made, 6, number));
}

static kcl_status multiply(void *product, double *x, double *y)
{
	struct product *p = product;
	kcl_status status;

	kcl__narrow(p->in, x, p->n, p->c->bits);
	kcl__widen(x, p->in, p->n, p->c->bits);
	status = kcl__run_passes(p->c);
	kcl__widen(y, p->out, p->n, p->c->bits);
	return status;
}

/* As the caller's array holds X, but that float16 is not rounded.  */
static void round_off(void *product, double *x)
{
	const struct product *p = product;

	kcl__narrow(p->out, x, p->n, p->c->bits);
	kcl__widen(x, p->out, p->n, p->c->bits);
	for (size_t k = 0; p->half && k < p->n; k++)
		if (fabs(x[k]) >= HALF_END)
			x[k] = INFINITY;
}

/* ----- arrays ------------------------------------------------------------ */

/* All batches of M, which may be broadcast, to TO, by way of P's arrays.  */
static kcl_status take(const struct product *p, const struct kcl__matrix *m,
                       const char *what, double *to)
{
	char number[KCL__DECIMAL];

	kcl__pack_all(m, &p->c->batch, p->in);
	kcl__widen(to, p->in, p->n, p->c->bits);
	for (size_t k = 0; k < p->n; k++)
		if (!isfinite(to[k]))
			return kcl__fail(KCL_ARGUMENT, "%s holds %s; expected "
			                 "finite numbers", what,
			                 kcl__decimal(to[k], 6, number));
	return KCL_OK;
}

static void give(const struct product *p, const struct kcl__matrix *m,
                 const double *from)
{
	kcl__narrow(p->out, from, p->n, p->c->bits);
	kcl__unpack_all(m, &p->c->batch, p->out);
}

/* Reads what is given, and makes the preconditioner if that is to be LOW.  */
static kcl_status begin(struct product *p, double *x, double *b,
                        struct kcl__low_rank **low)
{
	struct kcl__call *c = p->c;
	const kcl_system *system = c->solving->system;
	char text[KCL__NAMED];
	kcl_status status = take(p, &c->in[system->unknown],
		kcl__argument_text(c->kernel->formula, system->unknown, text),
		b);

	if (!status && system->guess)
		status = take(p, c->out, "the guess, output 0,", x);
	c->in[system->unknown] = kcl__packed(c->out, p->in);
	*c->out = kcl__packed(c->out, p->out);
	if (!status)
		status = check_zeros(p);
	if (!status && system->rank > 0)
		status = kcl__entries_make(c->kernel, system->unknown);
	if (!status && system->rank > 0)
		status = kcl__low_rank_make(c, low);
	return status;
}

/* X = the solution, by P, which works with the caller's arrays until now.  */
static kcl_status solve(struct product *p, double *x, double *b)
{
	struct kcl__call *c = p->c;
	struct kcl__solving *s = c->solving;
	kcl_system *system = s->system;
	const struct kcl__matrix to = c->out[0];
	struct kcl__low_rank *low = NULL;
	kcl_status status = begin(p, x, b, &low);
	struct kcl__cg cg = {
		.rows = (size_t)c->extent[KCL__I],
		.columns = (size_t)to.extent[KCL__COLUMNS],
		.batches = (size_t)c->batch.count, .apart = s->apart,
		.alpha = system->alpha,
		.tolerance = system->tolerance > 0 ? system->tolerance
			: c->bits == 64 ? TOLERANCE64 : TOLERANCE32,
		.epsilon = c->bits == 64 ? DBL_EPSILON : (double)FLT_EPSILON,
		.limit = system->limit > 0 ? system->limit : PRODUCTS,
		.precondition = low ? kcl__low_rank_apply
			: system->precondition,
		.user = low ? low : system->user,
		.multiply = multiply, .round = round_off, .operand = p,
		.guess = system->guess, .x = x, .b = b
	};

	p->half = to.size < to.wide;
	if (!status)
		status = kcl__cg_solve(&cg);
	kcl__low_rank_free(low);
	if (status)
		return status;
	system->taken = cg.products;
	system->residual = cg.residual;
	s->tolerance = cg.tolerance;
	s->columns = s->apart ? cg.columns : 1;
	s->systems = cg.batches * s->columns;
	s->which = cg.which;
	s->why = cg.why;
	give(p, &to, x);
	return KCL_OK;
}

/* Solves C->solving; KCL_OK where it is not solved, too.  */
static kcl_status compute(struct kcl__call *c)
{
	const struct kcl__matrix *to = &c->out[0];
	struct product p = { .c = c };
	int tag = c->kernel->formula->pass->tag;
	double *x, *b;
	kcl_status status;

	if (c->extent[KCL__I] != c->extent[KCL__J])
		return kcl__fail(KCL_SHAPE, "the matrix has %lld rows and %lld "
			"columns; expected as many columns as rows",
			(long long)c->extent[tag], (long long)c->extent[!tag]);
	p.n = (size_t)(to->extent[KCL__ROWS] * to->extent[KCL__COLUMNS]
	               * c->batch.count);
	c->solving->system->residual = p.n ? INFINITY : 0;
	if (!p.n)
		return KCL_OK;
	p.in = kcl__alloc(p.n, (size_t)c->bits / 8);
	p.out = kcl__alloc(p.n, (size_t)c->bits / 8);
	x = kcl__alloc(p.n, sizeof *x);
	b = kcl__alloc(p.n, sizeof *b);
	status = p.in && p.out && x && b ? solve(&p, x, b) : KCL_MEMORY;
	free(p.in);
	free(p.out);
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

/* Tells why, and of several systems of which.  */
static kcl_status unsolved(const struct kcl__solving *s)
{
	const kcl_system *system = s->system;
	char residual[KCL__DECIMAL], asked[KCL__DECIMAL];
	char which[KCL__NAMED] = "";

	if (s->systems > 1)
		snprintf(which, sizeof which, " (batch %zu, column %zu)",
		         s->which / s->columns, s->which % s->columns);
	if (isinf(system->residual))
		return kcl__fail(KCL_UNSOLVED, "%s%s", s->why, which);
	return kcl__fail(KCL_UNSOLVED, "the residual is %s after %lld "
		"product%s with the matrix, and %s was asked for: %s%s",
		kcl__decimal(system->residual, 3, residual),
		(long long)system->taken, system->taken == 1 ? "" : "s",
		kcl__decimal(s->tolerance, 3, asked), s->why, which);
}

kcl_status kcl_solve(kcl_kernel *kernel, size_t nin, const kcl_array *in,
                     kcl_system *system, const kcl_array *out)
{
	struct kcl__solving s = { .system = system };
	struct kcl__call c = { .kernel = kernel, .solving = &s,
		.compute = compute, .device_only = 1 };
	kcl_status status = check_system(kernel, system);

	if (!status)
		status = kcl__linear_check(kernel->formula, system->unknown,
		                           &s.apart);
	if (!status && system->rank > 0)
		status = kcl__entries_check(kernel->formula, s.apart);
	if (status)
		return status;
	c.ranges = system->ranges;
	c.sought = 1 + system->unknown;
	status = kcl__run_call(&c, nin, in, 1, out);
	if (status || !s.why)
		return status;
	return unsolved(&s);
}
