/* arrays.h - a task's arrays on a device, window by window
 * SPDX-License-Identifier: MIT
 *
 * A window is what of the rows, or of the columns, lies on the device at
 * once: all of them, or as many as fit in its memory. */
#ifndef KCL_ARRAYS_H
#define KCL_ARRAYS_H

#include "runtime/runtime.h"

struct kcl__window {
	int64_t begin, count;
};

/* An array of the caller's, which is used as it lies at `host`; or one that
 * OPERAND copies window by window; or scratch memory, which has neither.  */
struct kcl__array {
	char *host;
	const struct kcl__operand *operand;
	void *packed;                   /* the window's copy */
	size_t row_bytes;
	enum kcl__place place;
	enum kcl__access access;
	int resident;                   /* `host` is the device's address */
	struct kcl__buffer buffer;      /* of the window that is loaded */
};

struct kcl__arrays {
	struct kcl__device *device;
	struct kcl__array array[KCL__BUFFERS];        /* the launch's order */
	size_t count;
	int refused;                    /* the device had no memory for one */
	int64_t states;                 /* states of blocks that there is room
	                                 * for */
	/* By place: the window that is loaded, the most rows of a window, and
	 * the bytes of a row of all arrays together and of the widest.  */
	struct kcl__window loaded[3];
	int64_t most[3];
	double bytes[3], widest[3];
};

/* Plans the windows of TASK on DEVICE, of whole UNITs of rows and whole
 * blocks of columns.  KCL_MEMORY if not even the least fits.  */
kcl_status kcl__arrays_plan(struct kcl__arrays *arrays,
                            struct kcl__device *device,
                            const struct kcl__task *task, int64_t unit);

/* Makes WINDOW of the arrays at PLACE lie on the device.  */
kcl_status kcl__arrays_load(struct kcl__arrays *arrays, enum kcl__place place,
                            struct kcl__window window);

/* Brings the results of the rows loaded to the host.  */
kcl_status kcl__arrays_fetch(struct kcl__arrays *arrays);

void kcl__arrays_release(struct kcl__arrays *arrays);

#endif
