/* team.c - the rows of a task shared by several devices
 * SPDX-License-Identifier: MIT
 *
 * Every device takes as many rows as it did pairs in a second when it last ran
 * the kernel.  Before that is known it takes an equal share of an eighth of
 * the rows.  A row's result does not depend on who computes it. */
#include "team.h"
#include "diag.h"
#include "mem.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ENOUGH 0x1p22           /* pairs: with less, one device is sooner */

enum { UNIT = 64, PROBE = 8 };

struct team;

struct member {
	struct team *team;
	struct kcl__device *device;
	struct kcl__ready *ready;
	struct kcl__task task;
	kcl_status status;
	char message[512];              /* which else stays in its thread */
};

struct team {
	const struct kcl__task *whole;
	double begun, part;             /* of the rows: done, and now at work */
	atomic_int stop;                /* one failed, or was cancelled */
	size_t count;
	struct member member[];
};

void kcl__shares(int64_t rows, const double *speed, size_t count,
                 int64_t *shares)
{
	double known = 0, all = 0, mean, sum = 0;
	int64_t begin = 0;

	for (size_t k = 0; k < count; k++) {
		known += speed[k] > 0;
		all += speed[k];
	}
	mean = known > 0 ? all / known : 1;
	all += ((double)count - known) * mean;
	for (size_t k = 0; k < count; k++) {
		int64_t end;

		sum += speed[k] > 0 ? speed[k] : mean;
		end = (int64_t)((double)rows * (sum / all)) / UNIT * UNIT;
		end = k + 1 == count ? rows : end;
		shares[k] = end - begin;
		begin = end;
	}
}

/* The first member's thread is the caller's, which alone may call its progress
 * function; the others hear whether to go on.  */
static int go_on(void *user, double done)
{
	struct member *m = user;
	const struct kcl__task *whole = m->team->whole;

	if (m == m->team->member && whole->progress
	    && whole->progress(whole->user, m->team->begun
	                       + m->team->part * done))
		atomic_store(&m->team->stop, 1);
	return atomic_load(&m->team->stop);
}

static void run_member(void *argument, int index)
{
	struct team *team = argument;
	struct member *m = &team->member[index];
	double start = kcl__os_now(), pairs = (double)m->task.rows
		* (double)m->task.columns;

	if (m->task.rows == 0 || atomic_load(&team->stop))
		return;
	m->status = kcl__run(m->device, &m->task);
	m->ready->speed = pairs / fmax(kcl__os_now() - start, 1e-9);
	if (!m->status)
		return;
	snprintf(m->message, sizeof m->message, "%s", kcl_message());
	atomic_store(&team->stop, 1);
}

/* Runs the rows [row, row + rows), and says in *KNOWN whether all speeds were
 * known.  A failure comes before the cancellations that follow from it.  */
static kcl_status run_rows(struct team *team, int64_t row, int64_t rows)
{
	const struct member *failed = NULL;
	double speed[KCL__TEAM] = { 0 };
	int64_t shares[KCL__TEAM];

	team->begun = (double)row / (double)team->whole->rows;
	team->part = (double)rows / (double)team->whole->rows;
	for (size_t k = 0; k < team->count; k++)
		speed[k] = team->member[k].ready->speed;
	kcl__shares(rows, speed, team->count, shares);
	for (size_t k = 0; k < team->count; k++) {
		team->member[k].task.row = row;
		team->member[k].task.rows = shares[k];
		row += shares[k];
	}
	kcl__os_parallel((int)team->count, run_member, team);
	for (size_t k = 0; k < team->count; k++) {
		const struct member *m = &team->member[k];

		if (m->status && (!failed || failed->status == KCL_CANCELLED))
			failed = m;
	}
	return failed ? kcl__fail(failed->status, "%s", failed->message)
		: KCL_OK;
}

static int all_known(const struct team *team)
{
	size_t k = 0;

	while (k < team->count && team->member[k].ready->speed > 0)
		k++;
	return k == team->count;
}

static void set_member(struct team *team, size_t k, struct kcl__call *c,
                       struct kcl_kernel *kernel)
{
	struct member *m = &team->member[k];

	m->team = team;
	m->device = kernel->ctx->device;
	m->ready = kcl__ready(kernel, c->bits, c->pass, KCL__PLAIN);
	m->task = *team->whole;
	m->task.program = m->ready->program;
	m->task.column_rounds = m->ready->loops.column;
	m->task.other_rounds = m->ready->loops.besides;
	m->task.progress = go_on;
	m->task.user = m;
}

int kcl__in_team(const struct kcl__call *c, const struct kcl__pass *p)
{
	return c->kernel->ctx->peers > 0 && p->tag != KCL__IJ && ENOUGH
		<= (double)kcl__extent(c, p->tag, 0)
		* (double)kcl__extent(c, p->tag, 1);
}

kcl_status kcl__run_team(struct kcl__call *c, const struct kcl__task *task)
{
	size_t count = c->kernel->ctx->peers + 1;
	struct team *team = kcl__alloc(1, sizeof *team
	                               + count * sizeof *team->member);
	int64_t first = task->rows;
	kcl_status status;

	if (!team)
		return KCL_MEMORY;
	team->whole = task;
	team->count = count;
	for (size_t k = 0; k < count; k++)
		set_member(team, k, c, k ? c->kernel->peer[k - 1] : c->kernel);
	if (!all_known(team))
		first = (first + PROBE - 1) / PROBE;
	status = run_rows(team, 0, first);
	if (!status && first < task->rows)
		status = run_rows(team, first, task->rows - first);
	free(team);
	return status;
}
