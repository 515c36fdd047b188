/* clang.c - from a kernel's text in OpenCL C to SPIR-V and others, by clang
 * SPDX-License-Identifier: MIT */
#include "runtime/clang.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include "sb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORDS = 12, MOST = 3 * WORDS,           /* of a command */
	PATIENCE = 120                          /* seconds for a program */
};
enum { DONE, REFUSED, ABSENT };

/* A way to code of a kind: a compiler, and who translates what that makes, if
 * it is something else yet.  */
struct way {
	const char *compiler[WORDS], *translator[WORDS];
};

/* clang 22 and later write SPIR-V themselves.  clang 15 needs a translator, and
 * must not optimise: its passes make code that SPIR-V has no words for.  */
static const struct way spirv[] = {
#define ALONE(clang) { { clang, "--target=spirv64v1.2", "-O2", "-c" }, \
	{ NULL } }
	ALONE("clang-24"), ALONE("clang-23"), ALONE("clang-22"),
	{ { "clang-15", "-target", "spir64", "-O2", "-Xclang",
	    "-disable-llvm-passes", "-Xclang", "-finclude-default-header",
	    "-emit-llvm", "-c" },
	  { "llvm-spirv-15", "--spirv-max-version=1.2",
	    "--spirv-fp-contract=off", "-o", "-", "-" } },
	ALONE("clang"), { { NULL }, { NULL } }
};

/* AMD's functions are where Debian has them, or where clang finds them.  */
static const struct way amdgcn[] = {
	{ { "clang-19", "--target=amdgcn-amd-amdhsa", "-O3",
	    "--ld-path=ld.lld-19", "--rocm-device-lib-path="
	    "/usr/lib/x86_64-linux-gnu/amdgcn/bitcode" }, { NULL } },
	{ { "clang", "--target=amdgcn-amd-amdhsa", "-O3" }, { NULL } },
	{ { NULL }, { NULL } }
};

/* What one of the compilers cannot do by itself.  Neither knows all
 * conversions.  clang 22 fails where the number of a work-item is converted in
 * a loop, and is given it by a function of its own; clang 15 is not, since PoCL
 * wants the call for it in the kernel.  */
static const char prelude[] =
"#if __clang_major__ > 15\n"
"static __attribute__((noinline)) int item(uint d)\n"
"{ return (int)get_global_id(d); }\n"
"#define get_global_id(d) item(d)\n"
"#endif\n"
"#define convert_double(v) ((double)(v))\n"
"#define convert_double2(v) __builtin_convertvector(v, double2)\n"
"#define convert_double4(v) __builtin_convertvector(v, double4)\n"
"#define convert_double8(v) __builtin_convertvector(v, double8)\n"
"#define convert_double16(v) __builtin_convertvector(v, double16)\n"
"#define convert_long2(v) __builtin_convertvector(v, long2)\n"
"#define convert_int4(v) __builtin_convertvector(v, int4)\n"
"#define convert_short8(v) __builtin_convertvector(v, short8)\n"
"#define convert_char16(v) __builtin_convertvector(v, char16)\n"
"#line 1\n";

/* ----- what is SPIR-V, and whole ---------------------------------------- */

enum {
	MAGIC = 0x07230203, HEADER = 5,         /* words */
	OP_DECORATE = 71, LINKAGE = 41, IMPORT = 1
};

/* Whether the LENGTH words at WORD are a module that lacks no function; what
 * is built into devices, such as the number of a work-item, it imports.  */
static int is_whole(const uint32_t *word, size_t length)
{
	static const char built_in[] = "__spirv_BuiltIn";
	size_t size;

	if (length < HEADER || word[0] != MAGIC)
		return 0;
	for (size_t at = HEADER; at < length; at += size) {
		const uint32_t *w = word + at;

		size = w[0] >> 16;
		if (size == 0 || size > length - at)
			return 0;
		if ((w[0] & 0xffff) == OP_DECORATE && size > 4
		    && w[2] == LINKAGE && w[size - 1] == IMPORT
		    && (size < 8 || memcmp(w + 3, built_in,
		                           sizeof built_in - 1)))
			return 0;
	}
	return 1;
}

int kcl__spirv_whole(const void *bytes, size_t length)
{
	return length % 4 == 0 && (uintptr_t)bytes % 4 == 0
		&& is_whole(bytes, length / 4);
}

/* ----- programs --------------------------------------------------------- */

/* A kernel on its way, and what the first program that refused it said.  */
struct journey {
	char *bytes, *log;
	size_t length;
	char error[96];
};

/* Keeps the reason and its LOG, if it is the first.  */
static int refuse(struct journey *j, const char *program, const char *reason,
                  char *log)
{
	if (j->error[0]) {
		free(log);
	} else {
		snprintf(j->error, sizeof j->error, "%.40s, which %s", program,
		         reason);
		j->log = log;
	}
	return REFUSED;
}

/* Has a program read J, whose place its output takes if it REPLACES that.  */
static int call(struct journey *j, const char *const *argv, int replaces)
{
	struct kcl__os_run run = {
		.input = j->bytes, .input_length = j->length,
		.limit = PATIENCE
	};
	int code = kcl__os_run(argv, &run);

	if (code == KCL__OS_NOT_RUN)
		return ABSENT;
	if (code == 0 && replaces) {
		free(j->bytes);
		j->bytes = run.output;
		j->length = run.length;
	} else {
		free(run.output);
	}
	if (code)
		return refuse(j, argv[0], code == KCL__OS_LATE
			? "did not come to an end" : code == KCL__OS_CRASHED
			? "crashed" : "failed", run.log);
	free(run.log);
	return DONE;
}

/* Adds WORDS, NULL at the end, to the N of ARGV.  */
static size_t add(const char **argv, size_t n, const char *const *words)
{
	while (*words && n < MOST)
		argv[n++] = *words++;
	argv[n] = NULL;
	return n;
}

/* Takes J, a text, along a way, on which the compiler is called NAME.  */
static int follow(struct journey *j, const struct way *way, const char *name,
                  const char *options)
{
	static const char *const rest[] = {
		"-x", "cl", "-fno-crash-diagnostics", "-o", "-", "-", NULL
	};
	const char *argv[MOST + 1];
	char copy[200];
	size_t n;
	int came;

	snprintf(copy, sizeof copy, "%s", options);
	n = add(argv, 0, way->compiler);
	n += kcl__words(copy, argv + n, MOST - n);
	add(argv, n, rest);
	argv[0] = name;
	came = call(j, argv, 1);
	if (came == DONE && way->translator[0])
		came = call(j, way->translator, 1);
	return came;
}

static int check_spirv(struct journey *j, const char *name)
{
	static const char *const argv[] = { "spirv-val", NULL };

	if (!kcl__spirv_whole(j->bytes, j->length))
		return refuse(j, name, "did not make whole SPIR-V", NULL);
	return call(j, argv, 0) == REFUSED ? REFUSED : DONE;
}

static int check_elf(struct journey *j, const char *name)
{
	return j->length > 4 && !memcmp(j->bytes, "\177ELF", 4) ? DONE
		: refuse(j, name, "did not make an ELF file", NULL);
}

/* What is made, of a text behind PRELUDE.  The compiler that $KEOPSCL_CLANG
 * names goes the way of its name, or the last.  */
struct goal {
	const char *name, *prelude;
	const struct way *ways;
	int (*check)(struct journey *j, const char *name);
	const char *needed;
};

static const struct goal to_spirv = {
	"SPIR-V", prelude, spirv, check_spirv,
	"clang 22, nor clang-15 with llvm-spirv-15,"
};
static const struct goal to_amdgcn = {
	"code for AMD", "", amdgcn, check_elf,
	"clang-19 with lld-19 and rocm-device-libs, nor clang 22,"
};

static int try_all(struct journey *j, const struct goal *goal,
                   const char *text, const char *options)
{
	const char *own = kcl__os_getenv("KEOPSCL_CLANG");
	int came = ABSENT;

	for (const struct way *w = goal->ways; came != DONE && w->compiler[0];
	     w++) {
		const char *name = w->compiler[0];

		if (own && w[1].compiler[0] && strcmp(own, name))
			continue;
		name = own ? own : name;
		free(j->bytes);
		j->length = strlen(text);
		j->bytes = kcl__copy(text, j->length);
		if (!j->bytes)
			return ABSENT;
		came = follow(j, w, name, options);
		if (came == DONE)
			came = goal->check(j, name);
	}
	return came;
}

static kcl_status make(const struct kcl__device *device,
                       const struct goal *goal, const char *source,
                       const char *options, struct kcl__binary *made)
{
	struct journey j = { .bytes = NULL };
	struct kcl__sb text = { 0 };
	kcl_status status = KCL_OK;

	kcl__sb_puts(&text, goal->prelude);
	kcl__sb_puts(&text, source);
	if (text.failed) {
		status = KCL_MEMORY;
	} else if (try_all(&j, goal, text.text, options) == DONE) {
		made->bytes = j.bytes;
		made->length = j.length;
		j.bytes = NULL;
	} else if (j.error[0]) {
		status = kcl__program_refused(device, j.error, j.log ? j.log
		                              : "");
	} else {
		status = kcl__fail(KCL_BUILD, "there is no compiler of %s for "
			"%s: neither %s is in $PATH or $KEOPSCL_CLANG",
			goal->name, device->facts.text[KCL_DEVICE_NAME],
			goal->needed);
	}
	kcl__sb_free(&text);
	free(j.bytes);
	free(j.log);
	return status;
}

kcl_status kcl__spirv_make(const struct kcl__device *device,
                           const struct kcl__code *code, const char *arch,
                           struct kcl__binary *made)
{
	(void)arch;
	return make(device, &to_spirv, code->source, code->options, made);
}

kcl_status kcl__amdgcn_make(const struct kcl__device *device,
                            const struct kcl__code *code, const char *arch,
                            struct kcl__binary *made)
{
	char options[200];

	snprintf(options, sizeof options, "%s -mcpu=%s", code->options, arch);
	return make(device, &to_amdgcn, code->source, options, made);
}
