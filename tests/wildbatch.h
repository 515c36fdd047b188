/* wildbatch.h - random formulas side by side in one reduction
 * SPDX-License-Identifier: MIT */
#ifndef WILDBATCH_H
#define WILDBATCH_H

#include "problem.h"
#include "wild.h"

enum { SIDE = 17, ROWS = 2, POINTS = ROWS * SIDE, TOGETHER = 16 };

/* How a batch is reduced: before, behind, and whether w weighs the columns.  */
struct kind {
	const char *before, *behind;
	int tag, weighted;
};

/* Formulas for SIDE rows; two of the rows are looked at, with all of their SIDE
 * columns: first those of the one, then those of the other.  */
struct batch {
	struct wild *piece[TOGETHER];
	int pieces;
	const struct kind *kind;
	struct problem problem;
	int64_t at[POINTS][3];
};

/* The kind of batch number K.  */
const struct kind *batch_kind(int k);

/* All variables, as they are in every batch of SIDE columns.  */
extern struct problem batch_data;
void batch_data_open(void);
void batch_data_close(void);

/* COUNT formulas from number SEED on, for N columns.  */
void batch_begin(struct batch *b, uint64_t seed, int count,
                 const struct kind *kind, int64_t n);
void batch_end(struct batch *b);

/* The reduction of the pieces that B has, to be freed, and its problem.  */
char *batch_text(const struct batch *b);
void batch_open(struct batch *b, int64_t n);

/* Row number R of those looked at.  */
int64_t batch_row(int r);

/* The node that is reduced; the piece that its coordinate *K is of, and *K in
 * that piece.  */
ref batch_reduced(const struct batch *b);
int batch_piece(const struct batch *b, int64_t *k);

/* What is known of its nodes at the points.  */
void batch_bounds(struct bounds *known, const struct batch *b, int bits);

/* A result that is not what it must be.  */
struct report {
	const char *law;
	int piece, row;
	double expected, found, bound;
};

/* How many results there were, and how many of them so badly conditioned that
 * they say nothing.  */
extern struct tally { long all, loose; } batch_tally;

int is_wrong(struct report *to, const char *law, int piece, int row,
             double expected, double found, double bound);

/* Whether A is wrong, where SLACK times the bounds are allowed.  */
int batch_differs(const struct batch *b, struct bounds *known,
                  const struct answer *a, const char *law, double slack,
                  struct report *to);

/* Whether the simplified formulas do not mean what they did, or gradients are
 * not those by differences.  */
int batch_means_else(struct batch *b, struct bounds *known,
                     struct report *to);

/* Ends the test if a formula written out is not the same formula.  */
void batch_check_text(struct wild *w);

#endif
