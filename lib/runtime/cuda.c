/* cuda.c - devices that NVIDIA's driver runs
 * SPDX-License-Identifier: MIT
 *
 * All work of a device goes to one stream, in order: copies wait for launches
 * before them, and the host for all by kcl__backend's wait. */
#include "runtime/cuda.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include <stdlib.h>
#include <string.h>

/* ----- the thread's context --------------------------------------------- */

/* A dead context is not asked again: the driver would only repeat itself.  */
kcl_status kcl__cu_enter(struct kcl__cu_device *device)
{
	kcl_status status = kcl__cu_check(device, "an earlier call",
	                                  device->dead);

	if (!status)
		status = KCL__CU_TRY(device, cuCtxPushCurrent_v2,
		                     (device->context));
	device->entered = !status;
	return status;
}

int kcl__cu_enter_to_free(struct kcl__cu_device *device)
{
	if (kcl__device_inherited(&device->base))
		return 0;
	device->entered = !device->cu.cuCtxPushCurrent_v2(device->context);
	return 1;
}

void kcl__cu_leave(struct kcl__cu_device *device)
{
	CUcontext context;

	if (device->entered)
		device->cu.cuCtxPopCurrent_v2(&context);
	device->entered = 0;
}

static void settle(struct kcl__device *base)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)base;

	if (kcl__cu_enter_to_free(device))
		device->cu.cuStreamSynchronize(device->stream);
	kcl__cu_leave(device);
	base->busy = 0;
}

/* ----- devices ---------------------------------------------------------- */

/* A driver without a device of use is listed as one, for the reason.  */
static kcl_status list(struct kcl__facts_list *all)
{
	struct kcl__cu cu;
	struct kcl__cu_place place;
	kcl_status status = KCL_OK;
	int n = 0;

	if (!kcl__cu_load(&cu))
		return KCL_OK;
	do {
		struct kcl__facts *facts;

		if (kcl__grow(&all->facts, &all->capacity, all->count + 1,
		              sizeof *all->facts))
			return KCL_MEMORY;
		facts = &all->facts[all->count];
		status = kcl__cu_facts(&cu, n, &place, facts);
		all->count += !status;
		if (!status)
			status = kcl__cu_tell_compiler(&cu, &place, facts);
	} while (++n < cu.devices && !status);
	return status;
}

/* Finds the facts of the device that NAME says.  */
static kcl_status find(struct kcl__cu_device *device, const char *name)
{
	struct kcl__facts *facts = &device->base.facts;
	int n = 0;

	do {
		kcl_status status = kcl__cu_facts(&device->cu, n,
		                                  &device->place, facts);

		if (status)
			return status;
		if (!strcmp(facts->text[KCL_DEVICE_NAME], name))
			return facts->number[KCL_DEVICE_USABLE] ? KCL_OK
				: kcl__fail(KCL_DEVICE, "device \"%s\" is not "
				            "usable: %s", name,
				            facts->text[KCL_DEVICE_REASON]);
		kcl__facts_free(facts);
	} while (++n < device->cu.devices);
	return kcl__fail(KCL_DEVICE, "device \"%s\" is not there", name);
}

/* Others use the device's memory too: what is vacant now is the measure.  */
static kcl_status make_stream(struct kcl__cu_device *device)
{
	size_t vacant = 0, all = 0;
	kcl_status status = KCL__CU_TRY(device, cuMemGetInfo_v2,
	                                (&vacant, &all));

	device->base.budget = vacant / 5 * 4;
	return status ? status : KCL__CU_TRY(device, cuStreamCreate,
		(&device->stream, CU_STREAM_NON_BLOCKING));
}

static kcl_status make_ready(struct kcl__cu_device *device, const char *name)
{
	kcl_status status = find(device, name);

	if (status)
		return status;
	status = KCL__CU_TRY(device, cuDevicePrimaryCtxRetain,
	                     (&device->context, device->place.device));
	if (!status)
		status = kcl__cu_enter(device);
	if (status)
		return status;
	status = make_stream(device);
	kcl__cu_leave(device);
	return status;
}

static void close_device(struct kcl__device *base)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)base;

	if (!device)
		return;
	kcl__spares_free(base);
	if (device->stream && kcl__cu_enter_to_free(device)) {
		kcl__cu_stage_free(device);
		device->cu.cuStreamDestroy_v2(device->stream);
		kcl__cu_leave(device);
	}
	if (device->context && !kcl__device_inherited(base))
		device->cu.cuDevicePrimaryCtxRelease_v2(
			device->place.device);
	kcl__facts_free(&base->facts);
	free(device);
}

static kcl_status open_device(const char *name, struct kcl__cache *cache,
                              struct kcl__device **opened)
{
	struct kcl__cu_device *device = kcl__alloc(1, sizeof *device);
	kcl_status status;

	*opened = NULL;
	if (!device)
		return KCL_MEMORY;
	device->base.backend = &kcl__cuda;
	device->base.language = KCL__CUDA_C;
	device->base.process = kcl__os_process();
	device->cache = cache;
	status = kcl__cu_load(&device->cu) ? make_ready(device, name)
		: kcl__fail(KCL_DEVICE, "device \"%s\" is not there: no "
		            "driver of NVIDIA's was found", name);
	if (status)
		close_device(&device->base);
	else
		*opened = &device->base;
	return status;
}

/* ----- buffers ---------------------------------------------------------- */

static void release(struct kcl__buffer *buffer)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)buffer->device;

	if (!kcl__cu_enter_to_free(device))
		return;
	device->cu.cuMemFree_v2(buffer->memory.address);
	kcl__cu_leave(device);
}

static kcl_status make_buffer(struct kcl__device *base,
                              enum kcl__access access, void *host,
                              size_t bytes, struct kcl__buffer *buffer)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)base;
	kcl_status status = kcl__cu_enter(device);

	(void)access;
	if (status)
		return status;
	*buffer = (struct kcl__buffer){ .host = host, .bytes = bytes };
	status = KCL__CU_TRY(device, cuMemAlloc_v2,
	                     (&buffer->memory.address, bytes));
	if (!status)
		buffer->device = base;
	kcl__cu_leave(device);
	return status;
}

static kcl_status send(const struct kcl__buffer *buffer)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)buffer->device;
	kcl_status status = kcl__cu_enter(device);

	if (status)
		return status;
	device->base.busy = 1;
	status = kcl__cu_send(device, buffer->memory.address, buffer->host,
	                      buffer->bytes);
	kcl__cu_leave(device);
	return status;
}

static kcl_status fetch(const struct kcl__buffer *buffer)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)buffer->device;
	kcl_status status = kcl__cu_enter(device);

	if (status)
		return status;
	device->base.busy = 1;
	status = KCL__CU_TRY(device, cuMemcpyDtoHAsync_v2,
		(buffer->host, buffer->memory.address, buffer->bytes,
		 device->stream));
	kcl__cu_leave(device);
	return status;
}

/* ----- launches --------------------------------------------------------- */

static kcl_status launch(struct kcl__program *program,
                         struct kcl__buffer *const *buffers, size_t count,
                         const struct kcl__job *job)
{
	struct kcl__cu_device *device =
		(struct kcl__cu_device *)program->device;
	CUfunction function = ((struct kcl__cu_program *)program)->function;
	unsigned groups = (unsigned)kcl__program_groups(program, job);
	struct kcl__job copy = *job;
	void *own[] = {
		&copy.row, &copy.column, &copy.row_base, &copy.base,
		&copy.rows, &copy.columns, &copy.first, &copy.last
	};
	void *parameters[KCL__BUFFERS + sizeof own / sizeof *own];
	kcl_status status = kcl__cu_enter(device);

	if (status)
		return status;
	for (size_t k = 0; k < count; k++)
		parameters[k] = &buffers[k]->memory.address;
	memcpy(parameters + count, own, sizeof own);
	device->base.busy = 1;
	status = KCL__CU_TRY(device, cuLaunchKernel,
		(function, groups, 1, 1, (unsigned)program->group, 1, 1, 0,
		 device->stream, parameters, NULL));
	kcl__cu_leave(device);
	return status;
}

static kcl_status wait(struct kcl__device *base)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)base;
	kcl_status status = kcl__cu_enter(device);

	if (status)
		return status;
	status = KCL__CU_TRY(device, cuStreamSynchronize, (device->stream));
	device->base.busy = 0;
	kcl__cu_leave(device);
	return status;
}

const struct kcl__backend kcl__cuda = {
	"cuda", list, open_device, close_device, kcl__cu_build,
	kcl__cu_unload, make_buffer, send, fetch, release, launch, wait,
	settle, kcl__cu_fits
};
