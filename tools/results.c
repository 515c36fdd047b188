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

/* Text has the results side by side.  */
int results_check(const char *path, const struct table *results, size_t count,
                  struct trouble *t)
{
	if (path && path_ends(path, ".npy"))
		return 0;
	for (size_t k = 1; k < count; k++)
		if (results[k].shape[0] != results[0].shape[0])
			return trouble(t, REQUEST, "results of %" PRId64
			               " and %" PRId64 " rows do not go into "
			               "one text; write them to .npy files",
			               results[0].shape[0],
			               results[k].shape[0]);
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

/* "out.npy" and "out.indices.npy" for a pair, else "out.0.npy" and so on.  */
static char *result_path(const char *path, size_t k, int pair)
{
	size_t base = strlen(path) - strlen(".npy");
	char *name = malloc(base + sizeof ".indices.npy"), own[20] = "";

	if (!pair)
		snprintf(own, sizeof own, ".%u", (unsigned)k);
	else if (k)
		strcpy(own, ".indices");
	if (name)
		snprintf(name, base + sizeof ".indices.npy", "%.*s%s.npy",
		         (int)base, path, own);
	return name;
}

static int write_one(struct output *output, char *path,
                     const struct table *table, struct trouble *t)
{
	int failed = path ? output_open(output, path, t) : no_memory(t);

	free(path);
	if (failed)
		return -1;
	npy_write(output->stream, table);
	return output_finish(output, t);
}

static int write_npy(const char *path, const struct table *results,
                     size_t count, struct trouble *t)
{
	struct output *outputs = calloc(count, sizeof *outputs);
	int failed = outputs ? 0 : no_memory(t);
	int pair = is_pair(results, count);

	for (size_t k = 0; k < count && !failed; k++)
		failed = write_one(&outputs[k], result_path(path, k, pair),
		                   &results[k], t);
	failed = failed || cancelled(t);
	for (size_t k = 0; k < count && !failed; k++)
		failed = output_publish(&outputs[k], t);
	for (size_t k = 0; k < count && outputs; k++)
		output_free(&outputs[k]);
	free(outputs);
	return failed;
}

static int write_csv(const char *path, const struct table *results,
                     size_t count, struct trouble *t)
{
	struct output output;
	int failed = output_open(&output, path, t);

	if (failed)
		return failed;
	csv_write(output.stream, results, count);
	failed = output_finish(&output, t) || cancelled(t)
	         || output_publish(&output, t);
	output_free(&output);
	return failed;
}

int results_write(const char *path, const struct table *results, size_t count,
                  struct trouble *t)
{
	if (!path) {
		csv_write(stdout, results, count);
		return cancelled(t);
	}
	return path_ends(path, ".npy") ? write_npy(path, results, count, t)
		: write_csv(path, results, count, t);
}
