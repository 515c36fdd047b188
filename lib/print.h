/* print.h - a graph written out as a formula
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PRINT_H
#define KCL_PRINT_H

#include "ir.h"
#include "sb.h"

/* How variables are called: by the user's names (Var(...) where there is none),
 * or x0, y1, p2 by category and number, with no word of the user's.  */
enum kcl__naming { KCL__USER_NAMES, KCL__NUMBERS };

/* A text that was cut, or is nested deeper than the parser goes.  */
enum { KCL__CUT = 1, KCL__DEEP };

/* Appends the text of F, which parses to F again; 0, or what is above.  Stops
 * at LIMIT bytes or so with "..." (shared parts are written out each time they
 * are used, so that a short formula can have a long derivative).  */
int kcl__print(const struct kcl__graph *g, ref f, enum kcl__naming naming,
               size_t limit, struct kcl__sb *sb);

#endif
