/* emit_section.h - what the statements of a section and its values share
 * SPDX-License-Identifier: MIT */
#ifndef KCL_EMIT_SECTION_H
#define KCL_EMIT_SECTION_H

#include "emit_body.h"
#include "emit_schedule.h"

/* What is computed at one place, and how deep its statements stand.  */
struct section {
	struct kcl__emitter *e;
	struct kcl__schedule *s;
	int depth;
};

/* The tabs in front of a statement.  */
void kcl__put_indent(const struct section *s);

/* Whether F is declared in front of the section: what the pairs need of a row,
 * and what passes from part to part of a pair's body.  */
int kcl__is_ahead(const struct section *s, ref f);

/* A name for all coordinates of a value that is kept in variables.  */
void kcl__put_name(const struct section *s, ref f);

/* Coordinate K of a value.  */
void kcl__put_value(const struct section *s, ref f, const char *k);

/* The name of an array (or the address of a number) that holds F, made here
 * under the name NAME if there is none; written after the statements.  */
void kcl__put_array(const struct section *s, ref f, const char *name,
                    char *text, size_t size);

/* What the loop of the steps [from, to) fills, which must exist before it.  */
void kcl__declare(const struct section *s, size_t from, size_t to);

/* Coordinate k of F.  */
void kcl__emit_coordinate(const struct section *s, ref f);

/* emit_body.c: the heads of the loops over all pairs that are computed side by
 * side, for a statement to follow.  */
const char *kcl__each_pair(const struct section *s);

/* emit_shelf.c: coordinate K of an input that is shelved.  */
void kcl__shelf_value(const struct section *s, ref f, const char *k);

/* emit_together.c: declares the arrays in which what feed number N is fed waits
 * until all pairs at hand are done; MANY are their sizes, "[ROWS][COLS]".  */
void kcl__declare_waiting(const struct section *s, size_t n,
                          const char *many);

/* The same file: stores what a pair feeds there.  */
void kcl__emit_waiting(const struct section *s, size_t n);

/* The same file: what is done when all pairs at hand are.  */
void kcl__emit_together(struct section *s);

/* The same file: a push of the number at address F to the state of feed number
 * N, and of its weight.  */
void kcl__emit_push(const struct section *s, size_t n, const char *f);

/* emit_wide.c: a loop over coordinates, some at a time.  */
void kcl__emit_steps(struct section *s, size_t from, size_t to);

/* The same file: the steps [from, to), for which coordinates are staged.  */
void kcl__emit_chunks(struct section *s, size_t from, size_t to);

/* Name(x, y, p), or with the result so far in front for a fold.  */
void kcl__put_call(const struct section *s, ref f);

#endif
