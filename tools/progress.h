/* progress.h - a bar with the time left, on a terminal
 * SPDX-License-Identifier: MIT */
#ifndef PROGRESS_H
#define PROGRESS_H

struct progress {
	int shown;              /* whether it may be drawn at all */
	int drawn;              /* whether it stands on the terminal */
	double start, last;     /* seconds, of the clock */
	long long product;      /* under way; 0: it is not one of several */
	double done;            /* what was shown last */
};

/* Seconds of a clock that only goes on.  */
double progress_clock(void);

/* Begins now, with one of several PRODUCTS if need be.  Nothing is drawn unless
 * WANTED and standard error is a terminal that can go back on its line (TERM is
 * not dumb).  The bar has no colour and no escape sequences, whatever NO_COLOR
 * says.  */
void progress_start(struct progress *p, int wanted, int products);

/* Draws DONE, from 0 to 1, after half a second, ten times a second at most; of
 * products, whose number is not known before, which one that is, too: where
 * DONE goes back another begins.  */
void progress_show(struct progress *p, double done);

/* Wipes the bar.  */
void progress_end(struct progress *p);

#endif
