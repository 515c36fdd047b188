/* plan_form.c - few rows: how kernels split columns
 * SPDX-License-Identifier: MIT */
#include "plan.h"
#include "block.h"

enum {
	AT_ONCE = 8,            /* rows times columns */
	TILE = 16,              /* columns of each block at a time */
	NEAR = 1 << 19,         /* bytes of a CPU's tile, in its L2 */
	STATE = 64,             /* numbers of the states of all rows */
	ITEMS = 256,            /* work-items that fill a unit of a GPU */
	RANKED = 64,            /* the same, where states take long to fold */
	GATHER = 4              /* pairs that cost as much as to load a column
	                         * for lanes of blocks */
};

/* The tile with lanes of blocks: each has columns of its own there.  */
static void set_tile(struct kcl__plan *plan, const struct kcl__pass *p,
                     const struct kcl__target *t)
{
	int least = plan->lanes > plan->columns ? plan->lanes : plan->columns;
	int64_t room = (plan->gpu ? t->local_memory / 2 : NEAR)
		/ (plan->bits / 8 * (plan->gpu ? plan->group + 1
		                     : plan->lanes));

	plan->tile = TILE;
	plan->beside = kcl__is_beside(p, plan);
	plan->staged = (int)kcl__staged(p, plan);
	while (plan->tile > least && plan->tile * (int64_t)plan->staged > room)
		plan->tile /= 2;
	if (plan->tile * (int64_t)plan->staged > room) {
		plan->tile = 0;
		plan->staged = 0;
	}
}

/* The group of kernels of FORM: few rows have small ones.  */
static int group_of(const struct kcl__plan *plan, int form)
{
	return form < KCL__MERGE || form == KCL__BROAD
		|| plan->group < KCL__GROUP ? plan->group : KCL__GROUP;
}

void kcl__plan_set_form(const struct kcl__pass *pass,
                        const struct kcl__target *t, int form,
                        struct kcl__plan *plan)
{
	int columns = plan->columns * plan->rows;
	int64_t state;

	pass = kcl__strip_of(pass, plan);
	state = kcl__block_numbers(pass) + pass->sizes.which;
	plan->form = form >= KCL__LANES ? KCL__LANES : form == KCL__BROAD
		? KCL__SPLIT : (enum kcl__form)form;
	plan->group = group_of(plan, form);
	plan->split = KCL__BLOCK * (plan->gpu && form != KCL__MERGE_LANES
	                       && form < KCL__LANES ? 1
	                       : plan->lanes * plan->group);
	if (form < KCL__MERGE || form == KCL__BROAD)
		return;
	if (plan->together > 1)
		plan->columns = plan->together;
	else if (columns <= 16 && columns <= plan->tile)
		plan->columns = columns;
	plan->rows = 1;
	plan->turns = 0;
	if (form < KCL__LANES)
		return;
	plan->chunk = plan->shelved = 0;
	plan->rows <<= form - KCL__LANES;
	while (plan->rows > 1 && plan->rows * state > STATE)
		plan->rows /= 2;
	while (plan->rows > 1 && plan->together * plan->rows > 2 * AT_ONCE)
		plan->rows /= 2;
	while (plan->columns > plan->together
	       && plan->columns * plan->rows > AT_ONCE)
		plan->columns /= 2;
	set_tile(plan, pass, t);
}

/* Whether blocks of columns can be folded after all of them are there, which
 * they can where they have states of their own, or the least values count.  */
static int can_split(const struct kcl__pass *p)
{
	for (size_t k = 0; k < p->feeds; k++) {
		const struct kcl__sizes *s = &p->feed[k].sizes;

		if (kcl__is_direct(s) && !s->which)
			return 0;
	}
	return kcl__block_numbers(p) + p->sizes.which <= 4 * STATE;
}

int64_t kcl__many(const struct kcl__target *t)
{
	return t->gpu ? 4 * KCL__BLOCK : KCL__MANY;
}

int kcl__merge_of(int form)
{
	return form >= KCL__LANES ? KCL__MERGE_LANES : KCL__MERGE;
}

/* Whether ROWS rows leave much of the device idle: on CPUs, where a round takes
 * as long for one row as for all lanes, an eighth.  */
static int are_few(const struct kcl__pass *p, const struct kcl__plan *plan,
                   const struct kcl__target *t, int64_t rows)
{
	int64_t units = t->units > 0 ? t->units : 1;
	int64_t filled = units * plan->rows * (!plan->gpu ? plan->lanes
		: kcl__is_ranked(p) ? RANKED : ITEMS);

	return plan->gpu ? rows < filled
		: 8 * rows < 7 * ((rows + filled - 1) / filled) * filled;
}

/* ROWS rows by so many.  */
static int64_t up_to(int64_t rows, int64_t many)
{
	return (rows + many - 1) / many * many;
}

/* The form of those of WISH that takes least; several rows at once are worth a
 * quarter more of them.  */
static int best_form(const struct kcl__plan *plan, int wish, int64_t rows,
                     int64_t columns)
{
	int64_t filled = group_of(plan, KCL__SPLIT) * plan->lanes;
	int64_t broad = plan->group * plan->lanes * plan->rows;
	int64_t all = up_to(rows, filled);
	int64_t least = wish == 2 ? INT64_MAX : all;
	int best = plan->rows > 1 && 4 * up_to(rows, broad) <= 5 * all
		? KCL__BROAD : KCL__SPLIT;

	if (wish == 1 || (wish == 0 && columns < filled * KCL__BLOCK))
		return best;
	for (int form = KCL__LANES; form < KCL__FORMS; form++) {
		int64_t own = 1 << (form - KCL__LANES);
		int64_t cost = up_to(rows, own) / own * (own + GATHER);

		if (cost < least) {
			least = cost;
			best = form;
		}
	}
	return best;
}

int kcl__plan_form(const struct kcl__pass *p, const struct kcl__target *t,
                   const struct kcl__plan *plan, int64_t rows,
                   int64_t columns)
{
	struct kcl__plan lanes = *plan;
	int wish = plan->wish ? plan->wish : plan->few, form;

	if (!can_split(p) || wish < 0
	    || (plan->wish == 0 && (columns < kcl__many(t)
	                            || !are_few(p, plan, t, rows))))
		return KCL__PLAIN;
	form = best_form(plan, wish, rows, columns);
	if (form < KCL__LANES)
		return form;
	kcl__plan_set_form(p, t, form, &lanes);
	return lanes.tile == 0 ? KCL__SPLIT : form;
}
