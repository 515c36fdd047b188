/* Sum_Reduction(y2*Exp(x0-y1),0)
 * LogSumExp_Reduction(p3*y2,0)
 * OpenCL C, float32 in sums of float64, GPU shape,
 * to be built with -cl-std=CL1.2 */
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
	WIDTH = 1, ROWS = 2, COLS = 8, TILE = 256, STAGED = 4, GROUP = 64, BLOCK = 256,
	STATE = 4, SAVED = 7, WHICH = 1, VALUES = 3, INDICES = 0
};
#define MOST 3.4028234663852886e38
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
static inline real Mult(const real x, const real y)
{
	return x * y;
}
typedef real fed;
#undef AS_REAL
#undef AS_WORD
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double wide;
typedef ulong wide_word;
#define word wide_word
#define WIDEN convert_double
#define AS_REAL as_double
#define AS_WORD as_ulong
#define real wide
#define elem double
#define octave_ wide_octave_
static inline real octave_(real s)
{ real q = fma(R(3.0208931655633147e-10), s, R(7.107220165238227e-9)); q = fma(q, s, R(1.6982197290837079e-7)); q = fma(q, s, R(3.402013895800828e-6)); q = fma(q, s, R(5.8805566201921953e-5)); q = fma(q, s, R(8.52627145561577e-4)); q = fma(q, s, R(9.78006718289381e-3)); q = fma(q, s, R(0.08521648791936633)); q = fma(q, s, R(0.4884758143480939)); q = q * s; return fma(q, q + R(2.838), R(2)); }
#define power2times_ wide_power2times_
static inline real power2times_(real x, real y)
{ real m = fma(x, y, R(6755399441056766)); real s = fma(x, y, R(6755399441056766) - m); return octave_(s) * AS_REAL(AS_WORD(m) << 52); }
#define wane_ wide_wane_
static inline real wane_(real x)
{ return power2times_(R(-708.39641853226408) > x ? R(-708.39641853226408) : x, R(1.4426950408889634)); }
#define split_ wide_split_
static inline real split_(real x, real *n)
{ real y = x < R(2.2250738585072014e-308) ? x * R(4503599627370496) : x; word w = AS_WORD(y) + 0x95f619980c434; *n = AS_REAL((w >> 52) + 0x4330000000000000) - (x < R(2.2250738585072014e-308) ? R(4503599627371571) : R(4503599627371519)); return AS_REAL((w & 0xfffffffffffff) + 0x3fe6a09e667f3bcc); }
#define bend_ wide_bend_
static inline real bend_(real f)
{ real s = f / (R(2) + f); real z = s * s; real h = R(0.5) * f * f; real q = fma(R(0.14797502719772235), z, R(0.15313903759052811)); q = fma(q, z, R(0.18183569719464014)); q = fma(q, z, R(0.22222198476377742)); q = fma(q, z, R(0.28571428743258942)); q = fma(q, z, R(0.39999999999411108)); q = fma(q, z, R(0.66666666666667349)); return s * fma(q, z, h) - h; }
#define logs_ wide_logs_
static inline real logs_(real x, real n, real f)
{ real q = fma(n, R(1.4286068203094172e-6), bend_(f)); real y = fma(n, R(0.693145751953125), f + q); y = x < R(INFINITY) ? y : x; q = x == R(0) ? R(-INFINITY) : R(INFINITY) * R(0); return x > R(0) ? y : q; }
#define log_ wide_log_
static inline real log_(real x)
{ real n; real m = split_(x, &n); return logs_(x, n, m - R(1)); }
#define S(k) s_[k]
#define N(k) n_[k]
#define M(k) m_[k]
#define SPACE volatile __local
#define A(k) a_[(k) * GROUP]
#define RUNNING(r, k) a[((r) * SAVED + (k)) * GROUP]
#define F(k) WIDEN(f_[k])
#define G(k) WIDEN(g_[k])
static inline void start0(SPACE real *a_, bits *m_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push0(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init0(real *s_, bits *n_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold0(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value0(SPACE const real *a_, const int k)
{
	enum { d = 2, e = 2, K = 0 };
	return A(k) + A(d + k);
}
static inline void start1(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES(A(0) = R(-MOST)) EACH(k, 2 * e) LANES(A(1 + k) = R(0)) }
}
static inline void lift1(real *s_, bits *n_, const fed *f_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real m = S(0); real f = F(0) > m ? F(0) : m; real a = wane_(m - f); S(0) = f; EACH(k, e) S(1 + k) = S(1 + k) * a; }) }
}
static inline void push1(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real b = wane_(F(0) - S(0)); EACH(k, e) S(1 + k) = fma(b, G(k), S(1 + k)); }) }
}
static inline void init1(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES(S(0) = R(-MOST)) EACH(k, e) LANES(S(1 + k) = R(0)) }
}
static inline void fold1(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real f = S(0); real m = A(0); real u = wane_(R(0) - fabs(f - m)); real a = f > m ? u : R(1); real b = f > m ? R(1) : u; A(0) = f > m ? f : m; EACH(k, e) { real s = A(1 + k) * a; real v = S(1 + k) * b; real t = s + v; real z = t - s; real c = (s - (t - z)) + (v - z); A(1 + e + k) = A(1 + e + k) * a + (c - c == R(0) ? c : R(0)); A(1 + k) = t; } }) }
}
static inline real value1(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return (A(0) < R(INFINITY) ? A(0) + log_(A(1 + k) + A(1 + e + k)) : A(0));
}
#undef real
#undef elem

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global const elem *restrict a2,
	__global const elem *restrict a3,
	__global elem *restrict values,
	__global double *restrict saved,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	const real v3 = R(a3[0]);
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
	__local __attribute__((aligned(16))) wide parked[ROWS * SAVED * GROUP];
	SPACE wide *a = parked + (int)get_local_id(0);
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start0(&RUNNING(r, 0), &m[r][0]);
		start1(&RUNNING(r, 4), &m[r][0]);
	}
	if (!first) {
		LOOP(r, ROWS) LOOP(l, WIDTH) {
			const long at = row + min(i0 + r * WIDTH + l, rows - 1);
			LOOP(k, SAVED) LANE(double, RUNNING(r, k), l) = saved[at * SAVED + k];
		}
	}
	for (int jb = 0; jb < columns; jb += BLOCK) {
		const int je = min(columns, jb + BLOCK);
		wide s[ROWS][STATE];    /* that of this block of columns */
		bits n[ROWS][WHICH];
		EACH(r, ROWS) {
			init0(&s[r][0], &n[r][0]);
			init1(&s[r][2], &n[r][0]);
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
				const real t9 = Mult(v3, v2);  /* p3*y2 */
				EACH(k, 2) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, v1[k], l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(2 + k, c + l) = LANE(elem, v2, l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(3 + k, c + l) = LANE(elem, t9, l);
			}
			barrier(CLK_LOCAL_MEM_FENCE);
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				real f1[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t6[2];
					EACH(k, 2) {
						const real t5 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t6[k] = Exp(t5);  /* Exp(x0-y1) */
					}
					real f0[1];
					EACH(k, 1) f0[k] = R(TILED(2 + 0, j + c));
					push0(&s[r][0], &n[r][0], f0, t6, INDEX(jt + j + c));
					f1[r][c] = R(TILED(3 + 0, j + c));
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f1[r][c] > top ? f1[r][c] : top;
						lift1(&s[r][2], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g1[1];
							EACH(k, 1) g1[k] = R(1);
							push1(&s[r][2], &n[r][0], &f1[r][c], g1, INDEX(jt + j + c));
						}
					}
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f1[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t6[2];
					EACH(k, 2) {
						const real t5 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t6[k] = Exp(t5);  /* Exp(x0-y1) */
					}
					real f0[1];
					EACH(k, 1) f0[k] = R(TILED(2 + 0, j + c));
					push0(&s[r][0], &n[r][0], f0, t6, INDEX(jt + j + c));
					f1[r][c] = R(TILED(3 + 0, j + c));
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f1[r][c] > top ? f1[r][c] : top;
						lift1(&s[r][2], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g1[1];
							EACH(k, 1) g1[k] = R(1);
							push1(&s[r][2], &n[r][0], &f1[r][c], g1, INDEX(jt + j + c));
						}
					}
				}
			}
			barrier(CLK_LOCAL_MEM_FENCE);
		}
		EACH(r, ROWS) {
			fold0(&RUNNING(r, 0), &m[r][0], &s[r][0], &n[r][0]);
			fold1(&RUNNING(r, 4), &m[r][0], &s[r][2], &n[r][0]);
		}
	}
	LOOP(r, ROWS) LOOP(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long at = row + i;
		if (i < rows && !last)
			LOOP(k, SAVED) saved[at * SAVED + k] = LANE(double, RUNNING(r, k), l);
	}
	if (last)
		LOOP(r, ROWS) LOOP(k, 2) {
			const wide v = value0(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(double, v, l);
		}
	if (last)
		LOOP(r, ROWS) LOOP(k, 1) {
			const wide v = value1(&RUNNING(r, 4), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 2 + k] = LANE(double, v, l);
		}
}
