/* health.h - whether the devices compute, and what to do if not
 * SPDX-License-Identifier: MIT */
#ifndef HEALTH_H
#define HEALTH_H

#include "keopscl.h"

/* Runs kernels whose results are known on every usable device and prints a line
 * for each, and advice for each problem.  Returns 0 if the results are right on
 * at least one device besides the host, else 1.  */
int health_check(const kcl_devices *devices);

#endif
