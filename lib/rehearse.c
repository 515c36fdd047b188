/* rehearse.c - a kernel's first launches, before anybody waits for them
 * SPDX-License-Identifier: MIT
 *
 * Many a driver compiles again when a program is first launched: PoCL takes
 * 0.1 s and more.  So each program runs once on a pair of zeros.  */
#include "mem.h"
#include "run.h"
#include <stdlib.h>

static kcl_status run_zeros(struct kcl__call *c, const struct kcl__pass *p)
{
	struct kcl__operand in[KCL__ARGUMENTS] = { 0 };
	struct kcl__task task = kcl__task_of(c, p, KCL__PLAIN);
	void *zeros = kcl__zeros(p, c->bits);
	kcl_status status = KCL_MEMORY;

	for (size_t k = 0; k < p->inputs; k++)
		in[k] = (struct kcl__operand){
			.data = zeros, .place = kcl__place_of(p, k),
			.row_bytes = p->g->node[p->input[k]].dim
				* (size_t)c->bits / 8
		};
	task.in = in;
	task.values = kcl__room(1, p->sizes.values, (size_t)c->bits / 8);
	task.indices = kcl__room(1, p->sizes.indices, 8);
	task.progress = NULL;
	if (zeros && task.values && task.indices)
		status = kcl__run(c->kernel->ctx->device, &task);
	free(zeros);
	free(task.values);
	free(task.indices);
	return status;
}

kcl_status kcl__rehearse(struct kcl_kernel *kernel, int bits)
{
	struct kcl__call c = { .kernel = kernel, .bits = bits,
		.extent = { 1, 1, 1 } };
	kcl_status status = KCL_OK;

	for (; !status && c.pass < kernel->formula->passes; c.pass++)
		status = run_zeros(&c, &kernel->formula->pass[c.pass]);
	return status;
}
