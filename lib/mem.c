/* mem.c - memory that fails with a message, and growing arrays
 * SPDX-License-Identifier: MIT */
#include "mem.h"
#include "diag.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *none(size_t count, size_t size)
{
	kcl__fail(KCL_MEMORY, "out of memory (%zu x %zu bytes)", count, size);
	return NULL;
}

void *kcl__alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	return p ? p : none(count, size);
}

char *kcl__copy(const char *text, size_t length)
{
	char *p = kcl__alloc(length + 1, 1);

	if (p)
		memcpy(p, text, length);
	return p;
}

int kcl__grow(void *array, size_t *capacity, size_t need, size_t size)
{
	size_t n = *capacity ? *capacity : 16;
	char *old, *p;

	if (need <= *capacity)
		return 0;
	while (n < need)
		n = n > SIZE_MAX / 2 ? need : n * 2;
	memcpy(&old, array, sizeof old);
	p = n > SIZE_MAX / size ? NULL : realloc(old, n * size);
	if (!p) {
		none(n, size);
		return -1;
	}
	memset(p + *capacity * size, 0, (n - *capacity) * size);
	memcpy(array, &p, sizeof p);
	*capacity = n;
	return 0;
}
