/* linear.c - formulas that multiply an argument with a matrix
 * SPDX-License-Identifier: MIT */
#include "linear.h"
#include "ad/grad.h"
#include "diag.h"
#include "mem.h"
#include "simplify.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const categories[] = { "Vi", "Vj", "Pm" };

const char *kcl__argument_text(const struct kcl_formula *formula, size_t v,
                               char text[KCL__NAMED])
{
	const char *name = formula->g.argument[v].name;

	snprintf(text, KCL__NAMED, "argument %zu%s%.40s%s", v, name ? " (" : "",
	         name ? name : "", name ? ")" : "");
	return text;
}

/* Whether each coordinate of F depends on no other of U than its own, for which
 * it is enough that all between them acts on coordinates.  MARK is zeroed.  */
static int is_apart(const struct kcl__graph *g, ref f, ref u,
                    unsigned char *mark)
{
	enum { NEEDED = 1, DEPENDS };
	int apart = 1;

	kcl__mark(g, f, 1, mark);
	mark[u] = DEPENDS;
	for (ref k = u + 1; k <= f; k++) {
		const struct kcl__node *n = &g->node[k];

		for (int a = 0; a < n->narg && mark[k] == NEEDED; a++)
			mark[k] = mark[n->arg[a]] == DEPENDS ? DEPENDS : NEEDED;
		for (int a = 0; a < n->narg && mark[k] == DEPENDS; a++)
			apart &= n->op < KCL__RED
				&& kcl__ops[n->op].kind == KCL__EW
				&& (mark[n->arg[a]] != DEPENDS
				    || g->node[n->arg[a]].dim == n->dim);
	}
	return apart;
}

/* The derivative of what MADE sums up, in argument V and direction E.  */
static ref derivative(struct kcl_formula *made, size_t v, ref e)
{
	struct kcl__graph *g = &made->g;

	return kcl__derive(g, kcl__gradient(g, g->node[made->root[0]].arg[0],
	                                    kcl__var(g, (int)v), e));
}

/* Looks at MADE, a copy of a formula.  A linear one has a derivative that does
 * not depend on the argument.  */
static kcl_status look(struct kcl_formula *made, size_t v, int *apart)
{
	struct kcl__graph *g = &made->g;
	const struct kcl__node sum = g->node[made->root[0]];
	ref u = kcl__var(g, (int)v);
	ref d = derivative(made, v, kcl__direction(g, KCL__COTANGENT, sum.dim));
	unsigned char *mark = kcl__alloc(2 * g->count, 1);
	char text[KCL__NAMED];
	kcl_status status = mark && d ? KCL_OK : kcl__last_status();

	if (!status) {
		kcl__mark(g, d, 1, mark);
		*apart = is_apart(g, sum.arg[0], u, mark + g->count);
		if (mark[u])
			status = kcl__fail(KCL_ARGUMENT, "the formula is not "
				"linear in the unknown, %s",
				kcl__argument_text(made, v, text));
	}
	free(mark);
	return status;
}

/* A copy of FORMULA, with no passes yet; NULL after a failure.  */
static struct kcl_formula *copy(const struct kcl_formula *formula)
{
	struct kcl_formula *made = kcl__formula_blank();

	if (made && !kcl__formula_add(made, formula))
		return made;
	kcl_formula_free(made);
	return NULL;
}

kcl_status kcl__linear_check(const struct kcl_formula *formula, size_t v,
                             int *apart)
{
	struct kcl_formula *made;
	char text[KCL__NAMED];
	kcl_slot in, out;
	kcl_status status;

	if (v >= kcl_formula_inputs(formula))
		return kcl__fail(KCL_ARGUMENT, "the unknown is argument %zu; "
		                 "there are %zu", v,
		                 kcl_formula_inputs(formula));
	kcl_formula_input(formula, v, &in);
	kcl_formula_output(formula, 0, &out);
	if (formula->roots != 1 || out.is_index || out.category > KCL__J
	    || kcl__reds[kcl__feed_of(formula, formula->root[0])->red].monoid
	       != KCL__Total)
		return kcl__fail(KCL_ARGUMENT, "a system needs a formula that "
		                 "is one Sum_Reduction with tag 0 or 1");
	if (in.category != !out.category)
		return kcl__fail(KCL_ARGUMENT, "the unknown, %s, is %s; "
		                 "expected %s, which the formula sums over",
		                 kcl__argument_text(formula, v, text),
		                 categories[in.category],
		                 categories[!out.category]);
	if (in.dim != out.dim)
		return kcl__fail(KCL_DIM, "the unknown, %s, has dimension "
		                 "%lld, and the result %lld",
		                 kcl__argument_text(formula, v, text),
		                 (long long)in.dim, (long long)out.dim);
	made = copy(formula);
	status = made ? look(made, v, apart) : kcl__last_status();
	kcl_formula_free(made);
	return status;
}

kcl_status kcl__entries_check(const struct kcl_formula *formula, int apart)
{
	if (apart && formula->passes == 1 && !formula->indexed[KCL__I]
	    && !formula->indexed[KCL__J])
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "a rank needs a formula such as k*b, "
	                 "where k has neither reductions nor Index_i() and "
	                 "Index_j()");
}

/* Has MADE sum up the elements, by which all ones are multiplied.  */
static int make_entries(struct kcl_formula *made, size_t v)
{
	struct kcl__graph *g = &made->g;
	const struct kcl__node sum = g->node[made->root[0]];
	ref one = kcl__const(g, 1), mean = kcl__const(g, 1.0 / sum.dim);
	ref ones = sum.dim == 1 ? one
		: kcl__make(g, KCL__SumT, 1, &one, sum.dim, 0);
	ref all = kcl__make1(g, KCL__Sum, derivative(made, v, ones));

	all = kcl__make2(g, KCL__Mult, mean, all);
	made->root[0] = kcl__reduction(g, 0, all, 0, 0, sum.u.par[1]);
	return made->root[0] ? 0 : -1;
}

kcl_status kcl__entries_make(struct kcl_kernel *kernel, size_t v)
{
	size_t nin = kcl_formula_inputs(kernel->formula);
	struct kcl_formula *made;
	kcl_status status;

	if (!kernel->entries)
		kernel->entries = kcl__alloc(nin, sizeof *kernel->entries);
	if (!kernel->entries)
		return KCL_MEMORY;
	if (kernel->entries[v])
		return KCL_OK;
	made = copy(kernel->formula);
	if (!made)
		return kcl__last_status();
	status = kcl__formula_finish(made, make_entries(made, v), &made);
	if (!status)
		status = kcl_kernel_from(kernel->ctx, made,
		                         &kernel->entries[v]);
	kcl_formula_free(made);
	return status;
}
