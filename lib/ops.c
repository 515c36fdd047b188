/* ops.c - what is known of each operation, made from ops.def
 * SPDX-License-Identifier: MIT */
#include "ops.h"
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define TEXT(...) #__VA_ARGS__

/* A cell of a dimension, as the words that say what is expected.  */
#define WIDEST "equal dimensions or 1"
#define NEEDS(condition, words, dim) words
#define ALWAYS(dim) ""

const struct kcl__opinfo kcl__ops[] = {
	[KCL__CONST] = { .name = "IntCst" },
	[KCL__VAR] = { .name = "Var" },
	[KCL__ZERO] = { .name = "Zero" },
	[KCL__INDEX] = { .name = "Index" },
	[KCL__TRACE] = { .name = "TraceOperator", .arity = 2 },
	[KCL__GRAD] = { .name = "Grad", .arity = 3 },
#define INNER(n, a, c) [KCL__##n] = { .name = #n, .kind = KCL__EW, .arity = a, \
	.code = TEXT(c), .expects = "numbers", .usage = #n },
#define EW(n, a, np, dim, c, gx, gy, gz, t, u, d) [KCL__##n] = { .name = #n, \
	.kind = KCL__EW, .arity = a, .parameters = np, .expects = dim, \
	.code = TEXT(c), .rule = { gx, gy, gz }, .domain = t, .usage = u, \
	.doc = d },
#define FOLD(n, a, i, c, gx, gy, t, u, d) [KCL__##n] = { .name = #n, \
	.kind = KCL__FOLD, .arity = a, .init = TEXT(i), .code = TEXT(c), \
	.rule = { gx, gy, "" }, .expects = WIDEST, .domain = t, .usage = u, \
	.doc = d },
#define VEC(n, a, np, dim, s, c, gx, gy, t, u, d) [KCL__##n] = { .name = #n, \
	.kind = KCL__VEC, .arity = a, .parameters = np, .expects = dim, \
	.scratch = s, .code = TEXT(c), .rule = { gx, gy, "" }, .domain = t, \
	.usage = u, .doc = d },
#include "ops.def"
	[KCL__RED] = { .name = NULL }
};

#undef WIDEST
#undef NEEDS
#undef ALWAYS

/* The same cell as the dimension, 0 where the condition fails.  */
#define WIDEST widest(dx, dy, dz)
#define NEEDS(condition, words, dim) (condition) ? (dim) : 0
#define ALWAYS(dim) dim

/* The dimension that those above 1 agree on; 0 if they do not.  */
static int64_t widest(int64_t dx, int64_t dy, int64_t dz)
{
	int64_t d = dx > dy ? dx : dy;

	d = d > dz ? d : dz;
	if ((dx > 1 && dx != d) || (dy > 1 && dy != d) || (dz > 1 && dz != d))
		return 0;
	return d;
}

int64_t kcl__op_dim(enum kcl__op op, int64_t dx, int64_t dy, int64_t dz,
                    int64_t p, int64_t q)
{
	(void)q;
	switch (op) {
#define INNER(name, ...) case KCL__##name: return dx == 1;
#define EW(name, a, np, dim, ...) case KCL__##name: return dim;
#define FOLD(name, a, ...) case KCL__##name: return dy && dx != dy ? 0 : 1;
#define VEC(name, a, np, dim, ...) case KCL__##name: return dim;
#include "ops.def"
	default: return 0;
	}
}

int kcl__def_fits(int row, int64_t dx, int64_t dy, int64_t dz, int64_t n)
{
	int k = 0;

#define DEF(name, a, when, ...) if (k++ == row) return when;
#include "ops.def"
	return 0;
}

const struct kcl__definfo kcl__defs[] = {
#define DEF(n, a, w, f, t, e, u, d) { #n, a, f, t, e, u, d },
#include "ops.def"
	{ .name = NULL }
};

const struct kcl__monoidinfo kcl__monoids[] = {
#define MONOID(n, b, w, s, init, lift, push, start, fold) \
	{ #n, TEXT(init), TEXT(lift), TEXT(push), TEXT(start), TEXT(fold) },
#include "ops.def"
};

const struct kcl__redinfo kcl__reds[] = {
#define RED(n, f, k, m, x, w, nv, ni, v, gx, gy, u, d) \
	{ #n, f, k, KCL__##m, x, w, TEXT(v), { gx, gy }, u, d },
#include "ops.def"
	{ .name = NULL }
};

int kcl__gives_digits(int red)
{
	return strcmp(kcl__reds[red].value, "DIGITS") == 0;
}

static void state_sizes(int red, struct kcl__sizes *s)
{
	const int64_t d = s->d, e = s->e, K = s->ranks;

	(void)e;
	(void)K;
	switch (kcl__reds[red].monoid) {
#define MONOID(n, b, w, a, ...) \
	case KCL__##n: s->block = b; s->which = w; s->saved = a; break;
#include "ops.def"
	case KCL__MONOIDS: break;
	}
}

void kcl__red_sizes(int red, int64_t d, int64_t e, int64_t ranks,
                    struct kcl__sizes *sizes)
{
	const int64_t K = ranks;
	int row = 0;

	(void)K;
	sizes->d = d;
	sizes->e = e;
	sizes->ranks = ranks;
	state_sizes(red, sizes);
#define RED(n, f, k, m, x, w, nv, ni, ...) \
	if (row++ == red) { sizes->values = nv; sizes->indices = ni; }
#include "ops.def"
}

const struct kcl__fninfo kcl__fns[] = {
#define FN(bits, result, name, arguments, ...) \
	{ bits, #result, #name, #arguments, #__VA_ARGS__ },
#include "ops.def"
	{ .name = NULL }
};

const char *kcl__fn_body(const struct kcl__fninfo *f, int bits,
                         enum kcl__power power)
{
	static const struct {
		enum kcl__power power;
		int bits;
		const char *name, *body;
	} all[] = {
#define INSTEAD(power, bits, name, ...) \
	{ KCL__##power, bits, #name, #__VA_ARGS__ },
#include "ops.def"
	};

	for (size_t k = 0; k < sizeof all / sizeof *all; k++)
		if (power == all[k].power
		    && (bits == all[k].bits || all[k].bits == 96)
		    && strcmp(f->name, all[k].name) == 0)
			return all[k].body;
	return f->body;
}

const char *kcl__fn_call(const char *code, const char *name)
{
	const char *at = strstr(code, name);

	while (at && at > code && (isalnum((unsigned char)at[-1])
	                           || at[-1] == '_'))
		at = strstr(at + 1, name);
	return at;
}
