/* parse.c - formulas as text: operators, from loosest to tightest
 * SPDX-License-Identifier: MIT
 *
 * Each function parses the rule above it.  As in Python, ** binds tighter than
 * a sign on its left, | is looser than + and -, comparisons are loosest.  */
#include "frontend/parser.h"
#include "diag.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

ref kcl__syntax(struct kcl__parser *p, kcl_status status, size_t start,
                size_t end, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!p->meanings) {
		p->g->at.offset = (uint32_t)start;
		p->g->at.length = (uint32_t)(end - start);
	}
	return kcl__node_fail(p->g, 0, status, text);
}

KCL__APART ref kcl__unexpected(struct kcl__parser *p, const char *expected)
{
	const struct kcl__lexer *l = &p->lexer;
	char found[KCL__FOUND];

	return kcl__syntax(p, KCL_SYNTAX, l->start,
		l->end > l->start ? l->end : l->start + 1,
		"expected %s, found %s", expected, kcl__found(l, found));
}

int kcl__accept(struct kcl__parser *p, int token)
{
	if ((int)p->lexer.token != token)
		return 0;
	kcl__lex(&p->lexer);
	return 1;
}

void kcl__place(struct kcl__parser *p, size_t start)
{
	if (p->meanings)
		return;
	p->g->at.offset = (uint32_t)start;
	p->g->at.length = (uint32_t)(p->lexer.last - start);
}

ref kcl__closed(struct kcl__parser *p, ref f, size_t start)
{
	struct kcl__span span = kcl__span_of(p->g, f);

	if (f && span.length && span.offset == start && !p->meanings)
		p->g->span[f].length = (uint32_t)(p->lexer.last - start);
	return f;
}

ref kcl__value(struct kcl__parser *p, ref f, size_t start)
{
	struct kcl__sizes s;

	if (!f || p->g->node[f].op < KCL__RED)
		return f;
	if (p->g->node[f].u.par[1] == KCL__IJ)
		return kcl__syntax(p, KCL_SYNTAX, start, p->lexer.last,
			"Dense(f), a value for each pair, cannot be used in a "
			"formula");
	kcl__sizes_of(p->g, f, &s);
	if (!s.indices)
		return f;
	return kcl__syntax(p, KCL_SYNTAX, start, p->lexer.last,
		"the indices of a reduction cannot be used in a formula");
}

/* The node OP(x, y), written from START to here.  */
static ref binary(struct kcl__parser *p, int op, ref x, ref y, size_t start)
{
	x = kcl__value(p, x, start);
	y = x ? kcl__value(p, y, start) : 0;
	kcl__place(p, start);
	return x && y ? kcl__make2(p->g, op, x, y) : 0;
}

static ref unary(struct kcl__parser *p);

/* power = primary ["**" unary] */
static ref power(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	ref x = kcl__primary(p), y;
	double m;

	if (!x || !kcl__accept(p, KCL__POWER))
		return x;
	y = unary(p);
	x = y ? kcl__value(p, x, start) : 0;
	if (!x)
		return 0;
	kcl__place(p, start);
	if (kcl__is_const(p->g, y, &m) && p->g->node[y].dim == 1
	    && m > -1000 && m < 1000 && m == (double)(int)m)
		return kcl__make(p->g, KCL__Pow, 1, &x, (int)m, 0);
	return binary(p, KCL__Powf, x, y, start);
}

static ref sign(struct kcl__parser *p, int minus)
{
	size_t start = p->lexer.start;
	ref f;

	kcl__lex(&p->lexer);
	f = kcl__value(p, unary(p), start);
	kcl__place(p, start);
	return f && minus ? kcl__make1(p->g, KCL__Minus, f) : f;
}

static ref too_deep(struct kcl__parser *p)
{
	return kcl__syntax(p, KCL_LIMIT, p->lexer.start, p->lexer.end,
		"expected at most %d levels of parentheses, calls, signs and "
		"powers", KCL__MAX_DEPTH);
}

/* unary = ("+" | "-") unary | power.  All that is nested comes by here.  */
static ref unary(struct kcl__parser *p)
{
	int token = (int)p->lexer.token;
	ref f;

	if (p->depth++ > KCL__MAX_DEPTH)
		return too_deep(p);
	f = token == '-' || token == '+' ? sign(p, token == '-') : power(p);
	p->depth--;
	return f;
}

/* product = unary {("*" | "/") unary} */
static ref product(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	ref f = unary(p);

	while (f) {
		if (kcl__accept(p, '*'))
			f = binary(p, KCL__Mult, f, unary(p), start);
		else if (kcl__accept(p, '/'))
			f = binary(p, KCL__Divide, f, unary(p), start);
		else
			break;
	}
	return f;
}

/* sum = product {("+" | "-") product} */
static ref sum(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	ref f = product(p);

	while (f) {
		if (kcl__accept(p, '+'))
			f = binary(p, KCL__Add, f, product(p), start);
		else if (kcl__accept(p, '-'))
			f = binary(p, KCL__Subtract, f, product(p), start);
		else
			break;
	}
	return f;
}

/* bar = sum {"|" sum} */
static ref bar(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	ref f = sum(p);

	while (f && kcl__accept(p, '|'))
		f = binary(p, KCL__Scalprod, f, sum(p), start);
	return f;
}

static const struct comparison { int token, op, swapped; } comparisons[] = {
	{ '<', KCL__LessThan, 0 }, { KCL__LE, KCL__LessOrEqual, 0 },
	{ '>', KCL__LessThan, 1 }, { KCL__GE, KCL__LessOrEqual, 1 },
	{ KCL__EQ, KCL__Equal, 0 }, { KCL__NE, KCL__NotEqual, 0 },
	{ 0, 0, 0 }
};

static const struct comparison *comparison(const struct kcl__parser *p)
{
	for (const struct comparison *c = comparisons; c->token; c++)
		if (c->token == (int)p->lexer.token)
			return c;
	return NULL;
}

/* formula = bar [("<" | "<=" | ">" | ">=" | "==" | "!=") bar] */
ref kcl__formula(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	const struct comparison *c;
	ref x, y;

	x = bar(p);
	if (x && (int)p->lexer.token == '=')
		return kcl__unexpected(p, "\"==\"");
	c = x ? comparison(p) : NULL;
	if (c) {
		kcl__lex(&p->lexer);
		y = bar(p);
		x = c->swapped ? binary(p, c->op, y, x, start)
			: binary(p, c->op, x, y, start);
		if (x && comparison(p))
			return kcl__syntax(p, KCL_SYNTAX, p->lexer.start,
				p->lexer.end, "comparisons do not chain: "
				"write (a < b)*(b < c)");
	}
	return x;
}

int kcl__start(struct kcl__parser *p, const char *what)
{
	struct kcl__graph *g = p->g;

	if (strnlen(p->lexer.text, KCL__MAX_TEXT + 1) > KCL__MAX_TEXT) {
		kcl__fail(KCL_LIMIT, "%s: expected at most %d bytes, found "
		          "%zu", what, KCL__MAX_TEXT, strlen(p->lexer.text));
		return -1;
	}
	g->what = what;
	g->text = p->lexer.text;
	g->at = (struct kcl__span){ 0, 0, ++g->texts };
	kcl__lex(&p->lexer);
	return 0;
}

/* A formula of a list.  Its span becomes all that was written, of which
 * simplification may have left a part: where it should have been a reduction,
 * the message shows the whole.  */
static ref item(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	ref f = kcl__formula(p);

	if (f) {
		kcl__place(p, start);
		p->g->span[f] = p->g->at;
	}
	return f;
}

/* list = formula {"," formula} */
static int list(struct kcl__parser *p, ref *root, size_t *roots)
{
	do {
		if (*roots == KCL__MAX_ROOTS) {
			kcl__syntax(p, KCL_LIMIT, p->lexer.start, p->lexer.end,
			            "expected at most %d reductions",
			            KCL__MAX_ROOTS);
			return -1;
		}
		root[*roots] = item(p);
		if (!root[(*roots)++])
			return -1;
	} while (kcl__accept(p, ','));
	if (p->lexer.token == KCL__END)
		return 0;
	kcl__unexpected(p, "an operator, \",\" or the end");
	return -1;
}

int kcl__parse(struct kcl__graph *g, const char *text, ref *root,
               size_t *roots)
{
	struct kcl__parser p = { .g = g, .lexer.text = text };

	p.next = g->arguments;
	*roots = 0;
	if (kcl__start(&p, "formula"))
		return -1;
	if (p.lexer.token == KCL__END) {
		kcl__fail(KCL_SYNTAX, "formula: expected a reduction, such as "
		          "Sum_Reduction(f, 0), found an empty text");
		return -1;
	}
	return list(&p, root, roots);
}

ref kcl__parse_piece(struct kcl__graph *g, const char *text,
                     const ref *operand, size_t operands)
{
	struct kcl__parser p = { .g = g, .lexer.text = text,
		.operand = operand, .operands = operands };
	ref f = 0;

	p.next = g->arguments;
	if (!kcl__start(&p, "formula"))
		f = item(&p);
	if (f && p.lexer.token != KCL__END)
		f = kcl__unexpected(&p, "an operator or the end");
	g->text = "";
	return f;
}

ref kcl__parse_rule(struct kcl__graph *g, const char *rule,
                    const struct kcl__meaning *meanings)
{
	struct kcl__parser p = { .g = g, .lexer.text = rule };

	p.meanings = meanings;
	kcl__lex(&p.lexer);
	return kcl__formula(&p);
}
