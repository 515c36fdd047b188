/* mem.h - memory that fails with a message, and growing arrays
 * SPDX-License-Identifier: MIT */
#ifndef KCL_MEM_H
#define KCL_MEM_H

#include <stddef.h>

/* COUNT elements of SIZE bytes, zeroed; NULL with KCL_MEMORY set when there is
 * no memory or the product overflows.  Free with free().  */
void *kcl__alloc(size_t count, size_t size);

/* A copy of the LENGTH bytes at TEXT with a 0 behind; NULL as above.  */
char *kcl__copy(const char *text, size_t length);

/* Makes *ARRAY, which has room for *CAPACITY elements of SIZE bytes, hold at
 * least NEED; new elements are zeroed.  Returns 0, or -1 with KCL_MEMORY set
 * and *ARRAY as it was.  */
int kcl__grow(void *array, size_t *capacity, size_t need, size_t size);

#endif
