/* health.c - whether the devices compute, and what to do if not
 * SPDX-License-Identifier: MIT */
#include "health.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_host(const kcl_devices *devices, size_t i)
{
	return !strcmp(kcl_device_text(devices, i, KCL_DEVICE_TYPE), "host");
}

/* 1 if the device computes rightly.  */
static int check(const kcl_devices *devices, size_t i)
{
	const char *name = kcl_device_text(devices, i, KCL_DEVICE_NAME);
	const char *title = kcl_device_text(devices, i, KCL_DEVICE_TITLE);
	kcl_context *context;

	if (!kcl_device_number(devices, i, KCL_DEVICE_USABLE)) {
		printf("%s: not usable (%s): %s\n", name, title,
		       kcl_device_text(devices, i, KCL_DEVICE_REASON));
		puts("advice: update its driver; until then it is left out");
		return 0;
	}
	if (!kcl_context_open(name, &context)) {
		printf("%s: good (%s)\n", name, title);
		kcl_context_close(context);
		return 1;
	}
	printf("%s: bad (%s): %s\n", name, title, kcl_message());
	puts(is_host(devices, i)
	     ? "advice: the host needs no driver: please report this"
	     : "advice: update its driver; until then choose another device "
	       "with KEOPSCL_DEVICE");
	return 0;
}

static void advise_drivers(void)
{
	puts("advice: no driver offers a device, so that work is done on the "
	     "host, slowly;\n"
	     "        on Debian install pocl-opencl-icd for the CPU, or for a "
	     "GPU intel-opencl-icd,\n"
	     "        mesa-opencl-icd (AMD), or NVIDIA's driver and libnvrtc");
}

/* A driver that is there is listed, with the reason if it is of no use.  */
static void say_if_no_cuda(const kcl_devices *devices)
{
	for (size_t i = 0; i < kcl_devices_count(devices); i++)
		if (!strncmp(kcl_device_text(devices, i, KCL_DEVICE_NAME),
		             "cuda:", 5))
			return;
	puts("cuda: no driver of NVIDIA's (libcuda.so.1) is there");
}

int health_check(const kcl_devices *devices)
{
	int good = 0, drivers = 0;

	setenv("KEOPSCL_CACHE", "0", 1);        /* what was found good before */
	for (size_t i = 0; i < kcl_devices_count(devices); i++) {
		int is_good = check(devices, i);

		fflush(stdout);         /* before the next may crash */
		if (is_host(devices, i))
			continue;
		good += is_good;
		drivers++;
	}
	say_if_no_cuda(devices);
	if (drivers == 0)
		advise_drivers();
	return good ? 0 : 1;
}
