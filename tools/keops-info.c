/* keops-info.c - shows devices and operations, and checks the installation
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "accuracy.h"
#include "guard.h"
#include "health.h"
#include "json.h"
#include "listing.h"
#include "trouble.h"
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

static const char help[] =
"Usage: keops-info [OPTION | --ops NAME... | --accuracy DEVICE NAME...]\n"
"Show the devices that keops-run and programs of libkeopscl can use.\n"
"\n"
"      --json       the same as JSON\n"
"      --selftest   run kernels with known results on every device; advice\n"
"                   for problems\n"
"      --ops        the operations and reductions that formulas can use;\n"
"                   with names, all there is to know of these\n"
"      --accuracy   the largest error of each operation on a coordinate, in\n"
"                   units of the last place: of DEVICE, as keops-run has it,\n"
"                   or of the best one; with names, of these\n"
"  -h, --help       show this help\n"
"  -V, --version    show the version\n"
"\n"
"Exit status: 0 good; 1 no OpenCL or CUDA device computes rightly\n"
"(--selftest), or the output cannot be written; 2 the command line is wrong.\n"
"keopscl-formula(7) describes the formulas.\n";

/* ----- devices ---------------------------------------------------------- */

enum kind { T, N };             /* text, number */

static const struct {
	kcl_device_field field;
	const char *key;
	enum kind kind;
} fields[] = {
#define X(name, key, kind) { name, key, kind },
	KCL_DEVICE_FIELDS(X)
#undef X
};

enum { FIELDS = sizeof fields / sizeof *fields };

static void print_bytes(int64_t n)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB" };
	double value = (double)n;
	int unit = 0;

	for (; unit < 3 && value >= 1024; unit++)
		value /= 1024;
	printf("%.4g %s\n", value, units[unit]);
}

static void print_number(kcl_device_field field, int64_t n)
{
	switch (field) {
	case KCL_DEVICE_MEMORY: case KCL_DEVICE_MAX_BUFFER:
	case KCL_DEVICE_LOCAL:
		print_bytes(n);
		break;
	case KCL_DEVICE_USABLE: case KCL_DEVICE_FP64: case KCL_DEVICE_FP16:
	case KCL_DEVICE_FMA:
		puts(n ? "yes" : "no");
		break;
	case KCL_DEVICE_CLOCK:
		if (n > 0)
			printf("%" PRId64 " MHz\n", n);
		else
			puts("not known");
		break;
	default:
		printf("%" PRId64 "\n", n);
	}
}

/* "max_buffer" is shown as "max buffer".  Controls in a driver's text are not
 * passed on to the terminal.  */
static void print_field(const char *key, const char *text)
{
	int width = 0;

	printf("  ");
	for (const char *c = key; *c; c++, width++)
		putchar(*c == '_' ? ' ' : *c);
	printf("%*s", 16 - width, "");
	for (const char *c = text; *c; c++)
		putchar((unsigned char)*c < ' ' || *c == 127 ? ' ' : *c);
}

static void print_device(const kcl_devices *devices, size_t i)
{
	printf("%s\n", kcl_device_text(devices, i, KCL_DEVICE_NAME));
	for (int k = 0; k < FIELDS; k++) {
		kcl_device_field f = fields[k].field;
		const char *text = kcl_device_text(devices, i, f);

		if (f == KCL_DEVICE_NAME || (fields[k].kind == T && !*text))
			continue;
		print_field(fields[k].key, text);
		if (fields[k].kind == T)
			puts("");
		else
			print_number(f, kcl_device_number(devices, i, f));
	}
}

static int print_devices(const kcl_devices *devices)
{
	for (size_t i = 0; i < kcl_devices_count(devices); i++) {
		if (i)
			puts("");
		print_device(devices, i);
	}
	return 0;
}

static void print_json_device(const kcl_devices *devices, size_t i)
{
	for (int k = 0; k < FIELDS; k++) {
		kcl_device_field f = fields[k].field;

		fputs(k ? ",\n      " : "    { ", stdout);
		if (fields[k].kind == T)
			json_text_member(stdout, fields[k].key,
			                 kcl_device_text(devices, i, f));
		else
			json_number_member(stdout, fields[k].key,
			                   kcl_device_number(devices, i, f));
	}
	fputs(" }", stdout);
}

/* The number of the schema changes when a member goes or changes meaning.  */
static int print_json(const kcl_devices *devices)
{
	fputs("{\n  ", stdout);
	json_number_member(stdout, "schema", 1);
	fputs(",\n  ", stdout);
	json_text_member(stdout, "version", kcl_version());
	fputs(",\n  \"devices\": [", stdout);
	for (size_t i = 0; i < kcl_devices_count(devices); i++) {
		fputs(i ? ",\n" : "\n", stdout);
		print_json_device(devices, i);
	}
	fputs("\n  ]\n}\n", stdout);
	return 0;
}

/* Drivers that hang are given up after this time; --selftest compiles eight
 * kernels for each device, --accuracy over a hundred.  */
enum { SECONDS = 60, SOME_SECONDS = 300, MANY_SECONDS = 1200 };

static char *const *measured;   /* the operands of --accuracy */

static int with_devices(int (*show)(const kcl_devices *devices))
{
	kcl_devices *devices = NULL;
	int code;

	if (kcl_devices_list(&devices)) {
		fprintf(stderr, "keops-info: %s\n", kcl_message());
		return MACHINE;
	}
	code = show(devices);
	kcl_devices_free(devices);
	return code;
}

static int show_devices(void)
{
	return with_devices(print_devices);
}

static int show_json(void)
{
	return with_devices(print_json);
}

static int check_devices(void)
{
	return with_devices(health_check);
}

static int measure_device(void)
{
	return accuracy_list(*measured, *measured ? measured + 1 : measured);
}

/* ----- the command line ------------------------------------------------- */

enum { JSON = 256, SELFTEST, OPS, ACCURACY };

static const struct option options[] = {
	{ "json", no_argument, NULL, JSON },
	{ "selftest", no_argument, NULL, SELFTEST },
	{ "ops", no_argument, NULL, OPS },
	{ "accuracy", no_argument, NULL, ACCURACY },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static int answer(int option)
{
	switch (option) {
	case JSON: return guard(show_json, SECONDS);
	case SELFTEST: return guard(check_devices, SOME_SECONDS);
	case OPS: return listing_all();
	case ACCURACY: return guard(measure_device, MANY_SECONDS);
	case 'h': return fputs(help, stdout) < 0;
	case 'V': return printf("keops-info %s\n", kcl_version()) < 0;
	default: return guard(show_devices, SECONDS);
	}
}

static int refuse(const char *what)
{
	fprintf(stderr, "keops-info: %s is not an option, or is one too many; "
	        "see --help\n", what);
	return REQUEST;
}

static int show_operations(char *const *names)
{
	int code = 0;

	for (; *names; names++)
		if (listing_one(*names) == 0) {
			fprintf(stderr, "keops-info: there is no operation %s; "
			        "see --ops\n", *names);
			code = REQUEST;
		}
	return code;
}

int main(int argc, char **argv)
{
	struct trouble trouble;
	int option, code, ended;

	opterr = 0;
	option = getopt_long(argc, argv, "hV", options, NULL);
	if (option == '?')
		return refuse(argv[1]);
	measured = argv + optind;
	if (optind < argc && option != OPS && option != ACCURACY)
		return refuse(argv[argc - 1]);
	if (getopt_long(argc, argv, "hV", options, NULL) != -1)
		return refuse(argv[argc - 1]);
	code = optind < argc && option == OPS ? show_operations(argv + optind)
		: answer(option);
	ended = tool_end("keops-info", 0, &trouble);
	return ended ? ended : code;
}
