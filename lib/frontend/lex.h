/* lex.h - the words of a formula
 * SPDX-License-Identifier: MIT */
#ifndef KCL_LEX_H
#define KCL_LEX_H

#include <stddef.h>
#include <stdint.h>

/* A sign is its own character, or one of the pairs below.  */
enum kcl__token {
	KCL__END = 0, KCL__NAME = 'a', KCL__INTEGER = '1', KCL__FLOAT = '.',
	KCL__POWER = 'P', KCL__LE = 'l', KCL__GE = 'g', KCL__EQ = 'e',
	KCL__NE = 'n', KCL__BAD = '?'
};

struct kcl__lexer {
	const char *text;
	enum kcl__token token;
	size_t start, end;      /* of the token, in bytes */
	size_t last;            /* end of the token before */
	double number;          /* of INTEGER and FLOAT */
	int64_t integer;        /* of INTEGER; INT64_MAX if it is larger */
};

/* Moves on to the next token; the first if `end` is 0.  */
void kcl__lex(struct kcl__lexer *lexer);

#endif
