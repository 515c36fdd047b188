/* check_modes.c - derivatives forward and in reverse agree, row by row
 * SPDX-License-Identifier: MIT */
#include "pieces.h"
#include "suite.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 21 };                /* pairs; there is one column */

/* A gradient in a variable v of dimension d with cotangent e, taken apart:
 * piece->whole is "Sum(e*f)".  */
struct apart {
	char f[600], e[10], v[10];
	int d;
};

static void take_apart(const struct subject *s, const struct piece *piece,
                       struct apart *a)
{
	const char *name = s->vars;

	ck_assert_int_eq(sscanf(piece->whole, "Sum(%9[^*]*%599[^\n]", a->e,
	                        a->f), 2);
	a->f[strlen(a->f) - 1] = 0;
	for (int k = 0; k < piece->v; k++)
		name = strchr(name, ' ') + 1;
	ck_assert_int_eq(sscanf(name, "%9[^=]=V%*c(%d)", a->v, &a->d)
	                 + sscanf(name, "%9[^=]=Pm(%d)", a->v, &a->d), 3);
}

static void open_one(struct problem *p, const struct subject *s,
                     const char *vars, const char *text)
{
	problem_open(p, text, vars, M, 1);
	for (int k = 0; k < s->count; k++)
		problem_draw(p, (size_t)k, s->low[k], s->high[k]);
}

/* What the texts of a piece give on the host: (Diff(f,v,u)|e), and
 * (Grad(f,v,e)|u); and the sum of the absolute terms of that.  */
static void check_piece(const struct subject *s, const struct piece *piece,
                        kcl_context *ctx, int bits)
{
	static const char *const form[] = {
		"Sum_Reduction((Diff(%s,%s,%s)|%s),0)",
		"Sum_Reduction((Grad(%s,%s,%s)|%s),0)",
		"Sum_Reduction(Sum(Abs(Grad(%s,%s,%s)*%s)),0)"
	};
	const long double ulp = bits == 32 ? FLT_EPSILON : DBL_EPSILON;
	struct answer a[3];
	struct apart t;
	char vars[700];

	take_apart(s, piece, &t);
	snprintf(vars, sizeof vars, "%s u=Vj(%d)", s->vars, t.d);
	for (int k = 0; k < 3; k++) {
		char text[1400];
		struct problem p;

		snprintf(text, sizeof text, form[k], t.f, t.v,
		         k ? t.e : "u", k ? "u" : t.e);
		open_one(&p, s, vars, text);
		ck_assert(problem_run(&p, ctx, bits, &a[k]));
		problem_free(&p);
	}
	for (int i = 0; i < M; i++)
		ck_assert_msg(fabsl(a[0].value[i] - a[1].value[i])
		              <= 32 * ulp * a[2].value[i],
		              "%s in %s, float%d: forward %.17Lg, in reverse "
		              "%.17Lg, terms %.3Lg", t.f, t.v, bits,
		              a[0].value[i], a[1].value[i], a[2].value[i]);
	for (int k = 0; k < 3; k++)
		answer_free(&a[k]);
}

START_TEST(forward_is_reverse)
{
	struct subject *s = malloc(sizeof *s);
	kcl_context *ctx;
	int k = 0, pieces = 0;

	ck_assert_ptr_nonnull(s);
	ck_assert(!kcl_context_open("host", &ctx));
	for (; subject_get(k, 1, s); k++)
		for (int n = 0; n < s->pieces; n++) {
			check_piece(s, &s->piece[n], ctx, _i);
			pieces++;
		}
	kcl_context_close(ctx);
	free(s);
	ck_assert_int_ge(pieces, k);
	ck_assert_int_gt(k, 80);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("modes");
	TCase *tests = tcase_create("modes");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, forward_is_reverse, 32, 33);
	tcase_add_loop_test(tests, forward_is_reverse, 64, 65);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
