/* bundle_save.c - formulas and their kernels to files
 * SPDX-License-Identifier: MIT */
#include "bundle.h"
#include "diag.h"
#include "os.h"
#include "sb.h"
#include <stdlib.h>
#include <string.h>

static void put(struct kcl__sb *sb, const void *bytes, size_t length)
{
	static const char zeros[8];
	uint64_t size = length;

	kcl__sb_put(sb, (const char *)&size, sizeof size);
	kcl__sb_put(sb, bytes, length);
	kcl__sb_put(sb, zeros, -length % 8);
}

static void put_text(struct kcl__sb *sb, const char *text)
{
	put(sb, text, strlen(text) + 1);
}

/* "x=Var(0,3,0)", or what is behind "=" where there is no name.  */
static void put_argument(struct kcl__sb *sb, const struct kcl__graph *g, int k)
{
	const struct kcl__argument *a = &g->argument[k];
	struct kcl__sb text = { 0 };

	if (a->name)
		kcl__sb_printf(&text, "%s=", a->name);
	kcl__sb_printf(&text, "Var(%d,%lld,%d)", k, (long long)a->dim,
	               a->category);
	sb->failed |= text.failed;
	if (!text.failed)
		put_text(sb, text.text);
	kcl__sb_free(&text);
}

/* Kernels that are put in a bundle, and how many there are.  */
struct content {
	struct kcl__sb sb;
	int64_t kernels;
};

static kcl_status put_kernel(struct content *all, kcl_kernel *kernel, int bits,
                             size_t pass, int form)
{
	struct kcl__shape shape = { .bits = bits, .pass = (int64_t)pass,
	                       .form = form };
	const struct kcl__ready *r;
	kcl_status status = kcl__pass_ready(kernel, bits, pass, form,
	                                    KCL__COMPILED);

	if (status)
		return status;
	r = kcl__ready(kernel, bits, pass, form);
	shape.group = (int64_t)r->group;
	shape.item_rows = r->item_rows;
	shape.columns = r->columns;
	shape.loops = r->loops;
	status = kcl__kernel_name(kernel->ctx, &kernel->formula->pass[pass],
	                          bits, form, &shape.name);
	if (status)
		return status;
	put_text(&all->sb, kcl_context_text(kernel->ctx, KCL_DEVICE_NAME));
	put(&all->sb, &shape, sizeof shape);
	put(&all->sb, r->program->made.bytes, r->program->made.length);
	all->kernels++;
	return all->sb.failed ? KCL_MEMORY : KCL_OK;
}

/* The usual forms of a pass; and if its columns can be split, what splits them
 * for one row and for many: each goes with a form that splits, or with all.  */
static kcl_status put_pass(struct content *all, kcl_kernel *kernel, int bits,
                           size_t pass)
{
	static const struct { int form, splits; } forms[] = {
		{ KCL__PARTS, KCL__PLAIN }, { KCL__MERGE, KCL__SPLIT },
		{ KCL__SPLIT, KCL__SPLIT }, { KCL__MERGE_LANES, KCL__LANES },
		{ KCL__LANES, KCL__LANES }
	};
	kcl_status status = put_kernel(all, kernel, bits, pass, KCL__PLAIN);
	int last;

	if (status)
		return status;
	last = kcl__plan_form(&kernel->formula->pass[pass],
		&kernel->ctx->target, &kcl__ready(kernel, bits, pass,
		KCL__PLAIN)->plan, 1, KCL__MANY);
	for (size_t k = 0; !status && k < sizeof forms / sizeof *forms; k++)
		if (forms[k].splits <= last)
			status = put_kernel(all, kernel, bits, pass,
			                    forms[k].form);
	return status;
}

static kcl_status put_target(struct content *all, const kcl_formula *formula,
                             const char *target, int bits)
{
	kcl_context *ctx = NULL;
	kcl_kernel *kernel = NULL;
	const void *bytes;
	size_t length;
	kcl_status status = kcl_context_open(target, &ctx);

	if (status && strncmp(target, "target:", 7))
		status = kcl__fail(KCL_ARGUMENT, "target \"%s\" is unknown; "
		                   "expected such as \"target:spirv\"",
		                   target);
	if (!status)
		status = kcl_kernel_from(ctx, formula, &kernel);
	if (!status)    /* says so of what has no binaries */
		status = kcl_kernel_binary(kernel, bits ? bits : 32, 0, &bytes,
		                           &length);
	for (int b = 32; b <= 64; b += 32)
		for (size_t k = 0; !status && k < formula->passes
		     && (!bits || b == bits); k++)
			status = put_pass(all, kernel, b, k);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

/* The kernels are those of what will be read: its nodes may have other
 * numbers than those of FORMULA, and so may the names in a kernel.  */
static kcl_status compose(struct kcl__sb *sb, const kcl_formula *formula,
                          size_t count, const char *const *targets, int bits)
{
	const struct kcl__graph *g = &formula->g;
	struct kcl__description about = { g->arguments, g->sums, g->sum_bits,
		0 };
	struct content all = { .kernels = 0 };
	struct kcl__sb said = { 0 };
	kcl_formula *read = NULL;
	kcl_status status;

	put_text(&said, formula->text);
	for (int k = 0; k < g->arguments; k++)
		put_argument(&said, g, k);
	status = said.failed ? KCL_MEMORY : kcl__bundle_formula(said.text,
		said.length, &about, &read);
	for (size_t k = 0; !status && k < count; k++)
		status = put_target(&all, read, targets[k], bits);
	about.kernels = all.kernels;
	put_text(sb, KCL__VERSION);
	put(sb, &about, sizeof about);
	if (!said.failed)
		kcl__sb_put(sb, said.text, said.length);
	if (!status && all.sb.length)
		kcl__sb_put(sb, all.sb.text, all.sb.length);
	kcl__sb_free(&said);
	kcl__sb_free(&all.sb);
	kcl_formula_free(read);
	return status ? status : sb->failed ? KCL_MEMORY : KCL_OK;
}

static kcl_status write_file(const char *path, const void *bytes, size_t size)
{
	const char *why;

	return kcl__os_publish(path, bytes, size, &why) ? kcl__fail(KCL_DRIVER,
		"the file %s cannot be written: %s", path, why) : KCL_OK;
}

static kcl_status check_save(const kcl_formula *formula, size_t count,
                             const char *const *targets, int bits,
                             const char *path)
{
	const char *missing = !formula ? "the formula" : !path ? "the path"
		: count && !targets ? "the array of targets" : NULL;

	for (size_t k = 0; !missing && k < count; k++)
		if (!targets[k])
			missing = "a target";
	if (missing)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL", missing);
	if (bits != 0 && bits != 32 && bits != 64)
		return kcl__fail(KCL_ARGUMENT, "bits is %d; expected 0, 32 or "
		                 "64", bits);
	return kcl__formula_written(formula);
}

kcl_status kcl_bundle_save(const kcl_formula *formula, size_t count,
                           const char *const *targets, int bits,
                           const char *path)
{
	struct kcl__sb sb = { 0 };
	size_t size;
	void *file = NULL;
	kcl_status status = check_save(formula, count, targets, bits, path);

	if (!status)
		status = compose(&sb, formula, count, targets, bits);
	if (!status) {
		file = kcl__seal(KCL__BUNDLE, sizeof KCL__BUNDLE, sb.text,
		                 sb.length, &size);
		status = file ? write_file(path, file, size)
			: size ? kcl__fail(KCL_MEMORY, "out of memory (%zu "
			                   "bytes)", size)
			: kcl__fail(KCL_LIMIT, "the bundle has more than %d "
			            "bytes", KCL__SEALED);
	}
	free(file);
	kcl__sb_free(&sb);
	return status;
}
