/* check_cache_damage.c - what is kept comes back whole or not at all
 * SPDX-License-Identifier: MIT */
#include "cachelab.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int main(void)
{
	const TTest *const tests[] = {
		no_shorter_or_longer_file_is_taken, no_changed_byte_is_taken,
		no_zeroed_block_is_taken, no_wrong_header_is_taken,
		no_key_without_payload_is_taken,
		another_keys_file_is_not_taken, NULL
	};

	return lab_main("cache damage", tests);
}
