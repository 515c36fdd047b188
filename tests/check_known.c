/* check_known.c - values.txt and reductions.txt on every device
 * SPDX-License-Identifier: MIT */
#include "known.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 4096, ROWS = 3 };

static struct lines values, reductions;

/* ----- values.txt ------------------------------------------------------- */

/* Cases side by side in one formula: case number c has variables such as xc.
 * Every case is the same in all rows and columns.  */
struct table {
	char text[30000], vars[8000];
	double in[MAX_ARGUMENTS][100], want[NUMBERS];
	int dim[MAX_ARGUMENTS];
	int owner[NUMBERS];             /* the line of each result */
	int arguments, results;
};

/* A formula in which the variables x, y and z of case number C have their
 * names.  */
static void rename_variables(const char *formula, int c, char *to)
{
	for (const char *at = formula; *at; at++) {
		int inside = at > formula && (isalnum((unsigned char)at[-1])
		                              || at[-1] == '_');

		*to++ = *at;
		if (strchr("xyz", *at) && !inside
		    && !isalnum((unsigned char)at[1]) && at[1] != '_')
			to += sprintf(to, "%d", c);
	}
	*to = 0;
}

/* Variables of "x=1,2 y=3"; their categories change from case to case.  */
static void add_variables(struct table *t, char *list, int c)
{
	static const char *const category[] = { "Vi", "Vj", "Pm" };

	while (*list) {
		char *name = line_part(&list, "=");
		char *numbers = line_part(&list, " ");
		int a = t->arguments++;

		ck_assert_int_lt(a, MAX_ARGUMENTS);
		t->dim[a] = (int)line_numbers(numbers, t->in[a], 100);
		sprintf(t->vars + strlen(t->vars), "%s%s%d=%s(%d)",
		        a ? " " : "", name, c,
		        category[(*name - 'x' + c) % 3], t->dim[a]);
	}
}

static void add_case(struct table *t, int c)
{
	char line[4000], *rest = line;
	int begin = t->results;

	snprintf(line, sizeof line, "%s", values.line[c]);
	strcat(t->text, *t->text ? "," : "Sum_Reduction([");
	rename_variables(line_part(&rest, " ;"), c, t->text + strlen(t->text));
	add_variables(t, line_part(&rest, " ;"), c);
	t->results += (int)line_numbers(rest, t->want + begin, 100);
	for (int k = begin; k < t->results; k++)
		t->owner[k] = c;
}

/* Every column is the same, and there is one: a sum is the value.  */
static void fill(struct problem *p, const struct table *t)
{
	for (int a = 0; a < t->arguments; a++)
		for (int64_t k = 0; k < problem_size(p, (size_t)a); k++)
			p->in[a][k] = t->in[a][k % t->dim[a]];
}

static void check_table(const struct table *t, const struct problem *p,
                        const struct place *place)
{
	kcl_context *ctx = place_open(place);
	struct answer a;

	ck_assert(problem_run(p, ctx, place->bits, &a));
	ck_assert_int_eq(a.values, t->results);
	for (int64_t k = 0; k < a.rows * a.values; k++) {
		double want = t->want[k % a.values];

		ck_assert_msg(known_near(a.value[k], want, place->bits, 4, 0),
		              "%s: %s: row %d is %.17Lg, not %.17g",
		              place->name, values.line[t->owner[k % a.values]],
		              (int)(k / a.values), a.value[k], want);
	}
	answer_free(&a);
	kcl_context_close(ctx);
}

enum { TOGETHER = 21 };         /* cases of a kernel, at most */

static int kernels(void)
{
	return (values.count + TOGETHER - 1) / TOGETHER;
}

/* Cases that stand together are in kernels that follow each other, so each
 * operation, with five cases or more, comes in all shapes and precisions.  */

START_TEST(known_values)
{
	struct table *t = calloc(1, sizeof *t);
	struct problem p;

	ck_assert_ptr_nonnull(t);
	for (int c = _i; c < values.count; c += kernels())
		add_case(t, c);
	strcat(t->text, "],0)");
	problem_open(&p, t->text, t->vars, ROWS, 1);
	fill(&p, t);
	for (int k = 0; place_get(0, k); k++)
		if (place_turn(place_get(0, k), _i))
			check_table(t, &p, place_get(0, k));
	problem_free(&p);
	free(t);
}
END_TEST

/* How many cases call NAME.  */
static int cases_of(const char *name)
{
	size_t length = strlen(name);
	int count = 0;

	for (int c = 0; c < values.count; c++) {
		const char *line = values.line[c], *at = line;

		while ((at = strstr(at, name))
		       && (at[length] != '(' || (at > line
		           && (isalnum((unsigned char)at[-1])))))
			at++;
		count += at != NULL;
	}
	return count;
}

START_TEST(every_operation_has_five_values)
{
	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		ck_assert_msg(cases_of(kcl__ops[op].name) >= 5, "%s",
		              kcl__ops[op].name);
	for (int k = 0; kcl__defs[k].name; k++)
		ck_assert_msg(cases_of(kcl__defs[k].name) >= 5, "%s",
		              kcl__defs[k].name);
}
END_TEST

/* ----- reductions.txt --------------------------------------------------- */

/* A problem and what it must give.  */
struct expected {
	struct problem problem;
	double value[NUMBERS], index[NUMBERS];
	int64_t values, indices;
};

/* "x=Vi(3): 1,2,3 4,5,6" ; ...  */
static void read_problem(struct expected *e, char *text)
{
	static double in[MAX_ARGUMENTS][NUMBERS];
	char *formula = line_part(&text, " ;");
	const char *vars[MAX_ARGUMENTS];
	int64_t rows[3] = { 1, 1, 1 };
	size_t n = 0;

	for (; *text; n++) {
		char *one = line_part(&text, " ;");
		char *alias = line_part(&one, ":");
		const char *kind = strchr(alias, '=') + 1;
		int64_t count = line_numbers(one, in[n], NUMBERS);

		vars[n] = alias;
		rows[kind[0] == 'P' ? 2 : kind[1] == 'j']
			= count / atoi(kind + 3);
	}
	problem_make(&e->problem, formula, n, vars, rows[0], rows[1]);
	for (size_t k = 0; k < n; k++)
		memcpy(e->problem.in[k], in[k],
		       (size_t)problem_size(&e->problem, k) * sizeof **in);
}

static void read_expected(struct expected *e, char *line)
{
	char *problem = line_part(&line, "=>"), *list = line_part(&line, "|");

	e->values = line_numbers(list, e->value, NUMBERS);
	e->indices = line_numbers(line, e->index, NUMBERS);
	read_problem(e, problem);
}

/* Errors of an exponent of 100 come back 100 times in its exponential, which a
 * reduction takes in relation to the largest, but a gradient does not.  */
static double allowed(const char *line)
{
	return strncmp(line, "Grad(LogSumExp", 14) ? 16 : 64;
}

static void check_expected(const struct expected *e, const char *line,
                           const struct place *place)
{
	kcl_context *ctx = place_open(place);
	struct answer a;

	ck_assert(problem_run(&e->problem, ctx, place->bits, &a));
	ck_assert_int_eq(a.rows * a.values, e->values);
	ck_assert_int_eq(a.rows * a.indices, e->indices);
	for (int64_t k = 0; k < e->values; k++)
		ck_assert_msg(known_near(a.value[k], e->value[k], place->bits,
		                         allowed(line), 1),
		              "%s: %s: number %d is %.17Lg, not %.17g",
		              place->name, line, (int)k, a.value[k],
		              e->value[k]);
	for (int64_t k = 0; k < e->indices; k++)
		ck_assert_msg((double)a.index[k] == e->index[k],
		              "%s: %s: index %d is %lld, not %g", place->name,
		              line, (int)k, (long long)a.index[k], e->index[k]);
	answer_free(&a);
	kcl_context_close(ctx);
}

/* Compiling takes longest, so of a device's shapes and precisions one case of
 * two has one, in turn.  */
START_TEST(known_reductions)
{
	struct expected *e = calloc(1, sizeof *e);
	char line[4000];
	ck_assert_ptr_nonnull(e);
	snprintf(line, sizeof line, "%s", reductions.line[_i]);
	read_expected(e, line);
	for (int k = 0; place_get(0, k); k++) {
		const struct place *place = place_get(0, k);

		if (place_turn(place, _i / 2)
		    && (place->host || _i % 2 || getenv("KEOPSCL_TEST_ALL")))
			check_expected(e, reductions.line[_i], place);
	}
	problem_free(&e->problem);
	free(e);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("known");
	TCase *tests = tcase_create("known");
	SRunner *runner = srunner_create(suite);
	int failed;

	lines_read(&values, "values.txt");
	lines_read(&reductions, "reductions.txt");
	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, every_operation_has_five_values);
	tcase_add_loop_test(tests, known_values, 0, kernels());
	tcase_add_loop_test(tests, known_reductions, 0, reductions.count);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	lines_free(&values);
	lines_free(&reductions);
	return failed != 0;
}
