/* opencl_facts.c - which OpenCL devices there are, and what they are
 * SPDX-License-Identifier: MIT */
#include "runtime/opencl.h"
#include "cpu.h"
#include "diag.h"
#include "mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- what a driver says ----------------------------------------------- */

/* The text of LENGTH bytes without its white space at both ends.  */
static char *trimmed(const char *text, size_t length)
{
	const char *end = text + length;

	while (text < end && *text == ' ')
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == 0))
		end--;
	return kcl__copy(text, (size_t)(end - text));
}

/* One answer of a device, or of a platform if DEVICE is NULL.  */
static cl_int ask(const struct kcl__cl *cl, cl_device_id device,
                  cl_platform_id platform, cl_uint what, size_t room,
                  void *value, size_t *size)
{
	if (device)
		return cl->clGetDeviceInfo(device, what, room, value, size);
	return cl->clGetPlatformInfo(platform, what, room, value, size);
}

char *kcl__cl_text(const struct kcl__cl *cl, cl_device_id device,
                   cl_platform_id platform, cl_uint what, cl_int *code)
{
	size_t size = 0;
	char *raw, *text = NULL;

	*code = ask(cl, device, platform, what, 0, NULL, &size);
	if (*code)
		return NULL;
	raw = kcl__alloc(size + 1, 1);
	if (!raw)
		return NULL;
	*code = ask(cl, device, platform, what, size, raw, NULL);
	if (!*code)
		text = trimmed(raw, strlen(raw));
	free(raw);
	return text;
}

/* ----- places ----------------------------------------------------------- */

/* Appends the devices of platform P; one that has none, or does not say, is
 * passed over.  */
static int add_places(const struct kcl__cl *cl, cl_platform_id platform,
                      unsigned p, struct kcl__cl_place **places, size_t *count,
                      size_t *capacity)
{
	cl_uint n = 0;
	cl_device_id *devices;
	int failed = 0;

	if (cl->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &n)
	    || n == 0)
		return 0;
	devices = kcl__alloc(n, sizeof *devices);
	if (!devices
	    || kcl__grow(places, capacity, *count + n, sizeof **places))
		failed = -1;
	else if (cl->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, n, devices,
	                            NULL))
		n = 0;
	for (unsigned d = 0; d < n && !failed; d++)
		(*places)[(*count)++] = (struct kcl__cl_place){
			platform, devices[d], p, d
		};
	free(devices);
	return failed;
}

kcl_status kcl__cl_places(const struct kcl__cl *cl,
                          struct kcl__cl_place **places, size_t *count)
{
	cl_uint n = 0;
	size_t capacity = 0;
	cl_platform_id *platforms;
	int failed = 0;

	*places = NULL;
	*count = 0;
	if (cl->clGetPlatformIDs(0, NULL, &n) || n == 0)
		return KCL_OK;
	platforms = kcl__alloc(n, sizeof *platforms);
	if (!platforms)
		return KCL_MEMORY;
	if (cl->clGetPlatformIDs(n, platforms, NULL))
		n = 0;
	for (unsigned p = 0; p < n && !failed; p++)
		failed = add_places(cl, platforms[p], p, places, count,
		                    &capacity);
	free(platforms);
	if (!failed)
		return KCL_OK;
	free(*places);
	*places = NULL;
	return KCL_MEMORY;
}

/* ----- facts ------------------------------------------------------------ */

/* A device being asked; the first failure is kept.  */
struct inquiry {
	const struct kcl__cl *cl;
	const struct kcl__cl_place *place;
	struct kcl__facts *facts;
	struct kcl__device *device;     /* or NULL, not asked for */
	cl_int code;
	int no_memory;
};

static void ask_text(struct inquiry *q, kcl_device_field field,
                     cl_uint what, int of_platform)
{
	cl_int code;
	char *answer = kcl__cl_text(q->cl,
	                            of_platform ? NULL : q->place->device,
	                            q->place->platform, what, &code);

	if (!q->code)
		q->code = code;
	q->no_memory |= !answer && !code;
	q->facts->text[field] = answer;
}

static uint64_t ask_number(struct inquiry *q, cl_device_info what, size_t size)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;
	void *value = size == sizeof wide ? (void *)&wide : (void *)&narrow;
	cl_int code = q->cl->clGetDeviceInfo(q->place->device, what, size,
	                                     value, NULL);

	if (!q->code)
		q->code = code;
	return size == sizeof wide ? wide : narrow;
}

/* Whether LIST, words with blanks between, has WORD.  */
static int has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ' ')
		    && (at[length] == ' ' || at[length] == 0))
			return 1;
	return 0;
}

static int is_type(const struct inquiry *q, const char *type)
{
	const char *own = q->facts->text[KCL_DEVICE_TYPE];

	return own && !strcmp(own, type);
}

/* The smallest of its threads.  */
static int ask_threads(struct inquiry *q)
{
	size_t sizes[16], bytes = 0, least = 0;
	cl_int code = q->cl->clGetDeviceInfo(q->place->device,
		KCL__CL_DEVICE_SUB_GROUP_SIZES_INTEL, sizeof sizes, sizes,
		&bytes);

	if (!q->code)
		q->code = code;
	for (size_t k = 0; !code && k < bytes / sizeof *sizes; k++)
		if (!least || sizes[k] < least)
			least = sizes[k];
	return (int)least;
}

static void ask_extensions(struct inquiry *q, int64_t *number)
{
	cl_int code;
	char *list = kcl__cl_text(q->cl, q->place->device, NULL,
	                          CL_DEVICE_EXTENSIONS, &code);

	if (!q->code)
		q->code = code;
	q->no_memory |= !list && !code;
	number[KCL_DEVICE_FP64] = list && has_word(list, "cl_khr_fp64");
	number[KCL_DEVICE_FP16] = list && has_word(list, "cl_khr_fp16");
	if (q->device && list && is_type(q, "gpu")) {
		if (has_word(list, "cl_intel_required_subgroup_size"))
			q->device->narrow = ask_threads(q);
		if (has_word(list, "cl_amd_device_attribute_query"))
			q->device->wave = (int)ask_number(q,
				KCL__CL_DEVICE_WAVEFRONT_WIDTH_AMD,
				sizeof(cl_uint));
	}
	free(list);
}

/* The numbers that are asked for as they are.  */
static const struct {
	kcl_device_field field;
	cl_device_info what;
	size_t size;
} plain_numbers[] = {
	{ KCL_DEVICE_UNITS, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof(cl_uint) },
	{ KCL_DEVICE_MEMORY, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(cl_ulong) },
	{ KCL_DEVICE_MAX_BUFFER, CL_DEVICE_MAX_MEM_ALLOC_SIZE,
	  sizeof(cl_ulong) },
	{ KCL_DEVICE_LOCAL, CL_DEVICE_LOCAL_MEM_SIZE, sizeof(cl_ulong) },
	{ KCL_DEVICE_GROUP, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof(size_t) },
	{ KCL_DEVICE_CLOCK, CL_DEVICE_MAX_CLOCK_FREQUENCY, sizeof(cl_uint) },
	{ KCL_DEVICE_LANES32, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT,
	  sizeof(cl_uint) },
	{ KCL_DEVICE_LANES64, CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE,
	  sizeof(cl_uint) }
};

/* Intel's runtime for CPUs says that it has no fma(), whatever the processor
 * has, and its mad() is fused in one place and not in the next.  */
static int has_silent_fma(struct inquiry *q)
{
	const char *vendor = q->facts->text[KCL_DEVICE_VENDOR];

	return is_type(q, "cpu") && vendor
		&& !strncmp(vendor, "Intel", 5) && kcl__cpu_fma();
}

/* Whether the device has at least version WANTED of OpenCL, such as 102.  */
static int has_version(const struct inquiry *q, int wanted)
{
	const char *api = q->facts->text[KCL_DEVICE_API];
	int major, minor;

	return api && sscanf(api, "OpenCL %d.%d", &major, &minor) == 2
		&& 100 * major + minor >= wanted;
}

int kcl__cl_takes_spirv(const struct kcl__cl *cl,
                        const struct kcl__facts *facts)
{
	const char *languages = facts->text[KCL_DEVICE_IL];

	return cl->clCreateProgramWithIL && languages
		&& has_word(languages, "SPIR-V_1.2");
}

static void ask_numbers(struct inquiry *q)
{
	int64_t *number = q->facts->number;

	for (size_t i = 0; i < sizeof plain_numbers / sizeof *plain_numbers;
	     i++) {
		uint64_t n = ask_number(q, plain_numbers[i].what,
		                        plain_numbers[i].size);
		number[plain_numbers[i].field] =
			n > INT64_MAX ? INT64_MAX : (int64_t)n;
	}
	number[KCL_DEVICE_FMA] = (ask_number(q, CL_DEVICE_SINGLE_FP_CONFIG,
		sizeof(cl_device_fp_config)) & CL_FP_FMA) != 0
		|| has_silent_fma(q);
	ask_extensions(q, number);
	if (!number[KCL_DEVICE_FP64])
		number[KCL_DEVICE_LANES64] = 0;
}

static const char *type_name(uint64_t type)
{
	return type & CL_DEVICE_TYPE_GPU ? "gpu"
		: type & CL_DEVICE_TYPE_CPU ? "cpu" : "accelerator";
}

static int host_is_little(void)
{
	const uint16_t one = 1;
	unsigned char first;

	memcpy(&first, &one, 1);
	return first;
}

/* Why a device that answered cannot be used; "" if it can.  */
static const char *reason(struct inquiry *q)
{
	int available = (int)ask_number(q, CL_DEVICE_AVAILABLE,
	                                sizeof(cl_bool));
	int compiler = (int)ask_number(q, CL_DEVICE_COMPILER_AVAILABLE,
	                               sizeof(cl_bool));
	int little = (int)ask_number(q, CL_DEVICE_ENDIAN_LITTLE,
	                             sizeof(cl_bool));

	return !available ? "the driver says it is not available"
		: !compiler && !kcl__cl_takes_spirv(q->cl, q->facts)
		? "the driver has no compiler"
		: little != host_is_little()
		? "its byte order is not the host's"
		: !has_version(q, 102)
		? "its OpenCL is older than 1.2" : "";
}

static int judge(struct inquiry *q)
{
	const char *why = reason(q);
	char failed[96];

	if (q->code) {
		snprintf(failed, sizeof failed, "asking it failed with %s (%d)",
		         kcl__cl_error(q->code), (int)q->code);
		why = failed;
	}
	q->facts->number[KCL_DEVICE_USABLE] = !why[0];
	return kcl__facts_text(q->facts, KCL_DEVICE_REASON, why);
}

kcl_status kcl__cl_facts(const struct kcl__cl *cl,
                         const struct kcl__cl_place *place,
                         struct kcl__facts *facts,
                         struct kcl__device *device)
{
	struct inquiry q = { cl, place, facts, device, 0, 0 };
	char name[40];

	memset(facts, 0, sizeof *facts);
	snprintf(name, sizeof name, "opencl:%u:%u", place->p, place->d);
	ask_text(&q, KCL_DEVICE_TITLE, CL_DEVICE_NAME, 0);
	ask_text(&q, KCL_DEVICE_VENDOR, CL_DEVICE_VENDOR, 0);
	ask_text(&q, KCL_DEVICE_DRIVER, CL_DRIVER_VERSION, 0);
	ask_text(&q, KCL_DEVICE_API, CL_DEVICE_VERSION, 0);
	ask_text(&q, KCL_DEVICE_PLATFORM, CL_PLATFORM_NAME, 1);
	if (has_version(&q, 201))
		ask_text(&q, KCL_DEVICE_IL, KCL__CL_DEVICE_IL_VERSION, 0);
	q.no_memory |= kcl__facts_text(facts, KCL_DEVICE_NAME, name)
		|| kcl__facts_text(facts, KCL_DEVICE_TYPE, type_name(ask_number(
			&q, CL_DEVICE_TYPE, sizeof(cl_device_type))));
	ask_numbers(&q);
	if (q.no_memory || judge(&q)) {
		kcl__facts_free(facts);
		return KCL_MEMORY;
	}
	return KCL_OK;
}
