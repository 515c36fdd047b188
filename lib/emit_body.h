/* emit_body.h - what the parts of the emitter share
 * SPDX-License-Identifier: MIT */
#ifndef KCL_EMIT_BODY_H
#define KCL_EMIT_BODY_H

#include "emit.h"

struct kcl__emitter {
	const struct kcl__pass *pass;   /* as kernels have it: a strip */
	const struct kcl__pass *whole;
	const struct kcl__plan *plan;
	const struct kcl__dialect *dialect;
	struct kcl__sb *sb;
	int *offset;            /* of a value in the tile, by ref; or -1 */
	double reals;           /* in the arrays of a work-item */
};

/* A line of text, indented by DEPTH tabs; the line break is added.  */
void kcl__line(struct kcl__emitter *e, int depth, const char *format, ...)
	KCL__PRINTF(3, 4);

/* "EACH" or "LOOP", the head of a loop over N coordinates.  */
const char *kcl__loop(const struct kcl__emitter *e, int64_t n);

/* Statements for all nodes that are computed at AT; for pairs they end with
 * the push into the state.  0, or -1 without memory.  Values of columns that
 * have no room in the tile are computed for each pair.  */
int kcl__emit_values(struct kcl__emitter *e, enum kcl__at at, int depth);

/* Whether states are of a type of their own: `wide`, doubles.  */
static inline int kcl__sums_are_wide(const struct kcl__emitter *e)
{
	return kcl__widens(e->pass, e->plan->bits);
}

/* Counts COUNT numbers for each row among the arrays of a work-item.  */
static inline void kcl__count_state(struct kcl__emitter *e, int64_t count)
{
	e->reals += (double)(e->plan->rows * count)
		* (kcl__sums_are_wide(e) ? 2 : 1);
}

/* What tells the names of feed number N from those of others, "" if there are
 * none.  */
struct kcl__suffix { char text[24]; };
struct kcl__suffix kcl__suffix(const struct kcl__emitter *e, size_t n);

/* Whether what FEED is fed goes straight into the running state.  */
static inline int kcl__straight(const struct kcl__emitter *e,
                                const struct kcl__feed *feed)
{
	return e->plan->form < KCL__MERGE && kcl__is_direct(&feed->sizes);
}

/* Where in the state of a block of columns that of feed number N begins.  */
int64_t kcl__block_at(const struct kcl__emitter *e, size_t n);

/* Where feed number N's part of a row's running state begins, or that of its
 * state of a block of columns, as the arguments of a monoid's function; K, such
 * as " + k", goes on from there.  */
void kcl__state(const struct kcl__emitter *e, size_t n, int block,
                const char *k, char *text, size_t size);

/* The types of a state's numbers, and of its indices.  */
static inline const char *kcl__element(const struct kcl__emitter *e)
{
	return kcl__sums_are_wide(e) ? "double" : "elem";
}

static inline const char *kcl__own(const struct kcl__emitter *e)
{
	return e->plan->bits == 64 ? e->dialect->integer64
		: e->dialect->integer32;
}

/* emit_functions.c: those of operations and of states.  put_filled is T with
 * @E@, @I@, @U@ and @N@ filled in.  */
void kcl__put_filled(struct kcl__emitter *e, const char *t);
void kcl__put_functions(struct kcl__emitter *e);
void kcl__put_monoids(struct kcl__emitter *e);

/* emit_power.c: what functions for powers of 2 look up.  */
void kcl__put_lookup(struct kcl__emitter *e);

/* emit_memory.c: the blocks of the scheme that read and write memory.  */
void kcl__put_parameters(struct kcl__emitter *e);
void kcl__put_load_once(struct kcl__emitter *e);
void kcl__put_load_rows(struct kcl__emitter *e);
void kcl__put_tile(struct kcl__emitter *e);
void kcl__put_stage(struct kcl__emitter *e);
void kcl__put_release(struct kcl__emitter *e);
void kcl__put_state(struct kcl__emitter *e);
void kcl__put_start(struct kcl__emitter *e);
void kcl__put_resume(struct kcl__emitter *e);
void kcl__put_strips(struct kcl__emitter *e);
void kcl__put_strips_end(struct kcl__emitter *e);
void kcl__put_begin(struct kcl__emitter *e);
void kcl__put_states(struct kcl__emitter *e, int depth);
void kcl__put_calls(struct kcl__emitter *e, int depth, const char *name);
void kcl__put_end(struct kcl__emitter *e);
void kcl__put_finish(struct kcl__emitter *e);

/* Number k of a block's state of row i, where it is kept.  */
const char *kcl__block_place(const struct kcl__emitter *e);

/* emit_share.c: those that say what a work-item has; of kernels that split
 * columns, and of what folds.  */
void kcl__put_open(struct kcl__emitter *e);
void kcl__put_blocks(struct kcl__emitter *e);
void kcl__put_pairs(struct kcl__emitter *e);
void kcl__split_open(struct kcl__emitter *e);
void kcl__split_blocks(struct kcl__emitter *e);
void kcl__split_end(struct kcl__emitter *e);
void kcl__merge_fold(struct kcl__emitter *e);

/* emit_wide.c: whether F is an input in chunks of coordinates; and the local
 * memory for these.  */
enum { KCL__STEP = 4 };         /* coordinates at a time */
int kcl__is_wide(const struct kcl__emitter *e, ref f);
void kcl__wide_arrays(struct kcl__emitter *e);

/* How many coordinates compilers still unroll: of more loops stay loops, and
 * states that these go over lie in memory.  */
enum { KCL__PIECE = 16 };

/* emit_shelf.c, on rows that lie in local memory: how many of their coordinates
 * are read at a time.  */
int kcl__shelf_step(const struct kcl__emitter *e);

/* Whether the input F lies there.  */
int kcl__is_shelved(const struct kcl__emitter *e, ref f);

/* Declares the arrays, and fills them.  */
void kcl__shelf_rows(struct kcl__emitter *e);

/* Declares `away`, a term of addresses that is 0; and the parked state again,
 * at an address with such a term, where a block is folded into it.  */
void kcl__shelf_away(struct kcl__emitter *e, int depth, int shift);
void kcl__shelf_end(struct kcl__emitter *e);

/* emit_lanes.c: those of the tile with lanes of blocks, and words for it.  */
void kcl__lanes_words(struct kcl__emitter *e);
void kcl__lanes_touch(struct kcl__emitter *e);
void kcl__lanes_tile(struct kcl__emitter *e);
void kcl__lanes_stage(struct kcl__emitter *e);

#endif
