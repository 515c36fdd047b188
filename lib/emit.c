/* emit.c - the kernel of a pass, as text in a dialect
 * SPDX-License-Identifier: MIT */
#include "emit.h"
#include "block.h"
#include "emit_body.h"
#include "mem.h"
#include "print.h"
#include "scheme.h"
#include <stdlib.h>
#include <string.h>

/* ----- the head ---------------------------------------------------------- */

static void put_head(struct kcl__emitter *e)
{
	const struct kcl__plan *p = e->plan;

	for (size_t k = 0; k < e->pass->feeds; k++) {
		kcl__sb_puts(e->sb, k ? "\n * " : "/* ");
		kcl__print(e->whole->g, e->whole->feed[k].root, KCL__NUMBERS,
		           2000, e->sb);
	}
	kcl__sb_printf(e->sb, "\n * %s, float%d%s, %s shape%s,\n"
	               " * to be built with %s */\n",
	               e->dialect->name, p->bits, kcl__sums_are_wide(e)
	               ? " in sums of float64" : "", p->gpu ? "GPU" : "CPU",
	               p->form >= KCL__SPLIT ? ", columns split" : "",
	               kcl__options(e->pass, p, e->dialect));
}

static void put_types(struct kcl__emitter *e)
{
	if (e->plan->bits == 64)
		kcl__sb_puts(e->sb, e->dialect->types64);
	kcl__put_filled(e, e->dialect->types);
	if (!e->plan->fma)
		kcl__sb_puts(e->sb, "#define fma(x, y, z) mad(x, y, z)\n");
	kcl__sb_printf(e->sb, "#define LANE(type, v, l) %s\n",
	               e->plan->lanes > 1 ? "(((type *)&(v))[l])" : "(v)");
	/* What columns share of an address stands apart: else LLVM makes a
	 * vector of the addresses of several, and takes it to pieces.  */
	if (e->plan->form != KCL__LANES)
		kcl__sb_printf(e->sb, "#define COLUMN(c) (jt + j + (c))\n"
		               "#define AT(a, d, c, k) "
		               "((a) + (jt + j) * (d))[(c) * (d) + (k)]\n"
		               "#define TILED(k, c) tile[%s]\n", e->plan->gpu
		               ? "(c) * STAGED + (k)" : "(k) * TILE + (c)");
}

static void put_sizes(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const struct kcl__plan *p = e->plan;

	kcl__sb_printf(e->sb, "enum {\n"
	               "	WIDTH = %d, ROWS = %d, COLS = %d, "
	               "TILE = %d, STAGED = %d, GROUP = %d, BLOCK = %d,\n"
	               "	STATE = %d, SAVED = %d, WHICH = %d, "
	               "VALUES = %d, INDICES = %d",
	               p->lanes, p->rows, p->columns,
	               p->tile ? p->tile : KCL__BLOCK,
	               p->staged, p->group, KCL__BLOCK,
	               (int)kcl__block_at(e, e->pass->feeds),
	               (int)s->saved, s->which ? (int)s->which : 1,
	               (int)e->whole->sizes.values, (int)s->indices);
	if (e->pass != e->whole)
		kcl__sb_printf(e->sb, ",\n	STRIP = %d", (int)s->values);
	if (p->form >= KCL__MERGE)
		kcl__sb_printf(e->sb, ",\n	SPLIT = %d", p->split);
	if (p->chunk)
		kcl__sb_printf(e->sb, ",\n	CHUNK = %d, PITCH = %d, "
		               "STEP = %d, ACROSS = GROUP / CHUNK", p->chunk,
		               (int)kcl__padded(p->chunk, p->bits / 8),
		               KCL__STEP);
	if (p->shelved)
		kcl__sb_printf(e->sb, ",\n	STEP = %d", kcl__shelf_step(e));
	kcl__sb_puts(e->sb, "\n};\n");
	if (p->form == KCL__LANES)
		kcl__lanes_words(e);
	if (e->pass != e->whole)
		kcl__line(e, 0, "#define OF(k) %s", s->values
		          * kcl__strip_count(e->whole) > e->whole->sizes.values
		          ? "min(strip + (k), VALUES - 1)" : "(strip + (k))");
	if (p->chunk || p->shelved)
		kcl__line(e, 0, "#define MINE(r) ((r) * GROUP + %s)",
		          e->dialect->member);
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

static void put_narrow(struct kcl__emitter *e)
{
	kcl__sb_puts(e->sb, e->plan->narrow ? e->dialect->narrow : "");
}

/* From which form of kernels on; of several the last one.  */
static const struct {
	const char *name;
	enum kcl__form form;
	void (*put)(struct kcl__emitter *e);
} blocks[] = {
	{ "HEAD", 0, put_head }, { "TYPES", 0, put_types },
	{ "SIZES", 0, put_sizes }, { "FUNCTIONS", 0, kcl__put_functions },
	{ "MONOIDS", 0, kcl__put_monoids },
	{ "NARROW", 0, put_narrow }, { "PARAMETERS", 0, kcl__put_parameters },
	{ "OPEN", 0, kcl__put_open }, { "OPEN", KCL__SPLIT, kcl__split_open },
	{ "LOAD_ONCE", 0, kcl__put_load_once }, { "ONCE", 0, put_once },
	{ "LOAD_ROWS", 0, kcl__put_load_rows }, { "ROWS", 0, put_rows },
	{ "TILE", 0, kcl__put_tile }, { "TILE", KCL__LANES, kcl__lanes_tile },
	{ "STATE", 0, kcl__put_state }, { "STATE", KCL__SPLIT, NULL },
	{ "STRIPS", 0, kcl__put_strips },
	{ "STRIPS_END", 0, kcl__put_strips_end },
	{ "START", 0, kcl__put_start }, { "START", KCL__SPLIT, NULL },
	{ "RESUME", 0, kcl__put_resume }, { "RESUME", KCL__SPLIT, NULL },
	{ "FOLD", 0, NULL }, { "FOLD", KCL__MERGE, kcl__merge_fold },
	{ "FOLD", KCL__SPLIT, NULL },
	{ "BLOCKS", 0, kcl__put_blocks },
	{ "BLOCKS", KCL__SPLIT, kcl__split_blocks },
	{ "BEGIN", 0, kcl__put_begin }, { "STAGE", 0, kcl__put_stage },
	{ "STAGE", KCL__LANES, kcl__lanes_stage },
	{ "PAIRS", 0, kcl__put_pairs }, { "RELEASE", 0, kcl__put_release },
	{ "END", 0, kcl__put_end }, { "END", KCL__SPLIT, kcl__split_end },
	{ "FINISH", 0, kcl__put_finish }, { "FINISH", KCL__SPLIT, NULL },
};

static void fill(struct kcl__emitter *e, const char *name, size_t length)
{
	const struct { const char *name, *text; } words[] = {
		{ "kernel", e->dialect->kernel },
		{ "long", e->dialect->integer64 },
	};
	void (*put)(struct kcl__emitter *) = NULL;

	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
		if (strlen(words[k].name) == length
		    && memcmp(words[k].name, name, length) == 0)
			kcl__sb_puts(e->sb, words[k].text);
	for (size_t k = 0; k < sizeof blocks / sizeof blocks[0]; k++)
		if (strlen(blocks[k].name) == length
		    && memcmp(blocks[k].name, name, length) == 0
		    && blocks[k].form <= e->plan->form)
			put = blocks[k].put;
	if (put)
		put(e);
}

char *kcl__emit(const struct kcl__pass *pass, const struct kcl__plan *plan,
                const struct kcl__dialect *dialect, double *bytes)
{
	struct kcl__sb sb = { 0 };
	struct kcl__emitter e = {
		.pass = kcl__strip_of(pass, plan), .whole = pass,
		.plan = plan, .dialect = dialect, .sb = &sb
	};
	const char *s = kcl__scheme, *hole, *end;

	e.offset = kcl__tile_places(e.pass, plan);
	if (!e.offset)
		return NULL;
	for (; (hole = strchr(s, '@')); s = end + 1) {
		end = strchr(hole + 1, '@');
		kcl__sb_put(&sb, s, (size_t)(hole - s));
		fill(&e, hole + 1, (size_t)(end - hole - 1));
	}
	kcl__sb_puts(&sb, s);
	free(e.offset);
	if (bytes)
		*bytes = e.reals * plan->lanes * plan->bits / 8;
	return kcl__sb_take(&sb);
}
