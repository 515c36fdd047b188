/* knn.c - names digits after the nearest of those it knows
 * SPDX-License-Identifier: MIT
 *
 * usage: knn DATA
 *
 * Of the 1,797 handwritten digits in DATA/digits.csv, 64 pixels each, the
 * first two thirds come with their labels.  Each other one is named by its five
 * nearest neighbours, of which a near one counts more.  KMin_ArgKMin finds the
 * five in one pass: the distances and the indices are two outputs.
 *
 * At least 96 % should be right, or the exit status is 1.  */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIXELS = 64, LABEL = PIXELS, COLS, DIGITS = 10, K = 5 };

/* The five nearest of the N known digits for each of the M unknown ones.  */
static void nearest(const struct table *t, int n, float *dist, int64_t *index)
{
	const char *vars[] = { "x=Vi(64)", "y=Vj(64)" };
	int m = t->rows - n;
	kcl_array in[] = { kcl_f32(t->cells + n * COLS, m, PIXELS),
	                   kcl_f32(t->cells, n, PIXELS) };
	kcl_array out[] = { kcl_f32(dist, m, K), kcl_i64(index, m, K) };
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;

	/* The label stands between one row of pixels and the next: the rows
	 * are COLS numbers apart, and no copy is made.  */
	in[0].strides = in[1].strides = (int64_t[]){ COLS, 1 };

	need(kcl_context_open(NULL, &ctx));
	need(kcl_kernel_make(ctx, "KMin_ArgKMin_Reduction(SqDist(x, y), 5, 0)",
	                     2, vars, &kernel));
	need(kcl_run(kernel, 2, in, 2, out));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

static int label(const struct table *t, int64_t row)
{
	return (int)t->cells[row * COLS + LABEL];
}

/* The label with the most votes among K neighbours.  */
static int vote(const struct table *t, const float *dist, const int64_t *index)
{
	double votes[DIGITS] = { 0 };
	int best = 0;

	for (int k = 0; k < K; k++)
		votes[label(t, index[k])] += 1 / (1 + (double)dist[k]);
	for (int d = 1; d < DIGITS; d++)
		if (votes[d] > votes[best])
			best = d;
	return best;
}

int main(int argc, char **argv)
{
	struct table t;
	float *dist;
	int64_t *index;
	int n, m, right = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: knn DATA\n");
		return 2;
	}
	t = table_read(argv[1], "digits.csv", COLS);
	n = t.rows * 2 / 3;
	m = t.rows - n;
	dist = room((size_t)m, K * sizeof *dist);
	index = room((size_t)m, K * sizeof *index);

	nearest(&t, n, dist, index);
	for (int i = 0; i < m; i++)
		right += vote(&t, dist + K * i, index + K * i)
		    == label(&t, n + i);
	printf("%d digits known, %d named, %d rightly: %.1f %%\n", n, m, right,
	       100.0 * right / m);
	free(t.cells);
	free(dist);
	free(index);
	return right < 0.96 * m;
}
