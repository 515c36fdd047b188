/* table.h - an array of numbers, as files hold it
 * SPDX-License-Identifier: MIT */
#ifndef TABLE_H
#define TABLE_H

#include "file.h"
#include "keopscl.h"
#include <stdint.h>

/* An array of NumPy's has at most 32 dimensions, a result two more.  */
enum { TABLE_DIMS = 34, TABLE_TEXT = 22 * TABLE_DIMS };

/* The last dimensions are rows and columns, those in front batches.  */
struct table {
	void *data;             /* the first element */
	int code, bits;         /* KCL_FLOAT or KCL_INT; 32 or 64, or a
	                           KCL_FLOAT of 16 */
	int swapped;            /* the bytes of an element are reversed */
	int ndim;               /* 2 or more */
	int64_t shape[TABLE_DIMS];
	int64_t strides[TABLE_DIMS];    /* in elements */
	int line;               /* the dimensions that are a line of text: the
	                           last one, or two where they are pairs */
	struct file file;       /* where DATA lies, or */
	void *memory;           /* where it lies if allocated */
};

/* Sets a shape of two or more dimensions, and the strides of C's or Fortran's
 * order; -1 if it is too large.  */
int table_lay(struct table *table, int ndim, const int64_t *shape,
              int fortran);

/* A row-major array of zeros.  */
int table_make(struct table *table, int code, int bits, int ndim,
               const int64_t *shape, struct trouble *t);

/* The same of two dimensions.  */
int table_matrix(struct table *table, int code, int bits, int64_t rows,
                 int64_t columns, struct trouble *t);

/* How many elements there are, and how many in front of dimension DIMS.  */
int64_t table_count(const struct table *table);
int64_t table_leading(const struct table *table, int dims);

/* Makes all elements 1, which are row-major floats.  */
void table_ones(struct table *table);

/* Leaves the rows [begin, end).  */
void table_cut(struct table *table, int64_t begin, int64_t end);

/* Writes the shape, such as "(2, 3)", and returns TEXT.  */
const char *table_shape(const struct table *table, char text[TABLE_TEXT]);

/* The whole of DATA, row-major, becomes the table's, which frees it.  */
void table_take(struct table *table, double *data, int64_t rows,
                int64_t columns);

/* Makes the elements floats of BITS bits in our byte order; where they are
 * that already nothing is copied.  */
int table_convert(struct table *table, int bits, struct trouble *t);

/* The table as the library takes it; the table must outlive it.  */
kcl_array table_array(struct table *table);

void table_free(struct table *table);

#endif
