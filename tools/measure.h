/* measure.h - the library and its peers in turn
 * SPDX-License-Identifier: MIT */
#ifndef MEASURE_H
#define MEASURE_H

#include "contender.h"
#include "peak.h"
#include "record.h"

enum { CONTENDERS = 16 };

struct bench {
	kcl_context *context, *host;
	struct contender contenders[CONTENDERS];        /* peers */
	size_t count;
	int rounds;
	double seconds;         /* a peer may take for its share of the rows */
	struct peak peak[2];    /* of float32 and float64 */
	struct records records;
	struct trouble trouble;
};

/* Measures W: a record for the library, then one for each peer that computes
 * it.  -1 if it cannot be measured; a wrong result is a record like others. */
int measure_workload(struct bench *b, const struct workload *w);

/* Whether a record's error is that of rounding.  */
int measure_right(const struct record *r);

#endif
