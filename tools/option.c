/* option.c - options that tools have in common
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "option.h"
#include "csv.h"
#include <getopt.h>
#include <string.h>

int option_number(const char *option, double least, double most,
                  double *value, struct trouble *t)
{
	if (!csv_number(optarg, strlen(optarg), value) && *value >= least
	    && *value <= most)
		return 0;
	return trouble(t, REQUEST, "--%s is a number from %g to %g, not '%s'",
	               option, least, most, optarg);
}

int option_count(const char *option, double least, double most,
                 int64_t *count, struct trouble *t)
{
	double value;

	if (option_number(option, least, most, &value, t))
		return -1;
	*count = (int64_t)value;
	return (double)*count == value ? 0
		: trouble(t, REQUEST, "--%s is a whole number, not '%s'",
		          option, optarg);
}

int option_bits(int *bits, struct trouble *t)
{
	*bits = !strcmp(optarg, "float32") ? 32
		: !strcmp(optarg, "float64") ? 64 : 0;
	return *bits ? 0 : trouble(t, REQUEST, "--dtype is float32 or "
	                           "float64, not '%s'", optarg);
}

/* A short option is within optind, a long one before it.  Of -h and -V, which
 * all tools know, only --help and --version can be wrong.  */
int option_refused(int found, char **argv, struct trouble *t)
{
	const char *word = argv[optind - 1];
	const char *what = found == ':' ? "needs a value"
		: optopt > 0 && strchr(word, '=')
		? "takes no value" : "is not known or is ambiguous";

	if (optopt > 0 && optopt < 256 && optopt != 'h' && optopt != 'V')
		return trouble(t, REQUEST, "option -%c %s; see --help", optopt,
		               found == ':' ? what : "is not known");
	return trouble(t, REQUEST, "option %s %s; see --help", word, what);
}
