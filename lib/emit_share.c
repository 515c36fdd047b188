/* emit_share.c - which rows and columns a work-item has
 * SPDX-License-Identifier: MIT
 *
 * Where rows are few, groups have columns of their own, whole blocks of them,
 * whose states they write out.  Another kernel, which is the plain one
 * otherwise, folds these in their order.  */
#include "emit_body.h"
#include "parts.h"
#include <stdio.h>

enum { ROUNDS = 8 };

/* A group's part says what rows it has, and which blocks of columns; a launch
 * may take some of these, and inputs begin where the part does.  */
static void put_part(struct kcl__emitter *e)
{
	kcl__line(e, 1, "part += (row / (GROUP * ROWS * WIDTH) + %s / GROUP) "
	          "* %d;", e->dialect->item,
	          KCL__PART_INPUT + (int)e->pass->inputs);
	kcl__line(e, 1, "const int i0 = %s * (ROWS * WIDTH);",
	          e->dialect->member);
	kcl__line(e, 1, "const int qn = part[%d];", KCL__PART_END);
	kcl__line(e, 1, "const int q0 = part[%d] + column / BLOCK;",
	          KCL__PART_BEGIN);
	kcl__line(e, 1, "const int q1 = min(q0 + columns / BLOCK, qn);");
	kcl__line(e, 1, "last = q1 == qn;");
	kcl__line(e, 1, "row = part[%d];", KCL__PART_ROW);
	kcl__line(e, 1, "rows = part[%d];", KCL__PART_ROWS);
	kcl__line(e, 1, "row_base = part[%d];", KCL__PART_BASE);
	kcl__line(e, 1, "column = 0;");
	for (int k = 0; k < (int)e->pass->inputs; k++)
		kcl__line(e, 1, "a%d += part[%d];", k, KCL__PART_INPUT + k);
}

void kcl__put_open(struct kcl__emitter *e)
{
	if (e->plan->form == KCL__PARTS)
		put_part(e);
	else
		kcl__line(e, 1, "const int i0 = %s * (ROWS * WIDTH);",
		          e->dialect->item);
}

void kcl__put_blocks(struct kcl__emitter *e)
{
	if (e->plan->form == KCL__PARTS) {
		kcl__line(e, 1, "for (int q = q0; q < q1; q++) {");
		kcl__line(e, 2, "const int jb = block[2 * q], "
		          "je = block[2 * q + 1];");
	} else {
		kcl__line(e, 1, "for (int jb = %s; jb < columns; "
		          "jb += BLOCK) {",
		          e->plan->form >= KCL__MERGE ? "whole" : "0");
		kcl__line(e, 2, "const int je = min(columns, jb + BLOCK);");
	}
}

/* COLUMNS at a time, or as many as the plan says.  */
static void put_pairs_of(struct kcl__emitter *e, const char *loop,
                         const char *end, int columns)
{
	if (e->plan->gpu)
		kcl__line(e, 3, "_Pragma(\"unroll 1\")");
	kcl__line(e, 3, "%s {", loop);
	if (columns)
		kcl__line(e, 4, "enum { COLS = %d };", columns);
	if (e->plan->shelved)
		kcl__shelf_away(e, 4, 31);
	if (e->plan->beside && e->plan->tile)
		e->sb->failed |= kcl__emit_values(e, KCL__AT_COLUMN, 4) != 0;
	e->sb->failed |= kcl__emit_values(e, KCL__AT_PAIR, 4) != 0;
	kcl__line(e, 3, "}%s", end);
}

/* COLS columns at a time, at constant distances; what is left one by one, but
 * for those of a loop with barriers, which skip pairs; and it must go round
 * once, as PoCL computes wrong results where it can not see that.  A loop of
 * few rounds does not show how few, or NVIDIA's compiler would unroll it.  */
void kcl__put_pairs(struct kcl__emitter *e)
{
	int together = e->plan->together;
	int is_short = e->plan->gpu && together > 1
		&& e->plan->tile < ROUNDS * e->plan->columns;
	char loop[64];

	if (e->plan->columns == 1 && !e->plan->chunk) {
		put_pairs_of(e, "for (int j = 0; j < jn; j += COLS)", "", 0);
		return;
	}
	kcl__line(e, 3, "int j = 0;");
	if (e->plan->chunk) {
		put_pairs_of(e, "do", " while ((j += COLS) < jn);", 0);
		return;
	}
	if (is_short)
		kcl__line(e, 3, "const int jm = jn + (((je - 1 - jt) >> 31) & "
		          "TILE * %d);    /* jn */", ROUNDS);
	put_pairs_of(e, is_short ? "for (; j + COLS <= jm; j += COLS)"
	             : "for (; j + COLS <= jn; j += COLS)", "", 0);
	snprintf(loop, sizeof loop, "for (; j + %d <= jn; j += %d)", together,
	         together);
	if (together > 1 && together < e->plan->columns)
		put_pairs_of(e, loop, "", together);
	put_pairs_of(e, "for (; j < jn; j++)", "", 1);
}

/* ----- columns of their own ---------------------------------------------- */

/* A group has some rows and SPLIT columns; a lane of blocks one block of them.
 */
void kcl__split_open(struct kcl__emitter *e)
{
	int lanes = e->plan->form == KCL__LANES;
	const char *own = lanes ? "ROWS" : "(GROUP * ROWS * WIDTH)";

	kcl__line(e, 1, "const int member = %s;", e->dialect->member);
	kcl__line(e, 1, "const int group = %s / GROUP;", e->dialect->item);
	kcl__line(e, 1, "const int across = (rows + %s - 1) / %s;", own, own);
	kcl__line(e, 1, "const int i0 = group %% across * %s%s;", own,
	          lanes ? "" : " + member * (ROWS * WIDTH)");
	kcl__line(e, 1, "const int j0 = group / across * SPLIT;");
	if (!lanes)
		return;
	kcl__line(e, 1, "const int jw = j0 + member * (WIDTH * BLOCK);");
	kcl__line(e, 1, "bits jl;    /* where each lane's block begins */");
	kcl__line(e, 1, "EACH(l, WIDTH) LANE(%s, jl, l) = jw + l * BLOCK;",
	          kcl__own(e));
}

void kcl__split_blocks(struct kcl__emitter *e)
{
	if (e->plan->form == KCL__LANES) {
		if (!e->plan->gpu)
			kcl__lanes_touch(e);
		kcl__line(e, 1, "{");
		kcl__line(e, 2, "const int jb = 0, je = BLOCK;");
	} else {
		kcl__line(e, 1, "for (int jb = j0; jb < j0 + SPLIT; "
		          "jb += BLOCK) {");
		kcl__line(e, 2, "const int je = jb + BLOCK;");
	}
}

void kcl__split_end(struct kcl__emitter *e)
{
	int lanes = e->plan->form == KCL__LANES;

	kcl__line(e, 2, "EACH(r, ROWS) EACH(l, WIDTH) {");
	kcl__line(e, 3, "const int i = i0 + r%s;", lanes ? ""
	          : " * WIDTH + l");
	kcl__line(e, 3, "const int q = %s;",
	          lanes ? "jw / BLOCK + l" : "jb / BLOCK");
	kcl__line(e, 3, "if (i < rows)");
	kcl__line(e, 4, "%s(k, STATE) %s = LANE(%s, s[r][k], l);",
	          kcl__loop(e, kcl__block_at(e, e->pass->feeds)),
	          kcl__block_place(e), kcl__element(e));
	if (e->pass->sizes.which) {
		kcl__line(e, 3, "if (i < rows)");
		kcl__line(e, 4, "%s(k, WHICH) places[(q * WHICH + k) * rows "
		          "+ i] = LANE(%s, n[r][k], l);",
		          kcl__loop(e, e->pass->sizes.which), kcl__own(e));
	}
	kcl__line(e, 2, "}");
}

/* What kernels that split columns have left, by whole groups of blocks.  */
void kcl__merge_fold(struct kcl__emitter *e)
{
	kcl__line(e, 1, "const int whole = columns / SPLIT * SPLIT;");
	kcl__line(e, 1, "for (int q = 0; q < whole / BLOCK; q++) {");
	kcl__put_states(e, 2);
	kcl__line(e, 2, "EACH(r, ROWS) EACH(l, WIDTH) {");
	kcl__line(e, 3, "const int i = min(i0 + r * WIDTH + l, rows - 1);");
	kcl__line(e, 3, "%s(k, STATE) LANE(%s, s[r][k], l) = %s;",
	          kcl__loop(e, kcl__block_at(e, e->pass->feeds)),
	          kcl__element(e), kcl__block_place(e));
	if (e->pass->sizes.which)
		kcl__line(e, 3, "%s(k, WHICH) LANE(%s, n[r][k], l) = "
		          "places[(q * WHICH + k) * rows + i];",
		          kcl__loop(e, e->pass->sizes.which), kcl__own(e));
	kcl__line(e, 2, "}");
	kcl__put_calls(e, 2, "fold");
	kcl__line(e, 1, "}");
}
