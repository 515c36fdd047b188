/* gpuplans.c - plans of the GPU shape change no bits
 * SPDX-License-Identifier: MIT */
#include "gpuplans.h"
#include <stdio.h>
#include <stdlib.h>

enum { M = 70, N = 530 };       /* several work-items, tiles and blocks */

/* Row 69 has no columns, others more than a block and few.  */
static const int64_t ranges_i[] = { 0, 20, 20, 69 }, slices[] = { 1, 3 };
static const int64_t ranges_j[] = { 100, 400, 0, 7, 300, 530 };
static const kcl_ranges parts = {
	.ranges_i = ranges_i, .slices_i = slices, .redranges_j = ranges_j,
	.nranges_i = 2, .nredranges_j = 3
};

static void check(const struct gpu_plans *plans, int n, const char *text,
                  const struct problem *p, const struct place *place)
{
	kcl_context *ctx = place_open_alike(place);
	struct answer usual, found;
	int can = problem_run(p, ctx, place->bits, &usual);

	for (int k = 0; can && plans->end[k]; k++) {
		char plan[80];

		if (plans->by_turns && (k + n) % 2
		    && !getenv("KEOPSCL_TEST_ALL"))
			continue;
		snprintf(plan, sizeof plan, "%s%s", plans->begin,
		         plans->end[k]);
		plan_set(plan);
		ck_assert_msg(problem_run(p, ctx, place->bits, &found), "%s: "
		              "%s, %s: %s", place->name, text, plan,
		              kcl_message());
		ck_assert_msg(answer_same(&usual, &found), "%s: %s differs "
		              "with %s", place->name, text, plan);
		answer_free(&found);
	}
	plan_set(NULL);
	answer_free(&usual);
}

void gpu_plans_check(const struct gpu_plans *plans, int n, const char *text,
                     const char *vars, int ranged)
{
	int bits = n % 2 ? 64 : 32;
	struct problem p;

	problem_open(&p, text, vars, M, N);
	for (int k = 0; place_get(bits, k); k++) {
		const struct place *place = place_get(bits, k);

		if (place->host || place->shape)
			continue;
		check(plans, n, text, &p, place);
		p.ranges = &parts;
		if (ranged)
			check(plans, n, text, &p, place);
		p.ranges = NULL;
	}
	problem_free(&p);
}
