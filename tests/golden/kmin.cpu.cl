/* KMin_ArgKMin_Reduction(SqNorm2(x0-y1),5,0)
 * OpenCL C, float64, CPU shape,
 * to be built with -cl-std=CL1.2 */
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF
typedef double elem;
typedef double8 real;
typedef long8 bits;
typedef ulong8 word;
#define AS_REAL as_double8
#define AS_WORD as_ulong8
#define INDEX(v) ((bits)(long)(v))
#define LANE(type, v, l) (((type *)&(v))[l])
#define COLUMN(c) (jt + j + (c))
#define AT(a, d, c, k) ((a) + (jt + j) * (d))[(c) * (d) + (k)]
#define TILED(k, c) tile[(k) * TILE + (c)]
#define R(c) ((real)((elem)(c)))
#define EACH(k, n) _Pragma("unroll") for (int k = 0; k < (n); k++)
#define LOOP(k, n) _Pragma("unroll 1") for (int k = 0; k < (n); k++)
#define LANES(statement) { statement; }
#define NONE INDEX(-1)
enum {
	WIDTH = 8, ROWS = 1, COLS = 1, TILE = 256, STAGED = 0, GROUP = 1, BLOCK = 256,
	STATE = 0, SAVED = 5, WHICH = 5, VALUES = 5, INDICES = 5
};
#ifdef __INTEL_LLVM_COMPILER
#define ANY(v) any(v)
#elif defined __AVX512DQ__ && defined __has_builtin
#if __has_builtin(__builtin_ia32_cvtq2mask512)
#define ANY(v) (__builtin_ia32_cvtq2mask512(v) != 0)
#endif
#endif
#ifndef ANY
static inline int ANY(const bits v)
{
	const short8 v8 = convert_short8(v);
	const short4 v4 = v8.lo | v8.hi;
	const short2 v2 = v4.lo | v4.hi;
	return (v2.x | v2.y) < 0;
}
#endif
#define MOST 1.7976931348623157e308
static inline real Subtract(const real x, const real y)
{
	return x - y;
}
static inline real SqNorm2(const real r, const real x)
{
	return fma(x, x, r);
}
typedef real fed;
#define S(k) s_[k]
#define N(k) n_[k]
#define M(k) m_[k]
#define SPACE 
#define A(k) a_[k]
#define RUNNING(r, k) a[r][k]
#define F(k) f_[k]
#define G(k) g_[k]
static inline void start(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 0, K = 5 };
	{ EACH(k, K * d) { LANES(A(k) = R(INFINITY)) LANES(M(k) = NONE) } }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 0, K = 5 };
	{ EACH(c, d) LANES({ real f = F(c); bits n = J; if (ANY(f < S(K * d - d + c))) EACH(r, K) { int k = K - 1 - r; int i = k * d + c; int h = k > 0 ? i - d : i; real v = S(i); real u = k > 0 ? S(h) : R(-INFINITY); N(i) = f < v ? (f < u ? N(h) : n) : N(i); S(i) = f < v ? (f < u ? u : f) : v; } }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 0, K = 5 };
	return A(k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global elem *restrict values,
	__global long *restrict indices,
	__global elem *restrict saved,
	__global long *restrict which,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	a0 += row * 3;
	real v0[ROWS][3];
	a1 += column * 3;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 3)
			LANE(elem, v0[r][k], l) = a0[at * 3 + k];
	}
	real a[ROWS][SAVED];
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start(&RUNNING(r, 0), &m[r][0]);
	}
	if (!first) {
		real left[ROWS][SAVED];
		LOOP(r, ROWS) LOOP(l, WIDTH) {
			const long at = row + min(i0 + r * WIDTH + l, rows - 1);
			LOOP(k, SAVED) LANE(elem, left[r][k], l) = saved[at * SAVED + k];
		}
		EACH(r, ROWS) EACH(k, SAVED) RUNNING(r, k) = left[r][k];
		EACH(r, ROWS) EACH(k, WHICH) m[r][k] = INDEX(-2 - k);
	}
	for (int jb = 0; jb < columns; jb += BLOCK) {
		const int je = min(columns, jb + BLOCK);
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int j = 0; j < jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					real t5 = R(0);
					EACH(k, 3) {
						const real t4 = Subtract(v0[r][k], R(AT(a1, 3, c, k)));  /* x0-y1 */
						t5 = SqNorm2(t5, t4);  /* SqNorm2(x0-y1) */
					}
					push(&RUNNING(r, 0), &m[r][0], &t5, &t5, INDEX(jt + j + c));
				}
			}
		}
	}
	real left[ROWS][SAVED];
	bits there[ROWS][WHICH];
	EACH(r, ROWS) EACH(k, SAVED) left[r][k] = RUNNING(r, k);
	EACH(r, ROWS) EACH(k, WHICH) there[r][k] = m[r][k];
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long at = row + i;
		if (i < rows && !last)
			LOOP(k, SAVED) saved[at * SAVED + k] = LANE(elem, left[r][k], l);
		if (i < rows) {
			LOOP(b, WHICH) {
				const int k = WHICH - 1 - b;    /* an old index comes from k or before */
				const long v = LANE(long, there[r][k], l);
				const long u = v >= 0 ? base + column + v : v == -1 ? -1 : which[at * WHICH - 2 - v];
				if (!last)
					which[at * WHICH + k] = u;
				else if (k < INDICES)
					indices[at * INDICES + k] = u;
			}
		}
	}
	if (last)
		EACH(r, ROWS) EACH(k, 5) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
