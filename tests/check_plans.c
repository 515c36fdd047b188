/* check_plans.c - the shapes of kernels: the same bits, in words, remembered
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "gpuplans.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- the same bits ----------------------------------------------------- */

enum { M = 70, N = 530 };       /* several work-items, tiles and blocks */

/* All monoids; loops over coordinates, arrays, values of columns, indices,
 * several reductions and passes.  No function is the driver's own, of which it
 * may have another for vectors.  */
static const struct { const char *text, *vars; } formulas[] = {
	{ "Sum_Reduction(Exp(-SqDist(x,y))*Square(y)*p,0)",
	  "x=Vi(3) y=Vj(3) p=Pm(1)" },
	{ "Sum_Reduction(Inv(1+SqDist(x,y))*b,0)",
	  "x=Vi(40) y=Vj(40) b=Vj(2)" },
	{ "Max_SumShiftExpWeight_Reduction((x|y),0,y)", "x=Vi(3) y=Vj(3)" },
	{ "Min_ArgMin_Reduction(x*y,0)", "x=Vi(2) y=Vj(2)" },
	{ "KMin_ArgKMin_Reduction(SqDist(x,y),4,0)", "x=Vi(3) y=Vj(3)" },
	{ "Sum_Reduction(Exp(x*y)*b,1)", "x=Vi(3) y=Vj(3) b=Vi(1)" },
	{ "Sum_Reduction(Sqrt(SqDist(x,y)),2)", "x=Vi(2) y=Vj(2)" },
	{ "LogSumExp_Reduction(-s*SqDist(x,y),0)",
	  "x=Vi(3) y=Vj(3) s=Pm(1)" },
	{ "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)",
	  "x=Vi(3) y=Vj(3) b=Vj(1) e=Vi(1)" },
	{ "Sum_Reduction(MatVecMult(x,y),0)", "x=Vi(6) y=Vj(3)" },
	{ "Sum_Reduction(IfElse(x-y,Exp(x),Sqrt(Abs(y))),0)",
	  "x=Vi(2) y=Vj(2)" },
	{ "Max_ArgMax_Reduction(x-y,0)", "x=Vi(20) y=Vj(20)" },
	{ "Sum_Reduction(IfElse(9-Abs(Index_i()-Index_j()),x*y,0),0)",
	  "x=Vi(1) y=Vj(1)" },
	{ "Sum_Reduction(x*y,0),ArgMin_Reduction(SqDist(x,y),0)",
	  "x=Vi(3) y=Vj(3)" },
	{ "LogSumExp_Reduction(Sum(TensorProd(x,y))/9,0)", "x=Vi(9) y=Vj(8)" },
	{ "SumSoftMaxWeight_Reduction((x|y),0,b)",
	  "x=Vi(18) y=Vj(18) b=Vj(2)" },
	{ "Sum_Reduction(Exp(y)*x+Sigmoid(x*y),0)", "x=Vi(2) y=Vj(2)" },
	{ "Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(40)" },
	{ "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)",
	  "x=Vi(20) y=Vj(20) b=Vj(1) e=Vi(1)" },
	{ "ArgKMin_Reduction(SqDist(x,y),3,0)", "x=Vi(20) y=Vj(20)" },
	{ "Min_ArgMin_Reduction(SqDist(x,y),0)", "x=Vi(70) y=Vj(70)" },
	{ "Sum_Reduction((Normalize(x)|Normalize(y)),0)", "x=Vi(18) y=Vj(18)" },
	{ "Grad(LogSumExp_Reduction((x|y),0),y,e)",
	  "x=Vi(3) y=Vj(3) e=Vi(1)" },
};

enum { FORMULAS = sizeof formulas / sizeof formulas[0], PLANS = 54 };

static const int rows[] = { 1, 2, 4 }, columns[] = { 1, 2, 8 };

/* Plan number K of the whole space.  */
static void name_plan(int k, char text[80])
{
	static const char *const shapes[] = {
		"shape=cpu,turns=0,tile=16", "shape=cpu,turns=1,tile=256",
		"shape=gpu,group=16,tile=8", "shape=gpu,group=16,tile=256",
		"shape=gpu,group=32,tile=8", "shape=gpu,group=64,tile=128"
	};

	snprintf(text, 80, "%s,rows=%d,cols=%d", shapes[k / 9],
	         rows[k % 3], columns[k / 3 % 3]);
}

/* Of a formula every 27th plan, another formula's being others, so that each
 * number has its turn, but for those that take long to compile; or all.  */
static int has_turn(int formula, int plan)
{
	return getenv("KEOPSCL_TEST_ALL") != NULL
		|| ((5 * formula + plan) % 27 == 0
		    && rows[plan % 3] * columns[plan / 3 % 3] <= 8);
}

/* Whether the device has the local memory that the plan needs.  */
static int has_room(const struct problem *p, kcl_context *ctx, int bits)
{
	kcl_kernel *kernel;
	int has;

	ck_assert(!kcl_kernel_from(ctx, p->formula, &kernel));
	has = kcl_kernel_source(kernel, bits)
		|| !strstr(kcl_message(), " bytes of local memory; device ");
	kcl_kernel_free(kernel);
	return has;
}

/* Either ALIKE, all plans, or on a CPU those of its own shape.  */
static void check_formula(const struct problem *p, const struct place *place,
                          int formula, int alike)
{
	kcl_context *ctx = alike ? place_open_alike(place) : place_open(place);
	int is_cpu = !strcmp(kcl_context_text(ctx, KCL_DEVICE_TYPE), "cpu");
	struct answer usual, found;
	char plan[80];
	int k = problem_run(p, ctx, place->bits, &usual) ? 0 : PLANS;

	for (; k < PLANS; k++) {
		name_plan(k, plan);
		plan_set(plan);
		if (!has_turn(formula, k)
		    || (alike ? !is_cpu : is_cpu && strstr(plan, "gpu"))
		    || !has_room(p, ctx, place->bits))
			continue;
		ck_assert(problem_run(p, ctx, place->bits, &found));
		ck_assert_msg(answer_same(&usual, &found), "%s: %s differs "
		              "with %s", place->name, formulas[formula].text,
		              plan);
		answer_free(&found);
	}
	plan_set(NULL);
	answer_free(&usual);
}

START_TEST(bits_do_not_depend_on_plans)
{
	int bits = _i % 2 ? 64 : 32;
	struct problem p;

	problem_open(&p, formulas[_i].text, formulas[_i].vars, M, N);
	for (int k = 0; place_get(bits, k); k++)
		if (!place_get(bits, k)->host && !place_get(bits, k)->shape)
			for (int both = 0; both < 2; both++)
				check_formula(&p, place_get(bits, k), _i, both);
	problem_free(&p);
}
END_TEST

/* What goes through coordinates in chunks, but for the last two: many arrays,
 * lengths that chunks do not divide, numbers beside them, indices.  */
static const struct { const char *text, *vars; } chunked[] = {
	{ "Sum_Reduction(Inv(1+SqDist(x,y))*b,0)",
	  "x=Vi(40) y=Vj(40) b=Vj(2)" },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*(x|z)*w*Index_j(),0)",
	  "x=Vi(37) y=Vj(37) z=Vj(37) w=Vi(1) s=Pm(1)" },
	{ "SumSoftMaxWeight_Reduction((x|y)/9+(u*v|v),0,b*c)",
	  "x=Vi(18) y=Vj(18) b=Vj(2) c=Vi(2) u=Vi(18) v=Vj(18)" },
	{ "ArgKMin_Reduction(Sum(Abs(x-y)*IfElse(x,y,1)),3,1)",
	  "x=Vi(19) y=Vj(19)" },
	{ "LogSumExp_Reduction(Sum(Abs(x-y))+Norm2(a-b),0)",
	  "x=Vi(300) y=Vj(300) a=Vi(3) b=Vj(3)" },
	{ "Sum_Reduction(Inv(1+WeightedSqDist(s,x,y))*b,0)",
	  "s=Pm(21) x=Vi(21) y=Vj(21) b=Vj(1)" },
	{ "Min_ArgMin_Reduction(SqDist(x,y)+(a|b)+ArgMax(p),0)",
	  "p=Pm(3) x=Vi(18) y=Vj(18) a=Vi(17) b=Vj(17)" },
	{ "Sum_Reduction((x|y)*Sum(Square(x-y*(x|y))),0)",
	  "x=Vi(17) y=Vj(17)" },
};

enum { CHUNKED = sizeof chunked / sizeof chunked[0] };

START_TEST(bits_do_not_depend_on_chunks)
{
	static const char *const ends[] = {
		"", ",chunk=0", ",group=16,cols=1,rows=1",
		",group=32,chunk=4,rows=4,cols=2", ",tile=8,chunk=16,cols=8",
		",group=128,rows=1,cols=2", NULL
	};
	static const struct gpu_plans plans = {
		"shape=gpu,unroll=16", ends, 0
	};

	gpu_plans_check(&plans, _i, chunked[_i].text, chunked[_i].vars,
	                _i == 0);
}
END_TEST

/* Of smaller groups Intel's runtime makes vectors of columns, which it then
 * adds in another order.  */
START_TEST(small_groups_are_not_for_cpus)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
	const struct place *place = place_get(32, _i);
	kcl_context *ctx = place_open(place);
	kcl_kernel *kernel;
	int cpu = !strcmp(kcl_context_text(ctx, KCL_DEVICE_TYPE), "cpu");

	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(SqDist(x,y),0)", 2,
	                           vars, &kernel));
	for (int group = 2; cpu && group <= 16; group *= 2) {
		char plan[40];

		snprintf(plan, sizeof plan, "shape=gpu,group=%d", group);
		plan_set(plan);
		ck_assert_int_eq(kcl_kernel_source(kernel, 32) != NULL,
		                 group == 16);
		plan_set(NULL);
	}
	kcl_kernel_free(kernel);
}
END_TEST

/* ----- local memory ------------------------------------------------------ */

static const char *const targets[] = { "target:opencl", "target:opencl-cpu",
	"target:cuda", "target:amdgcn:gfx90a" };
enum { TARGETS = sizeof targets / sizeof targets[0], MOST = 1000 };

/* VARS with all dimensions but 1 so many TIMES as long; 0 if that is more than
 * MOST.  */
static int grow(const char *vars, int times, char *to)
{
	for (int n; *vars; vars += n) {
		int dim = *vars == '(' ? atoi(vars + 1) : 0;

		n = dim ? (int)strcspn(vars, ")") : 1;
		if (dim * times > MOST && dim > 1)
			return 0;
		to += dim ? sprintf(to, "(%d", dim > 1 ? dim * times : 1)
			: sprintf(to, "%c", *vars);
	}
	return 1;
}

static void check_room(const struct kcl__pass *pass, kcl_context *ctx,
                       int bits, const char *text, const char *vars)
{
	for (int form = 0; form < KCL__FORMS; form++) {
		struct kcl__plan plan;
		int64_t bytes;

		kcl__plan_make(pass, &ctx->target, bits, &plan);
		kcl__plan_set_form(pass, &ctx->target, form, &plan);
		bytes = kcl__local_bytes(pass, &plan);
		ck_assert_msg(bytes <= ctx->target.local_memory, "%s: form %d "
		              "of %s, %s, float%d needs %d bytes",
		              kcl_context_text(ctx, KCL_DEVICE_NAME), form,
		              text, vars, bits, (int)bytes);
	}
}

START_TEST(own_plans_have_room)
{
	static const int times[] = { 1, 2, 5, 8, 12, 16, 25, 35, 55, 100,
		166, 333, 500 };
	kcl_context *ctx;
	char vars[200];

	ck_assert(!kcl_context_open(targets[_i], &ctx));
	for (size_t f = 0; f < FORMULAS * sizeof times / sizeof *times; f++) {
		const char *text = formulas[f % FORMULAS].text;
		struct problem p;

		if (!grow(formulas[f % FORMULAS].vars, times[f / FORMULAS],
		          vars))
			continue;
		problem_open(&p, text, vars, 1, 1);
		for (size_t k = 0; k < p.formula->passes; k++)
			for (int bits = 32; bits <= 64; bits += 32)
				check_room(&p.formula->pass[k], ctx, bits,
				           text, vars);
		problem_free(&p);
	}
	kcl_context_close(ctx);
}
END_TEST

/* Also those that were learned.  */
START_TEST(plans_without_room_are_refused)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(60)" };
	static const char message[] = "is \"shape=gpu,tile=256\", which needs "
		"69632 bytes of local memory; device target:cuda has 49152";
	char expected[200];
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("target:cuda", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	                           3, vars, &kernel));
	ck_assert_int_eq(kcl_kernel_learn(kernel, 32, "shape=gpu,tile=256"),
	                 KCL_ARGUMENT);
	snprintf(expected, sizeof expected, "the plan %s", message);
	ck_assert_str_eq(kcl_message(), expected);
	plan_set("shape=gpu,tile=256");
	ck_assert_ptr_null(kcl_kernel_source(kernel, 32));
	plan_set(NULL);
	snprintf(expected, sizeof expected, "KEOPSCL_PLAN %s", message);
	ck_assert_str_eq(kcl_message(), expected);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* ----- in words ---------------------------------------------------------- */

/* The kernel's plan has LINE.  */
static void check_line(kcl_kernel *kernel, const char *line)
{
	const char *text = kcl_kernel_plan(kernel, 32, 1000, 2000);

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(strstr(text, line) != NULL, "no \"%s\" in:\n%s", line,
	              text);
}

START_TEST(a_plan_is_told)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
	const struct place *place = place_get(32, _i);
	kcl_context *ctx = place_open(place);
	kcl_kernel *kernel;
	char lanes[40];

	plan_set("shape=gpu,group=16,tile=32");
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(Exp(y)*SqDist(x,y),1)",
	                           2, vars, &kernel));
	check_line(kernel, "Sum_Reduction(SqNorm2(x-y)*Exp(y),1)\n");
	check_line(kernel, "\nall      2e+06 pairs, ");
	if (!place->host) {
		check_line(kernel, "\nshape    gpu ");
		check_line(kernel, "\ngroup    16 ");
		check_line(kernel, "\ntile     32     columns staged together, "
		           "4 numbers of each, 512 bytes of local memory");
	} else {
		snprintf(lanes, sizeof lanes, " operations of %d lanes in a ",
		         (int)kcl_context_number(ctx, KCL_DEVICE_LANES32));
		check_line(kernel, lanes);
	}
	ck_assert_ptr_null(kcl_kernel_plan(kernel, 16, 1, 1));
	ck_assert_str_eq(kcl_message(), "bits is 16; expected 32 or 64");
	ck_assert_ptr_null(kcl_kernel_plan(NULL, 32, 1, 1));
	ck_assert_ptr_null(kcl_kernel_plan(kernel, 32, 1, -2));
	ck_assert_str_eq(kcl_message(), "n is -2; expected 0 or more");
	plan_set(NULL);
	kcl_kernel_free(kernel);
}
END_TEST

START_TEST(chunks_are_told)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
	const struct place *place = place_get(32, _i);
	kcl_kernel *kernel;

	if (place->host)
		return;
	ck_assert(!kcl_kernel_make(place_open(place), "ArgMin_Reduction("
	                           "SqDist(x,y),0)", 2, vars, &kernel));
	plan_set("shape=gpu,group=16,unroll=2,chunk=4");
	check_line(kernel, "\nchunk    4 ");
	check_line(kernel, "\ntile     256    columns in a loop; they are "
	           "staged in chunks");
	plan_set(NULL);
	kcl_kernel_free(kernel);
}
END_TEST

/* By rule it has 64 work-items, or 256 where waves have 64.  */
START_TEST(groups_are_as_devices_have_them)
{
	static const struct { int wave; int64_t most; int group; } of[] = {
		{ 0, 0, 64 }, { 0, 1024, 64 }, { 0, 48, 32 }, { 0, 1, 4 },
		{ 32, 256, 64 }, { 64, 256, 256 }, { 64, 128, 128 }
	};
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)" };
	kcl_formula *formula;
	struct kcl__plan plan;

	ck_assert(!kcl_formula_parse("Sum_Reduction(SqDist(x,y),0)", 2, vars,
	                             &formula));
	for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
		const struct kcl__target target = {
			.gpu = 1, .lanes32 = 1, .lanes64 = 1, .fma = 1,
			.local_memory = 65536, .wave = of[k].wave,
			.max_group = of[k].most
		};

		kcl__plan_make(&formula->pass[0], &target, 32, &plan);
		ck_assert_msg(plan.group == of[k].group, "%d, not %d",
		              plan.group, of[k].group);
	}
	kcl_formula_free(formula);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plans");
	TCase *tests = tcase_create("plans"), *rules = tcase_create("rules");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, bits_do_not_depend_on_plans, 0, FORMULAS);
	tcase_add_loop_test(tests, bits_do_not_depend_on_chunks, 0, CHUNKED);
	tcase_add_loop_test(tests, small_groups_are_not_for_cpus, 0,
	                    place_count(32));
	tcase_add_loop_test(tests, own_plans_have_room, 0, TARGETS);
	tcase_add_test(tests, plans_without_room_are_refused);
	tcase_add_loop_test(tests, a_plan_is_told, 0, place_count(32));
	tcase_add_loop_test(tests, chunks_are_told, 0, place_count(32));
	tcase_add_test(rules, groups_are_as_devices_have_them);
	suite_add_tcase(suite, tests);
	suite_add_tcase(suite, rules);
	return suite_run(suite);
}
