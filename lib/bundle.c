/* bundle.c - kernels of a formula and binaries in a file
 * SPDX-License-Identifier: MIT */
#include "bundle.h"
#include "diag.h"
#include "emit.h"
#include "mem.h"
#include "sb.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 1 << 20 };        /* that a group splits */

struct entry {
	const char *target;
	struct kcl__shape shape;
	struct kcl__binary code;        /* in the file */
	int is;                         /* 1: what this library would write,
	                                 * -1: not; 0: not looked at yet */
	int fast;                       /* and not what portable ones have */
};

struct kcl__bundle {
	void *file;
	const char *version;            /* of the library that wrote it */
	struct entry *entry;
	size_t count;
};

/* ----- reading ---------------------------------------------------------- */

/* Fields that are left; after one that is not there, all are NULL.  */
struct reader {
	const char *at;
	size_t left;
	int failed;
};

static const void *get(struct reader *r, size_t *length)
{
	uint64_t size = 0;
	const char *bytes = r->at + sizeof size;

	if (r->left >= sizeof size)
		memcpy(&size, r->at, sizeof size);
	if (r->failed || r->left < sizeof size || size > r->left - sizeof size
	    || size + -size % 8 > r->left - sizeof size) {
		r->failed = 1;
		return NULL;
	}
	*length = (size_t)size;
	size += sizeof size + -size % 8;
	r->at += size;
	r->left -= (size_t)size;
	return bytes;
}

/* "" where there is none.  */
static const char *get_text(struct reader *r)
{
	size_t length;
	const char *text = get(r, &length);

	if (text && length > 0 && !memchr(text, 0, length - 1)
	    && !text[length - 1])
		return text;
	r->failed = 1;
	return "";
}

static void get_struct(struct reader *r, void *value, size_t size)
{
	size_t length;
	const void *bytes = get(r, &length);

	if (bytes && length == size)
		memcpy(value, bytes, size);
	else
		r->failed = 1;
}

static void get_entry(struct reader *r, struct entry *e,
                      const kcl_formula *formula)
{
	const struct kcl__shape *s = &e->shape;

	e->target = get_text(r);
	get_struct(r, &e->shape, sizeof e->shape);
	e->code.bytes = (char *)(uintptr_t)get(r, &e->code.length);
	if (!e->code.bytes || s->pass < 0
	    || s->pass >= (int64_t)formula->passes || s->group < 1
	    || s->group > 1024 || s->item_rows < 1 || s->item_rows > 1024
	    || s->form < 0 || s->form >= KCL__FORMS || s->columns < 0
	    || s->columns > MOST_COLUMNS || s->columns % KCL__BLOCK
	    || (s->columns > 0) != (s->form >= KCL__SPLIT)
	    || !(s->loops.column >= 0) || !(s->loops.besides >= 0))
		r->failed = 1;
}

/* The formula at R.  */
static kcl_status get_formula(struct reader *r,
                              const struct kcl__description *about,
                              kcl_formula **formula)
{
	const char *vars[KCL__MAX_ARGUMENTS], *text = get_text(r);
	kcl_formula *plain;
	kcl_status status;

	if (about->arguments < 0 || about->arguments > KCL__MAX_ARGUMENTS)
		r->failed = 1;
	for (int64_t k = 0; !r->failed && k < about->arguments; k++)
		vars[k] = get_text(r);
	if (r->failed)
		return KCL_OK;
	status = kcl_formula_parse(text, (size_t)about->arguments, vars,
	                           &plain);
	if (!status)
		status = kcl_formula_summed(plain, (kcl_sums)about->sums,
		                            (int)about->sum_bits, formula);
	kcl_formula_free(plain);
	return status;
}

kcl_status kcl__bundle_formula(const char *at, size_t length,
                               const struct kcl__description *about,
                               kcl_formula **formula)
{
	struct reader r = { .at = at, .left = length };

	return get_formula(&r, about, formula);
}

static kcl_status get_all(struct reader *r, kcl_context *ctx,
                          struct kcl__bundle *bundle, kcl_kernel **kernel)
{
	struct kcl__description about = { .kernels = 0 };
	kcl_formula *formula = NULL;
	kcl_status status;

	bundle->version = get_text(r);
	get_struct(r, &about, sizeof about);
	status = get_formula(r, &about, &formula);
	if (formula && about.kernels > 0
	    && (uint64_t)about.kernels <= r->left / sizeof(struct kcl__shape))
		bundle->count = (size_t)about.kernels;
	bundle->entry = kcl__alloc(bundle->count, sizeof *bundle->entry);
	for (size_t k = 0; bundle->entry && k < bundle->count; k++)
		get_entry(r, &bundle->entry[k], formula);
	if (!status && !bundle->entry)
		status = KCL_MEMORY;
	if (!status && !r->failed)
		status = kcl_kernel_from(ctx, formula, kernel);
	kcl_formula_free(formula);
	return status;
}

/* The whole of a file, or so much that it is too long for a bundle.  */
static kcl_status read_file(const char *path, void **whole, size_t *size)
{
	FILE *file = fopen(path, "rb");
	size_t capacity = 0, n = file != NULL;
	char *bytes = NULL;
	kcl_status status = KCL_OK;

	for (*size = 0; n > 0 && !status && *size <= KCL__SEALED; *size += n) {
		if (kcl__grow(&bytes, &capacity, *size + 65536, 1))
			status = KCL_MEMORY;
		n = status ? 0 : fread(bytes + *size, 1, 65536, file);
	}
	*whole = bytes;
	if (!file || ferror(file))
		status = kcl__fail(KCL_ARGUMENT, "the file %s cannot be read: "
		                   "%s", path, strerror(errno));
	if (file)
		fclose(file);
	return status;
}

/* Has R read the SIZE bytes of FILE, of PATH; it fails where they are not as
 * they were written.  */
static kcl_status open_seal(struct reader *r, const void *file, size_t size,
                            const char *path)
{
	const void *bytes = NULL;
	int is = kcl__unseal(file, size, KCL__BUNDLE, sizeof KCL__BUNDLE,
	                     &bytes, &r->left);

	r->at = bytes;
	r->failed = is < 0;
	return is ? KCL_OK : kcl__fail(KCL_ARGUMENT, "the file %s is no bundle "
		"of this version of the library: it has to be made anew", path);
}

kcl_status kcl_bundle_load(kcl_context *ctx, const char *path,
                           kcl_kernel **kernel)
{
	struct kcl__bundle *bundle;
	struct reader r = { .failed = 0 };
	size_t size = 0;
	kcl_status status;

	if (kcl__nowhere(kernel, "the kernel"))
		return KCL_ARGUMENT;
	*kernel = NULL;
	if (!ctx || !path)
		return kcl__fail(KCL_ARGUMENT, "%s is NULL",
		                 ctx ? "the path" : "the context");
	bundle = kcl__alloc(1, sizeof *bundle);
	if (!bundle)
		return KCL_MEMORY;
	status = read_file(path, &bundle->file, &size);
	if (!status)
		status = open_seal(&r, bundle->file, size, path);
	if (!status && !r.failed)
		status = get_all(&r, ctx, bundle, kernel);
	if (!status && r.failed)
		status = kcl__fail(KCL_ARGUMENT, "the file %s is damaged, or "
		                   "no bundle", path);
	if (status)
		kcl__bundle_free(bundle);
	else
		(*kernel)->bundle = bundle;
	return status;
}

void kcl__bundle_free(struct kcl__bundle *bundle)
{
	if (!bundle)
		return;
	free(bundle->entry);
	free(bundle->file);
	free(bundle);
}

/* ----- use -------------------------------------------------------------- */

static int build(const struct kcl_kernel *kernel, const struct entry *e,
                 struct kcl__ready *r)
{
	const struct kcl__device *device = kernel->ctx->device;
	const struct kcl__pass *pass = &kernel->formula->pass[e->shape.pass];
	struct kcl__code code = {
		.source = "", .group = (size_t)e->shape.group,
		.item_rows = (int32_t)e->shape.item_rows,
		.columns = (int32_t)e->shape.columns, .made = e->code
	};
	struct kcl__sb note = { 0 };
	struct kcl__plan plan;
	char *source;

	kcl__plan_make(pass, &kernel->ctx->target, (int)e->shape.bits, &plan);
	code.options = kcl__options(pass, &plan, kcl__dialect_of(kernel->ctx));
	kcl__sb_printf(&note, "/* made ahead of time for %s */\n", e->target);
	source = kcl__sb_take(&note);
	if (!source || device->backend->build(kernel->ctx->device, &code,
	                                      &r->program)) {
		free(source);
		return 0;
	}
	free(r->source);
	r->source = source;
	r->group = code.group;
	r->item_rows = code.item_rows;
	r->columns = code.columns;
	r->loops = e->shape.loops;
	r->plan = plan;
	return 1;
}

/* Whether this library would write that for E's target too; seen once, as is
 * whether that is fast.  */
static int is_same(const struct kcl_kernel *kernel, struct entry *e)
{
	const struct kcl__shape *s = &e->shape;
	const struct kcl__pass *pass = &kernel->formula->pass[s->pass];
	struct kcl__plan plan;
	struct kcl__hash name;
	kcl_context *target;

	if (!e->is && !kcl_context_open(e->target, &target)) {
		e->is = !kcl__kernel_name(target, pass, (int)s->bits,
		                          (int)s->form, &name)
			&& name.low == s->name.low
			&& name.high == s->name.high ? 1 : -1;
		kcl__plan_make(pass, &target->target, (int)s->bits, &plan);
		e->fast = plan.power != KCL__POLYNOMIAL;
		kcl_context_close(target);
	}
	return e->is > 0;
}

/* The next entry for the device, at E or behind it, that is the SAME as this
 * library would write, or not; NULL if there is none.  */
static struct entry *find(const struct kcl_kernel *kernel, struct entry *e,
                          int bits, size_t pass, int form, int same)
{
	const struct kcl__bundle *bundle = kernel->bundle;
	const struct kcl__device *device = kernel->ctx->device;

	if (!device->backend->fits)
		return NULL;
	for (; e < bundle->entry + bundle->count; e++)
		if (e->shape.bits == bits && e->shape.pass == (int64_t)pass
		    && e->shape.form == form
		    && device->backend->fits(device, e->target)
		    && is_same(kernel, e) == same
		    && !(kernel->ctx->target.portable && e->fast))
			return e;
	return NULL;
}

static int has(const struct kcl_kernel *kernel, int bits, size_t pass,
               int form)
{
	return find(kernel, kernel->bundle->entry, bits, pass, form, 1)
		!= NULL;
}

int kcl__bundle_ready(const struct kcl_kernel *kernel, int bits, size_t pass,
                      int form, struct kcl__ready *r)
{
	struct entry *e = kernel->bundle ? kernel->bundle->entry : NULL;

	while (e && (e = find(kernel, e, bits, pass, form, 1))) {
		if (build(kernel, e, r))
			return 1;
		e++;
	}
	return 0;
}

int kcl__bundle_form(const struct kcl_kernel *kernel, int bits, size_t pass,
                     int form)
{
	if (form < KCL__SPLIT || !has(kernel, bits, pass, KCL__PLAIN))
		return form;
	if (!has(kernel, bits, pass, KCL__MERGE))
		return KCL__PLAIN;
	return form >= KCL__LANES && has(kernel, bits, pass, KCL__LANES)
		&& has(kernel, bits, pass, KCL__MERGE_LANES)
		? KCL__LANES : KCL__SPLIT;
}

kcl_status kcl__bundle_refused(const struct kcl_kernel *kernel, int bits,
                               size_t pass, int form)
{
	struct kcl__bundle *bundle = kernel->bundle;
	struct kcl__sb why = { 0 };
	struct entry *e;

	if (!bundle)
		return KCL_BUILD;
	kcl__sb_puts(&why, kcl_message());      /* that the search may change */
	e = find(kernel, bundle->entry, bits, pass, form, 0);
	if (why.failed || !e)
		kcl__fail(KCL_BUILD, "%s", why.failed ? "" : why.text);
	else
		kcl__fail(KCL_BUILD, "%s; the bundle's kernel for %s, of "
		          "library version %.20s, is not what this library, "
		          "version %s, makes: make the bundle anew", why.text,
		          e->target, bundle->version, KCL__VERSION);
	kcl__sb_free(&why);
	return KCL_BUILD;
}
