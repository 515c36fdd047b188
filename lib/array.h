/* array.h - the caller's arrays: checked, packed, unpacked
 * SPDX-License-Identifier: MIT */
#ifndef KCL_ARRAY_H
#define KCL_ARRAY_H

#include "keopscl.h"

/* What an array is to a call, for its checks and messages.  */
struct kcl__role {
	const char *what;       /* "argument" or "output" */
	size_t number;
	const char *name;       /* or NULL */
	int category;
	int64_t dim;            /* columns */
	int is_index;
};

/* An array as a matrix.  */
struct kcl__matrix {
	char *data;             /* of the first element */
	int64_t rows, columns;
	int64_t step_row, step_column;  /* in elements */
	size_t size;                    /* of an element */
	uintptr_t low, high;            /* bytes it lies in: [low, high) */
};

/* Checks A against ROLE and describes it.  BITS is the data type wanted, or 0
 * for float32 or float64.  */
kcl_status kcl__matrix_of(const kcl_array *a, const struct kcl__role *role,
                          int bits, struct kcl__matrix *m);

/* Whether rows follow each other without gaps.  */
int kcl__is_packed(const struct kcl__matrix *m);

/* Copies between a matrix and rows without gaps.  */
void kcl__pack(const struct kcl__matrix *m, void *rows);
void kcl__unpack(const struct kcl__matrix *m, const void *rows);

/* Fails with KCL_ARGUMENT when elements of OUTPUT number N share memory.  */
kcl_status kcl__no_repeats(const struct kcl__matrix *output, size_t n);

/* Fails with KCL_ARGUMENT when ARGUMENT number K shares memory with OUTPUT
 * number N.  */
kcl_status kcl__no_overlap(const struct kcl__matrix *output, size_t n,
                           const struct kcl__matrix *other, const char *what,
                           size_t k);

#endif
