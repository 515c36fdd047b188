/* accuracy.c - how far a device's scalar operations are from exact
 * SPDX-License-Identifier: MIT
 *
 * Both types are compared with the long double functions that exact.c has;
 * where there is none, float32 with float64 on the host.  */
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

/* Domains besides those of ops.def: numbers that are larger or smaller, and
 * other parameters.  */
static const struct { const char *name, *domain; } further[] = {
	{ "Pow", "[0.01,100]^1;7" }, { "Pow", "[0.01,100]^1;-10" },
	{ "Pow", "[0.93,1.08]^1;1000" },
	{ "Digamma", "[1.4616,1.4617]^1" },
	{ "Digamma", "[1.46163214496,1.46163214498]^1" },
	{ "Digamma", "[-0.46,-0.4]^1" },
	{ "Polygamma", "[0.01,30]^1;3" }, { "Polygamma", "[0.1,4000]^1;10" },
	{ "SinXDivXDeriv", "[2.9,3.3]^1;10" },
};

/* Points of an operation's domain, both types, and what is computed there.  */
struct samples {
	const char *domain;
	int parameter;
	float x32[MOST][POINTS], out32[POINTS];
	double x64[MOST][POINTS], out64[POINTS];
	char formula[120];
};

/* Draws points of the domain that are float32, or else float64 too, and writes
 * the formula of OP; -1 where there is no domain.  */
static int draw(struct samples *s, const kcl_operation *op, int bits)
{
	const char *at = s->domain;
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
		if (sscanf(at, "%*[; ]%lf%n", &low, &n) == 1) {
			s->parameter = (int)low;
			snprintf(strchr(arguments, 0), 12, ",%d", (int)low);
		}
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

/* The largest error, or NAN after a failure; -1 where nothing is known.  */
static double worst_error(kcl_context *ctx, kcl_context *host,
                          struct samples *s, const kcl_operation *op, int bits)
{
	real x[MOST] = { 1, 1, 1 }, exact;
	int known = exact_value(op->name, x, s->parameter, &exact);
	double worst = 0;

	if (bits == 64 && (!known || !kcl_context_number(ctx,
	                                                 KCL_DEVICE_FP64)))
		return -1;
	if (draw(s, op, bits)
	    || (!known && compute(host, s, op->arity, 64))
	    || compute(ctx, s, op->arity, bits))
		return (double)NAN;
	for (int k = 0; k < POINTS; k++) {
		for (int a = 0; a < op->arity; a++)
			x[a] = s->x64[a][k];
		if (!exact_value(op->name, x, s->parameter, &exact))
			exact = s->out64[k];
		worst = fmax(worst, bits == 32
		             ? error_of(s->out32[k], exact, FLT_MANT_DIG,
		                        FLT_MIN_EXP)
		             : error_of(s->out64[k], exact, DBL_MANT_DIG,
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

/* The line of OP in the samples' domain; LABEL is its name.  */
static int print_error(kcl_context *ctx, kcl_context *host, struct samples *s,
                       const kcl_operation *op, const char *label)
{
	double narrow, wide;

	if (draw(s, op, 32))
		return 0;
	narrow = worst_error(ctx, host, s, op, 32);
	wide = worst_error(ctx, host, s, op, 64);
	if (isnan(narrow) || isnan(wide))
		return -1;
	printf("%-28s %9.3f", label, narrow);
	printf(wide < 0 ? "\n" : " %9.3f\n", wide);
	fflush(stdout);
	return 0;
}

static int print_errors(kcl_context *ctx, kcl_context *host,
                        struct samples *s, char *const *names)
{
	const kcl_operation *op;
	char label[80];
	int failed = 0;

	printf("%-28s %9s %9s\n", "", "float32", "float64");
	for (size_t k = 0; (op = kcl_operation_get(k)) && !failed; k++) {
		if (op->kind != KCL_SCALAR || !is_named(op, names))
			continue;
		s->domain = op->domain;
		failed = print_error(ctx, host, s, op, op->name);
		for (size_t d = 0; d < sizeof further / sizeof *further; d++) {
			if (strcmp(further[d].name, op->name) || failed)
				continue;
			s->domain = further[d].domain;
			snprintf(label, sizeof label, "%s%s", op->name,
			         s->domain);
			failed = print_error(ctx, host, s, op, label);
		}
	}
	return failed;
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
		s->domain = op ? op->domain : "";
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
