/* exact.h - operations in long double, to measure errors by
 * SPDX-License-Identifier: MIT */
#ifndef EXACT_H
#define EXACT_H

typedef long double real;

/* Computes operation NAME of the ARITY numbers X, with the parameter that its
 * domain has in ops.def; 0 where there is no function for it.  */
int exact_value(const char *name, const real *x, real *value);

#endif
