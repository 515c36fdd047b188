/* discrepancy.c - do shallow and deep quakes lie at the same places?
 * SPDX-License-Identifier: MIT
 *
 * usage: discrepancy DATA
 *
 * The maximum mean discrepancy of two samples is sum_ij w_i k(x_i, x_j) w_j,
 * where w is 1/m for the m points of one sample and -1/n for the n points of
 * the other (Gretton et al., Journal of Machine Learning Research 13, 2012).
 * The kernel k is a mean of Gaussians of several widths, which is built piece
 * by piece, and computed in one pass, the distance once.
 *
 * The samples are the places of the quakes near Fiji in DATA/quakes.csv, above
 * and below 300 km.  Their discrepancy should be far above that of samples that
 * were drawn from all of them by chance, or the exit status is 1.  */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

enum { LAT, LON, DEPTH, MAGNITUDE, STATIONS, COLS };
enum { SHUFFLES = 50 };

static const double widths[] = { 0.5, 1, 2, 4 };        /* degrees */
enum { WIDTHS = sizeof widths / sizeof *widths };

/* The kernel of all widths between X and Y.  */
static kcl_expr mixture(kcl_builder *b, kcl_expr x, kcl_expr y)
{
	kcl_expr d = kcl_apply("SqDist($1, $2)", x, y), k = kcl_number(b, 0);

	for (int n = 0; n < WIDTHS; n++)
		k = kcl_apply("$1 + Exp(-$2 / $3)", k, d,
		              kcl_number(b, 2 * widths[n] * widths[n]));
	return kcl_apply("$1 / $2", k, kcl_number(b, WIDTHS));
}

static kcl_kernel *make(kcl_context *ctx)
{
	kcl_builder *b;
	kcl_expr x, y, v, w, sum;
	kcl_formula *formula;
	kcl_kernel *kernel;

	need(kcl_builder_make(&b));
	x = kcl_variable(b, "x=Vi(2)");
	y = kcl_variable(b, "y=Vj(2)");
	v = kcl_variable(b, "v=Vi(1)");
	w = kcl_variable(b, "w=Vj(1)");
	sum = kcl_apply("Sum_Reduction($1 * $2 * $3, 2)", v,
	                mixture(b, x, y), w);
	need(kcl_formula_of(1, &sum, &formula));
	kcl_builder_free(b);
	need(kcl_kernel_from(ctx, formula, &kernel));
	kcl_formula_free(formula);
	return kernel;
}

/* Of the ROWS points X by their weights W.  */
static double discrepancy(kcl_kernel *k, float *x, float *w, int rows)
{
	float sum;
	kcl_array in[] = { kcl_f32(x, rows, 2), kcl_f32(x, rows, 2),
	                   kcl_f32(w, rows, 1), kcl_f32(w, rows, 1) };
	kcl_array out = kcl_f32(&sum, 1, 1);

	in[0].strides = in[1].strides = (int64_t[]){ COLS, 1 };
	need(kcl_run(k, 4, in, 1, &out));
	return (double)sum;
}

static void shuffle(float *w, int rows, uint64_t *state)
{
	for (int i = rows - 1; i > 0; i--) {
		int k = (int)(uniform(state) * (i + 1));
		float other = w[k];

		w[k] = w[i];
		w[i] = other;
	}
}

int main(int argc, char **argv)
{
	struct table t;
	float *w;
	int shallow = 0;
	double found, chance, most = 0;
	uint64_t state = 1;
	kcl_context *ctx;
	kcl_kernel *k;

	if (argc != 2) {
		fprintf(stderr, "usage: discrepancy DATA\n");
		return 2;
	}
	t = table_read(argv[1], "quakes.csv", COLS);
	w = room((size_t)t.rows, sizeof *w);
	for (int i = 0; i < t.rows; i++)
		shallow += t.cells[i * COLS + DEPTH] < 300;
	for (int i = 0; i < t.rows; i++)
		w[i] = t.cells[i * COLS + DEPTH] < 300 ? 1.0f / (float)shallow
			: -1.0f / (float)(t.rows - shallow);
	need(kcl_context_open(NULL, &ctx));
	k = make(ctx);
	found = discrepancy(k, t.cells, w, t.rows);
	for (int n = 0; n < SHUFFLES; n++) {
		shuffle(w, t.rows, &state);
		chance = discrepancy(k, t.cells, w, t.rows);
		most = chance > most ? chance : most;
	}
	kcl_kernel_free(k);
	kcl_context_close(ctx);
	printf("%d shallow and %d deep quakes: discrepancy %.4f; by chance at "
	       "most %.4f in %d trials\n", shallow, t.rows - shallow, found,
	       most, SHUFFLES);
	free(t.cells);
	free(w);
	return !(found > 10 * most);
}
