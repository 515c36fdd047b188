/* bounds.h - values of formulas, and bounds for what rounding does to them
 * SPDX-License-Identifier: MIT
 *
 * Every operation is computed in high precision.  It gives a rounding error of
 * its own, and passes on those of its arguments: each is moved by its bound up
 * and down, and rounded, and what the result moves is added.  So a bound is as
 * large as the formula is ill-conditioned there, and where a step is nearer
 * than the errors reach it has the height of the step.  */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "oracle.h"

/* Of a node: coordinate k at point p is number p * dim + k.  */
struct known {
	exact *value, *error;
};

struct bounds {
	const struct kcl__graph *g;
	const double *const *in;        /* arguments, rows without gaps */
	int64_t (*at)[3];               /* the points: rows i, j and 0 */
	int points;
	double epsilon;                 /* of the arithmetic; 0: no errors */
	double input_error;             /* of variables, 0 at first */
	int moved;                      /* in this argument, coordinate k is */
	int64_t k;                      /* h larger; -1: in none */
	exact h;
	struct known *node;             /* by ref */
	exact **row;                    /* of the point at hand, by ref */
	size_t capacity;
};

void bounds_begin(struct bounds *b, const struct kcl__graph *g,
                  double *const *in, int64_t (*at)[3], int points,
                  double epsilon);
void bounds_end(struct bounds *b);

/* Everything is computed once.  */
const struct known *bounds_of(struct bounds *b, ref f);

#endif
