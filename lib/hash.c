/* hash.c - a 128-bit hash of bytes, for names and checksums
 * SPDX-License-Identifier: MIT */
#include "hash.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

struct kcl__hash kcl__hash(const void *bytes, size_t length)
{
	XXH128_hash_t h = XXH3_128bits(bytes, length);

	return (struct kcl__hash){ h.low64, h.high64 };
}
