/* ArgMin_Reduction(SqNorm2(x0-y1),0)
 * Sum_Reduction(Exp(-SqNorm2(x0-y1))*y2,0)
 * Sum_Reduction(-2*(x3*y2*Exp(-SqNorm2(x0-y1)))*(x0-y1),0)
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
	WIDTH = 8, ROWS = 1, COLS = 8, TILE = 256, STAGED = 0, GROUP = 1, BLOCK = 256,
	STATE = 4, SAVED = 9, WHICH = 1, VALUES = 4, INDICES = 1
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
static inline real power2times_(real x, real y)
#ifdef SCALEF
{ return scaled_(x * y); }
#else
{ real m = fma(x, y, R(1572990)); real s = fma(x, y, R(1572990) - m); real q = fma(R(0.1109924428), s, R(0.4805152599)); q = fma(q, s, R(1.386294429)); q = fma(q, s, R(2)); return q * AS_REAL(eighth_(AS_WORD(m)) + (AS_WORD(m) << 20)); }
#endif
static inline real exp2times_(real x, real y, real z)
#ifdef SCALEF
{ return power2times_(x, y); }
#else
{ return power2times_(z < x ? z : x, y); }
#endif
static inline real Exp2Times(const real x, const real y, const real z)
{
	return exp2times_(x, y, z);
}
static inline real Mult(const real x, const real y)
{
	return x * y;
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
static inline void start0(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) { LANES(A(k) = R(INFINITY)) LANES(M(k) = NONE) } }
}
static inline void push0(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) LANES({ real f = F(k); N(k) = f < S(k) ? J : N(k); S(k) = f < S(k) ? f : S(k); }) }
}
static inline void start1(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push1(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init1(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold1(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value1(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return A(k) + A(d + k);
}
static inline void start2(SPACE real *a_, bits *m_)
{
	enum { d = 3, e = 3, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push2(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 3, e = 3, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init2(real *s_, bits *n_)
{
	enum { d = 3, e = 3, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold2(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 3, e = 3, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value2(SPACE const real *a_, const int k)
{
	enum { d = 3, e = 3, K = 0 };
	return A(k) + A(d + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global const elem *restrict a2,
	__global const elem *restrict a3,
	__global elem *restrict values,
	__global long *restrict indices,
	__global elem *restrict saved,
	__global long *restrict which,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	const real t25 = Reach(R(-1.4426950408889634));  /* Reach(-1.4426950408889634) */
	a0 += row * 3;
	real v0[ROWS][3];
	a1 += column * 3;
	a2 += column * 1;
	a3 += row * 1;
	real v3[ROWS];
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 3)
			LANE(elem, v0[r][k], l) = a0[at * 3 + k];
		EACH(k, 1)
			LANE(elem, v3[r], l) = a3[at * 1 + k];
	}
	real t30[ROWS];
	EACH(r, ROWS) {
		t30[r] = Mult(R(-2), v3[r]);  /* -2*x3 */
	}
	real a[ROWS][SAVED];
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start0(&RUNNING(r, 0), &m[r][0]);
		start1(&RUNNING(r, 1), &m[r][1]);
		start2(&RUNNING(r, 3), &m[r][1]);
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
		real s[ROWS][STATE];    /* that of this block of columns */
		bits n[ROWS][WHICH];
		EACH(r, ROWS) {
			init1(&s[r][0], &n[r][1]);
			init2(&s[r][1], &n[r][1]);
		}
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				real f0[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					const real t31 = Mult(t30[r], R(AT(a2, 1, c, 0)));  /* -2*x3*y2 */
					real t7[3];
					real t8 = R(0);
					EACH(k, 3) {
						t7[k] = Subtract(v0[r][k], R(AT(a1, 3, c, k)));  /* x0-y1 */
						t8 = SqNorm2(t8, t7[k]);  /* SqNorm2(x0-y1) */
					}
					const real t26 = Exp2Times(t8, R(-1.4426950408889634), t25);  /* Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
					const real t32 = Mult(t31, t26);  /* -2*x3*y2*Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
					f0[r][c] = t8;
					real g1[1];
					EACH(k, 1) g1[k] = R(AT(a2, 1, c, 0));
					push1(&s[r][0], &n[r][1], &t26, g1, INDEX(jt + j + c));
					push2(&s[r][1], &n[r][1], &t32, t7, INDEX(jt + j + c));
				}
				EACH(r, ROWS) {
					const real so_far = RUNNING(r, 0);
					real low = so_far;
					EACH(c, COLS) low = f0[r][c] < low ? f0[r][c] : low;
					if (ANY(low < so_far)) LOOP(c, COLS)
						push0(&RUNNING(r, 0), &m[r][0], &f0[r][c], &f0[r][c], INDEX(jt + j + c));
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f0[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					const real t31 = Mult(t30[r], R(AT(a2, 1, c, 0)));  /* -2*x3*y2 */
					real t7[3];
					real t8 = R(0);
					EACH(k, 3) {
						t7[k] = Subtract(v0[r][k], R(AT(a1, 3, c, k)));  /* x0-y1 */
						t8 = SqNorm2(t8, t7[k]);  /* SqNorm2(x0-y1) */
					}
					const real t26 = Exp2Times(t8, R(-1.4426950408889634), t25);  /* Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
					const real t32 = Mult(t31, t26);  /* -2*x3*y2*Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
					f0[r][c] = t8;
					real g1[1];
					EACH(k, 1) g1[k] = R(AT(a2, 1, c, 0));
					push1(&s[r][0], &n[r][1], &t26, g1, INDEX(jt + j + c));
					push2(&s[r][1], &n[r][1], &t32, t7, INDEX(jt + j + c));
				}
				EACH(r, ROWS) {
					const real so_far = RUNNING(r, 0);
					real low = so_far;
					EACH(c, COLS) low = f0[r][c] < low ? f0[r][c] : low;
					if (ANY(low < so_far)) LOOP(c, COLS)
						push0(&RUNNING(r, 0), &m[r][0], &f0[r][c], &f0[r][c], INDEX(jt + j + c));
				}
			}
		}
		EACH(r, ROWS) {
			fold1(&RUNNING(r, 1), &m[r][1], &s[r][0], &n[r][1]);
			fold2(&RUNNING(r, 3), &m[r][1], &s[r][1], &n[r][1]);
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
	if (last)
		EACH(r, ROWS) EACH(k, 1) {
			const real v = value1(&RUNNING(r, 1), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
	if (last)
		EACH(r, ROWS) EACH(k, 3) {
			const real v = value2(&RUNNING(r, 3), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 1 + k] = LANE(elem, v, l);
		}
}
