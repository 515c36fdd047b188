/* fakepinned.c - the test double: memory of the host that the device reads
 * SPDX-License-Identifier: MIT */
#include "fakecuda.h"
#include "runtime/cuda.h"
#include <stdatomic.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))
EXPORT CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags);
EXPORT CUresult cuMemFreeHost(void *memory);

enum { PINNED = 8 };

static _Atomic(void *) pinned[PINNED];

int fake_is_pinned(const void *memory)
{
	int k = 0;

	while (k < PINNED && pinned[k] != memory)
		k++;
	return k < PINNED;
}

CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags)
{
	int fault = armed_enter(__func__);
	void *none = NULL, *fresh;

	(void)flags;
	if (fault)
		return fault;
	fresh = malloc(bytes);
	for (int k = 0; k < PINNED; k++, none = NULL)
		if (atomic_compare_exchange_strong(&pinned[k], &none, fresh)) {
			*memory = fresh;
			armed_count(1);
			return 0;
		}
	free(fresh);
	return CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuMemFreeHost(void *memory)
{
	int fault = armed_enter(__func__);

	for (int k = 0; k < PINNED; k++)
		if (pinned[k] == memory)
			pinned[k] = NULL;
	free(memory);
	armed_count(-1);
	return fault;
}
