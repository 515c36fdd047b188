/* file.c - whole files in memory, and files that appear when complete
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(struct trouble *t, int code, const char *what,
                  const char *path)
{
	return trouble(t, code, "cannot %s %s: %s", what, path,
	               strerror(errno));
}

int path_ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

/* ----- reading ---------------------------------------------------------- */

static int grow(struct file *file, size_t *capacity)
{
	size_t wanted = *capacity ? *capacity * 2 : 1 << 16;
	char *bytes = wanted > *capacity ? realloc(file->bytes, wanted) : NULL;

	if (!bytes)
		return -1;
	file->bytes = bytes;
	*capacity = wanted;
	return 0;
}

static int read_all(struct file *file, int fd, const char *path,
                    struct trouble *t)
{
	size_t capacity = 0;
	ssize_t got;

	do {
		if (file->size == capacity && grow(file, &capacity))
			return no_memory(t);
		got = read(fd, file->bytes + file->size,
		           capacity - file->size);
		if (got > 0)
			file->size += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? cannot(t, REQUEST, "read", path) : 0;
}

static int map(struct file *file, int fd, off_t size)
{
	void *bytes;

	if (size <= 0 || (uintmax_t)size > SIZE_MAX)
		return -1;
	bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -1;
	*file = (struct file){ bytes, (size_t)size, 1 };
	return 0;
}

static int read_fd(struct file *file, int fd, const char *path,
                   struct trouble *t)
{
	struct stat st;

	if (fstat(fd, &st))
		return cannot(t, REQUEST, "read", path);
	if (S_ISREG(st.st_mode) && !map(file, fd, st.st_size))
		return 0;
	return read_all(file, fd, path, t);
}

int file_read(struct file *file, const char *path, struct trouble *t)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed;

	memset(file, 0, sizeof *file);
	if (fd < 0)
		return cannot(t, REQUEST, "open", path);
	failed = read_fd(file, fd, path, t);
	close(fd);
	if (failed)
		file_free(file);
	return failed;
}

void file_free(struct file *file)
{
	if (file->mapped)
		munmap(file->bytes, file->size);
	else
		free(file->bytes);
	memset(file, 0, sizeof *file);
}

char *file_formula(const char *path, struct trouble *t)
{
	struct file file;
	char *text = NULL;

	if (file_read(&file, path, t))
		return NULL;
	if (file.size && memchr(file.bytes, 0, file.size))
		trouble(t, REQUEST, "a formula is text, this one has a zero "
		        "byte");
	else if (!(text = strndup(file.size ? file.bytes : "", file.size)))
		no_memory(t);
	file_free(&file);
	return text;
}

/* ----- writing ---------------------------------------------------------- */

static char *copy(const char *text)
{
	char *p = malloc(strlen(text) + 1);

	return p ? strcpy(p, text) : NULL;
}

/* The folder PATH lies in; to be freed.  */
static char *folder(const char *path)
{
	char *p = copy(path), *slash = p ? strrchr(p, '/') : NULL;

	if (slash)
		slash[slash == p] = 0;
	else if (p) {
		free(p);
		p = copy(".");
	}
	return p;
}

int output_check(const char *path, struct trouble *t)
{
	struct stat st;
	char *in;
	int denied, there = !stat(path, &st);

	if (!there && errno == ENOTDIR)
		return cannot(t, REQUEST, "write", path);
	if (there && !S_ISREG(st.st_mode))
		return trouble(t, REQUEST, "cannot write %s: it is %s", path,
		               S_ISDIR(st.st_mode) ? "a directory"
		                                   : "not a regular file");
	in = folder(path);
	if (!in)
		return no_memory(t);
	denied = access(in, W_OK | X_OK);
	free(in);
	return denied ? cannot(t, REQUEST, "write", path) : 0;
}

/* The name of a temporary file beside the output; its first letter is a dot,
 * so that patterns such as *.npy do not take it.  */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t base = slash ? (size_t)(slash - path) + 1 : 0;
	size_t size = strlen(path) + 32;
	char *name = malloc(size);

	if (name)
		snprintf(name, size, "%.*s.%s.%ld", (int)base, path,
		         path + base, (long)getpid());
	return name;
}

static int create(struct output *output, struct trouble *t)
{
	struct stat st;
	int fd = open(output->temporary,
	              O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return cannot(t, REQUEST, "write", output->temporary);
	if (!stat(output->path, &st))
		(void)!fchmod(fd, st.st_mode & 0777);
	output->stream = fdopen(fd, "wb");
	if (output->stream)
		return 0;
	close(fd);
	unlink(output->temporary);
	return no_memory(t);
}

int output_open(struct output *output, const char *path, struct trouble *t)
{
	memset(output, 0, sizeof *output);
	if (output_check(path, t))
		return -1;
	output->path = realpath(path, NULL);    /* through a symbolic link */
	if (!output->path)
		output->path = copy(path);
	if (output->path)
		output->temporary = temporary_name(output->path);
	if (!output->temporary ? no_memory(t) : create(output, t)) {
		free(output->path);
		free(output->temporary);
		memset(output, 0, sizeof *output);
		return -1;
	}
	return 0;
}

int output_finish(struct output *output, struct trouble *t)
{
	int failed = fflush(output->stream) || ferror(output->stream)
	             || fsync(fileno(output->stream));
	int reason = errno;

	if (fclose(output->stream) && !failed) {
		failed = 1;
		reason = errno;
	}
	output->stream = NULL;
	errno = reason;
	return failed ? cannot(t, MACHINE, "write", output->path) : 0;
}

int output_publish(struct output *output, struct trouble *t)
{
	if (rename(output->temporary, output->path))
		return cannot(t, MACHINE, "write", output->path);
	free(output->temporary);
	output->temporary = NULL;
	return 0;
}

void output_free(struct output *output)
{
	if (output->stream)
		fclose(output->stream);
	if (output->temporary)
		unlink(output->temporary);
	free(output->path);
	free(output->temporary);
	memset(output, 0, sizeof *output);
}
