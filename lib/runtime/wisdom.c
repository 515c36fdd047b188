/* wisdom.c - the best plans that were measured, kept in a text file
 * SPDX-License-Identifier: MIT */
#include "runtime/wisdom.h"
#include "diag.h"
#include "mem.h"
#include "os.h"
#include "runtime/cache.h"
#include "sb.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 18 };        /* bytes of a file */

#define HEAD "keopscl wisdom "

/* The file being read or written.  */
struct file {
	char path[4096];
	const char *name;       /* in the folder */
	int dir;                /* -1 where there is none */
	const char *reason;     /* why it is not used; NULL: it is */
	char *text;             /* NULL: not there, or not used */
};

/* ----- the file --------------------------------------------------------- */

static int find_path(struct file *f, const struct kcl__cache *cache)
{
	const char *own = kcl__os_getenv("KEOPSCL_WISDOM");
	int used = own || !kcl__cache_reason(cache)[0];

	snprintf(f->path, sizeof f->path, "%s%s", own ? own
	         : kcl__cache_dir(cache), own ? "" : "/wisdom");
	return used && strlen(f->path) + 1 < sizeof f->path;
}

static void open_folder(struct file *f)
{
	char *slash = strrchr(f->path, '/');

	f->name = slash ? slash + 1 : f->path;
	if (slash)
		*slash = 0;
	f->dir = kcl__os_dir_open(!slash ? "." : *f->path ? f->path : "/",
	                          &f->reason);
	if (slash)
		*slash = '/';
}

/* Looks at the first line: a file that is not for this version is not read,
 * but may be written anew.  */
static void judge(struct file *f)
{
	size_t n = strlen(HEAD KCL__VERSION "\n");

	if (strncmp(f->text, HEAD, strlen(HEAD)))
		f->reason = "is something else than wisdom";
	else if (strncmp(f->text, HEAD KCL__VERSION "\n", n))
		f->text[0] = 0;
}

static void read_file(struct file *f, const struct kcl__cache *cache)
{
	void *bytes;
	size_t length;
	int found;

	memset(f, 0, sizeof *f);
	f->dir = -1;
	if (find_path(f, cache))
		open_folder(f);
	if (f->dir < 0)
		return;
	found = kcl__os_file_read(f->dir, f->name, MOST, &bytes, &length);
	if (found < 0)
		f->reason = "is no file of this user's, or too large";
	if (found <= 0)
		return;
	f->text = kcl__copy(bytes, length);
	free(bytes);
	if (f->text)
		judge(f);
}

static void close_file(struct file *f)
{
	kcl__os_dir_close(f->dir);
	free(f->text);
}

/* ----- lines ------------------------------------------------------------ */

/* The device with its driver, as lines name it.  */
static kcl_status device_name(const struct kcl__facts *facts, uint64_t *name)
{
	const struct kcl__device device = { .facts = *facts };
	const struct kcl__code code = { .source = "", .options = "" };
	struct kcl__sb key = { 0 };
	kcl_status status = kcl__program_key(&device, &code, NULL, &key);

	if (!status)
		*name = kcl__hash(key.text, key.length).low;
	kcl__sb_free(&key);
	return status;
}

/* Takes the line at TEXT apart; 0 if it is none of ours.  It is copied, as far
 * as that may go, since sscanf would find the next line's words where it has
 * none, and look at all of the text each time.  */
static int take_line(const char *text, uint64_t *device,
                     struct kcl__learned *learned)
{
	char line[256];
	int n = 0;

	snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
	return sscanf(line, "%16" SCNx64 " %16" SCNx64 "%16" SCNx64
	              " %79[a-z0-9=,]%n", device, &learned->kernel.high,
	              &learned->kernel.low, learned->plan, &n) == 4
		&& (line[n] == ' ' || !line[n]);
}

/* What becomes of the lines of a file.  */
struct tally { size_t own, foreign, bad; };

static int add_learned(struct kcl__wisdom *w,
                       const struct kcl__learned *learned)
{
	if (kcl__grow(&w->learned, &w->capacity, w->count + 1,
	              sizeof *w->learned))
		return -1;
	w->learned[w->count++] = *learned;
	return 0;
}

static const char *next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end && end[1] ? end + 1 : NULL;
}

static kcl_status take_lines(const struct file *f, uint64_t own,
                             struct kcl__wisdom *w, struct tally *tally)
{
	struct kcl__learned learned;
	uint64_t device;

	for (const char *at = next_line(f->text); at; at = next_line(at)) {
		if (!take_line(at, &device, &learned))
			tally->bad++;
		else if (device != own)
			tally->foreign++;
		else if (add_learned(w, &learned))
			return KCL_MEMORY;
	}
	tally->own = w->count;
	return KCL_OK;
}

/* ----- reading ---------------------------------------------------------- */

static kcl_status tell(struct kcl__facts *facts, const struct file *f,
                       const struct tally *t)
{
	struct kcl__sb sb = { 0 };
	kcl_status status;

	kcl__sb_printf(&sb, "%s: ", f->path);
	if (f->reason)
		kcl__sb_printf(&sb, "ignored, it %s", f->reason);
	else if (!f->text[0])
		kcl__sb_puts(&sb, "ignored, it is for another version than "
		             KCL__VERSION);
	else
		kcl__sb_printf(&sb, "%zu plan%s for it", t->own,
		               t->own == 1 ? "" : "s");
	if (t->foreign)
		kcl__sb_printf(&sb, "; %zu for other devices or drivers",
		               t->foreign);
	if (t->bad)
		kcl__sb_printf(&sb, "; %zu line%s ignored, %s none", t->bad,
		               t->bad == 1 ? "" : "s",
		               t->bad == 1 ? "it is" : "they are");
	facts->number[KCL_DEVICE_WISDOM] = f->reason ? -1 : (int64_t)t->own;
	status = sb.failed || kcl__facts_text(facts, KCL_DEVICE_WISDOM,
	                                      sb.text) ? KCL_MEMORY : KCL_OK;
	kcl__sb_free(&sb);
	return status;
}

kcl_status kcl__wisdom_read(const struct kcl__cache *cache,
                            struct kcl__facts *facts,
                            struct kcl__wisdom *wisdom)
{
	const char *type = facts->text[KCL_DEVICE_TYPE];
	struct tally tally = { 0 };
	kcl_status status = KCL_OK;
	struct file f;
	uint64_t own = 0;

	memset(wisdom, 0, sizeof *wisdom);
	if (type && !strcmp(type, "host"))
		return KCL_OK;
	read_file(&f, cache);
	if (f.text && f.text[0] && !f.reason) {
		status = device_name(facts, &own);
		if (!status)
			status = take_lines(&f, own, wisdom, &tally);
	}
	if (!status && (f.text || f.reason))
		status = tell(facts, &f, &tally);
	close_file(&f);
	if (status)
		kcl__wisdom_free(wisdom);
	return status;
}

void kcl__wisdom_free(struct kcl__wisdom *wisdom)
{
	free(wisdom->learned);
	memset(wisdom, 0, sizeof *wisdom);
}

const char *kcl__wisdom_find(const struct kcl__wisdom *w,
                             struct kcl__hash kernel)
{
	for (size_t k = w->count; k-- > 0;)
		if (w->learned[k].kernel.low == kernel.low
		    && w->learned[k].kernel.high == kernel.high)
			return w->learned[k].plan;
	return NULL;
}

/* ----- writing ---------------------------------------------------------- */

/* All good lines of the file but those of KERNEL on DEVICE.  */
static void keep_lines(const char *text, uint64_t device,
                       struct kcl__hash kernel, struct kcl__sb *sb)
{
	struct kcl__learned learned;
	uint64_t of;

	kcl__sb_puts(sb, HEAD KCL__VERSION "\n");
	for (const char *at = text ? next_line(text) : NULL; at;
	     at = next_line(at)) {
		if (!take_line(at, &of, &learned) || (of == device
		    && learned.kernel.low == kernel.low
		    && learned.kernel.high == kernel.high))
			continue;
		kcl__sb_put(sb, at, strcspn(at, "\n"));
		kcl__sb_puts(sb, "\n");
	}
}

static kcl_status write_file(struct file *f, uint64_t device,
                             struct kcl__hash kernel, const char *plan,
                             const char *note)
{
	struct kcl__sb sb = { 0 };
	kcl_status status = KCL_OK;

	keep_lines(f->text, device, kernel, &sb);
	if (*plan)
		kcl__sb_printf(&sb, "%016" PRIx64 " %016" PRIx64 "%016" PRIx64
		               " %s # %s\n", device, kernel.high, kernel.low,
		               plan, note);
	if (sb.failed)
		status = KCL_MEMORY;
	else if (sb.length > MOST
	         || kcl__os_file_write(f->dir, f->name, sb.text, sb.length))
		status = kcl__fail(KCL_ARGUMENT, "%s cannot be written, or has "
		                   "more than %d bytes", f->path, MOST);
	kcl__sb_free(&sb);
	return status;
}

kcl_status kcl__wisdom_add(const struct kcl__cache *cache,
                           const struct kcl__facts *facts,
                           struct kcl__hash kernel, const char *plan,
                           const char *note)
{
	uint64_t device = 0;
	kcl_status status = device_name(facts, &device);
	struct file f;

	if (status)
		return status;
	read_file(&f, cache);
	if (f.reason)
		status = kcl__fail(KCL_ARGUMENT, "%s cannot hold wisdom: it %s",
		                   f.path, f.reason);
	else if (f.dir < 0)
		status = kcl__fail(KCL_ARGUMENT, "there is no place for "
		                   "wisdom: the cache is not used, and "
		                   "KEOPSCL_WISDOM not set");
	else
		status = write_file(&f, device, kernel, plan, note);
	close_file(&f);
	return status;
}
