/* pass_strip.c - a pass over some numbers of a long weight
 * SPDX-License-Identifier: MIT */
#include "mem.h"
#include "pass.h"
#include <stdlib.h>
#include <string.h>

/* Most coordinates of a strip.  A GPU's registers have to hold as many sums for
 * each of two rows, and the coordinates themselves.  */
enum { WIDEST = 36 };

/* The pass of a strip, and its own graph, in which the weight is shorter.  */
struct strip {
	struct kcl__pass pass;
	struct kcl__graph g;
	struct kcl__feed feed;
};

/* Whether the pass sums numbers times a long vector of the column, which is an
 * input and occurs nowhere else.  */
static int has_strips(const struct kcl__pass *p)
{
	const struct kcl__feed *feed = p->feed;
	const struct kcl__node *node = p->g->node;

	if (p->feeds > 1 || kcl__reds[feed->red].monoid != KCL__Total
	    || !feed->weight || node[feed->f].dim > 1 || feed->wide
	    || node[feed->weight].dim <= WIDEST
	    || kcl__is_direct(&feed->sizes) || feed->weight == feed->f
	    || kcl__at(p, feed->weight) != KCL__AT_COLUMN
	    || kcl__input(p, feed->weight) < 0)
		return 0;
	for (size_t k = 0; k < p->nodes; k++)
		for (int a = 0; a < node[p->node[k]].narg; a++)
			if (node[p->node[k]].arg[a] == feed->weight)
				return 0;
	return 1;
}

int kcl__pass_strip(struct kcl__pass *p)
{
	size_t bytes = p->g->count * sizeof *p->g->node;
	struct strip *s;
	int64_t all, many, d;

	if (!has_strips(p))
		return 0;
	s = kcl__alloc(1, sizeof *s);
	if (!s)
		return -1;
	s->pass = *p;
	s->feed = *p->feed;
	s->g = *p->g;
	s->g.node = kcl__alloc(1, bytes);
	p->strip = &s->pass;
	if (!s->g.node)
		return -1;
	memcpy(s->g.node, p->g->node, bytes);
	all = s->g.node[s->feed.weight].dim;
	many = (all + WIDEST - 1) / WIDEST;
	d = (all + many - 1) / many;
	s->g.node[s->feed.weight].dim = (uint32_t)d;
	kcl__red_sizes(s->feed.red, d, d, 0, &s->feed.sizes);
	s->pass.sizes = s->feed.sizes;
	s->pass.g = &s->g;
	s->pass.feed = &s->feed;
	return 0;
}

void kcl__pass_strip_free(struct kcl__pass *p)
{
	struct strip *s = (struct strip *)p->strip;

	if (s)
		free(s->g.node);
	free(s);
	p->strip = NULL;
}
