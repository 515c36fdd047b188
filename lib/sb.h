/* sb.h - a growing text whose error is looked at once, at the end
 * SPDX-License-Identifier: MIT */
#ifndef KCL_SB_H
#define KCL_SB_H

#include "diag.h"
#include <stddef.h>

/* All zero is an empty text.  After a failure every further call does nothing
 * and `failed` stays set; KCL_MEMORY has then been reported.  */
struct kcl__sb {
	char *text;             /* always ends in 0 once anything was put */
	size_t length, capacity;
	int failed;
};

void kcl__sb_put(struct kcl__sb *sb, const char *text, size_t length);
void kcl__sb_puts(struct kcl__sb *sb, const char *text);
void kcl__sb_printf(struct kcl__sb *sb, const char *format, ...)
	KCL__PRINTF(2, 3);

enum { KCL__DECIMAL = 40 };     /* bytes of a number in a text */

/* VALUE with DIGITS digits, as %g writes it, but with a point in every locale;
 * in TEXT, which is returned.  Formats of the library have no %g.  */
const char *kcl__decimal(double value, int digits, char text[KCL__DECIMAL]);

/* A number that reads back as the same double in C, OpenCL C and formulas,
 * whatever the locale: "3", "0.1", "1e-05".  */
void kcl__sb_double(struct kcl__sb *sb, double value);

/* The text, which becomes the caller's (free()), or NULL after a failure; the
 * builder is empty again.  */
char *kcl__sb_take(struct kcl__sb *sb);
void kcl__sb_free(struct kcl__sb *sb);

#endif
