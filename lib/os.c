/* os.c - what the library asks of the operating system
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "os.h"
#include "diag.h"
#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ----- time and machine ------------------------------------------------- */

double kcl__os_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void kcl__os_sleep(double duration)
{
	struct timespec t = { .tv_sec = (time_t)duration };

	t.tv_nsec = (long)(1e9 * (duration - (double)t.tv_sec));
	nanosleep(&t, NULL);
}

int kcl__os_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef CPU_COUNT
	cpu_set_t mine;

	if (sched_getaffinity(0, sizeof mine, &mine) == 0)
		n = CPU_COUNT(&mine);
#endif
	return n > 0 && n < 65536 ? (int)n : 1;
}

uint64_t kcl__os_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

long kcl__os_process(void)
{
	return (long)getpid();
}

const char *kcl__os_getenv(const char *name)
{
#ifdef __linux__
	const char *value = secure_getenv(name);
#else
	const char *value = issetugid() ? NULL : getenv(name);
#endif
	return value && value[0] ? value : NULL;
}

/* ----- libraries -------------------------------------------------------- */

void *kcl__os_library(const char *const *names)
{
	void *library = NULL;

	while (*names && !library)
		library = dlopen(*names++, RTLD_NOW | RTLD_LOCAL);
	return library;
}

int kcl__os_symbol(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);
	memcpy(function, &symbol, sizeof symbol);
	return symbol != NULL;
}

void kcl__os_library_close(void *library)
{
	if (library)
		dlclose(library);
}

/* ----- threads ---------------------------------------------------------- */

int kcl__mutex_init(struct kcl__mutex *mutex)
{
	pthread_mutexattr_t checked;
	int failed = pthread_mutexattr_init(&checked);

	if (!failed) {
		failed = pthread_mutexattr_settype(&checked,
		                                   PTHREAD_MUTEX_ERRORCHECK)
			|| pthread_mutex_init(&mutex->native, &checked);
		pthread_mutexattr_destroy(&checked);
	}
	if (failed)
		kcl__fail(KCL_MEMORY, "out of memory (a lock)");
	return failed ? -1 : 0;
}

void kcl__mutex_destroy(struct kcl__mutex *mutex)
{
	pthread_mutex_destroy(&mutex->native);
}

int kcl__mutex_lock(struct kcl__mutex *mutex)
{
	return pthread_mutex_lock(&mutex->native) ? -1 : 0;
}

void kcl__mutex_unlock(struct kcl__mutex *mutex)
{
	pthread_mutex_unlock(&mutex->native);
}

struct worker {
	pthread_t thread;
	void (*fn)(void *arg, int index);
	void *arg;
	int index, started;
};

static void *work(void *argument)
{
	struct worker *worker = argument;

	worker->fn(worker->arg, worker->index);
	return NULL;
}

/* Signals stay with the program's own threads.  */
static void start(struct worker *workers, int count,
                  void (*fn)(void *arg, int index), void *arg)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (struct worker *w = workers; w < workers + count; w++) {
		*w = (struct worker){ .fn = fn, .arg = arg,
			.index = 1 + (int)(w - workers) };
		w->started = !pthread_create(&w->thread, NULL, work, w);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void kcl__os_parallel(int threads, void (*fn)(void *arg, int index),
                      void *arg)
{
	int others = threads - 1;
	struct worker *workers = others > 0
		? calloc((size_t)others, sizeof *workers) : NULL;

	if (workers)
		start(workers, others, fn, arg);
	if (threads > 0)
		fn(arg, 0);
	for (int k = 0; k < others; k++)
		if (!workers || !workers[k].started)
			fn(arg, k + 1);
		else
			pthread_join(workers[k].thread, NULL);
	free(workers);
}
