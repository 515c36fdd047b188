/* pass.c - one reduction made ready to be run: what is fed to its monoid
 * SPDX-License-Identifier: MIT */
#include "pass.h"
#include "frontend/parse.h"
#include "lower.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

static int is_input(const struct kcl__node *n)
{
	return n->op == KCL__VAR || n->op >= KCL__RED;
}

static int is_number(const struct kcl__node *n)
{
	return n->op == KCL__CONST || n->op == KCL__ZERO;
}

/* Sorts what F and the weight need into inputs and nodes.  */
static int collect(struct kcl__pass *p)
{
	ref top = p->f > p->weight ? p->f : p->weight;
	unsigned char *mark = kcl__alloc(p->g->count, 1);

	p->input = kcl__alloc(top + 1, sizeof *p->input);
	p->node = kcl__alloc(top + 1, sizeof *p->node);
	if (!mark || !p->input || !p->node) {
		free(mark);
		return -1;
	}
	mark[p->f] = mark[p->weight] = 1;
	for (ref f = top; f > 0; f--)
		for (int k = 0; mark[f] && !is_input(&p->g->node[f])
		     && k < p->g->node[f].narg; k++)
			mark[p->g->node[f].arg[k]] = 1;
	for (ref f = 1; f <= top; f++) {
		if (!mark[f] || is_number(&p->g->node[f]))
			continue;
		if (is_input(&p->g->node[f]))
			p->input[p->inputs++] = f;
		else
			p->node[p->nodes++] = f;
	}
	free(mark);
	return 0;
}

/* A sum of numbers times vectors takes the vector as its weight: the product
 * and the sum are then one fused operation.  */
static void split_product(struct kcl__pass *p)
{
	const struct kcl__node n = p->g->node[p->f];

	if (kcl__reds[p->red].monoid != KCL__Total || n.op != KCL__Mult
	    || kcl__at(p, p->f) != KCL__AT_PAIR
	    || p->g->node[n.arg[0]].dim != 1)
		return;
	p->f = n.arg[0];
	p->weight = n.arg[1];
	p->sizes.e = n.dim;
}

/* What is fed to the monoid of a reduction.  */
static int feed(struct kcl__graph *g, struct kcl__pass *p)
{
	const struct kcl__node n = g->node[p->root];
	const struct kcl__redinfo *r = &kcl__reds[p->red];
	const struct kcl__meaning meanings[] = {
		{ "x", n.arg[0], 0 }, { "y", n.arg[1], 0 }, { NULL, 0, 0 }
	};

	kcl__sizes_of(g, p->root, &p->sizes);
	if (n.u.par[1] == KCL__P) {
		p->f = kcl__reduction(g, p->red, n.arg[0], 0, 0, KCL__I);
		return p->f ? 0 : -1;
	}
	p->f = kcl__parse_rule(g, r->formula, meanings);
	p->f = p->f ? kcl__lower(g, p->f) : 0;
	if (!p->f)
		return -1;
	if (!*r->weight) {
		split_product(p);
		return 0;
	}
	p->weight = kcl__parse_rule(g, r->weight, meanings);
	p->weight = p->weight ? kcl__lower(g, p->weight) : 0;
	return p->weight ? 0 : -1;
}

int kcl__pass_make(struct kcl__graph *g, ref root, struct kcl__pass *pass)
{
	int tag = g->node[root].u.par[1];

	memset(pass, 0, sizeof *pass);
	pass->g = g;
	pass->root = root;
	pass->red = g->node[root].op - KCL__RED;
	pass->row_mask = tag == KCL__I ? KCL__BY_I : KCL__BY_J;
	if (feed(g, pass) || collect(pass)) {
		kcl__pass_free(pass);
		return -1;
	}
	return 0;
}

void kcl__pass_free(struct kcl__pass *pass)
{
	free(pass->input);
	free(pass->node);
	memset(pass, 0, sizeof *pass);
}

int kcl__input(const struct kcl__pass *p, ref f)
{
	for (size_t k = 0; k < p->inputs; k++)
		if (p->input[k] == f)
			return (int)k;
	return -1;
}
