/* lex.h - the words of a formula
 * SPDX-License-Identifier: MIT */
#ifndef KCL_LEX_H
#define KCL_LEX_H

#include <stddef.h>
#include <stdint.h>

/* A sign is its own character, or one of the pairs below; an operand is $ and a
 * whole number.  */
enum kcl__token {
	KCL__END = 0, KCL__NAME = 'a', KCL__INTEGER = '1', KCL__FLOAT = '.',
	KCL__POWER = 'P', KCL__LE = 'l', KCL__GE = 'g', KCL__EQ = 'e',
	KCL__NE = 'n', KCL__OPERAND = '$', KCL__BAD = '?'
};

struct kcl__lexer {
	const char *text;
	enum kcl__token token;
	size_t start, end;      /* of the token, in bytes */
	size_t last;            /* end of the token before */
	const char *fault;      /* of BAD: what is wrong with it */
	double number;          /* of INTEGER and FLOAT */
	int64_t integer;        /* of INTEGER and OPERAND; INT64_MAX if it is
	                         * larger */
};

/* Moves on to the next token; the first if `end` is 0.  */
void kcl__lex(struct kcl__lexer *lexer);

/* Puts into TEXT, and returns, what the token is, for "expected ..., found
 * ...".  */
enum { KCL__FOUND = 160 };
const char *kcl__found(const struct kcl__lexer *lexer, char text[KCL__FOUND]);

/* The same for the bytes [start, end) of a text: in quotes, and cut where they
 * are many.  */
const char *kcl__quote(const char *from, size_t start, size_t end,
                       char text[KCL__FOUND]);

#endif
