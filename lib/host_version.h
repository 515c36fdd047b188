/* host_version.h - the loops that take the time, for a kind of processor
 * SPDX-License-Identifier: MIT
 *
 * Part of host_real.h, which includes it once for each VERSION, a name, with
 * KIND, the attribute of functions that is meant by it.  Each operation is a
 * function of its own: all in one would take a compiler minutes.  */
#define PASTE(name, version) name##_##version
#define EXPAND(name, version) PASTE(name, version)
#define OF(name) EXPAND(name, VERSION)

#ifndef SUMS_ONLY
#define OPERATION(name, ...) \
KIND NOINLINE static void OF(do_##name)(GIVEN) \
{ \
	do_##name(s, o, xs, ys, zs, t, groups); \
}
#define INNER OPERATION
#define EW OPERATION
#define FOLD OPERATION
#define VEC OPERATION
#include "ops.def"
OPERATION(NONE)
OPERATION(CONST)

static void OF(apply)(void *memory, const struct kcl__host_step *s,
                      int64_t block, int64_t groups, int64_t number)
{
	real *all = memory;
	real *o = all + s->to.at + block * s->to.block;
	const real *x = all + s->from[0].at + block * s->from[0].block;
	const real *y = all + s->from[1].at + block * s->from[1].block;
	const real *z = all + s->from[2].at + block * s->from[2].block;
	real *t = all + s->scratch;

#define CASE(name, ...) \
	case KCL__##name: OF(do_##name)(s, o, x, y, z, t, groups); break;
#define INNER CASE
#define EW CASE
#define FOLD CASE
#define VEC CASE
	switch (s->op) {
	CASE(NONE)
	CASE(CONST)
	case KCL__INDEX: do_INDEX(s, o, groups, number); break;
#include "ops.def"
	}
}
#undef OPERATION
#undef CASE
#endif

/* What is known of the sizes is said, so that the loops over lanes have neither
 * branches nor loops in them where they need not.  */
#define PUSH(name, d, e) \
	take_##name(s, ss, ns, fs, gs, first, columns, d, e)
#define MONOID(name, ...) \
KIND NOINLINE static void OF(fold_##name)(const struct kcl__state *s, RUNNING, \
	const real *restrict ss, const bits *restrict ns) \
{ \
	fold_##name(s, as, ms, ss, ns); \
} \
KIND NOINLINE static void OF(push_##name)(const struct kcl__state *s, BLOCK, \
	const fed *restrict fs, const fed *restrict gs, int64_t first, \
	int64_t columns) \
{ \
	const int d = (int)s->sizes.d, e = (int)s->sizes.e; \
 \
	if (e == 0 && d == 1) \
		PUSH(name, 1, 0); \
	else if (e == 0) \
		PUSH(name, d, 0); \
	else if (e == 1 && d == 1) \
		PUSH(name, 1, 1); \
	else \
		PUSH(name, d, e > 1 ? e : 1); \
}
#include "ops.def"

static void OF(fold)(void *memory, const struct kcl__state *s, int64_t block)
{
	const real *ss = (real *)memory + s->s.at + block * s->s.block;
	const bits *ns = (bits *)memory + s->n.at + block * s->n.block;
	real *as = (real *)memory + s->a.at + block * s->a.block;
	bits *ms = (bits *)memory + s->m.at + block * s->m.block;

	switch (s->monoid) {
#define MONOID(name, ...) \
	case KCL__##name: OF(fold_##name)(s, as, ms, ss, ns); break;
#include "ops.def"
	case KCL__MONOIDS: break;
	}
}

static void OF(push)(void *memory, const struct kcl__state *s, int64_t block,
                     int64_t first, int64_t columns)
{
	real *ss = (real *)memory + s->s.at + block * s->s.block;
	bits *ns = (bits *)memory + s->n.at + block * s->n.block;
	const fed *fs = (fed *)memory + s->f.at + block * s->f.block;
	const fed *gs = (fed *)memory + s->weight.at
		+ block * s->weight.block;

	switch (s->monoid) {
#define MONOID(name, ...) \
	case KCL__##name: \
		OF(push_##name)(s, ss, ns, fs, gs, first, columns); \
		break;
#include "ops.def"
	case KCL__MONOIDS: break;
	}
}

static const struct kcl__arithmetic VERSION = {
	.size = sizeof(real),
#ifndef SUMS_ONLY
	.gather = gather, .apply = OF(apply),
#endif
	.init = init, .push = OF(push), .start = start, .fold = OF(fold),
	.load = load, .save = save, .finish = finish
};

#undef PASTE
#undef EXPAND
#undef OF
#undef PUSH
#undef VERSION
#undef KIND
