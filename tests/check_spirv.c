/* check_spirv.c - the kernels in OpenCL C, as SPIR-V by each compiler
 * SPDX-License-Identifier: MIT
 *
 * No device is needed.  Compilers that are not here are passed over.  */
#define _GNU_SOURCE 1
#include "diag.h"
#include "emit.h"
#include "golden.h"
#include "runtime/clang.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const compilers[] = { "clang-22", "clang-15" };
enum { COMPILERS = 2 };

static struct kcl__device device;

static kcl_status compile(const char *source, const char *options,
                          char **bytes, size_t *length)
{
	const struct kcl__code code = { .source = source, .options = options };
	struct kcl__binary made = { NULL, 0 };
	kcl_status status;

	device.facts.text[KCL_DEVICE_NAME] = (char[]){ "here" };
	device.facts.text[KCL_DEVICE_TITLE] = (char[]){ "a test" };
	status = kcl__spirv_make(&device, &code, "", &made);
	*bytes = made.bytes;
	*length = made.length;
	return status;
}

/* Chooses compiler number C, if it is here.  */
static int choose(int c)
{
	static int missing[COMPILERS], known[COMPILERS];
	size_t length;
	char *bytes;

	setenv("KEOPSCL_CLANG", compilers[c], 1);
	if (!known[c]) {
		missing[c] = compile("__kernel void keops(void) { }",
		                     "-cl-std=CL1.2", &bytes, &length) != 0;
		free(bytes);
		known[c] = 1;
	}
	return !missing[c];
}

/* The texts are in the order of golden.c, three forms of each.  */
START_TEST(every_kernel_is_made)
{
	int k = _i / 2 * GOLDEN_FORMS + _i % 2;
	char *source = golden_source(k), *bytes;
	int is_wide = strstr(source, "cl_khr_fp64") != NULL;
	struct golden g;
	size_t length;

	golden_get(k, &g);
	for (int c = 0; c < COMPILERS; c++) {
		if (!choose(c))
			continue;
		ck_assert_msg(!compile(source, is_wide
			? kcl__opencl_c.options64 : kcl__opencl_c.options32,
			&bytes, &length), "%s.%s: %s", g.name, g.form,
			kcl_message());
		ck_assert(kcl__spirv_whole(bytes, length));
		free(bytes);
	}
	free(source);
}
END_TEST

/* Which lanes have a condition that is true, in 16 bytes: clang 22 has no such
 * conversions, and no any().  */
START_TEST(truths_are_for_all)
{
	static const char *const types[] = { "float", "double" };
	static const char *const narrow[] = { "long", "int", "short", "char" };
	char source[600], *bytes;
	size_t length;
	int n = 2 << _i / 2;

	snprintf(source, sizeof source, "__kernel void keops(__global %s%d *x, "
	         "__global %s%d *y) { y[0] = convert_%s%d(x[0] < x[1]); }",
	         types[_i % 2], n, narrow[_i / 2], n, narrow[_i / 2], n);
	for (int c = 0; c < COMPILERS; c++) {
		if (!choose(c))
			continue;
		ck_assert_msg(!compile(source, "-cl-std=CL1.2", &bytes,
		                       &length), "%s", kcl_message());
		ck_assert(kcl__spirv_whole(bytes, length));
		free(bytes);
	}
}
END_TEST

/* ----- compilers that do not do it -------------------------------------- */

static char folder[] = "/tmp/keopscl-spirv-XXXXXX", path[64];

/* A compiler that is a SCRIPT.  */
static void play(const char *script)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	chmod(path, 0700);
}

static const struct {
	const char *script, *reason, *log;
} failures[] = {
	{ "exit 0", "did not make whole SPIR-V", "" },
	{ "echo not SPIR-V", "did not make whole SPIR-V", "" },
	{ "echo kernel:1: no >&2; exit 1", "failed", "kernel:1: no" },
	{ "echo oh >&2; kill -ABRT $$", "crashed", "oh" },
};

START_TEST(a_failure_is_told)
{
	char expected[400], *bytes;
	size_t length;

	play(failures[_i].script);
	snprintf(expected, sizeof expected, "the compiler of here (a test) "
	         "refused the kernel with %s, which %s:\n%s", path,
	         failures[_i].reason, failures[_i].log);
	setenv("KEOPSCL_CLANG", path, 1);
	ck_assert_int_eq(compile("text", "", &bytes, &length), KCL_BUILD);
	ck_assert_str_eq(kcl_message(), expected);
	ck_assert_ptr_null(bytes);
}
END_TEST

START_TEST(no_compiler_is_told)
{
	char *bytes;
	size_t length;

	setenv("KEOPSCL_CLANG", "/no/such/clang", 1);
	ck_assert_int_eq(compile("text", "", &bytes, &length), KCL_BUILD);
	ck_assert_str_eq(kcl_message(), "there is no compiler of SPIR-V for "
		"here: neither clang 22, nor clang-15 with llvm-spirv-15, is "
		"in $PATH or $KEOPSCL_CLANG");
}
END_TEST

START_TEST(a_wrong_text_is_shown)
{
	char *bytes;
	size_t length;

	for (int c = 0; c < COMPILERS; c++) {
		if (!choose(c))
			continue;
		ck_assert_int_eq(compile("no_such_type x;", "-cl-std=CL1.2",
		                         &bytes, &length), KCL_BUILD);
		ck_assert_msg(strstr(kcl_message(), "<stdin>:1:1: error: "
			"unknown type name 'no_such_type'") != NULL, "%s",
			kcl_message());
	}
}
END_TEST

/* A function that OpenCL C has and SPIR-V has not.  */
START_TEST(a_missing_function_is_noticed)
{
	char *bytes;
	size_t length;

	for (int c = 0; c < COMPILERS; c++) {
		if (!choose(c))
			continue;
		ck_assert_int_eq(compile("int undefined(int);\n"
			"__kernel void keops(__global int *p)\n"
			"{ *p = undefined(*p); }", "-cl-std=CL1.2", &bytes,
			&length), KCL_BUILD);
		ck_assert_msg(strstr(kcl_message(), "which did not make whole "
			"SPIR-V") != NULL, "%s", kcl_message());
	}
}
END_TEST

/* ----- modules ---------------------------------------------------------- */

#define WORD(size, op) ((uint32_t)(size) << 16 | (op))
#define HEADER 0x07230203, 0x00010200, 0, 9, 0
static const struct {
	uint32_t word[16];
	int length, whole;
} modules[] = {
	{ { HEADER }, 5, 1 },
	{ { HEADER }, 4, 0 },
	{ { 0x03022307, 0x00010200, 0, 9, 0 }, 5, 0 },
	{ { HEADER, WORD(2, 17), 6 }, 7, 1 },
	{ { HEADER, WORD(3, 17), 6 }, 7, 0 },
	{ { HEADER, WORD(0, 17), 6 }, 7, 0 },
	/* "f" imported and exported, "__spirv_BuiltInX" imported */
	{ { HEADER, WORD(5, 71), 1, 41, 0x66, 1 }, 10, 0 },
	{ { HEADER, WORD(5, 71), 1, 41, 0x66, 0 }, 10, 1 },
	{ { HEADER, WORD(9, 71), 1, 41, 0x70735f5f, 0x5f767269, 0x6c697542,
	    0x586e4974, 0, 1 }, 14, 1 },
	{ { HEADER, WORD(2, 71), 1 }, 7, 1 },
};

START_TEST(modules_are_looked_through)
{
	ck_assert_int_eq(kcl__spirv_whole(modules[_i].word,
		(size_t)modules[_i].length * 4), modules[_i].whole);
	ck_assert(!kcl__spirv_whole(modules[_i].word,
		(size_t)modules[_i].length * 4 - 1));
}
END_TEST

static void end(void)
{
	unsetenv("KEOPSCL_CLANG");
}

int main(void)
{
	Suite *suite = suite_create("spirv");
	TCase *tests = tcase_create("spirv");
	struct golden g;
	int count = 0, failed;

	unsetenv("KEOPSCL_PLAN");
	if (!mkdtemp(folder))
		return 99;
	snprintf(path, sizeof path, "%s/clang", folder);
	while (golden_get(count * GOLDEN_FORMS, &g))
		count++;
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, NULL, end);
	tcase_add_loop_test(tests, every_kernel_is_made, 0, 2 * count);
	tcase_add_loop_test(tests, truths_are_for_all, 0, 8);
	tcase_add_loop_test(tests, a_failure_is_told, 0,
	                    sizeof failures / sizeof *failures);
	tcase_add_test(tests, no_compiler_is_told);
	tcase_add_test(tests, a_wrong_text_is_shown);
	tcase_add_test(tests, a_missing_function_is_noticed);
	tcase_add_loop_test(tests, modules_are_looked_through, 0,
	                    sizeof modules / sizeof *modules);
	suite_add_tcase(suite, tests);
	failed = suite_run(suite);
	remove(path);
	remove(folder);
	return failed;
}
