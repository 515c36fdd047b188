/* ArgMin_Reduction(SqNorm2(x0-y1),0)
 * OpenCL C, float32, CPU shape,
 * to be built with -cl-std=CL1.2 -cl-single-precision-constant */
#pragma OPENCL FP_CONTRACT OFF
typedef float elem;
typedef float8 real;
typedef int8 bits;
typedef uint8 word;
#define AS_REAL as_float8
#define AS_WORD as_uint8
#define INDEX(v) ((bits)(int)(v))
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
	WIDTH = 8, ROWS = 1, COLS = 8, TILE = 256, STAGED = 0, GROUP = 1, BLOCK = 256,
	STATE = 0, SAVED = 1, WHICH = 1, VALUES = 0, INDICES = 1
};
#ifdef __INTEL_LLVM_COMPILER
#define ANY(v) any(v)
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
#define MOST 3.4028234663852886e38
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
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) { LANES(A(k) = R(INFINITY)) LANES(M(k) = NONE) } }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) LANES({ real f = F(k); N(k) = f < S(k) ? J : N(k); S(k) = f < S(k) ? f : S(k); }) }
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
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
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t5 = R(0);
					EACH(k, 3) {
						const real t4 = Subtract(v0[r][k], R(AT(a1, 3, c, k)));  /* x0-y1 */
						t5 = SqNorm2(t5, t4);  /* SqNorm2(x0-y1) */
					}
					f[r][c] = t5;
				}
				EACH(r, ROWS) {
					const real so_far = RUNNING(r, 0);
					real low = so_far;
					EACH(c, COLS) low = f[r][c] < low ? f[r][c] : low;
					if (ANY(low < so_far)) LOOP(c, COLS)
						push(&RUNNING(r, 0), &m[r][0], &f[r][c], &f[r][c], INDEX(jt + j + c));
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t5 = R(0);
					EACH(k, 3) {
						const real t4 = Subtract(v0[r][k], R(AT(a1, 3, c, k)));  /* x0-y1 */
						t5 = SqNorm2(t5, t4);  /* SqNorm2(x0-y1) */
					}
					f[r][c] = t5;
				}
				EACH(r, ROWS) {
					const real so_far = RUNNING(r, 0);
					real low = so_far;
					EACH(c, COLS) low = f[r][c] < low ? f[r][c] : low;
					if (ANY(low < so_far)) LOOP(c, COLS)
						push(&RUNNING(r, 0), &m[r][0], &f[r][c], &f[r][c], INDEX(jt + j + c));
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
				const int v = LANE(int, there[r][k], l);
				const long u = v >= 0 ? base + column + v : v == -1 ? -1 : which[at * WHICH - 2 - v];
				if (!last)
					which[at * WHICH + k] = u;
				else if (k < INDICES)
					indices[at * INDICES + k] = u;
			}
		}
	}
}
