/* interrupt.h - Ctrl-C, and other signals that ask to end
 * SPDX-License-Identifier: MIT */
#ifndef INTERRUPT_H
#define INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP end the process at once, with exit
 * code 128 and the signal's number.  */
void interrupt_exits(void);

/* From now on the first one is only noted, for what has to clean up; the
 * second ends the process.  */
void interrupt_noted(void);

/* The exit code for the signal that was noted, or 0.  */
int interrupted(void);

#endif
