/* emit_value.c - what a value is called, and where it is read
 * SPDX-License-Identifier: MIT
 *
 * Values are called t<node>, inputs v<buffer>.  */
#include "emit_section.h"
#include "print.h"
#include <stdio.h>

static const struct kcl__node *node(const struct section *s, ref f)
{
	return &s->e->pass->g->node[f];
}

void kcl__put_indent(const struct section *s)
{
	kcl__sb_printf(s->e->sb, "%.*s", s->depth, "\t\t\t\t\t\t\t\t");
}

int kcl__is_ahead(const struct section *s, ref f)
{
	int place = s->s->place[f];

	return place && (s->s->at == KCL__AT_ROW
		|| (s->s->escapes[f] && (s->s->spread
			|| kcl__is_chunked(s->s, &s->s->step[place - 1]))));
}

void kcl__put_name(const struct section *s, ref f)
{
	struct kcl__sb *sb = s->e->sb;
	int input = kcl__input(s->e->pass, f);

	kcl__sb_printf(sb, "%c%d", input < 0 ? 't' : 'v',
	               input < 0 ? (int)f : input);
	if (kcl__at(s->e->pass, f) == KCL__AT_ROW)
		kcl__sb_puts(sb, "[r]");
	else if (kcl__is_ahead(s, f))
		kcl__sb_puts(sb, s->e->plan->turns || s->s->at == KCL__AT_COLUMN
		             ? "[c]" : "[r][c]");
}

/* Whether the pairs read F, a value of the column, from memory; so do columns
 * beside them.  */
static int in_memory(const struct section *s, ref f)
{
	return (s->s->at == KCL__AT_PAIR
	        || (s->s->at == KCL__AT_COLUMN && s->s->spread))
		&& kcl__at(s->e->pass, f) == KCL__AT_COLUMN && !s->s->place[f];
}

/* Whether F, a number, was computed beside the pairs.  */
static int is_beside(const struct section *s, ref f)
{
	return s->e->plan->beside && in_memory(s, f)
		&& kcl__input(s->e->pass, f) < 0;
}

void kcl__put_value(const struct section *s, ref f, const char *k)
{
	static const char *const place[] = {
		"", "MINE(r) * PITCH + ", "c * PITCH + "
	};
	struct kcl__sb *sb = s->e->sb;
	unsigned dim = node(s, f)->dim, whole = s->e->whole->g->node[f].dim;
	double number;

	if (dim == 1)
		k = "0";
	if (kcl__is_const(s->e->pass->g, f, &number)) {
		kcl__sb_puts(sb, "R(");
		kcl__sb_double(sb, number);
		kcl__sb_puts(sb, ")");
	} else if (kcl__is_wide(s->e, f))
		kcl__sb_printf(sb, "R(chunk%d[%s%s])",
		               kcl__input(s->e->pass, f),
		               place[kcl__at(s->e->pass, f)], k);
	else if (kcl__is_shelved(s->e, f))
		kcl__shelf_value(s, f, k);
	else if (is_beside(s, f))
		kcl__sb_printf(sb, "t%u[c]", (unsigned)f);
	else if (in_memory(s, f) && s->e->plan->form == KCL__LANES)
		kcl__sb_printf(sb, "MINE(%d * TILE + (j + c) * %u + %s)",
		               s->e->offset[f], dim, k);
	else if (in_memory(s, f) && s->e->offset[f] >= 0)
		kcl__sb_printf(sb, "R(TILED(%d + %s, j + c))",
		               s->e->offset[f], k);
	else if (in_memory(s, f) && dim == 1)
		kcl__sb_printf(sb, "R(AT(a%d, 1, c, 0))",
		               kcl__input(s->e->pass, f));
	else if (in_memory(s, f))
		kcl__sb_printf(sb, dim < whole
		               ? "R(AT(a%d, %u, c, OF(%s)))"
		               : "R(AT(a%d, %u, c, %s))",
		               kcl__input(s->e->pass, f), whole, k);
	else {
		kcl__put_name(s, f);
		if (dim > 1 && (!s->s->place[f] || s->s->escapes[f]
		                || s->s->at == KCL__AT_ROW))
			kcl__sb_printf(sb, "[%s]", k);
	}
}

void kcl__put_array(const struct section *s, ref f, const char *name,
                      char *text, size_t size)
{
	struct kcl__sb *sb = s->e->sb, *outer = sb, part = { 0 };
	unsigned dim = node(s, f)->dim;
	double number;

	if (!in_memory(s, f) && !kcl__is_shelved(s->e, f)
	    && !kcl__is_const(s->e->pass->g, f, &number)) {
		s->e->sb = &part;
		kcl__put_name(s, f);
		s->e->sb = outer;
		snprintf(text, size, "%s%s", dim == 1 ? "&" : "",
		         part.text ? part.text : "");
		outer->failed |= part.failed;
		kcl__sb_free(&part);
		return;
	}
	s->e->reals += dim;
	kcl__line(s->e, s->depth, "real %s[%u];", name, dim);
	kcl__put_indent(s);
	kcl__sb_printf(sb, "%s(k, %u) ", kcl__loop(s->e, dim), dim);
	kcl__sb_printf(sb, "%s[k] = ", name);
	kcl__put_value(s, f, "k");
	kcl__sb_puts(sb, ";\n");
	snprintf(text, size, "%s", name);
}

void kcl__put_call(const struct section *s, ref f)
{
	const struct kcl__node *n = node(s, f);
	const struct kcl__opinfo *o = &kcl__ops[n->op];
	struct kcl__sb *sb = s->e->sb;

	kcl__sb_printf(sb, "%s(", o->name);
	if (o->kind == KCL__FOLD) {
		kcl__put_name(s, f);
		kcl__sb_puts(sb, ", ");
	}
	for (int k = 0; k < n->narg; k++) {
		kcl__sb_puts(sb, k ? ", " : "");
		kcl__put_value(s, n->arg[k], "k");
	}
	for (int k = 0; k < o->parameters; k++)
		kcl__sb_printf(sb, ", %d", n->u.par[k]);
	kcl__sb_puts(sb, ");");
}
