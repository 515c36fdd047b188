/* check_locale.c - an application's locale changes no text and no number
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "keopscl.h"
#include "sb.h"
#include "suite.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

enum { M = 3, N = 300, TEXT = 20000, TEXTS = 8 };

/* What is written and computed in one locale.  */
struct told {
	char text[TEXTS][TEXT];
	float value[M];
	char bundle[TEXT];
	size_t size;
};

/* Chooses a locale with a decimal comma; one is made in FOLDER if the system
 * has none.  */
static int choose_comma(const char *folder)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8",
		"fr_FR.UTF-8", "fr_FR.utf8", "de_DE", "fr_FR" };
	char command[300];

	for (int tries = 0; tries < 2; tries++) {
		for (int k = 0; k < ROWS(names); k++)
			if (setlocale(LC_ALL, names[k])
			    && strcmp(localeconv()->decimal_point, ".") != 0)
				return 1;
		snprintf(command, sizeof command, "localedef -i de_DE "
		         "-f UTF-8 %s/de_DE.UTF-8 2>/dev/null", folder);
		if (tries > 0 || system(command) != 0)
			break;
		setenv("LOCPATH", folder, 1);
	}
	return 0;
}

static void keep(char *to, const char *text)
{
	ck_assert_msg(text && strlen(text) < TEXT, "%s", kcl_message());
	strcpy(to, text);
}

static void tell_kernel(struct told *t, const kcl_formula *formula)
{
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert_msg(!kcl_context_open("target:opencl", &ctx)
	              && !kcl_kernel_from(ctx, formula, &kernel), "%s",
	              kcl_message());
	keep(t->text[0], kcl_formula_text(formula));
	keep(t->text[1], kcl_kernel_source(kernel, 32));
	keep(t->text[2], kcl_kernel_source(kernel, 64));
	keep(t->text[3], kcl_kernel_plan(kernel, 32, 0, 0));
	keep(t->text[4], kcl_kernel_plan(kernel, 64, 12345, 6789));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

static void tell_messages(struct told *t)
{
	float bad[] = { 1, INFINITY };
	kcl_array x = kcl_f32(bad, 2, 1);
	int64_t labels[2];
	size_t clusters;
	struct kcl__sb sb = { 0 };

	ck_assert(kcl_grid_cluster(&x, -0.25, labels, &clusters));
	keep(t->text[5], kcl_message());
	ck_assert(kcl_grid_cluster(&x, 0.25, labels, &clusters));
	keep(t->text[6], kcl_message());
	kcl__sb_double(&sb, -1234.5625);
	kcl__sb_double(&sb, 0.1);
	keep(t->text[7], sb.text);
	kcl__sb_free(&sb);
}

static void compute(struct told *t, const kcl_formula *formula)
{
	float x[M] = { 0.5f, 1, 2 }, y[N];
	kcl_array in[] = { kcl_f32(x, M, 1), kcl_f32(y, N, 1) };
	kcl_array out = kcl_f32(t->value, M, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;

	for (int j = 0; j < N; j++)
		y[j] = (float)j / N;
	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_from(ctx, formula, &kernel));
	ck_assert_msg(!kcl_run(kernel, 2, in, 1, &out), "%s", kcl_message());
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}

static void save(struct told *t, const kcl_formula *formula)
{
	static const char path[] = "check-locale.kcl";
	FILE *file;

	ck_assert_msg(!kcl_bundle_save(formula, 0, NULL, 0, path), "%s",
	              kcl_message());
	file = fopen(path, "rb");
	t->size = fread(t->bundle, 1, TEXT, file);
	fclose(file);
	remove(path);
}

static void tell(struct told *t)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	kcl_formula *formula;

	ck_assert_msg(!kcl_formula_parse("Sum_Reduction(Exp(-0.5*SqDist(x,y))*"
		".123456789012345678+1.5e-3*y*Sin(2.5*x)+1.7976931348623157e"
		"308*0+5e-324*x+3.*x+Pow(y,3)*1e+3+Matern(x*2.25,3),0)", 2,
		vars, &formula), "%s", kcl_message());
	tell_kernel(t, formula);
	tell_messages(t);
	compute(t, formula);
	save(t, formula);
	kcl_formula_free(formula);
}

START_TEST(locales_change_nothing)
{
	static struct told here, there;
	char folder[] = "check-locale-XXXXXX", command[60];

	tell(&here);
	ck_assert_str_eq(here.text[5], "size is -0.25; expected a positive "
	                 "number");
	ck_assert_str_eq(here.text[7], "-1234.56250.1");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	if (choose_comma(folder)) {
		ck_assert(strtod("0,5", NULL) == 0.5);
		tell(&there);
		for (int k = 0; k < TEXTS; k++)
			ck_assert_str_eq(there.text[k], here.text[k]);
		ck_assert(!memcmp(there.value, here.value, sizeof here.value));
		ck_assert_uint_eq(there.size, here.size);
		ck_assert(!memcmp(there.bundle, here.bundle, here.size));
	} else {
		printf("# skipped: no locale with a decimal comma\n");
	}
	setlocale(LC_ALL, "C");
	snprintf(command, sizeof command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("locale");
	TCase *tests = tcase_create("locale");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, locales_change_nothing);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
