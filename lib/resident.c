/* resident.c - arrays in the memory of a CUDA device
 * SPDX-License-Identifier: MIT
 *
 * Kernels read and write them where they lie, if that is as they would be
 * copied to: without gaps, with no batches, and not for what the host does
 * between kernels.  Others go through copies on the host.  */
#include "resident.h"
#include "mem.h"
#include <stdio.h>
#include <stdlib.h>

struct kcl__copy {
	struct kcl__buffer buffer;      /* the array, and its copy as host */
	int output;
};

int kcl__resident_on(const struct kcl_context *ctx)
{
	int n;

	return ctx->device->backend == &kcl__cuda
		&& sscanf(ctx->device->facts.text[KCL_DEVICE_NAME], "cuda:%d",
		          &n) == 1 ? n + 1 : 0;
}

/* Whether the host has to see M.  */
static int is_seen(const struct kcl__call *c, const struct kcl__matrix *m,
                   int output)
{
	return c->sought && (output || m == &c->in[c->sought - 1]);
}

/* Whether kernels can read or write M where it lies, on the device.  They
 * cannot where the host has to do with it, as with ranges, batches, several
 * devices and what is solved for, and with outputs if there are several; nor
 * where nothing is launched.  */
static int stays(const struct kcl__call *c, const struct kcl__matrix *m,
                 int output)
{
	const struct kcl_formula *f = c->kernel->formula;
	int can = !c->ranges && c->batch.count == 1
		&& c->kernel->ctx->peers == 0 && kcl__is_gapless(m)
		&& !is_seen(c, m, output);

	for (size_t k = 0; can && k < f->passes; k++) {
		const struct kcl__pass *p = &f->pass[k];

		can = p->tag != KCL__IJ && kcl__extent(c, p->tag, 0) > 0
			&& kcl__extent(c, p->tag, 1) > 0
			&& (!output || (f->passes == 1 && p->feeds == 1));
	}
	return can;
}

/* Makes M refer to a copy on the host.  That is of all bytes between its first
 * and last: for an output they go back as a whole, with what was in its gaps.
 */
static kcl_status copy(struct kcl__call *c, struct kcl__matrix *m,
                       int output)
{
	struct kcl__device *device = c->kernel->ctx->device;
	struct kcl__copy *copy = &c->copy[c->copies];
	size_t bytes = m->high - m->low;
	char *host = kcl__alloc(bytes, 1);

	m->resident = 0;
	if (!host)
		return KCL_MEMORY;
	copy->buffer = (struct kcl__buffer){ .device = device, .host = host,
		.bytes = bytes, .memory.address = m->low };
	copy->output = output;
	c->copies++;
	m->data = host + ((uintptr_t)m->data - m->low);
	m->low = (uintptr_t)host;
	m->high = m->low + bytes;
	return device->backend->fetch(&copy->buffer);
}

kcl_status kcl__resident_bring(struct kcl__call *c)
{
	size_t nin = kcl_formula_inputs(c->kernel->formula);
	size_t all = nin + kcl_formula_outputs(c->kernel->formula);
	struct kcl__device *device = c->kernel->ctx->device;
	kcl_status status = KCL_OK;

	for (size_t k = 0; k < all && !status; k++) {
		struct kcl__matrix *m = &c->in[k];      /* then outputs */

		c->device_only |= m->resident;
		if (!m->resident || m->high == m->low
		    || stays(c, m, k >= nin))
			continue;
		if (!c->copy)
			c->copy = kcl__alloc(all, sizeof *c->copy);
		status = c->copy ? copy(c, m, k >= nin) : KCL_MEMORY;
	}
	return status || !c->copies ? status : device->backend->wait(device);
}

kcl_status kcl__resident_return(struct kcl__call *c, kcl_status status)
{
	struct kcl__device *device = c->kernel->ctx->device;

	for (size_t k = 0; k < c->copies && !status; k++)
		if (c->copy[k].output)
			status = device->backend->send(&c->copy[k].buffer);
	if (c->copies > 0 && !status)
		status = device->backend->wait(device);
	else if (c->copies > 0)
		device->backend->settle(device);
	for (size_t k = 0; k < c->copies; k++)
		free(c->copy[k].buffer.host);
	free(c->copy);
	return status;
}

int kcl__is_resident(const struct kcl__call *c, const void *data)
{
	size_t outputs = kcl_formula_outputs(c->kernel->formula);

	for (size_t n = 0; n < outputs; n++)
		if (c->out[n].resident && c->out[n].data == data)
			return 1;
	return 0;
}
