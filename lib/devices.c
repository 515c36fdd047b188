/* devices.c - the public list of devices
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "mem.h"
#include "runtime/runtime.h"
#include <stdlib.h>

struct kcl_devices {
	struct kcl__facts_list list;
};

kcl_status kcl_devices_list(kcl_devices **devices)
{
	kcl_devices *found = kcl__alloc(1, sizeof *found);
	kcl_status status = found ? kcl__devices_list(&found->list)
		: KCL_MEMORY;

	*devices = NULL;
	if (status)
		free(found);
	else
		*devices = found;
	return status;
}

void kcl_devices_free(kcl_devices *devices)
{
	if (!devices)
		return;
	kcl__facts_list_free(&devices->list);
	free(devices);
}

size_t kcl_devices_count(const kcl_devices *devices)
{
	return devices ? devices->list.count : 0;
}

/* Device number I, if there is one and FIELD is a field.  */
static const struct kcl__facts *facts_of(const kcl_devices *devices, size_t i,
                                         kcl_device_field field)
{
	if (i >= kcl_devices_count(devices) || field < 0
	    || field >= KCL_DEVICE_FIELD_COUNT)
		return NULL;
	return &devices->list.facts[i];
}

const char *kcl_device_text(const kcl_devices *devices, size_t i,
                            kcl_device_field field)
{
	const struct kcl__facts *facts = facts_of(devices, i, field);

	return facts && facts->text[field] ? facts->text[field] : "";
}

int64_t kcl_device_number(const kcl_devices *devices, size_t i,
                          kcl_device_field field)
{
	const struct kcl__facts *facts = facts_of(devices, i, field);

	return facts ? facts->number[field] : 0;
}
