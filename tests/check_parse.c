/* check_parse.c - what formulas mean: precedence, numbers, variables, blanks
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "ad/grad.h"
#include "diag.h"
#include "frontend/parse.h"
#include "ir.h"
#include "print.h"
#include "sb.h"
#include "suite.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const variables[] = {
	"x=Vi(3)", "y = Vj ( 3 )", "z=Vj(3)", "s=Pm(1)", "t=Vi(4,1)",
	"A=Var(5,6,1)"
};

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

static struct kcl__graph graph;

static void begin(void)
{
	ck_assert_int_eq(kcl__graph_init(&graph), 0);
	for (int k = 0; k < ROWS(variables); k++)
		ck_assert(!kcl__parse_alias(&graph, k, variables[k]));
}

static void end(void)
{
	kcl__graph_free(&graph);
}

/* The one formula of TEXT.  */
static ref parse_one(const char *text)
{
	ref root[KCL__MAX_ROOTS];
	size_t roots;

	return kcl__parse(&graph, text, root, &roots) ? 0 : root[0];
}

static ref parse(const char *text)
{
	ref f = parse_one(text);

	ck_assert_msg(f, "%s", kcl_message());
	return f;
}

/* Two texts of one formula, and one of another.  */
static const struct meaning { const char *text, *same, *other; } meanings[] = {
	/* From the left, but for powers.  */
	{ "x-y-z", "(x-y)-z", "x-(y-z)" },
	{ "x/y/z", "(x/y)/z", "x/(y/z)" },
	{ "x/y*z", "(x/y)*z", "x/(y*z)" },
	{ "x-y+z", "(x-y)+z", "x-(y+z)" },
	{ "x**s**t", "x**(s**t)", "(x**s)**t" },
	{ "2**3**2*x", "512*x", "64*x" },
	{ "x|y|s", "(x|y)|s", "x|(y|s)" },
	/* Powers before signs before products before sums before | before
	 * comparisons.  */
	{ "-x**2", "-(x**2)", "(-x)**2" },
	{ "-x**s", "-(x**s)", "(-x)**s" },
	{ "x**-1", "Inv(x)", "-x" },
	{ "x**-s", "x**(-s)", "-(x**s)" },
	{ "2*x**2", "2*(x**2)", "(2*x)**2" },
	{ "x+y*z", "x+(y*z)", "(x+y)*z" },
	{ "x-y/z", "x-(y/z)", "(x-y)/z" },
	{ "-x+y", "(-x)+y", "-(x+y)" },
	{ "x*-y", "x*(-y)", "x-y" },
	{ "x--y", "x+y", "x-y" },
	{ "x-+-+y", "x+y", "x-y" },
	{ "x|y*s", "x|(y*s)", "(x|y)|s" },
	{ "x|y+z", "x|(y+z)", "(x|y)+z" },
	{ "s+x|y", "(s+x)|y", "s+(x|y)" },
	{ "x<y+z", "x<(y+z)", "(x<y)+z" },
	{ "x|y<z|y", "(x|y)<(z|y)", "x|(y<z)|y" },
	{ "x+y==z", "(x+y)==z", "x+(y==z)" },
	/* Signs and the functions they stand for.  */
	{ "x+y", "Add(x,y)", "Subtract(x,y)" },
	{ "x-y", "Subtract(x,y)", "Subtract(y,x)" },
	{ "x*y", "Mult(x,y)", "Add(x,y)" },
	{ "x/y", "Divide(x,y)", "Divide(y,x)" },
	{ "-x", "Minus(x)", "x" },
	{ "+x", "x", "-x" },
	{ "(x|y)", "Scalprod(x,y)", "Sum(x)" },
	{ "x**2", "Square(x)", "x" },
	{ "x**3", "Pow(x,3)", "Pow(x,2)" },
	{ "x**2.0", "Square(x)", "x**2.5" },
	{ "x**0.5", "Sqrt(x)", "Rsqrt(x)" },
	{ "x**y", "Powf(x,y)", "Powf(y,x)" },
	{ "x<y", "LessThan(x,y)", "LessThan(y,x)" },
	{ "x>y", "LessThan(y,x)", "LessThan(x,y)" },
	{ "x<=y", "LessOrEqual(x,y)", "LessThan(x,y)" },
	{ "x>=y", "LessOrEqual(y,x)", "LessOrEqual(x,y)" },
	{ "x==y", "Equal(x,y)", "NotEqual(x,y)" },
	{ "x!=y", "NotEqual(x,y)", "Equal(x,y)" },
	{ "[x,y,z]", "Concat(Concat(x,y),z)", "[x,z,y]" },
	{ "[x]", "x", "[x,x]" },
	{ "[x,y,z,s]", "[[x,y],[z,s]]", "[[x,y,z],s]" },
	{ "[x,y,z,s,t]", "[[[x,y],[z,s]],t]", "[[x,y],[z,s,t]]" },
	{ "[x,y,z,s,t,x,y]", "[[[x,y],[z,s]],[[t,x],y]]",
	  "[[[x,y],[z,s]],[t,[x,y]]]" },
	{ "[x,[y,z]]", "Concat(x,Concat(y,z))", "[x,y,z]" },
	/* Shorthands.  */
	{ "SqDist(x,y)", "SqNorm2(x-y)", "Sum(x-y)" },
	{ "Norm2(x)", "Sqrt(x|x)", "SqNorm2(x)" },
	{ "Normalize(x)", "Rsqrt(SqNorm2(x))*x", "x" },
	{ "WeightedSqNorm(s,x)", "s*SqNorm2(x)", "SqNorm2(x)" },
	{ "WeightedSqNorm(x,y)", "Sum(x*y**2)", "Sum(y*x**2)" },
	{ "WeightedSqNorm([A,x],y)", "(y|MatVecMult([A,x],y))",
	  "(y|VecMatMult(y,[A,x]))" },
	{ "WeightedSqDist(s,x,y)", "s*SqDist(x,y)", "SqDist(x,y)" },
	{ "GaussKernel(s,x,y,z)", "Exp(-(s*SqDist(x,y)))*z",
	  "Exp(-SqDist(x,y))*z" },
	{ "GaussKernel(z,x,y,s)", "Exp(-WeightedSqDist(z,x,y))*s",
	  "GaussKernel(s,x,y,z)" },
	{ "LaplaceKernel(s,x,y,z)", "Matern12Kernel(s,x,y,z)",
	  "Matern32Kernel(s,x,y,z)" },
	{ "CauchyKernel(s,x,y,z)", "z/(1+s*SqDist(x,y))", "z/(1+SqDist(x,y))" },
	{ "CurlFreeGaussKernel(s,x,y,z)",
	  "Exp(-s*SqDist(x,y))*(z/(2*s)-(z|x-y)*(x-y))", "x" },
	{ "DivFreeGaussKernel(s,x,y,z)", "Exp(-s*SqDist(x,y))*((2/(2*s)"
	  "-SqDist(x,y))*z+(z|x-y)*(x-y))", "CurlFreeGaussKernel(s,x,y,z)" },
	{ "InverseMultiquadricKernel(s,x,y,z)", "z*Rsqrt(1/s+SqDist(x,y))",
	  "z*Rsqrt(s+SqDist(x,y))" },
	{ "Factorize(x*y,x)", "x*y", "x" }, { "AutoFactorize(x)", "x", "y" },
	/* Numbers.  */
	{ "Const(1,-2,0.5)", "[1,-2,0.5]", "[1,0.5,-2]" },
	{ "Const(1,2,3,4)", "[[1,2],[3,4]]", "[[1,2,3],4]" },
	{ "Const(3)*x", "3*x", "x" },
	{ "Eye(2)", "Eye(1+1)", "Eye(3)" },
	{ "IntCst(3)*x", "3*x", "4*x" },
	{ "RatCst(3,4)*x", "0.75*x", "RatCst(4,3)*x" },
	{ "IntInv(4)*x", "x/4", "4*x" },
	{ "x+Zero(3)", "x", "x+1" },
	{ "Zero(1)", "0", "Zero(2)" },
	{ "Index_i()", "Index_i( )", "Index_j()" },
	{ "Index_j(1)", "Index_j(2-1)", "Index_j(0)" },
	{ "Index_i(0)", "Index_i(-0)", "Index_i()" },
	{ "Elem(x,2-1)", "Elem(x,1)", "Elem(x,2)" },
	/* Reductions.  */
	{ "Zero_Reduction(3,1)", "Sum_Reduction(Zero(3),1)",
	  "Zero_Reduction(3,0)" },
	{ "LogSumExpWeight_Reduction(s,0,y)",
	  "LogSumExpWeight_Reduction(s,y,0)",
	  "LogSumExpWeight_Reduction(s,1,y)" },
	{ "LogSumExp_Reduction(s,0,y)", "LogSumExp_Reduction(s,y,0)",
	  "LogSumExp_Reduction(s,1,y)" },
	{ "SumSoftMaxWeight_Reduction(s,1,x)",
	  "SumSoftMaxWeight_Reduction(s,x,1)",
	  "SumSoftMaxWeight_Reduction(s,0,x)" },
	{ "Max_SumShiftExpWeight_Reduction(s,0,1)",
	  "Max_SumShiftExpWeight_Reduction(s, 1-1, 1)",
	  "Max_SumShiftExpWeight_Reduction(s,1,0)" },
	{ "KMin_Reduction(s,3,0)", "KMin_Reduction(s,1+2,0)",
	  "KMin_Reduction(s,3,1)" },
	/* Variables.  */
	{ "Vi(0,3)", "x", "y" },
	{ "Vj(1,3)", "y", "x" },
	{ "Pm(3,1)", "s", "t" },
	{ "Var(2,3,1)", "z", "y" },
	{ "Var(3,1,2)", "s", "z" },
	{ "Vj(5,6)", "A", "[x,y]" },
	/* Gradients.  */
	{ "Grad(SqNorm2(x),x)", "Grad(SqNorm2(x),x,1)",
	  "Grad(SqNorm2(x),x,2)" },
};

START_TEST(means_what_it_should)
{
	ck_assert_msg(parse(meanings[_i].text) == parse(meanings[_i].same),
	              "%s is not %s", meanings[_i].text, meanings[_i].same);
	ck_assert_msg(parse(meanings[_i].text) != parse(meanings[_i].other),
	              "%s is %s", meanings[_i].text, meanings[_i].other);
}
END_TEST

/* Between any two tokens there may be blanks and line breaks.  */
START_TEST(blanks_mean_nothing)
{
	static const char *const dense[] = {
		"Sum_Reduction(Exp(-s*SqDist(x,y))*[z,z|x]**2,0)",
		"Grad(LogSumExp_Reduction(s<=t,1,y),x,-1.5e-3+Var(2,3,1))"
	};
	static const char *const blank[] = {
		" ", "\t", "\n", "\r\n", " \v\f "
	};
	static const char words[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";
	char text[1000];

	for (int k = 0; k < ROWS(dense); k++) {
		const char *c = dense[k];
		size_t n = 0;

		for (int t = 0; *c; t++) {
			size_t length = strspn(c, words);

			if (strncmp(c, "1.5e-3", 6) == 0)
				length = 6;
			else if (!length)
				length = !strncmp(c, "**", 2)
					|| !strncmp(c, "<=", 2) ? 2 : 1;
			n += (size_t)snprintf(text + n, sizeof text - n,
				"%s%.*s", blank[(t + _i) % 5], (int)length, c);
			c += length;
		}
		snprintf(text + n, sizeof text - n, "%s", blank[_i]);
		ck_assert_int_eq(parse(text), parse(dense[k]));
	}
}
END_TEST

static const struct { const char *text; double value; } numbers[] = {
	{ "1", 1 }, { "1.", 1 }, { ".5", 0.5 }, { "0.5", 0.5 },
	{ "00012", 12 }, { "1e3", 1e3 }, { "1E3", 1e3 }, { "1e+3", 1e3 },
	{ "1e-3", 1e-3 }, { "1.e-3", 1e-3 }, { ".1e1", 1 },
	{ "12345678901234567", 12345678901234568 },
	{ "0.1", 0.1 }, { "0.10000000000000001", 0.1 },
	{ "3.1415926535897931", 3.1415926535897931 },
	{ "1.7976931348623157e308", DBL_MAX },
	{ "2.2250738585072014e-308", DBL_MIN }, { "5e-324", 5e-324 },
	{ "1e-999", 0 }, { "0", 0 }, { "9007199254740993", 9007199254740992 },
};

static void check_number(const char *text, double value)
{
	double got = NAN;

	ck_assert(kcl__is_const(&graph, parse(text), &got));
	ck_assert_msg(got == value, "%s is %.17g", text, got);
}

START_TEST(reads_numbers)
{
	check_number(numbers[_i].text, numbers[_i].value);
}
END_TEST

START_TEST(numbers_its_variables)
{
	static const char *const bare[] = { "u=Vj(2)", "Pm(7)" };
	struct kcl__graph *g = &graph;
	ref f;

	for (int k = 0; k < 2; k++)
		ck_assert(!kcl__parse_alias(g, 6 + k, bare[k]));
	f = parse("[Vi(2), Vi(2)] + Pm(10,4)");
	ck_assert_int_eq(g->arguments, 11);
	ck_assert_int_eq(g->argument[10].dim, 4);
	ck_assert_int_eq(g->argument[7].category, KCL__P);
	ck_assert_int_eq(g->argument[7].dim, 7);
	ck_assert_str_eq(g->argument[6].name, "u");
	ck_assert_ptr_null(g->argument[7].name);
	ck_assert_int_eq(g->argument[8].category, KCL__I);
	ck_assert_int_eq(g->argument[9].category, KCL__I);
	ck_assert_int_eq(g->node[f].dim, 4);
	ck_assert(!kcl__check_arguments(g));
}
END_TEST

static const struct { const char *text, *printed; } lists[] = {
	{ "[x,y]", "[x,y]" }, { "[x,y,z,s]", "[x,y,z,s]" },
	{ "[[x,y],z]", "[x,y,z]" }, { "[x,[y,z]]", "[x,[y,z]]" },
	{ "[[x,y,z],s]", "[[x,y,z],s]" }, { "[[x,y],[z,s]]", "[x,y,z,s]" },
	{ "Concat(Concat(Concat(x,y),z),s)", "[[x,y,z],s]" },
	{ "Concat(x,Concat(y,Concat(z,s)))", "[x,[y,[z,s]]]" },
	{ "[x,y,z,s,[t,x],y]", "[x,y,z,s,t,x,y]" },
	{ "[x,y,z,s,t,[x,y]]", "[[x,y,z,s],[t,[x,y]]]" },
	{ "[x,y,z,s,t,x,y,z,s]", "[x,y,z,s,t,x,y,z,s]" },
};

/* A list, or lists in a list, of which the parser makes the same.  */
START_TEST(lists_are_printed)
{
	struct kcl__sb sb = { 0 };
	ref f = kcl__derive(&graph, parse(lists[_i].text));

	kcl__print(&graph, f, KCL__USER_NAMES, KCL__MAX_TEXT, &sb);
	ck_assert_str_eq(sb.text, lists[_i].printed);
	ck_assert(parse(sb.text) == f);
	kcl__sb_free(&sb);
}
END_TEST

static uint64_t seed;

static size_t any(size_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % below;
}

/* Puts a random piece in the place of up to 3 bytes of TEXT, which has room
 * for it, or cuts it off.  */
static void change(char *text)
{
	static const char *const pieces[] = {
		"(", ")", "[", "]", ",", "+", "-", "*", "/", "**", "|", "<",
		"==", "=", ".", "1", "1e", "x", "Grad(", "Sum_Reduction(",
		"Vi(", "\n", "\t", "\xc3\xa9", "\xff", "\x1b", "1e400", "s",
		"Elem(", "LogSumExp_Reduction(", "0", "99999999999", "Ind(", ""
	};
	size_t length = strlen(text), place = any(length + 1), cut = any(4);
	const char *piece = pieces[any(ROWS(pieces))];

	if (any(10) == 0) {
		text[place] = 0;
		return;
	}
	cut = cut < length - place ? cut : length - place;
	memmove(text + place + strlen(piece), text + place + cut,
	        length + 1 - place - cut);
	memcpy(text + place, piece, strlen(piece));
}

/* Random changes of good formulas are taken, or refused with a message.  */
START_TEST(survives_any_text)
{
	static const char *const forms[] = {
		"Grad(Sum_Reduction((%s)*%s,0),x,SumT(s,3))",
		"Sum_Reduction(Laplacian(Sum(%s),x)*%s,1)",
		"Sum_Reduction(Divergence((%s)*x,x)+Diff(%s,y,x),0)",
		"Sum_Reduction(GradMatrix(%s,y)/Sum(Grad(%s,x,x)),0)",
		("Sum_Reduction(TensorDot([%s,x,x],[y,%s,z],(3,3),Ind(3,3),"
		 "(0,1),[1,0]),0)")
	};
	char text[600];
	int taken = 0;

	seed = (uint64_t)_i;
	for (int round = 0; round < 1000; round++) {
		const struct meaning *m = &meanings[any(ROWS(meanings))];
		ref f;

		snprintf(text, sizeof text, forms[any(ROWS(forms))], m->text,
		         m->other);
		for (size_t k = any(4); k > 0; k--)
			change(text);
		end();
		begin();
		kcl__fail(KCL_OK, "none");
		f = parse_one(text);
		f = f ? kcl__derive(&graph, f) : 0;
		ck_assert(f || kcl__last_status() != KCL_OK);
		taken += f > 0;
	}
	ck_assert_int_gt(taken, 20);
	ck_assert_int_lt(taken, 900);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("parse");
	TCase *tests = tcase_create("parse");

	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_loop_test(tests, means_what_it_should, 0, ROWS(meanings));
	tcase_add_loop_test(tests, blanks_mean_nothing, 0, 5);
	tcase_add_loop_test(tests, reads_numbers, 0, ROWS(numbers));
	tcase_add_test(tests, numbers_its_variables);
	tcase_add_loop_test(tests, lists_are_printed, 0, ROWS(lists));
	tcase_add_loop_test(tests, survives_any_text, 0, 20);
	return suite_run(suite);
}
