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
			size_t best = corner + (lower(a[i - 1]) != lower(b[j - 1]));

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

struct search {
	const char *name, *best;
	size_t length, least;
};

static void consider(struct search *s, const char *candidate)
{
	size_t n = strcspn(candidate, "("), d;

	if (n > LONGEST)
		return;
	d = distance(s->name, s->length, candidate, n);
	if (d < s->least) {
		s->least = d;
		s->best = candidate;
	}
}

const char *kcl__suggest(const struct kcl__graph *g, const char *name,
                         size_t length)
{
	struct search s = { name, NULL, length, length / 3 + 2 };

	if (length > LONGEST)
		return NULL;
	for (int k = 0; k < g->arguments; k++)
		if (g->argument[k].name)
			consider(&s, g->argument[k].name);
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
