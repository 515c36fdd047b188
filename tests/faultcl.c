/* faultcl.c - an OpenCL library that fails on demand
 * SPDX-License-Identifier: MIT
 *
 * A shared object to be named in $KEOPSCL_LIBOPENCL.  It has the functions of
 * opencl.fn, hands them on to the system's libOpenCL.so.1, counts, and fails
 * where it is told to (armed.h).  Buffers that lie at the host's and are
 * CL_MEM_READ_ONLY it never makes.  By the environment:
 *   KEOPSCL_FAULT_CALL=N   the N-th call fails, from 1
 *   KEOPSCL_FAULT_CODE=C   with this code (-5)
 *   KEOPSCL_FAULT_GPU=1    every device says it is a GPU, so that arrays are
 *                          copied and kernels are made as for one
 *   KEOPSCL_FAULT_THREADS=1
 *                          and that it is Intel's, with threads of 8 and more
 *   KEOPSCL_FAULT_WAVES=1  or AMD's, with waves of 64
 *   KEOPSCL_FAULT_MEMORY=B and that it has B bytes
 *   KEOPSCL_FAULT_IDLE=1   launches do nothing, as with a bad compiler
 *   KEOPSCL_FAULT_BINARY=1 binaries are of PoCL, without a program
 *   KEOPSCL_FAULT_COMPILER=1
 *                          the device has no compiler
 *   KEOPSCL_FAULT_IL=1     it takes SPIR-V 1.2, which llvm-spirv-15 turns back
 *                          to what PoCL takes  */
#include "armed.h"
#include "os.h"
#include "runtime/opencl.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

const char *const armed_names[] = {
#define CALL(name, parameters, arguments) #name,
#define MAKE(type, name, parameters, arguments) #name,
#include "runtime/opencl.fn"
	NULL
};

static struct kcl__cl honest, real;     /* the library, and with our lies */

/* ----- lies ------------------------------------------------------------- */

static const char languages[] = "SPIR-V_1.0 SPIR-V_1.2 ";
static const char extensions[] = "cl_khr_fp64 cl_intel_required_subgroup_size";
static const char amd[] = "cl_khr_fp64 cl_amd_device_attribute_query";
static const cl_uint wave = 64;
static const size_t threads[] = { 16, 8, 32 };

/* An answer of SIZE bytes.  */
static cl_int say(const void *answer, size_t bytes, void *value, size_t *size)
{
	if (size)
		*size = bytes;
	if (value)
		memcpy(value, answer, bytes);
	return CL_SUCCESS;
}

static cl_int CL_API_CALL device_info(cl_device_id device, cl_device_info what,
                                      size_t room, void *value, size_t *size)
{
	const char *memory = getenv("KEOPSCL_FAULT_MEMORY");
	cl_int error;

	if (what == KCL__CL_DEVICE_IL_VERSION && getenv("KEOPSCL_FAULT_IL"))
		return say(languages, sizeof languages, value, size);
	if (what == CL_DEVICE_EXTENSIONS && getenv("KEOPSCL_FAULT_THREADS"))
		return say(extensions, sizeof extensions, value, size);
	if (what == CL_DEVICE_EXTENSIONS && getenv("KEOPSCL_FAULT_WAVES"))
		return say(amd, sizeof amd, value, size);
	if (what == KCL__CL_DEVICE_WAVEFRONT_WIDTH_AMD
	    && getenv("KEOPSCL_FAULT_WAVES"))
		return say(&wave, sizeof wave, value, size);
	if (what == KCL__CL_DEVICE_SUB_GROUP_SIZES_INTEL
	    && getenv("KEOPSCL_FAULT_THREADS"))
		return say(threads, sizeof threads, value, size);
	error = honest.clGetDeviceInfo(device, what, room, value, size);
	if (error || !value)
		return error;
	if (what == CL_DEVICE_COMPILER_AVAILABLE
	    && getenv("KEOPSCL_FAULT_COMPILER"))
		*(cl_bool *)value = CL_FALSE;
	if ((what == CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT
	     || what == CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE)
	    && getenv("KEOPSCL_FAULT_NARROW"))
		*(cl_uint *)value = 4;
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

/* The device of the last context.  */
static _Atomic(cl_device_id) used;

static cl_context CL_API_CALL make_context(const cl_context_properties *list,
	cl_uint count, const cl_device_id *devices,
	void (CL_CALLBACK *notice)(const char *, const void *, size_t, void *),
	void *user, cl_int *error)
{
	used = *devices;
	return honest.clCreateContext(list, count, devices, notice, user,
	                              error);
}

/* PoCL 3.1 takes LLVM's code, into which SPIR-V can be turned back.  */
static cl_program CL_API_CALL from_il(cl_context context, const void *bytes,
                                      size_t length, cl_int *error)
{
	static const char *const argv[] = { "llvm-spirv-15", "-r", "-o", "-",
		"/dev/stdin", NULL };
	struct kcl__os_run run = { .input = bytes, .input_length = length,
		.limit = 60 };
	cl_device_id device = used;
	cl_program program = NULL;

	if (!getenv("KEOPSCL_FAULT_IL"))
		return honest.clCreateProgramWithIL(context, bytes, length,
		                                    error);
	*error = CL_INVALID_VALUE;
	if (kcl__os_run(argv, &run) == 0)
		program = honest.clCreateProgramWithBinary(context, 1, &device,
			&run.length, (const unsigned char **)&run.output, NULL,
			error);
	free(run.output);
	free(run.log);
	return program;
}

static cl_program CL_API_CALL from_source(cl_context context, cl_uint count,
                                          const char **texts,
                                          const size_t *lengths,
                                          cl_int *error)
{
	if (!getenv("KEOPSCL_FAULT_COMPILER"))
		return honest.clCreateProgramWithSource(context, count, texts,
		                                        lengths, error);
	*error = CL_COMPILER_NOT_AVAILABLE;
	return NULL;
}

/* Intel's runtime copies such buffers, of gigabytes too: none are made.  */
static cl_mem CL_API_CALL make_buffer(cl_context context, cl_mem_flags flags,
                                      size_t bytes, void *host, cl_int *error)
{
	if (!(flags & CL_MEM_USE_HOST_PTR) || !(flags & CL_MEM_READ_ONLY))
		return honest.clCreateBuffer(context, flags, bytes, host,
		                             error);
	*error = CL_INVALID_VALUE;
	return NULL;
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
	real.clCreateContext = make_context;
	real.clCreateBuffer = make_buffer;
	real.clCreateProgramWithIL = from_il;
	real.clCreateProgramWithSource = from_source;
	armed_set(NULL, call ? atol(call) : 0,
	          code ? atoi(code) : CL_OUT_OF_RESOURCES);
}

void armed_ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
}

static cl_int enter(const char *name)
{
	armed_ready();
	return armed_enter(name);
}

/* Functions that let go of something, or wait, do so even when they fail: the
 * failure is in what they say.  */
static int does_it_anyway(const char *name)
{
	return !strncmp(name, "clRelease", 9) || !strcmp(name, "clFinish");
}

static int lets_go(const char *name)
{
	return does_it_anyway(name) && strcmp(name, "clFinish")
		&& strcmp(name, "clReleaseDevice");
}

/* ----- the functions ---------------------------------------------------- */

#define CALL(name, parameters, arguments) \
EXPORT cl_int CL_API_CALL name parameters \
{ \
	cl_int fault = enter(#name), error; \
\
	if (fault && !does_it_anyway(#name)) \
		return fault; \
	error = real.name arguments; \
	if (lets_go(#name) && !error) \
		armed_count(-1); \
	return fault ? fault : error; \
}
#define MAKE(type, name, parameters, arguments) \
EXPORT type CL_API_CALL name parameters \
{ \
	cl_int fault = enter(#name); \
	type made; \
\
	if (fault) { \
		*error = fault; \
		return NULL; \
	} \
	made = real.name arguments; \
	if (made) \
		armed_count(1); \
	return made; \
}
#include "runtime/opencl.fn"
