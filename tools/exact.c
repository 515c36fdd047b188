/* exact.c - operations in long double, to measure errors by
 * SPDX-License-Identifier: MIT
 *
 * Functions of libm; and what is written here is not what ops.def has, which
 * may not be its own witness. */
#include "exact.h"
#include <math.h>
#include <string.h>

static real add(real x, real y) { return x + y; }
static real subtract(real x, real y) { return x - y; }
static real mult(real x, real y) { return x * y; }
static real divide(real x, real y) { return x / y; }
static real inversion(real x, real y) { return x / (x * x + y * y); }
static real inv(real x) { return 1 / x; }
static real square(real x) { return x * x; }
static real cube(real x) { return x * x * x; }
static real rsqrt(real x) { return 1 / sqrtl(x); }
static real xlogx(real x) { return x * logl(x); }
static real softplus(real x) { return log1pl(expl(x)); }
static real sigmoid(real x) { return 1 / (1 + expl(-x)); }
static real logit(real x) { return -log1pl((1 - 2 * x) / x); }
static real sinc(real x) { return x == 0 ? 1 : sinl(x) / x; }

/* The derivative of sin(x)/x by its power series.  */
static real sinc_deriv(real x)
{
	real term = 1, sum = 0;

	for (int n = 1; n < 30; n++) {
		term *= -x * x / (2 * n * (2 * n + 1));
		sum += 2 * n * term / x;
	}
	return x == 0 ? 0 : sum;
}

static real matern52(real x)
{
	real a = sqrtl(x);

	return (1 + a + x / 3) * expl(-a);
}

/* Twenty steps up, then the asymptotic series with Bernoulli's numbers.  */
static real trigamma(real x)
{
	static const real bernoulli[] = { 1 / 6.0L, -1 / 30.0L, 1 / 42.0L,
		-1 / 30.0L, 5 / 66.0L, -691 / 2730.0L, 7 / 6.0L };
	real sum = 0, power;

	for (int k = 0; k < 20; k++, x += 1)
		sum += 1 / (x * x);
	sum += 1 / x + 1 / (2 * x * x);
	power = 1 / (x * x * x);
	for (int k = 0; k < 7; k++, power /= x * x)
		sum += bernoulli[k] * power;
	return sum;
}

static const struct { const char *name; real (*of)(real); } functions[] = {
	{ "Inv", inv }, { "Square", square }, { "Pow", cube },
	{ "Sqrt", sqrtl }, { "Rsqrt", rsqrt }, { "Cbrt", cbrtl },
	{ "Exp", expl }, { "Exp2", exp2l }, { "Expm1", expm1l },
	{ "Log", logl }, { "Log1p", log1pl }, { "Log2", log2l },
	{ "XLogX", xlogx }, { "Sin", sinl }, { "Cos", cosl }, { "Tan", tanl },
	{ "Asin", asinl }, { "Acos", acosl }, { "Atan", atanl },
	{ "Sinh", sinhl }, { "Cosh", coshl }, { "Tanh", tanhl },
	{ "Asinh", asinhl }, { "Acosh", acoshl }, { "Atanh", atanhl },
	{ "Softplus", softplus }, { "Sigmoid", sigmoid }, { "Logit", logit },
	{ "Erf", erfl }, { "Erfc", erfcl }, { "Lgamma", lgammal },
	{ "Polygamma", trigamma }, { "SinXDivX", sinc },
	{ "SinXDivXDeriv", sinc_deriv }, { "Matern", matern52 },
};

static const struct { const char *name; real (*of)(real, real); } of_two[] = {
	{ "Add", add }, { "Subtract", subtract }, { "Mult", mult },
	{ "Divide", divide }, { "Powf", powl }, { "Hypot", hypotl },
	{ "Atan2", atan2l }, { "Inversion", inversion },
};

int exact_value(const char *name, const real *x, real *value)
{
	for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
		if (!strcmp(functions[k].name, name)) {
			*value = functions[k].of(x[0]);
			return 1;
		}
	for (size_t k = 0; k < sizeof of_two / sizeof *of_two; k++)
		if (!strcmp(of_two[k].name, name)) {
			*value = of_two[k].of(x[0], x[1]);
			return 1;
		}
	return 0;
}
