/* check_refused.c - what kcl_run says to arguments that will not do
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { M = 13, N = 41, D = 3, E = 2, ROOM = 256, ARRAYS = 5 };

static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(2)",
	"s=Pm(1)" };
static const int64_t extents[ARRAYS][2] = { { M, D }, { N, D }, { N, E },
	{ 1, 1 }, { M, E } };

/* The arguments, then the output.  */
struct call {
	float memory[ARRAYS][ROOM];
	int64_t shape[ARRAYS][3], strides[ARRAYS][3];
	kcl_array array[ARRAYS];
};

static struct call call;
static const char bundle[] = "check-refused.kcl";

static void make_right(void)
{
	for (int a = 0; a < ARRAYS; a++) {
		for (int k = 0; k < ROOM; k++)
			call.memory[a][k] = a == 4 ? -777 : 0;
		memcpy(call.shape[a], extents[a], sizeof extents[a]);
		call.strides[a][0] = extents[a][1];
		call.strides[a][1] = 1;
		call.array[a] = kcl_array_of(call.memory[a], KCL_FLOAT, 32, 2,
		                             call.shape[a], call.strides[a]);
	}
}

static kcl_kernel *open(kcl_context **ctx)
{
	kcl_kernel *kernel;

	ck_assert_msg(!kcl_context_open("host", ctx)
	              && !kcl_kernel_make(*ctx, "Sum_Reduction(Exp(-s*"
	                                  "SqDist(x,y))*b,0)", 4, vars,
	                                  &kernel), "%s", kcl_message());
	return kernel;
}

/* What a case changes: in the call, or in how many arrays it has.  */
struct wrong {
	struct call *c;
	size_t nin, nout;
	const kcl_array *in, *out;
};

#define CASE(name, statement) \
static void name(struct wrong *w) \
{ \
	kcl_array *a = w->c->array; \
	int64_t (*shape)[3] = w->c->shape; \
\
	(void)a, (void)shape; \
	statement; \
}
CASE(too_few, w->nin = 3)
CASE(too_many, w->nin = 5)
CASE(no_output, w->nout = 0)
CASE(null_list, w->in = NULL)
CASE(null_outputs, w->out = NULL)
CASE(on_gpu, a[1].device.device_type = 2)
CASE(integers, a[1].dtype.code = KCL_INT)
CASE(quarter, a[0].dtype.bits = 8)
CASE(brain, a[0].dtype.code = 4; a[0].dtype.bits = 16)
CASE(complex, a[1].dtype.code = 5; a[1].dtype.bits = 64)
CASE(unknown, a[0].dtype.code = 99)
CASE(half, a[0].dtype.bits = 16)
CASE(later_half, a[3].dtype.bits = 16)
CASE(half_output, a[4].dtype.bits = 16)
CASE(halves, for (int k = 0; k < 4; k++) a[k].dtype.bits = 16;
     a[4].dtype.bits = 64)
CASE(unaligned_half, a[0].dtype.bits = 16; a[0].byte_offset = 1)
CASE(with_lanes, a[0].dtype.lanes = 4)
CASE(mixed, a[2].dtype.bits = 64)
CASE(output_mixed, a[4].dtype.bits = 64)
CASE(output_index, a[4].dtype.code = KCL_INT; a[4].dtype.bits = 64)
CASE(many_dimensions, a[0].ndim = 33)
CASE(batched_output, a[4].ndim = 3; a[4].strides = NULL;
     shape[4][0] = 1; shape[4][1] = M; shape[4][2] = E)
CASE(negative_dimensions, a[0].ndim = -1)
CASE(no_shape, a[0].shape = NULL)
CASE(negative_shape, shape[1][0] = -4)
CASE(wide, shape[0][1] = 4)
CASE(flat, a[0].ndim = 1)
CASE(parameter_rows, shape[3][0] = shape[3][1] = 2)
CASE(parameter_batches, shape[3][0] = 5)
CASE(parameter_wide, a[3].ndim = 1; shape[3][0] = 2)
CASE(two_lengths, shape[2][0] = N - 1)
CASE(short_output, shape[4][0] = M - 1)
CASE(wide_output, shape[4][1] = D)
CASE(endless, shape[0][0] = (int64_t)1 << 41)
CASE(no_data, a[1].data = NULL)
CASE(unaligned, a[1].byte_offset = 2)
CASE(huge_stride, w->c->strides[0][0] = INT64_MAX / 2)
CASE(repeated_output, w->c->strides[4][0] = 0)
CASE(interlaced_output, w->c->strides[4][0] = 1)
CASE(overlap, a[4].data = a[1].data)
CASE(output_overlap_end, a[4].data = (float *)a[2].data + N * E - 1)

/* A column of numbers for a Pm(1) is a batch of each, and no mistake before the
 * outputs say so.  */
static const struct {
	void (*spoil)(struct wrong *);
	kcl_status status;
	const char *message;
} cases[] = {
	{ too_few, KCL_ARGUMENT, "expected 4 arguments, found 3" },
	{ too_many, KCL_ARGUMENT, "expected 4 arguments, found 5" },
	{ no_output, KCL_ARGUMENT, "expected 1 output, found 0" },
	{ null_list, KCL_ARGUMENT, "the array of arguments is NULL" },
	{ null_outputs, KCL_ARGUMENT, "the array of outputs is NULL" },
	{ on_gpu, KCL_UNSUPPORTED, "argument 1 (y) is on a device of DLPack "
		"type 2; expected host memory (1)" },
	{ integers, KCL_DTYPE, "argument 1 (y) has dtype int32; expected "
		"float32, as argument 0; convert the integers" },
	{ quarter, KCL_DTYPE, "argument 0 (x) has dtype float8; expected "
		"float16, float32 or float64" },
	{ brain, KCL_DTYPE, "argument 0 (x) has dtype bfloat16; expected "
		"float16, float32 or float64" },
	{ complex, KCL_DTYPE, "argument 1 (y) has dtype complex64; "
		"expected float32, as argument 0" },
	{ unknown, KCL_DTYPE, "argument 0 (x) has dtype unknown32; expected "
		"float16, float32 or float64" },
	{ half, KCL_DTYPE, "argument 1 (y) has dtype float32; expected "
		"float16, as argument 0" },
	{ later_half, KCL_DTYPE, "argument 3 (s) has dtype float16; expected "
		"float32, as argument 0" },
	{ half_output, KCL_DTYPE, "output 0 has dtype float16; expected "
		"float32, as argument 0" },
	{ halves, KCL_DTYPE, "output 0 has dtype float64; expected float16 "
		"or float32, as argument 0" },
	{ unaligned_half, KCL_ARGUMENT, "argument 0 (x) is not aligned to its "
		"elements of 2 bytes" },
	{ with_lanes, KCL_DTYPE, "argument 0 (x) has dtype float32 with "
		"lanes; expected float16, float32 or float64" },
	{ mixed, KCL_DTYPE, "argument 2 (b) has dtype float64; expected "
		"float32, as argument 0" },
	{ output_mixed, KCL_DTYPE, "output 0 has dtype float64; expected "
		"float32, as argument 0" },
	{ output_index, KCL_DTYPE, "output 0 has dtype int64; expected "
		"float32, as argument 0" },
	{ many_dimensions, KCL_SHAPE, "argument 0 (x) has 33 dimensions; "
		"expected at most 32" },
	{ batched_output, KCL_SHAPE, "output 0 has shape (1, 13, 2); expected "
		"(M, 2)" },
	{ negative_dimensions, KCL_SHAPE, "argument 0 (x) has -1 dimensions; "
		"expected at most 32" },
	{ no_shape, KCL_ARGUMENT, "argument 0 (x) has shape NULL" },
	{ negative_shape, KCL_SHAPE, "argument 1 (y) has a negative shape, "
		"-4" },
	{ wide, KCL_SHAPE, "argument 0 (x) has shape (13, 4); expected "
		"(..., M, 3)" },
	{ flat, KCL_SHAPE, "argument 0 (x) has shape (13); expected "
		"(..., M, 3)" },
	{ parameter_rows, KCL_SHAPE, "argument 3 (s) has shape (2, 2); "
		"expected (..., 1, 1) or (1)" },
	{ parameter_batches, KCL_SHAPE, "output 0 has shape (13, 2); expected "
		"(5, M, 2), as argument 3 (s) has batch dimensions" },
	{ parameter_wide, KCL_SHAPE, "argument 3 (s) has shape (2); expected "
		"(..., 1, 1) or (1)" },
	{ two_lengths, KCL_SHAPE, "argument 2 (b) has 40 rows; expected 41, "
		"as for the other arrays of index j" },
	{ short_output, KCL_SHAPE, "output 0 has 12 rows; expected 13, as for "
		"the other arrays of index i" },
	{ wide_output, KCL_SHAPE, "output 0 has shape (13, 3); expected "
		"(M, 2)" },
	{ endless, KCL_LIMIT, "argument 0 (x) has 2199023255552 rows; at most "
		"2^40 can be handled" },
	{ no_data, KCL_ARGUMENT, "argument 1 (y) has data NULL" },
	{ unaligned, KCL_ARGUMENT, "argument 1 (y) is not aligned to its "
		"elements of 4 bytes" },
	{ huge_stride, KCL_SHAPE, "argument 0 (x) reaches beyond the address "
		"space" },
	{ repeated_output, KCL_ARGUMENT, "output 0 has elements that share "
		"memory" },
	{ interlaced_output, KCL_ARGUMENT, "output 0 has elements that share "
		"memory" },
	{ overlap, KCL_ARGUMENT, "output 0 shares memory with argument 1; "
		"results need memory of their own" },
	{ output_overlap_end, KCL_ARGUMENT, "output 0 shares memory with "
		"argument 2; results need memory of their own" },
};

START_TEST(is_refused)
{
	struct wrong w = { &call, 4, 1, call.array, &call.array[4] };
	kcl_context *ctx;
	kcl_kernel *kernel = open(&ctx);

	make_right();
	cases[_i].spoil(&w);
	ck_assert_int_eq(kcl_run(kernel, w.nin, w.in, w.nout, w.out),
	                 (int)cases[_i].status);
	ck_assert_str_eq(kcl_message(), cases[_i].message);
	for (int k = 0; k < ROOM; k++)
		ck_assert_float_eq(call.memory[4][k], -777);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* Without arguments an output says what the others are.  */
START_TEST(outputs_have_one_type)
{
	static const struct {
		int bits[3];
		const char *message;
	} some[] = {
		{ { 64, 64, 32 }, "output 2 has dtype float32; expected "
			"float64, as output 1" },
		{ { 64, 32, 64 }, "output 2 has dtype float64; expected "
			"float16 or float32, as output 1" },
		{ { 64, 8, 64 }, "output 1 has dtype float8; expected "
			"float16, float32 or float64" },
		{ { 0, 64, 32 }, "output 0 has dtype int32; expected int64" },
		{ { 64, 0, 32 }, "output 1 has dtype int32; expected float16 "
			"or float32, as output 2" },
		{ { 64, 0, 0 }, "output 1 has dtype int32; expected float16, "
			"float32 or float64" },
	};
	static double memory[3];
	static int64_t shape[] = { 1, 1 };
	kcl_array out[3];
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "ArgMax_Reduction(Index_j(),0),"
		"Sum_Reduction(1+Index_j(),0),Max_Reduction(Index_j(),0)", 0,
		NULL, &kernel));
	for (int k = 0; k < 3; k++) {
		int bits = some[_i].bits[k];

		out[k] = kcl_array_of(&memory[k], k == 0 || !bits ? KCL_INT
		                      : KCL_FLOAT, bits ? bits : 32, 2, shape,
		                      NULL);
	}
	ck_assert_int_eq(kcl_run(kernel, 0, NULL, 3, out), KCL_DTYPE);
	ck_assert_str_eq(kcl_message(), some[_i].message);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* How many calls with what was inherited say that it was, of 8.  */
static int count_forked(kcl_context *ctx, kcl_kernel *kernel)
{
	kcl_kernel *none;
	int n = 0;

	n += kcl_run(kernel, 4, call.array, 1, &call.array[4]) == KCL_FORKED;
	n += kcl_kernel_build(kernel, 32) == KCL_FORKED;
	n += kcl_kernel_from(ctx, kcl_kernel_formula(kernel), &none)
		== KCL_FORKED && !none;
	n += kcl_kernel_make(ctx, "Sum_Reduction(Vj(1),0)", 0, NULL, &none)
		== KCL_FORKED && !none;
	n += kcl_bundle_load(ctx, bundle, &none) == KCL_FORKED && !none;
	n += !kcl_kernel_source(kernel, 32)
		&& strstr(kcl_message(), "belongs to process");
	n += !kcl_kernel_plan(kernel, 32, 1, 1)
		&& strstr(kcl_message(), "belongs to process");
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	n += !kcl_context_open("host", &ctx);
	kcl_context_close(ctx);
	return n;
}

START_TEST(what_was_inherited_is_refused)
{
	kcl_context *ctx;
	kcl_kernel *kernel = open(&ctx);
	int status;
	pid_t child;

	make_right();
	ck_assert(!kcl_bundle_save(kcl_kernel_formula(kernel), 0, NULL, 0,
	                           bundle));
	child = fork();
	if (child == 0) {
		alarm(20);
		_exit(count_forked(ctx, kernel));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	remove(bundle);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 8);
	ck_assert(!kcl_run(kernel, 4, call.array, 1, &call.array[4]));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* X and the output are in one buffer, where they take turns of columns or of
 * rows; a column that both have is refused.  */
START_TEST(arrays_take_turns)
{
	static const struct { int to, step; kcl_status status; } all[] = {
		{ 3, 6, KCL_OK }, { 15, 6, KCL_OK },
		{ 2, 6, KCL_ARGUMENT }, { 0, 6, KCL_ARGUMENT },
		{ 3, 5, KCL_ARGUMENT }, { 13, 6, KCL_ARGUMENT }
	};
	float buffer[40], y[] = { 1, 1 };
	int64_t strides[] = { 6, 1 };
	kcl_array in[] = { kcl_f32(buffer, 4, 3), kcl_f32(y, 2, 1) };
	kcl_array out = kcl_f32(buffer, 4, 3);
	const char *const vars[] = { "x=Vi(3)", "y=Vj(1)" };
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x*y,0)", 2, vars,
	                           &kernel));
	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		int64_t own[] = { all[k].step, 1 };

		for (int n = 0; n < 40; n++)
			buffer[n] = (float)n;
		in[0].strides = strides;
		out.strides = own;
		out.data = buffer + all[k].to;
		ck_assert_int_eq(kcl_run(kernel, 2, in, 1, &out),
		                 all[k].status);
		for (int n = 0; !all[k].status && n < 12; n++)
			ck_assert_float_eq(buffer[all[k].to + n / 3 * 6
				+ n % 3],
				(float)(2 * (n / 3 * 6 + n % 3)));
	}
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

/* Values and indices are members of structs, by rows and ranks or by ranks and
 * rows; and of one struct there is.  */
START_TEST(members_take_turns)
{
	struct { double value; int64_t index; } hit[6];
	static const int64_t all[][3] = { { 3, 4, 2 }, { 3, 2, 6 },
		{ 1, 7, 2 } };
	int64_t shape[] = { all[_i][0], 2 };
	int64_t strides[] = { all[_i][1], all[_i][2] };
	double x[] = { 1, 5, 9 }, y[] = { 8, 6, 2 };
	kcl_array in[] = { kcl_f64(x, shape[0], 1), kcl_f64(y, 3, 1) };
	kcl_array out[] = {
		kcl_array_of(&hit->value, KCL_FLOAT, 64, 2, shape, strides),
		kcl_array_of(&hit->index, KCL_INT, 64, 2, shape, strides)
	};
	const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "KMin_ArgKMin_Reduction(Abs(x-y),2,0)",
	                           2, vars, &kernel));
	ck_assert_msg(!kcl_run(kernel, 2, in, 2, out), "%s", kcl_message());
	ck_assert_double_eq(hit[0].value, 1);
	ck_assert_int_eq(hit[0].index, 2);
	ck_assert_double_eq(hit[strides[1] / 2].value, 5);
	ck_assert_int_eq(hit[strides[1] / 2].index, 1);
	out[1].data = &hit->value;
	out[1].byte_offset = 4;
	ck_assert_int_eq(kcl_run(kernel, 2, in, 2, out), KCL_ARGUMENT);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("refused");
	TCase *tests = tcase_create("refused");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, is_refused, 0,
	                    sizeof cases / sizeof cases[0]);
	tcase_add_test(tests, arrays_take_turns);
	tcase_add_loop_test(tests, members_take_turns, 0, 3);
	tcase_add_loop_test(tests, outputs_have_one_type, 0, 6);
	tcase_add_test(tests, what_was_inherited_is_refused);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
