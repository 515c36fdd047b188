/* evallab.c - a reduction of given numbers, computed by the host evaluator
 * SPDX-License-Identifier: MIT */
#include "evallab.h"
#include "ad/grad.h"
#include "eval.h"
#include "frontend/parse.h"
#include <stdlib.h>
#include <string.h>

void lab_begin(struct lab *lab)
{
	memset(lab, 0, sizeof *lab);
	ck_assert_int_eq(kcl__graph_init(&lab->g), 0);
	for (int k = 0; k < 3; k++)
		lab->extent[k] = 1;
}

void lab_end(struct lab *lab)
{
	kcl__graph_free(&lab->g);
}

void lab_variable(struct lab *lab, const char *alias, const double *data)
{
	int number = lab->g.arguments;

	ck_assert_msg(!kcl__parse_alias(&lab->g, number, alias), "%s",
	              kcl_message());
	lab->data[number] = data;
}

ref lab_parse(struct lab *lab, const char *text)
{
	ref list[KCL__MAX_ROOTS], root = 0;
	size_t roots;

	if (kcl__parse(&lab->g, text, list, &roots) == 0)
		root = kcl__derive(&lab->g, list[0]);

	ck_assert_msg(root != 0, "%s", kcl_message());
	return root;
}

/* ----- arrays ----------------------------------------------------------- */

static void *reals(const double *from, int64_t count, int bits)
{
	size_t n = (size_t)count;
	void *to = malloc(n * (size_t)bits / 8);

	ck_assert_ptr_nonnull(to);
	if (bits == 64)
		memcpy(to, from, n * sizeof *from);
	for (size_t k = 0; bits == 32 && k < n; k++)
		((float *)to)[k] = (float)from[k];
	return to;
}

static double *doubles(const void *from, int64_t count, int bits)
{
	double *to = malloc((size_t)count * sizeof *to + 1);

	ck_assert_ptr_nonnull(to);
	for (int64_t k = 0; k < count; k++)
		to[k] = bits == 32 ? (double)((const float *)from)[k]
			: ((const double *)from)[k];
	return to;
}

static void *dirty(int64_t count, size_t size)
{
	void *room = malloc((size_t)count * size);

	ck_assert_ptr_nonnull(room);
	return memset(room, 0xff, (size_t)count * size);
}

static struct answer run(struct lab *lab, ref root, int bits);

static void *input(struct lab *lab, ref f, int bits)
{
	const struct kcl__node n = lab->g.node[f];
	struct answer a;
	void *to;

	if (n.op == KCL__VAR)
		return reals(lab->data[n.u.par[0]],
		             lab->extent[n.u.par[1]] * n.dim, bits);
	a = run(lab, f, bits);
	to = reals(a.value, a.rows * a.values, bits);
	answer_free(&a);
	return to;
}

static int tag_of(const struct lab *lab, ref root)
{
	return lab->g.node[root].u.par[1];
}

void lab_arrays(struct lab *lab, const struct kcl__pass *pass, int bits,
                void **arrays)
{
	const struct kcl__sizes *s = &pass->sizes;
	int64_t rows = lab->extent[pass->tag];
	size_t real = (size_t)bits / 8;

	for (size_t k = 0; k < pass->inputs; k++)
		*arrays++ = input(lab, pass->input[k], bits);
	if (s->values)
		*arrays++ = dirty(rows * s->values, real);
	if (s->indices)
		*arrays++ = dirty(rows * s->indices, 8);
	if (s->saved)
		*arrays++ = dirty(rows * s->saved, real);
	if (s->which)
		*arrays = dirty(rows * s->which, 8);
}

void lab_free_arrays(const struct kcl__pass *pass, void **arrays)
{
	const struct kcl__sizes *s = &pass->sizes;
	size_t count = pass->inputs + !!s->values + !!s->indices
		+ !!s->saved + !!s->which;

	for (size_t k = 0; k < count; k++)
		free(arrays[k]);
}

/* ----- whole reductions ------------------------------------------------- */

static struct answer results(const struct kcl__pass *pass, int64_t rows,
                             int bits, void *const *arrays)
{
	struct answer a = { rows, pass->sizes.values, pass->sizes.indices,
		NULL, NULL };
	size_t bytes = (size_t)(rows * a.indices) * 8;

	a.value = doubles(arrays[pass->inputs], rows * a.values, bits);
	a.index = malloc(bytes + 1);
	ck_assert_ptr_nonnull(a.index);
	if (bytes)
		memcpy(a.index, arrays[pass->inputs + !!a.values], bytes);
	return a;
}

static struct answer run(struct lab *lab, ref root, int bits)
{
	int tag = tag_of(lab, root);
	struct kcl__rectangle all = {
		.rows = (int32_t)lab->extent[tag],
		.columns = (int32_t)lab->extent[tag == KCL__I], /* J or I */
		.first = 1, .last = 1
	};
	void *arrays[KCL__MAX_ARGUMENTS + 4];
	struct kcl__pass *passes, *pass;
	size_t count;
	struct kcl__eval *e;
	struct answer a;

	ck_assert_msg(!kcl__passes_make(&lab->g, &root, 1, &passes, &count),
	              "%s", kcl_message());
	pass = &passes[count - 1];
	e = kcl__eval_make(pass, bits);
	ck_assert_ptr_nonnull(e);
	lab_arrays(lab, pass, bits, arrays);
	ck_assert_int_eq(kcl__eval_run(e, arrays, &all, 0, all.rows), KCL_OK);
	a = results(pass, all.rows, bits, arrays);
	lab_free_arrays(pass, arrays);
	kcl__eval_free(e);
	kcl__passes_free(passes, count);
	return a;
}

struct answer lab_run(struct lab *lab, const char *text, int bits)
{
	return run(lab, lab_parse(lab, text), bits);
}

void answer_free(struct answer *a)
{
	free(a->value);
	free(a->index);
}

/* ----- numbers ----------------------------------------------------------- */

double lab_random(uint64_t *state, double lo, double hi)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return lo + (hi - lo) * (double)(*state >> 40) / 16777216;
}
