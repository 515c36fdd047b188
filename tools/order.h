/* order.h - the command line of keops-bench
 * SPDX-License-Identifier: MIT */
#ifndef ORDER_H
#define ORDER_H

#include "measure.h"

/* Texts belong to argv.  */
struct order {
	int64_t rows, cols;     /* 0: as the workload has it */
	int bits, scaling, compare;
	const char *device, *json, *csv, *svg, *read;
	const char *peers[CONTENDERS];
	size_t npeers;
	char **operands;
	int noperands;
	int answered;           /* --help and its like: nothing is left */
};

/* Takes the options, of which rounds and seconds are B's.  */
int order_take(struct order *r, struct bench *b, int argc, char **argv);

#endif
