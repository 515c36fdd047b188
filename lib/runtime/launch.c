/* launch.c - a whole reduction as launches that each take little time
 * SPDX-License-Identifier: MIT
 *
 * A slice is the rows of a launch, and a part its columns, both inside the
 * windows that lie on the device.  Where columns are cut, by windows or
 * parts, the rows' state is saved between launches; they are cut between
 * blocks, so results do not depend on it. */
#include "runtime/runtime.h"
#include "diag.h"
#include "os.h"
#include "runtime/arrays.h"
#include <math.h>
#include <string.h>

#define AIM 0.15                /* seconds of a launch */
#define BRIEF 0.02              /* seconds: less may be mostly overhead */
#define FIRST 1.5e8             /* operations of a program's first launch */

enum {
	STEP = 8,               /* most that a launch's size changes at once;
	                         * 8 brief launches are about one wanted */
	DEPTH = 4,              /* work-groups wanted on each compute unit */
	ITEMS = 65534           /* most on a CPU: PoCL compiles anew above */
};

struct run {
	struct kcl__device *device;
	const struct kcl__task *task;
	struct kcl__arrays arrays;
	int64_t unit;                   /* rows of a work-group */
	int64_t most_columns;           /* of a launch */
	struct kcl__pause pause;        /* reports */
	double done, all, ahead;        /* pairs; those not waited for */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ----- sizes ------------------------------------------------------------ */

/* The columns that row ROW of the window has; no row after it has more.  */
static int64_t columns_of(const struct run *run, int64_t row)
{
	return run->task->parts ? run->task->parts[row / run->unit]
		: run->arrays.loaded[KCL__COLUMN].count;
}

/* The pairs of ROWS rows from ROW, up to COLUMNS columns from COLUMN.  */
static double pairs_of(const struct run *run, int64_t row, int64_t rows,
                       int64_t column, int64_t columns)
{
	double pairs = 0;

	if (!run->task->parts)
		return (double)rows * (double)columns;
	for (int64_t end = row + rows; row < end; row += run->unit)
		pairs += (double)run->unit
			* (double)least(columns_of(run, row) - column, columns);
	return pairs;
}

/* The rows or columns of a launch that keep every array's elements, of 4
 * bytes or more, below 2^31.  */
static int64_t countable(const struct run *run, enum kcl__place place)
{
	double elements = run->arrays.widest[place] / 4;

	return (int64_t)(INT32_MAX / fmax(elements, 1));
}

/* The most rows of a launch.  */
static int64_t launch_rows(const struct run *run)
{
	const struct kcl__program *program = run->task->program;
	const char *type = run->device->facts.text[KCL_DEVICE_TYPE];
	int64_t groups = strcmp(type, "cpu") ? ITEMS
		: ITEMS / (int64_t)program->group;
	int64_t most = least(groups * run->unit, countable(run, KCL__ROW));
	const struct kcl__program *split = run->task->split;

	return !split ? most : least(least(most, ITEMS * split->item_rows),
		run->arrays.states * KCL__BLOCK / split->columns);
}

/* The most columns of a launch: no less than a block, if there are so many. */
static kcl_status set_columns(struct run *run)
{
	const struct kcl__task *task = run->task;
	double rounds = run->device->most_rounds;
	int64_t least_columns = least(task->columns, KCL__BLOCK), fit;

	run->most_columns = countable(run, KCL__COLUMN);
	if (rounds == 0)
		return KCL_OK;
	fit = (int64_t)(fmax(rounds - task->other_rounds, 0)
	                / fmax(task->column_rounds, 1));
	run->most_columns = least(run->most_columns, fit);
	if (fit >= least_columns)
		return KCL_OK;
	return kcl__fail(KCL_UNSUPPORTED, "device %s ends the loops of a "
		"kernel after %.0f rounds, and %lld columns of this formula "
		"may take %.0f; another device can compute it",
		run->device->facts.text[KCL_DEVICE_NAME], rounds,
		(long long)least_columns, task->other_rounds
		+ (double)least_columns * task->column_rounds);
}

/* Cuts LEFT evenly into pieces of at most WANTED and at most MOST, of whole
 * UNITs and at least one where MOST allows, and returns the first's size.  */
static int64_t piece(int64_t left, double wanted, int64_t most, int64_t unit)
{
	int64_t pieces, size;

	if (wanted < (double)most)
		most = least(most, (int64_t)fmax(wanted, (double)unit));
	if (most < unit)
		return least(most, left);
	most = most / unit * unit;
	pieces = (left + most - 1) / most;
	size = (left + pieces - 1) / pieces;
	return least((size + unit - 1) / unit * unit, left);
}

/* The rows of the next slice: as many as have time with all columns of the
 * window; but enough to fill the device, cutting columns instead, as long as
 * a block of them has time.  */
static int64_t slice_rows(const struct run *run, int64_t row, int64_t left)
{
	double pairs = run->task->program->launch_pairs;
	int64_t columns = columns_of(run, row);
	int64_t units = run->device->facts.number[KCL_DEVICE_UNITS];
	double full = (double)DEPTH * (double)run->unit * (double)units;
	double with_block = pairs / (double)least(columns, KCL__BLOCK);

	return piece(left, fmax(pairs / (double)columns,
	                        fmin(full, with_block)),
	             launch_rows(run), run->unit);
}

static int64_t part_columns(const struct run *run, int64_t rows, int64_t left)
{
	const struct kcl__program *split = run->task->split;
	double wanted = run->task->program->launch_pairs / (double)rows;
	int64_t most = run->most_columns, unit = KCL__BLOCK, across;

	if (!split)
		return piece(left, wanted, most, unit);
	across = (rows + split->item_rows - 1) / split->item_rows;
	unit = split->columns;
	most = least(most, run->arrays.states / rows * KCL__BLOCK);
	most = least(most, ITEMS / across * unit);
	/* What is left of the last unit has no states.  */
	return left % unit < left && left - left % unit <= most
		&& left <= run->most_columns && (double)left <= wanted
		? left : piece(left, wanted, most, unit);
}

/* What the next launch may do, from what one did.  A brief one may have been
 * mostly overhead, and in its first launch many a driver compiles.  */
static void learn(struct kcl__program *program, double pairs, double seconds)
{
	double now = program->launch_pairs;

	if (seconds < BRIEF)
		program->launch_pairs = fmax(now, STEP * pairs);
	else if (program->launched)
		program->launch_pairs = fmax(now / STEP,
		                             pairs * (AIM / seconds));
	program->launched = 1;
}

/* ----- launches --------------------------------------------------------- */

int64_t kcl__program_groups(const struct kcl__program *program,
                            const struct kcl__job *job)
{
	int64_t rows = program->item_rows;

	if (program->columns)
		return (job->rows + rows - 1) / rows
			* (job->columns / program->columns);
	rows *= (int64_t)program->group;
	return (job->rows + rows - 1) / rows;
}

/* Waits for what was launched; but not yet where that is known to be brief:
 * there is nothing to learn from it, and the results will be waited for.  */
static kcl_status launch(struct run *run, const struct kcl__job *job)
{
	const struct kcl__task *task = run->task;
	struct kcl__buffer *buffers[KCL__BUFFERS];
	const struct kcl__backend *backend = run->device->backend;
	struct kcl__program *program = task->program;
	double start, pairs = pairs_of(run, job->row, job->rows, job->column,
	                               job->columns);
	size_t count = run->arrays.count;
	kcl_status status = KCL_OK;

	for (size_t k = 0; k < count; k++)
		buffers[k] = &run->arrays.array[k].buffer;
	start = kcl__os_now();
	if (task->split && job->columns >= task->split->columns)
		status = backend->launch(task->split, buffers, count, job);
	if (!status)
		status = backend->launch(program, buffers, count, job);
	if (status)
		return status;
	run->done += pairs;
	run->ahead += pairs;
	if (program->launched && run->ahead * STEP <= program->launch_pairs)
		return KCL_OK;
	status = backend->wait(run->device);
	if (!status && run->ahead == pairs)
		learn(program, pairs, kcl__os_now() - start);
	run->ahead = 0;
	return status;
}

static kcl_status report(const struct run *run)
{
	const struct kcl__task *task = run->task;

	if (!task->progress)
		return KCL_OK;
	if (!task->progress(task->user, fmin(run->done / run->all, 1)))
		return kcl__device_alive(run->device);
	return kcl__fail(KCL_CANCELLED, "cancelled by the progress function");
}

static kcl_status ask(void *self)
{
	return report(self);
}

/* All columns of the window for ROWS rows from ROW, while rows have any.  */
static kcl_status run_slice(struct run *run, int64_t row, int64_t rows)
{
	int64_t window = run->arrays.loaded[KCL__COLUMN].begin;
	int64_t all = columns_of(run, row), columns;
	kcl_status status = KCL_OK;

	for (int64_t at = 0; at < all && !status; at += columns) {
		int64_t start = window + at;
		struct kcl__job job;

		while (columns_of(run, row + rows - 1) <= at)
			rows -= run->unit;
		columns = part_columns(run, rows, all - at);
		job = (struct kcl__job){
			.row = row, .column = at,
			.row_base = run->arrays.loaded[KCL__ROW].begin,
			.base = window,
			.rows = (int32_t)rows, .columns = (int32_t)columns,
			.first = start == 0,
			.last = start + columns == run->task->columns,
			.pause = run->task->progress ? &run->pause : NULL
		};
		status = launch(run, &job);
		if (!status)
			status = report(run);
	}
	return status;
}

/* All pairs of the windows that are loaded.  */
static kcl_status run_windows(struct run *run)
{
	int64_t count = run->arrays.loaded[KCL__ROW].count, rows;
	kcl_status status = KCL_OK;

	for (int64_t row = 0; row < count && !status; row += rows) {
		rows = slice_rows(run, row, count - row);
		status = run_slice(run, row, rows);
	}
	return status;
}

/* All columns for a window of rows.  */
static kcl_status run_rows(struct run *run, struct kcl__window rows)
{
	int64_t all = run->task->columns;
	int64_t most = run->arrays.most[KCL__COLUMN];
	kcl_status status = kcl__arrays_load(&run->arrays, KCL__ROW, rows);

	for (int64_t begin = 0; begin < all && !status; begin += most) {
		struct kcl__window columns = {
			begin, least(most, all - begin)
		};

		status = kcl__arrays_load(&run->arrays, KCL__COLUMN, columns);
		if (!status)
			status = run_windows(run);
	}
	return status ? status : kcl__arrays_fetch(&run->arrays);
}

static kcl_status run_all(struct run *run)
{
	int64_t begin = run->task->row, end = begin + run->task->rows;
	int64_t most = run->arrays.most[KCL__ROW];
	kcl_status status = kcl__arrays_load(&run->arrays, KCL__PARAMETER,
	                                     (struct kcl__window){ 0, 1 });

	if (!status)
		status = report(run);
	for (; begin < end && !status; begin += most) {
		struct kcl__window rows = { begin, least(most, end - begin) };

		status = run_rows(run, rows);
	}
	return status;
}

/* Plans for the device's budget, and runs.  */
static kcl_status attempt(struct run *run)
{
	kcl_status status = kcl__arrays_plan(&run->arrays, run->device,
	                                     run->task, run->unit);

	if (!status)
		status = set_columns(run);
	if (!status)
		status = run_all(run);
	kcl__arrays_release(&run->arrays);
	return status;
}

/* Others use a device's memory too: where a buffer is refused before anything
 * was launched, windows are planned for half as much.  */
kcl_status kcl__run(struct kcl__device *device, const struct kcl__task *task)
{
	struct kcl__program *program = task->program;
	struct run run = { .device = device, .task = task };
	const size_t budget = device->budget;
	kcl_status status = kcl__device_alive(device);

	if (status)
		return status;
	run.pause = (struct kcl__pause){ ask, &run };
	run.unit = (int64_t)program->group * program->item_rows;
	run.all = pairs_of(&run, 0, task->rows, 0, task->columns);
	if (program->launch_pairs <= 0)
		program->launch_pairs = FIRST / fmax(task->cost, 1);
	status = attempt(&run);
	while (status == KCL_MEMORY && run.arrays.refused && run.done == 0
	       && budget != SIZE_MAX) {
		device->budget /= 2;
		status = attempt(&run);
	}
	device->budget = budget;
	return status;
}
