/* pass.c - reductions made ready to be run: what is fed to their monoids
 * SPDX-License-Identifier: MIT */
#include "pass.h"
#include "diag.h"
#include "frontend/parse.h"
#include "lower.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_STATE = 1024 };     /* numbers of a row, for several reductions */

/* All reductions, each after those whose values it needs.  */
struct list {
	struct kcl__graph *g;
	struct kcl__feed *feed;
	size_t count, capacity;
};

/* ----- one reduction ----------------------------------------------------- */

/* A sum of numbers times vectors takes the vector as its weight: the product
 * and the sum are then one fused operation.  */
static void split_product(const struct kcl__graph *g, struct kcl__feed *feed)
{
	const struct kcl__node n = g->node[feed->f];

	if (kcl__reds[feed->red].monoid != KCL__Total || n.op != KCL__Mult
	    || kcl__at_of(g, feed->f, feed->row_mask) != KCL__AT_PAIR
	    || g->node[n.arg[0]].dim != 1)
		return;
	feed->f = n.arg[0];
	feed->weight = n.arg[1];
	feed->sizes.e = n.dim;
}

static ref fed(struct kcl__graph *g, const char *rule, ref root)
{
	const struct kcl__node n = g->node[root];
	const struct kcl__meaning meanings[] = {
		{ "x", n.arg[0], 0 }, { "y", n.arg[1], 0 }, { NULL, 0, 0 }
	};
	ref f = kcl__parse_rule(g, rule, meanings);

	return f ? kcl__lower(g, f) : 0;
}

/* Has FEED sum up as kcl_formula_summed said of G; what has indices only
 * compares.  In Kahan's and direct sums, and where there is one column only, as
 * in Dense(f), columns go straight into the running state, and that of a block
 * is the same.  LogSumExp's running state is not one that columns could be
 * pushed into, so that it and its like have no direct sums.  */
static void choose_sums(const struct kcl__graph *g, struct kcl__feed *feed)
{
	int alone = g->node[feed->root].u.par[1] == KCL__IJ;

	if (feed->sizes.which)
		return;
	if (alone || g->sums == KCL_SUMS_KAHAN
	    || (g->sums == KCL_SUMS_DIRECT
	        && kcl__reds[feed->red].monoid == KCL__Total))
		feed->sizes.block = feed->sizes.saved;
	feed->single = g->sums == KCL_SUMS_KAHAN && !alone;
	feed->wide = g->sum_bits == 64 && !alone;
}

/* What is fed to the monoid of the reduction ROOT.  */
static int make_feed(struct kcl__graph *g, ref root, struct kcl__feed *feed)
{
	const struct kcl__node n = g->node[root];
	const struct kcl__redinfo *r = &kcl__reds[n.op - KCL__RED];
	int tag = n.u.par[1];

	memset(feed, 0, sizeof *feed);
	feed->root = root;
	feed->red = n.op - KCL__RED;
	feed->row_mask = n.mask ? n.mask : KCL__BY_J;
	kcl__sizes_of(g, root, &feed->sizes);
	choose_sums(g, feed);
	if (tag == KCL__P) {
		feed->f = kcl__reduction(g, feed->red, n.arg[0], 0, 0, KCL__I);
		return feed->f ? 0 : -1;
	}
	feed->f = fed(g, r->formula, root);
	if (feed->f && *r->weight)
		feed->weight = fed(g, r->weight, root);
	else if (feed->f)
		split_product(g, feed);
	return feed->f && (feed->weight || !*r->weight) ? 0 : -1;
}

static const struct kcl__feed *find(const struct list *l, ref root)
{
	for (size_t k = 0; k < l->count; k++)
		if (l->feed[k].root == root)
			return &l->feed[k];
	return NULL;
}

static int is_input(const struct kcl__node *n)
{
	return n->op == KCL__VAR || n->op >= KCL__RED;
}

/* Marks what F needs down to inputs.  */
static void mark_needed(const struct kcl__graph *g, ref f, unsigned char *mark)
{
	mark[f] = 1;
	for (; f > 0; f--)
		for (int k = 0; mark[f] && !is_input(&g->node[f])
		     && k < g->node[f].narg; k++)
			mark[g->node[f].arg[k]] = 1;
}

static int add(struct list *l, ref root, int depth);

/* Adds the reductions that FEED needs, and finds its level.  */
static int add_needed(struct list *l, struct kcl__feed *feed, int depth)
{
	ref top = feed->f > feed->weight ? feed->f : feed->weight;
	unsigned char *mark = kcl__alloc(top + 1, 1);
	int failed = !mark;

	if (mark) {
		mark_needed(l->g, feed->f, mark);
		mark_needed(l->g, feed->weight, mark);
	}
	for (ref f = 1; f <= top && !failed; f++) {
		if (!mark[f] || l->g->node[f].op < KCL__RED)
			continue;
		failed = add(l, f, depth + 1);
		if (!failed && find(l, f)->level >= feed->level)
			feed->level = find(l, f)->level + 1;
	}
	free(mark);
	return failed ? -1 : 0;
}

/* Adds the reduction ROOT after those that it needs.  */
static int add(struct list *l, ref root, int depth)
{
	struct kcl__feed feed;

	if (find(l, root))
		return 0;
	if (depth > KCL__MAX_DEPTH) {
		kcl__fail(KCL_LIMIT, "reductions are nested deeper than %d",
		          KCL__MAX_DEPTH);
		return -1;
	}
	if (make_feed(l->g, root, &feed) || add_needed(l, &feed, depth)
	    || kcl__grow(&l->feed, &l->capacity, l->count + 1, sizeof feed))
		return -1;
	l->feed[l->count++] = feed;
	return 0;
}

/* ----- one pass ---------------------------------------------------------- */

static int is_number(const struct kcl__node *n)
{
	return n->op == KCL__CONST || n->op == KCL__ZERO;
}

/* Marks what the work for a pair reads: what is fed, and the arguments of the
 * nodes that are computed for each pair.  */
static void note_paired(struct kcl__pass *p)
{
	for (size_t k = 0; k < p->feeds; k++) {
		p->paired[p->feed[k].f] = 1;
		p->paired[p->feed[k].weight] = 1;
	}
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];

		for (int a = 0; a < n->narg; a++)
			p->paired[n->arg[a]] |= kcl__at(p, p->node[k])
				== KCL__AT_PAIR;
	}
}

/* Sorts what the feeds need into inputs and nodes.  */
static int collect(struct kcl__pass *p)
{
	const struct kcl__graph *g = p->g;
	unsigned char *mark = kcl__alloc(g->count, 1);
	size_t n = 0;

	for (size_t k = 0; mark && k < p->feeds; k++) {
		mark_needed(g, p->feed[k].f, mark);
		mark_needed(g, p->feed[k].weight, mark);
	}
	for (ref f = 1; mark && f < g->count; f++)
		n += mark[f];
	p->input = mark ? kcl__alloc(n, sizeof *p->input) : NULL;
	p->node = p->input ? kcl__alloc(n, sizeof *p->node) : NULL;
	p->paired = p->node ? kcl__alloc(g->count, 1) : NULL;
	for (ref f = 1; p->paired && f < g->count; f++) {
		if (!mark[f] || is_number(&g->node[f]))
			continue;
		if (is_input(&g->node[f]) || (p->tag == KCL__IJ
		                              && g->node[f].op == KCL__INDEX))
			p->input[p->inputs++] = f;
		else
			p->node[p->nodes++] = f;
	}
	free(mark);
	if (!p->paired)
		return -1;
	note_paired(p);
	return 0;
}

static void free_pass(struct kcl__pass *pass)
{
	free(pass->feed);
	free(pass->input);
	free(pass->node);
	kcl__pass_strip_free(pass);
	free(pass->paired);
	memset(pass, 0, sizeof *pass);
}

/* Lays the states and outputs of the feeds side by side.  A feed whose columns
 * go straight into the running state needs none for a block.  */
static void lay_out(struct kcl__pass *p)
{
	struct kcl__sizes *all = &p->sizes;

	for (size_t k = 0; k < p->feeds; k++) {
		struct kcl__feed *feed = &p->feed[k];
		const struct kcl__sizes *s = &feed->sizes;

		feed->at = *all;
		all->block += kcl__is_direct(s) ? 0 : s->block;
		all->which += s->which;
		all->saved += s->saved;
		all->values += s->values;
		all->indices += s->indices;
	}
}

/* A pass for FEEDS feeds of one tag.  */
static int make_pass(const struct kcl__graph *g, const struct kcl__feed *feed,
                     size_t feeds, struct kcl__pass *pass)
{
	memset(pass, 0, sizeof *pass);
	pass->g = g;
	pass->tag = g->node[feed->root].u.par[1];
	pass->row_mask = feed->row_mask;
	pass->wide = feed->wide;
	pass->feed = kcl__alloc(feeds, sizeof *feed);
	pass->feeds = feeds;
	if (pass->feed) {
		memcpy(pass->feed, feed, feeds * sizeof *feed);
		lay_out(pass);
		if (collect(pass) == 0 && kcl__pass_strip(pass) == 0)
			return 0;
	}
	free_pass(pass);
	return -1;
}

/* ----- all passes -------------------------------------------------------- */

static int tag_of(const struct list *l, const struct kcl__feed *feed)
{
	return l->g->node[feed->root].u.par[1];
}

/* Whether X comes before Y: what others need, then what shares a pass, and in
 * it what has indices.  */
static int before(const struct list *l, const struct kcl__feed *x,
                  const struct kcl__feed *y)
{
	if (x->level != y->level)
		return x->level < y->level;
	if (tag_of(l, x) != tag_of(l, y))
		return tag_of(l, x) < tag_of(l, y);
	if (x->wide != y->wide)
		return x->wide < y->wide;
	return x->sizes.indices > 0 && y->sizes.indices == 0;
}

/* By insertion, since few are far from their places.  */
static void sort(struct list *l)
{
	for (size_t k = 1; k < l->count; k++)
		for (size_t n = k; n > 0 && before(l, &l->feed[n],
		                                   &l->feed[n - 1]); n--) {
			struct kcl__feed other = l->feed[n];

			l->feed[n] = l->feed[n - 1];
			l->feed[n - 1] = other;
		}
	for (size_t k = 0; k < l->count; k++)
		l->feed[k].number = k;
}

/* How many feeds from number FIRST on can share a pass, at least one.  */
static size_t sharing(const struct list *l, size_t first)
{
	const struct kcl__feed *x = &l->feed[first];
	int64_t room = MOST_STATE;
	size_t n = 0;

	for (; first + n < l->count; n++) {
		const struct kcl__feed *y = &x[n];

		room -= y->sizes.block + y->sizes.saved + y->sizes.which;
		if (n > 0 && (room < 0 || y->level != x->level
		              || x->wide != y->wide
		              || tag_of(l, x) != tag_of(l, y)))
			break;
	}
	return n;
}

/* The pass of the next feeds; fewer if they have too many inputs together.  */
static int next_pass(const struct list *l, size_t first,
                     struct kcl__pass *pass)
{
	size_t n = sharing(l, first);
	int failed = make_pass(l->g, &l->feed[first], n, pass);

	while (!failed && n > 1 && pass->inputs > KCL__MAX_ARGUMENTS) {
		free_pass(pass);
		failed = make_pass(l->g, &l->feed[first], --n, pass);
	}
	if (!failed && pass->inputs > KCL__MAX_ARGUMENTS) {
		kcl__fail(KCL_LIMIT, "a reduction uses %zu variables and "
		          "results of others; at most %d can be used",
		          pass->inputs, KCL__MAX_ARGUMENTS);
		free_pass(pass);
		return -1;
	}
	return failed;
}

int kcl__passes_make(struct kcl__graph *g, const ref *root, size_t roots,
                     struct kcl__pass **pass, size_t *passes)
{
	struct list l = { .g = g };
	int failed = 0;

	*pass = NULL;
	*passes = 0;
	for (size_t k = 0; k < roots && !failed; k++)
		failed = add(&l, root[k], 0);
	if (!failed) {
		sort(&l);
		*pass = kcl__alloc(l.count, sizeof **pass);
		failed = !*pass;
	}
	for (size_t at = 0; at < l.count && !failed; ) {
		failed = next_pass(&l, at, &(*pass)[*passes]);
		if (!failed)
			at += (*pass)[(*passes)++].feeds;
	}
	free(l.feed);
	return failed ? -1 : 0;
}

void kcl__passes_free(struct kcl__pass *pass, size_t passes)
{
	for (size_t k = 0; k < passes; k++)
		free_pass(&pass[k]);
	free(pass);
}

int kcl__input(const struct kcl__pass *p, ref f)
{
	for (size_t k = 0; k < p->inputs; k++)
		if (p->input[k] == f)
			return (int)k;
	return -1;
}
