/* check_half.c - float16 to float32 and back, on all patterns
 * SPDX-License-Identifier: MIT */
#include "half.h"
#include "suite.h"
#include <check.h>
#include <math.h>

/* What the pattern means, from its definition.  */
static double meaning(unsigned half)
{
	int exponent = (int)(half >> 10 & 31);
	double fraction = half & 1023, sign = half >> 15 ? -1 : 1;

	if (exponent == 31)
		return fraction > 0 ? (double)NAN : sign * INFINITY;
	if (exponent == 0)
		return sign * ldexp(fraction, -24);
	return sign * ldexp(1024 + fraction, exponent - 25);
}

START_TEST(every_pattern)
{
	for (unsigned half = 0; half < 0x10000; half++) {
		double value = meaning(half);
		float found = kcl__from_half((uint16_t)half);
		unsigned quiet = isnan(value) ? half | 0x200 : half;

		ck_assert_msg(isnan(value) ? isnan(found)
		              : (double)found == value
		                && !signbit(found) == !signbit(value),
		              "%04x: %a is not %a", half, (double)found,
		              value);
		ck_assert_uint_eq(kcl__to_half(found), quiet);
	}
}
END_TEST

/* Between two neighbours, and next to the middle.  65536 stands in for
 * infinity, as rounding has it.  */
START_TEST(nearest_even)
{
	for (unsigned half = 0; half < 0x7c00; half++) {
		double low = meaning(half);
		double high = half == 0x7bff ? 65536 : meaning(half + 1);
		float middle = (float)((low + high) / 2);
		const struct { float value; unsigned expected; } cases[] = {
			{ nextafterf((float)low, INFINITY), half },
			{ nextafterf(middle, 0), half },
			{ middle, half + (half & 1) },
			{ nextafterf(middle, INFINITY), half + 1 },
			{ nextafterf((float)high, 0), half + 1 }
		};

		ck_assert((double)middle == (low + high) / 2);
		for (int k = 0; k < 5; k++) {
			float value = cases[k].value;
			unsigned expected = cases[k].expected;

			ck_assert_msg(kcl__to_half(value) == expected
			              && kcl__to_half(-value)
			                 == (expected | 0x8000),
			              "%a is %04x; expected %04x",
			              (double)value, kcl__to_half(value),
			              expected);
		}
	}
}
END_TEST

START_TEST(edges)
{
	static const struct { float value; unsigned expected; } cases[] = {
		{ 65504, 0x7bff }, { 0x1.ffdffep15f, 0x7bff },
		{ 65520, 0x7c00 }, { 65536, 0x7c00 }, { 0x1p127f, 0x7c00 },
		{ INFINITY, 0x7c00 }, { 0x1p-14f, 0x0400 },
		{ 0x1p-24f, 0x0001 }, { 0x1.000002p-25f, 0x0001 },
		{ 0x1p-25f, 0x0000 }, { 0x1.fffffep-26f, 0x0000 },
		{ 0x1.8p-26f, 0x0000 }, { 0x1p-126f, 0x0000 },
		{ 0x1p-149f, 0x0000 }, { 0, 0x0000 }, { -0.0f, 0x8000 },
		{ 1, 0x3c00 }, { -2, 0xc000 }, { 1.0f / 3, 0x3555 }
	};

	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
		ck_assert_msg(kcl__to_half(cases[k].value)
		              == cases[k].expected, "%a is %04x",
		              (double)cases[k].value,
		              kcl__to_half(cases[k].value));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("half");
	TCase *tests = tcase_create("half");

	tcase_add_test(tests, every_pattern);
	tcase_add_test(tests, nearest_even);
	tcase_add_test(tests, edges);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
