/* exact.h - operations in long double, to measure errors by
 * SPDX-License-Identifier: MIT */
#ifndef EXACT_H
#define EXACT_H

typedef long double real;

/* Computes operation NAME of the numbers X with parameter P; 0 where there is
 * no function for it.  */
int exact_value(const char *name, const real *x, int p, real *value);

#endif
