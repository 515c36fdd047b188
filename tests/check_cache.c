/* check_cache.c - what is stored is found again, within limits
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "diag.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, DAY = 24 * HOUR, LARGE = (1 << 20) + 1 };

START_TEST(keeps_what_is_stored)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 4096, 1 << 20 };
	struct kcl__cache *cache = lab_open();
	struct kcl__cache_entry entry;
	char key[] = "key ?";

	for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
		key[4] = (char)('a' + k);
		ck_assert_int_eq(lab_get(cache, key), MISS);
		lab_put(cache, key, lengths[k]);
		ck_assert_int_eq(lab_get(cache, key), (int)lengths[k]);
	}
	kcl__cache_close(cache);
	cache = lab_open();     /* as the next process would */
	for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
		key[4] = (char)('a' + k);
		ck_assert_int_eq(kcl__cache_enter(cache, key, 5, &entry), 1);
		ck_assert_int_eq((uintptr_t)entry.bytes % 16, 0);
		ck_assert(lab_right(&entry, key));
		kcl__cache_leave(&entry);
	}
	ck_assert_int_eq(lab_count(""), sizeof lengths / sizeof *lengths);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(keys_are_bytes)
{
	static const char *const keys[] = { "\0", "\0\0", "a\0b", "a\0c" };
	static const size_t lengths[] = { 1, 2, 3, 3 };
	struct kcl__cache *cache = lab_open();
	struct kcl__cache_entry entry;

	for (size_t k = 0; k < 4; k++) {
		ck_assert(!kcl__cache_enter(cache, keys[k], lengths[k],
		                            &entry));
		kcl__cache_store(&entry, &k, sizeof k);
		kcl__cache_leave(&entry);
	}
	for (size_t k = 0; k < 4; k++) {
		ck_assert(kcl__cache_enter(cache, keys[k], lengths[k],
		                           &entry));
		ck_assert_mem_eq(entry.bytes, &k, sizeof k);
		kcl__cache_leave(&entry);
	}
	kcl__cache_close(cache);
}
END_TEST

/* A build that fails stores nothing, and nothing stays behind.  */
START_TEST(leaving_is_enough)
{
	struct kcl__cache *cache = lab_open();

	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	ck_assert_int_eq(lab_count(""), 0);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(no_cache_is_a_miss)
{
	struct kcl__cache_entry entry;

	ck_assert_int_eq(lab_get(NULL, "key"), MISS);
	lab_put(NULL, "key", 10);
	ck_assert(!kcl__cache_enter(NULL, "key", 3, &entry));
	kcl__cache_drop(&entry);
	kcl__cache_leave(&entry);
	ck_assert_str_eq(kcl__cache_dir(NULL), "");
	ck_assert_str_ne(kcl__cache_reason(NULL), "");
	kcl__cache_set_patience(NULL, 1);
	kcl__cache_close(NULL);
}
END_TEST

START_TEST(the_message_stays)
{
	struct kcl__cache *cache = lab_open();

	kcl__fail(KCL_SHAPE, "before");
	lab_put(cache, "key", 100);
	ck_assert_int_eq(truncate(lab_find(".kernel"), 50), 0);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	kcl__cache_close(cache);
	ck_assert_int_eq(chmod(lab_path("cache"), 0777), 0);
	kcl__cache_close(kcl__cache_open());
	ck_assert_str_eq(kcl_message(), "before");
}
END_TEST

START_TEST(what_is_dropped_is_gone)
{
	struct kcl__cache *cache = lab_open();
	struct kcl__cache_entry entry;

	lab_put(cache, "key", 100);
	ck_assert(kcl__cache_enter(cache, "key", 3, &entry));
	kcl__cache_drop(&entry);
	ck_assert_ptr_null(entry.bytes);
	ck_assert_int_eq(lab_count(".kernel"), 0);
	kcl__cache_store(&entry, "better", 6);
	kcl__cache_leave(&entry);
	ck_assert(kcl__cache_enter(cache, "key", 3, &entry));
	ck_assert_mem_eq(entry.bytes, "better", 6);
	kcl__cache_leave(&entry);
	kcl__cache_close(cache);
}
END_TEST

/* ----- room ------------------------------------------------------------- */

static const char *entry_name(int k)
{
	static char name[LAB_PATH];

	snprintf(name, sizeof name, "cache/%032x.kernel", k);
	return lab_path(name);
}

START_TEST(the_oldest_make_room)
{
	struct kcl__cache *cache = lab_open();

	for (int k = 0; k < 6; k++) {   /* 6 x 60 MiB, without blocks */
		lab_write(entry_name(k), "", 0);
		ck_assert_int_eq(truncate(entry_name(k), 60 << 20), 0);
		lab_age(entry_name(k), 100 + 10 * (k * 5 % 6));
	}
	lab_put(cache, "key", LARGE);
	for (int k = 0; k < 6; k++)     /* ages 0 5 4 3 2 1: two too many */
		ck_assert_int_eq(access(entry_name(k), F_OK) == 0,
		                 k * 5 % 6 < 4);
	ck_assert_int_eq(lab_get(cache, "key"), LARGE);
	kcl__cache_close(cache);
}
END_TEST

/* Small files make room too, at the latest when there are some hundred.  */
START_TEST(small_ones_make_room)
{
	struct kcl__cache *cache = lab_open();
	char key[20];
	int k;

	for (k = 0; k < 5; k++) {
		lab_write(entry_name(k), "", 0);
		ck_assert_int_eq(truncate(entry_name(k), 60 << 20), 0);
		lab_age(entry_name(k), 100);
	}
	for (k = 0; k < 300 && lab_count("") == 5 + k; k++) {
		snprintf(key, sizeof key, "key %d", k);
		lab_put(cache, key, 10);
	}
	ck_assert_int_lt(k, 300);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(what_is_used_does_not_grow_old)
{
	struct kcl__cache *cache = lab_open();
	struct stat s;

	lab_put(cache, "key", 100);
	lab_age(lab_find(".kernel"), 2 * DAY);
	ck_assert_int_eq(lab_get(cache, "key"), 100);
	ck_assert_int_eq(stat(lab_find(".kernel"), &s), 0);
	ck_assert_int_lt(time(NULL) - s.st_mtime, HOUR);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(what_was_left_unfinished_goes)
{
	static const char *const names[] = {
		"cache/unfinished-keopscl-1-2-3-4",
		"cache/0123456789abcdef0123456789abcdef.lock",
		"cache/thesis.lock", "cache/unfinished-symphony",
		"cache/0123.kernel", "cache/notes"
	};
	struct kcl__cache *cache = lab_open();

	for (int k = 0; k < 6; k++)
		lab_write(lab_path(names[k]), "x", 1);
	lab_put(cache, "fresh", LARGE);     /* they may be in use */
	ck_assert_int_eq(lab_count(""), 7);
	for (int k = 0; k < 6; k++)
		lab_age(lab_path(names[k]), 2 * HOUR);
	lab_put(cache, "later", LARGE);
	for (int k = 0; k < 6; k++)     /* not ours: the user's */
		ck_assert_int_eq(access(lab_path(names[k]), F_OK) == 0,
		                 k >= 2);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(too_much_is_not_kept)
{
	struct kcl__cache *cache = lab_open();
	struct kcl__cache_entry entry;

	ck_assert(!kcl__cache_enter(cache, "key", 3, &entry));
	kcl__cache_store(&entry, "", KCL__CACHE_ENTRY);
	kcl__cache_store(&entry, "", SIZE_MAX);
	kcl__cache_leave(&entry);
	ck_assert_int_eq(lab_count(""), 0);
	kcl__cache_close(cache);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		keeps_what_is_stored, keys_are_bytes, leaving_is_enough,
		no_cache_is_a_miss, the_message_stays,
		what_is_dropped_is_gone, the_oldest_make_room,
		small_ones_make_room, what_is_used_does_not_grow_old,
		what_was_left_unfinished_goes, too_much_is_not_kept, NULL
	};

	return lab_main("cache", tests);
}
