/* Sum_Reduction([MatVecMult(x0,y1),Elem(y1,1)*ArgMax(x0)],0)
 * OpenCL C, float32, GPU shape,
 * to be built with -cl-std=CL1.2 -cl-single-precision-constant -cl-denorms-are-zero */
#pragma OPENCL FP_CONTRACT OFF
typedef float elem;
typedef float real;
typedef int bits;
typedef uint word;
#define AS_REAL as_float
#define AS_WORD as_uint
#define INDEX(v) ((bits)(int)(v))
#define LANE(type, v, l) (v)
#define COLUMN(c) (jt + j + (c))
#define AT(a, d, c, k) ((a) + (jt + j) * (d))[(c) * (d) + (k)]
#define TILED(k, c) tile[(c) * STAGED + (k)]
#define R(c) ((real)((elem)(c)))
#define EACH(k, n) _Pragma("unroll") for (int k = 0; k < (n); k++)
#define LOOP(k, n) _Pragma("unroll 1") for (int k = 0; k < (n); k++)
#define LANES(statement) { statement; }
#define NONE INDEX(-1)
enum {
	WIDTH = 1, ROWS = 2, COLS = 4, TILE = 256, STAGED = 4, GROUP = 64, BLOCK = 256,
	STATE = 3, SAVED = 6, WHICH = 1, VALUES = 3, INDICES = 0
};
#define MOST 3.4028234663852886e38
#define O(k) o[k]
#define X(k) x[k]
#define Y(k) y[k]
#define T(k) t[k]
static inline void MatVecMult5(real *o, const real *x, const real *y)
{
	enum { nx = 6, ny = 3, no = 2, p = 0, q = 0 };
	{ EACH(k, no) { LANES(O(k) = R(0)) EACH(l, ny) LANES(O(k) = fma(X(k * ny + l), Y(l), O(k))) } }
}
static inline void Elem7(real *o, const real *x)
{
	enum { nx = 3, ny = 0, no = 1, p = 1, q = 0 };
	{ LANES(O(0) = X(p)) }
}
static inline void ArgMax8(real *o, const real *x, real *t)
{
	enum { nx = 6, ny = 0, no = 1, p = 0, q = 0 };
	{ LANES(O(0) = R(0)) LANES(T(0) = R(-INFINITY)) EACH(k, nx) { LANES(O(0) = X(k) > T(0) ? R(k) : O(0)) LANES(T(0) = X(k) > T(0) ? X(k) : T(0)) } }
}
static inline real Mult(const real x, const real y)
{
	return x * y;
}
static inline void Concat10(real *o, const real *x, const real *y)
{
	enum { nx = 2, ny = 1, no = 3, p = 0, q = 0 };
	{ EACH(k, nx) LANES(O(k) = X(k)) EACH(k, ny) LANES(O(nx + k) = Y(k)) }
}
typedef real fed;
#define S(k) s_[k]
#define N(k) n_[k]
#define M(k) m_[k]
#define SPACE volatile __local
#define A(k) a_[(k) * GROUP]
#define RUNNING(r, k) a[((r) * SAVED + (k)) * GROUP]
#define F(k) f_[k]
#define G(k) g_[k]
static inline void start(SPACE real *a_, bits *m_)
{
	enum { d = 3, e = 0, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 3, e = 0, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init(real *s_, bits *n_)
{
	enum { d = 3, e = 0, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 3, e = 0, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 3, e = 0, K = 0 };
	return A(k) + A(d + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global elem *restrict values,
	__global elem *restrict saved,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	a0 += row * 6;
	real v0[ROWS][6];
	a1 += column * 3;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 6)
			LANE(elem, v0[r][k], l) = a0[at * 6 + k];
	}
	real t8[ROWS];
	EACH(r, ROWS) {
		real w8[1];
		ArgMax8(&t8[r], v0[r], w8);  /* ArgMax(x0) */
	}
	__local __attribute__((aligned(16))) elem tile[TILE * STAGED];
	__local __attribute__((aligned(16))) real parked[ROWS * SAVED * GROUP];
	SPACE real *a = parked + (int)get_local_id(0);
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start(&RUNNING(r, 0), &m[r][0]);
	}
	if (!first) {
		LOOP(r, ROWS) LOOP(l, WIDTH) {
			const long at = row + min(i0 + r * WIDTH + l, rows - 1);
			LOOP(k, SAVED) LANE(elem, RUNNING(r, k), l) = saved[at * SAVED + k];
		}
	}
	for (int jb = 0; jb < columns; jb += BLOCK) {
		const int je = min(columns, jb + BLOCK);
		real s[ROWS][STATE];    /* that of this block of columns */
		bits n[ROWS][WHICH];
		EACH(r, ROWS) {
			init(&s[r][0], &n[r][0]);
		}
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int c = (int)get_local_id(0) * WIDTH; c < TILE; c += GROUP * WIDTH) {
				real v1[3];
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 3)
						LANE(elem, v1[k], l) = a1[at * 3 + k];
				}
				real t7;
				Elem7(&t7, v1);  /* Elem(y1,1) */
				EACH(k, 3) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, v1[k], l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(3 + k, c + l) = LANE(elem, t7, l);
			}
			barrier(CLK_LOCAL_MEM_FENCE);
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					const real t9 = Mult(R(TILED(3 + 0, j + c)), t8[r]);  /* Elem(y1,1)*ArgMax(x0) */
					real y5[3];
					EACH(k, 3) y5[k] = R(TILED(0 + k, j + c));
					real t5[2];
					MatVecMult5(t5, v0[r], y5);  /* MatVecMult(x0,y1) */
					real t10[3];
					Concat10(t10, t5, &t9);  /* [MatVecMult(x0,y1),Elem(y1,1)*ArgMax(x0)] */
					push(&s[r][0], &n[r][0], t10, t10, INDEX(jt + j + c));
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					const real t9 = Mult(R(TILED(3 + 0, j + c)), t8[r]);  /* Elem(y1,1)*ArgMax(x0) */
					real y5[3];
					EACH(k, 3) y5[k] = R(TILED(0 + k, j + c));
					real t5[2];
					MatVecMult5(t5, v0[r], y5);  /* MatVecMult(x0,y1) */
					real t10[3];
					Concat10(t10, t5, &t9);  /* [MatVecMult(x0,y1),Elem(y1,1)*ArgMax(x0)] */
					push(&s[r][0], &n[r][0], t10, t10, INDEX(jt + j + c));
				}
			}
			barrier(CLK_LOCAL_MEM_FENCE);
		}
		EACH(r, ROWS) {
			fold(&RUNNING(r, 0), &m[r][0], &s[r][0], &n[r][0]);
		}
	}
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long at = row + i;
		if (i < rows && !last)
			LOOP(k, SAVED) saved[at * SAVED + k] = LANE(elem, RUNNING(r, k), l);
	}
	if (last)
		LOOP(r, ROWS) LOOP(k, 3) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
