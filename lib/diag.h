/* diag.h - the error message of the calling thread
 * SPDX-License-Identifier: MIT */
#ifndef KCL_DIAG_H
#define KCL_DIAG_H

#include "keopscl.h"
#include <stddef.h>

#if defined(__GNUC__)
# define KCL__PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
# define KCL__PRINTF(f, a)
#endif

/* Sets the thread's message and returns STATUS, so that a function may end in
 * `return kcl__fail(KCL_SHAPE, "argument %d ...", k);`.  */
kcl_status kcl__fail(kcl_status status, const char *format, ...)
	KCL__PRINTF(2, 3);

/* KCL_ARGUMENT where PLACE, to which RESULT would go, is NULL.  */
kcl_status kcl__nowhere(const void *place, const char *result);

/* kcl__fail for a place in TEXT: the message begins with "WHAT:line:column: ",
 * and the line of TEXT with a caret under LENGTH bytes from OFFSET follows.
 * A long line is cut around the place.  */
kcl_status kcl__fail_at(kcl_status status, const char *what, const char *text,
                        size_t offset, size_t length, const char *format, ...)
	KCL__PRINTF(6, 7);

/* Sets what kcl_message_span tells of the last failure.  */
void kcl__set_span(size_t offset, size_t length);

/* The bytes of the UTF-8 character at TEXT; 0 if there is none, or one that is
 * not to be passed on to a terminal.  */
size_t kcl__character(const char *text);

/* The status of the last failure in this thread.  */
kcl_status kcl__last_status(void);

#endif
