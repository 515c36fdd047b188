/* fakegrid.c - a grid of blocks of threads, as fibres
 * SPDX-License-Identifier: MIT
 *
 * Each thread of a block runs until a barrier or its end, one after the other,
 * forwards and backwards in turn: what a missing barrier lets it see is not
 * what it would see with one. */
#define _GNU_SOURCE 1
#include "fakecuda.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 1 << 20 };

struct fibre {
	ucontext_t context;
	int ended;
};

struct grid {
	const struct fake_kernel *kernel;
	void **parameters;
	unsigned group;
	char *stacks;
	struct fibre *fibre, *now;
	ucontext_t scheduler;
};

static _Thread_local struct grid *running;

/* A barrier: back to the scheduler.  */
static void sync_threads(void)
{
	struct grid *grid = running;

	swapcontext(&grid->now->context, &grid->scheduler);
}

static void run_thread(void)
{
	struct grid *grid = running;

	grid->kernel->call(grid->parameters);
	grid->now->ended = 1;
}

static void start_block(struct grid *grid)
{
	size_t size;
	char *shared = grid->kernel->shared(&size);

	if (size > 0)
		memset(shared, 0xff, size);
	for (unsigned t = 0; t < grid->group; t++) {
		struct fibre *f = &grid->fibre[t];

		f->ended = 0;
		getcontext(&f->context);
		f->context.uc_stack.ss_sp = grid->stacks + (size_t)t * STACK;
		f->context.uc_stack.ss_size = STACK;
		f->context.uc_link = &grid->scheduler;
		makecontext(&f->context, run_thread, 0);
	}
}

/* To the next barrier; the number of threads that ended.  */
static unsigned step(struct grid *grid, int backwards)
{
	unsigned ended = 0;

	for (unsigned k = 0; k < grid->group; k++) {
		unsigned t = backwards ? grid->group - 1 - k : k;

		grid->now = &grid->fibre[t];
		grid->kernel->thread->x = t;
		swapcontext(&grid->scheduler, &grid->now->context);
		ended += (unsigned)grid->now->ended;
	}
	return ended;
}

static int run_block(struct grid *grid)
{
	unsigned ended = 0;

	start_block(grid);
	for (int n = 0; ended == 0; n++)
		ended = step(grid, n & 1);
	return ended == grid->group ? 0 : -1;
}

int fake_run(const struct fake_kernel *kernel, unsigned groups, unsigned group,
             void **parameters)
{
	struct grid grid = {
		.kernel = kernel, .parameters = parameters, .group = group
	};
	size_t bytes = (size_t)group * STACK;
	int failed = 0;

	grid.fibre = calloc(group, sizeof *grid.fibre);
	grid.stacks = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!grid.fibre || grid.stacks == MAP_FAILED)
		abort();
	running = &grid;
	*kernel->sync = sync_threads;
	*kernel->group = (struct fake_index){ group, 1, 1 };
	for (unsigned b = 0; b < groups && !failed; b++) {
		*kernel->block = (struct fake_index){ b, 0, 0 };
		failed = run_block(&grid);
	}
	running = NULL;
	munmap(grid.stacks, bytes);
	free(grid.fibre);
	return failed;
}
