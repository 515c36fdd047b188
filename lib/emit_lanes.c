/* emit_lanes.c - the tile where each lane has a block of columns
 * SPDX-License-Identifier: MIT
 *
 * It holds the columns of all lanes: on CPUs as vectors, on GPUs side by side
 * in local memory.  */
#include "emit_body.h"
#include <stdio.h>

enum { NEAR = 1 << 19 };        /* bytes */

static const struct kcl__node *node(const struct kcl__emitter *e, ref f)
{
	return &e->pass->g->node[f];
}

/* A lane's own number of the tile; and on CPUs turn, which makes PIECE vectors
 * of pieces of all lanes' blocks, 16 bytes of each, into vectors of one number:
 * it crosses neighbours, and where pieces have four numbers then pairs.  */
void kcl__lanes_words(struct kcl__emitter *e)
{
	int lanes = e->plan->lanes, piece = 128 / e->plan->bits;

	kcl__line(e, 0, "#define MINE(k) tile[%s]",
	          e->plan->gpu ? "(k) * (GROUP + 1) + member" : "k");
	if (e->plan->gpu)
		return;
	piece = piece < lanes ? piece : lanes;
	kcl__line(e, 0, "enum { PIECE = %d };", piece);
	if (piece == 1) {
		kcl__sb_puts(e->sb, "typedef elem piece;\n"
		             "#define LOAD(from) (*(from))\n"
		             "#define turn(x)\n");
		return;
	}
	kcl__line(e, 0, "typedef %s%d piece;",
	          e->plan->bits == 64 ? "double" : "float", piece);
	kcl__line(e, 0, "#define LOAD(from) vload%d(0, from)", piece);
	kcl__sb_puts(e->sb,
		"#define CROSS(o, p, x, y) { o.even = x.even; o.odd = y.even; "
		"p.even = x.odd; p.odd = y.odd; }\n"
		"static inline void turn(real *x)\n{\n"
		"	real y[PIECE];\n"
		"	EACH(k, PIECE / 2)\n"
		"		CROSS(y[2 * k], y[2 * k + 1], x[2 * k], "
		"x[2 * k + 1])\n");
	if (piece == 4)
		kcl__line(e, 1, "ulong%d *o = (ulong%d *)x, *z = (ulong%d *)y;",
		          lanes / 2, lanes / 2, lanes / 2);
	kcl__line(e, 1, piece == 4
	          ? "EACH(k, 2) CROSS(o[k], o[k + 2], z[k], z[k + 2])"
	          : "EACH(k, PIECE) x[k] = y[k];");
	kcl__line(e, 0, "}");
}

/* What lanes read here and there is read once in its order before, as memory
 * likes it; unless it is so much that it would not stay near.  */
void kcl__lanes_touch(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;
	int64_t bytes = (int64_t)e->plan->staged * e->plan->split
		* (e->plan->bits / 8);

	for (size_t k = 0; k < p->inputs && bytes <= NEAR; k++)
		if (kcl__at(p, p->input[k]) == KCL__AT_COLUMN)
			kcl__line(e, 1, "LOOP(k, WIDTH * BLOCK * %d / 16) "
			          "(void)((volatile %sconst elem *)a%d)"
			          "[jw * %d + k * 16];",
			          (int)node(e, p->input[k])->dim,
			          e->dialect->global, (int)k,
			          (int)node(e, p->input[k])->dim);
}

void kcl__lanes_tile(struct kcl__emitter *e)
{
	if (e->plan->staged && e->plan->gpu)
		kcl__line(e, 1, "%selem tile[%d * TILE * (GROUP + 1)];",
		          e->dialect->local, e->plan->staged);
	else if (e->plan->staged)
		kcl__line(e, 1, "real tile[%d * TILE];", e->plan->staged);
}

/* Columns of a block lie one after the other, and blocks too.  On GPUs the
 * group loads neighbours together.  */
static void put_load(struct kcl__emitter *e, int k)
{
	int dim = (int)node(e, e->pass->input[k])->dim;
	int offset = e->offset[e->pass->input[k]];
	int is_strip = e->whole->g->node[e->pass->input[k]].dim > (unsigned)dim;
	char text[40];

	snprintf(text, sizeof text, ") * %d + k]", dim);
	if (e->plan->gpu) {
		kcl__line(e, 3, "for (int e = member; e < GROUP * TILE * %d; "
		          "e += GROUP) {", dim);
		kcl__line(e, 4, "const int b = e / (TILE * %d), "
		          "k = e %% (TILE * %d);", dim, dim);
		kcl__line(e, 4, "tile[(%d * TILE + k) * (GROUP + 1) + b] = "
		          "a%d[(j0 + b * BLOCK + jt%s;", offset, k,
		          is_strip ? " + k / STRIP) * VALUES + OF(k % STRIP)]"
		          : text);
	} else {
		kcl__line(e, 3, "for (int e = 0; e < TILE * %d; "
		          "e += PIECE) {", dim);
		kcl__line(e, 4, "real x[PIECE];");
		kcl__line(e, 4, "EACH(k, PIECE) EACH(h, WIDTH / PIECE)");
		kcl__line(e, 5, "LANE(piece, x[k], h) = LOAD(a%d + (jw + "
		          "(h * PIECE + k) * BLOCK + jt) * %d + e);", k, dim);
		kcl__line(e, 4, "turn(x);");
		kcl__line(e, 4, "EACH(k, PIECE) tile[%d * TILE + e + k] = "
		          "x[k];", offset);
	}
	kcl__line(e, 3, "}");
}

/* What is computed of a column alone, from its numbers in the tile.  */
static void put_columns(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;

	kcl__line(e, 3, "for (int c = 0; c < TILE; c++) {");
	for (size_t k = 0; k < p->inputs; k++) {
		int dim = (int)node(e, p->input[k])->dim;

		if (kcl__at(p, p->input[k]) != KCL__AT_COLUMN)
			continue;
		e->reals += dim;
		kcl__line(e, 4, dim > 1 ? "real v%d[%d];" : "real v%d;",
		          (int)k, dim);
		kcl__line(e, 4, "%s(k, %d) v%d%s = MINE(%d * TILE + c * %d "
		          "+ k);", kcl__loop(e, dim), dim, (int)k,
		          dim > 1 ? "[k]" : "", e->offset[p->input[k]], dim);
	}
	if (kcl__emit_values(e, KCL__AT_COLUMN, 4))
		e->sb->failed = 1;
	for (size_t k = 0; k < p->nodes; k++) {
		ref f = p->node[k];
		int dim = (int)node(e, f)->dim;

		if (e->offset[f] >= 0)
			kcl__line(e, 4, "%s(k, %d) MINE(%d * TILE + c * %d "
			          "+ k) = t%u%s;", kcl__loop(e, dim), dim,
			          e->offset[f], dim, (unsigned)f,
			          dim > 1 ? "[k]" : "");
	}
	kcl__line(e, 3, "}");
}

void kcl__lanes_stage(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;
	int computed = 0;

	for (size_t k = 0; k < p->inputs; k++)
		if (e->offset[p->input[k]] >= 0)
			put_load(e, (int)k);
	if (e->plan->staged && e->plan->gpu)
		kcl__line(e, 3, "%s;", e->dialect->barrier);
	for (size_t k = 0; k < p->nodes; k++)
		computed |= e->offset[p->node[k]] >= 0;
	if (computed)
		put_columns(e);
}
