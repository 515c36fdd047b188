/* plan_cpu.c - rows and columns at a time, where vectors are lanes of rows
 * SPDX-License-Identifier: MIT */
#include "plan.h"

enum {
	UNROLL = 16,            /* coordinates */
	ARRAYS = 64,
	COLUMNS = 8,            /* at a time */
	SQUARE = 4,             /* rows and columns of a table of sums */
	PAIRED = 2,             /* rows, if there are COLUMNS columns */
	TURNS = 8, SUMS = 16,   /* rows that take turns with so many columns */
	SHORT = 64,             /* coordinates, of which a row's and those of
	                         * SUMS columns stay in the L1 cache */
	WIDEST = 512,           /* bits of a vector, of which there are 32 */
	LITTLE = 12,            /* operations, which loads would outweigh */
	PRODUCT = 6,            /* operations for a coordinate */
	BODY = 1024             /* operations of the columns taken together */
};

int64_t kcl__widest_loop(const struct kcl__pass *p)
{
	int64_t d = 1;

	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];
		int fold = kcl__ops[n->op].kind == KCL__FOLD;

		if (kcl__at(p, p->node[k]) != KCL__AT_PAIR)
			continue;
		if (kcl__ops[n->op].kind != KCL__VEC && (int64_t)n->dim > d)
			d = n->dim;
		if (fold && (int64_t)p->g->node[n->arg[0]].dim > d)
			d = p->g->node[n->arg[0]].dim;
	}
	return d;
}

/* More than ARRAYS numbers of operations that have loops of their own: Intel's
 * compiler took minutes for eight columns.  */
int kcl__is_long(const struct kcl__pass *p)
{
	int64_t arrays = 0;

	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];

		if (kcl__ops[n->op].kind == KCL__VEC
		    && kcl__at(p, p->node[k]) == KCL__AT_PAIR)
			arrays += n->dim;
	}
	return arrays > ARRAYS;
}

int kcl__is_ranked(const struct kcl__pass *p)
{
	for (size_t k = 0; k < p->feeds; k++)
		if (p->feed[k].sizes.ranks > 1)
			return 1;
	return 0;
}

/* Whether all feeds but small ones are outer products.  */
static int is_outer(const struct kcl__plan *plan, const struct kcl__pass *p)
{
	int64_t rest = p->sizes.block;

	for (size_t k = 0; k < p->feeds; k++)
		if (kcl__is_outer(p, plan, &p->feed[k]))
			rest -= p->feed[k].sizes.block;
	return rest < p->sizes.block && rest <= UNROLL;
}

/* Whether a state is lifted just before long weights are added to it.  */
static int is_heavy(const struct kcl__pass *p)
{
	for (size_t k = 0; k < p->feeds; k++)
		if (kcl__is_scaled(&p->feed[k])
		    && p->feed[k].sizes.block > UNROLL)
			return 1;
	return 0;
}

/* Whether twice as many columns overlap better on CPUs, and are not too long to
 * compile.  */
static int is_light(const struct kcl__plan *plan, const struct kcl__pass *p)
{
	return !plan->gpu && !plan->looped && !is_heavy(p)
		&& (plan->turns || 2 * plan->together
		    * kcl__cost(p, plan->bits) <= BODY);
}

void kcl__take_together(struct kcl__plan *plan, const struct kcl__pass *p)
{
	if (plan->together == 1)
		return;
	plan->looped = kcl__is_long(p)
		|| (plan->columns == 1 && !plan->gpu
		    && kcl__widest_loop(p) <= UNROLL);
	plan->columns = is_light(plan, p) ? 2 * plan->together
		: plan->together;
	plan->why = plan->columns == plan->together
		? "at a time, for which sums are scaled once"
		: "at a time, for each half of which sums are scaled once";
	if (!plan->gpu && !plan->turns && plan->rows > PAIRED)
		plan->rows = PAIRED;
	if (plan->tile < plan->columns) {
		plan->tile = 0;
		plan->staged = 0;
	}
}

/* On CPUs several columns overlap, as the work of one waits for itself; loops
 * over many coordinates that do little for each have a table of sums of rows
 * and columns, as a product of matrices does, which share what they load.  With
 * vectors of 512 bits an operand in memory costs nothing, but a load takes as
 * long as an operation: so a row's vector is loaded for 16 columns, whose
 * coordinates are operands.  The next rows then find the columns in the cache.
 * Indices in a state that is not in registers would take longer, unless they
 * are seldom looked at.  */
void kcl__plan_cpu(struct kcl__plan *plan, const struct kcl__pass *p)
{
	int64_t widest = kcl__widest_loop(p);
	int wide = widest > UNROLL, ranked = kcl__is_ranked(p);
	int outer = is_outer(plan, p);
	int least = p->feeds == 1 && kcl__is_least(p->feed);
	double cost = kcl__cost(p, plan->bits);
	int widest_lanes = plan->lanes * plan->bits == WIDEST;
	int product = wide && (!ranked || (least && widest_lanes))
		&& !kcl__is_long(p) && cost <= PRODUCT * (double)widest;
	int turns = product && (least || !p->sizes.which)
		&& (widest_lanes || plan->together > 1);
	static const char sift[] = "at a time, of which a row looks at the "
		"least first";
	const struct { int holds, rows, columns; const char *why; } rules[] = {
		{ kcl__is_long(p) || (ranked && !wide), 1, 1,
		  "at a time, as a pair is much to compile" },
		{ turns && least && widest <= SHORT, 1, SUMS, sift },
		{ turns, TURNS, SUMS,
		  "at a time, which share a row's coordinates" },
		{ product, SQUARE, SQUARE, "at a time, which share a row's "
		  "coordinates as rows do a column's" },
		{ !wide && least, 1, COLUMNS, sift },
		{ !wide && cost <= LITTLE, 2, COLUMNS / 2, "at a time, for two "
		  "rows, as loads count beside so little work" },
		{ !wide && outer, SQUARE, SQUARE, "at a time, which share what "
		  "they add to, as rows do what they add" },
		{ !wide && p->sizes.block > UNROLL, 2, 1,
		  "at a time, for two rows, as a column has so much to load" },
		{ 1, 1, COLUMNS,
		  "at a time, as the work of one waits for itself" },
	}, *rule = rules;

	while (!rule->holds)
		rule++;
	plan->rows = rule->rows;
	plan->columns = rule->columns;
	plan->turns = turns && plan->rows > 1;
	plan->why = rule->why;
	while (!wide && !outer && plan->columns > 1
	       && plan->columns * cost > BODY)
		plan->columns /= 2;
	kcl__take_together(plan, p);
}

/* Numbers only are kept for pairs, and made by loops or of other numbers.  */
int kcl__is_beside(const struct kcl__pass *p, const struct kcl__plan *plan)
{
	int some = 0;

	if (plan->gpu || plan->form >= KCL__LANES || plan->looped
	    || plan->columns == 1)
		return 0;
	for (size_t k = 0; k < p->nodes; k++) {
		ref f = p->node[k];
		const struct kcl__node *n = &p->g->node[f];

		if (kcl__at(p, f) != KCL__AT_COLUMN)
			continue;
		if (kcl__ops[n->op].kind == KCL__VEC || n->op == KCL__INDEX
		    || (n->dim > 1 && p->paired[f]))
			return 0;
		some |= kcl__length(p, f) > plan->unroll;
	}
	return some;
}
