/* opencl.h - what the parts of the OpenCL backend share
 * SPDX-License-Identifier: MIT
 *
 * The one place that includes the vendor's header.  All calls but one are in
 * OpenCL 1.2, so that they depend on no device's version. */
#ifndef KCL_OPENCL_H
#define KCL_OPENCL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include "runtime/runtime.h"
#include "sb.h"

/* The intermediate languages that a device takes.  Only devices of OpenCL 2.1
 * may be asked: there are older drivers that hang.  */
enum { KCL__CL_DEVICE_IL_VERSION = 0x105b };

/* For devices that have cl_intel_required_subgroup_size.  */
enum { KCL__CL_DEVICE_SUB_GROUP_SIZES_INTEL = 0x4108 };

/* For devices that have cl_amd_device_attribute_query.  */
enum { KCL__CL_DEVICE_WAVEFRONT_WIDTH_AMD = 0x4043 };

/* The functions of opencl.fn, found in a library.  */
struct kcl__cl {
#define CALL(name, parameters, arguments) cl_int (CL_API_CALL *name)parameters;
#define MAKE(type, name, parameters, arguments) \
	type (CL_API_CALL *name)parameters;
#include "runtime/opencl.fn"
};

/* One platform's device, and its place in the lists of the driver.  */
struct kcl__cl_place {
	cl_platform_id platform;
	cl_device_id device;
	unsigned p, d;
};

struct kcl__cl_device {
	struct kcl__device base;
	struct kcl__cl cl;
	struct kcl__cache *cache;
	struct kcl__cl_place place;
	cl_context context;
	cl_command_queue queue;
	int source_only;        /* KEOPSCL_IR=source: not even a bundle's SPIR-V
	                         * is used */
	int pocl;               /* PoCL's: see set_pocl, and release in
	                         * opencl_part.c */
	cl_device_id part;      /* NULL: the device is whole */
};

struct kcl__cl_program {
	struct kcl__program base;
	cl_program program;
	cl_kernel kernel;
	struct kcl__sb key;     /* of the cache, until the binary is there */
};

/* ----- opencl_driver.c: the library and its answers --------------------- */

/* Fills CL from $KEOPSCL_LIBOPENCL, else from the system's library; 0 if
 * there is none.  */
int kcl__cl_load(struct kcl__cl *cl);

/* Reports that CALL returned CODE for DEVICE; KCL_MEMORY if that is what the
 * driver wants, else KCL_DRIVER.  */
kcl_status kcl__cl_fail(const struct kcl__cl_device *device, const char *call,
                        cl_int code);

/* The name of an error code, such as "CL_OUT_OF_RESOURCES".  */
const char *kcl__cl_error(cl_int code);

/* ----- opencl_facts.c: which devices there are, and what they are ------- */

/* All devices of all platforms; platforms without any are passed over.  */
kcl_status kcl__cl_places(const struct kcl__cl *cl,
                          struct kcl__cl_place **places, size_t *count);

/* All that is known of a device, and unless DEVICE is NULL its `narrow` and
 * `wave`.  Fails for want of memory only: a device that does not answer is not
 * usable, with the reason.  */
kcl_status kcl__cl_facts(const struct kcl__cl *cl,
                         const struct kcl__cl_place *place,
                         struct kcl__facts *facts,
                         struct kcl__device *device);

/* Whether the device takes the SPIR-V that we make.  */
int kcl__cl_takes_spirv(const struct kcl__cl *cl,
                        const struct kcl__facts *facts);

/* A text that DEVICE, or PLATFORM if DEVICE is NULL, answers; for free().
 * NULL with *CODE set when the driver fails, with *CODE 0 and KCL_MEMORY set
 * when there is no memory.  */
char *kcl__cl_text(const struct kcl__cl *cl, cl_device_id device,
                   cl_platform_id platform, cl_uint what, cl_int *code);

/* ----- opencl_part.c ----------------------------------------------------- */

/* Makes DEVICE, whose facts are known, the part of it that NAME says: "/N:K"
 * behind the device is part K of N equal ones.  */
kcl_status kcl__cl_part(struct kcl__cl_device *device, const char *name);
void kcl__cl_part_release(struct kcl__cl_device *device);

/* ----- opencl_build.c: from text or bytes to a kernel ------------------- */

/* Whether kernels go to the driver as text, which they do where it has a
 * compiler, or as SPIR-V; $KEOPSCL_IR, source or spirv, has the last word.  */
kcl_status kcl__cl_choose(struct kcl__cl_device *device);

kcl_status kcl__cl_build(struct kcl__device *device,
                         const struct kcl__code *code,
                         struct kcl__program **program);
void kcl__cl_unload(struct kcl__program *program);
int kcl__cl_fits(const struct kcl__device *device, const char *target);

#endif
