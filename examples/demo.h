/* demo.h - the parts of the demo
 * SPDX-License-Identifier: MIT */
#ifndef DEMO_H
#define DEMO_H

#include "support.h"

/* What each part needs to know.  */
struct demo {
	kcl_context *ctx;
	const char *data, *out; /* folders: what is read, what is written */
	int small;              /* sizes for a test, not for a demo */
};

/* Each part explains itself in some lines and gives the number of its checks
 * that failed.  */
int demo_gauss(const struct demo *demo);        /* and its gradient */
int demo_map(const struct demo *demo);
int demo_digits(const struct demo *demo);

/* Ends a line with "ok" or "WRONG"; 0 or 1, to be counted.  */
int demo_verdict(int right);

/* Makes FORMULA ready, runs it, and gives the seconds each took.  */
struct demo_times { double build, run; };
struct demo_times demo_run(const struct demo *demo, const kcl_formula *formula,
                           size_t nin, const kcl_array *in,
                           const kcl_array *out);

#endif
