/* emit_together.c - what all columns at hand give to a state at once
 * SPDX-License-Identifier: MIT
 *
 * What pairs are fed with waits in arrays until all pairs at hand are done.  A
 * row that keeps the least then looks at the least of them first; a state that
 * is lifted is lifted once for all; and what goes coordinate by coordinate
 * keeps a coordinate's sum at hand for all pairs.  */
#include "emit_section.h"
#include <stdio.h>

/* A pair's element of an array of all pairs at hand.  */
static const char *of_pair(const struct section *s)
{
	return s->e->plan->turns ? "[c]" : "[r][c]";
}

/* Those that a state is lifted by together.  */
static const char *each_column(const struct section *s)
{
	return s->e->plan->looped ? "LOOP(c, COLS)" : "_Pragma(\"unroll\") "
		"for (int c = from; c < from + LIFT; c++)";
}

static const struct kcl__feed *feed_of(const struct section *s, size_t n)
{
	return &s->e->pass->feed[n];
}

static int is_outer(const struct section *s, size_t n)
{
	return kcl__is_outer(s->e->pass, s->e->plan, feed_of(s, n));
}

/* ----- what waits -------------------------------------------------------- */

/* Whether the weight of feed number N waits as well: it is the pair's, and
 * nothing else keeps it.  */
static int has_weight(const struct section *s, size_t n)
{
	ref weight = feed_of(s, n)->weight;

	return weight && s->s->place[weight] && !is_outer(s, n)
		&& !kcl__is_ahead(s, weight)
		&& kcl__is_scaled(feed_of(s, n));
}

static int dimension(const struct section *s, ref f)
{
	return (int)s->e->pass->g->node[f].dim;
}

void kcl__declare_waiting(const struct section *s, size_t n, const char *many)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	double pairs = s->e->plan->columns
		* (s->e->plan->turns ? 1. : s->e->plan->rows);
	int dim = has_weight(s, n) ? dimension(s, feed_of(s, n)->weight) : 0;

	s->e->reals += pairs * (1 + dim);
	kcl__line(s->e, s->depth, "real f%s%s;", own.text, many);
	if (dim)
		kcl__line(s->e, s->depth, "real g%s%s[%d];", own.text, many,
		          dim);
}

void kcl__emit_waiting(const struct section *s, size_t n)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	const struct kcl__feed *feed = feed_of(s, n);

	kcl__put_indent(s);
	kcl__sb_printf(s->e->sb, "f%s%s = ", own.text, of_pair(s));
	kcl__put_value(s, feed->f, "0");
	kcl__sb_puts(s->e->sb, ";\n");
	if (!has_weight(s, n))
		return;
	kcl__put_indent(s);
	kcl__sb_printf(s->e->sb, "%s(k, %d) g%s%s[k] = ",
	               kcl__loop(s->e, dimension(s, feed->weight)),
	               dimension(s, feed->weight), own.text, of_pair(s));
	kcl__put_value(s, feed->weight, "k");
	kcl__sb_puts(s->e->sb, ";\n");
}

/* ----- one by one --------------------------------------------------------- */

void kcl__emit_push(const struct section *s, size_t n, const char *f)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	const struct kcl__feed *feed = feed_of(s, n);
	int waits = kcl__waits(s->e->plan, feed);
	char name[32], g[64], state[64];

	snprintf(name, sizeof name, "g%s", own.text);
	snprintf(g, sizeof g, "%s%s", name, of_pair(s));
	if (feed->weight && !(waits && has_weight(s, n)))
		kcl__put_array(s, feed->weight, name, g, sizeof g);
	kcl__state(s->e, n, !kcl__straight(s->e, feed), "", state,
	           sizeof state);
	kcl__line(s->e, s->depth, "%spush%s(%s, %s, %s, "
	          "%sINDEX(jt + j + c));",
	          s->e->plan->chunk && !waits ? "if (j + c < jn) " : "",
	          own.text, state, f, feed->weight ? g : f,
	          s->e->plan->form < KCL__LANES ? "" : "jl + ");
}

/* A loop, as it is rare and would be long to compile.  */
static void emit_sift(struct section *s, size_t n)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	const struct kcl__feed *feed = feed_of(s, n);
	int last = (int)(feed->at.saved + feed->sizes.saved - 1);
	char f[40], number[48];

	snprintf(f, sizeof f, "f%s%s", own.text, of_pair(s));
	snprintf(number, sizeof number, "&%s", f);
	kcl__line(s->e, s->depth, "const real so_far = RUNNING(r, %d);", last);
	kcl__line(s->e, s->depth, "real low = so_far;");
	kcl__line(s->e, s->depth, "EACH(c, COLS) low = %s < low ? %s : low;",
	          f, f);
	kcl__line(s->e, s->depth++, "if (ANY(low < so_far)) LOOP(c, COLS)");
	kcl__emit_push(s, n, number);
	s->depth--;
}

/* ----- what is lifted ----------------------------------------------------- */

static void emit_lift(const struct section *s, size_t n)
{
	char state[64];

	kcl__state(s->e, n, 1, "", state, sizeof state);
	kcl__line(s->e, s->depth, "lift%s(%s, &top);",
	          kcl__suffix(s->e, n).text, state);
}

/* A push, or where coordinates follow the factor for these.  */
static void emit_lifted(const struct section *s, size_t n, const char *f)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	char state[64];

	if (!is_outer(s, n)) {
		kcl__emit_push(s, n, f);
		return;
	}
	kcl__state(s->e, n, 1, "", state, sizeof state);
	kcl__line(s->e, s->depth, "meet%s(%s, %s, &b%s%s);", own.text, state,
	          f, own.text, of_pair(s));
}

static void emit_columns(struct section *s, size_t n)
{
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	const char *each = each_column(s);
	char f[40], number[48];

	snprintf(f, sizeof f, "f%s%s", own.text, of_pair(s));
	snprintf(number, sizeof number, "&%s", f);
	kcl__line(s->e, s->depth, "enum { LIFT = COLS < %d ? COLS : %d };",
	          KCL__LIFT, KCL__LIFT);
	kcl__line(s->e, s->depth++, "_Pragma(\"unroll\") "
	          "for (int from = 0; from < COLS; from += LIFT) {");
	kcl__line(s->e, s->depth, "real top = R(-INFINITY);");
	kcl__line(s->e, s->depth, "%s", each);
	kcl__line(s->e, s->depth + 1, s->e->plan->power
	          == KCL__DEVICE ? "top = fmax(%s, top);"
	          : "top = %s > top ? %s : top;", f, f);
	emit_lift(s, n);
	kcl__line(s->e, s->depth++, "%s {", each);
	emit_lifted(s, n, number);
	kcl__line(s->e, --s->depth, "}");
	kcl__line(s->e, --s->depth, "}");
}

/* Chunks skip pairs, where those that are left are lifted one by one.  */
static void emit_lifts(struct section *s, size_t n)
{
	if (!s->e->plan->chunk) {
		emit_columns(s, n);
		return;
	}
	kcl__line(s->e, s->depth++, "if (j + COLS <= jn) {");
	emit_columns(s, n);
	kcl__line(s->e, s->depth - 1, "} else EACH(c, COLS) if (j + c < jn) {");
	kcl__line(s->e, s->depth, "const real top = f%s%s;",
	          kcl__suffix(s->e, n).text, of_pair(s));
	emit_lift(s, n);
	emit_lifted(s, n, "&top");
	kcl__line(s->e, --s->depth, "}");
}

/* ----- coordinate by coordinate ------------------------------------------- */

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
	const struct kcl__feed *feed = feed_of(s, n);
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

static void emit_outer(struct section *s, size_t n)
{
	const struct kcl__feed *feed = feed_of(s, n);
	int d = dimension(s, feed->weight);
	char number[64];

	if (kcl__is_scaled(feed))
		snprintf(number, sizeof number, "&b%s%s",
		         kcl__suffix(s->e, n).text, of_pair(s));
	else
		kcl__put_array(s, feed->f, "f", number, sizeof number);
	if (!s->e->plan->gpu) {
		emit_piece(s, n, number, 0, d);
		return;
	}
	for (int k = 0; k < d; k += KCL__PIECE)
		emit_piece(s, n, number, k,
		           d - k < KCL__PIECE ? d - k : KCL__PIECE);
}

/* ----- all of it ---------------------------------------------------------- */

/* What waits of feed number N, for each row.  */
static void emit_rows(struct section *s, size_t n)
{
	int turns = s->e->plan->turns;

	if (is_outer(s, n))
		kcl__line(s->e, s->depth, "real b%s%s;",
		          kcl__suffix(s->e, n).text,
		          turns ? "[COLS]" : "[ROWS][COLS]");
	kcl__line(s->e, s->depth++, turns ? "{" : s->e->plan->looped
	          ? "LOOP(r, ROWS) {" : "EACH(r, ROWS) {");
	if (kcl__is_scaled(feed_of(s, n)))
		emit_lifts(s, n);
	else
		emit_sift(s, n);
	kcl__line(s->e, --s->depth, "}");
}

void kcl__emit_together(struct section *s)
{
	for (size_t n = 0; n < s->e->pass->feeds; n++) {
		if (kcl__waits(s->e->plan, feed_of(s, n)))
			emit_rows(s, n);
		if (is_outer(s, n))
			emit_outer(s, n);
	}
}
