/* peak.h - the most that this machine's processors can do
 * SPDX-License-Identifier: MIT */
#ifndef PEAK_H
#define PEAK_H

/* The most operations, lanes counted, that all processors of this machine did
 * in a second: fused multiply-adds, additions, as many of these as of those,
 * and loads.  */
struct peak {
	double fma, add, both, load;
};

/* All 0 if a compiler is missing.  */
struct peak peak_measure(int bits);

#endif
