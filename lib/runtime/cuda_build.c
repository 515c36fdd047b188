/* cuda_build.c - from a kernel's text, or its binary in the cache, to a
 * kernel
 * SPDX-License-Identifier: MIT */
#include "runtime/cuda.h"
#include "diag.h"
#include "mem.h"
#include "runtime/cache.h"
#include "sb.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- the compiler ----------------------------------------------------- */

static const char *compiler_error(nvrtcResult code)
{
	static const char *const names[] = {
		"", "NVRTC_ERROR_OUT_OF_MEMORY",
		"NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
		"NVRTC_ERROR_INVALID_INPUT", "NVRTC_ERROR_INVALID_PROGRAM",
		"NVRTC_ERROR_INVALID_OPTION", "NVRTC_ERROR_COMPILATION",
		"NVRTC_ERROR_BUILTIN_OPERATION_FAILURE"
	};

	return code > 0 && code < (int)(sizeof names / sizeof *names)
		? names[code] : "an error of its own";
}

enum { NO_MEMORY = 1, INVALID_OPTION = 5, COMPILATION = 6 };

static kcl_status check(const struct kcl__cu_device *device, const char *call,
                        nvrtcResult code)
{
	char *const *text = device->base.facts.text;

	return !code ? KCL_OK
		: kcl__fail(code == NO_MEMORY ? KCL_MEMORY : KCL_DRIVER,
		            "%s failed with %s (%d) on %s (%s)", call,
		            compiler_error(code), code, text[KCL_DEVICE_NAME],
		            text[KCL_DEVICE_TITLE]);
}
#define TRY(device, name, arguments) \
	check(device, #name, (device)->cu.name arguments)

/* Reports why the text was not compiled: with the log if it is the text's
 * fault.  */
static kcl_status refused(const struct kcl__cu_device *device,
                          nvrtcProgram program, nvrtcResult error)
{
	size_t size = 0;
	kcl_status status;
	char *log;

	if (error != COMPILATION && error != INVALID_OPTION)
		return check(device, "nvrtcCompileProgram", error);
	if (device->cu.nvrtcGetProgramLogSize(program, &size))
		size = 0;
	log = kcl__alloc(size + 1, 1);
	if (!log)
		return KCL_MEMORY;
	if (size > 0 && device->cu.nvrtcGetProgramLog(program, log))
		log[0] = 0;
	status = kcl__program_refused(&device->base, compiler_error(error),
	                              log);
	free(log);
	return status;
}

/* Machine code, or PTX where the device is newer than NVRTC knows and the
 * driver has to finish the work.  */
static kcl_status take_image(const struct kcl__cu_device *device,
                             nvrtcProgram program, struct kcl__binary *image)
{
	kcl_status status = device->exact
		? TRY(device, nvrtcGetCUBINSize, (program, &image->length))
		: TRY(device, nvrtcGetPTXSize, (program, &image->length));

	if (status)
		return status;
	image->bytes = kcl__alloc(image->length + 1, 1);
	if (!image->bytes)
		return KCL_MEMORY;
	return device->exact
		? TRY(device, nvrtcGetCUBIN, (program, image->bytes))
		: TRY(device, nvrtcGetPTX, (program, image->bytes));
}

static kcl_status compile(const struct kcl__cu_device *device,
                          const struct kcl__code *code,
                          struct kcl__binary *image)
{
	char text[160];
	const char *options[8];
	int count;
	nvrtcProgram program = NULL;
	nvrtcResult error;
	kcl_status status = TRY(device, nvrtcCreateProgram,
		(&program, code->source, "keops.cu", 0, NULL, NULL));

	if (status)
		return status;
	snprintf(text, sizeof text, "--gpu-architecture=%s_%d %s",
	         device->exact ? "sm" : "compute", device->arch,
	         code->options);
	count = (int)kcl__words(text, options, 8);
	error = device->cu.nvrtcCompileProgram(program, count, options);
	status = error ? refused(device, program, error)
		: take_image(device, program, image);
	device->cu.nvrtcDestroyProgram(&program);
	return status;
}

static kcl_status refuse_all(const struct kcl__cu_device *device)
{
	return kcl__fail(KCL_BUILD, "there is no compiler for %s: %s",
	                 device->base.facts.text[KCL_DEVICE_NAME],
	                 device->cu.lacks);
}

kcl_status kcl__cu_make(const struct kcl__device *base,
                        const struct kcl__code *code, const char *arch,
                        struct kcl__binary *made)
{
	struct kcl__cu_device device = {
		.base = *base, .exact = !strncmp(arch, "sm_", 3)
	};
	char *end;

	device.arch = (int)strtol(strchr(arch, '_') + 1, &end, 10);
	if (*end)
		return kcl__fail(KCL_ARGUMENT, "\"%s\" is none of NVIDIA's "
		                 "architectures", arch);
	if (!kcl__cu_arch(&device.cu, INT_MAX))
		return refuse_all(&device);
	return compile(&device, code, made);
}

/* ----- modules ---------------------------------------------------------- */

static void drop_module(const struct kcl__cu_device *device,
                        struct kcl__cu_program *built)
{
	if (built->module)
		device->cu.cuModuleUnload(built->module);
	built->module = NULL;
}

static kcl_status load(struct kcl__cu_device *device, const void *image,
                       struct kcl__cu_program *built)
{
	kcl_status status = KCL__CU_TRY(device, cuModuleLoadData,
	                                (&built->module, image));

	if (!status)
		status = KCL__CU_TRY(device, cuModuleGetFunction,
			(&built->function, built->module, "keops"));
	if (status)
		drop_module(device, built);
	return status;
}

/* Makes the compiler ready, if it is not yet.  */
static kcl_status prepare(struct kcl__cu_device *device)
{
	if (!device->arch)
		device->arch = kcl__cu_arch(&device->cu,
		                            device->place.compute);
	device->exact = device->arch == device->place.compute;
	device->base.no_compiler = !device->arch;
	return device->arch ? KCL_OK : refuse_all(device);
}

static kcl_status from_source(struct kcl__cu_device *device,
                              const struct kcl__code *code,
                              struct kcl__cache_entry *entry,
                              struct kcl__cu_program *built)
{
	struct kcl__binary image = { NULL, 0 };
	kcl_status status = prepare(device);

	if (!status)
		status = compile(device, code, &image);
	if (!status)
		status = load(device, image.bytes, built);
	if (!status)
		kcl__cache_store(entry, image.bytes, image.length);
	free(image.bytes);
	return status;
}

static kcl_status obtain(struct kcl__cu_device *device,
                         const struct kcl__code *code,
                         const struct kcl__sb *key,
                         struct kcl__cu_program *built)
{
	struct kcl__cache_entry entry;
	kcl_status status = KCL_OK;
	int found;

	if (code->made.bytes)
		return load(device, code->made.bytes, built);
	found = kcl__cache_enter(device->cache, key->text, key->length,
	                         &entry);
	if (!found || load(device, entry.bytes, built)) {
		if (found)
			kcl__cache_drop(&entry);
		if (!code->kept)
			status = from_source(device, code, &entry, built);
	}
	kcl__cache_leave(&entry);
	return status;
}

/* ----- programs --------------------------------------------------------- */

/* Machine code is for devices of its major version, PTX for all that came
 * later.  */
int kcl__cu_fits(const struct kcl__device *base, const char *target)
{
	int compute = ((const struct kcl__cu_device *)base)->place.compute;
	int arch;

	if (sscanf(target, "target:cubin:sm_%d", &arch) == 1)
		return arch / 10 == compute / 10 && arch <= compute;
	return sscanf(target, "target:ptx:compute_%d", &arch) == 1
		&& arch <= compute;
}

kcl_status kcl__cu_build(struct kcl__device *base,
                         const struct kcl__code *code,
                         struct kcl__program **program)
{
	struct kcl__cu_device *device = (struct kcl__cu_device *)base;
	struct kcl__cu_program *built;
	struct kcl__sb key = { 0 };
	kcl_status status = kcl__device_alive(base);

	*program = NULL;
	if (!status)
		status = kcl__cu_enter(device);
	if (status)
		return status;
	built = kcl__alloc(1, sizeof *built);
	status = built ? kcl__program_key(base, code, "", &key) : KCL_MEMORY;
	if (!status)
		status = obtain(device, code, &key, built);
	kcl__sb_free(&key);
	kcl__cu_leave(device);
	if (status || !built->module) {
		free(built);
		return status;
	}
	kcl__program_begin(&built->base, base, code);
	*program = &built->base;
	return KCL_OK;
}

void kcl__cu_unload(struct kcl__program *program)
{
	struct kcl__cu_program *built = (struct kcl__cu_program *)program;
	struct kcl__cu_device *device;

	if (!built)
		return;
	device = (struct kcl__cu_device *)program->device;
	if (kcl__cu_enter_to_free(device)) {
		drop_module(device, built);
		kcl__cu_leave(device);
	}
	free(built);
}
