/* fakedriver.c - the test double: what the driver and devices say
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "fakecuda.h"
#include "runtime/cuda.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define CALL(name, parameters) EXPORT CUresult name parameters;
#include "runtime/cuda.fn"

enum { INVALID_VALUE = 1, INVALID_DEVICE = 101 };

const char *const armed_names[] = {
#define CALL(name, parameters) #name,
#include "runtime/cuda.fn"
#define CALL(name, parameters) #name,
#include "runtime/nvrtc.fn"
	NULL
};

void armed_ready(void)
{
	fake_mend();
}

/* ----- the driver and its devices --------------------------------------- */

long long fake_setting(const char *name, long long otherwise)
{
	const char *text = getenv(name);

	return text ? atoll(text) : otherwise;
}

#define ENTER() \
	int fault = armed_enter(__func__); \
\
	if (fault) \
		return fault

CUresult cuGetErrorName(CUresult code, const char **name)
{
	static const struct { CUresult code; const char *name; } known[] = {
		{ 1, "CUDA_ERROR_INVALID_VALUE" },
		{ 2, "CUDA_ERROR_OUT_OF_MEMORY" },
		{ 34, "CUDA_ERROR_STUB_LIBRARY" },
		{ 100, "CUDA_ERROR_NO_DEVICE" },
		{ 700, "CUDA_ERROR_ILLEGAL_ADDRESS" },
		{ 719, "CUDA_ERROR_LAUNCH_FAILED" }
	};

	*name = NULL;
	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (known[k].code == code)
			*name = known[k].name;
	return *name ? 0 : INVALID_VALUE;
}

CUresult cuInit(unsigned flags)
{
	ENTER();
	return flags ? INVALID_VALUE
		: (int)fake_setting("KEOPSCL_FAKE_INIT", 0);
}

CUresult cuDriverGetVersion(int *version)
{
	ENTER();
	*version = (int)fake_setting("KEOPSCL_FAKE_CUDA", 13000);
	return 0;
}

CUresult cuDeviceGetCount(int *count)
{
	ENTER();
	*count = FAKE_DEVICES;
	return 0;
}

/* A device's handle is not its number.  */
CUresult cuDeviceGet(CUdevice *device, int n)
{
	ENTER();
	*device = 10 + n;
	return n >= 0 && n < FAKE_DEVICES ? 0 : INVALID_DEVICE;
}

CUresult cuDeviceGetName(char *name, int room, CUdevice device)
{
	ENTER();
	snprintf(name, (size_t)room, "test double %d", device - 10);
	return 0;
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
	ENTER();
	(void)device;
	*bytes = (size_t)fake_setting("KEOPSCL_FAKE_MEMORY", 1 << 30);
	return 0;
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device)
{
	int arch = (int)fake_setting("KEOPSCL_FAKE_ARCH", 80);
	const int values[][2] = {
		{ CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024 },
		{ CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK,
		  FAKE_SHARED },
		{ CU_DEVICE_ATTRIBUTE_CLOCK_RATE, 1410000 },
		{ CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 2 },
		{ CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, arch / 10 },
		{ CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, arch % 10 }
	};

	ENTER();
	(void)device;
	for (size_t k = 0; k < sizeof values / sizeof *values; k++)
		if (values[k][0] == attribute) {
			*value = values[k][1];
			return 0;
		}
	return INVALID_VALUE;
}
