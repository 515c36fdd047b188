/* alias.c - declarations of variables: x = Vi(3), p = Var(2,1,2), Vj(1)
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include "mem.h"
#include <stdio.h>
#include <string.h>

/* Whether the token, a kind of variable, is called as one.  */
static int is_called(const struct kcl__parser *p, const struct kcl__call *kind)
{
	const char *behind = p->lexer.text + kind->start + kind->length;

	return kcl__kind_of(kind) >= 0
		&& behind[strspn(behind, " \t\n")] == '(';
}

/* alias = [name "="] ("Vi" | "Vj" | "Pm" | "Var") "(" items */
static ref alias(struct kcl__parser *p, struct kcl__call *name)
{
	struct kcl__call kind;
	ref f;

	*name = kcl__word(p);
	if (is_called(p, name))
		name->length = 0;
	else if (!kcl__accept(p, KCL__NAME))
		return kcl__unexpected(p, "a name, as in x=Vi(3)");
	else if (!kcl__accept(p, '='))
		return kcl__unexpected(p, "\"=\"");
	kind = kcl__word(p);
	if (kcl__kind_of(&kind) < 0)
		return kcl__unexpected(p, "Vi, Vj, Pm or Var");
	f = kcl__primary(p);
	if (f && p->lexer.token != KCL__END)
		return kcl__unexpected(p, "the end");
	return f;
}

/* Gives argument NUMBER its name.  */
static kcl_status baptise(struct kcl__parser *p, const struct kcl__call *name,
                          int number)
{
	struct kcl__argument *a = p->g->argument;

	for (int k = 0; k < p->g->arguments; k++)
		if (a[k].name && kcl__named(name, a[k].name)) {
			kcl__syntax(p, KCL_ARGUMENT, name->start,
			            name->start + name->length,
			            "argument %d is called %s already", k,
			            a[k].name);
			return KCL_ARGUMENT;
		}
	if (a[number].name) {
		kcl__syntax(p, KCL_ARGUMENT, name->start, p->lexer.last,
		            "argument %d is %s already", number,
		            a[number].name);
		return KCL_ARGUMENT;
	}
	a[number].name = kcl__copy(name->name, name->length);
	return a[number].name ? KCL_OK : KCL_MEMORY;
}

ref kcl__parse_variable(struct kcl__graph *g, int number, const char *text)
{
	struct kcl__parser p = { .g = g, .lexer.text = text, .next = number };
	struct kcl__call name;
	char what[32];
	ref f;

	snprintf(what, sizeof what, "variable %d", number);
	if (kcl__start(&p, what))
		return 0;
	f = alias(&p, &name);
	if (f && name.length && baptise(&p, &name, g->node[f].u.par[0]))
		f = 0;
	g->what = "formula";
	g->text = "";
	return f;
}

kcl_status kcl__parse_alias(struct kcl__graph *g, int number, const char *text)
{
	return kcl__parse_variable(g, number, text) ? KCL_OK
		: kcl__last_status();
}

kcl_status kcl__check_arguments(struct kcl__graph *g)
{
	for (int k = 0; k < g->arguments; k++)
		if (!g->argument[k].dim)
			return kcl__fail(KCL_ARGUMENT, "expected a variable "
				"for argument %d, as there is one for argument "
				"%d, found none", k, g->arguments - 1);
	return KCL_OK;
}
