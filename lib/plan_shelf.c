/* plan_shelf.c - long rows of a GPU's work-items that lie in local memory
 * SPDX-License-Identifier: MIT
 *
 * A gradient in 64 dimensions has 64 numbers of a row and 64 sums.  Intel's
 * GPUs have 128 registers for both and for all else; what does not fit their
 * compiler has in memory, at five times the instructions.  So the row lies in
 * local memory, read once for several columns, and the sums alone stay.  What
 * is added to them goes coordinate by coordinate, so that a column's numbers
 * are not in registers together either.
 *
 * AMD's GPUs have 256, and want this only where sums are scaled as well.  */
#include "plan.h"

enum {
	COLUMNS = 8,            /* that share a row's coordinates; */
	FEW = 4,                /* where these are few registers, as well */
	LEAST = 16,             /* work-items of a group: two threads */
	LITTLE = 70,            /* registers of a row, its state, and what that
	                         * is fed; */
	ROOM = 180,             /* of threads as wide as any; */
	STATE = 100             /* of a state alone */
};

/* ----- what goes coordinate by coordinate --------------------------------- */

/* Whether F may be computed again for each coordinate: a column's, or one
 * operation on coordinates of rows and columns.  */
static int is_cheap(const struct kcl__pass *p, ref f)
{
	const struct kcl__node *n = &p->g->node[f];
	int cheap = kcl__ops[n->op].kind == KCL__EW;

	if (kcl__at(p, f) != KCL__AT_PAIR)
		return kcl__at(p, f) != KCL__AT_COLUMN
			|| kcl__input(p, f) >= 0;
	for (int k = 0; k < n->narg; k++)
		cheap = cheap && kcl__at(p, n->arg[k]) != KCL__AT_PAIR
			&& is_cheap(p, n->arg[k]);
	return cheap;
}

int kcl__is_outer(const struct kcl__pass *p, const struct kcl__plan *plan,
                  const struct kcl__feed *feed)
{
	const struct kcl__node *node = p->g->node;
	enum kcl__monoid monoid = kcl__reds[feed->red].monoid;
	int longest = plan->gpu ? KCL__LONG : plan->unroll;

	return (plan->gpu ? plan->shelved : monoid == KCL__Total
	        || !p->wide) && (monoid == KCL__Total || monoid == KCL__Shifted)
		&& feed->weight && node[feed->f].dim == 1 && !feed->single
		&& kcl__at(p, feed->f) == KCL__AT_PAIR
		&& (int)node[feed->weight].dim > longest
		&& (is_cheap(p, feed->weight)
		    || ((plan->gpu || monoid == KCL__Shifted)
		        && kcl__in_tile(p, plan, feed->weight)));
}

/* ----- the shelf ---------------------------------------------------------- */

int kcl__on_shelf(const struct kcl__pass *p, const struct kcl__plan *plan,
                  ref f)
{
	return plan->shelved && kcl__input(p, f) >= 0
		&& kcl__at(p, f) == KCL__AT_ROW
		&& p->g->node[f].dim > KCL__LONG && p->paired[f];
}

/* Numbers of each row on the shelf; PADDED as they lie there.  */
static int64_t numbers(const struct kcl__pass *p, const struct kcl__plan *plan,
                       int padded)
{
	int64_t n = 0;

	for (size_t k = 0; k < p->inputs; k++) {
		int64_t dim = p->g->node[p->input[k]].dim;

		if (kcl__on_shelf(p, plan, p->input[k]))
			n += padded ? kcl__padded(dim, plan->bits / 8) : dim;
	}
	return n;
}

int64_t kcl__shelf_bytes(const struct kcl__pass *p,
                         const struct kcl__plan *plan)
{
	return numbers(p, plan, 1) * plan->rows * plan->group
		* (plan->bits / 8);
}

static int are_scaled(const struct kcl__pass *p)
{
	for (size_t k = 0; k < p->feeds; k++)
		if (kcl__is_scaled(&p->feed[k]))
			return 1;
	return 0;
}

/* Whether rows have no room in registers where their states have.  */
static int is_crowded(const struct kcl__pass *p, const struct kcl__plan *plan,
                      const struct kcl__target *t)
{
	int words = plan->bits / 32;
	int64_t all = kcl__kept(p) * words;

	return t->gpu && !t->scalar
		&& all - numbers(p, plan, 0) * words <= STATE
		&& all + kcl__fed(p) * words > (t->narrow ? LITTLE : ROOM)
		&& (t->narrow || are_scaled(p));
}

void kcl__plan_shelf(struct kcl__plan *plan, const struct kcl__pass *p,
                     const struct kcl__target *t)
{
	struct kcl__plan shelved = *plan;

	plan->shelved = 0;
	shelved.shelved = 1;
	shelved.rows = shelved.narrow = 1;
	shelved.columns = t->narrow && plan->together == 1 ? FEW : COLUMNS;
	if (shelved.columns > plan->tile)
		shelved.columns = plan->tile;
	shelved.why = "at a time, which share a row's coordinates";
	while (t->narrow && shelved.group > LEAST
	       && !kcl__parks(p, &shelved, t))
		shelved.group /= 2;
	if (plan->shelf >= 0 && plan->staged && !p->wide
	    && numbers(p, &shelved, 0) > 0
	    && kcl__is_folded(p, &shelved, KCL__LONG)
	    && (plan->shelf > 0 || is_crowded(p, &shelved, t))
	    && kcl__parks(p, &shelved, t))
		*plan = shelved;
}
