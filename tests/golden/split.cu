/* Sum_Reduction(Exp(-SqNorm2(x0-y1))*y2,0)
 * CUDA C, float32, GPU shape, columns split,
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
	WIDTH = 1, ROWS = 1, COLS = 16, TILE = 256, STAGED = 4, GROUP = 64, BLOCK = 256,
	STATE = 1, SAVED = 2, WHICH = 1, VALUES = 1, INDICES = 0,
	SPLIT = 256
};
#define MOST 3.4028234663852886e38
static __device__ inline real Subtract(const real x, const real y)
{
	return x - y;
}
static __device__ inline real SqNorm2(const real r, const real x)
{
	return fma(x, x, r);
}
static __device__ inline real reach_(real v)
{ real x = (v < R(0) ? R(126) : R(128.25)) / fabs(v); return R(3.4028235e38) < x ? R(3.4028235e38) : x; }
static __device__ inline real Reach(const real x)
{
	return reach_(x);
}
static __device__ inline real exp2times_(real x, real y, real z)
{ return exp2(x * y); }
static __device__ inline real Exp2Times(const real x, const real y, const real z)
{
	return exp2times_(x, y, z);
}
typedef real fed;
#define S(k) s_[k]
#define N(k) n_[k]
#define M(k) m_[k]
#define SPACE volatile 
#define A(k) a_[(k) * GROUP]
#define RUNNING(r, k) a[((r) * SAVED + (k)) * GROUP]
#define F(k) f_[k]
#define G(k) g_[k]
static __device__ inline void start(SPACE real *a_, bits *m_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, 2 * d) LANES(A(k) = R(0)) }
}
static __device__ inline void push(real *s_, bits *n_, const fed *f_, const fed *g_, const bits J)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = e ? fma(F(0), G(k), S(k)) : S(k) + F(k)) }
}
static __device__ inline void init(real *s_, bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES(S(k) = R(0)) }
}
static __device__ inline void fold(SPACE real *a_, bits *m_, const real *s_, const bits *n_)
{
	enum { d = 1, e = 1, K = 0 };
	{ EACH(k, d) LANES({ real s = A(k); real t = s + S(k); real z = t - s; real c = (s - (t - z)) + (S(k) - z); A(d + k) = A(d + k) + (c - c == R(0) ? c : R(0)); A(k) = t; }) }
}
static __device__ inline real value(SPACE const real *a_, const int k)
{
	enum { d = 1, e = 1, K = 0 };
	return A(k) + A(d + k);
}

extern "C" __global__ void keops(
	const elem *restrict a0,
	const elem *restrict a1,
	const elem *restrict a2,
	elem *restrict values,
	elem *restrict saved,
	elem *restrict states,
	long long row, long long column, long long row_base, long long base,
	int rows, int columns, int first, int last)
{
	const int member = (int)threadIdx.x;
	const int group = (int)(blockIdx.x * blockDim.x + threadIdx.x) / GROUP;
	const int across = (rows + (GROUP * ROWS * WIDTH) - 1) / (GROUP * ROWS * WIDTH);
	const int i0 = group % across * (GROUP * ROWS * WIDTH) + member * (ROWS * WIDTH);
	const int j0 = group / across * SPLIT;
	const real t14 = Reach(R(-1.4426950408889634));  /* Reach(-1.4426950408889634) */
	a0 += row * 3;
	real v0[ROWS][3];
	a1 += column * 3;
	a2 += column * 1;
	EACH(r, ROWS) EACH(l, WIDTH) {
		const int at = min(i0 + r * WIDTH + l, rows - 1);
		EACH(k, 3)
			LANE(elem, v0[r][k], l) = a0[at * 3 + k];
	}
	__shared__ __align__(16) elem tile[TILE * STAGED];
	for (int jb = j0; jb < j0 + SPLIT; jb += BLOCK) {
		const int je = jb + BLOCK;
		real s[ROWS][STATE];    /* that of this block of columns */
		bits n[ROWS][WHICH];
		EACH(r, ROWS) {
			init(&s[r][0], &n[r][0]);
		}
		for (int jt = jb; jt < je; jt += TILE) {
			const int jn = min(TILE, je - jt);
			for (int c = (int)threadIdx.x * WIDTH; c < TILE; c += GROUP * WIDTH) {
				real v1[3];
				real v2;
				EACH(l, WIDTH) {
					const int at = min(jt + c + l, columns - 1);
					EACH(k, 3)
						LANE(elem, v1[k], l) = a1[at * 3 + k];
					EACH(k, 1)
						LANE(elem, v2, l) = a2[at * 1 + k];
				}
				EACH(k, 3) EACH(l, WIDTH)
					TILED(0 + k, c + l) = LANE(elem, v1[k], l);
				EACH(k, 1) EACH(l, WIDTH)
					TILED(3 + k, c + l) = LANE(elem, v2, l);
			}
			__syncthreads();
			int j = 0;
			_Pragma("unroll 1")
			for (; j + COLS <= jn; j += COLS) {
				EACH(r, ROWS) EACH(c, COLS) {
					real t7 = R(0);
					EACH(k, 3) {
						const real t6 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t7 = SqNorm2(t7, t6);  /* SqNorm2(x0-y1) */
					}
					const real t15 = Exp2Times(t7, R(-1.4426950408889634), t14);  /* Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
					real g[1];
					EACH(k, 1) g[k] = R(TILED(3 + 0, j + c));
					push(&s[r][0], &n[r][0], &t15, g, INDEX(jt + j + c));
				}
			}
			_Pragma("unroll 1")
			for (; j < jn; j++) {
				enum { COLS = 1 };
				EACH(r, ROWS) EACH(c, COLS) {
					real t7 = R(0);
					EACH(k, 3) {
						const real t6 = Subtract(v0[r][k], R(TILED(0 + k, j + c)));  /* x0-y1 */
						t7 = SqNorm2(t7, t6);  /* SqNorm2(x0-y1) */
					}
					const real t15 = Exp2Times(t7, R(-1.4426950408889634), t14);  /* Exp2Times(SqNorm2(x0-y1),-1.4426950408889634... */
					real g[1];
					EACH(k, 1) g[k] = R(TILED(3 + 0, j + c));
					push(&s[r][0], &n[r][0], &t15, g, INDEX(jt + j + c));
				}
			}
			__syncthreads();
		}
		EACH(r, ROWS) EACH(l, WIDTH) {
			const int i = i0 + r * WIDTH + l;
			const int q = jb / BLOCK;
			if (i < rows)
				EACH(k, STATE) states[(q * STATE + k) * rows + i] = LANE(elem, s[r][k], l);
		}
	}
}
