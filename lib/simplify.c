/* simplify.c - nodes that are simplified as they are made
 * SPDX-License-Identifier: MIT */
#include "simplify.h"
#include <math.h>
#include <stdlib.h>

/* A rule looks at the arguments x, y and gives the simpler node, or KEEP.  */
#define KEEP ((ref)-1)

static int is(const struct kcl__graph *g, ref f, int op)
{
	return g->node[f].op == op;
}

static int is_number(const struct kcl__graph *g, ref f, double value)
{
	double v;

	return kcl__is_const(g, f, &v) && v == value;
}

static int64_t dim(const struct kcl__graph *g, ref f)
{
	return g->node[f].dim;
}

static ref arg(const struct kcl__graph *g, ref f, int k)
{
	return g->node[f].arg[k];
}

/* F repeated to dimension D, if it has not got it.  */
static ref widen(struct kcl__graph *g, ref f, int64_t d)
{
	return dim(g, f) == d ? f : kcl__make(g, KCL__SumT, 1, &f, d, 0);
}

static int64_t wide(const struct kcl__graph *g, ref x, ref y)
{
	return dim(g, x) > dim(g, y) ? dim(g, x) : dim(g, y);
}

static int fit(const struct kcl__graph *g, ref x, ref y)
{
	return dim(g, x) == dim(g, y) || dim(g, x) == 1 || dim(g, y) == 1;
}

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

static ref minus(struct kcl__graph *g, ref x, ref y)
{
	double c;

	(void)y;
	if (is(g, x, KCL__ZERO))
		return x;
	if (kcl__is_const(g, x, &c))
		return kcl__const(g, -c);
	if (is(g, x, KCL__Minus))
		return arg(g, x, 0);
	if (is(g, x, KCL__Subtract))
		return kcl__make2(g, KCL__Subtract, arg(g, x, 1), arg(g, x, 0));
	if (scaled(g, x, &c))
		return kcl__make2(g, KCL__Mult, kcl__const(g, -c), arg(g, x, 1));
	if (is_number_times_vector(g, x))
		return kcl__make2(g, KCL__Mult,
		                  kcl__make1(g, KCL__Minus, arg(g, x, 0)),
		                  arg(g, x, 1));
	return KEEP;
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
		return kcl__make2(g, KCL__Mult, kcl__const(g, -c), arg(g, x, 0));
	if (scaled(g, x, &a))
		return kcl__make2(g, KCL__Mult, kcl__const(g, a * c),
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
	double c;
	ref t;

	if (is(g, x, KCL__Minus) || is(g, y, KCL__Minus)) {
		t = is(g, x, KCL__Minus)
			? kcl__make2(g, KCL__Mult, arg(g, x, 0), y)
			: kcl__make2(g, KCL__Mult, x, arg(g, y, 0));
		return kcl__make1(g, KCL__Minus, t);
	}
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
			return kcl__make2(g, KCL__Mult, kcl__const(g, 1 / b), x);
	}
	if (is_number(g, x, 1))
		return widen(g, kcl__make1(g, KCL__Inv, y), wide(g, x, y));
	return KEEP;
}

static ref square(struct kcl__graph *g, ref x, ref y)
{
	double c;

	(void)y;
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

static ref sum(struct kcl__graph *g, ref x, ref y)
{
	ref a = arg(g, x, 0), b = arg(g, x, 1), t;

	(void)y;
	if (dim(g, x) == 1)
		return x;
	if (is(g, x, KCL__ZERO))
		return kcl__const(g, 0);
	if (is(g, x, KCL__SumT))
		return kcl__make2(g, KCL__Mult,
		                  kcl__const(g, (double)dim(g, x)), a);
	if (is(g, x, KCL__Square))
		return kcl__make1(g, KCL__SqNorm2, a);
	if (is(g, x, KCL__Minus)) {
		t = kcl__make1(g, KCL__Sum, a);
		return kcl__make1(g, KCL__Minus, t);
	}
	if (is(g, x, KCL__Mult))
		return kcl__make2(g, KCL__Scalprod, a, b);
	return KEEP;
}

static ref scalprod(struct kcl__graph *g, ref x, ref y)
{
	ref t;

	if (is(g, x, KCL__ZERO) || is(g, y, KCL__ZERO))
		return fit(g, x, y) ? kcl__const(g, 0) : KEEP;
	if (dim(g, x) == 1)
		return kcl__make2(g, KCL__Mult, x, kcl__make1(g, KCL__Sum, y));
	if (dim(g, y) == 1)
		return kcl__make2(g, KCL__Mult, kcl__make1(g, KCL__Sum, x), y);
	if (x == y)
		return kcl__make1(g, KCL__SqNorm2, x);
	for (int k = 0; k < 2; k++) {
		ref u = k ? y : x, v = k ? x : y;

		if (is(g, u, KCL__Mult) && dim(g, arg(g, u, 0)) == 1) {
			t = kcl__make2(g, KCL__Scalprod, arg(g, u, 1), v);
			return kcl__make2(g, KCL__Mult, arg(g, u, 0), t);
		}
		if (is(g, u, KCL__Mult) && dim(g, arg(g, u, 1)) == 1) {
			t = kcl__make2(g, KCL__Scalprod, arg(g, u, 0), v);
			return kcl__make2(g, KCL__Mult, t, arg(g, u, 1));
		}
	}
	return KEEP;
}

static ref sqnorm2(struct kcl__graph *g, ref x, ref y)
{
	(void)y;
	if (dim(g, x) == 1)
		return kcl__make1(g, KCL__Square, x);
	return is(g, x, KCL__ZERO) ? kcl__const(g, 0) : KEEP;
}

/* Max and Min.  */
static ref extremum(struct kcl__graph *g, ref x, ref y)
{
	(void)y;
	return dim(g, x) == 1 ? x : KEEP;
}

static ref product(struct kcl__graph *g, int op, ref x, ref y)
{
	int64_t d = kcl__op_dim((enum kcl__op)op, dim(g, x), dim(g, y), 0, 0, 0);

	if (d > 0 && (is_number(g, x, 0) || is_number(g, y, 0)))
		return kcl__zero(g, d);
	return KEEP;
}

/* SumT, Elem, ElemT, Extract, ExtractT: of zeros, of nothing less than the
 * whole, and of a part of a Concat.  */
static ref part(struct kcl__graph *g, int op, ref x, int64_t p, int64_t q)
{
	int64_t d = kcl__op_dim((enum kcl__op)op, dim(g, x), 0, 0, p, q), left;
	int64_t n = op == KCL__Elem ? 1 : q;
	ref y;

	if (d <= 0)
		return KEEP;
	if (is_number(g, x, 0))
		return kcl__zero(g, d);
	if (d == dim(g, x))
		return x;
	if (is(g, x, KCL__SumT) && (op == KCL__Elem || op == KCL__Extract))
		return widen(g, arg(g, x, 0), d);
	if (!is(g, x, KCL__Concat) || (op != KCL__Elem && op != KCL__Extract))
		return KEEP;
	left = dim(g, arg(g, x, 0));
	if (p + n > left && p < left)
		return KEEP;
	y = arg(g, x, p >= left);
	return kcl__make(g, op, 1, &y, p >= left ? p - left : p, q);
}

static ref power(struct kcl__graph *g, ref x, int64_t p)
{
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
	case KCL__Minus: return minus(g, a[0], 0);
	case KCL__Mult: return mult(g, a[0], a[1]);
	case KCL__Divide: return divide(g, a[0], a[1]);
	case KCL__Square: return square(g, a[0], 0);
	case KCL__Pow: return power(g, a[0], p);
	case KCL__Powf: return powf_(g, a[0], a[1]);
	case KCL__IfElse: return a[1] == a[2] && fit(g, a[0], a[1])
		&& dim(g, a[1]) >= dim(g, a[0]) ? a[1] : KEEP;
	case KCL__Sum: return sum(g, a[0], 0);
	case KCL__Scalprod: return scalprod(g, a[0], a[1]);
	case KCL__SqNorm2: return sqnorm2(g, a[0], 0);
	case KCL__Max: case KCL__Min: return extremum(g, a[0], 0);
	case KCL__MatVecMult: case KCL__VecMatMult: case KCL__TensorProd:
		return product(g, op, a[0], a[1]);
	case KCL__SumT: case KCL__Elem: case KCL__ElemT: case KCL__Extract:
	case KCL__ExtractT:
		return part(g, op, a[0], p, q);
	default: return KEEP;
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
