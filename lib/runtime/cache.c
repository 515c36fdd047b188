/* cache.c - compiled kernels on disk, one checked file per key
 * SPDX-License-Identifier: MIT */
#include "cache.h"
#include "os.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 48, HOUR = 3600 };
enum { SWEEP_KEYS = 16, SWEEP_BYTES = 1 << 20 };

static const char suffix[] = ".kernel", lock_suffix[] = ".lock";

struct kcl__cache {
	char *path;
	const char *reason;
	int dir;                /* -1: every lookup is a miss */
	double patience;        /* seconds to wait for another's build */
};

/* ----- the directory ---------------------------------------------------- */

/* BASE without slashes at its end, and TAIL; NULL for want of memory.  A slash
 * at the end would make open() follow a symbolic link.  */
static char *join(const char *base, const char *tail)
{
	size_t n = strlen(base), size;
	char *path;

	while (n > 0 && base[n - 1] == '/')
		n--;
	size = n + strlen(tail) + 1;
	path = malloc(size);
	if (path)
		snprintf(path, size, "%.*s%s", (int)n, base, tail);
	return path;
}

static char *named_directory(void)
{
	const char *own = kcl__os_getenv("KEOPSCL_CACHE_DIR");
	const char *xdg = kcl__os_getenv("XDG_CACHE_HOME");
	const char *home = kcl__os_getenv("HOME");

	if (own)
		return join(own, "");
	if (xdg && xdg[0] == '/')
		return join(xdg, "/keopscl");
	if (home && home[0] == '/')
		return join(home, "/.cache/keopscl");
	return NULL;
}

struct kcl__cache *kcl__cache_open(void)
{
	const char *off = kcl__os_getenv("KEOPSCL_CACHE");
	struct kcl__cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		return NULL;
	cache->dir = -1;
	cache->patience = KCL__CACHE_PATIENCE;
	cache->path = named_directory();
	if (off && strcmp(off, "0") == 0)
		cache->reason = "is turned off by KEOPSCL_CACHE=0";
	else if (!cache->path)
		cache->reason = "is not named by the environment";
	else
		cache->dir = kcl__os_dir_open(cache->path, &cache->reason);
	return cache;
}

void kcl__cache_close(struct kcl__cache *cache)
{
	if (!cache)
		return;
	kcl__os_dir_close(cache->dir);
	free(cache->path);
	free(cache);
}

const char *kcl__cache_dir(const struct kcl__cache *cache)
{
	return cache && cache->path ? cache->path : "";
}

const char *kcl__cache_reason(const struct kcl__cache *cache)
{
	if (!cache)
		return "could not be opened for want of memory";
	return cache->reason ? cache->reason : "";
}

void kcl__cache_set_patience(struct kcl__cache *cache, double seconds)
{
	if (cache)
		cache->patience = seconds;
}

/* ----- one entry -------------------------------------------------------- */

static void file_name(char name[NAME], struct kcl__hash key,
                      const char *tail)
{
	snprintf(name, NAME, "%016" PRIx64 "%016" PRIx64 "%s", key.high,
	         key.low, tail);
}

/* 1: found; 0: not there; -1: something is there that is no good.  */
static int look(struct kcl__cache_entry *entry)
{
	char name[NAME];
	void *file;
	size_t size;
	int result;

	file_name(name, entry->hash, suffix);
	result = kcl__os_file_read(entry->cache->dir, name, KCL__CACHE_ENTRY,
	                           &file, &size);
	if (result <= 0)
		return result;
	result = kcl__unseal(file, size, entry->key, entry->key_length,
	                     &entry->bytes, &entry->length);
	if (result > 0)
		entry->file = file;
	else
		free(file);
	return result;
}

/* Waits while another builds, until the lock is the entry's own, or there can
 * be none, or PATIENCE is at an end.  */
static void lock(struct kcl__cache_entry *entry, double patience)
{
	double end = kcl__os_now() + patience, pause = 0.001;
	char name[NAME];

	file_name(name, entry->hash, lock_suffix);
	for (;;) {
		entry->lock = kcl__os_lock(entry->cache->dir, name);
		if (entry->lock != KCL__OS_BUSY || kcl__os_now() >= end)
			return;
		kcl__os_sleep(pause);
		pause = pause < 0.02 ? 2 * pause : pause;
	}
}

static void unlock(struct kcl__cache_entry *entry)
{
	char name[NAME];

	file_name(name, entry->hash, lock_suffix);
	kcl__os_unlock(entry->cache->dir, name, entry->lock);
	entry->lock = KCL__OS_NOLOCK;
}

static void remove_file(const struct kcl__cache_entry *entry)
{
	char name[NAME];

	file_name(name, entry->hash, suffix);
	kcl__os_file_remove(entry->cache->dir, name);
}

static void forget(struct kcl__cache_entry *entry)
{
	free(entry->file);
	entry->file = NULL;
	entry->bytes = NULL;
	entry->length = 0;
}

void kcl__cache_drop(struct kcl__cache_entry *entry)
{
	forget(entry);
	if (entry->cache)
		remove_file(entry);
}

/* A driver may die of a binary.  So the lock is held and marked while it is in
 * use, and a mark without a holder means that it must not be tried again.  */
int kcl__cache_enter(struct kcl__cache *cache, const void *key,
                     size_t key_length, struct kcl__cache_entry *entry)
{
	int found;

	*entry = (struct kcl__cache_entry){
		.cache = cache && cache->dir >= 0 ? cache : NULL,
		.key = key, .key_length = key_length, .lock = KCL__OS_NOLOCK
	};
	if (!entry->cache)
		return 0;
	entry->hash = kcl__hash(key, key_length);
	found = look(entry);
	lock(entry, found > 0 ? 0 : cache->patience);
	if (found > 0)
		found = entry->lock < 0 || kcl__os_lock_mark(entry->lock) ? 1
			: -1;
	else if ((found = look(entry)) > 0)
		unlock(entry);          /* it came before the lock did */
	if (found < 0)
		kcl__cache_drop(entry);
	return found > 0;
}

void kcl__cache_leave(struct kcl__cache_entry *entry)
{
	forget(entry);
	if (entry->cache)
		unlock(entry);
}

/* ----- storing ---------------------------------------------------------- */

struct old {
	char name[NAME];
	double age;
	uint64_t bytes;
};

struct sweep {
	int dir;
	struct old *old;
	size_t count, capacity;
	uint64_t total;
};

/* Whether NAME is one that file_name makes with TAIL.  */
static int is_ours(const char *name, const char *tail)
{
	return strspn(name, "0123456789abcdef") == 32
	       && strcmp(name + 32, tail) == 0;
}

static void note(struct sweep *sweep, const char *name, double age,
                 uint64_t bytes)
{
	size_t capacity = sweep->count ? 2 * sweep->count : 64;
	struct old *grown;

	if (sweep->count == sweep->capacity) {
		grown = realloc(sweep->old, capacity * sizeof *grown);
		if (!grown)
			return;
		sweep->old = grown;
		sweep->capacity = capacity;
	}
	grown = &sweep->old[sweep->count++];
	snprintf(grown->name, NAME, "%s", name);
	grown->age = age;
	grown->bytes = bytes;
	sweep->total += bytes;
}

/* Counts entries, and removes what a killed process left unfinished.  */
static void visit(void *arg, const char *name, double age, uint64_t bytes)
{
	struct sweep *sweep = arg;

	if (is_ours(name, suffix))
		note(sweep, name, age, bytes);
	else if (age > HOUR && (is_ours(name, lock_suffix)
	                        || strncmp(name, KCL__OS_UNFINISHED,
	                                   strlen(KCL__OS_UNFINISHED)) == 0))
		kcl__os_file_remove(sweep->dir, name);
}

static int older_first(const void *a, const void *b)
{
	double x = ((const struct old *)a)->age;
	double y = ((const struct old *)b)->age;

	return (x < y) - (x > y);
}

static void make_room(int dir)
{
	struct sweep sweep = { .dir = dir };

	kcl__os_dir_list(dir, visit, &sweep);
	if (sweep.total > KCL__CACHE_TOTAL)
		qsort(sweep.old, sweep.count, sizeof *sweep.old, older_first);
	for (size_t k = 0; sweep.total > KCL__CACHE_TOTAL; k++) {
		kcl__os_file_remove(dir, sweep.old[k].name);
		sweep.total -= sweep.old[k].bytes;
	}
	free(sweep.old);
}

/* Looking at thousands of files takes as long as a build: it is done after
 * one key in SWEEP_KEYS, whichever that are, and after what is large.  */
static int is_time_to_sweep(const struct kcl__cache_entry *entry, size_t size)
{
	return entry->hash.low % SWEEP_KEYS == 0 || size > SWEEP_BYTES;
}

void kcl__cache_store(struct kcl__cache_entry *entry, const void *bytes,
                      size_t length)
{
	char name[NAME];
	size_t size;
	void *file;

	if (!entry->cache)
		return;
	file = kcl__seal(entry->key, entry->key_length, bytes, length, &size);
	if (!file)
		return;
	file_name(name, entry->hash, suffix);
	kcl__os_file_write(entry->cache->dir, name, file, size);
	free(file);
	if (is_time_to_sweep(entry, size))
		make_room(entry->cache->dir);
}
