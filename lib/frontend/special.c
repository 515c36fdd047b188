/* special.c - calls that are neither operations nor reductions
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include <string.h>

static const char *const kinds[] = { "Vi", "Vj", "Pm", "Var" };

int kcl__kind_of(const struct kcl__call *c)
{
	for (int k = 0; k < 4; k++)
		if (kcl__named(c, kinds[k]))
			return k;
	return -1;
}

static ref beyond(struct kcl__parser *p, const struct kcl__call *c, int k,
                  const char *what, int most)
{
	char found[KCL__FOUND];

	return kcl__syntax(p, KCL_LIMIT, c->item[k].start, c->item[k].end,
		"%s from %d to %d, found %s", what, most == KCL__MAX_DIM, most,
		kcl__quote(p->lexer.text, c->item[k].start, c->item[k].end,
		           found));
}

/* Declares argument NUMBER, or checks that it was declared alike.  */
static ref declare(struct kcl__parser *p, const struct kcl__call *c,
                   int number, int64_t d, int category)
{
	struct kcl__argument *a = &p->g->argument[number];

	if (a->dim && (a->dim != d || a->category != category))
		return kcl__syntax(p, KCL_DIM, c->start, p->lexer.last,
			"argument %d is %s(%d,%lld) already, found %s(%d,%lld)",
			number, kinds[a->category], number, (long long)a->dim,
			kinds[category], number, (long long)d);
	a->dim = d;
	a->category = category;
	if (number >= p->g->arguments)
		p->g->arguments = number + 1;
	if (number >= p->next)
		p->next = number + 1;
	return kcl__var(p->g, number);
}

/* Vi(d), Vi(number, d), Var(number, d, category) within a formula.  */
static ref variable(struct kcl__parser *p, const struct kcl__call *c)
{
	static const char *const usage[] = {
		"Vi(d) or Vi(number, d)", "Vj(d) or Vj(number, d)",
		"Pm(d) or Pm(number, d)", "Var(number, d, category)"
	};
	int64_t v[3] = { p->next, 0, 0 };
	int kind = kcl__kind_of(c), one = c->count == 1;

	if (kind == 3 ? c->count != 3 : c->count != 1 && c->count != 2)
		return kcl__wrong_count(p, c, usage[kind]);
	for (int k = 0; k < c->count; k++)
		if (!kcl__whole(p, c, k, &v[one ? 1 : k]))
			return 0;
	if (one && v[0] == KCL__MAX_ARGUMENTS)
		return kcl__syntax(p, KCL_LIMIT, c->start, p->lexer.last,
			"expected at most %d arguments, found one more",
			KCL__MAX_ARGUMENTS);
	if (v[0] < 0 || v[0] >= KCL__MAX_ARGUMENTS)
		return beyond(p, c, 0, "expected an argument number",
		              KCL__MAX_ARGUMENTS - 1);
	if (v[1] < 1 || v[1] > KCL__MAX_DIM)
		return beyond(p, c, !one, "expected a dimension", KCL__MAX_DIM);
	if (v[2] < 0 || v[2] > 2)
		return kcl__syntax(p, KCL_SYNTAX, c->item[2].start,
			c->item[2].end, "expected a category, 0 (i), 1 (j) or "
			"2 (parameter), found %lld", (long long)v[2]);
	return declare(p, c, (int)v[0], v[1], kind == 3 ? (int)v[2] : kind);
}

static ref zero(struct kcl__parser *p, const struct kcl__call *c)
{
	int64_t d;

	if (c->count != 1)
		return kcl__wrong_count(p, c, "Zero(d)");
	if (!kcl__whole(p, c, 0, &d))
		return 0;
	if (d < 1 || d > KCL__MAX_DIM)
		return beyond(p, c, 0, "expected a dimension", KCL__MAX_DIM);
	return kcl__zero(p->g, d);
}

/* IntCst(n), IntInv(n), RatCst(p, q) */
static ref constant(struct kcl__parser *p, const struct kcl__call *c)
{
	int inverse = kcl__named(c, "IntInv"), ratio = kcl__named(c, "RatCst");
	int64_t n[2] = { 1, 1 };

	if (c->count != 1 + ratio)
		return kcl__wrong_count(p, c, ratio ? "RatCst(p, q)"
			: inverse ? "IntInv(n)" : "IntCst(n)");
	for (int k = 0; k < c->count; k++)
		if (!kcl__whole(p, c, k, &n[inverse ? 1 : k]))
			return 0;
	if (n[1] == 0)
		return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
			"expected a divisor other than 0");
	return kcl__const(p->g, (double)n[0] / (double)n[1]);
}

static const struct special {
	const char *name;
	ref (*parse)(struct kcl__parser *, const struct kcl__call *);
} specials[] = {
	/* These two parse their arguments, which are not all formulas.  */
	{ "TensorDot", kcl__parse_tensor }, { "Kron", kcl__parse_tensor },
	{ "Vi", variable }, { "Vj", variable }, { "Pm", variable },
	{ "Var", variable }, { "IntCst", constant }, { "IntInv", constant },
	{ "RatCst", constant }, { "Zero", zero },
	{ "Grad", kcl__parse_derivative },
	{ "Grad_WithSavedForward", kcl__parse_derivative },
	{ "AdjointOperator", kcl__parse_derivative },
	{ "Diff", kcl__parse_derivative },
	{ "Diff_WithSavedForward", kcl__parse_derivative },
	{ "Divergence", kcl__parse_derivative },
	{ "Laplacian", kcl__parse_derivative },
	{ "TraceOperator", kcl__parse_derivative },
	{ "GradMatrix", kcl__parse_derivative },
	{ NULL, NULL }
};

const char *kcl__special(size_t k)
{
	return specials[k].name;
}

int kcl__parse_special(struct kcl__parser *p, struct kcl__call *c, ref *f)
{
	const struct special *s = specials;

	while (s->name && !kcl__named(c, s->name))
		s++;
	if (!s->name)
		return 0;
	if (s->parse != kcl__parse_tensor && kcl__items(p, c))
		return 1;
	kcl__place(p, c->start);
	*f = s->parse(p, c);
	return 1;
}
