/* trouble.c - what went wrong, in a sentence, and whose fault it is
 * SPDX-License-Identifier: MIT */
#include "trouble.h"
#include "interrupt.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

int library_says(struct trouble *t, kcl_status status)
{
	switch (status) {
	case KCL_OK:
		return 0;
	case KCL_MEMORY: case KCL_DEVICE: case KCL_BUILD: case KCL_DRIVER:
	case KCL_FORKED: case KCL_UNSOLVED:
		return trouble(t, MACHINE, "%s", kcl_message());
	case KCL_CANCELLED:
		return trouble(t, interrupted(), "interrupted");
	default:
		return trouble(t, REQUEST, "%s", kcl_message());
	}
}

int tool_end(const char *tool, int failed, struct trouble *t)
{
	if (!failed && (fflush(stdout) || ferror(stdout)))
		failed = trouble(t, MACHINE, "cannot write standard output: %s",
		                 strerror(errno));
	if (!failed)
		return 0;
	fprintf(stderr, "%s: %s\n", tool, t->text);
	return t->code ? t->code : MACHINE;
}
