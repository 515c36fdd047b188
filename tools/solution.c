/* solution.c - linear systems that keops-run solves
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "solution.h"
#include "option.h"
#include "request.h"
#include <getopt.h>
#include <string.h>

static const double LEAST = 1e-300, MOST = 1e300;

int solution_option(struct solution *s, int option, struct trouble *t)
{
	kcl_system *system = &s->system;

	switch (option) {
	case SOLVE:
		s->name = optarg;
		return 0;
	case ALPHA:
		s->with = "alpha";
		return option_number(s->with, 0, MOST, &system->alpha, t);
	case TOLERANCE:
		s->with = "tolerance";
		return option_number(s->with, LEAST, 1, &system->tolerance, t);
	case LIMIT:
		s->with = "limit";
		return option_count(s->with, 1, 1e9, &system->limit, t);
	default:
		s->with = "rank";
		return option_count(s->with, 0, 1e9, &system->rank, t);
	}
}

/* The number of R's variable of this NAME, or of variables if there is none. */
static size_t find(const struct request *r, const char *name)
{
	size_t k = 0;

	while (k < r->count && strcmp(r->variables[k].name, name))
		k++;
	return k;
}

int solution_check(const struct request *r, struct trouble *t)
{
	const struct solution *s = &r->solution;

	if (!s->name)
		return !s->with ? 0 : trouble(t, REQUEST, "--%s goes with "
		                              "--solve", s->with);
	if (r->gradient)
		return trouble(t, REQUEST, "--solve does not go with --grad");
	if (r->text)
		return trouble(t, REQUEST, "--%s computes nothing; leave out "
		               "--solve", r->text == SOURCE_TEXT ? "source"
		               : "plan");
	return find(r, s->name) < r->count ? 0
		: trouble(t, REQUEST, "--solve %s: there is no such variable",
		          s->name);
}

kcl_status solution_find(struct request *r, kcl_kernel *kernel,
                         const kcl_array *in, const kcl_ranges *ranges,
                         const kcl_array *out)
{
	kcl_system *system = &r->solution.system;

	system->unknown = find(r, r->solution.name);
	system->ranges = ranges;
	return kcl_solve(kernel, r->count, in, system, out);
}
