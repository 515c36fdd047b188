/* os_run.c - other programs, run without a shell
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "os.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { INPUT, OUTPUT, LOG, STREAMS };

/* A file without a name, that no other program inherits, and that is none of
 * the standard ones; -1 if there can be none.  */
static int scratch(const void *bytes, size_t length)
{
	FILE *file = tmpfile();
	int copy = -1;

	if (!file)
		return -1;
	if ((length == 0 || fwrite(bytes, 1, length, file) == length)
	    && !fflush(file))
		copy = fcntl(fileno(file), F_DUPFD_CLOEXEC, STREAMS);
	fclose(file);
	if (copy >= 0)
		lseek(copy, 0, SEEK_SET);
	return copy;
}

/* The whole of a file with a 0 behind; NULL if it is too long, or there is no
 * memory.  */
static char *contents(int file, size_t *length)
{
	off_t size = lseek(file, 0, SEEK_END);
	char *bytes;

	if (size < 0 || size > KCL__OS_OUTPUT)
		return NULL;
	bytes = calloc(1, (size_t)size + 1);
	*length = (size_t)size;
	if (bytes && pread(file, bytes, *length, 0) != size) {
		free(bytes);
		bytes = NULL;
	}
	return bytes;
}

/* Starts ARGV with FILES for its standard streams.  It has no signal blocked,
 * whatever this thread has.  */
static int start(const char *const *argv, const int *files, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return failed;
	failed = posix_spawnattr_init(&attributes);
	if (!failed) {
		sigemptyset(&none);
		for (int k = 0; k < STREAMS && !failed; k++)
			failed = posix_spawn_file_actions_adddup2(&actions,
				files[k], k);
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
		failed = failed ? failed : posix_spawnp(child, argv[0],
			&actions, &attributes,
			(char *const *)(uintptr_t)argv, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* Waits for CHILD, and ends it after LIMIT seconds.  Where the program ignores
 * SIGCHLD the system keeps no status: 0 then, as what it wrote is looked at
 * anyway.  */
static int await(pid_t child, double limit)
{
	double end = kcl__os_now() + limit, pause = 0.001;
	int status = 0, late = 0;
	pid_t done;

	while ((done = waitpid(child, &status, WNOHANG)) != child) {
		if (done < 0 && errno != EINTR)
			return 0;
		late = late || kcl__os_now() > end;
		if (late)
			kill(child, SIGKILL);
		kcl__os_sleep(pause);
		pause = pause < 0.01 ? 2 * pause : pause;
	}
	return late ? KCL__OS_LATE : WIFEXITED(status) ? WEXITSTATUS(status)
		: KCL__OS_CRASHED;
}

int kcl__os_run(const char *const *argv, struct kcl__os_run *run)
{
	int files[STREAMS], code = KCL__OS_NOT_RUN;
	pid_t child;

	run->output = run->log = NULL;
	for (int k = 0; k < STREAMS; k++)
		files[k] = scratch(run->input, k ? 0 : run->input_length);
	if (files[INPUT] >= 0 && files[OUTPUT] >= 0 && files[LOG] >= 0
	    && kcl__os_getenv("PATH") && !start(argv, files, &child)) {
		size_t length;

		code = await(child, run->limit);
		run->output = contents(files[OUTPUT], &run->length);
		run->log = contents(files[LOG], &length);
	}
	for (int k = 0; k < STREAMS; k++)
		if (files[k] >= 0)
			close(files[k]);
	if (code >= 0 && !run->output)
		code = KCL__OS_CRASHED;
	return code;
}
