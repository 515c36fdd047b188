/* check_written.c - the text of a formula is one that can be parsed
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "keopscl.h"
#include "print.h"
#include "sb.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 4000, ROOM = 70000 };

static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };

static const char too_long[] = "the formula is too long to be written out; "
	"expected at most 65536 bytes, which is what can be parsed";
static const char too_deep[] = "the formula is nested too deep to be written "
	"out; expected at most 200 levels of parentheses, calls and signs, "
	"which is what can be parsed";

/* The whole text, whether it can be parsed or not.  */
static char *write_all(const kcl_formula *f)
{
	struct kcl__sb sb = { 0 };

	for (size_t k = 0; k < f->roots; k++) {
		kcl__sb_puts(&sb, k ? ", " : "");
		kcl__print(&f->g, f->root[k], KCL__USER_NAMES, ROOM, &sb);
	}
	return kcl__sb_take(&sb);
}

/* There is a text if, and only if, that can be parsed; and it is the same then;
 * whether there is.  */
static int check(const kcl_formula *formula)
{
	const char *text = kcl_formula_text(formula);
	char *all = write_all(formula);
	kcl_formula *again;
	kcl_status status;

	if (!text) {
		ck_assert_str_eq(kcl_message(), strlen(all) > 65536 ? too_long
		                 : too_deep);
		ck_assert_int_eq(kcl_bundle_save(formula, 0, NULL, 0, "none"),
		                 KCL_LIMIT);
		ck_assert_str_eq(kcl_message(), strlen(all) > 65536 ? too_long
		                 : too_deep);
	}
	status = kcl_formula_parse(text ? text : all, 2, vars, &again);
	ck_assert_msg(text ? !status : status == KCL_LIMIT, "%zu bytes, "
	              "%s: %s", strlen(all), text ? "text" : "no text",
	              kcl_message());
	if (text)
		ck_assert_str_eq(kcl_formula_text(again), text);
	kcl_formula_free(again);
	free(all);
	return text != NULL;
}

static const struct { const char *open, *leaf, *close; } nests[] = {
	{ "Exp(", "x*y", ")" }, { "-Exp(", "x-y", ")" },
	{ "x*(y+", "y*x", ")" }, { "Sin(", "-3*x", ")" },
	{ "Cos([", "x+y", "])" }, { "Exp(", "Pow(x,-3)", ")" },
	{ "Exp(", "Var(2,1,1)", ")" }, { "Exp(", "Index_i(0)", ")" },
	{ "Exp(", "Sum_Reduction(x+y,1)", ")" }, { "Abs(", "x", ")" },
	{ "x/(1+", "KMin_Reduction(y,1,1)", ")" }, { "Sqrt(", "x", ")" },
	{ "IfElse(x,", "Clamp(y,-2,3)", ",y)" }, { "Powf(", "x", ",y)" }
};

static kcl_formula *nested(int k, int levels)
{
	char text[TEXT] = "Sum_Reduction(";
	kcl_formula *formula;

	for (int n = 0; n < levels; n++)
		strcat(text, nests[k].open);
	strcat(text, nests[k].leaf);
	for (int n = 0; n < levels; n++)
		strcat(text, nests[k].close);
	strcat(text, "+0*y,0)");
	return kcl_formula_parse(text, 2, vars, &formula) ? NULL : formula;
}

/* Depths where it is decided, for a formula and for a gradient.  */
START_TEST(depth_is_the_parsers)
{
	int written = 0, not = 0;

	for (int levels = 30; levels < 202; levels += levels < 190 ? 3 : 1) {
		kcl_formula *formula = nested(_i, levels + _i % 3), *grad;

		if (!formula)
			continue;
		written += check(formula);
		ck_assert_msg(!kcl_formula_grad(formula, "x", &grad), "%s",
		              kcl_message());
		if (check(grad))
			written++;
		else
			not++;
		kcl_formula_free(grad);
		kcl_formula_free(formula);
	}
	ck_assert_int_gt(written, 20);
	ck_assert(not > 0 || _i > 0);
}
END_TEST

/* Gradients of gradients repeat what is shared, until that is too long.  */
START_TEST(length_is_the_parsers)
{
	kcl_formula *formula, *grad;
	int written;

	ck_assert(!kcl_formula_parse("Sum_Reduction(Exp(-SqDist(x,y)*"
		"Sqrt(1+Exp(x*y)))*Sin(x*y)*y,0)", 2, vars, &formula));
	for (int n = 0; (written = check(formula)) && n < 20; n++) {
		ck_assert_msg(!kcl_formula_grad(formula, "x", &grad), "%s",
		              kcl_message());
		kcl_formula_free(formula);
		formula = grad;
	}
	ck_assert(!written);
	kcl_formula_free(formula);
}
END_TEST

/* The reductions of a list count together.  */
START_TEST(a_list_is_one_text)
{
	enum { COUNT = 20 };
	char text[TEXT] = "Sum_Reduction(x", part[60];
	kcl_formula *formula[COUNT], *joined;

	for (int n = 0; n < 150; n++)
		strcat(text, "*Sin(x+y*0.123456789)");
	strcat(text, ",0)");
	for (int k = 0; k < COUNT; k++) {
		snprintf(part, sizeof part, "+Cos(%d*y),0)", k + 2);
		strcpy(strrchr(text, ','), part);
		ck_assert_msg(!kcl_formula_parse(text, 2, vars, &formula[k]),
		              "%s", kcl_message());
		ck_assert(check(formula[k]));
	}
	ck_assert(!kcl_formula_join(COUNT, (const kcl_formula *const *)formula,
	                            &joined));
	check(joined);
	kcl_formula_free(joined);
	for (int k = 0; k < COUNT; k++)
		kcl_formula_free(formula[k]);
}
END_TEST

START_TEST(no_formula_has_no_text)
{
	ck_assert_ptr_null(kcl_formula_text(NULL));
	ck_assert_str_eq(kcl_message(), "the formula is NULL");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("written");
	TCase *tests = tcase_create("written");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, depth_is_the_parsers, 0,
	                    sizeof nests / sizeof *nests);
	tcase_add_test(tests, length_is_the_parsers);
	tcase_add_test(tests, a_list_is_one_text);
	tcase_add_test(tests, no_formula_has_no_text);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
