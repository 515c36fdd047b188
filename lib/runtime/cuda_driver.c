/* cuda_driver.c - NVIDIA's driver and compiler, and what they say
 * SPDX-License-Identifier: MIT */
#include "runtime/cuda.h"
#include "diag.h"
#include "os.h"
#include <stdio.h>
#include <string.h>

/* ----- errors ----------------------------------------------------------- */

static const char *error_name(const struct kcl__cu *cu, CUresult code)
{
	const char *name = NULL;

	return cu->cuGetErrorName(code, &name) || !name
		? "an error of the driver's own" : name;
}

/* After these every call fails until the process ends: bad accesses, traps,
 * a launch that took too long, memory that is defect.  */
static int is_sticky(CUresult code)
{
	static const CUresult sticky[] = {
		4, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719
	};

	for (size_t i = 0; i < sizeof sticky / sizeof *sticky; i++)
		if (sticky[i] == code)
			return 1;
	return 0;
}

kcl_status kcl__cu_check(struct kcl__cu_device *device, const char *call,
                         CUresult code)
{
	char *const *text = device->base.facts.text;

	if (!code)
		return KCL_OK;
	if (is_sticky(code))
		device->dead = code;
	return kcl__fail(code == CUDA_ERROR_OUT_OF_MEMORY ? KCL_MEMORY
	                 : KCL_DRIVER, "%s failed with %s (%d) on %s (%s)%s",
	                 call, error_name(&device->cu, code), code,
	                 text[KCL_DEVICE_NAME], text[KCL_DEVICE_TITLE],
	                 device->dead ? "; no more can be done there in this "
	                 "process" : "");
}

/* ----- libraries -------------------------------------------------------- */

static const char *const driver_names[] = {
#define LIBRARY(name) name,
#include "runtime/cuda.fn"
	NULL
};

static const char *const compiler_names[] = {
#define LIBRARY(name) name,
#include "runtime/nvrtc.fn"
	NULL
};

static int load_driver(struct kcl__cu *cu)
{
	const char *file = kcl__os_getenv("KEOPSCL_LIBCUDA");
	const char *const files[] = { file, NULL };
	void *library = kcl__os_library(file ? files : driver_names);
	int all = library != NULL;

#define CALL(name, parameters) \
	all = all && kcl__os_symbol(library, #name, &cu->name);
#include "runtime/cuda.fn"
	return all;
}

/* Takes NVRTC from FILE; 0 if it is not there.  */
static int load_compiler(struct kcl__cu *cu, const char *file)
{
	const char *const files[] = { file, NULL };
	void *library = kcl__os_library(files);
	int all = library != NULL, major = 0, minor = 0;

#define CALL(name, parameters) \
	all = all && kcl__os_symbol(library, #name, &cu->name);
#include "runtime/nvrtc.fn"
	if (!all || cu->nvrtcVersion(&major, &minor)
	    || cu->nvrtcGetNumSupportedArchs(&cu->archs) || cu->archs < 1
	    || cu->archs > (int)(sizeof cu->arch / sizeof *cu->arch)
	    || cu->nvrtcGetSupportedArchs(cu->arch))
		return 0;
	cu->compiler = 1000 * major + 10 * minor;
	return 1;
}

/* The first NVRTC whose binaries the driver takes, as it does those of its own
 * major version and of older ones.  */
static void find_compiler(struct kcl__cu *cu)
{
	const char *file = kcl__os_getenv("KEOPSCL_LIBNVRTC");
	const char *const files[] = { file, NULL };
	int newest = cu->version ? cu->version / 1000 : 13, newer = 0;

	for (const char *const *f = file ? files : compiler_names; *f; f++) {
		if (!load_compiler(cu, *f))
			continue;
		if (cu->compiler / 1000 <= newest)
			return;
		newer = cu->compiler;
		cu->compiler = 0;
	}
	if (newer)
		snprintf(cu->lacks, sizeof cu->lacks, "NVRTC %d.%d is newer "
		         "than the driver, which has CUDA %d.%d: install "
		         "libnvrtc.so.%d, or name it in KEOPSCL_LIBNVRTC",
		         newer / 1000, newer % 1000 / 10, newest,
		         cu->version % 1000 / 10, newest);
	else
		snprintf(cu->lacks, sizeof cu->lacks, "NVRTC, which compiles "
		         "kernels, is not there: install libnvrtc.so.%d, or an "
		         "older one from 11.2 on, or name it in "
		         "KEOPSCL_LIBNVRTC", newest);
}

int kcl__cu_load(struct kcl__cu *cu)
{
	const char *call = "cuInit";
	CUresult code;

	memset(cu, 0, sizeof *cu);
	if (!load_driver(cu))
		return 0;
	code = cu->cuInit(0);
	if (!code) {
		call = "cuDriverGetVersion";
		code = cu->cuDriverGetVersion(&cu->version);
	}
	if (!code) {
		call = "cuDeviceGetCount";
		code = cu->cuDeviceGetCount(&cu->devices);
	}
	if (code) {
		cu->devices = 0;
		snprintf(cu->why, sizeof cu->why, "%s failed with %s (%d)",
		         call, error_name(cu, code), code);
	} else if (cu->devices < 1)
		snprintf(cu->why, sizeof cu->why, "the driver has no device");
	return 1;
}

/* ----- architectures ---------------------------------------------------- */

int kcl__cu_arch(struct kcl__cu *cu, int compute)
{
	int best = 0;

	if (!cu->compiler)
		find_compiler(cu);
	if (!cu->compiler)
		return 0;
	for (int k = 0; k < cu->archs; k++)
		if (cu->arch[k] <= compute && cu->arch[k] > best)
			best = cu->arch[k];
	if (!best)
		snprintf(cu->lacks, sizeof cu->lacks, "its compute capability "
		         "%d.%d is older than NVRTC %d.%d compiles for, %d.%d: "
		         "name an older NVRTC in KEOPSCL_LIBNVRTC",
		         compute / 10, compute % 10, cu->compiler / 1000,
		         cu->compiler % 1000 / 10, cu->arch[0] / 10,
		         cu->arch[0] % 10);
	return best;
}

/* ----- facts ------------------------------------------------------------ */

static const struct {
	kcl_device_field field;
	int attribute;
} attributes[] = {
	{ KCL_DEVICE_CLOCK, CU_DEVICE_ATTRIBUTE_CLOCK_RATE },
	{ KCL_DEVICE_UNITS, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT },
	{ KCL_DEVICE_LOCAL, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK },
	{ KCL_DEVICE_GROUP, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK }
};

/* An attribute of PLACE, while no question failed.  */
static int ask_attribute(const struct kcl__cu *cu, CUdevice device,
                         int attribute, CUresult *code)
{
	int value = 0;

	if (!*code)
		*code = cu->cuDeviceGetAttribute(&value, attribute, device);
	return value;
}

/* The first code that is not 0 of what PLACE is asked for.  */
static CUresult ask(const struct kcl__cu *cu, struct kcl__cu_place *place,
                    char *title, int room, int64_t *number)
{
	CUdevice device = place->device;
	size_t memory = 0;
	CUresult code = cu->cuDeviceGetName(title, room, device);

	if (!code)
		code = cu->cuDeviceTotalMem_v2(&memory, device);
	number[KCL_DEVICE_MEMORY] = (int64_t)memory;
	number[KCL_DEVICE_MAX_BUFFER] = (int64_t)memory;
	for (size_t k = 0; k < sizeof attributes / sizeof *attributes; k++)
		number[attributes[k].field] = ask_attribute(cu, device,
			attributes[k].attribute, &code);
	number[KCL_DEVICE_CLOCK] /= 1000;
	place->compute = 10 * ask_attribute(cu, device,
		CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, &code);
	place->compute += ask_attribute(cu, device,
		CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, &code);
	number[KCL_DEVICE_LANES32] = number[KCL_DEVICE_LANES64] = 1;
	number[KCL_DEVICE_FP64] = number[KCL_DEVICE_FMA] = 1;
	number[KCL_DEVICE_FP16] = place->compute >= 53;
	return code;
}

/* The texts; 0 or -1 with KCL_MEMORY set.  */
static int put_texts(const struct kcl__cu *cu, int n, int compute,
                     const char *title, const char *why,
                     struct kcl__facts *facts)
{
	char name[24], driver[32], api[80];

	snprintf(name, sizeof name, "cuda:%d", n);
	snprintf(driver, sizeof driver, "CUDA %d.%d", cu->version / 1000,
	         cu->version % 1000 / 10);
	snprintf(api, sizeof api, "compute capability %d.%d", compute / 10,
	         compute % 10);
	facts->number[KCL_DEVICE_USABLE] = !why[0];
	return kcl__facts_text(facts, KCL_DEVICE_NAME, name)
		|| kcl__facts_text(facts, KCL_DEVICE_TYPE, "gpu")
		|| kcl__facts_text(facts, KCL_DEVICE_TITLE,
		                   title[0] ? title : "NVIDIA's driver")
		|| kcl__facts_text(facts, KCL_DEVICE_VENDOR, "NVIDIA")
		|| kcl__facts_text(facts, KCL_DEVICE_PLATFORM, "CUDA")
		|| kcl__facts_text(facts, KCL_DEVICE_DRIVER, driver)
		|| kcl__facts_text(facts, KCL_DEVICE_API, api)
		|| kcl__facts_text(facts, KCL_DEVICE_REASON, why) ? -1 : 0;
}

kcl_status kcl__cu_facts(const struct kcl__cu *cu, int n,
                         struct kcl__cu_place *place, struct kcl__facts *facts)
{
	char title[200] = "", why[200] = "";
	CUresult code = 0;

	memset(facts, 0, sizeof *facts);
	*place = (struct kcl__cu_place){ -1, 0 };
	if (cu->devices)
		code = cu->cuDeviceGet(&place->device, n);
	if (cu->devices && !code)
		code = ask(cu, place, title, sizeof title, facts->number);
	if (code)
		snprintf(why, sizeof why, "asking it failed with %s (%d)",
		         error_name(cu, code), code);
	else
		snprintf(why, sizeof why, "%s", cu->why);
	if (!put_texts(cu, n, place->compute, title, why, facts))
		return KCL_OK;
	kcl__facts_free(facts);
	return KCL_MEMORY;
}

kcl_status kcl__cu_tell_compiler(struct kcl__cu *cu,
                                 const struct kcl__cu_place *place,
                                 struct kcl__facts *facts)
{
	char text[280];

	if (!facts->number[KCL_DEVICE_USABLE])
		return KCL_OK;
	if (kcl__cu_arch(cu, place->compute))
		snprintf(text, sizeof text, "NVRTC %d.%d", cu->compiler / 1000,
		         cu->compiler % 1000 / 10);
	else
		snprintf(text, sizeof text, KCL__NO_COMPILER "%s", cu->lacks);
	return kcl__facts_text(facts, KCL_DEVICE_COMPILER, text) ? KCL_MEMORY
		: KCL_OK;
}
