/* opencl_part.c - equal parts of a device, each as a device
 * SPDX-License-Identifier: MIT */
#include "runtime/opencl.h"
#include "diag.h"
#include <stdio.h>
#include <string.h>

enum { PARTS = 64 };            /* of a device, at most */

/* Reads "/N:K", as it must be written; 0 if it is not.  */
static int read_part(const char *text, unsigned *n, unsigned *k)
{
	char written[16];

	if (sscanf(text, "/%3u:%3u", n, k) < 2)
		return 0;
	snprintf(written, sizeof written, "/%u:%u", *n, *k);
	return !strcmp(written, text) && *n >= 2 && *n <= PARTS && *k < *n;
}

/* PoCL's threads crash when they are done with a device that was released, so
 * its parts are not: each that was opened takes a little of its memory.  */
static void release(const struct kcl__cl_device *device, cl_device_id part)
{
	if (part && !device->pocl)
		device->cl.clReleaseDevice(part);
}

/* Drivers that make no parts, as Mesa's, may lack the function for it.  */
static kcl_status check_parts(const struct kcl__cl_device *device,
                              const char *name, unsigned n)
{
	cl_uint most = 0;
	cl_int error = device->cl.clGetDeviceInfo(device->place.device,
		CL_DEVICE_PARTITION_MAX_SUB_DEVICES, sizeof most, &most, NULL);

	if (error)
		return kcl__cl_fail(device, "clGetDeviceInfo", error);
	return n <= most ? KCL_OK
		: kcl__fail(KCL_UNSUPPORTED, "device \"%s\": its driver makes "
		            "%s parts", name, most ? "fewer" : "no");
}

/* Makes DEVICE part K of N.  */
static kcl_status take_part(struct kcl__cl_device *device, unsigned n,
                            unsigned k, int64_t units)
{
	cl_device_partition_property list[PARTS + 3] = {
		CL_DEVICE_PARTITION_BY_COUNTS
	};
	cl_device_id part[PARTS] = { NULL };
	cl_int error;

	for (unsigned i = 1; i <= n; i++)
		list[i] = (cl_device_partition_property)units;
	error = device->cl.clCreateSubDevices(device->place.device, list, n,
	                                      part, NULL);
	if (error)
		return kcl__cl_fail(device, "clCreateSubDevices", error);
	for (unsigned i = 0; i < n; i++)
		if (i != k)
			release(device, part[i]);
	device->part = device->place.device = part[k];
	return KCL_OK;
}

kcl_status kcl__cl_part(struct kcl__cl_device *device, const char *name)
{
	struct kcl__facts *facts = &device->base.facts;
	int64_t *units = &facts->number[KCL_DEVICE_UNITS];
	const char *text = strchr(name, '/');
	unsigned n, k;
	kcl_status status;

	if (!text)
		return KCL_OK;
	if (!read_part(text, &n, &k))
		return kcl__fail(KCL_ARGUMENT, "device \"%.60s\": expected "
		                 "such as \"%s/2:0\" and \"%s/2:1\", the "
		                 "halves; at most %d parts", name,
		                 facts->text[KCL_DEVICE_NAME],
		                 facts->text[KCL_DEVICE_NAME], PARTS);
	if (n > *units)
		return kcl__fail(KCL_ARGUMENT, "device \"%s\": it has %d "
		                 "compute units, too few for %u parts", name,
		                 (int)*units, n);
	status = check_parts(device, name, n);
	if (!status)
		status = take_part(device, n, k, *units / n);
	if (status)
		return status;
	*units /= n;
	return kcl__facts_text(facts, KCL_DEVICE_NAME, name) ? KCL_MEMORY
		: KCL_OK;
}

void kcl__cl_part_release(struct kcl__cl_device *device)
{
	release(device, device->part);
}
