/* check_operations.c - every operation and its derivatives on every device
 * SPDX-License-Identifier: MIT */
#include "pieces.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Rounding, in units of the sum of |terms| and 1 for each term.  */
static double tolerance(int bits)
{
	return bits == 32 ? 4e-6 : 2e-14;
}

/* ----- rules ------------------------------------------------------------ */

/* The sum of `whole` with element K of variable V of each row moved by H.  */
static void moved(struct problem *p, int v, int64_t k, double h,
                  struct answer *a)
{
	int64_t dim = p->formula->g.argument[v].dim;
	int64_t n = problem_size(p, (size_t)v);

	for (int64_t e = k; e < n; e += dim)
		p->in[v][e] += h;
	problem_oracle(p, a);
	for (int64_t e = k; e < n; e += dim)
		p->in[v][e] -= h;
}

/* (whole(v + h) - whole(v - h)) / 2h for row I.  */
static long double slope(struct problem *p, int v, int64_t k, double h,
                         int64_t i)
{
	struct answer up, down;
	long double d;

	moved(p, v, k, h, &up);
	moved(p, v, k, -h, &down);
	d = (up.value[i] - down.value[i]) / (2 * h);
	answer_free(&up);
	answer_free(&down);
	return d;
}

static void draw(struct problem *p, const struct subject *s)
{
	for (int k = 0; k < s->count; k++)
		problem_draw(p, (size_t)k, s->low[k], s->high[k]);
}

/* Compares a gradient with differences, Richardson's way.  */
static void check_rule(const struct subject *s, const struct piece *piece)
{
	const double h = 1.0 / 4096;
	char text[700];
	struct problem whole, grad;
	struct answer a;

	snprintf(text, sizeof text, "Sum_Reduction(%s,0)", piece->whole);
	problem_open(&whole, text, s->vars, 2, 3);
	snprintf(text, sizeof text, "Sum_Reduction(%s,0)", piece->text);
	problem_open(&grad, text, s->vars, 2, 3);
	draw(&whole, s);
	draw(&grad, s);
	problem_oracle(&grad, &a);
	for (int64_t e = 0; e < a.rows * a.values; e++) {
		int64_t k = e % a.values, i = e / a.values;
		long double wide = slope(&whole, piece->v, k, 2 * h, i);
		long double near = slope(&whole, piece->v, k, h, i);
		long double expected = near + (near - wide) / 3;

		ck_assert_msg(fabsl(a.value[e] - expected)
		              <= 1e-9L * (1 + a.scale[e]),
		              "%s, coordinate %lld: %.12Lg, by differences "
		              "%.12Lg", piece->text, (long long)k, a.value[e],
		              expected);
	}
	answer_free(&a);
	problem_free(&whole);
	problem_free(&grad);
}

static void check_rules(int order)
{
	struct subject *s = malloc(sizeof *s);

	ck_assert_ptr_nonnull(s);
	for (int k = 0; subject_get(k, order, s); k++)
		for (int p = 0; p < s->pieces; p++)
			check_rule(s, &s->piece[p]);
	free(s);
}

START_TEST(first_derivatives_are_those_of_the_value)
{
	check_rules(1);
}
END_TEST

START_TEST(second_derivatives_are_those_of_the_first)
{
	check_rules(2);
}
END_TEST

START_TEST(broadcasts_are_undone)
{
	struct subject *s = malloc(sizeof *s);
	int pieces = 0;

	ck_assert_ptr_nonnull(s);
	for (int mask = 1; mask < 7; mask++)
		for (int k = 0; subject_broadcast(k, mask, s); k++)
			for (int p = 0; p < s->pieces; p++, pieces++)
				check_rule(s, &s->piece[p]);
	ck_assert_int_gt(pieces, 80);
	free(s);
}
END_TEST

/* At x = y = (1, -2, 0.5), c = 1 and the complex number z = 0.  */
static const struct { const char *text; int dim; double value; } meeting[] = {
	{ "Grad(LaplaceKernel(c,x,y,1),x,1)", 3, 0 },
	{ "Grad(Matern32Kernel(c,x,y,1),x,1)", 3, 0 },
	{ "Grad(Matern52Kernel(c,x,y,1),x,1)", 3, 0 },
	{ "Laplacian(GaussKernel(c,x,y,1),x)", 1, -6 },
	{ "Laplacian(CauchyKernel(c,x,y,1),x)", 1, -6 },
	{ "Laplacian(InverseMultiquadricKernel(c,x,y,1),x)", 1, -3 },
	{ "Laplacian(LaplaceKernel(c,x,y,1),x)", 1, 0 },
	{ "Laplacian(Matern32Kernel(c,x,y,1),x)", 1, -9 },
	{ "Laplacian(Matern52Kernel(c,x,y,1),x)", 1, -5 },
	{ "Elem(GradMatrix(Grad(Matern52Kernel(c,x,y,1),x,1),y),4)", 1,
	  5.0 / 3 },
	{ "Grad(Matern52Kernel(c,x,y,1),c,1)", 1, 0 },
	{ "Grad(ComplexAbs(z),z,1)", 2, 0 },
	{ "Grad(ComplexAngle(z),z,1)", 2, 0 },
	{ "Grad(Grad(ComplexAngle(z),z,1),z,z+1)", 2, 0 },
};

static void meet(struct problem *p)
{
	char text[2000] = "Sum_Reduction([";
	int n = sizeof meeting / sizeof *meeting;

	for (int k = 0; k < n; k++)
		sprintf(text + strlen(text), "%s%s", k ? "," : "",
		        meeting[k].text);
	strcat(text, "],0)");
	problem_open(p, text, "x=Vi(3) y=Vj(3) c=Pm(1) z=Vi(2)", 1, 1);
	for (int k = 0; k < 3; k++)
		p->in[0][k] = p->in[1][k] = (double[]){ 1, -2, 0.5 }[k];
	p->in[2][0] = 1;
	p->in[3][0] = p->in[3][1] = 0;
}

START_TEST(derivatives_are_right_where_points_meet)
{
	struct problem p;
	struct answer a;

	meet(&p);
	for (int k = 0; place_get(0, k); k++) {
		kcl_context *ctx = place_open(place_get(0, k));
		int64_t at = 0;

		ck_assert(problem_run(&p, ctx, place_get(0, k)->bits, &a));
		for (int m = 0; at < a.values; at += meeting[m++].dim)
			for (int c = 0; c < meeting[m].dim; c++)
				ck_assert_msg(fabsl(a.value[at + c]
					- meeting[m].value) < 1e-5,
					"%s: %s is %Lg, not %g",
					place_get(0, k)->name, meeting[m].text,
					a.value[at + c], meeting[m].value);
		answer_free(&a);
	}
	problem_free(&p);
}
END_TEST

/* ----- devices ---------------------------------------------------------- */

static void compare(const struct batch *b, const struct answer *expected,
                    const struct answer *found, const struct place *place)
{
	int64_t at;
	double error = answer_error(expected, found,
	                            (double)b->problem.rows[1], &at);

	ck_assert_msg(error <= tolerance(place->bits), "%s: %s, row %lld: "
	              "expected %.17Lg, found %.17Lg, error %.3g of %.3Lg",
	              place->name, batch_piece(b, at)->text,
	              (long long)(at / found->values), expected->value[at],
	              found->value[at], error, expected->scale[at]);
}

/* 0 if the device says that it cannot.  */
static int check_place(const struct batch *b, const struct answer *expected,
                       const struct place *place)
{
	kcl_context *ctx = place_open(place);
	struct answer found;
	int done = problem_run(&b->problem, ctx, place->bits, &found);

	if (done) {
		compare(b, expected, &found, place);
		answer_free(&found);
	}
	return done;
}

/* The same subjects, from number NEXT on, with few columns.  */
static void check_few(int next, int order, const struct place *place)
{
	struct batch *b = malloc(sizeof *b);
	struct answer expected;

	ck_assert_ptr_nonnull(b);
	ck_assert(batch_get(&next, order, 21, 2, b));
	problem_oracle(&b->problem, &expected);
	ck_assert(check_place(b, &expected, place));
	answer_free(&expected);
	batch_free(b);
	free(b);
}

static void check_everywhere(int order, int64_t m, int64_t n)
{
	struct batch *b = malloc(sizeof *b);
	struct answer expected;
	int next = 0, first = 0, number = order;

	ck_assert_ptr_nonnull(b);
	for (; batch_get(&next, order, m, n, b); first = next, number++) {
		problem_oracle(&b->problem, &expected);
		for (int k = 0; place_get(0, k); k++) {
			const struct place *place = place_get(0, k);

			if (place_turn(place, number)
			    && !check_place(b, &expected, place))
				check_few(first, order, place);
		}
		answer_free(&expected);
		batch_free(b);
	}
	ck_assert_int_gt(next, 50);
	free(b);
}

START_TEST(values_are_right_everywhere)
{
	check_everywhere(0, 37, 300);
}
END_TEST

START_TEST(first_derivatives_are_right_everywhere)
{
	check_everywhere(1, 21, 259);
}
END_TEST

START_TEST(second_derivatives_are_right_everywhere)
{
	check_everywhere(2, 21, 35);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("operations");
	TCase *tests = tcase_create("operations");

	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, first_derivatives_are_those_of_the_value);
	tcase_add_test(tests, second_derivatives_are_those_of_the_first);
	tcase_add_test(tests, broadcasts_are_undone);
	tcase_add_test(tests, derivatives_are_right_where_points_meet);
	tcase_add_test(tests, values_are_right_everywhere);
	tcase_add_test(tests, first_derivatives_are_right_everywhere);
	tcase_add_test(tests, second_derivatives_are_right_everywhere);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
