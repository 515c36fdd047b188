/* emit_functions.c - the functions that a kernel calls
 * SPDX-License-Identifier: MIT */
#include "emit_body.h"
#include <stdio.h>
#include <string.h>

enum { ARRAY = 32, GPU_ARRAY = 128 };   /* operations on these are unrolled */

static const struct kcl__node *node(const struct kcl__emitter *e, ref f)
{
	return &e->pass->g->node[f];
}

void kcl__put_filled(struct kcl__emitter *e, const char *t)
{
	const char *hole;
	int wide = e->plan->bits == 64;

	for (; (hole = strchr(t, '@')); t = hole + 3) {
		const char *i = wide ? e->dialect->integer64
			: e->dialect->integer32;

		kcl__sb_put(e->sb, t, (size_t)(hole - t));
		if (hole[1] == 'E')
			kcl__sb_puts(e->sb, wide ? "double" : "float");
		else if (hole[1] == 'N' && e->plan->lanes > 1)
			kcl__sb_printf(e->sb, "%d", e->plan->lanes);
		else if (hole[1] != 'N')
			kcl__sb_printf(e->sb, "%s%s",
			               hole[1] == 'U' ? "u" : "", i);
	}
	kcl__sb_puts(e->sb, t);
}

/* ----- of operations ---------------------------------------------------- */

/* CODE with its loops unrolled or not.  */
static void put_code(struct kcl__emitter *e, const char *code, int unrolled)
{
	const char *at;

	for (; (at = strstr(code, "EACH(")); code = at + 4) {
		kcl__sb_put(e->sb, code, (size_t)(at - code));
		kcl__sb_puts(e->sb, unrolled ? "EACH" : "LOOP");
	}
	kcl__sb_puts(e->sb, code);
	kcl__sb_puts(e->sb, "\n");
}

static const char *body_of(const struct kcl__emitter *e,
                           const struct kcl__fninfo *f, int bits)
{
	if (e->plan->power == KCL__DEVICE && strcmp(f->name, "ratio_") == 0)
		return e->dialect->ratio;
	return kcl__fn_body(f, bits, e->plan->power);
}

/* What defines F where it is the device's own, as its fma is not exact; else
 * NULL.  */
static const char *own(const struct kcl__emitter *e,
                       const struct kcl__fninfo *f)
{
	static const struct { const char *name, *definition; } all[] = {
		{ "exp_", "#define exp_(x) exp(x)\n" },
		{ "sin_", "#define sin_(x, far) sin(x)\n" },
		{ "cos_", "#define cos_(x, far) cos(x)\n" },
		{ "tan_", "#define tan_(x, far) tan(x)\n" }
	};

	for (size_t k = 0; !e->plan->fma && k < sizeof all / sizeof *all; k++)
		if (strcmp(f->name, all[k].name) == 0)
			return all[k].definition;
	return NULL;
}

static void put_body(struct kcl__emitter *e, const struct kcl__fninfo *f,
                     int bits)
{
	const char *body = body_of(e, f, bits);
	const char *scaled = kcl__fn_body(f, bits, KCL__SCALEF);

	if (scaled == f->body || e->plan->power != KCL__EIGHTHS) {
		put_code(e, body, 1);
		return;
	}
	kcl__sb_puts(e->sb, "#ifdef SCALEF\n");
	put_code(e, scaled, 1);
	kcl__sb_puts(e->sb, "#else\n");
	put_code(e, body, 1);
	kcl__sb_puts(e->sb, "#endif\n");
}

/* The functions for BITS that CODE calls, where they are not there yet.  */
static void put_helpers(struct kcl__emitter *e, const char *code, int bits,
                        unsigned char *there)
{
	for (int k = 0; kcl__fns[k].name; k++) {
		const struct kcl__fninfo *f = &kcl__fns[k];

		if (there[k] || !kcl__fn_call(code, f->name)
		    || f->bits == 96 - bits)
			continue;
		there[k] = 1;
		if (own(e, f)) {
			kcl__sb_puts(e->sb, own(e, f));
			continue;
		}
		put_helpers(e, body_of(e, f, bits), bits, there);
		if (bits != e->plan->bits)
			kcl__sb_printf(e->sb, "#define %s wide_%s\n", f->name,
			               f->name);
		kcl__sb_printf(e->sb, "%s %s %s%s\n", e->dialect->function,
		               f->result, f->name, f->arguments);
		put_body(e, f, bits);
	}
}

/* The code of O: -x is free on GPUs, which 0 - x is not, but of 0 it is -0; and
 * quotients that are correctly rounded take NVIDIA's a branch.  */
static const char *code_of(const struct kcl__emitter *e,
                           const struct kcl__opinfo *o)
{
	return e->plan->power != KCL__DEVICE ? o->code
		: o == &kcl__ops[KCL__Minus] ? "-x"
		: o == &kcl__ops[KCL__Divide] ? e->dialect->quotient : o->code;
}

/* An operation of numbers, once for all its nodes.  */
static void put_scalar(struct kcl__emitter *e, const struct kcl__opinfo *o)
{
	kcl__sb_printf(e->sb, "%s real %s(", e->dialect->function, o->name);
	if (o->kind == KCL__FOLD)
		kcl__sb_puts(e->sb, "const real r, ");
	for (int k = 0; k < o->arity; k++)
		kcl__sb_printf(e->sb, "%sconst real %c", k ? ", " : "",
		               "xyz"[k]);
	for (int k = 0; k < o->parameters; k++)
		kcl__sb_printf(e->sb, ", const int %c", "pq"[k]);
	kcl__sb_printf(e->sb, ")\n{\n	return %s;\n}\n", code_of(e, o));
}

/* An operation of arrays, for one node.  */
static void put_array(struct kcl__emitter *e, ref f)
{
	const struct kcl__node *n = node(e, f);
	const struct kcl__opinfo *o = &kcl__ops[n->op];
	unsigned nx = node(e, n->arg[0])->dim, ny = 0;
	unsigned most = e->plan->gpu ? GPU_ARRAY : ARRAY;

	kcl__sb_printf(e->sb, "%s void %s%u(real *o, const real *x",
	               e->dialect->function, o->name, (unsigned)f);
	if (o->arity > 1) {
		ny = node(e, n->arg[1])->dim;
		kcl__sb_puts(e->sb, ", const real *y");
	}
	kcl__sb_printf(e->sb, "%s)\n{\n	enum { nx = %u, ny = %u, no = %u, "
	               "p = %d, q = %d };\n	",
	               o->scratch ? ", real *t" : "",
	               nx, ny, (unsigned)n->dim, n->u.par[0], n->u.par[1]);
	put_code(e, o->code, nx <= most && ny <= most && n->dim <= most);
	kcl__sb_puts(e->sb, "}\n");
}

static const struct kcl__monoidinfo *monoid(const struct kcl__feed *feed)
{
	return &kcl__monoids[kcl__reds[feed->red].monoid];
}

/* Whether a condition is true for any lane.  What drivers have built in may go
 * through the lanes one by one, as PoCL's does and Intel's does not; to halve
 * the signs of 16 bytes until one is left is an instruction, where there is
 * one.  AVX-512 has conditions as bits already.  */
static void put_any(struct kcl__emitter *e)
{
	int n = e->plan->lanes;
	const char *type = n == 16 ? "char" : n == 8 ? "short"
	                   : n == 4 ? "int" : "long";
	const char *mask = n == 16 ? "__builtin_ia32_cvtd2mask512"
	                   : "__builtin_ia32_cvtq2mask512";

	if (n == 1) {
		kcl__sb_puts(e->sb, "#define ANY(condition) (condition)\n");
		return;
	}
	kcl__sb_puts(e->sb, "#ifdef __INTEL_LLVM_COMPILER\n"
	             "#define ANY(v) any(v)\n");
	if (n * e->plan->bits == 512)
		kcl__sb_printf(e->sb, "#elif defined __AVX512DQ__ "
		               "&& defined __has_builtin\n"
		               "#if __has_builtin(%s)\n"
		               "#define ANY(v) (%s(v) != 0)\n"
		               "#endif\n", mask, mask);
	kcl__sb_printf(e->sb, "#endif\n#ifndef ANY\n"
	               "static inline int ANY(const bits v)\n{\n"
	               "	const %s%d v%d = convert_%s%d(v);\n", type, n,
	               n, type, n);
	for (; n > 2; n /= 2)
		kcl__sb_printf(e->sb, "	const %s%d v%d = v%d.lo | v%d.hi;\n",
		               type, n / 2, n / 2, n, n);
	kcl__sb_puts(e->sb, "	return (v2.x | v2.y) < 0;\n}\n#endif\n");
}

/* Whether something asks for ANY.  */
static int asks(const struct kcl__emitter *e)
{
	const struct kcl__pass *p = e->pass;
	int any = 0;

	for (size_t k = 0; k < p->feeds; k++)
		any |= kcl__sifts(e->plan, &p->feed[k])
			|| strstr(monoid(&p->feed[k])->push, "ANY(");
	for (size_t k = 0; k < p->nodes; k++) {
		const char *code = kcl__ops[p->g->node[p->node[k]].op].code;

		any |= code && strstr(code, "ANY(");
	}
	return any;
}

/* The functions that states of BITS need.  */
static void put_stated(struct kcl__emitter *e, int bits, unsigned char *there)
{
	for (size_t k = 0; k < e->pass->feeds; k++) {
		const struct kcl__feed *feed = &e->pass->feed[k];

		put_helpers(e, monoid(feed)->push, bits, there);
		put_helpers(e, kcl__reds[feed->red].value, bits, there);
	}
}

void kcl__put_functions(struct kcl__emitter *e)
{
	unsigned char there[KCL__FNS] = { 0 }, done[KCL__RED] = { 0 };
	int arrays = 0;

	if (asks(e))
		put_any(e);
	kcl__sb_printf(e->sb, "#define MOST %s\n", e->plan->bits == 64
	               ? "1.7976931348623157e308" : "3.4028234663852886e38");
	if (e->plan->power == KCL__EIGHTHS)
		kcl__put_lookup(e);
	if (!kcl__sums_are_wide(e))
		put_stated(e, e->plan->bits, there);
	for (size_t k = 0; k < e->pass->nodes; k++) {
		const struct kcl__node *n = node(e, e->pass->node[k]);
		const struct kcl__opinfo *o = &kcl__ops[n->op];

		if (n->op == KCL__INDEX)
			continue;
		put_helpers(e, o->code, e->plan->bits, there);
		if (o->kind != KCL__VEC && !done[n->op])
			put_scalar(e, o);
		done[n->op] = 1;
		if (o->kind == KCL__VEC && !arrays++)
			kcl__sb_puts(e->sb, "#define O(k) o[k]\n"
			             "#define X(k) x[k]\n#define Y(k) y[k]\n"
			             "#define T(k) t[k]\n");
		if (o->kind == KCL__VEC)
			put_array(e, e->pass->node[k]);
	}
}

/* ----- of states --------------------------------------------------------- */

/* Opens the function TYPE NAME<n>PARAMETERS of feed number N.  */
static void open_function(struct kcl__emitter *e, size_t n, const char *type,
                          const char *name, const char *parameters)
{
	static const struct kcl__sizes single = { .d = 1, .e = 1 };
	const struct kcl__sizes *s = strcmp(name, "one")
		? &e->pass->feed[n].sizes : &single;

	kcl__sb_printf(e->sb, "%s %s %s%s(%s)\n{\n	enum { d = %d, e = %d, "
	               "K = %d };\n	", e->dialect->function, type, name,
	               kcl__suffix(e, n).text, parameters, (int)s->d, (int)s->e,
	               (int)s->ranks);
}

/* A state that is scaled meets a pair before its coordinates do, ONE by one:
 * what stands before the loop over these leaves them the factor b.  */
static void put_meet(struct kcl__emitter *e, size_t n, char *one, size_t size)
{
	const char *push = monoid(&e->pass->feed[n])->push;
	const char *each = strstr(push, "EACH(");

	open_function(e, n, "void", "meet",
	              "real *s_, bits *n_, const real *f_, real *b_");
	kcl__sb_put(e->sb, push, (size_t)(each - push));
	kcl__sb_puts(e->sb, "b_[0] = b; }) }\n}\n");
	snprintf(one, size, "{ LANES({ real b = F(0); %s", each);
}

/* The functions of feed number N.  */
static void put_monoid(struct kcl__emitter *e, size_t n)
{
	const struct kcl__feed *feed = &e->pass->feed[n];
	const struct kcl__monoidinfo *m = monoid(feed);
	int outer = kcl__is_outer(e->pass, e->plan, feed);
	static const char fed[] = "real *s_, bits *n_, const fed *f_, "
		"const fed *g_, const bits J";
	char single[200], one[200] = "";
	const struct { const char *name, *parameters, *code; } part[] = {
		{ "start", "SPACE real *a_, bits *m_", m->start },
		{ "lift", "real *s_, bits *n_, const fed *f_", m->lift },
		{ feed->single ? "term" : outer ? "one" : "push", fed,
		  outer && kcl__is_scaled(feed) ? one : m->push },
		{ "init", "real *s_, bits *n_", m->init },
		{ "fold", "SPACE real *a_, bits *m_, const real *s_, "
		  "const bits *n_", m->fold },
		{ "push", fed, single },
	};
	size_t parts = feed->single ? 6 : kcl__straight(e, feed) ? 3 : 5;
	const struct kcl__suffix own = kcl__suffix(e, n);

	kcl__count_state(e, feed->single ? feed->sizes.block : 0);
	snprintf(single, sizeof single, "{ real s[%d]; bits n[1]; "
	         "init%s(s, n); %s%s%s term%s(s, n, f_, g_, J); "
	         "fold%s(s_, n_, s, n); }", (int)feed->sizes.block, own.text,
	         *m->lift ? "lift" : "", *m->lift ? own.text : "",
	         *m->lift ? "(s, n, f_);" : "", own.text, own.text);
	if (outer && kcl__is_scaled(feed))
		put_meet(e, n, one, sizeof one);
	for (size_t k = 0; k < parts; k++) {
		if (!*part[k].code)
			continue;
		open_function(e, n, "void", part[k].name, part[k].parameters);
		put_code(e, part[k].code,
		         feed->sizes.block <= 2 * e->plan->unroll
		         && (k > 0 || !e->plan->shelved));
		kcl__sb_puts(e->sb, "}\n");
	}
	if (!feed->sizes.values || kcl__gives_digits(feed->red))
		return;
	open_function(e, n, "real", "value",
	              "SPACE const real *a_, const int k");
	kcl__sb_printf(e->sb, "return %s;\n}\n", kcl__reds[feed->red].value);
}

/* From here on a real is wide.  */
static void begin_wide(struct kcl__emitter *e)
{
	unsigned char there[KCL__FNS] = { 0 };

	kcl__sb_puts(e->sb, "#undef AS_REAL\n#undef AS_WORD\n");
	kcl__sb_puts(e->sb, e->dialect->types64);
	kcl__put_filled(e, e->dialect->wide);
	kcl__sb_puts(e->sb, "#define real wide\n#define elem double\n");
	put_stated(e, 64, there);
}

void kcl__put_monoids(struct kcl__emitter *e)
{
	int wide = kcl__sums_are_wide(e), parked = e->plan->parked;

	kcl__sb_puts(e->sb, "typedef real fed;\n");
	if (wide)
		begin_wide(e);
	kcl__sb_puts(e->sb, "#define S(k) s_[k]\n#define N(k) n_[k]\n"
	             "#define M(k) m_[k]\n");
	kcl__sb_printf(e->sb, "#define SPACE %s%s\n#define A(k) a_[%s]\n"
	               "#define RUNNING(r, k) %s\n",
	               parked ? "volatile " : "",
	               parked ? e->dialect->shared : "",
	               parked ? "(k) * GROUP" : "k", parked
	               ? "a[((r) * SAVED + (k)) * GROUP]" : "a[r][k]");
	kcl__sb_puts(e->sb, wide ? "#define F(k) WIDEN(f_[k])\n"
	             "#define G(k) WIDEN(g_[k])\n"
	             : "#define F(k) f_[k]\n#define G(k) g_[k]\n");
	for (size_t n = 0; n < e->pass->feeds; n++)
		put_monoid(e, n);
	if (wide)
		kcl__sb_puts(e->sb, "#undef real\n#undef elem\n");
}
