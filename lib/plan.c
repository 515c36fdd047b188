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
	GPU_UNROLL = 128,       /* else a row is not kept in registers */
	TILE_NUMBERS = 8192,    /* of a CPU's tile, to stay in its L1 and L2 */
	WAVE = 32,              /* AMD's GPUs with longer waves have UNITS */
	UNITS = 4,              /* vector units that share a local memory: a
	                         * group of one wave would leave others idle */
	GROUP = 4,              /* the smallest that has barriers */
	CPU_GROUP = 16,         /* in a GPU's shape: of smaller ones Intel's
	                         * runtime for CPUs makes vectors of columns,
	                         * and adds these in another order */
	COLUMNS = 8             /* at a time */
};

int kcl__in_tile(const struct kcl__pass *p, const struct kcl__plan *plan,
                 ref f)
{
	int input = kcl__input(p, f) >= 0, lanes = plan->form == KCL__LANES;

	return plan->tile > 0 && kcl__at(p, f) == KCL__AT_COLUMN
		&& !kcl__in_chunks(p, plan, f)
		&& (plan->gpu || lanes || !input)
		&& ((lanes && input) || (p->paired[f] && !plan->beside));
}

int64_t kcl__staged(const struct kcl__pass *p, const struct kcl__plan *plan)
{
	int64_t n = 0;

	for (size_t k = 0; k < p->inputs; k++)
		if (kcl__in_tile(p, plan, p->input[k]))
			n += p->g->node[p->input[k]].dim;
	for (size_t k = 0; k < p->nodes; k++)
		if (kcl__in_tile(p, plan, p->node[k]))
			n += p->g->node[p->node[k]].dim;
	return plan->gpu && plan->form != KCL__LANES
		? kcl__padded(n, plan->bits / 8) : n;
}

static void set_gpu(struct kcl__plan *plan, const struct kcl__pass *p,
                    const struct kcl__target *t)
{
	int wide = kcl__widest_loop(p) > plan->unroll;

	if (plan->chunk && plan->columns > plan->tile)
		plan->columns = plan->tile;
	plan->shelved = 0;
	if (!plan->chunk) {
		kcl__plan_gpu(plan, p, t, kcl__is_long(p) ? 0 : wide
		              && plan->tile % COLUMNS == 0 ? COLUMNS : 1);
		kcl__plan_shelf(plan, p, t);
	}
	kcl__take_together(plan, p);
}

static void set_shape(struct kcl__plan *plan, const struct kcl__pass *p,
                      const struct kcl__target *t)
{
	int lanes = plan->bits == 32 ? t->lanes32 : t->lanes64;

	plan->lanes = plan->gpu || t->scalar ? 1
		: lanes >= 2 && lanes <= 16 ? lanes : 4;
	plan->group = !plan->gpu ? 1 : t->wave > WAVE ? UNITS * t->wave
		: KCL__GROUP;
	plan->least = !plan->gpu ? 1 : t->gpu ? GROUP : CPU_GROUP;
	while (t->max_group > 0 && plan->group > t->max_group
	       && plan->group > plan->least)
		plan->group /= 2;
	plan->unroll = t->gpu && plan->gpu ? GPU_UNROLL : UNROLL;
	plan->rows = plan->columns = 1;
	plan->turns = plan->looped = 0;
	if (!plan->gpu)
		kcl__plan_cpu(plan, p);
}

/* The largest tile, a power of two up to a block, that there is room for; if
 * there is none for one column, columns are not staged at all.  */
static void set_tile(struct kcl__plan *plan, const struct kcl__pass *p,
                     const struct kcl__target *t)
{
	int bytes = plan->bits / 8;
	int64_t room = plan->gpu ? t->local_memory / 2 / bytes : TILE_NUMBERS;
	int64_t wanted = plan->gpu ? KCL__GPU_TILE / bytes : room, n;

	plan->tile = 256;
	plan->beside = kcl__is_beside(p, plan);
	plan->staged = (int)kcl__staged(p, plan);
	for (; plan->tile > 1; plan->tile /= 2) {
		n = plan->tile * (int64_t)plan->staged;
		if (n <= wanted || (n <= room && plan->tile == COLUMNS))
			break;
	}
	if ((plan->turns || plan->chunk) && plan->tile < plan->columns
	    && plan->tile >= plan->together)
		plan->columns = plan->tile;
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

/* Columns that have to be together are as many as they are.  */
static int is_bound(const struct kcl__plan *plan, const int *slot)
{
	return slot == &plan->columns && plan->together > 1;
}

/* One "key=value"; 0 if it is not understood.  */
static int set(struct kcl__plan *plan, const char *key, const char *value)
{
	int v = atoi(value);
	const struct { const char *key; int *slot, most; } keys[] = {
		{ "lanes", &plan->lanes, 16 }, { "rows", &plan->rows, 8 },
		{ "cols", &plan->columns, 32 }, { "tile", &plan->tile, 256 },
		{ "group", &plan->group, 1024 },
		{ "unroll", &plan->unroll, 1024 },
	};

	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
		if (strcmp(key, keys[k].key) == 0
		    && power_of_two(v, keys[k].most)) {
			if (!is_bound(plan, keys[k].slot))
				*keys[k].slot = v;
			return 1;
		}
	if (strcmp(key, "chunk") == 0) {
		plan->whole = v == 0;
		plan->chunk = plan->chunk ? v : 0;
		return *value == '0' ? !value[1]
			: power_of_two(v, 32) && v >= GROUP;
	}
	if (strcmp(key, "shelf") == 0 || strcmp(key, "strip") == 0) {
		*(key[1] == 'h' ? &plan->shelf : &plan->strip) = v ? 1 : -1;
		return (*value == '0' || *value == '1') && !value[1];
	}
	if (strcmp(key, "turns") == 0) {
		plan->turns = v;
		return (*value == '0' || *value == '1') && !value[1];
	}
	if (strcmp(key, "split") == 0 || strcmp(key, "few") == 0) {
		*(*key == 's' ? &plan->wish : &plan->few) =
			*value == '0' ? -1 : v;
		return *value >= '0' && *value <= '2' && !value[1];
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
		&& plan->group >= plan->least
		&& (plan->gpu ? plan->lanes == 1 && !plan->turns
		    : plan->group == 1 && plan->tile % plan->lanes == 0);
}

/* Tile, rows and columns.  */
static void set_sizes(struct kcl__plan *plan, const struct kcl__pass *p,
                      const struct kcl__target *t)
{
	kcl__plan_wide(plan, p, t);
	set_tile(plan, p, t);
	if (plan->gpu)
		set_gpu(plan, p, t);
	if (plan->chunk && !kcl__fit_chunk(p, t, plan)) {
		plan->whole = 1;
		set_sizes(plan, p, t);
	}
}

/* How powers of 2 are computed.  CPUs whose registers have room for eight
 * numbers look them up there; but kernels without any keep subnormal numbers,
 * and beside loops over many coordinates it gains nothing, and takes Intel's
 * compiler 20 to 40 s.  */
static void set_power(struct kcl__plan *plan, const struct kcl__pass *p,
                      const struct kcl__target *t)
{
	int lanes = plan->bits == 32 ? t->lanes32 : t->lanes64;

	plan->power = KCL__POLYNOMIAL;
	if (t->portable || p->wide)
		return;
	if (t->gpu && plan->bits == 32)
		plan->power = KCL__DEVICE;
	if (!plan->gpu && t->fma && lanes >= 8 && p->powers && !t->unlike
	    && kcl__widest_loop(p) <= UNROLL)
		plan->power = KCL__EIGHTHS;
}

static void choose(struct kcl__plan *plan, const struct kcl__pass *p,
                   const struct kcl__target *t)
{
	plan->strips = kcl__plan_strips(plan, p, t);
	p = kcl__strip_of(p, plan);
	set_shape(plan, p, t);
	set_sizes(plan, p, t);
	plan->parked = kcl__parks(p, plan, t);
}

void kcl__plan_make(const struct kcl__pass *pass, const struct kcl__target *t,
                    int bits, struct kcl__plan *plan)
{
	memset(plan, 0, sizeof *plan);
	plan->bits = bits;
	plan->gpu = t->gpu;
	plan->fma = t->fma;
	plan->together = kcl__together(pass);
	choose(plan, pass, t);
	set_power(plan, pass, t);
}

int64_t kcl__plan_change(const struct kcl__pass *pass,
                         const struct kcl__target *t,
                         const char *text, struct kcl__plan *plan)
{
	const struct kcl__pass *whole = pass;
	struct kcl__plan changed = *plan;

	if (override(&changed, text, 1))
		return -1;
	if (changed.gpu != plan->gpu)
		choose(&changed, pass, t);
	set_power(&changed, pass, t);
	if (override(&changed, text, 0))
		return -1;
	changed.strips = kcl__plan_strips(&changed, whole, t);
	pass = kcl__strip_of(whole, &changed);
	if (changed.gpu && (changed.unroll != plan->unroll
	                    || changed.whole != plan->whole
	                    || changed.shelf != plan->shelf
	                    || changed.strips != plan->strips)) {
		set_sizes(&changed, pass, t);
		override(&changed, text, 0);
	}
	if (changed.gpu && changed.tile != plan->tile) {
		set_gpu(&changed, pass, t);    /* columns go by the tile */
		override(&changed, text, 0);
	}
	if (!consistent(&changed, t))
		return -1;
	changed.beside = kcl__is_beside(pass, &changed);
	if (changed.tile > 0)
		changed.staged = (int)kcl__staged(pass, &changed);
	kcl__fit_chunk(pass, t, &changed);
	changed.parked = kcl__parks(pass, &changed, t);
	if (kcl__local_bytes(pass, &changed) > t->local_memory)
		return kcl__local_bytes(pass, &changed);
	*plan = changed;
	return 0;
}

int kcl__plan_shrink(struct kcl__plan *plan)
{
	int *size = plan->rows > 1 ? &plan->rows
		: plan->columns > plan->together || plan->form == KCL__LANES
		? &plan->columns
		: plan->lanes > 1 ? &plan->lanes : &plan->group;

	if (*size <= (size == &plan->group ? plan->least
	              : size == &plan->columns ? plan->together : 1))
		return 0;
	*size /= 2;
	if (plan->chunk > plan->group)
		plan->chunk = plan->group;
	return 1;
}
