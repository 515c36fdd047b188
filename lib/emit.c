/* emit.c - the kernel of a pass, as text in a dialect
 * SPDX-License-Identifier: MIT */
#include "emit.h"
#include "emit_body.h"
#include "mem.h"
#include "print.h"
#include "scheme.h"
#include <stdlib.h>
#include <string.h>

static const struct kcl__node *node(const struct kcl__emitter *e, ref f)
{
	return &e->pass->g->node[f];
}

/* ----- the head ---------------------------------------------------------- */

static void put_head(struct kcl__emitter *e)
{
	const struct kcl__plan *p = e->plan;

	kcl__sb_puts(e->sb, "/* ");
	kcl__print(e->pass->g, e->pass->root, KCL__NUMBERS, 2000, e->sb);
	kcl__sb_printf(e->sb, "\n * %s, float%d, %s shape */\n",
	               e->dialect->name, p->bits, p->gpu ? "GPU" : "CPU");
}

/* The types, with @E@, @I@, @U@ and @N@ filled in.  */
static void put_types(struct kcl__emitter *e)
{
	const char *t = e->dialect->types, *hole;
	int wide = e->plan->bits == 64;

	if (wide)
		kcl__sb_puts(e->sb, e->dialect->types64);
	for (; (hole = strchr(t, '@')); t = hole + 3) {
		const char *i = wide ? e->dialect->integer64
			: e->dialect->integer32;

		kcl__sb_put(e->sb, t, (size_t)(hole - t));
		if (hole[1] == 'E')
			kcl__sb_puts(e->sb, wide ? "double" : "float");
		else if (hole[1] == 'N' && e->plan->lanes > 1)
			kcl__sb_printf(e->sb, "%d", e->plan->lanes);
		else if (hole[1] != 'N')
			kcl__sb_printf(e->sb, "%s%s",
			               hole[1] == 'U' ? "u" : "", i);
	}
	kcl__sb_puts(e->sb, t);
	if (!e->plan->fma)
		kcl__sb_puts(e->sb, "#define fma(x, y, z) mad(x, y, z)\n"
		             "#define exp_(x) exp(x)\n");
	if (e->plan->columns > 1)
		kcl__sb_puts(e->sb,
		             "#define COLUMN(c) min(jt + j + (c), je - 1)\n");
	else
		kcl__sb_puts(e->sb, "#define COLUMN(c) (jt + j + (c))\n");
}

static void put_sizes(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const struct kcl__plan *p = e->plan;

	kcl__sb_printf(e->sb, "enum {\n"
	               "	WIDTH = %d, ROWS = %d, COLS = %d, "
	               "TILE = %d, GROUP = %d, BLOCK = 256,\n"
	               "	STATE = %d, SAVED = %d, WHICH = %d, "
	               "VALUES = %d, INDICES = %d,\n"
	               "	d = %d, e = %d, K = %d\n};\n",
	               p->lanes, p->rows, p->columns, p->tile ? p->tile : 256,
	               p->group, (int)s->block, (int)s->saved,
	               s->which ? (int)s->which : 1, (int)s->values,
	               (int)s->indices, (int)s->d, (int)s->e, (int)s->ranks);
}

/* ----- functions --------------------------------------------------------- */

/* CODE with its loops unrolled or not.  */
static void put_code(struct kcl__emitter *e, const char *code, int64_t size)
{
	const char *at;

	for (; (at = strstr(code, "EACH(")); code = at + 4) {
		kcl__sb_put(e->sb, code, (size_t)(at - code));
		kcl__sb_puts(e->sb, size <= 64 ? "EACH" : "LOOP");
	}
	kcl__sb_puts(e->sb, code);
	kcl__sb_puts(e->sb, "\n");
}

/* The functions that CODE calls, where they are not there yet.  */
static void put_helpers(struct kcl__emitter *e, const char *code,
                        unsigned char *there)
{
	for (int k = 0; kcl__fns[k].name; k++) {
		const struct kcl__fninfo *f = &kcl__fns[k];

		if (there[k] || !strstr(code, f->name)
		    || (f->bits && f->bits != e->plan->bits)
		    || (!e->plan->fma && strcmp(f->name, "exp_") == 0))
			continue;
		there[k] = 1;
		kcl__sb_printf(e->sb, "%s %s %s%s\n", e->dialect->function,
		               f->result, f->name, f->arguments);
		put_code(e, f->body, 0);
	}
}

/* An operation of numbers, once for all its nodes.  */
static void put_scalar(struct kcl__emitter *e, const struct kcl__opinfo *o)
{
	kcl__sb_printf(e->sb, "%s real %s(", e->dialect->function, o->name);
	if (o->kind == KCL__FOLD)
		kcl__sb_puts(e->sb, "const real r, ");
	for (int k = 0; k < o->arity; k++)
		kcl__sb_printf(e->sb, "%sconst real %c", k ? ", " : "",
		               "xyz"[k]);
	for (int k = 0; k < o->parameters; k++)
		kcl__sb_printf(e->sb, ", const int %c", "pq"[k]);
	kcl__sb_printf(e->sb, ")\n{\n	return %s;\n}\n", o->code);
}

/* An operation of arrays, for one node.  */
static void put_array(struct kcl__emitter *e, ref f)
{
	const struct kcl__node *n = node(e, f);
	const struct kcl__opinfo *o = &kcl__ops[n->op];
	unsigned nx = node(e, n->arg[0])->dim, ny = 0;

	kcl__sb_printf(e->sb, "%s void %s%u(real *o, const real *x",
	               e->dialect->function, o->name, (unsigned)f);
	if (o->arity > 1) {
		ny = node(e, n->arg[1])->dim;
		kcl__sb_puts(e->sb, ", const real *y");
	}
	kcl__sb_printf(e->sb, "%s)\n{\n	enum { nx = %u, ny = %u, no = %u, "
	               "p = %d, q = %d };\n	", o->scratch ? ", real *t" : "",
	               nx, ny, (unsigned)n->dim, n->u.par[0], n->u.par[1]);
	put_code(e, o->code, nx > ny ? nx > n->dim ? nx : n->dim
	         : ny > n->dim ? ny : n->dim);
	kcl__sb_puts(e->sb, "}\n");
}

static void put_functions(struct kcl__emitter *e)
{
	unsigned char there[16] = { 0 }, done[KCL__RED] = { 0 };
	const struct kcl__redinfo *r = &kcl__reds[e->pass->red];
	int arrays = 0;

	put_helpers(e, kcl__monoids[r->monoid].push, there);
	for (size_t k = 0; k < e->pass->nodes; k++) {
		const struct kcl__node *n = node(e, e->pass->node[k]);
		const struct kcl__opinfo *o = &kcl__ops[n->op];

		put_helpers(e, o->code, there);
		if (o->kind != KCL__VEC && !done[n->op]++)
			put_scalar(e, o);
		if (o->kind == KCL__VEC && !arrays++)
			kcl__sb_puts(e->sb, "#define O(k) o[k]\n"
			             "#define X(k) x[k]\n#define Y(k) y[k]\n"
			             "#define T(k) t[k]\n");
		if (o->kind == KCL__VEC)
			put_array(e, e->pass->node[k]);
	}
}

static void put_monoid(struct kcl__emitter *e)
{
	const struct kcl__redinfo *r = &kcl__reds[e->pass->red];
	const struct kcl__monoidinfo *m = &kcl__monoids[r->monoid];
	const struct { const char *head, *code; } part[] = {
		{ "init(real *s, bits *n)", m->init },
		{ "push(real *s, bits *n, const real *f, const real *g, "
		  "const bits J)", m->push },
		{ "start(real *a, bits *m)", m->start },
		{ "fold(real *a, bits *m, const real *s, const bits *n)",
		  m->fold },
	};

	kcl__sb_puts(e->sb, "#define S(k) s[k]\n#define N(k) n[k]\n"
	             "#define A(k) a[k]\n#define M(k) m[k]\n"
	             "#define F(k) f[k]\n#define G(k) g[k]\n");
	for (size_t k = 0; k < sizeof part / sizeof part[0]; k++) {
		kcl__sb_printf(e->sb, "%s void %s\n", e->dialect->function,
		               part[k].head);
		put_code(e, part[k].code, e->pass->sizes.block);
	}
	if (e->pass->sizes.values)
		kcl__sb_printf(e->sb, "%s real value(const real *a, const int "
		               "k)\n{\n	return %s;\n}\n",
		               e->dialect->function, r->value);
}

/* ----- parameters and loads ---------------------------------------------- */

static void put_parameters(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const char *global = e->dialect->global;

	for (size_t k = 0; k < e->pass->inputs; k++)
		kcl__line(e, 1, "%sconst elem *restrict a%d,", global, (int)k);
	if (s->values)
		kcl__line(e, 1, "%selem *restrict values,", global);
	if (s->indices)
		kcl__line(e, 1, "%s%s *restrict indices,", global,
		          e->dialect->integer64);
	kcl__line(e, 1, "%selem *restrict saved,", global);
	if (s->which)
		kcl__line(e, 1, "%s%s *restrict which,", global,
		          e->dialect->integer64);
}

static void put_load_once(struct kcl__emitter *e)
{
	for (size_t k = 0; k < e->pass->inputs; k++) {
		unsigned dim = node(e, e->pass->input[k])->dim;

		if (kcl__at(e->pass, e->pass->input[k]) != KCL__ONCE)
			continue;
		if (dim == 1) {
			kcl__line(e, 1, "const real v%d = R(a%d[0]);", (int)k,
			          (int)k);
			continue;
		}
		kcl__line(e, 1, "real v%d[%u];", (int)k, dim);
		kcl__line(e, 1, "%s(k, %u) v%d[k] = R(a%d[k]);",
		          kcl__loop(e, dim), dim, (int)k, (int)k);
	}
}

/* Vectors v of the rows or columns `at` from array a.  */
static void put_gather(struct kcl__emitter *e, int depth, int k,
                       const char *row)
{
	unsigned dim = node(e, e->pass->input[k])->dim;

	kcl__line(e, depth, "%s(k, %u)", kcl__loop(e, dim), dim);
	kcl__line(e, depth + 1, "LANE(elem, v%d%s%s, l) = a%d[at * %u + k];",
	          k, row, dim > 1 ? "[k]" : "", k, dim);
}

static void put_load_rows(struct kcl__emitter *e)
{
	int any = 0;

	for (int k = 0; k < (int)e->pass->inputs; k++) {
		unsigned dim = node(e, e->pass->input[k])->dim;
		enum kcl__at at = kcl__at(e->pass, e->pass->input[k]);

		if (at == KCL__AT_COLUMN)
			kcl__line(e, 1, "a%d += column * %u;", k, dim);
		if (at != KCL__AT_ROW)
			continue;
		any = 1;
		kcl__line(e, 1, "a%d += row * %u;", k, dim);
		kcl__line(e, 1, dim > 1 ? "real v%d[ROWS][%u];"
		          : "real v%d[ROWS];", k, dim);
	}
	if (!any)
		return;
	kcl__line(e, 1, "EACH(r, ROWS) LOOP(l, WIDTH) {");
	kcl__line(e, 2, "const int at = min(i0 + r * WIDTH + l, rows - 1);");
	for (int k = 0; k < (int)e->pass->inputs; k++)
		if (kcl__at(e->pass, e->pass->input[k]) == KCL__AT_ROW)
			put_gather(e, 2, k, "[r]");
	kcl__line(e, 1, "}");
}

/* ----- the tile ---------------------------------------------------------- */

static void put_tile(struct kcl__emitter *e)
{
	if (e->plan->staged)
		kcl__line(e, 1, "%selem tile[%d * TILE];",
		          e->plan->gpu ? e->dialect->local : "",
		          e->plan->staged);
}

static void put_store(struct kcl__emitter *e, ref f)
{
	unsigned dim = node(e, f)->dim;
	int input = kcl__input(e->pass, f);

	if (e->offset[f] < 0)
		return;
	kcl__line(e, 4, "%s(k, %u) LOOP(l, WIDTH)", kcl__loop(e, dim), dim);
	kcl__line(e, 5, "tile[(%d + k) * TILE + c + l] = "
	          "LANE(elem, %c%d%s, l);", e->offset[f],
	          input < 0 ? 't' : 'v', input < 0 ? (int)f : input,
	          dim > 1 ? "[k]" : "");
}

/* Every work-item of the group fills some of the tile's columns.  */
static void put_stage(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;

	if (!e->plan->staged)
		return;
	kcl__line(e, 3, "for (int c = %s * WIDTH; c < TILE; "
	          "c += GROUP * WIDTH) {", e->dialect->member);
	for (int k = 0; k < (int)p->inputs; k++) {
		unsigned dim = node(e, p->input[k])->dim;

		if (kcl__at(p, p->input[k]) == KCL__AT_COLUMN)
			kcl__line(e, 4, dim > 1 ? "real v%d[%u];" : "real v%d;",
			          k, dim);
	}
	kcl__line(e, 4, "LOOP(l, WIDTH) {");
	kcl__line(e, 5, "const int at = min(jt + c + l, columns - 1);");
	for (int k = 0; k < (int)p->inputs; k++)
		if (kcl__at(p, p->input[k]) == KCL__AT_COLUMN)
			put_gather(e, 5, k, "");
	kcl__line(e, 4, "}");
	if (kcl__emit_values(e, KCL__AT_COLUMN, 4))
		e->sb->failed = 1;
	for (size_t k = 0; k < p->inputs; k++)
		put_store(e, p->input[k]);
	for (size_t k = 0; k < p->nodes; k++)
		put_store(e, p->node[k]);
	kcl__line(e, 3, "}");
	if (e->plan->gpu)
		kcl__line(e, 3, "%s;", e->dialect->barrier);
}

static void put_release(struct kcl__emitter *e)
{
	if (e->plan->staged && e->plan->gpu)
		kcl__line(e, 3, "%s;", e->dialect->barrier);
}

/* Gives every value that is staged its place in the tile.  */
static int place_in_tile(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;
	int at = 0;

	e->offset = kcl__alloc(p->g->count, sizeof *e->offset);
	if (!e->offset)
		return -1;
	for (size_t k = 0; k < p->g->count; k++)
		e->offset[k] = -1;
	for (size_t k = 0; k < p->inputs + p->nodes; k++) {
		ref f = k < p->inputs ? p->input[k] : p->node[k - p->inputs];

		if (!kcl__in_tile(p, e->plan, f))
			continue;
		e->offset[f] = at;
		at += (int)node(e, f)->dim;
	}
	return 0;
}

/* ----- state and results ------------------------------------------------- */

static void put_resume(struct kcl__emitter *e)
{
	kcl__line(e, 1, "if (!first)");
	kcl__line(e, 2, "EACH(r, ROWS) LOOP(l, WIDTH) {");
	kcl__line(e, 3, "const %s at = row + "
	          "min(i0 + r * WIDTH + l, rows - 1);",
	          e->dialect->integer64);
	kcl__line(e, 3, "LOOP(k, SAVED) "
	          "LANE(elem, a[r][k], l) = saved[at * SAVED + k];");
	if (e->pass->sizes.which)
		kcl__line(e, 3, "LOOP(k, WHICH) m[r][k] = INDEX(-2 - k);");
	kcl__line(e, 2, "}");
}

static void put_finish(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const char *wide = e->dialect->integer64;

	kcl__line(e, 1, "EACH(r, ROWS) LOOP(l, WIDTH) {");
	kcl__line(e, 2, "const int i = i0 + r * WIDTH + l;");
	kcl__line(e, 2, "const %s at = row + i;", wide);
	kcl__line(e, 2, "if (i < rows && !last)");
	kcl__line(e, 3, "LOOP(k, SAVED) "
	          "saved[at * SAVED + k] = LANE(elem, a[r][k], l);");
	if (s->which) {
		kcl__line(e, 2, "if (i < rows) {");
		kcl__line(e, 3, "%s old[WHICH];", wide);
		kcl__line(e, 3, "LOOP(k, WHICH) "
		          "old[k] = first ? -1 : which[at * WHICH + k];");
		kcl__line(e, 3, "LOOP(k, WHICH) {");
		kcl__line(e, 4, "const %s v = LANE(%s, m[r][k], l);", wide,
		          e->plan->bits == 64 ? wide : e->dialect->integer32);
		kcl__line(e, 4, "const %s u = v >= 0 ? base + column + v "
		          ": v == -1 ? -1 : old[-2 - v];", wide);
		kcl__line(e, 4, "if (!last)");
		kcl__line(e, 5, "which[at * WHICH + k] = u;");
		if (s->indices) {
			kcl__line(e, 4, "else");
			kcl__line(e, 5, "indices[at * INDICES + k] = u;");
		}
		kcl__line(e, 3, "}");
		kcl__line(e, 2, "}");
	}
	kcl__line(e, 1, "}");
	if (!s->values)
		return;
	kcl__line(e, 1, "if (last)");
	kcl__line(e, 2, "EACH(r, ROWS) LOOP(k, VALUES) {");
	kcl__line(e, 3, "const real v = value(a[r], k);");
	kcl__line(e, 3, "LOOP(l, WIDTH)");
	kcl__line(e, 4, "if (i0 + r * WIDTH + l < rows)");
	kcl__line(e, 5, "values[(row + i0 + r * WIDTH + l) * VALUES + k] = "
	          "LANE(elem, v, l);");
	kcl__line(e, 2, "}");
}

/* ----- the whole --------------------------------------------------------- */

static void put_once(struct kcl__emitter *e)
{
	e->sb->failed |= kcl__emit_values(e, KCL__ONCE, 1) != 0;
}

static void put_rows(struct kcl__emitter *e)
{
	e->sb->failed |= kcl__emit_values(e, KCL__AT_ROW, 1) != 0;
}

static void put_pair(struct kcl__emitter *e)
{
	e->sb->failed |= kcl__emit_values(e, KCL__AT_PAIR, 4) != 0;
}

static const struct { const char *name; void (*put)(struct kcl__emitter *); }
blocks[] = {
	{ "HEAD", put_head }, { "TYPES", put_types }, { "SIZES", put_sizes },
	{ "FUNCTIONS", put_functions }, { "MONOID", put_monoid },
	{ "PARAMETERS", put_parameters }, { "LOAD_ONCE", put_load_once },
	{ "ONCE", put_once }, { "LOAD_ROWS", put_load_rows },
	{ "ROWS", put_rows }, { "TILE", put_tile }, { "RESUME", put_resume },
	{ "STAGE", put_stage }, { "PAIR", put_pair },
	{ "RELEASE", put_release }, { "FINISH", put_finish },
};

static void fill(struct kcl__emitter *e, const char *name, size_t length)
{
	const struct { const char *name, *text; } words[] = {
		{ "kernel", e->dialect->kernel }, { "item", e->dialect->item },
		{ "long", e->dialect->integer64 },
	};

	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
		if (strlen(words[k].name) == length
		    && memcmp(words[k].name, name, length) == 0)
			kcl__sb_puts(e->sb, words[k].text);
	for (size_t k = 0; k < sizeof blocks / sizeof blocks[0]; k++)
		if (strlen(blocks[k].name) == length
		    && memcmp(blocks[k].name, name, length) == 0)
			blocks[k].put(e);
}

char *kcl__emit(const struct kcl__pass *pass, const struct kcl__plan *plan,
                const struct kcl__dialect *dialect)
{
	struct kcl__sb sb = { 0 };
	struct kcl__emitter e = { pass, plan, dialect, &sb, NULL };
	const char *s = kcl__scheme, *hole, *end;

	if (place_in_tile(&e))
		return NULL;
	for (; (hole = strchr(s, '@')); s = end + 1) {
		end = strchr(hole + 1, '@');
		kcl__sb_put(&sb, s, (size_t)(hole - s));
		fill(&e, hole + 1, (size_t)(end - hole - 1));
	}
	kcl__sb_puts(&sb, s);
	free(e.offset);
	return kcl__sb_take(&sb);
}
