/* fakecuda.c - the test double: contexts, memory, launches
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "fakecuda.h"
#include "runtime/cuda.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define EXPORT __attribute__((visibility("default")))
#define CALL(name, parameters) EXPORT CUresult name parameters;
#include "runtime/cuda.fn"

enum {
	INVALID_VALUE = 1, INVALID_IMAGE = 200, INVALID_CONTEXT = 201,
	NOT_FOUND = 500, LAUNCH_FAILED = 719, PAGE = 4096, PENDING = 64
};

/* ----- contexts --------------------------------------------------------- */

struct CUctx_st {
	atomic_int retained;
	atomic_size_t used;     /* bytes */
};

static atomic_int broken;
static struct CUctx_st contexts[FAKE_DEVICES];
static _Thread_local CUcontext stack[8];
static _Thread_local int depth;

void fake_mend(void)
{
	broken = 0;
}

static CUcontext current(void)
{
	return depth ? stack[depth - 1] : NULL;
}

/* Counts a call that needs a context; the code it fails with.  A failure that
 * breaks the context is that of all calls to come.  */
static CUresult enter(const char *name)
{
	CUresult fault = armed_enter(name);

	if (fault >= 700 && fault < 720)
		broken = fault;
	return broken ? broken : fault ? fault
		: current() && current()->retained ? 0 : INVALID_CONTEXT;
}

#define ENTER(how) \
	CUresult fault = how(__func__); \
\
	if (fault) \
		return fault

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device)
{
	ENTER(armed_enter);
	*context = &contexts[device - 10];
	(*context)->retained++;
	armed_count(1);
	return 0;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
	int fault = armed_enter(__func__);

	contexts[device - 10].retained--;
	armed_count(-1);
	return fault;
}

CUresult cuCtxPushCurrent_v2(CUcontext context)
{
	ENTER(armed_enter);
	if (depth == 8)
		abort();
	stack[depth++] = context;
	armed_count(1);
	return 0;
}

CUresult cuCtxPopCurrent_v2(CUcontext *context)
{
	int fault = armed_enter(__func__);

	if (!depth)
		return INVALID_CONTEXT;
	*context = stack[--depth];
	armed_count(-1);
	return fault;
}

/* ----- memory ----------------------------------------------------------- */

/* Its head lies in a page of its own, then a page without access, the data,
 * which ends with a page, and another without access.  */
struct block {
	CUcontext owner;
	size_t bytes, mapped;
};

static size_t pages(size_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

static char *host_address(CUdeviceptr memory)
{
	return (char *)(uintptr_t)(memory - FAKE_BIAS);
}

static struct block *block_of(CUdeviceptr memory)
{
	uintptr_t page = (uintptr_t)host_address(memory) / PAGE * PAGE;

	return (struct block *)(page - 2 * PAGE);
}

CUresult cuMemGetInfo_v2(size_t *vacant, size_t *all)
{
	ENTER(enter);
	*all = (size_t)fake_setting("KEOPSCL_FAKE_MEMORY", 1 << 30);
	*vacant = *all - current()->used;
	return 0;
}

CUresult cuMemAlloc_v2(CUdeviceptr *memory, size_t bytes)
{
	size_t data = pages(bytes), mapped = data + 3 * PAGE;
	size_t told = (size_t)fake_setting("KEOPSCL_FAKE_MEMORY", 1 << 30);
	size_t limit = (size_t)fake_setting("KEOPSCL_FAKE_LIMIT",
	                                    (long long)told);
	struct block *block;
	char *at;

	ENTER(enter);
	if (bytes == 0)
		return INVALID_VALUE;
	if (bytes > limit || current()->used > limit - bytes)
		return CUDA_ERROR_OUT_OF_MEMORY;
	at = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
	          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return CUDA_ERROR_OUT_OF_MEMORY;
	block = (struct block *)(void *)at;
	*block = (struct block){ current(), bytes, mapped };
	mprotect(at + PAGE, PAGE, PROT_NONE);
	mprotect(at + 2 * PAGE + data, PAGE, PROT_NONE);
	memset(at + 2 * PAGE, 0xff, data);
	current()->used += bytes;
	*memory = (uintptr_t)(at + 2 * PAGE + data - (bytes + 15) / 16 * 16)
		+ FAKE_BIAS;
	armed_count(1);
	return 0;
}

CUresult cuMemFree_v2(CUdeviceptr memory)
{
	CUresult fault = enter(__func__);
	struct block *block = block_of(memory);

	block->owner->used -= block->bytes;
	munmap(block, block->mapped);
	armed_count(-1);
	return fault;
}

/* ----- streams ---------------------------------------------------------- */

struct CUstream_st {
	struct copy { void *to; const void *from; size_t bytes; } copy[PENDING];
	int pending;
	long done;              /* copies */
};

/* So many copies of a stream.  */
struct CUevent_st {
	CUstream stream;
	long copies;
};

CUresult cuStreamCreate(CUstream *stream, unsigned flags)
{
	ENTER(enter);
	(void)flags;
	*stream = calloc(1, sizeof **stream);
	armed_count(1);
	return 0;
}

CUresult cuStreamDestroy_v2(CUstream stream)
{
	CUresult fault = enter(__func__);

	free(stream);
	armed_count(-1);
	return fault;
}

/* Until so many COPIES are done, or all.  */
static void flush(CUstream stream, long copies)
{
	int k = 0;

	for (; k < stream->pending && stream->done < copies; k++) {
		memcpy(stream->copy[k].to, stream->copy[k].from,
		       stream->copy[k].bytes);
		stream->done++;
	}
	stream->pending -= k;
	memmove(stream->copy, stream->copy + k,
	        (size_t)stream->pending * sizeof *stream->copy);
}

static void add_copy(CUstream stream, void *to, const void *from,
                     size_t bytes)
{
	if (stream->pending == PENDING)
		flush(stream, LONG_MAX);
	stream->copy[stream->pending++] = (struct copy){ to, from, bytes };
}

CUresult cuStreamSynchronize(CUstream stream)
{
	CUresult fault = enter(__func__);

	if (fault)
		stream->pending = 0;
	flush(stream, LONG_MAX);
	return fault;
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes,
                              CUstream stream)
{
	ENTER(enter);
	if (fake_is_pinned(from))
		add_copy(stream, host_address(to), from, bytes);
	else if (bytes > block_of(to)->bytes)
		return INVALID_VALUE;
	else
		memcpy(host_address(to), from, bytes);
	return 0;
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes,
                              CUstream stream)
{
	ENTER(enter);
	if (bytes > block_of(from)->bytes)
		return INVALID_VALUE;
	add_copy(stream, to, host_address(from), bytes);
	return 0;
}

/* ----- events ----------------------------------------------------------- */

CUresult cuEventCreate(CUevent *event, unsigned flags)
{
	ENTER(enter);
	(void)flags;
	*event = calloc(1, sizeof **event);
	armed_count(1);
	return 0;
}

CUresult cuEventRecord(CUevent event, CUstream stream)
{
	ENTER(enter);
	*event = (struct CUevent_st){ stream, stream->done + stream->pending };
	return 0;
}

CUresult cuEventSynchronize(CUevent event)
{
	ENTER(enter);
	if (event->stream)
		flush(event->stream, event->copies);
	return 0;
}

CUresult cuEventDestroy_v2(CUevent event)
{
	CUresult fault = enter(__func__);

	free(event);
	armed_count(-1);
	return fault;
}

/* ----- modules and launches --------------------------------------------- */

struct CUmod_st {
	struct fake_kernel kernel;
};

/* What PTX is, the text, is compiled now.  */
static int load(struct fake_kernel *kernel, const char *image)
{
	size_t length = (size_t)atoll(image + 5);
	char *bytes, *log;
	int bad;

	if (!strncmp(image, "CUBIN", 5))
		return fake_load(kernel, image + 21, length);
	if (strncmp(image, "PTX  ", 5))
		return -1;
	bytes = fake_compile(image + 21, &length, &log);
	bad = !bytes || fake_load(kernel, bytes, length);
	free(bytes);
	free(log);
	return bad;
}

CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
	ENTER(enter);
	*module = calloc(1, sizeof **module);
	if (*module && !load(&(*module)->kernel, image)) {
		armed_count(1);
		return 0;
	}
	free(*module);
	*module = NULL;
	return INVALID_IMAGE;
}

CUresult cuModuleUnload(CUmodule module)
{
	CUresult fault = enter(__func__);

	dlclose(module->kernel.library);
	free(module);
	armed_count(-1);
	return fault;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module,
                             const char *name)
{
	ENTER(enter);
	*function = (CUfunction)(void *)&module->kernel;
	return strcmp(name, "keops") ? NOT_FOUND : 0;
}

CUresult cuLaunchKernel(CUfunction function, unsigned groups_x,
                        unsigned groups_y, unsigned groups_z, unsigned group_x,
                        unsigned group_y, unsigned group_z,
                        unsigned shared_bytes, CUstream stream,
                        void **parameters, void **extra)
{
	ENTER(enter);
	flush(stream, LONG_MAX);
	if (groups_x < 1 || groups_y * groups_z * group_y * group_z != 1
	    || group_x < 1 || group_x > 1024 || shared_bytes || extra)
		return INVALID_VALUE;
	if (!fake_run((const struct fake_kernel *)(void *)function, groups_x,
	              group_x, parameters))
		return 0;
	broken = LAUNCH_FAILED;
	return 0;
}
