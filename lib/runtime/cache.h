/* cache.h - compiled kernels on disk, one checked file per key
 * SPDX-License-Identifier: MIT
 *
 * A cache never fails: what cannot be read is a miss, what cannot be written
 * is not kept, and the thread's message is left alone.  Every function takes
 * a NULL cache.  A cache may be used from several threads, an entry from one.
 *
 *	struct kcl__cache_entry entry;
 *
 *	if (!kcl__cache_enter(cache, key, key_length, &entry)) {
 *		... build, which may fail ...
 *		kcl__cache_store(&entry, bytes, length);
 *	} else if (the driver refuses entry.bytes) {
 *		kcl__cache_drop(&entry);
 *		... build and store, as above ...
 *	}
 *	kcl__cache_leave(&entry); */
#ifndef KCL_CACHE_H
#define KCL_CACHE_H

#include "hash.h"
#include "seal.h"
#include <stddef.h>

enum {
	KCL__CACHE_ENTRY = KCL__SEALED, /* most bytes of a file */
	KCL__CACHE_TOTAL = 256 << 20,   /* most bytes of all files */
	KCL__CACHE_PATIENCE = 30        /* seconds to wait for a builder */
};

struct kcl__cache;

struct kcl__cache_entry {
	const void *bytes;      /* after a hit; valid until drop or leave */
	size_t length;
	/* the rest is the cache's own */
	struct kcl__cache *cache;
	const void *key;
	size_t key_length;
	struct kcl__hash hash;
	void *file;
	int lock;
};

/* Opens the cache that the environment names: $KEOPSCL_CACHE_DIR, else
 * $XDG_CACHE_HOME/keopscl, else $HOME/.cache/keopscl.  It is off with
 * KEOPSCL_CACHE=0, in a set-user-id process, and where the directory is
 * another user's, writable by others or a symbolic link; then every lookup is
 * a miss.  NULL only for want of memory.  */
struct kcl__cache *kcl__cache_open(void);
void kcl__cache_close(struct kcl__cache *cache);

/* The directory, "" if none is named; and "" if it is used, else why not, such
 * as "can be written by others".  */
const char *kcl__cache_dir(const struct kcl__cache *cache);
const char *kcl__cache_reason(const struct kcl__cache *cache);

/* Sets how long enter waits for another's build.  */
void kcl__cache_set_patience(struct kcl__cache *cache, double seconds);

/* Looks KEY up, which must stay as it is until leave.  Returns 1 with bytes
 * that are those stored under this very key; 0 if there are none, or if a
 * process died between enter and leave with these bytes.  The key is then
 * locked where it can be: others who want it wait, as long as their
 * patience lasts, for the caller to store and leave.  */
int kcl__cache_enter(struct kcl__cache *cache, const void *key,
                     size_t key_length, struct kcl__cache_entry *entry);

/* Keeps BYTES for the next who asks; from time to time those that were used
 * least lately make room.  */
void kcl__cache_store(struct kcl__cache_entry *entry, const void *bytes,
                      size_t length);

/* Forgets what enter found: the bytes are checked but no good.  */
void kcl__cache_drop(struct kcl__cache_entry *entry);

/* Frees the bytes and lets the others go on.  */
void kcl__cache_leave(struct kcl__cache_entry *entry);

#endif
