/* fakecuda.h - a test double of NVIDIA's driver and compiler
 * SPDX-License-Identifier: MIT
 *
 * A shared object to be named in $KEOPSCL_LIBCUDA and $KEOPSCL_LIBNVRTC: no
 * driver, no GPU.  Its compiler makes the CUDA text with the system's C
 * compiler; its devices are two, and run a block's threads as fibres, whose
 * every order of work between barriers is right or wrong alike.  Memory of a
 * device lies between pages without access, begins as a pattern that is no
 * number, and cannot be used by the host.  Results arrive when a stream is
 * waited for.  It counts, and fails where it is told to (armed.h), and then
 * contexts that broke work again.  By the environment:
 *   KEOPSCL_FAKE_ARCH=80      the devices' compute capability
 *   KEOPSCL_FAKE_CUDA=13000   the driver's version
 *   KEOPSCL_FAKE_MEMORY=B     the devices' bytes, as told
 *   KEOPSCL_FAKE_LIMIT=B      those that can really be had
 *   KEOPSCL_FAKE_INIT=C       cuInit fails with this code
 *   KEOPSCL_FAKE_DROP=N       the compiler overlooks a text's N-th barrier
 *   KEOPSCL_FAKE_ROUNDS=1     and that a loop's rounds depend on the group */
#ifndef FAKECUDA_H
#define FAKECUDA_H

#include "armed.h"
#include <stddef.h>

/* ----- between its parts ------------------------------------------------ */

/* Contexts that broke work again.  */
void fake_mend(void);
/* A number of the environment.  */
long long fake_setting(const char *name, long long otherwise);
enum { FAKE_DEVICES = 2, FAKE_SHARED = 49152 };

/* Whether what is copied from there waits for the stream.  */
int fake_is_pinned(const void *memory);

/* Compiles SOURCE; its bytes, for free(), or NULL with *LOG.  */
char *fake_compile(const char *source, size_t *length, char **log);

/* A kernel's binary, loaded.  */
struct fake_index { unsigned x, y, z; };
struct fake_kernel {
	void *library;
	struct fake_index *thread, *block, *group;
	void (**sync)(void);
	void (*call)(void **parameters);
	char *(*shared)(size_t *size);
};
int fake_load(struct fake_kernel *kernel, const char *bytes, size_t length);

/* Runs it; -1 if some threads of a block wait for others that have ended.  */
int fake_run(const struct fake_kernel *kernel, unsigned groups, unsigned group,
             void **parameters);

/* What a device's addresses are more than the host's.  */
#define FAKE_BIAS 0x4000000000000000ull

#endif
