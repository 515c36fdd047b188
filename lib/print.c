/* print.c - a graph written out as a formula
 * SPDX-License-Identifier: MIT */
#include "print.h"
#include "mem.h"
#include <math.h>
#include <stdlib.h>

/* How tightly a text binds; a looser part in a tighter place needs
 * parentheses.  */
enum { LOOSE, SUM, PRODUCT, SIGN };

/* What is still to be written: a node in a place, or a text.  A stack of them
 * stands for the recursion, since formulas can be very deep.  */
struct item {
	ref f;
	int place, level;
	const char *text;
	int numbered, number;   /* a number follows the text */
};

struct printer {
	const struct kcl__graph *g;
	enum kcl__naming naming;
	struct kcl__sb *sb;
	struct item *stack;
	size_t depth, capacity;
	int level, deepest;     /* as the parser counts them */
	size_t start, limit;    /* where the text begins, and its bytes */
};

static void push(struct printer *p, struct item item)
{
	if (kcl__grow(&p->stack, &p->capacity, p->depth + 1,
	              sizeof *p->stack)) {
		p->sb->failed = 1;
		return;
	}
	p->stack[p->depth++] = item;
}

/* Puts a node on the stack, DEEPER levels below the one that is written.  */
static void push_node(struct printer *p, ref f, int place, int deeper)
{
	push(p, (struct item){ .f = f, .place = place,
		.level = p->level + deeper });
}

/* Notes that what is written now is nested DEEPER than its node.  */
static void reach(struct printer *p, int deeper)
{
	if (p->level + deeper > p->deepest)
		p->deepest = p->level + deeper;
}

static void push_text(struct printer *p, const char *text)
{
	push(p, (struct item){ .text = text });
}

/* Puts a parameter of a call on the stack.  For the parser a sign is a
 * level of its own.  */
static void push_number(struct printer *p, int number)
{
	reach(p, number < 0 ? 2 : 1);
	push(p, (struct item){ .text = ",", .numbered = 1, .number = number });
}

static void variable(struct printer *p, const struct kcl__node *n)
{
	const char *name = n->u.par[0] < 0 ? NULL
		: p->g->argument[n->u.par[0]].name;

	if (p->naming == KCL__NUMBERS)
		kcl__sb_printf(p->sb, "%c%d", "xyp"[n->u.par[1]], n->u.par[0]);
	else if (name)
		kcl__sb_puts(p->sb, name);
	else {
		kcl__sb_printf(p->sb, "Var(%d,%u,%d)", n->u.par[0],
		               (unsigned)n->dim, n->u.par[1]);
		reach(p, 1);
	}
}

static void index_of(struct printer *p, const struct kcl__node *n)
{
	kcl__sb_printf(p->sb, "Index_%c(", "ij"[n->u.par[0]]);
	if (n->u.par[1] != KCL__WHOLE) {
		kcl__sb_printf(p->sb, "%d", n->u.par[1]);
		reach(p, 1);
	}
	kcl__sb_puts(p->sb, ")");
}

/* Whether the text is to be cut here: it is too long, or will be, as each item
 * on the stack becomes a byte at least.  Without a look at the stack a long
 * sum would be walked down to its first term before anything is written.  */
static int is_full(const struct printer *p)
{
	return p->sb->length - p->start > p->limit
		|| p->depth > p->limit + KCL__MAX_DEPTH;
}

/* "," and a formula, pushed so that they come before what is on the stack.  */
static void argument(struct printer *p, ref f)
{
	push_node(p, f, LOOSE, 1);
	push_text(p, ",");
}

static void close_call(struct printer *p)
{
	push_text(p, ")");
}

static const struct infix {
	int op, own, left, right;
	const char *sign;
} infixes[] = {
	{ KCL__Add, SUM, SUM, PRODUCT, "+" },
	{ KCL__Subtract, SUM, SUM, PRODUCT, "-" },
	{ KCL__Mult, PRODUCT, PRODUCT, SIGN, "*" },
	{ KCL__Divide, PRODUCT, PRODUCT, SIGN, "/" },
	{ KCL__Minus, SIGN, LOOSE, SIGN, "-" },
	{ 0, 0, 0, 0, NULL }
};

/* Writes an infix operation; 0 if the node is none.  */
static int infix(struct printer *p, const struct kcl__node *n, int place)
{
	const struct infix *i = infixes;
	int deeper = n->op == KCL__Minus;

	while (i->sign && i->op != n->op)
		i++;
	if (!i->sign)
		return 0;
	if (i->own < place) {
		kcl__sb_puts(p->sb, "(");
		close_call(p);
		deeper++;
	}
	push_node(p, n->arg[n->narg - 1], i->right, deeper);
	push_text(p, i->sign);
	if (n->narg > 1)
		push_node(p, n->arg[0], i->left, deeper);
	return 1;
}

static void reduction(struct printer *p, const struct kcl__node *n)
{
	const struct kcl__redinfo *r = &kcl__reds[n->op - KCL__RED];

	int dense = n->u.par[1] == KCL__IJ;

	kcl__sb_printf(p->sb, dense ? "Dense(" : "%s_Reduction(", r->name);
	close_call(p);
	if (n->narg > 1)
		argument(p, n->arg[1]);
	if (!dense)
		push_number(p, n->u.par[1]);
	if (r->ranks)
		push_number(p, n->u.par[0]);
	push_node(p, n->arg[0], LOOSE, 1);
}

enum { LEVELS = 24 };           /* of a list: of numbers it has 2^20 at most */

/* How many formulas F joins; -1 where that is deeper than any list.  */
static int64_t joined(const struct kcl__graph *g, ref f, int level)
{
	const struct kcl__node *n = &g->node[f];
	int64_t first, second;

	if (n->op != KCL__Concat)
		return 1;
	first = level < LEVELS ? joined(g, n->arg[0], level + 1) : -1;
	second = first > 0 ? joined(g, n->arg[1], level + 1) : -1;
	return second > 0 ? first + second : -1;
}

/* Whether a list of COUNT formulas is parsed as F.  */
static int is_list(const struct kcl__graph *g, ref f, int64_t count)
{
	const struct kcl__node *n = &g->node[f];
	int64_t first = 1;

	while (2 * first < count)
		first *= 2;
	if (count == 1 || n->op != KCL__Concat)
		return count == 1 && n->op != KCL__Concat;
	return is_list(g, n->arg[0], first)
		&& is_list(g, n->arg[1], count - first);
}

/* The formulas that F joins; FIRST, the first one is the list's.  */
static void items(struct printer *p, ref f, int first)
{
	const struct kcl__node *n = &p->g->node[f];

	if (n->op == KCL__Concat && !is_full(p)) {
		items(p, n->arg[1], 0);
		items(p, n->arg[0], first);
	} else if (first) {
		push_node(p, f, LOOSE, 1);
	} else {
		argument(p, f);
	}
}

/* [f, g, h] where the parser makes the same of it, else lists in a list.  */
static void list(struct printer *p, ref f, const struct kcl__node *n)
{
	int64_t count = joined(p->g, f, 0);

	kcl__sb_puts(p->sb, "[");
	push_text(p, "]");
	if (count > 0 && is_list(p->g, f, count)) {
		items(p, f, 1);
	} else {
		argument(p, n->arg[1]);
		push_node(p, n->arg[0], LOOSE, 1);
	}
}

static void call(struct printer *p, const struct kcl__node *n)
{
	const struct kcl__opinfo *o = &kcl__ops[n->op];

	kcl__sb_printf(p->sb, "%s(", o->name);
	close_call(p);
	for (int k = o->parameters - 1; k >= 0; k--)
		push_number(p, n->u.par[k]);
	for (int k = n->narg - 1; k > 0; k--)
		argument(p, n->arg[k]);
	push_node(p, n->arg[0], LOOSE, 1);
}

static void node(struct printer *p, ref f, int place, int level)
{
	const struct kcl__node *n = &p->g->node[f];

	p->level = level;
	reach(p, n->op == KCL__ZERO
	      || (n->op == KCL__CONST && signbit(n->u.value)));
	if (n->op == KCL__CONST)
		kcl__sb_double(p->sb, n->u.value);
	else if (n->op == KCL__VAR)
		variable(p, n);
	else if (n->op == KCL__INDEX)
		index_of(p, n);
	else if (n->op == KCL__ZERO)
		kcl__sb_printf(p->sb, "Zero(%u)", (unsigned)n->dim);
	else if (n->op >= KCL__RED)
		reduction(p, n);
	else if (n->op == KCL__Concat)
		list(p, f, n);
	else if (!infix(p, n, place))
		call(p, n);
}

int kcl__print(const struct kcl__graph *g, ref f, enum kcl__naming naming,
               size_t limit, struct kcl__sb *sb)
{
	struct printer p = { .g = g, .naming = naming, .sb = sb,
	                     .start = sb->length, .limit = limit };
	int full = 0;

	push_node(&p, f, LOOSE, 0);
	while (p.depth > 0 && !sb->failed && !full) {
		struct item i = p.stack[--p.depth];

		if (i.f)
			node(&p, i.f, i.place, i.level);
		else
			kcl__sb_puts(sb, i.text);
		if (i.numbered)
			kcl__sb_printf(sb, "%d", i.number);
		full = p.depth > 0 && is_full(&p);
	}
	if (full)
		kcl__sb_puts(sb, "...");
	free(p.stack);
	return full ? KCL__CUT : p.deepest > KCL__MAX_DEPTH ? KCL__DEEP : 0;
}
