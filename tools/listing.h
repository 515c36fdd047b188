/* listing.h - the table of operations on a terminal
 * SPDX-License-Identifier: MIT */
#ifndef LISTING_H
#define LISTING_H

/* Prints the operations and reductions, a line each.  Returns 0.  */
int listing_all(void);

/* Prints all there is to know of the operation or reduction NAME, and of the
 * reduction NAME_Reduction.  Returns how many there are.  */
int listing_one(const char *name);

#endif
