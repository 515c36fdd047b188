/* armed.h - libraries for tests that count their calls and fail on demand
 * SPDX-License-Identifier: MIT */
#ifndef ARMED_H
#define ARMED_H

#include <stddef.h>

/* ----- what tests ask --------------------------------------------------- */

struct armed {
	/* From now on the CALL-th call of NAME, or of any function if it is
	 * NULL, fails with CODE; none if CALL is 0.  Counting begins anew.  */
	void (*arm)(const char *name, long call, int code);
	/* Calls of NAME since, or of all functions if it is NULL.  */
	long (*calls)(const char *name);
	/* Objects and mappings that were made and not released.  */
	long (*live)(void);
	/* The name of the call that was failed; NULL if none was.  */
	const char *(*failed)(void);
};

/* Loads FILE, such as "faultcl.so", whose path is written to PATH; ends the
 * test if that fails.  */
void armed_load(struct armed *a, const char *file, char *path, size_t room);

/* ----- within such a library -------------------------------------------- */

/* Its functions, NULL at the end; and what it does before it is armed.  */
extern const char *const armed_names[];
void armed_ready(void);

/* Fails calls as told by arm().  */
void armed_set(const char *name, long call, int code);

/* Counts the call of NAME; the code it is to fail with, or 0.  */
int armed_enter(const char *name);

/* Counts objects that are made, or with -1 let go of.  */
void armed_count(long objects);

#endif
