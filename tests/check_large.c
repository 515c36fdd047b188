/* check_large.c - many coordinates, columns, ranks and arguments
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *text, *vars;
	int64_t m, n;
	int timed;
} cases[] = {
	{ "Sum_Reduction(Exp(-0.002*SqDist(x,y))*b,0)",
	  "x=Vi(1000) y=Vj(1000) b=Vj(1)", 9, 300, 1 },
	{ "Sum_Reduction((x|y)*b,1)",
	  "x=Vi(1000) y=Vj(1000) b=Vi(1)", 300, 9, 1 },
	{ "Grad(Sum_Reduction(Exp(-0.01*SqDist(x,y))*b,0),x,e)",
	  "x=Vi(150) y=Vj(150) b=Vj(1) e=Vi(1)", 9, 260, 1 },
	{ "Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(100)", 21, 300, 0 },
	{ "Sum_Reduction(MatVecMult(A,y),0)", "A=Vi(144) y=Vj(12)", 21, 300,
	  0 },
	{ "Sum_Reduction(VecMatMult(x,A)*x,0)", "A=Vj(144) x=Vi(12)", 21, 260,
	  0 },
	{ "Sum_Reduction(TensorProd(x,y),0)", "x=Vi(20) y=Vj(20)", 21, 260,
	  0 },
	{ "KMin_ArgKMin_Reduction(SqDist(x,y),100,0)", "x=Vi(3) y=Vj(3)", 21,
	  300, 0 },
	{ "KMin_ArgKMin_Reduction(SqDist(x,y),100,0)", "x=Vi(3) y=Vj(3)", 5,
	  60, 0 },
	/* more than a thread's stack, if work-items were not made smaller */
	{ "Grad(Sum_Reduction(Exp(-0.0001*SqDist(x,y)),0),x,1)",
	  "x=Vi(12000) y=Vj(12000)", 3, 20, 0 },
};
enum { CASES = sizeof cases / sizeof cases[0] };

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* How long it takes to compile is told, for who reads the log.  */
static void tell_time(const struct problem *p, kcl_context *ctx,
                      const struct place *place)
{
	double begin = seconds();
	kcl_kernel *kernel;

	ck_assert_msg(!kcl_kernel_from(ctx, p->formula, &kernel)
	              && !kcl_kernel_build(kernel, place->bits), "%s",
	              kcl_message());
	printf("# %s: compiled in %.2f s for %s\n",
	       kcl_formula_text(p->formula), seconds() - begin, place->name);
	fflush(stdout);
	kcl_kernel_free(kernel);
}

static void check_everywhere(const struct problem *p, int timed)
{
	for (int k = 0; place_get(0, k); k++) {
		const struct place *place = place_get(0, k);
		kcl_context *ctx;

		if (place->bits == 64 && (place->shape || !timed))
			continue;
		ctx = place_open(place);
		if (timed)
			tell_time(p, ctx, place);
		problem_check(p, ctx, place, place->bits == 32 ? 1e-5 : 1e-14);
	}
}

START_TEST(large_ones_are_right)
{
	struct problem p;

	problem_open(&p, cases[_i].text, cases[_i].vars, cases[_i].m,
	             cases[_i].n);
	check_everywhere(&p, cases[_i].timed);
	problem_free(&p);
}
END_TEST

/* x0 y0 z0 + x1 y1 z1 + ...  */
START_TEST(as_many_arguments_as_there_can_be)
{
	char text[2000] = "Sum_Reduction(", vars[2000] = "";
	static const char *const kinds[] = { "Vi(1)", "Vj(1)", "Pm(1)" };
	struct problem p;

	for (int k = 0; k < MAX_ARGUMENTS; k++) {
		sprintf(text + strlen(text), "%sv%d",
		        k % 3 ? "*" : k ? "+" : "", k);
		sprintf(vars + strlen(vars), "%sv%d=%s", k ? " " : "", k,
		        kinds[k % 3]);
	}
	strcat(text, ",0)");
	problem_open(&p, text, vars, 19, 270);
	check_everywhere(&p, 0);
	problem_free(&p);
}
END_TEST

/* But what the host can.  */
START_TEST(what_no_stack_can_hold_is_refused)
{
	static const char *const vars[] = { "x=Vi(400000)", "y=Vj(400000)" };
	kcl_kernel *kernel;

	for (int k = 0; place_get(32, k); k++) {
		const struct place *place = place_get(32, k);
		kcl_context *ctx = place_open(place);
		kcl_status status;

		ck_assert_msg(!kcl_kernel_make(ctx, "Grad(Sum_Reduction(Exp("
			"-SqDist(x,y)),0),x,1)", 2, vars, &kernel), "%s",
		              kcl_message());
		status = kcl_kernel_build(kernel, 32);
		ck_assert_msg(status == (place->host ? KCL_OK
		              : KCL_UNSUPPORTED), "%s: %s", place->name,
		              kcl_message());
		ck_assert_msg(place->host || strstr(kcl_message(),
		              " bytes of private memory, and device "), "%s",
		              kcl_message());
		kcl_kernel_free(kernel);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("large");
	TCase *tests = tcase_create("large");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, large_ones_are_right, 0, CASES);
	tcase_add_test(tests, as_many_arguments_as_there_can_be);
	tcase_add_test(tests, what_no_stack_can_hold_is_refused);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
