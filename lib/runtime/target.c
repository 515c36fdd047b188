/* target.c - devices that are not here, for which kernels are made
 * SPDX-License-Identifier: MIT */
#include "runtime/runtime.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include "sb.h"
#include <stdlib.h>
#include <string.h>

/* What of a device decides how its kernels look, at the least that any device
 * of the kind has.  */
static const struct target {
	const char *name, *title, *type;
	enum kcl__language language;
	int lanes32, lanes64, local_memory, group;
} targets[] = {
	{ "opencl", "any GPU of OpenCL", "gpu", KCL__OPENCL_C,
	  1, 1, 32768, 256 },
	{ "opencl-cpu", "any CPU of OpenCL", "cpu", KCL__OPENCL_C,
	  16, 8, 32768, 256 },
	{ "cuda", "any GPU of CUDA", "gpu", KCL__CUDA_C, 1, 1, 49152, 1024 },
};

enum { TARGETS = sizeof targets / sizeof *targets };

static const char prefix[] = "target:";

static kcl_status list(struct kcl__facts_list *all)
{
	(void)all;              /* none is here */
	return KCL_OK;
}

static void close_device(struct kcl__device *device)
{
	if (!device)
		return;
	kcl__facts_free(&device->facts);
	free(device);
}

static kcl_status unknown(const char *name)
{
	struct kcl__sb names = { 0 };
	kcl_status status = KCL_MEMORY;

	for (int k = 0; k < TARGETS; k++)
		kcl__sb_printf(&names, "%s%s%s", k ? ", " : "", prefix,
		               targets[k].name);
	if (!names.failed)
		status = kcl__fail(KCL_ARGUMENT, "there is no \"%.80s\"; there "
		                   "are %s", name, names.text);
	kcl__sb_free(&names);
	return status;
}

static kcl_status set_facts(struct kcl__facts *facts, const struct target *t,
                            const char *name)
{
	int64_t *number = facts->number;

	number[KCL_DEVICE_LOCAL] = t->local_memory;
	number[KCL_DEVICE_GROUP] = t->group;
	number[KCL_DEVICE_LANES32] = t->lanes32;
	number[KCL_DEVICE_LANES64] = t->lanes64;
	number[KCL_DEVICE_FP64] = number[KCL_DEVICE_FMA] = 1;
	return kcl__facts_text(facts, KCL_DEVICE_NAME, name)
		|| kcl__facts_text(facts, KCL_DEVICE_TYPE, t->type)
		|| kcl__facts_text(facts, KCL_DEVICE_TITLE, t->title)
		|| kcl__facts_text(facts, KCL_DEVICE_REASON, "it is not here")
		? KCL_MEMORY : KCL_OK;
}

static kcl_status open_device(const char *name, struct kcl__cache *cache,
                              struct kcl__device **opened)
{
	const struct target *t = NULL;
	struct kcl__device *device;

	(void)cache;            /* what is made is not for here */
	*opened = NULL;
	for (int k = 0; k < TARGETS; k++)
		if (!strncmp(name, prefix, sizeof prefix - 1)
		    && !strcmp(name + sizeof prefix - 1, targets[k].name))
			t = &targets[k];
	if (!t)
		return unknown(name);
	device = kcl__alloc(1, sizeof *device);
	if (!device)
		return KCL_MEMORY;
	device->backend = &kcl__target;
	device->language = t->language;
	device->process = kcl__os_process();
	if (set_facts(&device->facts, t, name)) {
		close_device(device);
		return KCL_MEMORY;
	}
	*opened = device;
	return KCL_OK;
}

static kcl_status build(struct kcl__device *device,
                        const struct kcl__code *code,
                        struct kcl__program **program)
{
	(void)code;
	*program = NULL;
	return kcl__fail(KCL_UNSUPPORTED, "kernels are made for %s, but not "
	                 "compiled or run: it is not a device",
	                 device->facts.text[KCL_DEVICE_NAME]);
}

static void unload(struct kcl__program *program)
{
	free(program);
}

const struct kcl__backend kcl__target = {
	.name = "target", .list = list, .open = open_device,
	.close = close_device, .build = build, .unload = unload
};
