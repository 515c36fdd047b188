/* record.h - one measurement: a workload by the library or by a peer
 * SPDX-License-Identifier: MIT */
#ifndef RECORD_H
#define RECORD_H

#include "trouble.h"
#include <stddef.h>
#include <stdio.h>

/* T is a text, N a number, NAN where it is not known.  */
#define RECORD_FIELDS(X) \
	X(T, workload) \
	X(T, by)                /* "keopscl" or a peer */ \
	X(T, device) \
	X(T, dtype) \
	X(N, rows)              /* a slow peer may have had fewer */ \
	X(N, cols) \
	X(N, wall)              /* seconds, the median of the rounds */ \
	X(N, cpu)               /* seconds of all processors, likewise */ \
	X(N, gpairs)            /* 1e9 pairs in a second */ \
	X(N, ratio)             /* the library's speed over this one's */ \
	X(N, ratio_cpu)         /* likewise by cpu */ \
	X(N, peak)              /* share of the device's peak */ \
	X(N, error)             /* of the largest element */ \
	X(N, rss)               /* bytes, most at a time */ \
	X(N, load)              /* of the machine, at the end */

struct record {
#define RECORD_T(name) char name[128];
#define RECORD_N(name) double name;
#define X(kind, name) RECORD_##kind(name)
	RECORD_FIELDS(X)
#undef X
};

struct records {
	struct record *record;
	size_t count;
};

/* Appends a record of which nothing is known, or NULL: no memory.  */
struct record *record_add(struct records *r, struct trouble *t);

/* An array of JSON objects, a line each; and the same as CSV.  */
void record_json(FILE *stream, const struct records *r);
void record_csv(FILE *stream, const struct records *r);

/* Reads what record_json wrote.  */
int record_read(struct records *r, const char *path, struct trouble *t);

/* The number KEY of the JSON object LINE, or NAN.  */
double json_number(const char *line, const char *key);

/* What NAME measured of WORKLOAD at ROWS x COLS, or NULL; sizes of 0 go with
 * any.  */
const struct record *record_find(const struct records *r, const char *workload,
                                 const char *by, double rows, double cols);
#endif
