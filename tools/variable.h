/* variable.h - a formula's variable on the command line, and its data
 * SPDX-License-Identifier: MIT */
#ifndef VARIABLE_H
#define VARIABLE_H

#include "table.h"

enum { VI, VJ, PM };            /* the numbers of kcl_slot's category */
extern const char *const kinds[];       /* and their names */

/* NAME=KIND:SOURCE or NAME=KIND(DIM):SOURCE, taken apart.  */
struct variable {
	char *name;
	int category;
	int64_t dim;            /* 0 until it is known */
	const char *source;     /* a file, or numbers for a Pm; NULL: none */
	struct table table;     /* the data */
	int is_npy;             /* the data has a type of its own */
	char *declaration;      /* "x=Vi(3)", once the dimension is known */
};

/* Takes TEXT apart, which must outlive the variable.  */
int variable_parse(struct variable *v, const char *text, struct trouble *t);

/* Reads the source, if there is one, and settles the dimension.  */
int variable_load(struct variable *v, struct trouble *t);

/* Rows [begin, end), or to the last where the end is INT64_MAX; all rows where
 * it is 0.  */
struct range {
	int64_t begin, end;
};

/* Leaves those rows of the data of a Vi or Vj.  */
int variable_cut(struct variable *v, const struct range *part,
                 struct trouble *t);

void variable_free(struct variable *v);

/* Reads the file at PATH, .npy or text; *IS_NPY tells which.  */
int data_read(struct table *table, const char *path, int *is_npy,
              struct trouble *t);

#endif
