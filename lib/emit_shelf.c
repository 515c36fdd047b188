/* emit_shelf.c - rows in local memory, and what goes coordinate by coordinate
 * SPDX-License-Identifier: MIT
 *
 * See plan_shelf.c.  Compilers that see that a row, or where a state is parked,
 * is the same for all columns take it all into registers ahead of the loop: so
 * addresses have a term that is 0, as which they do not know it.  */
#include "emit_section.h"
#include <stdio.h>

enum { PIECE = 16 };            /* coordinates at a time: of more loops stay
	                         * loops, and states lie in memory */

static int pitch(const struct kcl__emitter *e, ref f)
{
	return (int)kcl__padded(e->pass->g->node[f].dim, e->plan->bits / 8);
}

int kcl__is_shelved(const struct kcl__emitter *e, ref f)
{
	return kcl__on_shelf(e->pass, e->plan, f);
}

/* Fewer where several numbers are read for each.  */
int kcl__shelf_step(const struct kcl__emitter *e)
{
	int many = 0;

	for (size_t k = 0; k < e->pass->inputs; k++)
		many += kcl__is_shelved(e, e->pass->input[k]);
	return many > 1 ? PIECE / 2 : PIECE;
}

/* A work-item reads what it has stored itself.  */
void kcl__shelf_rows(struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;

	for (size_t k = 0; k < p->inputs; k++)
		if (kcl__is_shelved(e, p->input[k]))
			kcl__line(e, 1, "%selem shelf%d[ROWS * GROUP * %d];",
			          e->dialect->local, (int)k,
			          pitch(e, p->input[k]));
	kcl__line(e, 1, "LOOP(r, ROWS) {");
	kcl__line(e, 2, "const int at = min(i0 + r, rows - 1);");
	for (size_t k = 0; k < p->inputs; k++) {
		unsigned dim = p->g->node[p->input[k]].dim;

		if (kcl__is_shelved(e, p->input[k]))
			kcl__line(e, 2, "LOOP(k, %u) shelf%d[MINE(r) * %d + k]"
			          " = a%d[at * %u + k];", dim, (int)k,
			          pitch(e, p->input[k]), (int)k, dim);
	}
	kcl__line(e, 1, "}");
}

void kcl__shelf_away(struct kcl__emitter *e, int depth, int shift)
{
	kcl__line(e, depth, "const int away = 4 * ((jn - 1 - j) >> %d);    "
	          "/* 0 */", shift);
}

void kcl__shelf_value(const struct section *s, ref f, const char *k)
{
	kcl__sb_printf(s->e->sb, "R(shelf%d[MINE(r) * %d + %s%s])",
	               kcl__input(s->e->pass, f), pitch(s->e, f),
	               s->s->at == KCL__AT_PAIR ? "away + " : "", k);
}

void kcl__shelf_end(struct kcl__emitter *e)
{
	if (e->plan->shelved && e->plan->parked)
		kcl__line(e, 2, "SPACE %s *const a = parked + %s + "
		          "(je >> 31);    /* 0 */", kcl__element(e),
		          e->dialect->member);
}

/* ----- feeds ------------------------------------------------------------- */

/* The value of coordinate k that FEED has as weight.  */
static void put_weight(struct section *s, const struct kcl__feed *feed)
{
	kcl__put_indent(s);
	kcl__sb_puts(s->e->sb, "\tconst real g = ");
	if (s->s->place[feed->weight])
		kcl__put_call(s, feed->weight);
	else {
		kcl__put_value(s, feed->weight, "k");
		kcl__sb_puts(s->e->sb, ";");
	}
	kcl__sb_puts(s->e->sb, "\n");
}

/* COUNT coordinates from FROM on, or all; NUMBER is what feed number N is fed,
 * or what its state makes of it.  */
static void emit_piece(struct section *s, size_t n, const char *number,
                       int from, int count)
{
	const struct kcl__feed *feed = &s->e->pass->feed[n];
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	int gpu = s->e->plan->gpu;
	char state[64];

	kcl__line(s->e, s->depth, "%s(%s, %d) %s{", kcl__loop(s->e, count),
	          gpu ? "h" : "k", count, kcl__each_pair(s));
	if (gpu)
		kcl__line(s->e, s->depth + 1, "const int k = h + %d;", from);
	put_weight(s, feed);
	kcl__state(s->e, n, !kcl__straight(s->e, feed), " + k", state,
	           sizeof state);
	kcl__line(s->e, s->depth + 1, "one%s(%s, %s, &g, NONE);", own.text,
	          state, number);
	kcl__line(s->e, s->depth, "}");
}

/* What pairs give to the state of feed number N before coordinates do.  */
static void emit_factors(struct section *s, size_t n, const char *number)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	char state[64];

	kcl__state(s->e, n, 1, "", state, sizeof state);
	kcl__line(s->e, s->depth, "real ab%s[ROWS][COLS][2];", own.text);
	kcl__line(s->e, s->depth, "%smeet%s(%s, %s, ab%s[r][c]);",
	          kcl__each_pair(s), own.text, state, number, own.text);
}

void kcl__emit_outer(struct section *s, size_t n)
{
	const struct kcl__feed *feed = &s->e->pass->feed[n];
	int d = (int)s->e->pass->g->node[feed->weight].dim;
	char number[64];

	kcl__put_array(s, feed->f, "f", number, sizeof number);
	if (kcl__is_scaled(feed)) {
		emit_factors(s, n, number);
		snprintf(number, sizeof number, "ab%s[r][c]",
		         kcl__suffix(s->e, n).text);
	}
	if (!s->e->plan->gpu) {
		emit_piece(s, n, number, 0, d);
		return;
	}
	for (int k = 0; k < d; k += PIECE)
		emit_piece(s, n, number, k, d - k < PIECE ? d - k : PIECE);
}
