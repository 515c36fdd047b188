/* Sum_Reduction(y2*Sin(x0-y1),0)
 * LogSumExp_Reduction(p3*y2,0)
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
	WIDTH = 1, ROWS = 4, COLS = 8, TILE = 256, STAGED = 4, GROUP = 64, BLOCK = 256,
	STATE = 0, SAVED = 7, WHICH = 1, VALUES = 3, INDICES = 0
};
#define ANY(condition) (condition)
#define MOST 3.4028234663852886e38
static __device__ inline real wane_(real x)
{ return exp2(x * R(1.4426950408889634)); }
static __device__ inline real split_(real x, real *n)
{ real y = x < R(1.17549435e-38) ? x * R(8388608) : x; word w = AS_WORD(y) + 0x4afb0d; *n = AS_REAL((w >> 23) + 0x4b000000) - (x < R(1.17549435e-38) ? R(8388758) : R(8388735)); return AS_REAL((w & 0x7fffff) + 0x3f3504f3); }
static __device__ inline real bend_(real f)
{ real q = fma(R(-0.0764630429617), f, R(0.127791850218)); q = fma(q, f, R(-0.131641375611)); q = fma(q, f, R(0.141996813456)); q = fma(q, f, R(-0.166227689211)); q = fma(q, f, R(0.200012936111)); q = fma(q, f, R(-0.250008378604)); q = fma(q, f, R(0.333333311788)); return f * f * fma(q, f, R(-0.5)); }
static __device__ inline real logs_(real x, real n, real f)
{ real q = fma(n, R(1.4286068203094172e-6), bend_(f)); real y = fma(n, R(0.693145751953125), f + q); y = x < R(INFINITY) ? y : x; q = x == R(0) ? R(-INFINITY) : R(INFINITY) * R(0); return x > R(0) ? y : q; }
static __device__ inline real log_(real x)
{ real n; real m = split_(x, &n); return logs_(x, n, m - R(1)); }
static __device__ inline real Subtract(const real x, const real y)
{
	return x - y;
}
static __device__ inline bits is_far_(real x)
{ return fabs(x) > R(1e5); }
static __device__ inline real origin_(void)
{ return R(12582912); }
static __device__ inline word turned_(real m)
{ return AS_WORD(m) << 31; }
static __device__ inline real less_(real x, real n)
{ real r = fma(n, R(-3.14159274), x); r = fma(n, R(8.74227766e-8), r); return fma(n, R(3.43024902e-15), r); }
static __device__ inline real wave_(real r)
{ real z = r * r; real q = fma(R(2.60550019e-6), z, R(-0.000198096604)); q = fma(q, z, R(0.00833306834)); q = fma(q, z, R(-0.166666597)); return fma(q, z * r, r); }
static __device__ inline real turn_(real t, real h, real *l, real *n)
{ real w = t - ((t + R(4) * origin_()) - R(4) * origin_()); real u = fabs(t) >= R(2) * origin_() ? R(0) : w; real s = h + u; real z = s - h; real e = *l + ((h - (s - z)) + (u - z)); real m = (s + origin_()) - origin_(); *n = *n + m; s = s - m; u = s + e; *l = e - (u - s); return u; }
static __device__ inline real turns_(real x, real c, real h, real *l, real *n)
{ real p = x * c; h = turn_(p, h, l, n); return turn_(fma(x, c, -p), h, l, n); }
static __device__ inline real far_(real x, real k, real s, real h, real r, real *low, real *m)
{ bits b = x >= R(1.5111572745182865e23); real y = x * (b ? R(6.776263578034403e-21) : R(1.52587890625e-5)) * k; real n = origin_(); real l = R(0); h = turns_(y, b ? R(5287.93994) : R(20860.7559), h, &l, &n); h = turns_(y, b ? R(-4.00972021e-5) : R(0.000841565896), h, &l, &n); h = turns_(y, b ? R(7.51274206e-13) : R(9.62427447e-12), h, &l, &n); h = turns_(y, b ? R(2.31960782e-20) : R(1.99033705e-19), h, &l, &n); h = turns_(y, b ? R(-3.41524724e-28) : R(-4.51312871e-27), h, &l, &n); h = turns_(y, b ? R(7.75749054e-37) : R(8.25235031e-35), h, &l, &n); y = h * s * R(3.14159274); l = fma(h * s, R(-8.74227766e-8), l * s * R(3.14159274)); l = fma(h * s, R(3.14159274), -y) + l; *m = is_far_(x) ? n : *m; *low = is_far_(x) ? l : *low; return is_far_(x) ? y : r; }
static __device__ inline real sin_(real x, int far)
{ real a = fabs(x); real m = fma(a, R(0.3183098861837907), origin_()); real r = less_(a, m - origin_()); real low = R(0); if (far) r = far_(a, R(1), R(1), R(0), r, &low, &m) + low; return AS_REAL(AS_WORD(wave_(r)) ^ turned_(m) ^ (AS_WORD(x) & AS_WORD(R(-0.0)))); }
static __device__ inline real Sin(const real x)
{
	return sin_(x, ANY(is_far_(x)));
}
static __device__ inline real Mult(const real x, const real y)
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
static __device__ inline void start0(SPACE real *a_, bits *m_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static __device__ inline void term0(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static __device__ inline void init0(real *s_, bits *n_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static __device__ inline void fold0(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static __device__ inline void push0(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 2, e = 2, K = 0 };
	{ real s[4]; bits n[1]; init0(s, n);  term0(s, n, f_, g_, J); fold0(s_, n_, s, n); }
}
static __device__ inline real value0(SPACE const real *a_, const int k)
{
	enum { d = 2, e = 2, K = 0 };
	return A(k) + A(d + k);
}
static __device__ inline void start1(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES(A(0) = R(-MOST)) EACH(k, 2 * e) LANES(A(1 + k) = R(0)) }
}
static __device__ inline void lift1(real *s_, bits *n_, const fed *f_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real m = S(0); real f = F(0) > m ? F(0) : m; real a = wane_(m - f); S(0) = f; EACH(k, e) S(1 + k) = S(1 + k) * a; }) }
}
static __device__ inline void term1(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real b = wane_(F(0) - S(0)); EACH(k, e) S(1 + k) = fma(b, G(k), S(1 + k)); }) }
}
static __device__ inline void init1(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES(S(0) = R(-MOST)) EACH(k, e) LANES(S(1 + k) = R(0)) }
}
static __device__ inline void fold1(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ LANES({ real f = S(0); real m = A(0); real u = wane_(R(0) - fabs(f - m)); real a = f > m ? u : R(1); real b = f > m ? R(1) : u; A(0) = f > m ? f : m; EACH(k, e) { real s = A(1 + k) * a; real v = S(1 + k) * b; real t = s + v; real z = t - s; real c = (s - (t - z)) + (v - z); A(1 + e + k) = A(1 + e + k) * a + (c - c == R(0) ? c : R(0)); A(1 + k) = t; } }) }
}
static __device__ inline void push1(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ real s[3]; bits n[1]; init1(s, n); lift1(s, n, f_); term1(s, n, f_, g_, J); fold1(s_, n_, s, n); }
}
static __device__ inline real value1(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return (A(0) < R(INFINITY) ? A(0) + log_(A(1 + k) + A(1 + e + k)) : A(0));
}

extern "C" __global__ void keops(
	const elem *restrict a0,
	const elem *restrict a1,
	const elem *restrict a2,
	const elem *restrict a3,
	elem *restrict values,
	elem *restrict saved,
	long long row, long long column, long long row_base, long long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)(blockIdx.x * blockDim.x + threadIdx.x) * (ROWS * WIDTH);
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
	__shared__ __align__(16) elem tile[TILE * STAGED];
	real a[ROWS][SAVED];
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start0(&RUNNING(r, 0), &m[r][0]);
		start1(&RUNNING(r, 4), &m[r][0]);
	}
	if (!first) {
		EACH(r, ROWS) EACH(l, WIDTH) {
			const long long at = row + min(i0 + r * WIDTH + l, rows - 1);
			EACH(k, SAVED) LANE(elem, RUNNING(r, k), l) = saved[at * SAVED + k];
		}
	}
	for (int jb = 0; jb < columns; jb += BLOCK) {
		const int je = min(columns, jb + BLOCK);
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int c = (int)threadIdx.x * WIDTH; c < TILE; c += GROUP * WIDTH) {
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
			__syncthreads();
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					real t6[2];
					EACH(k, 2) {
						const real t5 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t6[k] = Sin(t5);  /* Sin(x0-y1) */
					}
					real f0[1];
					EACH(k, 1) f0[k] = R(TILED(2 + 0, j + c));
					push0(&RUNNING(r, 0), &m[r][0], f0, t6, INDEX(jt + j + c));
					real f1[1];
					EACH(k, 1) f1[k] = R(TILED(3 + 0, j + c));
					real g1[1];
					EACH(k, 1) g1[k] = R(1);
					push1(&RUNNING(r, 4), &m[r][0], f1, g1, INDEX(jt + j + c));
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					real t6[2];
					EACH(k, 2) {
						const real t5 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t6[k] = Sin(t5);  /* Sin(x0-y1) */
					}
					real f0[1];
					EACH(k, 1) f0[k] = R(TILED(2 + 0, j + c));
					push0(&RUNNING(r, 0), &m[r][0], f0, t6, INDEX(jt + j + c));
					real f1[1];
					EACH(k, 1) f1[k] = R(TILED(3 + 0, j + c));
					real g1[1];
					EACH(k, 1) g1[k] = R(1);
					push1(&RUNNING(r, 4), &m[r][0], f1, g1, INDEX(jt + j + c));
				}
			}
			__syncthreads();
		}
	}
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long long at = row + i;
		if (i < rows && !last)
			EACH(k, SAVED) saved[at * SAVED + k] = LANE(elem, RUNNING(r, k), l);
	}
	if (last)
		EACH(r, ROWS) EACH(k, 2) {
			const real v = value0(&RUNNING(r, 0), k);
			EACH(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
	if (last)
		EACH(r, ROWS) EACH(k, 1) {
			const real v = value1(&RUNNING(r, 4), k);
			EACH(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 2 + k] = LANE(elem, v, l);
		}
}
