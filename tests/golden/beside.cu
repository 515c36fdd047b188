/* Sum_Reduction(Exp(2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(y1))*y2,0)
 * CUDA C, float32, GPU shape,
 * to be built with --fmad=false --ftz=true --prec-sqrt=false --prec-div=false */
typedef float elem;
typedef float real;
typedef int bits;
typedef unsigned int word;
#ifndef AS_REAL
# define AS_REAL __uint_as_float
# define AS_WORD __float_as_uint
#endif
#define INDEX(v) ((bits)(v))
#ifndef INFINITY
# define INFINITY __int_as_float(0x7f800000)
#endif
#define restrict __restrict__
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
	WIDTH = 1, ROWS = 2, COLS = 8, TILE = 64, STAGED = 28, GROUP = 64, BLOCK = 256,
	STATE = 1, SAVED = 2, WHICH = 1, VALUES = 1, INDICES = 0
};
#define MOST 3.4028234663852886e38
static __device__ inline real Scalprod(const real r, const real x, const real y)
{
	return fma(x, y, r);
}
static __device__ inline real Mult(const real x, const real y)
{
	return x * y;
}
static __device__ inline real SqNorm2(const real r, const real x)
{
	return fma(x, x, r);
}
static __device__ inline real Subtract(const real x, const real y)
{
	return x - y;
}
static __device__ inline real exp_(real x)
{ return exp2(x * R(1.4426950408889634)); }
static __device__ inline real Exp(const real x)
{
	return exp_(x);
}
typedef real fed;
#define S(k) s_[k]
#define N(k) n_[k]
#define M(k) m_[k]
#define SPACE volatile 
#define A(k) a_[(k) * GROUP]
#define RUNNING(r, k) a[((r) * SAVED + (k)) * GROUP]
#define F(k) f_[k]
#define G(k) g_[k]
static __device__ inline void start(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static __device__ inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static __device__ inline void init(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static __device__ inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static __device__ inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return A(k) + A(d + k);
}

extern "C" __global__ void keops(
	const elem *restrict a0,
	const elem *restrict a1,
	const elem *restrict a2,
	elem *restrict values,
	elem *restrict saved,
	long long row, long long column, long long row_base, long long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)(blockIdx.x * blockDim.x + threadIdx.x) * (ROWS * WIDTH);
	a0 += row * 20;
	real v0[ROWS][20];
	a1 += column * 20;
	a2 += column * 1;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 20)
			LANE(elem, v0[r][k], l) = a0[at * 20 + k];
	}
	real t9[ROWS];
	EACH(r, ROWS) {
		t9[r] = R(0);
		EACH(k, 20) {
			t9[r] = SqNorm2(t9[r], v0[r][k]);  /* SqNorm2(x0) */
		}
	}
	__shared__ __align__(16) elem tile[TILE * STAGED];
	__shared__ __align__(16) real parked[ROWS * SAVED * GROUP];
	SPACE real *a = parked + (int)threadIdx.x;
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start(&RUNNING(r, 0), &m[r][0]);
	}
	if (!first) {
		LOOP(r, ROWS) LOOP(l, WIDTH) {
			const long long at = row + min(i0 + r * WIDTH + l, rows - 1);
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
			for (int c = (int)threadIdx.x * WIDTH; c < TILE; c += GROUP * WIDTH) {
				real v1[20];
				real v2;
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 20)
						LANE(elem, v1[k], l) = a1[at * 20 + k];
					EACH(k, 1)
						LANE(elem, v2, l) = a2[at * 1 + k];
				}
				real t11 = R(0);
				EACH(k, 20) {
					t11 = SqNorm2(t11, v1[k]);  /* SqNorm2(y1) */
				}
				EACH(k, 20) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, v1[k], l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(20 + k, c + l) = LANE(elem, v2, l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(21 + k, c + l) = LANE(elem, t11, l);
			}
			__syncthreads();
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					real t7 = R(0);
					EACH(k, 20) {
						t7 = Scalprod(t7, v0[r][k], R(TILED(0 + k, j + c)));  /* Scalprod(x0,y1) */
					}
					const real t8 = Mult(R(2), t7);  /* 2*Scalprod(x0,y1) */
					const real t10 = Subtract(t8, t9[r]);  /* 2*Scalprod(x0,y1)-SqNorm2(x0) */
					const real t12 = Subtract(t10, R(TILED(21 + 0, j + c)));  /* 2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(y1) */
					const real t13 = Exp(t12);  /* Exp(2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(... */
					real g[1];
					EACH(k, 1) g[k] = R(TILED(20 + 0, j + c));
					push(&s[r][0], &n[r][0], &t13, g, INDEX(jt + j + c));
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					real t7 = R(0);
					EACH(k, 20) {
						t7 = Scalprod(t7, v0[r][k], R(TILED(0 + k, j + c)));  /* Scalprod(x0,y1) */
					}
					const real t8 = Mult(R(2), t7);  /* 2*Scalprod(x0,y1) */
					const real t10 = Subtract(t8, t9[r]);  /* 2*Scalprod(x0,y1)-SqNorm2(x0) */
					const real t12 = Subtract(t10, R(TILED(21 + 0, j + c)));  /* 2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(y1) */
					const real t13 = Exp(t12);  /* Exp(2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(... */
					real g[1];
					EACH(k, 1) g[k] = R(TILED(20 + 0, j + c));
					push(&s[r][0], &n[r][0], &t13, g, INDEX(jt + j + c));
				}
			}
			__syncthreads();
		}
		EACH(r, ROWS) {
			fold(&RUNNING(r, 0), &m[r][0], &s[r][0], &n[r][0]);
		}
	}
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long long at = row + i;
		if (i < rows && !last)
			LOOP(k, SAVED) saved[at * SAVED + k] = LANE(elem, RUNNING(r, k), l);
	}
	if (last)
		LOOP(r, ROWS) LOOP(k, 1) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
