/* grad.c - derivatives carried out, in reverse mode
 * SPDX-License-Identifier: MIT */
#include "ad/grad.h"
#include "ad/trace.h"
#include "diag.h"
#include "frontend/parse.h"
#include "mem.h"
#include "simplify.h"
#include <stdlib.h>
#include <string.h>

/* One walk: the cotangent of each node up to the root, 0 where there is none,
 * and whether the node depends on the variable v.  */
struct walk {
	struct kcl__graph *g;
	ref v;
	ref *cotangent;
	unsigned char *depends;
};

static int begin(struct walk *w, struct kcl__graph *g, ref root, ref v)
{
	size_t n = (root > v ? root : v) + 1;

	memset(w, 0, sizeof *w);
	w->g = g;
	w->v = v;
	w->cotangent = kcl__alloc(n, sizeof *w->cotangent);
	w->depends = kcl__alloc(n, 1);
	if (!w->cotangent || !w->depends)
		return -1;
	w->depends[v] = 1;
	for (ref k = 1; k < n; k++)
		for (int a = 0; a < g->node[k].narg; a++)
			w->depends[k] |= w->depends[g->node[k].arg[a]];
	return 0;
}

static void end(struct walk *w)
{
	free(w->cotangent);
	free(w->depends);
}

/* Undoes the broadcast of a value of dimension D.  */
static ref fit(struct kcl__graph *g, ref c, int64_t d)
{
	if (c && d == 1 && g->node[c].dim > 1)
		return kcl__make1(g, KCL__Sum, c);
	if (c && d > 1 && g->node[c].dim == 1)
		return kcl__make(g, KCL__SumT, 1, &c, d, 0);
	return c;
}

/* Adds C to the cotangent of ARG.  */
static int add(struct walk *w, ref arg, ref c)
{
	double zero;

	c = fit(w->g, c, w->g->node[arg].dim);
	if (!c)
		return -1;
	if (kcl__is_const(w->g, c, &zero) && zero == 0)
		return 0;
	if (w->cotangent[arg])
		c = kcl__make2(w->g, KCL__Add, w->cotangent[arg], c);
	w->cotangent[arg] = c;
	return c ? 0 : -1;
}

static const char *rule_of(const struct kcl__node *n, int k)
{
	return n->op >= KCL__RED ? kcl__reds[n->op - KCL__RED].rule[k]
		: kcl__ops[n->op].rule[k];
}

/* Takes the cotangent COT of node F to the arguments that depend on v.  */
static int propagate(struct walk *w, ref f, ref cot)
{
	struct kcl__graph *g = w->g;
	const struct kcl__node n = g->node[f];
	int red = n.op >= KCL__RED;
	const struct kcl__meaning meanings[] = {
		{ "g", cot, 0 }, { "r", f, 0 },
		{ "x", n.arg[0], 0 }, { "y", n.arg[1], 0 },
		{ "z", n.arg[2], 0 },
		{ "dx", 0, g->node[n.arg[0]].dim },
		{ "dy", 0, g->node[n.arg[1]].dim },
		{ "dz", 0, g->node[n.arg[2]].dim },
		{ red ? "K" : "p", 0, n.u.par[0] },
		{ red ? "t" : "q", 0, n.u.par[1] },
		{ NULL, 0, 0 }
	};

	for (int k = 0; k < n.narg; k++) {
		const char *rule = rule_of(&n, k);

		if (!w->depends[n.arg[k]])
			continue;
		if (*rule && add(w, n.arg[k],
		                 kcl__parse_rule(g, rule, meanings)))
			return -1;
	}
	return 0;
}

/* A reduction inside a formula: each pair of its row gives a cotangent.  */
static ref gathered(struct walk *w, ref f)
{
	return kcl__reduction(w->g, 0, w->cotangent[f], 0, 0,
	                      w->g->node[f].u.par[1]);
}

/* Walks from node TOP down to v; gives the cotangent of v.  */
static ref descend(struct walk *w, ref top, int into_reductions)
{
	struct kcl__graph *g = w->g;

	for (ref f = top; f > 0; f--) {
		ref cot = w->cotangent[f];

		if (!cot || !w->depends[f] || f == w->v)
			continue;
		if (g->node[f].op >= KCL__RED && !into_reductions)
			return kcl__node_fail(g, 0, KCL_UNSUPPORTED,
				"Grad(f, v, e) expects an f that is a "
				"reduction or has none in it that depends "
				"on v");
		if (g->node[f].op >= KCL__RED)
			cot = gathered(w, f);
		if (!cot || propagate(w, f, cot))
			return 0;
	}
	return w->cotangent[w->v] ? w->cotangent[w->v]
		: kcl__zero(g, g->node[w->v].dim);
}

static ref of_formula(struct kcl__graph *g, ref f, ref v, ref e)
{
	struct walk w;
	ref result = 0;

	if (begin(&w, g, f, v) == 0) {
		w.cotangent[f] = e;
		result = descend(&w, f, 0);
	}
	end(&w);
	return result;
}

/* The gradient C of a pair in v, but 0 where the reduction F, if it is one that
 * chooses, has not chosen the pair: there C is 0 times a slope, which may be
 * infinite.  Unless reductions within F give to other pairs than F does.  */
static ref where_chosen(const struct walk *w, ref f, ref c)
{
	const struct kcl__node *n = &w->g->node[f];
	const struct kcl__meaning meanings[] = {
		{ "x", w->cotangent[n->arg[0]], 0 }, { "c", c, 0 },
		{ NULL, 0, 0 }
	};
	enum kcl__monoid monoid = kcl__reds[n->op - KCL__RED].monoid;
	double zero;

	if ((monoid != KCL__Least && monoid != KCL__Ranked) || !c
	    || c == meanings[0].f || kcl__is_const(w->g, c, &zero))
		return c;
	for (ref k = f - 1; k > 0; k--)
		if (w->cotangent[k] && w->depends[k]
		    && w->g->node[k].op >= KCL__RED)
			return c;
	return kcl__parse_rule(w->g, "IfElse(-Sum(Abs(x)),0,c)", meanings);
}

static ref of_reduction(struct kcl__graph *g, ref f, ref v, ref e)
{
	int tag = g->node[v].u.par[1];
	struct walk w;
	ref result = 0;

	if (g->node[f].u.par[1] == KCL__IJ)
		return kcl__node_fail(g, 0, KCL_UNSUPPORTED, "Dense(f) has no "
			"gradient; that of f is Dense(Grad(f, v, e))");
	if (begin(&w, g, f, v) == 0 && propagate(&w, f, e) == 0)
		result = where_chosen(&w, f, descend(&w, f - 1, 1));
	end(&w);
	return result ? kcl__reduction(g, 0, result, 0, 0, tag) : 0;
}

/* Node F with the arguments that DONE has for its own.  */
static ref rebuilt(struct kcl__graph *g, ref f, const ref *done)
{
	struct kcl__node n = g->node[f];
	int same = 1;

	for (int k = 0; k < n.narg; k++) {
		same &= n.arg[k] == done[n.arg[k]];
		n.arg[k] = done[n.arg[k]];
	}
	if (n.op == KCL__GRAD)
		return kcl__is_reduction(g, n.arg[0])
			? of_reduction(g, n.arg[0], n.arg[1], n.arg[2])
			: of_formula(g, n.arg[0], n.arg[1], n.arg[2]);
	if (n.op == KCL__TRACE)
		return kcl__trace_of(g, n.arg[0], n.arg[1]);
	if (same)
		return f;
	return kcl__with_arguments(g, f, n.arg);
}

ref kcl__derive(struct kcl__graph *g, ref f)
{
	unsigned char *needed;
	ref *done, result = 0;

	if (!f)
		return 0;
	needed = kcl__alloc(f + 1, 1);
	done = kcl__alloc(f + 1, sizeof *done);
	if (needed && done) {
		kcl__mark(g, f, 1, needed);
		for (ref k = 1; k <= f; k++) {
			if (!needed[k])
				continue;
			g->at = kcl__span_of(g, k);
			done[k] = rebuilt(g, k, done);
			if (!done[k])
				break;
		}
		result = done[f];
	}
	free(needed);
	free(done);
	return result;
}
