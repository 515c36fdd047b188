/* emit_shelf.c - rows in local memory
 * SPDX-License-Identifier: MIT
 *
 * See plan_shelf.c.  Compilers that see that a row, or where a state is parked,
 * is the same for all columns take it all into registers ahead of the loop: so
 * addresses have a term that is 0, as which they do not know it.  */
#include "emit_section.h"
#include <stdio.h>

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
	return many > 1 ? KCL__PIECE / 2 : KCL__PIECE;
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
