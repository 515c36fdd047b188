/* native.c - code that the system's compiler makes for this very machine
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "native.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ----- compiling -------------------------------------------------------- */

static int write_source(const char *folder, const char *source)
{
	char path[512];
	FILE *stream;

	snprintf(path, sizeof path, "%s/a.c", folder);
	stream = fopen(path, "w");
	if (!stream)
		return -1;
	fputs(source, stream);
	return fclose(stream);
}

/* Two steps, for linking with -ffast-math would change how this process
 * rounds.  */
void *native_compile(const char *source, const char *flags)
{
	const char *tmp = getenv("TMPDIR");
	char folder[400], path[512], command[512];
	void *library = NULL;

	snprintf(folder, sizeof folder, "%s/keops-bench.XXXXXX",
	         tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return NULL;
	setenv("KEOPS_BENCH_FOLDER", folder, 1);
	snprintf(command, sizeof command, "cd \"$KEOPS_BENCH_FOLDER\" && "
	         "exec 2>/dev/null && cc -O3 -march=native %s -fPIC -c a.c && "
	         "cc -shared -o a.so a.o -lm", flags);
	snprintf(path, sizeof path, "%s/a.so", folder);
	if (!write_source(folder, source) && !system(command))
		library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (system("rm -rf \"$KEOPS_BENCH_FOLDER\""))
		return library;
	return library;
}

/* ----- all processors --------------------------------------------------- */

static void *take_pieces(void *work)
{
	struct native_work *w = work;
	long k;

	while ((k = atomic_fetch_add(&w->next, 1)) < w->count)
		w->piece(w, k);
	return NULL;
}

long native_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 256 ? 256 : n;
}

void native_spread(struct native_work *w)
{
	pthread_t thread[256];
	long n = native_processors(), started = 0;

	atomic_store(&w->next, 0);
	while (started < n - 1 && !pthread_create(&thread[started], NULL,
	                                          take_pieces, w))
		started++;
	take_pieces(w);
	while (started > 0)
		pthread_join(thread[--started], NULL);
}

