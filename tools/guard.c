/* guard.c - work with drivers in a process of its own
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "guard.h"
#include "trouble.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What was printed is flushed, and the drivers' own endings, which crash at
 * times, are left out.  */
static void work_and_exit(int (*work)(void), unsigned seconds)
{
	struct trouble trouble;
	int code, ended;

	alarm(seconds);
	code = work();
	ended = tool_end("keops-info", 0, &trouble);
	_exit(ended ? ended : code);
}

static int blame_driver(int signal)
{
	if (signal == SIGALRM)
		fputs("keops-info: a driver does not answer\n", stderr);
	else
		fprintf(stderr, "keops-info: a driver crashed (%s)\n",
		        strsignal(signal));
	fputs("advice: find out which, with OCL_ICD_VENDORS=FILE keops-info "
	      "for each FILE of\n"
	      "        /etc/OpenCL/vendors, and remove its package\n", stderr);
	return MACHINE;
}

/* Ends as the process did that was asked to, or had no reader any more.  */
static void follow(int number)
{
	static const int asked[] = { SIGPIPE, SIGINT, SIGTERM, SIGHUP };

	for (unsigned k = 0; k < sizeof asked / sizeof *asked; k++)
		if (number == asked[k]) {
			signal(number, SIG_DFL);
			raise(number);
		}
}

int guard(int (*work)(void), unsigned seconds)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		work_and_exit(work, seconds);
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			child = -1;
	if (child < 0) {
		perror("keops-info: cannot start a process");
		return MACHINE;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	follow(WTERMSIG(status));
	return blame_driver(WTERMSIG(status));
}
