/* check_eval.c - the host evaluator against known values, however cut
 * SPDX-License-Identifier: MIT */
#include "evallab.h"
#include "eval.h"
#include "known.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

enum { NUMBERS = 4096 };        /* in a case */

static struct lines values, reductions;

/* ----- values.txt ------------------------------------------------------- */

/* The categories of x, y and z: so that every operation is seen in every
 * place, with arguments from others.  */
static const char *const categories[][3] = {
	{ "Pm", "Pm", "Pm" }, { "Vi", "Vj", "Pm" }, { "Vj", "Vi", "Vj" },
	{ "Vj", "Pm", "Vi" }, { "Vi", "Pm", "Pm" }, { "Vj", "Vj", "Vj" }
};

enum { ROWS = 19 };             /* more than the lanes of a block */

/* Declares the variables of "x=1,2 y=3", the same for all rows.  */
static void declare(struct lab *lab, char *list, const char *const *category,
                    double *room)
{
	while (*list) {
		char *name = line_part(&list, "=");
		char *text = line_part(&list, " ");
		int64_t dim = line_numbers(text, room, NUMBERS);
		char alias[40];

		snprintf(alias, sizeof alias, "%s=%s(%d)", name,
		         category[*name - 'x'], (int)dim);
		lab_variable(lab, alias, room);
		for (int64_t k = dim; k < ROWS * dim; k++)
			room[k] = room[k - dim];
		room += ROWS * dim;
	}
}

static void check_value(const char *text, const char *const *category, int bits)
{
	static double room[ROWS * NUMBERS], want[NUMBERS];
	char line[4000], formula[4000], *rest = line;
	struct lab lab;
	struct answer a;

	snprintf(line, sizeof line, "%s", text);
	snprintf(formula, sizeof formula, "Sum_Reduction(%s,0)",
	         line_part(&rest, ";"));
	lab_begin(&lab);
	lab.extent[KCL__I] = ROWS;
	declare(&lab, line_part(&rest, " ;"), category, room);
	a = lab_run(&lab, formula, bits);
	ck_assert_int_eq(a.values, line_numbers(rest, want, NUMBERS));
	for (int64_t k = 0; k < a.rows * a.values; k++)
		ck_assert_msg(known_near(a.value[k], want[k % a.values], bits,
		                         2, 0),
		              "%s\nfloat%d, x in %s: row %d, coordinate %d "
		              "is %.17g, not %.17g", text, bits, category[0],
		              (int)(k / a.values), (int)(k % a.values),
		              a.value[k], want[k % a.values]);
	answer_free(&a);
	lab_end(&lab);
}

START_TEST(known_values)
{
	for (size_t k = 0; k < sizeof categories / sizeof *categories; k++) {
		check_value(values.line[_i], categories[k], 32);
		check_value(values.line[_i], categories[k], 64);
	}
}
END_TEST

/* ----- reductions.txt --------------------------------------------------- */

/* Declares the variable of "x=Vi(3): 1,2,3 4,5,6".  */
static double *declare_rows(struct lab *lab, char *text, double *room)
{
	char *alias = line_part(&text, ":");
	int64_t count = line_numbers(text, room, NUMBERS);
	const struct kcl__argument *v = &lab->g.argument[lab->g.arguments];

	lab_variable(lab, alias, room);
	lab->extent[v->category] = count / v->dim;
	return room + count;
}

/* Errors of an exponent of 100 come back 100 times in its exponential, which a
 * reduction takes in relation to the largest, but a gradient does not.  */
static double allowed(const char *formula)
{
	return strncmp(formula, "Grad(LogSumExp", 14) ? 8 : 32;
}

static void check_reduction(const char *text, int bits)
{
	static double room[NUMBERS], want[NUMBERS], which[NUMBERS];
	char line[4000], *rest = line, *formula, *problem, *result;
	double *next = room;
	struct lab lab;
	struct answer a;

	snprintf(line, sizeof line, "%s", text);
	problem = line_part(&rest, "=>");
	formula = line_part(&problem, ";");
	lab_begin(&lab);
	while (*problem)
		next = declare_rows(&lab, line_part(&problem, ";"), next);
	result = line_part(&rest, "|");
	a = lab_run(&lab, formula, bits);
	ck_assert_msg(a.rows * a.values
	              == line_numbers(result, want, NUMBERS),
	              "%s: %d values", text,
	              (int)(a.rows * a.values));
	ck_assert_int_eq(a.rows * a.indices,
	                 line_numbers(rest, which, NUMBERS));
	for (int64_t k = 0; k < a.rows * a.values; k++)
		ck_assert_msg(known_near(a.value[k], want[k], bits,
		                         allowed(text), 1),
		              "%s\nfloat%d: number %d is %.17g, not %.17g",
		              text, bits, (int)k, a.value[k], want[k]);
	for (int64_t k = 0; k < a.rows * a.indices; k++)
		ck_assert_msg((double)a.index[k] == which[k],
		              "%s\nfloat%d: index %d is %lld, not %g", text,
		              bits, (int)k, (long long)a.index[k], which[k]);
	answer_free(&a);
	lab_end(&lab);
}

START_TEST(known_reductions)
{
	check_reduction(reductions.line[_i], 32);
	check_reduction(reductions.line[_i], 64);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("eval");
	TCase *known = tcase_create("known");
	int failed;

	lines_read(&values, "values.txt");
	lines_read(&reductions, "reductions.txt");
	tcase_add_loop_test(known, known_values, 0, values.count);
	tcase_add_loop_test(known, known_reductions, 0, reductions.count);
	suite_add_tcase(suite, known);
	failed = suite_run(suite);
	lines_free(&values);
	lines_free(&reductions);
	return failed;
}
