/* parser.h - what the parts of the parser share
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PARSER_H
#define KCL_PARSER_H

#include "diag.h"
#include "frontend/lex.h"
#include "frontend/parse.h"
#include "simplify.h"

struct kcl__parser {
	struct kcl__graph *g;
	struct kcl__lexer lexer;
	const struct kcl__meaning *meanings;    /* NULL: the user's text */
	int depth;
};

/* parse.c: a formula of any operators.  */
ref kcl__formula(struct kcl__parser *p);

/* call.c: names, numbers, parentheses, calls.  */
ref kcl__primary(struct kcl__parser *p);

/* F, written from START on, if it can stand in a formula; else 0.  */
ref kcl__value(struct kcl__parser *p, ref f, size_t start);

/* Report at [START, END) of the text, or what was found instead of what was
 * expected; both give 0.  */
ref kcl__syntax(struct kcl__parser *p, kcl_status status, size_t start,
                size_t end, const char *format, ...) KCL__PRINTF(5, 6);
ref kcl__unexpected(struct kcl__parser *p, const char *expected);
ref kcl__too_deep(struct kcl__parser *p);

/* Steps over TOKEN if it is next: 1, or 0.  */
int kcl__accept(struct kcl__parser *p, int token);

/* Nodes made from here on were written from START to the last token.  */
void kcl__place(struct kcl__parser *p, size_t start);

/* Name number K of what is neither operation nor reduction, or NULL.  */
const char *kcl__special(size_t k);

/* suggest.c: the known name nearest to the LENGTH bytes at NAME, or NULL; it
 * ends at a 0 or a "(".  */
const char *kcl__suggest(const struct kcl__graph *g, const char *name,
                         size_t length);

#endif
