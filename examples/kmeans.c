/* kmeans.c - sorts digits into clusters, knowing none of them
 * SPDX-License-Identifier: MIT
 *
 * usage: kmeans DATA
 *
 * The 1,797 handwritten digits in DATA/digits.csv go into ten clusters: every
 * digit to the one with the nearest mean, every mean to the middle of its
 * cluster, until nothing moves.  Min_ArgMin gives the nearest mean and how far
 * it is.  The kernel is made once and run with other means each time.
 *
 * The sum of squared distances may never grow, and in the end 70 % of the
 * digits should be in a cluster of their like, or the exit status is 1.  */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, LABEL = PIXELS, COLS, K = 10 };

static struct table t;
static float mean[K][PIXELS];
static float *dist;             /* of each digit to the nearest mean, */
static int64_t *nearest;        /* and which that is */

static const float *digit(int row)
{
	return t.cells + row * COLS;
}

/* Finds the nearest of the first N means for each digit; the sum of squared
 * distances.  */
static double assign(kcl_kernel *kernel, int n)
{
	kcl_array in[] = { kcl_f32(t.cells, t.rows, PIXELS),
	                   kcl_f32(mean, n, PIXELS) };
	kcl_array out[] = { kcl_f32(dist, t.rows, 1),
	                    kcl_i64(nearest, t.rows, 1) };
	double sum = 0;

	in[0].strides = (int64_t[]){ COLS, 1 };         /* skip the label */
	need(kcl_run(kernel, 2, in, 2, out));
	for (int i = 0; i < t.rows; i++)
		sum += (double)dist[i];
	return sum;
}

/* Chooses digits to begin with as means: each time the one that is furthest
 * from those chosen before.  */
static void begin(kcl_kernel *kernel)
{
	int furthest = 0;

	for (int k = 0; k < K; k++) {
		memcpy(mean[k], digit(furthest), sizeof mean[k]);
		assign(kernel, k + 1);
		for (int i = 0; i < t.rows; i++)
			if (dist[i] > dist[furthest])
				furthest = i;
	}
}

/* Moves each mean to the middle of its cluster, unless that is empty.  */
static void move_means(void)
{
	float sum[K][PIXELS] = { { 0 } }, count[K] = { 0 };

	for (int i = 0; i < t.rows; i++) {
		count[nearest[i]]++;
		for (int p = 0; p < PIXELS; p++)
			sum[nearest[i]][p] += digit(i)[p];
	}
	for (int k = 0; k < K; k++)
		for (int p = 0; p < PIXELS && count[k] > 0; p++)
			mean[k][p] = sum[k][p] / count[k];
}

/* How many digits are in a cluster where their label is the most frequent.  */
static int count_alike(void)
{
	int count[K][10] = { { 0 } }, alike = 0, most;

	for (int i = 0; i < t.rows; i++)
		count[nearest[i]][(int)digit(i)[LABEL]]++;
	for (int k = 0; k < K; k++) {
		most = 0;
		for (int label = 0; label < 10; label++)
			if (count[k][label] > most)
				most = count[k][label];
		alike += most;
	}
	return alike;
}

/* Draws five means side by side; a pixel is two letters wide.  */
static void draw(int first)
{
	static const char ink[] = "  ..::--++**##@@@@";

	for (int line = 0; line < SIDE; line++, putchar('\n'))
		for (int p = 0; p < 5 * SIDE; p++) {
			int k = first + p / SIDE, x = p % SIDE;

			printf("%.2s", ink + (int)mean[k][line * SIDE + x]
			       / 2 * 2);
		}
}

int main(int argc, char **argv)
{
	const char *vars[] = { "x=Vi(64)", "y=Vj(64)" };
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;
	double sum, last = 1e30;
	int steps = 0, alike;

	t = table_read(argc == 2 ? argv[1] : "data", "digits.csv", COLS);
	dist = room((size_t)t.rows, sizeof *dist);
	nearest = room((size_t)t.rows, sizeof *nearest);

	need(kcl_context_open(NULL, &ctx));
	need(kcl_kernel_make(ctx, "Min_ArgMin_Reduction(SqDist(x, y), 0)", 2,
	                     vars, &kernel));
	begin(kernel);
	for (; (sum = assign(kernel, K)) < last; last = sum, steps++)
		move_means();
	printf("at rest after %d steps, each digit %.1f from its mean\n\n",
	       steps, sqrt(sum / t.rows));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);

	draw(0);
	draw(5);
	alike = count_alike();
	printf("%d of %d digits are among their like\n", alike, t.rows);
	free(t.cells);
	free(dist);
	free(nearest);
	return sum > last || alike < 0.7 * t.rows;
}
