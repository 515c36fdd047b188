/* emit_schedule.h - in which order, and in which loops, values are computed
 * SPDX-License-Identifier: MIT
 *
 * The nodes of a place are scheduled into steps: numbers one by one, vector
 * operations on whole arrays, and loops over coordinates, in which everything
 * of one dimension that can run together does.  */
#ifndef KCL_EMIT_SCHEDULE_H
#define KCL_EMIT_SCHEDULE_H

#include "pass.h"
#include "plan.h"

enum kcl__kind_of_step { KCL__NUMBER, KCL__ARRAY, KCL__LOOP };

struct kcl__step {
	ref f;
	int slot;               /* steps of a slot need those of earlier ones */
	enum kcl__kind_of_step kind;
	int64_t length;         /* of the loop */
};

struct kcl__schedule {
	const struct kcl__pass *pass;
	const struct kcl__plan *plan;
	enum kcl__at at;
	struct kcl__step *step;
	size_t count;
	int *place;             /* by ref: 1 + its step's number, or 0 */
	unsigned char *escapes; /* by ref: it is used outside its loop */
	int spread;             /* the body of a pair is cut at long loops, as
	                         * is that of columns beside the pairs */
};

/* The steps for what is computed at AT.  Values of columns that have no room in
 * the tile are computed for each pair.  0, or -1 without memory; free it in
 * both cases.  */
int kcl__schedule_make(const struct kcl__pass *pass,
                       const struct kcl__plan *plan, enum kcl__at at,
                       struct kcl__schedule *schedule);
void kcl__schedule_free(struct kcl__schedule *schedule);

/* Whether two steps are one loop.  */
int kcl__same_loop(const struct kcl__step *a, const struct kcl__step *b);

/* Whether T is of the loop of pairs that goes through coordinates in chunks.
 * There is one at most, which needs no other step.  */
int kcl__is_chunked(const struct kcl__schedule *s, const struct kcl__step *t);

#endif
