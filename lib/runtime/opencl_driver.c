/* opencl_driver.c - the OpenCL library and its error codes
 * SPDX-License-Identifier: MIT */
#include "runtime/opencl.h"
#include "diag.h"
#include "os.h"

static const char *const library_names[] = {
#define LIBRARY(name) name,
#include "runtime/opencl.fn"
	NULL
};

static void *open_library(void)
{
	const char *file = kcl__os_getenv("KEOPSCL_LIBOPENCL");
	const char *const files[] = { file, NULL };

	return kcl__os_library(file ? files : library_names);
}

/* A library that was used stays loaded: drivers have threads that would be
 * left without code.  */
int kcl__cl_load(struct kcl__cl *cl)
{
	void *library = open_library();
	int all = library != NULL;

	if (!library)
		return 0;
#define CALL(name, parameters, arguments) \
	all = all && kcl__os_symbol(library, #name, &cl->name);
#define MAKE(type, name, parameters, arguments) \
	all = all && kcl__os_symbol(library, #name, &cl->name);
#define LATER(type, name, parameters, arguments) \
	kcl__os_symbol(library, #name, &cl->name);
#include "runtime/opencl.fn"
	if (!all)
		kcl__os_library_close(library);
	return all;
}

static const struct {
	cl_int code;
	const char *name;
} errors[] = {
#define E(name) { name, #name }
	E(CL_DEVICE_NOT_FOUND), E(CL_DEVICE_NOT_AVAILABLE),
	E(CL_COMPILER_NOT_AVAILABLE), E(CL_MEM_OBJECT_ALLOCATION_FAILURE),
	E(CL_OUT_OF_RESOURCES), E(CL_OUT_OF_HOST_MEMORY),
	E(CL_PROFILING_INFO_NOT_AVAILABLE), E(CL_MEM_COPY_OVERLAP),
	E(CL_IMAGE_FORMAT_MISMATCH), E(CL_IMAGE_FORMAT_NOT_SUPPORTED),
	E(CL_BUILD_PROGRAM_FAILURE), E(CL_MAP_FAILURE),
	E(CL_MISALIGNED_SUB_BUFFER_OFFSET),
	E(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
	E(CL_COMPILE_PROGRAM_FAILURE), E(CL_LINKER_NOT_AVAILABLE),
	E(CL_LINK_PROGRAM_FAILURE), E(CL_DEVICE_PARTITION_FAILED),
	E(CL_KERNEL_ARG_INFO_NOT_AVAILABLE), E(CL_INVALID_VALUE),
	E(CL_INVALID_DEVICE_TYPE), E(CL_INVALID_PLATFORM),
	E(CL_INVALID_DEVICE), E(CL_INVALID_CONTEXT),
	E(CL_INVALID_QUEUE_PROPERTIES), E(CL_INVALID_COMMAND_QUEUE),
	E(CL_INVALID_HOST_PTR), E(CL_INVALID_MEM_OBJECT),
	E(CL_INVALID_BINARY), E(CL_INVALID_BUILD_OPTIONS),
	E(CL_INVALID_PROGRAM), E(CL_INVALID_PROGRAM_EXECUTABLE),
	E(CL_INVALID_KERNEL_NAME), E(CL_INVALID_KERNEL_DEFINITION),
	E(CL_INVALID_KERNEL), E(CL_INVALID_ARG_INDEX),
	E(CL_INVALID_ARG_VALUE), E(CL_INVALID_ARG_SIZE),
	E(CL_INVALID_KERNEL_ARGS), E(CL_INVALID_WORK_DIMENSION),
	E(CL_INVALID_WORK_GROUP_SIZE), E(CL_INVALID_WORK_ITEM_SIZE),
	E(CL_INVALID_GLOBAL_OFFSET), E(CL_INVALID_EVENT_WAIT_LIST),
	E(CL_INVALID_EVENT), E(CL_INVALID_OPERATION),
	E(CL_INVALID_BUFFER_SIZE), E(CL_INVALID_GLOBAL_WORK_SIZE),
	E(CL_INVALID_PROPERTY), E(CL_INVALID_COMPILER_OPTIONS),
	E(CL_INVALID_LINKER_OPTIONS), E(CL_INVALID_DEVICE_PARTITION_COUNT),
#undef E
	{ -1001, "CL_PLATFORM_NOT_FOUND_KHR" }
};

const char *kcl__cl_error(cl_int code)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].code == code)
			return errors[i].name;
	return "an error of the driver's own";
}

static int wants_memory(cl_int code)
{
	return code == CL_MEM_OBJECT_ALLOCATION_FAILURE
		|| code == CL_OUT_OF_RESOURCES
		|| code == CL_OUT_OF_HOST_MEMORY;
}

kcl_status kcl__cl_fail(const struct kcl__cl_device *device, const char *call,
                        cl_int code)
{
	return kcl__fail(wants_memory(code) ? KCL_MEMORY : KCL_DRIVER,
	                 "%s failed with %s (%d) on %s (%s)", call,
	                 kcl__cl_error(code), (int)code,
	                 device->base.facts.text[KCL_DEVICE_NAME],
	                 device->base.facts.text[KCL_DEVICE_TITLE]);
}
