/* check_solve.c - linear systems, on every device
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VARS "x=Vi(3) y=Vj(3) b=Vj(2) s=Pm(1)"
#define GAUSS "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)"

enum { M = 90, MOST = 4 * 300 };

/* ----- what is found solves the system ------------------------------------ */

/* Points X and Y of number N are the same; argument UNKNOWN is sought.  */
static const struct {
	const char *text, *vars;
	size_t unknown;
	int64_t n, rank;
	double alpha;
	int columns;            /* is each a system? */
} systems[] = {
	{ GAUSS, VARS, 2, M, 0, 0.1, 1 },
	{ GAUSS, VARS, 2, M, 10, 0.1, 1 },
	{ GAUSS, VARS, 2, M, 1000, 0.1, 1 },
	{ GAUSS, VARS, 2, 1, 0, 0, 1 },
	{ GAUSS, VARS, 2, 300, 30, 0.01, 1 },
	{ "Sum_Reduction(Exp(-Norm2(x-y))*b/2,0)", VARS, 2, M, 0, 0, 1 },
	{ "Sum_Reduction(Exp(-Norm2(x-y))*b/2,0)", VARS, 2, M, 20, 0, 1 },
	{ "Sum_Reduction(b/(1+SqDist(x,y))+b*Exp(x|y),1)",
	  "x=Vi(2) y=Vj(2) b=Vi(1)", 2, M, 0, 0.5, 1 },
	{ "Sum_Reduction(b/(1+SqDist(x,y))+b*Exp(x|y),1)",
	  "x=Vi(2) y=Vj(2) b=Vi(1)", 2, M, 5, 0.5, 1 },
	{ "Sum_Reduction(Exp(-w*SqDist(x,y))*b,0)",
	  "x=Vi(1) y=Vj(1) b=Vj(3) w=Pm(3)", 2, M, 7, 0.2, 1 },
	{ "Sum_Reduction(Exp(-SqDist(x,y))*(b-2*(x-y)*(x-y|b)),0)",
	  "x=Vi(3) y=Vj(3) b=Vj(3)", 2, M, 0, 0.2, 0 },
	{ "Sum_Reduction(MatVecMult([2,1,1,3],b)*Exp(-SqDist(x,y)),0)",
	  "x=Vi(3) y=Vj(3) b=Vj(2)", 2, M, 0, 0.2, 0 },
	{ "Sum_Reduction((1+x*y)**2*b,0)", "x=Vi(1) y=Vj(1) b=Vj(1)",
	  2, M, 8, 1, 1 },
};

static void open_system(struct problem *p, int k)
{
	problem_open(p, systems[k].text, systems[k].vars, systems[k].n,
	             systems[k].n);
	memcpy(p->in[1], p->in[0], (size_t)problem_size(p, 0) * sizeof **p->in);
	if (p->in[3])
		problem_draw(p, 3, 0.5, 1);
}

/* The argument K of P as an array of BITS at ROOM.  */
static kcl_array argument(const struct problem *p, size_t k, int bits,
                          void *room, int64_t *shape)
{
	kcl_slot slot;

	kcl_formula_input(p->formula, k, &slot);
	shape[0] = p->rows[slot.category];
	shape[1] = slot.dim;
	for (int64_t n = 0; n < problem_size(p, k); n++)
		if (bits == 64)
			((double *)room)[n] = p->in[k][n];
		else
			((float *)room)[n] = (float)p->in[k][n];
	return kcl_array_of(room, KCL_FLOAT, bits, 2, shape, NULL);
}

/* Solves P by S; where GUESS, X is one.  */
static kcl_status solve(const struct problem *p, kcl_context *ctx, int bits,
                        kcl_system *s, double *x)
{
	static double room[5][MOST];
	int64_t shape[5][2];
	size_t nin = kcl_formula_inputs(p->formula), n, u = s->unknown;
	kcl_array in[5], out;
	kcl_kernel *kernel;
	kcl_status status;

	for (size_t k = 0; k < nin; k++)
		in[k] = argument(p, k, bits, room[k], shape[k]);
	n = (size_t)problem_size(p, u);
	out = kcl_array_of(room[4], KCL_FLOAT, bits, 2, shape[u], NULL);
	for (size_t k = 0; k < n; k++)
		if (bits == 64)
			room[4][k] = x[k];
		else
			((float *)room[4])[k] = (float)x[k];
	ck_assert_msg(!kcl_kernel_from(ctx, p->formula, &kernel), "%s",
	              kcl_message());
	status = kcl_solve(kernel, nin, in, s, &out);
	for (size_t k = 0; k < n; k++)
		x[k] = bits == 64 ? room[4][k] : (double)((float *)room[4])[k];
	kcl_kernel_free(kernel);
	return status;
}

/* The greatest |b - (K + alpha I) x| / |b| of a system, by the oracle.  */
static double residual(struct problem *p, size_t unknown, double alpha,
                       int apart, double *x)
{
	double *b = p->in[unknown], worst = 0;
	int64_t n = problem_size(p, unknown), columns;
	struct answer a;

	p->in[unknown] = x;
	problem_oracle(p, &a);
	p->in[unknown] = b;
	columns = apart ? a.values : 1;
	for (int64_t c = 0; c < columns; c++) {
		double rr = 0, bb = 0;

		for (int64_t k = c; k < n; k += columns) {
			double r = b[k] - (double)a.value[k] - alpha * x[k];

			rr += r * r;
			bb += b[k] * b[k];
		}
		worst = fmax(worst, sqrt(rr / bb));
	}
	answer_free(&a);
	return worst;
}

/* Columns of very different sizes are solved alike.  */
static void stretch(struct problem *p, size_t unknown)
{
	kcl_slot slot;

	kcl_formula_input(p->formula, unknown, &slot);
	for (int64_t k = 0; k < problem_size(p, unknown); k++)
		p->in[unknown][k] *= k % slot.dim ? 64 : 1.0 / 1024;
}

START_TEST(systems_are_solved)
{
	const struct place *place;

	for (int k = 0; (place = place_get(0, k)); k++) {
		kcl_system s = { .unknown = systems[_i].unknown,
			.alpha = systems[_i].alpha, .rank = systems[_i].rank,
			.tolerance = place->bits == 64 ? 1e-9 : 0 };
		double x[MOST] = { 0 }, r;
		struct problem p;

		if (!place_turn(place, _i))
			continue;
		open_system(&p, _i);
		if (systems[_i].columns)
			stretch(&p, s.unknown);
		ck_assert_msg(!solve(&p, place_open(place), place->bits, &s, x),
		              "%s, system %d: %s", place->name, _i,
		              kcl_message());
		r = residual(&p, s.unknown, s.alpha, systems[_i].columns, x);
		ck_assert_msg(r <= (place->bits == 64 ? 1.1e-9 : 1.1e-3),
		              "%s, system %d: residual %g", place->name, _i, r);
		ck_assert(s.residual <= (place->bits == 64 ? 1e-9 : 1e-3));
		ck_assert(fabs(s.residual - r) < (place->bits == 64 ? 1e-11
		                                  : 1e-4));
		ck_assert(s.taken > 1);
		problem_free(&p);
	}
}
END_TEST

/* ----- what is asked for is done ------------------------------------------ */

/* Solves GAUSS on the host, with the solution or a guess at X.  */
static kcl_status solve_gauss(kcl_system *s, double *x)
{
	kcl_context *ctx;
	struct problem p;
	kcl_status status;

	ck_assert(!kcl_context_open("host", &ctx));
	open_system(&p, 4);
	status = solve(&p, ctx, 64, s, x);
	problem_free(&p);
	kcl_context_close(ctx);
	return status;
}

START_TEST(a_guess_is_taken)
{
	kcl_system s = { .unknown = 2, .alpha = 0.01 };
	double x[MOST] = { 0 };
	int64_t first;

	ck_assert(!solve_gauss(&s, x));
	first = s.taken;
	s.guess = 1;
	ck_assert(!solve_gauss(&s, x));
	ck_assert_int_eq(s.taken, 1);
	for (int k = 0; k < MOST; k++)
		x[k] *= 1 + 1e-5 * (k % 7);
	ck_assert(!solve_gauss(&s, x));
	ck_assert(s.taken > 1 && s.taken < first * 2 / 3);
	for (int k = 0; k < MOST; k++)
		x[k] = 0;
	ck_assert(!solve_gauss(&s, x));
	ck_assert_int_eq(s.taken, first + 1);
}
END_TEST

START_TEST(a_rank_saves_products)
{
	kcl_system s = { .unknown = 2, .alpha = 0.01 };
	double x[MOST] = { 0 }, y[MOST] = { 0 };
	int64_t without;

	ck_assert(!solve_gauss(&s, x));
	without = s.taken;
	s.rank = 60;
	ck_assert(!solve_gauss(&s, y));
	ck_assert(s.taken < without / 4);
	for (int k = 0; k < 600; k++)
		ck_assert(fabs(x[k] - y[k]) < 1e-2);
}
END_TEST

/* What is left by a limit is the best of what was found.  */
START_TEST(a_limit_is_kept)
{
	kcl_system s = { .unknown = 2, .alpha = 1, .limit = 8 };
	double x[MOST] = { 0 };
	double before;

	ck_assert_int_eq(solve_gauss(&s, x), KCL_UNSOLVED);
	ck_assert_int_eq(s.taken, 8);
	ck_assert(strstr(kcl_message(), "after 8 products with the matrix, and "
	                 "1e-06 was asked for: no more products are allowed"));
	ck_assert(s.residual < 1 && x[0] != 0);
	before = s.residual;
	s.limit = 1;
	s.guess = 1;
	ck_assert_int_eq(solve_gauss(&s, x), KCL_UNSOLVED);
	ck_assert_int_eq(s.taken, 1);
	ck_assert(s.residual == before);
}
END_TEST

/* By the diagonal of the matrix, which is 1.01.  */
static int divide(void *user, size_t n, const double *r, double *z)
{
	int *calls = user;

	ck_assert_uint_eq(n, 600);
	for (size_t k = 0; k < n; k++)
		z[k] = r[k] / 1.01;
	return ++*calls == 1000;
}

static int turn(void *user, size_t n, const double *r, double *z)
{
	(void)user;
	for (size_t k = 0; k < n; k++)
		z[k] = -r[k];
	return 0;
}

START_TEST(a_preconditioner_is_asked)
{
	int calls = 0;
	kcl_system s = { .unknown = 2, .alpha = 0.01, .user = &calls };
	double x[MOST] = { 0 };
	int64_t without;

	ck_assert(!solve_gauss(&s, x));
	without = s.taken;
	s.precondition = divide;
	ck_assert(!solve_gauss(&s, x));
	ck_assert(llabs(s.taken - without) <= without / 10);
	ck_assert(calls >= s.taken - 2);
	calls = 996;
	ck_assert_int_eq(solve_gauss(&s, x), KCL_CANCELLED);
	ck_assert_str_eq(kcl_message(), "cancelled by the preconditioner");
	s.precondition = turn;
	ck_assert_int_eq(solve_gauss(&s, x), KCL_UNSOLVED);
	ck_assert(strstr(kcl_message(), "and 1e-06 was asked for: the "
	                 "preconditioner is not positive definite"));
	ck_assert(s.residual == 1);
}
END_TEST

/* ----- gradients ---------------------------------------------------------- */

/* The derivative of g . x in s by what the header says, and by differences.  */
START_TEST(gradients_are_as_told)
{
	kcl_system s = { .unknown = 2, .alpha = 0.5, .tolerance = 1e-13 };
	double h[MOST] = { 0 }, x[MOST] = { 0 }, right = 0, width;
	struct problem p, of;
	struct answer a;
	kcl_formula *gradient;
	kcl_context *ctx;
	int64_t n;

	ck_assert(!kcl_context_open("host", &ctx));
	open_system(&p, 0);
	n = problem_size(&p, 2);
	width = *p.in[3];
	ck_assert(!solve(&p, ctx, 64, &s, x));
	for (int k = 0; k < 2; k++) {
		double moved[MOST] = { 0 };

		*p.in[3] = width + (k ? 1e-4 : -1e-4);
		ck_assert(!solve(&p, ctx, 64, &s, moved));
		for (int64_t i = 0; i < n; i++)
			right += (k ? 1 : -1) * moved[i] * (double)(i % 5)
				/ 2e-4;
	}
	*p.in[3] = width;
	for (int64_t i = 0; i < n; i++)
		p.in[2][i] = (double)(i % 5);
	ck_assert(!solve(&p, ctx, 64, &s, h));
	ck_assert(!kcl_formula_grad(p.formula, "s", &gradient));
	of = p;
	of.formula = gradient;
	of.in[2] = x;
	of.in[4] = h;
	problem_oracle(&of, &a);
	ck_assert_msg(fabs(right + (double)a.value[0]) < 1e-5 * fabs(right),
	              "%g, %g", right, -(double)a.value[0]);
	answer_free(&a);
	kcl_formula_free(gradient);
	problem_free(&p);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("solve");
	TCase *tc = tcase_create("solve");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, systems_are_solved, 0,
	                    sizeof systems / sizeof *systems);
	tcase_add_test(tc, a_guess_is_taken);
	tcase_add_test(tc, a_rank_saves_products);
	tcase_add_test(tc, a_limit_is_kept);
	tcase_add_test(tc, a_preconditioner_is_asked);
	tcase_add_test(tc, gradients_are_as_told);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
