/* golden.h - kernels whose texts are kept, for a device that stays the same
 * SPDX-License-Identifier: MIT */
#ifndef GOLDEN_H
#define GOLDEN_H

/* A text: a formula in one of its forms.  */
struct golden { const char *name, *form; };

enum { GOLDEN_FORMS = 3 };

/* Number K, such as { "gauss", "gpu.cl" }; 0 when there are no more.  The forms
 * of a formula are "cpu.cl", "gpu.cl" and "cu", one after the other.  */
int golden_get(int k, struct golden *golden);

/* Its source; the caller frees it.  NULL after a failure of the library.  */
char *golden_source(int k);

#endif
