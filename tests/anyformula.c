/* anyformula.c - random formulas over every row of ops.def, and their values
 * SPDX-License-Identifier: MIT */
#include "anyformula.h"
#include "frontend/parse.h"
#include "simplify.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 120, WIDEST_ANY = 36 };

static const char *const variables[ANY_ARGUMENTS] = {
	"a=Vi(3)", "b=Vj(3)", "c=Pm(1)", "d=Vj(1)", "e=Vi(6)", "f=Pm(2)"
};

int any_number(struct any *any, int below)
{
	any->seed = any->seed * 6364136223846793005u + 1442695040888963407u;
	return (int)((any->seed >> 33) % (uint64_t)below);
}

/* In the place of something once the pool is full.  */
void any_keep(struct any *any, ref f, int size)
{
	enum { FIXED = ANY_ARGUMENTS + ANY_CONSTANTS };
	int k = any->count < ANY_POOL ? any->count++
		: FIXED + any_number(any, ANY_POOL - FIXED);

	any->pool[k] = f;
	any->size[k] = size;
	any->last = k;
}

void any_begin(struct any *any, uint64_t seed)
{
	static const double constants[ANY_CONSTANTS - 1] = { 0, 1, 4, -2.25 };

	memset(any, 0, sizeof *any);
	any->seed = seed;
	ck_assert_int_eq(kcl__graph_init(&any->g), 0);
	for (int k = 0; k < ANY_ARGUMENTS; k++) {
		ck_assert(!kcl__parse_alias(&any->g, k, variables[k]));
		any_keep(any, kcl__var(&any->g, k), 1);
	}
	for (int k = 0; k < ANY_CONSTANTS - 1; k++)
		any_keep(any, kcl__const(&any->g, constants[k]), 1);
	any_keep(any, kcl__zero(&any->g, 3), 1);
}

void any_end(struct any *any)
{
	kcl__graph_free(&any->g);
}

/* A parameter: from the row's test domain, or of any small size.  */
static int64_t parameter(struct any *any, const char *domain, int k)
{
	const char *from = strchr(domain, ';');
	long value[2] = { 0 };

	if (from)
		sscanf(from, "; %ld %ld", &value[0], &value[1]);
	return any_number(any, 2) ? value[k] : any_number(any, 9) - 2;
}

static ref shorthand(struct any *any, struct step *s)
{
	const struct kcl__definfo *def = &kcl__defs[s->row];
	const struct kcl__meaning m[] = {
		{ "x", s->arg[0], 0 }, { "y", s->arg[1], 0 },
		{ "z", s->arg[2], 0 }, { "w", s->arg[3], 0 }, { NULL, 0, 0 }
	};
	char text[60];

	snprintf(text, sizeof text, "%s(%.*s)", def->name, 2 * def->arity - 1,
	         "x,y,z,w");
	return kcl__parse_rule(&any->g, text, m);
}

/* An operation, or KCL__RED and more for a shorthand.  Where formulas are
 * simplified, those that do are taken as often as all others.  */
static int operation(struct any *any)
{
	static const int simplifying[] = {
		KCL__Add, KCL__Subtract, KCL__Minus, KCL__Mult, KCL__Divide,
		KCL__Square, KCL__Pow, KCL__Sum, KCL__SumT, KCL__Scalprod,
		KCL__Concat, KCL__Elem, KCL__ElemT, KCL__Extract
	};
	static int rows;

	while (kcl__defs[rows].name)
		rows++;
	if (any_number(any, any->raw ? 3 : 2) == 1)
		return simplifying[any_number(any, sizeof simplifying
		                              / sizeof *simplifying)];
	return KCL__GRAD + 1 + any_number(any, KCL__RED - KCL__GRAD - 1 + rows);
}

/* The last formula, a variable, or any.  Where formulas are not simplified,
 * few constants and argument NUMBER k only seldom what others are.  */
static int choose_argument(struct any *any, int number)
{
	int constants = any->raw ? any_number(any, 8) == 0 : 1;

	switch (any_number(any, 5)) {
	case 0: case 1:
		if (!any->raw || number == 0 || any_number(any, 8) == 0)
			return any->last;
		/* fall through */
	case 2: return any_number(any, any->count);
	default: return any_number(any, ANY_ARGUMENTS
	                           + constants * ANY_CONSTANTS);
	}
}

/* The last argument as a whole number, or -1.  */
static int64_t last_number(const struct any *any, const struct step *s)
{
	double v;

	return kcl__is_const(&any->g, s->arg[s->narg - 1], &v) && v >= 0
		&& v == floor(v) ? (int64_t)v : -1;
}

/* Whether the last argument may have to be a whole number: such rows have no
 * domain.  */
static int takes_number(const struct step *s)
{
	return s->row >= 0 && !*kcl__defs[s->row].domain;
}

/* Chooses a row and what it is applied to; whether that fits.  */
static int choose(struct any *any, struct step *s, int *size)
{
	const struct kcl__opinfo *o;
	int64_t d[4] = { 0 };

	memset(s, 0, sizeof *s);
	*size = 1;
	s->op = operation(any);
	s->row = s->op >= KCL__RED ? s->op - KCL__RED : -1;
	o = &kcl__ops[s->row < 0 ? s->op : KCL__NONE];
	s->narg = s->row < 0 ? o->arity : kcl__defs[s->row].arity;
	for (int k = 0; k < s->narg; k++) {
		int n = takes_number(s) && k == s->narg - 1
			? ANY_ARGUMENTS + any_number(any, ANY_CONSTANTS)
			: choose_argument(any, k);

		s->arg[k] = any->pool[n];
		*size += any->size[n];
		d[k] = any->g.node[s->arg[k]].dim;
	}
	if (s->row >= 0)
		return *size <= LARGEST && kcl__def_fits(s->row, d[0], d[1],
			d[2], last_number(any, s));
	s->p = o->parameters > 0 ? parameter(any, o->domain, 0) : 0;
	s->q = o->parameters > 1 ? parameter(any, o->domain, 1) : 0;
	d[0] = kcl__op_dim((enum kcl__op)s->op, d[0], d[1], d[2], s->p, s->q);
	return *size <= LARGEST && d[0] > 0 && d[0] <= WIDEST_ANY;
}

int any_choose(struct any *any, struct step *s)
{
	int size;

	while (!choose(any, s, &size))
		continue;
	return size;
}

ref any_make(struct any *any, struct step *s)
{
	if (s->row >= 0)
		s->made = shorthand(any, s);
	else
		s->made = any->raw
			? kcl__node(&any->g, s->op, s->narg, s->arg, s->p, s->q)
			: kcl__make(&any->g, s->op, s->narg, s->arg, s->p,
			            s->q);
	return s->made;
}

void any_step(struct any *any, struct step *s)
{
	int size;

	do
		size = any_choose(any, s);
	while (!any_make(any, s));      /* a shorthand may still not fit */
	any_keep(any, s->made, size);
}

/* ----- values: the table's code, in float64 ----------------------------- */

typedef double real;
typedef int64_t bits;
typedef uint64_t word;

#define R(c) ((real)(c))
#define W(c) ((word)(c))
#define ANY(condition) ((condition) != 0)
#define EACH(k, n) for (int k = 0; k < (n); k++)
#define LANES(...) { __VA_ARGS__; }
#define X(k) x[k]
#define Y(k) y[k]
#define O(k) o[k]
#define T(k) t[k]

static word AS_WORD(real x)
{
	word w;

	memcpy(&w, &x, sizeof w);
	return w;
}

static real AS_REAL(word w)
{
	real x;

	memcpy(&x, &w, sizeof x);
	return x;
}

#define FN(bits, ...) FN_##bits(__VA_ARGS__)
#define FN_32(...)
#define FN_64(result, name, arguments, ...) \
	static inline result name arguments __VA_ARGS__
#define FN_96 FN_64
#define FN_0 FN_64
#include "ops.def"

static real coordinatewise(int op, int p, int q, real x, real y, real z)
{
	(void)p, (void)q, (void)y, (void)z;
	switch (op) {
#define INNER(name, arity, code) case KCL__##name: return code;
#define EW(name, arity, parameters, dim, code, ...) \
	case KCL__##name: return code;
#include "ops.def"
	default: return NAN;
	}
}

static real folded(int op, int64_t n, const real *a, const real *b)
{
	real r = NAN;

	switch (op) {
#define FOLD(name, arity, init, step, ...) \
	case KCL__##name: \
		r = init; \
		for (int64_t k = 0; k < n; k++) { \
			real x = a[k], y = b ? b[k] : 0; \
			(void)y; \
			r = step; \
		} \
		break;
#include "ops.def"
	default: break;
	}
	return r;
}

static void vector(int op, int p, int q, int nx, const real *x, int ny,
                   const real *y, int no, real *o)
{
	real t[8];

	(void)p, (void)q, (void)nx, (void)ny, (void)y, (void)t;
	switch (op) {
#define VEC(name, arity, parameters, dim, scratch, code, ...) \
	case KCL__##name: code break;
#include "ops.def"
	default: break;
	}
}

static void compute(const struct kcl__graph *g, ref f, real **value)
{
	const struct kcl__node *n = &g->node[f];
	const real *v[3] = { value[n->arg[0]], value[n->arg[1]],
		value[n->arg[2]] };
	int64_t d[3], no = n->dim;
	real *o = value[f];

	for (int k = 0; k < 3; k++)
		d[k] = k < n->narg ? g->node[n->arg[k]].dim : 0;
	for (int64_t k = 0; k < no; k++)
		if (n->op == KCL__CONST || n->op == KCL__ZERO)
			o[k] = n->op == KCL__CONST ? n->u.value : 0;
		else if (n->op == KCL__VAR)
			o[k] = sin(2.3 * n->u.par[0] + 1.7 * (double)k + 1);
		else if (kcl__ops[n->op].kind == KCL__EW)
			o[k] = coordinatewise(n->op, n->u.par[0], n->u.par[1],
				v[0][d[0] > 1 ? k : 0],
				d[1] ? v[1][d[1] > 1 ? k : 0] : 0,
				d[2] ? v[2][d[2] > 1 ? k : 0] : 0);
	if (kcl__ops[n->op].kind == KCL__FOLD)
		o[0] = folded(n->op, d[0], v[0], v[1]);
	if (kcl__ops[n->op].kind == KCL__VEC)
		vector(n->op, n->u.par[0], n->u.par[1], (int)d[0], v[0],
		       (int)d[1], v[1], (int)no, o);
}

double *any_values(const struct kcl__graph *g, ref f)
{
	real **value = calloc(f + 1, sizeof *value), *result;
	unsigned char *needed = calloc(f + 1, 1);

	ck_assert(value && needed);
	kcl__mark(g, f, 0, needed);
	for (ref k = 1; k <= f; k++) {
		if (!needed[k])
			continue;
		value[k] = calloc(g->node[k].dim, sizeof **value);
		ck_assert_ptr_nonnull(value[k]);
		compute(g, k, value);
	}
	result = value[f];
	for (ref k = 1; k < f; k++)
		free(value[k]);
	free(value);
	free(needed);
	return result;
}
