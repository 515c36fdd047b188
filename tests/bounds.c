/* bounds.c - values of formulas, and bounds for what rounding does to them
 * SPDX-License-Identifier: MIT */
#include "bounds.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OWN = 8 };       /* rounding of an operation, in units of epsilon */

static exact magnitude(exact x)
{
	return x < 0 ? -x : x;
}

static void *room(size_t count, size_t size)
{
	void *p = calloc(count + 1, size);

	if (!p)                 /* ck_assert writes to a file each time */
		ck_abort_msg("no memory");
	return p;
}

void bounds_begin(struct bounds *b, const struct kcl__graph *g,
                  double *const *in, int64_t (*at)[3], int points,
                  double epsilon)
{
	memset(b, 0, sizeof *b);
	b->g = g;
	b->in = (const double *const *)in;
	b->at = at;
	b->points = points;
	b->epsilon = epsilon;
	b->moved = -1;
}

void bounds_end(struct bounds *b)
{
	for (size_t f = 0; f < b->capacity; f++) {
		free(b->node[f].value);
		free(b->node[f].error);
	}
	free(b->node);
	free(b->row);
}

static void reserve(struct bounds *b)
{
	size_t n = 2 * b->g->count;
	struct known *node;

	if (b->capacity >= b->g->count)
		return;
	node = room(n, sizeof *node);
	if (b->node)
		memcpy(node, b->node, b->capacity * sizeof *node);
	free(b->node);
	free(b->row);
	b->node = node;
	b->row = room(n, sizeof *b->row);
	b->capacity = n;
}

static exact rounded(const struct bounds *b, exact x)
{
	return b->epsilon > 1e-10 ? (exact)(float)x : (exact)(double)x;
}

static int representable(const struct bounds *b, exact x)
{
	return rounded(b, x) == x;
}

static void load(struct bounds *b, ref f, int p)
{
	const struct kcl__node *n = &b->g->node[f];
	int64_t d = n->dim;
	exact *o = b->node[f].value + p * d;

	for (int64_t k = 0; k < d; k++)
		if (n->op == KCL__VAR) {
			int v = n->u.par[0], c = b->g->argument[v].category;

			o[k] = b->in[v][b->at[p][c] * d + k];
			if (v == b->moved && k == b->k)
				o[k] += b->h;
			b->node[f].error[p * d + k] = b->input_error;
		} else
			o[k] = n->op == KCL__CONST ? n->u.value : 0;
	if (n->op == KCL__CONST && !representable(b, o[0]))
		b->node[f].error[p] = b->epsilon * magnitude(o[0]);
}

/* Sums round their terms; an argument that is copied is not rounded.  The
 * argument of Exp is multiplied once more; these others find a whole number on
 * the way.  */
static exact own_error(const struct bounds *b, ref f, ref arg, int64_t k)
{
	const struct kcl__node *n = &b->g->node[f];
	exact x = magnitude(b->row[arg][k]);

	if (kcl__ops[n->op].kind != KCL__EW)
		for (int64_t o = 0; o < n->dim; o++)
			if (!representable(b, b->row[f][o]))
				return (b->g->node[arg].dim + 4) * b->epsilon
					* x;
	return n->op == KCL__Mod || n->op == KCL__Round || n->op == KCL__Exp
		? 4 * b->epsilon * x : 0;
}

/* Long lists would take long in another way.  */
static void concat(struct bounds *b, ref f, int p)
{
	exact *to = b->node[f].error + p * (int64_t)b->g->node[f].dim;

	for (int a = 0; a < 2; a++) {
		ref arg = b->g->node[f].arg[a];
		int64_t d = b->g->node[arg].dim;

		memcpy(to, b->node[arg].error + p * d, (size_t)d * sizeof *to);
		to += d;
	}
}

/* Moves coordinates FROM to TO - 1 of ARG both ways by their errors and to the
 * nearest number, and adds what F moves by to ERROR.  */
static void pass_on(struct bounds *b, ref f, int p, ref arg, int64_t from,
                    int64_t to, exact *error)
{
	int64_t da = b->g->node[arg].dim, d = b->g->node[f].dim;
	const exact *e = b->node[arg].error + p * da;
	exact *kept = b->row[arg], *value = b->row[f];
	exact *x = room((size_t)da, sizeof *x);
	exact *delta = room((size_t)da, sizeof *delta);
	exact *o = room((size_t)d, sizeof *o), *most = room((size_t)d,
	                                                    sizeof *most);

	for (int64_t k = from; k < to; k++)
		delta[k] = e[k] + own_error(b, f, arg, k);
	b->row[arg] = x;
	b->row[f] = o;
	for (int sign = -1; sign <= 1; sign++) {
		for (int64_t k = 0; k < da; k++)
			x[k] = delta[k] > 0 && sign == 0 ? rounded(b, kept[k])
				: kept[k] + sign * delta[k];
		oracle_apply(b->g, f, b->row);
		for (int64_t k = 0; k < d; k++)
			if (!(magnitude(o[k] - value[k]) <= most[k]))
				most[k] = magnitude(o[k] - value[k]);
	}
	for (int64_t k = 0; k < d; k++)
		error[k] += most[k];
	b->row[arg] = kept;
	b->row[f] = value;
	free(x);
	free(delta);
	free(o);
	free(most);
}

static void errors(struct bounds *b, ref f, int p)
{
	const struct kcl__node *n = &b->g->node[f];
	int64_t dim = n->dim;
	exact *error = b->node[f].error + p * dim;
	int whole = kcl__ops[n->op].kind == KCL__EW;

	for (int64_t k = 0; k < dim; k++)
		error[k] = DBL_MIN * (b->epsilon > 1e-10 ? 0x1p896 : 1)
			+ (representable(b, b->row[f][k]) ? 0
			   : OWN * b->epsilon * magnitude(b->row[f][k]));
	for (int a = 0; a < n->narg; a++) {
		int64_t d = b->g->node[n->arg[a]].dim;
		int again = 0;

		for (int c = 0; c < a; c++)
			again |= n->arg[c] == n->arg[a];
		for (int64_t k = 0; !again && k < (whole ? 1 : d); k++)
			pass_on(b, f, p, n->arg[a], k, whole ? d : k + 1,
			        error);
	}
}

static void compute(struct bounds *b, ref f, int p)
{
	const struct kcl__node *n = &b->g->node[f];

	if (!n->narg) {
		load(b, f, p);
		return;
	}
	b->row[f] = b->node[f].value + p * (int64_t)n->dim;
	for (int a = 0; a < n->narg; a++)
		b->row[n->arg[a]] = b->node[n->arg[a]].value
			+ p * (int64_t)b->g->node[n->arg[a]].dim;
	oracle_apply(b->g, f, b->row);
	if (b->epsilon > 0 && n->op == KCL__Concat)
		concat(b, f, p);
	else if (b->epsilon > 0)
		errors(b, f, p);
}

const struct known *bounds_of(struct bounds *b, ref f)
{
	unsigned char *needed = room(f + 1, 1);

	reserve(b);
	kcl__mark(b->g, f, 0, needed);
	for (ref k = 1; k <= f; k++) {
		size_t n = (size_t)b->points * b->g->node[k].dim;

		if (!needed[k] || b->node[k].value)
			continue;
		b->node[k].value = room(n, sizeof(exact));
		b->node[k].error = room(n, sizeof(exact));
		for (int p = 0; p < b->points; p++)
			compute(b, k, p);
	}
	free(needed);
	return &b->node[f];
}
