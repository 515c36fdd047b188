/* sinkhorn.c - how far it is from one cloud of points to another
 * SPDX-License-Identifier: MIT
 *
 * The distance of optimal transport: what it costs to carry one cloud onto the
 * other if moving a point costs the square of the way.  Sinkhorn's algorithm
 * finds it, blurred by EPS, with two potentials f and g that answer each other:
 *
 *	f_i = -EPS log mean_j exp((g_j - |x_i - y_j|^2) / EPS)
 *
 * and g likewise from f.  LogSumExp never overflows, however small EPS is.
 * The blur is taken off with the cost from each cloud to itself.
 *
 * The second cloud is the first one shaken up and moved by (0.6, -0.3); the
 * cost must be the square of that, 0.45, or the exit status is 1.  */
#include "support.h"

#include <math.h>
#include <stdio.h>

enum { N = 400, D = 2, STEPS = 150 };

#define EPS 0.02

static double x[N][D], y[N][D];

/* f from the potential G of the cloud Y, at the points X.  */
static void answer(kcl_kernel *k, double (*from)[D], double (*to)[D],
                   const double *g, double *f)
{
	double per_eps = 1 / EPS;
	kcl_array in[] = { kcl_f64(from, N, D), kcl_f64(to, N, D),
	                   kcl_f64(g, N, 1), kcl_f64(&per_eps, 1, 1) };
	kcl_array out = kcl_f64(f, N, 1);

	need(kcl_run(k, 4, in, 1, &out));
	for (int i = 0; i < N; i++)
		f[i] = -EPS * (f[i] - log(N));
}

static double mean(const double *f)
{
	double sum = 0;

	for (int i = 0; i < N; i++)
		sum += f[i];
	return sum / N;
}

/* The blurred cost from one cloud to another.  */
static double cost(kcl_kernel *k, double (*from)[D], double (*to)[D])
{
	double f[N] = { 0 }, g[N] = { 0 };

	for (int step = 0; step < STEPS; step++) {
		answer(k, from, to, g, f);
		answer(k, to, from, f, g);
	}
	return mean(f) + mean(g);
}

/* A ring, and the same elsewhere, in another order.  */
static void make_clouds(void)
{
	uint64_t state = 1;
	double angle, radius;
	int j;

	for (int i = 0; i < N; i++) {
		angle = 6.283185307179586 * uniform(&state);
		radius = 0.3 + 0.05 * normal(&state);
		j = (i * 7 + 3) % N;
		x[i][0] = radius * cos(angle);
		x[i][1] = radius * sin(angle);
		y[j][0] = x[i][0] + 0.6;
		y[j][1] = x[i][1] - 0.3;
	}
}

/* The best device that computes in float64; the host does.  */
static kcl_context *open_float64(void)
{
	kcl_context *ctx = NULL;

	need(kcl_context_open(NULL, &ctx));
	if (kcl_context_number(ctx, KCL_DEVICE_FP64))
		return ctx;
	kcl_context_close(ctx);
	need(kcl_context_open("host", &ctx));
	return ctx;
}

int main(void)
{
	const char *vars[] = { "x=Vi(2)", "y=Vj(2)", "g=Vj(1)", "r=Pm(1)" };
	kcl_context *ctx = open_float64();
	kcl_kernel *k = NULL;
	double between, within, squared;

	make_clouds();
	need(kcl_kernel_make(ctx,
	                     "LogSumExp_Reduction((g - SqDist(x, y)) * r, 0)",
	                     4, vars, &k));
	between = cost(k, x, y);
	within = (cost(k, x, x) + cost(k, y, y)) / 2;
	kcl_kernel_free(k);
	kcl_context_close(ctx);

	squared = between - within;
	printf("blurred cost %.6f, of which the blur is %.6f\n", between,
	       within);
	printf("squared distance of the clouds: %.6f, expected 0.45\n",
	       squared);
	return !(fabs(squared - 0.45) < 1e-5);
}
