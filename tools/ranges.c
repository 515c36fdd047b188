/* ranges.c - the pairs that are computed, from files
 * SPDX-License-Identifier: MIT */
#include "ranges.h"
#include "variable.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Makes whole numbers of TABLE, read from PATH.  */
static int take(const struct table *table, const char *path, int64_t *to,
                struct trouble *t)
{
	const double *from = table->data;

	for (int64_t k = 0; k < table->shape[0]; k++)
		for (int64_t c = 0; c < table->shape[1]; c++) {
			double v = from[k * table->strides[0]
			                + c * table->strides[1]];

			if (!(v == floor(v) && fabs(v) <= 0x1p53))
				return trouble(t, REQUEST, "--ranges: %s has "
					"%g in row %" PRId64 "; expected "
					"whole numbers", path, v, k);
			*to++ = (int64_t)v;
		}
	return 0;
}

/* Reads array number K, of COLUMNS columns; *ROWS is how many it has.  */
static int read_array(struct ranges *r, size_t k, const char *path,
                      int64_t columns, size_t *rows, struct trouble *t)
{
	struct table table = { .data = NULL };
	int is_npy, failed = data_read(&table, path, &is_npy, t);
	int64_t found = 1;

	for (int d = 1; d < table.ndim; d++)
		found *= table.shape[d];
	if (!failed && found != columns)
		failed = trouble(t, REQUEST, "--ranges: %s has %" PRId64
			" columns; expected %" PRId64, path, found, columns);
	if (!failed)
		failed = table_convert(&table, 64, t);
	if (!failed) {
		*rows = (size_t)table.shape[0];
		r->array[k] = calloc(2 * *rows + 1, sizeof *r->array[k]);
		failed = r->array[k] ? take(&table, path, r->array[k], t)
			: no_memory(t);
	}
	table_free(&table);
	return failed;
}

/* The three arrays from number FIRST on.  */
static int read_half(struct ranges *r, size_t first, const struct paths *files,
                     size_t *count, size_t *listed, struct trouble *t)
{
	const char *const *path = files->path + first;
	size_t slices;

	if (read_array(r, first, path[0], 2, count, t)
	    || read_array(r, first + 1, path[1], 1, &slices, t)
	    || read_array(r, first + 2, path[2], 2, listed, t))
		return -1;
	if (slices == *count)
		return 0;
	return trouble(t, REQUEST, "--ranges: %s has %zu rows; expected %zu, "
	               "as %s", path[1], slices, *count, path[0]);
}

int ranges_read(struct ranges *r, const struct paths *files, struct trouble *t)
{
	kcl_ranges *g = &r->given;
	int64_t **a = r->array;

	if (files->count != 3 && files->count != 6)
		return trouble(t, REQUEST, "expected --ranges 3 or 6 times, "
		               "found %zu", files->count);
	if (read_half(r, 0, files, &g->nranges_i, &g->nredranges_j, t)
	    || (files->count == 6
	        && read_half(r, 3, files, &g->nranges_j, &g->nredranges_i, t)))
		return -1;
	g->ranges_i = a[0];
	g->slices_i = a[1];
	g->redranges_j = a[2];
	g->ranges_j = a[3];
	g->slices_j = a[4];
	g->redranges_i = a[5];
	return 0;
}

int ranges_check(const struct paths *files, const kcl_formula *formula,
                 struct trouble *t)
{
	kcl_slot slot;

	for (size_t k = 0; files->count == 3
	     && !kcl_formula_output(formula, k, &slot); k++)
		if (slot.category == VJ)
			return trouble(t, REQUEST, "expected --ranges 6 times, "
				"found 3: the last three are for tag 1, which "
				"a reduction of the formula or its gradient "
				"has");
	return 0;
}

void ranges_free(struct ranges *r)
{
	for (int k = 0; k < 6; k++)
		free(r->array[k]);
}
