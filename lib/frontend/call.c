/* call.c - formulas as text: names, numbers, parentheses and calls
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { ITEMS = 8 };

/* The arguments of a call, all parsed as formulas; a whole number among them
 * is a constant node.  */
struct call {
	const char *name;
	size_t length;          /* of the name */
	size_t start;           /* of the name in the text */
	int count;
	struct { ref f; size_t start, end; } item[ITEMS];
};

static int named(const struct call *c, const char *name)
{
	return strlen(name) == c->length
		&& memcmp(c->name, name, c->length) == 0;
}

/* The whole number that item K is, or else LLONG_MIN with a report.  */
static int64_t integer(struct kcl__parser *p, const struct call *c, int k)
{
	double v;

	if (kcl__is_const(p->g, c->item[k].f, &v) && v == (double)(int64_t)v
	    && v < 1e15 && v > -1e15)
		return (int64_t)v;
	kcl__syntax(p, KCL_SYNTAX, c->item[k].start, c->item[k].end,
	            "argument %d of %.*s must be a whole number", k + 1,
	            (int)c->length, c->name);
	return LLONG_MIN;
}

static ref wrong_count(struct kcl__parser *p, const struct call *c,
                       const char *usage)
{
	return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
		"expected %s, found %d argument%s", usage, c->count,
		c->count == 1 ? "" : "s");
}

/* items = formula {"," formula} ")" */
static int items(struct kcl__parser *p, struct call *c)
{
	if (kcl__accept(p, ')'))
		return 0;
	for (;;) {
		size_t start = p->lexer.start;
		ref f = kcl__formula(p);

		if (!f)
			return -1;
		if (c->count == ITEMS) {
			kcl__syntax(p, KCL_SYNTAX, start, p->lexer.last,
			            "too many arguments");
			return -1;
		}
		c->item[c->count].f = f;
		c->item[c->count].start = start;
		c->item[c->count++].end = p->lexer.last;
		if (kcl__accept(p, ')'))
			return 0;
		if (!kcl__accept(p, ',')) {
			kcl__unexpected(p, "\",\" or \")\"");
			return -1;
		}
	}
}

/* Declares argument NUMBER, or checks that it was declared alike.  */
static ref variable(struct kcl__parser *p, const struct call *c,
                    int64_t number, int64_t d, int64_t category)
{
	struct kcl__graph *g = p->g;
	struct kcl__argument *a;

	if (number < 0 || number >= KCL__MAX_ARGUMENTS)
		return kcl__syntax(p, KCL_LIMIT, c->start, p->lexer.last,
			"an argument's number is from 0 to %d, not %lld",
			KCL__MAX_ARGUMENTS - 1, (long long)number);
	if (d < 1 || d > KCL__MAX_DIM)
		return kcl__syntax(p, KCL_LIMIT, c->start, p->lexer.last,
			"a dimension is from 1 to %d, not %lld", KCL__MAX_DIM,
			(long long)d);
	if (category < 0 || category > 2)
		return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
			"a category is 0 (i), 1 (j) or 2 (parameter), not %lld",
			(long long)category);
	a = &g->argument[number];
	if (a->dim && (a->dim != d || a->category != category))
		return kcl__syntax(p, KCL_DIM, c->start, p->lexer.last,
			"argument %lld is already %s of dimension %lld",
			(long long)number, &"Vi\0Vj\0Pm"[3 * a->category],
			(long long)a->dim);
	a->dim = d;
	a->category = (int)category;
	if (number >= g->arguments)
		g->arguments = (int)number + 1;
	return kcl__var(g, (int)number);
}

/* Vi(d), Vi(number, d), Var(number, d, category) within a formula.  */
static ref inline_variable(struct kcl__parser *p, const struct call *c)
{
	static const char *const kinds[] = { "Vi", "Vj", "Pm" };
	int64_t v[3] = { p->g->arguments, 0, 0 };
	int var = named(c, "Var");

	if (var ? c->count != 3 : c->count != 1 && c->count != 2)
		return wrong_count(p, c, var ? "Var(number, d, category)"
		                   : "(d) or (number, d)");
	for (int k = 0; k < c->count; k++) {
		int64_t n = integer(p, c, k);

		if (n == LLONG_MIN)
			return 0;
		v[c->count == 1 ? 1 : k] = n;
	}
	for (int k = 0; k < 3 && !var; k++)
		if (named(c, kinds[k]))
			v[2] = k;
	return variable(p, c, v[0], v[1], v[2]);
}

/* IntCst(n), IntInv(n), RatCst(p, q), Zero(d) */
static ref constant(struct kcl__parser *p, const struct call *c)
{
	int two = named(c, "RatCst");
	int64_t a, b = 1;

	if (c->count != 1 + two)
		return wrong_count(p, c, two ? "RatCst(p, q)"
		                   : "one whole number");
	a = integer(p, c, 0);
	if (a == LLONG_MIN)
		return 0;
	if (two && (b = integer(p, c, 1)) == LLONG_MIN)
		return 0;
	if (named(c, "Zero")) {
		if (a < 1 || a > KCL__MAX_DIM)
			return kcl__syntax(p, KCL_LIMIT, c->start,
				p->lexer.last, "a dimension is from 1 to %d, "
				"not %lld", KCL__MAX_DIM, (long long)a);
		return kcl__zero(p->g, a);
	}
	if (named(c, "IntInv")) {
		b = a;
		a = 1;
	}
	if (b == 0)
		return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
			"division by zero");
	return kcl__const(p->g, (double)a / (double)b);
}

/* Grad(f, v, e); e may be left out when f has dimension 1.  */
static ref gradient(struct kcl__parser *p, const struct call *c)
{
	ref e;

	if (c->count != 2 && c->count != 3)
		return wrong_count(p, c, "Grad(f, v, e)");
	if (c->count == 2 && p->g->node[c->item[0].f].dim != 1)
		return wrong_count(p, c, "a cotangent, Grad(f, v, e), as f has "
		                   "more than one coordinate");
	e = c->count == 3 ? c->item[2].f : kcl__const(p->g, 1);
	return kcl__gradient(p->g, c->item[0].f, c->item[1].f, e);
}

static const struct { const char *name; ref (*parse)(struct kcl__parser *,
	const struct call *); } specials[] = {
	{ "Vi", inline_variable }, { "Vj", inline_variable },
	{ "Pm", inline_variable }, { "Var", inline_variable },
	{ "IntCst", constant }, { "IntInv", constant }, { "RatCst", constant },
	{ "Zero", constant }, { "Grad", gradient },
	{ NULL, NULL }
};

const char *kcl__special(size_t k)
{
	return specials[k].name;
}

static ref operation(struct kcl__parser *p, const struct call *c, int op)
{
	const struct kcl__opinfo *o = &kcl__ops[op];
	ref arg[3] = { 0 };
	int64_t par[2] = { 0 };

	if (c->count != o->arity + o->parameters)
		return wrong_count(p, c, o->usage);
	for (int k = 0; k < o->arity; k++) {
		arg[k] = kcl__value(p, c->item[k].f, c->item[k].start);
		if (!arg[k])
			return 0;
	}
	for (int k = 0; k < o->parameters; k++) {
		par[k] = integer(p, c, o->arity + k);
		if (par[k] == LLONG_MIN)
			return 0;
	}
	kcl__place(p, c->start);
	return kcl__make(p->g, op, o->arity, arg, par[0], par[1]);
}

/* A shorthand; if its formula does not fit, the error is said in the words of
 * the call.  */
static ref shorthand(struct kcl__parser *p, const struct call *c, int row)
{
	struct kcl__meaning m[4] = { { 0 } };
	int64_t d[3] = { 0 };
	const struct kcl__definfo *def = &kcl__defs[row];
	char dims[60] = "";
	ref f = 0;

	if (c->count != def->arity)
		return wrong_count(p, c, def->usage);
	for (int k = 0; k < def->arity; k++) {
		m[k].name = &"x\0y\0z"[2 * k];
		m[k].f = kcl__value(p, c->item[k].f, c->item[k].start);
		if (!m[k].f)
			return 0;
		d[k] = p->g->node[m[k].f].dim;
		snprintf(dims + strlen(dims), 20, "%s%lld", k ? ", " : "",
		         (long long)d[k]);
	}
	for (; kcl__defs[row].name && named(c, kcl__defs[row].name); row++)
		if (kcl__def_fits(row, d[0], d[1], d[2])) {
			kcl__place(p, c->start);
			f = kcl__parse_rule(p->g, kcl__defs[row].formula, m);
			if (f || kcl__last_status() != KCL_DIM)
				return f;
		}
	return kcl__syntax(p, KCL_DIM, c->start, p->lexer.last,
		"%s does not take arguments of dimensions %s", def->name, dims);
}

static int tag_of(const struct kcl__graph *g, ref f)
{
	double v;

	return kcl__is_const(g, f, &v) && (v == 0 || v == 1 || v == 2)
		&& g->node[f].dim == 1 ? (int)v : -1;
}

/* (f, tag), (f, K, tag), (f, tag, g) or (f, g, tag) */
static ref reduction(struct kcl__parser *p, const struct call *c, int red)
{
	const struct kcl__redinfo *r = &kcl__reds[red];
	int64_t ranks = 0;
	int at = 1 + r->ranks, tag;
	ref x, y = 0;

	if (c->count != r->formulas + r->ranks + 1)
		return wrong_count(p, c, r->usage);
	if (r->formulas > 1) {
		at = tag_of(p->g, c->item[1].f) >= 0 ? 1 : 2;
		y = kcl__value(p, c->item[3 - at].f, c->item[3 - at].start);
	}
	tag = tag_of(p->g, c->item[at].f);
	if (tag < 0)
		return kcl__syntax(p, KCL_SYNTAX, c->item[at].start,
			c->item[at].end, "expected the tag: 0 to reduce over j, "
			"1 over i, 2 over both");
	if (tag == 2 && r->monoid != KCL__Total)
		return kcl__syntax(p, KCL_UNSUPPORTED, c->item[at].start,
			c->item[at].end, "only Sum_Reduction reduces over both "
			"i and j (tag 2)");
	if (r->ranks) {
		ranks = integer(p, c, 1);
		if (ranks == LLONG_MIN)
			return 0;
		if (ranks < 1 || ranks > 1000)
			return kcl__syntax(p, KCL_LIMIT, c->item[1].start,
				c->item[1].end, "K is from 1 to 1000, not %lld",
				(long long)ranks);
	}
	x = kcl__value(p, c->item[0].f, c->item[0].start);
	kcl__place(p, c->start);
	return x && (y || r->formulas == 1)
		? kcl__reduction(p->g, red, x, y, ranks, tag) : 0;
}

/* The row of the reduction that is called: the one with the right number of
 * formulas if there are several of its name; -1 if there is none.  */
static int find_reduction(const struct call *c)
{
	static const char suffix[] = "_Reduction";
	size_t n = sizeof suffix - 1, found = 0;
	int row = -1;

	if (c->length <= n
	    || memcmp(c->name + c->length - n, suffix, n) != 0)
		return -1;
	for (int k = 0; kcl__reds[k].name; k++)
		if (strlen(kcl__reds[k].name) == c->length - n
		    && memcmp(kcl__reds[k].name, c->name, c->length - n) == 0
		    && (!found++ || c->count == kcl__reds[k].formulas + 1))
			row = k;
	return row;
}

static ref unknown(struct kcl__parser *p, const char *name, size_t start,
                   size_t length, const char *what)
{
	const char *near = kcl__suggest(p->g, name, length);
	int shown = length > 40 ? 40 : (int)length;

	return kcl__syntax(p, KCL_NAME, start, start + length,
		"unknown %s \"%.*s\"%s%.*s%s", what, shown, name,
		near ? "; did you mean \"" : "",
		near ? (int)strcspn(near, "(") : 0, near ? near : "",
		near ? "\"?" : "");
}

/* call = name "(" items */
static ref call(struct kcl__parser *p, struct call *c)
{
	int row;

	if (items(p, c))
		return 0;
	for (size_t k = 0; specials[k].name; k++)
		if (named(c, specials[k].name)) {
			kcl__place(p, c->start);
			return specials[k].parse(p, c);
		}
	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		if (named(c, kcl__ops[op].name))
			return operation(p, c, op);
	for (int k = 0; kcl__defs[k].name; k++)
		if (named(c, kcl__defs[k].name))
			return shorthand(p, c, k);
	row = find_reduction(c);
	if (row >= 0)
		return reduction(p, c, row);
	return unknown(p, c->name, c->start, c->length, "operation");
}

/* A name that stands alone: a variable, or in a rule what it means there.  */
static ref name(struct kcl__parser *p, const struct call *c)
{
	const struct kcl__meaning *m = p->meanings;

	for (; m && m->name; m++)
		if (named(c, m->name))
			return m->f ? m->f : kcl__const(p->g, (double)m->integer);
	for (int k = 0; k < p->g->arguments && !p->meanings; k++)
		if (p->g->argument[k].name && named(c, p->g->argument[k].name)) {
			kcl__place(p, c->start);
			return kcl__var(p->g, k);
		}
	return unknown(p, c->name, c->start, c->length, "variable");
}

/* list = formula {"," formula} "]": joined by Concat */
static ref list(struct kcl__parser *p, size_t start)
{
	ref f = kcl__value(p, kcl__formula(p), start);

	while (f && kcl__accept(p, ',')) {
		ref y = kcl__value(p, kcl__formula(p), start);

		kcl__place(p, start);
		f = y ? kcl__make2(p->g, KCL__Concat, f, y) : 0;
	}
	if (f && !kcl__accept(p, ']'))
		return kcl__unexpected(p, "\",\" or \"]\"");
	return f;
}

/* primary = number | name | name "(" items | "(" formula ")" | "[" list */
ref kcl__primary(struct kcl__parser *p)
{
	struct kcl__lexer *l = &p->lexer;
	struct call c = { .name = l->text + l->start, .start = l->start };
	double number = l->number;
	ref f;

	c.length = l->end - l->start;
	if (kcl__accept(p, KCL__INTEGER) || kcl__accept(p, KCL__FLOAT)) {
		kcl__place(p, c.start);
		return kcl__const(p->g, number);
	}
	if (kcl__accept(p, KCL__NAME))
		return kcl__accept(p, '(') ? call(p, &c) : name(p, &c);
	if (kcl__accept(p, '[')) {
		return list(p, c.start);
	}
	if (!kcl__accept(p, '('))
		return kcl__unexpected(p, "a number, a name or \"(\"");
	f = kcl__formula(p);
	if (f && !kcl__accept(p, ')'))
		return kcl__unexpected(p, "\")\"");
	return f;
}
