/* gauss.c - a sum of Gaussians: the first program, whole
 * SPDX-License-Identifier: MIT
 *
 * M points x_i and N points y_j in space; each y_j has a weight b_j.  For each
 * x_i this computes
 *
 *	a_i = sum_j exp(-s |x_i - y_j|^2) b_j
 *
 * and compares the first few a_i with the same sum written as a loop.
 *
 *	cc gauss.c $(pkg-config --cflags --libs keopscl) -lm && ./a.out  */
#include <keopscl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { M = 1000, N = 2000, SHOWN = 4 };

static float x[M][3], y[N][3], b[N], s = 5, a[M];

static float random_number(void)
{
	return (float)rand() / (float)RAND_MAX;
}

static void fill(void)
{
	for (int i = 0; i < M; i++)
		for (int d = 0; d < 3; d++)
			x[i][d] = random_number();
	for (int j = 0; j < N; j++) {
		for (int d = 0; d < 3; d++)
			y[j][d] = random_number();
		b[j] = random_number();
	}
}

/* What a_i should be, in float64.  */
static double expected(int i)
{
	double sum = 0, dist, diff;

	for (int j = 0; j < N; j++) {
		dist = 0;
		for (int d = 0; d < 3; d++) {
			diff = (double)x[i][d] - (double)y[j][d];
			dist += diff * diff;
		}
		sum += exp(-(double)s * dist) * (double)b[j];
	}
	return sum;
}

/* The whole use of the library: open a device, make a kernel, run it.  Each
 * call gives 0 or an error; after the first error the rest is left out.  */
static int compute(void)
{
	const char *vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(1)", "s=Pm(1)" };
	kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(y, N, 3),
	                   kcl_f32(b, N, 1), kcl_f32(&s, 1, 1) };
	kcl_array out = kcl_f32(a, M, 1);
	kcl_context *ctx = NULL;
	kcl_kernel *k = NULL;
	int bad = kcl_context_open(NULL, &ctx)
	    || kcl_kernel_make(ctx, "Sum_Reduction(Exp(-s*SqNorm2(x-y))*b, 0)",
	                       4, vars, &k)
	    || kcl_run(k, 4, in, 1, &out);

	if (bad)
		fprintf(stderr, "%s\n", kcl_message());
	else
		printf("on %s\n", kcl_context_text(ctx, KCL_DEVICE_TITLE));
	kcl_kernel_free(k);
	kcl_context_close(ctx);
	return bad;
}

int main(void)
{
	double wanted;
	int bad;

	fill();
	bad = compute();
	for (int i = 0; i < SHOWN && !bad; i++) {
		wanted = expected(i);
		printf("a_%d = %.5f, expected %.5f\n", i, (double)a[i], wanted);
		bad = !(fabs((double)a[i] - wanted) < 1e-5 * wanted);
	}
	return bad;
}
