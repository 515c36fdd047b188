/* array.h - the caller's arrays: checked, packed, unpacked
 * SPDX-License-Identifier: MIT */
#ifndef KCL_ARRAY_H
#define KCL_ARRAY_H

#include "keopscl.h"

enum {
	KCL__BATCHED = 30,      /* most dimensions in front of rows, columns */
	KCL__COLUMNS = 0, KCL__ROWS = 1, KCL__BATCH = 2,
	KCL__DIMS = KCL__BATCH + KCL__BATCHED
};

/* What the batch dimensions of a call are, the last one first, and how many
 * batches that makes.  */
struct kcl__batch {
	int dims;
	int64_t extent[KCL__BATCHED], count;
	size_t by;              /* 1 + the first argument with any; or 0 */
	const char *name;       /* that argument's, or NULL */
};

/* What an array is to a call, for its checks and messages.  */
struct kcl__role {
	const char *what;       /* "argument" or "output" */
	size_t number;
	const char *name;       /* or NULL */
	int category;
	int64_t dim;            /* columns */
	int is_index;
	const struct kcl__batch *batch; /* which an output has; else NULL */
	int cuda;               /* 1 + the number of the CUDA device on which
	                         * it may lie; or 0 */
	size_t like;            /* 1 + the number of the output that has the
	                         * data type; or 0, argument 0 has it */
};

/* An array as matrices: dimension 0 is that of columns, 1 of rows, the others
 * of batches, the last one first.  Where the extent is 1 the step is 0.  */
struct kcl__matrix {
	char *data;             /* of the first element */
	int dims;
	int64_t extent[KCL__DIMS], step[KCL__DIMS];     /* in elements */
	size_t size, wide;      /* of an element, here and in packed rows */
	int resident;           /* the addresses are that device's */
	uintptr_t low, high;            /* bytes it lies in: [low, high) */
};

/* Checks A against ROLE and describes it.  BITS is the data type wanted, or 0
 * for any.  */
kcl_status kcl__matrix_of(const kcl_array *a, const struct kcl__role *role,
                          int bits, struct kcl__matrix *m);

/* Fails with KCL_SHAPE, where ROWS rows are expected, -1 for any.  */
kcl_status kcl__bad_shape(const kcl_array *a, const struct kcl__role *role,
                          int64_t rows);

/* Makes BATCH that of the argument M too; KCL_SHAPE where they do not go
 * together.  */
kcl_status kcl__broadcast(struct kcl__batch *batch,
                          const struct kcl__role *role,
                          const struct kcl__matrix *m);

/* Makes BATCH all the batch dimensions of M.  */
void kcl__batch_of(const struct kcl__matrix *m, struct kcl__batch *batch);

/* The first element of batch number B.  */
char *kcl__batch_at(const struct kcl__matrix *m,
                    const struct kcl__batch *batch, int64_t b);

/* Whether the rows of a batch lie as packed ones do, and whether the batches
 * follow each other without gaps too.  */
int kcl__is_packed(const struct kcl__matrix *m);
int kcl__is_gapless(const struct kcl__matrix *m);

/* Copies between COUNT rows of a matrix, the first of which is at DATA, and
 * packed rows: without gaps, and float32 where the matrix is float16.  */
void kcl__pack(const struct kcl__matrix *m, const char *data, int64_t count,
               void *rows);
void kcl__unpack(const struct kcl__matrix *m, char *data, int64_t count,
                 const void *rows);

/* Fails with KCL_ARGUMENT when elements of OUTPUT number N share memory.  */
kcl_status kcl__no_repeats(const struct kcl__matrix *output, size_t n);

/* Fails with KCL_ARGUMENT when ARGUMENT number K shares memory with OUTPUT
 * number N.  */
kcl_status kcl__no_overlap(const struct kcl__matrix *output, size_t n,
                           const struct kcl__matrix *other, const char *what,
                           size_t k);

#endif
