/* check_keops.c - every name of KeOps is understood: keops.txt
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 200, CASES = 400 };

struct example {
	int line;
	char text[LINE], dims[LINE];
};

static struct example examples[CASES];
static int count;

static const char *const variables[] = {
	"x=Vi(3)", "y=Vj(3)", "b=Vj(2)", "s=Pm(1)", "z=Vi(6)", "w=Vj(6)",
	"A=Pm(9)", "k=Pm(8)", "c=Vj(2)", "u=Vi(1)"
};

/* "FORMULA ; DIMENSIONS"; empty lines and comments are passed over.  */
static void read_examples(FILE *file)
{
	char text[LINE];

	for (int n = 1; fgets(text, sizeof text, file); n++) {
		struct example *e = &examples[count];
		char *dims = strstr(text, " ; ");

		if (*text == '#' || !dims || count == CASES)
			continue;
		*dims = 0;
		dims += 3;
		dims[strcspn(dims, "\n")] = 0;
		snprintf(e->text, sizeof e->text, strstr(text, "_Reduction(")
		         ? "%s" : "Sum_Reduction(%s,0)", text);
		snprintf(e->dims, sizeof e->dims, "%s", dims);
		e->line = n;
		count++;
	}
}

/* Such as "3 i3".  */
static void write_dims(const kcl_formula *formula, char *to)
{
	kcl_slot slot;

	*to = 0;
	for (size_t k = 0; k < kcl_formula_outputs(formula); k++) {
		ck_assert(!kcl_formula_output(formula, k, &slot));
		sprintf(to + strlen(to), "%s%s%d", k ? " " : "",
		        slot.is_index ? "i" : "", (int)slot.dim);
	}
}

START_TEST(is_understood)
{
	const struct example *e = &examples[_i];
	kcl_formula *formula, *again;
	char dims[LINE];
	kcl_status status = kcl_formula_parse(e->text,
		sizeof variables / sizeof *variables, variables, &formula);

	ck_assert_msg(!status, "keops.txt:%d: %s", e->line, kcl_message());
	write_dims(formula, dims);
	ck_assert_msg(strcmp(dims, e->dims) == 0, "keops.txt:%d: %s has the "
	              "dimensions %s, not %s", e->line, e->text, dims, e->dims);
	ck_assert_msg(!kcl_formula_parse(kcl_formula_text(formula),
		sizeof variables / sizeof *variables, variables, &again),
		"keops.txt:%d: %s", e->line, kcl_message());
	ck_assert_str_eq(kcl_formula_text(again), kcl_formula_text(formula));
	kcl_formula_free(again);
	kcl_formula_free(formula);
}
END_TEST

int main(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	Suite *suite = suite_create("keops");
	TCase *tests = tcase_create("keops");
	FILE *file;
	int failed;

	snprintf(path, sizeof path, "%s/tests/keops.txt", top ? top : ".");
	file = fopen(path, "r");
	if (!file) {
		perror(path);
		return 99;
	}
	read_examples(file);
	fclose(file);
	tcase_add_loop_test(tests, is_understood, 0, count);
	suite_add_tcase(suite, tests);
	failed = suite_run(suite);
	return failed || count < 150;
}
