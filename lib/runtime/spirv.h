/* spirv.h - from a kernel's text in OpenCL C to SPIR-V
 * SPDX-License-Identifier: MIT */
#ifndef KCL_SPIRV_H
#define KCL_SPIRV_H

#include "runtime/runtime.h"

/* Makes SPIR-V of CODE's text by clang, found in $PATH, or by $KEOPSCL_CLANG;
 * *BYTES is for free().  KCL_BUILD where there is no compiler, with the words
 * of the first that failed where none takes it.  */
kcl_status kcl__spirv(const struct kcl__device *device,
                      const struct kcl__code *code, char **bytes,
                      size_t *length);

/* Whether that is a module of SPIR-V that no function is missing of.  */
int kcl__spirv_whole(const void *bytes, size_t length);

#endif
