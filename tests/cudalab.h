/* cudalab.h - the CUDA double, loaded for a test
 * SPDX-License-Identifier: MIT */
#ifndef CUDALAB_H
#define CUDALAB_H

#include "fakecuda.h"

/* Begins and ends a test in which CUDA is the double; ends the test if
 * objects are left then.  */
void cuda_begin(void);
void cuda_end(void);

/* As in fakecuda.h.  */
fakecuda_arm_function cuda_arm;
fakecuda_calls_function cuda_calls;
fakecuda_live_function cuda_live;
fakecuda_failed_function cuda_failed;

#endif
