/* workload.c - what keops-bench measures: the table
 * SPDX-License-Identifier: MIT */
#include "workload.h"
#include <stdio.h>
#include <string.h>

/* ----- families --------------------------------------------------------- */

/* The sum of K, a function of the squared distance q, times b_j.  */
#define SUM(k) \
	"real a[W] = { 0 };\n" \
	"for (long j = 0; j < n; j++) {\n" \
	"	real q = Q(j), k = " k ";\n" \
	"	for (int w = 0; w < W; w++) a[w] += k * b[j * W + w];\n" \
	"}\n" \
	"for (int w = 0; w < W; w++) out[i * W + w] = a[w];\n"

/* The same over clusters of columns.  */
#define SPARSE_SUM(k) \
	"real a = 0;\n" \
	"for (long c = 0; c * CLUSTER < n; c++) {\n" \
	"	long e = (c + 1) * CLUSTER < n ? (c + 1) * CLUSTER : n;\n" \
	"	if ((7 * (i / CLUSTER) + c) % SHARE) continue;\n" \
	"	for (long j = c * CLUSTER; j < e; j++) {\n" \
	"		real q = Q(j);\n" \
	"		a += " k " * b[j];\n" \
	"	}\n" \
	"}\n" \
	"out[i] = a;\n"

/* The gradient goes to AT; SUM and STORE are of the sum before it.  */
#define GRADIENT(sum, store, at) \
	"real a[D] = { 0 }, v = 0;\n" \
	"for (long j = 0; j < n; j++) {\n" \
	"	real k = EXP(-s * Q(j)) * b[j];\n" \
	"	" sum "\n" \
	"	for (int d = 0; d < D; d++) a[d] += k * (x[d] - Y(d, j));\n" \
	"}\n" \
	store "\n" \
	"for (int d = 0; d < D; d++) out[" at " + d] = -2 * s * e[i] * a[d];\n"

#define LOGSUMEXP \
	"real m = -1e30, a = 0;\n" \
	"for (long j = 0; j < n; j++) m = MAX(m, -s * Q(j));\n" \
	"for (long j = 0; j < n; j++) a += EXP(-s * Q(j) - m);\n" \
	"out[i] = m + LOG(a);\n"

/* The sum of b_j, by weights that sum up to 1; scaled when M grows.  */
#define ATTENTION \
	"real m = -1e30, t = 0, a[W] = { 0 };\n" \
	"for (long j = 0; j < n; j++) {\n" \
	"	real f = 0, k, c;\n" \
	"	for (int d = 0; d < D; d++) f += x[d] * Y(d, j);\n" \
	"	f *= s;\n" \
	"	if (f > m) {\n" \
	"		c = EXP(m - f); m = f; t *= c;\n" \
	"		for (int w = 0; w < W; w++) a[w] *= c;\n" \
	"	}\n" \
	"	k = EXP(f - m); t += k;\n" \
	"	for (int w = 0; w < W; w++) a[w] += k * b[j * W + w];\n" \
	"}\n" \
	"for (int w = 0; w < W; w++) out[i * W + w] = a[w] / t;\n"

#define ARGMIN \
	"real best = 1e30; long at = -1;\n" \
	"for (long j = 0; j < n; j++) {\n" \
	"	real q = Q(j);\n" \
	"	if (q < best) { best = q; at = j; }\n" \
	"}\n" \
	"out[i] = at;\n"

#define ARGKMIN \
	"real v[10]; long at[10];\n" \
	"for (int k = 0; k < 10; k++) { v[k] = 1e30; at[k] = -1; }\n" \
	"for (long j = 0; j < n; j++) {\n" \
	"	real q = Q(j);\n" \
	"	int k = 9;\n" \
	"	if (!(q < v[9])) continue;\n" \
	"	for (; k > 0 && q < v[k - 1]; k--) {\n" \
	"		v[k] = v[k - 1]; at[k] = at[k - 1];\n" \
	"	}\n" \
	"	v[k] = q; at[k] = j;\n" \
	"}\n" \
	"for (int k = 0; k < 10; k++) out[i * 10 + k] = at[k];\n"

#define F "Exp(-s*SqDist(x,y))*b"
#define XY "x=Vi(D) y=Vj(D)"
#define XYSB XY " s=Pm(1) b=Vj(W)"

/* An exponential with the factor in it, of float32 and of float64, by AVX-512,
 * without what is neither sum nor product.  */
static const struct operations exponential[] = { { 4, 1 }, { 8, 1 } };

enum { GAUSS, PRODUCT, GRAD, BOTH, LSE, SOFTMAX, NEAREST, TEN, MATERN, LAPLACE,
       CAUCHY, SPARSE };
static const struct family families[] = {
	[GAUSS] = { "gauss", "Sum_Reduction(" F ",0)", XYSB,
		SUM("EXP(-s * q)"), { 1, 1 }, { 1, 0 }, { 0, 0 }, 1 },
	[PRODUCT] = { "product", "Sum_Reduction(Exp(-s*(SqNorm2(x)"
		"+SqNorm2(y)-2*(x|y)))*b,0)", XYSB,
		SUM("EXP(-s * q)"), { 1, 0 }, { 1, 0 }, { 0, 2 }, 1 },
	[GRAD] = { "gradient", "Grad(Sum_Reduction(" F ",0),x,e)",
		XYSB " e=Vi(1)", GRADIENT("", "", "i * D"),
		{ 2, 1 }, { 1, 0 }, { 0, 0 }, 1 },
	[BOTH] = { "both",
		"Sum_Reduction(" F ",0),Grad(Sum_Reduction(" F ",0),x,e)",
		XYSB " e=Vi(1)", GRADIENT("v += k;", "out[i * (D + 1)] = v;",
		         "i * (D + 1) + 1"),
		{ 2, 1 }, { 1, 0 }, { 0, 1 }, 1 },
	[LSE] = { "logsumexp", "LogSumExp_Reduction(-s*SqDist(x,y),0)",
		XY " s=Pm(1)", LOGSUMEXP,
		{ 1, 1 }, { 0, 0 }, { 0, 2 }, 1 },
	[SOFTMAX] = { "attention", "SumSoftMaxWeight_Reduction(s*(x|y),0,b)",
		XYSB, ATTENTION, { 1, 0 }, { 1, 0 }, { 1, 1 }, 1 },
	[NEAREST] = { "argmin", "ArgMin_Reduction(SqDist(x,y),0)", XY, ARGMIN,
		{ 1, 1 }, { 0, 0 }, { 0, 3 }, 0 },
	[TEN] = { "argkmin", "ArgKMin_Reduction(SqDist(x,y),10,0)", XY,
		ARGKMIN, { 1, 1 }, { 0, 0 }, { 0, 1 }, 0 },
	[MATERN] = { "matern52", "Sum_Reduction(Matern52Kernel(s,x,y,b),0)",
		XYSB, SUM("(r = SQRT(5 * s * q), 1 + r + r * r / 3) * EXP(-r)"),
		{ 1, 1 }, { 1, 0 }, { 4, 0 }, 1 },
	[LAPLACE] = { "laplace", "Sum_Reduction(LaplaceKernel(s,x,y,b),0)",
		XYSB, SUM("EXP(-SQRT(s * q))"),
		{ 1, 1 }, { 1, 0 }, { 1, 0 }, 1 },
	[CAUCHY] = { "cauchy", "Sum_Reduction(CauchyKernel(s,x,y,b),0)",
		XYSB, SUM("1 / (1 + s * q)"),
		{ 1, 1 }, { 1, 0 }, { 1, 0 }, 0 },
	[SPARSE] = { "sparse", "Sum_Reduction(" F ",0)", XYSB,
		SPARSE_SUM("EXP(-s * q)"),
		{ 1, 1 }, { 1, 0 }, { 0, 0 }, 1 },
};

/* ----- workloads -------------------------------------------------------- */

enum { SOME = 8192, MANY = 20480, MORE = 100000, HUGE_ = 10000000 };

static const struct {
	const char *name;
	int family, dim, width, bits, rows, cols;
} rows[] = {
	{ "gauss-1",       GAUSS,      1,   1, 32, MANY, MANY },
	{ "gauss-3",       GAUSS,      3,   1, 32, MANY, MANY },
	{ "gauss-10",      GAUSS,     10,   1, 32, MANY, MANY },
	{ "gauss-64",      GAUSS,     64,   1, 32, MANY, MANY },
	{ "gauss-256",     GAUSS,    256,   1, 32, MANY, MANY },
	{ "gauss-1000",    GAUSS,   1000,   1, 32, MANY, MANY },
	{ "product-64",    PRODUCT,   64,   1, 32, MANY, MANY },
	{ "product-1000",  PRODUCT, 1000,   1, 32, MANY, MANY },
	{ "gauss-b100",    GAUSS,      3, 100, 32, MANY, MANY },
	{ "gradient-3",    GRAD,       3,   1, 32, MANY, MANY },
	{ "both-3",        BOTH,       3,   1, 32, MANY, MANY },
	{ "logsumexp-3",   LSE,        3,   1, 32, MANY, MANY },
	{ "attention-64",  SOFTMAX,   64,  64, 32, SOME, SOME },
	{ "argmin-3",      NEAREST,    3,   1, 32, MANY, MANY },
	{ "argmin-10",     NEAREST,   10,   1, 32, MANY, MANY },
	{ "argmin-64",     NEAREST,   64,   1, 32, MANY, MANY },
	{ "argkmin-3",     TEN,        3,   1, 32, MANY, MANY },
	{ "argkmin-10",    TEN,       10,   1, 32, MANY, MANY },
	{ "argkmin-64",    TEN,       64,   1, 32, MANY, MANY },
	{ "matern52-3",    MATERN,     3,   1, 32, MANY, MANY },
	{ "laplace-3",     LAPLACE,    3,   1, 32, MANY, MANY },
	{ "cauchy-3",      CAUCHY,     3,   1, 32, MANY, MANY },
	{ "gauss64-3",     GAUSS,      3,   1, 64, MANY, MANY },
	{ "gradient64-3",  GRAD,       3,   1, 64, MANY, MANY },
	{ "logsumexp64-3", LSE,        3,   1, 64, MANY, MANY },
	{ "sparse-3",      SPARSE,     3,   1, 32, MORE, MORE },
	{ "one-row",       GAUSS,      3,   1, 32,    1, HUGE_ },
	{ "few-rows",      GAUSS,      3,   1, 32,   16, HUGE_ },
	{ "call",          GAUSS,      3,   1, 32,   16,    16 },
};

int workload_get(size_t k, struct workload *w)
{
	if (k >= sizeof rows / sizeof *rows)
		return 0;
	memset(w, 0, sizeof *w);
	snprintf(w->name, sizeof w->name, "%s", rows[k].name);
	w->family = &families[rows[k].family];
	w->dim = rows[k].dim;
	w->width = rows[k].width;
	w->bits = rows[k].bits;
	w->is_sparse = rows[k].family == SPARSE;
	w->rows = rows[k].rows;
	w->cols = rows[k].cols;
	return 1;
}

int64_t workload_clusters(int64_t count)
{
	return (count + CLUSTER - 1) / CLUSTER;
}

int workload_has(int64_t rows, int64_t columns)
{
	return (7 * rows + columns) % SHARE == 0;
}

/* How many of COUNT are in cluster number K.  */
static double size_of(int64_t k, int64_t count)
{
	int64_t rest = count - k * CLUSTER;

	return (double)(rest < CLUSTER ? rest : CLUSTER);
}

double workload_pairs(const struct workload *w, int64_t rows)
{
	double pairs = 0;

	if (!w->is_sparse)
		return (double)rows * (double)w->cols;
	for (int64_t i = 0; i < workload_clusters(rows); i++)
		for (int64_t j = 0; j < workload_clusters(w->cols); j++)
			if (workload_has(i, j))
				pairs += size_of(i, rows) * size_of(j, w->cols);
	return pairs;
}

static double total(const struct workload *w, double coordinate, double column,
                    double pair)
{
	return coordinate * w->dim + column * w->width + pair;
}

struct operations workload_operations(const struct workload *w)
{
	const struct family *f = w->family;
	struct operations none = { 0 }, e = exponential[w->bits == 64];

	if (!f)
		return none;
	return (struct operations){
		total(w, f->coordinate.fma, f->column.fma,
		      f->pair.fma + f->exponentials * e.fma),
		total(w, f->coordinate.add, f->column.add,
		      f->pair.add + f->exponentials * e.add),
	};
}
