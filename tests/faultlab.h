/* faultlab.h - the OpenCL library that fails, loaded for a test
 * SPDX-License-Identifier: MIT */
#ifndef FAULTLAB_H
#define FAULTLAB_H

#include "armed.h"

/* Begins and ends a test in which OpenCL is faultcl; ends the test if objects
 * are left then.  */
void fault_begin(void);
void fault_end(void);

/* Its first usable device; "" if there is none.  */
const char *fault_device(void);

/* As in armed.h.  */
extern struct armed fault_armed;
#define fault_arm fault_armed.arm
#define fault_calls fault_armed.calls
#define fault_live fault_armed.live
#define fault_failed fault_armed.failed

#endif
