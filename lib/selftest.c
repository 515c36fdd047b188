/* selftest.c - whether a device computes rightly, once for each driver
 * SPDX-License-Identifier: MIT
 *
 * There are drivers that compile loops with barriers wrongly, and say nothing.
 * A small reduction of whole numbers, which are exact, shows whether this is
 * one.  That it is not is remembered in the cache.  */
#include "build.h"
#include "diag.h"
#include "sb.h"

enum { M = 130, N = 600 };      /* more than two groups and two blocks */

static const char text[] = "Sum_Reduction(x*y, 0)";

static kcl_status wrong(const struct kcl_context *ctx, int row, double found,
                        double expected)
{
	char is[KCL__DECIMAL], wanted[KCL__DECIMAL];

	return kcl__fail(KCL_DEVICE, "device \"%s\" computes wrong results: "
		"sum %d of a test is %s, expected %s; its driver (%s, %s) "
		"is not to be trusted, choose another device",
		kcl_context_text(ctx, KCL_DEVICE_NAME), row,
		kcl__decimal(found, 9, is), kcl__decimal(expected, 9, wanted),
		kcl_context_text(ctx, KCL_DEVICE_PLATFORM),
		kcl_context_text(ctx, KCL_DEVICE_DRIVER));
}

static int x_of(int i)
{
	return i % 64 + 1;
}

/* y_j is 7 j mod N, each number once: the sum over j is that of 0 ... N - 1
 * times x_i.  */
static kcl_status check(const struct kcl_context *ctx, const float *sum)
{
	for (int i = 0; i < M; i++) {
		double expected = x_of(i) * (N * (N - 1) / 2);

		if ((double)sum[i] != expected)
			return wrong(ctx, i, (double)sum[i], expected);
	}
	return KCL_OK;
}

static kcl_status compute(struct kcl_context *ctx)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	float x[M], y[N], sum[M] = { 0 };
	const kcl_array in[] = { kcl_f32(x, M, 1), kcl_f32(y, N, 1) };
	const kcl_array out = kcl_f32(sum, M, 1);
	kcl_kernel *kernel;
	kcl_status status = kcl_kernel_make(ctx, text, 2, vars, &kernel);

	for (int i = 0; i < M; i++)
		x[i] = (float)x_of(i);
	for (int j = 0; j < N; j++)
		y[j] = (float)(7 * j % N);
	if (!status)
		status = kcl_run(kernel, 2, in, 1, &out);
	kcl_kernel_free(kernel);
	return status ? status : check(ctx, sum);
}

kcl_status kcl__selftest(struct kcl_context *ctx)
{
	const struct kcl__code code = {
		.source = text, .options = "self-test"
	};
	struct kcl__cache_entry entry;
	struct kcl__sb key = { 0 };
	kcl_status status = kcl__program_key(ctx->device, &code, NULL, &key);

	if (!status) {
		int good = kcl__cache_enter(ctx->cache, key.text, key.length,
		                            &entry);

		status = good ? KCL_OK : compute(ctx);
		if (!good && !status)
			kcl__cache_store(&entry, "good", 4);
		kcl__cache_leave(&entry);
	}
	kcl__sb_free(&key);
	/* Where nothing can be compiled there are bundles to run.  */
	return status == KCL_BUILD && (ctx->device->spirv
		|| ctx->device->no_compiler) ? KCL_OK : status;
}
