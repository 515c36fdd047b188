/* check_bits.c - operations have the same bits on every device
 * SPDX-License-Identifier: MIT */
#include "portable.h"
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5000, KERNELS = 6, SPECIAL = 20 };

/* Those that are left to libraries, as a list.  */
static const char others[] = " Lgamma ";

START_TEST(operations_call_no_library)
{
	kcl_operation const *op;

	for (size_t k = 0; (op = kcl_operation_get(k)); k++) {
		char spaced[40];

		snprintf(spaced, sizeof spaced, " %s ", op->name);
		ck_assert_msg(op->kind != KCL_SCALAR
		              || !strcmp(op->name, "SumT")
		              || portable_is(op->name)
		              == !strstr(others, spaced), "%s", op->name);
	}
}
END_TEST

/* ----- on devices -------------------------------------------------------- */

/* Numbers that are special, of any bits, and of some size.  */
static double number(int bits, int kind, uint64_t *seed)
{
	static const double special[SPECIAL] = { 0, -0.0, 1, -1, 0.5, 2, -2, 3,
		-3, 0x1p-149, 0x1p-126, -0x1p-127, 0x1p100, -0x1.8p60, 1e-3, 7,
		(double)INFINITY, (double)-INFINITY, (double)NAN, 0x1p24 };
	uint64_t w = *seed * 6364136223846793005u + 1442695040888963407u;
	uint32_t half = (uint32_t)(w >> 32);
	double real;
	float narrow;

	*seed = w;
	if (kind == 0)
		return special[half % SPECIAL];
	memcpy(&real, &w, sizeof real);
	memcpy(&narrow, &half, sizeof narrow);
	if (kind == 1)
		return bits == 64 ? real : (double)narrow;
	real = ldexp((double)(int64_t)w, (int)(w & 15) - 70);
	return bits == 64 ? real : (double)(float)real;
}

static void fill(struct problem *p, int bits)
{
	uint64_t seed = 1;

	for (size_t a = 0; a < 3; a++)
		for (int row = 0; row < ROWS; row++)
			p->in[a][row] = number(bits, row % 3, &seed);
}

static int same_number(long double a, long double b)
{
	return isnan(a) ? isnan(b) : a == b && !signbit(a) == !signbit(b);
}

static void compare(const struct problem *p, const struct place *place,
                    const struct answer *host, kcl_context *ctx)
{
	struct answer a;

	kcl_context_portable(ctx, 1);
	if (!problem_run(p, ctx, place->bits, &a))
		return;
	for (int64_t k = 0; k < a.rows * a.values; k++) {
		int64_t row = k / a.values;

		ck_assert_msg(same_number(a.value[k], host->value[k]),
		              "%s: %s, number %d of x=%a y=%a z=%a: %La, not "
		              "%La", place->name, kcl_formula_text(p->formula),
		              (int)(k % a.values), p->in[0][row],
		              p->in[1][row], p->in[2][row], a.value[k],
		              host->value[k]);
	}
	answer_free(&a);
}

/* Only OpenCL's CPUs and CUDA have quotients and roots that are correctly
 * rounded; nothing is the same where there is no fma.  */
static void compare_with_host(const struct place *place, int n)
{
	kcl_context *ctx = place_open(place), *host;
	int is_gpu = !strcmp(kcl_context_text(ctx, KCL_DEVICE_TYPE), "gpu");
	int rounds = !is_gpu || !strncmp(place->device, "cuda", 4);
	char text[2000];
	struct answer right;
	struct problem p;

	if (kcl_context_number(ctx, KCL_DEVICE_FMA)
	    && portable_formula(text, n, KERNELS, !rounds)) {
		problem_open(&p, text, "x=Vi(1) y=Vi(1) z=Vi(1)", ROWS, 1);
		fill(&p, place->bits);
		ck_assert(!kcl_context_open("host", &host));
		ck_assert(problem_run(&p, host, place->bits, &right));
		compare(&p, place, &right, ctx);
		answer_free(&right);
		kcl_context_close(host);
		problem_free(&p);
	}
}

START_TEST(devices_compute_the_same_bits)
{
	for (int k = 0; place_get(0, k); k++)
		if (!place_get(0, k)->shape || place_turn(place_get(0, k), _i))
			compare_with_host(place_get(0, k), _i);
}
END_TEST

/* ----- far from 0 -------------------------------------------------------- */

static const struct { const char *name; long double (*of)(long double); }
	periodic[] = { { "Sin", sinl }, { "Cos", cosl },
		       { "Tan", tanl } };

enum { PERIODIC = sizeof periodic / sizeof *periodic };

/* A number of any size, or one next to a multiple of pi / 2.  */
static double far_number(int bits, int row, uint64_t *seed)
{
	double x = ldexp(6381956970095103, 797), y;

	if (row == 0)
		return bits == 64 ? x : ldexp(16367173, 72);
	x = number(bits, 1, seed);
	y = floor(fabs(number(bits, 2, seed))) * 1.5707963267948966;
	return row % 2 ? x : bits == 64 ? y : (double)(float)y;
}

/* In units of the last place.  */
static double error_of(long double found, long double exact, int bits)
{
	int exponent, least = bits == 64 ? -1021 : -125;

	if (isnan(exact) || isnan(found))
		return isnan(exact) && isnan(found) ? 0 : (double)INFINITY;
	frexpl(exact, &exponent);
	exponent = exponent < least ? least : exponent;
	return (double)fabsl(ldexpl(found - exact, (bits == 64 ? 53 : 24)
	                            - exponent));
}

/* As far as anything is; and the sine of a small number is the number.  */
START_TEST(all_numbers_have_a_sine)
{
	uint64_t seed = 7;
	struct problem p;
	struct answer a;
	kcl_context *host;

	ck_assert(!kcl_context_open("host", &host));
	problem_open(&p, "Dense([Sin(x),Cos(x),Tan(x)])", "x=Vi(1)", ROWS, 1);
	for (int row = 0; row < ROWS; row++)
		p.in[0][row] = far_number(_i, row, &seed);
	ck_assert(problem_run(&p, host, _i, &a));
	for (int64_t k = 0; k < a.rows * a.values; k++) {
		double x = p.in[0][k / PERIODIC];
		double error = error_of(a.value[k],
		                        periodic[k % PERIODIC].of(x), _i);

		ck_assert_msg(error <= 2, "%s of %a: %La, %g units off",
		              periodic[k % PERIODIC].name, x, a.value[k],
		              error);
	}
	answer_free(&a);
	problem_free(&p);
	kcl_context_close(host);
}
END_TEST

/* ----- what is not a number ---------------------------------------------- */

/* A NaN with the sign and the payload of W, a float32 of that kind; in float64
 * with all bits of the payload set, if they are in W.  */
static double wild_nan(uint32_t w)
{
	uint64_t low = w & 1 ? 0x1fffffff : 0;
	uint64_t wide = (uint64_t)(w >> 31) << 63 | 0x7ffull << 52
		| (uint64_t)(w & 0x7fffff) << 29 | low;
	double x;

	memcpy(&x, &wide, sizeof x);
	return x;
}

/* NVIDIA's is 0x7fffffff: what adds to its bits makes a number of it.  */
START_TEST(no_payload_makes_numbers)
{
	static const uint32_t nans[] = { 0x7fffffff, 0xffffffff, 0x7fc00001,
		0xffc00000 };
	static const char *const texts[] = {
		"Sum_Reduction([Exp2(x),Exp(x),Erf(x)],0)",
		"LogSumExp_Reduction(x+y,0)",
		"SumSoftMaxWeight_Reduction(x+y,y,0)"
	};
	const int rows = sizeof nans / sizeof *nans;
	struct problem p;
	struct answer a;

	problem_open(&p, texts[_i], _i ? "x=Vi(1) y=Vj(1)" : "x=Vi(1)", rows,
	             _i ? 300 : 1);
	for (int row = 0; row < rows; row++)
		p.in[0][row] = wild_nan(nans[row]);
	for (int k = 0; place_get(0, k / 2); k++) {
		const struct place *place = place_get(0, k / 2);
		kcl_context *ctx = place_open(place);

		kcl_context_portable(ctx, k % 2);
		if (!problem_run(&p, ctx, place->bits, &a))
			continue;
		for (int64_t n = 0; n < a.rows * a.values; n++)
			ck_assert_msg(isnan(a.value[n]), "%s: %s, number %d: "
			              "%Lg", place->name, texts[_i], (int)n,
			              a.value[n]);
		answer_free(&a);
	}
	problem_free(&p);
}
END_TEST

/* ----- powers of 2 ------------------------------------------------------- */

/* How far VALUE is off 2^X, in units of the last place that this has with BITS;
 * below twice the least normal number it is somewhere there, and above the
 * largest infinite.  */
static long double off(double x, int bits, long double value)
{
	const long double expected = exp2l(x);
	const int least = bits == 64 ? -1021 : -125, most = bits == 64 ? 1024
		: 128;

	if (x >= most || x <= least)
		return (x >= most ? value == (long double)INFINITY
			: value >= 0 && value <= ldexpl(1, least))
			? 0 : (long double)INFINITY;
	return fabsl(value - expected) * ldexpl(1, (bits == 64 ? 52 : 23)
		- (int)floor(x));
}

START_TEST(powers_of_2_are_right)
{
	enum { MANY = 20000 };
	const int bits = _i, most = bits == 64 ? 1024 : 128;
	volatile float least = 0x1p-126f;
	struct problem p;
	struct answer a;

	problem_open(&p, "Sum_Reduction(Exp2(x),0)", "x=Vi(1)", MANY, 1);
	for (int k = 0; k < MANY; k++)
		p.in[0][k] = (float)((2.0 * k / MANY - 1) * (most + 3));
	for (int k = 0; place_get(bits, k / 2); k++) {
		kcl_context *ctx = place_open(place_get(bits, k / 2));

		kcl_context_portable(ctx, k % 2);
		if (!problem_run(&p, ctx, bits, &a))
			continue;
		for (int n = 0; n < MANY; n++)
			ck_assert_msg(off(p.in[0][n], bits, a.value[n]) <= 3,
			              "%s: 2^%.9g is %.9Lg",
			              place_get(bits, k / 2)->name, p.in[0][n],
			              a.value[n]);
		ck_assert(least / 2 > 0);       /* in this thread, still */
		answer_free(&a);
	}
	problem_free(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bits");
	TCase *tests = tcase_create("bits");

	tcase_set_timeout(tests, 600);
	tcase_add_test(tests, operations_call_no_library);
	tcase_add_loop_test(tests, devices_compute_the_same_bits, 0, KERNELS);
	tcase_add_loop_test(tests, no_payload_makes_numbers, 0, 3);
	tcase_add_loop_test(tests, powers_of_2_are_right, 32, 33);
	tcase_add_loop_test(tests, powers_of_2_are_right, 64, 65);
	tcase_add_loop_test(tests, all_numbers_have_a_sine, 32, 33);
	tcase_add_loop_test(tests, all_numbers_have_a_sine, 64, 65);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
