/* Sum_Reduction(LessOrEqual(Index_j(0),Index_i())*(Index_j()+y0),0)
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
	WIDTH = 8, ROWS = 2, COLS = 4, TILE = 256, STAGED = 3, GROUP = 1, BLOCK = 256,
	STATE = 2, SAVED = 4, WHICH = 1, VALUES = 2, INDICES = 0
};
#define MOST 3.4028234663852886e38
static inline real LessOrEqual(const real x, const real y)
{
	return x <= y ? R(1) : R(0);
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
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static inline void init(real *s_, bits *n_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 2, e = 2, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static inline real value(SPACE const real *a_, const int k)
{
	enum { d = 2, e = 2, K = 0 };
	return A(k) + A(d + k);
}

__kernel void keops(
	__global const elem *restrict a0,
	__global elem *restrict values,
	__global elem *restrict saved,
	long row, long column, long row_base, long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)get_global_id(0) * (ROWS * WIDTH);
	a0 += column * 2;
	real t3[ROWS];
	EACH(r, ROWS) {
		EACH(l, WIDTH) LANE(elem, t3[r], l) = (elem)(row_base + row + i0 + r * WIDTH + l);  /* Index_i() */
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
				real v0[2];
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 2)
						LANE(elem, v0[k], l) = a0[at * 2 + k];
				}
				real t5;
				EACH(l, WIDTH) LANE(elem, t5, l) = (elem)((base + column + jt + c + l) & 0xfffff);  /* Index_j(0) */
				real t7;
				EACH(l, WIDTH) LANE(elem, t7, l) = (elem)(base + column + jt + c + l);  /* Index_j() */
				real t8[2];
				EACH(k, 2) {
					t8[k] = Add(t7, v0[k]);  /* Index_j()+y0 */
				}
				EACH(k, 1) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, t5, l);
				EACH(k, 2) EACH(l, WIDTH)
					TILED(1 + k, c + l) = LANE(elem, t8[k], l);
			}
			int j = 0;
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					const real t6 = LessOrEqual(R(TILED(0 + 0, j + c)), t3[r]);  /* LessOrEqual(Index_j(0),Index_i()) */
					real g[2];
					EACH(k, 2) g[k] = R(TILED(1 + k, j + c));
					push(&s[r][0], &n[r][0], &t6, g, INDEX(jt + j + c));
				}
			}
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					const real t6 = LessOrEqual(R(TILED(0 + 0, j + c)), t3[r]);  /* LessOrEqual(Index_j(0),Index_i()) */
					real g[2];
					EACH(k, 2) g[k] = R(TILED(1 + k, j + c));
					push(&s[r][0], &n[r][0], &t6, g, INDEX(jt + j + c));
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
		EACH(r, ROWS) EACH(k, 2) {
			const real v = value(&RUNNING(r, 0), k);
			LOOP(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
