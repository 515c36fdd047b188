/* host.c - the machine itself as a device, without any driver
 * SPDX-License-Identifier: MIT */
#include "runtime/runtime.h"
#include "cpu.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHUNKS = 8,             /* of a launch, for each core */
	ALONE = 16384           /* pairs that one thread does sooner */
};

#define PAUSE 0.05              /* seconds of a launch between questions */

struct host_program {
	struct kcl__program base;
	struct kcl__host_code code;
};

/* ----- devices ---------------------------------------------------------- */

static kcl_status learn_facts(struct kcl__facts *facts)
{
	uint64_t memory = kcl__os_memory();
	int64_t *number = facts->number;

	memset(facts, 0, sizeof *facts);
	number[KCL_DEVICE_USABLE] = 1;
	number[KCL_DEVICE_UNITS] = kcl__os_cores();
	number[KCL_DEVICE_MEMORY] = (int64_t)memory;
	number[KCL_DEVICE_MAX_BUFFER] = memory ? (int64_t)memory : INT64_MAX;
	number[KCL_DEVICE_GROUP] = 1;
	number[KCL_DEVICE_LANES32] = kcl__cpu_vector() / 4;
	number[KCL_DEVICE_LANES64] = kcl__cpu_vector() / 8;
	number[KCL_DEVICE_FP64] = 1;
	number[KCL_DEVICE_FMA] = kcl__cpu_fma();
	if (!kcl__facts_text(facts, KCL_DEVICE_NAME, "host")
	    && !kcl__facts_text(facts, KCL_DEVICE_TYPE, "host")
	    && !kcl__facts_text(facts, KCL_DEVICE_TITLE, "built-in evaluator")
	    && !kcl__facts_text(facts, KCL_DEVICE_DRIVER, KCL__VERSION))
		return KCL_OK;
	kcl__facts_free(facts);
	return KCL_MEMORY;
}

static kcl_status list(struct kcl__facts_list *all)
{
	kcl_status status;

	if (kcl__grow(&all->facts, &all->capacity, all->count + 1,
	              sizeof *all->facts))
		return KCL_MEMORY;
	status = learn_facts(&all->facts[all->count]);
	all->count += !status;
	return status;
}

static void close_device(struct kcl__device *device)
{
	if (!device)
		return;
	kcl__facts_free(&device->facts);
	free(device);
}

static kcl_status open_device(const char *name, struct kcl__cache *cache,
                              struct kcl__device **opened)
{
	struct kcl__device *device;

	(void)cache;            /* nothing is compiled */
	*opened = NULL;
	if (strcmp(name, "host"))
		return kcl__fail(KCL_DEVICE, "device \"%s\" is not there",
		                 name);
	device = kcl__alloc(1, sizeof *device);
	if (!device)
		return KCL_MEMORY;
	device->backend = &kcl__host;
	device->budget = SIZE_MAX;
	device->in_place = 1;
	device->process = kcl__os_process();
	if (learn_facts(&device->facts)) {
		free(device);
		return KCL_MEMORY;
	}
	*opened = device;
	return KCL_OK;
}

/* ----- programs and buffers --------------------------------------------- */

static kcl_status build(struct kcl__device *device,
                        const struct kcl__code *code,
                        struct kcl__program **program)
{
	struct host_program *built;
	kcl_status status = kcl__device_alive(device);

	*program = NULL;
	if (status)
		return status;
	built = kcl__alloc(1, sizeof *built);
	if (!built)
		return KCL_MEMORY;
	kcl__program_begin(&built->base, device, code);
	built->base.group = 1;
	built->code = code->host;
	*program = &built->base;
	return KCL_OK;
}

static void unload(struct kcl__program *program)
{
	free(program);
}

static kcl_status make_buffer(struct kcl__device *device,
                              enum kcl__access access, void *host,
                              size_t bytes, struct kcl__buffer *buffer)
{
	void *memory = access == KCL__SCRATCH ? kcl__alloc(bytes, 1) : host;

	if (memory)
		*buffer = (struct kcl__buffer){ device, host, bytes,
			{ memory } };
	return memory ? KCL_OK : KCL_MEMORY;
}

static kcl_status fetch(const struct kcl__buffer *buffer)
{
	(void)buffer;
	return KCL_OK;
}

static void release(struct kcl__buffer *buffer)
{
	if (!buffer->host)
		free(buffer->memory.pointer);
}

/* ----- launches --------------------------------------------------------- */

/* A launch under way: threads take chunks of rows until there are none.  */
struct crew {
	const struct kcl__host_code *code;
	void *arrays[KCL__BUFFERS];
	const struct kcl__job *job;
	int64_t chunk;          /* rows */
	_Atomic int64_t next;   /* the first row nobody has taken */
	atomic_int working, failed;
	kcl_status status;      /* of the first failure, and its message, */
	char message[512];      /* which else would stay in its thread */
};

static void note_failure(struct crew *crew, kcl_status status)
{
	if (atomic_exchange(&crew->failed, 1))
		return;
	crew->status = status;
	snprintf(crew->message, sizeof crew->message, "%s", kcl_message());
}

struct member {
	struct crew *crew;
	int first;              /* its thread is the caller's */
	double asked;           /* when it last was */
};

/* Whether to go on.  Only the caller's thread may call the user's function, at
 * most once in PAUSE seconds; the others learn from `failed` what it said.  */
static kcl_status ask(void *self)
{
	struct member *m = self;
	const struct kcl__pause *pause = m->crew->job->pause;
	double now;

	if (atomic_load(&m->crew->failed))
		return KCL_CANCELLED;
	if (!m->first || (now = kcl__os_now()) - m->asked < PAUSE)
		return KCL_OK;
	m->asked = now;
	return pause->ask(pause->self);
}

/* Once the caller's thread has no more work it goes on asking until the others
 * have none either, and sleeps in between.  */
static void look_on(struct member *m)
{
	double seconds = 2e-5;

	while (atomic_load(&m->crew->working) > 0) {
		kcl_status status = ask(m);

		if (status)
			note_failure(m->crew, status);
		kcl__os_sleep(seconds);
		seconds = seconds < PAUSE / 10 ? 1.25 * seconds : seconds;
	}
}

static void take_chunks(void *argument, int index)
{
	struct crew *crew = argument;
	int64_t rows = crew->job->rows, begin;
	struct member m = { crew, index == 0, kcl__os_now() };
	const struct kcl__pause pause = { ask, &m };
	struct kcl__job job = *crew->job;

	job.pause = job.pause ? &pause : NULL;
	atomic_fetch_add(&crew->working, 1);
	while (!atomic_load(&crew->failed)
	       && (begin = atomic_fetch_add(&crew->next, crew->chunk)) < rows) {
		int64_t end = begin + crew->chunk;
		kcl_status status = crew->code->run(crew->code->self,
			crew->arrays, &job, (int32_t)begin,
			(int32_t)(end < rows ? end : rows));

		if (status)
			note_failure(crew, status);
	}
	atomic_fetch_sub(&crew->working, 1);
	if (m.first && job.pause)
		look_on(&m);
}

/* Rows of a chunk: a few chunks for every core, whole items.  */
static int64_t chunk_rows(const struct host_program *program, int64_t rows,
                          int64_t cores)
{
	int64_t owned = program->base.item_rows;
	int64_t items = (rows + owned - 1) / owned;

	return (items + CHUNKS * cores - 1) / (CHUNKS * cores) * owned;
}

/* How many of CORES threads there is memory for.  A system may promise more
 * than it has, and end the process when that is used.  */
static int with_room(const struct kcl__device *device, int cores, double bytes)
{
	double memory = (double)device->facts.number[KCL_DEVICE_MEMORY];

	while (cores > 0 && memory > 0 && cores * bytes > memory)
		cores--;
	return cores;
}

static kcl_status launch(struct kcl__program *base,
                         struct kcl__buffer *const *buffers, size_t count,
                         const struct kcl__job *job)
{
	struct host_program *program = (struct host_program *)base;
	int cores = (int)base->device->facts.number[KCL_DEVICE_UNITS];
	struct crew crew = { .code = &program->code, .job = job };

	for (size_t i = 0; i < count; i++)
		crew.arrays[i] = buffers[i]->memory.pointer;
	crew.chunk = chunk_rows(program, job->rows, cores);
	if ((int64_t)job->rows * job->columns <= ALONE)
		cores = 1;
	if (cores > (job->rows + crew.chunk - 1) / crew.chunk)
		cores = (int)((job->rows + crew.chunk - 1) / crew.chunk);
	cores = with_room(base->device, cores, program->code.bytes);
	if (!cores)
		return kcl__fail(KCL_MEMORY, "the formula's values take %.0f "
		                 "bytes of memory, and device host has %.0f",
		                 program->code.bytes, (double)base->device
		                 ->facts.number[KCL_DEVICE_MEMORY]);
	kcl__os_parallel(cores, take_chunks, &crew);
	if (!atomic_load(&crew.failed))
		return KCL_OK;
	return kcl__fail(crew.status, "%s", crew.message);
}

/* A launch is over when it returns.  */
static kcl_status wait(struct kcl__device *device)
{
	(void)device;
	return KCL_OK;
}

const struct kcl__backend kcl__host = {
	"host", list, open_device, close_device, build, unload, make_buffer,
	NULL, fetch, release, launch, wait, NULL, NULL
};
