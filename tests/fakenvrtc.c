/* fakenvrtc.c - the test double's compiler: CUDA text to the host's code
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "fakecuda.h"
#include "runtime/cuda.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define CALL(name, parameters) EXPORT nvrtcResult name parameters;
#include "runtime/nvrtc.fn"

enum { CREATION_FAILURE = 2, INVALID_OPTION = 5, COMPILATION = 6 };

static const int archs[] = { 75, 80, 86, 90, 120 };
enum { ARCHS = sizeof archs / sizeof *archs };

struct _nvrtcProgram {
	char *source, *image, *log;
	size_t length;
	int ptx;
};

/* ----- the text --------------------------------------------------------- */

/* What CUDA C has and C has not.  The kernel's own symbols are found by
 * fake_load.  */
static const char prelude[] =
"#include <stddef.h>\n"
"#include <tgmath.h>\n"
"#define __CUDACC__ 1\n"
"struct fake_index { unsigned x, y, z; };\n"
"struct fake_index threadIdx, blockIdx, blockDim;\n"
"void (*fake_sync)(void);\n"
"#define __syncthreads() fake_sync()\n"
"#define __global__\n"
"#define __device__\n"
"#define __align__(n) __attribute__((aligned(n)))\n"
"#define __shared__ static __attribute__((section(\"fake_block\")))\n"
"extern char __start_fake_block[] __attribute__((weak));\n"
"extern char __stop_fake_block[] __attribute__((weak));\n"
"char *fake_shared(size_t *size)\n"
"{ *size = (size_t)(__stop_fake_block - __start_fake_block);\n"
"  return __start_fake_block; }\n"
"#define min(a, b) ((a) < (b) ? (a) : (b))\n"
"#define max(a, b) ((a) > (b) ? (a) : (b))\n"
"#define __fdividef(x, y) ((x) / (y))\n"
"#define __fdiv_rn(x, y) ((x) / (y))\n"
"#define FAKE_AS(name, from, to) \\\n"
"static inline to name(from v) \\\n"
"{ union { from f; to t; } u = { v }; return u.t; }\n"
"FAKE_AS(__uint_as_float, unsigned, float)\n"
"FAKE_AS(__int_as_float, int, float)\n"
"FAKE_AS(__float_as_uint, float, unsigned)\n"
"FAKE_AS(__longlong_as_double, long long, double)\n"
"FAKE_AS(__double_as_longlong, double, long long)\n"
"#line 1 \"keops.cu\"\n";

/* Puts blanks over the N-th WORD of TEXT, if there is one.  */
static void blank(char *text, const char *word, long n)
{
	char *at = text;

	for (; n > 0 && (at = strstr(at, word)); at += strlen(word))
		if (--n == 0)
			memset(at, ' ', strlen(word));
}

/* Puts TO over the first FROM of TEXT, which is as long, if there is one.  */
static void put_over(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);

	if (at)
		memcpy(at, to, strlen(from));
}

/* Writes SOURCE without its `extern "C"`, which C does not know, and without
 * the barrier that is to be missed.  */
static void put_source(FILE *file, const char *source)
{
	char *copy = strdup(source);

	blank(copy, "extern \"C\"", 1);
	blank(copy, "__syncthreads()",
	      (long)fake_setting("KEOPSCL_FAKE_DROP", 0));
	if (fake_setting("KEOPSCL_FAKE_ROUNDS", 0))
		put_over(copy, "part[4]", "part[3]");
	fputs(copy, file);
	free(copy);
}

/* Parameter number N, a TEXT such as "const elem *restrict a0": its type is
 * all but the last word.  Addresses are turned into the host's.  */
static void put_argument(FILE *file, int n, char *text)
{
	size_t length = strlen(text);

	while (length > 0 && strchr(" \t\n", text[length - 1]))
		length--;
	while (length > 0 && !strchr(" \t\n*", text[length - 1]))
		length--;
	text[length] = 0;
	fprintf(file, n ? ", " : "");
	if (strchr(text, '*'))
		fprintf(file, "(%s)(*(unsigned long long *)p[%d] - %lluu)",
		        text, n, FAKE_BIAS);
	else
		fprintf(file, "*(%s *)p[%d]", text, n);
}

/* A function that calls the kernel with an array of pointers to arguments.  */
static void put_call(FILE *file, const char *source)
{
	const char *open = strstr(source, "keops(");
	const char *close = open ? strchr(open, ')') : NULL;
	char *list = close ? strndup(open + 6, (size_t)(close - open - 6))
		: NULL, *rest;
	int n = 0;

	fputs("\nvoid fake_call(void **p)\n{\n	keops(", file);
	for (char *one = list ? strtok_r(list, ",", &rest) : NULL; one;
	     one = strtok_r(NULL, ",", &rest))
		put_argument(file, n++, one);
	fputs(");\n}\n", file);
	free(list);
}

/* ----- compiling -------------------------------------------------------- */

static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *bytes = NULL;
	long size;

	*length = 0;
	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	bytes = calloc((size_t)size + 1, 1);
	if (bytes)
		*length = fread(bytes, 1, (size_t)size, file);
	fclose(file);
	return bytes;
}

static int compile_in(const char *folder, const char *source)
{
	const char *cc = getenv("CC");
	char text[4096];
	FILE *file;

	snprintf(text, sizeof text, "%s/keops.c", folder);
	file = fopen(text, "w");
	if (!file)
		return -1;
	fputs(prelude, file);
	put_source(file, source);
	put_call(file, source);
	fclose(file);
	snprintf(text, sizeof text, "cd %s && %s -std=gnu11 -O1 -march=native "
	         "-w -fPIC -shared -ffp-contract=off keops.c -o keops.so -lm "
	         ">log 2>&1", folder, cc && *cc ? cc : "cc");
	return system(text);
}

char *fake_compile(const char *source, size_t *length, char **log)
{
	static const char *const files[] = { "keops.c", "keops.so", "log" };
	char folder[] = "/tmp/fakecuda-XXXXXX", path[64], *bytes = NULL;
	size_t ignored;
	int failed;

	*log = NULL;
	if (!mkdtemp(folder))
		return NULL;
	failed = compile_in(folder, source);
	snprintf(path, sizeof path, "%s/log", folder);
	*log = read_file(path, &ignored);
	snprintf(path, sizeof path, "%s/keops.so", folder);
	if (!failed)
		bytes = read_file(path, length);
	for (int k = 0; k < 3; k++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[k]);
		unlink(path);
	}
	rmdir(folder);
	return bytes;
}

static int find(struct fake_kernel *kernel, const char *name, void *pointer)
{
	void *symbol = dlsym(kernel->library, name);

	memcpy(pointer, &symbol, sizeof symbol);
	return symbol != NULL;
}

/* As a card has little shared memory.  */
static int has_room(const struct fake_kernel *kernel)
{
	size_t size;

	kernel->shared(&size);
	return size <= FAKE_SHARED;
}

int fake_load(struct fake_kernel *kernel, const char *bytes, size_t length)
{
	char path[] = "/tmp/fakecuda-XXXXXX";
	int file = mkstemp(path);

	if (file < 0)
		return -1;
	if (write(file, bytes, length) == (ssize_t)length)
		kernel->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	close(file);
	unlink(path);
	return kernel->library && find(kernel, "threadIdx", &kernel->thread)
		&& find(kernel, "blockIdx", &kernel->block)
		&& find(kernel, "blockDim", &kernel->group)
		&& find(kernel, "fake_sync", &kernel->sync)
		&& find(kernel, "fake_call", &kernel->call)
		&& find(kernel, "fake_shared", &kernel->shared)
		&& has_room(kernel) ? 0 : -1;
}

/* ----- the functions ---------------------------------------------------- */

#define ENTER() \
	int fault = armed_enter(__func__); \
\
	if (fault) \
		return fault

nvrtcResult nvrtcVersion(int *major, int *minor)
{
	ENTER();
	*major = 13;
	*minor = 0;
	return 0;
}

nvrtcResult nvrtcGetNumSupportedArchs(int *count)
{
	ENTER();
	*count = ARCHS;
	return 0;
}

nvrtcResult nvrtcGetSupportedArchs(int *list)
{
	ENTER();
	memcpy(list, archs, sizeof archs);
	return 0;
}

nvrtcResult nvrtcCreateProgram(nvrtcProgram *program, const char *source,
                               const char *name, int headers,
                               const char *const *header,
                               const char *const *header_name)
{
	ENTER();
	(void)name;
	(void)header;
	(void)header_name;
	*program = calloc(1, sizeof **program);
	if (headers || !*program)
		return CREATION_FAILURE;
	(*program)->source = strdup(source);
	armed_count(1);
	return 0;
}

/* Whether OPTION is known; notes what it asks for.  */
static int take_option(nvrtcProgram program, const char *option)
{
	int arch = 0;

	if (!strcmp(option, "--fmad=false") || !strcmp(option, "--ftz=true")
	    || !strcmp(option, "--prec-sqrt=false")
	    || !strcmp(option, "--prec-div=false"))
		return 1;
	if (sscanf(option, "--gpu-architecture=compute_%d", &arch) == 1)
		program->ptx = 1;
	else if (sscanf(option, "--gpu-architecture=sm_%d", &arch) != 1)
		return 0;
	for (int k = 0; k < ARCHS; k++)
		if (archs[k] == arch)
			return 1;
	return 0;
}

/* An image begins with what it is and its length.  */
nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int options,
                                const char *const *option)
{
	char *bytes, head[32];
	size_t length = 0;

	ENTER();
	for (int k = 0; k < options; k++)
		if (!take_option(program, option[k])) {
			program->log = strdup("unknown option\n");
			return INVALID_OPTION;
		}
	bytes = fake_compile(program->source, &length, &program->log);
	if (bytes && program->ptx) {
		free(bytes);
		bytes = strdup(program->source);
		length = strlen(bytes) + 1;
	}
	snprintf(head, sizeof head, "%s%15zu\n", program->ptx ? "PTX  "
	         : "CUBIN", length);
	program->length = 21 + length;
	program->image = bytes ? malloc(program->length) : NULL;
	if (program->image) {
		memcpy(program->image, head, 21);
		memcpy(program->image + 21, bytes, length);
	}
	free(bytes);
	return program->image ? 0 : COMPILATION;
}

nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, size_t *size)
{
	ENTER();
	*size = program->log ? strlen(program->log) + 1 : 1;
	return 0;
}

nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char *log)
{
	ENTER();
	strcpy(log, program->log ? program->log : "");
	return 0;
}

/* As the real one, it has machine code only for one architecture.  */
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, size_t *size)
{
	ENTER();
	*size = program->ptx ? 0 : program->length;
	return 0;
}

nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char *bytes)
{
	ENTER();
	memcpy(bytes, program->image, program->length);
	return 0;
}

nvrtcResult nvrtcGetPTXSize(nvrtcProgram program, size_t *size)
{
	ENTER();
	*size = program->length;
	return 0;
}

nvrtcResult nvrtcGetPTX(nvrtcProgram program, char *text)
{
	ENTER();
	memcpy(text, program->image, program->length);
	return 0;
}

nvrtcResult nvrtcDestroyProgram(nvrtcProgram *program)
{
	int fault = armed_enter(__func__);

	free((*program)->source);
	free((*program)->image);
	free((*program)->log);
	free(*program);
	*program = NULL;
	armed_count(-1);
	return fault;
}
