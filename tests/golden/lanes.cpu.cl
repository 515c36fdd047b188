/* Max_SumShiftExpWeight_Reduction(Sin(y1)*Scalprod(x0,y2),0,y1+Index_j())
 * OpenCL C, float32, CPU shape, columns split,
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
#define R(c) ((real)((elem)(c)))
#define EACH(k, n) _Pragma("unroll") for (int k = 0; k < (n); k++)
#define LOOP(k, n) _Pragma("unroll 1") for (int k = 0; k < (n); k++)
#define LANES(statement) { statement; }
#define NONE INDEX(-1)
enum {
	WIDTH = 8, ROWS = 2, COLS = 8, TILE = 16, STAGED = 6, GROUP = 1, BLOCK = 256,
	STATE = 2, SAVED = 3, WHICH = 1, VALUES = 2, INDICES = 0,
	SPLIT = 2048
};
#define MINE(k) tile[k]
enum { PIECE = 4 };
typedef float4 piece;
#define LOAD(from) vload4(0, from)
#define CROSS(o, p, x, y) { o.even = x.even; o.odd = y.even; p.even = x.odd; p.odd = y.odd; }
static inline void turn(real *x)
{
	real y[PIECE];
	EACH(k, PIECE / 2)
		CROSS(y[2 * k], y[2 * k + 1], x[2 * k], x[2 * k + 1])
	ulong4 *o = (ulong4 *)x, *z = (ulong4 *)y;
	EACH(k, 2) CROSS(o[k], o[k + 2], z[k], z[k + 2])
}
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
static inline bits is_far_(real x)
{ return fabs(x) > R(1e5); }
static inline real origin_(void)
{ return R(12582912); }
static inline word turned_(real m)
{ return AS_WORD(m) << 31; }
static inline real less_(real x, real n)
{ real r = fma(n, R(-3.14159274), x); r = fma(n, R(8.74227766e-8), r); return fma(n, R(3.43024902e-15), r); }
static inline real wave_(real r)
{ real z = r * r; real q = fma(R(2.60550019e-6), z, R(-0.000198096604)); q = fma(q, z, R(0.00833306834)); q = fma(q, z, R(-0.166666597)); return fma(q, z * r, r); }
static inline real turn_(real t, real h, real *l, real *n)
{ real w = t - ((t + R(4) * origin_()) - R(4) * origin_()); real u = fabs(t) >= R(2) * origin_() ? R(0) : w; real s = h + u; real z = s - h; real e = *l + ((h - (s - z)) + (u - z)); real m = (s + origin_()) - origin_(); *n = *n + m; s = s - m; u = s + e; *l = e - (u - s); return u; }
static inline real turns_(real x, real c, real h, real *l, real *n)
{ real p = x * c; h = turn_(p, h, l, n); return turn_(fma(x, c, -p), h, l, n); }
static inline real far_(real x, real k, real s, real h, real r, real *low, real *m)
{ bits b = x >= R(1.5111572745182865e23); real y = x * (b ? R(6.776263578034403e-21) : R(1.52587890625e-5)) * k; real n = origin_(); real l = R(0); h = turns_(y, b ? R(5287.93994) : R(20860.7559), h, &l, &n); h = turns_(y, b ? R(-4.00972021e-5) : R(0.000841565896), h, &l, &n); h = turns_(y, b ? R(7.51274206e-13) : R(9.62427447e-12), h, &l, &n); h = turns_(y, b ? R(2.31960782e-20) : R(1.99033705e-19), h, &l, &n); h = turns_(y, b ? R(-3.41524724e-28) : R(-4.51312871e-27), h, &l, &n); h = turns_(y, b ? R(7.75749054e-37) : R(8.25235031e-35), h, &l, &n); y = h * s * R(3.14159274); l = fma(h * s, R(-8.74227766e-8), l * s * R(3.14159274)); l = fma(h * s, R(3.14159274), -y) + l; *m = is_far_(x) ? n : *m; *low = is_far_(x) ? l : *low; return is_far_(x) ? y : r; }
static inline real sin_(real x, int far)
{ real a = fabs(x); real m = fma(a, R(0.3183098861837907), origin_()); real r = less_(a, m - origin_()); real low = R(0); if (far) r = far_(a, R(1), R(1), R(0), r, &low, &m) + low; return AS_REAL(AS_WORD(wave_(r)) ^ turned_(m) ^ (AS_WORD(x) & AS_WORD(R(-0.0)))); }
static inline real Sin(const real x)
{
	return sin_(x, ANY(is_far_(x)));
}
static inline real Scalprod(const real r, const real x, const real y)
{
	return fma(x, y, r);
}
static inline real Mult(const real x, const real y)
{
	return x * y;
}
static inline real Add(const real x, const real y)
{
	return x + y;
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
	return k == 0 ? (A(0) > R(-MOST) ? A(0) : R(-INFINITY)) : A(k) + A(e + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global const elem *restrict a2,
	__global elem *restrict values,
	__global elem *restrict saved,
	__global elem *restrict states,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int member = (int)get_local_id(0);
	const int group = (int)get_global_id(0) / GROUP;
	const int across = (rows + ROWS - 1) / ROWS;
	const int i0 = group % across * ROWS;
	const int j0 = group / across * SPLIT;
	const int jw = j0 + member * (WIDTH * BLOCK);
	bits jl;    /* where each lane's block begins */
	EACH(l, WIDTH) LANE(int, jl, l) = jw + l * BLOCK;
	a0 += row * 3;
	real v0[ROWS][3];
	a1 += column * 1;
	a2 += column * 3;
	EACH(r, ROWS) {
		const int at = min(i0 + r, rows - 1);
		EACH(k, 3)
			v0[r][k] = R(a0[at * 3 + k]);
	}
	real tile[6 * TILE];
	LOOP(k, WIDTH * BLOCK * 1 / 16) (void)((volatile __global const elem *)a1)[jw * 1 + k * 16];
	LOOP(k, WIDTH * BLOCK * 3 / 16) (void)((volatile __global const elem *)a2)[jw * 3 + k * 16];
	{
		const int jb = 0, je = BLOCK;
		real s[ROWS][STATE];    /* that of this block of columns */
		bits n[ROWS][WHICH];
		EACH(r, ROWS) {
			init(&s[r][0], &n[r][0]);
		}
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int e = 0; e < TILE * 1; e += PIECE) {
				real x[PIECE];
				EACH(k, PIECE) EACH(h, WIDTH / PIECE)
					LANE(piece, x[k], h) = LOAD(a1 + (jw + (h * PIECE + k) * BLOCK + jt) * 1 + e);
				turn(x);
				EACH(k, PIECE) tile[0 * TILE + e + k] = x[k];
			}
			for (int e = 0; e < TILE * 3; e += PIECE) {
				real x[PIECE];
				EACH(k, PIECE) EACH(h, WIDTH / PIECE)
					LANE(piece, x[k], h) = LOAD(a2 + (jw + (h * PIECE + k) * BLOCK + jt) * 3 + e);
				turn(x);
				EACH(k, PIECE) tile[1 * TILE + e + k] = x[k];
			}
			for (int c = 0; c < TILE; c++) {
				real v1;
				EACH(k, 1) v1 = MINE(0 * TILE + c * 1 + k);
				real v2[3];
				EACH(k, 3) v2[k] = MINE(1 * TILE + c * 3 + k);
				const real t6 = Sin(v1);  /* Sin(y1) */
				real t10;
				EACH(l, WIDTH) LANE(elem, t10, l) = (elem)(base + column + jw + l * BLOCK + jt + c);  /* Index_j() */
				const real t11 = Add(v1, t10);  /* y1+Index_j() */
				EACH(k, 1) MINE(4 * TILE + c * 1 + k) = t6;
				EACH(k, 1) MINE(5 * TILE + c * 1 + k) = t11;
			}
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t7 = R(0);
					EACH(k, 3) {
						t7 = Scalprod(t7, v0[r][k], MINE(1 * TILE + (j + c) * 3 + k));  /* Scalprod(x0,y2) */
					}
					const real t8 = Mult(MINE(4 * TILE + (j + c) * 1 + 0), t7);  /* Sin(y1)*Scalprod(x0,y2) */
					f[r][c] = t8;
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
							EACH(k, 1) g[k] = MINE(5 * TILE + (j + c) * 1 + 0);
							push(&s[r][0], &n[r][0], &f[r][c], g, jl + INDEX(jt + j + c));
						}
					}
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				real f[ROWS][COLS];
				EACH(r, ROWS) EACH(c, COLS) {
					real t7 = R(0);
					EACH(k, 3) {
						t7 = Scalprod(t7, v0[r][k], MINE(1 * TILE + (j + c) * 3 + k));  /* Scalprod(x0,y2) */
					}
					const real t8 = Mult(MINE(4 * TILE + (j + c) * 1 + 0), t7);  /* Sin(y1)*Scalprod(x0,y2) */
					f[r][c] = t8;
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
							EACH(k, 1) g[k] = MINE(5 * TILE + (j + c) * 1 + 0);
							push(&s[r][0], &n[r][0], &f[r][c], g, jl + INDEX(jt + j + c));
						}
					}
				}
			}
		}
		EACH(r, ROWS) EACH(l, WIDTH) {
			const int i = i0 + r;
			const int q = jw / BLOCK + l;
			if (i < rows)
				EACH(k, STATE) states[(q * STATE + k) * rows + i] = LANE(elem, s[r][k], l);
		}
	}
}
