/* wisdom.h - the best plans that were measured, kept in a text file
 * SPDX-License-Identifier: MIT
 *
 * The file is the one that $KEOPSCL_WISDOM names, else "wisdom" in the folder
 * of the cache.  Its first line says which version of the library it is for;
 * then comes a line for each device, with its driver, and kernel:
 *
 *	keopscl wisdom 0.1.0
 *	DEVICE KERNEL rows=2,cols=8 # Sum_Reduction(x0*y1,0)
 *
 * where the names are hashes.  None of it is trusted: a plan is looked at like
 * that of $KEOPSCL_PLAN, and changes no bit of a result.  */
#ifndef KCL_WISDOM_H
#define KCL_WISDOM_H

#include "hash.h"
#include "runtime/runtime.h"

enum { KCL__PLAN_TEXT = 80 };   /* most bytes of a plan, with its 0 */

struct kcl__learned {
	struct kcl__hash kernel;
	char plan[KCL__PLAN_TEXT];
};

/* The plans for one device; all zero is none.  */
struct kcl__wisdom {
	struct kcl__learned *learned;
	size_t count, capacity;
};

/* Reads the plans for the device of FACTS, and says there, as its wisdom, what
 * was found; a file that is no good gives none.  Fails for want of memory.  */
kcl_status kcl__wisdom_read(const struct kcl__cache *cache,
                            struct kcl__facts *facts,
                            struct kcl__wisdom *wisdom);
void kcl__wisdom_free(struct kcl__wisdom *wisdom);

/* The plan for KERNEL; NULL if there is none.  */
const char *kcl__wisdom_find(const struct kcl__wisdom *wisdom,
                             struct kcl__hash kernel);

/* Puts the plan, unless it is "", into the file, instead of the kernel's other
 * one; NOTE is what people know it by.  Of two processes at the same time one
 * may not be heard.
 * KCL_ARGUMENT with the reason where the file cannot be written.  */
kcl_status kcl__wisdom_add(const struct kcl__cache *cache,
                           const struct kcl__facts *facts,
                           struct kcl__hash kernel, const char *plan,
                           const char *note);

#endif
