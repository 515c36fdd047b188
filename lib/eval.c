/* eval.c - a pass computed here, on the host, over blocks of pairs
 * SPDX-License-Identifier: MIT */
#include "eval_make.h"
#include "mem.h"
#include "parts.h"
#include <stdlib.h>

enum {
	LANES = KCL__HOST_LANES,
	OFTEN = 1 << 15         /* groups of numbers: less than 20 ms or so */
};

/* One call.  */
struct call {
	const struct kcl__eval *e;
	void *const *arrays;
	const struct kcl__rectangle *rectangle;
	const int32_t *block;   /* NULL: of KCL__BLOCK columns each */
	void *memory;
	struct kcl__rows rows;
	int64_t work;           /* done since the pause was asked */
	kcl_status status;      /* what it said: all ends at the first word */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Fetches the inputs of a place: COUNT rows of them from FIRST on.  */
static void fetch(const struct call *c, enum kcl__at at, int64_t block,
                  int64_t first, int64_t count)
{
	const struct kcl__pass *p = c->e->pass;
	const struct kcl__arithmetic *real = c->e->real;

	for (size_t k = 0; k < p->inputs; k++) {
		const struct kcl__value *v = &c->e->value[p->input[k]];
		int64_t stride = at == KCL__ONCE ? 0 : v->dim;

		if (v->at == at)
			real->gather(c->memory, &v->own, block,
			             (const char *)c->arrays[k]
			             + (size_t)(first * v->dim) * real->size,
			             v->dim, stride, count);
	}
}

/* Makes a CALL for the states of BLOCKS blocks; DIRECT: also for those that
 * columns go straight into.  */
static void for_states(const struct call *c, int64_t blocks, int direct,
                       void (*call)(void *, const struct kcl__state *,
                                    int64_t))
{
	const struct kcl__state *s = c->e->state;

	for (size_t n = 0; n < c->e->pass->feeds; n++)
		for (int64_t b = 0; b < blocks; b++)
			if (direct || !kcl__is_direct(&s[n].sizes))
				call(c->memory, &s[n], b);
}

/* Whether all is to end, once WORK more is done.  */
static int ends(struct call *c, int64_t work)
{
	const struct kcl__pause *pause = c->rectangle->pause;

	c->work += work;
	if (c->work >= OFTEN && pause && !c->status) {
		c->work = 0;
		c->status = pause->ask(pause->self);
	}
	return c->status != KCL_OK;
}

/* NUMBER is that of lane 0 of group 0 in the whole problem.  */
static void compute(struct call *c, int when, int64_t block, int64_t groups,
                    int64_t number)
{
	for (size_t k = c->e->first[when]; k < c->e->first[when + 1]; k++) {
		const struct kcl__host_step *s = &c->e->step[k];

		if (ends(c, groups * (s->dim[0] + s->dim[1] + s->dim[2]
		                      + s->dim[3])))
			return;
		c->e->real->apply(c->memory, s, block, groups, number);
	}
}

/* Takes in COLUMNS columns that are there, the first of which is number FIRST
 * of the rectangle.  */
static void push(struct call *c, struct kcl__state s, int64_t block,
                 int64_t first, int64_t columns)
{
	const struct kcl__arithmetic *sums = c->e->sums;

	if (ends(c, columns * (s.sizes.block + s.sizes.which)))
		return;
	if (!s.single) {
		sums->push(c->memory, &s, block, first, columns);
		return;
	}
	for (int64_t k = 0; k < columns; k++) {
		sums->init(c->memory, &s, block);
		sums->push(c->memory, &s, block, first + k, 1);
		sums->fold(c->memory, &s, block);
		s.f.at += s.f.group;
		s.weight.at += s.weight.group;
	}
}

/* Takes in COLUMNS columns of the rectangle from FIRST on.  */
static void take_chunk(struct call *c, int64_t blocks, int64_t first,
                       int64_t columns)
{
	fetch(c, KCL__AT_COLUMN, 0, c->rectangle->column + first, columns);
	compute(c, KCL__AT_COLUMN, 0, (columns + LANES - 1) / LANES,
	        c->rows.origin + first);
	compute(c, KCL__SPREAD, 0, columns, 0);
	for (int64_t b = 0; b < blocks; b++) {
		compute(c, KCL__AT_PAIR, b, columns, 0);
		for (size_t n = 0; n < c->e->pass->feeds; n++)
			push(c, c->e->state[n], b, first, columns);
	}
}

static void take_columns(struct call *c, int64_t blocks)
{
	const struct kcl__arithmetic *sums = c->e->sums;
	int64_t columns = c->rectangle->columns;

	for (int64_t j = 0; j < columns && !c->status; j += KCL__BLOCK) {
		const int32_t *own = c->block
			? c->block + j / KCL__BLOCK * 2 : NULL;
		int64_t end = own ? own[1] : least(j + KCL__BLOCK, columns);

		for_states(c, blocks, 0, sums->init);
		for (int64_t k = own ? own[0] : j; k < end && !c->status;
		     k += c->e->chunk)
			take_chunk(c, blocks, k, least(c->e->chunk, end - k));
		for_states(c, blocks, 0, sums->fold);
	}
}

/* The rows of block B of those that begin at ROW and end before END.  */
static struct kcl__rows rows_of(const struct call *c, int64_t row, int64_t end,
                                int64_t b)
{
	struct kcl__rows rows = c->rows;

	rows.row = row + b * LANES;
	rows.count = least(LANES, end - rows.row);
	return rows;
}

/* Calls MOVE for the states of all blocks and the rows they are of.  */
static void move_states(const struct call *c, int64_t row, int64_t end,
                        void (*move)(void *, const struct kcl__state *,
                                     int64_t, const struct kcl__rows *))
{
	for (int64_t b = 0; row + b * LANES < end; b++) {
		struct kcl__rows rows = rows_of(c, row, end, b);

		for (size_t n = 0; n < c->e->pass->feeds; n++)
			move(c->memory, &c->e->state[n], b, &rows);
	}
}

/* All columns for the rows [ROW, END), which fill BLOCKS blocks.  */
static void take_rows(struct call *c, int64_t row, int64_t end,
                      int64_t blocks)
{
	const struct kcl__arithmetic *sums = c->e->sums;

	for (int64_t b = 0; b < blocks; b++) {
		struct kcl__rows rows = rows_of(c, row, end, b);

		fetch(c, KCL__AT_ROW, b, rows.row, rows.count);
		compute(c, KCL__AT_ROW, b, 1,
		        c->rectangle->row_base + rows.row);
	}
	for_states(c, blocks, 1, sums->start);
	if (!c->rectangle->first)
		move_states(c, row, end, sums->load);
	take_columns(c, blocks);
	if (!c->status)
		move_states(c, row, end, c->rectangle->last ? sums->finish
		            : sums->save);
}

/* The arrays that follow the inputs.  */
static struct kcl__rows outputs(const struct kcl__pass *p, void *const *arrays)
{
	const struct kcl__sizes *s = &p->sizes;
	struct kcl__rows rows = { 0 };

	arrays += p->inputs;
	if (s->values)
		rows.values = *arrays++;
	if (s->indices)
		rows.indices = *arrays++;
	if (s->saved)
		rows.saved = *arrays++;
	if (s->which)
		rows.which = *arrays;
	return rows;
}

/* The rows from BEGIN to END of the call's rectangle.  */
static void run_rows(struct call *c, int64_t begin, int64_t end)
{
	const struct kcl__rectangle *r = c->rectangle;
	int64_t step = c->e->blocks * LANES, last = r->row + end;

	c->rows.origin = r->base + r->column;
	fetch(c, KCL__ONCE, 0, 0, LANES);
	compute(c, KCL__ONCE, 0, 1, 0);
	for (int64_t row = r->row + begin; row < last && !c->status;
	     row += step) {
		int64_t rows = least(step, last - row);

		take_rows(c, row, row + rows, (rows + LANES - 1) / LANES);
	}
}

kcl_status kcl__eval_run(const struct kcl__eval *e, void *const *arrays,
                         const struct kcl__rectangle *rectangle,
                         int32_t begin, int32_t end)
{
	struct call c = {
		e, arrays, rectangle, NULL,
		kcl__alloc((size_t)e->size, e->real->size),
		outputs(e->pass, arrays), 0, KCL_OK
	};

	if (!c.memory)
		return KCL_MEMORY;
	run_rows(&c, begin, end);
	free(c.memory);
	return c.status;
}

/* Moves COUNT rows of an array with SIZE bytes in each.  */
static void *moved(void *array, int64_t count, size_t size)
{
	return array ? (char *)array + count * (int64_t)size : NULL;
}

/* PART is a rectangle of its own, with inputs and results that begin there. */
static void run_part(struct call *c, const int64_t *part,
                     const struct kcl__rectangle *all, const int32_t *block)
{
	const struct kcl__sizes *s = &c->e->pass->sizes;
	const struct kcl__rows rows = c->rows;
	size_t real = c->e->real->size;
	void *arrays[KCL__MAX_ARGUMENTS], *const *given = c->arrays;
	int64_t row = part[KCL__PART_ROW], end = part[KCL__PART_END];
	int64_t first = part[KCL__PART_BEGIN] + all->column / KCL__BLOCK;
	int64_t last = least(first + all->columns / KCL__BLOCK, end);
	const struct kcl__rectangle own = {
		.row_base = row + part[KCL__PART_BASE],
		.rows = (int32_t)part[KCL__PART_ROWS],
		.columns = (int32_t)((last - first) * KCL__BLOCK),
		.first = all->first, .last = last == end,
		.pause = all->pause
	};

	for (size_t k = 0; k < c->e->pass->inputs; k++)
		arrays[k] = moved(given[k], part[KCL__PART_INPUT + k], real);
	c->arrays = arrays;
	c->rectangle = &own;
	c->block = block + 2 * first;
	c->rows.values = moved(rows.values, row, (size_t)s->values * real);
	c->rows.indices = moved(rows.indices, row, (size_t)s->indices * 8);
	c->rows.saved = moved(rows.saved, row,
	                      (size_t)s->saved * c->e->sums->size);
	c->rows.which = moved(rows.which, row, (size_t)s->which * 8);
	run_rows(c, 0, own.rows);
	c->arrays = given;
	c->rows = rows;
}

kcl_status kcl__eval_parts(const struct kcl__eval *e, void *const *arrays,
                           const struct kcl__rectangle *rectangle,
                           int32_t begin, int32_t end, int64_t unit)
{
	size_t inputs = e->pass->inputs;
	const int64_t *part = arrays[inputs];
	struct call c = {
		e, arrays, rectangle, NULL,
		kcl__alloc((size_t)e->size, e->real->size),
		outputs(e->pass, arrays + 2), 0, KCL_OK
	};

	if (!c.memory)
		return KCL_MEMORY;
	for (int64_t row = begin; row < end && !c.status; row += unit)
		run_part(&c, part + (size_t)((rectangle->row + row) / unit)
		         * (KCL__PART_INPUT + inputs), rectangle,
		         arrays[inputs + 1]);
	free(c.memory);
	return c.status;
}
