/* faultcl.h - an OpenCL library that fails on demand
 * SPDX-License-Identifier: MIT
 *
 * A shared object to be named in $KEOPSCL_LIBOPENCL.  It has the functions of
 * opencl.fn, hands them on to the system's libOpenCL.so.1, counts, and fails
 * where it is told to, by these functions (found with dlsym) or by
 * Buffers that lie at the host's and are CL_MEM_READ_ONLY it never makes.
 *   KEOPSCL_FAULT_CALL=N   the N-th call fails, from 1
 *   KEOPSCL_FAULT_CODE=C   with this code (-5)
 *   KEOPSCL_FAULT_GPU=1    every device says it is a GPU, so that arrays are
 *                          copied and kernels are made as for one
 *   KEOPSCL_FAULT_THREADS=1
 *                          and that it is Intel's, with threads of 8 and more
 *   KEOPSCL_FAULT_MEMORY=B and that it has B bytes
 *   KEOPSCL_FAULT_IDLE=1   launches do nothing, as with a bad compiler
 *   KEOPSCL_FAULT_BINARY=1 binaries are of PoCL, without a program
 *   KEOPSCL_FAULT_COMPILER=1
 *                          the device has no compiler
 *   KEOPSCL_FAULT_IL=1     it takes SPIR-V 1.2, which llvm-spirv-15 turns back
 *                          to what PoCL takes */
#ifndef FAULTCL_H
#define FAULTCL_H

/* From now on the CALL-th call of NAME, or of any function if it is NULL,
 * fails with CODE; none if CALL is 0.  Counting begins anew.  */
typedef void faultcl_arm_function(const char *name, long call, int code);
/* Calls of NAME since, or of all functions if it is NULL.  */
typedef long faultcl_calls_function(const char *name);
/* Objects and mappings that were made and not released.  */
typedef long faultcl_live_function(void);
/* The name of the call that was failed; NULL if none was.  */
typedef const char *faultcl_failed_function(void);

#endif
