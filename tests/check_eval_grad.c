/* check_eval_grad.c - every operation's derivatives against differences
 * SPDX-License-Identifier: MIT
 *
 * Each row of ops.def is looked at over its own test domain, so a row that is
 * added is tested.  With random cotangents e and u:
 *	(f(v + h) - f(v - h) | e) / 2h		is	Grad(f, v, e),
 *	(g(w + h) - g(w - h) | u) / 2h		is	Grad(g, w, u),
 * where g is Grad(f, v, e) and v and w are any of the arguments.  */
#include "evallab.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3, MOST = 18 /* coordinates */ };

/* The operation F of one row, written out; its arguments v and what follows
 * its domain.  */
struct subject {
	const struct kcl__opinfo *op;
	char formula[100];
	int dim[3], result;     /* dimensions of the arguments and of f */
	double lo[3], hi[3];
};

/* What stands in a formula: x, y, z, e (for f) and u (for a gradient).  */
struct point { double v[3][MOST], e[MOST], u[MOST]; };

/* Reads "[-2,2]^3 [0.5,2]^1 ; 0 1".  */
static void read_subject(struct subject *s, const struct kcl__opinfo *op)
{
	const char *at = op->domain;
	int used, parameter;
	char *end = s->formula;

	s->op = op;
	end += sprintf(end, "%s(", op->name);
	for (int k = 0; k < op->arity; k++) {
		ck_assert_msg(sscanf(at, " [%lf,%lf]^%d%n", &s->lo[k],
		                     &s->hi[k], &s->dim[k], &used) == 3,
		              "%s: no domain at \"%s\"", op->name, at);
		at += used;
		end += sprintf(end, k ? ",%c" : "%c", 'x' + k);
	}
	at += strspn(at, " ;");
	for (int k = 0; k < op->parameters; k++) {
		ck_assert_msg(sscanf(at, "%d%n", &parameter, &used) == 1,
		              "%s: no parameter at \"%s\"", op->name, at);
		at += used;
		end += sprintf(end, ",%d", parameter);
	}
	strcpy(end, ")");
}

/* Computes TEXT at a point, where u has DIM coordinates; returns how many
 * coordinates there are.  */
static int compute(const struct subject *s, const char *text, int dim,
                   const struct point *at, double *result)
{
	static const char *const kinds[] = { "Vi", "Vj", "Pm" };
	char whole[1000], alias[20];
	struct lab lab;
	struct answer a;

	lab_begin(&lab);
	for (int k = 0; k < s->op->arity; k++) {
		sprintf(alias, "%c=%s(%d)", 'x' + k, kinds[k], s->dim[k]);
		lab_variable(&lab, alias, at->v[k]);
	}
	sprintf(alias, "e=Vi(%d)", s->result);
	if (s->result)
		lab_variable(&lab, alias, at->e);
	sprintf(alias, "u=Vj(%d)", dim);
	if (dim)
		lab_variable(&lab, alias, at->u);
	snprintf(whole, sizeof whole, "Sum_Reduction(%s,0)", text);
	a = lab_run(&lab, whole, 64);
	ck_assert_int_le(a.values, MOST);
	memcpy(result, a.value, (size_t)a.values * sizeof *result);
	answer_free(&a);
	lab_end(&lab);
	return (int)a.values;
}

/* (text(v + h) - text(v - h) | cotangent) / 2h in coordinate K of argument V;
 * *SIZE grows by the sum of |terms|.  */
static double slope(const struct subject *s, const char *text,
                    const double *cotangent, const struct point *at, int v,
                    int k, double *size)
{
	const double h = 1e-5;
	double up[MOST], down[MOST], sum = 0;
	struct point moved = *at;
	int count;

	moved.v[v][k] = at->v[v][k] + h;
	compute(s, text, 0, &moved, up);
	moved.v[v][k] = at->v[v][k] - h;
	count = compute(s, text, 0, &moved, down);
	for (int c = 0; c < count; c++) {
		double term = (up[c] - down[c]) / (2 * h) * cotangent[c];

		sum += term;
		*size += fabs(term);
	}
	return sum;
}

/* TEXT's gradient in argument V, which is GRADIENT, against its slopes.  */
static void check_slopes(const struct subject *s, const char *text,
                         const double *cotangent, int dim, int v,
                         const char *gradient, const struct point *at)
{
	double found[MOST];

	ck_assert_int_eq(compute(s, gradient, dim, at, found), s->dim[v]);
	for (int k = 0; k < s->dim[v]; k++) {
		double size = 1;
		double want = slope(s, text, cotangent, at, v, k, &size);

		ck_assert_msg(fabs(found[k] - want) < 1e-5 * size,
		              "coordinate %d of %s is %.10g, but the "
		              "difference is %.10g", k, gradient, found[k],
		              want);
	}
}

static struct point draw(const struct subject *s, uint64_t *state)
{
	struct point p = { .e = { 0 } };

	for (int k = 0; k < MOST; k++) {
		for (int v = 0; v < 3; v++)
			p.v[v][k] = lab_random(state, s->lo[v], s->hi[v]);
		p.e[k] = lab_random(state, -1, 1);
		p.u[k] = lab_random(state, -1, 1);
	}
	return p;
}

static void check_point(const struct subject *s, const struct point *at)
{
	char first[200], second[400];

	for (int v = 0; v < s->op->arity; v++) {
		sprintf(first, "Grad(%s,%c,e)", s->formula, 'x' + v);
		check_slopes(s, s->formula, at->e, 0, v, first, at);
		for (int w = 0; w < s->op->arity; w++) {
			sprintf(second, "Grad(%s,%c,u)", first, 'x' + w);
			check_slopes(s, first, at->u, s->dim[v], w, second,
			             at);
		}
	}
}

START_TEST(derivatives)
{
	struct subject s = { .result = 0 };
	struct point p = { .e = { 0 } };
	uint64_t state = 1;
	double result[MOST];

	read_subject(&s, &kcl__ops[_i]);
	for (int round = 0; round < ROUNDS; round++) {
		p = draw(&s, &state);
		s.result = 0;
		s.result = compute(&s, s.formula, 0, &p, result);
		check_point(&s, &p);
	}
}
END_TEST

/* What the note on XLogX says of 0.  */
START_TEST(xlogx_is_steep_at_zero)
{
	static const struct { const char *text; double e, want; } all[] = {
		{ "Grad(XLogX(x),x,e)", 1, -INFINITY },
		{ "Grad(XLogX(x),x,e)", 0, NAN },
		{ "Grad(XLogX(Maximum(x,1e-30)),x,e)", 1, 0 },
		{ "Grad(XLogX(Maximum(x,1e-30)),x,e)", 0, 0 }
	};
	const struct subject s = { .op = &kcl__ops[KCL__XLogX], .dim = { 1 },
		.result = 1 };
	double found;

	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		struct point at = { .e = { all[k].e } };

		compute(&s, all[k].text, 0, &at, &found);
		ck_assert_msg(found == all[k].want
		              || (isnan(found) && isnan(all[k].want)),
		              "%s is %g", all[k].text, found);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("eval_grad");
	TCase *t = tcase_create("operations");

	tcase_add_loop_test(t, derivatives, KCL__GRAD + 1, KCL__RED);
	tcase_add_test(t, xlogx_is_steep_at_zero);
	suite_add_tcase(suite, t);
	return suite_run(suite);
}
