/* clusters.c - only those pairs that matter: clusters of points, as ranges
 * SPDX-License-Identifier: MIT
 *
 * The density of N points x_i in the unit square at themselves,
 *
 *	a_i = sum_j exp(-|x_i - x_j|^2 / (2 WIDTH^2)),
 *
 * has next to nothing of points that are more than 5 WIDTH apart.  So points
 * are put into the cells of a grid and sorted by these, so that a cell is a
 * range of rows; and cells whose centroids are far from each other are left
 * out.  The result is compared with that of all pairs.
 *
 *	cc clusters.c support.c $(pkg-config --cflags --libs keopscl) -lm  */
#include "support.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 20000 };

#define WIDTH 0.01
#define SIDE 0.07               /* of a cell */
#define FAR (1.5 * SIDE + 5 * WIDTH)

static float x[N][2], near_only[N], all[N];

/* Sorts the points by their cells; the ranges of these and their centroids
 * are to be freed.  */
static size_t sort_points(int64_t **cells, double **centroids)
{
	static float unsorted[N][2];
	static int64_t label[N], order[N];
	kcl_array points = kcl_f32(unsorted, N, 2);
	uint64_t state = 1;
	size_t count;
	double *sums;

	for (int i = 0; i < N; i++)
		for (int d = 0; d < 2; d++)
			unsorted[i][d] = (float)uniform(&state);
	need(kcl_grid_cluster(&points, SIDE, label, &count));
	*cells = room(2 * count, sizeof **cells);
	*centroids = room(2 * count, sizeof **centroids);
	sums = room(count, sizeof *sums);
	need(kcl_sort_clusters(N, label, count, order, *cells));
	need(kcl_cluster_centroids(&points, NULL, label, count, *centroids,
	                           sums));
	for (int i = 0; i < N; i++)
		memcpy(x[i], unsorted[order[i]], sizeof x[i]);
	free(sums);
	return count;
}

/* The ranges of cells that are near to each other.  */
static kcl_ranges *near_cells(void)
{
	int64_t *cells;
	double *centroid;
	size_t count = sort_points(&cells, &centroid);
	unsigned char *keep = room(count * count, 1);
	kcl_ranges *ranges;

	for (size_t k = 0; k < count; k++)
		for (size_t l = 0; l < count; l++)
			keep[k * count + l] = hypot(
				centroid[2 * k] - centroid[2 * l],
				centroid[2 * k + 1] - centroid[2 * l + 1])
				< FAR;
	need(kcl_ranges_from_matrix(count, cells, count, cells, keep,
	                            &ranges));
	printf("%zu cells, %.1f %% of the pairs of cells\n", count,
	       100.0 * (double)ranges->nredranges_j
	       / (double)(count * count));
	free(keep);
	free(centroid);
	free(cells);
	return ranges;
}

/* Runs it twice: the first time compiles.  Gives the seconds of the second. */
static double run(kcl_kernel *kernel, float *result, const kcl_ranges *ranges)
{
	kcl_array in[] = { kcl_f32(x, N, 2), kcl_f32(x, N, 2) };
	kcl_array out = kcl_f32(result, N, 1);
	double begin = 0;

	for (int k = 0; k < 2; k++) {
		begin = seconds();
		need(kcl_run_ranges(kernel, 2, in, 1, &out, ranges));
	}
	return seconds() - begin;
}

int main(void)
{
	const char *vars[] = { "x=Vi(2)", "y=Vj(2)" };
	kcl_ranges *ranges = near_cells();
	double worst = 0, some, whole;
	kcl_context *ctx;
	kcl_kernel *kernel;
	char text[100];

	snprintf(text, sizeof text, "Sum_Reduction(Exp(%g*SqDist(x,y)), 0)",
	         -1 / (2 * WIDTH * WIDTH));
	need(kcl_context_open(NULL, &ctx));
	need(kcl_kernel_make(ctx, text, 2, vars, &kernel));
	some = run(kernel, near_only, ranges);
	whole = run(kernel, all, NULL);
	for (int i = 0; i < N; i++)
		worst = fmax(worst, fabs((double)(near_only[i] - all[i]))
		             / (double)all[i]);
	printf("%.4f s instead of %.4f s on %s\n", some, whole,
	       kcl_context_text(ctx, KCL_DEVICE_TITLE));
	printf("largest difference %.1e of the sum%s\n", worst,
	       worst < 1e-5 ? ", ok" : "");
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	kcl_ranges_free(ranges);
	return !(worst < 1e-5);
}
