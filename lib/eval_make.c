/* eval_make.c - a pass prepared for the host: where values lie
 * SPDX-License-Identifier: MIT */
#include "eval_make.h"
#include "block.h"
#include "mem.h"
#include <stdlib.h>

enum {
	LANES = KCL__HOST_LANES,
	PAIR_BYTES = 1 << 16,   /* that values of pairs may take in memory, */
	ROW_BYTES = 1 << 17,    /* and values of rows: so both stay in cache */
	BLOCKS = 8              /* of rows at once, at most */
};

static int is_number(const struct kcl__eval *e, ref f)
{
	double value;

	return kcl__is_const(e->pass->g, f, &value);
}

static void use(struct kcl__eval *e, ref f, enum kcl__at by)
{
	struct kcl__value *v = &e->value[f];

	v->used = 1;
	v->at = kcl__at(e->pass, f);
	v->dim = e->pass->g->node[f].dim;
	v->spread |= v->at == KCL__AT_COLUMN && by == KCL__AT_PAIR;
}

/* Notes what is used, and which column values are used with pairs.  */
static void note_uses(struct kcl__eval *e)
{
	const struct kcl__pass *p = e->pass;

	for (size_t k = 0; k < p->feeds; k++) {
		use(e, p->feed[k].f, KCL__AT_PAIR);
		if (p->feed[k].weight)
			use(e, p->feed[k].weight, KCL__AT_PAIR);
	}
	for (size_t k = 0; k < p->inputs; k++)
		use(e, p->input[k], KCL__ONCE);
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];

		use(e, p->node[k], KCL__ONCE);
		for (int a = 0; a < n->narg; a++)
			use(e, n->arg[a], kcl__at(p, p->node[k]));
	}
}

/* As many columns and rows at once as leave the values in cache.  */
static void choose_sizes(struct kcl__eval *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	int64_t row = s->block + s->saved + 2 * s->which, pair = 0;
	int64_t bytes = (int64_t)e->real->size * LANES;

	for (ref f = 1; f < e->top; f++) {
		const struct kcl__value *v = &e->value[f];

		if (v->used && v->at == KCL__AT_ROW)
			row += v->dim;
		if (v->used && (v->at == KCL__AT_PAIR || v->spread))
			pair += v->dim;
	}
	e->chunk = KCL__BLOCK;
	while (e->chunk > kcl__together(e->pass)
	       && e->chunk * pair * bytes > PAIR_BYTES)
		e->chunk /= 2;
	e->blocks = BLOCKS;
	while (e->blocks > 1 && e->blocks * row * bytes > ROW_BYTES)
		e->blocks /= 2;
}

/* Room for GROUPS groups of lanes of DIM coordinates.  A single coordinate is
 * broadcast to any number.  */
static struct kcl__view room(struct kcl__eval *e, int64_t dim, int64_t groups,
                             int64_t blocks)
{
	struct kcl__view v = { .at = e->size };

	v.coordinate = dim > 1 ? groups * LANES : 0;
	v.group = groups > 1 ? LANES : 0;
	v.block = blocks > 1 ? dim * groups * LANES : 0;
	e->size += dim * groups * LANES * blocks;
	return v;
}

static void place(struct kcl__eval *e, ref f)
{
	struct kcl__value *v = &e->value[f];

	if (is_number(e, f)) {
		v->own = room(e, 1, 1, 1);
		return;
	}
	switch (v->at) {
	case KCL__ONCE:
		v->own = room(e, v->dim, 1, 1);
		break;
	case KCL__AT_ROW:
		v->own = room(e, v->dim, 1, e->blocks);
		break;
	case KCL__AT_COLUMN:
		v->own = room(e, v->dim, (e->chunk + LANES - 1) / LANES, 1);
		if (v->spread)
			v->wide = room(e, v->dim, e->chunk, 1);
		break;
	case KCL__AT_PAIR:
		v->own = room(e, v->dim, e->chunk, 1);
	}
}

/* The view of F that a computation for each BY uses.  */
static struct kcl__view view(const struct kcl__eval *e, ref f, enum kcl__at by)
{
	const struct kcl__value *v = &e->value[f];

	return by == KCL__AT_PAIR && v->spread ? v->wide : v->own;
}

/* Appends a step that sets value F; its arguments are to be filled in.  */
static struct kcl__host_step *add_step(struct kcl__eval *e, ref f, int op,
                                  const struct kcl__view *to)
{
	struct kcl__host_step *s = &e->step[e->steps++];

	s->op = op;
	s->dim[0] = (int32_t)e->value[f].dim;
	s->to = *to;
	return s;
}

static void add_number(struct kcl__eval *e, ref f)
{
	const struct kcl__view *to = &e->value[f].own;

	kcl__is_const(e->pass->g, f, &add_step(e, f, KCL__CONST, to)->number);
}

static void add_spread(struct kcl__eval *e, ref f)
{
	const struct kcl__value *v = &e->value[f];

	add_step(e, f, KCL__NONE, &v->wide)->from[0] = v->own;
}

static void add_operation(struct kcl__eval *e, ref f)
{
	const struct kcl__node *n = &e->pass->g->node[f];
	const struct kcl__value *v = &e->value[f];
	struct kcl__host_step *s = add_step(e, f, n->op, &v->own);

	s->p = n->u.par[0];
	s->q = n->u.par[1];
	for (int k = 0; k < n->narg; k++) {
		s->dim[1 + k] = (int32_t)e->value[n->arg[k]].dim;
		s->from[k] = view(e, n->arg[k], v->at);
	}
}

static void add_steps(struct kcl__eval *e)
{
	const struct kcl__pass *p = e->pass;

	for (ref f = 1; f < e->top; f++)
		if (e->value[f].used && is_number(e, f))
			add_number(e, f);
	for (int at = KCL__ONCE; at <= KCL__AT_PAIR; at++) {
		for (size_t k = 0; k < p->nodes; k++)
			if ((int)e->value[p->node[k]].at == at)
				add_operation(e, p->node[k]);
		e->first[at + 1] = e->steps;
	}
	for (ref f = 1; f < e->top; f++)
		if (e->value[f].spread)
			add_spread(e, f);
	e->first[KCL__WHENS] = e->steps;
}

/* Room for the T of every step.  */
static void place_scratch(struct kcl__eval *e)
{
	int most = 0;

	for (size_t k = 0; k < e->steps; k++) {
		int scratch = kcl__ops[e->step[k].op].scratch;

		e->step[k].scratch = e->size;
		most = scratch > most ? scratch : most;
	}
	e->size += most * e->chunk * LANES;
}

/* Room for COUNT numbers of a state, counted in numbers of a state.  */
static struct kcl__view state_room(struct kcl__eval *e, int64_t count)
{
	int64_t each = (int64_t)(e->sums->size / e->real->size);
	struct kcl__view v = room(e, count * each, 1, e->blocks);

	v.at /= each;
	v.block /= each;
	return v;
}

/* The states of feed number N; a direct one has none of a block, unless that is
 * a column.  */
static void make_state(struct kcl__eval *e, size_t n)
{
	const struct kcl__feed *feed = &e->pass->feed[n];
	const struct kcl__sizes *z = &feed->sizes;
	struct kcl__state *s = &e->state[n];
	int direct = kcl__is_direct(z) && !feed->single;

	s->red = feed->red;
	s->single = feed->single;
	s->monoid = kcl__reds[feed->red].monoid;
	s->sizes = *z;
	s->at = feed->at;
	s->all = e->pass->sizes;
	s->f = view(e, feed->f, KCL__AT_PAIR);
	if (feed->weight)
		s->weight = view(e, feed->weight, KCL__AT_PAIR);
	s->a = state_room(e, z->saved);
	s->m = state_room(e, z->which);
	s->s = direct ? s->a : state_room(e, z->block);
	s->n = direct ? s->m : state_room(e, z->which);
	s->numbers = e->size;
	e->size += (z->which * 2 + LANES - 1) / LANES * LANES;
}

struct kcl__eval *kcl__eval_make(const struct kcl__pass *pass, int bits)
{
	struct kcl__eval *e = kcl__alloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->pass = pass;
	e->real = bits == 32 ? kcl__float32() : kcl__float64();
	e->sums = kcl__widens(pass, bits) ? kcl__wide_sums() : e->real;
	e->top = (ref)pass->g->count;
	e->value = kcl__alloc(e->top, sizeof *e->value);
	e->step = kcl__alloc(e->top + pass->nodes, sizeof *e->step);
	e->state = kcl__alloc(pass->feeds, sizeof *e->state);
	if (!e->value || !e->step || !e->state) {
		kcl__eval_free(e);
		return NULL;
	}
	note_uses(e);
	choose_sizes(e);
	for (ref f = 1; f < e->top; f++)
		if (e->value[f].used)
			place(e, f);
	add_steps(e);
	place_scratch(e);
	for (size_t n = 0; n < pass->feeds; n++)
		make_state(e, n);
	return e;
}

double kcl__eval_bytes(const struct kcl__eval *e)
{
	return e ? (double)e->size * (double)e->real->size : 0;
}

void kcl__eval_free(struct kcl__eval *e)
{
	if (!e)
		return;
	free(e->value);
	free(e->step);
	free(e->state);
	free(e);
}
