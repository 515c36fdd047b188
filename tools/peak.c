/* peak.c - the most that this machine's processors can do
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "peak.h"
#include "native.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

static const char peak_source[] =
"#if BITS == 32\n"
"typedef float elem;\n"
"#else\n"
"typedef double elem;\n"
"#endif\n"
"#ifdef __AVX512F__\n"
"enum { BYTES = 64 };\n"
"#elif defined __AVX__\n"
"enum { BYTES = 32 };\n"
"#else\n"
"enum { BYTES = 16 };\n"
"#endif\n"
"enum { K = 12, LANES = BYTES / sizeof(elem), ROUNDS = 1 << 14 };\n"
"typedef elem real __attribute__((vector_size(BYTES)));\n"
"static real memory[16 * K];\n"
"#define ROUND(n, step) { for (long i = 0; i < (n); i++) \\\n"
"	for (int k = 0; k < K; k++) { step; } }\n"
"double peak(int kind, const real *from)\n"
"{\n"
"	real a[K], b = from[0], c = from[1];\n"
"	double sum = 0;\n"
"	for (int k = 0; k < K; k++) a[k] = from[k];\n"
"	if (kind == 0) ROUND(ROUNDS, a[k] = a[k] * b + c)\n"
"	if (kind == 1) ROUND(ROUNDS, a[k] = a[k] + c)\n"
"	if (kind == 2) ROUND(ROUNDS, a[k] = k % 2 ? a[k] * b + c : a[k] + c)\n"
"	if (kind == 3) ROUND(ROUNDS, a[k] += from[i % 16 * K + k])\n"
"	for (int k = 0; k < K; k++) sum += a[k][0];\n"
"	return sum;\n"
"}\n"
"double done(void) { return (double)ROUNDS * K * LANES; }\n"
"const void *data(void) { return memory; }\n";

struct probe {
	struct native_work work;               /* first */
	double (*run)(int kind, const void *from);
	const void *data;
	int kind;
};

static void peak_piece(struct native_work *work, long k)
{
	struct probe *p = (struct probe *)work;
	volatile double sum = 0;

	(void)k;
	sum = p->run(p->kind, p->data);
	(void)sum;
}

static double best_rate(struct probe *p, int kind, double operations)
{
	double best = 0;

	p->kind = kind;
	for (int round = 0; round < 200; round++) {
		struct timespec begin, end;
		double seconds;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		native_spread(&p->work);
		clock_gettime(CLOCK_MONOTONIC, &end);
		seconds = (double)(end.tv_sec - begin.tv_sec)
		          + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
		best = fmax(best, operations / seconds);
	}
	return best;
}

struct peak peak_measure(int bits)
{
	char flags[32];
	void *library;
	struct peak rate = { 0 };
	struct probe p = { .work = { .piece = peak_piece, .count = 32 } };
	union {
		void *object;
		double (*run)(int kind, const void *from);
		double (*done)(void);
		const void *(*data)(void);
	} u;
	double all;

	snprintf(flags, sizeof flags, "-ffp-contract=fast -DBITS=%d", bits);
	library = native_compile(peak_source, flags);
	if (!library)
		return rate;
	u.object = dlsym(library, "done");
	all = u.done() * (double)p.work.count;
	u.object = dlsym(library, "data");
	p.data = u.data();
	u.object = dlsym(library, "peak");
	p.run = u.run;
	rate.fma = best_rate(&p, 0, all);
	rate.add = best_rate(&p, 1, all);
	rate.both = best_rate(&p, 2, all);
	rate.load = best_rate(&p, 3, all);
	dlclose(library);
	return rate;
}
