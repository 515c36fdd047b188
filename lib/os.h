/* os.h - what the library asks of the operating system
 * SPDX-License-Identifier: MIT
 *
 * All that is POSIX only stands in os.c, os_file.c and os_run.c.
 * Nothing here sets the thread's message unless it says so. */
#ifndef KCL_OS_H
#define KCL_OS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* ----- time and machine ------------------------------------------------- */

/* Seconds since some moment; never goes back.  */
double kcl__os_now(void);
void kcl__os_sleep(double seconds);

/* Cores this process may use (at least 1), bytes of memory in the machine (0
 * when unknown), and the process' number.  */
int kcl__os_cores(void);
uint64_t kcl__os_memory(void);
long kcl__os_process(void);

/* A variable of the environment; NULL when it is not set or is empty, and
 * always in a set-user-id or set-group-id process.  */
const char *kcl__os_getenv(const char *name);

/* ----- libraries -------------------------------------------------------- */

/* Loads the first library of NAMES (NULL at the end) that there is; NULL if
 * there is none.  Its symbols stay its own.  */
void *kcl__os_library(const char *const *names);
/* Sets *FUNCTION, a pointer to a function; 0 where LIBRARY has no NAME.  */
int kcl__os_symbol(void *library, const char *name, void *function);
void kcl__os_library_close(void *library);

/* ----- threads ---------------------------------------------------------- */

struct kcl__mutex {
	pthread_mutex_t native;
};

/* 0, or -1 with KCL_MEMORY set.  */
int kcl__mutex_init(struct kcl__mutex *mutex);
void kcl__mutex_destroy(struct kcl__mutex *mutex);
int kcl__mutex_lock(struct kcl__mutex *mutex);     /* -1: it is this thread's */
void kcl__mutex_unlock(struct kcl__mutex *mutex);

/* Calls fn(arg, 0) ... fn(arg, threads - 1), at the same time as far as
 * threads can be had, and returns when all are done.  The caller's thread
 * takes index 0 and what no other thread could.  */
void kcl__os_parallel(int threads, void (*fn)(void *arg, int index),
                      void *arg);

/* ----- programs (os_run.c) ---------------------------------------------- */

struct kcl__os_run {
	const void *input;      /* its standard input */
	size_t input_length;
	double limit;           /* seconds; then it is killed */
	char *output, *log;     /* all it wrote, and to standard error: with a
	                         * 0 behind, for free(); the log may be NULL */
	size_t length;          /* of the output */
};

/* Runs the program ARGV (NULL at the end), which is looked for in $PATH, and
 * waits for it; there is no shell.  Returns its exit status, or one of these;
 * after KCL__OS_NOT_RUN, nothing is to be freed.  */
enum { KCL__OS_NOT_RUN = -1, KCL__OS_LATE = -2, KCL__OS_CRASHED = -3 };
enum { KCL__OS_OUTPUT = 64 << 20 };     /* most bytes of an output */
int kcl__os_run(const char *const *argv, struct kcl__os_run *run);

/* ----- files in a private directory (os_file.c) ------------------------- */

/* Opens PATH, which is made (with its parent) if it is not there.  It has to
 * be a directory, not a link to one, that belongs to the user and that nobody
 * else can write.  Returns a handle, or -1 with *WHY the reason, such as "can
 * be written by others".  */
int kcl__os_dir_open(const char *path, const char **why);
void kcl__os_dir_close(int dir);

/* NAME is always a name inside DIR, and links are never followed.  */

/* Reads a whole file of at most LIMIT bytes into *BYTES (free it).  Returns 1;
 * 0 when there is none or it cannot be read now; -1 when it is no file to be
 * trusted: not a regular file, another user's, linked elsewhere too, or
 * larger.  A file that is read does not grow old.  */
int kcl__os_file_read(int dir, const char *name, size_t limit, void **bytes,
                      size_t *length);

/* Puts a file in place under NAME in one step: a reader finds the old one or
 * the new one, whole.  Meanwhile it lies under a name that begins with
 * KCL__OS_UNFINISHED.  Returns 0 or -1.  */
int kcl__os_file_write(int dir, const char *name, const void *bytes,
                       size_t length);
#define KCL__OS_UNFINISHED "unfinished-keopscl-"

/* The same for a PATH anywhere, which keeps its permissions, and where it is a
 * link stays one; -1 with *WHY the reason, such as "it is not a regular file".
 */
int kcl__os_publish(const char *path, const void *bytes, size_t length,
                    const char **why);

void kcl__os_file_remove(int dir, const char *name);

/* Calls EACH for every name but those that begin with a dot.  AGE is in
 * seconds.  */
void kcl__os_dir_list(int dir, void (*each)(void *arg, const char *name,
                                            double age, uint64_t bytes),
                      void *arg);

/* A lock that one thread of one process has; it ends with the process.
 * Returns a handle, KCL__OS_BUSY when somebody else has it, or KCL__OS_NOLOCK
 * when there can be none here.  The file NAME exists while it is held.  */
enum { KCL__OS_NOLOCK = -1, KCL__OS_BUSY = -2 };
int kcl__os_lock(int dir, const char *name);

/* Marks the file of a LOCK that is held; 0 if it is marked already: whoever had
 * the lock died with it.  */
int kcl__os_lock_mark(int lock);

/* LOCK may be KCL__OS_NOLOCK or KCL__OS_BUSY.  */
void kcl__os_unlock(int dir, const char *name, int lock);

#endif
