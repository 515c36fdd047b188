/* Max_ArgMax_Reduction(x0*y1,0)
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
	WIDTH = 1, ROWS = 4, COLS = 16, TILE = 256, STAGED = 2, GROUP = 64, BLOCK = 256,
	STATE = 0, SAVED = 2, WHICH = 2, VALUES = 2, INDICES = 2
};
#define MOST 3.4028234663852886e38
static __device__ inline real Mult(const real x, const real y)
{
	return x * y;
}
static __device__ inline real Minus(const real x)
{
	return -x;
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
static __device__ inline void start(SPACE real *a_, bits *m_)
{
	enum { d = 2, e = 0, K = 0 };
	{ EACH(k, d) { LANES(A(k) = R(INFINITY)) LANES(M(k) = NONE) } }
}
static __device__ inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 2, e = 0, K = 0 };
	{ EACH(k, d) LANES({ real f = F(k); N(k) = f < S(k) ? J : N(k); S(k) = f < S(k) ? f : S(k); }) }
}
static __device__ inline real value(SPACE const real *a_, const int k)
{
	enum { d = 2, e = 0, K = 0 };
	return R(0) - A(k);
}

extern "C" __global__ void keops(
	const elem *restrict a0,
	const elem *restrict a1,
	elem *restrict values,
	long long *restrict indices,
	elem *restrict saved,
	long long *restrict which,
	long long row, long long column, long long row_base, long long base,
	int rows, int columns, int first, int last)
{
	const int i0 = (int)(blockIdx.x * blockDim.x + threadIdx.x) * (ROWS * WIDTH);
	a0 += row * 2;
	real v0[ROWS][2];
	a1 += column * 2;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 2)
			LANE(elem, v0[r][k], l) = a0[at * 2 + k];
	}
	__shared__ __align__(16) elem tile[TILE * STAGED];
	real a[ROWS][SAVED];
	bits m[ROWS][WHICH];
	EACH(r, ROWS) {
		start(&RUNNING(r, 0), &m[r][0]);
	}
	if (!first) {
		EACH(r, ROWS) EACH(l, WIDTH) {
			const long long at = row + min(i0 + r * WIDTH + l, rows - 1);
			EACH(k, SAVED) LANE(elem, RUNNING(r, k), l) = saved[at * SAVED + k];
		}
		EACH(r, ROWS) EACH(k, WHICH) m[r][k] = INDEX(-2 - k);
	}
	for (int jb = 0; jb < columns; jb += BLOCK) {
		const int je = min(columns, jb + BLOCK);
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int c = (int)threadIdx.x * WIDTH; c < TILE; c += GROUP * WIDTH) {
				real v1[2];
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 2)
						LANE(elem, v1[k], l) = a1[at * 2 + k];
				}
				EACH(k, 2) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, v1[k], l);
			}
			__syncthreads();
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					real t7[2];
					EACH(k, 2) {
						const real t4 = Mult(v0[r][k], R(TILED(0 + k, j + c)));  /* x0*y1 */
						t7[k] = Minus(t4);  /* -(x0*y1) */
					}
					push(&RUNNING(r, 0), &m[r][0], t7, t7, INDEX(jt + j + c));
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					real t7[2];
					EACH(k, 2) {
						const real t4 = Mult(v0[r][k], R(TILED(0 + k, j + c)));  /* x0*y1 */
						t7[k] = Minus(t4);  /* -(x0*y1) */
					}
					push(&RUNNING(r, 0), &m[r][0], t7, t7, INDEX(jt + j + c));
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
		if (i < rows) {
			EACH(b, WHICH) {
				const int k = WHICH - 1 - b;    /* an old index comes from k or before */
				const int v = LANE(int, m[r][k], l);
				const long long u = v >= 0 ? base + column + v : v == -1 ? -1 : which[at * WHICH - 2 - v];
				if (!last)
					which[at * WHICH + k] = u;
				else if (k < INDICES)
					indices[at * INDICES + k] = u;
			}
		}
	}
	if (last)
		EACH(r, ROWS) EACH(k, 2) {
			const real v = value(&RUNNING(r, 0), k);
			EACH(l, WIDTH)
				if (i0 + r * WIDTH + l < rows)
					values[(row + i0 + r * WIDTH + l) * VALUES + 0 + k] = LANE(elem, v, l);
		}
}
