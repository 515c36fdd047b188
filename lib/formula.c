/* formula.c - public formulas: text to graph, to derivatives, to passes
 * SPDX-License-Identifier: MIT */
#include "ad/grad.h"
#include "build.h"
#include "diag.h"
#include "frontend/parse.h"
#include "mem.h"
#include "print.h"
#include "simplify.h"
#include <stdlib.h>
#include <string.h>

const struct kcl__feed *kcl__feed_of(const struct kcl_formula *formula, ref f)
{
	for (size_t k = 0; k < formula->passes; k++)
		for (size_t n = 0; n < formula->pass[k].feeds; n++)
			if (formula->pass[k].feed[n].root == f)
				return &formula->pass[k].feed[n];
	return NULL;
}

const struct kcl__feed *kcl__output_of(const struct kcl_formula *formula,
                                       size_t k, int *is_index)
{
	for (size_t r = 0; r < formula->roots; r++) {
		const struct kcl__feed *feed = kcl__feed_of(formula,
		                                            formula->root[r]);

		for (*is_index = 0; *is_index < 2; ++*is_index)
			if ((*is_index ? feed->sizes.indices
			     : feed->sizes.values) && k-- == 0)
				return feed;
	}
	return NULL;
}

static void note_indices(struct kcl_formula *formula)
{
	for (size_t k = 0; k < formula->passes; k++) {
		const struct kcl__pass *p = &formula->pass[k];

		for (size_t n = 0; n < p->nodes + p->inputs; n++) {
			const struct kcl__node *node = &p->g->node[n < p->nodes
				? p->node[n] : p->input[n - p->nodes]];
			int as = node->u.par[1] == KCL__WHOLE ? KCL__INDICES
				: KCL__DIGITS;

			if (node->op == KCL__INDEX
			    && as > formula->indexed[node->u.par[0]])
				formula->indexed[node->u.par[0]] = as;
		}
	}
}

/* Above 2^24, not all whole numbers are float32.  */
kcl_status kcl__check_indices(const struct kcl_formula *formula, int bits,
                              const int64_t *extent)
{
	for (int k = 0; k < 2; k++)
		if (bits == 32 && extent[k] > 1 << 24
		    && formula->indexed[k] == KCL__INDICES)
			return kcl__fail(KCL_LIMIT, "%c is %lld; expected at "
				"most %d, as Index_%c() is a float32: float64 "
				"has room, and so have the digits Index_%c(0) "
				"and Index_%c(1)", "MN"[k],
				(long long)extent[k], 1 << 24, "ij"[k],
				"ij"[k], "ij"[k]);
	return KCL_OK;
}

/* Its own canonical text, if that parses again.  */
static int write_text(struct kcl_formula *formula)
{
	struct kcl__sb sb = { 0 };

	for (size_t k = 0; k < formula->roots && !formula->unwritten; k++) {
		kcl__sb_puts(&sb, k ? ", " : "");
		formula->unwritten = kcl__print(&formula->g, formula->root[k],
			KCL__USER_NAMES, KCL__MAX_TEXT, &sb);
	}
	if (!sb.failed && sb.length > KCL__MAX_TEXT)
		formula->unwritten = KCL__CUT;
	if (formula->unwritten && !sb.failed) {
		kcl__sb_free(&sb);
		return 0;
	}
	formula->text = kcl__sb_take(&sb);
	return formula->text ? 0 : -1;
}

kcl_status kcl__formula_written(const struct kcl_formula *formula)
{
	if (formula->unwritten == KCL__CUT)
		return kcl__fail(KCL_LIMIT, "the formula is too long to be "
			"written out; expected at most %d bytes, which is what "
			"can be parsed", KCL__MAX_TEXT);
	if (formula->unwritten)
		return kcl__fail(KCL_LIMIT, "the formula is nested too deep to "
			"be written out; expected at most %d levels of "
			"parentheses, calls and signs, which is what can be "
			"parsed", KCL__MAX_DEPTH);
	return KCL_OK;
}

/* Carries out the derivatives of a root F.  */
static ref derive(struct kcl__graph *g, ref f)
{
	if (kcl__is_reduction(g, f))
		return kcl__derive(g, f);
	return kcl__node_fail(g, f, KCL_SYNTAX, "expected a reduction, such as "
		"Sum_Reduction(f, 0), found a formula");
}

/* Everything that follows from the roots, parsed.  */
static int complete(struct kcl_formula *formula)
{
	for (size_t k = 0; k < formula->roots; k++) {
		formula->root[k] = derive(&formula->g, formula->root[k]);
		if (!formula->root[k])
			return -1;
	}
	if (kcl__passes_make(&formula->g, formula->root, formula->roots,
	                     &formula->pass, &formula->passes)
	    || write_text(formula))
		return -1;
	for (size_t k = 0; k < formula->passes; k++)
		kcl__count_cost(&formula->pass[k]);
	note_indices(formula);
	formula->g.text = "";
	return 0;
}

struct kcl_formula *kcl__formula_blank(void)
{
	struct kcl_formula *formula = kcl__alloc(1, sizeof *formula);

	if (formula && kcl__graph_init(&formula->g)) {
		free(formula);
		return NULL;
	}
	if (formula)
		atomic_init(&formula->holders, 1);
	return formula;
}

kcl_status kcl__formula_finish(struct kcl_formula *made, int failed,
                               struct kcl_formula **formula)
{
	failed = failed || complete(made);
	if (failed)
		kcl_formula_free(made);
	*formula = failed ? NULL : made;
	return failed ? kcl__last_status() : KCL_OK;
}

/* Parses TEXT over VARS, carries out derivatives and makes the passes.  */
static kcl_status make(const char *text, size_t nvars, const char *const *vars,
                       struct kcl_formula **formula)
{
	struct kcl_formula *made = kcl__formula_blank();
	int failed = !made;

	for (size_t k = 0; !failed && k < nvars; k++)
		failed = kcl__parse_alias(&made->g, (int)k, vars[k]) != KCL_OK;
	failed = failed || kcl__parse(&made->g, text, made->root, &made->roots)
		|| kcl__check_arguments(&made->g) != KCL_OK;
	return kcl__formula_finish(made, failed, formula);
}

kcl_status kcl_formula_parse(const char *text, size_t nvars,
                             const char *const *vars, kcl_formula **formula)
{
	if (kcl__nowhere(formula, "the formula"))
		return KCL_ARGUMENT;
	*formula = NULL;
	if (!text)
		return kcl__fail(KCL_ARGUMENT, "the formula's text is NULL");
	if (nvars > KCL__MAX_ARGUMENTS)
		return kcl__fail(KCL_LIMIT, "%zu variables; at most %d can be "
		                 "declared", nvars, KCL__MAX_ARGUMENTS);
	for (size_t k = 0; k < nvars; k++)
		if (!vars || !vars[k])
			return kcl__fail(KCL_ARGUMENT,
			                 "variable %zu is NULL", k);
	return make(text, nvars, vars, formula);
}

/* The gradient of reduction number K of MADE in argument V: what is summed.  */
static ref differentiate(struct kcl_formula *made, size_t k, int v)
{
	struct kcl__graph *g = &made->g;
	const struct kcl__node n = g->node[made->root[k]];
	struct kcl__argument *cotangent = &g->argument[g->arguments++];
	ref e, f;

	cotangent->category = n.u.par[1];
	cotangent->dim = n.dim;
	e = kcl__var(g, g->arguments - 1);
	f = kcl__derive(g, kcl__gradient(g, made->root[k], kcl__var(g, v), e));
	return f ? g->node[f].arg[0] : 0;
}

/* Puts the gradient in the argument NAME in the place of the reductions.  */
static int make_gradient(struct kcl_formula *made, const char *name)
{
	struct kcl__graph *g = &made->g;
	int v = kcl__argument_named(g, name);
	ref sum = 0;

	if (v < 0) {
		kcl__fail(KCL_NAME, "the formula has no variable \"%.40s\"",
		          name);
		return -1;
	}
	if (g->arguments + (int)made->roots > KCL__MAX_ARGUMENTS) {
		kcl__fail(KCL_LIMIT, "a gradient takes an argument more for "
		          "each reduction, here %zu, and there are %d already; "
		          "at most %d", made->roots, g->arguments,
		          KCL__MAX_ARGUMENTS);
		return -1;
	}
	for (size_t k = 0; k < made->roots; k++) {
		ref f = differentiate(made, k, v);

		sum = k ? kcl__make2(g, KCL__Add, sum, f) : f;
	}
	made->root[0] = kcl__reduction(g, 0, sum, 0, 0,
	                               g->argument[v].category);
	made->roots = 1;
	return made->root[0] ? 0 : -1;
}

kcl_status kcl_formula_grad(const kcl_formula *formula, const char *name,
                            kcl_formula **grad)
{
	struct kcl_formula *made;

	if (kcl__nowhere(grad, "the gradient"))
		return KCL_ARGUMENT;
	*grad = NULL;
	if (!formula || !name)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                 formula ? "the variable's name"
		                 : "the formula");
	made = kcl__formula_blank();
	return kcl__formula_finish(made, !made
		|| kcl__formula_add(made, formula)
		|| make_gradient(made, name), grad);
}

void kcl__formula_hold(struct kcl_formula *formula)
{
	atomic_fetch_add(&formula->holders, 1);
}

void kcl_formula_free(kcl_formula *formula)
{
	if (!formula || atomic_fetch_sub(&formula->holders, 1) > 1)
		return;
	kcl__passes_free(formula->pass, formula->passes);
	free(formula->text);
	kcl__graph_free(&formula->g);
	free(formula);
}

const char *kcl_formula_text(const kcl_formula *formula)
{
	if (formula)
		return kcl__formula_written(formula) ? NULL : formula->text;
	kcl__fail(KCL_ARGUMENT, "the formula is NULL");
	return NULL;
}

size_t kcl_formula_inputs(const kcl_formula *formula)
{
	return formula ? (size_t)formula->g.arguments : 0;
}

/* Empties SLOT, in which something of FORMULA is to be described.  */
static kcl_status begin_slot(const kcl_formula *formula, kcl_slot *slot)
{
	if (kcl__nowhere(slot, "the slot"))
		return KCL_ARGUMENT;
	memset(slot, 0, sizeof *slot);
	return formula ? KCL_OK
		: kcl__fail(KCL_ARGUMENT, "the formula is NULL");
}

kcl_status kcl_formula_input(const kcl_formula *formula, size_t k,
                             kcl_slot *slot)
{
	const struct kcl__argument *a;
	kcl_status status = begin_slot(formula, slot);

	if (status)
		return status;
	if (k >= kcl_formula_inputs(formula))
		return kcl__fail(KCL_ARGUMENT, "input %zu of %zu", k,
		                 kcl_formula_inputs(formula));
	a = &formula->g.argument[k];
	slot->name = a->name;
	slot->category = a->category;
	slot->dim = a->dim;
	return KCL_OK;
}

size_t kcl_formula_outputs(const kcl_formula *formula)
{
	size_t n = 0;
	int is_index;

	while (formula && kcl__output_of(formula, n, &is_index))
		n++;
	return n;
}

kcl_status kcl_formula_output(const kcl_formula *formula, size_t k,
                              kcl_slot *slot)
{
	const struct kcl__feed *feed;
	kcl_status status = begin_slot(formula, slot);

	if (status)
		return status;
	feed = kcl__output_of(formula, k, &slot->is_index);
	if (!feed) {
		memset(slot, 0, sizeof *slot);
		return kcl__fail(KCL_ARGUMENT, "output %zu of %zu", k,
		                 kcl_formula_outputs(formula));
	}
	slot->category = formula->g.node[feed->root].u.par[1];
	slot->dim = slot->is_index ? feed->sizes.indices : feed->sizes.values;
	return KCL_OK;
}
