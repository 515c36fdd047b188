/* LogSumExp_Reduction(-(p3*SqNorm2(x0-y1)),0,y2)
 * OpenCL C, float32, CPU shape,
 * to be built with -cl-std=CL1.2 -cl-single-precision-constant -cl-denorms-are-zero */
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
	WIDTH = 8, ROWS = 1, COLS = 16, TILE = 256, STAGED = 1, GROUP = 1, BLOCK = 256,
	STATE = 2, SAVED = 3, WHICH = 1, VALUES = 1, INDICES = 0
};
#define MOST 3.4028234663852886e38
#if defined __AVX512DQ__ && defined __has_builtin
#if __has_builtin(__builtin_ia32_addps512) \
	&& __has_builtin(__builtin_ia32_vpermi2varps512) \
	&& __has_builtin(__builtin_ia32_reduceps512_mask) \
	&& __has_builtin(__builtin_ia32_scalefps512_mask)
#define SCALEF
#endif
#endif
#ifdef SCALEF
static inline float16 scaled_full(const float16 p)
{
	const float16 s = (float16)(1, 1.0218972, 1.04427385, 1.06714046, 1.09050775, 1.1143868, 1.1387887, 1.1637249, 1.1892072, 1.21524739, 1.24185789, 1.26905107, 1.29683959, 1.32523668, 1.35425568, 1.38390994);
	const float16 t = (float16)(1.41421366, 1.44518089, 1.47682619, 1.50916445, 1.54221094, 1.5759809, 1.61049044, 1.64575553, 1.68179297, 1.71861935, 1.75625229, 1.79470921, 1.83400822, 1.87416768, 1.91520667, 1.95714426);
	const float16 d = __builtin_ia32_reduceps512_mask(p, 0x59, p, -1, 4);
	const float16 r = __builtin_ia32_vpermi2varps512(s, as_int16(__builtin_ia32_addps512(p, (float16)(393216), 9)), t);
	float16 q = 0.242842874;
	q = fma(q, d, (float16)(0.69311656));
	q = fma(q, d * r, r);
	return __builtin_ia32_scalefps512_mask(q, p, q, -1, 4);
}
static inline real scaled_(const real p)
{
	return scaled_full((float16)(p, p)).lo;
}
#endif
static inline word eighth_(const word w)
{
	const uint8 t = (uint8)(0, 0xfffb95c2, 0xfff837f0, 0xfff5fed7, 0xfff504f3, 0xfff5672a, 0xfff744fd, 0xfffac0c7);
	const word k = w & 7;
	return (word)(t[k.s0], t[k.s1], t[k.s2], t[k.s3], t[k.s4], t[k.s5], t[k.s6], t[k.s7]);
}
static inline real power2times_(real x, real y)
#ifdef SCALEF
{ return scaled_(x * y); }
#else
{ real m = fma(x, y, R(1572990)); real s = fma(x, y, R(1572990) - m); real q = fma(R(0.1109924428), s, R(0.4805152599)); q = fma(q, s, R(1.386294429)); q = fma(q, s, R(2)); return q * AS_REAL(eighth_(AS_WORD(m)) + (AS_WORD(m) << 20)); }
#endif
static inline real wane_(real x)
#ifdef SCALEF
{ return power2times_(x, R(1.4426950408889634)); }
#else
{ return power2times_(R(-87.336545) > x ? R(-87.336545) : x, R(1.4426950408889634)); }
#endif
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
	return R(0) - x;
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
#define SPACE 
#define A(k) a_[k]
#define RUNNING(r, k) a[r][k]
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
	elem tile[TILE * STAGED];
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
				EACH(k, 1) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, t15, l);
			}
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t9 = R(0);
					EACH(k, 2) {
						const real t8 = Subtract(v0[r][k], R(AT(a1, 2, c, k)));  /* x0-y1 */
						t9 = SqNorm2(t9, t8);  /* SqNorm2(x0-y1) */
					}
					const real t10 = Mult(v3, t9);  /* p3*SqNorm2(x0-y1) */
					const real t11 = Minus(t10);  /* -(p3*SqNorm2(x0-y1)) */
					const real t17 = IfElse(R(TILED(0 + 0, j + c)), t16, t11);  /* IfElse(-Abs(y2),Log(0),-(p3*SqNorm2(x0-y1... */
					f[r][c] = t17;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f[r][c] > top ? f[r][c] : top;
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[1];
							EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
				}
			}
			for (; j + 8 <= jn; j += 8) {
				enum { COLS = 8 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t9 = R(0);
					EACH(k, 2) {
						const real t8 = Subtract(v0[r][k], R(AT(a1, 2, c, k)));  /* x0-y1 */
						t9 = SqNorm2(t9, t8);  /* SqNorm2(x0-y1) */
					}
					const real t10 = Mult(v3, t9);  /* p3*SqNorm2(x0-y1) */
					const real t11 = Minus(t10);  /* -(p3*SqNorm2(x0-y1)) */
					const real t17 = IfElse(R(TILED(0 + 0, j + c)), t16, t11);  /* IfElse(-Abs(y2),Log(0),-(p3*SqNorm2(x0-y1... */
					f[r][c] = t17;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f[r][c] > top ? f[r][c] : top;
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[1];
							EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t9 = R(0);
					EACH(k, 2) {
						const real t8 = Subtract(v0[r][k], R(AT(a1, 2, c, k)));  /* x0-y1 */
						t9 = SqNorm2(t9, t8);  /* SqNorm2(x0-y1) */
					}
					const real t10 = Mult(v3, t9);  /* p3*SqNorm2(x0-y1) */
					const real t11 = Minus(t10);  /* -(p3*SqNorm2(x0-y1)) */
					const real t17 = IfElse(R(TILED(0 + 0, j + c)), t16, t11);  /* IfElse(-Abs(y2),Log(0),-(p3*SqNorm2(x0-y1... */
					f[r][c] = t17;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f[r][c] > top ? f[r][c] : top;
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[1];
							EACH(k, 1) g[k] = R(AT(a2, 1, c, 0));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
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
