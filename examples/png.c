/* png.c - a picture of 256 colours as the bytes of a PNG file
 * SPDX-License-Identifier: MIT
 *
 * The pixels are stored, not compressed: that is a valid PNG file, and needs
 * no other library.  */
#include "png.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* A stored block of deflate has at most so many bytes, after 5 of its own.  */
enum { BLOCK = 65535, BLOCK_HEAD = 5 };

static unsigned char *put(unsigned char *p, const void *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

/* Numbers of PNG are big-endian.  */
static unsigned char *put_number(unsigned char *p, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*p++ = (unsigned char)(number >> shift);
	return p;
}

static uint32_t crc32(const unsigned char *p, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static uint32_t adler32(const unsigned char *p, size_t n)
{
	uint32_t a = 1, b = 0;

	while (n--) {
		a = (a + *p++) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

/* A chunk is its length, its name of four letters, its bytes and a checksum.
 * The bytes stand at P + 8 already if BYTES is NULL.  */
static unsigned char *put_chunk(unsigned char *p, const char *name,
                                const void *bytes, size_t n)
{
	p = put_number(p, (uint32_t)n);
	memcpy(p, name, 4);
	if (bytes)
		memcpy(p + 4, bytes, n);
	return put_number(p + 4 + n, crc32(p, n + 4));
}

/* The N bytes of RAW as a zlib stream of stored blocks.  */
static unsigned char *put_zlib(unsigned char *p, const unsigned char *raw,
                               size_t n)
{
	uint32_t sum = adler32(raw, n);
	size_t size;

	p = put(p, "\x78\x01", 2);
	while (n) {
		size = n < BLOCK ? n : BLOCK;
		*p++ = size == n;
		*p++ = (unsigned char)size;
		*p++ = (unsigned char)(size >> 8);
		*p++ = (unsigned char)~size;
		*p++ = (unsigned char)(~size >> 8);
		p = put(p, raw, size);
		raw += size;
		n -= size;
	}
	return put_number(p, sum);
}

/* Each row of pixels with the number of its filter, 0 for none, before it.  */
static unsigned char *filtered(const unsigned char *pixels, size_t width,
                               size_t height)
{
	unsigned char *raw = room(height, width + 1), *p = raw;

	for (size_t row = 0; row < height; row++) {
		*p++ = 0;
		p = put(p, pixels + row * width, width);
	}
	return raw;
}

static unsigned char *put_header(unsigned char *p, size_t width, size_t height)
{
	unsigned char header[13], *end = header;

	end = put_number(end, (uint32_t)width);
	end = put_number(end, (uint32_t)height);
	put(end, "\x08\x03\0\0", 5);    /* 8 bits, with a palette */
	return put_chunk(p, "IHDR", header, sizeof header);
}

unsigned char *png_make(const unsigned char *pixels, size_t width,
                        size_t height, const struct colour palette[256],
                        size_t *size)
{
	size_t n = height * (width + 1), blocks = (n + BLOCK - 1) / BLOCK;
	size_t packed = 2 + n + BLOCK_HEAD * blocks + 4;
	unsigned char *png = room(packed + 1024, 1), *p = png;
	unsigned char *raw = filtered(pixels, width, height);

	p = put(p, "\x89PNG\r\n\x1a\n", 8);
	p = put_header(p, width, height);
	p = put_chunk(p, "PLTE", palette, 3 * 256);
	put_zlib(p + 8, raw, n);
	p = put_chunk(p, "IDAT", NULL, packed);
	p = put_chunk(p, "IEND", "", 0);
	free(raw);
	*size = (size_t)(p - png);
	return png;
}
