/* plan_gpu.c - the tile, and what a GPU's registers and local memory hold
 * SPDX-License-Identifier: MIT */
#include "plan.h"
#include "mem.h"

enum {
	NARROW = 52,            /* registers, with what states are fed: more
	                         * than threads of twice as many have */
	CROWDED = 100,          /* one column at a time */
	FED = 256               /* numbers of weights: compilers have them all
	                         * at hand */
};

int *kcl__tile_places(const struct kcl__pass *p, const struct kcl__plan *plan)
{
	int *place = kcl__alloc(p->g->count, sizeof *place), at = 0;

	for (size_t k = 0; place && k < p->g->count; k++)
		place[k] = -1;
	for (size_t k = 0; place && k < p->inputs + p->nodes; k++) {
		ref f = k < p->inputs ? p->input[k] : p->node[k - p->inputs];

		if (!kcl__in_tile(p, plan, f))
			continue;
		place[f] = at;
		at += (int)p->g->node[f].dim;
	}
	return place;
}

/* N numbers of a column as many 16 bytes, which a GPU reads at once; an odd
 * number of these, so that when neighbours store them each of a memory's 32
 * banks of 4 bytes is met once by 8 work-items: g * odd, modulo 8, differs.  */
int64_t kcl__padded(int64_t n, int bytes)
{
	int64_t units = (n * bytes + 15) / 16;

	return n * bytes <= 8 ? n : (units | 1) * (16 / bytes);
}

int64_t kcl__kept(const struct kcl__pass *p)
{
	int64_t n = p->sizes.which;

	for (size_t k = 0; k < p->feeds; k++)
		n += p->feed[k].sizes.block;
	for (size_t k = 0; k < p->inputs + p->nodes; k++) {
		ref f = k < p->inputs ? p->input[k] : p->node[k - p->inputs];

		if (kcl__at(p, f) == KCL__AT_ROW && p->paired[f])
			n += p->g->node[f].dim;
	}
	return n;
}

int64_t kcl__fed(const struct kcl__pass *p)
{
	int64_t n = 0;

	for (size_t k = 0; k < p->feeds; k++) {
		const struct kcl__feed *feed = &p->feed[k];

		if (feed->weight && (kcl__is_scaled(feed)
		    || kcl__at(p, feed->weight) == KCL__AT_PAIR))
			n += p->g->node[feed->weight].dim;
	}
	return n;
}

/* What a work-item of a GPU has room for: numbers of four rows and of two in
 * registers; columns in the loop over pairs, the numbers of rows for all of
 * them, and operations.  NVIDIA's compiler alone keeps to its registers where
 * much is unrolled; AMD's has them for two long rows and two columns.  */
static const struct limits { int four, two, columns, held, body; }
opencl_limits = { 24, 40, 4, 4096, 512 }, amd_limits = { 24, 80, 4, 160, 512 },
cuda_limits = { 40, 144, 16, 4096, 3072 },
cpu_limits = { 12, 40, 2, 4096, 256 };  /* in the shape of a GPU, for tests */

static const struct limits *limits_of(const struct kcl__target *t)
{
	return !t->gpu ? &cpu_limits : t->scalar ? &cuda_limits
		: t->wave ? &amd_limits : &opencl_limits;
}

/* Intel's GPUs hold 128 numbers of each of 8 work-items, or of 16, which then
 * are a thread; their compiler may choose twice as many, whose rows do not fit
 * and then lie in memory.  Where they would, it is told not to.
 *
 * Several rows share what is read of a column: two if need be, as otherwise
 * reading takes longer than computing.  Several columns share the loop around
 * them, but it goes round 8 times: a shorter one NVIDIA's compiler unrolls.  */
void kcl__plan_gpu(struct kcl__plan *plan, const struct kcl__pass *p,
                   const struct kcl__target *t, int columns)
{
	const struct limits *l = limits_of(t);
	int most = plan->tile ? plan->tile / 8 : l->columns;
	int64_t n = kcl__kept(p) * plan->bits / 32;

	if (l == &amd_limits && kcl__is_ranked(p))
		l = &opencl_limits;     /* lists would lie in memory */
	plan->rows = 4 * n <= l->four ? 4 : 2 * n <= l->two ? 2 : 1;
	while (plan->rows > 1 && plan->together > 1 && plan->rows
	       * plan->together * kcl__cost(p, plan->bits) > 2 * l->body)
		plan->rows /= 2;
	plan->columns = columns ? columns : 1;
	plan->narrow = plan->rows * (n + kcl__fed(p) * plan->bits / 32)
		>= NARROW && plan->rows * n <= CROWDED;
	plan->why = "at a time, as registers allow";
	if (!columns || plan->rows * n > CROWDED)
		return;
	while (plan->columns < l->columns && 2 * plan->columns <= most
	       && (plan->rows == 1
	           || 2 * plan->rows * plan->columns * n <= l->held)
	       && 2 * plan->rows * plan->columns * kcl__fed(p) <= FED
	       && 2 * plan->rows * plan->columns
	       * kcl__cost(p, plan->bits) <= l->body)
		plan->columns *= 2;
}

/* Where there is no room for two rows, which would share what they read; but
 * not to compute again, for each strip, more than what the strips add up.  */
int kcl__plan_strips(const struct kcl__plan *plan, const struct kcl__pass *p,
                     const struct kcl__target *t)
{
	double state = (double)p->sizes.block;
	double again = kcl__cost(p, plan->bits) - state;

	if (!plan->gpu || !p->strip || plan->strip)
		return plan->gpu && p->strip && plan->strip > 0;
	return t->gpu && (t->scalar || t->wave)
		&& 2 * kcl__kept(p) * plan->bits / 32 > limits_of(t)->two
		&& again * (double)(kcl__strip_count(p) - 1) <= state;
}

/* With lanes of blocks each work-item has a tile of its own, and there is room
 * for one more.  */
static int64_t tile_bytes(const struct kcl__plan *plan)
{
	return plan->tile * (int64_t)plan->staged * (plan->bits / 8)
		* (plan->form == KCL__LANES ? plan->group + 1 : 1);
}

static int64_t parked_bytes(const struct kcl__pass *p,
                            const struct kcl__plan *plan)
{
	return (plan->bits == 64 || p->wide ? 8 : 4)
		* p->sizes.saved * plan->rows * plan->group;
}

int64_t kcl__local_bytes(const struct kcl__pass *p,
                         const struct kcl__plan *plan)
{
	int parked = plan->parked && plan->form < KCL__SPLIT;

	p = kcl__strip_of(p, plan);
	return plan->gpu ? tile_bytes(plan) + kcl__chunk_bytes(p, plan)
		+ kcl__shelf_bytes(p, plan)
		+ (parked ? parked_bytes(p, plan) : 0) : 0;
}

/* Whether states are parked: all of them are of blocks, and there is room
 * beside the tile.  */
int kcl__parks(const struct kcl__pass *p, const struct kcl__plan *plan,
               const struct kcl__target *t)
{
	int64_t tile = tile_bytes(plan);

	for (size_t k = 0; k < p->feeds; k++)
		if (p->feed[k].single || kcl__is_direct(&p->feed[k].sizes))
			return 0;
	return plan->gpu && parked_bytes(p, plan) + kcl__chunk_bytes(p, plan)
		+ kcl__shelf_bytes(p, plan) <= t->local_memory
		- (tile > KCL__GPU_TILE ? tile : KCL__GPU_TILE);
}
