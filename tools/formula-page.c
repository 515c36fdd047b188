/* formula-page.c - the manual page of formulas, from its text and the table
 * SPDX-License-Identifier: MIT
 *
 * usage: formula-page <keopscl-formula.7.in >keopscl-formula.7
 *
 * A line `.\" TABLE KIND` of the text gives way to the operations of that kind.
 * It runs where the library is built, and is compiled for that machine.  */
#include "operation.h"
#include <stdio.h>
#include <string.h>

/* Characters that mdoc would understand otherwise are written by name; a
 * sentence begins a line.  */
static void put(const char *text)
{
	static const char special[] = "\\\"-^~";
	static const char *const name[] = { "\\e", "\\(dq", "\\-", "\\(ha",
	                                    "\\(ti" };

	for (; *text; text++) {
		const char *at = strchr(special, *text);

		if (at)
			fputs(name[at - special], stdout);
		else if (strncmp(text, ". ", 2) == 0)
			puts("."), text++;
		else
			putchar(*text);
	}
}

/* Whether the section says this of all operations on coordinates.  */
static int is_known(const kcl_operation *op, const char *text)
{
	return op->kind == KCL_SCALAR
		&& (strcmp(text, "widest") == 0 || strcmp(text, "dim f") == 0
		    || strcmp(text, "equal dimensions or 1") == 0);
}

/* A sentence "What: text.", or a note, which has its own.  */
static void say(const kcl_operation *op, const char *what, const char *text,
                int is_formula)
{
	int is_note = strcmp(what, "note") == 0;

	if (is_known(op, text))
		return;
	if (!is_note)
		printf("%c%s:\n", what[0] - 'a' + 'A', what + 1);
	printf(is_formula ? ".Li \"" : "");
	put(text);
	puts(is_formula ? "\" ." : is_note ? "" : ".");
}

static void put_table(int kind)
{
	const kcl_operation *op;

	puts(".Bl -tag -width Ds");
	for (size_t k = 0; (op = kcl_operation_get(k)); k++)
		if ((int)op->kind == kind) {
			printf(".It Li \"");
			put(op->usage);
			puts("\"");
			put(op->doc);
			puts(".");
			operation_facts(op, say);
		}
	puts(".El");
}

/* The kind that LINE asks for; -1 if it does not.  */
static int table_of(const char *line)
{
	static const char request[] = ".\\\" TABLE ";
	static const char *const kinds[] = {
		[KCL_SCALAR] = "scalar\n", [KCL_VECTOR] = "vector\n",
		[KCL_SHORT] = "short\n", [KCL_CALL] = "call\n",
		[KCL_REDUCTION] = "reduction\n"
	};
	int k = (int)(sizeof kinds / sizeof kinds[0]) - 1;

	if (strncmp(line, request, sizeof request - 1) != 0)
		return -1;
	while (k >= 0 && strcmp(line + sizeof request - 1, kinds[k]) != 0)
		k--;
	return k;
}

int main(void)
{
	char line[200];

	while (fgets(line, sizeof line, stdin)) {
		int kind = table_of(line);

		if (kind >= 0)
			put_table(kind);
		else
			fputs(line, stdout);
	}
	return fflush(stdout) || ferror(stdout) || ferror(stdin);
}
