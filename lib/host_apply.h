/* host_apply.h - the operations, as loops over lanes and groups
 * SPDX-License-Identifier: MIT
 *
 * Part of host_real.h.  */

/* What every operation is given: the step, where its lanes lie in the block,
 * and the number of groups.  */
#define GIVEN const struct kcl__host_step *s, real *restrict o, \
	const real *restrict xs, const real *restrict ys, \
	const real *restrict zs, real *restrict t, int64_t groups
#define UNUSED_ONES (void)xs, (void)ys, (void)zs, (void)t

/* Where lanes begin: of argument N in group `group`, coordinate K.  */
#define AT(n, k) ((k) * s->from[n].coordinate + group * s->from[n].group)
#define TO(k) ((k) * s->to.coordinate + group * s->to.group)

#define TAKE1 const real x = xs[AT(0, k) + lane];
#define TAKE2 TAKE1 const real y = ys[AT(1, k) + lane];
#define TAKE3 TAKE2 const real z = zs[AT(2, k) + lane];

/* A branch would keep loops over lanes from becoming vectors: a group in which
 * something asked for ANY turns out true is computed again.  */
#define ANY(condition) (any |= (condition), again)
#define COMPUTE(arity, code) \
	ANY_LANE { \
		TAKE##arity \
		o[TO(k) + lane] = code; \
	}

#define EW(name, arity, np, dimension, code, ...) \
INLINE void do_##name(GIVEN) \
{ \
	const struct kcl__host_step own = *s; \
	const int p = s->p, q = s->q; \
 \
	s = &own; \
	UNUSED_ONES, (void)p, (void)q; \
	EACH(k, s->dim[0]) \
		for (int64_t group = 0; group < groups; group++) { \
			bits any = 0; \
			{ \
				enum { again = 0 }; \
				COMPUTE(arity, code) \
			} \
			if (any) { \
				enum { again = 1 }; \
				COMPUTE(arity, code) \
			} \
		} \
}

#define INNER(name, arity, code) EW(name, arity, 0, 1, code, )

#define FOLD(name, arity, init, step, ...) \
INLINE void do_##name(GIVEN) \
{ \
	UNUSED_ONES; \
	for (int64_t group = 0; group < groups; group++) \
		EACH_LANE \
			o[TO(0) + lane] = init; \
	EACH(k, s->dim[1]) \
		for (int64_t group = 0; group < groups; group++) \
			EACH_LANE { \
				const real r = o[TO(0) + lane]; \
				TAKE##arity \
				o[TO(0) + lane] = step; \
			} \
}

#define LANES(...) \
	for (int64_t group = 0; group < groups; group++) \
		EACH_LANE { __VA_ARGS__; }
#define O(k) o[TO(k) + lane]
#define X(k) xs[AT(0, k) + lane]
#define Y(k) ys[AT(1, k) + lane]
#define T(k) t[((k) * groups + group) * KCL__HOST_LANES + lane]

#define VEC(name, arity, np, dimension, scratch, code, ...) \
INLINE void do_##name(GIVEN) \
{ \
	const int p = s->p, q = s->q; \
	const int no = s->dim[0], nx = s->dim[1], ny = s->dim[2]; \
 \
	UNUSED_ONES, (void)p, (void)q, (void)no, (void)nx, (void)ny; \
	code \
}

#include "ops.def"

static void gather(void *memory, const struct kcl__view *to, int64_t block,
                   const void *array, int64_t dim, int64_t stride,
                   int64_t count)
{
	real *o = (real *)memory + to->at + block * to->block;
	const real *row = array;

	for (int64_t n = 0; n < count; n++, row += stride)
		for (int64_t k = 0; k < dim; k++)
			o[k * to->coordinate + n] = row[k];
}

INLINE void do_CONST(GIVEN)
{
	UNUSED_ONES, (void)groups;
	EACH_LANE
		o[lane] = R(s->number);
}

INLINE void do_INDEX(const struct kcl__host_step *s, real *restrict o,
                     int64_t groups, int64_t number)
{
	for (int64_t group = 0; group < groups; group++)
		EACH_LANE {
			int64_t n = number + group * KCL__HOST_LANES + lane;

			o[TO(0) + lane] = R(s->q == KCL__LOW ? n & 0xfffff
			                    : s->q == KCL__HIGH ? n >> 20 : n);
		}
}

INLINE void do_NONE(GIVEN)
{
	UNUSED_ONES;
	EACH(k, s->dim[0])
		for (int64_t group = 0; group < groups; group++)
			EACH_LANE
				o[TO(k) + lane]
					= xs[k * s->from[0].coordinate + group];
}

#undef ANY
#undef LANES
