/* results.c - the results of keops-run, written as text or .npy files
 * SPDX-License-Identifier: MIT */
#include "results.h"
#include "csv.h"
#include "file.h"
#include "interrupt.h"
#include "npy.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Whether each result has a file of its own; else they are one text.  */
static int apart(const struct paths *paths)
{
	return paths->count > 1
		|| (paths->count == 1 && path_ends(paths->path[0], ".npy"));
}

static int64_t lines(const struct table *table)
{
	return table_leading(table, table->ndim - table->line);
}

int results_check(const struct paths *paths, const struct table *results,
                  size_t count, struct trouble *t)
{
	if (paths->count > 1 && paths->count != count)
		return trouble(t, REQUEST, "expected %zu -o, one for each "
		               "result, or a single one, found %zu", count,
		               paths->count);
	for (size_t k = 1; k < count && !apart(paths); k++)
		if (lines(&results[k]) != lines(&results[0]))
			return trouble(t, REQUEST, "results of %" PRId64
			               " and %" PRId64 " rows do not go into "
			               "one text; write them to .npy files",
			               lines(&results[0]), lines(&results[k]));
	return 0;
}

/* Whether the user asked to end; what is published then is whole.  */
static int cancelled(struct trouble *t)
{
	return interrupted() ? trouble(t, interrupted(), "interrupted") : 0;
}

/* Whether there are just values and indices, or one of them.  */
static int is_pair(const struct table *results, size_t count)
{
	return count < 2 || (count == 2 && results[0].code == KCL_FLOAT
	                     && results[1].code == KCL_INT);
}

/* The file of result number K: where there is one path, "out.npy" and
 * "out.indices.npy" for a PAIR, else "out.0.npy" and so on.  */
static char *path_of(const struct paths *paths, size_t k, int pair)
{
	const char *path = paths->path[paths->count > 1 ? k : 0];
	size_t base = strlen(path) - strlen(".npy");
	char *name = malloc(base + sizeof ".indices.npy"), own[20] = "";

	if (apart(paths) && paths->count == 1 && !pair)
		snprintf(own, sizeof own, ".%u", (unsigned)k);
	else if (paths->count == 1 && k)
		strcpy(own, ".indices");
	if (name)
		snprintf(name, base + sizeof ".indices.npy", "%.*s%s%s",
		         (int)base, path, own, path + base);
	return name;
}

/* Writes COUNT results to one file, which is not there yet.  */
static int write_one(struct output *output, char *path,
                     const struct table *results, size_t count,
                     struct trouble *t)
{
	int failed = path ? output_open(output, path, t) : no_memory(t);

	if (!failed && path_ends(path, ".npy"))
		npy_write(output->stream, results);
	else if (!failed)
		csv_write(output->stream, results, count);
	free(path);
	return failed ? -1 : output_finish(output, t);
}

int results_write(const struct paths *paths, const struct table *results,
                  size_t count, struct trouble *t)
{
	size_t files = apart(paths) ? count : 1;
	struct output *outputs;
	int pair = is_pair(results, count), failed;

	if (paths->count == 0) {
		csv_write(stdout, results, count);
		return cancelled(t);
	}
	outputs = calloc(files, sizeof *outputs);
	failed = outputs ? 0 : no_memory(t);
	for (size_t k = 0; k < files && !failed; k++)
		failed = write_one(&outputs[k], path_of(paths, k, pair),
		                   &results[k], count / files, t);
	failed = failed || cancelled(t);
	for (size_t k = 0; k < files && !failed; k++)
		failed = output_publish(&outputs[k], t);
	for (size_t k = 0; k < files && outputs; k++)
		output_free(&outputs[k]);
	free(outputs);
	return failed;
}
