/* health.c - whether the devices compute, and what to do if not
 * SPDX-License-Identifier: MIT */
#include "health.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_host(const kcl_devices *devices, size_t i)
{
	return !strcmp(kcl_device_text(devices, i, KCL_DEVICE_TYPE), "host");
}

/* ----- kernels whose results are known ---------------------------------- */

/* Small whole numbers, whose sums are exact.  Each way in which the library
 * runs a kernel is tried: all columns at once; as many as a group of rows has,
 * as loops with barriers whose end depends on the group are compiled wrongly by
 * some; with the columns of few rows split; and with indices.  */
static const struct trial {
	const char *name, *text;
	int rows, columns, ranges, is_index;
} trials[] = {
#define SUM "Sum_Reduction(x*y, 0)"
	{ "sum", SUM, 130, 600, 0, 0 },
	{ "ranges", SUM, 400, 4000, 8, 0 },
	{ "few rows", SUM, 2, 20000, 0, 0 },
	{ "nearest", "ArgMin_Reduction(Abs(x-y), 0)", 130, 600, 0, 1 },
#undef SUM
};

enum { TRIALS = sizeof trials / sizeof *trials, ROWS = 400, COLUMNS = 20000 };

struct data {
	float x[ROWS], y[COLUMNS], sum[ROWS];
	double x64[ROWS], y64[COLUMNS], sum64[ROWS];
	int64_t index[ROWS];
};

static void fill(struct data *d)
{
	for (int i = 0; i < ROWS; i++)
		d->x64[i] = d->x[i] = (float)(i % 8 + 1);
	for (int j = 0; j < COLUMNS; j++)
		d->y64[j] = d->y[j] = (float)(7 * j % 600);
}

/* Range K of the rows has the first K + 1 ranges of columns.  */
static int columns_of(const struct trial *t, int row)
{
	return !t->ranges ? t->columns : t->columns / t->ranges
		* (row / (t->rows / t->ranges) + 1);
}

static double expected(const struct trial *t, const struct data *d, int row)
{
	double sum = 0, x = d->x64[row];
	int nearest = 0;

	for (int j = 0; j < columns_of(t, row); j++) {
		sum += x * d->y64[j];
		if (fabs(x - d->y64[j]) < fabs(x - d->y64[nearest]))
			nearest = j;
	}
	return t->is_index ? nearest : sum;
}

static kcl_status make_ranges(const struct trial *t, kcl_ranges **ranges)
{
	enum { MOST = 8 };
	unsigned char keep[MOST * MOST];
	int64_t rows[2 * MOST], columns[2 * MOST];
	int n = t->ranges;

	*ranges = NULL;
	for (int k = 0; k < n; k++) {
		rows[2 * k] = k * t->rows / n;
		rows[2 * k + 1] = (k + 1) * t->rows / n;
		columns[2 * k] = k * t->columns / n;
		columns[2 * k + 1] = (k + 1) * t->columns / n;
		for (int l = 0; l < n; l++)
			keep[k * n + l] = l <= k;
	}
	return n ? kcl_ranges_from_matrix((size_t)n, rows, (size_t)n, columns,
	                                  keep, ranges) : KCL_OK;
}

static kcl_status run(const struct trial *t, kcl_kernel *kernel, int bits,
                      struct data *d)
{
	const kcl_array in32[] = { kcl_f32(d->x, t->rows, 1),
		kcl_f32(d->y, t->columns, 1) };
	const kcl_array in64[] = { kcl_f64(d->x64, t->rows, 1),
		kcl_f64(d->y64, t->columns, 1) };
	const kcl_array out = t->is_index ? kcl_i64(d->index, t->rows, 1)
		: bits == 32 ? kcl_f32(d->sum, t->rows, 1)
		: kcl_f64(d->sum64, t->rows, 1);
	kcl_ranges *ranges;
	kcl_status status = make_ranges(t, &ranges);

	if (!status)
		status = kcl_run_ranges(kernel, 2, bits == 32 ? in32 : in64, 1,
		                        &out, ranges);
	kcl_ranges_free(ranges);
	return status;
}

/* Compares, and puts what is wrong in WHY.  */
static int compare(const struct trial *t, int bits, const struct data *d,
                   char *why, size_t room)
{
	for (int i = 0; i < t->rows; i++) {
		double got = t->is_index ? (double)d->index[i] : bits == 32
			? (double)d->sum[i] : d->sum64[i];

		if (got == expected(t, d, i))
			continue;
		snprintf(why, room, "it computes wrong results: of kernel "
		         "\"%s\", float%d, row %d is %.9g, expected %.9g",
		         t->name, bits, i, got, expected(t, d, i));
		return 0;
	}
	return 1;
}

static int try_one(const struct trial *t, kcl_context *context, int bits,
                   struct data *d, char *why, size_t room)
{
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	kcl_kernel *kernel;
	kcl_status status = kcl_kernel_make(context, t->text, 2, vars, &kernel);

	memset(d->sum, 0, sizeof d->sum);
	memset(d->sum64, 0, sizeof d->sum64);
	memset(d->index, 0, sizeof d->index);
	if (!status)
		status = run(t, kernel, bits, d);
	if (status)
		snprintf(why, room, "%s", kcl_message());
	kcl_kernel_free(kernel);
	return !status && compare(t, bits, d, why, room);
}

static int try_all(kcl_context *context, char *why, size_t room)
{
	static struct data d;
	int good = 1;

	fill(&d);
	for (int b = 32; b <= 64; b += 32)
		for (int k = 0; k < TRIALS && good; k++)
			if (b == 32 || kcl_context_number(context,
			                                  KCL_DEVICE_FP64))
				good = try_one(&trials[k], context, b, &d, why,
				               room);
	return good;
}

/* ----- devices ---------------------------------------------------------- */

static void advise(const kcl_devices *devices, size_t i)
{
	const char *platform = kcl_device_text(devices, i, KCL_DEVICE_PLATFORM);

	if (is_host(devices, i))
		puts("advice: the host needs no driver: please report this");
	else
		printf("advice: update its driver%s; until then choose another "
		       "device with\n        KEOPSCL_DEVICE\n",
		       strcmp(platform, "Portable Computing Language") ? ""
		       : ", or set POCL_WORK_GROUP_METHOD=cbs");
}

/* 1 if the device computes rightly.  */
static int check(const kcl_devices *devices, size_t i)
{
	const char *name = kcl_device_text(devices, i, KCL_DEVICE_NAME);
	const char *title = kcl_device_text(devices, i, KCL_DEVICE_TITLE);
	const char *compiler = kcl_device_text(devices, i, KCL_DEVICE_COMPILER);
	char why[2000];
	kcl_context *context = NULL;
	int good = 0;

	if (!kcl_device_number(devices, i, KCL_DEVICE_USABLE)) {
		printf("%s: not usable (%s): %s\n", name, title,
		       kcl_device_text(devices, i, KCL_DEVICE_REASON));
		puts("advice: update its driver; until then it is left out");
	} else if (!strncmp(compiler, "none: ", 6)) {
		printf("%s: runs bundles only (%s)\nadvice: %s\n", name, title,
		       compiler + 6);
	} else {
		if (kcl_context_open(name, &context))
			snprintf(why, sizeof why, "%s", kcl_message());
		else
			good = try_all(context, why, sizeof why);
		kcl_context_close(context);
		printf("%s: %s (%s)%s%s\n", name, good ? "good" : "not usable",
		       title, good ? "" : ": ", good ? "" : why);
		if (!good)
			advise(devices, i);
	}
	return good;
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

	setenv("KEOPSCL_CACHE", "0", 1);        /* what was found good before */
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
