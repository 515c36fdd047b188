/* check_joined.c - several reductions of a formula: as if each were alone
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "problem.h"
#include "suite.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { M = 37, N = 700, MEMBERS = 8, OUTPUTS = 2 * MEMBERS };

#define VARS "x=Vi(3) y=Vj(3) b=Vj(2) s=Pm(1) e=Vi(2)"
#define GAUSS "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)"

/* Lists, and how many passes they take.  */
static const struct { const char *member[MEMBERS]; size_t passes; } lists[] = {
	{ { GAUSS, "Min_ArgMin_Reduction(SqDist(x,y),0)",
	    "LogSumExp_Reduction(-s*SqDist(x,y),0)",
	    "KMin_ArgKMin_Reduction(x-y,3,0)",
	    "SumSoftMaxWeight_Reduction((x|y),0,b)", "ArgMax_Reduction(x-y,0)",
	    "Max_Reduction(x*y,0)", "ArgKMin_Reduction((x|y),2,0)" }, 1 },
	{ { "Max_SumShiftExp_Reduction((x|y),0)", "KMin_Reduction(x*y,2,0)",
	    "LogSumExp_Reduction((x|y),0,Exp(b))", "Sum_Reduction(Sin(y),0)",
	    "Max_SumShiftExpWeight_Reduction((x|y),0,b)",
	    "Min_Reduction(y,0)" }, 1 },
	/* The last needs the first for its sums over j.  */
	{ { "Sum_Reduction(Cos(x-y),0)", "Sum_Reduction(Exp(x)*y,1)",
	    "Min_ArgMin_Reduction(x*y,1)", "Sum_Reduction(Cos(x-y),2)" }, 3 },
	{ { GAUSS, "Grad(" GAUSS ",x,e)", "Grad(" GAUSS ",b,e)",
	    "Grad(" GAUSS ",s,e)" }, 3 },
	/* What another needs is a result too.  */
	{ { "Sum_Reduction(Sqrt(Abs(" GAUSS "))*SqDist(x,y),0)", GAUSS,
	    "ArgMin_Reduction(SqDist(x,y),0)" }, 2 },
	{ { "ArgMin_Reduction(SqDist(x,y),0)", GAUSS, GAUSS,
	    "ArgMin_Reduction(SqDist(x,y),0)" }, 1 },
	{ { "KMin_Reduction(x*y,2,0)", "ArgKMinDigits_Reduction(y,2,0)", GAUSS,
	    "Min_ArgMin_Reduction(SqDist(x,y),0)",
	    "ArgKMinDigits_Reduction((x|y),3,0)", "Max_Reduction(y,0)" }, 1 },
	{ { GAUSS, "Sum_Reduction(s*s,2)", "Max_Reduction(s+Zero(2),1)" }, 3 },
};
enum { LISTS = sizeof lists / sizeof lists[0] };

/* ----- calls ------------------------------------------------------------- */

/* The outputs of a call: GAP elements are left out behind each.  */
struct results {
	kcl_array out[OUTPUTS];
	int64_t shape[OUTPUTS][2], strides[OUTPUTS][2];
	size_t count;
};

static size_t bytes_of(const kcl_array *a, int gap)
{
	return (size_t)(a->shape[0] * a->shape[1] * (1 + gap))
		* a->dtype.bits / 8;
}

static void results_make(struct results *r, const kcl_formula *formula,
                         const struct problem *p, int bits, int gap)
{
	r->count = kcl_formula_outputs(formula);
	for (size_t k = 0; k < r->count; k++) {
		kcl_slot slot;

		ck_assert(!kcl_formula_output(formula, k, &slot));
		r->shape[k][0] = p->rows[slot.category];
		r->shape[k][1] = slot.dim;
		r->strides[k][0] = slot.dim * (1 + gap);
		r->strides[k][1] = 1 + gap;
		r->out[k] = kcl_array_of(NULL, slot.is_index ? KCL_INT
		                         : KCL_FLOAT, slot.is_index ? 64 : bits,
		                         2, r->shape[k], r->strides[k]);
		r->out[k].data = calloc(1, bytes_of(&r->out[k], gap) + 1);
		ck_assert_ptr_nonnull(r->out[k].data);
		memset(r->out[k].data, 0xc1, bytes_of(&r->out[k], gap));
	}
}

static void results_free(struct results *r)
{
	for (size_t k = 0; k < r->count; k++)
		free(r->out[k].data);
}

/* Numbers that both precisions have, so that every call has the same.  */
static void run(kcl_kernel *kernel, const struct problem *p, int bits,
                struct results *r)
{
	const struct kcl__graph *g = &kernel->formula->g;
	size_t nin = (size_t)g->arguments;
	kcl_array in[MAX_ARGUMENTS] = { 0 };
	int64_t shape[MAX_ARGUMENTS][2];
	kcl_status status;

	for (size_t k = 0; k < nin; k++) {
		const struct kcl__argument *a = &g->argument[k];
		size_t own = (size_t)kcl__argument_named(&p->formula->g,
		                                         a->name);
		int64_t n = problem_size(p, own);
		float *narrow = malloc((size_t)n * sizeof *narrow);

		for (int64_t e = 0; e < n; e++)
			narrow[e] = (float)p->in[own][e];
		shape[k][0] = p->rows[a->category];
		shape[k][1] = a->dim;
		in[k] = kcl_array_of(bits == 32 ? (void *)narrow
		                     : (void *)p->in[own], KCL_FLOAT, bits, 2,
		                     shape[k], NULL);
		if (bits == 64)
			free(narrow);
	}
	status = kcl_run(kernel, nin, in, r->count, r->out);
	ck_assert_msg(!status, "%s", kcl_message());
	for (size_t k = 0; k < nin && bits == 32; k++)
		free(in[k].data);
}

/* ----- comparison -------------------------------------------------------- */

static void same(const kcl_array *alone, const kcl_array *joined,
                 const char *member, const struct place *place, int gap)
{
	size_t size = alone->dtype.bits / 8;
	int64_t n = alone->shape[0] * alone->shape[1];

	ck_assert_int_eq(alone->shape[0], joined->shape[0]);
	ck_assert_int_eq(alone->shape[1], joined->shape[1]);
	for (int64_t k = 0; k < n; k++)
		ck_assert_msg(!memcmp((char *)alone->data + (size_t)k * size,
		                      (char *)joined->data + (size_t)k * size
		                      * (size_t)(1 + gap), size),
		              "%s: %s: element %d of %d differs", place->name,
		              member, (int)k, (int)n);
}

/* The joined RESULTS are those of the members of list number L alone.  */
static void check_alone(const struct problem *p, kcl_context *ctx, int l,
                        const struct place *place,
                        const struct results *joined, int gap)
{
	size_t at = 0;

	for (int m = 0; m < MEMBERS && lists[l].member[m]; m++) {
		struct results alone;
		struct problem own;
		kcl_kernel *kernel;

		problem_open(&own, lists[l].member[m], VARS, p->rows[0],
		             p->rows[1]);
		ck_assert(!kcl_kernel_from(ctx, own.formula, &kernel));
		results_make(&alone, own.formula, p, place->bits, 0);
		run(kernel, &own, place->bits, &alone);
		for (size_t k = 0; k < alone.count; k++)
			same(&alone.out[k], &joined->out[at++],
			     lists[l].member[m], place, gap);
		results_free(&alone);
		kcl_kernel_free(kernel);
		problem_free(&own);
	}
	ck_assert_uint_eq(at, joined->count);
}

/* A progress function that makes the next launches small.  */
struct cuts {
	kcl_kernel *kernel;
	int bits, calls;
	uint32_t random;
};

static int cut(void *user, double done)
{
	struct cuts *c = user;
	struct kcl__ready *ready = c->kernel->ready[c->bits == 64];

	(void)done;
	c->calls++;
	for (size_t k = 0; k < c->kernel->formula->passes; k++) {
		c->random = c->random * 1664525u + 1013904223u;
		ready[k].program->launch_pairs = c->random >> 20;
	}
	return 0;
}

/* One call; CUT: into windows, slices and chunks.  */
static void run_joined(kcl_kernel *kernel, const struct problem *p, int bits,
                       struct results *r, int is_cut)
{
	struct cuts cuts = { .kernel = kernel, .bits = bits, .random = 1 };
	struct kcl__device *device = kernel->ctx->device;
	size_t usual = device->budget;

	if (is_cut) {
		kcl_context_on_progress(kernel->ctx, cut, &cuts);
		device->budget = 1200 * (size_t)bits;
	}
	run(kernel, p, bits, r);
	device->budget = usual;
	kcl_context_on_progress(kernel->ctx, NULL, NULL);
	if (is_cut)
		ck_assert_int_gt(cuts.calls, 3);
}

static void join(char *text, int l)
{
	*text = 0;
	for (int m = 0; m < MEMBERS && lists[l].member[m]; m++) {
		strcat(text, m ? ", " : "");
		strcat(text, lists[l].member[m]);
	}
}

/* MEMBER over those variables that it has, the last of VARS first.  */
static kcl_formula *apart(const char *member)
{
	static const char *const vars[] = { "e=Vi(2)", "s=Pm(1)", "b=Vj(2)",
		"y=Vj(3)", "x=Vi(3)" };
	const char *own[5];
	size_t count = 0;
	kcl_formula *formula;

	for (int v = 0; v < 5; v++)
		for (const char *c = member; (c = strchr(c, *vars[v])); c++)
			if (!isalpha((unsigned char)c[-1])) {
				own[count++] = vars[v];
				break;
			}
	ck_assert_msg(!kcl_formula_parse(member, count, own, &formula), "%s",
	              kcl_message());
	return formula;
}

/* List number L made of formulas that were made apart.  */
static kcl_formula *join_apart(int l)
{
	kcl_formula *formula[MEMBERS], *joined;
	size_t count = 0;

	for (; count < MEMBERS && lists[l].member[count]; count++)
		formula[count] = apart(lists[l].member[count]);
	ck_assert_msg(!kcl_formula_join(count, (const kcl_formula *const *)
	                                formula, &joined), "%s", kcl_message());
	for (size_t k = 0; k < count; k++)
		kcl_formula_free(formula[k]);
	return joined;
}

static void check_list(int l, const struct place *place, int64_t m, int64_t n)
{
	char text[1000];
	struct problem p;
	kcl_context *ctx = place_open(place);
	kcl_formula *joined = join_apart(l);
	kcl_kernel *kernel[2];

	join(text, l);
	problem_open(&p, text, VARS, m, n);
	ck_assert_uint_eq(p.formula->passes, lists[l].passes);
	ck_assert_uint_eq(joined->passes, lists[l].passes);
	ck_assert_str_eq(kcl_formula_text(joined),
	                 kcl_formula_text(p.formula));
	ck_assert(!kcl_kernel_from(ctx, p.formula, &kernel[0]));
	ck_assert(!kcl_kernel_from(ctx, joined, &kernel[1]));
	kcl_formula_free(joined);
	for (int way = 0; way < 3; way++) {
		struct results r;

		if (way == 2 && m * n == 0)
			continue;
		results_make(&r, p.formula, &p, place->bits, way == 1);
		run_joined(kernel[way == 1 && place->host], &p, place->bits,
		           &r, way == 2);
		check_alone(&p, ctx, l, place, &r, way == 1);
		results_free(&r);
	}
	kcl_kernel_free(kernel[0]);
	kcl_kernel_free(kernel[1]);
	problem_free(&p);
}

/* Every list on the host; some on devices, since compiling takes long.  */
START_TEST(bits_are_those_of_each_alone)
{
	int l = _i % LISTS;
	const struct place *place = place_get(0, _i / LISTS);

	if (!place->host && (place->bits == 64 || l % 3))
		return;
	check_list(l, place, M, N);
	if (!place->host)
		return;
	check_list(l, place, 5, 0);
	check_list(l, place, 0, 5);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("joined");
	TCase *tests = tcase_create("joined");

	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, bits_are_those_of_each_alone, 0,
	                    LISTS * place_count(0));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
