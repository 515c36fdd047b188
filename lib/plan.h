/* plan.h - the shape of a kernel: lanes, rows, columns and tile
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PLAN_H
#define KCL_PLAN_H

#include "pass.h"
#include <stddef.h>

/* What of a device matters to the shape of its kernels.  */
struct kcl__target {
	int gpu;                /* rather than a CPU */
	int lanes32, lanes64;   /* native vector width; 0: unknown */
	int scalar;             /* its language has no vectors */
	int fma;                /* in hardware */
	int portable;           /* the same bits are wanted everywhere */
	int unlike;             /* it shares work with another kind of device */
	int64_t local_memory;   /* bytes */
	int64_t max_group;      /* 0: unknown */
	int narrow;             /* Intel's GPUs: the smallest sub-group that
	                         * kernels may ask for; else 0 */
	int wave;               /* AMD's GPUs: work-items of a wavefront; else
	                         * 0 */
	int64_t units, clock;   /* compute units, and their MHz; 0: unknown */
};

/* What a kernel computes.  Where rows are few, two kernels work one after the
 * other: one that splits, whose groups write the states of blocks of columns,
 * and one that merges these, and the columns that are left over.  */
enum kcl__form {
	KCL__PLAIN,             /* all columns of its rows */
	KCL__PARTS,             /* those that the tables of parts.h name */
	KCL__MERGE,             /* after KCL__SPLIT and KCL__BROAD */
	KCL__MERGE_LANES,       /* after KCL__LANES, which on GPUs leave more
	                         * columns over */
	KCL__SPLIT,             /* a lane has a row, a work-item one of them */
	KCL__BROAD,             /* as many rows as plain ones have */
	KCL__LANES,             /* a lane has a block of columns; + n: for 2^n
	                         * rows */
	KCL__FORMS = KCL__LANES + 4
};

/* A work-item owns `rows` vectors of `lanes` rows.  Columns are taken `columns`
 * at a time from a tile, which the `group` work-items of a group fill together
 * in local memory (GPU shape), or each for itself (CPU shape).  With lanes of
 * blocks it owns `rows` rows and a block of columns for each lane.  */
struct kcl__plan {
	int bits;               /* of a real: 32 or 64 */
	int gpu;                /* the shape: one lane, tile in local memory */
	int lanes, rows, columns, tile, group;
	int together;           /* `columns` is a multiple of so many, which
	                         * sums that are scaled need: kcl__together */
	int looped;             /* 1: loops over pairs are not unrolled */
	int turns;              /* 1: the columns at hand are computed for one
	                         * row after the other; 0: for all at once */
	int least;              /* the smallest group that will do */
	int unroll;             /* coordinate loops up to this are unrolled */
	int chunk;              /* of longer rows and columns, coordinates
	                         * staged at a time; 0: all */
	int whole;              /* 1: `chunk` is to be 0 */
	int fma;                /* in hardware */
	enum kcl__power power;  /* of 2; unless by polynomials subnormal
	                         * numbers may be 0 */
	int staged;             /* numbers of a column in the tile */
	int beside;             /* 1: what is computed of columns is not staged,
	                         * but computed for those at hand side by side,
	                         * each in all lanes: on CPUs to load a long
	                         * column into a lane takes longer */
	int narrow;             /* 1: rows take so many registers that the
	                         * target's `narrow` sub-group is asked for */
	const char *why;        /* there are so many rows and columns */
	int parked;             /* 1: running states lie in local memory */
	int shelved;            /* 1: long rows lie there too */
	int strips;             /* 1: columns are gone through once for each
	                         * strip of a long weight (pass.h) */
	/* What was asked for `shelved` and `strips`: 1 if that can be, -1 not
	 * at all, 0: the rule decides.  */
	int shelf, strip;
	enum kcl__form form;    /* KCL__SPLIT for KCL__BROAD */
	int split;              /* columns that a group of such a form has */
	/* What was asked for the form, in any case and where rows are few: -1
	 * not to split, 1 with lanes of rows, 2 with lanes of blocks, 0: the
	 * rule decides.  */
	int wish, few;
};

/* PASS as kernels of PLAN have it: whole, or for a strip.  */
static inline const struct kcl__pass *
kcl__strip_of(const struct kcl__pass *pass, const struct kcl__plan *plan)
{
	return plan->strips && pass->strip ? pass->strip : pass;
}

/* How often such kernels go through the columns.  */
static inline int64_t kcl__times(const struct kcl__pass *pass,
                                 const struct kcl__plan *plan)
{
	return kcl__strip_of(pass, plan) == pass ? 1 : kcl__strip_count(pass);
}

/* Whether FEED keeps the least of the numbers it is fed, or the K least.  */
static inline int kcl__is_least(const struct kcl__feed *feed)
{
	enum kcl__monoid m = kcl__reds[feed->red].monoid;

	return (m == KCL__Least || m == KCL__Ranked) && feed->sizes.d == 1;
}

/* Whether such a FEED looks first only at the least of the columns at hand, and
 * at each of them only if that changes the state in any lane: after a while it
 * seldom does.  On GPUs many more rows wait for one another, and for one of
 * them it nearly always does.  */
static inline int kcl__sifts(const struct kcl__plan *plan,
                             const struct kcl__feed *feed)
{
	return !plan->gpu && plan->form < KCL__MERGE
		&& plan->columns > 1 && kcl__is_least(feed);
}

/* Whether what FEED is fed waits until all columns at hand are there.  */
static inline int kcl__waits(const struct kcl__plan *plan,
                             const struct kcl__feed *feed)
{
	return kcl__sifts(plan, feed)
		|| (kcl__is_scaled(feed) && !feed->single);
}

/* Chooses PLAN for PASS and reals of BITS, by rule.  */
void kcl__plan_make(const struct kcl__pass *pass, const struct kcl__target *t,
                    int bits, struct kcl__plan *plan);

/* Changes what TEXT, such as "shape=gpu,group=64,tile=32,rows=2", says; 0, or
 * nothing is changed: -1 if it is not well formed or does not fit together, or
 * the bytes of local memory that it needs, which are more than there are.  */
int64_t kcl__plan_change(const struct kcl__pass *pass,
                         const struct kcl__target *t,
                         const char *text, struct kcl__plan *plan);

/* Turns PLAN, which is that of KCL__PLAIN, into that of FORM.  */
void kcl__plan_set_form(const struct kcl__pass *pass,
                        const struct kcl__target *t, int form,
                        struct kcl__plan *plan);

/* From so many columns on it is worth while to split them, if rows are few:
 * kcl__many says for a device, KCL__MANY for CPUs and for several devices.  */
enum { KCL__MANY = 1 << 17 };
int64_t kcl__many(const struct kcl__target *t);

/* The form that goes with FORM, one that splits columns.  */
int kcl__merge_of(int form);

/* The form of kernels for ROWS x COLUMNS pairs, where PLAN is the plain one:
 * that, or one that splits columns.  */
int kcl__plan_form(const struct kcl__pass *pass, const struct kcl__target *t,
                   const struct kcl__plan *plan, int64_t rows,
                   int64_t columns);

/* Makes a work-item (on GPUs a group) smaller; 0 if it cannot be.  */
int kcl__plan_shrink(struct kcl__plan *plan);

/* Whether pairs read the value F of a column from the tile: what is computed
 * for a column is there, and on GPUs its variables, which CPUs read where they
 * lie.  */
int kcl__in_tile(const struct kcl__pass *pass, const struct kcl__plan *plan,
                 ref f);

/* Numbers of a column in the tile.  */
int64_t kcl__staged(const struct kcl__pass *pass,
                    const struct kcl__plan *plan);

/* plan_cpu.c: sets rows and columns, and whether rows take turns.  */
void kcl__plan_cpu(struct kcl__plan *plan, const struct kcl__pass *pass);

/* The same file: the largest dimension that a loop over coordinates of a pair
 * runs over.  */
int64_t kcl__widest_loop(const struct kcl__pass *pass);

/* The same file: whether a pair is so much work that each column would make a
 * kernel long to compile.  */
int kcl__is_long(const struct kcl__pass *pass);

/* The same file: columns that have to be together are; in a loop, if so many
 * would make a kernel long to compile.  */
void kcl__take_together(struct kcl__plan *plan, const struct kcl__pass *pass);

/* The same file: `beside`.  */
int kcl__is_beside(const struct kcl__pass *pass, const struct kcl__plan *plan);

/* plan_gpu.c: how many numbers of BYTES a column that has N of them takes in
 * the tile, with padding.  */
int64_t kcl__padded(int64_t n, int bytes);

/* The same file: whether there are to be strips.  */
int kcl__plan_strips(const struct kcl__plan *plan, const struct kcl__pass *p,
                     const struct kcl__target *t);

/* The same file: sets rows and columns, of which there are to be COLUMNS at
 * least; 0: exactly one.  */
void kcl__plan_gpu(struct kcl__plan *plan, const struct kcl__pass *pass,
                   const struct kcl__target *t, int columns);

/* Numbers that a work-item keeps for each of its rows; parked states are not
 * among them.  */
int64_t kcl__kept(const struct kcl__pass *pass);

/* Numbers of weights that a work-item has in registers at once: those computed
 * for pairs, and those that LogSumExp and its like scale.  */
int64_t kcl__fed(const struct kcl__pass *pass);

/* Whether running states are to lie in local memory: `parked`.  */
int kcl__parks(const struct kcl__pass *pass, const struct kcl__plan *plan,
               const struct kcl__target *t);

/* Bytes of local memory of a group.  */
int64_t kcl__local_bytes(const struct kcl__pass *pass,
                         const struct kcl__plan *plan);

/* plan_wide.c: sets rows, columns and chunk, if pairs can go through their
 * coordinates in chunks; else chunk is 0.  */
void kcl__plan_wide(struct kcl__plan *plan, const struct kcl__pass *pass,
                    const struct kcl__target *t);

/* The same file: whether loops over more than LONGEST coordinates are pairs',
 * of one length, and do nothing but fold what they read.  */
int kcl__is_folded(const struct kcl__pass *pass, const struct kcl__plan *plan,
                   int longest);

/* Bytes of local memory that chunks take, beside a tile; and makes chunks fit
 * the group, 0 if they are too large.  */
int64_t kcl__chunk_bytes(const struct kcl__pass *pass,
                         const struct kcl__plan *plan);
int kcl__fit_chunk(const struct kcl__pass *pass, const struct kcl__target *t,
                   struct kcl__plan *plan);

/* Whether F is an input that is staged in chunks.  */
int kcl__in_chunks(const struct kcl__pass *pass, const struct kcl__plan *plan,
                   ref f);

enum { KCL__GROUP = 64 };       /* of a GPU, where nothing else is said; and
                                 * at most where rows are few */

enum { KCL__GPU_TILE = 9216 };  /* bytes, so that there is room for groups */

/* plan_shelf.c: sets rows and columns, if rows are to lie in local memory and
 * there is room beside states that are parked.  */
void kcl__plan_shelf(struct kcl__plan *plan, const struct kcl__pass *pass,
                     const struct kcl__target *t);

/* Whether F is an input of rows that lies there.  Bytes that all take.  */
int kcl__on_shelf(const struct kcl__pass *pass, const struct kcl__plan *plan,
                  ref f);
int64_t kcl__shelf_bytes(const struct kcl__pass *pass,
                         const struct kcl__plan *plan);

enum { KCL__LONG = 16 };        /* numbers; what has more may be shelved */

/* By ref the place among the numbers of a column in the tile, -1 for what has
 * none; the caller frees it.  NULL without memory.  */
int *kcl__tile_places(const struct kcl__pass *pass,
                      const struct kcl__plan *plan);

/* Whether a state has several least or largest values.  */
int kcl__is_ranked(const struct kcl__pass *pass);

/* Whether FEED sums up a number of the pair times a long vector that is at
 * hand, or one operation from it: on CPUs, and where rows are shelved, that
 * goes coordinate by coordinate, each for all pairs that are taken together. */
int kcl__is_outer(const struct kcl__pass *pass, const struct kcl__plan *plan,
                  const struct kcl__feed *feed);

/* plan_cost.c: the dimension of F, or of its longest operand.  */
int64_t kcl__length(const struct kcl__pass *pass, ref f);

/* The same file: counts, roughly, the operations for one pair, as the code has
 * them.  */
void kcl__count_cost(struct kcl__pass *pass);

/* Operations for a pair of reals of BITS whose powers are computed so.  */
double kcl__cost_with(const struct kcl__pass *pass, int bits,
                      enum kcl__power power);

/* plan_text.c: PLAN in words, a line for each number with its reason, where the
 * arrays of a work-item take BYTES; and what PAIRS come to, of a device of
 * which little is known, or in a second if they are 0.  */
struct kcl__sb;
void kcl__plan_print(const struct kcl__pass *pass,
                     const struct kcl__target *t,
                     const struct kcl__plan *plan, double bytes,
                     struct kcl__sb *sb);
void kcl__plan_predict(const struct kcl__pass *pass,
                       const struct kcl__target *t,
                       const struct kcl__plan *plan, double pairs,
                       struct kcl__sb *sb);

/* Rounds of all loops of a work-item, at most: for each column, and besides.
 * There are devices that end loops after so many.  */
struct kcl__loops { double column, besides; };

void kcl__loops(const struct kcl__pass *pass, const struct kcl__plan *plan,
                struct kcl__loops *loops);

#endif
