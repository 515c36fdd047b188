/* emit_memory.c - what a kernel reads and writes: arrays, tile, state
 * SPDX-License-Identifier: MIT */
#include "emit_body.h"
#include <stdio.h>
#include <string.h>

static const struct kcl__node *node(const struct kcl__emitter *e, ref f)
{
	return &e->pass->g->node[f];
}

static const char *state(const struct kcl__emitter *e)
{
	return kcl__sums_are_wide(e) ? "wide" : "real";
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

		if (kcl__at(e->pass, e->pass->input[k]) != KCL__ONCE)
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

void kcl__put_load_rows(struct kcl__emitter *e)
{
	int any = 0, lanes = e->plan->form == KCL__LANES;

	for (int k = 0; k < (int)e->pass->inputs; k++) {
		unsigned dim = node(e, e->pass->input[k])->dim;
		enum kcl__at at = kcl__at(e->pass, e->pass->input[k]);

		if (at == KCL__AT_COLUMN && e->plan->form != KCL__PARTS)
			kcl__line(e, 1, "a%d += column * %u;", k, dim);
		if (at != KCL__AT_ROW)
			continue;
		any = 1;
		if (e->plan->form != KCL__PARTS)
			kcl__line(e, 1, "a%d += row * %u;", k, dim);
		e->reals += (double)e->plan->rows * dim;
		kcl__line(e, 1, dim > 1 ? "real v%d[ROWS][%u];"
		          : "real v%d[ROWS];", k, dim);
	}
	if (!any)
		return;
	kcl__line(e, 1, "EACH(r, ROWS)%s {", lanes ? "" : " EACH(l, WIDTH)");
	kcl__line(e, 2, "const int at = min(i0 + r%s, rows - 1);",
	          lanes ? "" : " * WIDTH + l");
	for (int k = 0; k < (int)e->pass->inputs; k++)
		if (kcl__at(e->pass, e->pass->input[k]) == KCL__AT_ROW)
			put_gather(e, 2, k, "[r]");
	kcl__line(e, 1, "}");
}

/* ----- the tile ---------------------------------------------------------- */

void kcl__put_tile(struct kcl__emitter *e)
{
	if (e->plan->staged)
		kcl__line(e, 1, "%selem tile[TILE * STAGED];",
		          e->plan->gpu ? e->dialect->local : "");
}

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

/* Every work-item of the group fills some of the tile's columns.  */
void kcl__put_stage(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;

	if (!e->plan->staged)
		return;
	kcl__line(e, 3, "for (int c = %s * WIDTH; c < %s; "
	          "c += GROUP * WIDTH) {", e->dialect->member,
	          e->plan->form == KCL__PARTS ? "jn" : "TILE");
	for (int k = 0; k < (int)p->inputs; k++) {
		unsigned dim = node(e, p->input[k])->dim;

		if (kcl__at(p, p->input[k]) != KCL__AT_COLUMN)
			continue;
		e->reals += dim;
		kcl__line(e, 4, dim > 1 ? "real v%d[%u];" : "real v%d;", k,
		          dim);
	}
	kcl__line(e, 4, "EACH(l, WIDTH) {");
	kcl__line(e, 5, "const int at = min(jt + c + l, %s - 1);",
	          e->plan->form == KCL__PARTS ? "je" : "columns");
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

void kcl__put_release(struct kcl__emitter *e)
{
	if (e->plan->staged && e->plan->gpu)
		kcl__line(e, 3, "%s;", e->dialect->barrier);
}

/* ----- state and results ------------------------------------------------- */

struct kcl__suffix kcl__suffix(const struct kcl__emitter *e, size_t n)
{
	struct kcl__suffix s = { "" };

	if (e->pass->feeds > 1)
		snprintf(s.text, sizeof s.text, "%zu", n);
	return s;
}

int64_t kcl__block_at(const struct kcl__emitter *e, size_t n)
{
	int64_t at = 0;

	for (size_t k = 0; k < n; k++)
		at += kcl__straight(e, &e->pass->feed[k]) ? 0
			: e->pass->feed[k].sizes.block;
	return at;
}

void kcl__state(const struct kcl__emitter *e, size_t n, int block, char *text,
                size_t size)
{
	const struct kcl__feed *feed = &e->pass->feed[n];

	if (block)
		snprintf(text, size, "&s[r][%d], &n[r][%d]",
		         (int)kcl__block_at(e, n), (int)feed->at.which);
	else
		snprintf(text, size, "&RUNNING(r, %d), &m[r][%d]",
		         (int)feed->at.saved, (int)feed->at.which);
}

/* Calls the functions NAME of all monoids for each row; of those that have a
 * state of the block, unless NAME is start.  */
void kcl__put_calls(struct kcl__emitter *e, int depth, const char *name)
{
	int start = strcmp(name, "start") == 0;
	char running[64], block[64];

	kcl__line(e, depth, "EACH(r, ROWS) {");
	for (size_t n = 0; n < e->pass->feeds; n++) {
		if (!start && kcl__straight(e, &e->pass->feed[n]))
			continue;
		kcl__state(e, n, 0, running, sizeof running);
		kcl__state(e, n, 1, block, sizeof block);
		if (strcmp(name, "fold") == 0)
			kcl__line(e, depth + 1, "%s%s(%s, %s);", name,
			          kcl__suffix(e, n).text, running, block);
		else
			kcl__line(e, depth + 1, "%s%s(%s);", name,
			          kcl__suffix(e, n).text,
			          start ? running : block);
	}
	kcl__line(e, depth, "}");
}

/* The running state of each row.  Between blocks it is not looked at: on GPUs
 * it leaves the registers to the pairs.  Neighbours have banks side by side. */
static void put_state(struct kcl__emitter *e)
{
	kcl__count_state(e, e->plan->parked ? 0 : e->pass->sizes.saved);
	if (e->plan->parked)
		kcl__line(e, 1, "%s%s parked[ROWS * SAVED * GROUP];",
		          e->dialect->local, state(e));
	if (e->plan->parked)
		kcl__line(e, 1, "SPACE %s *a = parked + %s;", state(e),
		          e->dialect->member);
	else
		kcl__line(e, 1, "%s a[ROWS][SAVED];", state(e));
}

void kcl__put_start(struct kcl__emitter *e)
{
	put_state(e);
	kcl__count_state(e, e->pass->sizes.which);
	kcl__line(e, 1, "bits m[ROWS][WHICH];");
	kcl__put_calls(e, 1, "start");
}

void kcl__put_states(struct kcl__emitter *e, int depth)
{
	kcl__count_state(e, kcl__block_at(e, e->pass->feeds)
	                 + e->pass->sizes.which);
	kcl__line(e, depth, "%s s[ROWS][STATE];    "
	          "/* that of this block of columns */", state(e));
	kcl__line(e, depth, "bits n[ROWS][WHICH];");
}

/* The states of a block of columns, if there are any.  */
void kcl__put_begin(struct kcl__emitter *e)
{
	if (kcl__block_at(e, e->pass->feeds) == 0)
		return;
	kcl__put_states(e, 2);
	kcl__put_calls(e, 2, "init");
}

void kcl__put_end(struct kcl__emitter *e)
{
	if (kcl__block_at(e, e->pass->feeds) > 0)
		kcl__put_calls(e, 2, "fold");
}

void kcl__put_resume(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;

	kcl__line(e, 1, "if (!first)");
	kcl__line(e, 2, "EACH(r, ROWS) EACH(l, WIDTH) {");
	kcl__line(e, 3, "const %s at = row + "
	          "min(i0 + r * WIDTH + l, rows - 1);",
	          e->dialect->integer64);
	kcl__line(e, 3, "%s(k, SAVED) LANE(%s, RUNNING(r, k), l) = "
	          "saved[at * SAVED + k];",
	          kcl__loop(e, s->saved), kcl__element(e));
	if (s->which)
		kcl__line(e, 3, "%s(k, WHICH) m[r][k] = INDEX(-2 - k);",
		          kcl__loop(e, s->which));
	kcl__line(e, 2, "}");
}

/* The values of feed number N, for those rows that end here.  */
static void put_values(struct kcl__emitter *e, size_t n)
{
	const struct kcl__feed *feed = &e->pass->feed[n];

	if (!feed->sizes.values || kcl__gives_digits(feed->red))
		return;
	kcl__line(e, 1, "if (last)");
	kcl__line(e, 2, "EACH(r, ROWS) %s(k, %d) {",
	          kcl__loop(e, feed->sizes.values), (int)feed->sizes.values);
	kcl__line(e, 3, "const %s v = value%s(&RUNNING(r, %d), k);", state(e),
	          kcl__suffix(e, n).text, (int)feed->at.saved);
	kcl__line(e, 3, "EACH(l, WIDTH)");
	kcl__line(e, 4, "if (i0 + r * WIDTH + l < rows)");
	kcl__line(e, 5, "values[(row + i0 + r * WIDTH + l) * VALUES + %d + k]"
	          " = LANE(%s, v, l);", (int)feed->at.values, kcl__element(e));
	kcl__line(e, 2, "}");
}

/* The digits of index u of slot k, where that is one of FEED's.  */
static void put_digits(struct kcl__emitter *e, const struct kcl__feed *feed)
{
	int first = (int)feed->at.which, count = (int)feed->sizes.which;
	int low = (int)feed->at.values - first;

	if (!kcl__gives_digits(feed->red))
		return;
	kcl__line(e, 4, "else if (k >= %d && k < %d) {", first, first + count);
	kcl__line(e, 5, "values[at * VALUES + k + %d] = (elem)(u & 0xfffff);",
	          low);
	kcl__line(e, 5, "values[at * VALUES + k + %d] = (elem)(u >> 20);",
	          low + count);
	kcl__line(e, 4, "}");
}

void kcl__put_finish(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const char *wide = e->dialect->integer64;
	const char *own = kcl__own(e);
	const char *loop = kcl__loop(e, s->which);

	kcl__line(e, 1, "EACH(r, ROWS) EACH(l, WIDTH) {");
	kcl__line(e, 2, "const int i = i0 + r * WIDTH + l;");
	kcl__line(e, 2, "const %s at = row + i;", wide);
	kcl__line(e, 2, "if (i < rows && !last)");
	kcl__line(e, 3, "%s(k, SAVED) "
	          "saved[at * SAVED + k] = LANE(%s, RUNNING(r, k), l);",
	          kcl__loop(e, s->saved), kcl__element(e));
	if (s->which) {
		kcl__line(e, 2, "if (i < rows) {");
		kcl__line(e, 3, "%s(b, WHICH) {", loop);
		kcl__line(e, 4, "const int k = WHICH - 1 - b;"
		          "    /* an old index comes from k or before */");
		kcl__line(e, 4, "const %s v = LANE(%s, m[r][k], l);", own, own);
		kcl__line(e, 4, "const %s u = v >= 0 ? base + column + v "
		          ": v == -1 ? -1 : which[at * WHICH - 2 - v];", wide);
		kcl__line(e, 4, "if (!last)");
		kcl__line(e, 5, "which[at * WHICH + k] = u;");
		if (s->indices) {
			kcl__line(e, 4, "else if (k < INDICES)");
			kcl__line(e, 5, "indices[at * INDICES + k] = u;");
		}
		for (size_t n = 0; n < e->pass->feeds; n++)
			put_digits(e, &e->pass->feed[n]);
		kcl__line(e, 3, "}");
		kcl__line(e, 2, "}");
	}
	kcl__line(e, 1, "}");
	for (size_t n = 0; n < e->pass->feeds; n++)
		put_values(e, n);
}
