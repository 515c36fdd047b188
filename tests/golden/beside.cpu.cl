/* Sum_Reduction(Exp(2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(y1))*y2,0)
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
	WIDTH = 8, ROWS = 4, COLS = 4, TILE = 256, STAGED = 0, GROUP = 1, BLOCK = 256,
	STATE = 1, SAVED = 2, WHICH = 1, VALUES = 1, INDICES = 0
};
#define MOST 3.4028234663852886e38
static inline real Scalprod(const real r, const real x, const real y)
{
	return fma(x, y, r);
}
static inline real Mult(const real x, const real y)
{
	return x * y;
}
static inline real SqNorm2(const real r, const real x)
{
	return fma(x, x, r);
}
static inline real Subtract(const real x, const real y)
{
	return x - y;
}
static inline real scale_(real q, real m)
{ return AS_REAL(AS_WORD(q) + (AS_WORD(m) << 23)); }
static inline real reduce_(real x, real *m)
{ *m = fma(x, R(1.44269504), R(12582912)); real n = *m - R(12582912); return fma(n, R(1.904654212125934e-9), fma(n, R(-0.6931471824645996), x)); }
static inline real grow_(real x, real *m)
{ real s = reduce_(x, m); real q = fma(R(0.0013813880914286121), s, R(0.008369063457854978)); q = fma(q, s, R(0.041668421812374594)); q = fma(q, s, R(0.1666651776241693)); q = fma(q, s, R(0.4999999325371934)); return fma(q * s, s, s); }
static inline real exp_(real x)
{ real m; real q = grow_(x, &m) + R(1); q = x >= R(-87.33654) ? scale_(q, m) : R(0); return x <= R(88.72283) ? q : x + R(INFINITY); }
static inline real Exp(const real x)
{
	return exp_(x);
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
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return A(k) + A(d + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global const elem *restrict a2,
	__global elem *restrict values,
	__global elem *restrict saved,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	a0 += row * 20;
	real v0[ROWS][20];
	a1 += column * 20;
	a2 += column * 1;
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		LOOP(k, 20)
			LANE(elem, v0[r][k], l) = a0[at * 20 + k];
	}
	real t9[ROWS];
	EACH(r, ROWS) {
		t9[r] = R(0);
		LOOP(k, 20) {
			t9[r] = SqNorm2(t9[r], v0[r][k]);  /* SqNorm2(x0) */
		}
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
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				real t11[COLS];
				EACH(c, COLS) t11[c] = R(0);
				LOOP(k, 20) EACH(c, COLS) {
					t11[c] = SqNorm2(t11[c], R(AT(a1, 20, c, k)));  /* SqNorm2(y1) */
				}
				real t7[ROWS][COLS];
				real t8[ROWS][COLS];
				real t10[ROWS][COLS];
				real t12[ROWS][COLS];
				real t13[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) t7[r][c] = R(0);
				LOOP(k, 20) EACH(r, ROWS) EACH(c, COLS) {
					t7[r][c] = Scalprod(t7[r][c], v0[r][k], R(AT(a1, 20, c, k)));  /* Scalprod(x0,y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t8[r][c] = Mult(R(2), t7[r][c]);  /* 2*Scalprod(x0,y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t10[r][c] = Subtract(t8[r][c], t9[r]);  /* 2*Scalprod(x0,y1)-SqNorm2(x0) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t12[r][c] = Subtract(t10[r][c], t11[c]);  /* 2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t13[r][c] = Exp(t12[r][c]);  /* Exp(2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(... */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					real g[1];
					EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
					push(&s[r][0], &n[r][0], &t13[r][c], g, INDEX(jt + j + c));
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real t11[COLS];
				EACH(c, COLS) t11[c] = R(0);
				LOOP(k, 20) EACH(c, COLS) {
					t11[c] = SqNorm2(t11[c], R(AT(a1, 20, c, k)));  /* SqNorm2(y1) */
				}
				real t7[ROWS][COLS];
				real t8[ROWS][COLS];
				real t10[ROWS][COLS];
				real t12[ROWS][COLS];
				real t13[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) t7[r][c] = R(0);
				LOOP(k, 20) EACH(r, ROWS) EACH(c, COLS) {
					t7[r][c] = Scalprod(t7[r][c], v0[r][k], R(AT(a1, 20, c, k)));  /* Scalprod(x0,y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t8[r][c] = Mult(R(2), t7[r][c]);  /* 2*Scalprod(x0,y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t10[r][c] = Subtract(t8[r][c], t9[r]);  /* 2*Scalprod(x0,y1)-SqNorm2(x0) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t12[r][c] = Subtract(t10[r][c], t11[c]);  /* 2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t13[r][c] = Exp(t12[r][c]);  /* Exp(2*Scalprod(x0,y1)-SqNorm2(x0)-SqNorm2(... */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					real g[1];
					EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
					push(&s[r][0], &n[r][0], &t13[r][c], g, INDEX(jt + j + c));
				}
			}
		}
		EACH(r, ROWS) {
			fold(&RUNNING(r, 0), &m[r][0], &s[r][0], &n[r][0]);
		}
	}
	real left[ROWS][SAVED];
	EACH(r, ROWS) EACH(k, SAVED) left[r][k] = RUNNING(r, k);
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long at = row + i;
		if (i < rows && !last)
			LOOP(k, SAVED) saved[at * SAVED + k] = LANE(elem, left[r][k], l);
	}
	if (last)
		EACH(r, ROWS) EACH(k, 1) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
