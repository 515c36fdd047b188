/* health.c - whether the devices compute, and what to do if not
 * SPDX-License-Identifier: MIT */
#include "health.h"
#include <stdio.h>
#include <string.h>

/* out_i = sum over j of (i + 1) * (j + 1): small enough to be exact in
 * float32, and longer than a block of columns.  */
enum { ROWS = 5, COLUMNS = 300 };

static const char formula[] = "Sum_Reduction(x*y, 0)";

/* Why a device does not compute: the message is WHY's.  */
struct why {
	char text[2048];
};

static int fail(struct why *why)
{
	snprintf(why->text, sizeof why->text, "%s", kcl_message());
	return -1;
}

static int compare(const float *out, struct why *why)
{
	const int sum = COLUMNS * (COLUMNS + 1) / 2;

	for (int i = 0; i < ROWS; i++)
		if (out[i] != (float)((i + 1) * sum)) {
			snprintf(why->text, sizeof why->text, "wrong result: "
			         "row %d is %.9g, expected %d", i,
			         (double)out[i], (i + 1) * sum);
			return -1;
		}
	return 0;
}

static int run(kcl_context *context, struct why *why)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	float x[ROWS], y[COLUMNS], out[ROWS] = { 0 };
	kcl_array in[] = { kcl_f32(x, ROWS, 1), kcl_f32(y, COLUMNS, 1) };
	kcl_array result = kcl_f32(out, ROWS, 1);
	kcl_kernel *kernel = NULL;
	int failed;

	for (int i = 0; i < ROWS; i++)
		x[i] = (float)(i + 1);
	for (int j = 0; j < COLUMNS; j++)
		y[j] = (float)(j + 1);
	failed = kcl_kernel_make(context, formula, 2, vars, &kernel)
	         || kcl_run(kernel, 2, in, 1, &result);
	if (failed)
		fail(why);
	kcl_kernel_free(kernel);
	return failed ? -1 : compare(out, why);
}

static int try_device(const char *name, struct why *why)
{
	kcl_context *context = NULL;
	int failed = kcl_context_open(name, &context) ? fail(why)
	                                              : run(context, why);

	kcl_context_close(context);
	return failed;
}

static int is_host(const kcl_devices *devices, size_t i)
{
	return !strcmp(kcl_device_text(devices, i, KCL_DEVICE_TYPE), "host");
}

/* 1 if the device computes rightly.  */
static int check(const kcl_devices *devices, size_t i)
{
	const char *name = kcl_device_text(devices, i, KCL_DEVICE_NAME);
	const char *title = kcl_device_text(devices, i, KCL_DEVICE_TITLE);
	struct why why;

	if (!kcl_device_number(devices, i, KCL_DEVICE_USABLE)) {
		printf("%s: not usable (%s): %s\n", name, title,
		       kcl_device_text(devices, i, KCL_DEVICE_REASON));
		puts("advice: update its driver; until then it is left out");
		return 0;
	}
	if (!try_device(name, &why)) {
		printf("%s: good (%s)\n", name, title);
		return 1;
	}
	printf("%s: bad (%s): %s\n", name, title, why.text);
	puts(is_host(devices, i)
	     ? "advice: the host needs no driver: please report this"
	     : "advice: update its driver; until then choose another device "
	       "with KEOPSCL_DEVICE");
	return 0;
}

static void advise_drivers(void)
{
	puts("advice: no driver offers a device, so that work is done on the "
	     "host, slowly;\n"
	     "        on Debian install pocl-opencl-icd for the CPU, or for a "
	     "GPU intel-opencl-icd,\n"
	     "        mesa-opencl-icd (AMD), or NVIDIA's driver and libnvrtc");
}

/* A driver that is there is listed, with the reason if it is of no use.  */
static void say_if_no_cuda(const kcl_devices *devices)
{
	for (size_t i = 0; i < kcl_devices_count(devices); i++)
		if (!strncmp(kcl_device_text(devices, i, KCL_DEVICE_NAME),
		             "cuda:", 5))
			return;
	puts("cuda: no driver of NVIDIA's (libcuda.so.1) is there");
}

int health_check(const kcl_devices *devices)
{
	int good = 0, drivers = 0;

	for (size_t i = 0; i < kcl_devices_count(devices); i++) {
		int is_good = check(devices, i);

		fflush(stdout);         /* before the next may crash */
		if (is_host(devices, i))
			continue;
		good += is_good;
		drivers++;
	}
	say_if_no_cuda(devices);
	if (drivers == 0)
		advise_drivers();
	return good ? 0 : 1;
}
