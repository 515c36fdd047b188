/* bundle.h - a formula in a file with kernels made ahead of time
 * SPDX-License-Identifier: MIT
 *
 * A bundle is a sealed file of fields, each a length, its bytes and zeros up to
 * a multiple of 8.  Texts have their 0.  First come the library's version, a
 * struct description, the formula, and a declaration for each argument; then
 * for each kernel its target, a struct shape and its code. */
#ifndef KCL_BUNDLE_H
#define KCL_BUNDLE_H

#include "build.h"
#include "seal.h"

#define KCL__BUNDLE "bundle 1"          /* what it is sealed with */

struct kcl__description {
	int64_t arguments, sums, sum_bits, kernels;
};

/* What a launch has to know of a kernel.  */
struct kcl__shape {
	int64_t bits, pass, parts, group, item_rows;
	struct kcl__loops loops;
};

#endif
