/* expression.c - formulas built piece by piece
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "diag.h"
#include "frontend/parse.h"
#include "mem.h"
#include "print.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The first failure is kept, with its message (NULL without memory).  */
struct kcl_builder {
	struct kcl_formula *pieces;     /* no roots, but while these are used */
	int declared;                   /* variables */
	kcl_status status;
	char *message;
	size_t offset, length;          /* the message's place in a text */
	char *told;                     /* what kcl_expr_text returned last */
};

kcl_status kcl_builder_make(kcl_builder **builder)
{
	struct kcl_builder *made;

	if (kcl__nowhere(builder, "the builder"))
		return KCL_ARGUMENT;
	made = kcl__alloc(1, sizeof *made);
	if (made)
		made->pieces = kcl__formula_blank();
	if (made && !made->pieces) {
		free(made);
		made = NULL;
	}
	if (made)
		made->pieces->pieces = 1;
	*builder = made;
	return made ? KCL_OK : KCL_MEMORY;
}

void kcl_builder_free(kcl_builder *builder)
{
	if (!builder)
		return;
	kcl_formula_free(builder->pieces);
	free(builder->message);
	free(builder->told);
	free(builder);
}

/* Node F of B; where it is 0, a failure that has been reported.  After one, all
 * is.  */
static kcl_expr expression(struct kcl_builder *b, ref f)
{
	const char *message = kcl_message();

	if (!f && !b->status) {
		b->status = kcl__last_status();
		kcl_message_span(&b->offset, &b->length);
		b->message = kcl__copy(message, strlen(message));
	}
	return (kcl_expr){ b, b->status ? 0 : f };
}

static kcl_expr nothing(const char *what)
{
	kcl__fail(KCL_ARGUMENT, "%s is NULL", what);
	return (kcl_expr){ NULL, 0 };
}

kcl_expr kcl_variable(kcl_builder *builder, const char *declaration)
{
	struct kcl__graph *g;
	int number;

	if (!builder)
		return nothing("the builder");
	g = &builder->pieces->g;
	number = builder->declared++;
	if (!declaration) {
		kcl__fail(KCL_ARGUMENT, "the declaration is NULL");
		return expression(builder, 0);
	}
	if (number < KCL__MAX_ARGUMENTS && g->argument[number].dim)
		number = g->arguments;          /* a piece has it */
	return expression(builder, kcl__parse_variable(g, number, declaration));
}

kcl_expr kcl_number(kcl_builder *builder, double value)
{
	char text[KCL__DECIMAL];

	if (!builder)
		return nothing("the builder");
	if (!isfinite(value)) {
		kcl__fail(KCL_ARGUMENT, "the number is %s; expected a finite "
		          "one", kcl__decimal(value, 6, text));
		return expression(builder, 0);
	}
	return expression(builder, kcl__const(&builder->pieces->g, value));
}

/* Reports again what has failed in B first.  */
static kcl_status again(const struct kcl_builder *b)
{
	kcl__fail(b->status, "%s", b->message ? b->message
	          : kcl_status_text(b->status));
	kcl__set_span(b->offset, b->length);
	return b->status;
}

/* Takes the nodes of COUNT expressions; they are of one builder, which is
 * returned.  NULL after a failure, also one of before.  */
static struct kcl_builder *take(size_t count, const kcl_expr *expr, ref *node)
{
	struct kcl_builder *b;

	if (!expr || count == 0 || count > KCL__MAX_ROOTS) {
		kcl__fail(KCL_ARGUMENT, expr ? "%zu expressions; expected 1 to "
		          "%d" : "the array of %zu expressions is NULL",
		          count, KCL__MAX_ROOTS);
		return NULL;
	}
	b = expr[0].builder;
	for (size_t k = 0; k < count; k++) {
		if (!expr[k].builder || expr[k].builder != b
		    || expr[k].node >= b->pieces->g.count
		    || (!expr[k].node && !b->status)) {
			kcl__fail(KCL_ARGUMENT, "expression %zu is %s", k + 1,
			          !expr[k].builder ? "of no builder"
			          : expr[k].builder != b ? "of another builder "
			          "than expression 1" : "none of its builder");
			return NULL;
		}
		node[k] = expr[k].node;
		if (!node[k] || b->status) {
			again(b);
			return NULL;
		}
	}
	return b;
}

kcl_expr kcl_expr_apply(const char *text, size_t count,
                        const kcl_expr *operands)
{
	ref node[KCL__MAX_ROOTS];
	struct kcl_builder *b = take(count, operands, node);

	if (b && text)
		return expression(b, kcl__parse_piece(&b->pieces->g, text,
		                                      node, count));
	if (b)
		kcl__fail(KCL_ARGUMENT, "the text is NULL");
	else
		b = operands && count ? operands[0].builder : NULL;
	return b ? expression(b, 0) : (kcl_expr){ NULL, 0 };
}

kcl_status kcl_formula_of(size_t count, const kcl_expr *reductions,
                          kcl_formula **formula)
{
	ref node[KCL__MAX_ROOTS];
	struct kcl_formula *made = NULL;
	struct kcl_builder *b;
	int failed;

	if (kcl__nowhere(formula, "the formula"))
		return KCL_ARGUMENT;
	*formula = NULL;
	b = take(count, reductions, node);
	if (!b)
		return kcl__last_status();
	if (kcl__check_arguments(&b->pieces->g))
		return kcl__last_status();
	for (size_t k = 0; k < count; k++)
		if (!kcl__is_reduction(&b->pieces->g, node[k]))
			return kcl__fail(KCL_SYNTAX, "expression %zu is a "
				"formula; expected a reduction, such as "
				"Sum_Reduction(f, 0)", k + 1);
	made = kcl__formula_blank();
	memcpy(b->pieces->root, node, count * sizeof *node);
	b->pieces->roots = count;
	failed = !made || kcl__formula_add(made, b->pieces);
	b->pieces->roots = 0;
	return kcl__formula_finish(made, failed, formula);
}

kcl_status kcl_expr_slot(kcl_expr expr, kcl_slot *slot)
{
	static const int category[] = { KCL__P, KCL__I, KCL__J, KCL__IJ };
	const struct kcl__node *n;
	struct kcl__sizes sizes;
	ref f;

	if (kcl__nowhere(slot, "the slot"))
		return KCL_ARGUMENT;
	memset(slot, 0, sizeof *slot);
	if (!take(1, &expr, &f))
		return kcl__last_status();
	n = &expr.builder->pieces->g.node[f];
	if (n->op == KCL__VAR)
		slot->name = expr.builder->pieces->g.argument[n->u.par[0]].name;
	if (n->op >= KCL__RED)
		kcl__sizes_of(&expr.builder->pieces->g, f, &sizes);
	slot->is_index = n->op >= KCL__RED && !sizes.values;
	slot->category = category[n->mask];
	slot->dim = n->dim;
	return KCL_OK;
}

const char *kcl_expr_text(kcl_expr expr)
{
	struct kcl__sb text = { 0 };
	ref f;

	if (!take(1, &expr, &f))
		return NULL;
	kcl__print(&expr.builder->pieces->g, f, KCL__USER_NAMES, KCL__MAX_TEXT,
	           &text);
	free(expr.builder->told);
	expr.builder->told = kcl__sb_take(&text);
	return expr.builder->told;
}
