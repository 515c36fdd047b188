/* hash.h - a 128-bit hash of bytes, for names and checksums
 * SPDX-License-Identifier: MIT
 *
 * It finds damage and spreads names; it is no signature. */
#ifndef KCL_HASH_H
#define KCL_HASH_H

#include <stddef.h>
#include <stdint.h>

struct kcl__hash {
	uint64_t low, high;
};

/* The hash of LENGTH bytes; the same on every machine.  */
struct kcl__hash kcl__hash(const void *bytes, size_t length);

#endif
