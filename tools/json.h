/* json.h - texts and numbers as JSON has them
 * SPDX-License-Identifier: MIT */
#ifndef JSON_H
#define JSON_H

#include <stdint.h>
#include <stdio.h>

/* Writes TEXT in quotes, escaped; bytes that are not UTF-8 become U+FFFD, so
 * that whatever a driver says the output is valid.  */
void json_text(FILE *stream, const char *text);

/* Writes "key": text and "key": number.  */
void json_text_member(FILE *stream, const char *key, const char *text);
void json_number_member(FILE *stream, const char *key, int64_t number);

#endif
