/* portable.h - the operations that have the same bits on every device
 * SPDX-License-Identifier: MIT
 *
 * All scalar ones do whose code calls nothing but what is exact or correctly
 * rounded, and functions of the table that do so too.  */
#ifndef PORTABLE_H
#define PORTABLE_H

int portable_is(const char *name);

/* Writes Dense([...]), in x, y and z, of every COUNT-th of them from number N
 * on, but for those with quotients and roots if these are not wanted; 0 if
 * there are none.  */
int portable_formula(char *text, int n, int count, int no_quotients);

#endif
