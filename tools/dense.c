/* dense.c - the library on all pairs, beside workloads that leave some out
 * SPDX-License-Identifier: MIT */
#include "contender.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 20480, FEW = 100, MANY = 100000 };

struct dense {
	kcl_context **context;
	const struct problem *beside;           /* that the rest was made for */
	struct workload w;
	struct problem p;
	kcl_kernel *kernel;
};

static void forget(void *self)
{
	struct dense *d = self;

	kcl_kernel_free(d->kernel);
	problem_free(&d->p);
	d->kernel = NULL;
	d->beside = NULL;
}

static void dense_end(void *self)
{
	forget(self);
	free(self);
}

static int is_of_use(const struct workload *w)
{
	return w->is_sparse || (w->rows <= FEW && w->cols >= MANY);
}

static int dense_once(void *self, struct trouble *t)
{
	struct dense *d = self;

	return problem_run(&d->p, d->kernel, t);
}

static int prepare(struct dense *d, const struct problem *p, struct trouble *t)
{
	if (d->beside == p)
		return 0;
	d->w = *p->w;
	d->w.rows = d->w.cols = p->w->cols < ROWS ? p->w->cols : ROWS;
	d->w.is_sparse = 0;
	if (problem_make(&d->p, &d->w, d->w.bits, 0, t)
	    || library_says(t, kcl_kernel_from(*d->context, d->p.formula,
	                                       &d->kernel)))
		return -1;
	d->beside = p;
	return dense_once(d, t);
}

/* The time that as many pairs would take as ROWS of P have.  */
static int dense_run(struct contender *c, const struct problem *p,
                     int64_t rows, struct timing *timing, struct trouble *t)
{
	struct dense *d = c->self;
	double share;

	if (!is_of_use(p->w))
		return NOT_HERE;
	if (prepare(d, p, t) || timed(dense_once, d, timing, t))
		return -1;
	share = workload_pairs(p->w, rows)
	        / workload_pairs(&d->w, d->w.rows);
	timing->wall *= share;
	timing->cpu *= share;
	return 0;
}

int dense_open(struct contender *c, kcl_context **context, struct trouble *t)
{
	struct dense *d = calloc(1, sizeof *d);

	if (!d)
		return no_memory(t);
	d->context = context;
	memset(c, 0, sizeof *c);
	snprintf(c->name, sizeof c->name, "dense");
	c->self = d;
	c->run = dense_run;
	c->forget = forget;
	c->end = dense_end;
	return 0;
}
