/* check_solve_arrays.c - linear systems: batches, ranges, what is refused
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <math.h>
#include <string.h>

#define GAUSS "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)"

enum { N = 40, B = 3 };

static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)", "b=Vj(1)",
	"s=Pm(1)" };
static float points[B * N * 2], right[B * N], width[] = { 0.5f, 1, 2 };

static void draw(void)
{
	for (int k = 0; k < B * N * 2; k++)
		points[k] = (float)(k * 7919 % 1009) / 200;
	for (int k = 0; k < B * N; k++)
		right[k] = (float)(k * 31 % 17) - 8;
}

static kcl_status solve_arrays(const char *text, kcl_system *s,
                               const kcl_array *in, const kcl_array *out)
{
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, text, 4, vars, &kernel), "%s",
	              kcl_message());
	status = kcl_solve(kernel, 4, in, s, out);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

/* Batches of the points, of the right-hand side or of a parameter have the
 * solutions that they have alone, whatever their layout.  */
START_TEST(batches_are_apart)
{
	static float found[2 * B * N], alone[N];
	int64_t many[] = { B, N, 2 }, wide[] = { B, 1, 1 };
	int64_t column[] = { B, N, 1 }, turned[] = { 2, 2 * B, 1 };
	kcl_array in[] = { kcl_f32(points, N, 2), kcl_f32(points, N, 2),
		kcl_f32(right, N, 1), kcl_f32(width, 1, 1) }, one[4], out;
	kcl_system s = { .unknown = 2, .alpha = 0.1, .tolerance = 1e-4,
		.rank = _i / 3 ? 10 : 0 };
	kcl_array to = kcl_f32(alone, N, 1);

	draw();
	memcpy(one, in, sizeof in);
	if (_i % 3 == 0)
		in[0] = in[1] = kcl_array_of(points, KCL_FLOAT, 32, 3, many,
		                             NULL);
	else if (_i % 3 == 1)
		in[2] = kcl_array_of(right, KCL_FLOAT, 32, 3, column, NULL);
	else
		in[3] = kcl_array_of(width, KCL_FLOAT, 32, 3, wide, NULL);
	out = kcl_array_of(found, KCL_FLOAT, 32, 3, column, turned);
	ck_assert_msg(!solve_arrays(GAUSS, &s, in, &out), "%s", kcl_message());
	for (int b = 0; b < B; b++) {
		if (_i % 3 == 0)
			one[0].data = one[1].data = points + b * N * 2;
		else if (_i % 3 == 1)
			one[2].data = right + b * N;
		else
			one[3].data = width + b;
		ck_assert(!solve_arrays(GAUSS, &s, one, &to));
		for (int k = 0; k < N; k++)
			ck_assert_msg(fabsf(found[2 * (B * k + b)] - alone[k])
			              < 0.01f, "batch %d, row %d: %g, %g", b,
			              k, (double)found[2 * (B * k + b)],
			              (double)alone[k]);
	}
}
END_TEST

/* What ranges leave out is 0: two halves that know nothing of each other.  */
START_TEST(ranges_are_kept)
{
	static const int64_t rows[] = { 0, N / 2, N / 2, N };
	static const int64_t slices[] = { 1, 2 };
	const kcl_ranges ranges = { rows, slices, rows, rows, slices, rows, 2,
		2, 2, 2 };
	static float found[N], half[N / 2];
	kcl_array in[] = { kcl_f32(points, N, 2), kcl_f32(points, N, 2),
		kcl_f32(right, N, 1), kcl_f32(width, 1, 1) };
	kcl_system s = { .unknown = 2, .alpha = 0.1, .tolerance = 1e-4,
		.ranges = &ranges, .rank = _i ? 5 : 0 };
	kcl_array out = kcl_f32(found, N, 1);

	draw();
	ck_assert_msg(!solve_arrays(GAUSS, &s, in, &out), "%s", kcl_message());
	s.ranges = NULL;
	in[0] = in[1] = kcl_f32(points + N, N / 2, 2);
	in[2] = kcl_f32(right + N / 2, N / 2, 1);
	out = kcl_f32(half, N / 2, 1);
	ck_assert(!solve_arrays(GAUSS, &s, in, &out));
	for (int k = 0; k < N / 2; k++)
		ck_assert(fabsf(found[N / 2 + k] - half[k]) < 0.01f);
}
END_TEST

START_TEST(nothing_is_solved_by_nothing)
{
	static float found[N];
	kcl_array in[] = { kcl_f32(points, N, 2), kcl_f32(points, N, 2),
		kcl_f32(right, N, 1), kcl_f32(width, 1, 1) };
	kcl_array out = kcl_f32(found, N, 1);
	kcl_system s = { .unknown = 2, .alpha = 0.1, .guess = _i };

	draw();
	memset(right, 0, sizeof right);
	for (int k = 0; k < N; k++)
		found[k] = 3;
	ck_assert(!solve_arrays(GAUSS, &s, in, &out));
	ck_assert(s.residual == 0);
	for (int k = 0; k < N; k++)
		ck_assert(found[k] == 0);
	in[0] = in[1] = kcl_f32(points, 0, 2);
	in[2] = kcl_f32(right, 0, 1);
	out = kcl_f32(found, 0, 1);
	ck_assert(!solve_arrays(GAUSS, &s, in, &out));
	ck_assert(s.taken == 0 && s.residual == 0);
}
END_TEST

/* float16 is how points and b are stored; all else is float32.  */
START_TEST(halves_are_widened)
{
	static uint16_t half[2 * N], b[N], one = 0x3c00;
	static float found[N], other[N];
	kcl_array in[] = { kcl_f16(half, N, 2), kcl_f16(half, N, 2),
		kcl_f16(b, N, 1), kcl_f16(&one, 1, 1) };
	kcl_array wide[] = { kcl_f32(points, N, 2), kcl_f32(points, N, 2),
		kcl_f32(right, N, 1), kcl_f32(width + 1, 1, 1) };
	kcl_array out = kcl_f32(found, N, 1), to = kcl_f32(other, N, 1);
	kcl_system s = { .unknown = 2, .alpha = 0.1, .tolerance = 1e-5 };

	for (int k = 0; k < 2 * N; k++) {
		half[k] = (uint16_t)(0x3c00 + k * 37 % 1024);   /* 1 to 2 */
		points[k] = 1 + (float)(k * 37 % 1024) / 1024;
	}
	for (int k = 0; k < N; k++) {
		b[k] = (uint16_t)(0x3c00 + k);
		right[k] = 1 + (float)k / 1024;
	}
	ck_assert_msg(!solve_arrays(GAUSS, &s, in, &out), "%s", kcl_message());
	ck_assert(!solve_arrays(GAUSS, &s, wide, &to));
	ck_assert(!memcmp(found, other, sizeof found));
}
END_TEST

/* ----- what is refused ------------------------------------------------ */

static int never(void *user, size_t n, const double *r, double *z)
{
	(void)user, (void)n, (void)r, (void)z;
	return 1;
}

static const struct {
	const char *text, *message;
	kcl_system system;
	int64_t columns;                /* 0: N */
	kcl_status status;
} refused[] = {
	{ GAUSS, "alpha is -1; expected 0 or a positive number",
	  { .unknown = 2, .alpha = -1 }, 0, KCL_ARGUMENT },
	{ GAUSS, "alpha is nan; expected 0 or a positive number",
	  { .unknown = 2, .alpha = (double)NAN }, 0, KCL_ARGUMENT },
	{ GAUSS, "the tolerance is -1e-06; expected 0 or a positive number",
	  { .unknown = 2, .tolerance = -1e-6 }, 0, KCL_ARGUMENT },
	{ GAUSS, "the limit is -3; expected 0 or a positive number",
	  { .unknown = 2, .limit = -3 }, 0, KCL_ARGUMENT },
	{ GAUSS, "the rank is -4; expected 0 or a positive number",
	  { .unknown = 2, .rank = -4 }, 0, KCL_ARGUMENT },
	{ GAUSS, "a rank and a preconditioner are given; expected one of them",
	  { .unknown = 2, .rank = 4, .precondition = never }, 0,
	  KCL_ARGUMENT },
	{ GAUSS, "the unknown is argument 4; there are 4", { .unknown = 4 }, 0,
	  KCL_ARGUMENT },
	{ GAUSS, "the unknown, argument 0 (x), is Vi; expected Vj, which the "
	  "formula sums over", { .unknown = 0 }, 0, KCL_ARGUMENT },
	{ GAUSS, "the unknown, argument 3 (s), is Pm; expected Vj, which the "
	  "formula sums over", { .unknown = 3 }, 0, KCL_ARGUMENT },
	{ GAUSS, "the unknown, argument 1 (y), has dimension 2, and the result "
	  "1",
	  { .unknown = 1 }, 0, KCL_DIM },
	{ GAUSS, "the matrix has 40 rows and 30 columns; expected as many "
	  "columns as rows", { .unknown = 2 }, 30, KCL_SHAPE },
	{ "LogSumExp_Reduction((x|y)*b*s,0)", "a system needs a formula that "
	  "is one Sum_Reduction with tag 0 or 1", { .unknown = 2 }, 0,
	  KCL_ARGUMENT },
	{ "ArgMin_Reduction((x|y)*b*s,0)", "a system needs a formula that is "
	  "one Sum_Reduction with tag 0 or 1", { .unknown = 2 }, 0,
	  KCL_ARGUMENT },
	{ "Sum_Reduction((x|y)*b*s,2)", "a system needs a formula that is one "
	  "Sum_Reduction with tag 0 or 1", { .unknown = 2 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction((x|y)*b,0),Sum_Reduction(s,0)", "a system needs a "
	  "formula that is one Sum_Reduction with tag 0 or 1",
	  { .unknown = 2 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b**2,0)", "the formula is not "
	  "linear in the unknown, argument 2 (b)", { .unknown = 2 }, 0,
	  KCL_ARGUMENT },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b+0.5,0)", "the formula is not "
	  "linear in the unknown: of zeros the formula makes 20",
	  { .unknown = 2 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*Sign(b),0)", "the formula is not "
	  "linear in the unknown, argument 2 (b)", { .unknown = 2 }, 0,
	  KCL_ARGUMENT },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*Mod(b,1,0),0)", "the formula is "
	  "not linear in the unknown, argument 2 (b)", { .unknown = 2 }, 0,
	  KCL_ARGUMENT },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*(b+Round(b,0)),0)", "the formula "
	  "is not linear in the unknown, argument 2 (b)", { .unknown = 2 }, 0,
	  KCL_ARGUMENT },
	{ "Sum_Reduction((x|y)*(b+Sum_Reduction(s*b,2)),0)", "a reduction "
	  "inside of the formula depends on the unknown, argument 2 (b)",
	  { .unknown = 2 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*Index_i()*b,0)", "a rank is given "
	  "for a formula that has Index_i() or Index_j(); expected one such as "
	  "k(x, y)*b", { .unknown = 2, .rank = 3 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction((x|y)*b*Sum_Reduction(s*(x|y),0),0)", "a rank is "
	  "given for a formula that has reductions inside; expected one such "
	  "as k(x, y)*b", { .unknown = 2, .rank = 3 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction(MatVecMult([2,s,s,2],y)*(x|x)*b,0)", "a rank is given "
	  "for a formula that mixes the columns of the unknown; expected one "
	  "such as k(x, y)*b", { .unknown = 1, .rank = 2 }, 0, KCL_ARGUMENT },
	{ "Sum_Reduction(-Exp(-s*SqDist(x,y))*b,0)", "the residual is 1 after "
	  "2 products with the matrix, and 0.001 was asked for: the matrix is "
	  "not positive definite", { .unknown = 2 }, 0, KCL_UNSOLVED },
};

START_TEST(others_are_refused)
{
	static float found[N];
	int64_t n = refused[_i].columns ? refused[_i].columns : N;
	kcl_array in[] = { kcl_f32(points, N, 2), kcl_f32(points, n, 2),
		kcl_f32(right, n, 1), kcl_f32(width, 1, 1) };
	kcl_array out = kcl_f32(found, N, 1);
	kcl_system s = refused[_i].system;

	draw();
	ck_assert_int_eq(solve_arrays(refused[_i].text, &s, in, &out),
	                 refused[_i].status);
	ck_assert_str_eq(kcl_message(), refused[_i].message);
	ck_assert(s.residual == (refused[_i].status == KCL_UNSOLVED ? 1
	                         : (double)INFINITY));
}
END_TEST

START_TEST(numbers_are_finite)
{
	static float found[N];
	kcl_array in[] = { kcl_f32(points, N, 2), kcl_f32(points, N, 2),
		kcl_f32(right, N, 1), kcl_f32(width, 1, 1) };
	kcl_array out = kcl_f32(found, N, 1);
	kcl_system s = { .unknown = 2, .alpha = 1, .guess = 1 };

	draw();
	found[7] = (float)INFINITY;
	ck_assert_int_eq(solve_arrays(GAUSS, &s, in, &out), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the guess, output 0, holds inf; "
	                 "expected finite numbers");
	found[7] = 0;
	points[9] = (float)NAN;
	ck_assert_int_eq(solve_arrays(GAUSS, &s, in, &out), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "numbers of the matrix are not finite: "
	                 "of zeros the formula makes nan");
	right[3] = (float)NAN;
	ck_assert_int_eq(solve_arrays(GAUSS, &s, in, &out), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "argument 2 (b) holds nan; expected "
	                 "finite numbers");
	ck_assert_int_eq(kcl_solve(NULL, 4, in, &s, &out), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the kernel is NULL");
	ck_assert_int_eq(solve_arrays(GAUSS, NULL, in, &out), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the system is NULL");
	ck_assert_int_eq(solve_arrays(GAUSS, &s, NULL, &out), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the array of arguments is NULL");
	ck_assert_int_eq(solve_arrays(GAUSS, &s, in, NULL), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the array of outputs is NULL");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("solve_arrays");
	TCase *tc = tcase_create("solve_arrays");

	tcase_add_loop_test(tc, batches_are_apart, 0, 6);
	tcase_add_loop_test(tc, ranges_are_kept, 0, 2);
	tcase_add_loop_test(tc, nothing_is_solved_by_nothing, 0, 2);
	tcase_add_test(tc, halves_are_widened);
	tcase_add_loop_test(tc, others_are_refused, 0,
	                    sizeof refused / sizeof *refused);
	tcase_add_test(tc, numbers_are_finite);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
