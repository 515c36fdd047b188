/* parse.h - formulas as text: the language of KeOps
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PARSE_H
#define KCL_PARSE_H

#include "ir.h"

/* How variables are declared, by category: "Vi", "Vj", "Pm"; and "Var", which
 * says the category.  */
extern const char *const kcl__kinds[];

/* The variable that TEXT declares, as below; 0 after a failure.  */
ref kcl__parse_variable(struct kcl__graph *g, int number, const char *text);

/* Adds the variable that TEXT declares ("x=Vi(3)") to the arguments; NUMBER is
 * its place in the caller's list, and its argument number unless it says
 * another.  */
kcl_status kcl__parse_alias(struct kcl__graph *g, int number, const char *text);

/* Reports an argument number below the highest that no variable has.  */
kcl_status kcl__check_arguments(struct kcl__graph *g);

/* The formulas of TEXT, apart by commas, at most KCL__MAX_ROOTS; TEXT must live
 * as long as errors about G are reported.  0, or -1 after a failure, which is
 * reported with its place.  */
int kcl__parse(struct kcl__graph *g, const char *text, ref *root,
               size_t *roots);

/* The formula of TEXT alone, in which $1, $2 and so on are the OPERANDS nodes
 * OPERAND; 0 after a failure, reported likewise.  */
ref kcl__parse_piece(struct kcl__graph *g, const char *text,
                     const ref *operand, size_t operands);

/* What a name means in a rule of ops.def: a node, or if that is 0 an
 * integer.  */
struct kcl__meaning {
	const char *name;
	ref f;
	int64_t integer;
};

/* The graph of a rule; MEANINGS ends in a NULL name.  */
ref kcl__parse_rule(struct kcl__graph *g, const char *rule,
                    const struct kcl__meaning *meanings);

#endif
