/* pass.h - reductions made ready to be run: what is fed to their monoids
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PASS_H
#define KCL_PASS_H

#include "ir.h"

/* Where a value is computed: once, for each row (the index that stays), for
 * each column (the index that is reduced), or for each pair.  */
enum kcl__at { KCL__ONCE, KCL__AT_ROW, KCL__AT_COLUMN, KCL__AT_PAIR };

/* A reduction, and what its monoid is fed for each pair: ArgMin's is fed the
 * same as Min's, LogSumExp's a formula and 1 as its weight.  A reduction over
 * both indices (tag 2) is fed the sums over j, the columns of its one row.  */
struct kcl__feed {
	ref root;               /* the reduction */
	int red;                /* its row in kcl__reds */
	ref f, weight;          /* what is fed; weight may be 0 */
	int row_mask;           /* KCL__BY_I or KCL__BY_J */
	int level;              /* 0, or 1 more than that of any reduction whose
	                         * values it is made of: these come before */
	int single;             /* Kahan: each column is folded in by itself,
	                         * as if it were a block */
	int wide;               /* the state is float64, whatever is fed */
	struct kcl__sizes sizes;        /* of its state and outputs, */
	struct kcl__sizes at;   /* which begin here in those of the pass */
	size_t number;          /* among the feeds of the formula */
};

/* A pass over all pairs, for one reduction or several.  Its inputs are
 * variables and the values of earlier reductions; these, then values and
 * indices, are the buffers of a launch.  States, values and indices are those
 * of the feeds side by side, and so are `sizes` their sums; feeds with indices
 * come first, so that index k of a row is that of slot k.
 *
 * Where nothing is reduced (KCL__IJ), a row is a pair (i, j), j running faster,
 * and has one column; indices are inputs.  */
struct kcl__pass {
	const struct kcl__graph *g;
	struct kcl__feed *feed;
	size_t feeds;
	struct kcl__sizes sizes;
	int tag, row_mask;
	int wide;               /* as all its feeds */
	ref *input;             /* in the order of the buffers */
	size_t inputs;
	ref *node;              /* what has to be computed, in order: neither
	                         * inputs nor constants */
	size_t nodes;
	struct kcl__pass *strip;        /* see kcl__pass_strip; or NULL */
	unsigned char *paired;  /* by ref: whether a pair's work needs it */
	double cost[2];         /* operations for a pair, of float32 and of
	                         * float64, with polynomials; */
	int powers;             /* whether some compute powers of 2:
	                         * kcl__count_cost sets them */
};

static inline double kcl__cost(const struct kcl__pass *p, int bits)
{
	return p->cost[bits == 64];
}

/* Whether the state of FEED is one that is lifted, by columns that are taken
 * together or one by one; and how many columns P has to take together.  */
static inline int kcl__is_scaled(const struct kcl__feed *feed)
{
	return kcl__is_lifted(kcl__reds[feed->red].monoid);
}

static inline int kcl__together(const struct kcl__pass *p)
{
	for (size_t k = 0; k < p->feeds; k++)
		if (kcl__is_scaled(&p->feed[k]) && !p->feed[k].single)
			return KCL__LIFT;
	return 1;
}

/* Whether values of BITS go into states of more.  */
static inline int kcl__widens(const struct kcl__pass *p, int bits)
{
	return p->wide && bits == 32;
}

/* Bytes of a row's saved reals.  */
static inline size_t kcl__state_bytes(const struct kcl__pass *p, int bits)
{
	return (size_t)p->sizes.saved * (kcl__widens(p, bits) ? 8
	                                 : (size_t)bits / 8);
}

/* Reals of the state of one block of columns, for a row, where every feed has
 * one: sizes.block leaves out those that add to the running state at once.  */
static inline int64_t kcl__block_numbers(const struct kcl__pass *p)
{
	int64_t n = 0;

	for (size_t k = 0; k < p->feeds; k++)
		n += p->feed[k].sizes.block;
	return n;
}

/* All passes for the ROOTS reductions ROOT of G, where every Grad has been
 * carried out, and for those that they need, which come first.  Reductions with
 * the same tag that can be computed in one pass are.  0, or -1 with the failure
 * reported.  */
int kcl__passes_make(struct kcl__graph *g, const ref *root, size_t roots,
                     struct kcl__pass **pass, size_t *passes);
void kcl__passes_free(struct kcl__pass *pass, size_t passes);

/* pass_strip.c: where P sums s_ij b_j, a number times a long vector that is an
 * input, the sums may be too many for a GPU's registers.  P->strip is then the
 * same pass for a strip of b_j's coordinates, as many as fit; the kernel takes
 * one strip after the other.  0, or -1 without memory.  */
int kcl__pass_strip(struct kcl__pass *p);
void kcl__pass_strip_free(struct kcl__pass *p);

/* How many strips there are; the last one may be shorter.  */
static inline int64_t kcl__strip_count(const struct kcl__pass *p)
{
	int64_t d = p->strip ? p->strip->sizes.values : 1;

	return p->strip ? (p->sizes.values + d - 1) / d : 1;
}

static inline enum kcl__at kcl__at_of(const struct kcl__graph *g, ref f,
                                      int row_mask)
{
	int mask = g->node[f].mask;

	return (enum kcl__at)((mask & row_mask ? KCL__AT_ROW : 0)
		+ (mask & ~row_mask ? KCL__AT_COLUMN : 0));
}

static inline enum kcl__at kcl__at(const struct kcl__pass *p, ref f)
{
	return kcl__at_of(p->g, f, p->row_mask);
}

/* The place of an input among the buffers; -1 if F is none.  */
int kcl__input(const struct kcl__pass *p, ref f);

#endif
