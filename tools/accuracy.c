/* accuracy.c - how far a device's scalar operations are from exact
 * SPDX-License-Identifier: MIT
 *
 * float32 is compared with float64 on the host.  float64 is compared with the
 * long double functions that exact.c has.  */
#include "accuracy.h"
#include "exact.h"
#include "keopscl.h"
#include "trouble.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 1 << 14, MOST = 3 };

/* Points of an operation's domain, both types, and what is computed there.  */
struct samples {
	float x32[MOST][POINTS], out32[POINTS];
	double x64[MOST][POINTS], out64[POINTS];
	char formula[120];
};

/* Draws points that are float32, or else float64 too, and writes the formula;
 * -1 where OP has no domain.  */
static int draw(struct samples *s, const kcl_operation *op, int bits)
{
	const char *at = op->domain;
	char arguments[80] = "";
	double low, high;
	uint64_t seed = 1;
	int n;

	for (int a = 0; a < op->arity; a++, at += n) {
		if (sscanf(at, " [%lf,%lf]^%*d%n", &low, &high, &n) < 2)
			return -1;
		for (int k = 0; k < POINTS; k++) {
			seed = seed * 6364136223846793005u + 1;
			s->x64[a][k] = low + (high - low)
				* ldexp((double)(seed >> 11), -53);
			s->x32[a][k] = (float)s->x64[a][k];
			if (bits == 32)
				s->x64[a][k] = s->x32[a][k];
		}
		snprintf(strchr(arguments, 0), 4, ",%c", "xyz"[a]);
	}
	for (int p = 0; p < op->parameters; p++, at += n)
		if (sscanf(at, "%*[; ]%lf%n", &low, &n) == 1)
			snprintf(strchr(arguments, 0), 12, ",%d", (int)low);
	snprintf(s->formula, sizeof s->formula, "Dense(Elem(%s(%s),0))",
	         op->name, arguments + 1);
	return 0;
}

static kcl_status compute(kcl_context *ctx, struct samples *s, int arity,
                          int bits)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vi(1)", "z=Vi(1)" };
	int64_t shape[] = { POINTS, 1 };
	kcl_array in[MOST], out = kcl_array_of(bits == 32 ? (void *)s->out32
		: s->out64, KCL_FLOAT, bits, 2, shape, NULL);
	kcl_kernel *kernel = NULL;
	kcl_status status = kcl_kernel_make(ctx, s->formula, (size_t)arity,
	                                    vars, &kernel);

	for (int a = 0; a < arity; a++)
		in[a] = kcl_array_of(bits == 32 ? (void *)s->x32[a]
		                     : s->x64[a], KCL_FLOAT, bits, 2, shape,
		                     NULL);
	if (!status)
		status = kcl_run(kernel, (size_t)arity, in, 1, &out);
	kcl_kernel_free(kernel);
	return status;
}

/* In units of the last of DIGITS binary digits of EXACT.  */
static double error_of(real found, real exact, int digits, int least)
{
	int exponent;

	if (found == exact || (isnan(found) && isnan(exact)))
		return 0;
	frexpl(exact, &exponent);
	exponent = exponent < least ? least : exponent;
	return (double)fabsl(ldexpl(found - exact, digits - exponent));
}

/* The largest error in float32, or NAN after a failure.  */
static double error32(kcl_context *ctx, kcl_context *host, struct samples *s,
                      const kcl_operation *op)
{
	double worst = 0;

	if (compute(host, s, op->arity, 64) || compute(ctx, s, op->arity, 32))
		return (double)NAN;
	for (int k = 0; k < POINTS; k++)
		worst = fmax(worst, error_of(s->out32[k], s->out64[k],
		                             FLT_MANT_DIG, FLT_MIN_EXP));
	return worst;
}

/* Likewise in float64; -1 where nothing is known.  */
static double error64(kcl_context *ctx, struct samples *s,
                      const kcl_operation *op)
{
	real x[MOST] = { 1, 1, 1 }, exact;
	double worst = 0;

	if (!exact_value(op->name, x, &exact)
	    || !kcl_context_number(ctx, KCL_DEVICE_FP64))
		return -1;
	if (compute(ctx, s, op->arity, 64))
		return (double)NAN;
	for (int k = 0; k < POINTS; k++) {
		for (int a = 0; a < op->arity; a++)
			x[a] = s->x64[a][k];
		exact_value(op->name, x, &exact);
		worst = fmax(worst, error_of(s->out64[k], exact, DBL_MANT_DIG,
		                             DBL_MIN_EXP));
	}
	return worst;
}

static int is_named(const kcl_operation *op, char *const *names)
{
	int found = !*names;

	for (; *names; names++)
		found |= !strcmp(*names, op->name);
	return found;
}

static int print_errors(kcl_context *ctx, kcl_context *host,
                        struct samples *s, char *const *names)
{
	const kcl_operation *op;

	printf("%-16s %9s %9s\n", "", "float32", "float64");
	for (size_t k = 0; (op = kcl_operation_get(k)); k++) {
		double narrow, wide;

		if (op->kind != KCL_SCALAR || !is_named(op, names)
		    || draw(s, op, 32))
			continue;
		narrow = error32(ctx, host, s, op);
		draw(s, op, 64);
		wide = error64(ctx, s, op);
		if (isnan(narrow) || isnan(wide))
			return -1;
		printf("%-16s %9.3f", op->name, narrow);
		printf(wide < 0 ? "\n" : " %9.3f\n", wide);
		fflush(stdout);
	}
	return 0;
}

/* Whether all of NAMES have a line; the samples are drawn to see.  */
static int check_names(struct samples *s, char *const *names)
{
	for (; *names; names++) {
		const kcl_operation *op;
		size_t k = 0;

		while ((op = kcl_operation_get(k++)))
			if (!strcmp(op->name, *names))
				break;
		if (op && op->kind == KCL_SCALAR && !draw(s, op, 32))
			continue;
		if (op)
			fprintf(stderr, "keops-info: the error of %s is not "
			        "measured\n", *names);
		else
			fprintf(stderr, "keops-info: there is no operation %s; "
			        "see --ops\n", *names);
		return -1;
	}
	return 0;
}

int accuracy_list(const char *device, char *const *names)
{
	static struct samples samples;
	kcl_context *ctx = NULL, *host = NULL;
	int failed;

	if (check_names(&samples, names))
		return REQUEST;
	failed = kcl_context_open(device, &ctx)
		|| kcl_context_open("host", &host)
		|| print_errors(ctx, host, &samples, names);
	if (failed)
		fprintf(stderr, "keops-info: %s\n", kcl_message());
	kcl_context_close(host);
	kcl_context_close(ctx);
	return failed ? MACHINE : 0;
}
