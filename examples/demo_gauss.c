/* demo_gauss.c - ten thousand million Gaussians, and their gradient
 * SPDX-License-Identifier: MIT */
#include "demo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { D = 3, COLS = 6, ROWS = 100 };  /* ROWS of the result are checked */

static const char sum[] = "Sum_Reduction(Exp(-s * SqNorm2(x - y)) * b, 0)";
static const double h = 1e-4;          /* the step of differences */

/* M points x and M points y, a row b_j for each y_j and e_i for each x_i, and
 * what is computed of them: the sum a, and the gradient g of a in x along e. */
struct clouds {
	int m;
	float s, *x, *y, *b, *e, *a, *g;
};

static float *random_rows(int m, int cols, uint64_t *state)
{
	size_t n = (size_t)m * (size_t)cols;
	float *p = room(n, sizeof *p);

	for (size_t k = 0; k < n; k++)
		p[k] = (float)uniform(state);
	return p;
}

static struct clouds make(int m)
{
	uint64_t state = 1;
	size_t rows = (size_t)m;
	struct clouds c = { .m = m, .s = 0.2f };

	c.x = random_rows(m, D, &state);
	c.y = random_rows(m, D, &state);
	c.b = random_rows(m, COLS, &state);
	c.e = random_rows(m, COLS, &state);
	c.a = room(rows * COLS, sizeof(float));
	c.g = room(rows * D, sizeof(float));
	return c;
}

static void release(struct clouds *c)
{
	free(c->x);
	free(c->y);
	free(c->b);
	free(c->e);
	free(c->a);
	free(c->g);
}

/* ----- the same in float64, a row at a time ------------------------------ */

/* The sum for the point X into A.  */
static void reference(const struct clouds *c, const double *x, double *a)
{
	double dist, diff, weight;

	for (int k = 0; k < COLS; k++)
		a[k] = 0;
	for (int j = 0; j < c->m; j++) {
		dist = 0;
		for (int d = 0; d < D; d++) {
			diff = x[d] - (double)c->y[j * D + d];
			dist += diff * diff;
		}
		weight = exp(-(double)c->s * dist);
		for (int k = 0; k < COLS; k++)
			a[k] += weight * (double)c->b[j * COLS + k];
	}
}

/* Row I moved by STEP along coordinate D: the sum, contracted with e_i.  */
static double moved(const struct clouds *c, int i, int coordinate, double step)
{
	double x[D], a[COLS], dot = 0;

	for (int d = 0; d < D; d++)
		x[d] = (double)c->x[i * D + d] + (d == coordinate ? step : 0);
	reference(c, x, a);
	for (int k = 0; k < COLS; k++)
		dot += a[k] * (double)c->e[i * COLS + k];
	return dot;
}

/* The largest relative error of ROWS rows of a.  */
static double error_of_sum(const struct clouds *c)
{
	double x[D], a[COLS], worst = 0;

	for (int n = 0; n < ROWS; n++) {
		int i = (int)((int64_t)n * c->m / ROWS);

		for (int d = 0; d < D; d++)
			x[d] = (double)c->x[i * D + d];
		reference(c, x, a);
		for (int k = 0; k < COLS; k++)
			worst = fmax(worst, fabs((double)c->a[i * COLS + k]
			                         - a[k]) / a[k]);
	}
	return worst;
}

/* The largest error of some rows of g, relative to the largest entry.  */
static double error_of_gradient(const struct clouds *c)
{
	double difference, worst = 0, largest = 0;

	for (int n = 0; n < ROWS / 10; n++) {
		int i = (int)((int64_t)n * c->m / (ROWS / 10));

		for (int d = 0; d < D; d++) {
			difference = (moved(c, i, d, h) - moved(c, i, d, -h))
			    / (2 * h);
			largest = fmax(largest, fabs(difference));
			worst = fmax(worst, fabs((double)c->g[i * D + d]
			                         - difference));
		}
	}
	return worst / largest;
}

/* ----- the two parts ------------------------------------------------------ */

static void report(struct demo_times t, int m)
{
	printf("\tmade ready in %.2f s, computed in %.2f s: "
	       "%.0f million pairs per second\n",
	       t.build, t.run, (double)m * m / t.run * 1e-6);
}

static int part_sum(const struct demo *demo, struct clouds *c,
                    const kcl_formula *formula)
{
	kcl_array in[] = { kcl_f32(c->x, c->m, D), kcl_f32(c->y, c->m, D),
	                   kcl_f32(c->b, c->m, COLS), kcl_f32(&c->s, 1, 1) };
	kcl_array out = kcl_f32(c->a, c->m, COLS);
	double error;

	printf("1. A sum of Gaussians\n\n"
	       "\t%s\n\n"
	       "\t%d points x_i and as many y_j in space, with a row b_j\n"
	       "\tof %d numbers for each, s = %g.  The matrix of all pairs\n"
	       "\twould fill %.3g GB; it is never stored.\n\n",
	       sum, c->m, COLS, (double)c->s,
	       (double)c->m * c->m * sizeof(float) * 1e-9);
	report(demo_run(demo, formula, 4, in, &out), c->m);
	error = error_of_sum(c);
	printf("\t%d rows against float64: relative error at most %.1e, ",
	       ROWS, error);
	return demo_verdict(error < 1e-6);
}

static int part_gradient(const struct demo *demo, struct clouds *c,
                         const kcl_formula *formula)
{
	kcl_array in[] = { kcl_f32(c->x, c->m, D), kcl_f32(c->y, c->m, D),
	                   kcl_f32(c->b, c->m, COLS), kcl_f32(&c->s, 1, 1),
	                   kcl_f32(c->e, c->m, COLS) };
	kcl_array out = kcl_f32(c->g, c->m, D);
	kcl_formula *grad = NULL;
	double error;

	need(kcl_formula_grad(formula, "x", &grad));
	printf("\n2. Its gradient in x\n\n"
	       "\t%s\n\n"
	       "\tDerived from the formula.  Var(4,6,0) is a row e_i for\n"
	       "\teach x_i, along which it is taken.\n\n",
	       kcl_formula_text(grad));
	report(demo_run(demo, grad, 5, in, &out), c->m);
	kcl_formula_free(grad);
	error = error_of_gradient(c);
	printf("\t%d rows against differences: relative error at most %.1e, ",
	       ROWS / 10, error);
	return demo_verdict(error < 1e-5);
}

int demo_gauss(const struct demo *demo)
{
	const char *vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(6)", "s=Pm(1)" };
	struct clouds c = make(demo->small ? 2000 : 100000);
	kcl_formula *formula = NULL;
	int wrong;

	need(kcl_formula_parse(sum, 4, vars, &formula));
	wrong = part_sum(demo, &c, formula);
	wrong += part_gradient(demo, &c, formula);
	kcl_formula_free(formula);
	release(&c);
	return wrong;
}
