/* opencl_build.c - from a kernel's text, or its binary in the cache, to a
 * kernel
 * SPDX-License-Identifier: MIT */
#include "runtime/opencl.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include "runtime/cache.h"
#include "runtime/clang.h"
#include "sb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kcl_status kcl__cl_choose(struct kcl__cl_device *device)
{
	const char *wanted = kcl__os_getenv("KEOPSCL_IR");
	int spirv = wanted && !strcmp(wanted, "spirv");
	cl_bool compiles = CL_FALSE;
	cl_int error;

	if (wanted && !spirv && strcmp(wanted, "source"))
		return kcl__fail(KCL_ARGUMENT, "KEOPSCL_IR is \"%.40s\"; "
		                 "expected source or spirv", wanted);
	error = device->cl.clGetDeviceInfo(device->place.device,
		CL_DEVICE_COMPILER_AVAILABLE, sizeof compiles, &compiles, NULL);
	if (error)
		return kcl__cl_fail(device, "clGetDeviceInfo", error);
	device->base.spirv = wanted ? spirv : !compiles;
	device->source_only = wanted && !spirv;
	if (!device->base.spirv
	    || kcl__cl_takes_spirv(&device->cl, &device->base.facts))
		return KCL_OK;
	return kcl__fail(KCL_DEVICE, "device \"%s\" takes no SPIR-V 1.2, "
	                 "which KEOPSCL_IR asks for",
	                 device->base.facts.text[KCL_DEVICE_NAME]);
}

/* Everything that a binary depends on.  */
static kcl_status make_key(const struct kcl__cl_device *device,
                           const struct kcl__code *code, struct kcl__sb *key)
{
	cl_int error;
	char *version = kcl__cl_text(&device->cl, NULL, device->place.platform,
	                             CL_PLATFORM_VERSION, &error);
	kcl_status status;

	if (!version)
		return error ? kcl__cl_fail(device, "clGetPlatformInfo", error)
			: KCL_MEMORY;
	status = kcl__program_key(&device->base, code, version, key);
	free(version);
	return status;
}

/* ----- from the text, or SPIR-V ----------------------------------------- */

/* What the compiler said; NULL for want of memory.  */
static char *build_log(const struct kcl__cl_device *device, cl_program program)
{
	size_t size = 0;
	char *log;

	device->cl.clGetProgramBuildInfo(program, device->place.device,
	                                 CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
	log = kcl__alloc(size + 1, 1);
	if (!log)
		return NULL;
	if (device->cl.clGetProgramBuildInfo(program, device->place.device,
	                                     CL_PROGRAM_BUILD_LOG, size, log,
	                                     NULL))
		log[0] = 0;
	return log;
}

/* Reports why the text was not built: with the log if it is the text's
 * fault.  */
static kcl_status refused(const struct kcl__cl_device *device,
                          cl_program program, cl_int error)
{
	kcl_status status;
	char *log;

	if (error != CL_BUILD_PROGRAM_FAILURE
	    && error != CL_COMPILE_PROGRAM_FAILURE
	    && error != CL_INVALID_BUILD_OPTIONS)
		return kcl__cl_fail(device, "clBuildProgram", error);
	log = build_log(device, program);
	if (!log)
		return KCL_MEMORY;
	status = kcl__program_refused(&device->base, kcl__cl_error(error), log);
	free(log);
	return status;
}

/* SPIR-V is built without options, as clang had them when it made it, but for
 * whether subnormal numbers may be 0.  */
static const char *options(const struct kcl__cl_device *device,
                           const struct kcl__code *code)
{
	static const char flush[] = "-cl-denorms-are-zero";

	return !device->base.spirv && !code->made.bytes ? code->options
		: strstr(code->options, flush) ? flush : "";
}

static kcl_status create(const struct kcl__cl_device *device,
                         const struct kcl__code *code,
                         struct kcl__cl_program *built)
{
	struct kcl__binary made = { NULL, 0 };
	cl_int error = 0;
	kcl_status status = KCL_OK;

	if (!device->base.spirv && !code->made.bytes) {
		built->program = device->cl.clCreateProgramWithSource(
			device->context, 1, (const char **)&code->source, NULL,
			&error);
		return built->program ? KCL_OK
			: kcl__cl_fail(device, "clCreateProgramWithSource",
			               error);
	}
	if (code->made.bytes
	    && !kcl__spirv_whole(code->made.bytes, code->made.length))
		return kcl__fail(KCL_BUILD, "what was made ahead of time is no "
		                 "whole SPIR-V");
	if (!code->made.bytes)
		status = kcl__spirv_make(&device->base, code, "", &made);
	if (status)
		return status;
	built->program = device->cl.clCreateProgramWithIL(device->context,
		code->made.bytes ? code->made.bytes : made.bytes,
		made.length + code->made.length, &error);
	free(made.bytes);
	return built->program ? KCL_OK
		: kcl__cl_fail(device, "clCreateProgramWithIL", error);
}

static kcl_status from_code(const struct kcl__cl_device *device,
                            const struct kcl__code *code,
                            struct kcl__cl_program *built)
{
	kcl_status status = create(device, code, built);
	cl_int error;

	if (status)
		return status;
	error = device->cl.clBuildProgram(built->program, 1,
		&device->place.device, options(device, code), NULL, NULL);
	if (error)
		return refused(device, built->program, error);
	built->kernel = device->cl.clCreateKernel(built->program, "keops",
	                                          &error);
	return built->kernel ? KCL_OK
		: kcl__cl_fail(device, "clCreateKernel", error);
}

/* ----- from and to the cache -------------------------------------------- */

static void drop_driver_objects(const struct kcl__cl_device *device,
                                struct kcl__cl_program *built)
{
	if (built->kernel)
		device->cl.clReleaseKernel(built->kernel);
	if (built->program)
		device->cl.clReleaseProgram(built->program);
	built->kernel = NULL;
	built->program = NULL;
}

/* Whether the driver takes the bytes of ENTRY, which are those it gave.  */
static int from_binary(const struct kcl__cl_device *device,
                       const struct kcl__code *code,
                       const struct kcl__cache_entry *entry,
                       struct kcl__cl_program *built)
{
	const unsigned char *bytes = entry->bytes;
	cl_int each = 0, error = 0;

	built->program = device->cl.clCreateProgramWithBinary(device->context,
		1, &device->place.device, &entry->length, &bytes, &each,
		&error);
	if (built->program && !each
	    && !device->cl.clBuildProgram(built->program, 1,
	                                  &device->place.device,
	                                  options(device, code), NULL, NULL))
		built->kernel = device->cl.clCreateKernel(built->program,
		                                          "keops", &error);
	if (!built->kernel)
		drop_driver_objects(device, built);
	return built->kernel != NULL;
}

/* PoCL gives a binary without the program where its own cache was emptied
 * meanwhile, and aborts when it is to load that.  */
static int has_program(const unsigned char *bytes, size_t size)
{
	static const char pocl[] = "poclbin", file[] = "/program.";
	const unsigned char *end = bytes + size, *at = bytes;

	if (size < sizeof pocl || memcmp(bytes, pocl, sizeof pocl) != 0)
		return 1;
	while ((at = memchr(at, *file, (size_t)(end - at)))) {
		if ((size_t)(end - at) >= sizeof file
		    && memcmp(at, file, sizeof file - 1) == 0)
			return 1;
		at++;
	}
	return 0;
}

/* Keeps the binary of a program, if there is a place for it; a driver that has
 * none to give is only slower the next time.  */
static void keep(const struct kcl__cl_device *device, cl_program program,
                 struct kcl__cache_entry *entry)
{
	size_t size = 0;
	unsigned char *bytes;

	if (*kcl__cache_reason(device->cache)
	    || device->cl.clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES,
	                                sizeof size, &size, NULL)
	    || size == 0 || size > KCL__CACHE_ENTRY)
		return;
	bytes = malloc(size);
	if (bytes && !device->cl.clGetProgramInfo(program,
	                  CL_PROGRAM_BINARIES, sizeof bytes, &bytes, NULL)
	    && has_program(bytes, size))
		kcl__cache_store(entry, bytes, size);
	free(bytes);
}

static kcl_status obtain(const struct kcl__cl_device *device,
                         const struct kcl__code *code,
                         struct kcl__cl_program *built)
{
	struct kcl__cache_entry entry;
	kcl_status status = KCL_OK;
	int found = kcl__cache_enter(device->cache, built->key.text,
	                             built->key.length, &entry);

	if (found && from_binary(device, code, &entry, built)) {
		kcl__sb_free(&built->key);
	} else {
		if (found)
			kcl__cache_drop(&entry);
		if (!code->kept)
			status = from_code(device, code, built);
		if (!status && built->kernel && !device->pocl) {
			keep(device, built->program, &entry);
			kcl__sb_free(&built->key);
		}
	}
	kcl__cache_leave(&entry);
	return status;
}

/* Keeps the binary of a program that is done with, and was built from its
 * text.  */
static void keep_late(const struct kcl__cl_device *device,
                      struct kcl__cl_program *built)
{
	struct kcl__cache_entry entry;

	if (!built->kernel || !built->key.length)
		return;
	if (!kcl__cache_enter(device->cache, built->key.text,
	                      built->key.length, &entry))
		keep(device, built->program, &entry);
	kcl__cache_leave(&entry);
}

/* ----- programs --------------------------------------------------------- */

/* SPIR-V is made for 32 KiB of local memory, which all but embedded devices
 * have.  */
int kcl__cl_fits(const struct kcl__device *base, const char *target)
{
	const struct kcl__cl_device *device =
		(const struct kcl__cl_device *)base;
	int cpu = !strcmp(base->facts.text[KCL_DEVICE_TYPE], "cpu");

	return !strcmp(target, cpu ? "target:spirv-cpu" : "target:spirv")
		&& !device->source_only
		&& kcl__cl_takes_spirv(&device->cl, &base->facts)
		&& base->facts.number[KCL_DEVICE_LOCAL] >= 32768;
}

kcl_status kcl__cl_build(struct kcl__device *base,
                         const struct kcl__code *code,
                         struct kcl__program **program)
{
	struct kcl__cl_device *device = (struct kcl__cl_device *)base;
	struct kcl__cl_program *built;
	struct kcl__code own = *code;
	char options[256];
	kcl_status status = kcl__device_alive(base);

	*program = NULL;
	if (status)
		return status;
	built = kcl__alloc(1, sizeof *built);
	if (!built)
		return KCL_MEMORY;
	kcl__program_begin(&built->base, base, code);
	if (base->narrow) {
		snprintf(options, sizeof options, "%s -DNARROW=%d",
		         code->options, base->narrow);
		own.options = options;
	}
	status = make_key(device, &own, &built->key);
	if (!status)
		status = obtain(device, &own, built);
	if (status || !built->kernel)
		kcl__cl_unload(&built->base);
	else
		*program = &built->base;
	return status;
}

void kcl__cl_unload(struct kcl__program *program)
{
	struct kcl__cl_program *built = (struct kcl__cl_program *)program;
	struct kcl__cl_device *device;

	if (!built)
		return;
	device = (struct kcl__cl_device *)program->device;
	if (!kcl__device_inherited(program->device)) {
		keep_late(device, built);
		drop_driver_objects(device, built);
	}
	kcl__sb_free(&built->key);
	free(built);
}
