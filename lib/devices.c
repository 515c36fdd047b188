/* devices.c - the public list of devices
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "diag.h"
#include "mem.h"
#include "runtime/cache.h"
#include "runtime/wisdom.h"
#include <stdlib.h>

struct kcl_devices {
	struct kcl__facts_list list;
};

/* Has every device tell what wisdom there is for it.  */
static kcl_status add_wisdom(struct kcl__facts_list *list)
{
	struct kcl__cache *cache = kcl__cache_open();
	struct kcl__wisdom wisdom;
	kcl_status status = KCL_OK;

	for (size_t k = 0; k < list->count && !status; k++) {
		status = kcl__wisdom_read(cache, &list->facts[k], &wisdom);
		kcl__wisdom_free(&wisdom);
	}
	kcl__cache_close(cache);
	return status;
}

kcl_status kcl_devices_list(kcl_devices **devices)
{
	kcl_devices *found;
	kcl_status status;

	if (kcl__nowhere(devices, "the devices"))
		return KCL_ARGUMENT;
	*devices = NULL;
	found = kcl__alloc(1, sizeof *found);
	status = found ? kcl__devices_list(&found->list) : KCL_MEMORY;
	if (!status)
		status = add_wisdom(&found->list);
	if (status)
		kcl_devices_free(found);
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
