/* formula.c - public formulas: text to graph, to derivatives, to passes
 * SPDX-License-Identifier: MIT */
#include "ad/grad.h"
#include "build.h"
#include "diag.h"
#include "frontend/parse.h"
#include "mem.h"
#include "print.h"
#include <stdlib.h>
#include <string.h>

int kcl__pass_of(const struct kcl_formula *formula, ref f)
{
	for (size_t k = 0; k < formula->passes; k++)
		if (formula->pass[k].root == f)
			return (int)k;
	return -1;
}

/* Adds the pass of the reduction F after those that it needs.  */
static int add_pass(struct kcl_formula *formula, ref f, int depth)
{
	struct kcl__pass pass;

	if (kcl__pass_of(formula, f) >= 0)
		return 0;
	if (depth > KCL__MAX_DEPTH) {
		kcl__fail(KCL_LIMIT, "reductions are nested deeper than %d",
		          KCL__MAX_DEPTH);
		return -1;
	}
	if (kcl__pass_make(&formula->g, f, &pass))
		return -1;
	for (size_t k = 0; k < pass.inputs; k++)
		if (formula->g.node[pass.input[k]].op >= KCL__RED
		    && add_pass(formula, pass.input[k], depth + 1)) {
			kcl__pass_free(&pass);
			return -1;
		}
	if (kcl__grow(&formula->pass, &formula->capacity, formula->passes + 1,
	              sizeof pass)) {
		kcl__pass_free(&pass);
		return -1;
	}
	formula->pass[formula->passes++] = pass;
	return 0;
}

static void note_indices(struct kcl_formula *formula)
{
	for (size_t k = 0; k < formula->passes; k++)
		for (size_t n = 0; n < formula->pass[k].nodes; n++) {
			const struct kcl__node *node =
				&formula->g.node[formula->pass[k].node[n]];
			int as = node->u.par[1] == KCL__WHOLE ? KCL__INDICES
				: KCL__DIGITS;

			if (node->op == KCL__INDEX
			    && as > formula->indexed[node->u.par[0]])
				formula->indexed[node->u.par[0]] = as;
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

/* Its own canonical text; a formula whose text is too long has none.  */
static int write_text(struct kcl_formula *formula)
{
	struct kcl__sb sb = { 0 };

	if (kcl__print(&formula->g, formula->root, KCL__USER_NAMES,
	               KCL__PRINT_LIMIT, &sb)) {
		kcl__sb_free(&sb);
		return 0;
	}
	formula->text = kcl__sb_take(&sb);
	return formula->text ? 0 : -1;
}

/* Everything that follows from a parsed reduction F.  */
static int complete(struct kcl_formula *formula, ref f)
{
	if (!f)
		return -1;
	if (!kcl__is_reduction(&formula->g, f)) {
		kcl__node_fail(&formula->g, f, KCL_SYNTAX, "expected a "
			"reduction, such as Sum_Reduction(f, 0), found a "
			"formula");
		return -1;
	}
	formula->root = kcl__derive(&formula->g, f);
	if (!formula->root || add_pass(formula, formula->root, 0)
	    || write_text(formula))
		return -1;
	note_indices(formula);
	formula->g.text = "";
	return 0;
}

static struct kcl_formula *blank(void)
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

kcl_status kcl__formula_make(const char *text, size_t nvars,
                             const char *const *vars,
                             struct kcl_formula **formula)
{
	struct kcl_formula *made = blank();
	kcl_status status = made ? KCL_OK : KCL_MEMORY;

	for (size_t k = 0; !status && k < nvars; k++)
		status = kcl__parse_alias(&made->g, (int)k, vars[k]);
	if (!status && complete(made, kcl__parse(&made->g, text)))
		status = kcl__last_status();
	if (!status)
		status = kcl__check_arguments(&made->g);
	if (status) {
		kcl_formula_free(made);
		made = NULL;
	}
	*formula = made;
	return status;
}

kcl_status kcl_formula_parse(const char *text, size_t nvars,
                             const char *const *vars, kcl_formula **formula)
{
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
	return kcl__formula_make(text, nvars, vars, formula);
}

/* The gradient of the copy MADE of a formula in its argument NAME.  */
static kcl_status differentiate(struct kcl_formula *made, ref root,
                                const char *name)
{
	struct kcl__graph *g = &made->g;
	int n = g->arguments, v = 0;
	struct kcl__argument *cotangent;

	while (v < n && (!g->argument[v].name
	                 || strcmp(g->argument[v].name, name) != 0))
		v++;
	if (v == n)
		return kcl__fail(KCL_NAME, "the formula has no variable "
		                 "\"%.40s\"", name);
	if (n == KCL__MAX_ARGUMENTS)
		return kcl__fail(KCL_LIMIT, "a gradient takes one argument "
		                 "more, and there are %d already", n);
	cotangent = &g->argument[g->arguments++];
	cotangent->category = g->node[root].u.par[1];
	cotangent->dim = g->node[root].dim;
	if (complete(made, kcl__gradient(g, root, kcl__var(g, v),
	                                 kcl__var(g, n))))
		return kcl__last_status();
	return KCL_OK;
}

kcl_status kcl_formula_grad(const kcl_formula *formula, const char *name,
                            kcl_formula **grad)
{
	struct kcl_formula *made;
	kcl_status status;

	*grad = NULL;
	if (!formula || !name)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                 formula ? "the variable's name"
		                 : "the formula");
	made = blank();
	status = made && kcl__graph_copy(&made->g, &formula->g) == 0
		? differentiate(made, formula->root, name) : KCL_MEMORY;
	if (status) {
		kcl_formula_free(made);
		made = NULL;
	}
	*grad = made;
	return status;
}

void kcl__formula_hold(struct kcl_formula *formula)
{
	atomic_fetch_add(&formula->holders, 1);
}

void kcl_formula_free(kcl_formula *formula)
{
	if (!formula || atomic_fetch_sub(&formula->holders, 1) > 1)
		return;
	for (size_t k = 0; k < formula->passes; k++)
		kcl__pass_free(&formula->pass[k]);
	free(formula->pass);
	free(formula->text);
	kcl__graph_free(&formula->g);
	free(formula);
}

const char *kcl_formula_text(const kcl_formula *formula)
{
	return formula ? formula->text : NULL;
}

size_t kcl_formula_inputs(const kcl_formula *formula)
{
	return formula ? (size_t)formula->g.arguments : 0;
}

kcl_status kcl_formula_input(const kcl_formula *formula, size_t k,
                             kcl_slot *slot)
{
	const struct kcl__argument *a;

	memset(slot, 0, sizeof *slot);
	if (k >= kcl_formula_inputs(formula))
		return kcl__fail(KCL_ARGUMENT, "input %zu of %zu", k,
		                 kcl_formula_inputs(formula));
	a = &formula->g.argument[k];
	slot->name = a->name;
	slot->category = a->category;
	slot->dim = a->dim;
	return KCL_OK;
}

static const struct kcl__sizes *sizes(const kcl_formula *formula)
{
	return &formula->pass[formula->passes - 1].sizes;
}

size_t kcl_formula_outputs(const kcl_formula *formula)
{
	if (!formula)
		return 0;
	return (size_t)(sizes(formula)->values > 0)
		+ (size_t)(sizes(formula)->indices > 0);
}

kcl_status kcl_formula_output(const kcl_formula *formula, size_t k,
                              kcl_slot *slot)
{
	memset(slot, 0, sizeof *slot);
	if (k >= kcl_formula_outputs(formula))
		return kcl__fail(KCL_ARGUMENT, "output %zu of %zu", k,
		                 kcl_formula_outputs(formula));
	slot->category = formula->g.node[formula->root].u.par[1];
	slot->is_index = k > 0 || sizes(formula)->values == 0;
	slot->dim = slot->is_index ? sizes(formula)->indices
		: sizes(formula)->values;
	return KCL_OK;
}
