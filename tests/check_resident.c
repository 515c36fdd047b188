/* check_resident.c - arrays in a GPU's memory, on the test double and a GPU
 * SPDX-License-Identifier: MIT */
#include "cudalab.h"
#include "keopscl.h"
#include "runtime/cuda.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 6, BYTES = 1 << 17, GAP = 0x5a };

/* The driver, besides the library; its first device.  */
static struct kcl__cu cu;
static CUdevice gpu;
static CUcontext context;
static CUstream stream;

static void ok(CUresult code)
{
	ck_assert_int_eq(code, 0);
}

static void gpu_begin(void)
{
	ck_assert(kcl__cu_load(&cu));
	ok(cu.cuDeviceGet(&gpu, 0));
	ok(cu.cuDevicePrimaryCtxRetain(&context, gpu));
	ok(cu.cuCtxPushCurrent_v2(context));
	ok(cu.cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
}

static void gpu_end(void)
{
	ok(cu.cuStreamDestroy_v2(stream));
	ok(cu.cuCtxPopCurrent_v2(&context));
	ok(cu.cuDevicePrimaryCtxRelease_v2(gpu));
}

/* ----- arrays ------------------------------------------------------------ */

/* Of an array: its copies on host and GPU, all of BYTES.  */
struct both {
	int64_t shape[3], strides[3];
	kcl_array array;
	char *host;
	CUdeviceptr there;
};

/* SPEC is such as "700x3"; or "2x700x3", batches, and "700x3~2", with so many
 * elements after each row; h after it makes float16, i int64.  */
static void make(struct both *b, const char *spec)
{
	int at = 0, gap = 0, dims = 0, bits = 32, code = KCL_FLOAT;

	for (; sscanf(spec, "%ld%n", &b->shape[dims], &at) == 1; spec += at) {
		dims++;
		at += spec[at] == 'x';
	}
	if (*spec == '~' && sscanf(spec, "~%d%n", &gap, &at) == 1)
		spec += at;
	bits = *spec == 'h' ? 16 : *spec == 'i' ? 64 : 32;
	code = *spec == 'i' ? KCL_INT : KCL_FLOAT;
	b->strides[dims - 1] = 1;
	for (int d = dims - 2, inner = 1; d >= 0; d--, inner = 0)
		b->strides[d] = b->strides[d + 1] * b->shape[d + 1]
			+ (inner ? gap : 0);
	b->host = malloc(BYTES);
	memset(b->host, GAP, BYTES);
	b->array = kcl_array_of(b->host, code, bits, dims, b->shape,
	                        b->strides);
	ok(cu.cuMemAlloc_v2(&b->there, BYTES));
}

static void fill(struct both *b, int number)
{
	for (int k = 0; k < BYTES / 4; k++)
		if (b->array.dtype.bits == 16)
			((uint16_t *)(void *)b->host)[k] = (uint16_t)(0x3800
				+ (k * 37 + number) % 1000);
		else
			((float *)(void *)b->host)[k] = (float)((k * 37
				+ number * 11) % 1000) / 1000;
}

/* Copies all bytes to the GPU, or what is there to TO.  */
static void upload(const struct both *b)
{
	ok(cu.cuMemcpyHtoDAsync_v2(b->there, b->host, BYTES, stream));
	ok(cu.cuStreamSynchronize(stream));
}

static void download(const struct both *b, char *to)
{
	ok(cu.cuMemcpyDtoHAsync_v2(to, b->there, BYTES, stream));
	ok(cu.cuStreamSynchronize(stream));
}

static void let_go(struct both *b)
{
	free(b->host);
	ok(cu.cuMemFree_v2(b->there));
}

static kcl_array on_gpu(const struct both *b)
{
	kcl_array a = b->array;

	a.data = (void *)(uintptr_t)b->there;
	a.device.device_type = KCL_CUDA;
	return a;
}

/* ----- results ------------------------------------------------------------ */

/* STAYS: nothing is copied, where the test double counts.  A / stands before
 * the outputs.  SOLVED: the third argument is sought, by a preconditioner of
 * one column less than that, and the second is the first.  */
static const struct row {
	const char *formula, *vars, *arrays;
	int stays, solved;
} table[] = {
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(1) s=Pm(1)", "700x3 900x3 900x1 1x1 / 700x1",
	  1, 0 },
	{ "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)",
	  "x=Vi(3) y=Vj(3) b=Vj(2) e=Vi(2)",
	  "700x3 900x3 900x2 700x2 / 700x3", 1, 0 },
	{ "Min_ArgMin_Reduction(SqDist(x,y),0)", "x=Vi(3) y=Vj(3)",
	  "700x3 900x3 / 700x1 700x1i", 1, 0 },
	{ "Sum_Reduction(x*y,1)", "x=Vi(1) y=Vj(1)", "3000 20 / 20", 1, 0 },
	{ "Sum_Reduction(x*y,0)", "x=Vi(2) y=Vj(2)",
	  "70x2~1 90x2 / 70x2~3", 0, 0 },
	{ "Sum_Reduction(x*y,0)", "x=Vi(2) y=Vj(2)",
	  "70x2h 90x2h / 70x2", 0, 0 },
	{ "Sum_Reduction(x*y,0)", "x=Vi(2) y=Vj(2)",
	  "3x70x2 1x90x2 / 3x70x2", 0, 0 },
	{ "Sum_Reduction(x*y,2)", "x=Vi(2) y=Vj(2)", "70x2 90x2 / 1x2", 0, 0 },
	{ "Sum_Reduction(x*y,0), LogSumExp_Reduction(x-y,0)",
	  "x=Vi(1) y=Vj(1)", "70x1 90x1 / 70x1 70x1", 0, 0 },
	{ "Sum_Reduction(x*y,0), ArgKMin_Reduction(x-y,2,0)",
	  "x=Vi(1) y=Vj(1)", "70x1 90x1 / 70x1 70x2i", 0, 0 },
	{ "Dense(x-y)", "x=Vi(1) y=Vj(1)", "70x1 90x1 / 70x90x1", 0, 0 },
	{ "Sum_Reduction(x*y,0)", "x=Vi(2) y=Vj(2)", "70x2 0x2 / 70x2", 0, 0 },
	{ "Sum_Reduction(Exp(-SqDist(x,y))*b,0)", "x=Vi(2) y=Vj(2) b=Vj(2)",
	  "70x2 70x2 70x2 / 70x2", 0, 1 },
	{ "Sum_Reduction(Exp(-SqDist(x,y))*b,0)", "x=Vi(2) y=Vj(2) b=Vj(2)",
	  "70x2~1 70x2~1 70x2~2 / 70x2~3", 0, 11 },
};
enum { TABLE = sizeof table / sizeof table[0] };

/* Cuts TEXT at blanks; how many words.  */
static size_t cut(char *text, const char *word[MOST])
{
	size_t n = 0;

	for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
		word[n++] = w;
	return n;
}

static kcl_status run(const struct row *row, kcl_kernel *kernel, size_t nin,
                      const kcl_array *in, size_t nout, const kcl_array *out)
{
	const kcl_array of[] = { in[0], in[0], in[nin - 1] };
	kcl_system system = { .unknown = 2, .alpha = 0.5,
		.rank = row->solved - 1 };

	return row->solved ? kcl_solve(kernel, nin, of, &system, out)
		: kcl_run(kernel, nin, in, nout, out);
}

/* STAYS is -1 where copies are not counted.  */
static void check_row(const struct row *row, const char *device, int stays)
{
	char names[200], specs[200], found[BYTES];
	const char *vars[MOST], *spec[MOST + 1];
	struct both all[MOST];
	kcl_array here[MOST], there[MOST];
	kcl_context *ctx;
	kcl_kernel *kernel;
	size_t nin, n = 0;

	nin = cut(strcpy(names, row->vars), vars);
	for (size_t k = 0, words = cut(strcpy(specs, row->arrays), spec);
	     k < words; k++) {
		if (spec[k][0] == '/')
			continue;
		make(&all[n], spec[k]);
		if (n < nin)
			fill(&all[n], (int)n);
		upload(&all[n]);
		here[n] = all[n].array;
		there[n] = on_gpu(&all[n]);
		n++;
	}
	ck_assert(!kcl_context_open(device, &ctx));
	ck_assert(!kcl_kernel_make(ctx, row->formula, nin, vars, &kernel));
	ck_assert_msg(!run(row, kernel, nin, here, n - nin, here + nin),
	              "%s: %s", row->formula, kcl_message());
	if (stays >= 0)
		cuda_arm(NULL, 0, 0);
	ck_assert_msg(!run(row, kernel, nin, there, n - nin, there + nin),
	              "%s: %s", row->formula, kcl_message());
	if (stays >= 0)
		ck_assert_int_eq(stays, !cuda_calls("cuMemcpyHtoDAsync_v2")
		                 && !cuda_calls("cuMemcpyDtoHAsync_v2"));
	for (size_t k = 0; k < n; k++) {
		download(&all[k], found);
		ck_assert_msg(!memcmp(found, all[k].host, BYTES),
		              "%s, array %zu", row->formula, k);
		let_go(&all[k]);
	}
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

START_TEST(results_are_the_same)
{
	gpu_begin();
	check_row(&table[_i], "cuda:0", table[_i].stays);
	check_row(&table[_i], "cuda:0,cuda:1", 0);
	gpu_end();
}
END_TEST

START_TEST(on_a_real_one)
{
	kcl_devices *list;
	int real = 0;

	ck_assert(!kcl_devices_list(&list));
	for (size_t k = 0; k < kcl_devices_count(list); k++)
		real |= !strcmp(kcl_device_text(list, k, KCL_DEVICE_NAME),
		                "cuda:0")
			&& kcl_device_number(list, k, KCL_DEVICE_USABLE);
	kcl_devices_free(list);
	if (!real)
		return;
	gpu_begin();
	check_row(&table[_i], "cuda:0", -1);
	gpu_end();
}
END_TEST

/* ----- what is refused ---------------------------------------------------- */

static void refuse(const char *device, int type, int id, const char *message)
{
	static const char *const vars[] = { "x=Vi(1)" };
	float x = 1, sum;
	kcl_array in = kcl_f32(&x, 1, 1), out = kcl_f32(&sum, 1, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;

	in.device.device_type = type;
	in.device.device_id = id;
	ck_assert(!kcl_context_open(device, &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x,1)", 1, vars,
	                           &kernel));
	ck_assert_int_eq(kcl_run(kernel, 1, &in, 1, &out), KCL_UNSUPPORTED);
	ck_assert_str_eq(kcl_message(), message);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

#define OPENCL "argument 0 (x) is a buffer of OpenCL (DLPack type 4), which " \
	"lives in a context that is not the library's; expected host memory " \
	"(1): clEnqueueReadBuffer copies to it"

START_TEST(others_memory_is_refused)
{
	refuse("host", KCL_CUDA, 0, "argument 0 (x) is on a device of DLPack "
	       "type 2; expected host memory (1)");
	refuse("host", KCL_CUDA, -1, "argument 0 (x) is on a device of DLPack "
	       "type 2; expected host memory (1)");
	refuse("cuda:0", KCL_CUDA, 1, "argument 0 (x) is on device 1 of "
	       "DLPack type 2; expected host memory (1), or device 0 of CUDA "
	       "(2)");
	refuse("host", 4, 0, OPENCL);
	refuse("cuda:0", 4, 0, OPENCL);
	refuse("cuda:1", 10, 1, "argument 0 (x) is on device 1 of DLPack type "
	       "10; expected host memory (1), or device 1 of CUDA (2)");
}
END_TEST

/* A copy's failure is told, and nothing is left.  */
START_TEST(copies_may_fail)
{
	static const struct { const char *name; long call; } all[] = {
		{ "cuMemcpyDtoHAsync_v2", 1 }, { "cuMemcpyDtoHAsync_v2", 2 },
		{ "cuMemcpyDtoHAsync_v2", 4 }, { "cuStreamSynchronize", 1 },
		{ "cuMemcpyHtoDAsync_v2", 3 }
	};
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)" };
	static const char *const specs[] = { "70x2~1", "90x2~1", "70x2~3" };
	struct both b[3];
	kcl_array a[3];
	kcl_context *ctx;
	kcl_kernel *kernel;

	gpu_begin();
	for (int k = 0; k < 3; k++) {
		make(&b[k], specs[k]);
		fill(&b[k], k);
		upload(&b[k]);
		a[k] = on_gpu(&b[k]);
	}
	for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
		ck_assert(!kcl_context_open("cuda:0", &ctx));
		ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x*y,0)", 2,
		                           vars, &kernel));
		ck_assert(!kcl_kernel_build(kernel, 32));
		cuda_arm(all[k].name, all[k].call, 999);
		ck_assert_int_eq(kcl_run(kernel, 2, a, 1, a + 2), KCL_DRIVER);
		ck_assert_ptr_nonnull(strstr(kcl_message(), all[k].name));
		cuda_arm(NULL, 0, 0);
		ck_assert(!kcl_run(kernel, 2, a, 1, a + 2));
		kcl_kernel_free(kernel);
		kcl_context_close(ctx);
	}
	for (int k = 0; k < 3; k++)
		let_go(&b[k]);
	gpu_end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("resident");
	TCase *real = tcase_create("real"), *tests = tcase_create("double");

	tcase_set_timeout(real, 60);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(real, on_a_real_one, 0, TABLE);
	tcase_add_checked_fixture(tests, cuda_begin, cuda_end);
	tcase_add_loop_test(tests, results_are_the_same, 0, TABLE);
	tcase_add_test(tests, others_memory_is_refused);
	tcase_add_test(tests, copies_may_fail);
	suite_add_tcase(suite, real);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
