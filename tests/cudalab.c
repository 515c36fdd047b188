/* cudalab.c - the CUDA double, loaded for a test
 * SPDX-License-Identifier: MIT */
#include "cudalab.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct armed cuda_armed;
static char *usual[2];

static const char *const names[] = { "KEOPSCL_LIBCUDA", "KEOPSCL_LIBNVRTC" };

void cuda_begin(void)
{
	char path[4096];

	armed_load(&cuda_armed, "fakecuda.so", path, sizeof path);
	for (int k = 0; k < 2; k++) {
		usual[k] = getenv(names[k]) ? strdup(getenv(names[k])) : NULL;
		setenv(names[k], path, 1);
	}
	cuda_arm(NULL, 0, 0);
}

void cuda_end(void)
{
	static const char *const settings[] = {
		"KEOPSCL_FAKE_ARCH", "KEOPSCL_FAKE_CUDA",
		"KEOPSCL_FAKE_MEMORY", "KEOPSCL_FAKE_LIMIT",
		"KEOPSCL_FAKE_INIT", "KEOPSCL_FAKE_DROP", "KEOPSCL_CACHE"
	};

	cuda_arm(NULL, 0, 0);
	ck_assert_int_eq(cuda_live(), 0);
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
