/* runtime.h - devices that run kernels: text and bytes, never a node
 * SPDX-License-Identifier: MIT
 *
 * A backend finds devices, compiles a text and launches it over a rectangle of
 * pairs.  kcl__run cuts a whole reduction into such launches.  "Rows" are the
 * index that stays in the output, "columns" the index that is reduced. */
#ifndef KCL_RUNTIME_H
#define KCL_RUNTIME_H

#include "block.h"
#include "keopscl.h"
#include "pause.h"
#include <stddef.h>
#include <stdint.h>

enum {
	KCL__ARGUMENTS = 66,    /* most operands of a task: 64 arguments, and
	                         * the two tables of parts */
	KCL__BUFFERS = KCL__ARGUMENTS + 6,      /* and of a launch: see
	                                         * struct kcl__task */
	KCL__SPARES = 16        /* buffers that a device keeps */
};

/* The library's version as a text: binaries and facts bear it.  */
#define KCL__QUOTE(x) #x
#define KCL__DOTTED(a, b, c) KCL__QUOTE(a) "." KCL__QUOTE(b) "." KCL__QUOTE(c)
#define KCL__VERSION KCL__DOTTED(KCL_VERSION_MAJOR, KCL_VERSION_MINOR, \
                                 KCL_VERSION_PATCH)

struct kcl__cache;
struct kcl__sb;

/* What is known of a device, by kcl_device_field.  */
struct kcl__facts {
	char *text[KCL_DEVICE_FIELD_COUNT];     /* owned; NULL reads as "" */
	int64_t number[KCL_DEVICE_FIELD_COUNT];
};

/* What KCL_DEVICE_COMPILER begins with where there is none.  */
#define KCL__NO_COMPILER "none: "

struct kcl__facts_list {
	struct kcl__facts *facts;
	size_t count, capacity;
};

/* One launch: the pairs [row, row + rows) x [column, column + columns) of the
 * arrays that are on the device; the saved state of a row lies at the row's
 * own number, like its results.  `column` is a multiple of KCL__BLOCK, and so
 * is `columns` unless `last`.  `row_base` and `base` are the numbers in the
 * whole problem of the arrays' row 0 and column 0: indices, in a formula or as
 * results, count from there.  The first part of a row's columns starts from the
 * neutral state, later ones load the state; the last part writes the results,
 * earlier ones save the state.  `pause` is NULL, or what the host asks during a
 * long launch, in the thread that launches, whether to go on.  */
struct kcl__job {
	int64_t row, column, row_base, base;
	int32_t rows, columns;
	int32_t first, last;
	const struct kcl__pause *pause;
};

/* What the host runs instead of a text: the rows [begin, end) of JOB, called
 * from several threads at once.  ARRAYS are the launch's buffers, in order. */
struct kcl__host_code {
	kcl_status (*run)(const void *self, void *const *arrays,
	                  const struct kcl__job *job, int32_t begin,
	                  int32_t end);
	const void *self;       /* outlives the program */
	double bytes;           /* of memory that a call takes */
};

/* What a compiler made, for free().  */
struct kcl__binary {
	char *bytes;
	size_t length;
};

/* What a backend builds.  The kernel's name is "keops"; its parameters are the
 * buffers in order, then row, column, row_base, base (64-bit), rows,
 * columns, first, last (32-bit), as in struct kcl__job.  */
struct kcl__code {
	const char *source;
	const char *options;    /* the compiler's, such as "-cl-std=CL1.2";
	                         * one for CUDA */
	size_t group;           /* work-items in a group */
	int32_t columns;        /* 0: a group goes through all columns of a
	                         * launch; else through so many */
	int32_t item_rows;      /* how many rows a work-item has; or where a
	                         * group has its columns, the group */
	int kept;               /* compile nothing: where the cache has no
	                         * binary, *program becomes NULL */
	struct kcl__host_code host;
	struct kcl__binary made;        /* not NULL: a bundle's, SPIR-V or what
	                                 * CUDA loads, instead of the source */
};

/* What a device's kernels are written in; the host's are not.  */
enum kcl__language { KCL__NO_LANGUAGE, KCL__OPENCL_C, KCL__CUDA_C };

struct kcl__device;             /* an opened device */
struct kcl__program;            /* code built for it */

/* Memory that a launch can name.  */
struct kcl__buffer {
	struct kcl__device *device;     /* NULL: there is none */
	void *host;
	size_t bytes;
	union { void *pointer; unsigned long long address; } memory;
};

enum kcl__access { KCL__READ, KCL__WRITE, KCL__SCRATCH };

/* A kind of device.  Every function reports with kcl__fail; a NULL device,
 * program may be closed and unloaded.  */
struct kcl__backend {
	const char *name;       /* the first word of its devices' names */

	/* Appends its devices to LIST, unusable ones with the reason.  Fails
	 * for want of memory only.  */
	kcl_status (*list)(struct kcl__facts_list *list);

	/* Opens the device of that full name, such as "opencl:0:0".  CACHE may
	 * be NULL and outlives the device.  */
	kcl_status (*open)(const char *name, struct kcl__cache *cache,
	                   struct kcl__device **device);
	void (*close)(struct kcl__device *device);

	kcl_status (*build)(struct kcl__device *device,
	                    const struct kcl__code *code,
	                    struct kcl__program **program);
	void (*unload)(struct kcl__program *program);

	/* Makes BUFFER of BYTES > 0 bytes.  On devices that are in_place it
	 * lies at HOST, which must stay until the release; but a SCRATCH, for
	 * which HOST is NULL, lies in the device's memory, as all do on others.
	 * There, and only there, send brings what is at HOST to it.  On all
	 * devices fetch brings a result to HOST, where it is after the next
	 * wait.  */
	kcl_status (*buffer)(struct kcl__device *device,
	                     enum kcl__access access, void *host, size_t bytes,
	                     struct kcl__buffer *buffer);
	kcl_status (*send)(const struct kcl__buffer *buffer);
	kcl_status (*fetch)(const struct kcl__buffer *buffer);
	void (*release)(struct kcl__buffer *buffer);

	/* Starts a launch; it is done after the next wait.  NULL, as what has
	 * to do with buffers, where devices are not here.  */
	kcl_status (*launch)(struct kcl__program *program,
	                     struct kcl__buffer *const *buffers, size_t count,
	                     const struct kcl__job *job);
	kcl_status (*wait)(struct kcl__device *device);
	/* wait, for a device that is busy, of which failures are no longer of
	 * interest.  */
	void (*settle)(struct kcl__device *device);

	/* Whether the device can and should use what a bundle has for TARGET,
	 * such as "target:cubin:sm_80".  NULL: none.  */
	int (*fits)(const struct kcl__device *device, const char *target);
};

/* Every device begins with this.  */
struct kcl__device {
	const struct kcl__backend *backend;
	struct kcl__facts facts;
	enum kcl__language language;
	int spirv;              /* its kernels are made SPIR-V first */
	int no_compiler;        /* it was needed, and is not there */
	size_t budget;          /* bytes that buffers may take in all;
	                         * SIZE_MAX where they lie in place */
	int in_place;           /* buffers lie where the host's arrays lie */
	int busy;               /* with work that was not waited for */
	struct kcl__buffer spare[KCL__SPARES];  /* kept by arrays.c for the
	                                         * next task */
	unsigned turn;          /* of the spare that is replaced next */
	long process;           /* that opened it */
	int narrow;             /* Intel's GPUs: the smallest sub-group that
	                         * kernels may ask for; else 0 */
	int wave;               /* AMD's GPUs: work-items of a wavefront; else
	                         * 0 */
	double most_rounds;     /* after so many rounds of a launch's loops the
	                         * driver ends them; 0: it never does */
};

/* Every program begins with this, from its code.  */
struct kcl__program {
	struct kcl__device *device;
	size_t group;
	int32_t item_rows, columns;
	double launch_pairs;    /* launch.c's: what a launch can do in the
	                         * time wanted, as last measured; 0 before */
	int launched;           /* launch.c's: it was, at least once */
	struct kcl__binary made;        /* for a device that is not here */
};

/* The backends there are, the best first, NULL at the end.  */
extern const struct kcl__backend kcl__cuda, kcl__opencl, kcl__host;
extern const struct kcl__backend kcl__target;
extern const struct kcl__backend *const kcl__backends[];

/* device.c: lists all devices; opens one by a name as kcl_context_open takes
 * it; frees facts.  */
kcl_status kcl__devices_list(struct kcl__facts_list *list);
kcl_status kcl__device_open(const char *name, struct kcl__cache *cache,
                            struct kcl__device **device);

/* Releases the buffers that DEVICE keeps for later; how many there were.  */
int kcl__spares_free(struct kcl__device *device);

/* KCL_FORKED in a child of the process that opened DEVICE, where a driver may
 * hang, as PoCL does.  So it is asked before a driver is called: once in each
 * function that does, as it costs a system call, and again after the user's
 * progress function, which may have forked.  */
kcl_status kcl__device_alive(const struct kcl__device *device);
/* Whether this is such a child; for what frees, and cannot fail.  */
int kcl__device_inherited(const struct kcl__device *device);

void kcl__facts_list_free(struct kcl__facts_list *list);
/* Copies TEXT into a field; 0 or -1 with KCL_MEMORY set.  */
int kcl__facts_text(struct kcl__facts *facts, kcl_device_field field,
                    const char *text);
void kcl__facts_free(struct kcl__facts *facts);

/* Cuts TEXT, options of a compiler, at spaces into at most MOST words; how many
 * there are.  */
size_t kcl__words(char *text, const char **word, size_t most);

/* Sets what every program has from its CODE.  */
void kcl__program_begin(struct kcl__program *program,
                        struct kcl__device *device,
                        const struct kcl__code *code);
/* Puts all that a binary of CODE for DEVICE depends on, and MORE.  */
kcl_status kcl__program_key(const struct kcl__device *device,
                            const struct kcl__code *code, const char *more,
                            struct kcl__sb *key);
/* How many groups a launch has.  Where a group has columns of its own, those of
 * the same columns and different rows follow each other.  */
int64_t kcl__program_groups(const struct kcl__program *program,
                            const struct kcl__job *job);
/* Reports that the compiler found ERROR in a text, with the LOG's beginning. */
kcl_status kcl__program_refused(const struct kcl__device *device,
                                const char *error, const char *log);

/* ----- whole reductions (launch.c) -------------------------------------- */

enum kcl__place { KCL__ROW, KCL__COLUMN, KCL__PARAMETER };

/* An array that is read: rows without gaps at `data`; or, where `pack` is not
 * NULL, rows that it copies to a window's memory.  */
struct kcl__operand {
	const void *data;
	void (*pack)(const void *self, int64_t first, int64_t count,
	             void *rows);
	const void *self;
	enum kcl__place place;
	size_t row_bytes;
	int resident;           /* `data` is the device's own address */
};

/* One pass over M x N pairs.  The launch's buffers are: the operands in
 * order; values, if value_bytes; indices, if index_bytes; then the saved
 * state, if state_bytes, and which_bytes likewise.
 *
 * Where rows are few, SPLIT has columns shared out among groups, so that the
 * device is full, and each launch is two.  That program's groups write the
 * state of each block of columns, for each row; then PROGRAM folds these in
 * order, and computes by itself what columns are left over.  Both have two
 * buffers more, of block_bytes and place_bytes for each row and block.  */
struct kcl__task {
	struct kcl__program *program, *split;
	const struct kcl__operand *in;
	size_t nin;
	int64_t row;                    /* first row of the arrays to be run */
	int64_t rows, columns;          /* M and N; both at least 1 */
	int64_t window;                 /* most rows at once; 0: any number */
	/* NULL; or with kernels of parts, for each work-group how many columns
	 * it has, whole blocks, the most first.  No array is cut then: all are
	 * operands as parameters are, row_bytes being the whole of it.  */
	const int64_t *parts;
	void *values, *indices;
	int values_stay, indices_stay;          /* on the device, where these
	                                         * are addresses */
	size_t value_bytes, index_bytes;        /* of a row */
	size_t state_bytes, which_bytes;        /* of a row */
	size_t block_bytes, place_bytes;        /* of a row and block */
	double cost;                    /* rough operations of a pair */
	double column_rounds, other_rounds;     /* of a work-item's loops: for
	                                         * each column, and besides */
	kcl_progress *progress;         /* may be NULL */
	void *user;
};

/* Runs a task: cuts rows and columns so that buffers stay inside the device's
 * budget and no launch takes longer than 0.5 s (aiming at 0.15 s, from
 * measured times and, for the first, from cost), reports progress in between.
 * Every launch covers fewer than 2^31 elements of any array and fewer than
 * 65535 work-groups, on a CPU work-items.  Bits of the result do not depend
 * on the cuts.  Returns KCL_CANCELLED when progress says so.  */
kcl_status kcl__run(struct kcl__device *device, const struct kcl__task *task);

#endif
