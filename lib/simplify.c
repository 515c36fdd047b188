/* simplify.c - nodes that are simplified as they are made
 * SPDX-License-Identifier: MIT */
#include "simplify_rules.h"
#include <math.h>
#include <stdlib.h>

/* Whether x y is a number times a vector: the form that products take, since
 * work on numbers is done once and not for each coordinate.  */
static int number_times_vector(const struct kcl__graph *g, ref x, ref y)
{
	return dim(g, x) == 1 && dim(g, y) > 1;
}

static int is_number_times_vector(const struct kcl__graph *g, ref f)
{
	return is(g, f, KCL__Mult)
		&& number_times_vector(g, arg(g, f, 0), arg(g, f, 1));
}

/* Whether F is c times something; the constant factors stand on the left.  */
static int scaled(const struct kcl__graph *g, ref f, double *c)
{
	return is(g, f, KCL__Mult) && kcl__is_const(g, arg(g, f, 0), c);
}

static ref add(struct kcl__graph *g, ref x, ref y)
{
	double a, b;

	if (!fit(g, x, y))
		return KEEP;
	if (kcl__is_const(g, x, &a) && kcl__is_const(g, y, &b)
	    && wide(g, x, y) == 1)
		return kcl__const(g, a + b);
	if (is_number(g, x, 0))
		return widen(g, y, wide(g, x, y));
	if (is_number(g, y, 0))
		return widen(g, x, wide(g, x, y));
	if (x == y)
		return kcl__make2(g, KCL__Mult, kcl__const(g, 2), x);
	if (is(g, y, KCL__Minus))
		return kcl__make2(g, KCL__Subtract, x, arg(g, y, 0));
	if (is(g, x, KCL__Minus))
		return kcl__make2(g, KCL__Subtract, y, arg(g, x, 0));
	return KEEP;
}

static ref subtract(struct kcl__graph *g, ref x, ref y)
{
	double a, b;

	if (!fit(g, x, y))
		return KEEP;
	if (kcl__is_const(g, x, &a) && kcl__is_const(g, y, &b)
	    && wide(g, x, y) == 1)
		return kcl__const(g, a - b);
	if (x == y)
		return kcl__zero(g, dim(g, x));
	if (is_number(g, y, 0))
		return widen(g, x, wide(g, x, y));
	if (is_number(g, x, 0))
		return widen(g, kcl__make1(g, KCL__Minus, y), wide(g, x, y));
	if (is(g, y, KCL__Minus))
		return kcl__make2(g, KCL__Add, x, arg(g, y, 0));
	return KEEP;
}

static ref minus(struct kcl__graph *g, ref x)
{
	double c;

	if (is(g, x, KCL__ZERO))
		return x;
	if (kcl__is_const(g, x, &c))
		return kcl__const(g, -c);
	if (is(g, x, KCL__Minus))
		return arg(g, x, 0);
	if (is(g, x, KCL__Subtract))
		return kcl__make2(g, KCL__Subtract, arg(g, x, 1), arg(g, x, 0));
	if (scaled(g, x, &c))
		return kcl__make2(g, KCL__Mult, kcl__const(g, -c),
		                  arg(g, x, 1));
	if (is_number_times_vector(g, x))
		return kcl__make2(g, KCL__Mult,
		                  kcl__make1(g, KCL__Minus, arg(g, x, 0)),
		                  arg(g, x, 1));
	return KEEP;
}

int kcl__is_mild(double c)
{
	return fabs(c) >= 1e-30 && fabs(c) <= 1e30;
}

/* c * x for a constant.  */
static ref scale(struct kcl__graph *g, double c, ref x)
{
	double a;

	if (c == 0)
		return kcl__zero(g, dim(g, x));
	if (c == 1)
		return x;
	if (c == -1)
		return kcl__make1(g, KCL__Minus, x);
	if (kcl__is_const(g, x, &a))
		return dim(g, x) == 1 ? kcl__const(g, c * a) : x;
	if (is(g, x, KCL__Minus))
		return kcl__make2(g, KCL__Mult, kcl__const(g, -c),
		                  arg(g, x, 0));
	if (scaled(g, x, &a))
		return !kcl__is_mild(a * c) ? KEEP
			: kcl__make2(g, KCL__Mult, kcl__const(g, a * c),
			             arg(g, x, 1));
	if (is_number_times_vector(g, x))
		return kcl__make2(g, KCL__Mult,
		                  kcl__make2(g, KCL__Mult, kcl__const(g, c),
		                             arg(g, x, 0)), arg(g, x, 1));
	return KEEP;
}

/* x * y where one of them is a number or a constant times a vector.  */
static ref gather(struct kcl__graph *g, ref x, ref y)
{
	ref t;

	if (dim(g, x) > 1 && dim(g, y) == 1)
		return kcl__make2(g, KCL__Mult, y, x);
	if (dim(g, x) == 1 && is_number_times_vector(g, y)) {
		t = kcl__make2(g, KCL__Mult, x, arg(g, y, 0));
		return kcl__make2(g, KCL__Mult, t, arg(g, y, 1));
	}
	return KEEP;
}

/* Signs and constant factors come out of x * y.  */
static ref pull(struct kcl__graph *g, ref x, ref y)
{
	double c, d;
	ref t;

	if (is(g, x, KCL__Minus) || is(g, y, KCL__Minus)) {
		t = is(g, x, KCL__Minus)
			? kcl__make2(g, KCL__Mult, arg(g, x, 0), y)
			: kcl__make2(g, KCL__Mult, x, arg(g, y, 0));
		return kcl__make1(g, KCL__Minus, t);
	}
	if (scaled(g, x, &c) && scaled(g, y, &d) && !kcl__is_mild(c * d))
		return KEEP;
	if (scaled(g, x, &c))
		t = kcl__make2(g, KCL__Mult, arg(g, x, 1), y);
	else if (scaled(g, y, &c))
		t = kcl__make2(g, KCL__Mult, x, arg(g, y, 1));
	else
		return KEEP;
	return kcl__make2(g, KCL__Mult, kcl__const(g, c), t);
}

static ref mult(struct kcl__graph *g, ref x, ref y)
{
	ref t;
	double c;

	if (!fit(g, x, y))
		return KEEP;
	if (is(g, x, KCL__ZERO) || is(g, y, KCL__ZERO))
		return kcl__zero(g, wide(g, x, y));
	if (kcl__is_const(g, x, &c))
		return scale(g, c, y);
	if (kcl__is_const(g, y, &c))
		return kcl__make2(g, KCL__Mult, y, x);
	if (is(g, x, KCL__SumT) && dim(g, x) == dim(g, y))
		return kcl__make2(g, KCL__Mult, arg(g, x, 0), y);
	if (is(g, y, KCL__SumT) && dim(g, x) == dim(g, y))
		return kcl__make2(g, KCL__Mult, x, arg(g, y, 0));
	if (x == y)
		return kcl__make1(g, KCL__Square, x);
	t = gather(g, x, y);
	return t == KEEP && !number_times_vector(g, x, y) ? pull(g, x, y) : t;
}

static ref divide(struct kcl__graph *g, ref x, ref y)
{
	double a, b;
	int exponent;

	if (!fit(g, x, y))
		return KEEP;
	if (is_number(g, x, 0))
		return kcl__zero(g, wide(g, x, y));
	if (kcl__is_const(g, y, &b) && b != 0 && dim(g, y) == 1) {
		if (kcl__is_const(g, x, &a) && dim(g, x) == 1)
			return kcl__const(g, a / b);
		if (fabs(frexp(b, &exponent)) == 0.5 && abs(exponent) < 100)
			return kcl__make2(g, KCL__Mult, kcl__const(g, 1 / b),
			                  x);
	}
	if (is_number(g, x, 1))
		return widen(g, kcl__make1(g, KCL__Inv, y), wide(g, x, y));
	return KEEP;
}

static ref square(struct kcl__graph *g, ref x)
{
	double c;

	if (is(g, x, KCL__ZERO))
		return x;
	if (kcl__is_const(g, x, &c))
		return kcl__const(g, c * c);
	if (is(g, x, KCL__Minus))
		return kcl__make1(g, KCL__Square, arg(g, x, 0));
	return KEEP;
}

static ref powf_(struct kcl__graph *g, ref x, ref y)
{
	if (is_number(g, y, 0.5) && dim(g, y) == 1)
		return kcl__make1(g, KCL__Sqrt, x);
	if (is_number(g, y, 1) && dim(g, y) == 1)
		return x;
	if (is_number(g, y, 2) && dim(g, y) == 1)
		return kcl__make1(g, KCL__Square, x);
	return KEEP;
}

static ref power(struct kcl__graph *g, ref x, int64_t p)
{
	double c = is(g, x, KCL__CONST) ? pow(g->node[x].u.value, (double)p)
		: INFINITY;

	if (isfinite(c))
		return kcl__const(g, c);
	if (p == 0)
		return widen(g, kcl__const(g, 1), dim(g, x));
	if (p == 1)
		return x;
	if (p == 2 || p == -1)
		return kcl__make1(g, p == 2 ? KCL__Square : KCL__Inv, x);
	return KEEP;
}

static ref simpler(struct kcl__graph *g, int op, const ref *a, int64_t p,
                   int64_t q)
{
	switch (op) {
	case KCL__Add: return add(g, a[0], a[1]);
	case KCL__Subtract: return subtract(g, a[0], a[1]);
	case KCL__Minus: return minus(g, a[0]);
	case KCL__Mult: return mult(g, a[0], a[1]);
	case KCL__Divide: return divide(g, a[0], a[1]);
	case KCL__Square: return square(g, a[0]);
	case KCL__Pow: return power(g, a[0], p);
	case KCL__Powf: return powf_(g, a[0], a[1]);
	case KCL__IfElse: return a[1] == a[2] && fit(g, a[0], a[1])
		&& dim(g, a[1]) >= dim(g, a[0]) ? a[1] : KEEP;
	default: return kcl__simpler_vector(g, op, a, p, q);
	}
}

ref kcl__make(struct kcl__graph *g, int op, int narg, const ref *a,
              int64_t p, int64_t q)
{
	ref f;

	for (int k = 0; k < narg; k++)
		if (!a[k])
			return 0;
	f = simpler(g, op, a, p, q);
	return f == KEEP ? kcl__node(g, op, narg, a, p, q) : f;
}

ref kcl__with_arguments(struct kcl__graph *g, ref f, const ref *arg)
{
	const struct kcl__node n = g->node[f];

	if (n.op >= KCL__RED)
		return kcl__reduction(g, n.op - KCL__RED, arg[0], arg[1],
		                      n.u.par[0], n.u.par[1]);
	return kcl__make(g, n.op, n.narg, arg, n.u.par[0], n.u.par[1]);
}
