/* armed.c - in a library for tests: counts of calls, and failures
 * SPDX-License-Identifier: MIT */
#include "armed.h"
#include <stdatomic.h>
#include <string.h>

enum { NAMES = 128 };

static atomic_long calls[NAMES], all_calls, live, failing_call;
static atomic_int failing_code;
static _Atomic(const char *) failing_name, failed;

/* The number of NAME, which may be none: -1.  */
static int number(const char *name)
{
	for (int k = 0; k < NAMES && armed_names[k]; k++)
		if (!strcmp(armed_names[k], name))
			return k;
	return -1;
}

void armed_set(const char *name, long call, int code)
{
	failing_name = name;
	failing_code = code;
	failing_call = call;
}

int armed_enter(const char *name)
{
	long of_all = ++all_calls, of_name = 0;
	int k = number(name);

	if (k >= 0)
		of_name = ++calls[k];
	if (failing_name ? strcmp(failing_name, name)
	    || of_name != failing_call : of_all != failing_call)
		return 0;
	failed = name;
	return failing_code;
}

void armed_count(long objects)
{
	live += objects;
}

/* ----- for tests, found with dlsym -------------------------------------- */

#define EXPORT __attribute__((visibility("default")))
EXPORT void armed_arm(const char *name, long call, int code);
EXPORT long armed_calls(const char *name);
EXPORT long armed_live(void);
EXPORT const char *armed_failed(void);

void armed_arm(const char *name, long call, int code)
{
	armed_ready();
	for (int k = 0; k < NAMES; k++)
		calls[k] = 0;
	all_calls = 0;
	failed = NULL;
	armed_set(name, call, code);
}

long armed_calls(const char *name)
{
	int k = name ? number(name) : -1;

	return !name ? all_calls : k >= 0 ? calls[k] : 0;
}

long armed_live(void)
{
	return live;
}

const char *armed_failed(void)
{
	return failed;
}
