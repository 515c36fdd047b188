/* support.c - tables, memory, random numbers and time for the examples
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE = 4096 };

void need(kcl_status status)
{
	if (!status)
		return;
	fprintf(stderr, "%s\n", kcl_message());
	exit(1);
}

void *room(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p) {
		fprintf(stderr, "out of memory: %zu times %zu bytes\n",
		        count, size);
		exit(1);
	}
	return p;
}

char *path_of(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = room(size, 1);

	snprintf(path, size, "%s/%s", folder, name);
	return path;
}

/* ----- tables ----------------------------------------------------------- */

/* Reads one number for each of T's columns; 0, or what is wrong.  */
static const char *read_row(const char *text, struct table *t)
{
	float *cell = t->cells + (size_t)t->rows * (size_t)t->cols;
	char *end;

	for (int k = 0; k < t->cols; k++) {
		cell[k] = strtof(text, &end);
		if (end == text)
			return "a number is missing";
		text = end + (*end == ',');
	}
	if (text[strspn(text, "\r\n")] || text[-1] == ',')
		return "the line is too long";
	t->rows++;
	return NULL;
}

/* Makes room for one more row, twice as many whenever it is full.  */
static void grow(struct table *t)
{
	size_t old = (size_t)t->rows * (size_t)t->cols;
	float *more;

	if (t->rows & (t->rows - 1))
		return;
	more = room(t->rows ? 2 * old : (size_t)t->cols, sizeof(float));
	if (old)
		memcpy(more, t->cells, old * sizeof(float));
	free(t->cells);
	t->cells = more;
}

struct table table_read(const char *folder, const char *name, int cols)
{
	struct table t = { NULL, 0, cols };
	char *path = path_of(folder, name), line[LINE];
	FILE *file = fopen(path, "r");
	const char *wrong = NULL;

	if (!file || !fgets(line, LINE, file)) {
		perror(path);
		exit(1);
	}
	while (!wrong && fgets(line, LINE, file)) {
		grow(&t);
		wrong = read_row(line, &t);
	}
	if (wrong) {
		fprintf(stderr, "%s:%d: %s\n", path, t.rows + 2, wrong);
		exit(1);
	}
	fclose(file);
	free(path);
	return t;
}

/* ----- random numbers and time ------------------------------------------ */

/* SplitMix64: a counter, well stirred.  */
double uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return (double)(z >> 11) * 0x1p-53;
}

double normal(uint64_t *state)
{
	double r = sqrt(-2 * log(1 - uniform(state)));

	return r * cos(6.283185307179586 * uniform(state));
}

double seconds(void)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
