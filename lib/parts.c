/* parts.c - rows in parts, each with its own blocks of columns, as tables
 * SPDX-License-Identifier: MIT */
#include "parts.h"
#include "diag.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

/* What KCL_RANGES says of a tag, and what messages call it.  */
struct lists {
	const int64_t *rows, *slices, *columns;
	size_t count, ranges;
	const char *name[3];
};

static struct lists lists_of(const kcl_ranges *r, int tag)
{
	struct lists by_i = { r->ranges_i, r->slices_i, r->redranges_j,
		r->nranges_i, r->nredranges_j,
		{ "ranges_i", "slices_i", "redranges_j" } };
	struct lists by_j = { r->ranges_j, r->slices_j, r->redranges_i,
		r->nranges_j, r->nredranges_i,
		{ "ranges_j", "slices_j", "redranges_i" } };

	return tag ? by_j : by_i;
}

/* ----- checks ------------------------------------------------------------ */

static kcl_status check_there(const struct lists *l, int tag)
{
	const int64_t *array[3] = { l->rows, l->slices, l->columns };
	size_t count[3] = { l->count, l->count, l->ranges };

	if (!l->rows && !l->slices && !l->columns)
		return kcl__fail(KCL_ARGUMENT, "%s, %s and %s are NULL; a "
			"reduction with tag %d needs them", l->name[0],
			l->name[1], l->name[2], tag);
	for (int k = 0; k < 3; k++)
		if (!array[k] && count[k])
			return kcl__fail(KCL_ARGUMENT, "%s is NULL; expected "
			                 "%zu of them", l->name[k], count[k]);
	return KCL_OK;
}

static kcl_status check_pairs(const char *name, const int64_t *pair,
                              size_t count, int64_t most)
{
	for (size_t k = 0; k < count; k++) {
		const int64_t *p = &pair[2 * k];

		if (p[0] < 0 || p[1] < p[0] || p[1] > most)
			return kcl__fail(KCL_ARGUMENT, "%s[%zu] is [%lld, "
				"%lld); expected a range of [0, %lld)", name,
				k, (long long)p[0], (long long)p[1],
				(long long)most);
	}
	return KCL_OK;
}

static kcl_status check_slices(const struct lists *l)
{
	int64_t before = 0;

	for (size_t k = 0; k < l->count; before = l->slices[k++])
		if (l->slices[k] < before
		    || l->slices[k] > (int64_t)l->ranges)
			return kcl__fail(KCL_ARGUMENT, "%s[%zu] is %lld; "
				"expected %lld to %zu, not below the one "
				"before nor above the number of %s",
				l->name[1], k, (long long)l->slices[k],
				(long long)before, l->ranges, l->name[2]);
	return KCL_OK;
}

/* STRIPS are sorted by rows; `first` is the number in the list.  */
static kcl_status check_apart(const struct kcl__bands *s,
                              const struct lists *l)
{
	for (size_t k = 1; k < s->count; k++) {
		const struct kcl__band *a = &s->band[k - 1], *b = a + 1;

		if (b->row < a->end)
			return kcl__fail(KCL_ARGUMENT, "%s[%d] is [%lld, "
				"%lld), which overlaps %s[%d], [%lld, %lld)",
				l->name[0], (int)b->first, (long long)b->row,
				(long long)b->end, l->name[0], (int)a->first,
				(long long)a->row, (long long)a->end);
	}
	return KCL_OK;
}

/* ----- bands ------------------------------------------------------------- */

static int by_row(const void *a, const void *b)
{
	const struct kcl__band *x = a, *y = b;

	return x->row != y->row ? x->row < y->row ? -1 : 1
		: x->first < y->first ? -1 : x->first > y->first;
}

static int by_blocks(const void *a, const void *b)
{
	const struct kcl__band *x = a, *y = b;
	int32_t m = x->last - x->first, n = y->last - y->first;

	return m != n ? m > n ? -1 : 1 : by_row(a, b);
}

/* The rows of the lists that have any, in order.  */
static kcl_status set_rows(struct kcl__bands *s, const struct lists *l)
{
	for (size_t k = 0; k < l->count; k++)
		if (l->rows[2 * k] < l->rows[2 * k + 1])
			s->band[s->count++] = (struct kcl__band){
				l->rows[2 * k], l->rows[2 * k + 1], (int32_t)k,
				0
			};
	qsort(s->band, s->count, sizeof *s->band, by_row);
	return check_apart(s, l);
}

/* Cuts the columns [begin, end) into blocks.  */
static int add_blocks(struct kcl__bands *s, int64_t begin, int64_t end)
{
	for (; begin < end; begin += KCL__BLOCK) {
		int32_t *block;

		if (s->blocks >= INT32_MAX / 2) {
			kcl__fail(KCL_LIMIT, "the ranges have more than %d "
			          "blocks of columns", INT32_MAX / 2);
			return -1;
		}
		if (kcl__grow(&s->block, &s->room, 2 * s->blocks + 2,
		              sizeof *block))
			return -1;
		block = &s->block[2 * s->blocks++];
		block[0] = (int32_t)begin;
		block[1] = (int32_t)(end - begin > KCL__BLOCK
		                     ? begin + KCL__BLOCK : end);
	}
	return 0;
}

/* Cuts the ranges of every list into blocks; those that touch are one.  */
static int set_blocks(struct kcl__bands *s, const struct lists *l)
{
	int failed = kcl__grow(&s->block, &s->room, 2, sizeof *s->block);

	for (size_t n = 0; n < s->count; n++) {
		struct kcl__band *band = &s->band[n];
		int64_t k = band->first, last = l->slices[k];

		band->first = (int32_t)s->blocks;
		for (int64_t r = k ? l->slices[k - 1] : 0; r < last && !failed;
		     r++) {
			int64_t begin = l->columns[2 * r];

			while (r + 1 < last && l->columns[2 * r + 1]
			       == l->columns[2 * r + 2])
				r++;
			failed = add_blocks(s, begin, l->columns[2 * r + 1]);
		}
		band->last = (int32_t)s->blocks;
	}
	return failed;
}

/* Adds the rows of no list.  */
static void add_gaps(struct kcl__bands *s, int64_t rows)
{
	size_t count = s->count;
	int64_t row = 0;

	for (size_t k = 0; k <= count; k++) {
		int64_t next = k < count ? s->band[k].row : rows;

		if (row < next)
			s->band[s->count++] = (struct kcl__band){ row, next,
				0, 0 };
		row = k < count ? s->band[k].end : rows;
	}
}

static kcl_status make(const struct lists *l, int64_t rows,
                       struct kcl__bands *s)
{
	kcl_status status;

	s->band = kcl__alloc(2 * l->count + 1, sizeof *s->band);
	if (!s->band)
		return KCL_MEMORY;
	status = set_rows(s, l);
	if (!status && set_blocks(s, l))
		status = kcl__last_status();
	if (status)
		return status;
	add_gaps(s, rows);
	qsort(s->band, s->count, sizeof *s->band, by_blocks);
	return KCL_OK;
}

kcl_status kcl__bands_make(const kcl_ranges *ranges, int tag, int64_t rows,
                           int64_t columns, struct kcl__bands *bands)
{
	const int64_t all[2][2] = { { 0, rows }, { 0, columns } }, one = 1;
	struct lists l = { all[0], &one, all[1], 1, 1, { NULL } };
	kcl_status status = KCL_OK;

	memset(bands, 0, sizeof *bands);
	if (ranges) {
		l = lists_of(ranges, tag);
		status = check_there(&l, tag);
	}
	if (!status)
		status = check_pairs(l.name[0], l.rows, l.count, rows);
	if (!status)
		status = check_slices(&l);
	if (!status)
		status = check_pairs(l.name[2], l.columns, l.ranges, columns);
	return status ? status : make(&l, rows, bands);
}

void kcl__bands_free(struct kcl__bands *bands)
{
	free(bands->band);
	free(bands->block);
	memset(bands, 0, sizeof *bands);
}

/* ----- parts ------------------------------------------------------------- */

/* Part number N: the rows [row, end) of a band in batch B.  */
static void set_part(const struct kcl__parts *parts, size_t n,
                     const struct kcl__band *s, const struct kcl__layout *l,
                     int64_t b, int64_t row, int64_t end)
{
	int64_t *part = parts->part + n * (KCL__PART_INPUT + l->inputs);
	int32_t blocks = s->last - s->first;

	part[KCL__PART_ROW] = b * l->rows + row;
	part[KCL__PART_ROWS] = end - row;
	part[KCL__PART_BASE] = -b * l->rows;
	part[KCL__PART_BEGIN] = s->first;
	part[KCL__PART_END] = s->last;
	for (size_t k = 0; k < l->inputs; k++)
		part[KCL__PART_INPUT + k] = l->step[k] * row
			+ l->offset[(size_t)b * l->inputs + k];
	parts->columns[n] = (int64_t)(blocks ? blocks : 1)
		* KCL__BLOCK;
}

kcl_status kcl__parts_make(const struct kcl__bands *bands,
                           const struct kcl__layout *l, int64_t unit,
                           struct kcl__parts *parts)
{
	size_t count = 0;

	memset(parts, 0, sizeof *parts);
	for (size_t k = 0; k < bands->count; k++)
		count += (size_t)((bands->band[k].end - bands->band[k].row
		                   + unit - 1) / unit * l->batches);
	parts->part = kcl__alloc(count, (KCL__PART_INPUT + l->inputs)
	                         * sizeof *parts->part);
	parts->columns = kcl__alloc(count, sizeof *parts->columns);
	if (!parts->part || !parts->columns)
		return KCL_MEMORY;
	for (size_t k = 0; k < bands->count; k++) {
		const struct kcl__band *s = &bands->band[k];

		for (int64_t b = 0; b < l->batches; b++)
			for (int64_t row = s->row; row < s->end; row += unit)
				set_part(parts, parts->count++, s, l, b, row,
				         s->end - row > unit ? row + unit
				         : s->end);
	}
	return KCL_OK;
}

void kcl__parts_free(struct kcl__parts *parts)
{
	free(parts->part);
	free(parts->columns);
	memset(parts, 0, sizeof *parts);
}
