/* request.c - the command line of keops-run
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "request.h"
#include "option.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
"Usage: keops-run [OPTION]... FORMULA NAME=KIND:SOURCE...\n"
"Compute a reduction of a formula over all pairs of rows of its variables.\n"
"\n"
"FORMULA is a reduction, such as 'Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)',\n"
"or several apart by commas, or @FILE, or a bundle NAME.kcl that keops-cc\n"
"made.  Its variables are given in turn:\n"
"  NAME=Vi:FILE      one row for each i\n"
"  NAME=Vj:FILE      one row for each j\n"
"  NAME=Pm:NUMBERS   a parameter, such as s=Pm:0.5 or w=Pm:0.1,0.2\n"
"  NAME=Pm:FILE      the same from a file\n"
"The dimension is the number of columns; Vi(3) instead of Vi insists on 3.\n"
"\n"
"A FILE is NumPy's .npy (float16, float32, float64, int32 or int64; batches\n"
"are dimensions in front) or text: a row a line, fields separated by commas\n"
"or blanks, a first line without numbers passed over, # for comments.\n"
"\n"
"  -o, --output FILE   write a .npy or .csv file instead of CSV to standard\n"
"                      output; several results side by side, or to NAME.0.npy\n"
"                      and so on; indices of values to NAME.indices.npy.  May\n"
"                      be given once for each result, in order\n"
"      --grad NAME     compute the gradient in this variable\n"
"      --eta FILE      the gradient is contracted with FILE, which has the\n"
"                      shape of the formula's output (default: ones); of\n"
"                      several reductions, one FILE for each in order\n"
"      --solve NAME    find this variable: x of (K + alpha I) x = b, where\n"
"                      its data are b, and K is what it is multiplied with\n"
"      --alpha A, --tolerance T, --limit N, --rank N\n"
"                      for --solve: alpha (default: 0), |residual| / |b|\n"
"                      (1e-6, in float32 1e-3), products at most (1000),\n"
"                      columns of K that make a preconditioner (0)\n"
"      --ranges FILE   only these pairs: given for ranges_i, slices_i and\n"
"                      redranges_j, for tag 0, then ranges_j, slices_j and\n"
"                      redranges_i, for tag 1, or without these three\n"
"      --dtype TYPE    float32 or float64 (default: the widest among the\n"
"                      .npy files; without any, float64)\n"
"      --sum SCHEME    blocks (default), direct (term by term) or kahan\n"
"      --accumulator float64  add float32 up in float64\n"
"      --device NAME   auto (default), cpu, gpu, host, cuda:N or\n"
"                      opencl:P:D, as keops-info lists them\n"
"      --ir KIND       kernels go to OpenCL drivers as source, the default\n"
"                      where these have a compiler, or as spirv\n"
"      --rows A:B      of Dense(f), compute the rows i from A to before B\n"
"      --columns A:B   and the columns j from A to before B only\n"
"      --source        print the generated kernel, compute nothing; data may\n"
"                      then be left out, x='Vi(3)', and the device be\n"
"                      target:opencl, target:opencl-cpu or target:cuda\n"
"      --plan          likewise print the shape of the kernel, why it is so,\n"
"                      and the operations and time foreseen\n"
"      --time          write what took how long to standard error\n"
"      --no-progress   no progress bar; there is none in a pipe\n"
"  -h, --help          show this help\n"
"  -V, --version       show the version\n"
"\n"
"Exit status: 0 done; 1 a device, the memory or a disk failed, or a system\n"
"is not solved; 2 the command line, a file or the formula is wrong; 130\n"
"interrupted.  The output is written whole or not at all.\n"
"\n"
"Example:\n"
"  keops-run 'Sum_Reduction(Exp(-s*SqDist(x,y)), 0)' s=Pm:0.5 x=Vi:a.npy \\\n"
"            y=Vj:b.csv -o out.npy\n";

enum {
	GRAD = 256, ETA, RANGES, DTYPE, SUM, ACCUMULATOR, DEVICE, IR,
	ROWS, COLUMNS, SOURCE, PLAN, TIME, NO_PROGRESS
};

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "grad", required_argument, NULL, GRAD },
	{ "eta", required_argument, NULL, ETA },
	{ "solve", required_argument, NULL, SOLVE },
	{ "alpha", required_argument, NULL, ALPHA },
	{ "tolerance", required_argument, NULL, TOLERANCE },
	{ "limit", required_argument, NULL, LIMIT },
	{ "rank", required_argument, NULL, RANK },
	{ "ranges", required_argument, NULL, RANGES },
	{ "dtype", required_argument, NULL, DTYPE },
	{ "sum", required_argument, NULL, SUM },
	{ "accumulator", required_argument, NULL, ACCUMULATOR },
	{ "device", required_argument, NULL, DEVICE },
	{ "ir", required_argument, NULL, IR },
	{ "rows", required_argument, NULL, ROWS },
	{ "columns", required_argument, NULL, COLUMNS },
	{ "source", no_argument, NULL, SOURCE },
	{ "plan", no_argument, NULL, PLAN },
	{ "time", no_argument, NULL, TIME },
	{ "no-progress", no_argument, NULL, NO_PROGRESS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

/* ----- options ---------------------------------------------------------- */

static int set_sums(struct request *r, const char *text, struct trouble *t)
{
	static const char *const names[] = {
		[KCL_SUMS_BLOCKS] = "blocks", [KCL_SUMS_DIRECT] = "direct",
		[KCL_SUMS_KAHAN] = "kahan"
	};

	for (int k = KCL_SUMS_BLOCKS; k <= KCL_SUMS_KAHAN; k++)
		if (!strcmp(text, names[k])) {
			r->sums = (kcl_sums)k;
			return 0;
		}
	return trouble(t, REQUEST, "--sum is blocks, direct or kahan, not '%s'",
	               text);
}

static int set_sum_bits(struct request *r, const char *text, struct trouble *t)
{
	r->sum_bits = 64;
	return !strcmp(text, "float64") ? 0
		: trouble(t, REQUEST, "--accumulator is float64, not '%s'",
		          text);
}

/* The library has this by its environment.  */
static int set_ir(const char *text, struct trouble *t)
{
	if (strcmp(text, "source") && strcmp(text, "spirv"))
		return trouble(t, REQUEST, "--ir is source or spirv, not '%s'",
		               text);
	return setenv("KEOPSCL_IR", text, 1) ? no_memory(t) : 0;
}

static int add_path(struct paths *paths, const char *option, struct trouble *t)
{
	if (paths->count == MOST_PATHS)
		return trouble(t, REQUEST, "%s is given more than %d times",
		               option, MOST_PATHS);
	paths->path[paths->count++] = optarg;
	return 0;
}

/* "A:B", "A:" or ":B" */
static int set_range(struct range *range, const char *name, const char *text,
                     struct trouble *t)
{
	const char *from = strchr(text, ':');
	char *end = NULL;

	range->begin = *text == ':' ? 0 : strtoll(text, &end, 10);
	if (from && (from == text || from == end)) {
		range->end = from[1] ? strtoll(from + 1, &end, 10) : INT64_MAX;
		if ((!from[1] || (end != from + 1 && !*end
		                  && range->end < INT64_MAX))
		    && range->begin >= 0 && range->begin < range->end)
			return 0;
	}
	return trouble(t, REQUEST, "--%s is A:B, from A to before B, not '%s'",
	               name, text);
}

static int answer(struct request *r, const char *text)
{
	fputs(text, stdout);
	r->answered = 1;
	return 0;
}

static int set_option(struct request *r, int option, struct trouble *t)
{
	switch (option) {
	case 'o': return add_path(&r->output, "-o", t);
	case GRAD: r->gradient = optarg; return 0;
	case ETA: return add_path(&r->eta, "--eta", t);
	case SOLVE: case ALPHA: case TOLERANCE: case LIMIT: case RANK:
		return solution_option(&r->solution, option, t);
	case RANGES: return add_path(&r->ranges, "--ranges", t);
	case DTYPE: return option_bits(&r->bits, t);
	case SUM: return set_sums(r, optarg, t);
	case ACCUMULATOR: return set_sum_bits(r, optarg, t);
	case DEVICE: r->device = optarg; return 0;
	case IR: return set_ir(optarg, t);
	case ROWS: return set_range(&r->part[VI], "rows", optarg, t);
	case COLUMNS: return set_range(&r->part[VJ], "columns", optarg, t);
	case SOURCE: r->text = SOURCE_TEXT; return 0;
	case PLAN: r->text = PLAN_TEXT; return 0;
	case TIME: r->time = 1; return 0;
	case NO_PROGRESS: r->progress = 0; return 0;
	case 'h': return answer(r, help);
	default:
		printf("keops-run %s\n", kcl_version());
		return answer(r, "");
	}
}

static int parse_options(struct request *r, int argc, char **argv,
                         struct trouble *t)
{
	int option;

	opterr = 0;
	while (!r->answered
	       && (option = getopt_long(argc, argv, ":o:hV", options, NULL))
	          != -1) {
		if (option == '?' || option == ':')
			return option_refused(option, argv, t);
		if (set_option(r, option, t))
			return -1;
	}
	return 0;
}

/* ----- operands --------------------------------------------------------- */

static int set_formula(struct request *r, const char *text, struct trouble *t)
{
	if (text[0] == '@')
		r->formula = file_formula(text + 1, t);
	else if (!(r->formula = strdup(text)))
		no_memory(t);
	return r->formula ? 0 : -1;
}

static int add_variable(struct request *r, const char *text, struct trouble *t)
{
	struct variable *v = &r->variables[r->count++];

	if (variable_parse(v, text, t))
		return -1;
	for (size_t k = 0; k + 1 < r->count; k++)
		if (!strcmp(v->name, r->variables[k].name))
			return trouble(t, REQUEST, "%s is given twice",
			               v->name);
	if (!v->source && !r->text)
		return trouble(t, REQUEST, "%s has no data; write :FILE behind "
		               "its kind", v->name);
	return 0;
}

static int parse_operands(struct request *r, int count, char **operands,
                          struct trouble *t)
{
	if (count == 0)
		return trouble(t, REQUEST, "no formula given; see --help");
	if (set_formula(r, operands[0], t))
		return -1;
	r->variables = calloc((size_t)count, sizeof *r->variables);
	if (!r->variables)
		return no_memory(t);
	for (int k = 1; k < count; k++)
		if (add_variable(r, operands[k], t))
			return -1;
	return 0;
}

/* Output number K.  */
static int check_output(const struct request *r, size_t k, struct trouble *t)
{
	const char *path = r->output.path[k];

	if (!path_ends(path, ".npy") && !path_ends(path, ".csv"))
		return trouble(t, REQUEST, "-o %s: the name must end in .npy "
		               "or .csv", path);
	while (k-- > 0)
		if (!strcmp(r->output.path[k], path))
			return trouble(t, REQUEST, "-o %s is given twice",
			               path);
	return output_check(path, t);
}

/* Rows or columns are those of some variable.  */
static int check_part(const struct request *r, int category,
                      struct trouble *t)
{
	size_t k = 0;

	while (k < r->count && r->variables[k].category != category)
		k++;
	return !r->part[category].end || k < r->count ? 0
		: trouble(t, REQUEST, "--%s: no variable is %s",
		          category == VI ? "rows" : "columns", kinds[category]);
}

static int check_together(const struct request *r, struct trouble *t)
{
	if (check_part(r, VI, t) || check_part(r, VJ, t))
		return -1;
	if (r->eta.count && !r->gradient)
		return trouble(t, REQUEST, "--eta goes with --grad");
	if (r->output.count && r->text)
		return trouble(t, REQUEST, "--%s prints to standard output; "
		               "leave out -o", r->text == SOURCE_TEXT ? "source"
		               : "plan");
	for (size_t k = 0; k < r->output.count; k++)
		if (check_output(r, k, t))
			return -1;
	return 0;
}

int request_parse(struct request *r, int argc, char **argv, struct trouble *t)
{
	memset(r, 0, sizeof *r);
	r->progress = 1;
	if (parse_options(r, argc, argv, t))
		return -1;
	if (r->answered)
		return 0;
	return parse_operands(r, argc - optind, argv + optind, t)
	       || solution_check(r, t) || check_together(r, t) ? -1 : 0;
}

int request_bits(const struct request *r)
{
	int bits = 0;

	for (size_t k = 0; k < r->count; k++) {
		const struct variable *v = &r->variables[k];

		if (v->is_npy && v->table.code == KCL_FLOAT
		    && v->table.bits > bits)
			bits = v->table.bits;
	}
	return bits == 16 ? 32 : bits ? bits : 64;
}

/* The name of argument K of a bundle's formula, in ROOM where it has none.  */
static const char *name_of(const kcl_slot *slot, size_t k, char room[40])
{
	snprintf(room, 40, "argument_%zu_", k);
	return slot->name ? slot->name : room;
}

int request_sort(struct request *r, const kcl_formula *formula,
                 struct trouble *t)
{
	size_t count = kcl_formula_inputs(formula), n;

	for (size_t k = 0; k < count; k++) {
		struct variable *v = &r->variables[k], found;
		char room[40];
		const char *name;
		kcl_slot slot;

		kcl_formula_input(formula, k, &slot);
		name = name_of(&slot, k, room);
		for (n = k; n < r->count; n++)
			if (!strcmp(r->variables[n].name, name))
				break;
		if (n == r->count)
			return trouble(t, REQUEST, "the bundle's formula has a "
			               "variable %s, which is not given", name);
		found = r->variables[n];
		r->variables[n] = *v;
		*v = found;
		if (v->category != slot.category)
			return trouble(t, REQUEST, "%s is %s; in the bundle it "
			               "is %s", v->name, kinds[v->category],
			               kinds[slot.category]);
	}
	return r->count == count ? 0
		: trouble(t, REQUEST, "the bundle's formula has no variable "
		          "%s", r->variables[count].name);
}

void request_free(struct request *r)
{
	for (size_t k = 0; k < r->count; k++)
		variable_free(&r->variables[k]);
	free(r->variables);
	free(r->formula);
	memset(r, 0, sizeof *r);
}
