/* cuda_stage.c - large arrays reach the device by way of pinned memory
 * SPDX-License-Identifier: MIT
 *
 * A driver copies from memory that may be swapped out piece by piece and with
 * one processor.  From pinned memory the device reads at the speed of the bus,
 * while the next piece is copied there by several.  */
#include "runtime/cuda.h"
#include "os.h"
#include <string.h>

enum {
	LARGE = 1 << 20,        /* bytes that are worth it */
	PIECE = 1 << 23,
	SHARE = 1 << 21,        /* bytes of a thread */
};

struct copy {
	char *to;
	const char *from;
	size_t bytes;
};

static void copy_share(void *argument, int index)
{
	const struct copy *copy = argument;
	size_t at = (size_t)index * SHARE, left = copy->bytes - at;

	memcpy(copy->to + at, copy->from + at, left < SHARE ? left : SHARE);
}

static void copy_piece(char *to, const char *from, size_t bytes)
{
	struct copy copy = { to, from, bytes };

	kcl__os_parallel((int)((bytes + SHARE - 1) / SHARE), copy_share,
	                 &copy);
}

/* Makes the pinned memory when it is needed first.  0 where there is none to be
 * had: copies then do without, from now on.  */
static int make(struct kcl__cu_device *device)
{
	struct kcl__cu_stage *stage = device->stage;

	for (int k = 0; k < KCL__CU_STAGES && !device->unstaged; k++) {
		if (stage[k].memory)
			continue;
		device->unstaged = device->cu.cuMemHostAlloc(&stage[k].memory,
		                                             PIECE, 0)
			|| device->cu.cuEventCreate(&stage[k].sent,
			                            CU_EVENT_DISABLE_TIMING);
	}
	return !device->unstaged;
}

kcl_status kcl__cu_send(struct kcl__cu_device *device, CUdeviceptr to,
                        const void *from, size_t bytes)
{
	kcl_status status = KCL_OK;
	size_t piece = bytes;
	int k = 0;

	if (bytes < LARGE || !make(device))
		return KCL__CU_TRY(device, cuMemcpyHtoDAsync_v2,
		                   (to, from, bytes, device->stream));
	for (size_t at = 0; at < bytes && !status; at += piece) {
		const struct kcl__cu_stage *stage = &device->stage[k];

		piece = bytes - at < PIECE ? bytes - at : PIECE;
		status = KCL__CU_TRY(device, cuEventSynchronize,
		                     (stage->sent));
		if (status)
			break;
		copy_piece(stage->memory, (const char *)from + at, piece);
		status = KCL__CU_TRY(device, cuMemcpyHtoDAsync_v2,
			(to + at, stage->memory, piece, device->stream));
		if (!status)
			status = KCL__CU_TRY(device, cuEventRecord,
			                     (stage->sent, device->stream));
		k = (k + 1) % KCL__CU_STAGES;
	}
	return status;
}

void kcl__cu_stage_free(struct kcl__cu_device *device)
{
	for (int k = 0; k < KCL__CU_STAGES; k++) {
		struct kcl__cu_stage *stage = &device->stage[k];

		if (stage->sent)
			device->cu.cuEventDestroy_v2(stage->sent);
		if (stage->memory)
			device->cu.cuMemFreeHost(stage->memory);
	}
}
