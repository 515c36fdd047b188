/* check_errors.c - what is said of a formula that is wrong: errors.txt, limits
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024, TEXT = 2048, CASES = 500 };

struct errorcase {
	int line;               /* in errors.txt */
	char formula[TEXT], message[TEXT];
	char variable[4][100];
	size_t variables;
	char status[LINE];
};

static struct errorcase *cases;
static int count;

static const char *const usual[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(2)",
	"s=Pm(1)" };

static const char *name_of(kcl_status status)
{
	switch (status) {
#define X(name, number, text) case name: return #name;
	KCL_STATUS(X)
#undef X
	default: return "?";
	}
}

/* Puts TEXT, its escapes undone, behind TO.  */
static void unescape(char *to, const char *text)
{
	to += strlen(to);
	for (; *text; text++, to++) {
		unsigned byte;

		*to = *text;
		if (*text != '\\')
			continue;
		text++;
		*to = *text == 'n' ? '\n' : *text == 'r' ? '\r'
			: *text == 't' ? '\t' : '\\';
		if (*text == 'x' && sscanf(text + 1, "%2x", &byte) == 1) {
			*to = (char)byte;
			text += 2;
		}
	}
	*to = 0;
}

/* Takes in a line of errors.txt that is neither empty nor a comment.  */
static void take(struct errorcase *c, const char *text)
{
	const char *rest = text[1] ? text + 2 : "";
	char *to;

	if (*text == '!')
		snprintf(c->status, sizeof c->status, "%s", rest);
	if (*text == '@')
		unescape(c->variable[c->variables++], rest);
	if (*text != '>' && *text != '|')
		return;
	to = *text == '>' ? c->formula : c->message;
	if (*to || (*text == '>' && c->line))
		strcat(to, "\n");
	if (*text == '>')
		unescape(to, rest);
	else
		strcat(to, rest);
}

static int read_cases(const char *path)
{
	FILE *file = fopen(path, "r");
	char text[LINE];
	int n = 0, inside = 0;

	if (!file)
		return -1;
	cases = calloc(CASES, sizeof *cases);
	while (cases && fgets(text, sizeof text, file)) {
		n++;
		text[strcspn(text, "\n")] = 0;
		if (*text && *text != '#' && count < CASES) {
			take(&cases[count], text);
			cases[count].line += inside ? 0 : n;
			inside = 1;
		} else if (!*text) {
			count += inside;
			inside = 0;
		}
	}
	count += inside;
	fclose(file);
	return 0;
}

/* The place of the last error is the one that its message names.  */
static void check_place(const char *text)
{
	size_t offset, length;
	int line = 1, column = 1, said_line, said_column;

	kcl_message_span(&offset, &length);
	if (sscanf(kcl_message(), "formula:%d:%d", &said_line,
	           &said_column) < 2)
		return;
	for (size_t k = 0; k < offset; k++)
		if (text[k] == '\n') {
			line++;
			column = 1;
		} else
			column += (text[k] & 0xc0) != 0x80;
	ck_assert_int_eq(line, said_line);
	ck_assert_int_eq(column, said_column);
	ck_assert(length > 0);
}

START_TEST(says_what_is_wrong)
{
	const struct errorcase *c = &cases[_i];
	const char *variable[4];
	kcl_formula *formula = NULL;
	kcl_status status;

	for (size_t k = 0; k < c->variables; k++)
		variable[k] = c->variable[k];
	status = kcl_formula_parse(c->formula, c->variables ? c->variables : 4,
	                           c->variables ? variable : usual, &formula);
	ck_assert_msg(strcmp(name_of(status), c->status) == 0
	              && strcmp(kcl_message(), c->message) == 0,
	              "errors.txt:%d: \"%s\": %s\n%s\ninstead of %s\n%s",
	              c->line, c->formula, name_of(status), kcl_message(),
	              c->status, c->message);
	ck_assert_ptr_null(formula);
	check_place(c->formula);
}
END_TEST

/* A text of HEAD, N times OPEN, MIDDLE, N times CLOSE and TAIL.  */
static char *repeat(const char *head, int n, const char *open,
                    const char *middle, const char *close, const char *tail)
{
	size_t room = strlen(head) + strlen(middle) + strlen(tail)
		+ (size_t)n * (strlen(open) + strlen(close)) + 1;
	char *text = malloc(room), *end = text;

	ck_assert_ptr_nonnull(text);
	end += snprintf(end, room, "%s", head);
	for (int k = 0; k < n; k++)
		end = strchr(strcpy(end, open), 0);
	end = strchr(strcpy(end, middle), 0);
	for (int k = 0; k < n; k++)
		end = strchr(strcpy(end, close), 0);
	strcpy(end, tail);
	return text;
}

#define SUM "Sum_Reduction("
#define TOO_DEEP "expected at most 200 levels of parentheses, calls, signs " \
	"and powers\n"
#define TOO_LONG "expected at most 65536 bytes, found "

static const struct {
	int fits, n;            /* so often it is right, so often not */
	const char *head, *open, *middle, *close, *tail;
	const char *message;    /* how it begins */
} limits[] = {
	{ 199, 10000, SUM, "(", "x", ")", ",0)", "formula:1:215: " TOO_DEEP },
	{ 199, 10000, SUM, "[", "x", "]", ",0)", "formula:1:215: " TOO_DEEP },
	{ 199, 10000, SUM, "-", "x", "", ",0)", "formula:1:215: " TOO_DEEP },
	{ 199, 10000, SUM, "Exp(", "x", ")", ",0)",
	  "formula:1:815: " TOO_DEEP },
	{ 199, 10000, SUM, "2**", "x", "", ",0)",
	  "formula:1:615: " TOO_DEEP },
	{ 60, 61, SUM, "Vi(1)+", "x", "", ",0)",
	  "formula:1:375: expected at most 64 arguments, found one more\n" },
	{ 63, 64, "", "", SUM "b,0)", "," SUM "b,0)", "",
	  "formula:1:1217: expected at most 64 reductions\n" },
	{ 65518, 65519, SUM, " ", "x", "", ",0)",
	  "formula: " TOO_LONG "65537" },
	{ 65518, 1000000, SUM, "x", "", "", ",0)",
	  "formula: " TOO_LONG "1000017" },
};

static kcl_status parse(const char *text)
{
	kcl_formula *formula = NULL;
	kcl_status status = kcl_formula_parse(text, 4, usual, &formula);

	kcl_formula_free(formula);
	return status;
}

START_TEST(keeps_to_its_limits)
{
	char *fits = repeat(limits[_i].head, limits[_i].fits, limits[_i].open,
	                    limits[_i].middle, limits[_i].close,
	                    limits[_i].tail);
	char *large = repeat(limits[_i].head, limits[_i].n, limits[_i].open,
	                     limits[_i].middle, limits[_i].close,
	                     limits[_i].tail);

	ck_assert_int_ne(parse(fits), KCL_LIMIT);
	ck_assert_int_eq(parse(large), KCL_LIMIT);
	ck_assert_msg(strncmp(kcl_message(), limits[_i].message,
	                      strlen(limits[_i].message)) == 0,
	              "%s\ninstead of\n%s", kcl_message(),
	              limits[_i].message);
	check_place(large);
	free(fits);
	free(large);
}
END_TEST

/* Derivatives of derivatives pass the limit of nodes.  */
START_TEST(has_so_many_nodes)
{
	char *inner = repeat("", 100, "Sin(", "s", ")", "");
	char *text = repeat(SUM, 12, "Grad(", inner, ",s)", ",0)");

	ck_assert_int_eq(parse(text), KCL_LIMIT);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "100000 nodes"));
	free(text);
	free(inner);
}
END_TEST

START_TEST(takes_so_many_variables)
{
	char text[65][20];
	const char *variable[65];
	kcl_formula *formula = NULL;

	for (int k = 0; k < 65; k++) {
		snprintf(text[k], sizeof text[k], "x%d=Vi(3)", k);
		variable[k] = text[k];
	}
	ck_assert_int_eq(kcl_formula_parse(SUM "x63,0)", 64, variable,
	                                   &formula), KCL_OK);
	kcl_formula_free(formula);
	ck_assert_int_eq(kcl_formula_parse(SUM "x63,0)", 65, variable,
	                                   &formula), KCL_LIMIT);
	ck_assert_ptr_null(formula);
}
END_TEST

/* As many variables as there can be, and the result of another reduction.  */
START_TEST(uses_so_many_inputs)
{
	char text[64][20];
	const char *variable[64];
	char formula[600] = SUM "x0";
	kcl_formula *made = NULL;

	for (int k = 0; k < 64; k++) {
		snprintf(text[k], sizeof text[k], "x%d=Vi(3)", k);
		variable[k] = text[k];
		sprintf(formula + strlen(formula), "+x%d", k);
	}
	strcat(formula, "+" SUM "x0,0),0)");
	ck_assert_int_eq(kcl_formula_parse(formula, 64, variable, &made),
	                 KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "a reduction uses 65 variables and "
	                 "results of others; at most 64 can be used");
	ck_assert_ptr_null(made);
}
END_TEST

START_TEST(takes_so_long_a_variable)
{
	char *text = repeat("x=Vi(3", 65531, " ", "", "", ")");
	const char *variable = text;
	kcl_formula *formula = NULL;

	ck_assert_int_eq(kcl_formula_parse(SUM "x,0)", 1, &variable,
	                                   &formula), KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "variable 0: expected at most 65536 "
	                 "bytes, found 65538");
	free(text);
}
END_TEST

/* What cannot be pointed at is said all the same.  */
START_TEST(says_what_has_no_gradient)
{
	kcl_formula *formula, *gradient;

	ck_assert_int_eq(kcl_formula_parse(SUM "SqDist(x,y),0)", 4, usual,
	                                   &formula), KCL_OK);
	ck_assert_int_eq(kcl_formula_grad(formula, "z", &gradient), KCL_NAME);
	ck_assert_str_eq(kcl_message(), "the formula has no variable \"z\"");
	ck_assert_ptr_null(gradient);
	kcl_formula_free(formula);
}
END_TEST

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char path[LINE];
	Suite *suite = suite_create("errors");
	TCase *tests = tcase_create("errors");
	int failed;

	snprintf(path, sizeof path, "%s/tests/errors.txt",
	         srcdir ? srcdir : ".");
	if (read_cases(path)) {
		perror(path);
		return 99;
	}
	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, says_what_is_wrong, 0, count);
	tcase_add_loop_test(tests, keeps_to_its_limits, 0, ROWS(limits));
	tcase_add_test(tests, has_so_many_nodes);
	tcase_add_test(tests, takes_so_many_variables);
	tcase_add_test(tests, uses_so_many_inputs);
	tcase_add_test(tests, takes_so_long_a_variable);
	tcase_add_test(tests, says_what_has_no_gradient);
	failed = suite_run(suite);
	free(cases);
	return failed;
}
