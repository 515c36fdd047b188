/* parser.h - what the parts of the parser share
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PARSER_H
#define KCL_PARSER_H

#include "diag.h"
#include "frontend/lex.h"
#include "frontend/parse.h"
#include "simplify.h"

/* Of functions that are called at each level of what is nested, but are done
 * before the next one or begin after: their memory is not to be the caller's,
 * as 200 levels have to fit on a small thread's stack.  */
#if defined(__GNUC__)
# define KCL__APART __attribute__((noinline))
#else
# define KCL__APART
#endif

struct kcl__parser {
	struct kcl__graph *g;
	struct kcl__lexer lexer;
	const struct kcl__meaning *meanings;    /* NULL: the user's text */
	const ref *operand;     /* $1 and so on, in pieces of formulas */
	size_t operands;
	int next;               /* argument number of a bare Vi(d) */
	int depth;
};

/* A call, its arguments all parsed as formulas; a whole number among them is a
 * constant node.  Arguments beyond KCL__ITEMS are counted only.  */
enum { KCL__ITEMS = 4 };

struct kcl__call {
	const char *name;
	size_t length;          /* of the name */
	size_t start;           /* of the name in the text */
	const char *usage;      /* of a row CALL of ops.def */
	int count;
	struct { ref f; size_t start, end; } item[KCL__ITEMS];
};

int kcl__named(const struct kcl__call *c, const char *name);

/* The whole number that item K is: 1; or 0 with a report.  */
int kcl__whole(struct kcl__parser *p, const struct kcl__call *c, int k,
               int64_t *value);

/* Reports that the call has not as many arguments as in USAGE.  Returns 0.  */
ref kcl__wrong_count(struct kcl__parser *p, const struct kcl__call *c,
                     const char *usage);

/* items = formula {"," formula} ")".  0, or -1 with a report.  */
int kcl__items(struct kcl__parser *p, struct kcl__call *c);

/* special.c, before the items are parsed, and reduction.c, after it: whether C
 * is such a call, and *F its node then.  */
int kcl__parse_special(struct kcl__parser *p, struct kcl__call *c, ref *f);
int kcl__parse_reduction_call(struct kcl__parser *p, const struct kcl__call *c,
                              ref *f);

/* reduction.c: the tag that item K is; or -1 with a report.  */
int kcl__tag(struct kcl__parser *p, const struct kcl__call *c, int k);

/* tensor.c: TensorDot, Kron, from the "(" on.  */
ref kcl__parse_tensor(struct kcl__parser *p, const struct kcl__call *c);

/* derivative.c: Grad, Diff, Divergence, Laplacian and the like.  */
ref kcl__parse_derivative(struct kcl__parser *p, const struct kcl__call *c);

/* Which of Vi, Vj, Pm, Var C is: its category or 3; -1 if it is none.  */
int kcl__kind_of(const struct kcl__call *c);

/* The token as the name of a call.  */
struct kcl__call kcl__word(const struct kcl__parser *p);

/* Begins with the user's text, which errors call WHAT, at its first token: 0;
 * or -1 with a report.  */
int kcl__start(struct kcl__parser *p, const char *what);

/* parse.c: a formula of any operators.  */
ref kcl__formula(struct kcl__parser *p);

/* call.c: names, numbers, parentheses, calls.  */
ref kcl__primary(struct kcl__parser *p);

/* Formulas to be joined one after the other, as [f, g, ...] is: of N the
 * largest power of two below N, then the others, each likewise.  A chain would
 * have arrays of all that comes before each of them.  */
struct kcl__joint {
	ref part[32];           /* ever smaller powers of two */
	int parts;
	int64_t count;
};

/* call.c: adds F, or 0; 0 after a failure.  */
ref kcl__join(struct kcl__parser *p, struct kcl__joint *joint, ref f);

/* The whole; there is one formula at least.  */
ref kcl__joined(struct kcl__parser *p, struct kcl__joint *joint);

/* F, written from START on, if it can stand in a formula; else 0.  */
ref kcl__value(struct kcl__parser *p, ref f, size_t start);

/* Report at [START, END) of the text, or what was found instead of what was
 * expected; both give 0.  */
ref kcl__syntax(struct kcl__parser *p, kcl_status status, size_t start,
                size_t end, const char *format, ...) KCL__PRINTF(5, 6);
ref kcl__unexpected(struct kcl__parser *p, const char *expected);

/* Steps over TOKEN if it is next: 1, or 0.  */
int kcl__accept(struct kcl__parser *p, int token);

/* Nodes made from here on were written from START to the last token.  */
void kcl__place(struct kcl__parser *p, size_t start);

/* F; if it was written from START on, then to the last token.  */
ref kcl__closed(struct kcl__parser *p, ref f, size_t start);

/* Name number K of what is neither operation nor reduction, or NULL.  */
const char *kcl__special(size_t k);

/* suggest.c: report a name that is not known, with the one that was perhaps
 * meant.  Both give 0.  */
ref kcl__unknown_operation(struct kcl__parser *p, const struct kcl__call *c);
ref kcl__unknown_variable(struct kcl__parser *p, const struct kcl__call *c);

#endif
