/* keops-cc.c - compiles a formula's kernels ahead of time
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "option.h"
#include "variable.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
"Usage: keops-cc [OPTION]... -o FILE FORMULA NAME=KIND(DIM)...\n"
"Compile the kernels of a formula ahead of time, for devices that need not be\n"
"here.\n"
"\n"
"FORMULA is a reduction, such as 'Sum_Reduction(Exp(-SqDist(x,y)), 0)', or\n"
"several apart by commas, or @FILE; its variables follow in turn, such as\n"
"'x=Vi(3)', 'y=Vj(3)' or 's=Pm(1)'.\n"
"\n"
"  -o, --output FILE   write to FILE; of several kernels, one for each pass\n"
"                      over the pairs, to NAME.0.EXTENSION and so on.  If it\n"
"                      ends in .kcl, it is a bundle, with all kernels and the\n"
"                      formula, which keops-run and kcl_bundle_load take\n"
"  -t, --target TARGET...\n"
"                      what to compile for; of a bundle several apart by\n"
"                      commas: opencl, spirv, ptx:compute_75, cubin:sm_80,\n"
"                      amdgcn:gfx90a or cuda; opencl-cpu and spirv-cpu are\n"
"                      for CPUs, all others for GPUs (default: spirv)\n"
"      --grad NAME     compute the gradient in this variable\n"
"      --dtype TYPE    float32 or float64 (default: float32; both in bundles)\n"
"      --sum SCHEME    blocks (default), direct (term by term) or kahan\n"
"      --accumulator float64\n"
"                      add float32 up in float64\n"
"  -h, --help          show this help\n"
"  -V, --version       show the version\n"
"\n"
"Exit status: 0 done; 1 a compiler, the memory or a disk failed; 2 the\n"
"command line or the formula is wrong.  A file is written whole or not at\n"
"all.\n"
"\n"
"Example:\n"
"  keops-cc -t spirv,spirv-cpu,cubin:sm_90 -o gauss.kcl \\\n"
"           'Sum_Reduction(Exp(-SqDist(x,y))*b, 0)' 'x=Vi(3)' 'y=Vj(3)' \\\n"
"           'b=Vj(1)'\n";

enum { GRAD = 256, DTYPE, SUM, ACCUMULATOR, TARGETS = 16 };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "target", required_argument, NULL, 't' },
	{ "grad", required_argument, NULL, GRAD },
	{ "dtype", required_argument, NULL, DTYPE },
	{ "sum", required_argument, NULL, SUM },
	{ "accumulator", required_argument, NULL, ACCUMULATOR },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

struct work {
	const char *output, *gradient;
	char *target[TARGETS];          /* "target:spirv" */
	size_t targets;
	int bits, sums, sum_bits;       /* bits: 0 if not given */
	int answered;
	struct variable *variables;
	size_t count;
	kcl_formula *formula;
	struct trouble trouble;
};

/* ----- the command line ------------------------------------------------- */

/* The number of TEXT in LIST, or -1 after a complaint about OPTION.  */
static int choose(struct work *w, const char *option, const char *text,
                  const char *const *list, const char *allowed)
{
	for (int k = 0; list[k]; k++)
		if (!strcmp(text, list[k]))
			return k;
	return trouble(&w->trouble, REQUEST, "%s is %s, not '%s'", option,
	               allowed, text);
}

static int add_targets(struct work *w, const char *list)
{
	const char *at = list;

	for (size_t n;; at += n + 1) {
		n = strcspn(at, ",");
		if (n == 0)
			return trouble(&w->trouble, REQUEST, "--target '%s': "
			               "a name is empty", list);
		if (w->targets == TARGETS)
			return trouble(&w->trouble, REQUEST, "more than %d "
			               "targets", TARGETS);
		if (asprintf(&w->target[w->targets], "target:%.*s", (int)n,
		             at) < 0)
			return no_memory(&w->trouble);
		w->targets++;
		if (!at[n])
			return 0;
	}
}

static int set_option(struct work *w, int option)
{
	static const char *const types[] = { "float32", "float64", NULL };
	static const char *const sums[] = {
		[KCL_SUMS_BLOCKS] = "blocks", [KCL_SUMS_DIRECT] = "direct",
		[KCL_SUMS_KAHAN] = "kahan", NULL
	};
	int k;

	switch (option) {
	case 'o': w->output = optarg; return 0;
	case 't': return add_targets(w, optarg);
	case GRAD: w->gradient = optarg; return 0;
	case DTYPE:
		k = choose(w, "--dtype", optarg, types, "float32 or float64");
		w->bits = k == 1 ? 64 : 32;
		return k < 0 ? -1 : 0;
	case SUM:
		w->sums = choose(w, "--sum", optarg, sums,
		                 "blocks, direct or kahan");
		return w->sums < 0 ? -1 : 0;
	case ACCUMULATOR:
		w->sum_bits = 64;
		return choose(w, "--accumulator", optarg, types + 1,
		              "float64");
	case 'h': w->answered = 1; return fputs(help, stdout) < 0;
	default:
		w->answered = 1;
		return printf("keops-cc %s\n", kcl_version()) < 0;
	}
}

static int parse_options(struct work *w, int argc, char **argv)
{
	int option;

	opterr = 0;
	while (!w->answered && (option = getopt_long(argc, argv, ":o:t:hV",
	                                             options, NULL)) != -1)
		if (option == '?' || option == ':')
			return option_refused(option, argv, &w->trouble);
		else if (set_option(w, option))
			return -1;
	if (w->answered)
		return 0;
	if (optind == argc)
		return trouble(&w->trouble, REQUEST, "no formula given; see "
		               "--help");
	if (!w->output)
		return trouble(&w->trouble, REQUEST, "no output given; see "
		               "--help");
	if (!w->targets && add_targets(w, "spirv"))
		return -1;
	return path_ends(w->output, ".kcl") || w->targets == 1 ? 0
		: trouble(&w->trouble, REQUEST, "several targets make a "
		          "bundle; -o %s does not end in .kcl", w->output);
}

/* ----- the formula ------------------------------------------------------ */

/* Puts what is made of the formula, if it is, in its place.  */
static int become(struct work *w, kcl_status status, kcl_formula *const *made)
{
	if (library_says(&w->trouble, status))
		return -1;
	kcl_formula_free(w->formula);
	w->formula = *made;
	return 0;
}

static int parse_text(struct work *w, const char *text)
{
	const char **vars = calloc(w->count + 1, sizeof *vars);
	int failed;

	if (!vars)
		return no_memory(&w->trouble);
	for (size_t k = 0; k < w->count; k++)
		vars[k] = w->variables[k].declaration;
	failed = library_says(&w->trouble, kcl_formula_parse(text, w->count,
	                                                     vars,
	                                                     &w->formula));
	free(vars);
	return failed;
}

static int parse_file(struct work *w, const char *path)
{
	char *text = file_formula(path, &w->trouble);
	int failed = text ? parse_text(w, text) : -1;

	free(text);
	return failed;
}

static int parse(struct work *w, char **operands, int count)
{
	kcl_formula *made;

	w->variables = calloc((size_t)count, sizeof *w->variables);
	if (!w->variables)
		return no_memory(&w->trouble);
	for (int k = 1; k < count; k++) {
		struct variable *v = &w->variables[w->count++];

		if (variable_parse(v, operands[k], &w->trouble))
			return -1;
		if (!v->dim || v->source)
			return trouble(&w->trouble, REQUEST, "'%s' is not "
			               "NAME=KIND(DIM), such as x=Vi(3)",
			               operands[k]);
		if (variable_load(v, &w->trouble))
			return -1;
	}
	if (operands[0][0] == '@' ? parse_file(w, operands[0] + 1)
	    : parse_text(w, operands[0]))
		return -1;
	if ((w->sums || w->sum_bits)
	    && become(w, kcl_formula_summed(w->formula, (kcl_sums)w->sums,
	                                    w->sum_bits, &made), &made))
		return -1;
	return w->gradient ? become(w, kcl_formula_grad(w->formula,
		w->gradient, &made), &made) : 0;
}

/* ----- files ------------------------------------------------------------ */

/* "dir/name.K.spv", or without K where there is one kernel; for free().  */
static char *path_of(const struct work *w, size_t k, size_t count)
{
	const char *name = strrchr(w->output, '/');
	const char *end = strrchr(name ? name : w->output, '.');
	size_t base = end && end > (name ? name + 1 : w->output)
		? (size_t)(end - w->output) : strlen(w->output);
	char *path;

	if (count == 1)
		return strdup(w->output);
	return asprintf(&path, "%.*s.%zu%s", (int)base, w->output, k,
	                w->output + base) < 0 ? NULL : path;
}

static int write_one(struct work *w, char *path, const void *bytes,
                     size_t length)
{
	struct output output;
	int failed = path ? output_open(&output, path, &w->trouble)
		: no_memory(&w->trouble);

	free(path);
	if (failed)
		return -1;
	fwrite(bytes, 1, length, output.stream);
	failed = output_finish(&output, &w->trouble)
		|| output_publish(&output, &w->trouble);
	output_free(&output);
	return failed ? -1 : 0;
}

/* The kernels of kcl_kernel_binary are as many again as those of a pass.  */
static int write_kernels(struct work *w, kcl_kernel *kernel)
{
	int bits = w->bits ? w->bits : 32;
	size_t count = 0, length;
	const void *bytes;
	kcl_status status;

	do
		status = kcl_kernel_binary(kernel, bits, count, &bytes,
		                           &length);
	while (!status && ++count);
	if (status != KCL_ARGUMENT || count == 0)
		return library_says(&w->trouble, status);
	for (size_t k = 0; k < count / 2; k++)
		if (library_says(&w->trouble, kcl_kernel_binary(kernel, bits,
		                                 k, &bytes, &length))
		    || write_one(w, path_of(w, k, count / 2), bytes, length))
			return -1;
	return 0;
}

static int compile(struct work *w)
{
	kcl_context *context = NULL;
	kcl_kernel *kernel = NULL;
	struct trouble *t = &w->trouble;
	int failed;

	if (output_check(w->output, t))
		return -1;
	if (path_ends(w->output, ".kcl"))
		return library_says(t, kcl_bundle_save(w->formula, w->targets,
			(const char *const *)w->target, w->bits, w->output));
	failed = library_says(t, kcl_context_open(w->target[0], &context))
		|| library_says(t, kcl_kernel_from(context, w->formula,
		                                   &kernel))
		|| write_kernels(w, kernel);
	kcl_kernel_free(kernel);
	kcl_context_close(context);
	return failed;
}

int main(int argc, char **argv)
{
	struct work w = { .count = 0 };
	int failed = parse_options(&w, argc, argv);

	if (!failed && !w.answered)
		failed = parse(&w, argv + optind, argc - optind)
			|| compile(&w);
	failed = tool_end("keops-cc", failed, &w.trouble);
	for (size_t k = 0; k < w.count; k++)
		variable_free(&w.variables[k]);
	for (size_t k = 0; k < w.targets; k++)
		free(w.target[k]);
	free(w.variables);
	kcl_formula_free(w.formula);
	return failed;
}
