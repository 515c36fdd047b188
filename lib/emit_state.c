/* emit_state.c - the states of a kernel's rows, and its results
 * SPDX-License-Identifier: MIT */
#include "emit_body.h"
#include <stdio.h>
#include <string.h>

static const char *state(const struct kcl__emitter *e)
{
	return kcl__sums_are_wide(e) ? "wide" : "real";
}

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

void kcl__state(const struct kcl__emitter *e, size_t n, int block,
                const char *k, char *text, size_t size)
{
	const struct kcl__feed *feed = &e->pass->feed[n];

	if (block)
		snprintf(text, size, "&s[r][%d%s], &n[r][%d]",
		         (int)kcl__block_at(e, n), k, (int)feed->at.which);
	else
		snprintf(text, size, "&RUNNING(r, %d%s), &m[r][%d]",
		         (int)feed->at.saved, k, (int)feed->at.which);
}

/* Calls the functions NAME of all monoids for each row; of those that have a
 * state of the block, unless NAME is start.  */
void kcl__put_calls(struct kcl__emitter *e, int depth, const char *name)
{
	int start = strcmp(name, "start") == 0;
	char running[64], block[64];

	kcl__line(e, depth, "%s(r, ROWS) {",
	          kcl__loop(e, e->pass->sizes.saved));
	for (size_t n = 0; n < e->pass->feeds; n++) {
		if (!start && kcl__straight(e, &e->pass->feed[n]))
			continue;
		kcl__state(e, n, 0, "", running, sizeof running);
		kcl__state(e, n, 1, "", block, sizeof block);
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
 * it leaves the registers to the pairs.  Neighbours have banks side by side.
 * It is volatile, as compilers take it back into registers, which they lack:
 * what is folded in waits for its loads, but once in 256 columns.  */
void kcl__put_state(struct kcl__emitter *e)
{
	kcl__count_state(e, e->pass->sizes.which);
	if (!e->plan->parked) {
		kcl__count_state(e, e->pass->sizes.saved);
		kcl__line(e, 1, "%s a[ROWS][SAVED];", state(e));
	} else {
		kcl__line(e, 1, "%s%s parked[ROWS * SAVED * GROUP];",
		          e->dialect->local, state(e));
		kcl__line(e, 1, "SPACE %s *a = parked + %s;", state(e),
		          e->dialect->member);
	}
	kcl__line(e, 1, "bits m[ROWS][WHICH];");
}

/* All that a work-item does, again and again.  Numbers that the last strip has
 * not got are the weight's last one, whose sums are the same.  */
void kcl__put_strips(struct kcl__emitter *e)
{
	if (e->pass != e->whole)
		kcl__line(e, 1, "for (int strip = 0; strip < VALUES; "
		          "strip += STRIP) {");
}

void kcl__put_strips_end(struct kcl__emitter *e)
{
	if (e->pass != e->whole)
		kcl__line(e, 1, "}");
}

const char *kcl__block_place(const struct kcl__emitter *e)
{
	return e->pass != e->whole ? "states[(q * VALUES + OF(k)) * rows + i]"
		: "states[(q * STATE + k) * rows + i]";
}

/* Number k of a row's running state where it is saved.  */
static const char *saved_place(const struct kcl__emitter *e)
{
	return e->pass != e->whole ? "saved[(2 * at + k / STRIP) * VALUES + "
		"OF(k % STRIP)]" : "saved[at * SAVED + k]";
}

void kcl__put_start(struct kcl__emitter *e)
{
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
	if (kcl__block_at(e, e->pass->feeds) == 0)
		return;
	kcl__shelf_end(e);
	kcl__put_calls(e, 2, "fold");
}

/* Unrolled, the lanes of a CPU's state take long to compile; a loop over them
 * would keep the state in memory all along.  So it is copied there.  */
static int is_copied(const struct kcl__emitter *e)
{
	return !e->plan->gpu && e->pass->sizes.saved <= e->plan->unroll;
}

/* Number k of the running state of row r, where loops over lanes find it.  */
static const char *running(const struct kcl__emitter *e)
{
	return is_copied(e) ? "left[r][k]" : "RUNNING(r, k)";
}

/* A loop over N numbers of the running state; those that are parked are found.
 */
static const char *state_loop(const struct kcl__emitter *e, int64_t n)
{
	return e->plan->parked && !e->pass->sizes.which ? "LOOP"
		: kcl__loop(e, n);
}

static const char *lanes_loop(const struct kcl__emitter *e)
{
	return e->plan->gpu ? state_loop(e, e->pass->sizes.saved) : "LOOP";
}

static void put_copy(struct kcl__emitter *e, int depth)
{
	if (!is_copied(e))
		return;
	kcl__count_state(e, e->pass->sizes.saved);
	kcl__line(e, depth, "%s left[ROWS][SAVED];", state(e));
}

void kcl__put_resume(struct kcl__emitter *e)
{
	const struct kcl__sizes *s = &e->pass->sizes;
	const char *loop = lanes_loop(e);
	const char *unrolled = kcl__loop(e, s->saved);

	kcl__line(e, 1, "if (!first) {");
	put_copy(e, 2);
	kcl__line(e, 2, "%s(r, ROWS) %s(l, WIDTH) {", loop, loop);
	kcl__line(e, 3, "const %s at = row + "
	          "min(i0 + r * WIDTH + l, rows - 1);",
	          e->dialect->integer64);
	kcl__line(e, 3, "%s(k, SAVED) LANE(%s, %s, l) = %s;", loop,
	          kcl__element(e), running(e), saved_place(e));
	kcl__line(e, 2, "}");
	if (is_copied(e))
		kcl__line(e, 2, "EACH(r, ROWS) EACH(k, SAVED) "
		          "RUNNING(r, k) = left[r][k];");
	if (s->which)
		kcl__line(e, 2, "%s(r, ROWS) %s(k, WHICH) m[r][k] = "
		          "INDEX(-2 - k);", unrolled, kcl__loop(e, s->which));
	kcl__line(e, 1, "}");
}

/* The values of feed number N, for those rows that end here.  */
static void put_values(struct kcl__emitter *e, size_t n)
{
	const struct kcl__feed *feed = &e->pass->feed[n];
	char place[40] = "OF(k)";

	if (e->pass == e->whole)
		snprintf(place, sizeof place, "%d + k", (int)feed->at.values);
	if (!feed->sizes.values || kcl__gives_digits(feed->red))
		return;
	kcl__line(e, 1, "if (last)");
	kcl__line(e, 2, "%s(r, ROWS) %s(k, %d) {",
	          state_loop(e, e->pass->sizes.saved),
	          state_loop(e, feed->sizes.values),
	          (int)feed->sizes.values);
	kcl__line(e, 3, "const %s v = value%s(&RUNNING(r, %d), k);", state(e),
	          kcl__suffix(e, n).text, (int)feed->at.saved);
	kcl__line(e, 3, "%s(l, WIDTH)", lanes_loop(e));
	kcl__line(e, 4, "if (i0 + r * WIDTH + l < rows)");
	kcl__line(e, 5, "values[(row + i0 + r * WIDTH + l) * VALUES + %s]"
	          " = LANE(%s, v, l);", place, kcl__element(e));
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

/* The copies of state and indices that the loops of FINISH go over.  */
static void put_copies(struct kcl__emitter *e)
{
	int which = e->pass->sizes.which > 0;

	if (!is_copied(e))
		return;
	put_copy(e, 1);
	if (which) {
		kcl__count_state(e, e->pass->sizes.which);
		kcl__line(e, 1, "bits there[ROWS][WHICH];");
	}
	kcl__line(e, 1, "EACH(r, ROWS) EACH(k, SAVED) "
	          "left[r][k] = RUNNING(r, k);");
	if (which)
		kcl__line(e, 1, "EACH(r, ROWS) EACH(k, WHICH) "
		          "there[r][k] = m[r][k];");
}

/* The indices of a row, of all columns.  */
static void put_indices(struct kcl__emitter *e)
{
	const char *own = kcl__own(e);

	kcl__line(e, 2, "if (i < rows) {");
	kcl__line(e, 3, "%s(b, WHICH) {", e->plan->gpu
	          ? kcl__loop(e, e->pass->sizes.which) : "LOOP");
	kcl__line(e, 4, "const int k = WHICH - 1 - b;"
	          "    /* an old index comes from k or before */");
	kcl__line(e, 4, "const %s v = LANE(%s, %s[r][k], l);", own, own,
	          is_copied(e) ? "there" : "m");
	kcl__line(e, 4, "const %s u = v >= 0 ? base + column + v "
	          ": v == -1 ? -1 : which[at * WHICH - 2 - v];",
	          e->dialect->integer64);
	kcl__line(e, 4, "if (!last)");
	kcl__line(e, 5, "which[at * WHICH + k] = u;");
	if (e->pass->sizes.indices) {
		kcl__line(e, 4, "else if (k < INDICES)");
		kcl__line(e, 5, "indices[at * INDICES + k] = u;");
	}
	for (size_t n = 0; n < e->pass->feeds; n++)
		put_digits(e, &e->pass->feed[n]);
	kcl__line(e, 3, "}");
	kcl__line(e, 2, "}");
}

void kcl__put_finish(struct kcl__emitter *e)
{
	const char *loop = lanes_loop(e);

	put_copies(e);
	kcl__line(e, 1, "%s(r, ROWS) %s(l, WIDTH) {", loop, loop);
	kcl__line(e, 2, "const int i = i0 + r * WIDTH + l;");
	kcl__line(e, 2, "const %s at = row + i;", e->dialect->integer64);
	kcl__line(e, 2, "if (i < rows && !last)");
	kcl__line(e, 3, "%s(k, SAVED) %s = LANE(%s, %s, l);", loop,
	          saved_place(e), kcl__element(e), running(e));
	if (e->pass->sizes.which)
		put_indices(e);
	kcl__line(e, 1, "}");
	for (size_t n = 0; n < e->pass->feeds; n++)
		put_values(e, n);
}
