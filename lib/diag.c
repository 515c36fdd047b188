/* diag.c - the error message of the calling thread
 * SPDX-License-Identifier: MIT */
#include "diag.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE = 2048, BEFORE = 50, WIDTH = 72 };

/* Like errno: the one thing that a thread, not a handle, owns.  */
static _Thread_local struct {
	kcl_status status;
	size_t offset, length;
	char text[MESSAGE];
} last;

static void append(const char *format, va_list args)
{
	size_t n = strlen(last.text);

	vsnprintf(last.text + n, MESSAGE - n, format, args);
}

KCL__PRINTF(1, 2) static void put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(format, args);
	va_end(args);
}

kcl_status kcl__fail(kcl_status status, const char *format, ...)
{
	va_list args;

	last.status = status;
	last.offset = last.length = 0;
	last.text[0] = 0;
	va_start(args, format);
	append(format, args);
	va_end(args);
	return status;
}

void kcl__set_span(size_t offset, size_t length)
{
	last.offset = offset;
	last.length = length;
}

kcl_status kcl__nowhere(const void *place, const char *result)
{
	return place ? KCL_OK
		: kcl__fail(KCL_ARGUMENT, "the address for %s is NULL", result);
}

size_t kcl__character(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t n = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2
		: c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;

	if (c[0] < 32 || c[0] == 127 || (c[0] == 0xc2 && c[1] < 0xa0))
		return 0;
	for (size_t k = 1; k < n; k++)
		if ((c[k] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* The character after C; a byte that is none counts as one.  */
static const char *next(const char *c)
{
	size_t n = kcl__character(c);

	return c + (n ? n : 1);
}

static int columns(const char *from, const char *to)
{
	int n = 0;

	for (; from < to; from = next(from))
		n++;
	return n;
}

/* What cannot be shown on a terminal is a space, or "?".  */
static void show(const char *c)
{
	size_t n = kcl__character(c);

	if (n)
		put("%.*s", (int)n, c);
	else
		put("%c", *c && strchr("\t\v\f\r", *c) ? ' ' : '?');
}

/* The line [line, end) with a caret under [at, stop), windowed to WIDTH.  */
static void draw(const char *line, const char *end, const char *at,
                 const char *stop)
{
	const char *from = line, *to;
	int n;

	for (n = columns(line, at); n > BEFORE; n--)
		from = next(from);
	put("\n  %s", from > line ? "..." : "");
	for (to = from, n = 0; to < end && n < WIDTH; to = next(to), n++)
		show(to);
	if (stop > to)
		stop = to;
	put("%s\n  %s", to < end ? "..." : "", from > line ? "   " : "");
	for (n = columns(from, at); n > 0; n--)
		put(" ");
	put("^");
	for (n = columns(at, stop); n > 1; n--)
		put("~");
}

kcl_status kcl__fail_at(kcl_status status, const char *what, const char *text,
                        size_t offset, size_t length, const char *format, ...)
{
	const char *line = text, *end, *at = text + offset;
	int number = 1;
	va_list args;

	for (const char *c = text; c < at; c++)
		if (*c == '\n') {
			line = c + 1;
			number++;
		}
	end = line + strcspn(line, "\n");
	kcl__fail(status, "%s:%d:%d: ", what, number, columns(line, at) + 1);
	last.offset = offset;
	last.length = length;
	va_start(args, format);
	append(format, args);
	va_end(args);
	draw(line, end, at, at + length);
	return status;
}

kcl_status kcl__last_status(void)
{
	return last.status;
}

const char *kcl_message(void)
{
	return last.text;
}

void kcl_message_span(size_t *offset, size_t *length)
{
	if (offset)
		*offset = last.offset;
	if (length)
		*length = last.length;
}

const char *kcl_status_text(kcl_status status)
{
	switch (status) {
#define X(name, number, text) case name: return text;
	KCL_STATUS(X)
#undef X
	default: return "unknown status";
	}
}
