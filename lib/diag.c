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

/* One byte of the user's line as it may be shown: controls are not passed on
 * to a terminal.  Bytes of UTF-8 are.  */
static char shown(char c)
{
	return (unsigned char)c < 32 || c == 127 ? ' ' : c;
}

/* A byte that continues a UTF-8 character takes no column of its own.  */
static int continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static int columns(const char *from, const char *to)
{
	int n = 0;

	for (; from < to; from++)
		n += !continues(*from);
	return n;
}

/* The line [line, end) with a caret under [at, stop), windowed to WIDTH.  */
static void draw(const char *line, const char *end, const char *at,
                 const char *stop)
{
	const char *from = at - line > BEFORE ? at - BEFORE : line;
	const char *to = end - from > WIDTH ? from + WIDTH : end;
	int i, under;

	while (from > line && continues(*from))
		from--;
	while (to < end && continues(*to))
		to++;
	if (stop > to)
		stop = to;
	put("\n  %s", from > line ? "..." : "");
	for (const char *c = from; c < to; c++)
		put("%c", shown(*c));
	put("%s\n  %s", to < end ? "..." : "", from > line ? "   " : "");
	for (i = columns(from, at); i > 0; i--)
		put(" ");
	put("^");
	for (under = columns(at, stop) - 1; under > 0; under--)
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
	*offset = last.offset;
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
