/* derivative.c - calls that are derivatives, as compositions of Grad
 * SPDX-License-Identifier: MIT
 *
 * Grad(f, v, e) is linear in e; its own gradient in e, contracted with u, is
 * the derivative of f along u.  So forward mode exists for every operation,
 * and needs no rules of its own.  */
#include "frontend/parser.h"
#include <string.h>

/* A call of one of them: the formula, the variable, and what comes third.  */
struct operands {
	ref f, v, e, w;
};

static ref wrong_dim(struct kcl__parser *p, const struct kcl__call *c,
                     const char *expects, const struct operands *o)
{
	const ref arg[4] = { o->f, o->v, o->e, o->w };

	kcl__place(p, c->start);
	return kcl__misfit(p->g, c->usage, expects, 2 + !!o->e + !!o->w, arg,
	                   0, NULL);
}

static int64_t dim(const struct kcl__parser *p, ref f)
{
	return p->g->node[f].dim;
}

/* Grad(f, v, e); e may be left out when f has dimension 1.  The saved value
 * that KeOps passes last is not needed.  */
static ref grad(struct kcl__parser *p, const struct kcl__call *c,
                const struct operands *o)
{
	if (!o->e && dim(p, o->f) != 1)
		return kcl__syntax(p, KCL_DIM, c->start, p->lexer.last,
			"Grad(f, v, e) expects an e of dimension %u, that of "
			"f, found none", (unsigned)dim(p, o->f));
	return kcl__gradient(p->g, o->f, o->v,
	                     o->e ? o->e : kcl__const(p->g, 1));
}

/* The derivative of f along u, of v's dimension.  */
static ref along(struct kcl__parser *p, ref f, ref v, ref u)
{
	ref e = kcl__direction(p->g, KCL__COTANGENT, dim(p, f));
	ref t = kcl__gradient(p->g, f, v, e);

	t = kcl__make2(p->g, KCL__Scalprod, t, u);
	return kcl__gradient(p->g, t, e, kcl__const(p->g, 1));
}

static ref diff(struct kcl__parser *p, const struct kcl__call *c,
                const struct operands *o)
{
	if (dim(p, o->e) != dim(p, o->v))
		return wrong_dim(p, c, "dim u = dim v", o);
	return along(p, o->f, o->v, o->e);
}

static ref divergence(struct kcl__parser *p, const struct kcl__call *c,
                      const struct operands *o)
{
	ref t;

	if (dim(p, o->f) != dim(p, o->v))
		return wrong_dim(p, c, "dim f = dim v", o);
	t = kcl__direction(p->g, KCL__TANGENT, dim(p, o->v));
	return kcl__trace(p->g, along(p, o->f, o->v, t), t);
}

/* Of the linear map from v to f: a sum over the diagonal, weighted with e; of a
 * number f, over all its entries.  */
static ref trace(struct kcl__parser *p, const struct kcl__call *c,
                 const struct operands *o)
{
	int64_t d = dim(p, o->v);
	ref e = o->e ? o->e : kcl__const(p->g, 1), t;

	if (dim(p, o->f) != d && dim(p, o->f) != 1)
		return wrong_dim(p, c, "dim f = 1 or dim v", o);
	if (dim(p, e) != d && dim(p, e) != 1)
		return wrong_dim(p, c, "dim w = 1 or dim v", o);
	t = kcl__direction(p->g, KCL__TANGENT, d);
	e = kcl__make2(p->g, KCL__Mult, e, along(p, o->f, o->v, t));
	if (e && dim(p, e) < d)
		e = kcl__make(p->g, KCL__SumT, 1, &e, d, 0);
	return kcl__trace(p->g, e, t);
}

/* Of the same map: the sum of all its entries, of which row k is weighted with
 * coordinate k of e, and column k with that of w.  */
static ref sum_lin(struct kcl__parser *p, const struct kcl__call *c,
                   const struct operands *o)
{
	ref one = kcl__const(p->g, 1);
	ref e = o->e ? o->e : one, w = o->w ? o->w : one;
	int64_t d = dim(p, o->f);

	if (dim(p, e) != d && dim(p, e) != 1)
		return wrong_dim(p, c, "dim a = 1 or dim f", o);
	if (dim(p, w) != dim(p, o->v) && dim(p, w) != 1)
		return wrong_dim(p, c, "dim b = 1 or dim v", o);
	if (dim(p, e) < d)
		e = kcl__make(p->g, KCL__SumT, 1, &e, d, 0);
	return kcl__make2(p->g, KCL__Scalprod,
	                  kcl__gradient(p->g, o->f, o->v, e), w);
}

static ref laplacian(struct kcl__parser *p, const struct kcl__call *c,
                     const struct operands *o)
{
	struct operands gradient = { .v = o->v };

	if (dim(p, o->f) != 1)
		return wrong_dim(p, c, "dim f = 1", o);
	gradient.f = kcl__gradient(p->g, o->f, o->v, kcl__const(p->g, 1));
	return gradient.f ? divergence(p, c, &gradient) : 0;
}

/* The gradients of f's coordinates, one after the other.  */
static ref grad_matrix(struct kcl__parser *p, const struct kcl__call *c,
                       const struct operands *o)
{
	struct kcl__joint all = { .count = 0 };
	ref one = kcl__const(p->g, 1), row = one;
	int64_t d = dim(p, o->f);

	(void)c;
	for (int64_t k = 0; k < d && row; k++) {
		ref e = kcl__make(p->g, KCL__ElemT, 1, &one, d, k);

		row = kcl__join(p, &all, kcl__gradient(p->g, o->f, o->v, e));
	}
	return row ? kcl__joined(p, &all) : 0;
}

static const struct derivative {
	const char *name;
	int least, most;        /* arguments */
	ref (*make)(struct kcl__parser *, const struct kcl__call *,
	            const struct operands *);
} derivatives[] = {
	{ "Grad", 2, 3, grad },
	{ "Grad_WithSavedForward", 4, 4, grad },
	{ "AdjointOperator", 3, 3, grad },
	{ "Diff", 3, 3, diff },
	{ "Diff_WithSavedForward", 4, 4, diff },
	{ "Divergence", 2, 2, divergence },
	{ "TraceOperator", 2, 3, trace },
	{ "SumLinOperator", 2, 4, sum_lin },
	{ "Laplacian", 2, 2, laplacian },
	{ "GradMatrix", 2, 2, grad_matrix },
};

ref kcl__parse_derivative(struct kcl__parser *p, const struct kcl__call *c)
{
	const struct derivative *d = derivatives;
	struct operands o = { .f = c->item[0].f, .v = c->item[1].f };
	char found[KCL__FOUND];

	while (!kcl__named(c, d->name))
		d++;
	if (c->count < d->least || c->count > d->most)
		return kcl__wrong_count(p, c, c->usage);
	if (d->make != grad)
		o.f = kcl__value(p, o.f, c->item[0].start);
	if (c->count > 2)
		o.e = kcl__value(p, c->item[2].f, c->item[2].start);
	if (d->make == sum_lin && c->count > 3)
		o.w = kcl__value(p, c->item[3].f, c->item[3].start);
	if (!o.f || (c->count > 2 && !o.e)
	    || (d->make == sum_lin && c->count > 3 && !o.w))
		return 0;
	if (p->g->node[o.v].op != KCL__VAR)
		return kcl__syntax(p, KCL_SYNTAX, c->item[1].start,
			c->item[1].end, "%s expects a variable v, found %s",
			c->usage, kcl__quote(p->lexer.text, c->item[1].start,
			                     c->item[1].end, found));
	if (d->make != grad && kcl__is_reduction(p->g, o.f))
		return kcl__syntax(p, KCL_UNSUPPORTED, c->item[0].start,
			c->item[0].end, "%s expects a formula f, found a "
			"reduction", c->usage);
	return d->make(p, c, &o);
}
