/* cachelab.c - a cache of one's own to damage and to attack
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "suite.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[LAB_PATH / 4];

const char *lab_path(const char *name)
{
	static char paths[4][LAB_PATH];
	static int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, LAB_PATH, "%s/%s", folder, name);
	return path;
}

void lab_begin(void)
{
	const char *tmp = getenv("TMPDIR");

	alarm(120);
	snprintf(folder, sizeof folder, "%s/keopscl-XXXXXX",
	         tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chmod(folder, 0755), 0);
	ck_assert_int_eq(setenv("KEOPSCL_CACHE_DIR", lab_path("cache"), 1), 0);
	unsetenv("KEOPSCL_CACHE");
}

static int remove_one(const char *path, const struct stat *s, int type,
                      struct FTW *ftw)
{
	(void)s, (void)type, (void)ftw;
	return remove(path);
}

void lab_end(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	alarm(0);
}

struct kcl__cache *lab_open(void)
{
	struct kcl__cache *cache = kcl__cache_open();

	ck_assert_str_eq(kcl__cache_reason(cache), "");
	return cache;
}

int lab_reason_is(const char *reason)
{
	struct kcl__cache *cache = kcl__cache_open();
	int same = strcmp(kcl__cache_reason(cache), reason) == 0;

	if (!same)
		fprintf(stderr, "# %s: %s\n", kcl__cache_dir(cache),
		        kcl__cache_reason(cache));
	kcl__cache_close(cache);
	return same;
}

/* ----- payloads --------------------------------------------------------- */

void lab_fill(unsigned char *bytes, const char *key, size_t length)
{
	unsigned state = (unsigned)length;

	while (*key)
		state = state * 31 + (unsigned char)*key++;
	for (size_t k = 0; k < length; k++) {
		state = state * 1664525 + 1013904223;
		bytes[k] = (unsigned char)(state >> 24);
	}
}

int lab_right(const struct kcl__cache_entry *entry, const char *key)
{
	unsigned char *want = malloc(entry->length + 1);
	int right;

	lab_fill(want, key, entry->length);
	right = memcmp(want, entry->bytes, entry->length) == 0;
	free(want);
	return right;
}

void lab_put(struct kcl__cache *cache, const char *key, size_t length)
{
	struct kcl__cache_entry entry;
	unsigned char *bytes = malloc(length + 1);

	lab_fill(bytes, key, length);
	kcl__cache_enter(cache, key, strlen(key), &entry);
	kcl__cache_store(&entry, bytes, length);
	kcl__cache_leave(&entry);
	free(bytes);
}

int lab_get(struct kcl__cache *cache, const char *key)
{
	struct kcl__cache_entry entry;
	int result = MISS;

	if (kcl__cache_enter(cache, key, strlen(key), &entry))
		result = lab_right(&entry, key) ? (int)entry.length : WRONG;
	else if (entry.bytes || entry.length)
		result = WRONG;
	kcl__cache_leave(&entry);
	return result;
}

/* ----- files ------------------------------------------------------------ */

static int ends_in(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n >= t && strcmp(name + n - t, tail) == 0;
}

static int search(const char *tail, const char **path)
{
	DIR *dir = opendir(lab_path("cache"));
	struct dirent *d;
	char name[LAB_PATH / 2];
	int count = 0;

	if (!dir)
		return 0;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.' && ends_in(d->d_name, tail)) {
			snprintf(name, sizeof name, "cache/%.200s", d->d_name);
			*path = lab_path(name);
			count++;
		}
	closedir(dir);
	return count;
}

int lab_count(const char *tail)
{
	const char *path;

	return search(tail, &path);
}

const char *lab_find(const char *tail)
{
	const char *path = NULL;

	ck_assert_int_gt(search(tail, &path), 0);
	return path;
}

unsigned char *lab_read(const char *path, size_t *length)
{
	int file = open(path, O_RDONLY);
	struct stat s;
	unsigned char *bytes;

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(fstat(file, &s), 0);
	*length = (size_t)s.st_size;
	bytes = malloc(*length + 1);
	ck_assert_int_eq(read(file, bytes, *length), s.st_size);
	close(file);
	return bytes;
}

void lab_write(const char *path, const void *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(write(file, bytes, length), (ssize_t)length);
	close(file);
}

void lab_age(const char *path, long seconds)
{
	struct timespec t[2];

	clock_gettime(CLOCK_REALTIME, &t[0]);
	t[0].tv_sec -= seconds;
	t[1] = t[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, path, t, AT_SYMLINK_NOFOLLOW), 0);
}

/* ----- running ---------------------------------------------------------- */

int lab_child(int (*scenario)(void))
{
	int line = -1, ends[2];
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		line = scenario();
		_exit(write(ends[1], &line, sizeof line) != sizeof line);
	}
	close(ends[1]);
	if (read(ends[0], &line, sizeof line) != sizeof line)
		line = -1;      /* it died */
	close(ends[0]);
	waitpid(child, NULL, 0);
	return line;
}

void lab_skip(const char *what)
{
	printf("# skipped: %s\n", what);
	fflush(stdout);
}

int lab_main(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	int failed;

	tcase_add_checked_fixture(tcase, lab_begin, lab_end);
	while (*tests)
		tcase_add_test(tcase, *tests++);
	suite_add_tcase(suite, tcase);
	failed = suite_run(suite);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
