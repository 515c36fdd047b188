/* file.h - whole files in memory, and files that appear when complete
 * SPDX-License-Identifier: MIT */
#ifndef FILE_H
#define FILE_H

#include "trouble.h"
#include <stddef.h>
#include <stdio.h>

/* Files in the order in which they are named; as many as a formula can have
 * results.  */
enum { MOST_PATHS = 128 };

struct paths {
	const char *path[MOST_PATHS];
	size_t count;
};

/* Whether PATH is a name and END, such as ".npy", behind it.  */
int path_ends(const char *path, const char *end);

/* The bytes of a file: mapped, or read where it cannot be mapped (a pipe).
 * All zero is no file.  */
struct file {
	char *bytes;
	size_t size;
	int mapped;
};

int file_read(struct file *file, const char *path, struct trouble *t);
void file_free(struct file *file);

/* The formula in a file, to be freed; NULL where that fails.  */
char *file_formula(const char *path, struct trouble *t);

/* A file that is written beside its place and put there when complete, so
 * that an error leaves what was there before.  */
struct output {
	char *path, *temporary;
	FILE *stream;
};

/* Whether PATH can become an output; asked before long work.  */
int output_check(const char *path, struct trouble *t);

/* Opens a temporary file in the folder of PATH.  */
int output_open(struct output *output, const char *path, struct trouble *t);

/* Ends the writing: now all bytes are on the disk, or an error is reported. */
int output_finish(struct output *output, struct trouble *t);

/* Puts a finished output in its place.  */
int output_publish(struct output *output, struct trouble *t);

/* Forgets an output; what was not published is removed.  */
void output_free(struct output *output);

#endif
