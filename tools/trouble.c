/* trouble.c - what went wrong, in a sentence, and whose fault it is
 * SPDX-License-Identifier: MIT */
#include "trouble.h"
#include <stdarg.h>
#include <stdio.h>

int trouble(struct trouble *t, int code, const char *format, ...)
{
	va_list args;

	t->code = code;
	va_start(args, format);
	vsnprintf(t->text, sizeof t->text, format, args);
	va_end(args);
	return -1;
}

int no_memory(struct trouble *t)
{
	return trouble(t, MACHINE, "out of memory");
}
