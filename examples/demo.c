/* demo.c - what libkeopscl does, on real data, in a minute
 * SPDX-License-Identifier: MIT
 *
 * usage: demo [--small] DATA OUT
 *
 * Reads quakes.csv and digits.csv in the folder DATA, draws into the folder
 * OUT, and computes on $KEOPSCL_DEVICE, else on the best device there is.
 * --small takes fewer points, for a test.  The exit status is 1 if a check
 * fails.  The parts are demo_gauss.c, demo_map.c and demo_digits.c.  */
#include "demo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

int demo_verdict(int right)
{
	puts(right ? "ok" : "WRONG");
	return !right;
}

struct demo_times demo_run(const struct demo *demo, const kcl_formula *formula,
                           size_t nin, const kcl_array *in,
                           const kcl_array *out)
{
	kcl_kernel *kernel = NULL;
	double begin = seconds(), built;

	need(kcl_kernel_from(demo->ctx, formula, &kernel));
	need(kcl_kernel_build(kernel, in[0].dtype.bits));
	built = seconds();
	need(kcl_run(kernel, nin, in, 1, out));
	kcl_kernel_free(kernel);
	return (struct demo_times){ built - begin, seconds() - built };
}

/* Says how far a long computation is; called between launches.  */
static int show_progress(void *user, double done)
{
	(void)user;
	fprintf(stderr, done < 1 ? "\r\t%3.0f %%" : "\r\t     \r",
	        100 * done);
	return 0;
}

/* Says which device computes, and of what kind it is.  */
static void introduce(const kcl_context *ctx)
{
	printf("libkeopscl %s computes on %s: %s,\n"
	       "a %s of %lld compute units\n\n",
	       kcl_version(), kcl_context_text(ctx, KCL_DEVICE_NAME),
	       kcl_context_text(ctx, KCL_DEVICE_TITLE),
	       kcl_context_text(ctx, KCL_DEVICE_TYPE),
	       (long long)kcl_context_number(ctx, KCL_DEVICE_UNITS));
}

int main(int argc, char **argv)
{
	struct demo demo = { NULL, NULL, NULL, 0 };
	int wrong;

	demo.small = argc > 1 && strcmp(argv[1], "--small") == 0;
	if (argc != 3 + demo.small) {
		fprintf(stderr, "usage: demo [--small] DATA OUT\n");
		return 2;
	}
	demo.data = argv[argc - 2];
	demo.out = argv[argc - 1];

	need(kcl_context_open(NULL, &demo.ctx));
	if (isatty(STDERR_FILENO))
		kcl_context_on_progress(demo.ctx, show_progress, NULL);
	introduce(demo.ctx);
	wrong = demo_gauss(&demo);
	wrong += demo_map(&demo);
	wrong += demo_digits(&demo);
	kcl_context_close(demo.ctx);
	if (wrong)
		printf("%d of the checks failed\n", wrong);
	return wrong != 0;
}
