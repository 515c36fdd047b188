/* exact.c - operations in long double, to measure errors by
 * SPDX-License-Identifier: MIT
 *
 * Functions of libm; and what is written here is not what ops.def has, which
 * may not be its own witness. */
#include "exact.h"
#include <math.h>
#include <string.h>

/* The zero of digamma.  */
#define X0 1.461632144968362341281L
#define X0_REST -1.8257096315963484215e-20L

static real add(real x, real y) { return x + y; }
static real subtract(real x, real y) { return x - y; }
static real mult(real x, real y) { return x * y; }
static real divide(real x, real y) { return x / y; }
static real inversion(real x, real y) { return x / (x * x + y * y); }
static real inv(real x) { return 1 / x; }
static real square(real x) { return x * x; }
static real rsqrt(real x) { return 1 / sqrtl(x); }
static real xlogx(real x) { return x * logl(x); }
static real softplus(real x) { return log1pl(expl(x)); }
static real sigmoid(real x) { return 1 / (1 + expl(-x)); }
static real logit(real x) { return -log1pl((1 - 2 * x) / x); }
static real sinc(real x) { return x == 0 ? 1 : sinl(x) / x; }
static real power(real x, int p) { return powl(x, p); }

/* The p-th derivative of sin(x)/x by its power series.  */
static real sinc_deriv(real x, int p)
{
	real sum = 0;

	for (int n = (p + 1) / 2; n < 40; n++)
		sum += (n % 2 ? -1 : 1) * powl(x, 2 * n - p)
			/ ((2 * n + 1) * tgammal(2 * n - p + 1));
	return sum;
}

static real matern52(real x, int p)
{
	real a = sqrtl(x);

	return p == 2 ? (1 + a + x / 3) * expl(-a) : (real)NAN;
}

/* Forty steps up, then the asymptotic series with Bernoulli's numbers.  */
static real polygamma(real x, int p)
{
	static const real bernoulli[] = { 1 / 6.0L, -1 / 30.0L, 1 / 42.0L,
		-1 / 30.0L, 5 / 66.0L, -691 / 2730.0L, 7 / 6.0L };
	real f = tgammal(p + 1), sum = 0;

	for (int k = 0; k < 40; k++, x += 1)
		sum += f / powl(x, p + 1);
	sum += f / (p * powl(x, p)) + f / (2 * powl(x, p + 1));
	for (int k = 1; k <= 7; k++)
		sum += bernoulli[k - 1] * tgammal(2 * k + p)
			/ (tgammal(2 * k + 1) * powl(x, 2 * k + p));
	return p % 2 ? sum : -sum;
}

/* By steps to where Taylor's series at the zero, a number and a rest, is good;
 * its coefficients are 1/k! of the derivatives.  */
static real digamma(real x)
{
	static real taylor[50];
	real sum = 0, value = 0;

	for (int k = 1; k < 50 && taylor[49] == 0; k++)
		taylor[k] = polygamma(X0 + X0_REST, k) / tgammal(k + 1);
	for (; x < 1; x += 1)
		sum -= 1 / x;
	for (; x > 2; x -= 1)
		sum += 1 / (x - 1);
	x = (x - X0) - X0_REST;
	for (int k = 49; k > 0; k--)
		value = (value + taylor[k]) * x;
	return sum + value;
}

static const struct { const char *name; real (*of)(real); } functions[] = {
	{ "Inv", inv }, { "Square", square }, { "Sqrt", sqrtl },
	{ "Rsqrt", rsqrt }, { "Cbrt", cbrtl },
	{ "Exp", expl }, { "Exp2", exp2l }, { "Expm1", expm1l },
	{ "Log", logl }, { "Log1p", log1pl }, { "Log2", log2l },
	{ "XLogX", xlogx }, { "Sin", sinl }, { "Cos", cosl }, { "Tan", tanl },
	{ "Asin", asinl }, { "Acos", acosl }, { "Atan", atanl },
	{ "Sinh", sinhl }, { "Cosh", coshl }, { "Tanh", tanhl },
	{ "Asinh", asinhl }, { "Acosh", acoshl }, { "Atanh", atanhl },
	{ "Softplus", softplus }, { "Sigmoid", sigmoid }, { "Logit", logit },
	{ "Erf", erfl }, { "Erfc", erfcl }, { "Lgamma", lgammal },
	{ "Digamma", digamma }, { "SinXDivX", sinc },
};

static const struct { const char *name; real (*of)(real, int); } of_whole[] = {
	{ "Pow", power }, { "Polygamma", polygamma },
	{ "SinXDivXDeriv", sinc_deriv }, { "Matern", matern52 },
};

static const struct { const char *name; real (*of)(real, real); } of_two[] = {
	{ "Add", add }, { "Subtract", subtract }, { "Mult", mult },
	{ "Divide", divide }, { "Powf", powl }, { "Hypot", hypotl },
	{ "Atan2", atan2l }, { "Inversion", inversion },
};

int exact_value(const char *name, const real *x, int p, real *value)
{
	for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
		if (!strcmp(functions[k].name, name)) {
			*value = functions[k].of(x[0]);
			return 1;
		}
	for (size_t k = 0; k < sizeof of_whole / sizeof *of_whole; k++)
		if (!strcmp(of_whole[k].name, name)) {
			*value = of_whole[k].of(x[0], p);
			return 1;
		}
	for (size_t k = 0; k < sizeof of_two / sizeof *of_two; k++)
		if (!strcmp(of_two[k].name, name)) {
			*value = of_two[k].of(x[0], x[1]);
			return 1;
		}
	return 0;
}
