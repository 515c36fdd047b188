/* known.c - the cases of values.txt and reductions.txt
 * SPDX-License-Identifier: MIT */
#include "known.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before tests run there is nobody to report to.  */
static void need(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "known.c: %s\n", what);
	exit(99);
}

void lines_read(struct lines *l, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	size_t room = 1 << 20, length;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/%s", top ? top : ".", name);
	file = fopen(path, "r");
	need(file != NULL, path);
	memset(l, 0, sizeof *l);
	l->text = malloc(room);
	need(l->text != NULL, "no memory");
	length = fread(l->text, 1, room - 1, file);
	need(length < room - 1, path);
	l->text[length] = 0;
	fclose(file);
	for (char *at = strtok(l->text, "\n"); at; at = strtok(NULL, "\n"))
		if (*at != '#') {
			need((size_t)l->count
			     < sizeof l->line / sizeof *l->line, path);
			l->line[l->count++] = at;
		}
}

void lines_free(struct lines *l)
{
	free(l->text);
	memset(l, 0, sizeof *l);
}

char *line_part(char **line, const char *separator)
{
	char *begin = *line, *end = strstr(begin, separator);

	*line = end ? end + strlen(separator) : begin + strlen(begin);
	if (end)
		*end = 0;
	return begin + strspn(begin, " ");
}

int64_t line_numbers(const char *at, double *to, int64_t most)
{
	int64_t count = 0;

	for (;;) {
		char *rest;

		at += strspn(at, " ,");
		if (!*at)
			return count;
		ck_assert_int_lt(count, most);
		to[count++] = strtod(at, &rest);
		ck_assert_msg(rest > at, "no number at \"%s\"", at);
		at = rest;
	}
}

int known_near(long double got, double want, int bits, double epsilons,
               double floor)
{
	double epsilon = bits == 32 ? FLT_EPSILON : DBL_EPSILON;
	double tiny = bits == 32 ? FLT_MIN : DBL_MIN;

	if (bits == 32)
		want = (float)want;
	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got);
	if (isinf(want) || isinf(got))
		return got == want;
	return fabsl(got - want)
		<= epsilons * epsilon * fmax(fabs(want), floor) + tiny;
}
