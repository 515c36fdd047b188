/* emit_schedule.c - in which order, and in which loops, values are computed
 * SPDX-License-Identifier: MIT */
#include "emit_schedule.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

static const struct kcl__node *node(const struct kcl__schedule *s, ref f)
{
	return &s->pass->g->node[f];
}

static enum kcl__kind kind_of(const struct kcl__schedule *s, ref f)
{
	return kcl__ops[node(s, f)->op].kind;
}

static int computed(const struct kcl__schedule *s, ref f)
{
	enum kcl__at at = kcl__at(s->pass, f);

	if (at == KCL__AT_COLUMN && s->plan->tile == 0)
		at = KCL__AT_PAIR;
	return at == s->at;
}

static int64_t loop_length(const struct kcl__schedule *s, ref f)
{
	const struct kcl__node *n = node(s, f);
	int64_t d = n->dim;

	if (kind_of(s, f) == KCL__VEC)
		return 1;
	for (int k = 0; k < n->narg; k++)
		if (node(s, n->arg[k])->dim > d)
			d = node(s, n->arg[k])->dim;
	return d;
}

/* The first slot after what F needs; a loop goes with the loops of its length,
 * unless it needs their sums.  */
static int slot_of(const struct kcl__schedule *s, const struct kcl__step *t)
{
	const struct kcl__node *n = node(s, t->f);
	int slot = 0;

	for (int k = 0; k < n->narg; k++) {
		int at = s->place[n->arg[k]];
		const struct kcl__step *a = at ? &s->step[at - 1] : NULL;
		int together = a && a->kind == t->kind
			&& (t->kind == KCL__NUMBER
			    || (t->kind == KCL__LOOP && a->length == t->length
			        && kind_of(s, a->f) == KCL__EW));
		int after = !a ? 0
			: a->slot + (!together && a->kind != KCL__NUMBER);

		if (after > slot)
			slot = after;
	}
	return slot;
}

static int order(const void *a, const void *b)
{
	const struct kcl__step *x = a, *y = b;

	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return x->f < y->f ? -1 : x->f > y->f;
}

int kcl__same_loop(const struct kcl__step *a, const struct kcl__step *b)
{
	return a->kind == KCL__LOOP && b->kind == KCL__LOOP
		&& a->slot == b->slot && a->length == b->length;
}

/* A value escapes if anything but its own loop uses it.  */
static void find_escapes(struct kcl__schedule *s)
{
	const struct kcl__pass *p = s->pass;

	for (size_t k = 0; k < p->feeds; k++) {
		s->escapes[p->feed[k].f] = 1;
		if (!kcl__is_outer(p, s->plan, &p->feed[k]))
			s->escapes[p->feed[k].weight] = 1;
	}
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = node(s, p->node[k]);
		int user = s->place[p->node[k]];

		for (int a = 0; a < n->narg; a++) {
			int used = s->place[n->arg[a]];

			if (used && (!user
			             || !kcl__same_loop(&s->step[used - 1],
			                                &s->step[user - 1])
			             || kind_of(s, n->arg[a]) == KCL__FOLD))
				s->escapes[n->arg[a]] = 1;
		}
	}
}

static void schedule(struct kcl__schedule *s)
{
	const struct kcl__pass *p = s->pass;

	for (size_t k = 0; k < p->nodes; k++) {
		struct kcl__step t = { .f = p->node[k] };

		if (!computed(s, t.f))
			continue;
		t.length = loop_length(s, t.f);
		t.kind = kind_of(s, t.f) == KCL__VEC ? KCL__ARRAY
			: t.length > 1 ? KCL__LOOP : KCL__NUMBER;
		t.slot = slot_of(s, &t);
		s->step[s->count++] = t;
		s->place[t.f] = (int)s->count;
		if (s->at == KCL__AT_PAIR && !s->plan->chunk
		    && (s->plan->shelved || t.length > s->plan->unroll))
			s->spread = 1;
	}
	for (size_t k = 0; s->at == KCL__AT_PAIR && k < p->feeds; k++)
		if (kcl__is_outer(p, s->plan, &p->feed[k]))
			s->spread = 1;
	s->spread |= s->at == KCL__AT_COLUMN && s->plan->beside;
	qsort(s->step, s->count, sizeof *s->step, order);
	for (size_t k = 0; k < s->count; k++)
		s->place[s->step[k].f] = (int)k + 1;
	find_escapes(s);
}

int kcl__is_chunked(const struct kcl__schedule *s, const struct kcl__step *t)
{
	return s->plan->chunk && s->at == KCL__AT_PAIR
		&& t->length > s->plan->unroll;
}

int kcl__schedule_make(const struct kcl__pass *pass,
                       const struct kcl__plan *plan, enum kcl__at at,
                       struct kcl__schedule *s)
{
	memset(s, 0, sizeof *s);
	s->pass = pass;
	s->plan = plan;
	s->at = at;
	s->step = kcl__alloc(pass->nodes, sizeof *s->step);
	s->place = kcl__alloc(pass->g->count, sizeof *s->place);
	s->escapes = kcl__alloc(pass->g->count, 1);
	if (!s->step || !s->place || !s->escapes)
		return -1;
	schedule(s);
	return 0;
}

void kcl__schedule_free(struct kcl__schedule *s)
{
	free(s->step);
	free(s->place);
	free(s->escapes);
}
