/* check_random.c - random formulas in whole reductions, on every device
 * SPDX-License-Identifier: MIT
 *
 * $KEOPSCL_FORMULAS formulas (500), from number $KEOPSCL_SEED (0) on, are
 * computed side by side, in batches; the same formula always has the same
 * number.  */
#include "sb.h"
#include "suite.h"
#include "wildbatch.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- laws ------------------------------------------------------------- */

struct run {
	struct batch *b;
	struct bounds *known;
	kcl_kernel *kernel;
	int bits;
	struct answer a;
	struct report *report;
};

/* Multiplies elements FROM, FROM + STEP ... of argument V.  */
static void scale(struct run *run, int v, int64_t from, int64_t step, double by)
{
	struct problem *p = &run->b->problem;

	for (int64_t e = from; e < problem_size(p, (size_t)v); e += step)
		p->in[v][e] *= by;
}

static void reverse(struct problem *p, int category)
{
	for (size_t k = 0; k < kcl_formula_inputs(p->formula); k++) {
		const struct kcl__argument *g = &p->formula->g.argument[k];
		int64_t d = g->dim, n = p->rows[category];

		for (int64_t e = 0; g->category == category
		     && e < n / 2 * d; e++) {
			int64_t f = (n - 1 - e / d) * d + e % d;
			double kept = p->in[k][e];

			p->in[k][e] = p->in[k][f];
			p->in[k][f] = kept;
		}
	}
}

/* With argument V doubled, results are doubled, all bits of them, but for the
 * smallest numbers: all results, or only gradients.  */
static int doubles(struct run *run, int v, int gradients_only)
{
	const double least = run->bits == 32 ? FLT_MIN : DBL_MIN;
	struct answer two;
	int wrong = 0;

	scale(run, v, 0, 1, 2);
	ck_assert(problem_run_kernel(&run->b->problem, run->kernel, run->bits,
	                             &two));
	scale(run, v, 0, 1, 0.5);
	for (int64_t k = 0; k < two.rows * two.values && !wrong; k++) {
		int64_t c = k % two.values;
		int piece = batch_piece(run->b, &c);
		int once = gradients_only && run->b->piece[piece]->v < 0;
		double e = (double)run->a.value[k] * (once ? 1 : 2);

		wrong = isfinite(e) && is_wrong(run->report, gradients_only
			? "cotangent doubled" : "weight doubled", piece, 0, e,
			(double)two.value[k], 1e4 * least);
	}
	answer_free(&two);
	return wrong;
}

/* Every second column, then the others.  */
static int splits(struct run *run)
{
	struct problem *p = &run->b->problem;
	struct answer part[2];
	double kept[SIDE];
	int wrong;

	memcpy(kept, p->in[WILD_W], sizeof kept);
	for (int k = 0; k < 2; k++) {
		scale(run, WILD_W, k, 2, 0);
		ck_assert(problem_run_kernel(p, run->kernel, run->bits,
		                             &part[k]));
		memcpy(p->in[WILD_W], kept, sizeof kept);
	}
	for (int64_t k = 0; k < part[0].rows * part[0].values; k++)
		part[0].value[k] += part[1].value[k];
	wrong = batch_differs(run->b, run->known, &part[0], "columns apart", 2,
	                run->report);
	answer_free(&part[0]);
	answer_free(&part[1]);
	return wrong;
}

static int permutes(struct run *run)
{
	struct problem *p = &run->b->problem;
	struct answer a;
	int wrong;

	reverse(p, !run->b->kind->tag);
	ck_assert(problem_run_kernel(p, run->kernel, run->bits, &a));
	reverse(p, !run->b->kind->tag);
	wrong = batch_differs(run->b, run->known, &a, "columns reversed", 2,
	                run->report);
	answer_free(&a);
	return wrong;
}

/* ----- all of a batch --------------------------------------------------- */

/* What a batch is on PLACE; with NULL, what it means.  */
static int is_batch_wrong(struct batch *b, const struct place *place,
                          struct report *report)
{
	int bits = place ? place->bits : 32, wrong;
	kcl_context *ctx;
	struct bounds known;
	struct run run = { b, &known, NULL, bits, { 0 }, report };

	batch_bounds(&known, b, bits);
	if (!place) {           /* where two are equal, rules choose one */
		known.input_error = 1e-9;
		wrong = batch_means_else(b, &known, report);
		bounds_end(&known);
		return wrong;
	}
	ctx = place_open(place);
	ck_assert_msg(!kcl_kernel_from(ctx, b->problem.formula, &run.kernel),
	              "%s", kcl_message());
	wrong = problem_run_kernel(&b->problem, run.kernel, bits, &run.a)
		&& (batch_differs(b, &known, &run.a, "result", 1, report)
		    || (b->kind->weighted
		        && (doubles(&run, WILD_W, 0) || doubles(&run, WILD_T, 1)
		            || splits(&run) || permutes(&run))));
	answer_free(&run.a);
	kcl_kernel_free(run.kernel);
	bounds_end(&known);
	return wrong;
}

struct trial {
	const struct place *place;
	const struct kind *kind;
	struct report report;
};

static int fails(const struct wild *w, void *user)
{
	struct trial *t = user;
	struct batch b = { .kind = t->kind, .pieces = 1 };
	struct report report;
	int wrong;

	b.piece[0] = (struct wild *)w;
	batch_open(&b, SIDE);
	wrong = is_batch_wrong(&b, t->place, &report);
	problem_free(&b.problem);
	if (wrong)
		t->report = report;
	return wrong;
}

/* NAME=KIND:<(echo ...) for the row that was wrong.  */
static void write_data(struct kcl__sb *sb, const struct trial *t)
{
	const struct kcl__graph *all = &batch_data.formula->g;

	for (size_t k = 0; k < kcl_formula_inputs(batch_data.formula); k++) {
		const struct kcl__argument *g = &all->argument[k];
		int64_t n = g->category == 2 || g->category == t->kind->tag
			? 1 : SIDE;
		int64_t first = g->category == t->kind->tag
			? batch_row(t->report.row) : 0;

		kcl__sb_printf(sb, " %s=%s:<(printf -- '", g->name,
		               (const char *[]){ "Vi", "Vj", "Pm" }
		               [g->category]);
		for (int64_t e = 0; e < n * g->dim; e++)
			kcl__sb_printf(sb, "%.9g%s",
			               batch_data.in[k][first * g->dim + e],
			               (e + 1) % g->dim ? "," : "\\n");
		kcl__sb_puts(sb, "')");
	}
}

static _Noreturn void tell(struct wild *w, struct trial *t)
{
	struct batch b = { .kind = t->kind, .pieces = 1, .piece = { w } };
	struct report *r = &t->report;
	struct kcl__sb sb = { 0 };
	char *text, *command;

	if (fails(w, t))
		wild_shrink(w, fails, t);
	text = batch_text(&b);
	kcl__sb_printf(&sb, "KEOPSCL_PLAN=%s keops-run --device %s "
	               "--dtype float%d '", t->place && t->place->shape
	               ? t->place->shape : "", t->place ? t->place->device
	               : "host", t->place ? t->place->bits : 64);
	kcl__sb_puts(&sb, text);
	kcl__sb_puts(&sb, "'");
	write_data(&sb, t);
	command = kcl__sb_take(&sb);
	printf("# %s\n", command);
	ck_abort_msg("KEOPSCL_SEED=%llu KEOPSCL_FORMULAS=1: %s, %s: %s\n"
	             "row %d: expected %.17g, found %.17g, error %.3g, "
	             "allowed %.3g\n%s", (unsigned long long)w->seed,
	             t->place ? t->place->name : "meaning", r->law, text,
	             r->row, r->expected, r->found,
	             fabs(r->expected - r->found), r->bound, command);
}

/* On the host, and every second one on a device: kernels take long to compile,
 * so the shapes and precisions of all devices take turns.  */
static void check_batch(struct batch *b, int number)
{
	int devices = place_count(0) - place_kinds("host"), device = 0;

	for (int p = 0; p < b->pieces; p++)
		batch_check_text(b->piece[p]);
	for (int k = -1; k < 0 || place_get(0, k); k++) {
		const struct place *place = k < 0 ? NULL : place_get(0, k);
		struct trial t = { place, b->kind, { 0 } };

		if (place && !place->host
		    && (number % 2 || device++ != number / 2 % devices))
			continue;
		if (is_batch_wrong(b, place, &t.report))
			tell(b->piece[t.report.piece], &t);
	}
}

/* ----- tests ------------------------------------------------------------ */

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

START_TEST(formulas_are_right)
{
	uint64_t all = number_of("KEOPSCL_FORMULAS", 500);
	uint64_t first = (uint64_t)_i * TOGETHER, n = all - first;
	struct batch b;

	batch_begin(&b, number_of("KEOPSCL_SEED", 0) + first,
	            n < TOGETHER ? (int)n : TOGETHER, batch_kind(_i), SIDE);
	check_batch(&b, _i);
	batch_end(&b);
}
END_TEST

START_TEST(most_are_well_conditioned)
{
	printf("# %ld results, too little is known of %ld\n", batch_tally.all,
	       batch_tally.loose);
	ck_assert_int_lt(batch_tally.loose, batch_tally.all / 20);
}
END_TEST

/* A device that has no room for all columns gives the same bits.  */
START_TEST(chunks_change_nothing)
{
	enum { MANY = 700 };
	struct batch b;

	batch_begin(&b, 1000, 8, batch_kind(0), MANY);
	for (int k = 0; place_get(32, k); k++) {
		kcl_context *ctx = place_open(place_get(32, k));
		struct answer whole, part;

		ck_assert(problem_run(&b.problem, ctx, 32, &whole));
		ctx->device->budget = 36000;
		ck_assert(problem_run(&b.problem, ctx, 32, &part));
		ck_assert_msg(answer_same(&whole, &part), "%s",
		              place_get(32, k)->name);
		answer_free(&whole);
		answer_free(&part);
	}
	batch_end(&b);
}
END_TEST

/* Nor do kernels that split columns, each way to do so with half of them; of as
 * many lanes, as a driver's own functions may depend on these.  */
START_TEST(splitting_changes_nothing)
{
	enum { MANY = 1100 };
	static const char *const plans[2][3] = {
		{ "shape=cpu,lanes=1,split=1", "shape=cpu,lanes=1,split=2",
		  "shape=cpu,lanes=1,split=0" },
		{ "shape=gpu,group=16,split=1", "shape=gpu,group=16,split=2",
		  "shape=gpu,group=16,split=0" }
	};
	struct batch b;

	batch_begin(&b, 2000 + 4 * (uint64_t)_i, 4, batch_kind(0), MANY);
	for (int k = 0; place_get(32, k); k++) {
		const struct place *place = place_get(32, k);
		kcl_context *ctx = place_open(place);
		struct answer usual, split;

		plan_set(plans[place->shape != NULL][2]);
		ck_assert(problem_run(&b.problem, ctx, 32, &usual));
		plan_set(plans[place->shape != NULL][_i & 1]);
		ck_assert(problem_run(&b.problem, ctx, 32, &split));
		ck_assert_msg(answer_same(&usual, &split), "%s: %s",
		              place->name, kcl_formula_text(b.problem.formula));
		answer_free(&usual);
		answer_free(&split);
	}
	plan_set(NULL);
	batch_end(&b);
}
END_TEST

int main(void)
{
	int batches = (int)((number_of("KEOPSCL_FORMULAS", 500) + TOGETHER - 1)
	                    / TOGETHER);
	Suite *suite = suite_create("random");
	TCase *tests = tcase_create("random");

	tcase_set_timeout(tests, 300);
	tcase_add_unchecked_fixture(tests, batch_data_open, batch_data_close);
	tcase_add_loop_test(tests, formulas_are_right, 0, batches);
	tcase_add_test(tests, most_are_well_conditioned);
	tcase_add_test(tests, chunks_change_nothing);
	tcase_add_loop_test(tests, splitting_changes_nothing, 0, 6);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
