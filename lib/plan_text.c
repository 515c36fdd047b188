/* plan_text.c - a plan in words: what was chosen, why, and what it comes to
 * SPDX-License-Identifier: MIT */
#include "plan.h"
#include "sb.h"
#include <stdio.h>

enum {
	TOGETHER = 2,           /* operations that begin in a cycle */
	GPU_LANES = 64,         /* of a compute unit, about */
	CLOCK = 2000            /* MHz, where the driver tells none */
};

/* Lines of a number and why it is so; VALUE is marked where the rule's is not
 * the same.  */
static void put(struct kcl__sb *sb, const char *name, int value, int rule,
                const char *why)
{
	kcl__sb_printf(sb, "%-8s %-6d %s", name, value, why);
	if (value != rule)
		kcl__sb_printf(sb, "; by rule %d", rule);
	kcl__sb_puts(sb, "\n");
}

static const char *why_lanes(const struct kcl__plan *plan,
                             const struct kcl__target *t)
{
	int native = plan->bits == 32 ? t->lanes32 : t->lanes64;

	return plan->gpu ? "rows in a vector: work-items are a GPU's lanes"
		: plan->lanes == native ? "rows in a vector: the device's own"
		: "rows in a vector";
}

static void put_tile(const struct kcl__plan *plan,
                     const struct kcl__plan *rule, struct kcl__sb *sb)
{
	char why[160];
	int bytes = plan->staged * plan->tile * (plan->bits / 8);

	if (plan->staged)
		snprintf(why, sizeof why, "columns staged together, %d numbers "
		         "of each, %d bytes %s", plan->staged, bytes, plan->gpu
		         ? "of local memory" : "for each work-item");
	else
		snprintf(why, sizeof why, "columns in a loop; %s", plan->chunk
		         ? "they are staged in chunks" : plan->tile
		         ? "they are read where they lie"
		         : "there is no room to stage them");
	put(sb, "tile", plan->tile, rule->tile, why);
}

void kcl__plan_print(const struct kcl__pass *pass,
                     const struct kcl__target *t,
                     const struct kcl__plan *plan, double bytes,
                     struct kcl__sb *sb)
{
	struct kcl__plan rule;

	kcl__plan_make(pass, t, plan->bits, &rule);
	kcl__sb_printf(sb, "shape    %-6s %s", plan->gpu ? "gpu" : "cpu",
	               plan->gpu ? "a group shares its columns in local memory"
	               : "every work-item goes its own way");
	kcl__sb_puts(sb, plan->gpu == t->gpu ? "\n"
	             : "; by rule the device's own\n");
	put(sb, "lanes", plan->lanes, rule.lanes, why_lanes(plan, t));
	put(sb, "rows", plan->rows, rule.rows,
	    "vectors of rows in a work-item");
	put(sb, "cols", plan->columns, rule.columns, rule.why);
	if (plan->chunk || rule.chunk)
		put(sb, "chunk", plan->chunk, rule.chunk, plan->chunk
		    ? "coordinates of rows and columns staged at a time"
		    : "rows are kept whole");
	if (plan->shelved || rule.shelved)
		put(sb, "shelf", plan->shelved, rule.shelved, plan->shelved
		    ? "long rows lie in local memory"
		    : "long rows lie in registers");
	if (plan->strips || rule.strips)
		put(sb, "strip", plan->strips, rule.strips, plan->strips
		    ? "columns are gone through for some sums at a time"
		    : "all sums are summed up at once");
	if (plan->turns || rule.turns)
		put(sb, "turns", plan->turns, rule.turns, plan->turns
		    ? "rows take turns with the columns at hand"
		    : "rows are computed side by side");
	put_tile(plan, &rule, sb);
	put(sb, "group", plan->group, rule.group, "work-items in a group");
	put(sb, "unroll", plan->unroll, rule.unroll,
	    "coordinates; longer loops stay loops");
	if (plan->few)
		kcl__sb_printf(sb, "few      %-6d how columns are split where "
		               "rows are few; by rule as is best\n",
		               plan->few > 0 ? plan->few : 0);
	kcl__sb_printf(sb, "private  %-6.0f bytes of arrays for each "
	               "work-item, in registers as far as they go\n", bytes);
}

/* Bytes of a column that the pairs read, or its staging does.  */
static double column_bytes(const struct kcl__pass *pass, int bits)
{
	double numbers = 0;

	for (size_t k = 0; k < pass->inputs; k++)
		if (kcl__at(pass, pass->input[k]) == KCL__AT_COLUMN)
			numbers += pass->g->node[pass->input[k]].dim;
	return numbers * bits / 8;
}

void kcl__plan_predict(const struct kcl__pass *pass,
                       const struct kcl__target *t,
                       const struct kcl__plan *plan, double pairs,
                       struct kcl__sb *sb)
{
	const struct kcl__pass *p = kcl__strip_of(pass, plan);
	double times = (double)kcl__times(pass, plan);
	double operations = times * kcl__cost_with(p, plan->bits, plan->power);
	double column = times * column_bytes(p, plan->bits);
	int rows = plan->lanes * plan->rows
		* (plan->gpu && (plan->staged || plan->chunk)
		   ? plan->group : 1);
	int lanes = t->gpu ? GPU_LANES * 32 / plan->bits
		: plan->bits == 32 ? t->lanes32 : t->lanes64;
	double clock = (double)(t->clock ? t->clock : CLOCK);
	int units = t->units ? (int)t->units : 1;
	double rate = TOGETHER * (double)lanes * units * clock * 1e6;
	char a[KCL__DECIMAL], b[KCL__DECIMAL], c[KCL__DECIMAL];

	kcl__sb_printf(sb, "pair     %s operations, and %s bytes of a "
	               "column, read for %d rows at once\n",
	               kcl__decimal(operations, 4, a),
	               kcl__decimal(column, 4, b), rows);
	if (pairs > 0)
		kcl__sb_printf(sb, "all      %s pairs, %s operations, "
		               "%s bytes of columns\ntime     ",
		               kcl__decimal(pairs, 4, a),
		               kcl__decimal(pairs * operations, 4, b),
		               kcl__decimal(pairs * column / rows, 4, c));
	kcl__sb_printf(sb, pairs > 0 ? "%s s, "
	               : "speed    %s pairs in a second, ",
	               kcl__decimal(pairs > 0 ? pairs * operations / rate
	                            : rate / operations, 3, a));
	kcl__sb_printf(sb, "roughly: %d operations of %d lanes in a cycle, "
	               "%d %s, %s MHz%s\n", TOGETHER, lanes, units,
	               t->units ? "units" : "unit (how many is not known)",
	               kcl__decimal(clock, 4, a),
	               t->clock ? "" : " at a guess");
}
