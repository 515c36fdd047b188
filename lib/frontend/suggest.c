/* suggest.c - the known name that was perhaps meant
 * SPDX-License-Identifier: MIT */
#include "frontend/parser.h"
#include <stdio.h>
#include <string.h>

enum { LONGEST = 40 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Edits (insert, delete, replace) between two names, case aside.  */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
	size_t row[LONGEST + 1];

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = corner;

			best += lower(a[i - 1]) != lower(b[j - 1]);
			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

/* The nearest of the names looked at so far; a candidate ends at a 0 or a
 * "(".  */
struct search {
	const struct kcl__call *c;
	const char *best;
	size_t least;           /* changes a nearer name may have, plus 1 */
};

static void consider(struct search *s, const char *candidate)
{
	size_t n = strcspn(candidate, "("), d;

	if (n > LONGEST || s->c->length > LONGEST)
		return;
	d = distance(s->c->name, s->c->length, candidate, n);
	if (d < s->least) {
		s->least = d;
		s->best = candidate;
	}
}

/* A third of the letters may be wrong; "_Reduction" is not counted.  */
static struct search begin(const struct kcl__call *c)
{
	static const char suffix[] = "_Reduction";
	size_t n = sizeof suffix - 1, length = c->length;

	if (length >= n && memcmp(c->name + length - n, suffix, n) == 0)
		length -= n;
	return (struct search){ .c = c, .least = (length + 1) / 3 + 1 };
}

static const char *nearest_operation(const struct kcl__call *c)
{
	struct search s = begin(c);

	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		consider(&s, kcl__ops[op].name);
	for (int k = 0; kcl__defs[k].name; k++)
		consider(&s, kcl__defs[k].name);
	for (size_t k = 0; kcl__special(k); k++)
		consider(&s, kcl__special(k));
	for (int k = 0; kcl__reds[k].name; k++)
		consider(&s, kcl__reds[k].usage);
	return s.best;
}

static const char *nearest_variable(const struct kcl__graph *g,
                                    const struct kcl__call *c)
{
	struct search s = begin(c);

	for (int k = 0; k < g->arguments; k++)
		if (g->argument[k].name)
			consider(&s, g->argument[k].name);
	return s.best;
}

/* Whether NEAR, up to a "(", is the name itself.  */
static int exact(const struct kcl__call *c, const char *near)
{
	return near && strcspn(near, "(") == c->length
		&& memcmp(near, c->name, c->length) == 0;
}

static ref unknown(struct kcl__parser *p, const struct kcl__call *c,
                   const char *what, const char *near)
{
	char found[KCL__FOUND];

	return kcl__syntax(p, KCL_NAME, c->start, c->start + c->length,
		"unknown %s %s%s%.*s%s", what,
		kcl__quote(c->name, 0, c->length, found),
		near ? "; did you mean \"" : "",
		near ? (int)strcspn(near, "(") : 0, near ? near : "",
		near ? "\"?" : "");
}

ref kcl__unknown_operation(struct kcl__parser *p, const struct kcl__call *c)
{
	if (exact(c, nearest_variable(p->g, c)))
		return kcl__syntax(p, KCL_NAME, c->start, c->start + c->length,
			"expected an operation, found the variable \"%.*s\"; "
			"is a \"*\" missing?", (int)c->length, c->name);
	return unknown(p, c, "operation", nearest_operation(c));
}

ref kcl__unknown_variable(struct kcl__parser *p, const struct kcl__call *c)
{
	const char *near = nearest_operation(c);
	char expected[LONGEST + 20];

	if (!exact(c, near))
		return unknown(p, c, "variable", nearest_variable(p->g, c));
	snprintf(expected, sizeof expected, "\"(\" after %.*s", (int)c->length,
	         c->name);
	return kcl__unexpected(p, expected);
}
