/* npy.h - NumPy's .npy files, versions 1 to 3
 * SPDX-License-Identifier: MIT */
#ifndef NPY_H
#define NPY_H

#include "table.h"

/* Whether FILE begins as a .npy file does.  */
int npy_is(const struct file *file);

/* Takes FILE, read from PATH, into TABLE without copying its data.  float16,
 * float32, float64, int32 and int64 of either byte order, in C or Fortran
 * order; anything else, pickled objects above all, is refused.
 * A one-dimensional array of n numbers is n rows and one column.  FILE is
 * the table's afterwards, also on failure.  */
int npy_take(struct table *table, struct file *file, const char *path,
             struct trouble *t);

/* Writes TABLE, which is row-major; the errors of STREAM tell.  */
void npy_write(FILE *stream, const struct table *table);

#endif
