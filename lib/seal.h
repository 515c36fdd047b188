/* seal.h - bytes kept in a file that tells whether they are whole
 * SPDX-License-Identifier: MIT
 *
 * A sealed file holds, in this order: a header, the whole key, zeros up to a
 * multiple of 16, the bytes, and the hash of all that.  The hash finds damage;
 * it is no signature. */
#ifndef KCL_SEAL_H
#define KCL_SEAL_H

#include <stddef.h>

enum { KCL__SEALED = 64 << 20 };        /* most bytes of a file */

/* A whole file of *SIZE bytes, for free(); NULL, without a message, without
 * memory, or where that would be too large: then *SIZE is 0.  */
void *kcl__seal(const void *key, size_t key_length, const void *bytes,
                size_t length, size_t *size);

/* Finds what a FILE of SIZE bytes holds: 1; 0 if it was sealed with another
 * key; -1 if it is not as it was sealed.  */
int kcl__unseal(const void *file, size_t size, const void *key,
                size_t key_length, const void **bytes, size_t *length);

#endif
