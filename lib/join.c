/* join.c - formulas made of others: joined, or summed in another way
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "diag.h"
#include "frontend/parse.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

/* The number in G of the argument A of another formula; -1 after a failure.  */
static int add_argument(struct kcl__graph *g, const struct kcl__argument *a)
{
	int k = kcl__argument_named(g, a->name);
	struct kcl__argument *own = &g->argument[k < 0 ? g->arguments : k];

	if (k >= 0 && (own->dim != a->dim || own->category != a->category)) {
		kcl__fail(KCL_DIM, "variable %.40s is %s(%lld) in one formula "
		          "and %s(%lld) in another", a->name,
		          kcl__kinds[own->category], (long long)own->dim,
		          kcl__kinds[a->category], (long long)a->dim);
		return -1;
	}
	if (k >= 0)
		return k;
	if (g->arguments == KCL__MAX_ARGUMENTS) {
		kcl__fail(KCL_LIMIT, "formula: expected at most %d arguments, "
		          "found one more", KCL__MAX_ARGUMENTS);
		return -1;
	}
	*own = *a;
	if (a->name)
		own->name = kcl__copy(a->name, strlen(a->name));
	g->arguments++;
	return a->name && !own->name ? -1 : g->arguments - 1;
}

/* Node N of another graph, whose arguments have the numbers NUMBER and whose
 * nodes have become DONE.  */
static ref add_node(struct kcl__graph *g, struct kcl__node n,
                    const int *number, const ref *done)
{
	if (n.op == KCL__VAR && n.u.par[0] >= 0)        /* no direction */
		n.u.par[0] = number[n.u.par[0]];
	for (int k = 0; k < n.narg; k++)
		n.arg[k] = done[n.arg[k]];
	return kcl__intern(g, &n);
}

/* The first argument of F that is not yet DONE; 0 if all are.  */
static ref open_argument(const struct kcl__graph *g, ref f, const ref *done)
{
	const struct kcl__node *n = &g->node[f];

	for (int k = 0; k < n->narg; k++)
		if (!done[n->arg[k]])
			return n->arg[k];
	return 0;
}

/* Sets DONE to what F and all that it needs become, arguments from first to
 * last; STACK has room for all nodes.  The order of nodes is that of terms and
 * factors, and so of roundings: it is to be the formula's alone.  */
static int add_needed(struct kcl__graph *g, const struct kcl__graph *from,
                      ref f, const int *number, ref *stack, ref *done)
{
	size_t height = 0;

	if (!done[f])
		stack[height++] = f;
	while (height > 0) {
		ref top = stack[height - 1];
		ref open = open_argument(from, top, done);

		if (open) {
			stack[height++] = open;
			continue;
		}
		done[top] = add_node(g, from->node[top], number, done);
		if (!done[top])
			return -1;
		height--;
	}
	return 0;
}

/* Sets DONE to what the nodes of FROM that are MARKed become.  */
static int add_nodes(struct kcl__graph *g, const struct kcl__graph *from,
                     const int *number, const unsigned char *mark, ref *done)
{
	for (ref f = 1; f < from->count; f++)
		if (mark[f]) {
			done[f] = add_node(g, from->node[f], number, done);
			if (!done[f])
				return -1;
		}
	return 0;
}

static int add_roots(struct kcl_formula *formula,
                     const struct kcl_formula *from, const int *number)
{
	unsigned char *mark = kcl__alloc(from->g.count, 1);
	ref *done = kcl__alloc(2 * from->g.count, sizeof *done);
	int failed = !mark || !done;

	for (size_t k = 0; !failed && k < from->roots; k++) {
		if (from->pieces)
			failed = add_needed(&formula->g, &from->g,
				from->root[k], number, done + from->g.count,
				done);
		else
			kcl__mark(&from->g, from->root[k], 1, mark);
	}
	if (!failed && !from->pieces)
		failed = add_nodes(&formula->g, &from->g, number, mark, done);
	for (size_t k = 0; !failed && k < from->roots; k++)
		formula->root[formula->roots++] = done[from->root[k]];
	free(mark);
	free(done);
	return failed ? -1 : 0;
}

int kcl__formula_add(struct kcl_formula *formula,
                     const struct kcl_formula *from)
{
	int number[KCL__MAX_ARGUMENTS];

	if (formula->roots + from->roots > KCL__MAX_ROOTS) {
		kcl__fail(KCL_LIMIT, "formula: expected at most %d reductions",
		          KCL__MAX_ROOTS);
		return -1;
	}
	if (formula->roots
	    && (formula->g.sums != from->g.sums
	        || formula->g.sum_bits != from->g.sum_bits)) {
		kcl__fail(KCL_ARGUMENT, "expected formulas that are summed "
		          "alike, found two that are not");
		return -1;
	}
	formula->g.sums = from->g.sums;
	formula->g.sum_bits = from->g.sum_bits;
	for (int k = 0; k < from->g.arguments; k++) {
		number[k] = add_argument(&formula->g, &from->g.argument[k]);
		if (number[k] < 0)
			return -1;
	}
	return add_roots(formula, from, number);
}

kcl_status kcl_formula_join(size_t count, const kcl_formula *const *formulas,
                            kcl_formula **joined)
{
	struct kcl_formula *made;
	int failed;

	if (kcl__nowhere(joined, "the formula"))
		return KCL_ARGUMENT;
	*joined = NULL;
	if (count == 0 || !formulas)
		return kcl__fail(KCL_ARGUMENT, count ? "the array of formulas "
		                 "is NULL" : "expected a formula at least, "
		                 "found none");
	for (size_t k = 0; k < count; k++)
		if (!formulas[k])
			return kcl__fail(KCL_ARGUMENT, "formula %zu is NULL",
			                 k);
	made = kcl__formula_blank();
	failed = !made;
	for (size_t k = 0; !failed && k < count; k++)
		failed = kcl__formula_add(made, formulas[k]);
	return kcl__formula_finish(made, failed, joined);
}

kcl_status kcl_formula_summed(const kcl_formula *formula, kcl_sums sums,
                              int bits, kcl_formula **summed)
{
	struct kcl_formula *made;
	int failed;

	if (kcl__nowhere(summed, "the formula"))
		return KCL_ARGUMENT;
	*summed = NULL;
	if (!formula)
		return kcl__fail(KCL_ARGUMENT, "the formula is NULL");
	if (sums > KCL_SUMS_KAHAN)
		return kcl__fail(KCL_ARGUMENT, "sums is %u; expected "
		                 "KCL_SUMS_BLOCKS, KCL_SUMS_DIRECT or "
		                 "KCL_SUMS_KAHAN", (unsigned)sums);
	if (bits != 0 && bits != 64)
		return kcl__fail(KCL_ARGUMENT, "bits is %d; expected 64, or 0 "
		                 "for those of the arguments", bits);
	made = kcl__formula_blank();
	failed = !made || kcl__formula_add(made, formula);
	if (!failed) {
		made->g.sums = sums;
		made->g.sum_bits = bits;
	}
	return kcl__formula_finish(made, failed, summed);
}
