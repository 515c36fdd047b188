/* small.c - a small reduction that tests of the runtime run everywhere
 * SPDX-License-Identifier: MIT */
#include "small.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ----- the code --------------------------------------------------------- */

/* Compiled here for the host, and kept as a text for drivers.  */
#define BOTH(...) \
	static const char row_text[] = #__VA_ARGS__; \
	__VA_ARGS__
#define __global

BOTH(
static void one_row(__global const float *x, __global const float *y,
                    __global const float *p, __global float *sums,
                    __global int64_t *nearest, __global float *state,
                    __global int64_t *which, int64_t i, int64_t column,
                    int64_t base, int columns, int first, int last)
{
	float sum = first ? 0 : state[3 * i];
	float rest = first ? 0 : state[3 * i + 1];
	float best = first ? INFINITY : state[3 * i + 2];
	int64_t at = first ? -1 : which[i];

	for (int begin = 0; begin < columns; begin += 256) {
		float block = 0;
		float total;
		float part;

		for (int k = begin; k < begin + 256 && k < columns; k++) {
			float d = x[i] - y[column + k];

			block += p[0] * x[i] * y[column + k];
			d = d < 0 ? -d : d;
			at = d < best ? base + column + k : at;
			best = d < best ? d : best;
		}
		total = sum + block;
		part = total - sum;
		rest += (sum - (total - part)) + (block - part);
		sum = total;
	}
	if (last) {
		sums[i] = sum + rest;
		nearest[i] = at;
	} else {
		state[3 * i] = sum;
		state[3 * i + 1] = rest;
		state[3 * i + 2] = best;
		which[i] = at;
	}
}
)
#undef __global

static kcl_status run_rows(const void *self, void *const *arrays,
                           const struct kcl__job *job, int32_t begin,
                           int32_t end)
{
	(void)self;
	for (int32_t r = begin; r < end; r++)
		one_row(arrays[0], arrays[1], arrays[2], arrays[3], arrays[4],
		        arrays[5], arrays[6], job->row + r, job->column,
		        job->base, job->columns, job->first, job->last);
	return KCL_OK;
}

static char source[4096];

/* OpenCL C, and CUDA C made to look like it.  */
static const char head[] =
	"#ifdef __CUDACC__\n"
	"# define __kernel extern \"C\" __global__\n"
	"# define __global\n"
	"# define FUNCTION __device__\n"
	"# define get_global_id(n) (blockIdx.x * blockDim.x + threadIdx.x)\n"
	"# ifndef INFINITY\n"
	"#  define INFINITY __int_as_float(0x7f800000)\n"
	"# endif\n"
	"#else\n"
	"# define FUNCTION\n"
	"#endif\n"
	"typedef long int64_t;\n"
	"FUNCTION ";
static const char tail[] =
	"\n__kernel void keops(__global const float *x,\n"
	"	__global const float *y, __global const float *p,\n"
	"	__global float *sums, __global long *nearest,\n"
	"	__global float *state, __global long *which, long row,\n"
	"	long column, long row_base, long base, int rows,\n"
	"	int columns, int first, int last)\n"
	"{\n"
	"	for (int k = 0; k < 2; k++) {\n"
	"		long r = 2 * (long)get_global_id(0) + k;\n"
	"		if (r < rows)\n"
	"			one_row(x, y, p, sums, nearest, state, which,\n"
	"			        row + r, column, base, columns,\n"
	"			        first, last);\n"
	"	}\n"
	"}\n";

struct kcl__code small_code(const char *device)
{
	strcpy(source, head);
	strcat(source, row_text);
	strcat(source, tail);
	return (struct kcl__code){
		.source = source,
		.options = strncmp(device, "cuda", 4) ? "-cl-std=CL1.2"
			: "--fmad=false",
		.group = 4, .item_rows = 2, .host = { run_rows, NULL, 0 }
	};
}

/* ----- the problem ------------------------------------------------------ */

void small_wipe(struct small *small)
{
	for (int64_t i = 0; i < small->rows; i++) {
		small->sums[i] = -12345;
		small->nearest[i] = -12345;
	}
}

static float *numbers(int64_t count, uint32_t seed)
{
	float *values = malloc((size_t)count * sizeof *values);

	ck_assert_ptr_nonnull(values);
	for (int64_t i = 0; i < count; i++) {
		seed = seed * 1664525u + 1013904223u;
		values[i] = (float)(seed >> 8) / 8388608.0f - 1.0f;
	}
	return values;
}

void small_make(struct small *small, int64_t rows, int64_t columns)
{
	small->rows = rows;
	small->columns = columns;
	small->x = numbers(rows, 1);
	small->y = numbers(columns, 2);
	small->p = 0.75f;
	small->sums = malloc((size_t)rows * sizeof *small->sums);
	small->nearest = malloc((size_t)rows * sizeof *small->nearest);
	ck_assert(small->sums && small->nearest);
	small_wipe(small);
}

void small_free(struct small *small)
{
	free(small->x);
	free(small->y);
	free(small->sums);
	free(small->nearest);
}

kcl_status small_run(struct kcl__program *program, struct small *small,
                     kcl_progress *progress, void *user)
{
	const struct kcl__operand in[] = {
		{ .data = small->x, .place = KCL__ROW,
		  .row_bytes = sizeof *small->x },
		{ .data = small->y, .place = KCL__COLUMN,
		  .row_bytes = sizeof *small->y },
		{ .data = &small->p, .place = KCL__PARAMETER,
		  .row_bytes = sizeof small->p }
	};
	const struct kcl__task task = {
		.program = program, .in = in, .nin = 3, .rows = small->rows,
		.columns = small->columns, .values = small->sums,
		.indices = small->nearest, .value_bytes = sizeof(float),
		.index_bytes = sizeof(int64_t),
		.state_bytes = 3 * sizeof(float),
		.which_bytes = sizeof(int64_t), .cost = 6,
		.progress = progress, .user = user
	};

	return kcl__run(program->device, &task);
}

static int row_right(const struct small *small, int64_t i)
{
	double sum = 0, all = 0, best = INFINITY;
	int64_t at = -1;

	for (int64_t j = 0; j < small->columns; j++) {
		double term = (double)small->p * small->x[i] * small->y[j];
		double d = fabs((double)(small->x[i] - small->y[j]));

		sum += term;
		all += fabs(term);
		if (d < best) {
			best = d;
			at = j;
		}
	}
	return small->nearest[i] == at
		&& fabs(small->sums[i] - sum) <= 1e-5 * all;
}

int small_right(const struct small *small)
{
	for (int64_t i = 0; i < small->rows; i++)
		if (!row_right(small, i))
			return 0;
	return 1;
}

int small_same(const struct small *a, const struct small *b)
{
	size_t rows = (size_t)a->rows;

	return a->rows == b->rows
		&& !memcmp(a->sums, b->sums, rows * sizeof *a->sums)
		&& !memcmp(a->nearest, b->nearest, rows * sizeof *a->nearest);
}

/* ----- devices ---------------------------------------------------------- */

kcl_status small_open(const char *name, struct kcl__cache *cache,
                      struct kcl__program **program)
{
	struct kcl__device *device;
	struct kcl__code code;
	kcl_status status = kcl__device_open(name, cache, &device);

	*program = NULL;
	if (status)
		return status;
	code = small_code(device->facts.text[KCL_DEVICE_NAME]);
	status = device->backend->build(device, &code, program);
	if (status)
		device->backend->close(device);
	return status;
}

void small_close(struct kcl__program *program)
{
	struct kcl__device *device = program->device;

	device->backend->unload(program);
	device->backend->close(device);
}

void small_everywhere(void (*test)(struct kcl__program *program))
{
	struct kcl__facts_list list;
	struct kcl__program *program;

	ck_assert_int_eq(kcl__devices_list(&list), KCL_OK);
	for (size_t i = 0; i < list.count; i++) {
		if (!list.facts[i].number[KCL_DEVICE_USABLE])
			continue;
		ck_assert_msg(!small_open(list.facts[i].text[KCL_DEVICE_NAME],
		                          NULL, &program),
		              "%s", kcl_message());
		test(program);
		small_close(program);
	}
	kcl__facts_list_free(&list);
}
