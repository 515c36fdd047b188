/* check_extremes.c - numbers near the ends of their range, and what is none
 * SPDX-License-Identifier: MIT
 *
 * What a formula comes to on paper, where a careless computation would be out
 * of range on the way.  */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* There is one row and N columns; DATA are the arguments' numbers one after the
 * other, EXPECTED the first numbers of the result.  */
static const struct extreme {
	const char *text, *vars;
	int n, bits;
	const char *data, *expected;
} extremes[] = {
	/* Factors meet what they scale, and not each other.  */
	{ "Sum_Reduction(u*Exp(-SqDist(x,y))*v,0)",
	  "u=Vi(1) x=Vi(1) y=Vj(1) v=Vj(1)", 1, 32,
	  "1e20 0 9 1e20", "66396.77" },
	{ "Sum_Reduction(u*Exp(-SqDist(x,y))*v,0)",
	  "u=Vi(1) x=Vi(1) y=Vj(1) v=Vj(1)", 1, 64,
	  "1e160 0 26 1e160", "2.61174176128406e26" },
	{ "Sum_Reduction((u*Inv(1+Square(SqDist(x,y))))*v,0)",
	  "u=Vi(1) x=Vi(1) y=Vj(1) v=Vj(1)", 1, 32,
	  "1e20 0 1e6 1e20", "1e16" },
	/* Constants stay apart.  */
	{ "Sum_Reduction((1e-25*x)*(1e-25*y),0)", "x=Vi(1) y=Vj(1)", 1, 32,
	  "1e25 1e25", "1" },
	{ "Sum_Reduction(1e30*(1e30*y),0)", "y=Vj(1)", 1, 32, "0", "0" },
	{ "Sum_Reduction(1e-200*(1e-200*y),0)", "y=Vj(1)", 1, 64, "1e300",
	  "1e-100" },
	{ "Sum_Reduction(1e200*(1e200*y),0)", "y=Vj(1)", 1, 64, "1e-300",
	  "1e100" },
	{ "Sum_Reduction((1e-200*x)*(1e-200*y),0)", "x=Vi(1) y=Vj(1)", 1, 64,
	  "1e300 1e300", "1e200" },
	/* No square is too large or small.  */
	{ "Sum_Reduction(Grad(ComplexAngle(z),z),0)", "z=Vj(2)", 1, 32,
	  "1e-20 1e-20", "-5e19 5e19" },
	{ "Sum_Reduction(Grad(ComplexAngle(z),z),0)", "z=Vj(2)", 1, 32,
	  "1e-22 0", "0 1e22" },
	{ "Sum_Reduction(Grad(ComplexAngle(z),z),0)", "z=Vj(2)", 1, 32,
	  "3e19 3e19", "-1.6666667e-20 1.6666667e-20" },
	{ "Sum_Reduction(Grad(ComplexAngle(z),z),0)", "z=Vj(2)", 1, 64,
	  "0 0", "0 0" },
	{ "Sum_Reduction(Grad(Grad(ComplexAngle(z),z)|[1,1],z),0)", "z=Vj(2)",
	  1, 32, "0 0", "0 0" },
	/* Decimals that are not there, and powers of 10.  */
	{ "Sum_Reduction(Round(y,10),0)", "y=Vj(1)", 1, 32, "1e30", "1e30" },
	{ "Sum_Reduction(Round(y,30),0)", "y=Vj(1)", 1, 32, "123456.7",
	  "123456.7" },
	{ "Sum_Reduction(Round(y,-40),0)", "y=Vj(1)", 1, 32, "123456.7", "0" },
	{ "Sum_Reduction(Round(y,400),0)", "y=Vj(1)", 1, 64, "1.5", "1.5" },
	{ "Sum_Reduction(Round(y,-2),0)", "y=Vj(1)", 1, 64, "123456.7",
	  "123500" },
	/* What has no weight counts for nothing.  */
	{ "LogSumExp_Reduction(y,0,w)", "y=Vj(1) w=Vj(1)", 2, 32,
	  "0 -800 0 1", "-800" },
	{ "LogSumExp_Reduction(y,0,w)", "y=Vj(1) w=Vj(2)", 3, 64,
	  "0 -800 -900 0 0 1 0 0 1", "-800 -900" },
	{ "Grad(LogSumExp_Reduction(y,0,w),y)", "y=Vj(1) w=Vj(1)", 2, 32,
	  "0 -800 0 1", "0 1" },
	{ "LogSumExpWeight_Reduction(y,0,w)", "y=Vj(1) w=Vj(1)", 2, 64,
	  "800 5 0 0", "-inf" },
	/* Zero has no sign that it was not given.  */
	{ "Sum_Reduction(1/Max_Reduction(y,0),2)", "y=Vj(1)", 1, 32, "0",
	  "inf" },
	/* NaN loses.  */
	{ "Sum_Reduction(Maximum(Log(x),y),0)", "x=Vi(1) y=Vj(1)", 1, 32,
	  "-1 2", "2" },
	{ "Sum_Reduction(Grad(Maximum(Log(x),y),y),0)", "x=Vi(1) y=Vj(1)", 1,
	  32, "-1 2", "1" },
	{ "Sum_Reduction(Grad(Minimum(Log(x),y),y),0)", "x=Vi(1) y=Vj(1)", 1,
	  32, "-1 2", "1" },
	{ "Sum_Reduction(Max(Log(y)),0)", "y=Vj(1)", 1, 32, "-1", "-inf" },
};

/* The next number of TEXT, which is moved on.  */
static double next(const char **text)
{
	char *end;
	double v = strtod(*text, &end);

	ck_assert_msg(end != *text, "a number is missing");
	*text = end;
	return v;
}

static int is_near(double found, double expected, int bits)
{
	double few = bits == 32 ? 1e-5 : 1e-11;

	return isinf(expected) || expected == 0 ? found == expected
		: fabs(found - expected) <= few * fabs(expected);
}

static void check(const struct extreme *x, struct problem *p,
                  const struct place *place)
{
	const char *expected = x->expected;
	struct answer a;

	if (!problem_run(p, place_open(place), place->bits, &a))
		return;
	for (int k = 0; *expected; k++) {
		double e = next(&expected), v = (double)a.value[k];

		ck_assert_msg(is_near(v, e, x->bits), "%s: %s of %s, value %d: "
		              "expected %g, found %g", place->name, x->text,
		              x->data, k, e, v);
	}
	answer_free(&a);
}

START_TEST(results_are_in_range)
{
	const struct extreme *x = &extremes[_i];
	const char *data = x->data;
	const struct place *place;
	struct problem p;

	problem_open(&p, x->text, x->vars, 1, x->n);
	for (size_t a = 0; a < kcl_formula_inputs(p.formula); a++)
		for (int64_t e = 0; e < problem_size(&p, a); e++)
			p.in[a][e] = next(&data);
	for (int k = 0; (place = place_get(x->bits, k)); k++)
		if (place_turn(place, _i))
			check(x, &p, place);
	problem_free(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("extremes");
	TCase *tc = tcase_create("extremes");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, results_are_in_range, 0,
	                    sizeof extremes / sizeof *extremes);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
