/* trouble.h - what went wrong, in a sentence, and whose fault it is
 * SPDX-License-Identifier: MIT */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "keopscl.h"

/* The exit codes of the tools, 0 aside.  */
enum {
	MACHINE = 1,            /* a device, the memory or a disk failed, or a
	                           number is not found */
	REQUEST = 2             /* the command line, a file or a formula */
};

struct trouble {
	int code;
	char text[6144];        /* long enough for a path and a message */
};

/* Notes what went wrong and returns -1, so that a function may end in
 * `return trouble(t, REQUEST, "%s: ...", path);`.  */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int trouble(struct trouble *t, int code, const char *format, ...);

/* The same for memory that cannot be had.  */
int no_memory(struct trouble *t);

/* Notes what the library says of a failure; 0 if it is none.  */
int library_says(struct trouble *t, kcl_status status);

/* Ends TOOL: what is left goes to standard output, and to standard error what
 * went wrong, if it FAILED.  Returns the exit code.  */
int tool_end(const char *tool, int failed, struct trouble *t);

#endif
