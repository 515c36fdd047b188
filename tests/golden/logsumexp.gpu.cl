/* LogSumExp_Reduction(-(p3*SqNorm2(x0-y1)),0,y2)
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
	WIDTH = 1, ROWS = 4, COLS = 8, TILE = 256, STAGED = 4, GROUP = 64, BLOCK = 256,
	STATE = 2, SAVED = 3, WHICH = 1, VALUES = 1, INDICES = 0
};
#define MOST 3.4028234663852886e38
static inline real wane_(real x)
{ return exp2(x * R(1.4426950408889634)); }
static inline real split_(real x, real *n)
{ real y = x < R(1.17549435e-38) ? x * R(8388608) : x; word w = AS_WORD(y) + 0x4afb0d; *n = AS_REAL((w >> 23) + 0x4b000000) - (x < R(1.17549435e-38) ? R(8388758) : R(8388735)); return AS_REAL((w & 0x7fffff) + 0x3f3504f3); }
static inline real bend_(real f)
{ real q = fma(R(-0.0764630429617), f, R(0.127791850218)); q = fma(q, f, R(-0.131641375611)); q = fma(q, f, R(0.141996813456)); q = fma(q, f, R(-0.166227689211)); q = fma(q, f, R(0.200012936111)); q = fma(q, f, R(-0.250008378604)); q = fma(q, f, R(0.333333311788)); return f * f * fma(q, f, R(-0.5)); }
static inline real logs_(real x, real n, real f)
{ real q = fma(n, R(1.4286068203094172e-6), bend_(f)); real y = fma(n, R(0.693145751953125), f + q); y = x < R(INFINITY) ? y : x; q = x == R(0) ? R(-INFINITY) : R(INFINITY) * R(0); return x > R(0) ? y : q; }
static inline real log_(real x)
{ real n; real m = split_(x, &n); return logs_(x, n, m - R(1)); }
static inline real Subtract(const real x, const real y)
{
	return x - y;
}
static inline real SqNorm2(const real r, const real x)
{
	return fma(x, x, r);
}
static inline real Mult(const real x, const real y)
{
	return x * y;
}
static inline real Minus(const real x)
{
	return -x;
}
static inline real Abs(const real x)
{
	return fabs(x);
}
static inline real Log(const real x)
{
	return log_(x);
}
static inline real IfElse(const real x, const real y, const real z)
{
	return x >= R(0) ? y : z;
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
	enum { d = 1, e = 1, K = 0 };
	{ LANES(A(0) = R(-MOST)) EACH(k, 2 * e) LANES(A(1 + k) = R(0)) }
}
static inline void lift(real *s_, bits *n_, const fed *f_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real m = S(0); real f = F(0) > m ? F(0) : m; real a = wane_(m - f); S(0) = f; EACH(k, e) S(1 + k) = S(1 + k) * a; }) }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real b = wane_(F(0) - S(0)); EACH(k, e) S(1 + k) = fma(b, G(k), S(1 + k)); }) }
}
static inline void init(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES(S(0) = R(-MOST)) EACH(k, e) LANES(S(1 + k) = R(0)) }
}
static inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real f = S(0); real m = A(0); real u = wane_(R(0) - fabs(f - m)); real a = f > m ? u : R(1); real b = f > m ? R(1) : u; A(0) = f > m ? f : m; EACH(k, e) { real s = A(1 + k) * a; real v = S(1 + k) * b; real t = s + v; real z = t - s; real c = (s - (t - z)) + (v - z); A(1 + e + k) = A(1 + e + k) * a + (c - c == R(0) ? c : R(0)); A(1 + k) = t; } }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return (A(0) < R(INFINITY) ? A(0) + log_(A(1 + k) + A(1 + e + k)) : A(0));
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global const elem *restrict a2,
	__global const elem *restrict a3,
	__global elem *restrict values,
	__global elem *restrict saved,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	const real v3 = R(a3[0]);
	const real t16 = Log(R(0));  /* Log(0) */
	a0 += row * 2;
	real v0[ROWS][2];
	a1 += column * 2;
	a2 += column * 1;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 2)
			LANE(elem, v0[r][k], l) = a0[at * 2 + k];
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
				real v1[2];
				real v2;
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 2)
						LANE(elem, v1[k], l) = a1[at * 2 + k];
					EACH(k, 1)
						LANE(elem, v2, l) = a2[at * 1 + k];
				}
				const real t14 = Abs(v2);  /* Abs(y2) */
				const real t15 = Minus(t14);  /* -Abs(y2) */
				EACH(k, 2) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, v1[k], l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(2 + k, c + l) = LANE(elem, v2, l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(3 + k, c + l) = LANE(elem, t15, l);
			}
			barrier(CLK_LOCAL_MEM_FENCE);
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t9 = R(0);
					EACH(k, 2) {
						const real t8 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t9 = SqNorm2(t9, t8);  /* SqNorm2(x0-y1) */
					}
					const real t10 = Mult(v3, t9);  /* p3*SqNorm2(x0-y1) */
					const real t11 = Minus(t10);  /* -(p3*SqNorm2(x0-y1)) */
					const real t17 = IfElse(R(TILED(3 + 0, j + c)), t16, t11);  /* IfElse(-Abs(y2),Log(0),-(p3*SqNorm2(x0-y1... */
					f[r][c] = t17;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = fmax(f[r][c], top);
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[1];
							EACH(k, 1) g[k] = R(TILED(2 + 0, j + c));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t9 = R(0);
					EACH(k, 2) {
						const real t8 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t9 = SqNorm2(t9, t8);  /* SqNorm2(x0-y1) */
					}
					const real t10 = Mult(v3, t9);  /* p3*SqNorm2(x0-y1) */
					const real t11 = Minus(t10);  /* -(p3*SqNorm2(x0-y1)) */
					const real t17 = IfElse(R(TILED(3 + 0, j + c)), t16, t11);  /* IfElse(-Abs(y2),Log(0),-(p3*SqNorm2(x0-y1... */
					f[r][c] = t17;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = fmax(f[r][c], top);
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[1];
							EACH(k, 1) g[k] = R(TILED(2 + 0, j + c));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
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
		LOOP(r, ROWS) LOOP(k, 1) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
