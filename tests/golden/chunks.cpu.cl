/* Sum_Reduction(Exp(-SqNorm2(x0-y1))*y2,0)
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
static inline real Subtract(const real x, const real y)
{
	return x - y;
}
static inline real SqNorm2(const real r, const real x)
{
	return fma(x, x, r);
}
static inline real reach_(real v)
{ real x = (v < R(0) ? R(126) : R(128.25)) / fabs(v); return R(3.4028235e38) < x ? R(3.4028235e38) : x; }
static inline real Reach(const real x)
{
	return reach_(x);
}
static inline real octave_(real s)
{ real q = fma(R(0.0026451417179034), s, R(0.0193435256451596)); q = fma(q, s, R(0.11101782865725)); q = fma(q, s, R(0.48044474079188)); q = fma(q, s, R(1.38629365851272)); return fma(q, s, R(2)); }
static inline real power2times_(real x, real y)
{ real m = fma(x, y, R(12583038)); real s = fma(x, y, R(12583038) - m); return octave_(s) * AS_REAL(AS_WORD(m) << 23); }
static inline real exp2times_(real x, real y, real z)
{ return power2times_(z < x ? z : x, y); }
static inline real Exp2Times(const real x, const real y, const real z)
{
	return exp2times_(x, y, z);
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
	const real t14 = Reach(R(-1.4426950408889634));  /* Reach(-1.4426950408889634) */
	a0 += row * 202;
	real v0[ROWS][202];
	a1 += column * 202;
	a2 += column * 1;
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		LOOP(k, 202)
			LANE(elem, v0[r][k], l) = a0[at * 202 + k];
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
				real t7[ROWS][COLS];
				real t15[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) t7[r][c] = R(0);
				LOOP(k, 202) EACH(r, ROWS) EACH(c, COLS) {
					const real t6 = Subtract(v0[r][k], R(AT(a1, 202, c, k)));  /* x0-y1 */
					t7[r][c] = SqNorm2(t7[r][c], t6);  /* SqNorm2(x0-y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t15[r][c] = Exp2Times(t7[r][c], R(-1.4426950408889634), t14);  /* Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					real g[1];
					EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
					push(&s[r][0], &n[r][0], &t15[r][c], g, INDEX(jt + j + c));
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real t7[ROWS][COLS];
				real t15[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) t7[r][c] = R(0);
				LOOP(k, 202) EACH(r, ROWS) EACH(c, COLS) {
					const real t6 = Subtract(v0[r][k], R(AT(a1, 202, c, k)));  /* x0-y1 */
					t7[r][c] = SqNorm2(t7[r][c], t6);  /* SqNorm2(x0-y1) */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					t15[r][c] = Exp2Times(t7[r][c], R(-1.4426950408889634), t14);  /* Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
				}
				EACH(r, ROWS) EACH(c, COLS) {
					real g[1];
					EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
					push(&s[r][0], &n[r][0], &t15[r][c], g, INDEX(jt + j + c));
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
