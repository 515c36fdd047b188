/* contender.c - the clock, and peers that are processes of their own
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "contender.h"
#include "record.h"
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ----- the clock -------------------------------------------------------- */

static const double ENOUGH = 0.01;      /* seconds of a measurement */

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int measure(int (*once)(void *self, struct trouble *t), void *self,
                   double times, struct timing *timing, struct trouble *t)
{
	double wall = seconds(CLOCK_MONOTONIC);
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (double k = 0; k < times; k++)
		if (once(self, t))
			return -1;
	timing->wall = (seconds(CLOCK_MONOTONIC) - wall) / times;
	timing->cpu = (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / times;
	timing->sum = timing->last = (double)NAN;
	return 0;
}

int timed(int (*once)(void *self, struct trouble *t), void *self,
          struct timing *timing, struct trouble *t)
{
	if (measure(once, self, 1, timing, t))
		return -1;
	if (timing->wall >= ENOUGH)
		return 0;
	return measure(once, self, ceil(ENOUGH / fmax(timing->wall, 1e-6)),
	               timing, t);
}

/* ----- medians ------------------------------------------------------ */

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(const double *v, const double *over, int count)
{
	double sorted[MOST_ROUNDS];

	for (int k = 0; k < count; k++)
		sorted[k] = over ? v[k] / over[k] : v[k];
	qsort(sorted, (size_t)count, sizeof *sorted, compare_numbers);
	return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

/* ----- processes -------------------------------------------------------- */

/* Of several contenders.  */
struct process {
	pid_t id;
	FILE *to, *from;
	int users;
};

static void process_end(void *self)
{
	struct process *p = self;

	if (--p->users > 0)
		return;
	if (p->to)
		fclose(p->to);          /* the end of its input ends it */
	if (p->from)
		fclose(p->from);
	if (p->id > 0)
		waitpid(p->id, NULL, 0);
	free(p);
}

static void become(const char *command, const int in[2], const int out[2])
{
	if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
		_exit(127);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int start(struct process *p, const char *command)
{
	int in[2], out[2] = { -1, -1 };

	if (pipe2(in, O_CLOEXEC))
		return -1;
	if (!pipe2(out, O_CLOEXEC)) {
		p->id = fork();
		if (p->id == 0)
			become(command, in, out);
	}
	close(in[0]);
	close(out[1]);
	p->to = fdopen(in[1], "w");
	p->from = fdopen(out[0], "r");
	return p->id > 0 && p->to && p->from ? 0 : -1;
}

static int ask(struct contender *c, const struct problem *p, int64_t rows,
               char *line, int room)
{
	struct process *process = c->self;
	const struct workload *w = p->w;

	fprintf(process->to, "%s %s %d %d %d %" PRId64 " %" PRId64 "\n",
	        c->name, w->family->name, w->dim, w->width, w->bits, rows,
	        w->cols);
	fflush(process->to);
	return fgets(line, room, process->from) ? 0 : -1;
}

static int process_run(struct contender *c, const struct problem *p,
                       int64_t rows, struct timing *timing, struct trouble *t)
{
	char line[1024];

	if (!p->w->family)
		return NOT_HERE;
	if (ask(c, p, rows, line, sizeof line))
		return trouble(t, MACHINE, "%s ended in %s", c->name,
		               p->w->name);
	timing->wall = json_number(line, "wall");
	timing->cpu = json_number(line, "cpu");
	timing->sum = json_number(line, "sum");
	timing->last = json_number(line, "last");
	return timing->wall > 0 && timing->cpu >= 0 ? 0 : NOT_HERE;
}

static int add_names(struct contender *contenders, size_t *count, size_t most,
                     struct process *p, char *line)
{
	for (char *name = strtok(line, " \n"); name; name = strtok(NULL, " \n"))
		if (*count < most) {
			struct contender *c = &contenders[(*count)++];

			memset(c, 0, sizeof *c);
			snprintf(c->name, sizeof c->name, "%s", name);
			c->self = p;
			c->run = process_run;
			c->end = process_end;
			p->users++;
		}
	return p->users;
}

int process_open(struct contender *contenders, size_t *count, size_t most,
                 const char *command, struct trouble *t)
{
	struct process *p = calloc(1, sizeof *p);
	char line[1024];

	if (!p)
		return no_memory(t);
	signal(SIGPIPE, SIG_IGN);
	if (!start(p, command) && fgets(line, sizeof line, p->from)
	    && add_names(contenders, count, most, p, line))
		return 0;
	process_end(p);
	return trouble(t, REQUEST, "--peer '%s' names no peer; it prints their "
	               "names as its first line", command);
}
