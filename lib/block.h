/* block.h - the unit of summation
 * SPDX-License-Identifier: MIT
 *
 * Columns are reduced in blocks of so many, and the blocks in their order.  So
 * the bits of a result do not depend on how work is cut, as long as all cut it
 * between blocks.  */
#ifndef KCL_BLOCK_H
#define KCL_BLOCK_H

enum { KCL__BLOCK = 256 };      /* columns */

#endif
