/* interrupt.c - Ctrl-C, and other signals that ask to end
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "interrupt.h"
#include <signal.h>
#include <unistd.h>

/* What a signal handler can reach: nothing else is global in the tools.  */
static volatile sig_atomic_t noted;

static void leave(int number)
{
	_exit(128 + number);
}

static void note(int number)
{
	if (noted)
		leave(number);
	noted = 128 + number;
}

static void catch(void (*handler)(int))
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = handler }, before;

	sigemptyset(&action.sa_mask);
	for (unsigned k = 0; k < sizeof signals / sizeof *signals; k++)
		if (!sigaction(signals[k], NULL, &before)
		    && before.sa_handler != SIG_IGN)    /* nohup */
			sigaction(signals[k], &action, NULL);
	signal(SIGXFSZ, SIG_IGN);       /* writing fails, and says so */
}

void interrupt_exits(void)
{
	catch(leave);
}

void interrupt_noted(void)
{
	catch(note);
}

int interrupted(void)
{
	return noted;
}
