/* csv.h - numbers in lines of text
 * SPDX-License-Identifier: MIT
 *
 * A line is a row; its fields are separated by commas, or by blanks and tabs
 * where the line has no comma.  Numbers are decimal, with a point in every
 * locale; inf and nan are numbers; a field may stand in double quotes.  Empty
 * lines and lines that begin with # are passed over.  If no field of the
 * first line is a number it is a header, and passed over too.  */
#ifndef CSV_H
#define CSV_H

#include "table.h"

/* Reads FILE, which came from PATH, into a table of float64.  Errors in a
 * line begin with "PATH:line:column: ".  FILE stays the caller's.  */
int csv_read(struct table *table, const struct file *file, const char *path,
             struct trouble *t);

/* Reads the LENGTH bytes at TEXT, all of them one number: 0, or -1.  */
int csv_number(const char *text, size_t length, double *value);

/* Writes COUNT row-major tables with as many lines each side by side, in
 * digits that read back as the same numbers.  Errors are those of STREAM;
 * ends early when one occurs or the user interrupts.  */
void csv_write(FILE *stream, const struct table *tables, size_t count);

#endif
