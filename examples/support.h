/* support.h - what the examples share: tables, memory, random numbers, time
 * SPDX-License-Identifier: MIT
 *
 * An example is a program of one purpose: what it cannot go on without ends
 * it, with a message and exit status 1.  */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <keopscl.h>

/* The numbers of a file, row after row, and the number of rows and columns. */
struct table {
	float *cells;
	int rows, cols;
};

/* Reads the file NAME in FOLDER: under a line of COLS names, lines of COLS
 * numbers, commas between them.  */
struct table table_read(const char *folder, const char *name, int cols);

/* FOLDER/NAME, to be freed.  */
char *path_of(const char *folder, const char *name);

/* Room for COUNT things of SIZE bytes, all zero; free() gives it back.  */
void *room(size_t count, size_t size);

/* Ends the program with kcl_message() if STATUS is an error.  */
void need(kcl_status status);

/* Random numbers, the same in each run: uniform in [0, 1), and normal with
 * mean 0 and variance 1.  STATE is any number; it is moved on.  */
double uniform(uint64_t *state);
double normal(uint64_t *state);

/* Seconds since some moment.  */
double seconds(void);

#endif
