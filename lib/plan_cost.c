/* plan_cost.c - what a pair costs: operations, and rounds of loops
 * SPDX-License-Identifier: MIT */
#include "plan.h"
#include <string.h>

/* Operations in CODE: a fused multiply-add is one, a function that is not a
 * processor's ten, one of ops.def what is in it, if it is not rare.  */
static double operations(const char *code, int bits,
                         enum kcl__power power)
{
	static const char *const single[] = { "fma", "abs", "qrt", "xp2" };
	double n = 0;

	for (const char *c = code; *c; c++) {
		double call = c > code && *c == '(' && c[-1] >= 'a'
			&& c[-1] <= 'z' ? 10 : 0;

		for (size_t k = 0; call > 1 && k < 4 && c - code > 2; k++)
			call = strncmp(c - 3, single[k], 3) ? call : 1;
		n += call + (c[0] == ' ' && c[1] && c[2] == ' '
		             && strchr("+-*/<>?", c[1]));
	}
	for (const struct kcl__fninfo *f = kcl__fns; f->name; f++)
		for (const char *c = code; f->bits != 96 - bits
		     && strcmp(f->name, "far_")
		     && (c = kcl__fn_call(c, f->name)); c++)
			n += operations(kcl__fn_body(f, bits, power), bits,
			                power);
	return n;
}

int64_t kcl__length(const struct kcl__pass *p, ref f)
{
	const struct kcl__node *n = &p->g->node[f];
	int64_t d = n->dim;

	for (int k = 0; k < n->narg; k++)
		if ((int64_t)p->g->node[n->arg[k]].dim > d)
			d = p->g->node[n->arg[k]].dim;
	return d;
}

double kcl__cost_with(const struct kcl__pass *p, int bits,
                      enum kcl__power power)
{
	double cost = 1;

	for (size_t k = 0; k < p->feeds; k++) {
		const struct kcl__feed *f = &p->feed[k];
		enum kcl__monoid monoid = kcl__reds[f->red].monoid;

		cost += operations(kcl__monoids[monoid].push, bits, power)
			+ operations(kcl__monoids[monoid].lift, bits, power)
			/ KCL__LIFT + (double)f->sizes.block - 1;
	}
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];
		const char *code = kcl__ops[n->op].code;
		double d = (double)kcl__length(p, p->node[k]);

		if (kcl__at(p, p->node[k]) != KCL__AT_PAIR)
			continue;
		cost += code ? d * operations(code, bits, power) : 1;
	}
	return cost;
}

/* Whether CODE computes powers of 2, other than as part of e^x.  */
static int has_powers(const char *code)
{
	int has = code && kcl__fn_call(code, "power2times_");

	for (int k = 0; code && !has && kcl__fns[k].name; k++)
		has = kcl__fn_call(code, kcl__fns[k].name)
			&& has_powers(kcl__fns[k].body);
	return has;
}

static int has_any(const struct kcl__pass *p)
{
	int any = 0;

	for (size_t k = 0; k < p->feeds; k++)
		any |= has_powers(kcl__monoids[kcl__reds[p->feed[k].red]
		                               .monoid].push);
	for (size_t k = 0; k < p->nodes; k++)
		any |= has_powers(kcl__ops[p->g->node[p->node[k]].op].code);
	return any;
}

void kcl__count_cost(struct kcl__pass *pass)
{
	pass->powers = has_any(pass);
	pass->cost[0] = kcl__cost_with(pass, 32, KCL__POLYNOMIAL);
	pass->cost[1] = kcl__cost_with(pass, 64, KCL__POLYNOMIAL);
	if (pass->strip)
		kcl__count_cost(pass->strip);
}

/* Rounds of the loops that compute F once, at most.  */
static double rounds(const struct kcl__pass *p, ref f)
{
	const struct kcl__node *n = &p->g->node[f];
	const char *code = kcl__ops[n->op].code;
	int has_own = code && (strstr(code, "power_") || strstr(code, "sinc_"));
	double d = n->dim;

	for (int a = 0; a < n->narg; a++)
		d += p->g->node[n->arg[a]].dim;
	return has_own ? 40 * d : d;
}

void kcl__loops(const struct kcl__pass *p, const struct kcl__plan *plan,
                struct kcl__loops *loops)
{
	const struct kcl__sizes *s;
	double pair = 2, lanes = plan->lanes * plan->rows;
	double times = (double)kcl__times(p, plan);

	p = kcl__strip_of(p, plan);
	s = &p->sizes;
	for (size_t k = 0; k < p->feeds; k++) {
		const struct kcl__sizes *own = &p->feed[k].sizes;

		pair += 3 * (double)own->block
			+ (double)(own->which * own->ranks) / 16;
	}
	loops->besides = lanes * (double)(2 * s->saved + 3 * s->which
	                                  + s->values + 4);
	loops->column = 2;
	for (size_t k = 0; k < p->inputs; k++) {
		double d = p->g->node[p->input[k]].dim;

		if (kcl__at(p, p->input[k]) == KCL__AT_COLUMN)
			loops->column += 2 * d + 2;
		else
			loops->besides += lanes * d;
	}
	for (size_t k = 0; k < p->nodes; k++)
		if (kcl__at(p, p->node[k]) >= KCL__AT_COLUMN)
			pair += rounds(p, p->node[k]);
		else
			loops->besides += plan->rows * rounds(p, p->node[k]);
	loops->column += plan->rows * pair;
	loops->column *= times;
	loops->besides *= times;
}
