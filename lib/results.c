/* results.c - what the reductions of a call give, and where it lies
 * SPDX-License-Identifier: MIT */
#include "results.h"
#include "mem.h"
#include <stdlib.h>
#include <string.h>

void *kcl__room(int64_t rows, int64_t columns, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow((size_t)rows, (size_t)columns, &n))
		n = SIZE_MAX;
	return kcl__alloc(n, size);
}

void *kcl__zeros(const struct kcl__pass *p, int bits)
{
	size_t most = 1;

	for (size_t k = 0; k < p->inputs; k++)
		if (p->g->node[p->input[k]].dim > most)
			most = p->g->node[p->input[k]].dim;
	return kcl__alloc(most, (size_t)bits / 8);
}

static size_t feeds_of(const struct kcl_formula *f)
{
	size_t n = 0;

	for (size_t k = 0; k < f->passes; k++)
		n += f->pass[k].feeds;
	return n;
}

struct kcl__result *kcl__results_make(const struct kcl_formula *formula)
{
	return kcl__alloc(feeds_of(formula), sizeof(struct kcl__result));
}

void kcl__results_begin(struct kcl__result *result,
                        const struct kcl_formula *formula,
                        const struct kcl__matrix *out)
{
	const struct kcl__feed *feed;
	int which;

	for (size_t n = 0; (feed = kcl__output_of(formula, n, &which)); n++)
		if (kcl__is_gapless(&out[n]))
			result[feed->number].rows[which] = out[n].data;
}

void kcl__results_end(struct kcl__result *result,
                      const struct kcl_formula *formula)
{
	for (size_t k = 0; k < feeds_of(formula); k++) {
		for (int which = 0; which < 2; which++)
			if (result[k].own[which])
				free(result[k].rows[which]);
		result[k] = (struct kcl__result){ { NULL, NULL }, { 0, 0 } };
	}
}

kcl_status kcl__results_place(struct kcl__result *result,
                              const struct kcl__pass *pass, int64_t rows,
                              int bits)
{
	for (size_t k = 0; k < pass->feeds; k++) {
		const struct kcl__sizes *s = &pass->feed[k].sizes;
		const int64_t columns[2] = { s->values, s->indices };
		struct kcl__result *r = &result[pass->feed[k].number];

		for (int which = 0; which < 2; which++) {
			if (!columns[which] || r->rows[which])
				continue;
			r->rows[which] = kcl__room(rows, columns[which], which
			                           ? 8 : (size_t)bits / 8);
			if (!r->rows[which])
				return KCL_MEMORY;
			r->own[which] = 1;
		}
	}
	return KCL_OK;
}

/* BYTES bytes from the place AT on of rows of ALL bytes.  */
static void split(const char *joined, int64_t rows, size_t all, size_t at,
                  size_t bytes, char *own)
{
	for (int64_t i = 0; bytes && i < rows; i++)
		memcpy(own + (size_t)i * bytes, joined + (size_t)i * all + at,
		       bytes);
}

void kcl__results_split(struct kcl__result *result,
                        const struct kcl__pass *pass, int64_t rows, int bits,
                        const char *values, const char *indices)
{
	size_t size = (size_t)bits / 8;

	for (size_t k = 0; k < pass->feeds; k++) {
		const struct kcl__feed *f = &pass->feed[k];
		void *const *own = result[f->number].rows;

		split(values, rows, (size_t)pass->sizes.values * size,
		      (size_t)f->at.values * size,
		      (size_t)f->sizes.values * size, own[0]);
		split(indices, rows, (size_t)pass->sizes.indices * 8,
		      (size_t)f->at.indices * 8,
		      (size_t)f->sizes.indices * 8, own[1]);
	}
}

void kcl__results_unpack(const struct kcl__result *result,
                         const struct kcl_formula *formula,
                         const struct kcl__matrix *out)
{
	const struct kcl__feed *feed;
	struct kcl__batch batch;
	int which;

	for (size_t n = 0; (feed = kcl__output_of(formula, n, &which)); n++) {
		const char *from = result[feed->number].rows[which];

		kcl__batch_of(&out[n], &batch);
		if (from != out[n].data)
			kcl__unpack_all(&out[n], &batch, from);
	}
}
