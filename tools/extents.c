/* extents.c - how many rows there are, and batches in front of them
 * SPDX-License-Identifier: MIT */
#include "extents.h"

void extents_start(struct extents *e)
{
	e->dims = 0;
	for (int k = VI; k <= PM; k++)
		e->rows[k] = -1;
}

void extents_note(struct extents *e, int category, const struct table *table)
{
	int row = table->ndim - 2;
	int batches = category == PM && table->shape[row] != 1 ? row + 1 : row;

	if (e->rows[category] < 0)
		e->rows[category] = category == PM ? 1 : table->shape[row];
	for (int d = 0; d < batches; d++) {
		int64_t *all = &e->batch[d];

		if (d == e->dims)
			e->batch[e->dims++] = 1;
		if (*all == 1)
			*all = table->shape[batches - 1 - d];
	}
}

void extents_end(struct extents *e)
{
	for (int k = VI; k <= PM; k++)
		if (e->rows[k] < 0)
			e->rows[k] = 1;
}

int64_t extents_rows(const struct extents *e)
{
	int64_t rows = e->rows[VI];

	for (int d = 0; d < e->dims; d++)
		rows *= e->batch[d];
	return rows;
}

int extents_shape(const struct extents *e, const kcl_slot *slot,
                  int64_t shape[TABLE_DIMS])
{
	int n = 0;

	while (n < e->dims) {
		shape[n] = e->batch[e->dims - 1 - n];
		n++;
	}
	shape[n++] = e->rows[slot->category == PAIRS ? VI : slot->category];
	if (slot->category == PAIRS)
		shape[n++] = e->rows[VJ];
	shape[n++] = slot->dim;
	return n;
}
