/* emit_memory.c - what a kernel reads: arrays, the tile
 * SPDX-License-Identifier: MIT */
#include "emit_body.h"

enum { LONG = 16 };             /* numbers of a column */

static const struct kcl__node *node(const struct kcl__emitter *e, ref f)
{
	return &e->pass->g->node[f];
}

/* ----- parameters and loads ---------------------------------------------- */

void kcl__put_parameters(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const char *global = e->dialect->global;

	for (size_t k = 0; k < e->pass->inputs; k++)
		kcl__line(e, 1, "%sconst elem *restrict a%d,", global, (int)k);
	if (e->plan->form == KCL__PARTS) {
		kcl__line(e, 1, "%sconst %s *restrict part,", global,
		          e->dialect->integer64);
		kcl__line(e, 1, "%sconst int *restrict block,", global);
	}
	if (s->values)
		kcl__line(e, 1, "%selem *restrict values,", global);
	if (s->indices)
		kcl__line(e, 1, "%s%s *restrict indices,", global,
		          e->dialect->integer64);
	kcl__line(e, 1, "%s%s *restrict saved,", global, kcl__element(e));
	if (s->which)
		kcl__line(e, 1, "%s%s *restrict which,", global,
		          e->dialect->integer64);
	if (e->plan->form < KCL__MERGE)
		return;
	kcl__line(e, 1, "%s%s *restrict states,", global, kcl__element(e));
	if (s->which)
		kcl__line(e, 1, "%s%s *restrict places,", global,
		          kcl__own(e));
}

void kcl__put_load_once(struct kcl__emitter *e)
{
	for (size_t k = 0; k < e->pass->inputs; k++) {
		unsigned dim = node(e, e->pass->input[k])->dim;

		if (kcl__at(e->pass, e->pass->input[k]) != KCL__ONCE
		    || kcl__is_wide(e, e->pass->input[k]))
			continue;
		if (dim == 1) {
			kcl__line(e, 1, "const real v%d = R(a%d[0]);", (int)k,
			          (int)k);
			continue;
		}
		e->reals += dim;
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
	int lanes = e->plan->form == KCL__LANES;

	kcl__line(e, depth, "%s(k, %u)", kcl__loop(e, dim), dim);
	kcl__line(e, depth + 1, lanes ? "v%d%s%s = R(a%d[at * %u + k]);"
	          : "LANE(elem, v%d%s%s, l) = a%d[at * %u + k];",
	          k, row, dim > 1 ? "[k]" : "", k, dim);
}

/* The rows of those inputs that are WIDE, or are not.  Those that are keep a
 * loop over rows, since unrolled they would take long to compile.  */
static void put_gathers(struct kcl__emitter *e, int wide)
{
	int any = 0, lanes = e->plan->form == KCL__LANES;
	const char *loop = wide ? "LOOP" : "EACH";

	for (int k = 0; k < (int)e->pass->inputs; k++) {
		ref f = e->pass->input[k];

		if (kcl__at(e->pass, f) != KCL__AT_ROW || kcl__is_wide(e, f)
		    || kcl__is_shelved(e, f)
		    || ((int)node(e, f)->dim > e->plan->unroll) != wide)
			continue;
		if (!any++) {
			kcl__line(e, 1, lanes ? "%s(r, ROWS) {"
			          : "%s(r, ROWS) %s(l, WIDTH) {", loop, loop);
			kcl__line(e, 2, "const int at = "
			          "min(i0 + r%s, rows - 1);",
			          lanes ? "" : " * WIDTH + l");
		}
		put_gather(e, 2, k, "[r]");
	}
	if (any)
		kcl__line(e, 1, "}");
}

void kcl__put_load_rows(struct kcl__emitter *e)
{
	for (int k = 0; k < (int)e->pass->inputs; k++) {
		unsigned dim = node(e, e->pass->input[k])->dim;
		enum kcl__at at = kcl__at(e->pass, e->pass->input[k]);

		if (at == KCL__AT_COLUMN && e->plan->form != KCL__PARTS)
			kcl__line(e, 1, "a%d += column * %u;", k,
			          e->whole->g->node[e->pass->input[k]].dim);
		if (at != KCL__AT_ROW)
			continue;
		if (e->plan->form != KCL__PARTS)
			kcl__line(e, 1, "a%d += row * %u;", k, dim);
		if (kcl__is_wide(e, e->pass->input[k])
		    || kcl__is_shelved(e, e->pass->input[k]))
			continue;
		e->reals += (double)e->plan->rows * dim;
		kcl__line(e, 1, dim > 1 ? "real v%d[ROWS][%u];"
		          : "real v%d[ROWS];", k, dim);
	}
	put_gathers(e, 0);
	put_gathers(e, 1);
	if (e->plan->shelved)
		kcl__shelf_rows(e);
}

/* ----- the tile ---------------------------------------------------------- */

/* A column's numbers lie together.  No read of them meets a bank twice: all
 * work-items read the same number at once, which is one read for all of them.
 * Of what they write see kcl__padded.  */
void kcl__put_tile(struct kcl__emitter *e)
{
	if (e->plan->staged)
		kcl__line(e, 1, "%selem tile[TILE * STAGED];",
		          e->plan->gpu ? e->dialect->local : "");
	if (e->plan->chunk)
		kcl__wide_arrays(e);
}

/* ----- what is copied as it is -------------------------------------------- */

static int is_computed_with(const struct kcl__pass *p, ref f)
{
	for (size_t k = 0; k < p->nodes; k++) {
		const struct kcl__node *n = &p->g->node[p->node[k]];

		for (int a = 0; a < n->narg; a++)
			if (kcl__at(p, p->node[k]) == KCL__AT_COLUMN
			    && n->arg[a] == f)
				return 1;
	}
	return 0;
}

/* Whether neighbours copy neighbours of input number K, so that a GPU's memory
 * is read in order, and few numbers are under way in registers: where columns
 * are long, and nothing in the tile is computed with them.  */
static int is_copied(const struct kcl__emitter *e, size_t k)
{
	ref f = e->pass->input[k];

	return e->plan->gpu && e->offset[f] >= 0 && node(e, f)->dim > LONG
		&& !is_computed_with(e->pass, f);
}

/* How many columns of the tile are filled: chunks have no loop for the last
 * ones; and where inputs end.  */
static const char *filled(const struct kcl__emitter *e)
{
	return e->plan->form == KCL__PARTS && !e->plan->chunk ? "jn" : "TILE";
}

static const char *last(const struct kcl__emitter *e)
{
	return e->plan->form == KCL__PARTS ? "je" : "columns";
}

static void put_copied(struct kcl__emitter *e, size_t k)
{
	unsigned dim = node(e, e->pass->input[k])->dim;
	unsigned whole = e->whole->g->node[e->pass->input[k]].dim;

	kcl__line(e, 3, "_Pragma(\"unroll 8\")");
	kcl__line(e, 3, "for (int e = %s; e < %s * %u; e += GROUP)",
	          e->dialect->member, filled(e), dim);
	if (dim < whole) {
		kcl__line(e, 4, "TILED(%d + e %% STRIP, e / STRIP) = "
		          "a%d[min(jt + e / STRIP, %s - 1) * VALUES + "
		          "OF(e %% STRIP)];", e->offset[e->pass->input[k]],
		          (int)k, last(e));
		return;
	}
	kcl__line(e, 4, "TILED(%d + e %% %u, e / %u) = a%d[min(jt * %u + e, "
	          "%s * %u - 1)];", e->offset[e->pass->input[k]], dim, dim,
	          (int)k, dim, last(e), dim);
}

/* ----- what is computed --------------------------------------------------- */

static void put_store(struct kcl__emitter *e, ref f)
{
	unsigned dim = node(e, f)->dim;
	int input = kcl__input(e->pass, f);

	if (e->offset[f] < 0)
		return;
	kcl__line(e, 4, "%s(k, %u) EACH(l, WIDTH)", kcl__loop(e, dim), dim);
	kcl__line(e, 5, "TILED(%d + k, c + l) = "
	          "LANE(elem, %c%d%s, l);", e->offset[f],
	          input < 0 ? 't' : 'v', input < 0 ? (int)f : input,
	          dim > 1 ? "[k]" : "");
}

/* Whether a work-item loads a column of input number K for itself.  */
static int is_loaded(const struct kcl__emitter *e, size_t k)
{
	return kcl__at(e->pass, e->pass->input[k]) == KCL__AT_COLUMN
		&& !is_copied(e, k) && !kcl__is_wide(e, e->pass->input[k]);
}

static int is_long(const struct kcl__emitter *e, size_t k)
{
	return (int)node(e, e->pass->input[k])->dim > e->plan->unroll;
}

/* Long columns of input number K: number by number, as lane by lane the vectors
 * would be gone through as often as there are lanes.  */
static void put_long_load(struct kcl__emitter *e, int k)
{
	unsigned dim = node(e, e->pass->input[k])->dim;

	kcl__line(e, 4, "LOOP(k, %u) EACH(l, WIDTH)", dim);
	kcl__line(e, 5, "LANE(elem, v%d[k], l) = "
	          "a%d[min(jt + c + l, %s - 1) * %u + k];", k, k, last(e),
	          dim);
}

static void put_loads(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;

	for (size_t k = 0; k < p->inputs; k++) {
		unsigned dim = node(e, p->input[k])->dim;

		if (!is_loaded(e, k))
			continue;
		e->reals += dim;
		kcl__line(e, 4, dim > 1 ? "real v%d[%u];" : "real v%d;",
		          (int)k, dim);
	}
	kcl__line(e, 4, "EACH(l, WIDTH) {");
	kcl__line(e, 5, "const int at = min(jt + c + l, %s - 1);",
	          last(e));
	for (size_t k = 0; k < p->inputs; k++)
		if (is_loaded(e, k) && !is_long(e, k))
			put_gather(e, 5, (int)k, "");
	kcl__line(e, 4, "}");
	for (size_t k = 0; k < p->inputs; k++)
		if (is_loaded(e, k) && is_long(e, k))
			put_long_load(e, (int)k);
}

/* Every work-item of the group fills some of the tile's columns.  */
static void put_columns(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;

	kcl__line(e, 3, "for (int c = %s * WIDTH%s; c < %s; "
	          "c += GROUP * WIDTH) {", e->dialect->member,
	          e->plan->shelved ? " + ((je - 1 - jt) >> 31)" : "",
	          filled(e));
	put_loads(e);
	if (kcl__emit_values(e, KCL__AT_COLUMN, 4))
		e->sb->failed = 1;
	for (size_t k = 0; k < p->inputs; k++)
		if (!is_copied(e, k))
			put_store(e, p->input[k]);
	for (size_t k = 0; k < p->nodes; k++)
		put_store(e, p->node[k]);
	kcl__line(e, 3, "}");
}

void kcl__put_stage(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;
	int columns = 0;

	if (!e->plan->staged)
		return;
	for (size_t k = 0; k < p->inputs; k++) {
		if (is_copied(e, k))
			put_copied(e, k);
		columns += is_loaded(e, k);
	}
	for (size_t k = 0; k < p->nodes; k++)
		columns += kcl__at(p, p->node[k]) == KCL__AT_COLUMN;
	if (columns)
		put_columns(e);
	if (e->plan->gpu)
		kcl__line(e, 3, "%s;", e->dialect->barrier);
}

void kcl__put_release(struct kcl__emitter *e)
{
	if (e->plan->staged && e->plan->gpu)
		kcl__line(e, 3, "%s;", e->dialect->barrier);
}
