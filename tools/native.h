/* native.h - code that the system's compiler makes for this very machine
 * SPDX-License-Identifier: MIT */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdatomic.h>

/* A library, for dlsym, of the C text SOURCE, compiled by cc at its best and
 * with FLAGS; NULL if there is no compiler, or it refuses.  */
void *native_compile(const char *source, const char *flags);

/* Work in COUNT pieces, which all processors take in turn.  */
struct native_work {
	void (*piece)(struct native_work *w, long k);
	long count;
	atomic_long next;
};

void native_spread(struct native_work *w);
long native_processors(void);

#endif
