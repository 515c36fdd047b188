/* armedlab.c - a library that fails on demand, loaded for a test
 * SPDX-License-Identifier: MIT */
#include "armed.h"
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	ck_assert_msg(symbol != NULL, "there is no %s", name);
	memcpy(function, &symbol, sizeof symbol);
}

void armed_load(struct armed *a, const char *file, char *path, size_t room)
{
	const char *top = getenv("top_builddir");
	void *library;

	snprintf(path, room, "%s/tests/.libs/%s", top ? top : ".", file);
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	find(library, "armed_arm", &a->arm);
	find(library, "armed_calls", &a->calls);
	find(library, "armed_live", &a->live);
	find(library, "armed_failed", &a->failed);
}
