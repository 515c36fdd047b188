/* check_shelves.c - long rows in local memory: the same bits, and when
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "gpuplans.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sums of outer products with a pair's vector, a column's, and one computed of
 * a column, scaled or not; several rows, parameters, indices; lengths that no
 * step divides.  The last three are not shelved.  */
static const struct { const char *text, *vars; } formulas[] = {
	{ "Grad(Sum_Reduction(Inv(1+SqDist(x,y))*b,0),x,e)",
	  "x=Vi(20) y=Vj(20) b=Vj(1) e=Vi(1)" },
	{ "Sum_Reduction(Inv(1+SqDist(x,y))*b,0)",
	  "x=Vi(17) y=Vj(17) b=Vj(40)" },
	{ "SumSoftMaxWeight_Reduction((x|y),0,b*c)",
	  "x=Vi(18) y=Vj(18) b=Vj(33) c=Vj(1)" },
	{ "Grad(SumSoftMaxWeight_Reduction((x|y)/9,0,b),x,e)",
	  "x=Vi(19) y=Vj(19) b=Vj(19) e=Vi(19)" },
	{ "Max_SumShiftExpWeight_Reduction(-SqDist(x,y),0,x-y)",
	  "x=Vi(32) y=Vj(32)" },
	{ "Sum_Reduction((x|y),0),Sum_Reduction(WeightedSqDist(s,x,y)*y,0)",
	  "s=Pm(21) x=Vi(21) y=Vj(21)" },
	{ "ArgKMin_Reduction(Sum(Abs(x-y)*IfElse(x,y,1)),3,1)",
	  "x=Vi(19) y=Vj(19)" },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*(Normalize(x)|z)*Index_j(),0)",
	  "x=Vi(37) y=Vj(37) z=Vj(37) s=Pm(1)" },
	{ "Sum_Reduction((x|y)*Sum(Square(x-y*(x|y))),0)",
	  "x=Vi(17) y=Vj(17)" },
};

enum { FORMULAS = sizeof formulas / sizeof formulas[0] };

START_TEST(bits_do_not_depend_on_shelves)
{
	static const char *const ends[] = {
		"", ",group=16,cols=1", ",group=32,cols=4,rows=2",
		",tile=8,cols=8", ",split=1", ",split=2", NULL
	};
	static const struct gpu_plans plans = { "shape=gpu,shelf=1", ends, 1 };

	gpu_plans_check(&plans, _i, formulas[_i].text, formulas[_i].vars,
	                _i == 2);
}
END_TEST

/* What the rule says of a kernel, for a GPU with threads of so many work-items
 * and KiB of local memory.  */
static void check_rule(const char *text, const char *vars, int narrow, int kib,
                       int shelved, int group)
{
	const struct kcl__target target = {
		.gpu = 1, .lanes32 = 1, .lanes64 = 1, .fma = 1,
		.narrow = narrow, .local_memory = kib * 1024,
		.max_group = 1024
	};
	struct kcl__plan plan;
	struct problem p;

	problem_open(&p, text, vars, 1, 1);
	kcl__plan_make(&p.formula->pass[p.formula->passes - 1], &target, 32,
	               &plan);
	ck_assert_msg(plan.shelved == shelved && plan.group == group,
	              "%s, %s, threads of %d, %d KiB: %d, group of %d", text,
	              vars, narrow, kib, plan.shelved, plan.group);
	problem_free(&p);
}

START_TEST(crowded_rows_are_shelved)
{
	static const char gradient[] =
		"Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)";
	static const char softmax[] =
		"SumSoftMaxWeight_Reduction((x|y),0,b)";
	static const char vars[] = "x=Vi(64) y=Vj(64) b=Vj(1) e=Vi(1)";
	static const char wide[] = "x=Vi(64) y=Vj(64) b=Vj(64)";

	check_rule(gradient, vars, 8, 64, 1, 64);
	check_rule(gradient, vars, 8, 48, 1, 32);
	check_rule(gradient, vars, 8, 16, 0, 64);
	check_rule(gradient, vars, 0, 64, 0, 64);
	check_rule(gradient, "x=Vi(20) y=Vj(20) b=Vj(1) e=Vi(1)", 8, 64, 0,
	           64);
	check_rule(gradient, "x=Vi(24) y=Vj(24) b=Vj(1) e=Vi(1)", 8, 64, 1,
	           64);
	check_rule(softmax, wide, 0, 64, 1, 64);
	check_rule(softmax, wide, 0, 48, 0, 64);
	check_rule(softmax, wide, 8, 64, 1, 64);
	check_rule(softmax, "x=Vi(64) y=Vj(64) b=Vj(1)", 8, 64, 0, 64);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shelves");
	TCase *tests = tcase_create("shelves");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, bits_do_not_depend_on_shelves, 0, FORMULAS);
	tcase_add_test(tests, crowded_rows_are_shelved);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
