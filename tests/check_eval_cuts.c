/* check_eval_cuts.c - the host evaluator over many columns, however cut
 * SPDX-License-Identifier: MIT */
#include "evallab.h"
#include "eval.h"
#include "suite.h"
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 45, N = 700, ARRAYS = KCL__MAX_ARGUMENTS + 4 };

/* ----- a pass and its arrays -------------------------------------------- */

struct bench {
	struct lab lab;
	double *data[3], s;
	int bits;
	struct kcl__pass *passes, *pass;
	size_t count;
	struct kcl__eval *e;
	void *arrays[ARRAYS];
};

/* Multiples of 1/8, so that there are equal values and sums are exact.  */
static double *eighths(int64_t count, uint64_t seed)
{
	double *to = malloc((size_t)count * sizeof *to);

	ck_assert_ptr_nonnull(to);
	for (int64_t k = 0; k < count; k++)
		to[k] = floor(lab_random(&seed, -16, 16)) / 8;
	return to;
}

static void begin(struct bench *b, const char *formula, int dim, int bits)
{
	char alias[40];
	ref root;

	lab_begin(&b->lab);
	b->lab.extent[KCL__I] = M;
	b->lab.extent[KCL__J] = N;
	b->data[0] = eighths(M * dim, 1);
	b->data[1] = eighths(N * dim, 2);
	b->data[2] = eighths(N * 2, 3);
	b->s = 1.0 / 16 / dim;
	b->bits = bits;
	snprintf(alias, sizeof alias, "x=Vi(%d)", dim);
	lab_variable(&b->lab, alias, b->data[0]);
	snprintf(alias, sizeof alias, "y=Vj(%d)", dim);
	lab_variable(&b->lab, alias, b->data[1]);
	lab_variable(&b->lab, "b=Vj(2)", b->data[2]);
	lab_variable(&b->lab, "s=Pm(1)", &b->s);
	root = lab_parse(&b->lab, formula);
	ck_assert(!kcl__passes_make(&b->lab.g, &root, 1, &b->passes,
	                            &b->count));
	b->pass = &b->passes[b->count - 1];
	b->e = kcl__eval_make(b->pass, bits);
	ck_assert_ptr_nonnull(b->e);
	lab_arrays(&b->lab, b->pass, bits, b->arrays);
}

static void end(struct bench *b)
{
	lab_free_arrays(b->pass, b->arrays);
	kcl__eval_free(b->e);
	kcl__passes_free(b->passes, b->count);
	lab_end(&b->lab);
	for (int k = 0; k < 3; k++)
		free(b->data[k]);
}

/* Rows and columns as one launch.  */
static void run_whole(struct bench *b)
{
	const struct kcl__rectangle all = {
		.rows = M, .columns = N, .first = 1, .last = 1
	};

	ck_assert(!kcl__eval_run(b->e, b->arrays, &all, 0, M));
}

static void *results(const struct bench *b, int which, size_t *bytes)
{
	const struct kcl__sizes *s = &b->pass->sizes;
	size_t k = b->pass->inputs;

	if (which == 0) {
		*bytes = (size_t)s->values * M * (size_t)b->bits / 8;
		return b->arrays[k];
	}
	*bytes = (size_t)s->indices * M * 8;
	return b->arrays[k + !!s->values];
}

/* The values and indices put aside, or (SAVE 0) compared and spoilt.  */
static void keep(struct bench *b, void *kept[2], int save)
{
	for (int which = 0; which < 2; which++) {
		size_t bytes;
		void *at = results(b, which, &bytes);

		if (!bytes)
			continue;
		if (save) {
			kept[which] = malloc(bytes);
			memcpy(kept[which], at, bytes);
		} else {
			ck_assert_mem_eq(at, kept[which], bytes);
		}
		memset(at, 0xff, bytes);
	}
}

/* ----- cuts ------------------------------------------------------------- */

static const char *const formulas[] = {
	"Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	"Sum_Reduction(Exp(-s*SqNorm2(y)),0)",
	"Grad(Sum_Reduction(Exp(-s*SqDist(x,y))*b,0),x,[Sum(x),1])",
	"LogSumExp_Reduction(-s*SqDist(x,y),0)",
	"LogSumExp_Reduction((x|y),0,Exp(b))",
	"Max_SumShiftExp_Reduction((x|y),0)",
	"SumSoftMaxWeight_Reduction((x|y),0,b)",
	"Min_Reduction(x-y,0)",
	"Max_ArgMax_Reduction(x-y,0)",
	"ArgMin_Reduction(SqDist(x,y),0)",
	"KMin_ArgKMin_Reduction(x-y,9,0)",
	"ArgKMin_Reduction(SqDist(x,y),5,0)"
};

/* Where columns and rows are cut; 0 ends a list.  */
static const int32_t column_cuts[][4] = {
	{ 256, N }, { 512, N }, { 256, 512, N }
};
static const int32_t row_cuts[][5] = {
	{ M }, { 1, M }, { 16, M }, { 7, 23, 24, M }
};

/* The rows from R up to the cut, of COLUMNS columns from C.  SHIFTED: the
 * column arrays begin there, as when they do not fit the memory whole.  */
static void run_piece(struct bench *b, int32_t row, int32_t rows, int32_t c,
                      int32_t columns, int shifted)
{
	struct kcl__rectangle piece = {
		.row = row, .column = c, .rows = rows, .columns = columns,
		.first = c == 0, .last = c + columns == N
	};
	void *arrays[ARRAYS];

	memcpy(arrays, b->arrays, sizeof arrays);
	for (size_t k = 0; shifted && k < b->pass->inputs; k++)
		if (kcl__at(b->pass, b->pass->input[k]) == KCL__AT_COLUMN)
			arrays[k] = (char *)arrays[k] + (size_t)c
				* b->lab.g.node[b->pass->input[k]].dim
				* (size_t)b->bits / 8;
	if (shifted) {
		piece.base = c;
		piece.column = 0;
	}
	ck_assert(!kcl__eval_run(b->e, arrays, &piece, 0, rows / 2));
	ck_assert(!kcl__eval_run(b->e, arrays, &piece, rows / 2, rows));
}

static void run_cut(struct bench *b, const int32_t *columns,
                    const int32_t *rows, int shifted)
{
	for (int32_t c = 0; c < N; c = *columns++)
		for (int32_t r = 0, k = 0; r < M; r = rows[k++])
			run_piece(b, r, rows[k] - r, c, *columns - c, shifted);
}

static void check_cuts(const char *formula, int bits)
{
	void *kept[2] = { NULL, NULL };
	struct bench b;

	begin(&b, formula, 3, bits);
	run_whole(&b);
	keep(&b, kept, 1);
	for (size_t c = 0; c < sizeof column_cuts / sizeof *column_cuts; c++)
		for (size_t r = 0; r < sizeof row_cuts / sizeof *row_cuts; r++)
			for (int shifted = 0; shifted < 2; shifted++) {
				run_cut(&b, column_cuts[c], row_cuts[r],
				        shifted);
				keep(&b, kept, 0);
			}
	free(kept[0]);
	free(kept[1]);
	end(&b);
}

START_TEST(cuts_change_no_bit)
{
	check_cuts(formulas[_i], 32);
	check_cuts(formulas[_i], 64);
}
END_TEST

/* ----- threads ---------------------------------------------------------- */

enum { THREADS = 4 };

struct share { struct bench *b; int32_t begin, end; kcl_status status; };

static void *run_share(void *memory)
{
	const struct kcl__rectangle all = {
		.rows = M, .columns = N, .first = 1, .last = 1
	};
	struct share *s = memory;

	s->status = kcl__eval_run(s->b->e, s->b->arrays, &all, s->begin,
	                          s->end);
	return NULL;
}

START_TEST(threads_share_the_rows)
{
	struct share share[THREADS];
	pthread_t thread[THREADS];
	void *kept[2] = { NULL, NULL };
	struct bench b;

	begin(&b, formulas[_i], 3, 32);
	run_whole(&b);
	keep(&b, kept, 1);
	for (int k = 0; k < THREADS; k++) {
		share[k] = (struct share){ &b, M * k / THREADS,
			M * (k + 1) / THREADS, KCL_OK };
		ck_assert(!pthread_create(&thread[k], NULL, run_share,
		                          &share[k]));
	}
	for (int k = 0; k < THREADS; k++) {
		pthread_join(thread[k], NULL);
		ck_assert_int_eq(share[k].status, KCL_OK);
	}
	keep(&b, kept, 0);
	free(kept[0]);
	free(kept[1]);
	end(&b);
}
END_TEST

/* ----- plain loops ------------------------------------------------------ */

static double value_at(const struct bench *b, int64_t k)
{
	const void *values = b->arrays[b->pass->inputs];

	return b->bits == 32 ? (double)((const float *)values)[k]
		: ((const double *)values)[k];
}

static long double distance(const struct bench *b, int dim, int i, int j)
{
	long double sum = 0;

	for (int k = 0; k < dim; k++) {
		double d = b->data[0][i * dim + k] - b->data[1][j * dim + k];

		sum += d * d;
	}
	return sum;
}

/* In squares of eighths the exponents are exact for float too: what is lost
 * is in their product with s, at most 1/2 unit of |s d|, in exp and in the
 * sum.  */
static void check_gaussian(int dim, int bits)
{
	const double unit = bits == 32 ? FLT_EPSILON : DBL_EPSILON;
	struct bench b;

	begin(&b, formulas[0], dim, bits);
	run_whole(&b);
	for (int i = 0; i < M; i++)
		for (int c = 0; c < 2; c++) {
			long double sum = 0, all = 0;
			double s = bits == 32 ? (float)b.s : b.s;

			for (int j = 0; j < N; j++) {
				long double d = distance(&b, dim, i, j);
				long double t = expl(-s * d)
					* b.data[2][2 * j + c];

				sum += t;
				all += fabsl(t) * (4 + s * d);
			}
			ck_assert_double_le(fabs(value_at(&b, 2 * i + c)
			                    - (double)sum), unit * (double)all);
		}
	end(&b);
}

/* 1000 coordinates leave room for one column at a time.  */
START_TEST(gaussian_of_loops)
{
	static const int dims[] = { 1, 3, 40, 1000 };

	check_gaussian(dims[_i], 32);
	check_gaussian(dims[_i], 64);
}
END_TEST

struct near { long double distance; int64_t index; };

static int closer(const void *a, const void *b)
{
	const struct near *p = a, *q = b;

	if (p->distance != q->distance)
		return p->distance < q->distance ? -1 : 1;
	return p->index < q->index ? -1 : 1;
}

START_TEST(neighbours_of_loops)
{
	struct near near[N];
	struct bench b;

	begin(&b, "KMin_ArgKMin_Reduction(SqDist(x,y),20,0)", 2, _i ? 64 : 32);
	run_whole(&b);
	for (int i = 0; i < M; i++) {
		const int64_t *index = b.arrays[b.pass->inputs + 1];

		for (int j = 0; j < N; j++)
			near[j] = (struct near){ distance(&b, 2, i, j), j };
		qsort(near, N, sizeof *near, closer);
		for (int k = 0; k < 20; k++) {
			ck_assert_int_eq(index[20 * i + k], near[k].index);
			ck_assert(value_at(&b, 20 * i + k)
			          == (double)near[k].distance);
		}
	}
	end(&b);
}
END_TEST

int main(void)
{
	const int count = (int)(sizeof formulas / sizeof *formulas);
	Suite *suite = suite_create("eval_cuts");
	TCase *t = tcase_create("cuts");

	tcase_add_loop_test(t, cuts_change_no_bit, 0, count);
	tcase_add_loop_test(t, threads_share_the_rows, 0, count);
	tcase_add_loop_test(t, gaussian_of_loops, 0, 4);
	tcase_add_loop_test(t, neighbours_of_loops, 0, 2);
	suite_add_tcase(suite, t);
	return suite_run(suite);
}
