/* png.h - a picture of 256 colours as the bytes of a PNG file
 * SPDX-License-Identifier: MIT */
#ifndef PNG_H
#define PNG_H

#include <stddef.h>

struct colour { unsigned char red, green, blue; };

/* WIDTH times HEIGHT pixels, the top row first, each a place in PALETTE.
 * The result has SIZE bytes and is to be freed.  */
unsigned char *png_make(const unsigned char *pixels, size_t width,
                        size_t height, const struct colour palette[256],
                        size_t *size);

#endif
