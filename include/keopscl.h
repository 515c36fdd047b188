/* keopscl.h - KeOps in C: reductions of huge symbolic matrices on any device
 *
 * SPDX-License-Identifier: MIT
 *
 * libkeopscl computes out_i = Reduction_j F(p, x_i, y_j) for a formula F given
 * as text, without ever storing the M x N matrix, on NVIDIA, AMD and Intel
 * GPUs, on CPUs through OpenCL, and on the host where there is no driver.
 *
 *	kcl_context *ctx = NULL;
 *	kcl_kernel *k = NULL;
 *	const char *vars[] = { "x=Vi(3)", "y=Vj(3)", "b=Vj(6)", "s=Pm(1)" };
 *	kcl_array in[] = { kcl_f32(x, M, 3), kcl_f32(y, N, 3),
 *	                   kcl_f32(b, N, 6), kcl_f32(&s, 1, 1) };
 *	kcl_array out = kcl_f32(result, M, 6);
 *	if (kcl_context_open(NULL, &ctx)
 *	    || kcl_kernel_make(ctx, "Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)",
 *	                       4, vars, &k)
 *	    || kcl_run(k, 4, in, 1, &out))
 *		fprintf(stderr, "%s\n", kcl_message());
 *	kcl_kernel_free(k);
 *	kcl_context_close(ctx);
 *
 * Words.  A *pair* is (i, j).  A variable belongs to a *category*: Vi (a row
 * x_i for each i), Vj (a row y_j for each j) or Pm (a parameter).  The *tag*
 * of a reduction is the category that remains: Sum_Reduction(f, 0) sums over
 * j and has a row for each i; tag 1 sums over i and has a row for each j;
 * Sum_Reduction(f, 2) sums over both.
 *
 * Errors.  Every function that can fail returns a kcl_status, 0 for success,
 * and leaves its outputs NULL (a result array may be partly written after a
 * device error, never after an error in the arguments).  kcl_message() is
 * then a sentence that names the argument, what was expected and what came;
 * for a formula it shows the place with a caret.  The library never prints,
 * never exits and never aborts.
 *
 * Ownership.  Handles are opaque; each free function takes NULL.  Arrays and
 * texts stay the caller's, and are read only during the call; a text that a
 * function returns belongs to the handle it was asked of.
 *
 * Threads.  Contexts, formulas and kernels may be used from several threads
 * at the same time; calls on one context take turns.  A handle must not be
 * freed while another thread uses it.  A child made by fork() must not use a
 * context it inherited: its calls return KCL_FORKED; nor a driver that the
 * parent has used, which may wait for ever: its own context of the host will
 * do, or fork before the first context.
 */
#ifndef KEOPSCL_H
#define KEOPSCL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version, said here only; configure reads it from this file.  */
#define KCL_VERSION_MAJOR 0
#define KCL_VERSION_MINOR 1
#define KCL_VERSION_PATCH 0

#if defined(__GNUC__)
# define KCL_API __attribute__((visibility("default")))
#else
# define KCL_API
#endif

/* The version of the library in use, as "0.1.0"; never fails.  */
KCL_API const char *kcl_version(void);

/* ----- errors ----------------------------------------------------------- */

/* What can go wrong.  A number is fixed for ever and never used again.  */
#define KCL_STATUS(X) \
	X(KCL_OK,        0, "success") \
	X(KCL_MEMORY,    1, "out of memory") \
	X(KCL_SYNTAX,    2, "the formula is not well formed") \
	X(KCL_NAME,      3, "unknown name") \
	X(KCL_DIM,       4, "dimensions do not fit") \
	X(KCL_LIMIT,     5, "a documented limit is exceeded") \
	X(KCL_ARGUMENT,  6, "an argument is not valid") \
	X(KCL_SHAPE,     7, "an array has the wrong shape") \
	X(KCL_DTYPE,     8, "an array has the wrong data type") \
	X(KCL_DEVICE,    9, "no such device, or it is not usable") \
	X(KCL_BUILD,    10, "the device's compiler refused the kernel") \
	X(KCL_DRIVER,   11, "a driver call failed") \
	X(KCL_CANCELLED,12, "cancelled by the progress function") \
	X(KCL_FORKED,   13, "the context belongs to the parent process") \
	X(KCL_UNSUPPORTED, 14, "not supported") \
	X(KCL_UNSOLVED, 15, "a linear system is not solved")

typedef enum kcl_status {
#define X(name, number, text) name = number,
	KCL_STATUS(X)
#undef X
	KCL_STATUS_MAX_ = 0x7fffffff
} kcl_status;

/* A short text for a status, such as "out of memory"; never NULL.  */
KCL_API const char *kcl_status_text(kcl_status status);

/* The message of the last call that failed in this thread, or "" if none
 * did; a multi-line text without a final line break.  It is the thread's own
 * and stays valid until the thread's next failing call.  */
KCL_API const char *kcl_message(void);

/* Where in the text the last error of this thread lies: the offset in bytes
 * into the formula (or the alias) and the length of the span; length 0 when
 * the error has no place.  For bindings that mark it themselves; either of the
 * two may be NULL.  */
KCL_API void kcl_message_span(size_t *offset, size_t *length);

/* ----- arrays ----------------------------------------------------------- */

/* One array: field for field the DLTensor of DLPack, so that a DLTensor may
 * be passed as it is.  Strides count elements; NULL means row-major without
 * gaps.  The struct does not own the data.
 *
 * The data lies in host memory, pinned, managed by CUDA or neither, or, for a
 * context of one CUDA device, in that of this device, by its address there.
 * Arguments there without gaps are read where they lie, but for float16,
 * batches, ranges and Dense(f); and the results of one reduction in one pass
 * are written there.  Others are copied.
 * What writes an argument must be done when the call is made; the results are
 * there when it returns.  A buffer of OpenCL (kDLOpenCL, a cl_mem) lives in a
 * context of its owner, where no kernel of the library can use it, and is
 * refused: clEnqueueReadBuffer copies it to the host.
 *
 * Limits in this version: ndim up to 32, 2^40 rows in all batches together,
 * float16, float32 or float64 (indices: int64), lanes 1.  */
typedef struct kcl_array {
	void *data;
	struct { int32_t device_type, device_id; } device;
	int32_t ndim;
	struct { uint8_t code, bits; uint16_t lanes; } dtype;
	int64_t *shape;
	int64_t *strides;
	uint64_t byte_offset;
} kcl_array;

#define KCL_HOST 1              /* device_type: DLPack's kDLCPU */
#define KCL_CUDA 2              /* kDLCUDA; device_id n is "cuda:n" */
#define KCL_CUDA_HOST 3         /* kDLCUDAHost: pinned host memory */
#define KCL_ROCM_HOST 11        /* kDLROCMHost: likewise */
#define KCL_CUDA_MANAGED 13     /* kDLCUDAManaged: the host's as well */
#define KCL_INT 0               /* dtype.code:  DLPack's kDLInt */
#define KCL_FLOAT 2             /* dtype.code:  DLPack's kDLFloat */

#ifndef __cplusplus
/* A row-major matrix of ROWS rows and COLS columns at POINTER.  The shape
 * lives as long as the block the macro is used in (a C compound literal).  */
# define KCL_MATRIX(pointer, c, b, rows, cols) ((kcl_array){ \
	.data = (void *)(pointer), .device = { KCL_HOST, 0 }, .ndim = 2, \
	.dtype = { (c), (b), 1 }, .shape = (int64_t[]){ (rows), (cols) } })
# define kcl_f16(pointer, rows, cols) \
	KCL_MATRIX(pointer, KCL_FLOAT, 16, rows, cols)
# define kcl_f32(pointer, rows, cols) \
	KCL_MATRIX(pointer, KCL_FLOAT, 32, rows, cols)
# define kcl_f64(pointer, rows, cols) \
	KCL_MATRIX(pointer, KCL_FLOAT, 64, rows, cols)
# define kcl_i64(pointer, rows, cols) \
	KCL_MATRIX(pointer, KCL_INT, 64, rows, cols)
#endif

/* The same as a function, for every language: shape[ndim] and strides (or
 * NULL) must outlive the array.  */
static inline kcl_array kcl_array_of(void *data, int code, int bits,
                                     int ndim, int64_t *shape,
                                     int64_t *strides)
{
	kcl_array a;
	a.data = data;
	a.device.device_type = KCL_HOST;
	a.device.device_id = 0;
	a.ndim = ndim;
	a.dtype.code = (uint8_t)code;
	a.dtype.bits = (uint8_t)bits;
	a.dtype.lanes = 1;
	a.shape = shape;
	a.strides = strides;
	a.byte_offset = 0;
	return a;
}

/* ----- devices ---------------------------------------------------------- */

/* What is known of a device: its compiler is such as "NVRTC 13.0", or "none: "
 * and why nothing can be compiled; where there is none the device still runs
 * what was compiled before.  The second column is the key in the JSON
 * of keops-info, the third is T for a text and N for a number.  */
#define KCL_DEVICE_FIELDS(X) \
	X(KCL_DEVICE_NAME,    "name",    T) /* "cuda:0", "opencl:0:0" */ \
	X(KCL_DEVICE_TYPE,    "type",    T) /* cpu, gpu, accelerator, host */ \
	X(KCL_DEVICE_TITLE,   "title",   T) /* the driver's name for it */ \
	X(KCL_DEVICE_VENDOR,  "vendor",  T) \
	X(KCL_DEVICE_PLATFORM, "platform", T) \
	X(KCL_DEVICE_DRIVER,  "driver",  T) /* driver version */ \
	X(KCL_DEVICE_API,     "api",     T) /* "OpenCL 3.0 PoCL ..." */ \
	X(KCL_DEVICE_REASON,  "reason",  T) /* why not usable; "" if it is */ \
	X(KCL_DEVICE_USABLE,  "usable",  N) /* 1 or 0 */ \
	X(KCL_DEVICE_UNITS,   "units",   N) /* compute units, threads */ \
	X(KCL_DEVICE_MEMORY,  "memory",  N) /* bytes */ \
	X(KCL_DEVICE_MAX_BUFFER, "max_buffer", N) /* bytes */ \
	X(KCL_DEVICE_LOCAL,   "local_memory", N) /* bytes for a work-group */ \
	X(KCL_DEVICE_GROUP,   "max_group", N) /* work-items in a group */ \
	X(KCL_DEVICE_LANES32, "lanes_float32", N) /* native vector width */ \
	X(KCL_DEVICE_LANES64, "lanes_float64", N) /* 0: no float64 */ \
	X(KCL_DEVICE_FP64,    "float64", N) /* 1 or 0 */ \
	X(KCL_DEVICE_FP16,    "float16", N) \
	X(KCL_DEVICE_FMA,     "fma",     N) /* fused multiply-add */ \
	X(KCL_DEVICE_IL,      "il",      T) /* such as "SPIR-V_1.2" */ \
	X(KCL_DEVICE_CLOCK,   "clock",   N) /* MHz at most; 0: not known */ \
	X(KCL_DEVICE_WISDOM,  "wisdom",  T) /* plans that were learned; as a \
		number how many for it, -1 where their file cannot be used */ \
	X(KCL_DEVICE_COMPILER, "compiler", T) /* in lists, of CUDA */

typedef enum kcl_device_field {
#define X(name, key, kind) name,
	KCL_DEVICE_FIELDS(X)
#undef X
	KCL_DEVICE_FIELD_COUNT
} kcl_device_field;

typedef struct kcl_devices kcl_devices;

/* Looks for every device of every driver and lists them, "host" last, a
 * device that cannot be used too, with the reason.  Never fails for want of
 * a driver.  */
KCL_API kcl_status kcl_devices_list(kcl_devices **devices);
KCL_API void kcl_devices_free(kcl_devices *devices);
KCL_API size_t kcl_devices_count(const kcl_devices *devices);

/* A text (never NULL) or a number of device number I; "" and 0 where the
 * field is of the other kind or I is out of range.  */
KCL_API const char *kcl_device_text(const kcl_devices *devices, size_t i,
                                    kcl_device_field field);
KCL_API int64_t kcl_device_number(const kcl_devices *devices, size_t i,
                                  kcl_device_field field);

/* ----- contexts --------------------------------------------------------- */

/* A device made ready, and the kernels' cache.  */
typedef struct kcl_context kcl_context;

/* Opens a device: "auto" (or NULL: then $KEOPSCL_DEVICE, then auto) takes the
 * best usable one, GPUs before CPUs before the host; "gpu" and "cpu" the
 * first of that type, CUDA before OpenCL; "cuda:N" device N of NVIDIA's driver;
 * "opencl:P:D" device D of platform P, and with "/N:K" behind it part K of N
 * equal ones of a CPU, which no list has; "host" the built-in evaluator, which
 * is always there.
 * For "cuda:N" NVRTC compiles.  Where that is missing, kernels of bundles and
 * those that were kept do run, and what must be compiled is KCL_BUILD; "auto"
 * passes such a device over, "gpu" where there is another.
 * Several names, apart by commas, make a context of up to 16 devices, such as
 * "cuda:0,cuda:1": the rows of a large reduction are shared by all of them, as
 * their measured speeds say, and everything else is done by the first.  Bits
 * are those of one device where all compute alike, as equal ones do; those of
 * the host where it and CPUs of any kind share work; and with others in
 * portable kernels (kcl_context_portable).  Ranges, batches in one launch and
 * Dense are not shared.
 * Returns KCL_DEVICE with a message that lists what is present; or that the
 * device computes wrong results: a small reduction is tried when a version of
 * its driver is first seen; but not where nothing can be compiled.
 *
 * OpenCL drivers are given kernels as source, or as SPIR-V 1.2 where they have
 * no compiler but take that; KEOPSCL_IR=source or spirv in the environment has
 * the last word, or KCL_DEVICE.  SPIR-V is made by clang, which must be there.
 *
 * "target:NAME" is no device of this machine: kernels are made and compiled for
 * it (kcl_kernel_binary), but not run, which returns KCL_UNSUPPORTED.  NAME is
 * one of these, or KCL_ARGUMENT; those that end in -cpu are for CPUs:
 *
 *	opencl opencl-cpu cuda  the kernels' text
 *	spirv spirv-cpu         SPIR-V 1.2, by clang 22, or clang-15 with
 *	                        llvm-spirv-15
 *	ptx:compute_75          PTX, cubin:sm_80 machine code, by NVRTC, for
 *	                        these or other architectures
 *	amdgcn:gfx90a           an ELF file for AMD's, by clang-19 with lld-19
 *	                        and rocm-device-libs  */
KCL_API kcl_status kcl_context_open(const char *device, kcl_context **ctx);

/* Closes a context; kernels made in it must be freed before.  */
KCL_API void kcl_context_close(kcl_context *ctx);

/* A text or a number of the context's own device, the first of several.  */
KCL_API const char *kcl_context_text(const kcl_context *ctx,
                                     kcl_device_field field);
KCL_API int64_t kcl_context_number(const kcl_context *ctx,
                                   kcl_device_field field);

/* With ON other than 0 small problems need not wait for a compiler: what the
 * host computes in milliseconds, some 10^7 operations, it does compute where
 * the kernel is neither compiled nor kept on disk, until that has taken half a
 * second in all; then the kernel is compiled, or at once by kcl_kernel_build.
 *
 * That is not so until asked for, as it depends on the clock which of the two
 * computes, and their results may differ in the last bits, but for portable
 * operations: see kcl_context_portable.  */
KCL_API void kcl_context_host_first(kcl_context *ctx, int on);

/* Called between launches, and on the host 20 times a second in long ones, from
 * the thread that runs the kernel, at least every half second or so on long
 * work: DONE goes from 0 to 1.  A result other than 0 ends the run with
 * KCL_CANCELLED.  Calls that it makes itself, and that compile or run something
 * on the context or set something of it, fail with KCL_ARGUMENT.  */
typedef int kcl_progress(void *user, double done);

/* Sets the progress function of a context (NULL: none, the default).  */
KCL_API void kcl_context_on_progress(kcl_context *ctx, kcl_progress *function,
                                     void *user);

/* Whether kernels made from now on are to have the same bits on every device
 * (PORTABLE 1), or be as fast as it allows (0, the default); the host does not
 * tell the two apart.
 * On CPUs with vectors of eight numbers or more, which for float64 is AVX-512,
 * fast kernels without loops over more than 16 coordinates look part of 2^x up,
 * and so of Erf, of what scales LogSumExp and its like, and of e^x where x is a
 * product: 2^x is within 2 units of the last place.  In kernels that do,
 * numbers below 1.2e-38, or 2.3e-308 in float64, may count as 0, and powers
 * below twice that be off by as much.  Where the device's compiler lets kernels
 * name instructions of AVX-512, as PoCL's does, e^x of a product is off by |x|
 * units more, and kernels from SPIR-V, which cannot, have other last bits.
 * On GPUs, fast kernels for float32 leave e^x and 2^x to the device: within 3
 * units of the last place (as OpenCL and CUDA C promise of 2^x), and 1.2 |x|
 * units more for e^x; numbers below 1.2e-38 may count as 0, -x of 0 is -0
 * rather than 0, and NVIDIA's square roots may be 3 units off and quotients 2,
 * and these 0 where the divisor is beyond 8.5e37.
 * Everywhere e^x of a product with a constant or a parameter is 2 to the power
 * of one, whose factor is rounded: 1.2 |x| units more.
 * Portable are all operations but Lgamma, which is the device's in both modes;
 * on GPUs of OpenCL so are quotients and square roots, and hence what is made
 * of them, such as Tanh.  */
KCL_API void kcl_context_portable(kcl_context *ctx, int portable);

/* ----- formulas --------------------------------------------------------- */

/* A parsed, checked reduction, or several of the same arguments; it needs no
 * device and never changes.  */
typedef struct kcl_formula kcl_formula;

/* Parses TEXT, a reduction such as "Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)"
 * over the NVARS variables VARS: "x=Vi(3)" gives a name, a category and a
 * dimension, and takes the next argument; "x=Vi(2,3)" is argument 2, counted
 * from 0; either may be without the name and "=".  keopscl-formula(7) describes
 * the language.
 *
 * TEXT may be a list of up to 64 reductions, "Sum_Reduction(f, 0),
 * Min_Reduction(g, 0)".  The outputs are then those of all of them in order.
 * Reductions with the same tag that do not need each other are computed in one
 * pass over the pairs, and what they have in common once; their bits are those
 * of each alone, but where only one of these would look powers of 2 up
 * (kcl_context_portable).
 * TEXT has at most 65536 bytes and 200 levels of parentheses, calls, signs and
 * powers, for which a thread with a stack of 256 KiB will do.
 * Returns KCL_SYNTAX, KCL_NAME, KCL_DIM, KCL_LIMIT, KCL_ARGUMENT or
 * KCL_MEMORY, with the place marked.  */
KCL_API kcl_status kcl_formula_parse(const char *text, size_t nvars,
                                     const char *const *vars,
                                     kcl_formula **formula);

/* The gradient of a formula's reduction in the variable NAME, contracted with
 * a new variable for the cotangent, which becomes the last argument: an array
 * shaped as the output of FORMULA, where it has values and indices as the
 * values.  The result's output is shaped as NAME; for a parameter it is summed
 * over i and j.  The gradient of Min, Max, KMin is that of the value that was
 * chosen, of equal ones the first; that of indices is 0.  Of several reductions
 * it is the sum of their gradients, and takes a cotangent for each, in their
 * order.  */
KCL_API kcl_status kcl_formula_grad(const kcl_formula *formula,
                                    const char *name, kcl_formula **grad);

/* The reductions of COUNT formulas in one, as in a list of their texts: its
 * outputs are theirs in order, and one pass computes what can share it.  The
 * arguments are those of the first formula, then those that the next one has
 * besides, and so on: a name means the same variable everywhere; those without
 * a name, such as cotangents, stay apart, and may be given the same array.  So
 * a value and its gradients, or a step of an algorithm, are one call.
 * Returns KCL_DIM where a name has another category or dimension, KCL_LIMIT
 * beyond 64 reductions or arguments, KCL_ARGUMENT (also where they are not
 * summed alike) or KCL_MEMORY.  */
KCL_API kcl_status kcl_formula_join(size_t count,
                                    const kcl_formula *const *formulas,
                                    kcl_formula **joined);
KCL_API void kcl_formula_free(kcl_formula *formula);

/* The formula written out, simplified, derivatives carried through; it parses
 * to the same formula, where all arguments are declared: one without a name is
 * Var(2,3,0) in it, or not there if nothing needs it any more.  NULL with
 * KCL_LIMIT's message where it would be more than what kcl_formula_parse takes.
 */
KCL_API const char *kcl_formula_text(const kcl_formula *formula);

/* An argument or output: its category (0 i, 1 j, 2 parameter; 3 i and j: of
 * Dense), dimension (columns), and for outputs whether it holds int64 indices.
 */
typedef struct kcl_slot {
	const char *name;       /* of an argument; NULL if it has none */
	int category;
	int64_t dim;
	int is_index;
} kcl_slot;

KCL_API size_t kcl_formula_inputs(const kcl_formula *formula);
KCL_API size_t kcl_formula_outputs(const kcl_formula *formula);
KCL_API kcl_status kcl_formula_input(const kcl_formula *formula, size_t k,
                                     kcl_slot *slot);
KCL_API kcl_status kcl_formula_output(const kcl_formula *formula, size_t k,
                                      kcl_slot *slot);

/* How kernels add up.  */
typedef enum kcl_sums {
	KCL_SUMS_BLOCKS,        /* blocks of 256 terms, added with their
	                           rounding errors: the default */
	KCL_SUMS_DIRECT,        /* term by term, as a loop does */
	KCL_SUMS_KAHAN          /* term by term with their rounding errors */
} kcl_sums;

/* FORMULA with its sums, and those in LogSumExp and its like, made as SUMS says
 * (but the latter are never direct); its gradients keep it.  In every case
 * terms are taken in their order, so that bits do not depend on how work is
 * split.  The error of a sum of N terms is, in units of the last place of the
 * sum of their absolute values, at most about 256 for blocks, N for direct, 1
 * for Kahan.  Blocks are the fastest; with short formulas Kahan takes twice as
 * long.
 *
 * With BITS 64 the terms are computed in the type of the arguments (but a
 * product that is a term need not be rounded to it), and added up in float64,
 * so that a sum of float32 is rounded once, at the end (what has tag 2 adds
 * sums over j that are); 0: in the type of the arguments.  Runs
 * return KCL_UNSUPPORTED where the device has no float64.  Such sums share no
 * pass with reductions that only compare.
 *
 * The text of the formula tells neither.  Returns KCL_ARGUMENT or KCL_MEMORY.
 */
KCL_API kcl_status kcl_formula_summed(const kcl_formula *formula,
                                      kcl_sums sums, int bits,
                                      kcl_formula **summed);

/* What a row of the table of operations is.  */
typedef enum kcl_operation_kind {
	KCL_SCALAR,             /* acts on each coordinate: Exp, f + g */
	KCL_VECTOR,             /* acts on vectors: Sum, MatVecMult */
	KCL_SHORT,              /* is short for a formula: SqDist */
	KCL_CALL,               /* is made of others: Grad, TensorDot */
	KCL_REDUCTION
} kcl_operation_kind;

/* An operation or a reduction of the language; keopscl-formula(7) is made from
 * this table.  Rules, formulas and dimensions call the formulas x, y, z, w and
 * the parameters p, q in the order of the usage, and dx the dimension of x;
 * those of a reduction call d and e the dimensions of x and of the weight.  A
 * rule is the vector-Jacobian product of the cotangent g, where r is the
 * result; of a reduction, K is its number and t its tag.  A domain has an
 * interval and a dimension for each formula, then the parameters.  Fields may
 * be added at the end.  */
typedef struct kcl_operation {
	const char *name;       /* "SqDist", "Sum_Reduction" */
	const char *usage;      /* "SqDist(f, g)"; "f + g" for Add */
	const char *doc;        /* one line */
	kcl_operation_kind kind;
	int arity;              /* formulas; 0 for KCL_CALL */
	int parameters;         /* whole numbers after them; K of KMin */
	const char *dim;        /* dimension of the result */
	const char *expects;    /* what has to fit, in words; "" if all does */
	const char *rule[3];    /* derivatives: "" is 0, NULL is none */
	const char *formula;    /* of KCL_SHORT, what it means, in its first
	                           form; of KCL_REDUCTION, the weight */
	const char *domain;     /* where it is smooth: "[0.5,2]^3 ; 3" */
} kcl_operation;

/* Row K of the table, or NULL when there are no more.  */
KCL_API const kcl_operation *kcl_operation_get(size_t k);

/* What is to be known of the operation or reduction NAME besides: its edges,
 * and where KeOps differs; "" if nothing is.  */
KCL_API const char *kcl_operation_note(const char *name);

/* ----- formulas in pieces ------------------------------------------------ */

/* A formula can also be built by a program, piece by piece, as with KeOps'
 * LazyTensors: nothing is computed before it is whole.
 *
 *	kcl_expr x = kcl_variable(b, "x=Vi(3)"), y = kcl_variable(b, "y=Vj(3)");
 *	kcl_expr d = kcl_apply("SqDist($1, $2)", x, y), k = kcl_number(b, 0);
 *	for (int n = 0; n < 4; n++)
 *		k = kcl_apply("$1 + Exp(-$2 * $3)", k,
 *		              kcl_number(b, widths[n]), d);
 *	k = kcl_apply("Sum_Reduction($1, 0)", k);
 *	if (kcl_formula_of(1, &k, &formula))
 *		fprintf(stderr, "%s\n", kcl_message());
 *
 * A builder keeps the pieces, some 100,000 operations, numbers and variables at
 * most; expressions are small values that refer to them and need not be freed.
 * What is equal is kept once, and computed once.  After a failure all
 * expressions of a builder are failures, and kcl_formula_of tells the first
 * one: nothing need be checked before.  A builder may be used from one thread
 * at a time.  */
typedef struct kcl_builder kcl_builder;
typedef struct kcl_expr {
	kcl_builder *builder;
	uint32_t node;          /* 0: a failure */
} kcl_expr;

/* KCL_ARGUMENT or KCL_MEMORY.  */
KCL_API kcl_status kcl_builder_make(kcl_builder **builder);

/* Formulas stay; expressions of it must not be used any more.  */
KCL_API void kcl_builder_free(kcl_builder *builder);

/* A new variable, declared as for kcl_formula_parse; arguments of the formula
 * stand in the order in which they were declared, whether they are used or
 * not.  */
KCL_API kcl_expr kcl_variable(kcl_builder *builder, const char *declaration);

/* VALUE, exactly; it is finite.  */
KCL_API kcl_expr kcl_number(kcl_builder *builder, double value);

/* The formula or reduction of TEXT, in which $1, $2 and so on are the COUNT
 * OPERANDS, 1 to 64 of one builder; its variables may be called by their names
 * as well.  It fails as kcl_formula_parse does.  */
KCL_API kcl_expr kcl_expr_apply(const char *text, size_t count,
                                const kcl_expr *operands);
#ifndef __cplusplus
# define kcl_apply(text, ...) kcl_expr_apply(text, \
	sizeof((kcl_expr[]){ __VA_ARGS__ }) / sizeof(kcl_expr), \
	(kcl_expr[]){ __VA_ARGS__ })
#endif

/* What an expression is, as an output: i and j for what varies with both; the
 * name of a variable.  KCL_ARGUMENT, or the failure that it is.  */
KCL_API kcl_status kcl_expr_slot(kcl_expr expr, kcl_slot *slot);

/* The formula that an expression is, with derivatives that are still to be
 * carried out, cut beyond 65536 bytes; valid until the next call for its
 * builder.  NULL after a failure.  */
KCL_API const char *kcl_expr_text(kcl_expr expr);

/* Makes the formula of COUNT REDUCTIONS, 1 to 64 of one builder, as
 * kcl_formula_parse does of a list.  The builder stays, and its pieces can be
 * used for others.  Returns the builder's first failure, or what
 * kcl_formula_parse does.  */
KCL_API kcl_status kcl_formula_of(size_t count, const kcl_expr *reductions,
                                  kcl_formula **formula);

/* ----- kernels ---------------------------------------------------------- */

/* A formula made ready for a context's device.  Generated and compiled at the
 * first run with a data type; compiled binaries are kept on disk for the next
 * process, in $KEOPSCL_CACHE_DIR, $XDG_CACHE_HOME/keopscl or
 * $HOME/.cache/keopscl.  A cache that cannot be used is never an error.  */
typedef struct kcl_kernel kcl_kernel;

/* kcl_formula_parse, then kcl_kernel_from, in one call.  */
KCL_API kcl_status kcl_kernel_make(kcl_context *ctx, const char *text,
                                   size_t nvars, const char *const *vars,
                                   kcl_kernel **kernel);

/* Makes a kernel of a formula, which may be freed afterwards.  */
KCL_API kcl_status kcl_kernel_from(kcl_context *ctx, const kcl_formula *formula,
                                   kcl_kernel **kernel);
KCL_API void kcl_kernel_free(kcl_kernel *kernel);

/* The generated source of each kernel it launches, for float32 (bits 32) or
 * float64 (64); valid until the next call for this kernel.  NULL on failure.
 * Batches, ranges, and rows that leave much of the device idle (on large
 * GPUs fewer than 10^5) have variants of these, made when they come.  */
KCL_API const char *kcl_kernel_source(kcl_kernel *kernel, int bits);

/* What compiling kernel number K for float32 (bits 32) or float64 (64) made,
 * in the context of a "target:..."; as it is to be kept in a file.  First come
 * the kernels of kcl_kernel_source in their order, then as many again, theirs
 * for ranges.  Each is a function "keops" whose arguments lib/runtime/runtime.h
 * describes.  The bytes are the kernel's.  KCL_ARGUMENT beyond the last,
 * KCL_BUILD where the compiler is missing or fails, KCL_UNSUPPORTED for a
 * device that is here.  */
KCL_API kcl_status kcl_kernel_binary(kcl_kernel *kernel, int bits, size_t k,
                                     const void **bytes, size_t *length);

/* The shape of each kernel it launches, for float32 or float64: lanes, rows,
 * columns and so on, a line each with the reason, in the words of
 * $KEOPSCL_PLAN; and the operations, bytes and seconds that M rows of i and N
 * of j should take, or where one of them is 0 the speed.  That is a rough guess
 * from what the driver tells of the device.  A text for people, valid until the
 * next call for this kernel; NULL on failure.  */
KCL_API const char *kcl_kernel_plan(kcl_kernel *kernel, int bits, int64_t m,
                                    int64_t n);

/* Remembers PLAN, such as "rows=2,cols=8", as the best for this kernel on its
 * device: kernels of contexts that are opened from now on have it; or, if it is
 * "", that by rule, as nothing is remembered any more.  It is kept
 * in the file $KEOPSCL_WISDOM, else in "wisdom" where compiled kernels are,
 * until the library or the device's driver has another version; the text
 * KCL_DEVICE_WISDOM of a device tells what was found there.  keops-tune finds
 * plans.  No plan changes a bit of a result, but one with another shape on a
 * CPU (kcl_context_portable), or other lanes where a function is the driver's.
 * Returns KCL_ARGUMENT, also where the file cannot be written,
 * KCL_UNSUPPORTED on the host, KCL_MEMORY or KCL_FORKED.  */
KCL_API kcl_status kcl_kernel_learn(kcl_kernel *kernel, int bits,
                                    const char *plan);

/* Compiles now what the first run with float32 (bits 32) or float64 (64)
 * would compile, and runs it on a pair of zeros, as many a driver compiles
 * again when a program is first launched.  */
KCL_API kcl_status kcl_kernel_build(kcl_kernel *kernel, int bits);

/* Computes.  IN holds the NIN arguments in their order, OUT the NOUT results
 * (one for each reduction, or values and indices for Min_ArgMin and its like).
 *
 * A Vi argument of dimension d has shape (M, d), a Vj (N, d), a Pm (1, d) or
 * (d); with d = 1 a shape (M) will do.  All Vi have the same M, all Vj the
 * same N; with no Vi at all, M is 1, or the number of the output's rows where
 * the formula has Index_i(); N likewise.  Index_i() is exact in float32 for M
 * up to 2^24, else KCL_LIMIT; its digits Index_i(0) and Index_i(1) always are.
 * All inputs have one dtype, float16, float32 or float64; value outputs have it
 * too, or float32 where it is float16; indices are int64, from 0, and -1 where
 * nothing was chosen: of no pairs, or of values all inf (Max: -inf) or NaN.
 * Without inputs the outputs say the dtype, and indices alone take float32.
 * float16 (IEEE 754's binary16) is a way to store: everything is computed in
 * float32, and rounded to nearest, ties to even, once at the end; what is 65520
 * or more becomes infinite.  Any strides will do, 0 and negative ones too
 * (outputs: no two elements in one place); inputs may share memory with each
 * other.
 *
 * In front of these may stand batch dimensions, (B1, ..., Bk, M, d): every
 * batch is computed for itself.  They broadcast from the right as in NumPy:
 * missing ones, and extents of 1, go with any.  Outputs have all of them; the
 * indices count inside a batch.  A Pm with batches is (..., 1, d), or
 * (..., d) where its last dimension but one is not 1: (5, 1) is 5 batches of a
 * Pm(1), and wants outputs of 5.
 *
 * The output of Dense(f) has shape (B1, ..., Bk, M, N, d), or, where d is 1,
 * without it.
 *
 * M = 0 gives no rows; N = 0 gives the neutral element (0, inf, -1, ...).
 *
 * Returns KCL_ARGUMENT, KCL_SHAPE, KCL_DTYPE or KCL_LIMIT before anything runs,
 * else KCL_BUILD, KCL_DRIVER, KCL_MEMORY, KCL_CANCELLED or KCL_FORKED.  */
KCL_API kcl_status kcl_run(kcl_kernel *kernel, size_t nin, const kcl_array *in,
                           size_t nout, const kcl_array *out);

/* The formula of a kernel; it is the kernel's.  */
KCL_API const kcl_formula *kcl_kernel_formula(const kcl_kernel *kernel);

/* ----- bundles ---------------------------------------------------------- */

/* A bundle is a file that holds a formula and its kernels, compiled ahead of
 * time for several targets.  An application ships it, and its users need no
 * compiler where one of the targets fits their device.  */

/* Compiles FORMULA for COUNT TARGETS, "target:..." of kcl_context_open, and
 * float32 (bits 32), float64 (64) or both (0), and writes the file PATH, or
 * leaves what was there: kernels for any rows, for ranges, and for few rows of
 * many columns.  With COUNT 0 the file has the formula alone.  Fails as
 * kcl_context_open and kcl_kernel_binary do; KCL_LIMIT where that is more than
 * 64 MiB, or FORMULA has no text; KCL_DRIVER where the file cannot be written.
 */
KCL_API kcl_status kcl_bundle_save(const kcl_formula *formula, size_t count,
                                   const char *const *targets, int bits,
                                   const char *path);

/* Makes a kernel of the file PATH in CTX.  Used are, where they are in it: on
 * OpenCL devices that take SPIR-V 1.2, and without KEOPSCL_IR=source, that for
 * CPUs on CPUs, else that for GPUs; with CUDA cubin of the device's major
 * version and no later minor one, or PTX that is no newer.  Where the context
 * is to be portable and the kernel in the file is fast, it is not used; nor
 * where this library would write another one for that target than the library
 * that wrote the file, whatever their versions: results are those that this one
 * has without the file, but for the last bits of powers on CPUs whose vectors
 * are narrower than the target's.  All else is compiled when it is needed, as
 * in any other kernel; where there is no compiler, KCL_BUILD tells of kernels
 * that are another library's.
 *
 * No part of the file is used that is not as it was written: KCL_ARGUMENT where
 * it is damaged, no bundle, one that other versions lay out in another way, or
 * cannot be read.  That finds damage, not
 * malice: take bundles from those only from whom you would take a program.  */
KCL_API kcl_status kcl_bundle_load(kcl_context *ctx, const char *path,
                                   kcl_kernel **kernel);

/* ----- ranges ----------------------------------------------------------- */

/* Pairs that do not matter can be left out block by block.  Where these are
 * points that are far from each other, examples/clusters.c is the whole of it:
 * kcl_grid_cluster puts points into clusters, kcl_sort_clusters says how to
 * sort them so that a cluster is a range of rows, kcl_ranges_from_matrix makes
 * ranges of the clusters that are near to each other, and kcl_run_ranges runs
 * over them.  */

/* Which pairs there are, as ranges of rows and of columns: KeOps' six arrays
 * in its order, and their lengths.  A range [begin, end) is two numbers.  The
 * rows of ranges_i[k] go with the columns of redranges_j[l], for all l from
 * slices_i[k - 1] (from 0 where k is 0) up to but not slices_i[k].  These are
 * for reductions with tag 0 and 2; those with tag 1 take the last three arrays,
 * which say the same with i and j exchanged.  What no reduction of the formula
 * needs may be NULL: gradients in j variables have tag 1 where the formula has
 * tag 0, those in parameters tag 2.  */
typedef struct kcl_ranges {
	const int64_t *ranges_i, *slices_i, *redranges_j;
	const int64_t *ranges_j, *slices_j, *redranges_i;
	size_t nranges_i, nredranges_j;         /* slices_i has nranges_i */
	size_t nranges_j, nredranges_i;
} kcl_ranges;

/* kcl_run over the pairs of RANGES, the same in every batch; NULL is all.  Rows
 * of no range get what a reduction of nothing gives.  A column that a list has
 * twice counts twice.  Work is proportional to the pairs, but ranges should
 * have some hundreds of rows and columns for speed.
 *
 * Columns are reduced in the order of the list, in blocks of 256 from each
 * range's begin; of ranges that touch, the end of one being the begin of the
 * next in the list, the first one's.  The bits of a result depend on nothing
 * else.  Of equal values Min and its like take the first in that order.
 * Dense(f) has the values of all pairs.
 *
 * Fails as kcl_run does; and with KCL_ARGUMENT, before anything runs, where
 * ranges are missing, reach beyond M or N, or row ranges overlap.  KCL_LIMIT
 * where N, or N times a variable's dimension, is 2^31 or more; KCL_MEMORY where
 * all arrays together do not fit on the device.  */
KCL_API kcl_status kcl_run_ranges(kcl_kernel *kernel, size_t nin,
                                  const kcl_array *in, size_t nout,
                                  const kcl_array *out,
                                  const kcl_ranges *ranges);

/* Ranges of clusters: cluster k of the rows, ranges_i[k], goes with cluster l
 * of the columns, ranges_j[l], where keep[k * nj + l] is not 0.  For both tags;
 * the copies it makes are freed with it.  KCL_ARGUMENT or KCL_MEMORY.  */
KCL_API kcl_status kcl_ranges_from_matrix(size_t ni, const int64_t *ranges_i,
                                          size_t nj, const int64_t *ranges_j,
                                          const unsigned char *keep,
                                          kcl_ranges **ranges);
KCL_API void kcl_ranges_free(kcl_ranges *ranges);

/* The same pairs with i and j exchanged (KeOps' swap_axes); the arrays are
 * those of R.  */
static inline kcl_ranges kcl_ranges_swap(const kcl_ranges *r)
{
	kcl_ranges s;
	s.ranges_i = r->ranges_j;
	s.slices_i = r->slices_j;
	s.redranges_j = r->redranges_i;
	s.ranges_j = r->ranges_i;
	s.slices_j = r->slices_i;
	s.redranges_i = r->redranges_j;
	s.nranges_i = r->nranges_j;
	s.nredranges_j = r->nredranges_i;
	s.nranges_j = r->nranges_i;
	s.nredranges_i = r->nredranges_j;
	return s;
}

/* Puts the points X, an array (n, d) or (n) of float16, float32 or float64,
 * into the cubes of a grid with sides SIZE: LABELS, n numbers, count those that
 * are not empty from 0, by their first coordinate, then the next; *CLUSTERS is
 * how many there are.  KCL_ARGUMENT, KCL_SHAPE, KCL_DTYPE or KCL_MEMORY.  */
KCL_API kcl_status kcl_grid_cluster(const kcl_array *x, double size,
                                    int64_t *labels, size_t *clusters);

/* Sorts N points by their LABELS, from 0 to CLUSTERS - 1: order[k], N numbers,
 * is the point to be put at place k, where equal labels stay as they are;
 * RANGES, 2 CLUSTERS numbers, are those of each label then.  KCL_ARGUMENT where
 * a label is out of range.  */
KCL_API kcl_status kcl_sort_clusters(size_t n, const int64_t *labels,
                                     size_t clusters, int64_t *order,
                                     int64_t *ranges);

/* For each of CLUSTERS labels the mean of its points, CENTROIDS of CLUSTERS
 * rows as X has them, and the sum of their weights, SUMS: WEIGHTS is an array
 * (n, 1) or (n), or NULL for ones.  The points need not be sorted.  A cluster
 * without weight has NaN.  Fails as the two functions above.  */
KCL_API kcl_status kcl_cluster_centroids(const kcl_array *x,
                                         const kcl_array *weights,
                                         const int64_t *labels,
                                         size_t clusters, double *centroids,
                                         double *sums);

/* ----- linear systems --------------------------------------------------- */

/* Sets Z, N numbers, to what R becomes by a preconditioner: a symmetric
 * positive definite matrix that resembles the inverse of K + alpha I.  Both are
 * arrays like the solution, all batches and columns of it, in float64 and
 * without gaps; each system of R is scaled.  A result other than 0 ends the
 * solution with KCL_CANCELLED.  Calls on the kernel's context that it makes
 * fail with KCL_ARGUMENT; it may use another one.  */
typedef int kcl_precondition(void *user, size_t n, const double *r, double *z);

/* What is to be solved, and how; what is not needed is 0.  */
typedef struct kcl_system {
	size_t unknown;         /* the number of the argument sought */
	double alpha;           /* is added to the matrix's diagonal */
	double tolerance;       /* for |b - (K + alpha I) x| / |b| of every
	                           system; 0: 1e-6, or in float32 1e-3 */
	int64_t limit;          /* products with K at most, but for one that
	                           shows that it is linear; 0: 1000 */
	int guess;              /* 1: OUT holds a first guess */
	const kcl_ranges *ranges;       /* the pairs of K; NULL: all */
	int64_t rank;                   /* columns of K for a preconditioner,
	                                   at most; 0: none */
	kcl_precondition *precondition; /* instead, the caller's, or NULL */
	void *user;                     /* is passed to it */
	/* What came of it, set by kcl_solve.  */
	int64_t taken;          /* products with K */
	double residual;        /* |b - (K + alpha I) x| / |b| of the system
	                           where that is greatest; infinite where x is
	                           beyond its type, and after any other error */
} kcl_system;

/* Solves (K + alpha I) x = b, KeOps' KernelSolve.  The formula of KERNEL is one
 * Sum_Reduction that multiplies its argument number UNKNOWN, such as the b of
 * Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0), with a matrix K that is symmetric
 * and, with alpha on its diagonal, positive definite: so x and y are the same
 * points.  The array of that argument is b; OUT becomes x, and has its shape.
 * For the rest, IN and OUT are as for kcl_run.
 *
 * Each batch is a system of its own, and so is each column of b where the
 * formula leaves columns apart, as that one does.  They share the products with
 * K, each of which is a kcl_run, and tells the progress function of itself
 * alone.  The method is that of conjugate gradients (Hestenes and Stiefel,
 * 1952), in float64, but for the products and what they multiply.  The residual
 * is computed of what OUT becomes (before that is rounded to float16), not
 * taken from the method, which begins again with it where it is too large: so
 * KCL_OK means that all systems are solved to the tolerance, K being what
 * kcl_run multiplies with.
 *
 * With a RANK up to so many columns of K make a preconditioner, each time the
 * one of which most is left by those before; fewer where nothing is left (a
 * partial Cholesky factorization with pivots: Harbrecht, Peters and Schneider,
 * 2012).  Where K is smooth 50 to 300 of them save most products.  They are
 * computed by a second kernel, which no bundle has, and take M RANK numbers of
 * float64, for each batch where K differs, and some M RANK^2 operations of one
 * thread of the host.  The formula has to leave columns apart, and have neither
 * reductions inside nor Index_i() and Index_j().  With ranges it is K of all
 * pairs that is resembled, which may not help.
 *
 * Returns KCL_UNSOLVED, and tells of the system that is worst, where the limit
 * is reached, a matrix is not positive definite, float32 or float64 allow no
 * smaller residual, or x is beyond its type: OUT is what was found then, also
 * of the systems that are solved, and can be a guess to go on with.
 * KCL_ARGUMENT or KCL_DIM where the formula is not linear in the unknown or
 * does not make vectors like it, or a number of b or the guess is not finite;
 * KCL_SHAPE where K is not square; else it fails as kcl_run does.
 *
 * Gradients: that of g . x in b is h, the solution for g in place of b; in
 * alpha it is -h . x; in another argument of the formula F it is that of
 * -h . F(x), which kcl_formula_grad gives with the cotangent -h, x being the
 * unknown.  Points that are two arguments have the sum of both.  */
KCL_API kcl_status kcl_solve(kcl_kernel *kernel, size_t nin,
                             const kcl_array *in, kcl_system *system,
                             const kcl_array *out);

#ifdef __cplusplus
}
#endif

#endif
