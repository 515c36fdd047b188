/* faultlab.h - the OpenCL library that fails, loaded for a test
 * SPDX-License-Identifier: MIT */
#ifndef FAULTLAB_H
#define FAULTLAB_H

#include "faultcl.h"

/* Begins and ends a test in which OpenCL is faultcl; ends the test if objects
 * are left then.  */
void fault_begin(void);
void fault_end(void);

/* Its first usable device; "" if there is none.  */
const char *fault_device(void);

/* As in faultcl.h.  */
faultcl_arm_function fault_arm;
faultcl_calls_function fault_calls;
faultcl_live_function fault_live;
faultcl_failed_function fault_failed;

#endif
