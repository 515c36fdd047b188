/* linear.c - formulas that multiply an argument with a matrix
 * SPDX-License-Identifier: MIT */
#include "linear.h"
#include "ad/grad.h"
#include "diag.h"
#include "frontend/parse.h"
#include "mem.h"
#include "simplify.h"
#include <stdlib.h>

const char *kcl__argument_text(const struct kcl_formula *formula, size_t v,
                               char text[KCL__NAMED])
{
	return kcl__array_text("argument", v, formula->g.argument[v].name,
	                       text);
}

/* What is between the unknown and the sum.  */
struct path {
	int apart;              /* each coordinate depends on its own alone */
	int steps;              /* it counts by steps: Sign, ArgMax, Mod */
	int inside;             /* a reduction in the formula depends on it */
};

/* Notes that node N of G depends on the unknown by argument A.  */
static void note(const struct kcl__graph *g, const struct kcl__node *n, int a,
                 struct path *path)
{
	const struct kcl__opinfo *o = &kcl__ops[n->op];

	if (n->op >= KCL__RED) {
		path->inside = 1;
		return;
	}
	path->steps |= n->op == KCL__Mod || (o->rule[a] && !*o->rule[a]);
	path->apart &= o->kind == KCL__EW && g->node[n->arg[a]].dim == n->dim;
}

/* Looks at all between F and U; 0, or -1 without memory.  */
static int walk(const struct kcl__graph *g, ref f, ref u, struct path *path)
{
	enum { NEEDED = 1, DEPENDS };
	unsigned char *mark = kcl__alloc(g->count, 1);

	*path = (struct path){ .apart = 1 };
	if (!mark)
		return -1;
	kcl__mark(g, f, 1, mark);
	mark[u] = DEPENDS;
	for (ref k = u + 1; k <= f; k++) {
		const struct kcl__node *n = &g->node[k];

		for (int a = 0; a < n->narg && mark[k]; a++)
			if (mark[n->arg[a]] == DEPENDS) {
				mark[k] = DEPENDS;
				note(g, n, a, path);
			}
	}
	path->apart |= g->node[u].dim == 1;
	free(mark);
	return 0;
}

/* The derivative of what MADE sums up, in argument V and direction E.  */
static ref derivative(struct kcl_formula *made, size_t v, ref e)
{
	struct kcl__graph *g = &made->g;

	return kcl__derive(g, kcl__gradient(g, g->node[made->root[0]].arg[0],
	                                    kcl__var(g, (int)v), e));
}

/* Whether F depends on U; -1 without memory.  */
static int depends(const struct kcl__graph *g, ref f, ref u)
{
	unsigned char *mark = kcl__alloc(g->count, 1);
	int does = -1;

	if (mark) {
		kcl__mark(g, f, 1, mark);
		does = mark[u];
	}
	free(mark);
	return does;
}

/* Whether MADE, a copy of a formula, is linear in argument V, but for what may
 * be added: then the derivative does not depend on it.  */
static kcl_status look(struct kcl_formula *made, size_t v, int *apart)
{
	struct kcl__graph *g = &made->g;
	const struct kcl__node sum = g->node[made->root[0]];
	ref u = kcl__var(g, (int)v), d;
	char text[KCL__NAMED];
	struct path path;
	int bent;

	if (walk(g, sum.arg[0], u, &path))
		return KCL_MEMORY;
	*apart = path.apart;
	if (path.inside)
		return kcl__fail(KCL_ARGUMENT, "a reduction inside of the "
			"formula depends on the unknown, %s",
			kcl__argument_text(made, v, text));
	d = derivative(made, v, kcl__direction(g, KCL__COTANGENT, sum.dim));
	bent = path.steps || !d ? d != 0 : depends(g, d, u);
	if (!d || bent < 0)
		return kcl__last_status();
	return !bent ? KCL_OK : kcl__fail(KCL_ARGUMENT, "the formula is not "
		"linear in the unknown, %s", kcl__argument_text(made, v, text));
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
		                 kcl__kinds[in.category],
		                 kcl__kinds[!out.category]);
	if (in.dim != out.dim)
		return kcl__fail(KCL_DIM, "the unknown, %s, has dimension "
		                 "%lld, and the result %lld",
		                 kcl__argument_text(formula, v, text),
		                 (long long)in.dim, (long long)out.dim);
	made = kcl__formula_blank();
	status = made && !kcl__formula_add(made, formula)
		? look(made, v, apart) : kcl__last_status();
	kcl_formula_free(made);
	return status;
}

kcl_status kcl__entries_check(const struct kcl_formula *formula, int apart)
{
	const char *has = !apart ? "mixes the columns of the unknown"
		: formula->passes > 1 ? "has reductions inside"
		: formula->indexed[KCL__I] || formula->indexed[KCL__J]
		? "has Index_i() or Index_j()" : NULL;

	return !has ? KCL_OK
		: kcl__fail(KCL_ARGUMENT, "a rank is given for a formula that "
		            "%s; expected one such as k(x, y)*b", has);
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
	made = kcl__formula_blank();
	status = kcl__formula_finish(made, !made
		|| kcl__formula_add(made, kernel->formula)
		|| make_entries(made, v), &made);
	if (!status)
		status = kcl_kernel_from(kernel->ctx, made,
		                         &kernel->entries[v]);
	kcl_formula_free(made);
	return status;
}
