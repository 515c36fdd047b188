/* call.c - formulas as text: names, numbers, parentheses and calls
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include <string.h>

struct kcl__call kcl__word(const struct kcl__parser *p)
{
	const struct kcl__lexer *l = &p->lexer;

	return (struct kcl__call){ .name = l->text + l->start,
		.length = l->end - l->start, .start = l->start };
}

int kcl__named(const struct kcl__call *c, const char *name)
{
	return strlen(name) == c->length
		&& memcmp(c->name, name, c->length) == 0;
}

int kcl__whole(struct kcl__parser *p, const struct kcl__call *c, int k,
               int64_t *value)
{
	char found[KCL__FOUND];
	double v;

	if (kcl__is_const(p->g, c->item[k].f, &v) && v > -1e15 && v < 1e15
	    && v == (double)(int64_t)v && p->g->node[c->item[k].f].dim == 1) {
		*value = (int64_t)v;
		return 1;
	}
	kcl__syntax(p, KCL_SYNTAX, c->item[k].start, c->item[k].end,
	            "expected a whole number as argument %d of %.*s, found %s",
	            k + 1, (int)c->length, c->name,
	            kcl__quote(p->lexer.text, c->item[k].start,
	                       c->item[k].end, found));
	return 0;
}

ref kcl__wrong_count(struct kcl__parser *p, const struct kcl__call *c,
                     const char *usage)
{
	return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
		"expected %s, found %d argument%s", usage, c->count,
		c->count == 1 ? "" : "s");
}

int kcl__items(struct kcl__parser *p, struct kcl__call *c)
{
	if (kcl__accept(p, ')'))
		return 0;
	for (;;) {
		size_t start = p->lexer.start;
		ref f = kcl__formula(p);

		if (!f)
			return -1;
		if (c->count < KCL__ITEMS) {
			c->item[c->count].f = f;
			c->item[c->count].start = start;
			c->item[c->count].end = p->lexer.last;
		}
		c->count++;
		if (kcl__accept(p, ')'))
			return 0;
		if (!kcl__accept(p, ',')) {
			kcl__unexpected(p, "an operator, \",\" or \")\"");
			return -1;
		}
	}
}

KCL__APART
static ref operation(struct kcl__parser *p, const struct kcl__call *c, int op)
{
	const struct kcl__opinfo *o = &kcl__ops[op];
	ref arg[3] = { 0 };
	int64_t par[2] = { 0 };

	if (c->count != o->arity + o->parameters)
		return kcl__wrong_count(p, c, o->usage);
	for (int k = 0; k < o->arity; k++) {
		arg[k] = kcl__value(p, c->item[k].f, c->item[k].start);
		if (!arg[k])
			return 0;
	}
	for (int k = 0; k < o->parameters; k++)
		if (!kcl__whole(p, c, o->arity + k, &par[k]))
			return 0;
	kcl__place(p, c->start);
	return kcl__make(p->g, op, o->arity, arg, par[0], par[1]);
}

/* F as a whole number from 0 on, or -1.  */
static int64_t whole(const struct kcl__graph *g, ref f)
{
	double v;

	return kcl__is_const(g, f, &v) && v >= 0 && v < 1e15
		&& v == (double)(int64_t)v ? (int64_t)v : -1;
}

/* A shorthand; if its formula does not fit, the error is said in the words of
 * the call.  */
KCL__APART
static ref shorthand(struct kcl__parser *p, const struct kcl__call *c, int row)
{
	static const char *const names[] = { "x", "y", "z", "w" };
	const struct kcl__definfo *def = &kcl__defs[row];
	struct kcl__meaning m[8] = { { 0 } };
	int64_t d[KCL__ITEMS] = { 0 }, n;
	ref arg[KCL__ITEMS] = { 0 }, f;

	if (c->count != def->arity)
		return kcl__wrong_count(p, c, def->usage);
	for (int k = 0; k < def->arity; k++) {
		arg[k] = kcl__value(p, c->item[k].f, c->item[k].start);
		if (!arg[k])
			return 0;
		d[k] = p->g->node[arg[k]].dim;
		m[k] = (struct kcl__meaning){ names[k], arg[k], 0 };
	}
	m[def->arity] = (struct kcl__meaning){ "dx", 0, d[0] };
	m[def->arity + 1] = (struct kcl__meaning){ "dy", 0, d[1] };
	m[def->arity + 2] = (struct kcl__meaning){ "dz", 0, d[2] };
	n = whole(p->g, arg[def->arity - 1]);
	kcl__place(p, c->start);
	for (; kcl__defs[row].name && kcl__named(c, kcl__defs[row].name); row++)
		if (kcl__def_fits(row, d[0], d[1], d[2], n)) {
			f = kcl__parse_rule(p->g, kcl__defs[row].formula, m);
			if (f || (kcl__last_status() != KCL_DIM
			          && kcl__last_status() != KCL_SYNTAX))
				return f;
		}
	return kcl__misfit(p->g, def->usage, def->expects, def->arity, arg,
	                   0, NULL);
}

/* call = name "(" items */
static ref call(struct kcl__parser *p, struct kcl__call *c)
{
	ref f = 0;

	if (kcl__parse_special(p, c, &f))
		return f;
	if (kcl__items(p, c))
		return 0;
	if (kcl__parse_reduction_call(p, c, &f))
		return f;
	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		if (kcl__named(c, kcl__ops[op].name))
			return operation(p, c, op);
	for (int k = 0; kcl__defs[k].name; k++)
		if (kcl__named(c, kcl__defs[k].name))
			return shorthand(p, c, k);
	return kcl__unknown_operation(p, c);
}

/* A name that stands alone: a variable, or in a rule what it means there.  */
KCL__APART static ref name(struct kcl__parser *p, const struct kcl__call *c)
{
	const struct kcl__meaning *m = p->meanings;

	for (; m && m->name; m++)
		if (kcl__named(c, m->name))
			return m->f ? m->f
				: kcl__const(p->g, (double)m->integer);
	for (int k = 0; k < p->g->arguments && !p->meanings; k++)
		if (p->g->argument[k].name
		    && kcl__named(c, p->g->argument[k].name)) {
			kcl__place(p, c->start);
			return kcl__var(p->g, k);
		}
	return kcl__unknown_variable(p, c);
}

/* The last two parts become one.  */
static ref join_last(struct kcl__parser *p, struct kcl__joint *joint)
{
	ref *last = &joint->part[--joint->parts];

	last[-1] = kcl__make2(p->g, KCL__Concat, last[-1], *last);
	return last[-1];
}

ref kcl__join(struct kcl__parser *p, struct kcl__joint *joint, ref f)
{
	joint->part[joint->parts++] = f;
	for (int64_t n = ++joint->count; f && n % 2 == 0; n /= 2)
		f = join_last(p, joint);
	return f;
}

ref kcl__joined(struct kcl__parser *p, struct kcl__joint *joint)
{
	ref f = joint->part[0];

	while (f && joint->parts > 1)
		f = join_last(p, joint);
	return f;
}

/* list = formula {"," formula} "]": joined by Concat */
KCL__APART static ref list(struct kcl__parser *p, size_t start)
{
	struct kcl__joint all = { .count = 0 };
	ref f;

	do {
		f = kcl__value(p, kcl__formula(p), start);
		kcl__place(p, start);
		f = kcl__join(p, &all, f);
	} while (f && kcl__accept(p, ','));
	if (f && !kcl__accept(p, ']'))
		return kcl__unexpected(p, "an operator, \",\" or \"]\"");
	return kcl__closed(p, f ? kcl__joined(p, &all) : 0, start);
}

/* $1, $2 and so on  */
KCL__APART static ref operand(struct kcl__parser *p)
{
	int64_t k = p->lexer.integer;

	if (p->operands == 0)
		return kcl__unexpected(p, "a number, a name or \"(\"");
	if (k < 1 || k > (int64_t)p->operands)
		return kcl__syntax(p, KCL_SYNTAX, p->lexer.start, p->lexer.end,
			"expected an operand from $1 to $%zu, found $%lld",
			p->operands, (long long)k);
	kcl__lex(&p->lexer);
	return p->operand[k - 1];
}

/* primary = number | name | name "(" items | "(" formula ")" | "[" list
 *         | operand  */
ref kcl__primary(struct kcl__parser *p)
{
	struct kcl__call c = kcl__word(p);
	double number = p->lexer.number;
	ref f;

	if (kcl__accept(p, KCL__INTEGER) || kcl__accept(p, KCL__FLOAT)) {
		kcl__place(p, c.start);
		return kcl__const(p->g, number);
	}
	if (kcl__accept(p, KCL__NAME))
		return kcl__accept(p, '(') ? call(p, &c) : name(p, &c);
	if (kcl__accept(p, '['))
		return list(p, c.start);
	if (p->lexer.token == KCL__OPERAND)
		return operand(p);
	if (!kcl__accept(p, '('))
		return kcl__unexpected(p, "a number, a name or \"(\"");
	f = kcl__formula(p);
	if (f && !kcl__accept(p, ')'))
		return kcl__unexpected(p, "an operator or \")\"");
	return f;
}
