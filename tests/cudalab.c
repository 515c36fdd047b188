/* cudalab.c - the CUDA double, loaded for a test
 * SPDX-License-Identifier: MIT */
#include "cudalab.h"
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fakecuda_arm_function *arm;
static fakecuda_calls_function *calls;
static fakecuda_live_function *live;
static fakecuda_failed_function *failed;
static char *usual[2];

static void find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	ck_assert_msg(symbol != NULL, "%s is not in fakecuda", name);
	memcpy(function, &symbol, sizeof symbol);
}

static const char *const names[] = { "KEOPSCL_LIBCUDA", "KEOPSCL_LIBNVRTC" };

void cuda_begin(void)
{
	const char *top = getenv("top_builddir");
	char path[4096];
	void *library;

	snprintf(path, sizeof path, "%s/tests/.libs/fakecuda.so",
	         top ? top : ".");
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	find(library, "fakecuda_arm", &arm);
	find(library, "fakecuda_calls", &calls);
	find(library, "fakecuda_live", &live);
	find(library, "fakecuda_failed", &failed);
	for (int k = 0; k < 2; k++) {
		usual[k] = getenv(names[k]) ? strdup(getenv(names[k])) : NULL;
		setenv(names[k], path, 1);
	}
	arm(NULL, 0, 0);
}

void cuda_end(void)
{
	static const char *const settings[] = {
		"KEOPSCL_FAKE_ARCH", "KEOPSCL_FAKE_CUDA",
		"KEOPSCL_FAKE_MEMORY", "KEOPSCL_FAKE_LIMIT",
		"KEOPSCL_FAKE_INIT", "KEOPSCL_FAKE_DROP", "KEOPSCL_CACHE"
	};

	arm(NULL, 0, 0);
	ck_assert_int_eq(live(), 0);
	for (size_t k = 0; k < sizeof settings / sizeof *settings; k++)
		unsetenv(settings[k]);
	for (int k = 0; k < 2; k++) {
		if (usual[k])
			setenv(names[k], usual[k], 1);
		else
			unsetenv(names[k]);
		free(usual[k]);
	}
}

void cuda_arm(const char *name, long call, int code)
{
	arm(name, call, code);
}

long cuda_calls(const char *name)
{
	return calls(name);
}

long cuda_live(void)
{
	return live();
}

const char *cuda_failed(void)
{
	return failed();
}
