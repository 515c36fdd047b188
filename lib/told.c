/* told.c - what a kernel tells of itself: its source, its plan
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "print.h"
#include "sb.h"
#include <stdlib.h>

enum { SHOWN = 200 };           /* bytes of a reduction's text */

static char *join_sources(const struct kcl_kernel *kernel, int bits)
{
	struct kcl__sb sb = { 0 };

	for (size_t k = 0; k < kernel->formula->passes; k++) {
		const char *source = kcl__ready(kernel, bits, k,
		                                KCL__PLAIN)->source;

		kcl__sb_printf(&sb, "%s%s", k ? "\n" : "", source ? source
			: "/* the host evaluates the formula as it is */\n");
	}
	return kcl__sb_take(&sb);
}

/* What kcl_kernel_plan tells.  A pass that sums over both indices is fed the
 * sums over j, so that it has M pairs.  */
static char *join_plans(const struct kcl_kernel *kernel, int bits, double m,
                        double n)
{
	const struct kcl__target *t = &kernel->ctx->target;
	struct kcl__sb sb = { 0 };

	for (size_t k = 0; k < kernel->formula->passes; k++) {
		const struct kcl__pass *pass = &kernel->formula->pass[k];
		const struct kcl__ready *r = kcl__ready(kernel, bits, k,
		                                        KCL__PLAIN);

		kcl__sb_puts(&sb, k ? "\n" : "");
		for (size_t f = 0; f < pass->feeds; f++) {
			kcl__print(pass->g, pass->feed[f].root,
			           KCL__USER_NAMES, SHOWN, &sb);
			kcl__sb_puts(&sb, "\n");
		}
		if (r->source)
			kcl__plan_print(pass, t, &r->plan, r->bytes, &sb);
		kcl__plan_predict(pass, t, &r->plan, pass->tag == KCL__P
		                  ? m : m * n, &sb);
	}
	return kcl__sb_take(&sb);
}

/* Returns TEXT and keeps it in KERNEL, in the place of what it told last; and
 * leaves the context.  */
static const char *tell(struct kcl_kernel *kernel, char *text)
{
	if (text) {
		free(kernel->told);
		kernel->told = text;
	}
	kcl__leave(kernel->ctx);
	return text;
}

/* Enters the context with all passes ready.  */
static kcl_status enter_ready(struct kcl_kernel *kernel, int bits)
{
	kcl_status status = kcl__check_bits(kernel, bits);

	if (!status)
		status = kcl__enter(kernel->ctx);
	if (status)
		return status;
	status = kcl__make_ready(kernel, bits, KCL__TEXT);
	if (status)
		kcl__leave(kernel->ctx);
	return status;
}

const char *kcl_kernel_source(kcl_kernel *kernel, int bits)
{
	return enter_ready(kernel, bits) ? NULL
		: tell(kernel, join_sources(kernel, bits));
}

const char *kcl_kernel_plan(kcl_kernel *kernel, int bits, int64_t m, int64_t n)
{
	if (kernel && (m < 0 || n < 0)) {
		kcl__fail(KCL_ARGUMENT, "%c is %lld; expected 0 or more",
		          m < 0 ? 'm' : 'n', (long long)(m < 0 ? m : n));
		return NULL;
	}
	return enter_ready(kernel, bits) ? NULL
		: tell(kernel, join_plans(kernel, bits, (double)m,
		                          (double)n));
}
