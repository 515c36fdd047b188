/* handtuned.c - a peer of keops-bench: OpenCL kernels written by hand
 * SPDX-License-Identifier: MIT
 *
 *	keops-bench --peer 'bench/handtuned FOLDER'
 *	keops-bench --peer bench/handtuned call
 *
 * FOLDER has ceiling.cl, with the kernels gauss, grad, lse, argmin and argkmin
 * for CPU devices, all of the arguments x, y, b, out, M, N, s; the constants D,
 * ROWS, COLS and DOUBLE are given to the compiler.  grad gives the sum of the
 * three coordinates, argkmin the tenth index.  A problem of a few pairs is a
 * launch of an empty kernel, for which there need be no FOLDER: what the
 * workload "call" takes more than this is what a call costs.  bench/peers.py
 * says how keops-bench asks. */
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FUNCTIONS(X) \
	X(clGetPlatformIDs) X(clGetDeviceIDs) X(clCreateContext) \
	X(clCreateCommandQueue) X(clCreateProgramWithSource) X(clBuildProgram) \
	X(clCreateKernel) X(clCreateBuffer) X(clSetKernelArg) \
	X(clEnqueueNDRangeKernel) X(clEnqueueReadBuffer) X(clFinish) \
	X(clReleaseKernel) X(clReleaseProgram) X(clReleaseMemObject)

static struct {
#define X(name) __typeof__(&name) name;
	FUNCTIONS(X)
#undef X
} cl;

enum { X_, Y_, B_, OUT, ARRAYS };

struct request {
	char name[32], family[32];
	int dim, width, bits;
	int64_t rows, cols;
};

static cl_device_id device;
static cl_context context;
static cl_command_queue queue;
static char source[1 << 16];
static const char empty_source[] =
	"__kernel void empty(__global float *x, __global float *y,\n"
	"	__global float *b, __global float *out, int m, int n,\n"
	"	float s)\n"
	"{\n"
	"}\n";
static cl_program program;
static cl_kernel kernel;
static cl_mem memory[ARRAYS];
static struct request ready;            /* what these were made for */

/* There is no going on without.  */
static void need(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "handtuned: %s failed\n", what);
	exit(1);
}

/* ----- the driver ------------------------------------------------------- */

static void load(void)
{
	void *library = dlopen("libOpenCL.so.1", RTLD_NOW);

	need(library != NULL, "libOpenCL.so.1");
#define X(name) \
	*(void **)&cl.name = dlsym(library, #name); \
	need(cl.name != NULL, #name);
	FUNCTIONS(X)
#undef X
}

static void open_device(void)
{
	cl_platform_id platform[16];
	cl_uint count = 0;
	cl_int error;

	cl.clGetPlatformIDs(16, platform, &count);
	for (cl_uint k = 0; k < count && k < 16 && !device; k++)
		if (cl.clGetDeviceIDs(platform[k], CL_DEVICE_TYPE_CPU, 1,
		                      &device, NULL))
			device = NULL;
	need(device != NULL, "finding a CPU device");
	context = cl.clCreateContext(NULL, 1, &device, NULL, NULL, &error);
	need(!error, "clCreateContext");
	queue = cl.clCreateCommandQueue(context, device, 0, &error);
	need(!error, "clCreateCommandQueue");
}

static void read_source(const char *folder)
{
	char path[4096];
	FILE *stream;

	snprintf(path, sizeof path, "%s/ceiling.cl", folder);
	stream = fopen(path, "r");
	need(stream != NULL, path);
	source[fread(source, 1, sizeof source - 1, stream)] = 0;
	fclose(stream);
}

/* ----- one request ------------------------------------------------------ */

static int is_few(const struct request *r)
{
	return r->bits == 32 && r->rows * r->cols <= 256;
}

/* The kernel that computes it, or NULL.  */
static const char *kernel_name(const struct request *r)
{
	static const char *const names[][2] = {
		{ "gauss", "gauss" }, { "gradient", "grad" },
		{ "logsumexp", "lse" }, { "argmin", "argmin" },
		{ "argkmin", "argkmin" }
	};

	if (is_few(r))
		return "empty";
	if (r->width != 1 || r->cols % 256 || !source[0])
		return NULL;
	for (size_t k = 0; k < sizeof names / sizeof *names; k++)
		if (!strcmp(r->family, names[k][0]) && (k == 0 || r->dim == 3))
			return names[k][1];
	return NULL;
}

static void compile(const struct request *r, const char *name)
{
	const char *text = is_few(r) ? empty_source : source;
	char flags[128];
	cl_int error;

	if (kernel)
		cl.clReleaseKernel(kernel);
	if (program)
		cl.clReleaseProgram(program);
	snprintf(flags, sizeof flags, "-DD=%d -DROWS=1 -DCOLS=%d -DDOUBLE=%d",
	         r->dim, r->dim > 16 ? 8 : 1, r->bits == 64);
	program = cl.clCreateProgramWithSource(context, 1, &text, NULL, &error);
	need(!error, "clCreateProgramWithSource");
	need(!cl.clBuildProgram(program, 1, &device, flags, NULL, NULL),
	     "clBuildProgram");
	kernel = cl.clCreateKernel(program, name, &error);
	need(!error, "clCreateKernel");
}

static uint64_t mix(int v, uint64_t k)
{
	uint64_t z = ((uint64_t)v << 40) + k + 1;

	z *= 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Argument A has the data of variable V, COUNT elements.  */
static void make_array(const struct request *r, int a, int v, int64_t count)
{
	size_t size = (size_t)r->bits / 8;
	int grid = r->dim > 16 ? 8 : 10;
	char *data = malloc((size_t)count * size);
	cl_int error;

	need(data != NULL, "malloc");
	for (int64_t k = 0; k < count; k++) {
		double value = ldexp((double)(mix(v, (uint64_t)k)
		                              >> (64 - grid)), -grid);

		if (r->bits == 32)
			((float *)data)[k] = (float)value;
		else
			((double *)data)[k] = value;
	}
	if (memory[a])
		cl.clReleaseMemObject(memory[a]);
	memory[a] = cl.clCreateBuffer(context, CL_MEM_COPY_HOST_PTR,
	                              (size_t)count * size, data, &error);
	need(!error, "clCreateBuffer");
	free(data);
}

static void set_argument(cl_uint a, size_t size, const void *value)
{
	need(!cl.clSetKernelArg(kernel, a, size, value), "clSetKernelArg");
}

static void prepare(const struct request *r)
{
	int rows = (int)r->rows, cols = (int)r->cols;
	double s64 = 1 / (double)r->dim;
	float s32 = 1 / (float)r->dim;

	if (!memcmp(r, &ready, sizeof ready))
		return;
	compile(r, kernel_name(r));
	make_array(r, X_, 0, r->rows * r->dim);
	make_array(r, Y_, 1, r->cols * r->dim);
	make_array(r, B_, 3, r->cols);
	make_array(r, OUT, 9, r->rows);
	for (cl_uint a = 0; a < ARRAYS; a++)
		set_argument(a, sizeof memory[a], &memory[a]);
	set_argument(4, sizeof rows, &rows);
	set_argument(5, sizeof cols, &cols);
	set_argument(6, (size_t)r->bits / 8, r->bits == 32 ? (void *)&s32
	             : (void *)&s64);
	ready = *r;
}

static void launch(const struct request *r)
{
	size_t lanes = r->bits == 32 ? 16 : 8, one = 1;
	size_t items = ((size_t)r->rows + lanes - 1) / lanes;

	need(!cl.clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, &one, 0,
	                                NULL, NULL), "clEnqueueNDRangeKernel");
	need(!cl.clFinish(queue), "clFinish");
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds of a computation, again until a hundredth of a second is over.  */
static void run(const struct request *r, double *wall, double *cpu)
{
	double times = 1;

	for (int k = 0; k < 2; k++) {
		*wall = seconds(CLOCK_MONOTONIC);
		*cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
		for (double n = 0; n < times; n++)
			launch(r);
		*wall = (seconds(CLOCK_MONOTONIC) - *wall) / times;
		*cpu = (seconds(CLOCK_PROCESS_CPUTIME_ID) - *cpu) / times;
		if (*wall >= 0.01)
			return;
		times = ceil(0.01 / *wall);
	}
}

/* Indices are written as numbers too.  */
static double first_result(const struct request *r)
{
	float f32 = 0;
	double f64 = 0;

	need(!cl.clEnqueueReadBuffer(queue, memory[OUT], CL_TRUE, 0,
	                             (size_t)r->bits / 8, r->bits == 32
	                             ? (void *)&f32 : (void *)&f64, 0, NULL,
	                             NULL), "clEnqueueReadBuffer");
	return r->bits == 32 ? (double)f32 : f64;
}

static void answer(const struct request *r)
{
	double wall, cpu;

	if (!kernel_name(r)) {
		puts("{}");
		return;
	}
	prepare(r);
	run(r, &wall, &cpu);
	printf("{\"wall\": %.9g, \"cpu\": %.9g", wall, cpu);
	if (!is_few(r))
		printf(", \"%s\": %.17g", strcmp(r->family, "argkmin")
		       ? "sum" : "last", first_result(r));
	puts("}");
}

int main(int argc, char **argv)
{
	char line[512];

	if (argc > 2) {
		fputs("usage: handtuned [FOLDER]\n", stderr);
		return 2;
	}
	if (argc > 1)
		read_source(argv[1]);
	load();
	open_device();
	puts("hand-tuned");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		struct request r;

		memset(&r, 0, sizeof r);
		need(sscanf(line, "%31s %31s %d %d %d %" SCNd64 " %" SCNd64,
		            r.name, r.family, &r.dim, &r.width, &r.bits,
		            &r.rows, &r.cols) == 7, "reading a request");
		answer(&r);
		fflush(stdout);
	}
	return 0;
}
