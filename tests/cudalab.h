/* cudalab.h - the CUDA double, loaded for a test
 * SPDX-License-Identifier: MIT */
#ifndef CUDALAB_H
#define CUDALAB_H

#include "armed.h"

/* Begins and ends a test in which CUDA is the double; ends the test if
 * objects are left then.  */
void cuda_begin(void);
void cuda_end(void);

/* As in armed.h.  */
extern struct armed cuda_armed;
#define cuda_arm cuda_armed.arm
#define cuda_calls cuda_armed.calls
#define cuda_live cuda_armed.live
#define cuda_failed cuda_armed.failed

#endif
