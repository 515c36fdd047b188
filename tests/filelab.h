/* filelab.h - files in memory, and numbers of tables
 * SPDX-License-Identifier: MIT */
#ifndef FILELAB_H
#define FILELAB_H

#include "../tools/file.h"
#include "../tools/table.h"
#include <check.h>

/* A file in memory with the SIZE bytes at BYTES.  */
struct file file_of(const void *bytes, size_t size);

/* A number of a table of float64.  */
double table_at(const struct table *table, int64_t row, int64_t column);

#endif
