/* loop.c - a plain C loop beside the library
 * SPDX-License-Identifier: MIT */
#include "contender.h"
#include "native.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* The loop may add up in any order: that is what makes it fast.  The first
 * columns are apart where there are few coordinates, for the same reason.  */
static const char loop_source[] =
"#include <math.h>\n"
"#if BITS == 32\n"
"typedef float real;\n"
"#define EXP expf\n"
"#define LOG logf\n"
"#define SQRT sqrtf\n"
"#define MAX fmaxf\n"
"#else\n"
"typedef double real;\n"
"#define EXP exp\n"
"#define LOG log\n"
"#define SQRT sqrt\n"
"#define MAX fmax\n"
"#endif\n"
"#if D > 16\n"
"#define Y(d, j) y[(j) * D + (d)]\n"
"#else\n"
"#define Y(d, j) yt[(d) * n + (j)]\n"
"#endif\n"
"#define Q(j) distance(x, y, yt, n, j)\n"
"static inline real distance(const real *x, const real *y, const real *yt,\n"
"	long n, long j)\n"
"{\n"
"	real q = 0;\n"
"	for (int d = 0; d < D; d++)\n"
"		q += (x[d] - Y(d, j)) * (x[d] - Y(d, j));\n"
"	return q;\n"
"}\n"
"void loop(long first, long last, long n, const real *const *in,\n"
"	const real *restrict yt, double *restrict out)\n"
"{\n"
"	const real *y = in[1], *b = in[3], *e = in[4];\n"
"	const real s = in[2] ? *in[2] : 1;\n"
"	for (long i = first; i < last; i++) {\n"
"		const real *x = in[0] + i * D;\n"
"		real r = 0;\n"
"		LOOP\n"
"	}\n"
"}\n";

typedef void loop_function(long first, long last, long n,
                           const void *const *in, const void *columns,
                           double *out);

struct loop {
	struct native_work work;               /* first */
	const struct problem *p;        /* that LIBRARY was made for */
	void *library, *columns;
	loop_function *loop;
	double *out;
	long rows, step;
};

static void forget(void *self)
{
	struct loop *n = self;

	if (n->library)
		dlclose(n->library);
	free(n->columns);
	free(n->out);
	memset(n, 0, sizeof *n);
}

static void loop_end(void *self)
{
	forget(self);
	free(self);
}

static void *transposed(const struct table *table)
{
	size_t size = (size_t)table->bits / 8, rows = (size_t)table->shape[0],
	       columns = (size_t)table->shape[1];
	char *to = malloc(rows * columns * size);
	const char *from = table->data;

	for (size_t r = 0; to && r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			memcpy(to + (c * rows + r) * size,
			       from + (r * columns + c) * size, size);
	return to;
}

/* dlsym gives an object pointer; a union turns it into a function's.  */
static loop_function *find_loop(void *library)
{
	union {
		void *object;
		loop_function *function;
	} u = { library ? dlsym(library, "loop") : NULL };

	return u.function;
}

static void *compile_loop(const struct workload *w)
{
	size_t room = sizeof loop_source + strlen(w->family->loop);
	char *source = malloc(room), flags[200];
	const char *hole = strstr(loop_source, "\t\tLOOP\n");
	void *library = NULL;

	snprintf(flags, sizeof flags, "-ffast-math -DD=%d -DW=%d -DBITS=%d "
	         "-DCLUSTER=%d -DSHARE=%d", w->dim, w->width, w->bits, CLUSTER,
	         SHARE);
	if (source) {
		snprintf(source, room, "%.*s%s%s", (int)(hole - loop_source),
		         loop_source, w->family->loop,
		         hole + strlen("\t\tLOOP\n"));
		library = native_compile(source, flags);
	}
	free(source);
	return library;
}

static int prepare(struct loop *n, const struct problem *p,
                   struct trouble *t)
{
	int64_t out = 0;

	forget(n);
	n->library = compile_loop(p->w);
	n->loop = find_loop(n->library);
	if (!n->loop)
		return trouble(t, MACHINE, "cc does not compile the loop of %s",
		               p->w->name);
	for (size_t k = 0; k < p->nout; k++)
		out += p->out[k].shape[1];
	n->columns = transposed(&p->in[1]);
	n->out = calloc((size_t)(p->w->rows * out), sizeof *n->out);
	if (!n->columns || !n->out)
		return no_memory(t);
	n->p = p;
	return 0;
}

static void loop_piece(struct native_work *work, long k)
{
	struct loop *n = (struct loop *)work;
	const void *in[5] = { NULL };
	long last = (k + 1) * n->step;

	for (size_t v = 0; v < n->p->nin && v < 5; v++)
		in[v] = n->p->in[v].data;
	n->loop(k * n->step, last < n->rows ? last : n->rows,
	        (long)n->p->w->cols, in, n->columns, n->out);
}

static int loop_once(void *self, struct trouble *t)
{
	(void)t;
	native_spread(self);
	return 0;
}

static int loop_run(struct contender *c, const struct problem *p,
                      int64_t rows, struct timing *timing, struct trouble *t)
{
	struct loop *n = c->self;
	int64_t width = p->out[0].shape[1];

	if (!p->w->family)
		return NOT_HERE;
	if (!n->p && prepare(n, p, t))
		return -1;
	n->rows = (long)rows;
	n->step = n->rows / (8 * native_processors()) + 1;
	n->work.piece = loop_piece;
	n->work.count = (n->rows + n->step - 1) / n->step;
	if (timed(loop_once, n, timing, t))
		return -1;
	timing->sum = 0;
	for (int64_t k = 0; k < width; k++)
		timing->sum += n->out[k];
	timing->last = n->out[width - 1];
	return 0;
}

int loop_open(struct contender *c, struct trouble *t)
{
	void *library = native_compile("int nothing;\n", "");

	if (!library)
		return trouble(t, MACHINE, "there is no C compiler cc: no "
		               "plain C loop, no share of the peak");
	dlclose(library);
	memset(c, 0, sizeof *c);
	c->self = calloc(1, sizeof(struct loop));
	snprintf(c->name, sizeof c->name, LOOP_NAME);
	c->run = loop_run;
	c->forget = forget;
	c->end = loop_end;
	return c->self ? 0 : no_memory(t);
}

