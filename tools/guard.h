/* guard.h - work with drivers in a process of its own
 * SPDX-License-Identifier: MIT */
#ifndef GUARD_H
#define GUARD_H

/* Runs WORK in a child process, which must be the first to touch a driver,
 * and returns its result.  A driver that crashes or does not answer within
 * SECONDS ends the child only: then standard error says so, and the result
 * is MACHINE.  */
int guard(int (*work)(void), unsigned seconds);

#endif
