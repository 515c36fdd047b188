/* host_reduce.h - the reductions, as loops over lanes; values in and out
 * SPDX-License-Identifier: MIT
 *
 * Part of host_real.h.  */

#define LANES(...) EACH_LANE { __VA_ARGS__; }
#define S(k) ss[(k) * KCL__HOST_LANES + lane]
#define N(k) ns[(k) * KCL__HOST_LANES + lane]
#define A(k) as[(k) * KCL__HOST_LANES + lane]
#define M(k) ms[(k) * KCL__HOST_LANES + lane]
#define F(k) ((real)fs[(k) * state->f.coordinate \
	+ column * state->f.group + lane])
#define G(k) ((real)gs[(k) * state->weight.coordinate \
	+ column * state->weight.group + lane])
#define J ((bits)(first + column))
#define ANY(condition) (condition)
#define NONE ((bits)-1)

#define SIZES \
	const int d = (int)state->sizes.d, e = (int)state->sizes.e; \
	const int K = (int)state->sizes.ranks; \
	(void)d, (void)e, (void)K

/* The largest of what a state is fed from COLUMNS columns.  */
INLINE void find_top(fed *top, const fed *from, int64_t group,
                     int64_t columns)
{
	EACH_LANE top[lane] = -(fed)INFINITY;
	for (int64_t c = 0; c < columns; c++)
		EACH_LANE {
			fed f = from[c * group + lane];

			top[lane] = f > top[lane] ? f : top[lane];
		}
}

#define BLOCK real *restrict ss, bits *restrict ns
#define RUNNING real *restrict as, bits *restrict ms

#define MONOID(name, block, which, saved, init, lift, push, start, fold) \
INLINE void init_##name(const struct kcl__state *state, BLOCK) \
{ \
	SIZES; \
	(void)ns; \
	init \
} \
INLINE void start_##name(const struct kcl__state *state, RUNNING) \
{ \
	SIZES; \
	(void)ms; \
	start \
} \
INLINE void fold_##name(const struct kcl__state *state, RUNNING, \
                        const real *restrict ss, const bits *restrict ns) \
{ \
	SIZES; \
	(void)ms, (void)ns; \
	fold \
} \
INLINE void lift_##name(const struct kcl__state *state, BLOCK, \
                        const fed *restrict fs, int d, int e) \
{ \
	const int K = (int)state->sizes.ranks; \
	const int64_t column = 0; \
 \
	(void)ss, (void)ns, (void)fs, (void)d, (void)e, (void)K, (void)column; \
	lift \
} \
INLINE void push_##name(const struct kcl__state *state, BLOCK, \
                        const fed *restrict fs, const fed *restrict gs, \
                        int64_t first, int64_t columns, int d, int e) \
{ \
	const int K = (int)state->sizes.ranks; \
 \
	(void)ns, (void)gs, (void)first, (void)d, (void)e, (void)K; \
	for (int64_t column = 0; column < columns; column++) \
		push \
} \
INLINE void take_##name(const struct kcl__state *state, BLOCK, \
                        const fed *restrict fs, const fed *restrict gs, \
                        int64_t first, int64_t columns, int d, int e) \
{ \
	fed top[KCL__HOST_LANES]; \
	int64_t n = kcl__is_lifted(KCL__##name) ? 0 : columns; \
 \
	if (n) \
		push_##name(state, ss, ns, fs, gs, first, n, d, e); \
	for (int64_t k = n; k < columns; k += n) { \
		n = columns - k < KCL__LIFT ? 1 : KCL__LIFT; \
		find_top(top, fs + k * state->f.group, state->f.group, n); \
		lift_##name(state, ss, ns, top, d, e); \
		push_##name(state, ss, ns, fs + k * state->f.group, \
		            gs + k * state->weight.group, first + k, n, d, \
		            e); \
	} \
}

#include "ops.def"

static void init(void *memory, const struct kcl__state *s, int64_t block)
{
	real *ss = (real *)memory + s->s.at + block * s->s.block;
	bits *ns = (bits *)memory + s->n.at + block * s->n.block;

	switch (s->monoid) {
#define MONOID(name, ...) case KCL__##name: init_##name(s, ss, ns); break;
#include "ops.def"
	case KCL__MONOIDS: break;
	}
}

static void start(void *memory, const struct kcl__state *s, int64_t block)
{
	real *as = (real *)memory + s->a.at + block * s->a.block;
	bits *ms = (bits *)memory + s->m.at + block * s->m.block;

	switch (s->monoid) {
#define MONOID(name, ...) case KCL__##name: start_##name(s, as, ms); break;
#include "ops.def"
	case KCL__MONOIDS: break;
	}
}

/* ----- values in and out ------------------------------------------------ */

/* Where the part of a state begins in the row of a lane of some array.  */
#define ROW(array, size) \
	(array + (rows->row + lane) * s->all.size + s->at.size)

/* An index counted from the rectangle's column 0, -1, or -2 - k for what was
 * saved of this row in slot k.  */
static int64_t whole(bits index, const struct kcl__state *s,
                     const struct kcl__rows *rows, int lane)
{
	if (index >= -1)
		return index < 0 ? -1 : rows->origin + index;
	return ROW(rows->which, which)[-2 - index];
}

static void load(void *memory, const struct kcl__state *s, int64_t block,
                 const struct kcl__rows *rows)
{
	real *as = (real *)memory + s->a.at + block * s->a.block;
	bits *ms = (bits *)memory + s->m.at + block * s->m.block;
	const real *saved = rows->saved;

	for (int lane = 0; lane < rows->count; lane++) {
		EACH(k, s->sizes.saved)
			A(k) = ROW(saved, saved)[k];
		EACH(k, s->sizes.which)
			M(k) = (bits)(-2 - k);
	}
}

static void save(void *memory, const struct kcl__state *s, int64_t block,
                 const struct kcl__rows *rows)
{
	const real *as = (real *)memory + s->a.at + block * s->a.block;
	const bits *ms = (bits *)memory + s->m.at + block * s->m.block;
	int64_t *numbers = (int64_t *)((real *)memory + s->numbers);
	real *saved = rows->saved;

	for (int lane = 0; lane < rows->count; lane++) {
		EACH(k, s->sizes.saved)
			ROW(saved, saved)[k] = A(k);
		EACH(k, s->sizes.which)
			numbers[k] = whole(M(k), s, rows, lane);
		EACH(k, s->sizes.which)
			ROW(rows->which, which)[k] = numbers[k];
	}
}

/* Digit number HIGH of an index in base 2^20; of none a negative one.  */
static real digit(int64_t index, int64_t high)
{
	return R(high ? index >> 20 : index & ((1 << 20) - 1));
}

#define DIGITS digit(whole(M(k % (K * d)), state, rows, lane), k / (K * d))

/* Value number K of a reduction, by its row in the table.  */
static real value_of(const struct kcl__state *state, const real *as,
                     const bits *ms, const struct kcl__rows *rows, int lane,
                     int k)
{
	int row = 0;

	SIZES;
#define RED(name, nf, ranks, monoid, f, g, values, indices, value, ...) \
	if (row++ == state->red) \
		return value;
#include "ops.def"
	return R(0);
}

static void finish(void *memory, const struct kcl__state *s, int64_t block,
                   const struct kcl__rows *rows)
{
	const real *as = (real *)memory + s->a.at + block * s->a.block;
	const bits *ms = (bits *)memory + s->m.at + block * s->m.block;
	fed *values = rows->values;

	for (int lane = 0; lane < rows->count; lane++) {
		EACH(k, s->sizes.values)
			ROW(values, values)[k]
				= (fed)value_of(s, as, ms, rows, lane, k);
		EACH(k, s->sizes.indices)
			ROW(rows->indices, indices)[k]
				= whole(M(k), s, rows, lane);
	}
}
