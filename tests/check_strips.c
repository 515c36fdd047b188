/* check_strips.c - sums of a long vector, some at a time: the same bits, and
 * when
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "gpuplans.h"
#include "suite.h"

/* Strips that there are all numbers for, and that there are not; over j and i;
 * weights in the tile and beside long rows.  The last two have none.  */
static const struct { const char *text, *vars; int strips; } formulas[] = {
	{ "Sum_Reduction(Inv(1+SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(100)", 3 },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,1)",
	  "x=Vi(2) y=Vj(2) b=Vi(81) s=Pm(1)", 3 },
	{ "Grad(Sum_Reduction(Exp(x*y)*b,0),b,e)",
	  "x=Vi(1) y=Vj(1) b=Vj(60) e=Vi(60)", 2 },
	{ "Sum_Reduction(x*b,0)", "x=Vi(1) b=Vj(43)", 2 },
	{ "Sum_Reduction((x|y)*b,0)", "x=Vi(200) y=Vj(200) b=Vj(90)", 3 },
	{ "Sum_Reduction((x-y)*b,0),Sum_Reduction(x*y,0)",
	  "x=Vi(1) y=Vj(1) b=Vj(50)", 1 },
	{ "Sum_Reduction(Inv(1+SqNorm2(x-b))*b,0)", "x=Vi(50) b=Vj(50)", 1 },
};

enum { FORMULAS = sizeof formulas / sizeof formulas[0] };

START_TEST(bits_do_not_depend_on_strips)
{
	static const char *const ends[] = {
		"", ",group=16,cols=1", ",group=32,cols=4,rows=2",
		",tile=8,cols=8", ",split=1", ",split=2", ",rows=1,cols=1",
		",group=256", ",group=256,split=1", ",group=128,split=2", NULL
	};
	static const struct gpu_plans plans = { "shape=gpu,strip=1", ends, 1 };

	gpu_plans_check(&plans, _i, formulas[_i].text, formulas[_i].vars,
	                _i % 3 == 0);
}
END_TEST

/* In little memory columns come by and by, and states are kept between.  */
START_TEST(strips_go_on_where_they_were)
{
	const struct place *place = place_get(32, _i);
	struct answer usual, found;
	struct problem p;
	kcl_context *ctx;

	if (place->host || place->shape)
		return;
	ctx = place_open_alike(place);
	problem_open(&p, formulas[0].text, formulas[0].vars, 30, 900);
	ck_assert(problem_run(&p, ctx, 32, &usual));
	for (size_t budget = 400000; budget >= 150000; budget /= 2) {
		size_t all = ctx->device->budget;

		plan_set("shape=gpu,strip=1,split=0");
		ctx->device->budget = budget;
		ck_assert(problem_run(&p, ctx, 32, &found));
		ctx->device->budget = all;
		plan_set(NULL);
		ck_assert(answer_same(&usual, &found));
		answer_free(&found);
	}
	answer_free(&usual);
	problem_free(&p);
}
END_TEST

START_TEST(weights_have_strips)
{
	struct problem p;

	problem_open(&p, formulas[_i].text, formulas[_i].vars, 1, 1);
	ck_assert_int_eq(kcl__strip_count(&p.formula->pass[0]),
	                 formulas[_i].strips);
	problem_free(&p);
}
END_TEST

/* What the rule says of a kernel for NVIDIA's GPUs, for AMD's with waves of so
 * many, or others.  */
static void check_rule(const char *text, const char *vars, int cuda, int wave,
                       int strips)
{
	const struct kcl__target target = {
		.gpu = 1, .lanes32 = 1, .lanes64 = 1, .fma = 1,
		.scalar = cuda, .wave = wave, .local_memory = 49152,
		.max_group = 1024
	};
	struct kcl__plan plan;
	struct problem p;

	problem_open(&p, text, vars, 1, 1);
	kcl__plan_make(&p.formula->pass[0], &target, 32, &plan);
	ck_assert_msg(plan.strips == strips, "%s, %s: %d", text, vars,
	              plan.strips);
	problem_free(&p);
}

START_TEST(sums_without_room_are_stripped)
{
	static const char gauss[] = "Sum_Reduction(Exp(-SqDist(x,y))*b,0)";

	check_rule(gauss, "x=Vi(3) y=Vj(3) b=Vj(100)", 1, 0, 1);
	check_rule(gauss, "x=Vi(3) y=Vj(3) b=Vj(64)", 1, 0, 0);
	check_rule(gauss, "x=Vi(64) y=Vj(64) b=Vj(100)", 1, 0, 0);
	check_rule(gauss, "x=Vi(3) y=Vj(3) b=Vj(64)", 0, 64, 1);
	check_rule(gauss, "x=Vi(3) y=Vj(3) b=Vj(37)", 0, 32, 0);
	check_rule(gauss, "x=Vi(3) y=Vj(3) b=Vj(100)", 0, 0, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("strips");
	TCase *tests = tcase_create("strips");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, bits_do_not_depend_on_strips, 0, FORMULAS);
	tcase_add_loop_test(tests, strips_go_on_where_they_were, 0,
	                    place_count(32));
	tcase_add_loop_test(tests, weights_have_strips, 0, FORMULAS);
	tcase_add_test(tests, sums_without_room_are_stripped);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
