/* bundle.h - a formula in a file with kernels made ahead of time
 * SPDX-License-Identifier: MIT
 *
 * A bundle is a sealed file of fields, each a length, its bytes and zeros up to
 * a multiple of 8.  Texts have their 0.  First come the library's version, a
 * struct description, the formula, and a declaration for each argument; then
 * for each kernel its target, a struct shape and its code.  A kernel is used
 * where its name is that which this library gives it, for that target. */
#ifndef KCL_BUNDLE_H
#define KCL_BUNDLE_H

#include "build.h"
#include "seal.h"

#define KCL__BUNDLE "bundle 5"          /* what it is sealed with */

struct kcl__description {
	int64_t arguments, sums, sum_bits, kernels;
};

/* What a launch has to know of a kernel.  */
struct kcl__shape {
	int64_t bits, pass, form, group, item_rows, columns;
	struct kcl__loops loops;
	struct kcl__hash name;          /* kcl__kernel_name */
};

/* Makes *FORMULA of the fields, LENGTH bytes at AT, that say it.  */
kcl_status kcl__bundle_formula(const char *at, size_t length,
                               const struct kcl__description *about,
                               kcl_formula **formula);

/* What pass number PASS is to be run with instead of kernels of FORM, one of
 * those that split columns: of these a bundle has the two simplest.  FORM where
 * the bundle of KERNEL has nothing for the device.  */
int kcl__bundle_form(const struct kcl_kernel *kernel, int bits, size_t pass,
                     int form);

#endif
