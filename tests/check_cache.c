/* check_cache.c - what is kept comes back whole or not at all
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

enum { HOUR = 3600, DAY = 24 * HOUR };

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
	ck_assert_int_eq(lab_count(""), 0);
	kcl__cache_store(&entry, "better", 6);
	kcl__cache_leave(&entry);
	ck_assert(kcl__cache_enter(cache, "key", 3, &entry));
	ck_assert_mem_eq(entry.bytes, "better", 6);
	kcl__cache_leave(&entry);
	kcl__cache_close(cache);
}
END_TEST

/* ----- damage ----------------------------------------------------------- */

/* A file with these bytes under the name of KEY's entry is a miss and is
 * gone after it.  */
static void is_refused(struct kcl__cache *cache, const char *path,
                       const unsigned char *bytes, size_t length)
{
	struct kcl__cache_entry entry;

	lab_write(path, bytes, length);
	ck_assert(!kcl__cache_enter(cache, "key", 3, &entry));
	ck_assert_int_ne(access(path, F_OK), 0);
	kcl__cache_leave(&entry);
}

START_TEST(no_shorter_or_longer_file_is_taken)
{
	static const size_t payloads[] = { 20, 4096 }, steps[] = { 1, 37 };
	struct kcl__cache *cache = lab_open();
	const char *path;
	unsigned char *good;
	size_t length;

	for (int k = 0; k < 2; k++) {
		lab_put(cache, "key", payloads[k]);
		path = lab_find(".kernel");
		good = lab_read(path, &length);
		for (size_t n = 0; n < length; n += steps[k])
			is_refused(cache, path, good, n);
		is_refused(cache, path, good, length - 1);
		good[length] = 0;
		is_refused(cache, path, good, length + 1);
		free(good);
		lab_put(cache, "key", payloads[k]);
		ck_assert_int_eq(lab_get(cache, "key"), (int)payloads[k]);
		unlink(path);
	}
	kcl__cache_close(cache);
}
END_TEST

START_TEST(no_changed_byte_is_taken)
{
	static const size_t payloads[] = { 20, 4096 };
	static const unsigned char changes[2][8] = {
		{ 1, 2, 4, 8, 16, 32, 64, 128 }, { 1, 255 }
	};
	struct kcl__cache *cache = lab_open();
	const char *path;
	unsigned char *bytes;
	size_t length;

	for (int k = 0; k < 2; k++) {
		lab_put(cache, "key", payloads[k]);
		path = lab_find(".kernel");
		bytes = lab_read(path, &length);
		for (size_t n = 0; n < length; n++)
			for (int c = 0; c < 8 && changes[k][c]; c++) {
				bytes[n] ^= changes[k][c];
				is_refused(cache, path, bytes, length);
				bytes[n] ^= changes[k][c];
			}
		lab_write(path, bytes, length);
		ck_assert_int_eq(lab_get(cache, "key"), (int)payloads[k]);
		free(bytes);
		unlink(path);
	}
	kcl__cache_close(cache);
}
END_TEST

/* Zeros in place of a block are what a crash of the machine leaves.  */
START_TEST(no_zeroed_block_is_taken)
{
	struct kcl__cache *cache = lab_open();
	const char *path;
	unsigned char *good, *bytes;
	size_t length;

	lab_put(cache, "key", 8192);
	path = lab_find(".kernel");
	good = lab_read(path, &length);
	bytes = malloc(length);
	for (size_t n = 0; n + 512 <= length; n += 512) {
		memcpy(bytes, good, length);
		memset(bytes + n, 0, 512);
		is_refused(cache, path, bytes, length);
	}
	memset(bytes, 0, length);
	is_refused(cache, path, bytes, length);
	free(bytes);
	free(good);
	kcl__cache_close(cache);
}
END_TEST

/* A file whose checksum is right and whose header is not: one of another
 * version of the library, or one made by hand.  */
START_TEST(no_wrong_header_is_taken)
{
	static const struct {
		int offset;
		unsigned char change;
	} wrong[] = {
		{ 0, 1 }, { 8, 3 }, { 16, 1 }, { 16, 7 }, { 16, 32 },
		{ 17, 1 }, { 23, 128 }, { 24, 1 }, { 25, 1 }, { 31, 255 }
	};
	struct kcl__cache *cache = lab_open();
	struct kcl__hash hash;
	const char *path;
	unsigned char *bytes;
	size_t length;

	lab_put(cache, "key", 100);
	path = lab_find(".kernel");
	bytes = lab_read(path, &length);
	for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
		bytes[wrong[k].offset] ^= wrong[k].change;
		hash = kcl__hash(bytes, length - sizeof hash);
		memcpy(bytes + length - sizeof hash, &hash, sizeof hash);
		lab_write(path, bytes, length);
		ck_assert_int_eq(lab_get(cache, "key"), MISS);
		bytes[wrong[k].offset] ^= wrong[k].change;
	}
	free(bytes);
	kcl__cache_close(cache);
}
END_TEST

/* As above, and the payload would begin behind the end of the file.  */
START_TEST(no_key_without_payload_is_taken)
{
	struct kcl__cache *cache = lab_open();
	struct kcl__hash hash;
	uint64_t length = (uint64_t)35 - 48;
	unsigned char *bytes;
	const char *path;
	size_t size;

	lab_put(cache, "key", 100);
	path = lab_find(".kernel");
	bytes = lab_read(path, &size);
	memcpy(bytes + 24, &length, sizeof length);
	hash = kcl__hash(bytes, 35);
	memcpy(bytes + 35, &hash, sizeof hash);
	is_refused(cache, path, bytes, 35 + sizeof hash);
	free(bytes);
	kcl__cache_close(cache);
}
END_TEST

/* Two keys of one hash: the file is intact, but it is the other's.  */
START_TEST(another_keys_file_is_not_taken)
{
	struct kcl__cache *cache = lab_open();
	char path[LAB_PATH];

	lab_put(cache, "this key", 30);
	strcpy(path, lab_find(".kernel"));
	unlink(path);
	lab_put(cache, "that key", 40);
	ck_assert_int_eq(rename(lab_find(".kernel"), path), 0);
	ck_assert_int_eq(lab_get(cache, "this key"), MISS);
	lab_put(cache, "this key", 30);
	ck_assert_int_eq(lab_get(cache, "this key"), 30);
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
	lab_put(cache, "key", 100);
	for (int k = 0; k < 6; k++)     /* ages 0 5 4 3 2 1: two too many */
		ck_assert_int_eq(access(entry_name(k), F_OK) == 0,
		                 k * 5 % 6 < 4);
	ck_assert_int_eq(lab_get(cache, "key"), 100);
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
	lab_put(cache, "fresh", 1);     /* they may be in use */
	ck_assert_int_eq(lab_count(""), 7);
	for (int k = 0; k < 6; k++)
		lab_age(lab_path(names[k]), 2 * HOUR);
	lab_put(cache, "later", 1);
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
		what_is_dropped_is_gone, no_shorter_or_longer_file_is_taken,
		no_changed_byte_is_taken, no_zeroed_block_is_taken,
		no_wrong_header_is_taken, no_key_without_payload_is_taken,
		another_keys_file_is_not_taken, the_oldest_make_room,
		what_is_used_does_not_grow_old,
		what_was_left_unfinished_goes, too_much_is_not_kept, NULL
	};

	return lab_main("cache", tests);
}
