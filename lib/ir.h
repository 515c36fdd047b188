/* ir.h - the graph of a formula: hash-consed, dimension-checked nodes
 * SPDX-License-Identifier: MIT
 *
 * A node is named by its index, a ref.  Arguments come before the nodes that
 * use them, so index order is evaluation order; equal nodes are one node.  Ref
 * 0 is a failure already reported: every function here takes it and gives it
 * back. */
#ifndef KCL_IR_H
#define KCL_IR_H

#include "keopscl.h"
#include "ops.h"

typedef uint32_t ref;

enum {
	KCL__MAX_TEXT = 65536,
	KCL__MAX_DEPTH = 200,
	KCL__MAX_NODES = 100000,
	KCL__MAX_DIM = 1 << 20,
	KCL__MAX_ARGUMENTS = 64,
	KCL__MAX_ROOTS = 64     /* reductions of a formula, side by side */
};

enum kcl__category { KCL__I, KCL__J, KCL__P, KCL__IJ /* a tag only */ };

/* What a value varies with: a mask of 1 << category; constants and parameters
 * vary with nothing.  */
enum { KCL__BY_I = 1, KCL__BY_J = 2 };

/* par holds the parameters of an operation; argument number and category of a
 * VAR; category and digit of an INDEX; ranks and tag of a reduction.  A CONST
 * has its value instead.  The dimension of a reduction is that of its values,
 * or where it has none, of its indices.  */
struct kcl__node {
	uint16_t op;
	uint8_t narg, mask;
	uint32_t dim;
	ref arg[3];
	uint32_t next;          /* in the chain of its hash */
	union {
		int32_t par[2];
		double value;
	} u;
};

/* Of a text; there may be several, one after the other.  */
struct kcl__span { uint32_t offset, length, text; };

struct kcl__argument {
	char *name;             /* NULL: none */
	int category;
	int64_t dim;            /* 0: this number is not used */
};

struct kcl__graph {
	struct kcl__node *node;         /* node[0] is not used */
	struct kcl__span *span;         /* see kcl__span_of */
	ref *bucket;
	size_t count, capacity, spans, buckets;
	struct kcl__argument argument[KCL__MAX_ARGUMENTS];
	int arguments;
	kcl_sums sums;
	int sum_bits;           /* of accumulators: 64; 0: as the arguments */
	/* What an error shows: the user's text and the place at work.  */
	const char *what, *text;
	uint32_t texts;         /* the number of this one */
	struct kcl__span at;
};

/* Where in the text F was written; length 0 where it was not.  */
static inline struct kcl__span kcl__span_of(const struct kcl__graph *g, ref f)
{
	const struct kcl__span none = { 0, 0, g->texts };

	return g->span[f].text == g->texts ? g->span[f] : none;
}

/* 0, or -1 with the failure reported.  */
int kcl__graph_init(struct kcl__graph *g);
void kcl__graph_free(struct kcl__graph *g);

/* Node N as it is, its arguments being nodes of G.  */
ref kcl__intern(struct kcl__graph *g, const struct kcl__node *n);

/* The number of the argument NAME, or -1; of a NULL name, too.  */
int kcl__argument_named(const struct kcl__graph *g, const char *name);

ref kcl__const(struct kcl__graph *g, double value);
ref kcl__zero(struct kcl__graph *g, int64_t dim);
ref kcl__var(struct kcl__graph *g, int argument);

/* The i (CATEGORY KCL__I) or j of a pair, from 0: whole, or a digit of it in
 * base 2^20, so that any index is exact in float32.  */
ref kcl__index(struct kcl__graph *g, int category, enum kcl__digit digit);

/* An operation of the table, as the table knows it: KCL_DIM where dimensions do
 * not fit, reported at g->at.  kcl__make in simplify.h also simplifies.  */
ref kcl__node(struct kcl__graph *g, int op, int narg, const ref *arg,
              int64_t p, int64_t q);

/* The same for reduction number RED of the table: of x, with weight y or 0.
 * The sizes of its state are those of the formulas it is fed.  */
ref kcl__reduction(struct kcl__graph *g, int red, ref x, ref y, int64_t ranks,
                   int tag);

/* A derivative that has still to be carried out: of f in the variable v, with
 * cotangent e.  f may be a reduction, and so is the result then; e must not
 * vary with the index that f reduces.  */
ref kcl__gradient(struct kcl__graph *g, ref f, ref v, ref e);

/* Variables that stand for a direction while a derivative is made of linear
 * formulas; none is left once it is carried out.  */
enum { KCL__COTANGENT = -1, KCL__TANGENT = -2 };
ref kcl__direction(struct kcl__graph *g, int which, int64_t dim);

/* The trace, still to be found, of the linear map that takes E to F, where E is
 * a direction of F's dimension.  */
ref kcl__trace(struct kcl__graph *g, ref f, ref e);

static inline int kcl__is_reduction(const struct kcl__graph *g, ref f)
{
	while (g->node[f].op == KCL__GRAD)
		f = g->node[f].arg[0];
	return g->node[f].op >= KCL__RED;
}

/* Sizes of a reduction's state and outputs.  */
void kcl__sizes_of(const struct kcl__graph *g, ref reduction,
                   struct kcl__sizes *sizes);

/* Whether F is a constant, and *VALUE then.  */
int kcl__is_const(const struct kcl__graph *g, ref f, double *value);

/* Marks in MARK (one byte for each node, zeroed by the caller) what F needs,
 * itself included; what stands below a reduction only if INSIDE.  */
void kcl__mark(const struct kcl__graph *g, ref f, int inside,
               unsigned char *mark);

/* Reports, at g->at, what a call got instead of what it EXPECTS, words in which
 * the operands are called as in USAGE.  Returns 0.  */
ref kcl__misfit(struct kcl__graph *g, const char *usage, const char *expects,
                int narg, const ref *arg, int nparam, const int64_t *param);

/* Reports at the place where F was written, or else at g->at.  Returns 0.  */
ref kcl__node_fail(struct kcl__graph *g, ref f, kcl_status status,
                   const char *message);

#endif
