/* known.h - the cases of values.txt and reductions.txt
 * SPDX-License-Identifier: MIT */
#ifndef KNOWN_H
#define KNOWN_H

#include <check.h>
#include <stdint.h>

/* The lines of a file that are neither empty nor comments.  */
struct lines {
	char *text;
	char *line[2000];
	int count;
};

/* Reads the file NAME of tests/.  */
void lines_read(struct lines *lines, const char *name);
void lines_free(struct lines *lines);

/* The part of a line up to SEPARATOR, which becomes its end; LINE moves on.  */
char *line_part(char **line, const char *separator);

/* Reads numbers that are apart by commas and spaces; how many there are.  */
int64_t line_numbers(const char *text, double *to, int64_t most);

/* Whether GOT is WANT, as far as a real of BITS can be, but for EPSILONS of
 * its precision in units of WANT, or of FLOOR if that is larger.  */
int known_near(long double got, double want, int bits, double epsilons,
               double floor);

#endif
