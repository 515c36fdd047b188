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
	double *r, *z, *p, *q, *best;   /* vectors; others are by system: */
	double *bb, *rr, *rz, *pq;      /* squares and products of these */
	double *f, *unit;               /* factors */
	double *goal;                   /* of rr, for the method */
	double *last;                   /* residual when it began; 0: closed */
	double *found, *merit;          /* of best: residual; see merits */
	const char **why;               /* it cannot go on */
	int cut;                        /* the limit has ended the method */
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

/* Y = X + F Z, where F is each system's; X where that is 0, whatever Z is.  X
 * is 0 if it is NULL.  */
static void add(const struct work *w, double *y, const double *x,
                const double *f, const double *z)
{
	const struct kcl__cg *cg = w->cg;
	size_t own = w->systems / cg->batches, n = 0;

	for (size_t batch = 0; batch < cg->batches; batch++, f += own)
		for (size_t i = 0; i < cg->rows; i++)
			for (size_t k = 0; k < cg->columns; k++, n++) {
				double own_f = f[cg->apart ? k : 0];

				y[n] = (x ? x[n] : 0)
					+ (own_f != 0 ? own_f * z[n] : 0);
			}
}

/* Y = X for the systems whose F is not 0.  */
static void copy(const struct work *w, double *y, const double *f,
                 const double *x)
{
	const struct kcl__cg *cg = w->cg;
	size_t own = w->systems / cg->batches, n = 0;

	for (size_t batch = 0; batch < cg->batches; batch++, f += own)
		for (size_t i = 0; i < cg->rows; i++)
			for (size_t k = 0; k < cg->columns; k++, n++)
				if (f[cg->apart ? k : 0] != 0)
					y[n] = x[n];
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

static int is_active(const struct work *w, size_t k)
{
	return w->last[k] > 0 && !w->why[k] && !(w->rr[k] <= w->goal[k]);
}

/* F = A / B, where A is of the preconditioner, for the systems that are active;
 * both are positive, or they are so no more.  0 for the others.  */
static void divide(struct work *w, const double *a, const double *b)
{
	for (size_t k = 0; k < w->systems; k++) {
		w->f[k] = 0;
		if (!is_active(w, k))
			continue;
		if (w->cg->precondition && !(a[k] > 0))
			w->why[k] = "the preconditioner is not positive "
				"definite";
		else if (!isfinite(a[k]) || !isfinite(b[k]))
			w->why[k] = "the products are not finite";
		else if (!(b[k] > 0))
			w->why[k] = "the matrix is not positive definite";
		else
			w->f[k] = a[k] / b[k];
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

static int any_active(const struct work *w)
{
	size_t k = 0;

	while (k < w->systems && !is_active(w, k))
		k++;
	return k < w->systems;
}

/* Steps until the method is content or stuck: what is less than the rounding of
 * what it begins with it cannot tell.  */
static kcl_status go(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	double enough = SAFETY * cg->tolerance;
	kcl_status status = precondition(w);

	for (size_t k = 0; k < w->systems; k++)
		w->goal[k] = fmax(enough * enough * w->bb[k],
		                  cg->epsilon * cg->epsilon * w->rr[k]);
	memcpy(w->p, w->z, w->n * sizeof *w->p);
	dots(w, w->r, w->z, w->rz);
	while (!status && any_active(w) && cg->products + 1 < cg->limit)
		status = step(w);
	w->cut = any_active(w);
	return status;
}

/* The residual of system K as it was computed; infinite if it is no number. */
static double residual(const struct work *w, size_t k)
{
	double size = sqrt(w->rr[k] / w->bb[k]);

	return w->rr[k] == 0 ? 0 : isnan(size) ? INFINITY : size;
}

/* Computes R = b - (K + alpha I) x.  */
static kcl_status look(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status = multiply(w, cg->x, w->q);

	for (size_t k = 0; k < w->n; k++)
		w->r[k] = cg->b[k] - w->q[k];
	dots(w, w->r, w->r, w->rr);
	return status;
}

/* Twice by how much X, for which R was computed, is better than 0 in what the
 * method makes smaller from step to step, x' A x / 2 - b' x.  The residual may
 * well grow meanwhile.  */
static void merits(struct work *w, double *merit)
{
	for (size_t k = 0; k < w->n; k++)
		w->z[k] = w->cg->b[k] + w->r[k];
	dots(w, w->z, w->cg->x, merit);
}

/* Where X begins.  A guess that is worse than 0 is none.  */
static kcl_status begin(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status = cg->guess ? look(w) : KCL_OK;

	merits(w, w->merit);
	for (size_t k = 0; k < w->systems; k++) {
		w->f[k] = !cg->guess || !isfinite(residual(w, k))
			|| !(w->merit[k] >= 0);
		w->merit[k] = w->f[k] != 0 ? 0 : w->merit[k];
	}
	memset(w->z, 0, w->n * sizeof *w->z);
	copy(w, cg->x, w->f, w->z);
	copy(w, w->r, w->f, cg->b);
	dots(w, w->r, w->r, w->rr);
	memcpy(w->best, cg->x, w->n * sizeof *w->best);
	for (size_t k = 0; k < w->systems; k++) {
		w->found[k] = residual(w, k);
		w->last[k] = INFINITY;
	}
	return status;
}

/* Which systems go on from X: those that it has brought nearer, but not near
 * enough.  0 if none.  */
static int go_on(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	int some = 0;

	for (size_t k = 0; k < w->systems; k++) {
		double now = residual(w, k);

		if (w->last[k] == 0)
			continue;
		if (now <= w->last[k] / 2 || now <= cg->tolerance)
			w->why[k] = NULL;
		else if (!isfinite(now))
			w->why[k] = "the products are not finite";
		else if (!w->why[k] && !w->cut)
			w->why[k] = "more products do not help";
		w->last[k] = w->why[k] || now <= cg->tolerance ? 0 : now;
		some |= w->last[k] > 0;
	}
	return some && cg->products + 1 < cg->limit;
}

/* Keeps X for the systems for which it is better than what was found before, by
 * its merit where the method has not come to its end.  */
static void keep(struct work *w)
{
	merits(w, w->rz);
	for (size_t k = 0; k < w->systems; k++) {
		double now = residual(w, k);

		w->f[k] = w->last[k] > 0 && isfinite(now)
			&& (now < w->found[k]
			    || (w->cut && w->rz[k] > w->merit[k]));
		w->found[k] = w->f[k] != 0 ? now : w->found[k];
		w->merit[k] = w->f[k] != 0 ? w->rz[k] : w->merit[k];
	}
	copy(w, w->best, w->f, w->cg->x);
}

static kcl_status solve(struct work *w)
{
	kcl_status status = begin(w);

	while (!status && go_on(w)) {
		status = go(w);
		if (!status)
			status = look(w);
		keep(w);
	}
	memcpy(w->cg->x, w->best, w->n * sizeof *w->best);
	return status;
}

/* ----- units ------------------------------------------------------------- */

/* UNIT = powers of 2 that bring each system's b to about 1, so that no square
 * is too large or too small; 0 where b is 0.  */
static void measure(struct work *w)
{
	const struct kcl__cg *cg = w->cg;
	size_t own = w->systems / cg->batches;
	const double *b = cg->b;
	double *u = w->unit;

	for (size_t batch = 0; batch < cg->batches; batch++, u += own)
		for (size_t i = 0; i < cg->rows * cg->columns; i++, b++) {
			size_t k = cg->apart ? i % cg->columns : 0;

			u[k] = fmax(u[k], fabs(*b));
		}
	for (size_t k = 0; k < w->systems; k++)
		if (w->unit[k] > 0)
			w->unit[k] = ldexp(1, (int)-fmax(-FAR, fmin(FAR,
				logb(w->unit[k]))));
}

/* X = X / UNIT as the caller will have it.  Where that is not what it was, the
 * residual is that of what it is then.  */
static kcl_status restore(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status;
	int same = 1;

	memcpy(w->z, cg->x, w->n * sizeof *w->z);
	for (size_t k = 0; k < w->systems; k++)
		w->f[k] = w->unit[k] > 0 ? 1 / w->unit[k] : 0;
	add(w, cg->x, NULL, w->f, w->z);
	cg->round(cg->operand, cg->x);
	add(w, w->p, NULL, w->unit, cg->x);
	for (size_t k = 0; k < w->n; k++)
		same &= w->p[k] == w->z[k];
	if (same)
		return KCL_OK;
	memcpy(w->best, cg->x, w->n * sizeof *w->best);
	memcpy(cg->x, w->p, w->n * sizeof *w->p);
	status = look(w);
	memcpy(cg->x, w->best, w->n * sizeof *w->best);
	for (size_t k = 0; k < w->systems; k++)
		if (w->found[k] <= cg->tolerance
		    && !(residual(w, k) <= cg->tolerance)) {
			w->found[k] = INFINITY;
			w->why[k] = "the solution is out of range";
		}
	return status;
}

/* What came of the system that is worst.  */
static void tell(const struct work *w)
{
	struct kcl__cg *cg = w->cg;

	for (size_t k = cg->which = 0; k < w->systems; k++)
		if (w->found[k] > w->found[cg->which])
			cg->which = k;
	cg->residual = w->found[cg->which];
	cg->why = cg->residual <= cg->tolerance ? NULL
		: w->why[cg->which] ? w->why[cg->which]
		: "no more products are allowed";
}

static kcl_status solve_scaled(struct work *w)
{
	struct kcl__cg *cg = w->cg;
	kcl_status status;

	measure(w);
	add(w, cg->b, NULL, w->unit, cg->b);
	add(w, cg->x, NULL, w->unit, cg->x);
	dots(w, cg->b, cg->b, w->bb);
	status = solve(w);
	return status ? status : restore(w);
}

kcl_status kcl__cg_solve(struct kcl__cg *cg)
{
	enum { VECTORS = 5, SYSTEMS = 10 };
	struct work w = { .cg = cg, .n = cg->batches * cg->rows * cg->columns,
		.systems = cg->batches * (cg->apart ? cg->columns : 1) };
	double *v = kcl__alloc(w.n, VECTORS * sizeof *v);
	double *s = kcl__alloc(w.systems, SYSTEMS * sizeof *s);
	double **vector[VECTORS] = { &w.r, &w.z, &w.p, &w.q, &w.best };
	double **system[SYSTEMS] = { &w.bb, &w.rr, &w.rz, &w.pq, &w.f, &w.unit,
		&w.goal, &w.last, &w.found, &w.merit };
	kcl_status status = KCL_MEMORY;

	w.why = kcl__alloc(w.systems, sizeof *w.why);
	for (size_t k = 0; v && k < VECTORS; k++)
		*vector[k] = v + k * w.n;
	for (size_t k = 0; s && k < SYSTEMS; k++)
		*system[k] = s + k * w.systems;
	if (v && s && w.why)
		status = solve_scaled(&w);
	if (!status)
		tell(&w);
	free(v);
	free(s);
	free(w.why);
	return status;
}
