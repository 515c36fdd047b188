/* oracle_ops.c - the operations of the table in high precision
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE             /* functions of _Float128 in tgmath.h */
#include "oracle.h"
#include <math.h>
#include <tgmath.h>

typedef exact real;

#define R(c) ((real)(c))
#define EACH(k, n) for (int k = 0; k < (n); k++)
#define LANES(...) { __VA_ARGS__; }
#define O(k) o[k]
#define X(k) x[k]
#define Y(k) y[k]
#define T(k) t[k]

/* Functions that know their precision are left to libm.  */
#define exp_(x) exp(x)
#define exp2_(x) exp2(x)
#define decay_(x) exp2(x)
#define expm1_(x) expm1(x)
#define erf_(x) erf(x)
#define erfc_(x) erfc(x)
#define atan_(x) atan(x)
#define atan2_(y, x) atan2(y, x)
#define asin_(x) asin(x)
#define acos_(x) acos(x)
#define asinh_(x) asinh(x)
#define acosh_(x) acosh(x)
#define atanh_(x) atanh(x)
#define cbrt_(x) cbrt(x)
#define copysign_(x, y) copysign(x, y)
#define hypot_(x, y) hypot(x, y)
#define pow_(x, y) pow(x, y)
#define sinh_(x) sinh(x)
#define cosh_(x) cosh(x)
#define tanh_(x) tanh(x)
#define fade_(x) exp(-(x))
#define faded_() R(1e9)
#define whole_() R(1e30)
#define log_(x) log(x)
#define log1p_(x) log1p(x)
#define log2_(x) log2(x)
#define sin_(x, far) ((void)(far), sin(x))
#define cos_(x, far) ((void)(far), cos(x))
#define tan_(x, far) ((void)(far), tan(x))
#define ANY(condition) 0
#define FN(type, ...) FN_##type(__VA_ARGS__)
#define FN_0(result, name, arguments, ...) \
	static result name arguments __VA_ARGS__
#define FN_32(...)
#define FN_64(...)
#define FN_96(...)

struct call {
	real *o;
	const real *in[3];
	int no, nx, ny, nz, p, q;
};

#define UNUSED (void)x, (void)y, (void)z, (void)p, (void)q
#define EW(name, arity, np, dimension, code, ...) \
static real one_##name(real x, real y, real z, int p, int q) \
{ \
	UNUSED; \
	return code; \
} \
static void do_##name(const struct call *c) \
{ \
	EACH(k, c->no) \
		c->o[k] = one_##name(c->in[0][c->nx > 1 ? k : 0], \
		                     c->in[1][c->ny > 1 ? k : 0], \
		                     c->in[2][c->nz > 1 ? k : 0], \
		                     c->p, c->q); \
}

#define FOLD(name, arity, init, step, ...) \
static void do_##name(const struct call *c) \
{ \
	real r = init; \
\
	EACH(k, c->nx > c->ny ? c->nx : c->ny) { \
		const real x = c->in[0][c->nx > 1 ? k : 0]; \
		const real y = c->in[1][c->ny > 1 ? k : 0]; \
\
		(void)y; \
		r = step; \
	} \
	c->o[0] = r; \
}

#define VEC(name, arity, np, dimension, scratch, code, ...) \
static void do_##name(const struct call *c) \
{ \
	real *o = c->o, t[4]; \
	const real *x = c->in[0], *y = c->in[1], *z = c->in[2]; \
	const int no = c->no, nx = c->nx, ny = c->ny, p = c->p, q = c->q; \
\
	UNUSED, (void)t, (void)no, (void)nx, (void)ny; \
	code \
}

#include "ops.def"

void oracle_apply(const struct kcl__graph *g, ref f, exact *const *values)
{
	static const real nothing[1];
	const struct kcl__node *n = &g->node[f];
	const int dim[] = {
		n->narg > 0 ? (int)g->node[n->arg[0]].dim : 0,
		n->narg > 1 ? (int)g->node[n->arg[1]].dim : 0,
		n->narg > 2 ? (int)g->node[n->arg[2]].dim : 0
	};
	const struct call c = {
		values[f], { n->narg > 0 ? values[n->arg[0]] : nothing,
		             n->narg > 1 ? values[n->arg[1]] : nothing,
		             n->narg > 2 ? values[n->arg[2]] : nothing },
		(int)n->dim, dim[0], dim[1], dim[2], n->u.par[0], n->u.par[1]
	};

	switch (n->op) {
#define CASE(name, ...) case KCL__##name: do_##name(&c); break;
#define EW CASE
#define FOLD CASE
#define VEC CASE
#include "ops.def"
	}
}
