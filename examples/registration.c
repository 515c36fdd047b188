/* registration.c - bends one handwritten digit into another
 * SPDX-License-Identifier: MIT
 *
 * usage: registration DATA
 *
 * Points q_i with momenta p_i flow along a geodesic of smooth deformations
 * (Miller, Trouve and Younes, Journal of Mathematical Imaging and Vision 24,
 * 2006), whose energy H stays what it is:
 *
 *	H(q, p) = 1/2 sum_ij k(q_i, q_j) (p_i | p_j)
 *	dq_i/dt = dH/dp_i,  dp_i/dt = -dH/dq_i,  k(x, y) = exp(-S |x - y|^2)
 *
 * The momenta at the beginning are sought with which the ink of one digit comes
 * to lie where that of the other does, as the maximum mean discrepancy tells,
 * by a flow of little energy.  The flow is a formula with a derivative in it,
 * and the gradient of where it ends, step by step backwards, is made of
 * derivatives of that; none is written by hand.
 *
 * The discrepancy of two threes in DATA/digits.csv should fall below a
 * twentieth, and the gradient agree with differences, or the exit status is 1.
 */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, LABEL = PIXELS, COLS };
enum { D = 2, STEPS = 10, ROUNDS = 100 };

static const double S = 1 / (2 * 1.5 * 1.5);    /* flows are 1.5 pixels wide */
static const double ENERGY = 1e-4;              /* its price */

/* Pixels that have ink, and how much, of all 1.  */
struct shape {
	int64_t n;
	double at[PIXELS * D], ink[PIXELS];
};

typedef double points[PIXELS * D];      /* one after the other */

struct tools {
	kcl_kernel *flow, *back, *apart;
	struct shape from, to;
};

static struct shape shape_of(const float *pixels)
{
	struct shape s = { 0 };
	double all = 0;

	for (int k = 0; k < PIXELS; k++) {
		if (pixels[k] == 0)
			continue;
		s.at[s.n * D] = k % SIDE;
		s.at[s.n * D + 1] = SIDE - 1 - k / SIDE;
		s.ink[s.n++] = (double)pixels[k];
		all += (double)pixels[k];
	}
	for (int64_t k = 0; k < s.n; k++)
		s.ink[k] /= all;
	return s;
}

/* ----- formulas ---------------------------------------------------------- */

static kcl_kernel *kernel_of(kcl_context *ctx, const kcl_expr *e, size_t count)
{
	kcl_formula *formula;
	kcl_kernel *kernel;

	need(kcl_formula_of(count, e, &formula));
	need(kcl_kernel_from(ctx, formula, &kernel));
	kcl_formula_free(formula);
	return kernel;
}

/* The two sides of the flow, for a row x with momentum p and all columns y with
 * q; and, where u and v weigh them, the gradients of both in x, p, y and q.  */
static void make_flow(kcl_context *ctx, struct tools *t)
{
	kcl_builder *b;
	kcl_expr k, side[2], sum[4], e;

	need(kcl_builder_make(&b));
	kcl_variable(b, "x=Vi(2)");
	kcl_variable(b, "y=Vj(2)");
	kcl_variable(b, "p=Vi(2)");
	kcl_variable(b, "q=Vj(2)");
	k = kcl_apply("Exp(-$1 * SqDist(x, y))", kcl_number(b, S));
	side[0] = kcl_apply("$1 * q", k);
	side[1] = kcl_apply("-Grad($1 * (p | q), x, 1)", k);
	sum[0] = kcl_apply("Sum_Reduction($1, 0)", side[0]);
	sum[1] = kcl_apply("Sum_Reduction($1, 0)", side[1]);
	t->flow = kernel_of(ctx, sum, 2);

	kcl_variable(b, "u=Vi(2)");
	kcl_variable(b, "v=Vi(2)");
	e = kcl_apply("(u | $1) + (v | $2)", side[0], side[1]);
	sum[0] = kcl_apply("Sum_Reduction(Grad($1, x, 1), 0)", e);
	sum[1] = kcl_apply("Sum_Reduction(Grad($1, p, 1), 0)", e);
	sum[2] = kcl_apply("Sum_Reduction(Grad($1, y, 1), 1)", e);
	sum[3] = kcl_apply("Sum_Reduction(Grad($1, q, 1), 1)", e);
	t->back = kernel_of(ctx, sum, 4);
	kcl_builder_free(b);
}

/* A sum over pairs of ink, and its gradient in x.  */
static void make_apart(kcl_context *ctx, struct tools *t)
{
	const char *vars[] = { "x=Vi(2)", "y=Vj(2)", "a=Vi(1)", "b=Vj(1)" };

	need(kcl_kernel_make(ctx, "Sum_Reduction(a*Exp(-SqDist(x,y)/2)*b, 0),"
	                     "Sum_Reduction(Grad(a*Exp(-SqDist(x,y)/2)*b, x, "
	                     "1), 0)", 4, vars, &t->apart));
}

/* ----- the flow, forwards and backwards ---------------------------------- */

/* From q[0], p[0] in STEPS steps to q[STEPS]; returns the energy.  */
static double flow(const struct tools *t, points *q, points *p)
{
	int64_t n = t->from.n;
	points dq, dp;
	double energy = 0;

	for (int m = 0; m < STEPS; m++) {
		kcl_array x = kcl_f64(q[m], n, D), a = kcl_f64(p[m], n, D);
		kcl_array in[] = { x, x, a, a };
		kcl_array out[] = { kcl_f64(dq, n, D), kcl_f64(dp, n, D) };

		need(kcl_run(t->flow, 4, in, 2, out));
		for (int64_t k = 0; k < n * D; k++) {
			if (m == 0)
				energy += p[0][k] * dq[k] / 2;
			q[m + 1][k] = q[m][k] + dq[k] / STEPS;
			p[m + 1][k] = p[m][k] + dp[k] / STEPS;
		}
	}
	return energy;
}

/* Turns U and V, derivatives in the last q and p, into those in the first.  */
static void backwards(const struct tools *t, points *q, points *p, points u,
                      points v)
{
	int64_t n = t->from.n;
	points by_x, by_p, by_y, by_q;

	for (int m = STEPS; m-- > 0;) {
		kcl_array x = kcl_f64(q[m], n, D), a = kcl_f64(p[m], n, D);
		kcl_array in[] = { x, x, a, a, kcl_f64(u, n, D),
		                   kcl_f64(v, n, D) };
		kcl_array out[] = { kcl_f64(by_x, n, D), kcl_f64(by_p, n, D),
		                    kcl_f64(by_y, n, D), kcl_f64(by_q, n, D) };

		need(kcl_run(t->back, 6, in, 4, out));
		for (int64_t k = 0; k < n * D; k++) {
			u[k] += (by_x[k] + by_y[k]) / STEPS;
			v[k] += (by_p[k] + by_q[k]) / STEPS;
		}
	}
}

/* ----- what is to be small ----------------------------------------------- */

/* The sum over the ink of A, lying at X, and that of B, at Y; G = its gradient
 * in X.  */
static double pairs(const struct tools *t, const points x,
                    const struct shape *a, const points y,
                    const struct shape *b, points g)
{
	double row[PIXELS], sum = 0;
	kcl_array in[] = { kcl_f64(x, a->n, D), kcl_f64(y, b->n, D),
	                   kcl_f64(a->ink, a->n, 1), kcl_f64(b->ink, b->n, 1) };
	kcl_array out[] = { kcl_f64(row, a->n, 1), kcl_f64(g, a->n, D) };

	need(kcl_run(t->apart, 4, in, 2, out));
	for (int64_t k = 0; k < a->n; k++)
		sum += row[k];
	return sum;
}

/* The discrepancy where the ink of the first shape lies at X; U = its gradient
 * in X, in which X stands twice in the sum over one shape.  */
static double discrepancy(const struct tools *t, const points x, points u)
{
	const struct shape *from = &t->from, *to = &t->to;
	points g;
	double sum = pairs(t, to->at, to, to->at, to, g);

	sum += pairs(t, x, from, x, from, u);
	sum -= 2 * pairs(t, x, from, to->at, to, g);
	for (int64_t k = 0; k < from->n * D; k++)
		u[k] = 2 * (u[k] - g[k]);
	return sum;
}

/* ENERGY H + the discrepancy in the end, which is *LEFT, for the momenta START;
 * and its gradient G.  */
static double cost(const struct tools *t, const points start, points g,
                   double *left)
{
	points q[STEPS + 1], p[STEPS + 1], u;
	double energy;

	memcpy(q[0], t->from.at, sizeof *q);
	memcpy(p[0], start, sizeof *p);
	memset(g, 0, sizeof *p);
	energy = flow(t, q, p);
	*left = discrepancy(t, q[STEPS], u);
	backwards(t, q, p, u, g);
	for (int64_t k = 0; k < t->from.n * D; k++)
		g[k] += ENERGY * STEPS * (q[1][k] - q[0][k]);
	return ENERGY * energy + *left;
}

/* TO = P + STEP * G */
static void move(const points p, double step, const points g, points to)
{
	for (int k = 0; k < PIXELS * D; k++)
		to[k] = p[k] + step * g[k];
}

/* Goes down along the gradient, in steps that grow as long as they help;
 * returns the discrepancy at P then, and the gradient there.  */
static double descend(const struct tools *t, points p, points g)
{
	points further, after;
	double left, other, step = 1, now = cost(t, p, g, &left);

	for (int round = 0; round < ROUNDS; round++) {
		double then;

		move(p, -step, g, further);
		then = cost(t, further, after, &other);
		step *= then < now ? 1.5 : 0.25;
		if (!(then < now))
			continue;
		memcpy(p, further, sizeof further);
		memcpy(g, after, sizeof after);
		now = then;
		left = other;
	}
	return left;
}

/* How far the derivative along the gradient G at P is from differences, as a
 * part of it.  */
static double error_of(const struct tools *t, const points p, const points g)
{
	points at, none;
	double square = 0, h, up, down, left;

	for (int k = 0; k < PIXELS * D; k++)
		square += g[k] * g[k];
	h = 1e-4 / sqrt(square);
	move(p, h, g, at);
	up = cost(t, at, none, &left);
	move(p, -h, g, at);
	down = cost(t, at, none, &left);
	return fabs((up - down) / (2 * h * square) - 1);
}

/* The first two digits in FOLDER that are a three.  */
static void read_threes(const char *folder, struct shape *from,
                        struct shape *to)
{
	struct table t = table_read(folder, "digits.csv", COLS);
	struct shape *next[] = { from, to };
	int found = 0;

	for (float *cells = t.cells; found < 2; cells += COLS)
		if (cells[LABEL] == 3)
			*next[found++] = shape_of(cells);
	free(t.cells);
}

int main(int argc, char **argv)
{
	struct tools t;
	kcl_context *ctx;
	points p = { 0 }, g;
	double before, after, error;

	if (argc != 2) {
		fprintf(stderr, "usage: registration DATA\n");
		return 2;
	}
	read_threes(argv[1], &t.from, &t.to);
	need(kcl_context_open(NULL, &ctx));
	make_flow(ctx, &t);
	make_apart(ctx, &t);
	before = discrepancy(&t, t.from.at, g);
	after = descend(&t, p, g);
	error = error_of(&t, p, g);
	kcl_kernel_free(t.flow);
	kcl_kernel_free(t.back);
	kcl_kernel_free(t.apart);
	kcl_context_close(ctx);
	printf("two threes: discrepancy %.5f, bent %.5f; gradient right to "
	       "%.0e\n", before, after, error);
	return !(after < before / 20 && error < 1e-5);
}
