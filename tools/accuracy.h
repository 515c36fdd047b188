/* accuracy.h - how far a device's scalar operations are from exact
 * SPDX-License-Identifier: MIT */
#ifndef ACCURACY_H
#define ACCURACY_H

/* Prints a line for each scalar operation, or those NAMES (a NULL behind the
 * last) where there are some: the largest error that DEVICE (NULL: the
 * library's choice) makes on points of its domain, in units of the last place
 * of the result, for float32 and float64.  Returns an exit code.  */
int accuracy_list(const char *device, char *const *names);

#endif
