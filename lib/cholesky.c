/* cholesky.c - a matrix of low rank, factorized
 * SPDX-License-Identifier: MIT
 *
 * Column by column with pivots; its inverse is by Woodbury's identity that of a
 * small matrix.  */
#include "cholesky.h"
#include "os.h"
#include <math.h>

static double dot(const double *a, const double *b, size_t n, size_t step)
{
	double sum[4] = { 0 };          /* which need not wait for each other */
	size_t i = 0;

	for (; i + 4 <= n; i += 4)
		for (size_t k = 0; k < 4; k++)
			sum[k] += a[i + k] * b[(i + k) * step];
	for (; i < n; i++)
		sum[0] += a[i] * b[i * step];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Four columns of L from number K on are gone through together, as reading them
 * takes longest; where fewer than four are left the first stands in for the
 * others.  Returns how many are left.  */
static size_t four(const struct kcl__factor *f, size_t k, size_t end,
                   const double *column[4])
{
	for (size_t m = 0; m < 4; m++)
		column[m] = f->l + (k + m < end ? k + m : k) * f->n;
	return end - k < 4 ? end - k : 4;
}

/* ----- what cores share -------------------------------------------------- */

struct work {
	const struct kcl__factor *f;
	size_t first, rows;             /* of L, for multiply */
	double *d, root;                /* for take: what it divides by */
	size_t pivot;
	int cores;
};

/* Calls FN for as many cores as OPERATIONS are worth a thread.  */
static void share(struct work *w, void (*fn)(void *work, int core),
                  double operations)
{
	double threads = fmin(operations / 1e6, kcl__os_cores());

	w->cores = threads > 1 ? (int)threads : 1;
	kcl__os_parallel(w->cores, fn, w);
}

/* ROWS rows, from FIRST on, of the column that is taken.  */
static void take_rows(const struct work *w, size_t first, size_t rows)
{
	const struct kcl__factor *f = w->f;
	double *l = f->l + f->rank * f->n + first, *d = w->d + first;

	for (size_t k = 0; k < f->rank; k += 4) {
		const double *c[4];
		size_t left = four(f, k, f->rank, c);
		double x[4] = { 0 };

		for (size_t m = 0; m < left; m++)
			x[m] = c[m][w->pivot];
		for (size_t i = 0, at = first; i < rows; i++, at++)
			l[i] = l[i] - x[0] * c[0][at] - x[1] * c[1][at]
				- x[2] * c[2][at] - x[3] * c[3][at];
	}
	for (size_t i = 0; i < rows; i++) {
		l[i] /= w->root;
		d[i] -= l[i] * l[i];
	}
}

static void take_share(void *work, int core)
{
	enum { ROWS = 1024 };           /* stay in the cache */
	const struct work *w = work;

	for (size_t at = (size_t)core * ROWS; at < w->f->n;
	     at += (size_t)w->cores * ROWS)
		take_rows(w, at, w->f->n - at < ROWS ? w->f->n - at : ROWS);
}

void kcl__factor_take(struct kcl__factor *f, double *d, size_t p)
{
	struct work w = { .f = f, .d = d, .root = sqrt(d[p]), .pivot = p };

	share(&w, take_share, 2.0 * (double)f->n * (double)f->rank);
	d[p] = 0;
	f->rank++;
}

/* TO = the products, in two sums each, of the rows at work of column A
 * with those of the four C.  */
static void multiply_four(const struct work *w, const double *a,
                          const double *const c[4], double to[4])
{
	double sum[4][2] = { { 0 } };
	size_t end = w->first + w->rows, i = w->first;

	for (; i + 2 <= end; i += 2)
		for (size_t k = 0; k < 2; k++) {
			sum[0][k] += a[i + k] * c[0][i + k];
			sum[1][k] += a[i + k] * c[1][i + k];
			sum[2][k] += a[i + k] * c[2][i + k];
			sum[3][k] += a[i + k] * c[3][i + k];
		}
	for (size_t m = 0; m < 4; m++)
		to[m] = sum[m][0] + sum[m][1]
			+ (i < end ? a[i] * c[m][i] : 0);
}

/* What one core has of SMALL: some of its rows.  */
static void multiply_share(void *work, int core)
{
	const struct work *w = work;
	const struct kcl__factor *f = w->f;
	const double *c[4];
	double products[4];

	for (size_t i = (size_t)core; i < f->rank; i += (size_t)w->cores)
		for (size_t j = 0; j <= i; j += 4) {
			size_t left = four(f, j, i + 1, c);

			multiply_four(w, f->l + i * f->n, c, products);
			for (size_t m = 0; m < left; m++)
				f->small[i * f->rank + j + m] += products[m];
		}
}

void kcl__factor_multiply(struct kcl__factor *f, size_t first, size_t rows)
{
	struct work w = { .f = f, .first = first, .rows = rows };

	share(&w, multiply_share, (double)(rows * f->rank * f->rank));
}

/* ----- the small matrix -------------------------------------------------- */

void kcl__factor_decompose(struct kcl__factor *f)
{
	size_t r = f->rank;

	for (size_t i = 0; i < r; i++)
		f->small[i * r + i] += f->shift;
	for (size_t i = 0; i < r && f->rank; i++)
		for (size_t j = 0; j <= i; j++) {
			double *row = f->small + i * r;
			const double *other = f->small + j * r;
			double v = row[j] - dot(row, other, j, 1);

			row[j] = i == j ? sqrt(v) : v / other[j];
			if (i == j && !(v > 0))
				f->rank = 0;
		}
	if (!f->rank)
		f->shift = 1;
}

/* T = (L' L + shift I)^-1 T */
static void divide_small(const struct kcl__factor *f, double *t)
{
	size_t r = f->rank;

	for (size_t i = 0; i < r; i++)
		t[i] = (t[i] - dot(f->small + i * r, t, i, 1))
			/ f->small[i * r + i];
	for (size_t i = r; i-- > 0;)
		t[i] = (t[i] - dot(t + i + 1, f->small + (i + 1) * r + i,
		                   r - i - 1, r)) / f->small[i * r + i];
}

void kcl__factor_divide(const struct kcl__factor *f, size_t step,
                        const double *r, double *z, double *t)
{
	for (size_t k = 0; k < f->rank; k++)
		t[k] = dot(f->l + k * f->n, r, f->n, step);
	divide_small(f, t);
	for (size_t i = 0; i < f->n; i++)
		z[i * step] = r[i * step];
	for (size_t k = 0; k < f->rank; k++)
		for (size_t i = 0; i < f->n; i++)
			z[i * step] -= t[k] * f->l[k * f->n + i];
	for (size_t i = 0; i < f->n; i++)
		z[i * step] /= f->shift;
}
