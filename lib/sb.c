/* sb.c - a growing text whose error is looked at once, at the end
 * SPDX-License-Identifier: MIT */
#include "sb.h"
#include "mem.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kcl__sb_put(struct kcl__sb *sb, const char *text, size_t length)
{
	if (sb->failed)
		return;
	if (kcl__grow(&sb->text, &sb->capacity, sb->length + length + 1, 1)) {
		sb->failed = 1;
		return;
	}
	memcpy(sb->text + sb->length, text, length);
	sb->length += length;
	sb->text[sb->length] = 0;
}

void kcl__sb_puts(struct kcl__sb *sb, const char *text)
{
	kcl__sb_put(sb, text, strlen(text));
}

void kcl__sb_printf(struct kcl__sb *sb, const char *format, ...)
{
	char small[256], *big;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0 || sb->failed)
		return;
	if ((size_t)n < sizeof small) {
		kcl__sb_put(sb, small, (size_t)n);
		return;
	}
	big = kcl__alloc((size_t)n + 1, 1);
	if (!big) {
		sb->failed = 1;
		return;
	}
	va_start(args, format);
	vsnprintf(big, (size_t)n + 1, format, args);
	va_end(args);
	kcl__sb_put(sb, big, (size_t)n);
	free(big);
}

const char *kcl__decimal(double value, int digits, char text[KCL__DECIMAL])
{
	char *to = text;

	snprintf(text, KCL__DECIMAL, "%.*g", digits, value);
	for (const char *c = text; *c; c++)
		if (strchr("0123456789+-einfa", *c))
			*to++ = *c;
		else if (to[-1] != '.') /* the locale's mark, of any length */
			*to++ = '.';
	*to = 0;
	return text;
}

/* Whether that, with the locale's mark, reads back as VALUE.  */
static int is_exact(double value, int digits)
{
	char text[KCL__DECIMAL];
	double back;

	snprintf(text, sizeof text, "%.*g", digits, value);
	back = strtod(text, NULL);
	return memcmp(&back, &value, sizeof back) == 0;
}

void kcl__sb_double(struct kcl__sb *sb, double value)
{
	char text[KCL__DECIMAL];
	int digits = value < 1e15 && value > -1e15
		&& value == (double)(int64_t)value ? 15 : 1;

	while (digits < 17 && !is_exact(value, digits))
		digits++;
	kcl__sb_puts(sb, kcl__decimal(value, digits, text));
}

char *kcl__sb_take(struct kcl__sb *sb)
{
	char *text = sb->text;

	if (sb->failed) {
		kcl__sb_free(sb);
		return NULL;
	}
	memset(sb, 0, sizeof *sb);
	return text ? text : kcl__copy("", 0);
}

void kcl__sb_free(struct kcl__sb *sb)
{
	free(sb->text);
	memset(sb, 0, sizeof *sb);
}
