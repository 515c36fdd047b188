/* alias.c - declarations of variables: x = Vi(3), p = Var(2,1,2)
 * SPDX-License-Identifier: MIT */
#include "frontend/parse.h"
#include "diag.h"
#include "frontend/lex.h"
#include "mem.h"
#include <stdio.h>
#include <string.h>

struct alias {
	struct kcl__lexer lexer;
	char what[32];
	size_t name, name_end;
	int kind;               /* KCL__I, KCL__J, KCL__P; 3: Var */
	int count;
	int64_t value[3];
};

static kcl_status bad(const struct alias *a, kcl_status status, size_t start,
                      size_t end, const char *message)
{
	return kcl__fail_at(status, a->what, a->lexer.text, start,
	                    end > start ? end - start : 1, "%s", message);
}

static kcl_status unexpected(const struct alias *a, const char *expected)
{
	const struct kcl__lexer *l = &a->lexer;
	int n = (int)(l->end - l->start);
	char text[160];

	if (l->token == KCL__END)
		snprintf(text, sizeof text, "expected %s, found the end",
		         expected);
	else
		snprintf(text, sizeof text, "expected %s, found \"%.*s\"",
		         expected, n > 40 ? 40 : n, l->text + l->start);
	return bad(a, KCL_SYNTAX, l->start, l->end, text);
}

static int accept(struct alias *a, int token)
{
	if ((int)a->lexer.token != token)
		return 0;
	kcl__lex(&a->lexer);
	return 1;
}

static int kind_of(const struct kcl__lexer *l)
{
	static const char *const kinds[] = { "Vi", "Vj", "Pm", "Var" };

	for (int k = 0; k < 4 && l->token == KCL__NAME; k++)
		if (strlen(kinds[k]) == l->end - l->start
		    && memcmp(kinds[k], l->text + l->start,
		              l->end - l->start) == 0)
			return k;
	return -1;
}

/* numbers = integer {"," integer} ")" */
static kcl_status numbers(struct alias *a)
{
	do {
		if (a->lexer.token != KCL__INTEGER || a->count == 3)
			return unexpected(a, a->count == 3 ? "\")\""
				: "a whole number");
		a->value[a->count++] = a->lexer.integer;
		kcl__lex(&a->lexer);
	} while (accept(a, ','));
	return accept(a, ')') ? KCL_OK : unexpected(a, "\",\" or \")\"");
}

/* alias = name "=" ("Vi" | "Vj" | "Pm" | "Var") "(" numbers */
static kcl_status read(struct alias *a)
{
	kcl_status status;

	kcl__lex(&a->lexer);
	a->name = a->lexer.start;
	a->name_end = a->lexer.end;
	if (!accept(a, KCL__NAME))
		return unexpected(a, "a name, as in x=Vi(3)");
	if (!accept(a, '='))
		return unexpected(a, "\"=\"");
	a->kind = kind_of(&a->lexer);
	if (a->kind < 0)
		return unexpected(a, "Vi, Vj, Pm or Var");
	kcl__lex(&a->lexer);
	if (!accept(a, '('))
		return unexpected(a, "\"(\"");
	status = numbers(a);
	if (status)
		return status;
	if (a->lexer.token != KCL__END)
		return unexpected(a, "the end");
	if (a->kind == 3 ? a->count != 3 : a->count > 2)
		return bad(a, KCL_SYNTAX, a->name, a->lexer.last,
		           a->kind == 3 ? "expected Var(number, d, category)"
		           : "expected (d) or (number, d)");
	return KCL_OK;
}

static kcl_status declare(struct kcl__graph *g, struct alias *a, int place)
{
	const char *name = a->lexer.text + a->name;
	size_t length = a->name_end - a->name;
	int64_t number = a->count > 1 ? a->value[0] : place;
	int64_t dim = a->count > 1 ? a->value[1] : a->value[0];
	int64_t category = a->kind == 3 ? a->value[2] : a->kind;
	struct kcl__argument *slot;

	if (number >= KCL__MAX_ARGUMENTS)
		return bad(a, KCL_LIMIT, a->name, a->lexer.last,
		           "an argument's number is from 0 to 63");
	if (dim < 1 || dim > KCL__MAX_DIM)
		return bad(a, KCL_LIMIT, a->name, a->lexer.last,
		           "a dimension is from 1 to 1048576");
	if (category > 2)
		return bad(a, KCL_SYNTAX, a->name, a->lexer.last,
		           "a category is 0 (i), 1 (j) or 2 (parameter)");
	for (int k = 0; k < g->arguments; k++)
		if (g->argument[k].name && strlen(g->argument[k].name) == length
		    && memcmp(g->argument[k].name, name, length) == 0)
			return bad(a, KCL_ARGUMENT, a->name, a->name_end,
			           "this name is already taken");
	slot = &g->argument[number];
	if (slot->dim)
		return bad(a, KCL_ARGUMENT, a->name, a->lexer.last,
		           "this argument number is already taken");
	slot->name = kcl__copy(name, length);
	if (!slot->name)
		return KCL_MEMORY;
	slot->dim = dim;
	slot->category = (int)category;
	if (number >= g->arguments)
		g->arguments = (int)number + 1;
	return KCL_OK;
}

kcl_status kcl__parse_alias(struct kcl__graph *g, int number, const char *text)
{
	struct alias a = { .lexer.text = text };
	kcl_status status;

	snprintf(a.what, sizeof a.what, "variable %d", number);
	if (strnlen(text, KCL__MAX_TEXT + 1) > KCL__MAX_TEXT)
		return kcl__fail(KCL_LIMIT, "%s has more than %d bytes",
		                 a.what, KCL__MAX_TEXT);
	status = read(&a);
	return status ? status : declare(g, &a, number);
}

kcl_status kcl__check_arguments(struct kcl__graph *g)
{
	for (int k = 0; k < g->arguments; k++)
		if (!g->argument[k].dim)
			return kcl__fail(KCL_ARGUMENT, "argument %d is declared "
				"by no variable, but argument %d is", k,
				g->arguments - 1);
	return KCL_OK;
}
