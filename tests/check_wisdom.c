/* check_wisdom.c - plans that were learned: kept, found again, never trusted
 * SPDX-License-Identifier: MIT */
#include "cachelab.h"
#include "problem.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FORMULA "Sum_Reduction(Exp(-SqDist(x,y))*b,0)"
#define VARS "x=Vi(3) y=Vj(3) b=Vj(2)"

static char device[32];         /* "" if there is none but the host */

/* What the device's own plan of the formula says of rows, not 2 nor 8, and
 * columns; and what another does.  */
static char usual[20], usual_columns[20];
static const char learned[] = "\nrows     2 ", eight[] = "\nrows     8 ";

static kcl_context *open_device(void)
{
	kcl_context *ctx;

	ck_assert_msg(!kcl_context_open(device, &ctx), "%s", kcl_message());
	return ctx;
}

/* Without any wisdom.  */
static void see_usual(void)
{
	kcl_context *ctx = open_device();
	kcl_kernel *kernel;
	struct problem p;
	const char *plan;

	problem_open(&p, FORMULA, VARS, 37, 300);
	ck_assert(!kcl_kernel_from(ctx, p.formula, &kernel));
	plan = kcl_kernel_plan(kernel, 32, 0, 0);
	snprintf(usual, 17, "%s", strstr(plan, "\nrows "));
	snprintf(usual_columns, 17, "%s", strstr(plan, "\ncols "));
	ck_assert(!strstr(usual, learned) && !strstr(usual, eight));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	problem_free(&p);
}

/* A folder for the wisdom; the cache stays the tests'.  */
static void begin(void)
{
	const char *cache = getenv("KEOPSCL_CACHE_DIR");
	char *copy = cache ? strdup(cache) : NULL;

	lab_begin();
	if (copy)
		setenv("KEOPSCL_CACHE_DIR", copy, 1);
	free(copy);
	setenv("KEOPSCL_WISDOM", lab_path("own/plans"), 1);
	plan_set(NULL);
	device[0] = 0;
	for (int k = 0; place_get(32, k) && !device[0]; k++)
		if (!place_get(32, k)->host && !place_get(32, k)->shape)
			snprintf(device, sizeof device, "%s",
			         place_get(32, k)->device);
	if (device[0])
		see_usual();
}

static kcl_status learn(const char *plan)
{
	kcl_context *ctx = open_device();
	kcl_kernel *kernel;
	kcl_status status;
	struct problem p;

	problem_open(&p, FORMULA, VARS, 37, 300);
	ck_assert(!kcl_kernel_from(ctx, p.formula, &kernel));
	status = kcl_kernel_learn(kernel, 32, plan);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	problem_free(&p);
	return status;
}

/* Whether a new context has ROWS for the formula, and says TOLD, behind the
 * file's path, of its wisdom.  */
static void check_found(const char *rows, const char *told)
{
	kcl_context *ctx = open_device();
	const char *wisdom = kcl_context_text(ctx, KCL_DEVICE_WISDOM);
	kcl_kernel *kernel;
	struct problem p;
	char text[LAB_PATH];

	snprintf(text, sizeof text, "%s: %s", lab_path("own/plans"), told);
	ck_assert_str_eq(wisdom, told ? text : "");
	ck_assert_int_eq(kcl_context_number(ctx, KCL_DEVICE_WISDOM),
	                 !told || strstr(told, "for another version") ? 0
	                 : strstr(told, "ignored, ") == told ? -1
	                 : strtol(told, NULL, 10));
	problem_open(&p, FORMULA, VARS, 37, 300);
	ck_assert(!kcl_kernel_from(ctx, p.formula, &kernel));
	ck_assert_msg(strstr(kcl_kernel_plan(kernel, 32, 0, 0), rows) != NULL,
	              "no \"%s\" in %s", rows,
	              kcl_kernel_plan(kernel, 32, 0, 0));
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	problem_free(&p);
}

START_TEST(a_plan_is_found_again)
{
	if (!device[0])
		return;
	check_found(usual, NULL);
	ck_assert(!learn("few=2"));
	check_found("\nfew      2 ", "1 plan for it");
	ck_assert(!learn("rows=4,cols=1"));
	ck_assert(!learn("rows=2,cols=2"));
	check_found(learned, "1 plan for it");
	ck_assert(!learn(""));
	check_found(usual, "0 plans for it");
	ck_assert(!learn("rows=2,cols=2"));
	plan_set("rows=8");
	check_found(eight, "1 plan for it");
	check_found(usual_columns, "1 plan for it");
}
END_TEST

/* ----- what is no good --------------------------------------------------- */

/* In the file the first OLD becomes NEW.  */
static const struct { const char *old, *new, *rows, *told; } damages[] = {
	{ "wisdom 0.", "wisdom 9.", usual,
	  "ignored, it is for another version than 0.1.0" },
	{ "keopscl", "#!/bin/", usual,
	  "ignored, it is something else than wisdom" },
	{ " rows=2", " rows=3", usual, "1 plan for it" },
	{ " rows=2", " rows=99999999999999999999", usual, "1 plan for it" },
	{ "rows=2,cols=2", "raws=2", usual, "1 plan for it" },
	{ " rows=2", " Rows=2", usual, "0 plans for it; 1 line ignored, "
	  "it is none" },
	{ " # ", "\n\n\xff# ", learned, "1 plan for it; 2 lines ignored, "
	  "they are none" },
	{ "rows=2,cols=2 # Sum", "rows=2,cols=2", usual, "0 plans for it; "
	  "1 line ignored, it is none" },
	{ "0.1.0\n", "0.1.0\n\n", learned, "1 plan for it; 1 line ignored, "
	  "it is none" },
	{ " rows=2", "\nrows=2", usual, "0 plans for it; 2 lines ignored, "
	  "they are none" },
};

static void damage(const char *old, const char *new)
{
	const char *path = lab_path("own/plans");
	size_t length;
	char *text = (char *)lab_read(path, &length), *at, changed[2000];

	text[length - 1] = 0;
	at = strstr(text, old);
	ck_assert_ptr_nonnull(at);
	snprintf(changed, sizeof changed, "%.*s%s%s\n", (int)(at - text), text,
	         new, at + strlen(old));
	lab_write(path, changed, strlen(changed));
	free(text);
}

START_TEST(no_line_is_trusted)
{
	if (!device[0])
		return;
	ck_assert(!learn("rows=2,cols=2"));
	damage(damages[_i].old, damages[_i].new);
	check_found(damages[_i].rows, damages[_i].told);
}
END_TEST

/* Each line is looked at once, and not all that comes behind it.  */
START_TEST(empty_lines_are_passed_soon)
{
	enum { MANY = 200000 };
	static char text[MANY] = "keopscl wisdom 0.1.0";
	clock_t start = clock();
	char told[80];

	if (!device[0])
		return;
	memset(text + strlen(text), '\n', MANY - strlen(text));
	lab_write(lab_path("own/plans"), text, MANY);
	snprintf(told, sizeof told, "0 plans for it; %d lines ignored, they "
	         "are none", MANY - 21);
	check_found(usual, told);
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 5);
}
END_TEST

/* The device's name is the first word of the second line.  */
START_TEST(other_devices_plans_stay)
{
	const char *path = lab_path("own/plans");
	size_t length;
	char *text;

	if (!device[0])
		return;
	ck_assert(!learn("rows=2,cols=2"));
	text = (char *)lab_read(path, &length);
	*strchr(text, '\n') = 0;
	text[strlen(text) + 1] ^= 1;
	text[strlen(text)] = '\n';
	lab_write(path, text, length);
	free(text);
	check_found(usual, "0 plans for it; 1 for other devices or drivers");
	ck_assert(!learn("rows=8,cols=2"));
	check_found(eight, "1 plan for it; 1 for other devices or "
	            "drivers");
}
END_TEST

START_TEST(a_file_may_be_no_good)
{
	const char *path = lab_path("own/plans");
	static char large[1 << 19];

	if (!device[0])
		return;
	ck_assert(!learn("rows=2,cols=2"));
	memset(large, '\n', sizeof large);
	lab_write(path, large, sizeof large);
	check_found(usual, "ignored, it is no file of this user's, or too "
	            "large");
	ck_assert_int_eq(learn("rows=2"), KCL_ARGUMENT);
	ck_assert(!unlink(path) && !symlink("/dev/zero", path));
	check_found(usual, "ignored, it is no file of this user's, or too "
	            "large");
	ck_assert(!unlink(path) && !chmod(lab_path("own"), 0777));
	check_found(usual, "ignored, it can be written by others");
	ck_assert_int_eq(learn("rows=2"), KCL_ARGUMENT);
	ck_assert(strstr(kcl_message(), "own/plans cannot hold wisdom: it can "
	                 "be written by others") != NULL);
	chmod(lab_path("own"), 0700);
	lab_write(path, "letters\n", 8);
	ck_assert_int_eq(learn("rows=2"), KCL_ARGUMENT);
	unsetenv("KEOPSCL_WISDOM");
	setenv("KEOPSCL_CACHE", "0", 1);
	ck_assert_int_eq(learn("rows=2"), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "there is no place for wisdom: the "
	                 "cache is not used, and KEOPSCL_WISDOM not set");
	unsetenv("KEOPSCL_CACHE");
}
END_TEST

START_TEST(what_is_learned_fits)
{
	struct problem p;
	kcl_context *host;
	kcl_kernel *kernel;

	problem_open(&p, FORMULA, VARS, 1, 1);
	ck_assert(!kcl_context_open("host", &host));
	ck_assert(!kcl_kernel_from(host, p.formula, &kernel));
	ck_assert_int_eq(kcl_kernel_learn(kernel, 32, "rows=2"),
	                 KCL_UNSUPPORTED);
	ck_assert_str_eq(kcl_context_text(host, KCL_DEVICE_WISDOM), "");
	ck_assert_int_eq(kcl_kernel_learn(kernel, 31, "rows=2"), KCL_ARGUMENT);
	kcl_kernel_free(kernel);
	kcl_context_close(host);
	problem_free(&p);
	if (!device[0])
		return;
	ck_assert_int_eq(learn("rows=3"), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "the plan is \"rows=3\"; expected such "
	                 "as \"rows=2,cols=8\", with powers of two that fit "
	                 "together");
	ck_assert_int_eq(learn(NULL), KCL_ARGUMENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wisdom");
	TCase *tests = tcase_create("wisdom");
	int n = sizeof damages / sizeof damages[0];

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, begin, lab_end);
	tcase_add_test(tests, a_plan_is_found_again);
	tcase_add_loop_test(tests, no_line_is_trusted, 0, n);
	tcase_add_test(tests, empty_lines_are_passed_soon);
	tcase_add_test(tests, other_devices_plans_stay);
	tcase_add_test(tests, a_file_may_be_no_good);
	tcase_add_test(tests, what_is_learned_fits);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
