/* emit_body.c - the statements that compute values at one place
 * SPDX-License-Identifier: MIT */
#include "emit_section.h"
#include "print.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void kcl__line(struct kcl__emitter *e, int depth, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kcl__sb_printf(e->sb, "%.*s%s\n", depth, "\t\t\t\t\t\t\t\t", text);
}

const char *kcl__loop(const struct kcl__emitter *e, int64_t n)
{
	return n <= e->plan->unroll ? "EACH" : "LOOP";
}

static const struct kcl__node *node(const struct section *s, ref f)
{
	return &s->e->pass->g->node[f];
}

static enum kcl__kind kind_of(const struct section *s, ref f)
{
	return kcl__ops[node(s, f)->op].kind;
}

/* ----- statements -------------------------------------------------------- */

const char *kcl__each_pair(const struct section *s)
{
	return s->s->at == KCL__AT_ROW ? "EACH(r, ROWS) "
		: s->s->at == KCL__AT_COLUMN ? "EACH(c, COLS) "
		: s->e->plan->turns
		? s->e->plan->looped ? "LOOP(c, COLS) " : "EACH(c, COLS) "
		: s->e->plan->looped ? "LOOP(r, ROWS) LOOP(c, COLS) "
		: "EACH(r, ROWS) EACH(c, COLS) ";
}

/* The same where these are cut at loops, else the pairs are around all.  */
static const char *each_spread(const struct section *s)
{
	return s->s->spread ? kcl__each_pair(s) : "";
}

/* Ends a line with the piece of the formula that it computes.  */
static void comment(const struct section *s, ref f)
{
	kcl__sb_puts(s->e->sb, "  /* ");
	kcl__print(s->e->pass->g, f, KCL__NUMBERS, 40, s->e->sb);
	kcl__sb_puts(s->e->sb, " */\n");
}

static void emit_number(const struct section *s, ref f)
{
	int fold = kind_of(s, f) == KCL__FOLD;

	kcl__put_indent(s);
	if (fold) {
		kcl__sb_puts(s->e->sb, kcl__is_ahead(s, f) ? "" : "real ");
		kcl__put_name(s, f);
		kcl__sb_printf(s->e->sb, " = %s;\n",
		               kcl__ops[node(s, f)->op].init);
		kcl__put_indent(s);
	}
	kcl__sb_puts(s->e->sb, fold || kcl__is_ahead(s, f) ? ""
	             : "const real ");
	kcl__put_name(s, f);
	kcl__sb_puts(s->e->sb, " = ");
	kcl__put_call(s, f);
	comment(s, f);
}

/* Lane by lane, but where a column is every lane's.  */
static void emit_index(const struct section *s, ref f)
{
	static const char *const number[] = {
		"", "row_base + row + i0 + r * WIDTH + l",
		"base + column + jt + c + l", "base + column + COLUMN(c)",
		"", "row_base + row + i0 + r",
		"base + column + jw + l * BLOCK + jt + c"
	};
	static const char *const digit[][2] = {
		{ "(", ") & 0xfffff" }, { "(", ") >> 20" }, { "", "" }
	};
	const char *const *d = digit[node(s, f)->u.par[1]];
	const char *type = kcl__is_ahead(s, f) ? "" : "real ";
	int lanes = s->s->at != KCL__AT_PAIR;
	int own = (int)s->s->at + 4 * (s->e->plan->form == KCL__LANES);

	if (lanes && *type)
		kcl__line(s->e, s->depth, "real t%u;", (unsigned)f);
	kcl__put_indent(s);
	kcl__sb_puts(s->e->sb, lanes ? "EACH(l, WIDTH) LANE(elem, " : type);
	kcl__put_name(s, f);
	kcl__sb_printf(s->e->sb, "%s(%s%s%s);", lanes ? ", l) = (elem)"
	               : " = R", d[0], number[own], d[1]);
	comment(s, f);
}

static void emit_array(const struct section *s, ref f)
{
	const struct kcl__node *n = node(s, f);
	int scratch = kcl__ops[n->op].scratch;
	char name[3][24], text[3][64];

	for (int k = 0; k < n->narg; k++) {
		snprintf(name[k], sizeof name[k], "%c%u", "xyz"[k],
		         (unsigned)f);
		kcl__put_array(s, n->arg[k], name[k], text[k], sizeof text[k]);
	}
	s->e->reals += kcl__is_ahead(s, f) ? scratch : (double)n->dim + scratch;
	if (!kcl__is_ahead(s, f))
		kcl__line(s->e, s->depth, n->dim > 1 ? "real t%u[%u];"
		          : "real t%u;", (unsigned)f, (unsigned)n->dim);
	if (scratch)
		kcl__line(s->e, s->depth, "real w%u[%d];", (unsigned)f,
		          scratch);
	kcl__put_indent(s);
	kcl__sb_printf(s->e->sb, "%s%u(%s", kcl__ops[n->op].name, (unsigned)f,
	               n->dim == 1 ? "&" : "");
	kcl__put_name(s, f);
	for (int k = 0; k < n->narg; k++)
		kcl__sb_printf(s->e->sb, ", %s", text[k]);
	if (scratch)
		kcl__sb_printf(s->e->sb, ", w%u", (unsigned)f);
	kcl__sb_puts(s->e->sb, ");");
	comment(s, f);
}

void kcl__declare(const struct section *s, size_t from, size_t to)
{
	for (size_t k = from; k < to; k++) {
		ref f = s->s->step[k].f;
		int fold = kind_of(s, f) == KCL__FOLD;
		const char *init = kcl__ops[node(s, f)->op].init;

		if (fold && kcl__is_ahead(s, f)) {
			kcl__put_indent(s);
			kcl__sb_puts(s->e->sb, s->s->at == KCL__AT_ROW
			             ? "" : kcl__each_pair(s));
			kcl__put_name(s, f);
			kcl__sb_printf(s->e->sb, " = %s;\n", init);
		} else if (fold)
			kcl__line(s->e, s->depth, "real t%u = %s;",
			          (unsigned)f, init);
		else if (s->s->escapes[f] && !kcl__is_ahead(s, f)) {
			s->e->reals += node(s, f)->dim;
			kcl__line(s->e, s->depth, "real t%u[%u];",
			          (unsigned)f, (unsigned)node(s, f)->dim);
		}
	}
}

void kcl__emit_coordinate(const struct section *s, ref f)
{
	int kept = kind_of(s, f) == KCL__FOLD || s->s->escapes[f]
		|| kcl__is_ahead(s, f);

	kcl__put_indent(s);
	kcl__sb_puts(s->e->sb, kept ? "" : "const real ");
	kcl__put_value(s, f, "k");
	kcl__sb_puts(s->e->sb, " = ");
	kcl__put_call(s, f);
	comment(s, f);
}

/* The steps [from, to), a loop over coordinates.  */
static void emit_loop(struct section *s, size_t from, size_t to)
{
	int64_t d = s->s->step[from].length;

	kcl__declare(s, from, to);
	kcl__line(s->e, s->depth, "%s(k, %d) %s{", kcl__loop(s->e, d), (int)d,
	          each_spread(s));
	s->depth++;
	for (size_t k = from; k < to; k++)
		kcl__emit_coordinate(s, s->s->step[k].f);
	s->depth--;
	kcl__line(s->e, s->depth, "}");
}

/* What a pair gives to feed number N.  */
static void emit_push(const struct section *s, size_t n)
{
	const struct kcl__feed *feed = &s->e->pass->feed[n];
	const struct kcl__suffix own = kcl__suffix(s->e, n);
	char name[32], f[64];

	if (kcl__waits(s->e->plan, feed)) {
		kcl__emit_waiting(s, n);
		return;
	}
	snprintf(name, sizeof name, "f%s", own.text);
	kcl__put_array(s, feed->f, name, f, sizeof f);
	kcl__emit_push(s, n, f);
}

static void open_pairs(struct section *s)
{
	kcl__line(s->e, s->depth++, "%s{", kcl__each_pair(s));
}

static void close_pairs(struct section *s)
{
	kcl__line(s->e, --s->depth, "}");
}

/* What is in use from part to part of the section, or after the pairs.  */
static void declare_ahead(const struct section *s)
{
	int pairs = s->s->at == KCL__AT_PAIR, row = s->s->at == KCL__AT_ROW;
	int column = !row && (!pairs || s->e->plan->turns);
	const char *many = row ? "[ROWS]" : column ? "[COLS]"
		: "[ROWS][COLS]";

	for (size_t k = 0; k < s->s->count; k++) {
		ref f = s->s->step[k].f;
		unsigned d = node(s, f)->dim;

		if (!kcl__is_ahead(s, f))
			continue;
		s->e->reals += (double)d * (column ? 1 : s->e->plan->rows)
			* (row ? 1 : s->e->plan->columns);
		kcl__line(s->e, s->depth, d > 1 ? "real t%u%s[%u];"
		          : "real t%u%s;", (unsigned)f, many, d);
	}
	for (size_t n = 0; pairs && n < s->e->pass->feeds; n++)
		if (kcl__waits(s->e->plan, &s->e->pass->feed[n]))
			kcl__declare_waiting(s, n, many);
}

/* The step after those that are one loop with step K.  */
static size_t loop_end(const struct section *s, size_t k)
{
	size_t next = k + 1;

	while (next < s->s->count
	       && kcl__same_loop(&s->s->step[k], &s->s->step[next]))
		next++;
	return next;
}

/* The loop that is chunked comes before the loops over pairs.  */
static void emit_chunked(struct section *s)
{
	size_t k = 0;

	while (k < s->s->count && !kcl__is_chunked(s->s, &s->s->step[k]))
		k++;
	if (k < s->s->count)
		kcl__emit_chunks(s, k, loop_end(s, k));
}

static void emit_steps(struct section *s)
{
	for (size_t k = 0, next; k < s->s->count; k = next) {
		const struct kcl__step *t = &s->s->step[k];
		int wrap = s->s->spread && t->kind != KCL__LOOP;

		next = loop_end(s, k);
		if (kcl__is_chunked(s->s, t))
			continue;
		if (wrap)
			open_pairs(s);
		if (t->kind == KCL__LOOP && s->e->plan->shelved
		    && s->s->at == KCL__AT_PAIR && t->length > KCL__LONG)
			kcl__emit_steps(s, k, next);
		else if (t->kind == KCL__LOOP)
			emit_loop(s, k, next);
		else if (t->kind == KCL__ARRAY)
			emit_array(s, t->f);
		else if (node(s, t->f)->op == KCL__INDEX)
			emit_index(s, t->f);
		else
			emit_number(s, t->f);
		if (wrap)
			close_pairs(s);
	}
}

/* What each pair gives to feeds.  */
static void emit_pushes(struct section *s)
{
	const struct kcl__pass *p = s->e->pass;
	int open = 0;

	for (size_t n = 0; n < p->feeds; n++) {
		if (kcl__is_outer(p, s->e->plan, &p->feed[n])
		    && !kcl__is_scaled(&p->feed[n]))
			continue;
		if (s->s->spread && !open++)
			open_pairs(s);
		emit_push(s, n);
	}
	if (open)
		close_pairs(s);
}

static void emit_section(struct section *s)
{
	int pairs = s->s->at == KCL__AT_PAIR;
	int turns = pairs && s->e->plan->turns;
	int wrap = (s->s->at == KCL__AT_ROW && s->s->count > 0)
		|| (pairs && !s->s->spread);

	if (turns)
		kcl__line(s->e, s->depth++, "LOOP(r, ROWS) {");
	declare_ahead(s);
	emit_chunked(s);
	if (wrap)
		open_pairs(s);
	emit_steps(s);
	if (pairs)
		emit_pushes(s);
	if (wrap)
		close_pairs(s);
	if (pairs)
		kcl__emit_together(s);
	if (turns)
		close_pairs(s);
}

int kcl__emit_values(struct kcl__emitter *e, enum kcl__at at, int depth)
{
	struct kcl__schedule schedule;
	struct section s = { e, &schedule, depth };
	int failed = kcl__schedule_make(e->pass, e->plan, at, &schedule);

	if (!failed)
		emit_section(&s);
	kcl__schedule_free(&schedule);
	return failed;
}
