/* clang.h - from a kernel's text in OpenCL C to SPIR-V and others
 * SPDX-License-Identifier: MIT
 *
 * clang is found in $PATH, or by $KEOPSCL_CLANG.  KCL_BUILD where none is
 * there, or with the words of the first that failed where none takes a text. */
#ifndef KCL_CLANG_H
#define KCL_CLANG_H

#include "runtime/runtime.h"

/* SPIR-V 1.2 for any device.  */
kcl_status kcl__spirv_make(const struct kcl__device *device,
                           const struct kcl__code *code, const char *arch,
                           struct kcl__binary *made);

/* An ELF file for AMD's architecture ARCH, such as "gfx90a".  */
kcl_status kcl__amdgcn_make(const struct kcl__device *device,
                            const struct kcl__code *code, const char *arch,
                            struct kcl__binary *made);

/* Whether that is a module of SPIR-V that no function is missing of.  */
int kcl__spirv_whole(const void *bytes, size_t length);

#endif
