/* clusters.c - points in clusters, and clusters that go together as ranges
 * SPDX-License-Identifier: MIT */
#include "array.h"
#include "diag.h"
#include "mem.h"
#include "sb.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----- points ------------------------------------------------------------ */

/* ROWS rows of DIM numbers; -1 and 0 for any.  */
struct points {
	int64_t rows, dim;
	double *at;
};

static kcl_status check(const kcl_array *a, const char *name,
                        const struct points *p, struct kcl__matrix *m)
{
	struct kcl__role role = { "array", 0, name, 0, p->dim, 0, NULL, 0, 0 };
	kcl_status status;

	if (!a)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL", name);
	if (a->ndim < 1 || a->ndim > 2)
		return kcl__fail(KCL_SHAPE, "%s has %d dimensions; expected 1 "
		                 "or 2", name, (int)a->ndim);
	if (!role.dim)
		role.dim = a->ndim == 2 && a->shape ? a->shape[1] : 1;
	status = kcl__matrix_of(a, &role, 0, m);
	if (!status && p->rows >= 0 && m->extent[KCL__ROWS] != p->rows)
		return kcl__fail(KCL_SHAPE, "%s has %lld rows; expected %lld",
		                 name, (long long)m->extent[KCL__ROWS],
		                 (long long)p->rows);
	return status;
}

/* Reads the array NAME, as P says; P->at is to be freed.  */
static kcl_status take(const kcl_array *a, const char *name, struct points *p)
{
	struct kcl__matrix m;
	kcl_status status = check(a, name, p, &m);
	int64_t n;

	if (status)
		return status;
	p->rows = m.extent[KCL__ROWS];
	p->dim = m.extent[KCL__COLUMNS];
	if (__builtin_mul_overflow(p->rows, p->dim, &n))
		n = INT64_MAX;
	p->at = kcl__alloc((size_t)n, sizeof *p->at);
	if (!p->at)
		return KCL_MEMORY;
	kcl__pack(&m, m.data, p->rows, p->at);
	kcl__widen(p->at, p->at, (size_t)n, 8 * (int)m.wide);
	return KCL_OK;
}

/* ----- grids ------------------------------------------------------------- */

/* A point's label by its first coordinates, and its cell in the next.  */
struct key {
	int64_t label, point;
	double cell;
};

static int by_cell(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return x->label != y->label ? x->label < y->label ? -1 : 1
		: x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* Labels by the cells of one more coordinate; how many there are.  */
static size_t refine(struct key *key, int64_t count)
{
	struct key last = { 0 };
	int64_t label = -1;

	qsort(key, (size_t)count, sizeof *key, by_cell);
	for (int64_t n = 0; n < count; n++) {
		struct key own = key[n];

		label += n == 0 || by_cell(&last, &own);
		key[n].label = label;
		last = own;
	}
	return (size_t)(label + 1);
}

static kcl_status set_cells(const struct points *p, double size, int64_t k,
                            struct key *key)
{
	char text[KCL__DECIMAL];

	for (int64_t n = 0; n < p->rows; n++) {
		double x = p->at[key[n].point * p->dim + k];

		if (!isfinite(x))
			return kcl__fail(KCL_ARGUMENT, "x is %s in row %lld, "
				"column %lld; expected a finite number",
				kcl__decimal(x, 6, text),
				(long long)key[n].point, (long long)k);
		key[n].cell = floor(x / size);
	}
	return KCL_OK;
}

kcl_status kcl_grid_cluster(const kcl_array *x, double size, int64_t *labels,
                            size_t *clusters)
{
	struct points p = { .rows = -1 };
	struct key *key = NULL;
	kcl_status status = KCL_OK;
	char text[KCL__DECIMAL];

	if (!labels || !clusters)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                 labels ? "clusters" : "labels");
	*clusters = 0;
	if (!(size > 0 && isfinite(size)))
		return kcl__fail(KCL_ARGUMENT, "size is %s; expected a "
		                 "positive number",
		                 kcl__decimal(size, 6, text));
	status = take(x, "x", &p);
	if (!status)
		key = kcl__alloc((size_t)p.rows, sizeof *key);
	if (!status && !key)
		status = KCL_MEMORY;
	for (int64_t n = 0; !status && n < p.rows; n++)
		key[n].point = n;
	*clusters = !status && p.rows > 0;
	for (int64_t k = 0; !status && k < p.dim; k++) {
		status = set_cells(&p, size, k, key);
		*clusters = status ? 0 : refine(key, p.rows);
	}
	for (int64_t n = 0; !status && n < p.rows; n++)
		labels[key[n].point] = key[n].label;
	free(key);
	free(p.at);
	return status;
}

/* ----- clusters ---------------------------------------------------------- */

static kcl_status check_labels(int64_t n, const int64_t *labels,
                               size_t clusters)
{
	if (n > 0 && !labels)
		return kcl__fail(KCL_ARGUMENT, "labels is NULL");
	if (n > 0 && clusters == 0)
		return kcl__fail(KCL_ARGUMENT, "clusters is 0; expected at "
			"least 1, for %lld label%s", (long long)n,
			n == 1 ? "" : "s");
	for (int64_t i = 0; i < n; i++)
		if (labels[i] < 0 || labels[i] >= (int64_t)clusters)
			return kcl__fail(KCL_ARGUMENT, "labels[%lld] is %lld; "
				"expected 0 to %lld", (long long)i,
				(long long)labels[i], (long long)clusters - 1);
	return KCL_OK;
}

kcl_status kcl_sort_clusters(size_t n, const int64_t *labels, size_t clusters,
                             int64_t *order, int64_t *ranges)
{
	int64_t begin = 0;
	kcl_status status = check_labels((int64_t)n, labels, clusters);

	if (!status && ((n && !order) || (clusters && !ranges)))
		status = kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                   n && !order ? "order" : "ranges");
	if (status)
		return status;
	for (size_t c = 0; c < 2 * clusters; c++)
		ranges[c] = 0;
	for (size_t i = 0; i < n; i++)
		ranges[2 * labels[i] + 1]++;
	for (size_t c = 0; c < clusters; c++) {
		int64_t count = ranges[2 * c + 1];

		ranges[2 * c] = ranges[2 * c + 1] = begin;
		begin += count;
	}
	for (size_t i = 0; i < n; i++)
		order[ranges[2 * labels[i] + 1]++] = (int64_t)i;
	return KCL_OK;
}

/* Adds point N of P to the centroid TO of its cluster.  */
static void add_point(const struct points *p, int64_t n, double weight,
                      double *to)
{
	for (int64_t k = 0; k < p->dim; k++)
		to[k] += weight * p->at[n * p->dim + k];
}

kcl_status kcl_cluster_centroids(const kcl_array *x, const kcl_array *weights,
                                 const int64_t *labels, size_t clusters,
                                 double *centroids, double *sums)
{
	struct points p = { .rows = -1 }, w = { .dim = 1 };
	kcl_status status = centroids && sums ? take(x, "x", &p)
		: kcl__fail(KCL_ARGUMENT, "%s is NULL",
		            centroids ? "sums" : "centroids");

	w.rows = p.rows;
	if (!status)
		status = check_labels(p.rows, labels, clusters);
	if (!status && weights)
		status = take(weights, "weights", &w);
	for (size_t c = 0; !status && c < clusters; c++) {
		sums[c] = 0;
		memset(centroids + c * (size_t)p.dim, 0,
		       (size_t)p.dim * sizeof *centroids);
	}
	for (int64_t n = 0; !status && n < p.rows; n++) {
		double weight = weights ? w.at[n] : 1;

		sums[labels[n]] += weight;
		add_point(&p, n, weight, centroids + labels[n] * p.dim);
	}
	for (size_t c = 0; !status && c < clusters * (size_t)p.dim; c++)
		centroids[c] /= sums[c / (size_t)p.dim];
	free(p.at);
	free(w.at);
	return status;
}

/* ----- ranges ------------------------------------------------------------ */

/* Copies COUNT ranges to *TO, and moves that behind them.  */
static const int64_t *put(int64_t **to, const int64_t *ranges, size_t count)
{
	int64_t *at = *to;

	if (count)
		memcpy(at, ranges, 2 * count * sizeof *at);
	*to += 2 * count;
	return at;
}

/* Lists for each of COUNT clusters the ranges of the OTHERS that it goes with:
 * slices, then ranges.  KEEP has ROW from cluster to cluster, STEP from one of
 * the others to the next.  */
static const int64_t *put_lists(int64_t **to, size_t count, size_t others,
                                const int64_t *ranges,
                                const unsigned char *keep, size_t row,
                                size_t step, const int64_t **slices)
{
	int64_t *slice = *to, listed = 0;
	const int64_t *lists;

	*slices = slice;
	*to += count;
	lists = *to;
	for (size_t k = 0; k < count; k++) {
		for (size_t n = 0; n < others; n++)
			if (keep[k * row + n * step]) {
				put(to, ranges + 2 * n, 1);
				listed++;
			}
		slice[k] = listed;
	}
	return lists;
}

kcl_status kcl_ranges_from_matrix(size_t ni, const int64_t *ranges_i,
                                  size_t nj, const int64_t *ranges_j,
                                  const unsigned char *keep,
                                  kcl_ranges **ranges)
{
	size_t kept = 0;
	int64_t *to;
	kcl_ranges *r;

	if (kcl__nowhere(ranges, "the ranges"))
		return KCL_ARGUMENT;
	*ranges = NULL;
	if ((ni && !ranges_i) || (nj && !ranges_j) || (ni && nj && !keep))
		return kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                 ni && !ranges_i ? "ranges_i" : nj && !ranges_j
		                 ? "ranges_j" : "keep");
	for (size_t k = 0; k < ni * nj; k++)
		kept += keep[k] != 0;
	r = kcl__alloc(sizeof *r / sizeof *to + 3 * (ni + nj) + 4 * kept,
	               sizeof *to);
	if (!r)
		return KCL_MEMORY;
	to = (int64_t *)(void *)(r + 1);
	r->nranges_i = ni;
	r->nranges_j = nj;
	r->nredranges_i = r->nredranges_j = kept;
	r->ranges_i = put(&to, ranges_i, ni);
	r->ranges_j = put(&to, ranges_j, nj);
	r->redranges_j = put_lists(&to, ni, nj, ranges_j, keep, nj, 1,
	                           &r->slices_i);
	r->redranges_i = put_lists(&to, nj, ni, ranges_i, keep, 1, nj,
	                           &r->slices_j);
	*ranges = r;
	return KCL_OK;
}

void kcl_ranges_free(kcl_ranges *ranges)
{
	free(ranges);
}
