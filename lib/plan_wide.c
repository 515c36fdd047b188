/* plan_wide.c - pairs of a GPU that go through their coordinates in chunks
 * SPDX-License-Identifier: MIT
 *
 * Rows that are too long for registers are not kept at all.  A work-item has a
 * table of sums, of its rows and of some columns, as a product of matrices has;
 * the group stages a chunk of the coordinates of its rows and of these columns
 * in local memory, all of it is added up, and so on to the last chunk.
 *
 * For a coordinate of a pair that is 1 / columns numbers of local memory and of
 * a cache, and 1 / rows numbers that all of a warp read, which count half.  An
 * H200 does 16e12 of them in a second, two operations each, and reads 32e12
 * bytes of local memory and 5e12 of the cache: with 4 rows and 32 columns 10e12
 * and 2e12.  These are 128 sums, half of the registers; float64 has half as
 * many columns, and coordinates in a chunk.  */
#include "plan.h"

enum {
	LEAST = 4,              /* coordinates in a chunk */
	PUSHES = 512            /* numbers of the states of all pairs */
};

/* Whether F is computed of a column, which lies in the tile.  */
static int is_staged(const struct kcl__pass *p, const struct kcl__plan *plan,
                     ref f)
{
	return plan->shelved && kcl__at(p, f) == KCL__AT_COLUMN;
}

/* Whether a loop over coordinates may have operand F: what is read, and
 * operations on that.  */
static int is_operand(const struct kcl__pass *p, const struct kcl__plan *plan,
                      ref f)
{
	int pair = kcl__at(p, f) == KCL__AT_PAIR;

	return p->g->node[f].dim == 1 ? !pair
		: pair || kcl__input(p, f) >= 0 || is_staged(p, plan, f);
}

int kcl__is_folded(const struct kcl__pass *p, const struct kcl__plan *plan,
                   int longest)
{
	int64_t d = 0;

	for (size_t k = 0; k < p->feeds; k++)
		if ((int)p->g->node[p->feed[k].f].dim > longest
		    || (p->feed[k].weight
		        && (int)p->g->node[p->feed[k].weight].dim > longest
		        && !kcl__is_outer(p, plan, &p->feed[k])))
			return 0;
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];
		int64_t own = kcl__length(p, p->node[k]);

		if (own <= longest || is_staged(p, plan, p->node[k]))
			continue;
		if (kcl__at(p, p->node[k]) != KCL__AT_PAIR
		    || kcl__ops[n->op].kind == KCL__VEC
		    || (d && own != d))
			return 0;
		for (int a = 0; a < n->narg; a++)
			if (!is_operand(p, plan, n->arg[a]))
				return 0;
		d = own;
	}
	return d > 0;
}

int kcl__in_chunks(const struct kcl__pass *p, const struct kcl__plan *plan,
                   ref f)
{
	return plan->chunk && kcl__input(p, f) >= 0
		&& (int)p->g->node[f].dim > plan->unroll;
}

int64_t kcl__chunk_bytes(const struct kcl__pass *p,
                         const struct kcl__plan *plan)
{
	const int64_t many[] = { 1, plan->rows * plan->group, plan->columns };
	int64_t n = 0;

	for (size_t k = 0; k < p->inputs; k++)
		if (kcl__in_chunks(p, plan, p->input[k]))
			n += many[kcl__at(p, p->input[k])];
	return n * kcl__padded(plan->chunk, plan->bits / 8)
		* (plan->bits / 8);
}

int kcl__fit_chunk(const struct kcl__pass *p, const struct kcl__target *t,
                   struct kcl__plan *plan)
{
	int64_t room = t->local_memory - KCL__GPU_TILE;

	if (plan->chunk > plan->group)
		plan->chunk = plan->group;
	while (plan->chunk > LEAST && kcl__chunk_bytes(p, plan) > room)
		plan->chunk /= 2;
	return plan->tile > 0 && plan->chunk >= LEAST
		&& kcl__chunk_bytes(p, plan) <= room
		&& plan->staged * (int64_t)plan->tile * plan->bits / 8
		<= KCL__GPU_TILE;
}

void kcl__plan_wide(struct kcl__plan *plan, const struct kcl__pass *p,
                    const struct kcl__target *t)
{
	static const struct shape { int rows, columns, chunk; }
	cuda = { 4, 32, 16 }, opencl = { 2, 16, 16 },
	cpu = { 2, 4, 8 };      /* for tests */
	const struct shape *s = !t->gpu ? &cpu : t->scalar ? &cuda : &opencl;
	int64_t state = kcl__block_numbers(p) + p->sizes.which;

	plan->chunk = 0;
	if (!plan->gpu)
		return;
	plan->columns = 1;
	if (plan->whole || !kcl__is_folded(p, plan, plan->unroll))
		return;
	plan->rows = s->rows;
	plan->columns = plan->bits == 64 ? s->columns / 2 : s->columns;
	plan->chunk = plan->bits == 64 ? s->chunk / 2 : s->chunk;
	plan->narrow = 1;
	plan->why = "at a time, which share a row's coordinates";
	while (plan->columns > 1
	       && plan->rows * plan->columns * state > PUSHES)
		plan->columns /= 2;
}
