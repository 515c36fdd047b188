/* simplify_vector.c - operations on whole vectors, simplified
 * SPDX-License-Identifier: MIT */
#include "simplify_rules.h"

static ref sum(struct kcl__graph *g, ref x)
{
	ref a = arg(g, x, 0), b = arg(g, x, 1);

	if (dim(g, x) == 1)
		return x;
	if (is(g, x, KCL__ZERO))
		return kcl__const(g, 0);
	if (is(g, x, KCL__SumT))
		return kcl__make2(g, KCL__Mult,
		                  kcl__const(g, (double)dim(g, x)), a);
	if (is(g, x, KCL__Square))
		return kcl__make1(g, KCL__SqNorm2, a);
	if (is(g, x, KCL__Minus))
		return kcl__make1(g, KCL__Minus, kcl__make1(g, KCL__Sum, a));
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
		ref u = k ? y : x;

		if (!is(g, u, KCL__Mult) || dim(g, arg(g, u, 0)) > 1)
			continue;
		t = k ? kcl__make2(g, KCL__Scalprod, x, arg(g, u, 1))
			: kcl__make2(g, KCL__Scalprod, arg(g, u, 1), y);
		return kcl__make2(g, KCL__Mult, arg(g, u, 0), t);
	}
	return KEEP;
}

static ref sqnorm2(struct kcl__graph *g, ref x)
{
	if (dim(g, x) == 1)
		return kcl__make1(g, KCL__Square, x);
	return is(g, x, KCL__ZERO) ? kcl__const(g, 0) : KEEP;
}

static ref product(struct kcl__graph *g, int op, ref x, ref y)
{
	int64_t d = kcl__op_dim((enum kcl__op)op, dim(g, x), dim(g, y), 0, 0,
	                        0);

	if (d > 0 && d <= KCL__MAX_DIM
	    && (is_number(g, x, 0) || is_number(g, y, 0)))
		return kcl__zero(g, d);
	return KEEP;
}

/* The part of X, or of what it was made of, that has all of the N coordinates
 * from *P on; *P is then the place in it.  */
static ref origin(const struct kcl__graph *g, ref x, int64_t n, int64_t *p)
{
	for (;;) {
		const struct kcl__node *node = &g->node[x];
		int64_t left = g->node[node->arg[0]].dim;

		if (node->op == KCL__Extract) {
			*p += node->u.par[0];
			x = node->arg[0];
		} else if (node->op == KCL__Concat && *p >= left) {
			*p -= left;
			x = node->arg[1];
		} else if (node->op == KCL__Concat && *p + n <= left) {
			x = node->arg[0];
		} else {
			return x;
		}
	}
}

/* The N coordinates from P on of X, which is a part Y among zeros, where they
 * are zeros, or have all of it, or are in it.  */
static ref among_zeros(struct kcl__graph *g, ref x, int64_t n, int64_t p)
{
	const struct kcl__node *node = &g->node[x];
	int one = node->op == KCL__ElemT;
	int64_t from = node->u.par[one], to;
	ref y = node->arg[0];

	if (!one && node->op != KCL__ExtractT)
		return KEEP;
	to = from + dim(g, y);
	if (to <= p || p + n <= from)
		return kcl__zero(g, n);
	if (from <= p && p + n <= to)
		return n == 1 ? kcl__make(g, KCL__Elem, 1, &y, p - from, 0)
			: kcl__make(g, KCL__Extract, 1, &y, p - from, n);
	if (p <= from && to <= p + n)
		return one ? kcl__make(g, KCL__ElemT, 1, &y, n, from - p)
			: kcl__make(g, KCL__ExtractT, 1, &y, from - p, n);
	return KEEP;
}

/* SumT, Elem, ElemT, Extract, ExtractT: of zeros, of nothing less than the
 * whole, and parts of parts.  */
static ref part(struct kcl__graph *g, int op, ref x, int64_t p, int64_t q)
{
	int64_t d = kcl__op_dim((enum kcl__op)op, dim(g, x), 0, 0, p, q);
	ref y;

	if (d <= 0 || d > KCL__MAX_DIM)
		return KEEP;
	if (is_number(g, x, 0))
		return kcl__zero(g, d);
	if (d == dim(g, x))
		return x;
	if (op != KCL__Elem && op != KCL__Extract)
		return KEEP;
	if (is(g, x, KCL__SumT))
		return widen(g, arg(g, x, 0), d);
	y = origin(g, x, d, &p);
	return y == x ? among_zeros(g, x, d, p)
		: kcl__make(g, op, 1, &y, p, q);
}

static ref matrix_product(struct kcl__graph *g, ref x, ref y, int64_t p)
{
	int64_t d = kcl__op_dim(KCL__MatMatMult, dim(g, x), dim(g, y), 0, p, 0);

	if (d <= 0 || d > KCL__MAX_DIM)
		return KEEP;
	if (is_number(g, x, 0) || is_number(g, y, 0))
		return kcl__zero(g, d);
	if (p == dim(g, x) && p == dim(g, y))
		return kcl__make2(g, KCL__Scalprod, x, y);
	if (p == dim(g, x))
		return kcl__make2(g, KCL__VecMatMult, x, y);
	if (p == dim(g, y))
		return kcl__make2(g, KCL__MatVecMult, x, y);
	return p == 1 ? kcl__make2(g, KCL__TensorProd, x, y) : KEEP;
}

static ref swap_axes(struct kcl__graph *g, ref x, int64_t p, int64_t q)
{
	if (kcl__op_dim(KCL__SwapAxes, dim(g, x), 0, 0, p, q) <= 0)
		return KEEP;
	if (p == 1 || q == 1 || is_number(g, x, 0))
		return x;
	return is(g, x, KCL__SwapAxes) && g->node[x].u.par[0] == q
		&& g->node[x].u.par[1] == p ? arg(g, x, 0) : KEEP;
}

ref kcl__simpler_vector(struct kcl__graph *g, int op, const ref *a, int64_t p,
                        int64_t q)
{
	switch (op) {
	case KCL__Sum: return sum(g, a[0]);
	case KCL__Scalprod: return scalprod(g, a[0], a[1]);
	case KCL__SqNorm2: return sqnorm2(g, a[0]);
	case KCL__MatVecMult: case KCL__VecMatMult: case KCL__TensorProd:
		return product(g, op, a[0], a[1]);
	case KCL__MatMatMult: return matrix_product(g, a[0], a[1], p);
	case KCL__SwapAxes: return swap_axes(g, a[0], p, q);
	case KCL__SumT: case KCL__Elem: case KCL__ElemT: case KCL__Extract:
	case KCL__ExtractT:
		return part(g, op, a[0], p, q);
	default: return KEEP;
	}
}
