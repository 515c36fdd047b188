/* cg.c - conjugate gradients for several linear systems at once
 * SPDX-License-Identifier: MIT
 *
 * Hestenes and Stiefel's method (Journal of Research of the National Bureau of
 * Standards 49, 1952), preconditioned.  What it takes for its residual drifts
 * from b - (K + alpha I) x where K x is rounded: so when that is small, the
 * residual is computed, and as long as it is too large but less than half of
 * what it was, the method begins again with it.  */
#include "cg.h"
#include "diag.h"
#include "mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAFETY 0.5      /* of the tolerance, for the residual of the method */
#define FAR 1000.0      /* most exponent of a unit */

struct work {
	struct kcl__cg *cg;
	size_t n, systems;              /* numbers in a vector, systems */
	double *r, *z, *p, *q, *best;   /* vectors */
	double *bb, *rr, *rz, *pq, *f, *unit;   /* by system */
};

/* ----- vectors ----------------------------------------------------------- */

/* The sums over each system of A times B.  */
static void dots(const struct work *w, const double *a, const double *b,
                 double *sums)
{
	const struct kcl__cg *cg = w->cg;
	size_t own = w->systems / cg->batches;

	memset(sums, 0, w->systems * sizeof *sums);
	for (size_t batch = 0; batch < cg->batches; batch++, sums += own)
		for (size_t i = 0; i < cg->rows; i++)
			for (size_t k = 0; k < cg->columns; k++)
				sums[cg->apart ? k : 0] += *a++ * *b++;
}

/* Y = X + F Z, where F is each system's.  */
static void add(const struct work *w, double *y, const double *x,
                const double *f, const double *z)
{
	const struct kcl__cg *cg = w->cg;
	size_t own = w->systems / cg->batches;

	for (size_t batch = 0; batch < cg->batches; batch++, f += own)
		for (size_t i = 0; i < cg->rows; i++)
			for (size_t k = 0; k < cg->columns; k++)
				*y++ = *x++ + f[cg->apart ? k : 0] * *z++;
}

/* Q = (K + alpha I) P.  */
static kcl_status multiply(struct work *w, double *p, double *q)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status = cg->multiply(cg->operand, p, q);

	cg->products++;
	for (size_t k = 0; !status && k < w->n; k++)
		q[k] += cg->alpha * p[k];
	return status;
}

static kcl_status precondition(struct work *w)
{
	const struct kcl__cg *cg = w->cg;

	if (!cg->precondition)
		memcpy(w->z, w->r, w->n * sizeof *w->z);
	else if (cg->precondition(cg->user, w->n, w->r, w->z))
		return kcl__fail(KCL_CANCELLED, "cancelled by the "
		                 "preconditioner");
	return KCL_OK;
}

/* ----- the method -------------------------------------------------------- */

/* Whether the residual of system K is at most TOLERANCE times its b.  */
static int is_done(const struct work *w, size_t k, double tolerance)
{
	return w->rr[k] <= tolerance * tolerance * w->bb[k];
}

static int all_done(const struct work *w)
{
	for (size_t k = 0; k < w->systems; k++)
		if (!is_done(w, k, SAFETY * w->cg->tolerance))
			return 0;
	return 1;
}

/* F = A / B, which are positive, or 0 for systems that are done.  */
static void divide(struct work *w, const double *a, const double *b)
{
	for (size_t k = 0; k < w->systems; k++) {
		int done = is_done(w, k, SAFETY * w->cg->tolerance);

		w->f[k] = done ? 0 : a[k] / b[k];
		if (done)
			continue;
		if (!isfinite(a[k]) || !isfinite(b[k]))
			w->cg->why = "the products are not finite";
		else if (!(a[k] > 0))
			w->cg->why = "the preconditioner is not positive "
				"definite";
		else if (!(b[k] > 0))
			w->cg->why = "the matrix is not positive definite";
	}
}

/* One step along P.  */
static kcl_status step(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status = multiply(w, w->p, w->q);
	double *last = w->pq;

	if (status)
		return status;
	dots(w, w->p, w->q, w->pq);
	divide(w, w->rz, w->pq);
	if (cg->why)
		return KCL_OK;
	add(w, cg->x, cg->x, w->f, w->p);
	for (size_t k = 0; k < w->systems; k++)
		w->f[k] = -w->f[k];
	add(w, w->r, w->r, w->f, w->q);
	dots(w, w->r, w->r, w->rr);
	status = precondition(w);
	if (status)
		return status;
	memcpy(last, w->rz, w->systems * sizeof *last);
	dots(w, w->r, w->z, w->rz);
	divide(w, w->rz, last);
	add(w, w->p, w->z, w->f, w->p);
	return KCL_OK;
}

/* Steps until the method is content, or can do no more.  */
static kcl_status go(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status = precondition(w);

	memcpy(w->p, w->z, w->n * sizeof *w->p);
	dots(w, w->r, w->z, w->rz);
	while (!status && !cg->why && !all_done(w)
	       && cg->products + 1 < cg->limit)
		status = step(w);
	return status;
}

/* Computes the residual of X; infinite where it is not a number.  */
static kcl_status look(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status = multiply(w, cg->x, w->q);

	for (size_t k = 0; k < w->n; k++)
		w->r[k] = cg->b[k] - w->q[k];
	dots(w, w->r, w->r, w->rr);
	cg->residual = 0;
	for (size_t k = 0; k < w->systems; k++) {
		double size = w->bb[k] > 0 ? sqrt(w->rr[k] / w->bb[k]) : 0;

		cg->residual = fmax(cg->residual, isnan(size) ? INFINITY
		                    : size);
	}
	return status;
}

/* Keeps X if it is the best until now.  */
static void keep(struct work *w, double *least)
{
	if (w->cg->residual < *least) {
		*least = w->cg->residual;
		memcpy(w->best, w->cg->x, w->n * sizeof *w->best);
	}
}

/* Why there is no use in going on from X, whose residual was LAST before; NULL
 * if there is.  */
static const char *stop(const struct work *w, double last)
{
	const struct kcl__cg *cg = w->cg;
	int helps = cg->residual <= last / 2;

	if (!isfinite(cg->residual))
		return "the products are not finite";
	if (cg->products + 1 >= cg->limit)
		return cg->why ? cg->why : "no more products are allowed";
	return helps ? NULL : cg->why ? cg->why : "more products do not help";
}

static kcl_status solve(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	double last = INFINITY, least = INFINITY;
	kcl_status status = look(w);

	keep(w, &least);
	while (!status && cg->residual > cg->tolerance
	       && !(cg->why = stop(w, last))) {
		last = cg->residual;
		status = go(w);
		if (!status)
			status = look(w);
		keep(w, &least);
	}
	memcpy(cg->x, w->best, w->n * sizeof *w->best);
	cg->residual = least;
	if (least <= cg->tolerance)
		cg->why = NULL;
	return status;
}

/* F = powers of 2 that bring each system's b to about 1, or 0 where it is 0. */
static void measure(struct work *w)
{
	const struct kcl__cg *cg = w->cg;
	size_t own = w->systems / cg->batches;
	const double *b = cg->b;
	double *f = w->f;

	for (size_t batch = 0; batch < cg->batches; batch++, f += own)
		for (size_t i = 0; i < cg->rows * cg->columns; i++) {
			double *most = f + (cg->apart ? i % cg->columns : 0);

			*most = fmax(*most, fabs(*b++));
		}
	for (size_t k = 0; k < w->systems; k++)
		if (w->f[k] > 0)
			w->f[k] = ldexp(1, -(int)fmax(fmin(logb(w->f[k]), FAR),
			                              -FAR));
}

/* V = F V, F being each system's.  */
static void scale(struct work *w, double *v)
{
	memset(w->q, 0, w->n * sizeof *w->q);
	add(w, v, w->q, w->f, v);
}

/* Solves systems whose b is about 1, so that no square of a number that can be
 * one of b is too large or too small.  Where b is 0, so is the solution.  */
static kcl_status solve_scaled(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	double *unit = w->unit;
	kcl_status status;

	measure(w);
	memcpy(unit, w->f, w->systems * sizeof *unit);
	scale(w, cg->b);
	scale(w, cg->x);
	dots(w, cg->b, cg->b, w->bb);
	status = solve(w);
	for (size_t k = 0; k < w->systems; k++)
		w->f[k] = unit[k] > 0 ? 1 / unit[k] : 0;
	scale(w, cg->x);
	return status;
}

kcl_status kcl__cg_solve(struct kcl__cg *cg)
{
	struct work w = { .cg = cg, .n = cg->batches * cg->rows * cg->columns,
		.systems = cg->batches * (cg->apart ? cg->columns : 1) };
	double *v = kcl__alloc(w.n, 5 * sizeof *v);
	double *s = kcl__alloc(w.systems, 6 * sizeof *s);
	kcl_status status = v && s ? KCL_OK : KCL_MEMORY;

	if (!status) {
		w.r = v;
		w.z = v + w.n;
		w.p = v + 2 * w.n;
		w.q = v + 3 * w.n;
		w.best = v + 4 * w.n;
		w.bb = s;
		w.rr = s + w.systems;
		w.rz = s + 2 * w.systems;
		w.pq = s + 3 * w.systems;
		w.f = s + 4 * w.systems;
		w.unit = s + 5 * w.systems;
		status = solve_scaled(&w);
	}
	free(v);
	free(s);
	return status;
}
