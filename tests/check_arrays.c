/* check_arrays.c - arrays of any layout are read and written
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 13, N = 41, D = 3, E = 2, ROOM = 4096, ARRAYS = 5 };

static const char text[] = "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)";
static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(2)",
	"s=Pm(1)" };
static const int64_t extents[ARRAYS][2] = { { M, D }, { N, D }, { N, E },
	{ 1, 1 }, { M, E } };

/* The arguments, then the output; each in the middle of its own memory.  */
struct call {
	float memory[ARRAYS][ROOM];
	int64_t shape[ARRAYS][3], strides[ARRAYS][3];
	kcl_array array[ARRAYS];
};

static float number(int a, int64_t i, int64_t k)
{
	return (float)((a * 7 + i * 5 + k * 3) % 11) / 8 - 0.5f;
}

static float *element(const kcl_array *a, int64_t i, int64_t k)
{
	char *first = (char *)a->data + a->byte_offset;

	return (float *)(void *)first + i * a->strides[0] + k * a->strides[1];
}

/* Lays array A out with these strides, and fills it.  */
static void lay(struct call *c, int a, int64_t row, int64_t column)
{
	const int64_t *extent = extents[a];

	for (int k = 0; k < ROOM; k++)
		c->memory[a][k] = -777;
	memcpy(c->shape[a], extent, 2 * sizeof *extent);
	c->strides[a][0] = row;
	c->strides[a][1] = column;
	c->array[a] = kcl_array_of(c->memory[a] + ROOM / 2, KCL_FLOAT, 32, 2,
	                           c->shape[a], c->strides[a]);
	for (int64_t i = 0; i < extent[0] && a < ARRAYS - 1; i++)
		for (int64_t k = 0; k < extent[1]; k++)
			*element(&c->array[a], i, k) = number(a, i, k);
}

static void lay_all(struct call *c)
{
	for (int a = 0; a < ARRAYS; a++)
		lay(c, a, extents[a][1], 1);
}

static kcl_status run(kcl_kernel *kernel, const struct call *c)
{
	return kcl_run(kernel, 4, c->array, 1, &c->array[4]);
}

/* The result, row by row.  */
static void take(const struct call *c, float *to)
{
	for (int64_t i = 0; i < M; i++)
		for (int64_t k = 0; k < E; k++)
			*to++ = *element(&c->array[4], i, k);
}

static struct call call;

static kcl_kernel *open(const char *device, kcl_context **ctx)
{
	kcl_kernel *kernel;

	plan_set(NULL);
	ck_assert_msg(!kcl_context_open(device, ctx)
	              && !kcl_kernel_make(*ctx, text, 4, vars, &kernel), "%s",
	              kcl_message());
	return kernel;
}

/* Calls TEST with the kernel on each device.  */
static void everywhere(void (*test)(kcl_kernel *))
{
	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx;
		kcl_kernel *kernel;

		if (place_get(32, k)->shape)
			continue;
		kernel = open(place_get(32, k)->device, &ctx);
		test(kernel);
		kcl_kernel_free(kernel);
		kcl_context_close(ctx);
	}
}

/* ----- layouts ---------------------------------------------------------- */

/* Strides of an array of R rows and C columns.  */
static const struct { const char *name; int64_t row[3], column[3]; }
layouts[] = {
	/* a number, then so many times R and C */
	{ "transposed", { 1, 0, 0 }, { 0, 1, 0 } },
	{ "with gaps", { 3, 0, 1 }, { 1, 0, 0 } },
	{ "every other column", { 1, 0, 2 }, { 2, 0, 0 } },
	{ "rows upwards", { 0, 0, -1 }, { 1, 0, 0 } },
	{ "from the end", { 0, 0, -1 }, { -1, 0, 0 } },
	{ "transposed upwards", { -1, 0, 0 }, { 0, -1, 0 } },
	{ "far apart", { 0, 0, 9 }, { 3, 0, 0 } },
};

static int64_t stride(const int64_t *rule, int a)
{
	return rule[0] + rule[1] * extents[a][0] + rule[2] * extents[a][1];
}

static int written_elsewhere(const struct call *c)
{
	int count = 0;

	for (int k = 0; k < ROOM; k++)
		count += c->memory[4][k] != -777;
	return count != M * E;
}

static void check_layouts(kcl_kernel *kernel)
{
	float expected[M * E], found[M * E];

	lay_all(&call);
	ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
	take(&call, expected);
	for (size_t n = 0; n < sizeof layouts / sizeof layouts[0]; n++)
		for (int a = 0; a < ARRAYS; a++) {
			lay_all(&call);
			lay(&call, a, stride(layouts[n].row, a),
			    stride(layouts[n].column, a));
			ck_assert_msg(!run(kernel, &call), "%s: %s",
			              layouts[n].name, kcl_message());
			take(&call, found);
			ck_assert_msg(!memcmp(expected, found, sizeof found)
			              && !written_elsewhere(&call),
			              "array %d %s", a, layouts[n].name);
		}
}

START_TEST(any_layout_will_do)
{
	everywhere(check_layouts);
}
END_TEST

static void check_broadcast(kcl_kernel *kernel)
{
	float expected[M * E], found[M * E];

	for (int zero = 0; zero < 2; zero++) {
		lay_all(&call);
		if (zero)
			lay(&call, 1, 0, 1);
		for (int64_t j = 0; j < N; j++)
			for (int64_t k = 0; k < D; k++)
				*element(&call.array[1], j, k)
					= number(9, 0, k);
		ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
		take(&call, zero ? found : expected);
	}
	ck_assert(!memcmp(expected, found, sizeof found));
}

START_TEST(a_stride_of_zero_repeats)
{
	everywhere(check_broadcast);
}
END_TEST

static void check_offset(kcl_kernel *kernel)
{
	float expected[M * E], found[M * E];

	lay_all(&call);
	ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
	take(&call, expected);
	for (int a = 0; a < ARRAYS; a++) {
		call.array[a].data = call.memory[a];
		call.array[a].byte_offset = ROOM / 2 * sizeof(float);
	}
	memset(call.array[4].data, 0, ROOM * sizeof(float));
	ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
	take(&call, found);
	ck_assert(!memcmp(expected, found, sizeof found));
}

START_TEST(offsets_count_bytes)
{
	everywhere(check_offset);
}
END_TEST

static void check_pinned(kcl_kernel *kernel)
{
	static const int types[] = { KCL_HOST, KCL_CUDA_HOST, KCL_ROCM_HOST,
		KCL_CUDA_MANAGED };
	float expected[M * E], found[M * E];

	for (int k = 0; k < 4; k++) {
		lay_all(&call);
		for (int a = 0; a < ARRAYS; a++)
			call.array[a].device.device_type = types[k];
		ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
		take(&call, k ? found : expected);
		ck_assert(!k || !memcmp(expected, found, sizeof found));
	}
}

START_TEST(pinned_and_managed_memory_is_the_hosts)
{
	everywhere(check_pinned);
}
END_TEST

static void check_no_strides(kcl_kernel *kernel)
{
	float expected[M * E];

	lay_all(&call);
	ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
	take(&call, expected);
	lay(&call, 4, E, 1);
	for (int a = 0; a < ARRAYS; a++)
		call.array[a].strides = NULL;
	call.array[3].ndim = 0;
	call.array[3].shape = NULL;
	ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
	ck_assert(!memcmp(expected, call.array[4].data, sizeof expected));
}

START_TEST(no_strides_are_row_major)
{
	everywhere(check_no_strides);
}
END_TEST

/* Arrays without rows may be NULL.  */
START_TEST(nothing_needs_no_memory)
{
	kcl_context *ctx;
	kcl_kernel *kernel = open("host", &ctx);

	lay_all(&call);
	call.shape[0][0] = call.shape[4][0] = 0;
	call.array[0].data = call.array[4].data = NULL;
	ck_assert_msg(!run(kernel, &call), "%s", kcl_message());
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* Rows of one number, and parameters, may have one dimension.  */
START_TEST(one_dimension_will_do)
{
	static const char *const names[] = { "x=Vi(1)", "y=Vj(1)", "p=Pm(3)" };
	float x[] = { 1, 2, 3, 4, 5, 6 }, y[] = { 1, -2 }, p[] = { 1, 10, 100 };
	float out[9];
	int64_t three[] = { 3 }, two[] = { 2 }, apart[] = { 2 };
	int64_t at[] = { 3, 3 };
	const kcl_array in[] = {
		kcl_array_of(x, KCL_FLOAT, 32, 1, three, apart),
		kcl_array_of(y, KCL_FLOAT, 32, 1, two, NULL),
		kcl_array_of(p, KCL_FLOAT, 32, 1, three, NULL)
	};
	const kcl_array to = kcl_array_of(out, KCL_FLOAT, 32, 2, at, NULL);
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, "Sum_Reduction(x*y*p,0)", 3, names,
	                               &kernel)
	              && !kcl_run(kernel, 3, in, 1, &to), "%s", kcl_message());
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			ck_assert_float_eq(out[3 * i + k],
			                   -x[2 * i] * p[k]);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* x is (2, 3, M, 2), y (3, N, 2) by columns, s (2, 1, 1, 1): the results are
 * those of the six batches alone.  */
static void check_batches(kcl_kernel *kernel)
{
	enum { B = 2, C = 3, M = 5, N = 300, D = 2 };
	static float x[B * C * M * D], y[C * D * N], s[B], alone[N * D];
	static float one[M], all[B * C * M];
	int64_t shape[4][4] = { { B, C, M, D }, { C, N, D }, { B, 1, 1, 1 },
		{ B, C, M, 1 } };
	int64_t by_columns[] = { D * N, 1, N };
	kcl_array in[] = {
		kcl_array_of(x, KCL_FLOAT, 32, 4, shape[0], NULL),
		kcl_array_of(y, KCL_FLOAT, 32, 3, shape[1], by_columns),
		kcl_array_of(s, KCL_FLOAT, 32, 4, shape[2], NULL)
	}, out = kcl_array_of(all, KCL_FLOAT, 32, 4, shape[3], NULL);

	for (int k = 0; k < B * C * M * D; k++)
		x[k] = number(0, k, 0);
	for (int k = 0; k < C * D * N; k++)
		y[k] = number(1, k, k / 7);
	s[0] = 0.5f;
	s[1] = 2;
	ck_assert_msg(!kcl_run(kernel, 3, in, 1, &out), "%s", kcl_message());
	for (int b = 0; b < B * C; b++) {
		kcl_array part[] = { kcl_f32(x + b * M * D, M, D),
			kcl_f32(alone, N, D), kcl_f32(s + b / C, 1, 1) };
		kcl_array to = kcl_f32(one, M, 1);

		for (int k = 0; k < N * D; k++)
			alone[k] = y[b % C * D * N + k % D * N + k / D];
		ck_assert_msg(!kcl_run(kernel, 3, part, 1, &to), "%s",
		              kcl_message());
		ck_assert_msg(!memcmp(one, all + b * M, sizeof one),
		              "batch %d", b);
	}
	shape[1][1] = 0;
	ck_assert_msg(!kcl_run(kernel, 3, in, 1, &out), "%s", kcl_message());
	for (int k = 0; k < B * C * M; k++)
		ck_assert_float_eq(all[k], -INFINITY);
	shape[1][1] = N;
	shape[1][0] = 2;
	ck_assert_int_eq(kcl_run(kernel, 3, in, 1, &out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "argument 1 (y) has batch dimensions "
		"(2); expected such as go with (2, 3) of the arguments before "
		"it: the same or 1");
	shape[1][0] = C;
	shape[3][1] = 1;
	ck_assert_int_eq(kcl_run(kernel, 3, in, 1, &out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "output 0 has shape (2, 1, 5, 1); "
		"expected (2, 3, M, 1) or (2, 3, M), as argument 0 (x) has "
		"batch dimensions");
	shape[3][1] = C;
	shape[3][2] = 1;
	out.ndim = 3;
	ck_assert_int_eq(kcl_run(kernel, 3, in, 1, &out), KCL_SHAPE);
	ck_assert_str_eq(kcl_message(), "output 0 has shape (2, 3, 1); "
		"expected (2, 3, 5, 1) or (2, 3, 5), as argument 0 (x) has "
		"batch dimensions");
}

START_TEST(batches_are_broadcast)
{
	static const char *const names[] = { "x=Vi(2)", "y=Vj(2)", "s=Pm(1)" };

	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx;
		kcl_kernel *kernel;

		if (place_get(32, k)->shape)
			continue;
		plan_set(NULL);
		ck_assert(!kcl_context_open(place_get(32, k)->device, &ctx));
		ck_assert(!kcl_kernel_make(ctx, "LogSumExp_Reduction("
			"-s*SqDist(x,y),0)", 3, names, &kernel));
		check_batches(kernel);
		kcl_kernel_free(kernel);
		kcl_context_close(ctx);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arrays");
	TCase *tests = tcase_create("arrays");

	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, any_layout_will_do);
	tcase_add_test(tests, a_stride_of_zero_repeats);
	tcase_add_test(tests, offsets_count_bytes);
	tcase_add_test(tests, pinned_and_managed_memory_is_the_hosts);
	tcase_add_test(tests, no_strides_are_row_major);
	tcase_add_test(tests, nothing_needs_no_memory);
	tcase_add_test(tests, one_dimension_will_do);
	tcase_add_test(tests, batches_are_broadcast);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
