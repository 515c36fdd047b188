/* check_cache_attack.c - strange files in the cache, and no room in it
 * SPDX-License-Identifier: MIT
 *
 * Some attacks need root to be set up; without root they are left out. */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "os.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ----- an entry --------------------------------------------------------- */

static char entry[LAB_PATH], aside[LAB_PATH];

/* Puts a good entry aside, so that something else can take its place.  */
static struct kcl__cache *put_aside(void)
{
	struct kcl__cache *cache = lab_open();

	lab_put(cache, "key", 100);
	strcpy(entry, lab_find(".kernel"));
	strcpy(aside, lab_path("aside"));
	ck_assert_int_eq(rename(entry, aside), 0);
	return cache;
}

/* What stands in the entry's place is a miss at once, and is healed.  */
static void is_replaced(struct kcl__cache *cache)
{
	double start = kcl__os_now();
	struct stat s;

	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	ck_assert_int_ne(lstat(entry, &s), 0);
	lab_put(cache, "key", 200);
	ck_assert_int_eq(lab_get(cache, "key"), 200);
	ck_assert(kcl__os_now() - start < 20);
	kcl__cache_close(cache);
}

START_TEST(a_linked_entry_is_refused)
{
	struct kcl__cache *cache = put_aside();
	unsigned char *bytes;
	size_t length;

	ck_assert_int_eq(symlink(aside, entry), 0);
	is_replaced(cache);
	bytes = lab_read(aside, &length);       /* not written through */
	ck_assert_uint_lt(length, 200);
	free(bytes);
}
END_TEST

START_TEST(a_doubly_linked_entry_is_refused)
{
	struct kcl__cache *cache = put_aside();

	ck_assert_int_eq(link(aside, entry), 0);
	is_replaced(cache);
	ck_assert_int_eq(access(aside, F_OK), 0);
}
END_TEST

START_TEST(a_fifo_blocks_nobody)
{
	struct kcl__cache *cache = put_aside();

	ck_assert_int_eq(mkfifo(entry, 0600), 0);
	is_replaced(cache);
}
END_TEST

START_TEST(a_socket_is_refused)
{
	struct kcl__cache *cache = put_aside();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_uint_lt(strlen(entry), sizeof address.sun_path);
	strcpy(address.sun_path, entry);
	ck_assert_int_eq(bind(s, (struct sockaddr *)&address,
	                      sizeof address), 0);
	is_replaced(cache);
	close(s);
}
END_TEST

START_TEST(anothers_entry_is_refused)
{
	struct kcl__cache *cache;

	if (geteuid() != 0) {
		lab_skip("another's entry: needs root");
		return;
	}
	cache = put_aside();
	ck_assert_int_eq(rename(aside, entry), 0);
	ck_assert_int_eq(chown(entry, LAB_NOBODY, LAB_NOBODY), 0);
	is_replaced(cache);
}
END_TEST

START_TEST(a_huge_entry_is_refused)
{
	static const off_t sizes[] = {
		100LL << 30, KCL__CACHE_ENTRY + 1LL, KCL__CACHE_ENTRY
	};

	for (int k = 0; k < 3; k++) {
		struct kcl__cache *cache = put_aside();

		lab_write(entry, "keopscl", 8);
		ck_assert_int_eq(truncate(entry, sizes[k]), 0);
		is_replaced(cache);
		unlink(entry);
	}
}
END_TEST

/* A directory is the owner's own doing: it is no hit and stays.  */
START_TEST(a_directory_for_an_entry_is_a_miss)
{
	struct kcl__cache *cache = put_aside();

	ck_assert_int_eq(mkdir(entry, 0700), 0);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	lab_put(cache, "key", 100);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	ck_assert_int_eq(lab_count(""), 1);
	kcl__cache_close(cache);
}
END_TEST

/* Whatever lies in the lock's place, the caller builds at once.  */
START_TEST(a_strange_lock_is_no_lock)
{
	struct kcl__cache *cache = put_aside();
	double start = kcl__os_now();
	char lock[LAB_PATH], victim[LAB_PATH];

	strcpy(victim, lab_path("victim"));
	strcpy(lock, entry);
	strcpy(strstr(lock, ".kernel"), ".lock");
	for (int k = 0; k < 3; k++) {
		if (k == 0)
			ck_assert_int_eq(symlink(victim, lock), 0);
		else if (k == 1)
			ck_assert_int_eq(mkdir(lock, 0700), 0);
		else
			ck_assert_int_eq(mkfifo(lock, 0600), 0);
		ck_assert_int_eq(lab_get(cache, "key"), MISS);
		lab_put(cache, "key", 100);
		ck_assert_int_eq(lab_get(cache, "key"), 100);
		unlink(entry);
		remove(lock);
	}
	ck_assert_int_ne(access(victim, F_OK), 0);
	ck_assert(kcl__os_now() - start < 20);
	kcl__cache_close(cache);
}
END_TEST

/* ----- no room ---------------------------------------------------------- */

static int use_read_only(void)
{
	struct kcl__cache *cache;

	LAB_WANT(geteuid() != 0 || seteuid(LAB_NOBODY) == 0);
	cache = kcl__cache_open();
	LAB_WANT(kcl__cache_reason(cache)[0] == 0);
	LAB_WANT(lab_get(cache, "key") == 100);
	lab_put(cache, "other", 100);
	LAB_WANT(lab_get(cache, "other") == MISS);
	LAB_WANT(lab_count("") == 1);
	return 0;
}

START_TEST(a_read_only_directory_is_read)
{
	struct kcl__cache *cache = lab_open();

	lab_put(cache, "key", 100);
	kcl__cache_close(cache);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(lab_find(".kernel"), LAB_NOBODY, 0), 0);
		ck_assert_int_eq(chown(lab_path("cache"), LAB_NOBODY, 0), 0);
	}
	ck_assert_int_eq(chmod(lab_path("cache"), 0500), 0);
	ck_assert_int_eq(lab_child(use_read_only), 0);
	ck_assert_int_eq(chmod(lab_path("cache"), 0700), 0);
}
END_TEST

/* No signal comes, though SIGXFSZ is not ignored.  */
static int use_small_files(void)
{
	struct kcl__cache *cache = kcl__cache_open();
	struct rlimit limit = { 8192, 8192 };

	LAB_WANT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	lab_put(cache, "long", 20000);
	LAB_WANT(lab_get(cache, "long") == MISS);
	lab_put(cache, "short", 2000);
	LAB_WANT(lab_get(cache, "short") == 2000);
	LAB_WANT(lab_count("") == 1);
	return 0;
}

START_TEST(a_limit_on_files_is_kept)
{
	ck_assert_int_eq(lab_child(use_small_files), 0);
}
END_TEST

/* A file system of 64 KiB of its own, where that may be.  */
static int use_full_disk(void)
{
	struct kcl__cache *cache;

	if (unshare(CLONE_NEWNS) || mkdir(lab_path("cache"), 0700)
	    || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)
	    || mount("none", lab_path("cache"), "tmpfs", 0,
	             "size=64k,mode=0700")) {
		lab_skip("a full disk: needs a mount");
		return 0;
	}
	cache = kcl__cache_open();
	LAB_WANT(kcl__cache_reason(cache)[0] == 0);
	lab_put(cache, "first", 40000);
	LAB_WANT(lab_get(cache, "first") == 40000);
	lab_put(cache, "second", 40000);
	LAB_WANT(lab_get(cache, "second") == MISS);
	LAB_WANT(lab_get(cache, "first") == 40000);
	LAB_WANT(lab_count("") == 1);
	return 0;
}

START_TEST(a_full_disk_is_a_miss)
{
	ck_assert_int_eq(lab_child(use_full_disk), 0);
}
END_TEST

START_TEST(a_directory_may_vanish)
{
	struct kcl__cache *cache = lab_open();

	ck_assert_int_eq(rmdir(lab_path("cache")), 0);
	lab_put(cache, "key", 100);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	kcl__cache_close(cache);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_linked_entry_is_refused, a_doubly_linked_entry_is_refused,
		a_fifo_blocks_nobody, a_socket_is_refused,
		anothers_entry_is_refused, a_huge_entry_is_refused,
		a_directory_for_an_entry_is_a_miss, a_strange_lock_is_no_lock,
		a_read_only_directory_is_read, a_limit_on_files_is_kept,
		a_full_disk_is_a_miss, a_directory_may_vanish, NULL
	};

	return lab_main("cache attack", tests);
}
