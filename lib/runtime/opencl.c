/* opencl.c - devices that an OpenCL driver runs
 * SPDX-License-Identifier: MIT */
#include "runtime/opencl.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- devices ---------------------------------------------------------- */

static kcl_status list(struct kcl__facts_list *all)
{
	struct kcl__cl cl;
	struct kcl__cl_place *places;
	size_t count;
	kcl_status status;

	if (!kcl__cl_load(&cl))
		return KCL_OK;
	status = kcl__cl_places(&cl, &places, &count);
	if (!status && kcl__grow(&all->facts, &all->capacity,
	                         all->count + count, sizeof *all->facts))
		status = KCL_MEMORY;
	for (size_t i = 0; i < count && !status; i++) {
		status = kcl__cl_facts(&cl, &places[i],
		                       &all->facts[all->count], NULL);
		all->count += !status;
	}
	free(places);
	return status;
}

/* Finds the place that NAME, up to a part, says; else KCL_DEVICE.  */
static kcl_status find_place(struct kcl__cl_device *device, const char *name)
{
	struct kcl__cl_place *places;
	size_t count, i;
	char here[40];
	size_t length = strcspn(name, "/");
	kcl_status status = kcl__cl_places(&device->cl, &places, &count);

	if (status)
		return status;
	for (i = 0; i < count; i++) {
		snprintf(here, sizeof here, "opencl:%u:%u", places[i].p,
		         places[i].d);
		if (strlen(here) == length && !strncmp(here, name, length))
			break;
	}
	if (i < count)
		device->place = places[i];
	else
		status = kcl__fail(KCL_DEVICE, "device \"%s\" is not there",
		                   name);
	free(places);
	return status;
}

/* Where the arrays lie in the host's memory there is no end to buffers, but
 * for what the machine has; PoCL and its like grant more than there is.  */
static void set_budget(struct kcl__cl_device *device)
{
	const struct kcl__facts *facts = &device->base.facts;
	uint64_t bytes = (uint64_t)facts->number[KCL_DEVICE_MEMORY] / 5 * 4;

	device->base.in_place = !strcmp(facts->text[KCL_DEVICE_TYPE], "cpu");
	device->base.budget = device->base.in_place || bytes > SIZE_MAX
		? SIZE_MAX : (size_t)bytes;
}

/* Mesa's llvmpipe ends a kernel's loops after 65535 rounds, of all its loops
 * together and without a word.  */
static void set_rounds(struct kcl__device *device)
{
	const char *title = device->facts.text[KCL_DEVICE_TITLE];

	device->most_rounds = title && !strncmp(title, "llvmpipe", 8)
		? 65000 : 0;
}

/* To give the binary of a program PoCL compiles it once more, for 0.2 s.  So it
 * is asked when the program is done with (keep_late of opencl_build.c), when
 * nobody waits for results; the binary then has what the launches compiled,
 * too.  Until then PoCL's own cache has it.  */
static void set_pocl(struct kcl__cl_device *device)
{
	const char *platform = device->base.facts.text[KCL_DEVICE_PLATFORM];

	device->pocl = platform
		&& !strncmp(platform, "Portable Computing", 18);
}

static kcl_status make_ready(struct kcl__cl_device *device, const char *name)
{
	struct kcl__facts *facts = &device->base.facts;
	cl_int error = 0;
	kcl_status status = find_place(device, name);

	if (!status)
		status = kcl__cl_facts(&device->cl, &device->place, facts,
		                       &device->base);
	if (status)
		return status;
	if (!facts->number[KCL_DEVICE_USABLE])
		return kcl__fail(KCL_DEVICE,
		                 "device \"%s\" is not usable: %s", name,
		                 facts->text[KCL_DEVICE_REASON]);
	status = kcl__cl_choose(device);
	if (status)
		return status;
	set_budget(device);
	set_rounds(&device->base);
	set_pocl(device);
	status = kcl__cl_part(device, name);
	if (status)
		return status;
	device->context = device->cl.clCreateContext(NULL, 1,
		&device->place.device, NULL, NULL, &error);
	if (!device->context)
		return kcl__cl_fail(device, "clCreateContext", error);
	device->queue = device->cl.clCreateCommandQueue(device->context,
		device->place.device, 0, &error);
	if (!device->queue)
		return kcl__cl_fail(device, "clCreateCommandQueue", error);
	return KCL_OK;
}

static void settle(struct kcl__device *base)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)base;

	device->cl.clFinish(device->queue);
	base->busy = 0;
}

static void close_device(struct kcl__device *base)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)base;

	if (!device)
		return;
	if (!kcl__device_inherited(base)) {
		kcl__spares_free(base);
		if (device->queue)
			device->cl.clReleaseCommandQueue(device->queue);
		if (device->context)
			device->cl.clReleaseContext(device->context);
		kcl__cl_part_release(device);
	}
	kcl__facts_free(&base->facts);
	free(device);
}

static kcl_status open_device(const char *name, struct kcl__cache *cache,
                              struct kcl__device **opened)
{
	struct kcl__cl_device *device = kcl__alloc(1, sizeof *device);
	kcl_status status;

	*opened = NULL;
	if (!device)
		return KCL_MEMORY;
	device->base.backend = &kcl__opencl;
	device->base.language = KCL__OPENCL_C;
	device->cache = cache;
	device->base.process = kcl__os_process();
	status = kcl__cl_load(&device->cl) ? make_ready(device, name)
		: kcl__fail(KCL_DEVICE, "device \"%s\" is not there: no "
		            "OpenCL library was found", name);
	if (status)
		close_device(&device->base);
	else
		*opened = &device->base;
	return status;
}

/* ----- buffers ---------------------------------------------------------- */

static kcl_status make_buffer(struct kcl__device *base,
                              enum kcl__access access, void *host,
                              size_t bytes, struct kcl__buffer *buffer)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)base;
	int there = base->in_place && access != KCL__SCRATCH;
	/* Intel's CPU runtime copies what is CL_MEM_READ_ONLY, unless it lies
	 * at a multiple of 128 bytes.  */
	cl_mem_flags flags = CL_MEM_READ_WRITE | (there ? CL_MEM_USE_HOST_PTR
	                                          : 0);
	cl_int error = 0;
	cl_mem memory = device->cl.clCreateBuffer(device->context, flags, bytes,
		there ? host : NULL, &error);

	if (!memory)
		return kcl__cl_fail(device, "clCreateBuffer", error);
	*buffer = (struct kcl__buffer){ base, host, bytes, { memory } };
	return KCL_OK;
}

static kcl_status send(const struct kcl__buffer *buffer)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)buffer->device;
	cl_int error;

	device->base.busy = 1;
	error = device->cl.clEnqueueWriteBuffer(device->queue,
		buffer->memory.pointer, CL_FALSE, 0, buffer->bytes,
		buffer->host, 0, NULL, NULL);
	return error ? kcl__cl_fail(device, "clEnqueueWriteBuffer", error)
		: KCL_OK;
}

/* A buffer that lies at the host's array is read to where it lies, which moves
 * nothing unless a driver worked on a copy.  To map it there would do too, but
 * takes PoCL 20 us more.  */
static kcl_status fetch(const struct kcl__buffer *buffer)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)buffer->device;
	cl_int error;

	device->base.busy = 1;
	error = device->cl.clEnqueueReadBuffer(device->queue,
		buffer->memory.pointer, CL_FALSE, 0, buffer->bytes,
		buffer->host, 0, NULL, NULL);
	return error ? kcl__cl_fail(device, "clEnqueueReadBuffer", error)
		: KCL_OK;
}

static void release(struct kcl__buffer *buffer)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)buffer->device;

	device->cl.clReleaseMemObject(buffer->memory.pointer);
}

/* ----- launches --------------------------------------------------------- */

static cl_int set_arguments(const struct kcl__cl *cl, cl_kernel kernel,
                            struct kcl__buffer *const *buffers, cl_uint count,
                            const struct kcl__job *job)
{
	const int64_t wide[] = {
		job->row, job->column, job->row_base, job->base
	};
	const int32_t narrow[] = {
		job->rows, job->columns, job->first, job->last
	};
	cl_int error = 0;
	cl_uint n = 0;

	for (cl_uint i = 0; i < count && !error; i++)
		error = cl->clSetKernelArg(kernel, n++, sizeof(cl_mem),
		                           &buffers[i]->memory.pointer);
	for (cl_uint i = 0; i < 4 && !error; i++)
		error = cl->clSetKernelArg(kernel, n++, sizeof *wide,
		                           &wide[i]);
	for (cl_uint i = 0; i < 4 && !error; i++)
		error = cl->clSetKernelArg(kernel, n++, sizeof *narrow,
		                           &narrow[i]);
	return error;
}

static kcl_status launch(struct kcl__program *program,
                         struct kcl__buffer *const *buffers, size_t count,
                         const struct kcl__job *job)
{
	struct kcl__cl_program *built = (struct kcl__cl_program *)program;
	struct kcl__cl_device *device =
		(struct kcl__cl_device *)program->device;
	size_t global = (size_t)kcl__program_groups(program, job)
		* program->group;
	cl_int error = set_arguments(&device->cl, built->kernel, buffers,
	                             (cl_uint)count, job);

	if (error)
		return kcl__cl_fail(device, "clSetKernelArg", error);
	device->base.busy = 1;
	error = device->cl.clEnqueueNDRangeKernel(device->queue,
		built->kernel, 1, NULL, &global, &program->group, 0, NULL,
		NULL);
	return error ? kcl__cl_fail(device, "clEnqueueNDRangeKernel", error)
		: KCL_OK;
}

static kcl_status wait(struct kcl__device *base)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)base;
	cl_int error = device->cl.clFinish(device->queue);

	device->base.busy = 0;
	return error ? kcl__cl_fail(device, "clFinish", error) : KCL_OK;
}

const struct kcl__backend kcl__opencl = {
	"opencl", list, open_device, close_device, kcl__cl_build,
	kcl__cl_unload, make_buffer, send, fetch, release, launch, wait,
	settle, kcl__cl_fits
};
