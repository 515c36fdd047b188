/* pieces.h - formulas for every row of the table of operations
 * SPDX-License-Identifier: MIT */
#ifndef PIECES_H
#define PIECES_H

#include "problem.h"

enum { MAX_PIECES = 64 };

/* A formula of dimension `dim`.  If order > 0 it is the gradient of the sum of
 * `whole` in the variable that is number `v` of `vars`.  */
struct piece {
	int order, v;
	int64_t dim;
	const char *name;               /* the operation's */
	char text[600], whole[600];
};

/* An operation with arguments in its domain.  Variables and their domains are
 * apart by spaces, such as "x3=Vi(3)".  */
struct subject {
	char vars[600];
	double low[24], high[24];
	int count;
	struct piece piece[17];
	int pieces;
};

/* Fills in the pieces of ORDER 0, 1 or 2 of operation number K; 0 when there
 * are no more.  Order 0: its value at each of the four places where values are
 * computed.  Orders 1 and 2: all its derivatives.  */
int subject_get(int k, int order, struct subject *subject);

/* The first derivatives of operation number K where the arguments in the set
 * MASK have dimension 1; no pieces where it does not broadcast them.  */
int subject_broadcast(int k, int mask, struct subject *subject);

/* Problems that hold the pieces of several subjects, side by side.  */
struct batch {
	struct problem problem;
	char text[40000], vars[12000];
	struct piece piece[MAX_PIECES];
	int pieces;
};

/* Fills a batch with subjects from number *NEXT on, and moves on; 0 when there
 * are no more.  */
int batch_get(int *next, int order, int64_t m, int64_t n, struct batch *batch);
void batch_free(struct batch *batch);

/* The piece that coordinate K of the result belongs to.  */
const struct piece *batch_piece(const struct batch *batch, int64_t k);

#endif
