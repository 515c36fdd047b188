/* check_nvrtc.c - the kernels in CUDA C, compiled by NVIDIA's compiler
 * SPDX-License-Identifier: MIT
 *
 * No GPU is needed.  NVRTC is looked for as $KEOPSCL_LIBNVRTC, below
 * $CUDA_HOME and where libraries are.  */
#include "build.h"
#include "emit.h"
#include "golden.h"
#include "portable.h"
#include "suite.h"
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct _nvrtcProgram *program;

#define FUNCTIONS(X) \
	X(nvrtcCreateProgram, (program *, const char *, const char *, int, \
		const char *const *, const char *const *)) \
	X(nvrtcCompileProgram, (program, int, const char *const *)) \
	X(nvrtcGetProgramLogSize, (program, size_t *)) \
	X(nvrtcGetProgramLog, (program, char *)) \
	X(nvrtcGetCUBINSize, (program, size_t *)) \
	X(nvrtcGetPTXSize, (program, size_t *)) \
	X(nvrtcGetPTX, (program, char *)) \
	X(nvrtcDestroyProgram, (program *))

static struct {
#define X(name, parameters) int (*name) parameters;
	FUNCTIONS(X)
#undef X
} nvrtc;

static void *open_library(void)
{
	const char *named = getenv("KEOPSCL_LIBNVRTC");
	const char *home = getenv("CUDA_HOME");
	static const char *const names[] = { "libnvrtc.so", "libnvrtc.so.13",
		"libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so" };
	char path[4096];
	void *library = named ? dlopen(named, RTLD_NOW) : NULL;

	for (int k = 0; !library && home && k < 2; k++) {
		snprintf(path, sizeof path, "%s/%s/libnvrtc.so", home,
		         k ? "lib" : "lib64");
		library = dlopen(path, RTLD_NOW);
	}
	for (size_t k = 0; !library && k < sizeof names / sizeof *names; k++)
		library = dlopen(names[k], RTLD_NOW);
	return library;
}

/* 0 if NVRTC is not here.  */
static int load(void)
{
	void *library = open_library(), *symbol;
	int there = library != NULL;

#define X(name, parameters) \
	symbol = library ? dlsym(library, #name) : NULL; \
	memcpy(&nvrtc.name, &symbol, sizeof symbol); \
	there &= symbol != NULL;
	FUNCTIONS(X)
#undef X
	return there;
}

static const char *const options[] = { "--gpu-architecture=sm_80",
	"--gpu-architecture=sm_90", "--gpu-architecture=sm_120" };

static program compiled(const char *name, const char *source,
                        const char *option)
{
	const char *const list[] = { option, "--fmad=false" };
	static char log[100000];
	program p;
	size_t size;

	ck_assert_int_eq(nvrtc.nvrtcCreateProgram(&p, source, name, 0, NULL,
	                                          NULL), 0);
	if (nvrtc.nvrtcCompileProgram(p, 2, list)) {
		nvrtc.nvrtcGetProgramLogSize(p, &size);
		ck_assert_uint_lt(size, sizeof log);
		nvrtc.nvrtcGetProgramLog(p, log);
		ck_abort_msg("%s, %s: %.1500s", name, option, log);
	}
	return p;
}

START_TEST(nvrtc_takes_it)
{
	int k = _i / 3 * GOLDEN_FORMS + GOLDEN_FORMS - 1;
	char *source = golden_source(k);
	struct golden g;
	program p;
	size_t size;

	ck_assert_ptr_nonnull(source);
	golden_get(k, &g);
	ck_assert_str_eq(g.form, "cu");
	p = compiled(g.name, source, options[_i % 3]);
	ck_assert_int_eq(nvrtc.nvrtcGetCUBINSize(p, &size), 0);
	ck_assert_uint_gt(size, 1000);
	nvrtc.nvrtcDestroyProgram(&p);
	free(source);
}
END_TEST

/* The kernel of FORMULA as it is where the same bits are wanted.  */
static char *portable_source(const char *formula, int bits)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vi(1)", "z=Vi(1)" };
	const struct kcl__target target = {
		.gpu = 1, .lanes32 = 1, .lanes64 = 1, .fma = 1, .scalar = 1,
		.portable = 1, .local_memory = 49152, .max_group = 1024
	};
	struct kcl__plan plan;
	kcl_formula *f;
	char *source;

	ck_assert_msg(!kcl_formula_parse(formula, 3, vars, &f), "%s",
	              kcl_message());
	kcl__plan_make(&f->pass[0], &target, bits, &plan);
	source = kcl__emit(&f->pass[0], &plan, &kcl__cuda_c, NULL);
	kcl_formula_free(f);
	ck_assert_ptr_nonnull(source);
	return source;
}

/* Nothing is approximate, no number is taken for 0.  */
START_TEST(portable_kernels_round)
{
	static char text[1 << 22], formula[6000];
	char *source;
	program p;
	size_t size;

	ck_assert(portable_formula(formula, 0, 1, 0));
	source = portable_source(formula, _i);
	p = compiled("portable", source, "--gpu-architecture=compute_80");
	ck_assert_int_eq(nvrtc.nvrtcGetPTXSize(p, &size), 0);
	ck_assert_uint_lt(size, sizeof text);
	ck_assert_int_eq(nvrtc.nvrtcGetPTX(p, text), 0);
	ck_assert_ptr_nonnull(strstr(text, _i == 32 ? "fma.rn.f32"
	                             : "fma.rn.f64"));
	ck_assert_ptr_nonnull(strstr(text, _i == 32 ? "div.rn.f32"
	                             : "div.rn.f64"));
	ck_assert_ptr_null(strstr(text, ".approx"));
	ck_assert_ptr_null(strstr(text, ".ftz"));
	nvrtc.nvrtcDestroyProgram(&p);
	free(source);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tests;
	struct golden g;
	int count = 0;

	unsetenv("KEOPSCL_PLAN");
	if (!load()) {
		puts("1..0 # SKIP NVRTC is not installed");
		return 0;
	}
	while (golden_get(count * GOLDEN_FORMS, &g))
		count++;
	suite = suite_create("nvrtc");
	tests = tcase_create("nvrtc");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, nvrtc_takes_it, 0, 3 * count);
	for (int bits = 32; bits <= 64; bits += 32)
		tcase_add_loop_test(tests, portable_kernels_round, bits,
		                    bits + 1);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
