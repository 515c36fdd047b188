/* check_golden.c - generated kernels are the kept ones, byte for byte
 * SPDX-License-Identifier: MIT
 *
 * With an argument it writes them instead: "make golden".  */
#include "golden.h"
#include "keopscl.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_kept(const struct golden *g, const char *mode)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/golden/%s.%s", top ? top : ".",
	         g->name, g->form);
	return fopen(path, mode);
}

/* The first line in which two texts differ.  */
static int differing_line(const char *a, const char *b)
{
	int line = 1;

	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return line;
}

START_TEST(is_the_kept_one)
{
	static char kept[200000];
	struct golden g;
	char *source = golden_source(_i);
	FILE *file;

	ck_assert_msg(source != NULL, "%s", kcl_message());
	golden_get(_i, &g);
	file = open_kept(&g, "r");
	ck_assert_msg(file != NULL, "golden/%s.%s: missing; make golden",
	              g.name, g.form);
	kept[fread(kept, 1, sizeof kept - 1, file)] = 0;
	fclose(file);
	ck_assert_msg(!strcmp(kept, source), "golden/%s.%s: line %d differs; "
	              "if that is meant, make golden and look at the "
	              "difference", g.name, g.form,
	              differing_line(kept, source));
	free(source);
}
END_TEST

START_TEST(is_always_the_same)
{
	char *first = golden_source(_i), *second = golden_source(_i);

	ck_assert(first && second && !strcmp(first, second));
	free(first);
	free(second);
}
END_TEST

/* As of 300 sines, which are 299 sums.  */
START_TEST(functions_are_defined_once)
{
	static const char *const vars[] = { "x=Vi(1)" };
	char text[8000] = "Sum_Reduction(Sin(x)";
	const char *source, *at;
	kcl_context *ctx;
	kcl_kernel *kernel;
	int count = 0;

	for (int k = 2; k <= 300; k++)
		sprintf(strchr(text, 0), "+Sin(%d*x)", k);
	strcat(text, ",0)");
	ck_assert(!kcl_context_open("target:opencl", &ctx));
	ck_assert(!kcl_kernel_make(ctx, text, 1, vars, &kernel));
	source = kcl_kernel_source(kernel, 32);
	ck_assert_ptr_nonnull(source);
	for (at = source; (at = strstr(at, "real Sin(")); at++)
		count++;
	for (at = source; (at = strstr(at, "real Add(")); at++)
		count++;
	ck_assert_int_eq(count, 2);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

static int write_all(void)
{
	struct golden g;

	for (int k = 0; golden_get(k, &g); k++) {
		char *source = golden_source(k);
		FILE *file = source ? open_kept(&g, "w") : NULL;

		if (!file || fputs(source, file) < 0 || fclose(file)) {
			fprintf(stderr, "%s.%s is not written: %s\n", g.name,
			        g.form, kcl_message());
			return 1;
		}
		free(source);
	}
	return 0;
}

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tests;
	struct golden g;
	int count = 0;

	unsetenv("KEOPSCL_PLAN");
	if (argc > 1)
		return strcmp(argv[1], "--write") ? 2 : write_all();
	while (golden_get(count, &g))
		count++;
	suite = suite_create("golden");
	tests = tcase_create("golden");
	tcase_add_loop_test(tests, is_the_kept_one, 0, count);
	tcase_add_loop_test(tests, is_always_the_same, 0, count);
	tcase_add_test(tests, functions_are_defined_once);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
