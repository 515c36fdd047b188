/* Sum_Reduction(SinXDivX(x0-y1)+Pow(y1,3)+Round(x0,2),0)
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
	WIDTH = 8, ROWS = 1, COLS = 8, TILE = 256, STAGED = 1, GROUP = 1, BLOCK = 256,
	STATE = 1, SAVED = 2, WHICH = 1, VALUES = 1, INDICES = 0
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
static inline real Subtract(const real x, const real y)
{
	return x - y;
}
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
static inline real cos_(real x, int far)
{ real a = fabs(x); real m = fma(a, R(0.3183098861837907), R(0.5)) + origin_(); real r = less_(a, m - origin_() - R(0.5)); real low = R(0); if (far) r = far_(a, R(1), R(1), R(0.5), r, &low, &m) + low; return AS_REAL(AS_WORD(wave_(r)) ^ turned_(m)); }
static inline real sinc_(real x, int p, int any)
{ real s = sin_(x, any); real c = cos_(x, any); real far = s / x; real near = R(1); int first = (p + 1) / 2; for (int k = 1; k <= p; k++) { real t = R(k) * far; real u = (k & 1) ? ((k & 2) ? -c : c) : ((k & 2) ? -s : s); real n = u - t; far = n / x; far += (fma(-far, x, n) + ((u - n) - t)) / x; } for (int k = first + (p < 6 ? 12 : 16); k >= first; k--) near = fma(x * x * near, R(-2 * k - 1) / R((2 * k + 3) * (2 * k + 2 - p) * (2 * k + 1 - p)), R(1)); near = near / R((first & 1) ? -2 * first - 1 : 2 * first + 1); near = (p & 1) ? x * near : near; return fabs(x) < R(p < 1 ? 1.6 : p < 2 ? 1.9 : p < 6 ? 3 : p < 8 ? 3.8 : 5) ? near : far; }
static inline real SinXDivX(const real x)
{
	return sinc_(x, 0, ANY(is_far_(x)));
}
static inline real power_(real x, int p)
{ int n = p < 0 ? -p : p; int m = p < -2 || n == 1 ? n : ((n & 1) ? n - 1 : n / 2); int b = 1; real r = x; real e = R(0); while (b <= m / 2) b = b + b; for (b = b / 2; b > 0; b = b / 2) { real t = r * r; real z = fma(r, r, -t); e = b > m / 4 ? z : fma(r + r, e, z); r = t; if (m & b) { t = r * x; e = fma(e, x, fma(r, x, -t)); r = t; } } e = r + e; r = p < -2 || p > 4 ? (e == e ? e : r) : r; r = m == n ? r : ((n & 1) ? r * x : r * r); r = p == 0 ? R(1) : r; return p < 0 ? R(1) / r : r; }
static inline real Pow(const real x, const int p)
{
	return power_(x, p);
}
static inline real Add(const real x, const real y)
{
	return x + y;
}
static inline real ratio_(real x, real y)
{ return x / y; }
static inline real whole_(void)
{ return R(8388608); }
static inline real round_to_(real x, int p)
{ real s = power_(R(10), p < 0 ? -p : p); real v = p < 0 ? ratio_(x, s) : x * s; real w = round(v); return p < 0 ? (w == R(0) ? w : w * s) : fabs(v) < whole_() ? w / s : x; }
static inline real Round(const real x, const int p)
{
	return round_to_(x, p);
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
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init(real *s_, bits *n_)
{
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 0, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 0, K = 0 };
	return A(k) + A(d + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global elem *restrict values,
	__global elem *restrict saved,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	a0 += row * 1;
	real v0[ROWS];
	a1 += column * 1;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 1)
			LANE(elem, v0[r], l) = a0[at * 1 + k];
	}
	real t10[ROWS];
	EACH(r, ROWS) {
		t10[r] = Round(v0[r], 2);  /* Round(x0,2) */
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
				real v1;
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 1)
						LANE(elem, v1, l) = a1[at * 1 + k];
				}
				const real t7 = Pow(v1, 3);  /* Pow(y1,3) */
				EACH(k, 1) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, t7, l);
			}
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					const real t4 = Subtract(v0[r], R(AT(a1, 1, c, 0)));  /* x0-y1 */
					const real t5 = SinXDivX(t4);  /* SinXDivX(x0-y1) */
					const real t8 = Add(t5, R(TILED(0 + 0, j + c)));  /* SinXDivX(x0-y1)+Pow(y1,3) */
					const real t11 = Add(t8, t10[r]);  /* SinXDivX(x0-y1)+Pow(y1,3)+Round(x0,2) */
					push(&s[r][0], &n[r][0], &t11, &t11, INDEX(jt + j + c));
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					const real t4 = Subtract(v0[r], R(AT(a1, 1, c, 0)));  /* x0-y1 */
					const real t5 = SinXDivX(t4);  /* SinXDivX(x0-y1) */
					const real t8 = Add(t5, R(TILED(0 + 0, j + c)));  /* SinXDivX(x0-y1)+Pow(y1,3) */
					const real t11 = Add(t8, t10[r]);  /* SinXDivX(x0-y1)+Pow(y1,3)+Round(x0,2) */
					push(&s[r][0], &n[r][0], &t11, &t11, INDEX(jt + j + c));
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
