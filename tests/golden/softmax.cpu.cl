/* SumSoftMaxWeight_Reduction(Scalprod(x0,y1),0,y2)
 * OpenCL C, float64, CPU shape,
 * to be built with -cl-std=CL1.2 -cl-denorms-are-zero */
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
	WIDTH = 8, ROWS = 1, COLS = 16, TILE = 256, STAGED = 4, GROUP = 1, BLOCK = 256,
	STATE = 5, SAVED = 9, WHICH = 1, VALUES = 3, INDICES = 0
};
#define MOST 1.7976931348623157e308
#if defined __AVX512DQ__ && defined __has_builtin
#if __has_builtin(__builtin_ia32_addpd512) \
	&& __has_builtin(__builtin_ia32_vpermi2varpd512) \
	&& __has_builtin(__builtin_ia32_reducepd512_mask) \
	&& __has_builtin(__builtin_ia32_scalefpd512_mask)
#define SCALEF
#endif
#endif
#ifdef SCALEF
static inline double8 scaled_full(const double8 p)
{
	const double8 s = (double8)(1.0, 1.0442737824274138, 1.0905077326652577, 1.1387886347566916, 1.189207115002721, 1.241857812073484, 1.2968395546510096, 1.3542555469368927);
	const double8 t = (double8)(1.4142135623730951, 1.4768261459394993, 1.5422108254079407, 1.6104903319492543, 1.681792830507429, 1.7562521603732995, 1.8340080864093424, 1.9152065613971474);
	const double8 d = __builtin_ia32_reducepd512_mask(p, 0x49, p, -1, 4);
	const double8 r = __builtin_ia32_vpermi2varpd512(s, as_long8(__builtin_ia32_addpd512(p, (double8)(422212465065984), 9)), t);
	double8 q = 0.00015736282854558428;
	q = fma(q, d, (double8)(0.0013330742245224847));
	q = fma(q, d, (double8)(0.009618140803086095));
	q = fma(q, d, (double8)(0.05550410841954199));
	q = fma(q, d, (double8)(0.24022650696146325));
	q = fma(q, d, (double8)(0.6931471805599377));
	q = fma(q, d * r, r);
	return __builtin_ia32_scalefpd512_mask(q, p, q, -1, 4);
}
static inline real scaled_(const real p)
{
	return scaled_full((double8)(p));
}
#endif
static inline word eighth_(const word w)
{
	const ulong8 t = (ulong8)(0, 0xffff72b83c7d517b, 0xffff06fe0a31b715, 0xfffebfdad5362a27, 0xfffea09e667f3bcd, 0xfffeace5422aa0db, 0xfffee89f995ad3ad, 0xffff5818dcfba487);
	const word k = w & 7;
	return (word)(t[k.s0], t[k.s1], t[k.s2], t[k.s3], t[k.s4], t[k.s5], t[k.s6], t[k.s7]);
}
static inline real power2times_(real x, real y)
#ifdef SCALEF
{ return scaled_(x * y); }
#else
{ real m = fma(x, y, R(844424930132990)); real s = fma(x, y, R(844424930132990) - m); real q = fma(R(3.0503687484331777e-05), s, R(0.00030809043999912357)); q = fma(q, s, R(0.0026667116477984902)); q = fma(q, s, R(0.019236258170351166)); q = fma(q, s, R(0.11100821732960468)); q = fma(q, s, R(0.48045301391823031)); q = fma(q, s, R(1.3862943611198906)); q = fma(q, s, R(2)); return q * AS_REAL(eighth_(AS_WORD(m)) + (AS_WORD(m) << 49)); }
#endif
static inline real wane_(real x)
#ifdef SCALEF
{ return power2times_(x, R(1.4426950408889634)); }
#else
{ return power2times_(R(-708.39641853226408) > x ? R(-708.39641853226408) : x, R(1.4426950408889634)); }
#endif
static inline real Scalprod(const real r, const real x, const real y)
{
	return fma(x, y, r);
}
#define O(k) o[k]
#define X(k) x[k]
#define Y(k) y[k]
#define T(k) t[k]
static inline void Concat10(real *o, const real *x, const real *y)
{
	enum { nx = 1, ny = 3, no = 4, p = 0, q = 0 };
	{ EACH(k, nx) LANES(O(k) = X(k)) EACH(k, ny) LANES(O(nx + k) = Y(k)) }
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
	enum { d = 1, e = 4, K = 0 };
	{ LANES(A(0) = R(-MOST)) EACH(k, 2 * e) LANES(A(1 + k) = R(0)) }
}
static inline void lift(real *s_, bits *n_, const fed *f_)
{
	enum { d = 1, e = 4, K = 0 };
	{ LANES({ real m = S(0); real f = F(0) > m ? F(0) : m; real a = wane_(m - f); S(0) = f; EACH(k, e) S(1 + k) = S(1 + k) * a; }) }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 4, K = 0 };
	{ LANES({ real b = wane_(F(0) - S(0)); EACH(k, e) S(1 + k) = fma(b, G(k), S(1 + k)); }) }
}
static inline void init(real *s_, bits *n_)
{
	enum { d = 1, e = 4, K = 0 };
	{ LANES(S(0) = R(-MOST)) EACH(k, e) LANES(S(1 + k) = R(0)) }
}
static inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 4, K = 0 };
	{ LANES({ real f = S(0); real m = A(0); real u = wane_(R(0) - fabs(f - m)); real a = f > m ? u : R(1); real b = f > m ? R(1) : u; A(0) = f > m ? f : m; EACH(k, e) { real s = A(1 + k) * a; real v = S(1 + k) * b; real t = s + v; real z = t - s; real c = (s - (t - z)) + (v - z); A(1 + e + k) = A(1 + e + k) * a + (c - c == R(0) ? c : R(0)); A(1 + k) = t; } }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 4, K = 0 };
	return (A(2 + k) + A(2 + e + k)) / (A(1) + A(1 + e));
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
	a0 += row * 2;
	real v0[ROWS][2];
	a1 += column * 2;
	a2 += column * 3;
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
				real v2[3];
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 2)
						LANE(elem, v1[k], l) = a1[at * 2 + k];
					EACH(k, 3)
						LANE(elem, v2[k], l) = a2[at * 3 + k];
				}
				real x10[1];
				EACH(k, 1) x10[k] = R(1);
				real t10[4];
				Concat10(t10, x10, v2);  /* [1,y2] */
				EACH(k, 4) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, t10[k], l);
			}
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t6 = R(0);
					EACH(k, 2) {
						t6 = Scalprod(t6, v0[r][k], R(AT(a1, 2, c, k)));  /* Scalprod(x0,y1) */
					}
					f[r][c] = t6;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f[r][c] > top ? f[r][c] : top;
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[4];
							EACH(k, 4) g[k] = R(TILED(0 + k, j + c));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
				}
			}
			for (; j + 8 <= jn; j += 8) {
				enum { COLS = 8 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t6 = R(0);
					EACH(k, 2) {
						t6 = Scalprod(t6, v0[r][k], R(AT(a1, 2, c, k)));  /* Scalprod(x0,y1) */
					}
					f[r][c] = t6;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f[r][c] > top ? f[r][c] : top;
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[4];
							EACH(k, 4) g[k] = R(TILED(0 + k, j + c));
							push(&s[r][0], &n[r][0], &f[r][c], g, INDEX(jt + j + c));
						}
					}
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t6 = R(0);
					EACH(k, 2) {
						t6 = Scalprod(t6, v0[r][k], R(AT(a1, 2, c, k)));  /* Scalprod(x0,y1) */
					}
					f[r][c] = t6;
				}
				EACH(r, ROWS) {
					enum { LIFT = COLS < 8 ? COLS : 8 };
					_Pragma("unroll") for (int from = 0; from < COLS; from += LIFT) {
						real top = R(-INFINITY);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++)
							top = f[r][c] > top ? f[r][c] : top;
						lift(&s[r][0], &n[r][0], &top);
						_Pragma("unroll") for (int c = from; c < from + LIFT; c++) {
							real g[4];
							EACH(k, 4) g[k] = R(TILED(0 + k, j + c));
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
		EACH(r, ROWS) EACH(k, 3) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
