/* emit_wide.c - chunks of the coordinates of rows and columns
 * SPDX-License-Identifier: MIT
 *
 * A group stages them in local memory for all its rows and for the columns that
 * are at hand: see plan_wide.c.  */
#include "emit_section.h"

static enum kcl__at at(const struct kcl__emitter *e, size_t k)
{
	return kcl__at(e->pass, e->pass->input[k]);
}

static int is_row(const struct kcl__emitter *e, size_t k)
{
	return at(e, k) == KCL__AT_ROW;
}

static int dimension(const struct kcl__emitter *e, size_t k)
{
	return (int)e->pass->g->node[e->pass->input[k]].dim;
}

int kcl__is_wide(const struct kcl__emitter *e, ref f)
{
	return kcl__in_chunks(e->pass, e->plan, f);
}

/* The coordinates of a row or a column lie together and are read 16 bytes at a
 * time, of which PITCH is an odd number, so that neighbours meet each bank
 * once.  */
void kcl__wide_arrays(struct kcl__emitter *e)
{
	static const char *const many[] = { "", "ROWS * GROUP * ", "COLS * " };

	for (size_t k = 0; k < e->pass->inputs; k++)
		if (kcl__is_wide(e, e->pass->input[k]))
			kcl__line(e, 1, "%selem chunk%d[%sPITCH];",
			          e->dialect->local, (int)k, many[at(e, k)]);
	kcl__line(e, 1, "const int dk = %s & (CHUNK - 1), dp = %s / CHUNK;",
	          e->dialect->member, e->dialect->member);
}

/* What input number K has at the places of the group, in steps of ACROSS; SAFE
 * where that may go past its end.  */
static void put_loop(struct kcl__emitter *e, int depth, size_t k, int safe)
{
	int row = is_row(e, k), dim = dimension(e, k);
	int ragged = e->plan->columns % (e->plan->group / e->plan->chunk);

	kcl__line(e, depth, row ? "EACH(r, ROWS) EACH(h, CHUNK)"
	          : "EACH(h, (COLS + ACROSS - 1) / ACROSS)%s",
	          ragged ? " if (h * ACROSS + dp < COLS)" : "");
	kcl__line(e, depth + 1, "chunk%d[(%sh * ACROSS + dp) * PITCH + dk] = "
	          "(a%d + at)[%s(h * ACROSS%s) * %d%s];", (int)k,
	          row ? "r * GROUP + " : "", (int)k, safe ? "min(" : "",
	          row ? " * ROWS + r" : "", dim, safe ? ", end - at)" : "");
}

static void put_copy(struct kcl__emitter *e, int depth, size_t k)
{
	int row = is_row(e, k), dim = dimension(e, k);
	const char *count = row ? "rows" : "je";

	kcl__line(e, depth++, "{");
	if (row)
		kcl__line(e, depth, "const int p = i0 + (dp - %s) * ROWS;",
		          e->dialect->member);
	else
		kcl__line(e, depth, "const int p = jt + j + dp;");
	kcl__line(e, depth, "const int at = min(p, %s - 1) * %d + "
	          "min(d + dk, %d), end = %s * %d - 1;", count, dim, dim - 1,
	          count, dim);
	kcl__line(e, depth, "if (at <= end - (%s - 1) * %d) {",
	          row ? "GROUP * ROWS" : "COLS", dim);
	put_loop(e, depth + 1, k, 0);
	kcl__line(e, depth, "} else {");
	put_loop(e, depth + 1, k, 1);
	kcl__line(e, depth, "}");
	kcl__line(e, --depth, "}");
}

/* Neighbours load neighbours.  What would be past an end is not used, and may
 * be anything that is there.  */
static void put_stage(struct kcl__emitter *e, int depth)
{
	for (size_t k = 0; k < e->pass->inputs; k++)
		if (kcl__is_wide(e, e->pass->input[k]) && at(e, k) == KCL__ONCE)
			kcl__line(e, depth, "if (dp == 0) chunk%d[dk] = "
			          "a%d[min(d + dk, %d)];", (int)k, (int)k,
			          dimension(e, k) - 1);
		else if (kcl__is_wide(e, e->pass->input[k]))
			put_copy(e, depth, k);
}

/* A loop over coordinates, STEP at a time.  The columns go round it, so that
 * few of their coordinates are in registers at once.  */
static void emit_loop(struct section *s, size_t from, size_t to,
                      const char *loop)
{
	kcl__line(s->e, s->depth, "_Pragma(\"unroll 1\")");
	kcl__line(s->e, s->depth++, "%s EACH(c, COLS) EACH(r, ROWS) "
	          "EACH(u, STEP) {", loop);
	kcl__line(s->e, s->depth, "const int k = q + u;");
	for (size_t k = from; k < to; k++)
		kcl__emit_coordinate(s, s->s->step[k].f);
	kcl__line(s->e, --s->depth, "}");
}

/* The same up to dn, and for what is left of STEP.  */
static void emit_all(struct section *s, size_t from, size_t to, int step)
{
	kcl__line(s->e, s->depth, "int q = 0;");
	emit_loop(s, from, to, "for (; q + STEP <= dn; q += STEP)");
	if (s->s->step[from].length % step == 0)
		return;
	kcl__line(s->e, s->depth, "enum { STEP = 1 };");
	emit_loop(s, from, to, "for (; q < dn; q++)");
}

void kcl__emit_steps(struct section *s, size_t from, size_t to)
{
	kcl__declare(s, from, to);
	kcl__line(s->e, s->depth++, "{");
	kcl__shelf_away(s->e, s->depth, 30);
	kcl__line(s->e, s->depth, "const int dn = %d;",
	          (int)s->s->step[from].length);
	emit_all(s, from, to, kcl__shelf_step(s->e));
	kcl__line(s->e, --s->depth, "}");
}

/* The steps [from, to), for which coordinates are staged in chunks.  */
void kcl__emit_chunks(struct section *s, size_t from, size_t to)
{
	int d = (int)s->s->step[from].length;

	kcl__declare(s, from, to);
	kcl__line(s->e, s->depth, "_Pragma(\"unroll 1\")");
	kcl__line(s->e, s->depth++, "for (int d = 0; d < %d; d += CHUNK) {",
	          d);
	kcl__line(s->e, s->depth, "const int dn = min(CHUNK, %d - d);", d);
	put_stage(s->e, s->depth);
	kcl__line(s->e, s->depth, "%s;", s->e->dialect->barrier);
	emit_all(s, from, to, KCL__STEP);
	kcl__line(s->e, s->depth, "%s;", s->e->dialect->barrier);
	kcl__line(s->e, --s->depth, "}");
}
