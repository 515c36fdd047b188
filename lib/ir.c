/* ir.c - the graph of a formula: hash-consed, dimension-checked nodes
 * SPDX-License-Identifier: MIT */
#include "ir.h"
#include "diag.h"
#include "mem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int kcl__graph_init(struct kcl__graph *g)
{
	memset(g, 0, sizeof *g);
	g->what = "formula";
	g->text = "";
	g->buckets = 64;
	g->count = 1;
	g->bucket = kcl__alloc(g->buckets, sizeof *g->bucket);
	if (!g->bucket)
		return -1;
	if (kcl__grow(&g->node, &g->capacity, 1, sizeof *g->node)
	    || kcl__grow(&g->span, &g->spans, 1, sizeof *g->span)) {
		kcl__graph_free(g);
		return -1;
	}
	return 0;
}

void kcl__graph_free(struct kcl__graph *g)
{
	for (int k = 0; k < g->arguments; k++)
		free(g->argument[k].name);
	free(g->node);
	free(g->span);
	free(g->bucket);
	memset(g, 0, sizeof *g);
}

ref kcl__node_fail(struct kcl__graph *g, ref f, kcl_status status,
                   const char *message)
{
	struct kcl__span at = f && kcl__span_of(g, f).length
		? kcl__span_of(g, f) : g->at;

	if (!*g->text)
		return (ref)(kcl__fail(status, "%s: %s", g->what, message), 0);
	kcl__fail_at(status, g->what, g->text, at.offset, at.length,
	             "%s", message);
	return 0;
}

int kcl__argument_named(const struct kcl__graph *g, const char *name)
{
	int k = g->arguments;

	while (k-- > 0)
		if (name && g->argument[k].name
		    && strcmp(g->argument[k].name, name) == 0)
			break;
	return k;
}

static uint32_t hash(const struct kcl__node *n)
{
	uint64_t h = n->op, bits;

	memcpy(&bits, &n->u, sizeof bits);
	h = (h ^ n->dim) * 0x9e3779b97f4a7c15u;
	for (int k = 0; k < 3; k++)
		h = ((h ^ (h >> 29)) + n->arg[k]) * 0xbf58476d1ce4e5b9u;
	h = ((h ^ (h >> 32)) + bits) * 0x94d049bb133111ebu;
	return (uint32_t)(h ^ (h >> 31));
}

static int same(const struct kcl__node *a, const struct kcl__node *b)
{
	return a->op == b->op && a->dim == b->dim
		&& memcmp(a->arg, b->arg, sizeof a->arg) == 0
		&& memcmp(&a->u, &b->u, sizeof a->u) == 0;
}

/* Doubles the table once it is full.  */
static int rehash(struct kcl__graph *g)
{
	size_t n = g->buckets * 2;
	ref *bucket = kcl__alloc(n, sizeof *bucket);

	if (!bucket)
		return -1;
	for (size_t k = 1; k < g->count; k++) {
		ref *b = &bucket[hash(&g->node[k]) & (n - 1)];

		g->node[k].next = *b;
		*b = (ref)k;
	}
	free(g->bucket);
	g->bucket = bucket;
	g->buckets = n;
	return 0;
}

ref kcl__intern(struct kcl__graph *g, const struct kcl__node *n)
{
	uint32_t h = hash(n);
	ref f;

	for (f = g->bucket[h & (g->buckets - 1)]; f; f = g->node[f].next)
		if (same(&g->node[f], n)) {
			if (!kcl__span_of(g, f).length)
				g->span[f] = g->at;
			return f;
		}
	if (g->count > KCL__MAX_NODES)
		return kcl__node_fail(g, 0, KCL_LIMIT,
		                      "the formula has more than 100000 nodes");
	if (g->count >= g->buckets && rehash(g))
		return 0;
	if (kcl__grow(&g->node, &g->capacity, g->count + 1, sizeof *g->node)
	    || kcl__grow(&g->span, &g->spans, g->count + 1, sizeof *g->span))
		return 0;
	f = (ref)g->count++;
	g->node[f] = *n;
	g->node[f].next = g->bucket[h & (g->buckets - 1)];
	g->bucket[h & (g->buckets - 1)] = f;
	g->span[f] = g->at;
	return f;
}

static ref leaf(struct kcl__graph *g, int op, int64_t d, int mask, int p, int q)
{
	struct kcl__node n = { .op = (uint16_t)op, .mask = (uint8_t)mask,
	                       .dim = (uint32_t)d, .u.par = { p, q } };
	return kcl__intern(g, &n);
}

ref kcl__const(struct kcl__graph *g, double value)
{
	struct kcl__node n = { .op = KCL__CONST, .dim = 1, .u.value = value };

	if (!isfinite(value))
		return kcl__node_fail(g, 0, KCL_LIMIT,
			"a constant here is too large for a float64");
	return kcl__intern(g, &n);
}

int kcl__is_const(const struct kcl__graph *g, ref f, double *value)
{
	if (g->node[f].op == KCL__ZERO)
		*value = 0;
	else if (g->node[f].op == KCL__CONST)
		*value = g->node[f].u.value;
	else
		return 0;
	return 1;
}

ref kcl__zero(struct kcl__graph *g, int64_t dim)
{
	return dim == 1 ? kcl__const(g, 0) : leaf(g, KCL__ZERO, dim, 0, 0, 0);
}

/* What a reduction with the tag CATEGORY, or a variable, varies with.  */
static int mask_of(int category)
{
	static const int masks[] = { KCL__BY_I, KCL__BY_J, 0,
		KCL__BY_I | KCL__BY_J };

	return masks[category];
}

ref kcl__var(struct kcl__graph *g, int argument)
{
	const struct kcl__argument *a = &g->argument[argument];

	return leaf(g, KCL__VAR, a->dim, mask_of(a->category), argument,
	            a->category);
}

ref kcl__index(struct kcl__graph *g, int category, enum kcl__digit digit)
{
	return leaf(g, KCL__INDEX, 1, 1 << category, category, (int)digit);
}

static int is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		|| (c >= '0' && c <= '9') || c == '_';
}

/* The letter by which USAGE calls operand number K: its word number K of one
 * letter.  */
static char letter(const char *usage, int k)
{
	for (const char *c = usage; *c; c++) {
		size_t n = 0;

		while (is_word(c[n]))
			n++;
		if (n == 1 && k-- == 0)
			return *c;
		c += n ? n - 1 : 0;
	}
	return '?';
}

/* What the user wrote for F, if it is short; else "".  */
static const char *written(const struct kcl__graph *g, ref f, int *length)
{
	const struct kcl__span s = kcl__span_of(g, f);

	*length = (int)s.length;
	if (!*g->text || s.length > 24
	    || strcspn(g->text + s.offset, "\t\n\v\f\r") < s.length)
		*length = 0;
	return *length > 0 ? g->text + s.offset : "";
}

/* "f = x of dimension 3", where x is what the user wrote; or "k = 2".  */
static int describe(const struct kcl__graph *g, ref f, char name, char *text,
                    size_t room)
{
	int n;
	const char *own = written(g, f, &n);
	int needed = n > 1 || (n == 1 && *own != name);

	if (needed && g->node[f].op == KCL__CONST)
		return snprintf(text, room, "%c = %.*s", name, n, own);
	return snprintf(text, room, "%c%s%.*s of dimension %u", name,
	                needed ? " = " : "", needed ? n : 0, own,
	                (unsigned)g->node[f].dim);
}

ref kcl__misfit(struct kcl__graph *g, const char *usage, const char *expects,
                int narg, const ref *arg, int nparam, const int64_t *param)
{
	char text[400];
	size_t room = sizeof text;
	int n = snprintf(text, room, "%s expects %s, found ", usage, expects);

	for (int k = 0; k < narg; k++) {
		n += snprintf(text + n, room - (size_t)n, k ? ", " : "");
		n += describe(g, arg[k], letter(usage, k), text + n,
		              room - (size_t)n);
	}
	for (int k = 0; k < nparam; k++)
		n += snprintf(text + n, room - (size_t)n, ", %c = %lld",
		              letter(usage, narg + k), (long long)param[k]);
	return kcl__node_fail(g, 0, KCL_DIM, text);
}

static ref too_many(struct kcl__graph *g, const char *usage, int64_t count,
                    const char *what)
{
	char text[160];

	snprintf(text, sizeof text, "%s needs %lld %s, more than %d", usage,
	         (long long)count, what, KCL__MAX_DIM);
	return kcl__node_fail(g, 0, KCL_LIMIT, text);
}

ref kcl__node(struct kcl__graph *g, int op, int narg, const ref *arg,
              int64_t p, int64_t q)
{
	struct kcl__node n = { .op = (uint16_t)op, .narg = (uint8_t)narg };
	const struct kcl__opinfo *o = &kcl__ops[op];
	const int64_t param[2] = { p, q };
	int64_t d[3] = { 0 }, dim;

	for (int k = 0; k < narg; k++) {
		if (!arg[k])
			return 0;
		n.arg[k] = arg[k];
		n.mask |= g->node[arg[k]].mask;
		d[k] = g->node[arg[k]].dim;
	}
	if (p > INT32_MAX || p < -INT32_MAX || q > INT32_MAX || q < -INT32_MAX)
		return kcl__node_fail(g, 0, KCL_LIMIT, "expected whole numbers "
			"from -2147483647 to 2147483647");
	dim = kcl__op_dim((enum kcl__op)op, d[0], d[1], d[2], p, q);
	if (dim <= 0)
		return kcl__misfit(g, o->usage, o->expects, narg, arg,
		                   o->parameters, param);
	if (dim > KCL__MAX_DIM)
		return too_many(g, o->usage, dim, "coordinates");
	n.dim = (uint32_t)dim;
	n.u.par[0] = (int32_t)p;
	n.u.par[1] = (int32_t)q;
	return kcl__intern(g, &n);
}

/* Those of the reduction N.  The weights that rows of ops.def give are nothing,
 * 1, y and Concat(1,y).  */
static void sizes_of(const struct kcl__graph *g, const struct kcl__node *n,
                     struct kcl__sizes *sizes)
{
	const struct kcl__redinfo *r = &kcl__reds[n->op - KCL__RED];
	int64_t e = 0;

	if (strcmp(r->weight, "1") == 0)
		e = 1;
	else if (strcmp(r->weight, "y") == 0)
		e = g->node[n->arg[1]].dim;
	else if (*r->weight)
		e = g->node[n->arg[1]].dim + 1;
	kcl__red_sizes(n->op - KCL__RED, g->node[n->arg[0]].dim, e,
	               n->u.par[0], sizes);
}

void kcl__sizes_of(const struct kcl__graph *g, ref reduction,
                   struct kcl__sizes *sizes)
{
	sizes_of(g, &g->node[reduction], sizes);
}

ref kcl__reduction(struct kcl__graph *g, int red, ref x, ref y, int64_t ranks,
                   int tag)
{
	struct kcl__node n = { .op = (uint16_t)(KCL__RED + red) };
	const struct kcl__redinfo *r = &kcl__reds[red];
	struct kcl__sizes s;

	if (!x || (r->formulas > 1 && !y))
		return 0;
	n.narg = (uint8_t)r->formulas;
	n.arg[0] = x;
	n.arg[1] = y;
	n.dim = 1;
	n.mask = (uint8_t)mask_of(tag);
	n.u.par[0] = (int32_t)ranks;
	n.u.par[1] = tag;
	if (r->monoid == KCL__Shifted && g->node[x].dim != 1)
		return kcl__misfit(g, r->usage, "dim f = 1", 1, &x, 0, NULL);
	sizes_of(g, &n, &s);
	if (s.block > KCL__MAX_DIM || s.saved > KCL__MAX_DIM)
		return too_many(g, r->usage, s.block > s.saved ? s.block
		                : s.saved, "numbers for each row");
	n.dim = (uint32_t)(s.values ? s.values : s.indices);
	return kcl__intern(g, &n);
}

static ref misindexed(struct kcl__graph *g, ref f, ref e)
{
	static const char *const by[] = { "neither i nor j", "i", "j",
		"i and j" };
	char text[160];

	snprintf(text, sizeof text, "Grad(f, v, e) expects an e that varies as "
	         "f does, with %s; found one that varies with %s",
	         by[g->node[f].mask], by[g->node[e].mask]);
	return kcl__node_fail(g, 0, KCL_DIM, text);
}

ref kcl__direction(struct kcl__graph *g, int which, int64_t dim)
{
	return leaf(g, KCL__VAR, dim, 0, which, KCL__P);
}

ref kcl__trace(struct kcl__graph *g, ref f, ref e)
{
	struct kcl__node n = { .op = KCL__TRACE, .narg = 2, .dim = 1,
	                       .arg = { f, e } };

	if (!f || !e)
		return 0;
	n.mask = g->node[f].mask;
	return kcl__intern(g, &n);
}

ref kcl__gradient(struct kcl__graph *g, ref f, ref v, ref e)
{
	struct kcl__node n = { .op = KCL__GRAD, .narg = 3, .arg = { f, v, e } };
	static const char usage[] = "Grad(f, v, e)";

	if (!f || !v || !e)
		return 0;
	if (g->node[e].dim != g->node[f].dim)
		return kcl__misfit(g, usage, "dim e = dim f", 3, n.arg, 0,
		                   NULL);
	if (kcl__is_reduction(g, f) && (g->node[e].mask & ~g->node[f].mask))
		return misindexed(g, f, e);
	n.dim = g->node[v].dim;
	n.mask = kcl__is_reduction(g, f) ? g->node[v].mask
		: g->node[f].mask | g->node[v].mask | g->node[e].mask;
	return kcl__intern(g, &n);
}

void kcl__mark(const struct kcl__graph *g, ref f, int inside,
               unsigned char *mark)
{
	mark[f] = 1;
	for (ref n = f; n > 0; n--) {
		const struct kcl__node *node = &g->node[n];

		if (!mark[n] || (n != f && node->op >= KCL__RED && !inside))
			continue;
		for (int k = 0; k < node->narg; k++)
			mark[node->arg[k]] = 1;
	}
}
