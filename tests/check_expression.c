/* check_expression.c - formulas built piece by piece
 * SPDX-License-Identifier: MIT */
#include "keopscl.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VARS = 5 };

static const char *const vars[VARS] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(2)",
	"s=Pm(1)", "e=Vi(2)" };

static kcl_builder *begin(kcl_expr *v)
{
	kcl_builder *b;

	ck_assert(!kcl_builder_make(&b));
	for (int k = 0; k < VARS; k++)
		v[k] = kcl_variable(b, vars[k]);
	return b;
}

/* ----- the same as from text ---------------------------------------------- */

/* Each piece may use the variables, $1 to $5, and those before it, from $6 on;
 * the last one is the formula of TEXT.  */
static const struct {
	const char *text, *piece[5];
} same[] = {
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)", { "SqDist($1,$2)",
	  "Exp(-$4*$6)", "$7*$3", "Sum_Reduction($8,0)" } },
	{ "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)", { "SqDist(x,$2)",
	  "Sum_Reduction(Exp(-s*$6)*b,0)" } },
	{ "Sum_Reduction((x-y)**2*s,0)", { "$1-$2", "$6**2*$4",
	  "Sum_Reduction($7,0)" } },
	{ "Sum_Reduction(2*Grad(Exp(-SqDist(x,y)),x),0)", { "Exp(-SqDist(x,y))",
	  "Grad($6,$1)", "Sum_Reduction(2*$7,0)" } },
	{ "Sum_Reduction(Laplacian(Exp(-SqDist(x,y)),x),0)",
	  { "Exp(-SqDist(x,y))", "Laplacian($6,$1)", "Sum_Reduction($7,0)" } },
	{ "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)",
	  { "Exp(-SqDist(x,y))*b", "Sum_Reduction($6,0)", "Grad($7,$1,$5)" } },
	{ "Sum_Reduction(Sum_Reduction(y*s,0)*x,1)", { "Sum_Reduction($2*s,0)",
	  "$6*$1", "Sum_Reduction($7,1)" } },
	{ "ArgKMin_Reduction(SqDist(x,y),3,0)", { "SqDist(x,y)",
	  "ArgKMin_Reduction($6,3,0)" } },
	{ "SumSoftMaxWeight_Reduction((x|y),0,b)", { "(x|y)",
	  "SumSoftMaxWeight_Reduction($6,0,$3)" } },
	{ "Sum_Reduction(Elem([x,s],3)*y,0)", { "[$1,$4]", "Elem($6,3)",
	  "Sum_Reduction($7*$2,0)" } },
	{ "Sum_Reduction(TensorDot(x,y,(3),(3),(0),(0)),0)",
	  { "TensorDot($1,$2,(3),(3),(0),(0))", "Sum_Reduction($6,0)" } },
	{ "Dense(x<y)", { "$1<$2", "Dense($6)" } },
};

START_TEST(texts_are_the_same)
{
	kcl_expr e[VARS + 5];
	kcl_builder *b = begin(e);
	kcl_formula *built, *parsed;
	int n = 0;

	for (; n < 5 && same[_i].piece[n]; n++)
		e[VARS + n] = kcl_expr_apply(same[_i].piece[n],
		                             (size_t)(VARS + n), e);
	ck_assert_msg(!kcl_formula_of(1, &e[VARS + n - 1], &built), "%s",
	              kcl_message());
	kcl_builder_free(b);
	ck_assert(!kcl_formula_parse(same[_i].text, VARS, vars, &parsed));
	ck_assert_str_eq(kcl_formula_text(built), kcl_formula_text(parsed));
	ck_assert_uint_eq(kcl_formula_inputs(built), VARS);
	kcl_formula_free(built);
	kcl_formula_free(parsed);
}
END_TEST

/* Of several reductions, and with numbers of the program's; formulas of one
 * builder do not know of each other.  */
START_TEST(pieces_are_used_again)
{
	kcl_expr v[VARS], d, k, sums[2];
	kcl_builder *b = begin(v);
	kcl_formula *formula;

	d = kcl_apply("SqDist($1,$2)", v[0], v[1]);
	k = kcl_number(b, 0);
	for (int n = 1; n < 4; n++)
		k = kcl_apply("$1+Exp(-$2*$3)", k, kcl_number(b, 0.1 * n), d);
	sums[0] = kcl_apply("Sum_Reduction($1,0)", k);
	sums[1] = kcl_apply("Min_Reduction($1,1)", d);
	ck_assert(!kcl_formula_of(2, sums, &formula));
	ck_assert_uint_eq(kcl_formula_outputs(formula), 2);
	ck_assert(strstr(kcl_formula_text(formula), "0.30000000000000004"));
	kcl_formula_free(formula);
	ck_assert(!kcl_formula_of(1, &sums[1], &formula));
	ck_assert_uint_eq(kcl_formula_outputs(formula), 1);
	ck_assert_str_eq(kcl_formula_text(formula),
	                 "Min_Reduction(SqNorm2(x-y),1)");
	kcl_formula_free(formula);
	kcl_builder_free(b);
}
END_TEST

START_TEST(expressions_tell_what_they_are)
{
	static const struct {
		const char *text, *shown;
		int category;
		int64_t dim;
		int is_index;
	} all[] = {
		{ "x", "x", 0, 3, 0 }, { "$1+y", "x+y", 3, 3, 0 },
		{ "[b,$1]", "[b,x]", 3, 5, 0 }, { "s+1", "s+1", 2, 1, 0 },
		{ "Sum_Reduction($1*y,1)", "Sum_Reduction(x*y,1)", 1, 3, 0 },
		{ "ArgMin_Reduction($1-y,0)", "ArgMin_Reduction(x-y,0)", 0,
		  3, 1 }
	};
	kcl_expr v[VARS], e;
	kcl_builder *b = begin(v);
	kcl_slot slot;

	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		e = kcl_apply(all[k].text, v[0]);
		ck_assert(!kcl_expr_slot(e, &slot));
		ck_assert_str_eq(kcl_expr_text(e), all[k].shown);
		ck_assert(slot.category == all[k].category
		          && slot.dim == all[k].dim
		          && slot.is_index == all[k].is_index);
		ck_assert(k ? !slot.name : !strcmp(slot.name, "x"));
	}
	e = kcl_variable(b, "w = Var(5, 4, 2)");
	ck_assert(!kcl_expr_slot(e, &slot));
	ck_assert(!strcmp(slot.name, "w") && slot.category == 2
	          && slot.dim == 4);
	kcl_builder_free(b);
}
END_TEST

/* ----- failures ----------------------------------------------------------- */

static const struct {
	const char *text, *message;
	kcl_status status;
} wrong[] = {
	{ "$1*", "formula:1:4: expected a number, a name or \"(\", found the "
	  "end\n  $1*\n     ^", KCL_SYNTAX },
	{ "Exp($3)", "formula:1:5: expected an operand from $1 to $2, found "
	  "$3\n  Exp($3)\n      ^~", KCL_SYNTAX },
	{ "$0", "formula:1:1: expected an operand from $1 to $2, found $0\n"
	  "  $0\n  ^~", KCL_SYNTAX },
	{ "$99999999999999999999", "formula:1:1: expected an operand from $1 "
	  "to $2, found $9223372036854775807\n  $99999999999999999999\n"
	  "  ^~~~~~~~~~~~~~~~~~~~~", KCL_SYNTAX },
	{ "$", "formula:1:1: expected a number, a name or \"(\", found \"$\"\n"
	  "  $\n  ^", KCL_SYNTAX },
	{ "$1,$2", "formula:1:3: expected an operator or the end, found \",\"\n"
	  "  $1,$2\n    ^", KCL_SYNTAX },
	{ "", "formula: expected a number, a name or \"(\", found the end",
	  KCL_SYNTAX },
	{ "Expo($1)", "formula:1:1: unknown operation \"Expo\"; did you "
	  "mean \"Exp\"?\n  Expo($1)\n  ^~~~", KCL_NAME },
	{ "$1+$2", "formula:1:1: f + g expects equal dimensions or 1, found f "
	  "of dimension 3, g of dimension 2\n  $1+$2\n  ^~~~~", KCL_DIM },
	{ NULL, "the text is NULL", KCL_ARGUMENT },
};

/* The first failure is told, whatever else is said to the thread after it.  */
START_TEST(the_first_failure_is_told)
{
	kcl_expr v[VARS], e, last;
	kcl_builder *b = begin(v);
	kcl_formula *formula;
	kcl_slot slot;
	size_t length, again;

	e = kcl_apply(wrong[_i].text, v[0], v[2]);
	ck_assert_uint_eq(e.node, 0);
	ck_assert_str_eq(kcl_message(), wrong[_i].message);
	kcl_message_span(NULL, &length);
	ck_assert_uint_eq(kcl_apply("$1+", v[0]).node, 0);
	ck_assert(!kcl_number(b, 1).node && !kcl_variable(b, "z=Vi(1)").node);
	last = kcl_apply("Sum_Reduction($1*$2,0)", v[0], e);
	ck_assert_uint_eq(last.node, 0);
	kcl_formula_text(NULL);
	ck_assert_int_eq(kcl_formula_of(1, &last, &formula), wrong[_i].status);
	ck_assert_str_eq(kcl_message(), wrong[_i].message);
	kcl_message_span(NULL, &again);
	ck_assert_uint_eq(again, length);
	ck_assert_ptr_null(formula);
	ck_assert_int_eq(kcl_expr_slot(last, &slot), wrong[_i].status);
	ck_assert_ptr_null(kcl_expr_text(last));
	ck_assert_str_eq(kcl_message(), wrong[_i].message);
	kcl_builder_free(b);
}
END_TEST

static void refused(kcl_status status, const char *message)
{
	ck_assert_int_eq(status, KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), message);
}

START_TEST(arguments_are_checked)
{
	kcl_expr v[VARS], w[VARS], none = { NULL, 0 }, many[65];
	kcl_builder *b = begin(v), *c = begin(w);
	volatile double zero = 0;
	kcl_formula *formula;
	kcl_slot slot;

	refused(kcl_builder_make(NULL), "the address for the builder is NULL");
	kcl_builder_free(NULL);
	ck_assert_ptr_null(kcl_variable(NULL, "x=Vi(3)").builder);
	ck_assert_str_eq(kcl_message(), "the builder is NULL");
	ck_assert_uint_eq(kcl_apply("$1", none).node, 0);
	ck_assert_str_eq(kcl_message(), "expression 1 is of no builder");
	refused(kcl_formula_of(0, v, &formula),
	        "0 expressions; expected 1 to 64");
	for (int k = 0; k < 65; k++)
		many[k] = v[0];
	refused(kcl_formula_of(65, many, &formula),
	        "65 expressions; expected 1 to 64");
	refused(kcl_formula_of(1, NULL, &formula),
	        "the array of 1 expressions is NULL");
	refused(kcl_formula_of(1, v, NULL),
	        "the address for the formula is NULL");
	refused(kcl_expr_slot(v[0], NULL), "the address for the slot is NULL");
	refused(kcl_expr_slot((kcl_expr){ b, 1000 }, &slot),
	        "expression 1 is none of its builder");
	none = (kcl_expr){ b, 0 };
	refused(kcl_formula_of(1, &none, &formula),
	        "expression 1 is none of its builder");
	ck_assert_uint_eq(kcl_apply("$1+$2", v[0], w[0]).node, 0);
	ck_assert_str_eq(kcl_message(), "expression 2 is of another builder "
	                 "than expression 1");
	ck_assert_uint_eq(kcl_variable(c, NULL).node, 0);
	ck_assert_str_eq(kcl_message(), "the declaration is NULL");
	ck_assert_uint_eq(kcl_number(b, -1 / zero).node, 0);
	ck_assert_str_eq(kcl_message(), "the number is -inf; expected a finite "
	                 "one");
	kcl_builder_free(b);
	kcl_builder_free(c);
}
END_TEST

START_TEST(formulas_are_checked)
{
	kcl_expr v[VARS], sum;
	kcl_builder *b = begin(v);
	kcl_formula *formula;

	ck_assert_int_eq(kcl_formula_of(1, v, &formula), KCL_SYNTAX);
	ck_assert_str_eq(kcl_message(), "expression 1 is a formula; expected a "
	                 "reduction, such as Sum_Reduction(f, 0)");
	sum = kcl_apply("Sum_Reduction($1,0)", v[0]);
	ck_assert(!kcl_formula_of(1, &sum, &formula));
	kcl_formula_free(formula);
	ck_assert(kcl_variable(b, "z=Vi(7,1)").node);
	refused(kcl_formula_of(1, &sum, &formula), "expected a variable for "
	        "argument 5, as there is one for argument 7, found none");
	ck_assert_uint_eq(kcl_variable(b, "x=Vi(8,1)").node, 0);
	ck_assert_str_eq(kcl_message(), "variable 6:1:1: argument 0 is called "
	                 "x already\n  x=Vi(8,1)\n  ^");
	kcl_builder_free(b);
}
END_TEST

/* Numbers are as kcl_formula_parse gives them.  */
START_TEST(variables_are_numbered_alike)
{
	static const char *const odd[] = { "p=Pm(2,1)", "x=Vi(1)",
		"y=Vj(0,1)" };
	kcl_builder *b;
	kcl_formula *built, *parsed;
	kcl_slot one, other;
	kcl_expr sum;

	ck_assert(!kcl_builder_make(&b));
	for (int k = 0; k < 3; k++)
		ck_assert(kcl_variable(b, odd[k]).node);
	sum = kcl_apply("Sum_Reduction($1*x*y*p,0)", kcl_number(b, 2));
	ck_assert_msg(!kcl_formula_of(1, &sum, &built), "%s", kcl_message());
	ck_assert(!kcl_formula_parse("Sum_Reduction(2*x*y*p,0)", 3, odd,
	                             &parsed));
	ck_assert_str_eq(kcl_formula_text(built), kcl_formula_text(parsed));
	for (size_t k = 0; k < 3; k++) {
		kcl_formula_input(built, k, &one);
		kcl_formula_input(parsed, k, &other);
		ck_assert_str_eq(one.name, other.name);
	}
	kcl_formula_free(built);
	kcl_formula_free(parsed);
	kcl_builder_free(b);
}
END_TEST

/* What else a builder has makes no difference.  */
START_TEST(formulas_are_their_own)
{
	kcl_expr v[VARS], sum;
	kcl_builder *b = begin(v);
	kcl_formula *formula, *gradient;
	char text[200];

	for (int n = 0; n < 2; n++) {
		sum = kcl_apply("Sum_Reduction(Sin($1)*$2+Exp($1)+Cos($1),0)",
		                v[0], v[1]);
		ck_assert(!kcl_formula_of(1, &sum, &formula));
		ck_assert(!kcl_formula_grad(formula, "x", &gradient));
		snprintf(text, n ? 0 : sizeof text, "%s",
		         kcl_formula_text(gradient));
		ck_assert_str_eq(kcl_formula_text(gradient), text);
		kcl_formula_free(formula);
		kcl_formula_free(gradient);
		kcl_builder_free(b);
		b = begin(v);
		kcl_apply("Cos($1)+Exp($1)*$2", v[0], v[1]);
	}
	kcl_builder_free(b);
}
END_TEST

/* Few pieces may have more paths than there are atoms.  */
START_TEST(pieces_may_share_much)
{
	static const char *const step[] = { "$1/($1+1)", "$1*(x*$1)",
		"$1*$1", "$1+$1*$1", "Exp($1)*$1", "-$1*$1" };
	kcl_expr v[VARS], e;
	kcl_builder *b = begin(v);
	kcl_formula *formula;

	e = kcl_apply("Elem(($1-$2)**2,0)", v[0], v[1]);
	for (int n = 0; n < 60; n++)
		e = kcl_apply(step[_i], e, v[3]);
	e = kcl_apply("Sum_Reduction(Exp(-s*$1),0)", e);
	ck_assert(!kcl_formula_of(1, &e, &formula)
	          || strstr(kcl_message(), "100000 nodes"));
	kcl_formula_free(formula);
	kcl_builder_free(b);
}
END_TEST

START_TEST(lists_may_be_chains)
{
	kcl_expr v[VARS], e;
	kcl_builder *b = begin(v);
	kcl_formula *formula;

	e = v[3];
	for (int n = 0; n < 5000; n++)
		e = kcl_apply(_i ? "[$1,$2]" : "[$2,$1]", e, v[3]);
	ck_assert_ptr_nonnull(kcl_expr_text(e));
	e = kcl_apply("Sum_Reduction($1,0)", e);
	ck_assert_msg(!kcl_formula_of(1, &e, &formula), "%s", kcl_message());
	kcl_formula_free(formula);
	kcl_builder_free(b);
}
END_TEST

/* Nothing is remembered of a text that is gone.  */
START_TEST(a_builder_has_an_end)
{
	kcl_expr v[VARS], e = { NULL, 1 };
	kcl_builder *b = begin(v);
	char *text = strdup("Sum_Reduction($1*1000000,0)");
	kcl_formula *formula;
	int n = 0;

	ck_assert(kcl_apply(text, v[0]).node > 0);
	free(text);
	while (e.node)
		e = kcl_number(b, n++);
	ck_assert_str_eq(kcl_message(), "formula: the formula has more than "
	                 "100000 nodes");
	ck_assert_int_eq(kcl_formula_of(1, &e, &formula), KCL_LIMIT);
	kcl_builder_free(b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("expression");
	TCase *tc = tcase_create("expression");

	tcase_add_loop_test(tc, texts_are_the_same, 0,
	                    sizeof same / sizeof *same);
	tcase_add_test(tc, pieces_are_used_again);
	tcase_add_test(tc, expressions_tell_what_they_are);
	tcase_add_loop_test(tc, the_first_failure_is_told, 0,
	                    sizeof wrong / sizeof *wrong);
	tcase_add_test(tc, arguments_are_checked);
	tcase_add_test(tc, formulas_are_checked);
	tcase_add_test(tc, variables_are_numbered_alike);
	tcase_add_test(tc, formulas_are_their_own);
	tcase_add_loop_test(tc, pieces_may_share_much, 0, 6);
	tcase_add_loop_test(tc, lists_may_be_chains, 0, 2);
	tcase_add_test(tc, a_builder_has_an_end);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
