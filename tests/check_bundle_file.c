/* check_bundle_file.c - what lies where a bundle goes
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "cachelab.h"
#include "keopscl.h"
#include "os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static kcl_context *context;
static char path[LAB_PATH];     /* where the bundle goes */

static void go_to(const char *name)
{
	snprintf(path, sizeof path, "%s", lab_path(name));
}

static kcl_formula *parse(const char *text)
{
	static const char *const vars[] = { "x=Vi(2)", "y=Vj(2)" };
	kcl_formula *formula;

	ck_assert_msg(!kcl_formula_parse(text, 2, vars, &formula), "%s",
	              kcl_message());
	return formula;
}

static kcl_status save(void)
{
	kcl_formula *f = parse("Sum_Reduction(x*y,0)");
	kcl_status status = kcl_bundle_save(f, 0, NULL, 64, path);

	kcl_formula_free(f);
	return status;
}

static kcl_status load(void)
{
	kcl_kernel *kernel;
	kcl_status status = kcl_bundle_load(context, path, &kernel);

	kcl_kernel_free(kernel);
	return status;
}

static void check_text(const char *name, const char *expected)
{
	size_t length;
	unsigned char *bytes = lab_read(lab_path(name), &length);

	ck_assert_uint_eq(length, strlen(expected));
	ck_assert(!memcmp(bytes, expected, length));
	free(bytes);
}

/* What a user has beside a bundle is not the library's, nor is what a link
 * leads to.  */
START_TEST(files_beside_are_left)
{
	go_to("some.kcl");
	lab_write(lab_path("some.kcl.unfinished"), "thesis", 6);
	ck_assert(!save() && !load());
	check_text("some.kcl.unfinished", "thesis");
	lab_write(lab_path("thesis"), "thesis", 6);
	remove(lab_path("some.kcl.unfinished"));
	ck_assert(!symlink("thesis", lab_path("some.kcl.unfinished")));
	ck_assert(!save() && !load());
	check_text("thesis", "thesis");
}
END_TEST

/* A link stays one, and so do a file's permissions; a new file has those that
 * the process gives.  */
START_TEST(links_are_written_through)
{
	struct stat s;

	go_to("link.kcl");
	lab_write(lab_path("target.kcl"), "old", 3);
	ck_assert(!chmod(lab_path("target.kcl"), 0640));
	ck_assert(!symlink("target.kcl", path));
	ck_assert(!save() && !load());
	ck_assert(!lstat(path, &s) && S_ISLNK(s.st_mode));
	ck_assert(!stat(path, &s));
	ck_assert_int_eq(s.st_mode & 0777, 0640);
	umask(022);
	go_to("new.kcl");
	ck_assert(!save() && !stat(path, &s));
	ck_assert_int_eq(s.st_mode & 0777, 0644);
}
END_TEST

/* Whether the message is "the file PATH cannot be WHAT".  */
static void check_message(const char *what)
{
	char expected[LAB_PATH + 100];

	snprintf(expected, sizeof expected, "the file %s cannot be %s", path,
	         what);
	ck_assert_str_eq(kcl_message(), expected);
}

START_TEST(only_files_are_replaced)
{
	struct stat s;

	go_to("pipe");
	ck_assert(!mkfifo(path, 0600));
	ck_assert_int_eq(save(), KCL_DRIVER);
	check_message("written: it is not a regular file");
	ck_assert(!lstat(path, &s) && S_ISFIFO(s.st_mode));
	go_to("");
	ck_assert_int_eq(save(), KCL_DRIVER);
	check_message("written: Is a directory");
}
END_TEST

START_TEST(reasons_are_told)
{
	go_to("none/such.kcl");
	ck_assert_int_eq(save(), KCL_DRIVER);
	check_message("written: No such file or directory");
	ck_assert_int_eq(load(), KCL_ARGUMENT);
	check_message("read: No such file or directory");
	go_to("");
	ck_assert_int_eq(load(), KCL_ARGUMENT);
	check_message("read: Is a directory");
	lab_write(lab_path("file"), "", 0);
	go_to("file/x.kcl");
	ck_assert_int_eq(save(), KCL_DRIVER);
	check_message("written: Not a directory");
	path[0] = 0;
	ck_assert_int_eq(save(), KCL_DRIVER);
	check_message("written: No such file or directory");
}
END_TEST

/* ----- two at once ------------------------------------------------------ */

enum { TIMES = 200 };

struct rivals {
	kcl_formula *formula[2];
	int wrong[2];
};

/* What is found was written by one of the two, whole.  */
static void save_often(void *arg, int index)
{
	struct rivals *r = arg;

	for (int k = 0; k < TIMES; k++)
		r->wrong[index] += kcl_bundle_save(r->formula[index], 0, NULL,
		                                   64, path)
			|| load();
}

START_TEST(two_may_save_at_once)
{
	struct rivals r = { .wrong = { 0 } };

	go_to("some.kcl");
	r.formula[0] = parse("Sum_Reduction(x*y,0)");
	r.formula[1] = parse("Sum_Reduction(Exp(-SqDist(x,y))*Sin(x)*y,0)");
	kcl__os_parallel(2, save_often, &r);
	ck_assert_int_eq(r.wrong[0] + r.wrong[1], 0);
	kcl_formula_free(r.formula[0]);
	kcl_formula_free(r.formula[1]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		files_beside_are_left, links_are_written_through,
		only_files_are_replaced, reasons_are_told,
		two_may_save_at_once, NULL
	};
	int failed;

	if (kcl_context_open("host", &context))
		return 99;
	failed = lab_main("bundle_file", tests);
	kcl_context_close(context);
	return failed;
}
