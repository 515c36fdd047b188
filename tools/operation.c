/* operation.c - rows of the table of operations in the letters of their usage
 * SPDX-License-Identifier: MIT */
#include "operation.h"
#include <stdio.h>
#include <string.h>

static size_t word_at(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_"
	                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static int is_tag(const char *word, size_t length)
{
	return length == 3 && memcmp(word, "tag", 3) == 0;
}

/* Word number K of the usage behind the operation's own name, the tag not
 * counted, and its length.  */
static const char *operand(const kcl_operation *op, int k, int *length)
{
	const char *c = op->usage;
	size_t n = word_at(c);

	for (c += c[n] == '(' ? n : 0; *c; c += n ? n : 1) {
		n = word_at(c);
		if (n && !is_tag(c, n) && k-- == 0) {
			*length = (int)n;
			return c;
		}
	}
	*length = 1;
	return "?";
}

/* Which operand the LENGTH letters at WORD mean: in x y z w, then p q.  */
static int meant(const kcl_operation *op, const char *word, size_t length)
{
	const char *formula = "xyzw", *parameter = "pq";
	const char *at = length == 1 ? strchr(formula, *word) : NULL;

	if (at && at - formula < op->arity)
		return (int)(at - formula);
	at = length == 1 ? strchr(parameter, *word) : NULL;
	if (at && at - parameter < op->parameters)
		return op->arity + (int)(at - parameter);
	return -1;
}

/* What a letter of a reduction means that is no formula: in rules the tag, in
 * dimensions that of f and of the weight.  */
static int translate_reduction(const kcl_operation *op, char letter,
                               char *written, size_t room)
{
	char weight[OPERATION_TEXT];
	int is_one = strcmp(op->formula, "1") == 0;

	if (letter == 't')
		return snprintf(written, room, "tag");
	if (letter == 'd')
		return snprintf(written, room, "dim f");
	if (letter != 'e')
		return snprintf(written, room, "%c", letter);
	operation_text(op, op->formula, weight);
	return snprintf(written, room, "%s%s", is_one ? "" : "dim ", weight);
}

/* The LENGTH letters at WORD into WRITTEN, which has ROOM; returns how many
 * letters that would be.  */
static int translate(const kcl_operation *op, const char *word, int length,
                     char *written, size_t room)
{
	int of_dim = length == 2 && *word == 'd', n;
	int k = meant(op, word + of_dim, (size_t)(length - of_dim));
	const char *letter;

	if (k >= 0) {
		letter = operand(op, k, &n);
		return snprintf(written, room, "%s%.*s", of_dim ? "dim " : "",
		                n, letter);
	}
	if (length == 1 && *word == 'g')
		return snprintf(written, room, "e");
	if (length == 1 && op->kind == KCL_REDUCTION)
		return translate_reduction(op, *word, written, room);
	return snprintf(written, room, "%.*s", length, word);
}

void operation_text(const kcl_operation *op, const char *text,
                    char written[OPERATION_TEXT])
{
	size_t n = 0;

	*written = 0;
	while (*text && n < OPERATION_TEXT) {
		int length = op->kind == KCL_CALL ? 0 : (int)word_at(text);

		if (length)
			n += (size_t)translate(op, text, length, written + n,
			                       OPERATION_TEXT - n);
		else
			n += (size_t)snprintf(written + n, OPERATION_TEXT - n,
			                      "%c", *text);
		text += length ? length : 1;
	}
}

void operation_dim(const kcl_operation *op, char written[OPERATION_TEXT])
{
	static const char none[] = ", 0 indices";
	const char *dim = op->dim;
	char text[100];
	size_t n;

	if (op->kind == KCL_REDUCTION && strncmp(dim, "0 values, ", 10) == 0)
		dim += 10;
	snprintf(text, sizeof text, "%s", dim);
	n = strlen(text);
	if (n > sizeof none && strcmp(text + n - sizeof none + 1, none) == 0)
		text[n - sizeof none + 1] = 0;
	operation_text(op, text, written);
}

/* The derivatives in the formulas: each that is not 0.  */
static void derivatives(const kcl_operation *op, operation_say *say)
{
	char what[60], text[OPERATION_TEXT];
	int length, said = 0;

	for (int k = 0; k < op->arity && k < 3; k++) {
		const char *letter = operand(op, k, &length);

		if (!op->rule[k] || !*op->rule[k])
			continue;
		snprintf(what, sizeof what, "derivative in %.*s", length,
		         letter);
		operation_text(op, op->rule[k], text);
		say(op, what, text, 1);
		said = 1;
	}
	if (!said)
		say(op, "derivative", "0", 0);
}

/* "Add(f, g)", which may be written for "f + g".  */
static void call(const kcl_operation *op, operation_say *say)
{
	char text[OPERATION_TEXT];
	int n = snprintf(text, sizeof text, "%s(", op->name), length;

	if (word_at(op->usage) == strlen(op->name))
		return;
	for (int k = 0; k < op->arity + op->parameters; k++) {
		const char *letter = operand(op, k, &length);

		n += snprintf(text + n, sizeof text - (size_t)n, "%s%.*s",
		              k ? ", " : "", length, letter);
	}
	snprintf(text + n, sizeof text - (size_t)n, ")");
	say(op, "also", text, 1);
}

void operation_facts(const kcl_operation *op, operation_say *say)
{
	char text[OPERATION_TEXT];

	if (op->kind != KCL_CALL)
		call(op, say);
	if (op->kind == KCL_SHORT) {
		operation_text(op, op->formula, text);
		say(op, "short for", text, 1);
	} else {
		operation_dim(op, text);
		say(op, op->kind == KCL_REDUCTION ? "gives" : "dimension",
		    text, 0);
	}
	if (*op->expects)
		say(op, "expects", op->expects, 0);
	if (op->kind != KCL_SHORT && op->kind != KCL_CALL)
		derivatives(op, say);
	if (*kcl_operation_note(op->name))
		say(op, "note", kcl_operation_note(op->name), 0);
}
