/* operations.c - the rows of ops.def for programs to read
 * SPDX-License-Identifier: MIT
 *
 * It needs nothing else of the library: the generator of the manual page is
 * built from it alone.  */
#include "ops.h"
#include "keopscl.h"
#include <string.h>

static const kcl_operation operations[] = {
#define WIDEST .dim = "widest", .expects = "equal dimensions or 1"
#define NEEDS(condition, words, size) .dim = #size, .expects = words
#define ALWAYS(size) .dim = #size, .expects = ""
#define EW(n, a, np, size, c, x, y, z, t, u, d) { .name = #n, .usage = u, \
	.doc = d, .kind = KCL_SCALAR, .arity = a, .parameters = np, size, \
	.rule = { x, y, z }, .domain = t },
#define FOLD(n, a, i, c, x, y, t, u, d) { .name = #n, .usage = u, .doc = d, \
	.kind = KCL_VECTOR, .arity = a, .dim = "1", .rule = { x, y, "" }, \
	.expects = a > 1 ? "equal dimensions or 1" : "", .domain = t },
#define VEC(n, a, np, size, s, c, x, y, t, u, d) { .name = #n, .usage = u, \
	.doc = d, .kind = KCL_VECTOR, .arity = a, .parameters = np, size, \
	.rule = { x, y, "" }, .domain = t },
#define DEF(n, a, w, f, t, e, u, d) { .name = #n, .usage = u, .doc = d, \
	.kind = KCL_SHORT, .arity = a, .dim = "as " f, .expects = e, \
	.formula = f, .domain = t },
#define CALL(n, p, w, u, size, d) { .name = #n, .usage = u, .doc = d, \
	.kind = KCL_CALL, .dim = size, .expects = "" },
#define RED(n, a, k, m, x, w, nv, ni, v, gx, gy, u, d) { \
	.name = #n "_Reduction", .usage = u, .doc = d, \
	.kind = KCL_REDUCTION, .arity = a, .parameters = k, \
	.dim = #nv " values, " #ni " indices", .formula = w, \
	.expects = KCL__##m == KCL__Shifted ? "dim f = 1" : "", \
	.rule = { gx, gy, NULL } },
#include "ops.def"
};

/* A shorthand that stands for several formulas has a usage in its first
 * row.  */
const kcl_operation *kcl_operation_get(size_t k)
{
	size_t n = sizeof operations / sizeof operations[0];

	for (size_t row = 0; row < n; row++)
		if (*operations[row].usage && k-- == 0)
			return &operations[row];
	return NULL;
}

const char *kcl_operation_note(const char *name)
{
	static const struct { const char *name, *text; } notes[] = {
#define NOTE(name, text) { #name, text },
#include "ops.def"
		{ NULL, "" }
	};
	size_t k = 0;

	while (notes[k].name && (!name || strcmp(notes[k].name, name) != 0))
		k++;
	return notes[k].text;
}
