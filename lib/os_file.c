/* os_file.c - files that the library writes and reads
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "os.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPTS = 100, DAY = 24 * 3600 };

static double seconds(struct timespec t)
{
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ----- files in a private directory ------------------------------------- */

static void make_dirs(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent;

	if (mkdir(path, 0700) == 0 || errno != ENOENT || !slash)
		return;
	parent = strndup(path, (size_t)(slash - path));
	if (parent && mkdir(parent, 0700) == 0)
		mkdir(path, 0700);
	free(parent);
}

static const char *open_reason(int error)
{
	if (error == ELOOP || error == ENOTDIR)
		return "is a link or no directory";
	if (error == ENOENT)
		return "does not exist and cannot be made";
	return "cannot be opened";
}

static const char *dir_reason(int dir)
{
	struct stat s;

	if (fstat(dir, &s))
		return "cannot be examined";
	if (s.st_uid != geteuid())
		return "belongs to another user";
	if (s.st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others";
	return NULL;
}

int kcl__os_dir_open(const char *path, const char **why)
{
	int dir;

	make_dirs(path);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	*why = dir < 0 ? open_reason(errno) : dir_reason(dir);
	if (!*why)
		return dir;
	kcl__os_dir_close(dir);
	return -1;
}

void kcl__os_dir_close(int dir)
{
	if (dir >= 0)
		close(dir);
}

static double age(const struct stat *s)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return seconds(now) - seconds(s->st_mtim);
}

/* Reads, or else writes, exactly LENGTH bytes; 0 or -1.  */
static int transfer(int file, int reads, void *bytes, size_t length)
{
	char *at = bytes;
	ssize_t n;

	while (length > 0) {
		n = reads ? read(file, at, length) : write(file, at, length);
		if (n == 0 || (n < 0 && errno != EINTR))
			return -1;
		at += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int read_checked(int file, size_t limit, void **bytes, size_t *length)
{
	struct stat s;

	if (fstat(file, &s))
		return 0;
	if (!S_ISREG(s.st_mode) || s.st_nlink != 1 || s.st_uid != geteuid()
	    || (uintmax_t)s.st_size > limit)
		return -1;
	*length = (size_t)s.st_size;
	*bytes = malloc(*length ? *length : 1);
	if (!*bytes)
		return 0;
	if (transfer(file, 1, *bytes, *length)) {
		free(*bytes);
		return 0;
	}
	if (age(&s) > DAY)
		futimens(file, NULL);
	return 1;
}

int kcl__os_file_read(int dir, const char *name, size_t limit, void **bytes,
                      size_t *length)
{
	int result, file = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK
	                                     | O_CLOEXEC);

	if (file < 0)
		return errno == ELOOP || errno == ENXIO ? -1 : 0;
	result = read_checked(file, limit, bytes, length);
	close(file);
	return result;
}

/* ----- writing ---------------------------------------------------------- */

/* A file beyond the process' limit would bring a signal, not an error.  */
static int beyond_limit(size_t length)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= length)
		return 0;
	errno = EFBIG;
	return 1;
}

/* Makes a file beside PATH in DIR, under a new name, which is put in NAME.  */
static int open_unfinished(int dir, const char *path, mode_t mode, char *name,
                           size_t size)
{
	const char *slash = strrchr(path, '/');
	int file = -1;
	struct timespec t;

	errno = EEXIST;
	for (int k = 0; k < ATTEMPTS && file < 0 && errno == EEXIST; k++) {
		clock_gettime(CLOCK_REALTIME, &t);
		snprintf(name, size, "%.*s" KCL__OS_UNFINISHED
		         "%ld-%lx-%lx-%d", slash ? (int)(slash - path) + 1 : 0,
		         path, kcl__os_process(), (long)t.tv_nsec, (long)&t,
		         k);
		file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL
		                         | O_NOFOLLOW | O_CLOEXEC, mode);
	}
	return file;
}

/* Fills and closes FILE, and puts it, which is UNFINISHED, in NAME's place; or
 * removes it.  */
static int finish(int dir, int file, const char *unfinished, const char *name,
                  const void *bytes, size_t length)
{
	int bad = transfer(file, 0, (void *)(uintptr_t)bytes, length)
		|| fsync(file);
	int reason = errno;

	if (close(file) && !bad) {
		bad = 1;
		reason = errno;
	}
	if (!bad && renameat(dir, unfinished, dir, name) == 0)
		return 0;
	if (!bad)
		reason = errno;
	kcl__os_file_remove(dir, unfinished);
	errno = reason;
	return -1;
}

int kcl__os_file_write(int dir, const char *name, const void *bytes,
                       size_t length)
{
	char unfinished[96];
	int file;

	if (beyond_limit(length))
		return -1;
	file = open_unfinished(dir, name, 0600, unfinished, sizeof unfinished);
	return file < 0 ? -1
		: finish(dir, file, unfinished, name, bytes, length);
}

/* Where a file goes that is to be at PATH: what a link there leads to.  */
static int find_target(const char *path, char target[PATH_MAX])
{
	if (realpath(path, target))
		return 0;
	if (errno == ENOENT && strlen(path) < PATH_MAX) {
		memcpy(target, path, strlen(path) + 1);
		return 0;
	}
	return -1;
}

/* The same as kcl__os_publish, which tells the reason; *WHY is set where errno
 * does not know it.  */
static int publish(const char *path, const void *bytes, size_t length,
                   const char **why)
{
	char target[PATH_MAX], unfinished[PATH_MAX + 96];
	struct stat s;
	int file, there;

	if (beyond_limit(length) || find_target(path, target))
		return -1;
	there = stat(target, &s) == 0;
	if (there && !S_ISREG(s.st_mode)) {
		errno = EISDIR;
		*why = S_ISDIR(s.st_mode) ? NULL : "it is not a regular file";
		return -1;
	}
	file = open_unfinished(AT_FDCWD, target, 0666, unfinished,
	                       sizeof unfinished);
	if (file < 0)
		return -1;
	if (there)
		(void)!fchmod(file, s.st_mode & 0777);
	return finish(AT_FDCWD, file, unfinished, target, bytes, length);
}

int kcl__os_publish(const char *path, const void *bytes, size_t length,
                    const char **why)
{
	*why = NULL;
	if (publish(path, bytes, length, why) == 0)
		return 0;
	if (!*why)
		*why = strerror(errno);
	return -1;
}

void kcl__os_file_remove(int dir, const char *name)
{
	unlinkat(dir, name, 0);
}

void kcl__os_dir_list(int dir, void (*each)(void *arg, const char *name,
                                            double age, uint64_t bytes),
                      void *arg)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	struct stat s;

	if (!list) {
		kcl__os_dir_close(again);
		return;
	}
	while ((entry = readdir(list)))
		if (entry->d_name[0] != '.'
		    && !fstatat(dir, entry->d_name, &s, AT_SYMLINK_NOFOLLOW))
			each(arg, entry->d_name, age(&s), (uint64_t)s.st_size);
	closedir(list);
}

/* Whoever gives a lock back removes its file.  Another process may have opened
 * that before and now lock a file that nobody can find, which is no lock at
 * all: so it looks whether the file still has a name, or tries again.  */
int kcl__os_lock(int dir, const char *name)
{
	struct stat s;
	int file, busy;

	for (int k = 0; k < ATTEMPTS; k++) {
		file = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW
		                         | O_NONBLOCK | O_CLOEXEC, 0600);
		if (file < 0)
			return KCL__OS_NOLOCK;
		if (flock(file, LOCK_EX | LOCK_NB)) {
			busy = errno == EWOULDBLOCK;
			close(file);
			return busy ? KCL__OS_BUSY : KCL__OS_NOLOCK;
		}
		if (fstat(file, &s) == 0 && s.st_nlink > 0)
			return file;
		close(file);
	}
	return KCL__OS_BUSY;
}

int kcl__os_lock_mark(int lock)
{
	return lseek(lock, 0, SEEK_END) <= 0 && write(lock, "", 1) <= 1;
}

void kcl__os_unlock(int dir, const char *name, int lock)
{
	if (lock < 0)
		return;
	kcl__os_file_remove(dir, name);
	flock(lock, LOCK_UN);
	close(lock);
}
