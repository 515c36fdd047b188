/* faultcl.c - an OpenCL library that fails on demand
 * SPDX-License-Identifier: MIT */
#include "faultcl.h"
#include "runtime/opencl.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum call {
#define CALL(name, parameters, arguments) CALL_##name,
#define MAKE(type, name, parameters, arguments) CALL_##name,
#include "runtime/opencl.fn"
	CALL_COUNT
};

static const char *const call_names[] = {
#define CALL(name, parameters, arguments) #name,
#define MAKE(type, name, parameters, arguments) #name,
#include "runtime/opencl.fn"
};

static struct kcl__cl honest, real;     /* the library, and with our lies */
static atomic_long calls[CALL_COUNT], all_calls, live, failing_call;
static atomic_int failing_code;
static _Atomic(const char *) failing_name, failed;

/* ----- lies ------------------------------------------------------------- */

static cl_int CL_API_CALL device_info(cl_device_id device, cl_device_info what,
                                      size_t room, void *value, size_t *size)
{
	const char *memory = getenv("KEOPSCL_FAULT_MEMORY");
	cl_int error = honest.clGetDeviceInfo(device, what, room, value, size);

	if (error || !value)
		return error;
	if (what == CL_DEVICE_TYPE && getenv("KEOPSCL_FAULT_GPU"))
		*(cl_device_type *)value = CL_DEVICE_TYPE_GPU;
	if (memory && (what == CL_DEVICE_GLOBAL_MEM_SIZE
	               || what == CL_DEVICE_MAX_MEM_ALLOC_SIZE))
		*(cl_ulong *)value = strtoull(memory, NULL, 10);
	return error;
}

/* A binary of PoCL's without its program.  */
static cl_int CL_API_CALL program_info(cl_program program, cl_program_info what,
                                       size_t room, void *value, size_t *size)
{
	static const char binary[16] = "poclbin\0/program";

	if (!value || !getenv("KEOPSCL_FAULT_BINARY"))
		return honest.clGetProgramInfo(program, what, room, value,
		                               size);
	if (what == CL_PROGRAM_BINARY_SIZES)
		*(size_t *)value = sizeof binary;
	if (what == CL_PROGRAM_BINARIES)
		memcpy(*(unsigned char **)value, binary, sizeof binary);
	return CL_SUCCESS;
}

/* Computes nothing and says nothing.  */
static cl_int CL_API_CALL launch(cl_command_queue queue, cl_kernel kernel,
                                 cl_uint dim, const size_t *offset,
                                 const size_t *global, const size_t *local,
                                 cl_uint count, const cl_event *events,
                                 cl_event *event)
{
	return getenv("KEOPSCL_FAULT_IDLE") ? CL_SUCCESS
		: honest.clEnqueueNDRangeKernel(queue, kernel, dim, offset,
			global, local, count, events, event);
}

/* ----- the real library ------------------------------------------------- */

static void find(void *library, const char *name, void *function)
{
	void *symbol = library ? dlsym(library, name) : NULL;

	memcpy(function, &symbol, sizeof symbol);
}

static void load(void)
{
	void *library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
	const char *call = getenv("KEOPSCL_FAULT_CALL");
	const char *code = getenv("KEOPSCL_FAULT_CODE");

#define CALL(name, parameters, arguments) find(library, #name, &real.name);
#define MAKE(type, name, parameters, arguments) \
	find(library, #name, &real.name);
#include "runtime/opencl.fn"
	honest = real;
	real.clGetDeviceInfo = device_info;
	real.clGetProgramInfo = program_info;
	real.clEnqueueNDRangeKernel = launch;
	failing_call = call ? atol(call) : 0;
	failing_code = code ? atoi(code) : CL_OUT_OF_RESOURCES;
}

/* Counts a call; the code it is to fail with, or 0.  */
static cl_int enter(enum call call)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	const char *name = call_names[call];
	long of_name, of_all;

	pthread_once(&once, load);
	of_name = ++calls[call];
	of_all = ++all_calls;
	if (failing_name ? strcmp(failing_name, name)
	    || of_name != failing_call : of_all != failing_call)
		return 0;
	failed = name;
	return failing_code;
}

/* Functions that let go of something, or wait, do so even when they fail: the
 * failure is in what they say.  */
static int does_it_anyway(const char *name)
{
	return !strncmp(name, "clRelease", 9) || !strcmp(name, "clFinish")
		|| !strcmp(name, "clEnqueueUnmapMemObject");
}

static int lets_go(const char *name)
{
	return does_it_anyway(name) && strcmp(name, "clFinish");
}

/* ----- the functions ---------------------------------------------------- */

#define CALL(name, parameters, arguments) \
EXPORT cl_int CL_API_CALL name parameters \
{ \
	cl_int fault = enter(CALL_##name), error; \
\
	if (fault && !does_it_anyway(#name)) \
		return fault; \
	error = real.name arguments; \
	if (lets_go(#name) && !error) \
		live--; \
	return fault ? fault : error; \
}
#define MAKE(type, name, parameters, arguments) \
EXPORT type CL_API_CALL name parameters \
{ \
	cl_int fault = enter(CALL_##name); \
	type made; \
\
	if (fault) { \
		*error = fault; \
		return NULL; \
	} \
	made = real.name arguments; \
	if (made) \
		live++; \
	return made; \
}
#include "runtime/opencl.fn"

/* ----- what tests ask --------------------------------------------------- */

EXPORT faultcl_arm_function faultcl_arm;
EXPORT faultcl_calls_function faultcl_calls;
EXPORT faultcl_live_function faultcl_live;
EXPORT faultcl_failed_function faultcl_failed;

void faultcl_arm(const char *name, long call, int code)
{
	enter(CALL_clGetPlatformIDs);
	for (int i = 0; i < CALL_COUNT; i++)
		calls[i] = 0;
	all_calls = 0;
	failed = NULL;
	failing_name = name;
	failing_code = code;
	failing_call = call;
}

long faultcl_calls(const char *name)
{
	for (int i = 0; name && i < CALL_COUNT; i++)
		if (!strcmp(call_names[i], name))
			return calls[i];
	return name ? 0 : all_calls;
}

long faultcl_live(void)
{
	return live;
}

const char *faultcl_failed(void)
{
	return failed;
}
