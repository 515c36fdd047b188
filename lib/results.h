/* results.h - what the reductions of a call give, and where it lies
 * SPDX-License-Identifier: MIT */
#ifndef KCL_RESULTS_H
#define KCL_RESULTS_H

#include "array.h"
#include "build.h"

/* Values (0) and indices (1) of a reduction, all batches without gaps: in
 * memory of their own, unless that of an output will do.  */
struct kcl__result {
	void *rows[2];
	int own[2];
};

/* ROWS rows without gaps; NULL if there is no memory.  */
void *kcl__room(int64_t rows, int64_t columns, size_t size);

/* A row of zeros, as wide as the widest input of P; free() it.  */
void *kcl__zeros(const struct kcl__pass *p, int bits);

/* By number of the feeds of FORMULA; free() it.  NULL if there is no memory. */
struct kcl__result *kcl__results_make(const struct kcl_formula *formula);

/* Before a call: results are written straight to the memory of an output in OUT
 * where that has no gaps.  After it: frees what was made for the others.  */
void kcl__results_begin(struct kcl__result *result,
                        const struct kcl_formula *formula,
                        const struct kcl__matrix *out);
void kcl__results_end(struct kcl__result *result,
                      const struct kcl_formula *formula);

/* Makes memory for ROWS rows of what the feeds of PASS give, reals of BITS,
 * where they have none yet.  */
kcl_status kcl__results_place(struct kcl__result *result,
                              const struct kcl__pass *pass, int64_t rows,
                              int bits);

/* Copies what PASS gives, rows in which the feeds stand side by side, to the
 * memory of each feed.  */
void kcl__results_split(struct kcl__result *result,
                        const struct kcl__pass *pass, int64_t rows, int bits,
                        const char *values, const char *indices);

/* After all passes: copies results to the outputs that they were not written
 * to.  */
void kcl__results_unpack(const struct kcl__result *result,
                         const struct kcl_formula *formula,
                         const struct kcl__matrix *out);

#endif
