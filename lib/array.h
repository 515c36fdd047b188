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

/* The batch dimensions of a call, the last one first.  */
struct kcl__batch {
	int dims;
	int64_t extent[KCL__BATCHED];
	int64_t count;          /* of batches: the extents multiplied */
	/* For messages: 1 + the number of the first argument that has batch
	 * dimensions, or 0; and its name, or NULL.  */
	size_t by;
	const char *name;
};

/* What an array is to a call, for its checks and messages.  */
struct kcl__role {
	const char *what;       /* "argument" or "output" */
	size_t number;
	const char *name;       /* or NULL */
	int category;
	int64_t dim;            /* columns */
	int is_index;
	const struct kcl__batch *batch; /* that an output must have; NULL: it
	                                 * is an argument */
	int cuda;               /* 1 + the number of the CUDA device on which
	                         * it may lie; 0: on none */
	size_t like;            /* whose data type all have: 0: argument 0, or
	                         * 1 + the number of an output */
};

/* An array as matrices: dimension 0 is that of columns, 1 of rows, the others
 * of batches, the last one first.  Where the extent is 1 the step is 0.  */
struct kcl__matrix {
	char *data;             /* of the first element */
	int dims;
	int64_t extent[KCL__DIMS], step[KCL__DIMS];     /* in elements */
	size_t size, wide;      /* bytes of an element, here and in packed
	                         * rows, where float16 becomes float32 */
	int resident;           /* the addresses are a CUDA device's */
	uintptr_t low, high;            /* bytes it lies in: [low, high) */
};

/* "argument 2 (b)", where b is a NAME or NULL; in TEXT, which is returned.  */
enum { KCL__NAMED = 80 };
const char *kcl__array_text(const char *what, size_t number, const char *name,
                            char text[KCL__NAMED]);

/* Checks A against ROLE and describes it.  BITS is the data type wanted, or 0
 * for any.  */
kcl_status kcl__matrix_of(const kcl_array *a, const struct kcl__role *role,
                          int bits, struct kcl__matrix *m);

/* Reports that A has not the shape that ROLE asks for, with ROWS rows, or -1
 * for any number.  Returns KCL_SHAPE.  */
kcl_status kcl__bad_shape(const kcl_array *a, const struct kcl__role *role,
                          int64_t rows);

/* Broadcasts BATCH with the batch dimensions of the argument M; KCL_SHAPE where
 * they do not go together.  */
kcl_status kcl__broadcast(struct kcl__batch *batch,
                          const struct kcl__role *role,
                          const struct kcl__matrix *m);

/* Sets BATCH to the batch dimensions of M.  */
void kcl__batch_of(const struct kcl__matrix *m, struct kcl__batch *batch);

/* The first element of batch number B.  */
char *kcl__batch_at(const struct kcl__matrix *m,
                    const struct kcl__batch *batch, int64_t b);

/* M as it would be at DATA without gaps.  */
struct kcl__matrix kcl__packed(const struct kcl__matrix *m, char *data);

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

/* The same for all rows of all batches of BATCH, which M may lack: those are
 * the same again.  */
void kcl__pack_all(const struct kcl__matrix *m, const struct kcl__batch *batch,
                   char *rows);
void kcl__unpack_all(const struct kcl__matrix *m,
                     const struct kcl__batch *batch, const char *rows);

/* N reals of BITS as float64, which may lie where these do; and back.  */
void kcl__widen(double *to, const void *from, size_t n, int bits);
void kcl__narrow(void *to, const double *from, size_t n, int bits);

/* Fails with KCL_ARGUMENT when elements of OUTPUT number N share memory.  */
kcl_status kcl__no_repeats(const struct kcl__matrix *output, size_t n);

/* Fails with KCL_ARGUMENT when ARGUMENT number K shares memory with OUTPUT
 * number N.  */
kcl_status kcl__no_overlap(const struct kcl__matrix *output, size_t n,
                           const struct kcl__matrix *other, const char *what,
                           size_t k);

#endif
