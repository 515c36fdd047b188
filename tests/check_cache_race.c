/* check_cache_race.c - one builds, the others wait
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "os.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CROWD = 8, SIZE = 30000 };

/* A byte in a file for every build: its size is their number.  */
static void count_build(void)
{
	int file = open(lab_path("builds"), O_WRONLY | O_CREAT | O_APPEND,
	                0600);

	if (write(file, "x", 1) != 1)
		abort();
	close(file);
}

static int builds(void)
{
	struct stat s;

	return stat(lab_path("builds"), &s) ? 0 : (int)s.st_size;
}

/* What a program does: asks, builds if it has to, in 200 ms.  Returns whether
 * it then has the right bytes.  */
static int obtain(struct kcl__cache *cache, const char *key)
{
	struct kcl__cache_entry entry;
	unsigned char bytes[SIZE];
	int right = 1;

	if (kcl__cache_enter(cache, key, strlen(key), &entry)) {
		right = lab_right(&entry, key) && entry.length == SIZE;
	} else {
		count_build();
		kcl__os_sleep(0.2);
		lab_fill(bytes, key, SIZE);
		kcl__cache_store(&entry, bytes, SIZE);
	}
	kcl__cache_leave(&entry);
	return right;
}

static void begin_process(const char *key, int number)
{
	struct kcl__cache *cache;
	char name[40];
	int right;

	if (fork())
		return;
	cache = kcl__cache_open();
	right = number % 2 ? obtain(cache, key) && obtain(cache, "second")
	        : obtain(cache, "second") && obtain(cache, key);
	snprintf(name, sizeof name, "right%d", number);
	if (right)
		lab_write(lab_path(name), "", 0);
	_exit(0);
}

START_TEST(of_processes_one_builds)
{
	double start = kcl__os_now();
	char name[40];

	for (int k = 0; k < CROWD; k++)
		begin_process("first", k);
	while (wait(NULL) > 0)
		;
	for (int k = 0; k < CROWD; k++) {
		snprintf(name, sizeof name, "right%d", k);
		ck_assert_int_eq(access(lab_path(name), F_OK), 0);
	}
	ck_assert_int_eq(builds(), 2);
	ck_assert(kcl__os_now() - start < 20);
	ck_assert_int_eq(lab_count(""), 2);     /* no lock stays */
}
END_TEST

struct crowd {
	struct kcl__cache *cache;
	const char *path;       /* of the entry, for those who damage it */
	int right[CROWD];       /* or what else each found */
};

static void one_of_crowd(void *arg, int index)
{
	struct crowd *crowd = arg;

	crowd->right[index] = obtain(crowd->cache, "key");
}

START_TEST(of_threads_one_builds)
{
	struct crowd crowd = { .cache = lab_open() };
	double start = kcl__os_now();

	kcl__os_parallel(CROWD, one_of_crowd, &crowd);
	for (int k = 0; k < CROWD; k++)
		ck_assert_int_eq(crowd.right[k], 1);
	ck_assert_int_eq(builds(), 1);
	ck_assert(kcl__os_now() - start < 20);
	ck_assert_int_eq(lab_count(""), 1);
	kcl__cache_close(crowd.cache);
}
END_TEST

enum { KEYS = 100 };

/* Builds that take no time, so that often one ends while another thread is
 * between looking and locking.  */
static void many_short_builds(void *arg, int index)
{
	struct crowd *crowd = arg;
	struct kcl__cache_entry entry;
	int key;

	for (int k = 0; k < KEYS; k++) {
		key = (k + index) % KEYS;
		if (!kcl__cache_enter(crowd->cache, &key, sizeof key,
		                      &entry)) {
			crowd->right[index]++;
			kcl__cache_store(&entry, &key, sizeof key);
		}
		kcl__cache_leave(&entry);
	}
}

START_TEST(nothing_is_built_twice)
{
	struct crowd crowd = { .cache = lab_open() };
	int sum = 0;

	kcl__os_parallel(CROWD, many_short_builds, &crowd);
	for (int k = 0; k < CROWD; k++)
		sum += crowd.right[k];
	ck_assert_int_eq(sum, KEYS);
	ck_assert_int_eq(lab_count(""), KEYS);
	kcl__cache_close(crowd.cache);
}
END_TEST

/* ----- builders that do not store --------------------------------------- */

static void build_or_wait(void *arg, int index)
{
	struct crowd *crowd = arg;
	struct kcl__cache_entry entry;

	kcl__os_sleep(0.05 * index);
	crowd->right[index] = kcl__cache_enter(crowd->cache, "key", 3, &entry);
	if (index == 0) {
		kcl__os_sleep(0.1);
		kcl__cache_store(&entry, "bytes", 5);
	} else {
		kcl__os_sleep(0.1);     /* the builder has left */
		crowd->right[0] = lab_count(".lock");
	}
	kcl__cache_leave(&entry);
}

/* To load what was found takes time too: nobody needs to wait for that.  */
START_TEST(who_waited_has_no_lock)
{
	struct crowd crowd = { .cache = lab_open() };

	kcl__os_parallel(2, build_or_wait, &crowd);
	ck_assert_int_eq(crowd.right[1], 1);
	ck_assert_int_eq(crowd.right[0], 0);
	kcl__cache_close(crowd.cache);
}
END_TEST

START_TEST(patience_ends)
{
	struct kcl__cache *cache = lab_open();
	struct kcl__cache_entry first, second;
	double start = kcl__os_now();

	kcl__cache_set_patience(cache, 0.1);
	ck_assert(!kcl__cache_enter(cache, "key", 3, &first));
	ck_assert(!kcl__cache_enter(cache, "key", 3, &second));
	ck_assert(kcl__os_now() - start >= 0.1);
	ck_assert(kcl__os_now() - start < 20);
	kcl__cache_store(&second, "one", 3);
	kcl__cache_leave(&second);
	kcl__cache_store(&first, "two", 3);
	ck_assert_int_eq(lab_count(".lock"), 1);        /* first's own */
	kcl__cache_leave(&first);
	ck_assert(kcl__cache_enter(cache, "key", 3, &first));
	ck_assert_mem_eq(first.bytes, "two", 3);
	kcl__cache_leave(&first);
	ck_assert_int_eq(lab_count(""), 1);
	kcl__cache_close(cache);
}
END_TEST

static void fail_or_build(void *arg, int index)
{
	struct kcl__cache_entry entry;

	if (index == 0) {
		kcl__cache_enter(arg, "key", 3, &entry);
		kcl__os_sleep(0.1);
		kcl__cache_leave(&entry);       /* it could not be built */
		return;
	}
	kcl__os_sleep(0.05);
	if (!kcl__cache_enter(arg, "key", 3, &entry)) {
		count_build();
		kcl__cache_store(&entry, "bytes", 5);
	}
	kcl__cache_leave(&entry);
}

START_TEST(a_failed_build_passes_on_the_turn)
{
	struct kcl__cache *cache = lab_open();

	kcl__os_parallel(4, fail_or_build, cache);
	ck_assert_int_eq(builds(), 1);
	ck_assert_int_eq(lab_count(""), 1);
	kcl__cache_close(cache);
}
END_TEST

/* ----- damage while others read ----------------------------------------- */

static void damage(const char *path, unsigned random)
{
	int file = open(path, O_WRONLY);

	if (file >= 0 && random >> 31)
		random += ftruncate(file, random & 0x3fff) == 0;
	else if (file >= 0)
		random += pwrite(file, "damage", 6, random & 0x3fff) == 6;
	close(file);
}

/* Even ones use the cache, odd ones damage what lies in it.  */
static void use_or_damage(void *arg, int index)
{
	struct crowd *crowd = arg;
	double end = kcl__os_now() + 0.7;
	unsigned random = (unsigned)index;

	crowd->right[index] = 1;
	while (kcl__os_now() < end) {
		if (index % 2) {
			random = random * 1664525 + 1013904223;
			damage(crowd->path, random);
			kcl__os_sleep(0.0005);
			continue;
		}
		lab_put(crowd->cache, "key", SIZE);
		for (int k = 0; k < 20; k++)
			if (lab_get(crowd->cache, "key") == WRONG)
				crowd->right[index] = 0;
	}
}

START_TEST(damage_in_passing_is_seen)
{
	struct crowd crowd = { .cache = lab_open() };

	kcl__cache_set_patience(crowd.cache, 0.05);
	lab_put(crowd.cache, "key", SIZE);
	crowd.path = lab_find(".kernel");
	kcl__os_parallel(4, use_or_damage, &crowd);
	for (int k = 0; k < 4; k++)
		ck_assert_int_eq(crowd.right[k], 1);
	kcl__cache_close(crowd.cache);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		of_processes_one_builds, of_threads_one_builds,
		nothing_is_built_twice, who_waited_has_no_lock,
		patience_ends, a_failed_build_passes_on_the_turn,
		damage_in_passing_is_seen, NULL
	};

	return lab_main("cache race", tests);
}
