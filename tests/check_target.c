/* check_target.c - kernels for devices that are not here
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Where KEPT, the kernel is one of tests/golden; it has all WORDS.  */
static const struct {
	const char *device, *type, *kept, *words[3];
} targets[] = {
	{ "target:opencl", "gpu", "gauss.gpu.cl", { "__local", "barrier" } },
	{ "target:opencl-cpu", "cpu", NULL, { "__kernel", "float16" } },
	{ "target:spirv", "gpu", "gauss.gpu.cl", { "__local", "barrier" } },
	{ "target:spirv-cpu", "cpu", NULL, { "__kernel", "float16" } },
	{ "target:amdgcn:gfx90a", "gpu", NULL, { "__local", "GROUP = 256" } },
	{ "target:amdgcn:gfx1100", "gpu", "gauss.gpu.cl", { "__local" } },
	{ "target:cuda", "gpu", "gauss.cu", { "__shared__", "__global__" } },
	{ "target:ptx:compute_90", "gpu", "gauss.cu", { "__global__" } },
	{ "target:cubin:sm_90", "gpu", "gauss.cu", { "__global__" } },
};

static kcl_context *context;
static kcl_kernel *kernel;

static void open_target(const char *name)
{
	static const char *const vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(2)",
		"s=Pm(1)" };

	ck_assert_msg(!kcl_context_open(name, &context)
	              && !kcl_kernel_make(context, "Sum_Reduction(Exp(-s*"
	                                  "SqDist(x,y))*b,0)", 4, vars,
	                                  &kernel), "%s", kcl_message());
}

static void close_target(void)
{
	kcl_kernel_free(kernel);
	kcl_context_close(context);
}

static void check_kept(const char *name, const char *source)
{
	static char kept[100000];
	const char *top = getenv("top_srcdir");
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/golden/%s", top ? top : ".",
	         name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	kept[fread(kept, 1, sizeof kept - 1, file)] = 0;
	fclose(file);
	ck_assert_str_eq(source, kept);
}

START_TEST(kernels_are_made_for_it)
{
	const char *source;

	open_target(targets[_i].device);
	ck_assert_str_eq(kcl_context_text(context, KCL_DEVICE_NAME),
	                 targets[_i].device);
	ck_assert_str_eq(kcl_context_text(context, KCL_DEVICE_TYPE),
	                 targets[_i].type);
	ck_assert_int_eq(kcl_context_number(context, KCL_DEVICE_USABLE), 0);
	source = kcl_kernel_source(kernel, 32);
	ck_assert_msg(source != NULL, "%s", kcl_message());
	if (targets[_i].kept)
		check_kept(targets[_i].kept, source);
	for (int k = 0; targets[_i].words[k]; k++)
		ck_assert_ptr_nonnull(strstr(source, targets[_i].words[k]));
	ck_assert_ptr_nonnull(kcl_kernel_source(kernel, 64));
	close_target();
}
END_TEST

START_TEST(they_are_not_run)
{
	char expected[100];

	open_target(targets[_i].device);
	snprintf(expected, sizeof expected, "kernels are made for %s, but not "
	         "run: it is not here", targets[_i].device);
	ck_assert_int_eq(kcl_run(kernel, 0, NULL, 0, NULL), KCL_UNSUPPORTED);
	ck_assert_str_eq(kcl_message(), expected);
	close_target();
}
END_TEST

static const char *const wrong[] = { "target:", "target:metal", "target",
	"target:cudas", "target:cud", "target:cuda:sm_80", "target:cubin",
	"target:cubin:", "target:cubin:sm_", "target:cubin:compute_80",
	"target:amdgcn:gfx90a -v", "target:amdgcn:gfx../../90a" };

START_TEST(others_are_refused)
{
	char expected[400];

	snprintf(expected, sizeof expected, "there is no \"%s\"; there are "
	         "target:opencl, target:opencl-cpu, target:spirv, "
	         "target:spirv-cpu, target:cuda, target:ptx:compute_75, "
	         "target:cubin:sm_80, target:amdgcn:gfx90a", wrong[_i]);
	ck_assert_int_eq(kcl_context_open(wrong[_i], &context), KCL_ARGUMENT);
	ck_assert_ptr_null(context);
	ck_assert_str_eq(kcl_message(), expected);
}
END_TEST

/* Nor shares one the work of a device.  */
START_TEST(it_has_no_peers)
{
	ck_assert_int_eq(kcl_context_open("host,target:cuda", &context),
	                 KCL_UNSUPPORTED);
	ck_assert_int_eq(kcl_context_open("target:cuda,host", &context),
	                 KCL_UNSUPPORTED);
	ck_assert_ptr_null(context);
}
END_TEST

START_TEST(none_is_listed)
{
	kcl_devices *list;

	ck_assert(!kcl_devices_list(&list));
	for (size_t i = 0; i < kcl_devices_count(list); i++)
		ck_assert(strncmp(kcl_device_text(list, i, KCL_DEVICE_NAME),
		                  "target", 6));
	kcl_devices_free(list);
}
END_TEST

/* The exponential is the device's, or with the same bits everywhere the
 * library's own.  */
START_TEST(kernels_may_be_portable)
{
	static const char fast[] = "{ return exp2(x * y); }";
	int is_gpu = strcmp(targets[_i].type, "gpu") == 0;

	for (int portable = 0; portable < 2; portable++) {
		const char *source;

		open_target(targets[_i].device);
		kcl_context_portable(context, portable);
		source = kcl_kernel_source(kernel, 32);
		ck_assert_ptr_nonnull(source);
		ck_assert_int_eq(strstr(source, fast) != NULL,
		                 is_gpu && !portable);
		ck_assert_ptr_null(strstr(kcl_kernel_source(kernel, 64),
		                          fast));
		close_target();
	}
	kcl_context_portable(NULL, 1);
}
END_TEST

/* Quotients are NVIDIA's fast ones there, but for what leaps at integers.  */
START_TEST(quotients_may_be_fast)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	int is_cuda = targets[_i].kept && strstr(targets[_i].kept, ".cu");

	for (int portable = 0; portable < 2; portable++) {
		const char *source;
		kcl_context *ctx;
		kcl_kernel *k;

		ck_assert(!kcl_context_open(targets[_i].device, &ctx));
		kcl_context_portable(ctx, portable);
		ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x/y"
		                           "+Mod(x,y,0),0)", 2, vars, &k));
		source = kcl_kernel_source(k, 32);
		ck_assert_int_eq(strstr(source, "return __fdividef(x, y);")
		                 && strstr(source, "return __fdiv_rn(x, y);"),
		                 is_cuda && !portable);
		ck_assert_int_eq(!strstr(source, "return x / y;"),
		                 is_cuda && !portable);
		ck_assert_ptr_null(strstr(kcl_kernel_source(k, 64), "__fdiv"));
		kcl_kernel_free(k);
		kcl_context_close(ctx);
	}
	kcl_context_portable(NULL, 1);
}
END_TEST

/* Tens of thousands of nodes: the time is generous, but far from what it takes
 * to look at all of them for each.  */
static const char *const large[] = {
	"Sum_Reduction(Sum(GradMatrix(Exp(SumT(x,12000)),x)),0)",
	"Sum_Reduction(Sum(GradMatrix(Exp(SumT(y,8000)),y))*x,0)",
	"Sum_Reduction(Sum(GradMatrix(Exp(SumT(x,8000)),x))*y,0)"
};

START_TEST(large_formulas_take_seconds)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	clock_t start = clock();
	kcl_context *ctx;
	kcl_kernel *k;
	double s;

	ck_assert(!kcl_context_open("target:opencl-cpu", &ctx));
	ck_assert(!kcl_kernel_make(ctx, large[_i], 2, vars, &k));
	ck_assert_ptr_null(kcl_kernel_source(k, 32));
	ck_assert_ptr_nonnull(strstr(kcl_message(), "of private memory"));
	s = (double)(clock() - start) / CLOCKS_PER_SEC;
	ck_assert_msg(s < 12, "%s: %g s", large[_i], s);
	printf("# %g s: %s\n", s, large[_i]);
	kcl_kernel_free(k);
	kcl_context_close(ctx);
}
END_TEST

/* What is joined is so in pairs: a chain would hold all that comes before each
 * part, a hundred times the whole.  */
START_TEST(what_is_joined_has_room)
{
	static const char *const vars[] = { "x=Vi(200)", "y=Vj(200)" };
	static char list[30000];
	kcl_context *ctx;
	kcl_kernel *k;

	strcpy(list, "Sum_Reduction([x|y");
	for (int n = 0; n < 1500; n++)
		snprintf(list + strlen(list), 20, ",x|y+%d", n);
	strcat(list, "],0)");
	ck_assert(!kcl_context_open("target:opencl-cpu", &ctx));
	ck_assert_msg(!kcl_kernel_make(ctx, _i ? list : "Sum_Reduction("
		"GradMatrix(Sin(x)*Exp(-SqDist(x,y)),x),0)", 2, vars, &k),
		"%s", kcl_message());
	ck_assert_msg(kcl_kernel_source(k, 32) != NULL, "%s", kcl_message());
	kcl_kernel_free(k);
	kcl_context_close(ctx);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("target");
	TCase *tests = tcase_create("target");
	int count = sizeof targets / sizeof *targets;

	unsetenv("KEOPSCL_PLAN");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, kernels_are_made_for_it, 0, count);
	tcase_add_loop_test(tests, kernels_may_be_portable, 0, count);
	tcase_add_loop_test(tests, quotients_may_be_fast, 0, count);
	tcase_add_loop_test(tests, they_are_not_run, 0, count);
	tcase_add_loop_test(tests, others_are_refused, 0,
	                    sizeof wrong / sizeof *wrong);
	tcase_add_loop_test(tests, large_formulas_take_seconds, 0,
	                    sizeof large / sizeof *large);
	tcase_add_loop_test(tests, what_is_joined_has_room, 0, 2);
	tcase_add_test(tests, it_has_no_peers);
	tcase_add_test(tests, none_is_listed);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
