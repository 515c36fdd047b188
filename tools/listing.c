/* listing.c - the table of operations on a terminal
 * SPDX-License-Identifier: MIT */
#include "listing.h"
#include "operation.h"
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 4 };

/* The cells of a row; its dimension is written to DIM.  */
static void split(const kcl_operation *op, char dim[OPERATION_TEXT],
                  const char **cells)
{
	operation_dim(op, dim);
	cells[0] = op->name;
	cells[1] = op->usage;
	cells[2] = op->kind == KCL_SHORT ? "see --ops NAME" : dim;
	cells[3] = op->doc;
}

static void widen(int *widths, const char *const *cells)
{
	for (int c = 0; c < COLUMNS; c++)
		if ((int)strlen(cells[c]) > widths[c])
			widths[c] = (int)strlen(cells[c]);
}

static void print_row(const int *widths, const char *const *cells)
{
	for (int c = 0; c + 1 < COLUMNS; c++)
		printf("%-*s  ", widths[c], cells[c]);
	puts(cells[COLUMNS - 1]);
}

static int is_reduction(const kcl_operation *op)
{
	return op->kind == KCL_REDUCTION;
}

static void print_table(const char *title, int reductions)
{
	const char *cells[COLUMNS] = { title, "usage", "dimension",
	                               "meaning" };
	const kcl_operation *op;
	char dim[OPERATION_TEXT];
	int widths[COLUMNS] = { 0 };

	widen(widths, cells);
	for (size_t k = 0; (op = kcl_operation_get(k)); k++) {
		const char *row[COLUMNS];

		split(op, dim, row);
		if (is_reduction(op) == reductions)
			widen(widths, row);
	}
	print_row(widths, cells);
	for (size_t k = 0; (op = kcl_operation_get(k)); k++) {
		split(op, dim, cells);
		if (is_reduction(op) == reductions)
			print_row(widths, cells);
	}
}

int listing_all(void)
{
	print_table("operation", 0);
	puts("");
	print_table("reduction", 1);
	return 0;
}

/* ----- one of them ------------------------------------------------------ */

enum { INDENT = 20, WIDTH = 79 };

/* Prints TEXT from column AT on, broken between words.  */
static void fill(const char *text, int at)
{
	while (*text) {
		int n = (int)strcspn(text, " ");

		if (at > INDENT && at + n > WIDTH) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		}
		printf("%.*s%s", n, text, text[n] ? " " : "");
		at += n + 1;
		text += n + (text[n] != 0);
	}
	puts("");
}

static void say(const kcl_operation *op, const char *what, const char *text,
                int is_formula)
{
	(void)op;
	(void)is_formula;
	printf("    %-*s ", INDENT - 5, what);
	fill(text, INDENT);
}

static int is_called(const kcl_operation *op, const char *name)
{
	size_t n = strlen(name);

	return strncmp(op->name, name, n) == 0
		&& (!op->name[n] || strcmp(op->name + n, "_Reduction") == 0);
}

int listing_one(const char *name)
{
	const kcl_operation *op;
	int found = 0;

	for (size_t k = 0; (op = kcl_operation_get(k)); k++)
		if (is_called(op, name)) {
			printf("%s\n", op->usage);
			say(op, "meaning", op->doc, 0);
			operation_facts(op, say);
			found++;
		}
	return found;
}
