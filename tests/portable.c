/* portable.c - the operations that have the same bits on every device
 * SPDX-License-Identifier: MIT */
#include "portable.h"
#include "ops.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char plain[] = " fma fabs sqrt floor ceil trunc round R AS_REAL "
	"AS_WORD ANY EACH if for ";

static int has_word(const char *list, const char *word, size_t length)
{
	char spaced[40];

	snprintf(spaced, sizeof spaced, " %.*s ", (int)length, word);
	return strstr(list, spaced) != NULL;
}

/* Whether CODE, and what it calls, calls nothing else; *DIVIDES becomes 1 where
 * there is a quotient or a square root.  */
static int is_exact(const char *code, int *divides)
{
	int fine = 1;

	*divides |= strstr(code, " / ") || strstr(code, "sqrt(");
	for (const char *c = strchr(code, '('); c && fine;
	     c = strchr(c + 1, '(')) {
		const char *name = c;

		while (name > code && (isalnum((unsigned char)name[-1])
		                       || name[-1] == '_'))
			name--;
		if (name == c || has_word(plain, name, (size_t)(c - name)))
			continue;
		fine = 0;
		for (const struct kcl__fninfo *f = kcl__fns; f->name; f++)
			if (strlen(f->name) == (size_t)(c - name)
			    && !strncmp(f->name, name, strlen(f->name)))
				fine = is_exact(f->body, divides);
	}
	return fine;
}

static int is_scalar(int op)
{
	return kcl__ops[op].name && kcl__ops[op].kind == KCL__EW
		&& strcmp(kcl__ops[op].name, "SumT");
}

int portable_is(const char *name)
{
	int divides;

	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		if (is_scalar(op) && strcmp(kcl__ops[op].name, name) == 0)
			return is_exact(kcl__ops[op].code, &divides);
	return 0;
}

/* Parameters are those of the domain.  */
int portable_formula(char *text, int n, int count, int no_quotients)
{
	int written = 0;

	strcpy(text, "Dense([");
	for (int op = KCL__GRAD + 1, k = 0; op < KCL__RED; op++) {
		const struct kcl__opinfo *o = &kcl__ops[op];
		int divides = 0, p[2] = { 0, 0 };

		if (!is_scalar(op) || !is_exact(o->code, &divides)
		    || (divides && no_quotients) || k++ % count != n)
			continue;
		if (strchr(o->domain, ';'))
			sscanf(strchr(o->domain, ';'), "; %d %d", &p[0], &p[1]);
		sprintf(strchr(text, 0), "%s%s(", written++ ? "," : "",
		        o->name);
		for (int a = 0; a < o->arity; a++)
			sprintf(strchr(text, 0), "%s%c", a ? "," : "",
			        "xyz"[a]);
		for (int a = 0; a < o->parameters; a++)
			sprintf(strchr(text, 0), ",%d", p[a]);
		strcat(text, ")");
	}
	strcat(text, "])");
	return written;
}
