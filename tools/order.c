/* order.c - the command line of keops-bench
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "order.h"
#include "option.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
"Usage: keops-bench [OPTION]... [WORKLOAD]...\n"
"       keops-bench [OPTION]... FORMULA NAME=KIND(DIM)...\n"
"       keops-bench --compare OLD NEW\n"
"Measure how fast the library is, beside other ways to compute the same.\n"
"\n"
"Without a WORKLOAD all of them are measured; --list names them.  A FORMULA\n"
"is a reduction, such as 'Sum_Reduction(Exp(-SqDist(x,y)), 0)', and has\n"
"variables such as 'x=Vi(3)'; their data is random.  Each result is first\n"
"compared with that of the host in float64, in eight of the rows.\n"
"\n"
"Then the library and its peers compute in turn, round after round.  Printed\n"
"are medians: Gpair/s of the library; which share of this machine's peak of\n"
"fused multiply-adds, additions or both in turn that is, of whichever is\n"
"nearest; the error; the most memory; and for each peer how many times as\n"
"fast as it the library is, by the clock and, after /, by the time of all\n"
"processors.  Peers are a C loop, where there is a compiler cc (-O3\n"
"-march=native -ffast-math, all processors, columns transposed), and those of\n"
"--peer; dense, where rows or pairs are few, is what the library makes of\n"
"many.  Slow peers compute fewer rows.\n"
"\n"
"      --rows M, --cols N  sizes (default: as in --list; of a FORMULA 20480)\n"
"      --dtype TYPE        of a FORMULA: float32 (default) or float64\n"
"      --device NAME       auto (default), cpu, gpu, host, cuda:N or\n"
"                          opencl:P:D\n"
"      --rounds R          so many rounds, 1 to 1000 (default: 7)\n"
"      --seconds S         a peer computes as many rows as take S seconds\n"
"                          (default: 1)\n"
"      --scaling           at 1e6 pairs, 1e7 and so on as long as the library\n"
"                          takes less than ten times S\n"
"      --peer COMMAND      measure what this program offers too; may be given\n"
"                          again; see bench/peers.py and bench/handtuned.c\n"
"      --json FILE, --csv FILE\n"
"                          write the results, a line for each\n"
"      --svg FILE          draw them: bars, or with --scaling lines\n"
"      --read FILE         measure nothing; the results are those of --json\n"
"      --compare           of two such files: what became faster\n"
"      --list              names and formulas of the workloads\n"
"  -h, --help              show this help\n"
"  -V, --version           show the version\n"
"\n"
"Exit status: 0 all results are right; 1 one is not, or a device or the\n"
"memory failed; 2 the command line, a file or the formula is wrong.\n";

enum { ROWS = 256, COLS, DTYPE, DEVICE, ROUNDS, SECONDS, SCALING, PEER, JSON,
       CSV, SVG, READ, COMPARE, LIST };

static const struct option options[] = {
	{ "rows", required_argument, NULL, ROWS },
	{ "cols", required_argument, NULL, COLS },
	{ "dtype", required_argument, NULL, DTYPE },
	{ "device", required_argument, NULL, DEVICE },
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "scaling", no_argument, NULL, SCALING },
	{ "peer", required_argument, NULL, PEER },
	{ "json", required_argument, NULL, JSON },
	{ "csv", required_argument, NULL, CSV },
	{ "svg", required_argument, NULL, SVG },
	{ "read", required_argument, NULL, READ },
	{ "compare", no_argument, NULL, COMPARE },
	{ "list", no_argument, NULL, LIST },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

/* ----- the command line ------------------------------------------------- */

static int list(void)
{
	struct workload w;

	for (size_t k = 0; workload_get(k, &w); k++)
		printf("%-14s D = %-4d b has %-3d float%d  %" PRId64 " x %"
		       PRId64 "%s  %s\n", w.name, w.dim, w.width, w.bits,
		       w.rows, w.cols, w.is_sparse ? ", of them 5 %" : "",
		       w.family->formula);
	return 0;
}

static int take_option(struct order *r, struct bench *b, int option)
{
	struct trouble *t = &b->trouble;
	int64_t rounds;

	switch (option) {
	case ROWS: return option_count("rows", 1, 1e9, &r->rows, t);
	case COLS: return option_count("cols", 1, 1e9, &r->cols, t);
	case DTYPE: return option_bits(&r->bits, t);
	case DEVICE: r->device = optarg; return 0;
	case ROUNDS:
		if (option_count("rounds", 1, 1000, &rounds, t))
			return -1;
		b->rounds = (int)rounds;
		return 0;
	case SECONDS:
		return option_number("seconds", 1e-6, 1e6, &b->seconds, t);
	case SCALING: r->scaling = 1; return 0;
	case PEER:
		if (r->npeers == CONTENDERS)
			return trouble(t, REQUEST, "too many --peer");
		r->peers[r->npeers++] = optarg;
		return 0;
	case JSON: r->json = optarg; return 0;
	case CSV: r->csv = optarg; return 0;
	case SVG: r->svg = optarg; return 0;
	case READ: r->read = optarg; return 0;
	default: r->compare = 1; return 0;
	}
}

static int answer(struct order *r, int option)
{
	r->answered = 1;
	if (option == 'h')
		fputs(help, stdout);
	else if (option == 'V')
		printf("keops-bench %s\n", kcl_version());
	else
		list();
	return 0;
}

int order_take(struct order *r, struct bench *b, int argc, char **argv)
{
	int option;

	opterr = 0;
	while (!r->answered
	       && (option = getopt_long(argc, argv, ":hV", options, NULL))
	          != -1) {
		int failed = option == '?' || option == ':'
			? option_refused(option, argv, &b->trouble)
			: option == 'h' || option == 'V' || option == LIST
			? answer(r, option) : take_option(r, b, option);

		if (failed)
			return -1;
	}
	r->operands = argv + optind;
	r->noperands = argc - optind;
	return 0;
}
