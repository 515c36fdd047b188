/* progress.c - a bar with the time left, on a terminal
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 40, LINE = BAR + 30 };     /* less than 80 columns */

static const double PATIENCE = 0.5, PERIOD = 0.1;       /* seconds */

double progress_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void progress_start(struct progress *p, int wanted, int products)
{
	const char *term = getenv("TERM");

	p->shown = wanted && isatty(STDERR_FILENO) && term && *term
	           && strcmp(term, "dumb");
	p->drawn = 0;
	p->start = progress_clock();
	p->last = 0;
	p->product = products != 0;
	p->done = 0;
}

/* "7 s", "3:20" or "2:05:00".  */
static void duration(char *text, size_t size, double seconds)
{
	long s = seconds < 1e8 ? (long)(seconds + 0.5) : 100000000;

	if (s < 60)
		snprintf(text, size, "%ld s", s);
	else if (s < 3600)
		snprintf(text, size, "%ld:%02ld", s / 60, s % 60);
	else
		snprintf(text, size, "%ld:%02ld:%02ld", s / 3600,
		         s / 60 % 60, s % 60);
}

static void draw(const char *line)
{
	fprintf(stderr, "\r%-*.*s", LINE, LINE, line);
	fflush(stderr);
}

static void draw_bar(double done, double elapsed)
{
	char bar[BAR + 1], left[32] = "?", line[128];
	int full = (int)(done * BAR);

	memset(bar, '#', BAR);
	memset(bar + full, '-', (size_t)(BAR - full));
	bar[BAR] = 0;
	if (done > 0)
		duration(left, sizeof left, elapsed * (1 - done) / done);
	snprintf(line, sizeof line, "%3d%% [%s] %s left", (int)(done * 100),
	         bar, left);
	draw(line);
}

static void draw_product(long long product, double done)
{
	char line[64];

	snprintf(line, sizeof line, "product %lld: %3d%%", product,
	         (int)(done * 100));
	draw(line);
}

/* One that has ended may be told at its end only.  */
static void count(struct progress *p, double done)
{
	if (p->product && (done < p->done || (done == 1 && p->done == 1)))
		p->product++;
	p->done = done;
}

void progress_show(struct progress *p, double done)
{
	double now = progress_clock();

	done = done < 0 ? 0 : done > 1 ? 1 : done;
	count(p, done);
	if (!p->shown || now - p->start < PATIENCE || now - p->last < PERIOD)
		return;
	p->last = now;
	p->drawn = 1;
	if (p->product)
		draw_product(p->product, done);
	else
		draw_bar(done, now - p->start);
}

void progress_end(struct progress *p)
{
	if (p->drawn)
		fprintf(stderr, "\r%*s\r", LINE, "");
	p->drawn = 0;
}
