/* rehearse.c - a kernel's first launches, before anybody waits for them
 * SPDX-License-Identifier: MIT
 *
 * Many a driver compiles again when a program is first launched: PoCL takes
 * 0.1 s and more.  So each program runs once on a pair of zeros.  */
#include "mem.h"
#include "run.h"
#include <stdlib.h>

enum { ZEROS, VALUES, INDICES, ROOMS };

static size_t most(size_t a, size_t b)
{
	return a > b ? a : b;
}

static kcl_status run_zeros(struct kcl__call *c, const struct kcl__pass *p)
{
	struct kcl__operand in[KCL__ARGUMENTS] = { 0 };
	struct kcl__task task = kcl__task_of(c, p, 0);
	size_t bytes[ROOMS] = { 1, task.value_bytes, task.index_bytes };
	void *room[ROOMS] = { NULL };
	kcl_status status = KCL_OK;

	for (size_t k = 0; k < p->inputs; k++) {
		in[k].place = kcl__place_of(p, k);
		in[k].row_bytes = p->g->node[p->input[k]].dim
			* (size_t)c->bits / 8;
		bytes[ZEROS] = most(bytes[ZEROS], in[k].row_bytes);
	}
	for (int k = 0; k < ROOMS; k++)
		if (!(room[k] = kcl__alloc(most(bytes[k], 1), 1)))
			status = KCL_MEMORY;
	for (size_t k = 0; k < p->inputs; k++)
		in[k].data = room[ZEROS];
	task.in = in;
	task.values = room[VALUES];
	task.indices = room[INDICES];
	task.progress = NULL;
	if (!status)
		status = kcl__run(c->kernel->ctx->device, &task);
	for (int k = 0; k < ROOMS; k++)
		free(room[k]);
	return status;
}

kcl_status kcl__rehearse(struct kcl_kernel *kernel, int bits)
{
	struct kcl__call *c = kcl__alloc(1, sizeof *c);
	kcl_status status = c ? KCL_OK : KCL_MEMORY;

	if (status)
		return status;
	c->kernel = kernel;
	c->bits = bits;
	c->extent[0] = c->extent[1] = c->extent[2] = 1;
	for (; !status && c->pass < kernel->formula->passes; c->pass++)
		status = run_zeros(c, &kernel->formula->pass[c->pass]);
	free(c);
	return status;
}
