/* array_pack.c - rows of the caller's arrays, packed and unpacked
 * SPDX-License-Identifier: MIT */
#include "array.h"
#include "half.h"
#include <string.h>

/* Element K of the row I after that at DATA.  */
#define ELEMENT(m, data, i, k) ((data) + ((i) * (m)->step[KCL__ROWS] \
	+ (k) * (m)->step[KCL__COLUMNS]) * (int64_t)(m)->size)

/* Copies an element; of different sizes, float16 and float32.  */
static void copy(char *to, size_t size, const char *from, size_t from_size)
{
	uint16_t half;
	float value;

	if (size == from_size) {
		memcpy(to, from, size);
	} else if (size > from_size) {
		memcpy(&half, from, sizeof half);
		value = kcl__from_half(half);
		memcpy(to, &value, sizeof value);
	} else {
		memcpy(&value, from, sizeof value);
		half = kcl__to_half(value);
		memcpy(to, &half, sizeof half);
	}
}

void kcl__pack(const struct kcl__matrix *m, const char *data, int64_t count,
               void *rows)
{
	char *to = rows;

	for (int64_t i = 0; i < count; i++)
		for (int64_t k = 0; k < m->extent[KCL__COLUMNS]; k++) {
			copy(to, m->wide, ELEMENT(m, data, i, k), m->size);
			to += m->wide;
		}
}

void kcl__unpack(const struct kcl__matrix *m, char *data, int64_t count,
                 const void *rows)
{
	const char *from = rows;

	for (int64_t i = 0; i < count; i++)
		for (int64_t k = 0; k < m->extent[KCL__COLUMNS]; k++) {
			copy(ELEMENT(m, data, i, k), m->size, from, m->wide);
			from += m->wide;
		}
}

/* The bytes of a batch in packed rows.  */
static size_t batch_bytes(const struct kcl__matrix *m)
{
	return (size_t)(m->extent[KCL__ROWS] * m->extent[KCL__COLUMNS])
		* m->wide;
}

void kcl__pack_all(const struct kcl__matrix *m, const struct kcl__batch *batch,
                   char *rows)
{
	for (int64_t b = 0; b < batch->count; b++)
		kcl__pack(m, kcl__batch_at(m, batch, b), m->extent[KCL__ROWS],
		          rows + (size_t)b * batch_bytes(m));
}

void kcl__unpack_all(const struct kcl__matrix *m,
                     const struct kcl__batch *batch, const char *rows)
{
	for (int64_t b = 0; b < batch->count; b++)
		kcl__unpack(m, kcl__batch_at(m, batch, b), m->extent[KCL__ROWS],
		            rows + (size_t)b * batch_bytes(m));
}

/* From the last one on, as they grow.  */
void kcl__widen(double *to, const void *from, size_t n, int bits)
{
	float value;

	if (bits == 64)
		memmove(to, from, n * sizeof *to);
	while (bits == 32 && n-- > 0) {
		memcpy(&value, (const char *)from + n * sizeof value,
		       sizeof value);
		to[n] = (double)value;
	}
}

void kcl__narrow(void *to, const double *from, size_t n, int bits)
{
	float value;

	if (bits == 64)
		memmove(to, from, n * sizeof *from);
	for (size_t k = 0; bits == 32 && k < n; k++) {
		value = (float)from[k];
		memcpy((char *)to + k * sizeof value, &value, sizeof value);
	}
}
