/* check_cache_death.c - a process that dies harms no other
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "os.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 30000 };

static void enter_and_die(void)
{
	struct kcl__cache_entry entry;

	kcl__cache_enter(kcl__cache_open(), "key", 3, &entry);
	raise(SIGKILL);
}

START_TEST(a_killed_builder_blocks_nobody)
{
	struct kcl__cache *cache = lab_open();
	double start = kcl__os_now();
	pid_t child = fork();

	if (child == 0)
		enter_and_die();
	waitpid(child, NULL, 0);
	ck_assert_int_eq(lab_count(".lock"), 1);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	ck_assert(kcl__os_now() - start < 20);
	ck_assert_int_eq(lab_count(""), 0);
	kcl__cache_close(cache);
}
END_TEST

/* As by a driver that aborts.  */
START_TEST(what_somebody_died_of_is_not_used)
{
	struct kcl__cache *cache = lab_open();
	pid_t child;

	lab_put(cache, "key", SIZE);
	child = fork();
	if (child == 0)
		enter_and_die();
	waitpid(child, NULL, 0);
	ck_assert_int_eq(lab_get(cache, "key"), MISS);
	ck_assert_int_eq(lab_count(""), 0);
	lab_put(cache, "key", SIZE);
	ck_assert_int_eq(lab_get(cache, "key"), SIZE);
	ck_assert_int_eq(lab_count(".lock"), 0);
	kcl__cache_close(cache);
}
END_TEST

START_TEST(several_use_the_same_at_once)
{
	struct kcl__cache *cache = lab_open();
	struct kcl__cache_entry entry[2];

	lab_put(cache, "key", SIZE);
	for (int k = 0; k < 2; k++) {
		ck_assert(kcl__cache_enter(cache, "key", 3, &entry[k]));
		ck_assert(lab_right(&entry[k], "key"));
	}
	for (int k = 0; k < 2; k++) {
		kcl__cache_leave(&entry[k]);
		ck_assert_int_eq(lab_get(cache, "key"), SIZE);
	}
	ck_assert_int_eq(lab_count(".lock"), 0);
	kcl__cache_close(cache);
}
END_TEST

/* ----- stops at every system call -------------------------------------- */

/* Starts DO_IT in a child and stops it at its STEP-th stop at a system call.
 * *STATUS is then as of waitpid; the child has ended if it makes fewer.  */
static pid_t stop_at(int step, void (*do_it)(void), int *status)
{
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(77);
		raise(SIGSTOP);
		do_it();
		_exit(0);
	}
	waitpid(child, status, 0);
	while (WIFSTOPPED(*status) && step-- > 0) {
		ptrace(PTRACE_SYSCALL, child, NULL, NULL);
		waitpid(child, status, 0);
	}
	return child;
}

static int cannot_trace(int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 77)
		return 0;
	lab_skip("stops at every system call: needs tracing");
	return 1;
}

static void make_entry(void)
{
	lab_put(kcl__cache_open(), "key", SIZE);
}

START_TEST(death_at_any_step_is_harmless)
{
	struct kcl__cache *cache = lab_open();
	int step, status, found, missed = 0;
	double start;

	for (step = 0; ; step++) {
		pid_t child = stop_at(step, make_entry, &status);

		if (!WIFSTOPPED(status))
			break;
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		start = kcl__os_now();
		found = lab_get(cache, "key");
		ck_assert_msg(found == MISS || found == SIZE, "step %d", step);
		ck_assert(kcl__os_now() - start < 20);
		missed += found == MISS;
		lab_put(cache, "key", SIZE);
		ck_assert_int_eq(lab_get(cache, "key"), SIZE);
		unlink(lab_find(".kernel"));
	}
	if (!cannot_trace(status)) {
		ck_assert_int_gt(missed, 10);
		ck_assert_int_gt(step, missed);
		ck_assert_int_eq(lab_get(cache, "key"), SIZE);
	}
	ck_assert_int_eq(lab_count(".lock"), 0);
	kcl__cache_close(cache);
}
END_TEST

/* Takes the lock, says how that went in the file "took", and keeps it.  */
static void take_lock(void)
{
	const char *why;
	int lock = kcl__os_lock(kcl__os_dir_open(lab_path("cache"), &why),
	                        "lock");

	lab_write(lab_path("took"), lock >= 0 ? "yes" : "no", 2);
	pause();
}

/* Lets a child go on that was stopped while it took the lock.  Returns whether
 * it has it.  */
static int let_take(pid_t child)
{
	unsigned char *took;
	size_t length = 0;
	int yes;

	ptrace(PTRACE_DETACH, child, NULL, NULL);
	while (length < 2) {
		kcl__os_sleep(0.001);
		if (access(lab_path("took"), F_OK))
			continue;
		took = lab_read(lab_path("took"), &length);
		yes = length == 2 && took[0] == 'y';
		free(took);
	}
	unlink(lab_path("took"));
	return yes;
}

/* Whoever opens a lock's file before it is given back, and locks it after
 * that, must not believe to have the lock.  */
START_TEST(a_lock_given_back_is_no_lock)
{
	const char *why;
	int dir = kcl__os_dir_open(lab_path("cache"), &why);
	int status, mine, theirs, taken = 0;

	for (int step = 0; step < 24; step++) {
		pid_t child;

		mine = kcl__os_lock(dir, "lock");
		ck_assert_int_ge(mine, 0);
		child = stop_at(step, take_lock, &status);
		if (!WIFSTOPPED(status))
			break;
		kcl__os_unlock(dir, "lock", mine);
		theirs = let_take(child);
		taken += theirs;
		mine = kcl__os_lock(dir, "lock");
		ck_assert_int_eq(mine == KCL__OS_BUSY, theirs);
		kcl__os_unlock(dir, "lock", mine);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	ck_assert(cannot_trace(status) || taken > 5);
	kcl__os_dir_close(dir);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_killed_builder_blocks_nobody,
		what_somebody_died_of_is_not_used,
		several_use_the_same_at_once, death_at_any_step_is_harmless,
		a_lock_given_back_is_no_lock, NULL
	};

	return lab_main("cache death", tests);
}
