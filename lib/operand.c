/* operand.c - the rows that a pass reads: of arguments, indices, for pairs
 * SPDX-License-Identifier: MIT */
#include "operand.h"
#include <string.h>

void kcl__repeat(char *rows, int64_t count, size_t bytes)
{
	size_t all = (size_t)count * bytes, n;

	for (size_t done = bytes; done < all; done += n) {
		n = done < all - done ? done : all - done;
		memcpy(rows + done, rows, n);
	}
}

static void pack_matrix(const void *self, int64_t first, int64_t count,
                        void *to)
{
	const struct kcl__source *s = self;

	kcl__pack(s->matrix, s->first + first * s->matrix->step[KCL__ROWS]
	          * (int64_t)s->matrix->size, count, to);
}

void kcl__operand_matrix(struct kcl__operand *o, struct kcl__source *s,
                         const struct kcl__matrix *matrix,
                         const struct kcl__batch *batch, int64_t b)
{
	s->matrix = matrix;
	o->data = s->first = kcl__batch_at(matrix, batch, b);
	o->self = s;
	o->pack = kcl__is_packed(matrix) ? NULL : pack_matrix;
}

static void pack_index(const void *self, int64_t first, int64_t count,
                       void *to)
{
	const struct kcl__source *s = self;
	int wide = s->each.row_bytes == sizeof(double);
	float *narrow = to;
	double *number = to;

	for (int64_t k = 0; k < count; k++) {
		int64_t n = first + k;

		n = s->digit == KCL__LOW ? n & 0xfffff
			: s->digit == KCL__HIGH ? n >> 20 : n;
		if (wide)
			number[k] = (double)n;
		else
			narrow[k] = (float)n;
	}
}

void kcl__operand_index(struct kcl__operand *o, struct kcl__source *s,
                        enum kcl__digit digit)
{
	s->digit = digit;
	s->each = *o;
	o->self = s;
	o->pack = pack_index;
}

/* Rows of an operand of its own kind.  */
static void take(const struct kcl__operand *o, int64_t first, int64_t count,
                 void *to)
{
	if (o->pack)
		o->pack(o->self, first, count, to);
	else
		memcpy(to, (const char *)o->data + (size_t)first * o->row_bytes,
		       (size_t)count * o->row_bytes);
}

static void pack_pairs(const void *self, int64_t first, int64_t count,
                       void *to)
{
	const struct kcl__source *s = self;
	char *rows = to;

	for (int64_t n; count > 0; first += n, count -= n) {
		int64_t i = first / s->columns, j = first % s->columns;

		n = s->columns - j < count ? s->columns - j : count;
		if (s->by_row) {
			take(&s->each, i, 1, rows);
			kcl__repeat(rows, n, s->each.row_bytes);
		} else
			take(&s->each, j, n, rows);
		rows += (size_t)n * s->each.row_bytes;
	}
}

void kcl__operand_pairs(struct kcl__operand *o, struct kcl__source *s,
                        int64_t columns, int by_row)
{
	s->each = *o;
	s->columns = columns;
	s->by_row = by_row;
	o->self = s;
	o->pack = pack_pairs;
}
