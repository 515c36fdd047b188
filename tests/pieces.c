/* pieces.c - formulas for every row of the table of operations
 * SPDX-License-Identifier: MIT */
#include "pieces.h"
#include "sb.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An operation with its domain taken apart.  */
struct operation {
	const char *name;
	int arity, dim[4];
	double low[4], high[4];
	char parameters[40];            /* ",1,2" */
};

static int find(int k, const char **name, const char **domain)
{
	for (const struct kcl__definfo *def = kcl__defs; def->name; def++)
		if (*def->domain && k-- == 0) {
			*name = def->name;
			*domain = def->domain;
			return 1;
		}
	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		if (k-- == 0) {
			*name = kcl__ops[op].name;
			*domain = kcl__ops[op].domain;
			return 1;
		}
	return 0;
}

static int parse(int k, struct operation *o)
{
	const char *at;
	int n = 0, p;

	memset(o, 0, sizeof *o);
	if (!find(k, &o->name, &at))
		return 0;
	while (o->arity < 4
	       && sscanf(at, " [%lf,%lf]^%d%n", &o->low[o->arity],
	                 &o->high[o->arity], &o->dim[o->arity], &n) == 3) {
		at += n;
		o->arity++;
	}
	ck_assert_msg(o->arity > 0, "%s has no test domain", o->name);
	if (sscanf(at, " ;%n", &n) != EOF && strchr(at, ';'))
		for (at = strchr(at, ';') + 1; sscanf(at, " %d%n", &p, &n) == 1;
		     at += n)
			sprintf(o->parameters + strlen(o->parameters), ",%d",
			        p);
	return 1;
}

/* ----- texts ------------------------------------------------------------ */

KCL__PRINTF(2, 3)
static void append(char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsprintf(text + strlen(text), format, args);
	va_end(args);
}

static void variable(struct subject *s, const char *name, int k, char category,
                     int dim, double low, double high)
{
	append(s->vars, "%s%s%d=%s(%d)", s->count ? " " : "", name, k,
	       category == 'i' ? "Vi" : category == 'j' ? "Vj" : "Pm", dim);
	s->low[s->count] = low;
	s->high[s->count++] = high;
}

/* Argument number A as a variable of a category, such as "yj7".  */
static void argument(struct subject *s, const struct operation *o, int k, int a,
                     char category)
{
	char name[3] = { "xyzw"[a], category, 0 };

	variable(s, name, k, category, o->dim[a], o->low[a], o->high[a]);
}

/* The operation applied to variables: categories[a] is that of argument a;
 * 'm' is a mixture that varies with i and j.  */
static void applied(char *text, const struct operation *o, int k,
                    const char *categories)
{
	append(text, "%s(", o->name);
	for (int a = 0; a < o->arity; a++)
		if (categories[a] == 'm')
			append(text, "%s0.5*(%ci%d+%cj%d)", a ? "," : "",
			       "xyzw"[a], k, "xyzw"[a], k);
		else
			append(text, "%s%c%c%d", a ? "," : "", "xyzw"[a],
			       categories[a], k);
	append(text, "%s)", o->parameters);
}

/* For each pair: from both indices.  */
static const char *for_pairs(const struct operation *o)
{
	return o->arity == 1 ? "m" : "ijpj";
}

static struct piece *add_piece(struct subject *s, const struct operation *o,
                               int order)
{
	struct piece *piece = &s->piece[s->pieces++];

	ck_assert_uint_lt((size_t)s->pieces,
	                  sizeof s->piece / sizeof s->piece[0]);
	memset(piece, 0, sizeof *piece);
	piece->order = order;
	piece->name = o->name;
	return piece;
}

static void values(struct subject *s, const struct operation *o, int k)
{
	const char *const places[] = {
		"iiii", "jjjj", "pppp", for_pairs(o)
	};

	for (int a = 0; a < o->arity; a++)
		for (int c = 0; c < 3; c++)
			argument(s, o, k, a, "ijp"[c]);
	for (int p = 0; p < 4; p++)
		applied(add_piece(s, o, 0)->text, o, k, places[p]);
}

/* The gradient of F in variable number V, with cotangent E.  */
static struct piece *gradient(struct subject *s, const struct operation *o,
                              const char *f, int order, int v, const char *e,
                              int k)
{
	struct piece *piece = add_piece(s, o, order);
	const char *c = o->arity == 1 ? "i" : "ijpj";

	piece->v = v;
	append(piece->text, "Grad(%s,%c%c%d,%s%d)", f, "xyzw"[v], c[v], k, e,
	       k);
	append(piece->whole, "Sum(%s%d*%s)", e, k, f);
	return piece;
}

static int64_t dim_of(const struct subject *s, const char *f)
{
	char text[700];
	struct problem p;
	int64_t d;

	snprintf(text, sizeof text, "Sum_Reduction(%s,0)", f);
	problem_open(&p, text, s->vars, 1, 1);
	d = p.formula->g.node[p.formula->root[0]].dim;
	problem_free(&p);
	return d;
}

static void derivatives(struct subject *s, const struct operation *o, int k,
                        int order)
{
	static const char *const second[] = { "h", "k", "l", "m" };
	char f[200] = "", first[300];
	int narg = o->arity == 1 ? 2 : o->arity;

	for (int a = 0; a < narg; a++) {
		struct operation one = *o;

		argument(s, o->arity == 1 ? &one : o, k, o->arity == 1 ? 0 : a,
		         "ijpj"[a]);
	}
	applied(f, o, k, for_pairs(o));
	variable(s, "g", k, 'j', (int)dim_of(s, f), -1, 1);
	for (int v = 0; v < o->arity && order > 1; v++)
		variable(s, second[v], k, 'j', o->dim[v], -1, 1);
	for (int v = 0; v < o->arity; v++) {
		if (order == 1) {
			gradient(s, o, f, 1, v, "g", k);
			continue;
		}
		snprintf(first, sizeof first, "Grad(%s,%c%c%d,g%d)", f,
		         "xyzw"[v], o->arity == 1 ? 'i' : "ijpj"[v], k, k);
		for (int w = 0; w < o->arity; w++)
			gradient(s, o, first, 2, w, second[v], k);
	}
}

int subject_get(int k, int order, struct subject *s)
{
	struct operation o;

	memset(s, 0, sizeof *s);
	if (!parse(k, &o))
		return 0;
	if (order == 0)
		values(s, &o, k);
	else
		derivatives(s, &o, k, order);
	for (int p = 0; p < s->pieces; p++)
		s->piece[p].dim = dim_of(s, s->piece[p].text);
	return 1;
}

int subject_broadcast(int k, int mask, struct subject *s)
{
	struct operation o;
	int op = KCL__GRAD + 1;

	memset(s, 0, sizeof *s);
	if (!parse(k, &o))
		return 0;
	while (op < KCL__RED && strcmp(kcl__ops[op].name, o.name) != 0)
		op++;
	if (op == KCL__RED || kcl__ops[op].kind != KCL__EW
	    || mask >= (1 << o.arity) - 1)
		return 1;
	for (int a = 0; a < o.arity; a++)
		o.dim[a] = mask >> a & 1 ? 1 : o.dim[a];
	derivatives(s, &o, k, 1);
	return 1;
}

/* ----- batches ---------------------------------------------------------- */

static void join(struct batch *b, const struct subject *s)
{
	append(b->vars, "%s%s", *b->vars ? " " : "b=Vj(1) ", s->vars);
	for (int p = 0; p < s->pieces; p++)
		b->piece[b->pieces++] = s->piece[p];
}

/* [f, g, ...], which is at most 200 deep.  */
static void write_text(struct batch *b)
{
	strcpy(b->text, "Sum_Reduction(b*[");
	for (int p = 0; p < b->pieces; p++)
		append(b->text, "%s%s", p ? "," : "", b->piece[p].text);
	strcat(b->text, "],0)");
}

int batch_get(int *next, int order, int64_t m, int64_t n, struct batch *b)
{
	double low[MAX_ARGUMENTS] = { -1 }, high[MAX_ARGUMENTS] = { 1 };
	struct subject s;
	int count = 1;

	memset(b, 0, sizeof *b);
	while (subject_get(*next, order, &s)
	       && count + s.count <= MAX_ARGUMENTS - 1
	       && b->pieces + s.pieces <= MAX_PIECES / 2) {
		join(b, &s);
		memcpy(low + count, s.low, (size_t)s.count * sizeof *low);
		memcpy(high + count, s.high, (size_t)s.count * sizeof *high);
		count += s.count;
		++*next;
	}
	if (!b->pieces)
		return 0;
	write_text(b);
	problem_open(&b->problem, b->text, b->vars, m, n);
	for (int k = 0; k < count; k++)
		problem_draw(&b->problem, (size_t)k, low[k], high[k]);
	return 1;
}

void batch_free(struct batch *b)
{
	problem_free(&b->problem);
}

const struct piece *batch_piece(const struct batch *b, int64_t k)
{
	const kcl_formula *formula = b->problem.formula;
	int p = 0;

	for (k %= formula->g.node[formula->root[0]].dim;
	     k >= b->piece[p].dim; p++)
		k -= b->piece[p].dim;
	return &b->piece[p];
}
