/* nomem.c - memory that runs out when a test wants it to
 * SPDX-License-Identifier: MIT */
#include "nomem.h"
#include <stdatomic.h>
#include <stdlib.h>

/* The linker calls these so.  */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static atomic_int active, keeps_on;
static atomic_long left, refused, blocks;
static atomic_size_t largest;

void nomem_begin(long n, int keep_on)
{
	left = n;
	keeps_on = keep_on;
	refused = blocks = 0;
	largest = 0;
	active = 1;
}

long nomem_end(void)
{
	active = 0;
	return refused;
}

long nomem_blocks(void)
{
	return blocks;
}

size_t nomem_largest(void)
{
	return largest;
}

static int refuses(size_t size)
{
	long n;

	if (size > largest)
		largest = size;
	if (!active)
		return 0;
	n = atomic_fetch_sub(&left, 1);
	if (n > 1 || (n < 1 && !keeps_on))
		return 0;
	refused++;
	return 1;
}

static void *counted(void *block)
{
	blocks += block != NULL;
	return block;
}

void *__wrap_malloc(size_t size)
{
	return refuses(size) ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return refuses(count * size) ? NULL
		: counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
	void *p = refuses(size) ? NULL : __real_realloc(block, size);

	return block ? p : counted(p);
}

void __wrap_free(void *block)
{
	blocks -= block != NULL;
	__real_free(block);
}
