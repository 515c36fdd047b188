/* lex.c - the words of a formula
 * SPDX-License-Identifier: MIT */
#include "frontend/lex.h"
#include "diag.h"
#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 100 };

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t digits(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* The value of a decimal number, whatever mark the locale puts between.  */
static double value(const char *text, size_t length)
{
	char copy[LONGEST_NUMBER + 8];
	const char *point = localeconv()->decimal_point;
	size_t n = 0, mark = strlen(point);

	for (size_t k = 0; k < length; k++) {
		if (text[k] == '.' && mark < 8) {
			memcpy(copy + n, point, mark);
			n += mark;
		} else
			copy[n++] = text[k];
	}
	copy[n] = 0;
	return strtod(copy, NULL);
}

/* The bytes of a number at S, and whether it is an integer.  */
static size_t extent(const char *s, int *is_integer)
{
	size_t n = digits(s), e;

	*is_integer = s[n] != '.';
	if (s[n] == '.')
		n += 1 + digits(s + n + 1);
	e = n + (s[n] == 'e' || s[n] == 'E');
	if (e > n && (s[e] == '+' || s[e] == '-'))
		e++;
	if (e == n || !is_digit(s[e]))
		return n;
	*is_integer = 0;
	return e + digits(s + e);
}

/* The value of N digits.  */
static int64_t whole(const char *s, size_t n)
{
	int64_t v = 0;

	for (size_t k = 0; k < n; k++)
		v = v > INT64_MAX / 10 - 1 ? INT64_MAX : v * 10 + (s[k] - '0');
	return v;
}

static enum kcl__token number(struct kcl__lexer *l, const char *s)
{
	int is_integer;
	size_t n = extent(s, &is_integer), word = n;

	while (is_letter(s[word]) || is_digit(s[word]))
		word++;
	l->end = l->start + word;
	l->fault = word > n ? "is neither a number nor a name"
		: n > LONGEST_NUMBER ? "has more than 100 characters" : NULL;
	if (l->fault)
		return KCL__BAD;
	l->number = value(s, n);
	if (l->number > DBL_MAX)
		l->fault = "is too large for a float64";
	l->integer = is_integer ? whole(s, n) : 0;
	return l->fault ? KCL__BAD : is_integer ? KCL__INTEGER : KCL__FLOAT;
}

/* What no token begins with.  */
static enum kcl__token other(struct kcl__lexer *l, const char *s)
{
	size_t n = kcl__character(s);

	l->end = l->start + (n ? n : 1);
	l->fault = *s & 0x80 ? "is not ASCII"
		: *s == '^' ? "is written ** here" : NULL;
	return KCL__BAD;
}

/* The token of two signs that A and B are; KCL__END if they are none.  */
static enum kcl__token pair(char a, char b)
{
	static const char pairs[] = "**P<=l>=g==e!=n";

	for (const char *p = pairs; *p; p += 3)
		if (p[0] == a && p[1] == b)
			return (enum kcl__token)p[2];
	return KCL__END;
}

void kcl__lex(struct kcl__lexer *l)
{
	const char *s;

	l->last = l->end;
	l->start = l->end + strspn(l->text + l->end, " \t\r\n\v\f");
	s = l->text + l->start;
	l->end = l->start + 1;
	if (*s == 0) {
		l->token = KCL__END;
		l->end = l->start;
	} else if (is_letter(*s)) {
		while (is_letter(l->text[l->end]) || is_digit(l->text[l->end]))
			l->end++;
		l->token = KCL__NAME;
	} else if (is_digit(*s) || (*s == '.' && is_digit(s[1]))) {
		l->token = number(l, s);
	} else if (*s == '$' && is_digit(s[1])) {
		l->end += digits(s + 1);
		l->integer = whole(s + 1, l->end - l->start - 1);
		l->token = KCL__OPERAND;
	} else if (pair(s[0], s[1])) {
		l->token = pair(s[0], s[1]);
		l->end++;
	} else if (strchr("+-*/|<>()[],=", *s)) {
		l->token = (enum kcl__token)*s;
	} else
		l->token = other(l, s);
}

const char *kcl__quote(const char *from, size_t start, size_t end,
                       char text[KCL__FOUND])
{
	size_t n = 0, k = start, step;

	while (k < end && n < 40 && (step = kcl__character(from + k)) > 0) {
		memcpy(text + 1 + n, from + k, step);
		n += step;
		k += step;
	}
	if (n == 0) {
		snprintf(text, KCL__FOUND, "the byte 0x%02x",
		         (unsigned)(unsigned char)from[start]);
		return text;
	}
	text[0] = '"';
	snprintf(text + 1 + n, KCL__FOUND - 1 - n, k < end ? "...\"" : "\"");
	return text;
}

const char *kcl__found(const struct kcl__lexer *l, char text[KCL__FOUND])
{
	size_t n;

	if (l->token == KCL__END)
		return "the end";
	kcl__quote(l->text, l->start, l->end, text);
	n = strlen(text);
	if (l->token == KCL__BAD && l->fault)
		snprintf(text + n, KCL__FOUND - n, ", which %s", l->fault);
	return text;
}
