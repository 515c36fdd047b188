/* faultlab.c - the OpenCL library that fails, loaded for a test
 * SPDX-License-Identifier: MIT */
#include "faultlab.h"
#include "keopscl.h"
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static faultcl_arm_function *arm;
static faultcl_calls_function *calls;
static faultcl_live_function *live;
static faultcl_failed_function *failed;
static char device[64];

static void find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	ck_assert_msg(symbol != NULL, "%s is not in faultcl", name);
	memcpy(function, &symbol, sizeof symbol);
}

static void choose_device(void)
{
	kcl_devices *list;

	ck_assert_int_eq(kcl_devices_list(&list), KCL_OK);
	for (size_t i = kcl_devices_count(list); i-- > 0;)
		if (!strncmp(kcl_device_text(list, i, KCL_DEVICE_NAME),
		             "opencl", 6)
		    && kcl_device_number(list, i, KCL_DEVICE_USABLE))
			snprintf(device, sizeof device, "%s",
			         kcl_device_text(list, i, KCL_DEVICE_NAME));
	kcl_devices_free(list);
}

void fault_begin(void)
{
	const char *top = getenv("top_builddir");
	char path[4096];
	void *library;

	snprintf(path, sizeof path, "%s/tests/.libs/faultcl.so",
	         top ? top : ".");
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	find(library, "faultcl_arm", &arm);
	find(library, "faultcl_calls", &calls);
	find(library, "faultcl_live", &live);
	find(library, "faultcl_failed", &failed);
	setenv("KEOPSCL_LIBOPENCL", path, 1);
	arm(NULL, 0, 0);
	choose_device();
}

void fault_end(void)
{
	arm(NULL, 0, 0);
	ck_assert_int_eq(live(), 0);
	unsetenv("KEOPSCL_FAULT_GPU");
	unsetenv("KEOPSCL_FAULT_THREADS");
	unsetenv("KEOPSCL_FAULT_IDLE");
	unsetenv("KEOPSCL_FAULT_IL");
	unsetenv("KEOPSCL_FAULT_COMPILER");
	unsetenv("KEOPSCL_IR");
	unsetenv("KEOPSCL_FAULT_BINARY");
	unsetenv("KEOPSCL_FAULT_MEMORY");
	unsetenv("KEOPSCL_LIBOPENCL");
}

const char *fault_device(void)
{
	return device;
}

void fault_arm(const char *name, long call, int code)
{
	arm(name, call, code);
}

long fault_calls(const char *name)
{
	return calls(name);
}

long fault_live(void)
{
	return live();
}

const char *fault_failed(void)
{
	return failed();
}
