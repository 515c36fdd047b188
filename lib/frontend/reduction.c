/* reduction.c - calls of reductions
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include <string.h>

enum { MOST_RANKS = 1000 };

static int tag_of(const struct kcl__graph *g, ref f)
{
	double v;

	return kcl__is_const(g, f, &v) && (v == 0 || v == 1 || v == 2)
		&& g->node[f].dim == 1 ? (int)v : -1;
}

int kcl__tag(struct kcl__parser *p, const struct kcl__call *c, int k)
{
	int tag = tag_of(p->g, c->item[k].f);
	char found[KCL__FOUND];

	if (tag >= 0)
		return tag;
	kcl__syntax(p, KCL_SYNTAX, c->item[k].start, c->item[k].end,
		"expected a tag (0: reduce over j, 1: over i, 2: over both), "
		"found %s", kcl__quote(p->lexer.text, c->item[k].start,
		                       c->item[k].end, found));
	return -1;
}

static int ranks_of(struct kcl__parser *p, const struct kcl__call *c,
                    int64_t *ranks)
{
	if (!kcl__whole(p, c, 1, ranks))
		return 0;
	if (*ranks >= 1 && *ranks <= MOST_RANKS)
		return 1;
	kcl__syntax(p, KCL_LIMIT, c->item[1].start, c->item[1].end,
	            "expected K from 1 to %d, found %lld", MOST_RANKS,
	            (long long)*ranks);
	return 0;
}

/* Which of the last two arguments of a weighted reduction is the tag, (f, tag,
 * g) or (f, g, tag).  Where neither can be, it is the number that was meant to
 * be one, which the message then points at.  */
static int weighted_tag(const struct kcl__graph *g, const struct kcl__call *c)
{
	double v;

	if (tag_of(g, c->item[1].f) >= 0)
		return 1;
	return tag_of(g, c->item[2].f) < 0
		&& kcl__is_const(g, c->item[1].f, &v) ? 1 : 2;
}

/* (f, tag), (f, K, tag), or of a formula and a weight */
static ref reduction(struct kcl__parser *p, const struct kcl__call *c, int red)
{
	const struct kcl__redinfo *r = &kcl__reds[red];
	int weighted = r->formulas > 1, at = 1 + r->ranks, tag;
	int64_t ranks = 0;
	ref x, y = 0;

	if (c->count != r->formulas + r->ranks + 1)
		return kcl__wrong_count(p, c, r->usage);
	if (weighted)
		at = weighted_tag(p->g, c);
	tag = kcl__tag(p, c, at);
	if (tag < 0)
		return 0;
	if (tag == KCL__P && r->monoid != KCL__Total)
		return kcl__syntax(p, KCL_UNSUPPORTED, c->item[at].start,
			c->item[at].end, "only Sum_Reduction reduces over both "
			"i and j (tag 2)");
	if (r->ranks && !ranks_of(p, c, &ranks))
		return 0;
	x = kcl__value(p, c->item[0].f, c->item[0].start);
	if (x && weighted)
		y = kcl__value(p, c->item[3 - at].f, c->item[3 - at].start);
	kcl__place(p, c->start);
	return x && (y || !weighted)
		? kcl__reduction(p->g, red, x, y, ranks, tag) : 0;
}

/* The row of the reduction that is called; -1 if there is none.  Of several of
 * its name, which are sorted by how many formulas they take, it is the last
 * that takes no more than there are: that comes nearest to what was meant.  */
static int find_reduction(const struct kcl__call *c)
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
		    && (!found++ || c->count > kcl__reds[k].formulas))
			row = k;
	return row;
}

int kcl__parse_reduction_call(struct kcl__parser *p, const struct kcl__call *c,
                              ref *f)
{
	int row = find_reduction(c);

	if (row >= 0)
		*f = reduction(p, c, row);
	return row >= 0;
}
