/* table.h - a matrix of numbers, as files hold it
 * SPDX-License-Identifier: MIT */
#ifndef TABLE_H
#define TABLE_H

#include "file.h"
#include "keopscl.h"
#include <stdint.h>

struct table {
	void *data;             /* the first element */
	int code, bits;         /* KCL_FLOAT or KCL_INT; 32 or 64, or a
	                           KCL_FLOAT of 16 */
	int swapped;            /* the bytes of an element are reversed */
	int ndim;               /* as the file has it: 0, 1 or 2 */
	int64_t shape[2];       /* rows and columns, whatever ndim */
	int64_t strides[2];     /* in elements */
	struct file file;       /* where DATA lies, or */
	void *memory;           /* where it lies if allocated */
};

/* A row-major matrix of zeros.  */
int table_make(struct table *table, int code, int bits, int64_t rows,
               int64_t columns, struct trouble *t);

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
