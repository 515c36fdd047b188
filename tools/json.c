/* json.c - texts and numbers as JSON has them
 * SPDX-License-Identifier: MIT */
#include "json.h"
#include <inttypes.h>
#include <string.h>

/* The length of the UTF-8 character at C, or 0 if there is none: no overlong
 * forms, no surrogates, nothing above U+10FFFF.  */
static size_t utf8(const unsigned char *c)
{
	size_t n = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2
	           : c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;

	for (size_t k = 1; k < n; k++)
		if ((c[k] & 0xc0) != 0x80)
			return 0;
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f)
	    || (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return n;
}

void json_text(FILE *stream, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t n;

	fputc('"', stream);
	for (; *c; c += n ? n : 1) {
		n = utf8(c);
		if (n == 0)
			fputs("\\ufffd", stream);
		else if (*c < ' ' || *c == 127)
			fprintf(stream, "\\u%04x", *c);
		else if (*c == '"' || *c == '\\')
			fprintf(stream, "\\%c", *c);
		else
			fwrite(c, 1, n, stream);
	}
	fputc('"', stream);
}

void json_text_member(FILE *stream, const char *key, const char *text)
{
	json_text(stream, key);
	fputs(": ", stream);
	json_text(stream, text);
}

void json_number_member(FILE *stream, const char *key, int64_t number)
{
	json_text(stream, key);
	fprintf(stream, ": %" PRId64, number);
}
