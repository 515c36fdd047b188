/* nomem.h - memory that runs out when a test wants it to
 * SPDX-License-Identifier: MIT
 *
 * A program that is linked with $(nomem_flags) has its malloc, calloc, realloc
 * and free pass here, those of libcore included.  */
#ifndef NOMEM_H
#define NOMEM_H

#include <stddef.h>

/* Refuses allocation number N from now on, counted from 1, and with KEEP_ON
 * all that come after it.  Begins to count blocks too.  */
void nomem_begin(long n, int keep_on);

/* Refuses nothing any more; how many allocations were refused.  */
long nomem_end(void);

/* Blocks got since nomem_begin and not freed, less those freed that were there
 * before.  */
long nomem_blocks(void);

/* Bytes of the largest block asked for since nomem_begin.  */
size_t nomem_largest(void);

#endif
