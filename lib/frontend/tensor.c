/* tensor.c - TensorDot and Kron: matrix products between axes put in order
 * SPDX-License-Identifier: MIT
 *
 * The coordinates of a tensor are in row-major order.  Axes are put in order
 * by exchanging two blocks of neighbours at a time, which is one SwapAxes or
 * two, so that nodes need no lists.  */
#include "frontend/parser.h"
#include <stdio.h>
#include <string.h>

enum { AXES = 16 };             /* of an operand */

/* A list of whole numbers, written from START to END.  */
struct indices {
	int count;
	int64_t value[2 * AXES];
	size_t start, end;
};

struct tensor {
	ref f;
	int axes;
	int64_t dim[2 * AXES];
	int label[2 * AXES];    /* which axis of the operand it was */
};

/* ----- lists ------------------------------------------------------------ */

static ref wrong(struct kcl__parser *p, const struct indices *x,
                 const char *expected)
{
	char found[KCL__FOUND];

	return kcl__syntax(p, KCL_DIM, x->start, x->end,
		"expected %s, found %s", expected,
		kcl__quote(p->lexer.text, x->start, x->end, found));
}

/* numbers = [integer {"," integer} [","]] */
static void numbers(struct kcl__parser *p, struct indices *x)
{
	while (p->lexer.token == KCL__INTEGER && x->count < 2 * AXES) {
		x->value[x->count++] = p->lexer.integer;
		kcl__lex(&p->lexer);
		if (!kcl__accept(p, ','))
			break;
	}
}

/* indices = integer | ("(" | "Ind" "(") numbers ")" | "[" numbers "]" */
static int indices(struct kcl__parser *p, struct indices *x)
{
	struct kcl__call word = kcl__word(p);
	int square;

	memset(x, 0, sizeof *x);
	x->start = p->lexer.start;
	if (p->lexer.token == KCL__INTEGER) {
		x->value[x->count++] = p->lexer.integer;
		kcl__lex(&p->lexer);
		x->end = p->lexer.last;
		return 1;
	}
	if (kcl__named(&word, "Ind"))
		kcl__lex(&p->lexer);
	square = kcl__accept(p, '[');
	if (!square && !kcl__accept(p, '(')) {
		kcl__unexpected(p, "numbers such as (1,2)");
		return 0;
	}
	numbers(p, x);
	if (!kcl__accept(p, square ? ']' : ')')) {
		kcl__unexpected(p, square
			? "at most 32 whole numbers, then \"]\""
			: "at most 32 whole numbers, then \")\"");
		return 0;
	}
	x->end = p->lexer.last;
	return 1;
}

/* Whether X names COUNT different axes of those below LIMIT.  */
static int are_axes(const struct indices *x, int count, int limit)
{
	uint64_t seen = 0;

	for (int k = 0; k < x->count; k++) {
		if (x->value[k] >= limit || seen >> x->value[k] & 1)
			return 0;
		seen |= (uint64_t)1 << x->value[k];
	}
	return x->count == count;
}

/* ----- axes ------------------------------------------------------------- */

static int64_t product(const int64_t *dim, int from, int to)
{
	int64_t n = 1;

	for (int k = from; k < to; k++)
		n *= dim[k];
	return n;
}

static ref swap(struct kcl__parser *p, ref f, int64_t a, int64_t b)
{
	return kcl__make(p->g, KCL__SwapAxes, 1, &f, a, b);
}

/* Exchanges the axes [i, j) and [j, k).  */
static void exchange(struct kcl__parser *p, struct tensor *t, int i, int j,
                     int k)
{
	int64_t a = product(t->dim, i, j), b = product(t->dim, j, k);
	int64_t inner = product(t->dim, k, t->axes);
	struct tensor old = *t;

	t->f = swap(p, t->f, a, b * inner);
	t->f = swap(p, t->f, inner, a);
	for (int n = i; n < k; n++) {
		int from = n < i + k - j ? n + j - i : n - (k - j);

		t->dim[n] = old.dim[from];
		t->label[n] = old.label[from];
	}
}

/* Puts the axes in the order of their labels in ORDER.  */
static void arrange(struct kcl__parser *p, struct tensor *t, const int *order)
{
	for (int i = 0; i < t->axes; i++) {
		int j = i, n = 1;

		while (t->label[j] != order[i])
			j++;
		while (j + n < t->axes && t->label[j + n] == order[i + n])
			n++;
		if (j > i)
			exchange(p, t, i, j, j + n);
	}
}

/* The operand F, whose dimensions are X; 0 if they are not.  */
static ref operand(struct kcl__parser *p, ref f, const struct indices *x,
                   struct tensor *t)
{
	int64_t d = p->g->node[f].dim;
	char expected[60];

	snprintf(expected, sizeof expected, "dimensions with the product %lld",
	         (long long)d);
	t->f = f;
	t->axes = x->count;
	if (x->count > AXES)
		return wrong(p, x, "at most 16 dimensions");
	for (int k = 0; k < x->count; k++) {
		if (x->value[k] < 1 || d % x->value[k])
			return wrong(p, x, expected);
		d /= x->value[k];
		t->dim[k] = x->value[k];
		t->label[k] = k;
	}
	return d == 1 ? f : wrong(p, x, expected);
}

/* ----- products --------------------------------------------------------- */

/* Puts the axes X last, or first; the others stay in their order.  */
static void move(struct kcl__parser *p, struct tensor *t,
                 const struct indices *x, int last)
{
	int order[2 * AXES], n = last ? 0 : x->count;

	for (int k = 0; k < t->axes; k++) {
		int named = 0;

		for (int m = 0; m < x->count; m++)
			named |= x->value[m] == k;
		if (!named)
			order[n++] = k;
	}
	for (int k = 0; k < x->count; k++)
		order[last ? n + k : k] = (int)x->value[k];
	arrange(p, t, order);
}

/* F G, contracted over the last N axes of F and the first of G.  */
static ref contract(struct kcl__parser *p, struct tensor *f,
                    const struct tensor *g, int n)
{
	ref arg[2] = { f->f, g->f };
	int64_t shared = product(g->dim, 0, n);

	f->axes -= n;
	for (int k = n; k < g->axes; k++)
		f->dim[f->axes++] = g->dim[k];
	for (int k = 0; k < f->axes; k++)
		f->label[k] = k;
	f->f = kcl__make(p->g, KCL__MatMatMult, 2, arg, shared, 0);
	return f->f;
}

/* Puts axis k of T in the place place[k].  */
static ref permute(struct kcl__parser *p, struct tensor *t,
                   const int64_t *place)
{
	int order[2 * AXES];

	for (int k = 0; k < t->axes; k++)
		order[place[k]] = k;
	arrange(p, t, order);
	return t->f;
}

/* TensorDot(f, g, dimsf, dimsg, axesf, axesg[, places]) */
static ref tensor_dot(struct kcl__parser *p, struct tensor *f,
                      struct tensor *g, const struct indices *x, int lists)
{
	const struct indices *axesf = &x[2], *axesg = &x[3], *places = &x[4];
	int n = axesf->count, left = f->axes + g->axes - 2 * n;

	if (!are_axes(axesf, n, f->axes))
		return wrong(p, axesf, "different axes of f, counted from 0");
	if (!are_axes(axesg, n, g->axes))
		return wrong(p, axesg, "as many different axes of g");
	for (int k = 0; k < n; k++)
		if (f->dim[axesf->value[k]] != g->dim[axesg->value[k]])
			return wrong(p, axesg, "axes of g as long as those "
			             "of f");
	if (lists == 5 && !are_axes(places, left, left))
		return wrong(p, places, "a place, counted from 0, for each "
		             "axis that is left");
	move(p, f, axesf, 1);
	move(p, g, axesg, 0);
	if (!contract(p, f, g, n))
		return 0;
	return lists == 5 ? permute(p, f, places->value) : f->f;
}

/* Kron(f, g, dimsf, dimsg): the axes of f and g take turns.  */
static ref kron(struct kcl__parser *p, struct tensor *f, struct tensor *g,
                const struct indices *x)
{
	int64_t place[2 * AXES];
	int n = f->axes;

	if (g->axes != n)
		return wrong(p, &x[1], "as many dimensions as f has");
	for (int k = 0; k < n; k++) {
		place[k] = 2 * k;
		place[n + k] = 2 * k + 1;
	}
	return contract(p, f, g, 0) ? permute(p, f, place) : 0;
}

/* A formula and the comma after it.  */
static ref factor(struct kcl__parser *p)
{
	size_t start = p->lexer.start;
	ref f = kcl__formula(p);

	f = f ? kcl__value(p, f, start) : 0;
	if (f && !kcl__accept(p, ','))
		return kcl__unexpected(p, "an operator or \",\"");
	return f;
}

/* The product of A and B, by the lists that follow them.  */
KCL__APART static ref by_lists(struct kcl__parser *p, const struct kcl__call *c,
                               ref a, ref b)
{
	int dot = kcl__named(c, "TensorDot"), lists = 0;
	struct indices x[5];
	struct tensor f, g;

	do {
		if (lists == (dot ? 5 : 2))
			return kcl__unexpected(p, "\")\"");
		if (!indices(p, &x[lists++]))
			return 0;
	} while (kcl__accept(p, ','));
	if (!kcl__accept(p, ')'))
		return kcl__unexpected(p, "\",\" or \")\"");
	if (lists < (dot ? 4 : 2))
		return kcl__syntax(p, KCL_SYNTAX, c->start, p->lexer.last,
			"expected %s, found %d list%s of numbers", c->usage,
			lists, lists == 1 ? "" : "s");
	kcl__place(p, c->start);
	if (!operand(p, a, &x[0], &f) || !operand(p, b, &x[1], &g))
		return 0;
	return dot ? tensor_dot(p, &f, &g, x, lists) : kron(p, &f, &g, x);
}

ref kcl__parse_tensor(struct kcl__parser *p, const struct kcl__call *c)
{
	ref a = factor(p), b = a ? factor(p) : 0;

	return b ? by_lists(p, c, a, b) : 0;
}
