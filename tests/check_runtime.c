/* check_runtime.c - devices, launches and cuts
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "diag.h"
#include "os.h"
#include "small.h"
#include "suite.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ----- devices ---------------------------------------------------------- */

START_TEST(lists_devices_host_last)
{
	kcl_devices *devices;
	size_t last;

	ck_assert_int_eq(kcl_devices_list(&devices), KCL_OK);
	ck_assert_uint_ge(kcl_devices_count(devices), 1);
	last = kcl_devices_count(devices) - 1;
	ck_assert_str_eq(kcl_device_text(devices, last, KCL_DEVICE_NAME),
	                 "host");
	ck_assert_int_eq(kcl_device_number(devices, last, KCL_DEVICE_FP64), 1);
	for (size_t i = 0; i <= last; i++) {
		int usable = kcl_device_number(devices, i, KCL_DEVICE_USABLE)
			!= 0;

		ck_assert_int_eq(usable, !kcl_device_text(devices, i,
			KCL_DEVICE_REASON)[0]);
		ck_assert_str_ne(kcl_device_text(devices, i,
			KCL_DEVICE_TITLE), "");
		if (usable) {
			ck_assert_int_ge(kcl_device_number(devices, i,
				KCL_DEVICE_UNITS), 1);
			ck_assert_int_ge(kcl_device_number(devices, i,
				KCL_DEVICE_LANES32), 1);
		}
	}
	kcl_devices_free(devices);
}
END_TEST

START_TEST(asks_beyond_the_list)
{
	kcl_devices *devices;

	ck_assert_int_eq(kcl_devices_list(&devices), KCL_OK);
	ck_assert_str_eq(kcl_device_text(devices, 9999, KCL_DEVICE_NAME), "");
	ck_assert_str_eq(kcl_device_text(devices, 0, KCL_DEVICE_UNITS), "");
	ck_assert_int_eq(kcl_device_number(devices, 0, KCL_DEVICE_NAME), 0);
	ck_assert_int_eq(kcl_device_number(devices, 0,
		KCL_DEVICE_FIELD_COUNT), 0);
	ck_assert_uint_eq(kcl_devices_count(NULL), 0);
	kcl_devices_free(devices);
	kcl_devices_free(NULL);
}
END_TEST

START_TEST(works_without_a_driver)
{
	char *usual = strdup(getenv("KEOPSCL_LIBCUDA") ?: "");
	struct kcl__facts_list list;
	struct kcl__device *device;

	setenv("KEOPSCL_LIBOPENCL", "/nowhere/libOpenCL.so", 1);
	setenv("KEOPSCL_LIBCUDA", "/nowhere/libcuda.so", 1);
	ck_assert_int_eq(kcl__devices_list(&list), KCL_OK);
	ck_assert_uint_eq(list.count, 1);
	kcl__facts_list_free(&list);
	ck_assert_int_eq(kcl__device_open("auto", NULL, &device), KCL_OK);
	ck_assert_str_eq(device->facts.text[KCL_DEVICE_NAME], "host");
	device->backend->close(device);
	ck_assert_int_eq(kcl__device_open("cpu", NULL, &device), KCL_DEVICE);
	ck_assert_str_eq(kcl_message(),
	                 "device \"cpu\" is not there; present: host");
	ck_assert_int_eq(kcl__device_open("opencl:0:0", NULL, &device),
	                 KCL_DEVICE);
	ck_assert_ptr_null(device);
	unsetenv("KEOPSCL_LIBOPENCL");
	setenv("KEOPSCL_LIBCUDA", usual, 1);
	free(usual);
}
END_TEST

START_TEST(names_what_is_present)
{
	static const char *const wrong[] = {
		"opencl:99:0", "opencl:0:99", "opencl", "opencl:", "opencl:x",
		"opencl:0:0:0", "host:1", "cuda:99", "", "GPU", "no such"
	};
	struct kcl__device *device;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char start[64];

		snprintf(start, sizeof start, "device \"%s\" is not there; "
		         "present: ", wrong[i]);
		ck_assert_int_eq(kcl__device_open(wrong[i], NULL, &device),
		                 KCL_DEVICE);
		ck_assert_ptr_null(device);
		ck_assert_msg(!strncmp(kcl_message(), start, strlen(start)),
		              "%s", kcl_message());
		ck_assert_msg(strstr(kcl_message(), "host") != NULL, "%s",
		              kcl_message());
	}
}
END_TEST

START_TEST(takes_the_environments_device)
{
	kcl_context *ctx;

	setenv("KEOPSCL_DEVICE", "host", 1);
	ck_assert_int_eq(kcl_context_open(NULL, &ctx), KCL_OK);
	ck_assert_str_eq(kcl_context_text(ctx, KCL_DEVICE_TYPE), "host");
	kcl_context_close(ctx);
	setenv("KEOPSCL_DEVICE", "nothing", 1);
	ck_assert_int_eq(kcl_context_open(NULL, &ctx), KCL_DEVICE);
	unsetenv("KEOPSCL_DEVICE");
	ck_assert_int_eq(kcl_context_open(NULL, &ctx), KCL_OK);
	kcl_context_close(ctx);
}
END_TEST

/* ----- results and cuts ------------------------------------------------- */

/* A progress function's notes: launches seen, the last `done`, and what the
 * next launches are to be.  */
struct notes {
	struct kcl__program *program;
	int calls, backwards;
	double done;
	uint32_t random;        /* 0: leave the size of launches alone */
	int stop_at;            /* 0: never */
};

static int note(void *user, double done)
{
	struct notes *notes = user;

	notes->backwards += done < notes->done;
	notes->done = done;
	if (notes->random) {
		notes->random = notes->random * 1664525u + 1013904223u;
		notes->program->launch_pairs = notes->random >> 14;
	}
	return ++notes->calls == notes->stop_at;
}

static void check_sizes(struct kcl__program *program)
{
	static const int64_t sizes[][2] = {
		{ 1, 1 }, { 1, 3000 }, { 3000, 1 }, { 2, 256 }, { 3, 257 },
		{ 7, 255 }, { 8, 512 }, { 9, 513 }, { 257, 1025 }
	};

	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		struct small small;
		struct notes notes = { 0 };

		small_make(&small, sizes[k][0], sizes[k][1]);
		program->launch_pairs = 0;      /* as in a first run */
		ck_assert(!small_run(program, &small, note, &notes));
		ck_assert(small_right(&small));
		ck_assert_int_eq(notes.calls, 2);       /* one launch */
		ck_assert_double_eq(notes.done, 1);
		small_free(&small);
	}
}

START_TEST(computes_in_one_launch)
{
	small_everywhere(check_sizes);
}
END_TEST

/* A budget makes windows, the notes make slices and parts.  */
static void check_cut(struct kcl__program *program, const struct small *whole,
                      size_t budget, uint32_t random)
{
	struct notes notes = { .program = program, .random = random };
	size_t usual = program->device->budget;
	struct small cut;

	small_make(&cut, whole->rows, whole->columns);
	program->device->budget = budget;
	ck_assert_msg(!small_run(program, &cut, note, &notes), "%s",
	              kcl_message());
	program->device->budget = usual;
	ck_assert_msg(small_same(whole, &cut), "budget %zu, %d launches",
	              budget, notes.calls - 1);
	ck_assert_int_eq(notes.backwards, 0);
	ck_assert_double_eq(notes.done, 1);
	if (random || budget < 20000)
		ck_assert_int_gt(notes.calls, 2);
	small_free(&cut);
}

static void check_cuts(struct kcl__program *program)
{
	static const size_t budgets[] = {
		SIZE_MAX, 100000, 20000, 12000, 8000, 4000, 2200
	};
	struct small whole;

	small_make(&whole, 301, 2000);
	program->launch_pairs = 1e9;
	ck_assert_int_eq(small_run(program, &whole, NULL, NULL), KCL_OK);
	ck_assert(small_right(&whole));
	for (size_t b = 0; b < sizeof budgets / sizeof *budgets; b++)
		for (uint32_t random = 0; random < 3; random++)
			check_cut(program, &whole, budgets[b], random);
	small_free(&whole);
}

START_TEST(bits_do_not_depend_on_cuts)
{
	small_everywhere(check_cuts);
}
END_TEST

static void check_budget(struct kcl__program *program)
{
	size_t usual = program->device->budget;
	struct small small;

	small_make(&small, 301, 2000);
	program->device->budget = 1000;
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_MEMORY);
	ck_assert_msg(strstr(kcl_message(), "do not fit") != NULL, "%s",
	              kcl_message());
	program->device->budget = usual;
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_OK);
	ck_assert(small_right(&small));
	small_free(&small);
}

START_TEST(says_when_nothing_fits)
{
	small_everywhere(check_budget);
}
END_TEST

static void check_pace(struct kcl__program *program)
{
	struct small small;
	struct notes notes = { 0 };
	double start, before;

	small_make(&small, 20000, 20000);
	program->launch_pairs = 0;
	start = kcl__os_now();
	ck_assert_int_eq(small_run(program, &small, note, &notes), KCL_OK);
	before = kcl__os_now() - start;
	ck_assert_int_gt(notes.calls, before > 1 ? 3 : 1);
	ck_assert(program->launch_pairs > 0);
	small_free(&small);
}

START_TEST(long_work_is_sliced)
{
	small_everywhere(check_pace);
}
END_TEST

static void check_cancel(struct kcl__program *program)
{
	struct small small;

	small_make(&small, 301, 2000);
	for (int stop = 1; stop < 6; stop++) {
		struct notes notes = {
			.program = program, .random = 1, .stop_at = stop
		};

		ck_assert_int_eq(small_run(program, &small, note, &notes),
		                 KCL_CANCELLED);
		ck_assert_int_eq(notes.calls, stop);
	}
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_OK);
	ck_assert(small_right(&small));
	small_free(&small);
}

START_TEST(can_be_cancelled)
{
	small_everywhere(check_cancel);
}
END_TEST

/* ----- what goes wrong -------------------------------------------------- */

static kcl_status failing_rows(const void *self, void *const *arrays,
                               const struct kcl__job *job, int32_t begin,
                               int32_t end)
{
	(void)self;
	(void)arrays;
	(void)job;
	return begin <= 20000 && 20000 < end
		? kcl__fail(KCL_UNSUPPORTED, "row 20000 is not to be had")
		: KCL_OK;
}

START_TEST(a_threads_message_arrives)
{
	struct kcl__code code = { .item_rows = 1, .host.run = failing_rows };
	struct kcl__device *device;
	struct kcl__program *program;
	struct small small;

	ck_assert_int_eq(kcl__device_open("host", NULL, &device), KCL_OK);
	ck_assert_int_eq(device->backend->build(device, &code, &program),
	                 KCL_OK);
	small_make(&small, 40000, 10);
	ck_assert_int_eq(small_run(program, &small, NULL, NULL),
	                 KCL_UNSUPPORTED);
	ck_assert_str_eq(kcl_message(), "row 20000 is not to be had");
	small_free(&small);
	small_close(program);
}
END_TEST

/* In a child that hangs the alarm ends the test.  */
static int status_in_child(struct kcl__program *program, struct small *small)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		alarm(10);
		_exit((int)small_run(program, small, NULL, NULL));
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int close_in_child(struct kcl__program *program)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		alarm(10);
		small_close(program);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void check_child(struct kcl__program *program)
{
	struct small small;

	small_make(&small, 100, 100);
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_OK);
	ck_assert_int_eq(status_in_child(program, &small), KCL_FORKED);
	ck_assert(close_in_child(program));
	ck_assert_int_eq(small_run(program, &small, NULL, NULL), KCL_OK);
	small_free(&small);
}

START_TEST(a_child_is_told)
{
	small_everywhere(check_child);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runtime");
	TCase *tests = tcase_create("runtime");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, lists_devices_host_last);
	tcase_add_test(tests, asks_beyond_the_list);
	tcase_add_test(tests, works_without_a_driver);
	tcase_add_test(tests, names_what_is_present);
	tcase_add_test(tests, takes_the_environments_device);
	tcase_add_test(tests, computes_in_one_launch);
	tcase_add_test(tests, bits_do_not_depend_on_cuts);
	tcase_add_test(tests, says_when_nothing_fits);
	tcase_add_test(tests, long_work_is_sliced);
	tcase_add_test(tests, can_be_cancelled);
	tcase_add_test(tests, a_threads_message_arrives);
	tcase_add_test(tests, a_child_is_told);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
