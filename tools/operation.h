/* operation.h - rows of the table of operations in the letters of their usage
 * SPDX-License-Identifier: MIT */
#ifndef OPERATION_H
#define OPERATION_H

#include "keopscl.h"

enum { OPERATION_TEXT = 600 };

/* A rule, formula or dimension of OP, where the formulas and parameters are
 * called as in its usage, the cotangent e, and the dimension of f "dim f".  */
void operation_text(const kcl_operation *op, const char *text,
                    char written[OPERATION_TEXT]);

/* The dimension of the result, or which outputs a reduction has.  */
void operation_dim(const kcl_operation *op, char written[OPERATION_TEXT]);

/* Calls SAY for each thing there is to know of OP besides its usage and doc:
 * what it is, such as "derivative in f"; and a text, in the language of
 * formulas if IS_FORMULA.  */
typedef void operation_say(const kcl_operation *op, const char *what,
                           const char *text, int is_formula);
void operation_facts(const kcl_operation *op, operation_say *say);

#endif
