/* cuda.h - what the parts of the CUDA backend share
 * SPDX-License-Identifier: MIT
 *
 * The one place that declares the vendor's types and numbers: his headers are
 * not needed.  Libraries stay loaded until the process ends. */
#ifndef KCL_CUDA_H
#define KCL_CUDA_H

#include "runtime/runtime.h"

typedef int CUresult, nvrtcResult;      /* 0: success */
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct _nvrtcProgram *nvrtcProgram;

enum {
	CUDA_ERROR_OUT_OF_MEMORY = 2,
	CU_STREAM_NON_BLOCKING = 1,     /* apart from the default stream */
	CU_EVENT_DISABLE_TIMING = 2,
	CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK = 1,
	CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK = 8,
	CU_DEVICE_ATTRIBUTE_CLOCK_RATE = 13,            /* kHz */
	CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
	CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
	CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76
};

/* The driver, and the compiler that goes with it, once that is needed: it takes
 * tens of milliseconds to load, and not everybody has it.  */
struct kcl__cu {
#define CALL(name, parameters) CUresult (*name)parameters;
#include "runtime/cuda.fn"
#define CALL(name, parameters) nvrtcResult (*name)parameters;
#include "runtime/nvrtc.fn"
	int devices;            /* 0 where the driver is of no use */
	int version;            /* of CUDA that the driver has: 12040 is 12.4 */
	int compiler;           /* NVRTC's, likewise; 0: not loaded */
	int arch[64], archs;    /* what NVRTC compiles for: 80 is 8.0 */
	char why[200];          /* no device is usable; "" if they may be */
	char lacks[240];        /* why nothing can be compiled */
};

/* A device in the driver's words, and its compute capability: 80 is 8.0.  */
struct kcl__cu_place {
	CUdevice device;
	int compute;
};

/* Pinned memory of the host, and when the device has read it.  */
struct kcl__cu_stage {
	void *memory;
	CUevent sent;
};
enum { KCL__CU_STAGES = 2 };

struct kcl__cu_device {
	struct kcl__device base;
	struct kcl__cu cu;
	struct kcl__cache *cache;
	struct kcl__cu_place place;
	CUcontext context;      /* the primary one, shared with all others in
	                         * the process; NULL until it is retained */
	CUstream stream;
	struct kcl__cu_stage stage[KCL__CU_STAGES];     /* made when needed */
	int unstaged;           /* could not be made */
	int arch;               /* that is compiled for; 0 before */
	int exact;              /* that is the device's own: machine code is
	                         * made, not PTX */
	int entered;            /* the thread's context is this one */
	CUresult dead;          /* what broke the context for good, or 0 */
};

struct kcl__cu_program {
	struct kcl__program base;
	CUmodule module;
	CUfunction function;
};

/* ----- cuda_driver.c: the libraries, their answers, the devices --------- */

/* Fills CU from $KEOPSCL_LIBCUDA, else from the system's library; 0 if there is
 * no driver.  */
int kcl__cu_load(struct kcl__cu *cu);

/* All that is known of device number N.  Fails for want of memory only: a
 * device that does not answer is not usable, with the reason.  */
kcl_status kcl__cu_facts(const struct kcl__cu *cu, int n,
                         struct kcl__cu_place *place,
                         struct kcl__facts *facts);

/* The best architecture to compile for where the device has the COMPUTE
 * capability, such as 80; 0 if there is none, for the reason that CU lacks it.
 * Loads NVRTC, $KEOPSCL_LIBNVRTC or the system's, that goes with the driver, or
 * any where CU was not loaded.  */
int kcl__cu_arch(struct kcl__cu *cu, int compute);

/* Tells in FACTS what compiles for the device at PLACE.  */
kcl_status kcl__cu_tell_compiler(struct kcl__cu *cu,
                                 const struct kcl__cu_place *place,
                                 struct kcl__facts *facts);

/* KCL_OK, or reports that CALL returned CODE for DEVICE, which is dead after
 * some of them; KCL_MEMORY if that is what the driver wants.  */
kcl_status kcl__cu_check(struct kcl__cu_device *device, const char *call,
                         CUresult code);
#define KCL__CU_TRY(owner, name, arguments) \
	kcl__cu_check(owner, #name, (owner)->cu.name arguments)

/* ----- cuda.c: between enter and leave the context is the thread's ------- */

kcl_status kcl__cu_enter(struct kcl__cu_device *device);
/* To let go of something, which is tried in any case; 0 in a child of the
 * process that opened DEVICE.  */
int kcl__cu_enter_to_free(struct kcl__cu_device *device);
void kcl__cu_leave(struct kcl__cu_device *device);

/* ----- cuda_stage.c: a copy to the device, after those before it --------- */

/* FROM may change as soon as the stream has been waited for.  */
kcl_status kcl__cu_send(struct kcl__cu_device *device, CUdeviceptr to,
                        const void *from, size_t bytes);
void kcl__cu_stage_free(struct kcl__cu_device *device);

/* ----- cuda_build.c: from text or bytes to a kernel --------------------- */

kcl_status kcl__cu_build(struct kcl__device *device,
                         const struct kcl__code *code,
                         struct kcl__program **program);
void kcl__cu_unload(struct kcl__program *program);
int kcl__cu_fits(const struct kcl__device *device, const char *target);

/* Code for an architecture as NVRTC names it: of "sm_80" machine code, of
 * "compute_80" PTX.  */
kcl_status kcl__cu_make(const struct kcl__device *device,
                        const struct kcl__code *code, const char *arch,
                        struct kcl__binary *made);

#endif
