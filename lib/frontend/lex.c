/* lex.c - the words of a formula
 * SPDX-License-Identifier: MIT */
#include "frontend/lex.h"
#include <locale.h>
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

static enum kcl__token number(struct kcl__lexer *l, const char *s)
{
	size_t n = digits(s), e;
	enum kcl__token token = KCL__INTEGER;

	if (s[n] == '.') {
		token = KCL__FLOAT;
		n++;
		n += digits(s + n);
	}
	e = n + (s[n] == 'e' || s[n] == 'E');
	if (e > n && (s[e] == '+' || s[e] == '-'))
		e++;
	if (e > n && is_digit(s[e])) {
		token = KCL__FLOAT;
		n = e + digits(s + e);
	}
	l->end = l->start + n;
	if (n > LONGEST_NUMBER || is_letter(s[n]))
		return KCL__BAD;
	l->number = value(s, n);
	l->integer = 0;
	for (size_t k = 0; token == KCL__INTEGER && k < n; k++)
		l->integer = l->integer > INT64_MAX / 10 - 1 ? INT64_MAX
			: l->integer * 10 + (s[k] - '0');
	return token;
}

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
	} else if (pair(s[0], s[1])) {
		l->token = pair(s[0], s[1]);
		l->end++;
	} else if (strchr("+-*/|<>()[],=", *s)) {
		l->token = (enum kcl__token)*s;
	} else {
		l->token = KCL__BAD;
		while ((l->text[l->end] & 0xc0) == 0x80)
			l->end++;
	}
}
