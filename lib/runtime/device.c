/* device.c - the table of backends; finding and opening devices
 * SPDX-License-Identifier: MIT */
#include "runtime/runtime.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include "sb.h"
#include <stdlib.h>
#include <string.h>

enum { LOG_SHOWN = 1500 };      /* bytes of the compiler's log in a message */

const struct kcl__backend *const kcl__backends[] = {
	&kcl__cuda, &kcl__opencl, &kcl__host, &kcl__target, NULL
};

/* Names that stand for the first usable device of some types, in order.  */
static const struct choice {
	const char *name;
	const char *types[5];
} choices[] = {
	{ "auto", { "gpu", "accelerator", "cpu", "host", NULL } },
	{ "gpu", { "gpu", NULL } },
	{ "cpu", { "cpu", NULL } }
};

/* ----- facts ------------------------------------------------------------ */

int kcl__facts_text(struct kcl__facts *facts, kcl_device_field field,
                    const char *text)
{
	char *copy = kcl__copy(text, strlen(text));

	if (!copy)
		return -1;
	free(facts->text[field]);
	facts->text[field] = copy;
	return 0;
}

void kcl__facts_free(struct kcl__facts *facts)
{
	for (int i = 0; i < KCL_DEVICE_FIELD_COUNT; i++)
		free(facts->text[i]);
	memset(facts, 0, sizeof *facts);
}

void kcl__facts_list_free(struct kcl__facts_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kcl__facts_free(&list->facts[i]);
	free(list->facts);
	memset(list, 0, sizeof *list);
}

kcl_status kcl__devices_list(struct kcl__facts_list *list)
{
	kcl_status status = KCL_OK;

	memset(list, 0, sizeof *list);
	for (size_t i = 0; kcl__backends[i] && !status; i++)
		status = kcl__backends[i]->list(list);
	if (status)
		kcl__facts_list_free(list);
	return status;
}

static const struct kcl__facts *find(const struct kcl__facts_list *list,
                                     const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->facts[i].text[KCL_DEVICE_NAME], name))
			return &list->facts[i];
	return NULL;
}

/* ----- processes -------------------------------------------------------- */

int kcl__device_inherited(const struct kcl__device *device)
{
	return device->process != kcl__os_process();
}

kcl_status kcl__device_alive(const struct kcl__device *device)
{
	if (!kcl__device_inherited(device))
		return KCL_OK;
	return kcl__fail(KCL_FORKED, "the context of %s belongs to process "
	                 "%ld, which forked this one: fork first, then open "
	                 "a context", device->facts.text[KCL_DEVICE_NAME],
	                 device->process);
}

/* ----- programs --------------------------------------------------------- */

static void put_field(struct kcl__sb *key, const char *text)
{
	uint64_t length = text ? strlen(text) : 0;

	kcl__sb_put(key, (const char *)&length, sizeof length);
	kcl__sb_put(key, text ? text : "", length);
}

kcl_status kcl__program_key(const struct kcl__device *device,
                            const struct kcl__code *code, const char *more,
                            struct kcl__sb *key)
{
	char *const *fact = device->facts.text;

	put_field(key, KCL__VERSION);
	put_field(key, code->source);
	put_field(key, code->options);
	put_field(key, fact[KCL_DEVICE_PLATFORM]);
	put_field(key, more);
	put_field(key, fact[KCL_DEVICE_TITLE]);
	put_field(key, fact[KCL_DEVICE_VENDOR]);
	put_field(key, fact[KCL_DEVICE_API]);
	put_field(key, fact[KCL_DEVICE_DRIVER]);
	if (device->spirv)
		put_field(key, "SPIR-V");
	if (code->made.bytes)
		kcl__sb_put(key, code->made.bytes, code->made.length);
	return key->failed ? KCL_MEMORY : KCL_OK;
}

void kcl__program_begin(struct kcl__program *program,
                        struct kcl__device *device,
                        const struct kcl__code *code)
{
	program->device = device;
	program->group = code->group;
	program->item_rows = code->item_rows;
	program->columns = code->columns;
}

size_t kcl__words(char *text, const char **word, size_t most)
{
	size_t n = 0;

	while (text && n < most) {
		word[n++] = text;
		text = strchr(text, ' ');
		if (text)
			*text++ = 0;
	}
	return n;
}

kcl_status kcl__program_refused(const struct kcl__device *device,
                                const char *error, const char *log)
{
	size_t length = strlen(log);

	if (length > LOG_SHOWN)
		length = LOG_SHOWN;
	while (length > 0 && strchr("\r\n ", log[length - 1]))
		length--;
	return kcl__fail(KCL_BUILD, "the compiler of %s (%s) refused the "
	                 "kernel with %s:\n%.*s",
	                 device->facts.text[KCL_DEVICE_NAME],
	                 device->facts.text[KCL_DEVICE_TITLE], error,
	                 (int)length, log);
}

/* ----- opening ---------------------------------------------------------- */

/* "opencl:0:0 (pthread-haswell-AMD EPYC), host" */
static void put_present(struct kcl__sb *sb, const struct kcl__facts_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		char *const *text = list->facts[i].text;

		kcl__sb_printf(sb, "%s%s", i ? ", " : "",
		               text[KCL_DEVICE_NAME]);
		if (!list->facts[i].number[KCL_DEVICE_USABLE])
			kcl__sb_printf(sb, " (%s, not usable: %s)",
			               text[KCL_DEVICE_TITLE]
			               ? text[KCL_DEVICE_TITLE] : "no name",
			               text[KCL_DEVICE_REASON]);
		else if (strcmp(text[KCL_DEVICE_TYPE], "host"))
			kcl__sb_printf(sb, " (%s)", text[KCL_DEVICE_TITLE]);
	}
}

static kcl_status not_there(const char *name,
                            const struct kcl__facts_list *list)
{
	struct kcl__sb present = { 0 };
	kcl_status status = KCL_MEMORY;

	put_present(&present, list);
	if (!present.failed)
		status = kcl__fail(KCL_DEVICE, "device \"%s\" is not there; "
		                   "present: %s", name, present.text);
	kcl__sb_free(&present);
	return status;
}

/* The backend whose name is the first word of NAME; NULL if there is none. */
static const struct kcl__backend *backend_of(const char *name)
{
	size_t length = strcspn(name, ":");

	for (size_t i = 0; kcl__backends[i]; i++)
		if (strlen(kcl__backends[i]->name) == length
		    && !strncmp(kcl__backends[i]->name, name, length))
			return kcl__backends[i];
	return NULL;
}

/* Opens the device of that full name.  A device that is listed but cannot be
 * opened has its own message; any other name gets the list.  */
static kcl_status open_named(const char *name, struct kcl__cache *cache,
                             struct kcl__device **device)
{
	const struct kcl__backend *backend = backend_of(name);
	struct kcl__facts_list list;
	kcl_status status = backend ? backend->open(name, cache, device)
		: KCL_DEVICE;

	if (status != KCL_DEVICE)
		return status;
	status = kcl__devices_list(&list);
	if (status)
		return status;
	status = find(&list, name) ? KCL_DEVICE : not_there(name, &list);
	kcl__facts_list_free(&list);
	return status;
}

static int has_compiler(const struct kcl__facts *facts)
{
	const char *compiler = facts->text[KCL_DEVICE_COMPILER];

	return !compiler || strncmp(compiler, KCL__NO_COMPILER,
	                            strlen(KCL__NO_COMPILER));
}

/* Opens the first device of the list that has TYPE, and a compiler where it is
 * to COMPILE, and can be opened; STATUS stays where there is none.  */
static kcl_status open_type(const struct kcl__facts_list *list,
                            const char *type, int compile,
                            struct kcl__cache *cache,
                            struct kcl__device **device, kcl_status status)
{
	for (size_t i = 0; i < list->count && !*device; i++) {
		const struct kcl__facts *facts = &list->facts[i];

		if (facts->number[KCL_DEVICE_USABLE]
		    && has_compiler(facts) >= compile
		    && !strcmp(facts->text[KCL_DEVICE_TYPE], type))
			status = open_named(facts->text[KCL_DEVICE_NAME],
			                    cache, device);
	}
	return status;
}

static kcl_status open_choice(const struct choice *choice,
                              struct kcl__cache *cache,
                              struct kcl__device **device)
{
	struct kcl__facts_list list;
	kcl_status status = kcl__devices_list(&list);

	if (status)
		return status;
	status = not_there(choice->name, &list);
	for (int compile = 1; compile >= 0 && !*device; compile--)
		for (size_t i = 0; choice->types[i] && !*device; i++)
			status = open_type(&list, choice->types[i], compile,
			                   cache, device, status);
	kcl__facts_list_free(&list);
	return status;
}

kcl_status kcl__device_open(const char *name, struct kcl__cache *cache,
                            struct kcl__device **device)
{
	*device = NULL;
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		if (!strcmp(choices[i].name, name))
			return open_choice(&choices[i], cache, device);
	return open_named(name, cache, device);
}
