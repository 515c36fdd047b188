/* seal.c - bytes kept in a file that tells whether they are whole
 * SPDX-License-Identifier: MIT */
#include "seal.h"
#include "hash.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, VERSION = 1 };

/* The header's bytes, which another byte order would read differently.  */
struct header {
	char magic[8];
	uint32_t version, reserved;
	uint64_t key_length, length;
};

static const char magic[8] = "keopscl";

static size_t offset_of(size_t key_length)
{
	return (sizeof(struct header) + key_length + ALIGN - 1) / ALIGN
	       * ALIGN;
}

void *kcl__seal(const void *key, size_t key_length, const void *bytes,
                size_t length, size_t *size)
{
	struct header h = { .version = VERSION, .length = length,
	                    .key_length = key_length };
	size_t end;
	struct kcl__hash hash;
	char *file;

	*size = 0;
	if (key_length > KCL__SEALED || length > KCL__SEALED)
		return NULL;
	end = offset_of(key_length) + length;
	if (end + sizeof hash > KCL__SEALED)
		return NULL;
	*size = end + sizeof hash;
	file = calloc(1, *size);
	if (!file)
		return NULL;
	memcpy(h.magic, magic, sizeof magic);
	memcpy(file, &h, sizeof h);
	memcpy(file + sizeof h, key, key_length);
	memcpy(file + end - length, bytes, length);
	hash = kcl__hash(file, end);
	memcpy(file + end, &hash, sizeof hash);
	return file;
}

/* Whether FILE is whole and as it was written.  */
static int intact(const char *file, size_t size)
{
	struct header h;
	struct kcl__hash stored, now;
	size_t offset;

	if (size < sizeof h + sizeof stored)
		return 0;
	memcpy(&h, file, sizeof h);
	size -= sizeof stored;
	if (memcmp(h.magic, magic, sizeof magic) || h.version != VERSION
	    || h.key_length > size)
		return 0;
	offset = offset_of((size_t)h.key_length);
	if (offset > size || h.length != size - offset)
		return 0;
	memcpy(&stored, file + size, sizeof stored);
	now = kcl__hash(file, size);
	return now.low == stored.low && now.high == stored.high;
}

int kcl__unseal(const void *file, size_t size, const void *key,
                size_t key_length, const void **bytes, size_t *length)
{
	struct header h;

	if (!intact(file, size))
		return -1;
	memcpy(&h, file, sizeof h);
	if (h.key_length != key_length
	    || memcmp((const char *)file + sizeof h, key, key_length))
		return 0;
	*bytes = (const char *)file + offset_of(key_length);
	*length = (size_t)h.length;
	return 1;
}
