/* check_float16.c - float16 arrays, computed in float32
 * SPDX-License-Identifier: MIT */
#include "half.h"
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <string.h>

enum { B = 2, M = 13, N = 700, ARGUMENTS = 4, MOST = B * N * 3 };

static const char *const vars[ARGUMENTS] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(2)",
	"s=Pm(1)" };
static const int64_t extents[ARGUMENTS][2] = { { M, 3 }, { N, 3 }, { N, 2 },
	{ 1, 1 } };

static const struct { const char *text; int64_t rows, dim; int indices; }
cases[] = {
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)", M, 2, 0 },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,2)", 1, 2, 0 },
	{ "Sum_Reduction(9999*b*b,0)", M, 2, 0 },       /* infinite */
	{ "Sum_Reduction(1e-7*Exp(-s*SqDist(x,y)),1)", N, 1, 0 },
	{ "Grad(Sum_Reduction(Exp(-s*SqDist(x,y))*b,0),y,[s,s])", N, 3, 0 },
	{ "Sum_Reduction(Sum_Reduction(Exp(-s*SqDist(x,y)),0)*y,1)", N, 3, 0 },
	{ "Min_ArgMin_Reduction(s*SqDist(x,y),0)", M, 1, 1 },
	{ "KMin_Reduction(s*SqDist(x,y),3,0)", M, 3, 0 },
};

/* The same numbers in both types; x has batches, and in float16 lies by
 * columns.  */
struct data {
	uint16_t half[ARGUMENTS][MOST];
	float single[ARGUMENTS][MOST];
	int64_t shape[ARGUMENTS][3], strides[3];
	kcl_array halves[ARGUMENTS], singles[ARGUMENTS];
};

static struct data data;

static void make_data(struct data *d)
{
	for (int a = 0; a < ARGUMENTS; a++) {
		int64_t rows = extents[a][0], dim = extents[a][1];
		int64_t batches = a == 0 ? B : 1, *shape = d->shape[a];

		shape[0] = batches;
		memcpy(shape + 1, extents[a], sizeof extents[a]);
		for (int64_t k = 0; k < batches * rows * dim; k++) {
			int64_t i = k / dim % rows, b = k / dim / rows;
			int64_t at = a ? k : (b * dim + k % dim) * rows + i;
			double value = cos((double)(k * 7 + a)) * 0.8;

			d->half[a][at] = kcl__to_half((float)value);
			d->single[a][k] = kcl__from_half(d->half[a][at]);
		}
		d->halves[a] = kcl_array_of(d->half[a], KCL_FLOAT, 16, 3,
		                            shape, NULL);
		d->singles[a] = kcl_array_of(d->single[a], KCL_FLOAT, 32, 3,
		                             shape, NULL);
	}
	d->strides[0] = 3 * M;
	d->strides[1] = 1;
	d->strides[2] = M;
	d->halves[0].strides = d->strides;
}

/* Runs case number K on IN to results of BITS.  */
static void run(kcl_kernel *kernel, int k, const kcl_array *in, int bits,
                void *values, int64_t *indices)
{
	int64_t shape[] = { B, cases[k].rows, cases[k].dim };
	const kcl_array out[] = {
		kcl_array_of(values, KCL_FLOAT, bits, 3, shape, NULL),
		kcl_array_of(indices, KCL_INT, 64, 3, shape, NULL)
	};

	ck_assert_msg(!kcl_run(kernel, ARGUMENTS, in, 1
	                       + (size_t)cases[k].indices, out), "%s: %s",
	              cases[k].text, kcl_message());
}

static void check_case(kcl_kernel *kernel, int k)
{
	static float expected[MOST], found[MOST];
	static uint16_t halves[MOST];
	static int64_t indices[3][MOST];
	int64_t size = B * cases[k].rows * cases[k].dim;

	run(kernel, k, data.singles, 32, expected, indices[0]);
	run(kernel, k, data.halves, 32, found, indices[1]);
	run(kernel, k, data.halves, 16, halves, indices[2]);
	ck_assert_msg(!memcmp(expected, found, (size_t)size * 4), "%s",
	              cases[k].text);
	for (int64_t n = 0; n < size; n++)
		ck_assert_msg(halves[n] == kcl__to_half(expected[n]),
		              "%s: %lld is %04x, and %g in float32",
		              cases[k].text, (long long)n, halves[n],
		              (double)expected[n]);
	for (int n = 1; n < 3 && cases[k].indices; n++)
		ck_assert(!memcmp(indices[0], indices[n], (size_t)size * 8));
	ck_assert(k != 2 || halves[0] == 0x7c00);
}

START_TEST(float16_is_widened)
{
	make_data(&data);
	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx = place_open(place_get(32, k));
		size_t usual = ctx->device->budget;
		kcl_kernel *kernel;

		ck_assert_msg(!kcl_kernel_make(ctx, cases[_i].text, ARGUMENTS,
		                               vars, &kernel), "%s",
		              kcl_message());
		check_case(kernel, _i);
		ctx->device->budget = 9000;     /* windows */
		check_case(kernel, _i);
		ctx->device->budget = usual;
		kcl_kernel_free(kernel);
	}
}
END_TEST

/* Without rows, without columns, and without inputs.  */
START_TEST(float16_may_be_empty)
{
	static const char *const none[] = { "x=Vi(1)", "y=Vj(1)" };
	uint16_t one = 0x3c00, out[2] = { 1, 1 };
	kcl_context *ctx;
	kcl_kernel *kernel, *constant;
	kcl_array in[] = { kcl_f16(&one, 1, 1), kcl_f16(&one, 0, 1) };
	kcl_array result = kcl_f16(out, 1, 1), nothing = kcl_f16(out, 0, 1);

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Min_Reduction(x*y,0)", 2, none,
	                           &kernel));
	ck_assert_msg(!kcl_run(kernel, 2, in, 1, &result), "%s",
	              kcl_message());
	ck_assert_uint_eq(out[0], 0x7c00);
	in[0].shape[0] = 0;
	ck_assert_msg(!kcl_run(kernel, 2, in, 1, &nothing), "%s",
	              kcl_message());
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(IntCst(3),0)", 0, NULL,
	                           &constant));
	ck_assert_msg(!kcl_run(constant, 0, NULL, 1, &result), "%s",
	              kcl_message());
	ck_assert_uint_eq(out[0], 0x4200);
	ck_assert_uint_eq(out[1], 1);
	kcl_kernel_free(constant);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("float16");
	TCase *tests = tcase_create("float16");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, float16_is_widened, 0,
	                    sizeof cases / sizeof cases[0]);
	tcase_add_test(tests, float16_may_be_empty);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
