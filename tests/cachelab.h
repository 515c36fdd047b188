/* cachelab.h - a cache of one's own to damage and to attack
 * SPDX-License-Identifier: MIT */
#ifndef CACHELAB_H
#define CACHELAB_H

#include "runtime/cache.h"
#include <check.h>
#include <stddef.h>

enum { LAB_PATH = 512, LAB_NOBODY = 65534 };

/* A fixture for every test: a new folder, with KEOPSCL_CACHE_DIR naming
 * "cache" in it; and its removal.  A test that hangs is killed.  */
void lab_begin(void);
void lab_end(void);

/* The path of NAME in the folder, in one of four buffers taken in turn; NAME
 * may be "cache/...".  */
const char *lab_path(const char *name);

/* The cache, opened; it must be usable.  */
struct kcl__cache *lab_open(void);

/* Whether the cache that the environment names says REASON ("": usable). */
int lab_reason_is(const char *reason);

/* Stores a payload of LENGTH bytes under KEY; the payload follows from KEY
 * and LENGTH, so that it can be told from any other.  */
void lab_put(struct kcl__cache *cache, const char *key, size_t length);

/* Looks KEY up: LENGTH of a right payload, MISS, or WRONG.  */
enum { MISS = -1, WRONG = -2 };
int lab_get(struct kcl__cache *cache, const char *key);

/* Whether ENTRY's bytes are a payload of KEY; and BYTES filled with one.  */
int lab_right(const struct kcl__cache_entry *entry, const char *key);
void lab_fill(unsigned char *bytes, const char *key, size_t length);

/* Files in the cache whose name ends in TAIL; and the path of one.  */
int lab_count(const char *tail);
const char *lab_find(const char *tail);

/* Bytes of a file, malloc'ed; and a file made of bytes.  */
unsigned char *lab_read(const char *path, size_t *length);
void lab_write(const char *path, const void *bytes, size_t length);

/* Sets a file's time of change SECONDS back.  */
void lab_age(const char *path, long seconds);

/* Runs SCENARIO in a child; what it returns: 0, or the line that failed.  */
int lab_child(int (*scenario)(void));
#define LAB_WANT(condition) do { \
	if (!(condition)) \
		return __LINE__; \
} while (0)

/* Says that a part of a test is left out, and why.  */
void lab_skip(const char *what);

/* Runs the suite of one case with TESTS (NULL at the end).  */
int lab_main(const char *name, const TTest *const *tests);

#endif
