/* check_os_run.c - other programs, run without a shell
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "os.h"
#include "suite.h"
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONG = 3 << 20 };

/* What a program says of INPUT, by a shell of its own.  */
static int shell(const char *script, const char *input,
                 struct kcl__os_run *run)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	*run = (struct kcl__os_run){
		.input = input, .input_length = strlen(input), .limit = 60
	};
	return kcl__os_run(argv, run);
}

static void forget(struct kcl__os_run *run)
{
	free(run->output);
	free(run->log);
}

static const struct {
	const char *script, *input, *output, *log;
	int code;
} scripts[] = {
	{ "cat", "to and fro", "to and fro", "", 0 },
	{ "cat >&2; exit 3", "to the log", "", "to the log", 3 },
	{ "echo a; echo b >&2; echo c", "", "a\nc\n", "b\n", 0 },
	{ "echo a; kill -9 $$", "", "a\n", "", KCL__OS_CRASHED },
	{ "exec <&-; true", "nobody reads this", "", "", 0 },
};

START_TEST(it_reads_and_writes)
{
	struct kcl__os_run run;

	ck_assert_int_eq(shell(scripts[_i].script, scripts[_i].input, &run),
	                 scripts[_i].code);
	ck_assert_str_eq(run.output, scripts[_i].output);
	ck_assert_uint_eq(run.length, strlen(scripts[_i].output));
	ck_assert_str_eq(run.log, scripts[_i].log);
	forget(&run);
}
END_TEST

START_TEST(long_texts_come_through)
{
	char *text = malloc(LONG + 1);
	struct kcl__os_run run;

	for (int k = 0; k < LONG; k++)
		text[k] = (char)('a' + k % 23);
	text[LONG] = 0;
	ck_assert_int_eq(shell("tee /dev/stderr", text, &run), 0);
	ck_assert_uint_eq(run.length, LONG);
	ck_assert(!strcmp(run.output, text) && !strcmp(run.log, text));
	forget(&run);
	free(text);
}
END_TEST

/* Nothing in an argument means anything to anybody.  */
START_TEST(there_is_no_shell)
{
	const char *const argv[] = { "echo", "$HOME; `ls` *", "|", "cat",
		NULL };
	struct kcl__os_run run = { .limit = 60 };

	ck_assert_int_eq(kcl__os_run(argv, &run), 0);
	ck_assert_str_eq(run.output, "$HOME; `ls` * | cat\n");
	forget(&run);
}
END_TEST

START_TEST(what_is_not_there_does_not_run)
{
	static const char *const names[] = { "no-such-program",
		"/no/such/program", "/dev/null", "" };
	const char *argv[] = { NULL, NULL }, *path = getenv("PATH");
	char *kept = strdup(path ? path : "/bin");
	struct kcl__os_run run = { .limit = 60 };

	for (int k = 0; k < 4; k++) {
		argv[0] = names[k];
		ck_assert_int_eq(kcl__os_run(argv, &run), KCL__OS_NOT_RUN);
		ck_assert(!run.output && !run.log);
	}
	unsetenv("PATH");
	argv[0] = "true";
	ck_assert_int_eq(kcl__os_run(argv, &run), KCL__OS_NOT_RUN);
	setenv("PATH", kept, 1);
	free(kept);
}
END_TEST

START_TEST(it_has_its_time)
{
	const char *const argv[] = { "sleep", "60", NULL };
	struct kcl__os_run run = { .limit = 0.05 };
	double begin = kcl__os_now();

	ck_assert_int_eq(kcl__os_run(argv, &run), KCL__OS_LATE);
	ck_assert(kcl__os_now() - begin < 30);
	forget(&run);
}
END_TEST

/* Where nobody may wait for children, its output is there all the same.  */
START_TEST(children_may_be_ignored)
{
	struct kcl__os_run run;

	signal(SIGCHLD, SIG_IGN);
	ck_assert_int_eq(shell("cat", "still here", &run), 0);
	ck_assert_str_eq(run.output, "still here");
	signal(SIGCHLD, SIG_DFL);
	forget(&run);
}
END_TEST

/* No signal is blocked for it, and no file is left open.  */
START_TEST(nothing_is_left)
{
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC), after;
	struct kcl__os_run run;
	sigset_t all, old;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	ck_assert_int_eq(shell("sleep 60 & kill -TERM $!; wait $!; echo $?",
	                       "", &run), 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	ck_assert_str_eq(run.output, "143\n");
	forget(&run);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(after, before + 1);
	close(after);
	close(before);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("os_run");
	TCase *tests = tcase_create("os_run");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, it_reads_and_writes, 0,
	                    sizeof scripts / sizeof *scripts);
	tcase_add_test(tests, long_texts_come_through);
	tcase_add_test(tests, there_is_no_shell);
	tcase_add_test(tests, what_is_not_there_does_not_run);
	tcase_add_test(tests, it_has_its_time);
	tcase_add_test(tests, children_may_be_ignored);
	tcase_add_test(tests, nothing_is_left);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
