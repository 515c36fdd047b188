/* Sum_Reduction(Scalprod(x0,Log(y1))+Sum(Exp(y1)),0)
 * OpenCL C, float32, CPU shape */
#pragma OPENCL FP_CONTRACT OFF
typedef float elem;
typedef float8 real;
typedef int8 bits;
typedef uint8 word;
#define AS_REAL as_float8
#define AS_WORD as_uint8
#define INDEX(v) ((bits)(int)(v))
#define ANY(condition) any(condition)
#define COLUMN(c) (jt + j + (c))
#define R(c) ((real)((elem)(c)))
#define EACH(k, n) _Pragma("unroll") for (int k = 0; k < (n); k++)
#define LOOP(k, n) for (int k = 0; k < (n); k++)
#define LANES(statement) { statement; }
#define LANE(type, v, l) (((type *)&(v))[l])
#define NONE INDEX(-1)
enum {
	WIDTH = 8, ROWS = 1, COLS = 1, TILE = 256, GROUP = 1, BLOCK = 256,
	STATE = 1, SAVED = 2, WHICH = 1, VALUES = 1, INDICES = 0,
	d = 1, e = 0, K = 0
};
static inline real Log(const real x)
{
	return log(x);
}
static inline real Scalprod(const real r, const real x, const real y)
{
	return fma(x, y, r);
}
static inline real exp_(real x)
{ real m = fma(x, R(1.44269504), R(12582912)); real n = m - R(12582912); real s = fma(n, R(-0.6931471824645996), x); real q = fma(R(0.0013813880914286121), s, R(0.008369063457854978)); s = fma(n, R(1.904654212125934e-9), s); q = fma(q, s, R(0.041668421812374594)); q = fma(q, s, R(0.1666651776241693)); q = fma(q, s, R(0.4999999325371934)); q = fma(q * s, s, s) + R(1); q = AS_REAL(AS_WORD(q) + (AS_WORD(m) << 23)); q = x >= R(-87.33654) ? q : R(0); return x <= R(88.72283) ? q : x + R(INFINITY); }
static inline real Exp(const real x)
{
	return exp_(x);
}
static inline real Sum(const real r, const real x)
{
	return r + x;
}
static inline real Add(const real x, const real y)
{
	return x + y;
}
#define S(k) s_[k]
#define N(k) n_[k]
#define A(k) a_[k]
#define M(k) m_[k]
#define F(k) f_[k]
#define G(k) g_[k]
static inline void start(real *a_, bits *m_)
{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
static inline void push(real *s_, bits *n_, const real *f_, const real *g_, const bits J)
{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
static inline void init(real *s_, bits *n_)
{ EACH(k, d) LANES(S(k) = R(0)) }
static inline void fold(real *a_, bits *m_, const real *s_, const bits *n_)
{ EACH(k, d) LANES({ real t = A(k) + S(k); real z = t - A(k); real c = (A(k) - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
static inline real value(const real *a_, const int k)
{
	return A(k) + A(d + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global const elem *restrict a1,
	__global elem *restrict values,
	__global elem *restrict saved,
	long row, long column, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	a0 += row * 3;
	real v0[ROWS][3];
	a1 += column * 3;
	EACH(r, ROWS) LOOP(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 3)
			LANE(elem, v0[r][k], l) = a0[at * 3 + k];
	}
	elem tile[4 * TILE];
	real a[ROWS][SAVED];    /* the running state of each row */
	bits m[ROWS][WHICH];
	EACH(r, ROWS)
		start(a[r], m[r]);
	if (!first)
		EACH(r, ROWS) LOOP(l, WIDTH) {
			const long at = row + min(i0 + r * WIDTH + l, rows - 1);
			LOOP(k, SAVED) LANE(elem, a[r][k], l) = saved[at * SAVED + k];
		}
	for (int jb = 0; jb < columns; jb += BLOCK) {
		const int je = min(columns, jb + BLOCK);
		real s[ROWS][STATE];    /* that of this block of columns */
		bits n[ROWS][WHICH];
		EACH(r, ROWS)
			init(s[r], n[r]);
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int c = (int)get_local_id(0) * WIDTH; c < TILE; c += GROUP * WIDTH) {
				real v1[3];
				LOOP(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 3)
						LANE(elem, v1[k], l) = a1[at * 3 + k];
				}
				real t4[3];
				real t7 = R(0);
				EACH(k, 3) {
					t4[k] = Log(v1[k]);  /* Log(y1) */
					const real t6 = Exp(v1[k]);  /* Exp(y1) */
					t7 = Sum(t7, t6);  /* Sum(Exp(y1)) */
				}
				EACH(k, 3) LOOP(l, WIDTH)
					tile[(0 + k) * TILE + c + l] = LANE(elem, t4[k], l);
				EACH(k, 1) LOOP(l, WIDTH)
					tile[(3 + k) * TILE + c + l] = LANE(elem, t7, l);
			}
			for (int j = 0; j < jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					real t5 = R(0);
					EACH(k, 3) {
						t5 = Scalprod(t5, v0[r][k], R(tile[(0 + k) * TILE + j + c]));  /* Scalprod(x0,Log(y1)) */
					}
					const real t8 = Add(t5, R(tile[(3 + 0) * TILE + j + c]));  /* Scalprod(x0,Log(y1))+Sum(Exp(y1)) */
					push(s[r], n[r], &t8, &t8, INDEX(jt + j + c));
				}
			}
		}
		EACH(r, ROWS)
			fold(a[r], m[r], s[r], n[r]);
	}
	EACH(r, ROWS) LOOP(l, WIDTH) {
		const int i = i0 + r * WIDTH + l;
		const long at = row + i;
		if (i < rows && !last)
			LOOP(k, SAVED) saved[at * SAVED + k] = LANE(elem, a[r][k], l);
	}
	if (last)
		EACH(r, ROWS) LOOP(k, VALUES) {
			const real v = value(a[r], k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + k] = LANE(elem, v, l);
		}
}
