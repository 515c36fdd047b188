/* arrays.c - a task's arrays on a device, window by window
 * SPDX-License-Identifier: MIT */
#include "runtime/arrays.h"
#include "diag.h"
#include "mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the copies of rows, or of columns, that lie in the host's memory at
 * once, where arrays without gaps are read in place.  */
#define COPIES 0x1p25

/* Bytes of a buffer that is kept, at most; all of them together take a 16th of
 * a large device's memory.  */
static double most_kept(const struct kcl__device *device)
{
	return device->in_place ? 0x1p24
		: fmax(0x1p24, fmin(0x1p26, (double)device->budget / 256));
}

/* ----- the list --------------------------------------------------------- */

static void add(struct kcl__arrays *arrays, void *host, int resident,
                size_t row_bytes, enum kcl__place place,
                enum kcl__access access)
{
	double bytes = (double)row_bytes;

	if (row_bytes == 0)
		return;
	arrays->array[arrays->count++] = (struct kcl__array){
		.host = host, .row_bytes = row_bytes, .place = place,
		.access = access, .resident = resident
	};
	arrays->bytes[place] += resident ? 0 : bytes;
	arrays->widest[place] = fmax(arrays->widest[place], bytes);
}

/* Adds the two buffers for states of blocks: of all rows and blocks if there is
 * room, else of as many as fit, but at least of one row and a group's blocks.
 */
static void add_states(struct kcl__arrays *arrays,
                       const struct kcl__task *task)
{
	int64_t least = task->split->columns / KCL__BLOCK;
	double bytes = (double)(task->block_bytes + task->place_bytes);
	double room = fmin(most_kept(arrays->device),
	                   (double)arrays->device->budget / 8);
	double all = (double)task->rows
		* (double)(task->columns / KCL__BLOCK);

	arrays->states = (int64_t)fmax(fmin(all, room / bytes),
	                               (double)least);
	add(arrays, NULL, 0, (size_t)arrays->states * task->block_bytes,
	    KCL__PARAMETER, KCL__SCRATCH);
	add(arrays, NULL, 0, (size_t)arrays->states * task->place_bytes,
	    KCL__PARAMETER, KCL__SCRATCH);
}

/* The running state of a row is saved between launches, which end between
 * blocks.  Where all columns are one block it never is, and its buffer, which
 * the kernel has as a parameter nevertheless, has room for one row.  */
static void add_all(struct kcl__arrays *arrays, const struct kcl__task *task)
{
	enum kcl__place place = task->parts ? KCL__PARAMETER : KCL__ROW;
	enum kcl__place state = task->columns > KCL__BLOCK ? place
		: KCL__PARAMETER;

	for (size_t k = 0; k < task->nin; k++) {
		add(arrays, (void *)task->in[k].data, task->in[k].resident,
		    task->in[k].row_bytes, task->in[k].place, KCL__READ);
		if (task->in[k].pack)
			arrays->array[k].operand = &task->in[k];
	}
	add(arrays, task->values, task->values_stay, task->value_bytes, place,
	    KCL__WRITE);
	add(arrays, task->indices, task->indices_stay, task->index_bytes,
	    place, KCL__WRITE);
	add(arrays, NULL, 0, task->state_bytes, state, KCL__SCRATCH);
	add(arrays, NULL, 0, task->which_bytes, state, KCL__SCRATCH);
	if (task->split)
		add_states(arrays, task);
}

/* ----- the plan --------------------------------------------------------- */

/* How many of COUNT rows, of BYTES each, fit in ROOM.  */
static int64_t fitting(int64_t count, double bytes, double room)
{
	if ((double)count * bytes <= room)
		return count;
	return room > 0 ? (int64_t)(room / bytes) : 0;
}

/* The most rows of a window at PLACE that leaves room for OTHERS bytes, half
 * of all if those need more; no array is larger than a buffer may be.  */
static int64_t window_size(const struct kcl__arrays *arrays,
                           enum kcl__place place, int64_t count, double room,
                           double others, int64_t unit)
{
	int64_t largest = arrays->device->facts.number[KCL_DEVICE_MAX_BUFFER];
	int64_t in_all = fitting(count, arrays->bytes[place],
	                         others <= room / 2 ? room - others
	                         : room / 2);
	int64_t in_one = fitting(count, arrays->widest[place],
	                         largest > 0 ? (double)largest : INFINITY);
	int64_t size = in_all < in_one ? in_all : in_one;

	return size < count && size > unit ? size / unit * unit : size;
}

/* Of SIZE rows at PLACE as many as are to be copied at once.  */
static int64_t copied_size(const struct kcl__arrays *arrays,
                           enum kcl__place place, int64_t size, int64_t unit)
{
	double bytes = 0;
	int64_t few;

	for (size_t k = 0; k < arrays->count; k++)
		if (arrays->array[k].operand && arrays->array[k].place == place)
			bytes += (double)arrays->array[k].row_bytes;
	if (!arrays->device->in_place || (double)size * bytes <= COPIES)
		return size;
	few = (int64_t)(COPIES / bytes) / unit * unit;
	few = few < unit ? unit : few;
	return few < size ? few : size;
}

static kcl_status does_not_fit(const struct kcl__arrays *arrays)
{
	const struct kcl__facts *facts = &arrays->device->facts;

	return kcl__fail(KCL_MEMORY, "out of memory on %s: parameters of %.0f "
	                 "bytes, a row of %.0f and %d columns of %.0f do not "
	                 "fit in its %.0f bytes, %.0f for one array",
	                 facts->text[KCL_DEVICE_NAME],
	                 arrays->bytes[KCL__PARAMETER],
	                 arrays->bytes[KCL__ROW], KCL__BLOCK,
	                 arrays->bytes[KCL__COLUMN],
	                 fmin((double)arrays->device->budget,
	                      (double)facts->number[KCL_DEVICE_MEMORY]),
	                 (double)facts->number[KCL_DEVICE_MAX_BUFFER]);
}

kcl_status kcl__arrays_plan(struct kcl__arrays *arrays,
                            struct kcl__device *device,
                            const struct kcl__task *task, int64_t unit)
{
	int64_t *most = arrays->most;
	double room;

	memset(arrays, 0, sizeof *arrays);
	arrays->device = device;
	if (task->nin > KCL__ARGUMENTS)
		return kcl__fail(KCL_LIMIT, "a kernel takes at most %d "
		                 "arrays, got %zu", KCL__ARGUMENTS, task->nin);
	add_all(arrays, task);
	room = (double)device->budget - arrays->bytes[KCL__PARAMETER];
	most[KCL__PARAMETER] = window_size(arrays, KCL__PARAMETER, 1, room, 0,
	                                   1);
	most[KCL__ROW] = window_size(arrays, KCL__ROW, task->rows, room,
		(double)task->columns * arrays->bytes[KCL__COLUMN], unit);
	if (task->window > 0 && task->window < most[KCL__ROW])
		most[KCL__ROW] = task->window;
	most[KCL__COLUMN] = window_size(arrays, KCL__COLUMN, task->columns,
		room, (double)task->rows * arrays->bytes[KCL__ROW],
		KCL__BLOCK);
	most[KCL__ROW] = copied_size(arrays, KCL__ROW, most[KCL__ROW], unit);
	most[KCL__COLUMN] = copied_size(arrays, KCL__COLUMN,
	                                most[KCL__COLUMN], KCL__BLOCK);
	if (most[KCL__PARAMETER] < 1 || most[KCL__ROW] < 1
	    || (most[KCL__COLUMN] < KCL__BLOCK
	        && most[KCL__COLUMN] < task->columns))
		return does_not_fit(arrays);
	return KCL_OK;
}

/* ----- buffers ---------------------------------------------------------- */

/* Takes a buffer of BYTES that was kept from an earlier task: 1, or 0 if there
 * is none.  To get memory from a driver may take longer than a launch, so that
 * those used last are kept if they are not large, and lie in the device's own
 * memory.  */
static int take_spare(struct kcl__device *device, size_t bytes,
                      struct kcl__buffer *buffer)
{
	for (int k = 0; k < KCL__SPARES; k++) {
		struct kcl__buffer *spare = &device->spare[k];

		if (!spare->device || spare->bytes != bytes)
			continue;
		*buffer = *spare;
		spare->device = NULL;
		return 1;
	}
	return 0;
}

/* Gives the buffer back to the driver, if there is one: 1, or 0.  */
static int drop(struct kcl__buffer *buffer)
{
	int there = buffer->device != NULL;

	if (there)
		buffer->device->backend->release(buffer);
	buffer->device = NULL;
	return there;
}

int kcl__spares_free(struct kcl__device *device)
{
	int count = 0;

	for (int k = 0; k < KCL__SPARES; k++)
		count += drop(&device->spare[k]);
	return count;
}

/* Keeps the buffer in the place of the oldest that is kept, or gives it back.
 */
static void let_go(struct kcl__device *device, struct kcl__buffer *buffer)
{
	struct kcl__buffer *spare = &device->spare[device->turn % KCL__SPARES];

	if (!buffer->device)
		return;
	if (device->busy)
		device->backend->settle(device);
	if (!device->in_place && (double)buffer->bytes <= most_kept(device)) {
		drop(spare);
		*spare = *buffer;
		buffer->device = NULL;
		device->turn++;
	}
	drop(buffer);
}

static void release(struct kcl__arrays *arrays, enum kcl__place place)
{
	for (size_t k = 0; k < arrays->count; k++) {
		struct kcl__array *a = &arrays->array[k];

		if (a->place != place)
			continue;
		let_go(arrays->device, &a->buffer);
		free(a->packed);
		a->packed = NULL;
	}
	arrays->loaded[place].count = 0;
}

static kcl_status obtain(struct kcl__device *device, enum kcl__access access,
                         char *host, size_t bytes, struct kcl__buffer *buffer)
{
	kcl_status status = KCL_OK;

	if (device->in_place || !take_spare(device, bytes, buffer))
		status = device->backend->buffer(device, access, host, bytes,
		                                 buffer);
	if (status == KCL_MEMORY && kcl__spares_free(device))
		status = device->backend->buffer(device, access, host, bytes,
		                                 buffer);
	buffer->host = host;
	return status || device->in_place || access != KCL__READ ? status
		: device->backend->send(buffer);
}

static kcl_status make_buffer(struct kcl__arrays *arrays,
                              struct kcl__array *a, struct kcl__window window)
{
	char *host = a->host;
	kcl_status status;

	if (a->operand) {
		host = a->packed = kcl__alloc((size_t)window.count,
		                              a->row_bytes);
		if (!host)
			return KCL_MEMORY;
		a->operand->pack(a->operand->self, window.begin, window.count,
		                 host);
	} else if (host)
		host += (size_t)window.begin * a->row_bytes;
	if (a->resident) {
		a->buffer.memory.address = (uintptr_t)host;
		return KCL_OK;
	}
	status = obtain(arrays->device, a->access, host,
	                (size_t)window.count * a->row_bytes, &a->buffer);
	arrays->refused = status == KCL_MEMORY;
	return status;
}

kcl_status kcl__arrays_load(struct kcl__arrays *arrays, enum kcl__place place,
                            struct kcl__window window)
{
	struct kcl__device *device = arrays->device;
	kcl_status status = KCL_OK;

	if (arrays->loaded[place].begin == window.begin
	    && arrays->loaded[place].count == window.count)
		return KCL_OK;
	if (device->busy && arrays->loaded[place].count > 0)
		status = device->backend->wait(device);
	release(arrays, place);
	for (size_t k = 0; k < arrays->count && !status; k++)
		if (arrays->array[k].place == place)
			status = make_buffer(arrays, &arrays->array[k],
			                     window);
	arrays->loaded[place] = window;
	return status;
}

kcl_status kcl__arrays_fetch(struct kcl__arrays *arrays)
{
	const struct kcl__backend *backend = arrays->device->backend;
	kcl_status status = KCL_OK;

	for (size_t k = 0; k < arrays->count && !status; k++)
		if (arrays->array[k].access == KCL__WRITE
		    && !arrays->array[k].resident)
			status = backend->fetch(&arrays->array[k].buffer);
	return status ? status : backend->wait(arrays->device);
}

void kcl__arrays_release(struct kcl__arrays *arrays)
{
	int mine = !kcl__device_inherited(arrays->device);

	for (int place = 0; place < 3 && mine; place++)
		release(arrays, (enum kcl__place)place);
}
