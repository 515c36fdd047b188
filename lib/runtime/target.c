/* target.c - devices that are not here, for which kernels are made
 * SPDX-License-Identifier: MIT */
#include "runtime/clang.h"
#include "runtime/cuda.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include "sb.h"
#include <stdlib.h>
#include <string.h>

static kcl_status make_text(const struct kcl__device *device,
                            const struct kcl__code *code, const char *arch,
                            struct kcl__binary *made)
{
	(void)device, (void)arch;
	made->length = strlen(code->source);
	made->bytes = kcl__copy(code->source, made->length);
	return made->bytes ? KCL_OK : KCL_MEMORY;
}

/* What of a device decides how its kernels look, at the least that any device
 * of the kind has; and who compiles them, for an architecture such as ARCH,
 * that begins with its letters, or for all.  */
static const struct target {
	const char *name, *title, *type;
	enum kcl__language language;
	int lanes32, lanes64, local_memory, group;
	kcl_status (*make)(const struct kcl__device *device,
	                   const struct kcl__code *code, const char *arch,
	                   struct kcl__binary *made);
	const char *arch;
} targets[] = {
#define GPU "gpu", KCL__OPENCL_C, 1, 1, 32768, 256
#define CPU "cpu", KCL__OPENCL_C, 16, 8, 32768, 256
#define NVIDIA "gpu", KCL__CUDA_C, 1, 1, 49152, 1024
	{ "opencl", "a GPU, from OpenCL C", GPU, make_text, NULL },
	{ "opencl-cpu", "a CPU, from OpenCL C", CPU, make_text, NULL },
	{ "spirv", "a GPU, from SPIR-V", GPU, kcl__spirv_make, NULL },
	{ "spirv-cpu", "a CPU, from SPIR-V", CPU, kcl__spirv_make, NULL },
	{ "cuda", "a GPU, from CUDA C", NVIDIA, make_text, NULL },
	{ "ptx", "a GPU, from PTX", NVIDIA, kcl__cu_make, "compute_75" },
	{ "cubin", "NVIDIA's GPU", NVIDIA, kcl__cu_make, "sm_80" },
	{ "amdgcn", "AMD's GPU", GPU, kcl__amdgcn_make, "gfx90a" },
};

enum { TARGETS = sizeof targets / sizeof *targets };

struct device {
	struct kcl__device base;
	const struct target *target;
	const char *arch;               /* in its name */
};

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

	for (const struct target *t = targets; t < targets + TARGETS; t++)
		kcl__sb_printf(&names, "%s%s%s%s%s", t > targets ? ", " : "",
		               prefix, t->name, t->arch ? ":" : "",
		               t->arch ? t->arch : "");
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

/* Where the architecture begins in NAME, if that is one of T; else NULL.  */
static const char *arch_of(const char *name, const struct target *t)
{
	size_t length = strlen(t->name), letters, n;

	if (strncmp(name, prefix, sizeof prefix - 1))
		return NULL;
	name += sizeof prefix - 1;
	if (strncmp(name, t->name, length))
		return NULL;
	name += length;
	if (!t->arch || *name != ':')
		return !t->arch && !*name ? name : NULL;
	letters = strcspn(t->arch, "0123456789");
	n = strspn(++name, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return !strncmp(name, t->arch, letters) && !name[n] && n > letters
		&& n < 24 ? name : NULL;
}

static kcl_status open_device(const char *name, struct kcl__cache *cache,
                              struct kcl__device **opened)
{
	const struct target *t = targets;
	struct device *device;

	(void)cache;            /* what is made is not for here */
	*opened = NULL;
	while (t < targets + TARGETS && !arch_of(name, t))
		t++;
	if (t == targets + TARGETS)
		return unknown(name);
	device = kcl__alloc(1, sizeof *device);
	if (!device)
		return KCL_MEMORY;
	device->base.backend = &kcl__target;
	device->base.language = t->language;
	device->base.process = kcl__os_process();
	device->target = t;
	if (set_facts(&device->base.facts, t, name)) {
		close_device(&device->base);
		return KCL_MEMORY;
	}
	device->arch = arch_of(device->base.facts.text[KCL_DEVICE_NAME], t);
	if (t->make == kcl__amdgcn_make)
		device->base.wave = strncmp(device->arch, "gfx1", 4) ? 64 : 32;
	*opened = &device->base;
	return KCL_OK;
}

static void unload(struct kcl__program *program)
{
	if (program)
		free(program->made.bytes);
	free(program);
}

static kcl_status build(struct kcl__device *base, const struct kcl__code *code,
                        struct kcl__program **program)
{
	const struct device *device = (const struct device *)base;
	struct kcl__program *built = kcl__alloc(1, sizeof *built);
	kcl_status status;

	*program = NULL;
	if (!built)
		return KCL_MEMORY;
	kcl__program_begin(built, base, code);
	status = device->target->make(base, code, device->arch, &built->made);
	if (status)
		unload(built);
	else
		*program = built;
	return status;
}

const struct kcl__backend kcl__target = {
	.name = "target", .list = list, .open = open_device,
	.close = close_device, .build = build, .unload = unload
};
