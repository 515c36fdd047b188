/* check_cache_place.c - where the cache may lie, and where it may not
 * SPDX-License-Identifier: MIT
 *
 * Some places need root to be prepared; without root they are left out. */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* ----- the environment -------------------------------------------------- */

static int dir_is(const char *path)
{
	struct kcl__cache *cache = kcl__cache_open();
	int same = strcmp(kcl__cache_dir(cache), path) == 0;

	kcl__cache_close(cache);
	return same;
}

START_TEST(the_environment_names_it)
{
	mode_t mask = umask(0);
	struct stat s;

	ck_assert_int_eq(mkdir(lab_path("home"), 0755), 0);
	setenv("HOME", lab_path("home"), 1);
	setenv("XDG_CACHE_HOME", lab_path("xdg"), 1);
	ck_assert(dir_is(lab_path("cache")));
	ck_assert_int_eq(stat(lab_path("cache"), &s), 0);
	ck_assert_int_eq(s.st_mode & 07777, 0700);
	setenv("KEOPSCL_CACHE_DIR", "", 1);
	ck_assert(dir_is(lab_path("xdg/keopscl")));
	setenv("XDG_CACHE_HOME", "relative", 1);
	ck_assert(dir_is(lab_path("home/.cache/keopscl")));
	unsetenv("XDG_CACHE_HOME");
	ck_assert(lab_reason_is(""));
	ck_assert_int_eq(stat(lab_path("home/.cache"), &s), 0);
	ck_assert_int_eq(s.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(lab_path("home/.cache/keopscl"), &s), 0);
	ck_assert_int_eq(s.st_mode & 07777, 0700);
	umask(mask);
}
END_TEST

START_TEST(without_a_name_there_is_none)
{
	unsetenv("KEOPSCL_CACHE_DIR");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	ck_assert(dir_is(""));
	ck_assert(lab_reason_is("is not named by the environment"));
	setenv("HOME", "relative", 1);
	ck_assert(dir_is(""));
	setenv("HOME", lab_path("no/such/home"), 1);    /* a daemon's */
	ck_assert(lab_reason_is("does not exist and cannot be made"));
	ck_assert_int_ne(access(lab_path("no"), F_OK), 0);
}
END_TEST

START_TEST(it_can_be_turned_off)
{
	setenv("KEOPSCL_CACHE", "0", 1);
	ck_assert(lab_reason_is("is turned off by KEOPSCL_CACHE=0"));
	ck_assert_int_ne(access(lab_path("cache"), F_OK), 0);
	setenv("KEOPSCL_CACHE", "1", 1);
	ck_assert(lab_reason_is(""));
}
END_TEST

/* Runs this program, set-user-id root, as nobody.  Returns its answer.  */
static int run_set_id(void)
{
	const char *copy = lab_path("set-id");
	char *const arguments[] = { (char *)"set-id", (char *)"answer", NULL };
	unsigned char *bytes;
	size_t length;
	pid_t child;
	int status;

	bytes = lab_read("/proc/self/exe", &length);
	lab_write(copy, bytes, length);
	free(bytes);
	ck_assert_int_eq(chmod(copy, 04755), 0);
	child = fork();
	if (child == 0) {
		if (setgid(LAB_NOBODY) || setuid(LAB_NOBODY))
			_exit(100);
		execv(copy, arguments);
		_exit(101);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the copy does: 0 when it has no cache, as is right.  */
static int answer(void)
{
	if (getuid() == geteuid())
		return 102;
	return !lab_reason_is("is not named by the environment");
}

START_TEST(a_set_id_program_has_none)
{
	struct statvfs s;

	if (geteuid() != 0 || statvfs(lab_path(""), &s)
	    || s.f_flag & ST_NOSUID) {
		lab_skip("set-user-id: needs root and a place for it");
		return;
	}
	ck_assert_int_eq(run_set_id(), 0);
}
END_TEST

/* ----- the directory ---------------------------------------------------- */

/* The cache says why, is a miss, and writes nothing into TARGET.  */
static void is_shunned(const char *reason, const char *target)
{
	struct kcl__cache *cache = kcl__cache_open();
	struct stat before, after;

	ck_assert_str_eq(kcl__cache_reason(cache), reason);
	ck_assert_int_eq(stat(target, &before), 0);
	lab_put(cache, "key", 100);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	ck_assert_int_eq(stat(target, &after), 0);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	kcl__cache_close(cache);
}

START_TEST(a_linked_directory_is_shunned)
{
	char target[LAB_PATH], link[LAB_PATH];

	strcpy(target, lab_path("target"));
	strcpy(link, lab_path("cache"));
	ck_assert_int_eq(mkdir(target, 0700), 0);
	ck_assert_int_eq(symlink(target, link), 0);
	is_shunned("is a link or no directory", target);
	strcat(link, "//");
	setenv("KEOPSCL_CACHE_DIR", link, 1);
	is_shunned("is a link or no directory", target);
	ck_assert_int_eq(rmdir(target), 0);
	is_shunned("is a link or no directory", lab_path(""));
	ck_assert_int_ne(access(target, F_OK), 0);
}
END_TEST

START_TEST(an_open_directory_is_shunned)
{
	static const mode_t modes[] = { 0777, 0770, 0720, 0702, 01777 };

	ck_assert_int_eq(mkdir(lab_path("cache"), 0700), 0);
	for (int k = 0; k < 5; k++) {
		ck_assert_int_eq(chmod(lab_path("cache"), modes[k]), 0);
		is_shunned("can be written by others", lab_path("cache"));
	}
	ck_assert_int_eq(chmod(lab_path("cache"), 0755), 0);
	ck_assert(lab_reason_is(""));
}
END_TEST

START_TEST(anothers_directory_is_shunned)
{
	if (geteuid() != 0) {
		lab_skip("another's directory: needs root");
		return;
	}
	ck_assert_int_eq(mkdir(lab_path("cache"), 0700), 0);
	ck_assert_int_eq(chown(lab_path("cache"), LAB_NOBODY, LAB_NOBODY), 0);
	is_shunned("belongs to another user", lab_path("cache"));
}
END_TEST

START_TEST(a_file_is_no_directory)
{
	lab_write(lab_path("cache"), "file", 4);
	is_shunned("is a link or no directory", lab_path("cache"));
	setenv("KEOPSCL_CACHE_DIR", lab_path("cache/in/it"), 1);
	ck_assert(lab_reason_is("is a link or no directory"));
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = {
		the_environment_names_it, without_a_name_there_is_none,
		it_can_be_turned_off, a_set_id_program_has_none,
		a_linked_directory_is_shunned, an_open_directory_is_shunned,
		anothers_directory_is_shunned, a_file_is_no_directory, NULL
	};

	if (argc > 1 && strcmp(argv[1], "answer") == 0)
		return answer();
	return lab_main("cache place", tests);
}
