/* faultlab.c - the OpenCL library that fails, loaded for a test
 * SPDX-License-Identifier: MIT */
#include "faultlab.h"
#include "keopscl.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct armed fault_armed;
static char device[64];

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
	char path[4096];

	armed_load(&fault_armed, "faultcl.so", path, sizeof path);
	setenv("KEOPSCL_LIBOPENCL", path, 1);
	fault_arm(NULL, 0, 0);
	choose_device();
}

void fault_end(void)
{
	fault_arm(NULL, 0, 0);
	ck_assert_int_eq(fault_live(), 0);
	unsetenv("KEOPSCL_FAULT_GPU");
	unsetenv("KEOPSCL_FAULT_THREADS");
	unsetenv("KEOPSCL_FAULT_WAVES");
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
