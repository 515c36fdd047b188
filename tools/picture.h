/* picture.h - measurements as an SVG picture
 * SPDX-License-Identifier: MIT */
#ifndef PICTURE_H
#define PICTURE_H

#include "record.h"

/* Bars: for each workload how many times as fast as each peer the library is,
 * on a logarithmic scale.  */
void picture_bars(FILE *stream, const struct records *r);

/* Lines: pairs in a second over the number of pairs, for each that computed,
 * both scales logarithmic.  */
void picture_scaling(FILE *stream, const struct records *r);

#endif
