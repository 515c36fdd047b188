/* check_os.c - what the library asks of the operating system
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "hash.h"
#include "os.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

START_TEST(time_goes_on)
{
	double start = kcl__os_now();

	kcl__os_sleep(0.02);
	ck_assert(kcl__os_now() - start >= 0.02);
	ck_assert(kcl__os_now() - start < 20);
}
END_TEST

START_TEST(the_machine_is_known)
{
	ck_assert_int_ge(kcl__os_cores(), 1);
	ck_assert_uint_gt(kcl__os_memory(), 1 << 20);
	ck_assert_int_eq(kcl__os_process(), getpid());
}
END_TEST

START_TEST(an_empty_variable_is_none)
{
	setenv("KEOPSCL_TEST", "value", 1);
	ck_assert_str_eq(kcl__os_getenv("KEOPSCL_TEST"), "value");
	setenv("KEOPSCL_TEST", "", 1);
	ck_assert_ptr_null(kcl__os_getenv("KEOPSCL_TEST"));
	unsetenv("KEOPSCL_TEST");
	ck_assert_ptr_null(kcl__os_getenv("KEOPSCL_TEST"));
}
END_TEST

START_TEST(the_first_library_there_is)
{
	static const char *const none[] = { "libno-such.so.1", NULL };
	static const char *const some[] = {
		"libno-such.so.1", "libm.so.6", "libm.dylib", NULL
	};
	void *library = kcl__os_library(some);
	double (*function)(double);

	ck_assert_ptr_null(kcl__os_library(none));
	ck_assert_ptr_nonnull(library);
	ck_assert(!kcl__os_symbol(library, "no_such_symbol", &function));
	ck_assert(kcl__os_symbol(library, "cos", &function));
	ck_assert(function(0) == 1);
	kcl__os_library_close(library);
	kcl__os_library_close(NULL);
}
END_TEST

/* ----- threads ---------------------------------------------------------- */

enum { THREADS = 8, TIMES = 20000 };

struct count {
	struct kcl__mutex mutex;
	int calls[THREADS], sum;
};

static void count(void *arg, int index)
{
	struct count *counted = arg;

	counted->calls[index]++;
	for (int k = 0; k < TIMES; k++) {
		kcl__mutex_lock(&counted->mutex);
		counted->sum++;
		kcl__mutex_unlock(&counted->mutex);
	}
}

static int every_index_once(int threads)
{
	struct count counted = { .sum = 0 };

	LAB_WANT(kcl__mutex_init(&counted.mutex) == 0);
	kcl__os_parallel(threads, count, &counted);
	kcl__mutex_destroy(&counted.mutex);
	for (int k = 0; k < THREADS; k++)
		LAB_WANT(counted.calls[k] == (k < threads));
	LAB_WANT(counted.sum == threads * TIMES);
	return 0;
}

START_TEST(threads_share_the_work)
{
	for (int threads = 0; threads <= THREADS; threads++)
		ck_assert_int_eq(every_index_once(threads), 0);
}
END_TEST

/* No room for the stack of a second thread.  */
static int work_alone(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	LAB_WANT(setrlimit(RLIMIT_AS, &limit) == 0);
	return every_index_once(THREADS);
}

START_TEST(without_threads_the_caller_works)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	lab_skip("without threads: not with sanitizers");
	(void)work_alone;
#else
	ck_assert_int_eq(lab_child(work_alone), 0);
#endif
}
END_TEST

/* ----- locks ------------------------------------------------------------ */

struct room {
	int dir, inside, crowded;
};

/* Goes in and out of a room for one, which has no other guard.  */
static void visit_room(void *arg, int index)
{
	struct room *room = arg;
	int lock;

	(void)index;
	for (int k = 0; k < 1000; k++) {
		do
			lock = kcl__os_lock(room->dir, "lock");
		while (lock == KCL__OS_BUSY);
		if (__atomic_add_fetch(&room->inside, 1, __ATOMIC_SEQ_CST) > 1)
			__atomic_store_n(&room->crowded, 1, __ATOMIC_SEQ_CST);
		__atomic_sub_fetch(&room->inside, 1, __ATOMIC_SEQ_CST);
		kcl__os_unlock(room->dir, "lock", lock);
	}
}

START_TEST(a_lock_is_for_one)
{
	const char *why;
	struct room room = { .dir = kcl__os_dir_open(lab_path("cache"),
	                                             &why) };

	ck_assert_int_ge(room.dir, 0);
	kcl__os_parallel(4, visit_room, &room);
	ck_assert_int_eq(room.crowded, 0);
	ck_assert_int_eq(lab_count(""), 0);
	kcl__os_unlock(room.dir, "lock", KCL__OS_BUSY);
	kcl__os_dir_close(room.dir);
}
END_TEST

/* Nothing that is opened here stays open in a program that is started.  */
START_TEST(handles_are_not_inherited)
{
	const char *why;
	int dir = kcl__os_dir_open(lab_path("cache"), &why);
	int lock = kcl__os_lock(dir, "lock");

	ck_assert_int_eq(fcntl(dir, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(fcntl(lock, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	kcl__os_unlock(dir, "lock", lock);
	kcl__os_dir_close(dir);
}
END_TEST

/* ----- the hash --------------------------------------------------------- */

/* Values from the Python module of xxHash 0.8.4: a file written with another
 * version of the header is still read.  */
START_TEST(the_hash_is_xxh3)
{
	static const struct {
		size_t length;
		uint64_t high, low;
	} known[] = {
		{ 0, 0x99aa06d3014798d8, 0x6001c324468d497f },
		{ 3, 0x06b05ab6733a6185, 0x78af5f94892f3950 },
		{ 1024, 0x83885e853bb6640c, 0xa870f92984398d22 }
	};
	unsigned char bytes[1024];
	struct kcl__hash hash;

	for (int k = 0; k < 3; k++) {
		for (int n = 0; n < 1024; n++)
			bytes[n] = (unsigned char)(k == 1 ? 'a' + n : n);
		hash = kcl__hash(bytes, known[k].length);
		ck_assert_uint_eq(hash.high, known[k].high);
		ck_assert_uint_eq(hash.low, known[k].low);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		time_goes_on, the_machine_is_known, an_empty_variable_is_none,
		the_first_library_there_is, threads_share_the_work,
		without_threads_the_caller_works, a_lock_is_for_one,
		handles_are_not_inherited, the_hash_is_xxh3, NULL
	};

	return lab_main("os", tests);
}
