/* record.c - measurements, written as JSON and CSV and read again
 * SPDX-License-Identifier: MIT */
#include "record.h"
#include "file.h"
#include "json.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct record *record_add(struct records *r, struct trouble *t)
{
	size_t size = (r->count + 1) * sizeof *r->record;
	struct record *grown = realloc(r->record, size), *new;

	if (!grown) {
		no_memory(t);
		return NULL;
	}
	r->record = grown;
	new = &grown[r->count++];
	memset(new, 0, sizeof *new);
#define CLEAR_T(name)
#define CLEAR_N(name) new->name = (double)NAN;
#define X(kind, name) CLEAR_##kind(name)
	RECORD_FIELDS(X)
#undef X
	return new;
}

/* ----- writing ---------------------------------------------------------- */

static void number(FILE *stream, double value, const char *unknown)
{
	if (isfinite(value))
		fprintf(stream, "%.6g", value);
	else
		fputs(unknown, stream);
}

static void json_record(FILE *stream, const struct record *record)
{
	const char *before = "{";

#define JSON_T(name) json_text_member(stream, #name, record->name);
#define JSON_N(name) json_text(stream, #name); fputs(": ", stream); \
	number(stream, record->name, "null");
#define X(kind, name) \
	fputs(before, stream); before = ", "; JSON_##kind(name)
	RECORD_FIELDS(X)
#undef X
	fputc('}', stream);
}

void record_json(FILE *stream, const struct records *r)
{
	fputs("[\n", stream);
	for (size_t k = 0; k < r->count; k++) {
		json_record(stream, &r->record[k]);
		fputs(k + 1 < r->count ? ",\n" : "\n", stream);
	}
	fputs("]\n", stream);
}

static void quoted(FILE *stream, const char *text)
{
	fputc('"', stream);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', stream);
		fputc(*text, stream);
	}
	fputc('"', stream);
}

void record_csv(FILE *stream, const struct records *r)
{
	const char *before = "";

#define X(kind, name) fprintf(stream, "%s" #name, before); before = ",";
	RECORD_FIELDS(X)
#undef X
	fputc('\n', stream);
	for (size_t k = 0; k < r->count; k++) {
		const struct record *record = &r->record[k];

		before = "";
#define CSV_T(name) quoted(stream, record->name);
#define CSV_N(name) number(stream, record->name, "");
#define X(kind, name) fputs(before, stream); before = ","; CSV_##kind(name)
		RECORD_FIELDS(X)
#undef X
		fputc('\n', stream);
	}
}

/* ----- reading ---------------------------------------------------------- */

/* What stands after "KEY": in LINE, or NULL.  */
static const char *member(const char *line, const char *key)
{
	char quoted_key[40];
	const char *at;

	snprintf(quoted_key, sizeof quoted_key, "\"%s\":", key);
	at = strstr(line, quoted_key);
	if (!at)
		return NULL;
	at += strlen(quoted_key);
	return at + strspn(at, " ");
}

double json_number(const char *line, const char *key)
{
	const char *at = member(line, key);
	char *end;
	double value = at ? strtod(at, &end) : 0;

	return at && end > at ? value : (double)NAN;
}

/* A text that json_text wrote; escapes but \" and \\ stay as they are.  */
static void json_string(const char *line, const char *key, char text[128])
{
	const char *at = member(line, key);
	size_t n = 0;

	if (!at || *at != '"')
		return;
	for (at++; *at && *at != '"' && n < 127; at++) {
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		text[n++] = *at;
	}
	text[n] = 0;
}

static int read_line(struct records *r, const char *line, struct trouble *t)
{
	struct record *record = record_add(r, t);

	if (!record)
		return -1;
#define READ_T(name) json_string(line, #name, record->name);
#define READ_N(name) record->name = json_number(line, #name);
#define X(kind, name) READ_##kind(name)
	RECORD_FIELDS(X)
#undef X
	return 0;
}

int record_read(struct records *r, const char *path, struct trouble *t)
{
	FILE *stream = fopen(path, "r");
	char line[4096];
	int failed = 0;

	if (!stream)
		return trouble(t, REQUEST, "cannot open %s: %s", path,
		               strerror(errno));
	while (!failed && fgets(line, sizeof line, stream))
		if (strstr(line, "\"workload\":"))
			failed = read_line(r, line, t);
	fclose(stream);
	if (!failed && r->count == 0)
		return trouble(t, REQUEST, "%s: no results of keops-bench "
		               "--json", path);
	return failed;
}

const struct record *record_find(const struct records *r, const char *workload,
                                 const char *by, double rows, double cols)
{
	for (size_t k = 0; k < r->count; k++) {
		const struct record *c = &r->record[k];

		if (!strcmp(c->workload, workload) && !strcmp(c->by, by)
		    && (rows <= 0 || (c->rows == rows && c->cols == cols)))
			return c;
	}
	return NULL;
}
