/* interpolation.c - how deep do the quakes near Fiji lie?
 * SPDX-License-Identifier: MIT
 *
 * usage: interpolation DATA
 *
 * DATA/quakes.csv has the latitude, longitude and depth of 1,000 earthquakes
 * near Fiji, where one plate of the earth dives below another.  From one half
 * of them the depths of the other half are foretold, by a Gaussian process:
 * with the kernel k(x, y) = exp(-s |x - y|^2) the depth at x is
 *
 *	sum_j k(x, y_j) b_j,    where (k(y, y) + NOISE) b = the depths at y.
 *
 * The library solves that system by conjugate gradients: all they need is to
 * multiply with the matrix k(y, y), which is not stored.
 *
 * 85 % of the variance should be explained, or the exit status is 1.  */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LAT, LON, DEPTH, MAGNITUDE, STATIONS, COLS };
enum { N = 500 };

#define NOISE 0.1

/* The depths of a half of the quakes, every second row from FIRST on, less the
 * mean of that half, which is returned.  */
static float depths(const struct table *t, int first, float *depth)
{
	float mean = 0;

	for (int i = 0; i < N; i++) {
		depth[i] = t->cells[(2 * i + first) * COLS + DEPTH];
		mean += depth[i] / N;
	}
	for (int i = 0; i < N; i++)
		depth[i] -= mean;
	return mean;
}

/* A = k(x, y) B, where x and y are the places of two halves; or, where SYSTEM
 * is not NULL, the solution of k(x, y) A + NOISE A = B.  */
static void use(kcl_kernel *k, const float *x, const float *y, const float *b,
                kcl_system *system, float *a)
{
	float s = 0.25f;        /* a width of 1.4 degrees */
	kcl_array in[] = { kcl_f32(x, N, 2), kcl_f32(y, N, 2),
	                   kcl_f32(b, N, 1), kcl_f32(&s, 1, 1) };
	kcl_array out = kcl_f32(a, N, 1);

	/* The places stand in every second row of the table.  */
	in[0].strides = in[1].strides = (int64_t[]){ 2 * COLS, 1 };
	need(system ? kcl_solve(k, 4, in, system, &out)
	     : kcl_run(k, 4, in, 1, &out));
}

static double dot(const float *a, const float *b)
{
	double sum = 0;

	for (int i = 0; i < N; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

int main(int argc, char **argv)
{
	const char *vars[] = { "x=Vi(2)", "y=Vj(2)", "b=Vj(1)", "s=Pm(1)" };
	struct table t = table_read(argc == 2 ? argv[1] : "data",
	                            "quakes.csv", COLS);
	float *x = t.cells + COLS, *y = t.cells;
	float depth[N], b[N], a[N], mean;
	double variance, error = 0;
	kcl_system system = { .unknown = 2, .alpha = NOISE, .rank = 50 };
	kcl_context *ctx = NULL;
	kcl_kernel *k = NULL;

	if (t.rows != 2 * N) {
		fprintf(stderr, "%d quakes are expected\n", 2 * N);
		return 1;
	}
	need(kcl_context_open(NULL, &ctx));
	need(kcl_kernel_make(ctx, "Sum_Reduction(Exp(-s*SqDist(x, y)) * b, 0)",
	                     4, vars, &k));
	mean = depths(&t, 0, depth);
	use(k, y, y, depth, &system, b);
	printf("solved with %d products\n", (int)system.taken);
	use(k, x, y, b, NULL, a);
	kcl_kernel_free(k);
	kcl_context_close(ctx);

	mean -= depths(&t, 1, depth);
	for (int i = 0; i < N; i++)
		error += pow((double)(a[i] + mean - depth[i]), 2) / N;
	variance = dot(depth, depth) / N;
	printf("foretold to within %.0f km, where depths vary by %.0f km: "
	       "%.1f %% explained\n", sqrt(error), sqrt(variance),
	       100 * (1 - error / variance));
	free(t.cells);
	return !(error < 0.15 * variance);
}
