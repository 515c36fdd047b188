/* check_solve_edges.c - linear systems that are hard, or have odd numbers
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <math.h>
#include <string.h>

/* ----- sizes ---------------------------------------------------------- */

/* K = S, x = b / S.  */
static kcl_status divide_by(double s, double b, int bits, kcl_system *how,
                            double *x)
{
	static const char *const vars[] = { "x=Vi(1)", "b=Vj(1)", "s=Pm(1)" };
	float narrow[] = { 1, (float)b, (float)s, 0 };
	double wide[] = { 1, b, s, 0 };
	int64_t shape[] = { 1, 1 };
	kcl_array a[4];
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	for (int k = 0; k < 4; k++)
		a[k] = kcl_array_of(bits == 32 ? (void *)&narrow[k] : &wide[k],
		                    KCL_FLOAT, bits, 2, shape, NULL);
	*how = (kcl_system){ .unknown = 1 };
	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, "Sum_Reduction(x*s*b,0)", 3, vars,
	                               &kernel), "%s", kcl_message());
	status = kcl_solve(kernel, 3, a, how, &a[3]);
	*x = bits == 32 ? (double)narrow[3] : wide[3];
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

/* No square is too large or too small, and what is beyond the type is told.  */
START_TEST(numbers_may_be_large_or_small)
{
	static const struct {
		double s, b;
		int bits, fits;
	} all[] = {
		{ 1, 1e200, 64, 1 }, { 1, 1e-200, 64, 1 }, { 2, 1e-310, 64, 1 },
		{ 1e-200, 1e100, 64, 1 }, { 1e200, -1e-100, 64, 1 },
		{ 1e-200, 1e200, 64, 0 }, { 1e-30, 1e5, 32, 1 },
		{ 1e30, 1e25, 32, 1 }, { 1e-30, 1e20, 32, 0 },
		{ 3, 1e38, 32, 1 }, { 0.25, 2e38, 32, 0 },
		{ 1e30, 1e-30, 32, 0 }, { 3.3e14, 1e-30, 32, 0 },
		{ 1e300, 1e-300, 64, 0 }
	};

	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		kcl_system how;
		double x = 0, right = all[k].b / all[k].s;
		kcl_status status = divide_by(all[k].s, all[k].b, all[k].bits,
		                              &how, &x);

		ck_assert_msg(status == (all[k].fits ? KCL_OK : KCL_UNSOLVED),
		              "%zu: %s", k, kcl_message());
		ck_assert(all[k].fits || (isinf(how.residual) && !strcmp(
			kcl_message(), "the solution is out of range")));
		if (all[k].fits)
			ck_assert_msg(fabs(x - right) <= 1e-3 * fabs(right),
			              "%zu: %g", k, x);
	}
}
END_TEST

/* ----- hard ones ------------------------------------------------------ */

enum { N = 400, B = 2 };
static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)", "b=Vj(1)",
	"w=Pm(1)" };
static double points[N], right[B * N], found[B * N], width[B];

static void draw(void)
{
	for (int k = 0; k < N; k++)
		points[k] = (double)(k * 7919 % 1009) / 1009;
	for (int k = 0; k < B * N; k++)
		right[k] = (double)(k * 31 % 17) - 8;
	memset(found, 0, sizeof found);
	width[0] = 1;
	width[1] = -1;
}

/* Solves for the first ROWS points in all BATCHES of b and w.  */
static kcl_status solve(const char *text, int64_t rows, int64_t batches,
                        kcl_system *s)
{
	int64_t many[] = { batches, rows, 1 }, one[] = { batches, 1, 1 };
	const kcl_array in[] = { kcl_f64(points, rows, 1),
		kcl_f64(points, rows, 1),
		kcl_array_of(right, KCL_FLOAT, 64, 3, many, NULL),
		kcl_array_of(width, KCL_FLOAT, 64, 3, one, NULL) };
	const kcl_array out = kcl_array_of(found, KCL_FLOAT, 64, 3, many, NULL);
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	s->unknown = 2;
	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, text, 4, vars, &kernel), "%s",
	              kcl_message());
	status = kcl_solve(kernel, 4, in, s, &out);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

#define SMOOTH "Sum_Reduction(w*Exp(-SqDist(x,y))*b,0)"

/* Of a matrix that is nearly singular, or is not positive definite, a
 * preconditioner does no harm.  */
START_TEST(ranks_do_no_harm)
{
	kcl_system s = { .alpha = 1e-13, .rank = 50 };

	draw();
	for (int k = 0; k < N; k++)
		right[k] = points[k];
	ck_assert_msg(!solve(SMOOTH, N, 1, &s), "%s", kcl_message());
	width[0] = -1;
	s.alpha = 0;
	ck_assert_int_eq(solve(SMOOTH, N, 1, &s), KCL_UNSOLVED);
	ck_assert(strstr(kcl_message(), "the matrix is not positive definite"));
	width[0] = 0;
	ck_assert_int_eq(solve("Sum_Reduction(0*x*w*b,0)", N, 1, &s),
	                 KCL_UNSOLVED);
	ck_assert(strstr(kcl_message(), "the matrix is not positive definite"));
}
END_TEST

/* A system that has no solution leaves the others theirs.  */
START_TEST(systems_are_apart)
{
	double alone[N];
	kcl_system s = { .alpha = 0.1, .rank = _i ? 20 : 0 };

	draw();
	ck_assert(!solve("Sum_Reduction(w*Exp(-200*SqDist(x,y))*b,0)", N, 1,
	                 &s));
	memcpy(alone, found, sizeof alone);
	draw();
	ck_assert_int_eq(solve("Sum_Reduction(w*Exp(-200*SqDist(x,y))*b,0)", N,
	                       B, &s), KCL_UNSOLVED);
	ck_assert(strstr(kcl_message(), "the matrix is not positive definite "
	                 "(batch 1, column 0)"));
	for (int k = 0; k < N; k++)
		ck_assert(fabs(found[k] - alone[k]) < 1e-4);
}
END_TEST

/* What a limit leaves is a guess to go on with, even if its residual is more
 * than that of 0.  */
START_TEST(limits_can_be_gone_on_from)
{
	kcl_system s = { .alpha = 1e-3, .limit = _i };
	int calls = 1;

	draw();
	while (solve("Sum_Reduction(w*Exp(-20*SqDist(x,y))*b,0)", 100, 1, &s)
	       && calls < 100) {
		ck_assert(strstr(kcl_message(), "no more products are "
		                 "allowed"));
		s.guess = 1;
		calls++;
	}
	ck_assert_msg(calls > 1 && calls < 100, "%d calls, residual %g", calls,
	              s.residual);
}
END_TEST

/* A guess that is worse than none is none.  */
START_TEST(bad_guesses_are_left)
{
	kcl_system s = { .alpha = 0.1, .guess = 1 };
	static const double bad[] = { 1e300, -1e308, 1e10 };

	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
		draw();
		for (int i = 0; i < N; i++)
			found[i] = bad[k];
		ck_assert_msg(!solve(SMOOTH, N, 1, &s), "%g: %s", bad[k],
		              kcl_message());
	}
}
END_TEST

/* What is asked for is more than float64 has; that ends, near to the best.  */
START_TEST(ends_where_nothing_is_gained)
{
	kcl_system s = { .alpha = 0.1, .tolerance = 1e-300,
		.limit = INT64_MAX };

	draw();
	ck_assert_int_eq(solve(SMOOTH, N, 1, &s), KCL_UNSOLVED);
	ck_assert(strstr(kcl_message(), "more products do not help"));
	ck_assert_msg(s.residual < 1e-12, "%g", s.residual);
	ck_assert(s.taken < 300);
}
END_TEST

/* Zeros show that, a guess does not.  */
START_TEST(what_is_added_is_seen)
{
	kcl_system s = { .alpha = 0.1, .guess = 1 };

	draw();
	memset(right, 0, sizeof right);
	ck_assert_int_eq(solve("Sum_Reduction(w*Exp(-SqDist(x,y))*b+1,0)", N, 1,
	                       &s), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the formula is not linear in the "
	                 "unknown: of zeros the formula makes 400");
	ck_assert(isinf(s.residual));
}
END_TEST

/* As float16 the solution, 6e6, is infinite.  */
START_TEST(halves_have_an_end)
{
	static const char *const three[] = { "x=Vi(1)", "b=Vj(1)", "s=Pm(1)" };
	uint16_t one = 0x3c00, b = 0x7b53, s = 0x211f, x;      /* 60000, 0.01 */
	const kcl_array in[] = { kcl_f16(&one, 1, 1), kcl_f16(&b, 1, 1),
		kcl_f16(&s, 1, 1) };
	const kcl_array out = kcl_f16(&x, 1, 1);
	kcl_system how = { .unknown = 1 };
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x*s*b,0)", 3, three,
	                           &kernel));
	ck_assert_int_eq(kcl_solve(kernel, 3, in, &how, &out), KCL_UNSOLVED);
	ck_assert_str_eq(kcl_message(), "the solution is out of range");
	s = 0x4900;                                             /* 10 */
	ck_assert(!kcl_solve(kernel, 3, in, &how, &out));
	ck_assert_uint_eq(x, 0x6ddc);                           /* 6000 */
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("solve_edges");
	TCase *tc = tcase_create("solve_edges");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, numbers_may_be_large_or_small);
	tcase_add_test(tc, ranks_do_no_harm);
	tcase_add_loop_test(tc, systems_are_apart, 0, 2);
	tcase_add_loop_test(tc, limits_can_be_gone_on_from, 13, 22);
	tcase_add_test(tc, bad_guesses_are_left);
	tcase_add_test(tc, ends_where_nothing_is_gained);
	tcase_add_test(tc, what_is_added_is_seen);
	tcase_add_test(tc, halves_have_an_end);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
