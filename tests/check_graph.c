/* check_graph.c - formulas made, simplified, written out and derived
 * SPDX-License-Identifier: MIT */
#include "ad/grad.h"
#include "anyformula.h"
#include "diag.h"
#include "frontend/parse.h"
#include "print.h"
#include "simplify.h"
#include "suite.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

/* ----- random formulas -------------------------------------------------- */

enum { SUITES = 100, STEPS = 150 };

/* The text of F in USER names, to be freed; NULL if it is too long to be read
 * again.  */
static char *text_of(const struct kcl__graph *g, ref f)
{
	struct kcl__sb sb = { 0 };

	if (kcl__print(g, f, KCL__USER_NAMES, KCL__MAX_TEXT - 10, &sb)) {
		kcl__sb_free(&sb);
		return NULL;
	}
	return kcl__sb_take(&sb);
}

/* The one formula of TEXT.  */
static ref parse_one(struct kcl__graph *g, const char *text)
{
	ref root[KCL__MAX_ROOTS];
	size_t roots;

	return kcl__parse(g, text, root, &roots) ? 0 : root[0];
}

/* F as text is F; 1 if it was short enough to be tried.  */
static int check_text(struct kcl__graph *g, ref f)
{
	char *text = text_of(g, f);
	ref back;

	if (!text)
		return 0;
	back = parse_one(g, text);
	g->text = "";
	if (!back && kcl__last_status() == KCL_LIMIT) {
		free(text);
		return 0;       /* nested deeper than is allowed */
	}
	ck_assert_msg(back == f, "%s: %s", text,
	              back ? text_of(g, back) : kcl_message());
	free(text);
	return 1;
}

static ref gradient_of(struct kcl__graph *g, ref f, ref v)
{
	ref e = kcl__make(g, KCL__Extract, 1, (ref[]){ kcl__var(g, 4) }, 0,
	                  g->node[f].dim);

	return e ? kcl__derive(g, kcl__gradient(g, f, v, e)) : 0;
}

/* Simplified or not, the values are the same.  */
static void check_value(const struct any *any, ref made, ref raw)
{
	const struct kcl__graph *g = &any->g;
	double *m = any_values(g, made), *r = any_values(g, raw);

	ck_assert_int_eq(g->node[made].dim, g->node[raw].dim);
	for (uint32_t k = 0; k < g->node[made].dim; k++)
		ck_assert_msg(!isfinite(r[k]) || fabs(m[k] - r[k])
		              <= 1e-11 * (1 + fabs(r[k])),
		              "%s at %d is %.17g, not %.17g", text_of(g, made),
		              (int)k, m[k], r[k]);
	free(m);
	free(r);
}

START_TEST(any_formula_is_its_text)
{
	struct any any;
	struct step s;
	int texts = 0, gradients = 0;

	any_begin(&any, (uint64_t)_i);
	for (int k = 0; k < STEPS; k++) {
		any_step(&any, &s);
		texts += check_text(&any.g, s.made);
		if (s.row < 0)
			check_value(&any, s.made, kcl__node(&any.g, s.op,
				s.narg, s.arg, s.p, s.q));
		if (any.g.node[s.made].dim <= 6) {
			ref v = any.pool[any_number(&any, ANY_ARGUMENTS)];
			ref e = gradient_of(&any.g, s.made, v);

			ck_assert_msg(e || kcl__last_status() == KCL_LIMIT,
			              "%s", kcl_message());
			gradients += e && check_text(&any.g, e);
		}
	}
	any_end(&any);
	ck_assert_int_gt(texts, STEPS * 9 / 10);
	ck_assert_int_gt(gradients, STEPS / 3);
}
END_TEST

START_TEST(every_row_is_used)
{
	int used[500] = { 0 };
	struct any any;
	struct step s;

	for (uint64_t seed = 0; seed < 30 * SUITES; seed++) {
		any_begin(&any, seed);
		for (int k = 0; k < STEPS; k++) {
			any_step(&any, &s);
			used[s.op]++;
		}
		any_end(&any);
	}
	for (int op = KCL__GRAD + 1; op < KCL__RED; op++)
		ck_assert_msg(used[op] > 0, "%s", kcl__ops[op].name);
	for (int row = 0; kcl__defs[row].name; row++)
		ck_assert_msg(used[KCL__RED + row] > 0, "%s: %s",
		              kcl__defs[row].name, kcl__defs[row].formula);
}
END_TEST

/* ----- simplification --------------------------------------------------- */

static const struct { const char *text, *simpler; } identities[] = {
	{ "a-a", "Zero(3)" }, { "a+0", "a" }, { "0+a", "a" }, { "0-a", "-a" },
	{ "a+a", "2*a" }, { "a+-b", "a-b" }, { "-a+b", "b-a" },
	{ "a--b", "a+b" }, { "--a", "a" }, { "-(a-b)", "b-a" },
	{ "0*a", "Zero(3)" }, { "Zero(3)*c", "Zero(3)" }, { "1*a", "a" },
	{ "a*-1", "-a" }, { "a*2", "2*a" }, { "2*(3*a)", "6*a" },
	{ "2*a*(3*b)", "6*(a*b)" }, { "2*-a", "-2*a" }, { "-(2*a)", "-2*a" },
	{ "a*a", "Square(a)" }, { "a*-b", "-(a*b)" }, { "-a*-b", "a*b" },
	{ "a*c", "c*a" }, { "c*(d*a)", "(c*d)*a" }, { "-(c*a)", "(-c)*a" },
	{ "a*SumT(c,3)", "c*a" }, { "a/1", "a" }, { "a/4", "0.25*a" },
	{ "0/a", "Zero(3)" }, { "1/a", "Inv(a)" }, { "6/4", "1.5" },
	{ "(-a)**2", "a**2" }, { "a**1", "a" }, { "a**0", "SumT(1,3)" },
	{ "a**-1", "1/a" }, { "Powf(a,2)", "a**2" }, { "3**2", "9" },
	{ "Sum(c)", "c" }, { "Sum(Zero(3))", "0" }, { "Sum(SumT(c,4))", "4*c" },
	{ "Sum(-a)", "-Sum(a)" }, { "Sum(a**2)", "SqNorm2(a)" },
	{ "Sum(a*b)", "(a|b)" }, { "Sum(c*a)", "c*Sum(a)" },
	{ "(a|a)", "SqNorm2(a)" }, { "(a|c)", "Sum(a)*c" },
	{ "(c*a|b)", "c*(a|b)" }, { "(a|c*b)", "c*(a|b)" },
	{ "(a|Zero(3))", "0" }, { "SqNorm2(c)", "c**2" },
	{ "Elem([a,b],4)", "Elem(b,1)" }, { "Elem([a,b],2)", "Elem(a,2)" },
	{ "Extract([a,b,e],6,6)", "e" }, { "Extract(a,0,3)", "a" },
	{ "Extract(Extract(e,1,4),2,2)", "Extract(e,3,2)" },
	{ "Elem(Extract([a,b],1,4),2)", "Elem(b,0)" },
	{ "Elem(SumT(c,4),2)", "c" }, { "Extract(SumT(c,4),0,2)", "SumT(c,2)" },
	{ "Elem(ElemT(c,5,2),2)", "c" }, { "Elem(ElemT(c,5,2),1)", "0" },
	{ "Extract(ElemT(c,5,2),1,3)", "ElemT(c,3,1)" },
	{ "Extract(ElemT(c,5,2),3,2)", "Zero(2)" },
	{ "Extract(ExtractT(e,2,9),3,2)", "Extract(e,1,2)" },
	{ "Extract(ExtractT(a,2,9),1,5)", "ExtractT(a,1,5)" },
	{ "Extract(ExtractT(a,2,9),2,3)", "a" },
	{ "Elem(ExtractT(a,2,9),3)", "Elem(a,1)" },
	{ "Extract(ExtractT(a,2,9),0,2)", "Zero(2)" },
	{ "Extract([b,ExtractT(a,2,9)],6,2)", "Extract(a,1,2)" },
	{ "ElemT(0,3,1)", "Zero(3)" }, { "MatVecMult(e,Zero(3))", "Zero(2)" },
	{ "TensorProd(0,a)", "Zero(3)" }, { "IfElse(c,a,a)", "a" },
	{ "SwapAxes(a,3,1)", "a" }, { "SwapAxes(SwapAxes(e,2,3),3,2)", "e" },
	{ "MatMatMult(a,b,3)", "(a|b)" },
	{ "MatMatMult(a,b,1)", "TensorProd(a,b)" },
	{ "MatMatMult(e,a,3)", "MatVecMult(e,a)" },
	{ "MatMatMult(a,e,3)", "VecMatMult(a,e)" },
	{ "TensorDot(a,b,(3),(3),(0),(0))", "(a|b)" },
	{ "TensorDot(a,b,[3],[3],[],[])", "TensorProd(a,b)" },
	{ "TensorDot(e,a,(2,3,),(3,),(1,),(0,))", "MatVecMult(e,a)" },
	{ "TensorDot(e,a,Ind(3,2),3,0,0)", "MatVecMult(SwapAxes(e,3,2),a)" },
	{ "TensorDot(a,b,3,3,(),(),(1,0))", "SwapAxes(TensorProd(a,b),3,3)" },
	{ "Kron(a,f,3,2)", "TensorProd(a,f)" },
	{ "Grad(MatMatMult(e,e,2),e,Zero(9))", "Zero(6)" },
	{ "Grad((SwapAxes(e,2,3)|[a,b]),e)", "SwapAxes([a,b],3,2)" },
	/* Derivatives.  */
	{ "Grad(b,a,b)", "Zero(3)" }, { "Grad(a,a,b)", "b" },
	{ "Grad((a|b),a)", "b" }, { "Grad((a|b),a,c)", "c*b" },
	{ "Grad(SqDist(a,b),a)", "2*(a-b)" },
	{ "Grad(Sum(a),a,c)", "SumT(c,3)" },
	{ "Grad(SqDist(a,b),b,c)", "-(c*(2*(a-b)))" },
	{ "Grad(c*a,c,b)", "(b|a)" }, { "Grad(a+c,c,b)", "Sum(b)" },
	{ "Grad(Exp(c),c,d)", "d*Exp(c)" }, { "Grad(Step(a),a,b)", "Zero(3)" },
	{ "Grad(Elem(a,1),a,c)", "ElemT(c,3,1)" },
	{ "Grad([a,b],b,e)", "Extract(e,3,3)" },
	{ "Grad(Grad(c**3,c),c)", "6*c" },
	{ "TraceOperator(a,a)", "3" }, { "TraceOperator(b*a,a)", "Sum(b)" },
	{ "TraceOperator(b*a,a,b)", "SqNorm2(b)" },
	{ "TraceOperator(b*a,a,c)", "c*Sum(b)" },
	{ "TraceOperator(a|b,a)", "(SumT(1,3)|b)" },
	{ "TraceOperator(a|b,a,b)", "SqNorm2(b)" },
	{ "SumLinOperator(a,a)", "3" }, { "SumLinOperator(b*a,a)", "Sum(b)" },
	{ "SumLinOperator(b*a,a,b)", "SqNorm2(b)" },
	{ "SumLinOperator(b*a,a,c,d)", "(c*Sum(b))*d" },
	{ "SumLinOperator(MatVecMult(e,a),a,f,b)", "(VecMatMult(f,e)|b)" },
	{ "ComplexReal(Real2Complex(a))", "a" },
	{ "ComplexImag(Real2Complex(a))", "Zero(3)" },
	{ "ComplexImag(ComplexExp1j(a))", "Sin(a)" },
	{ "ComplexMult(Real2Complex(a),Real2Complex(b))", "Real2Complex(a*b)" },
	{ "Grad(ComplexReal(ComplexMult(Real2Complex(a),e)),a,b)",
	  "b*ComplexReal(e)" },
};

static ref derived(struct kcl__graph *g, const char *text)
{
	ref f = parse_one(g, text);

	f = f ? kcl__derive(g, f) : 0;
	ck_assert_msg(f, "%s", kcl_message());
	return f;
}

START_TEST(becomes_simpler)
{
	struct any any;
	ref f, simpler;

	any_begin(&any, 0);
	f = derived(&any.g, identities[_i].text);
	simpler = derived(&any.g, identities[_i].simpler);
	ck_assert_msg(f == simpler, "%s is %s, not %s", identities[_i].text,
	              text_of(&any.g, f), identities[_i].simpler);
	any_end(&any);
}
END_TEST

/* ----- sizes of derivatives --------------------------------------------- */

static int nodes(const struct kcl__graph *g, ref f)
{
	unsigned char *mark = calloc(f + 1, 1);
	int n = 0;

	ck_assert_ptr_nonnull(mark);
	kcl__mark(g, f, 1, mark);
	for (ref k = 1; k <= f; k++)
		n += mark[k];
	free(mark);
	return n;
}

/* A formula grows from "c" when it takes the place of x.  */
static const char *const growing[] = {
	"Sin(x)", "Exp(-x)", "Sqrt(1+x**2)", "x*Sin(x)", "x+x**2",
	"Sin(x)*Cos(x)", "x/(1+Square(x))", "Powf(2,x)+x",
	"SqNorm2(x*a)", "Elem([x,Exp(x)],1)+Elem([x,Exp(x)],0)",
	"Norm2(MatVecMult(e,a+x))", "IfElse(x,Sin(x),x)",
	"Clamp(x,-1,Cos(x))", "(TensorProd(a,x*a)|SumT(x,9))"
};

/* The nodes of derivative number ORDER of a formula that grew N times.  */
static int derivative_nodes(const char *rule, int n, int order)
{
	struct any any;
	ref c, f;
	int count;

	any_begin(&any, 0);
	c = f = kcl__var(&any.g, 2);
	for (int k = 0; k < n && f; k++)
		f = kcl__parse_rule(&any.g, rule, (struct kcl__meaning[]){
			{ "x", f, 0 }, { "a", kcl__var(&any.g, 0), 0 },
			{ "e", kcl__var(&any.g, 4), 0 }, { NULL, 0, 0 } });
	for (int k = 0; k < order && f; k++)
		f = kcl__derive(&any.g, kcl__gradient(&any.g, f, c,
			kcl__const(&any.g, 1)));
	ck_assert_msg(f, "%s: %s", rule, kcl_message());
	count = nodes(&any.g, f);
	any_end(&any);
	return count;
}

/* Twice the formula has twice the derivative, never a path's worth more.  */
START_TEST(derivatives_grow_linearly)
{
	for (int order = 1; order <= 3; order++) {
		int n = order < 3 ? 60 : 20;
		int once = derivative_nodes(growing[_i], n, order);
		int twice = derivative_nodes(growing[_i], 2 * n, order);

		ck_assert_msg(twice < 2 * once + once / 10 + 20,
		              "%s, order %d: %d, then %d", growing[_i], order,
		              once, twice);
	}
}
END_TEST

/* Formulas that people write, x and y of any dimension, and how many nodes they
 * may have.  */
static const struct { const char *text; int nodes; } written[] = {
	{ "Grad(Grad(Grad(Exp(-SqDist(x,y)*c)*f,x,f),x,x),x,x)", 60 },
	{ "Laplacian(Exp(-SqDist(x,y)*c)*Log(1+SqNorm2(x))"
	  "+Sqrt(1+SqNorm2(x))*Sin((x|y))/(2+Cos(Sum(x*y)*c))"
	  "+Sum(Atan(x*y)*Square(Tanh(x))),x)", 200 },
	{ "Grad(Laplacian(Exp(-SqDist(x,y)*c),x),y)", 40 },
};

/* The nodes of such a formula in dimension D; *MS is the time it takes.  */
static int written_nodes(const char *text, int d, double *ms)
{
	struct any any;
	char alias[20];
	clock_t start;
	int count;
	ref f;

	any_begin(&any, 0);
	snprintf(alias, sizeof alias, "x=Vi(%d)", d);
	ck_assert(!kcl__parse_alias(&any.g, ANY_ARGUMENTS, alias));
	snprintf(alias, sizeof alias, "y=Vj(%d)", d);
	ck_assert(!kcl__parse_alias(&any.g, ANY_ARGUMENTS + 1, alias));
	start = clock();
	f = derived(&any.g, text);
	*ms = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
	count = nodes(&any.g, f);
	any_end(&any);
	return count;
}

/* Whatever the dimension; the time is generous for slow machines.  */
START_TEST(derivatives_are_small)
{
	double ms;
	int n = written_nodes(written[_i].text, 50, &ms);

	ck_assert_msg(n <= written[_i].nodes, "%s: %d nodes", written[_i].text,
	              n);
	ck_assert_msg(ms < 50, "%s: %g ms", written[_i].text, ms);
	printf("# %d nodes, %g ms: %s\n", n, ms, written[_i].text);
	ck_assert_int_eq(written_nodes(written[_i].text, 500, &ms), n);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("graph");
	TCase *tests = tcase_create("graph");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, any_formula_is_its_text, 0, SUITES);
	tcase_add_test(tests, every_row_is_used);
	tcase_add_loop_test(tests, becomes_simpler, 0, ROWS(identities));
	tcase_add_loop_test(tests, derivatives_grow_linearly, 0, ROWS(growing));
	tcase_add_loop_test(tests, derivatives_are_small, 0, ROWS(written));
	return suite_run(suite);
}
