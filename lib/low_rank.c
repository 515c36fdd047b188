/* low_rank.c - a preconditioner made of some columns of the matrix
 * SPDX-License-Identifier: MIT
 *
 * The partial Cholesky factorization with pivots (Harbrecht, Peters and
 * Schneider, Applied Numerical Mathematics 62, 2012) takes the columns in which
 * most is left; the inverse of L L' + shift I is then that of a small matrix
 * (Woodbury).  */
#include "low_rank.h"
#include "cholesky.h"
#include "diag.h"
#include "mem.h"
#include "solve.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define ROUNDING 64             /* units of L' L, of which D is the trace */

struct kcl__low_rank {
	size_t rows, columns;
	size_t factors;                 /* 1 where all batches have the same */
	struct kcl__factor *factor;
	double *t;                      /* of a product with L' */
};

/* ----- elements of the matrix -------------------------------------------- */

struct entries {
	struct kcl__call *c;            /* the system */
	int64_t batch;
	size_t n;
	void *real;                     /* room for a column */
};

/* All points of M, of the batch at work, as rows; or as batches of one row;
 * or only number ROW of them.  */
static struct kcl__matrix points(const struct entries *e,
                                 const struct kcl__matrix *m, int as_batches,
                                 int64_t row)
{
	struct kcl__matrix p = *m;

	p.data = kcl__batch_at(m, &e->c->batch, e->batch);
	p.dims = KCL__BATCH;
	if (as_batches) {
		p.extent[p.dims] = p.extent[KCL__ROWS];
		p.step[p.dims++] = p.step[KCL__ROWS];
	} else if (row < 0) {
		return p;
	} else {
		p.data += row * p.step[KCL__ROWS] * (int64_t)p.size;
	}
	p.extent[KCL__ROWS] = 1;
	p.step[KCL__ROWS] = 0;
	return p;
}

/* TO = column number K of the matrix; its diagonal where K is negative.  */
static kcl_status elements(const struct entries *e, int64_t k, double *to)
{
	struct kcl_kernel *kernel = e->c->kernel
		->entries[e->c->solving->system->unknown];
	const struct kcl_formula *f = kernel->formula;
	int tag = f->pass->tag, bits = e->c->bits;
	struct kcl__call c = {
		.kernel = kernel, .bits = bits, .device_only = 1, .quiet = 1,
		.extent = { 1, 1, 1 }, .in = kernel->matrix,
		.result = kernel->result,
		.batch = { .dims = k < 0, .extent = { (int64_t)e->n },
			.count = k < 0 ? (int64_t)e->n : 1 }
	};
	const struct kcl__matrix to_be = { .dims = KCL__BATCH + (k < 0),
		.wide = (size_t)bits / 8,
		.extent = { 1, k < 0 ? 1 : (int64_t)e->n, (int64_t)e->n } };
	size_t nin = kcl_formula_inputs(f);
	kcl_status status;

	for (size_t a = 0; a < nin; a++) {
		int category = f->g.argument[a].category;

		c.in[a] = points(e, &e->c->in[a], k < 0 && category != KCL__P,
		                 category == !tag ? k : -1);
	}
	if (k >= 0)
		c.extent[tag] = (int64_t)e->n;
	c.out = c.in + nin;
	*c.out = kcl__packed(&to_be, e->real);
	status = kcl__run_checked(&c, 0, NULL, 0, NULL);
	kcl__widen(to, e->real, e->n, bits);
	return status;
}

/* Tells the progress function of it all.  */
static kcl_status tell(const struct entries *e, double done)
{
	const struct kcl_context *ctx = e->c->kernel->ctx;

	return ctx->progress && ctx->progress(ctx->user, done)
		? kcl__fail(KCL_CANCELLED, "cancelled by the progress function")
		: KCL_OK;
}

/* ----- the factors ------------------------------------------------------- */

static size_t largest(const double *d, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n; i++)
		if (d[i] > d[at])
			at = i;
	return at;
}

/* At most RANK columns of L, as long as what is left is more than what bits of
 * the elements are worth; D is room.  The shift is alpha, if L' L + shift I is
 * then still positive definite where it is rounded.  */
static kcl_status factorize(const struct entries *e, struct kcl__factor *f,
                            size_t rank, double alpha, double *d)
{
	double unit = e->c->bits == 64 ? DBL_EPSILON : (double)FLT_EPSILON;
	kcl_status status = elements(e, -1, d);
	double noise, left = 0, all = 0;

	if (status)
		return status;
	for (size_t i = 0; i < e->n; i++)
		all += fmax(d[i], 0);
	noise = 4 * unit * fmax(d[largest(d, e->n)], 0);
	while (f->rank < rank) {
		size_t p = largest(d, e->n);

		if (!(d[p] > noise))
			break;
		status = elements(e, (int64_t)p, f->l + f->rank * e->n);
		if (status)
			return status;
		kcl__factor_take(f, d, p);
		status = tell(e, 0.5 * (double)f->rank / (double)rank);
		if (status)
			return status;
	}
	for (size_t i = 0; i < e->n; i++)
		left += fabs(d[i]) / (double)e->n;
	f->shift = alpha > noise ? alpha : left + noise;
	f->shift = fmax(f->shift, ROUNDING * DBL_EPSILON * all);
	return KCL_OK;
}

/* SMALL, by some rows of L at a time.  That may take long.  */
static kcl_status multiply(const struct entries *e, struct kcl__factor *f)
{
	enum { ROWS = 128 };            /* which stay in the cache */
	kcl_status status = KCL_OK;

	for (size_t at = 0; at < f->n && !status; at += ROWS) {
		kcl__factor_multiply(f, at, f->n - at < ROWS ? f->n - at
		                     : ROWS);
		status = tell(e, 0.5 + 0.5 * (double)at / (double)f->n);
	}
	return status;
}

int kcl__low_rank_apply(void *preconditioner, size_t n, const double *r,
                        double *z)
{
	const struct kcl__low_rank *p = preconditioner;

	for (size_t k = 0; k < n / p->rows; k++) {
		size_t batch = k / p->columns, column = k % p->columns;
		size_t first = batch * p->rows * p->columns + column;

		kcl__factor_divide(&p->factor[batch % p->factors], p->columns,
		                   r + first, z + first, p->t);
	}
	return 0;
}

/* ----- all of it --------------------------------------------------------- */

/* Whether all batches of C have the same matrix.  */
static int is_shared(const struct kcl__call *c)
{
	const struct kcl_formula *f = c->kernel->formula;

	for (size_t a = 0; a < kcl_formula_inputs(f); a++)
		for (int d = KCL__BATCH; d < c->in[a].dims; d++)
			if (a != c->solving->system->unknown
			    && c->in[a].extent[d] > 1)
				return 0;
	return 1;
}

static kcl_status make_factor(const struct entries *e, struct kcl__factor *f,
                              size_t rank, double alpha)
{
	double *d = kcl__alloc(e->n, sizeof *d);
	kcl_status status = KCL_MEMORY;

	f->n = e->n;
	f->l = kcl__alloc(rank, f->n * sizeof *f->l);
	if (d && f->l)
		status = factorize(e, f, rank, alpha, d);
	free(d);
	if (status)
		return status;
	f->small = kcl__alloc(f->rank * f->rank, sizeof *f->small);
	if (!f->small)
		return KCL_MEMORY;
	status = multiply(e, f);
	if (!status)
		kcl__factor_decompose(f);
	return status;
}

kcl_status kcl__low_rank_make(struct kcl__call *c, struct kcl__low_rank **made)
{
	const kcl_system *system = c->solving->system;
	struct kcl__low_rank *p = kcl__alloc(1, sizeof *p);
	struct entries e = { .c = c, .n = (size_t)c->extent[KCL__I] };
	int64_t rank = system->rank < c->extent[KCL__I] ? system->rank
		: c->extent[KCL__I];
	kcl_status status = KCL_MEMORY;

	*made = p;
	if (!p)
		return status;
	p->rows = e.n;
	p->columns = (size_t)c->out->extent[KCL__COLUMNS];
	p->factors = is_shared(c) ? 1 : (size_t)c->batch.count;
	p->factor = kcl__alloc(p->factors, sizeof *p->factor);
	p->t = kcl__alloc((size_t)rank, sizeof *p->t);
	e.real = kcl__alloc(e.n, (size_t)c->bits / 8);
	if (p->factor && p->t && e.real)
		status = KCL_OK;
	for (size_t b = 0; !status && b < p->factors; b++) {
		e.batch = (int64_t)b;
		status = make_factor(&e, &p->factor[b], (size_t)rank,
		                     system->alpha);
	}
	free(e.real);
	return status;
}

void kcl__low_rank_free(struct kcl__low_rank *p)
{
	for (size_t b = 0; p && p->factor && b < p->factors; b++) {
		free(p->factor[b].l);
		free(p->factor[b].small);
	}
	if (p) {
		free(p->factor);
		free(p->t);
	}
	free(p);
}
