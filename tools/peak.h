/* peak.h - the most that this machine's processors can do
 * SPDX-License-Identifier: MIT */
#ifndef PEAK_H
#define PEAK_H

#include "workload.h"

/* The most of each operation, lanes counted, that all processors of this
 * machine did in a second; 0 if a compiler is missing.  */
struct operations peak_measure(int bits);

#endif
