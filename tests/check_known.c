/* check_known.c - values.txt and reductions.txt on every device
 * SPDX-License-Identifier: MIT */
#include "known.h"
#include "problem.h"
#include "suite.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 4096, ROWS = 32, TOGETHER = 21 };

static struct lines values, reductions;

/* ----- values.txt ------------------------------------------------------- */

/* Cases of the same formula with variables of the same dimensions: each is a
 * row.  Of an operation on each coordinate, each coordinate is one.  */
static struct group {
	char shape[400];                /* "formula x=1 y=3" */
	struct row { int line, coordinate; } row[ROWS];     /* or -1 */
	int count;
} group[1000];
static int groups;

/* Groups side by side in one formula: group number g has variables such as
 * xg.  */
struct table {
	char text[30000], vars[8000];
	double in[MAX_ARGUMENTS][ROWS][100], want[ROWS][NUMBERS];
	int dim[MAX_ARGUMENTS];
	int owner[NUMBERS];             /* the group of each result */
	int arguments, results;
};

/* A case taken apart.  */
struct known_case {
	char line[4000], *formula, *name[3], *numbers[3], *result;
	int variables;
};

static void read_case(struct known_case *k, const char *line)
{
	char *rest = k->line, *list;

	snprintf(k->line, sizeof k->line, "%s", line);
	k->formula = line_part(&rest, " ;");
	list = line_part(&rest, " ;");
	k->result = rest;
	for (k->variables = 0; *list && k->variables < 3; k->variables++) {
		k->name[k->variables] = line_part(&list, "=");
		k->numbers[k->variables] = line_part(&list, " ");
	}
}

static int count_of(const char *numbers)
{
	int count = 1;

	for (; *numbers; numbers++)
		count += *numbers == ',';
	return count;
}

/* Whether it is a call of one operation on each coordinate.  */
static int is_scalar(const struct known_case *k)
{
	size_t length = strcspn(k->formula, "(");
	int op = KCL__GRAD + 1, most = 1;

	for (int v = 0; v < k->variables; v++)
		if (count_of(k->numbers[v]) > most)
			most = count_of(k->numbers[v]);
	if (most != count_of(k->result))
		return 0;
	while (op < KCL__RED && (kcl__ops[op].kind != KCL__EW
	                         || strlen(kcl__ops[op].name) != length
	                         || strncmp(kcl__ops[op].name, k->formula,
	                                    length)))
		op++;
	return op < KCL__RED && !strchr(k->formula + length + 1, '(');
}

static void add_to_group(const char *shape, int line, int coordinate)
{
	int g = 0;

	while (g < groups && (strcmp(group[g].shape, shape)
	                      || group[g].count == ROWS))
		g++;
	groups += g == groups;
	strcpy(group[g].shape, shape);
	group[g].row[group[g].count++] = (struct row){ line, coordinate };
}

static void add_line(int c)
{
	struct known_case k;
	char shape[400];

	read_case(&k, values.line[c]);
	snprintf(shape, sizeof shape, "%s", k.formula);
	for (int v = 0; v < k.variables; v++)
		sprintf(strchr(shape, 0), " %s=%d", k.name[v], is_scalar(&k)
		        ? 1 : count_of(k.numbers[v]));
	if (!is_scalar(&k))
		add_to_group(shape, c, -1);
	else
		for (int d = 0; d < count_of(k.result); d++)
			add_to_group(shape, c, d);
}

/* A formula in which the variables x, y and z of group number G have their
 * names.  */
static void rename_variables(const char *formula, int g, char *to)
{
	for (const char *at = formula; *at; at++) {
		int inside = at > formula && (isalnum((unsigned char)at[-1])
		                              || at[-1] == '_');

		*to++ = *at;
		if (strchr("xyz", *at) && !inside
		    && !isalnum((unsigned char)at[1]) && at[1] != '_')
			to += sprintf(to, "%d", g);
	}
	*to = 0;
}

/* Reads numbers, or only that of one COORDINATE, which may be the same for
 * all; how many.  */
static int take_numbers(const char *text, double *to, int coordinate)
{
	int count = (int)line_numbers(text, to, 100);

	if (coordinate < 0)
		return count;
	to[0] = to[count > 1 ? coordinate : 0];
	return 1;
}

/* The numbers of row R.  */
static int add_row(struct table *t, const struct known_case *k, int r,
                   int coordinate)
{
	for (int v = 0; v < k->variables; v++)
		t->dim[t->arguments + v] = take_numbers(k->numbers[v],
			t->in[t->arguments + v][r], coordinate);
	return take_numbers(k->result, t->want[r] + t->results, coordinate);
}

/* A group of fewer cases than rows has them again and again.  */
static void add_group(struct table *t, int g)
{
	const struct group *own = &group[g];
	struct known_case k;
	int n = 0;

	for (int r = 0; r < ROWS; r++) {
		const struct row *row = &own->row[r % own->count];

		read_case(&k, values.line[row->line]);
		ck_assert_int_le(t->arguments + k.variables, MAX_ARGUMENTS);
		n = add_row(t, &k, r, row->coordinate);
	}
	strcat(t->text, *t->text ? "," : "Sum_Reduction([");
	rename_variables(k.formula, g, strchr(t->text, 0));
	for (int v = 0; v < k.variables; v++, t->arguments++)
		sprintf(strchr(t->vars, 0), "%s%s%d=%s(%d)",
		        t->arguments ? " " : "", k.name[v], g,
		        own->count > 1 ? "Vi" : (v + g) % 2 ? "Vj" : "Pm",
		        t->dim[t->arguments]);
	for (; n > 0; n--)
		t->owner[t->results++] = g;
}

/* There is one column: a sum is the value.  */
static void fill(struct problem *p, const struct table *t)
{
	for (int a = 0; a < t->arguments; a++)
		for (int64_t k = 0; k < problem_size(p, (size_t)a); k++)
			p->in[a][k] = t->in[a][k / t->dim[a]][k % t->dim[a]];
}

static void check_table(const struct table *t, const struct problem *p,
                        const struct place *place)
{
	kcl_context *ctx = place_open(place);
	struct answer a;

	kcl_context_portable(ctx, 1);   /* e^x is exact to the last bits */
	ck_assert(problem_run(p, ctx, place->bits, &a));
	ck_assert_int_eq(a.values, t->results);
	for (int64_t k = 0; k < a.rows * a.values; k++) {
		const struct group *own = &group[t->owner[k % a.values]];
		int64_t row = k / a.values;
		double want = t->want[row][k % a.values];

		ck_assert_msg(known_near(a.value[k], want, place->bits, 4, 0),
		              "%s: %s: %.17Lg, not %.17g", place->name,
		              values.line[own->row[row % own->count].line],
		              a.value[k], want);
	}
	answer_free(&a);
}

static int kernels(void)
{
	return (groups + TOGETHER - 1) / TOGETHER;
}

START_TEST(known_values)
{
	struct table *t = calloc(1, sizeof *t);
	struct problem p;

	ck_assert_ptr_nonnull(t);
	for (int g = _i; g < groups; g += kernels())
		add_group(t, g);
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
	int failed;

	lines_read(&values, "values.txt");
	lines_read(&reductions, "reductions.txt");
	for (int c = 0; c < values.count; c++)
		add_line(c);
	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, every_operation_has_five_values);
	tcase_add_loop_test(tests, known_values, 0, kernels());
	tcase_add_loop_test(tests, known_reductions, 0, reductions.count);
	suite_add_tcase(suite, tests);
	failed = suite_run(suite);
	lines_free(&values);
	lines_free(&reductions);
	return failed;
}
