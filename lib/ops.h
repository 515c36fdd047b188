/* ops.h - what is known of each operation, made from ops.def
 * SPDX-License-Identifier: MIT */
#ifndef KCL_OPS_H
#define KCL_OPS_H

#include <stdint.h>

/* CONST is a number, VAR an argument, ZERO(d) d zeros, INDEX the number of a
 * pair's row or column; TRACE and GRAD are derivatives that have still to be
 * carried out; the others are rows of ops.def, of which formulas name those
 * after GRAD.  */
enum kcl__op {
	KCL__NONE, KCL__CONST, KCL__VAR, KCL__ZERO, KCL__INDEX, KCL__TRACE,
#define INNER(name, ...) KCL__##name,
#include "ops.def"
	KCL__GRAD,
#define EW(name, ...) KCL__##name,
#define FOLD(name, ...) KCL__##name,
#define VEC(name, ...) KCL__##name,
#include "ops.def"
	KCL__RED                /* the first reduction; see kcl__reds */
};

/* What an INDEX gives of the number.  */
enum kcl__digit { KCL__LOW, KCL__HIGH, KCL__WHOLE };

enum kcl__kind { KCL__LEAF, KCL__EW, KCL__FOLD, KCL__VEC };

/* An operation.  The code is text in the language that ops.def describes.  */
struct kcl__opinfo {
	const char *name;
	enum kcl__kind kind;
	int arity, parameters;
	const char *code;       /* EW: expression; FOLD: step; VEC: block */
	const char *init;       /* FOLD */
	int scratch;            /* VEC */
	const char *rule[3];
	const char *expects;    /* of dimensions and parameters, in words */
	const char *domain, *usage, *doc;
};

extern const struct kcl__opinfo kcl__ops[];     /* by enum kcl__op */

/* The dimension of OP applied to arguments of dimensions DX DY DZ (0 where
 * there is none) with parameters P, Q; 0 where they do not fit, and where it
 * would pass the range of the result.  */
int64_t kcl__op_dim(enum kcl__op op, int64_t dx, int64_t dy, int64_t dz,
                    int64_t p, int64_t q);

/* A shorthand for FORMULA in x, y, z, w; a name may have several rows.  */
struct kcl__definfo {
	const char *name;
	int arity;
	const char *formula, *domain, *expects, *usage, *doc;
};

extern const struct kcl__definfo kcl__defs[];   /* ends in a NULL name */

/* Whether row number ROW takes arguments of these dimensions, the last of which
 * is the whole number N, or if N is -1 anything.  */
int kcl__def_fits(int row, int64_t dx, int64_t dy, int64_t dz, int64_t n);

enum kcl__monoid {
#define MONOID(name, ...) KCL__##name,
#include "ops.def"
	KCL__MONOIDS
};

/* Sizes of a monoid's states for a formula of dimension d, a weight of
 * dimension e and K ranks.  */
struct kcl__sizes {
	int64_t d, e, ranks;
	int64_t block, which, saved;    /* S(k), N(k) and M(k), A(k) */
	int64_t values, indices;        /* outputs */
};

/* Whether columns go into the running state at once: where the state of a block
 * is no different, nothing is gained by folding.  */
static inline int kcl__is_direct(const struct kcl__sizes *s)
{
	return s->block == s->saved;
}

struct kcl__monoidinfo {
	const char *name;
	const char *init, *lift, *push, *start, *fold;  /* code */
};

extern const struct kcl__monoidinfo kcl__monoids[];

/* Columns by which states are lifted; and whether a monoid's are.  */
enum { KCL__LIFT = 8 };

static inline int kcl__is_lifted(enum kcl__monoid monoid)
{
	return monoid == KCL__Shifted;
}

struct kcl__redinfo {
	const char *name;               /* without _Reduction */
	int formulas, ranks;
	enum kcl__monoid monoid;
	const char *formula, *weight;   /* rules in x, y */
	const char *value;              /* code: output number k */
	const char *rule[2];
	const char *usage, *doc;
};

extern const struct kcl__redinfo kcl__reds[];   /* ends in a NULL name */

/* Whether the values of reduction number RED are digits of the indices M(k):
 * all of them modulo 2^20, then all of them divided by that.  */
int kcl__gives_digits(int red);

/* Fills the sizes of reduction number RED whose fed formula and weight have
 * dimensions D and E.  */
void kcl__red_sizes(int red, int64_t d, int64_t e, int64_t ranks,
                    struct kcl__sizes *sizes);

/* The functions that code cells call, as text, for 32 or 64 bit reals; ends in
 * a NULL name.  far_ is called for few numbers, if any.  */
struct kcl__fninfo {
	int bits;                       /* 0 or 96: both */
	const char *result, *name, *arguments, *body;
};

extern const struct kcl__fninfo kcl__fns[];

/* How powers of 2 are computed: by polynomials, with the same bits everywhere;
 * by the device's own function, for float32, exact to 3 units of the last place
 * by its language's standard; or by a table besides (INSTEAD in ops.def).  No
 * plan has SCALEF: it stands beside EIGHTHS, and the compiler chooses.  */
enum kcl__power { KCL__POLYNOMIAL, KCL__DEVICE, KCL__EIGHTHS, KCL__SCALEF };

/* The body of F for reals of BITS.  */
const char *kcl__fn_body(const struct kcl__fninfo *f, int bits,
                         enum kcl__power power);

/* Where CODE calls the function NAME for the first time, or NULL.  */
const char *kcl__fn_call(const char *code, const char *name);
#define FN(...) + 1
enum { KCL__FNS = 0
#include "ops.def"
};

#endif
