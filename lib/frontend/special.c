/* special.c - calls that are neither operations nor reductions
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include <string.h>

const char *const kcl__kinds[] = { "Vi", "Vj", "Pm", "Var" };

int kcl__kind_of(const struct kcl__call *c)
{
	for (int k = 0; k < 4; k++)
		if (kcl__named(c, kcl__kinds[k]))
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
			number, kcl__kinds[a->category], number,
			(long long)a->dim, kcl__kinds[category], number,
			(long long)d);
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
	int64_t v[3] = { p->next, 0, 0 };
	int kind = kcl__kind_of(c), one = c->count == 1;

	if (kind == 3 ? c->count != 3 : c->count != 1 && c->count != 2)
		return kcl__wrong_count(p, c, c->usage);
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

/* Zero(d), Zero_Reduction(d, tag) */
static ref zero(struct kcl__parser *p, const struct kcl__call *c)
{
	int reduced = kcl__named(c, "Zero_Reduction"), tag;
	int64_t d;

	if (c->count != 1 + reduced)
		return kcl__wrong_count(p, c, c->usage);
	if (!kcl__whole(p, c, 0, &d))
		return 0;
	if (d < 1 || d > KCL__MAX_DIM)
		return beyond(p, c, 0, "expected a dimension", KCL__MAX_DIM);
	if (!reduced)
		return kcl__zero(p->g, d);
	tag = kcl__tag(p, c, 1);
	return tag < 0 ? 0
		: kcl__reduction(p->g, 0, kcl__zero(p->g, d), 0, 0, tag);
}

/* Dense(f), the sum of f over neither index */
static ref dense(struct kcl__parser *p, const struct kcl__call *c)
{
	if (c->count != 1)
		return kcl__wrong_count(p, c, c->usage);
	return kcl__reduction(p->g, 0, kcl__value(p, c->item[0].f,
	                                          c->item[0].start),
	                      0, 0, KCL__IJ);
}

/* IntCst(n), IntInv(n), RatCst(p, q) */
static ref constant(struct kcl__parser *p, const struct kcl__call *c)
{
	int inverse = kcl__named(c, "IntInv"), ratio = kcl__named(c, "RatCst");
	int64_t n[2] = { 1, 1 };

	if (c->count != 1 + ratio)
		return kcl__wrong_count(p, c, c->usage);
	for (int k = 0; k < c->count; k++)
		if (!kcl__whole(p, c, k, &n[inverse ? 1 : k]))
			return 0;
	if (n[1] == 0)
		return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
			"expected a divisor other than 0");
	return kcl__const(p->g, (double)n[0] / (double)n[1]);
}

KCL__APART static ref no_number(struct kcl__parser *p,
                                const struct kcl__call *c, size_t start)
{
	char found[KCL__FOUND];

	return kcl__syntax(p, KCL_SYNTAX, start, p->lexer.last,
		"%s expects numbers, found %s", c->usage,
		kcl__quote(p->lexer.text, start, p->lexer.last, found));
}

/* Const(a, b, ...) from the "(" on: any number of numbers.  */
static ref numbers(struct kcl__parser *p, const struct kcl__call *c)
{
	struct kcl__joint all = { .count = 0 };
	ref f;
	double v;

	do {
		size_t start = p->lexer.start;

		f = kcl__formula(p);
		if (f && !kcl__is_const(p->g, f, &v))
			return no_number(p, c, start);
		kcl__place(p, c->start);
		f = kcl__join(p, &all, f);
	} while (f && kcl__accept(p, ','));
	if (f && !kcl__accept(p, ')'))
		return kcl__unexpected(p, "an operator, \",\" or \")\"");
	return kcl__closed(p, f ? kcl__joined(p, &all) : 0, c->start);
}

/* Index_i(), or Index_i(k) for its digit number k */
static ref index_of(struct kcl__parser *p, const struct kcl__call *c)
{
	int category = kcl__named(c, "Index_j") ? KCL__J : KCL__I;
	int64_t k = KCL__WHOLE;

	if (c->count > 1)
		return kcl__wrong_count(p, c, c->usage);
	if (c->count == 1 && !kcl__whole(p, c, 0, &k))
		return 0;
	if (c->count == 1 && (k < KCL__LOW || k > KCL__HIGH))
		return kcl__syntax(p, KCL_LIMIT, c->item[0].start,
			c->item[0].end, "expected a digit, 0 or 1, found %lld",
			(long long)k);
	return kcl__index(p->g, category, (enum kcl__digit)k);
}

static const struct special {
	const char *name, *usage;
	ref (*parse)(struct kcl__parser *, const struct kcl__call *);
	int whole;              /* parses its arguments */
} specials[] = {
#define CALL(name, parse, whole, usage, ...) { #name, usage, parse, whole },
#include "ops.def"
	{ NULL, NULL, NULL, 0 }
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
	c->usage = s->usage;
	if (!s->whole && kcl__items(p, c))
		return 1;
	kcl__place(p, c->start);
	*f = s->parse(p, c);
	return 1;
}
