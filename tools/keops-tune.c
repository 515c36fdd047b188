/* keops-tune.c - finds the fastest plan for a formula's kernel by measuring
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "interrupt.h"
#include "option.h"
#include "tuning.h"
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
"Usage: keops-tune [OPTION]... FORMULA NAME=KIND(DIM)...\n"
"       keops-tune [OPTION]... WORKLOAD\n"
"Find the fastest shape of a formula's kernel on a device, and remember it.\n"
"\n"
"The FORMULA and its variables, such as 'x=Vi(3)', or the WORKLOAD, are as\n"
"keops-bench has them; their data is random.  Alternatives to the library's\n"
"plan compute in turn, round after round; one whose result differs in any bit\n"
"is ruled out.  Printed are for each the seconds, and how many times as fast\n"
"it is by the clock and by the time of all processors, medians of the rounds.\n"
"\n"
"Then the best is measured once more.  If it is still faster by 3 % or more,\n"
"it is written into the file that KEOPSCL_WISDOM names, or else into 'wisdom'\n"
"where compiled kernels are kept; programs that open the device from now on\n"
"use it.  Names of variables do not matter, nor do their sizes.\n"
"\n"
"      --rows M, --cols N  sizes (default: 4096 and 10240)\n"
"      --dtype TYPE        of a FORMULA: float32 (default) or float64\n"
"      --device NAME       auto (default), cpu, gpu, cuda:N or opencl:P:D\n"
"      --rounds R          so many rounds, 1 to 1000 (default: 7)\n"
"      --seconds S         with fewer rows, if M take longer (default: 0.1)\n"
"      --plan PLAN         try this one, such as rows=2,cols=8, instead of\n"
"                          the usual; may be given again\n"
"      --dry-run           write nothing\n"
"  -h, --help              show this help\n"
"  -V, --version           show the version\n"
"\n"
"Exit status: 0 done; 1 the device, the memory or a disk failed; 2 the\n"
"command line or the formula is wrong.\n";

enum { ROWS = 256, COLS, DTYPE, DEVICE, ROUNDS, SECONDS, PLAN, DRY_RUN };

static const struct option options[] = {
	{ "rows", required_argument, NULL, ROWS },
	{ "cols", required_argument, NULL, COLS },
	{ "dtype", required_argument, NULL, DTYPE },
	{ "device", required_argument, NULL, DEVICE },
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "plan", required_argument, NULL, PLAN },
	{ "dry-run", no_argument, NULL, DRY_RUN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const double NOISE = 1.03;

struct order {
	int64_t rows, cols;
	int bits, dry, answered;
	const char *device;
	const char *plans[ALTERNATIVES];
	size_t nplans;
};

/* ----- the command line ------------------------------------------------- */

static int take_option(struct order *r, struct tuning *tuning, int option)
{
	struct trouble *t = &tuning->trouble;
	int64_t rounds = tuning->rounds;
	int failed = 0;

	switch (option) {
	case ROWS: return option_count("rows", 1, 1e9, &r->rows, t);
	case COLS: return option_count("cols", 1, 1e9, &r->cols, t);
	case DTYPE: return option_bits(&r->bits, t);
	case DEVICE: r->device = optarg; return 0;
	case SECONDS:
		return option_number("seconds", 1e-6, 1e6, &tuning->wanted, t);
	case ROUNDS:
		failed = option_count("rounds", 1, MOST_ROUNDS, &rounds, t);
		tuning->rounds = (int)rounds;
		return failed;
	case PLAN:
		if (r->nplans == ALTERNATIVES)
			return trouble(t, REQUEST, "too many --plan");
		r->plans[r->nplans++] = optarg;
		return 0;
	case DRY_RUN: r->dry = 1; return 0;
	case 'h': fputs(help, stdout); break;
	default: printf("keops-tune %s\n", kcl_version());
	}
	r->answered = 1;
	return 0;
}

static int take_options(struct order *r, struct tuning *tuning, int argc,
                        char **argv)
{
	int option;

	opterr = 0;
	while (!r->answered
	       && (option = getopt_long(argc, argv, ":hV", options, NULL))
	          != -1) {
		if (option == '?' || option == ':')
			return option_refused(option, argv, &tuning->trouble);
		if (take_option(r, tuning, option))
			return -1;
	}
	return 0;
}

/* The workload of the operands.  */
static int take_workload(const struct order *r, struct tuning *t, int count,
                         char **operands)
{
	struct workload *w = &t->workload;

	if (count == 0)
		return trouble(&t->trouble, REQUEST, "no formula given; see "
		               "--help");
	if (strchr(operands[0], '(')) {
		snprintf(w->name, sizeof w->name, "formula");
		w->formula = operands[0];
		w->vars = operands + 1;
		w->nvars = (size_t)count - 1;
		w->bits = r->bits ? r->bits : 32;
	} else {
		size_t k = 0;

		while (workload_get(k, w) && strcmp(w->name, operands[0]))
			k++;
		if (strcmp(w->name, operands[0]))
			return trouble(&t->trouble, REQUEST, "there is no "
			               "workload '%s'; see keops-bench --list",
			               operands[0]);
	}
	w->rows = r->rows ? r->rows : 4096;
	w->cols = r->cols ? r->cols : 10240;
	return 0;
}

/* ----- the table -------------------------------------------------------- */

static void show(const struct tuning *t)
{
	static const char *const states[] = {
		[UNFIT] = "does not fit", [DIFFERS] = "other bits",
		[SLOW] = "slow"
	};

	printf("%-36s %9s %7s %7s\n", "plan", "seconds", "ratio", "cpu");
	for (size_t k = 0; k < t->count; k++) {
		const struct alternative *a = &t->alternative[k];

		printf("%-36s ", k ? a->plan : "the library's own");
		if (a->state == RUNS)
			printf("%9.4g %7.3f %7.3f\n", a->seconds, a->ratio,
			       a->ratio_cpu);
		else
			printf("%9s\n", states[a->state]);
	}
	fflush(stdout);
}

/* ----- all of it -------------------------------------------------------- */

static int measure(struct tuning *t, const struct order *r)
{
	int failed = tuning_start(t);

	if (failed)
		return -1;
	printf("%s on %s (%s), float%d, %" PRId64 " x %" PRId64 "\n",
	       t->workload.name, kcl_context_text(t->context, KCL_DEVICE_NAME),
	       kcl_context_text(t->context, KCL_DEVICE_TITLE),
	       t->workload.bits, t->workload.rows, t->workload.cols);
	fflush(stdout);
	for (size_t k = 0; k < r->nplans && !failed; k++)
		failed = tuning_ask(t, r->plans[k]);
	if (!failed && !r->nplans)
		failed = tuning_add_usual(t) || tuning_measure(t, 0)
		         || tuning_refine(t);
	failed = failed || tuning_measure(t, 0);
	if (!failed)
		show(t);
	return failed || tuning_measure(t, 1);
}

static int remember(struct tuning *t, const struct order *r)
{
	const struct alternative *best = &t->alternative[t->best];

	if (best->ratio < NOISE) {
		puts("nothing is faster by 3 %: nothing is written");
		return 0;
	}
	if (!r->dry && library_says(&t->trouble, kcl_kernel_learn(
			best->kernel, t->workload.bits, best->plan)))
		return -1;
	printf("%s: %.3f times as fast%s\n", best->plan, best->ratio,
	       r->dry ? "" : ", written");
	return 0;
}

static int work(struct tuning *t, const struct order *r, int count,
                char **operands)
{
	unsetenv("KEOPSCL_PLAN");
	if (take_workload(r, t, count, operands)
	    || library_says(&t->trouble, kcl_context_open(r->device,
	                                                  &t->context)))
		return -1;
	if (!strcmp(kcl_context_text(t->context, KCL_DEVICE_TYPE), "host"))
		return trouble(&t->trouble, REQUEST, "the host has no plans");
	if (!r->dry && kcl_context_number(t->context, KCL_DEVICE_WISDOM) < 0)
		return trouble(&t->trouble, REQUEST, "nothing can be "
		               "remembered in %s", kcl_context_text(
				t->context, KCL_DEVICE_WISDOM));
	return measure(t, r) || remember(t, r);
}

int main(int argc, char **argv)
{
	struct tuning tuning = { .rounds = 7, .wanted = 0.1 };
	struct order order = { .rows = 0 };
	int failed;

	interrupt_exits();
	failed = take_options(&order, &tuning, argc, argv);
	if (!failed && !order.answered)
		failed = work(&tuning, &order, argc - optind, argv + optind);
	failed = tool_end("keops-tune", failed, &tuning.trouble);
	tuning_end(&tuning);
	return failed;
}
