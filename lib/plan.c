/* plan.c - the shape of a kernel: lanes, rows, columns and tile
 * SPDX-License-Identifier: MIT */
#include "plan.h"
#include "diag.h"
#include "os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	UNROLL = 16,            /* coordinates */
	ARRAYS = 64,
	TILE_NUMBERS = 8192,    /* of a CPU's tile, to stay in its L1 and L2 */
	WIDE_COLUMNS = 8        /* columns at a time for many coordinates */
};

int kcl__feeds_pairs(const struct kcl__pass *p, ref f)
{
	if (kcl__is_fed(p, f))
		return 1;
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];

		if (kcl__at(p, p->node[k]) != KCL__AT_PAIR)
			continue;
		for (int a = 0; a < n->narg; a++)
			if (n->arg[a] == f)
				return 1;
	}
	return 0;
}

int kcl__in_tile(const struct kcl__pass *p, const struct kcl__plan *plan,
                 ref f)
{
	return plan->tile > 0 && kcl__at(p, f) == KCL__AT_COLUMN
		&& (plan->gpu || kcl__input(p, f) < 0)
		&& kcl__feeds_pairs(p, f);
}

static int64_t staged(const struct kcl__pass *p, const struct kcl__plan *plan)
{
	int64_t n = 0;

	for (size_t k = 0; k < p->inputs; k++)
		if (kcl__in_tile(p, plan, p->input[k]))
			n += p->g->node[p->input[k]].dim;
	for (size_t k = 0; k < p->nodes; k++)
		if (kcl__in_tile(p, plan, p->node[k]))
			n += p->g->node[p->node[k]].dim;
	return n;
}

/* The largest dimension that a loop over coordinates of a pair runs over; 1 if
 * a pair has more than ARRAYS numbers of operations that have loops of their
 * own, as each column would have another copy of them: Intel's compiler took
 * minutes for eight.  */
static int64_t widest_loop(const struct kcl__pass *p)
{
	int64_t d = 1, arrays = 0;

	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];
		int fold = kcl__ops[n->op].kind == KCL__FOLD;

		if (kcl__at(p, p->node[k]) != KCL__AT_PAIR)
			continue;
		if (kcl__ops[n->op].kind == KCL__VEC)
			arrays += n->dim;
		else if ((int64_t)n->dim > d)
			d = n->dim;
		if (fold && (int64_t)p->g->node[n->arg[0]].dim > d)
			d = p->g->node[n->arg[0]].dim;
	}
	return arrays > ARRAYS ? 1 : d;
}

static void set_shape(struct kcl__plan *plan, const struct kcl__pass *p,
                      const struct kcl__target *t)
{
	int lanes = plan->bits == 32 ? t->lanes32 : t->lanes64;

	plan->lanes = plan->gpu || t->scalar ? 1
		: lanes >= 2 && lanes <= 16 ? lanes : 4;
	plan->rows = 1;
	plan->columns = !plan->gpu && widest_loop(p) > UNROLL
		? WIDE_COLUMNS : 1;
	plan->group = plan->gpu ? 64 : 1;
	plan->unroll = UNROLL;
}

/* The largest tile, a power of two up to a block, that there is room for; if
 * there is none for one column, columns are not staged at all.  */
static void set_tile(struct kcl__plan *plan, const struct kcl__pass *p,
                     const struct kcl__target *t)
{
	int64_t room = TILE_NUMBERS;

	if (plan->gpu)
		room = t->local_memory / 2 / (plan->bits / 8);
	plan->tile = 256;
	plan->staged = (int)staged(p, plan);
	while (plan->tile > 1 && plan->tile * (int64_t)plan->staged > room)
		plan->tile /= 2;
	if (plan->staged > room || plan->tile < plan->columns
	    || (!plan->gpu && plan->tile < plan->lanes)) {
		plan->tile = 0;
		plan->staged = 0;
	}
}

static int power_of_two(int v, int most)
{
	return v >= 1 && v <= most && (v & (v - 1)) == 0;
}

/* One "key=value"; 0 if it is not understood.  */
static int set(struct kcl__plan *plan, const char *key, const char *value)
{
	int v = atoi(value);
	const struct { const char *key; int *slot, most; } keys[] = {
		{ "lanes", &plan->lanes, 16 }, { "rows", &plan->rows, 8 },
		{ "cols", &plan->columns, 16 }, { "tile", &plan->tile, 256 },
		{ "group", &plan->group, 1024 },
		{ "unroll", &plan->unroll, 1024 },
	};

	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
		if (strcmp(key, keys[k].key) == 0
		    && power_of_two(v, keys[k].most)) {
			*keys[k].slot = v;
			return 1;
		}
	return strcmp(key, "shape") == 0
		&& (strcmp(value, "gpu") == 0 || strcmp(value, "cpu") == 0);
}

/* Sets what TEXT says, or only the shape if SHAPE.  */
static int override(struct kcl__plan *plan, const char *text, int shape)
{
	char key[16], value[16];
	int n = 0;

	for (; *text; text += n, text += *text == ',') {
		n = 0;
		if (sscanf(text, "%15[a-z]=%15[a-z0-9]%n", key, value, &n) < 2
		    || n == 0 || (text[n] && text[n] != ','))
			return -1;
		if (shape && strcmp(key, "shape") == 0)
			plan->gpu = strcmp(value, "gpu") == 0;
		if (!shape && !set(plan, key, value))
			return -1;
	}
	return 0;
}

/* What does not fit together after an override is refused.  */
static int consistent(const struct kcl__plan *plan,
                      const struct kcl__target *t)
{
	return plan->tile % plan->columns == 0
		&& (plan->lanes == 1 || !t->scalar)
		&& (plan->gpu ? plan->lanes == 1 && (plan->group >= 4
		                                     || plan->tile == 0)
		    : plan->group == 1 && plan->tile % plan->lanes == 0);
}

int kcl__plan_make(const struct kcl__pass *pass, const struct kcl__target *t,
                   int bits, struct kcl__plan *plan)
{
	const char *text = kcl__os_getenv("KEOPSCL_PLAN");
	int bad = 0;

	memset(plan, 0, sizeof *plan);
	plan->bits = bits;
	plan->gpu = t->gpu;
	plan->fma = t->fma;
	if (text)
		bad = override(plan, text, 1);
	set_shape(plan, pass, t);
	set_tile(plan, pass, t);
	if (text && !bad)
		bad = override(plan, text, 0);
	if (plan->tile > 0)
		plan->staged = (int)staged(pass, plan);
	if (!bad && consistent(plan, t))
		return 0;
	kcl__fail(KCL_ARGUMENT, "KEOPSCL_PLAN is \"%.60s\"; expected such as "
	          "\"shape=gpu,group=64,tile=32,rows=2,cols=1,lanes=1\", with "
	          "powers of two that fit together", text ? text : "");
	return -1;
}

int kcl__plan_shrink(struct kcl__plan *plan)
{
	int *size = plan->columns > 1 ? &plan->columns
		: plan->lanes > 1 ? &plan->lanes : &plan->group;

	if (*size <= (size == &plan->group ? 4 : 1))
		return 0;
	*size /= 2;
	return 1;
}

double kcl__cost(const struct kcl__pass *p)
{
	double cost = 2;

	for (size_t k = 0; k < p->feeds; k++)
		cost += 2 * (double)p->feed[k].sizes.block;
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];
		double d = n->dim;

		if (kcl__at(p, p->node[k]) != KCL__AT_PAIR)
			continue;
		for (int a = 0; a < n->narg; a++)
			if (p->g->node[n->arg[a]].dim > d)
				d = p->g->node[n->arg[a]].dim;
		cost += kcl__ops[n->op].kind == KCL__EW && n->op > KCL__Pow
			? 12 * d : d;
	}
	return cost;
}

/* Rounds of the loops that compute F once, at most.  */
static double rounds(const struct kcl__pass *p, ref f)
{
	const struct kcl__node *n = &p->g->node[f];
	const char *code = kcl__ops[n->op].code;
	int has_own = code && (strstr(code, "power_") || strstr(code, "sinc_"));
	double d = n->dim;

	for (int a = 0; a < n->narg; a++)
		d += p->g->node[n->arg[a]].dim;
	return has_own ? 40 * d : d;
}

void kcl__loops(const struct kcl__pass *p, const struct kcl__plan *plan,
                struct kcl__loops *loops)
{
	const struct kcl__sizes *s = &p->sizes;
	double pair = 2, lanes = plan->lanes * plan->rows;

	for (size_t k = 0; k < p->feeds; k++) {
		const struct kcl__sizes *own = &p->feed[k].sizes;

		pair += 3 * (double)own->block
			+ (double)(own->which * own->ranks) / 16;
	}
	loops->besides = lanes * (double)(2 * s->saved + 3 * s->which
	                                  + s->values + 4);
	loops->column = 2;
	for (size_t k = 0; k < p->inputs; k++) {
		double d = p->g->node[p->input[k]].dim;

		if (kcl__at(p, p->input[k]) == KCL__AT_COLUMN)
			loops->column += 2 * d + 2;
		else
			loops->besides += lanes * d;
	}
	for (size_t k = 0; k < p->nodes; k++)
		if (kcl__at(p, p->node[k]) >= KCL__AT_COLUMN)
			pair += rounds(p, p->node[k]);
		else
			loops->besides += plan->rows * rounds(p, p->node[k]);
	loops->column += plan->rows * pair;
}
