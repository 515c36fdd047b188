/* anyformula.h - random formulas over every row of ops.def, and their values
 * SPDX-License-Identifier: MIT */
#ifndef ANYFORMULA_H
#define ANYFORMULA_H

#include "ir.h"

enum { ANY_ARGUMENTS = 6, ANY_CONSTANTS = 5, ANY_POOL = 24 };

/* A graph with the variables a, b, ... and formulas to choose from, which
 * grow out of each other.  */
struct any {
	struct kcl__graph g;
	uint64_t seed;
	ref pool[ANY_POOL];
	int size[ANY_POOL];     /* as a tree, in nodes */
	int count, last;
	int raw;                /* formulas are not simplified */
};

/* An operation just made: MADE is what became of it.  ROW is that of a
 * shorthand, or -1.  */
struct step {
	int op, row, narg;
	ref arg[4], made;
	int64_t p, q;
};

void any_begin(struct any *any, uint64_t seed);
void any_end(struct any *any);

/* A number from 0 to BELOW - 1.  */
int any_number(struct any *any, int below);

/* Chooses an operation for some of the formulas there are; the size of the
 * result.  Makes it.  Puts it among those there are.  */
int any_choose(struct any *any, struct step *step);
ref any_make(struct any *any, struct step *step);
void any_keep(struct any *any, ref f, int size);

/* All of that: makes one formula more.  */
void any_step(struct any *any, struct step *step);

/* The coordinates of F, to be freed; those of the variables are given by a
 * fixed rule.  */
double *any_values(const struct kcl__graph *g, ref f);

#endif
