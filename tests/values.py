# values.py - recomputes the results in values.txt, with 50 digits
# SPDX-License-Identifier: MIT
#
# To add a case, write "FORMULA ; INPUTS ;" into values.txt and run
#
#     python3 tests/values.py
#
# which fills in every result (it needs the package mpmath).  With --check it
# writes nothing, and fails if a result in the file is not what it computes.
#
# Each operation is defined here from its mathematical meaning, for vectors of
# exact numbers.  Python reads the formulas: its expressions have the same
# precedence.  An operation that is not defined here is mpmath's function of
# that name, coordinate by coordinate: Exp, Atan, and so Tanh or Erf.

import itertools
import math
import pathlib
import struct
import sys

from mpmath import mp, mpc, mpf

mp.dps = 50


class Vector:
    """A value of a formula: a list of coordinates, of dimension its length.

    A coordinate is an mpf, which has no sign at zero; so a negative zero is
    kept as the float -0.0."""

    def __init__(self, coordinates):
        self.coordinates = list(coordinates)

    def __len__(self):
        return len(self.coordinates)

    def __getitem__(self, k):
        return self.coordinates[k]


def vector(value):
    """A number becomes a vector of dimension 1."""
    return value if isinstance(value, Vector) else Vector([mpf(value)])


def real(value):
    """A result that is not real is not a number."""
    return mp.nan if isinstance(value, mpc) else value


def is_negative(a):
    return a < 0 or (a == 0 and math.copysign(1, a) < 0)


def coordinatewise(function):
    """The operation that applies FUNCTION to each coordinate; an operand of
    dimension 1 goes with every coordinate of the others."""
    def operation(*operands):
        operands = [vector(f) for f in operands]
        dim = max(len(f) for f in operands)
        assert all(len(f) in (1, dim) for f in operands), "dimensions"
        return Vector(real(function(*(f[k if len(f) > 1 else 0]
                                      for f in operands)))
                      for k in range(dim))
    return operation


# ----- coordinate by coordinate -----

Add = coordinatewise(lambda a, b: a + b)
Subtract = coordinatewise(lambda a, b: a - b)
Minus = coordinatewise(lambda a: -a)
Mult = coordinatewise(lambda a, b: a * b)


@coordinatewise
def Divide(a, b):
    if b == 0:
        return mp.sign(a) * (-mp.inf if is_negative(b) else mp.inf)
    return a / b


def Inv(f):
    return Divide(1, f)


def Square(f):
    return Mult(f, f)


def Pow(f, m):
    if m < 0:
        return Inv(Pow(f, -m))
    return coordinatewise(lambda a: a ** m)(f)


@coordinatewise
def Powf(a, b):
    if a == 1 or b == 0:
        return mpf(1)
    if a < 0 and not mp.isint(b) and not mp.isinf(b):
        return mp.nan
    if a == 0:
        return mpf(0) if b > 0 else mp.inf
    size = mpf(1) if a == -1 else mp.power(abs(a), b)
    return -size if a < 0 and mp.isint(b) and b % 2 == 1 else size


Sqrt = coordinatewise(mp.sqrt)
Rsqrt = coordinatewise(lambda a: 1 / mp.sqrt(a) if a != 0 else mpf(0))
XLogX = coordinatewise(lambda a: a * mp.log(a) if a != 0 else mpf(0))
SinXDivX = coordinatewise(lambda a: mp.sin(a) / a if a != 0 else mpf(1))
Exp2 = coordinatewise(lambda a: mp.power(2, a))
Log2 = coordinatewise(lambda a: mp.log(a, 2))
Cbrt = coordinatewise(lambda a: mp.sign(a) * mp.cbrt(mp.fabs(a)))
Softplus = coordinatewise(lambda a: mp.log1p(mp.exp(a)) if a < 100 else a)
Sigmoid = coordinatewise(lambda a: 1 / (1 + mp.exp(-a)))
Logit = coordinatewise(lambda a: mp.log(Divide(a, 1 - a)[0]))


@coordinatewise
def SinXDivXDeriv(a, m):
    """The integral of the m-th derivative of cos(a t) in a, from 0 to 1."""
    m = int(m)
    wave = [mp.cos, mp.sin][m % 2]
    sign = [1, -1, -1, 1][m % 4]
    return mp.quad(lambda t: sign * t ** m * wave(a * t), [0, 1])


@coordinatewise
def Matern(x, m):
    """Normalised to 1 at 0 where m >= 0; by convention 0 at 0 elsewhere."""
    if x < 0 or mp.isnan(x):
        return mp.nan
    nu, a = m + mpf(1) / 2, mp.sqrt(x)
    if a == 0 or a > 1000:
        return mpf(a == 0 and m >= 0)
    return 2 ** (1 - nu) / mp.gamma(nu) * a ** nu * mp.besselk(nu, a)


@coordinatewise
def Inversion(a, b):
    if mp.isinf(a) or mp.isinf(b):
        return mp.nan if mp.isinf(a) and mp.isinf(b) else mpf(0)
    return a / (a * a + b * b) if a != 0 or b != 0 else mp.nan


def at_pole(a):
    return a <= 0 and a == mp.floor(a)


@coordinatewise
def Lgamma(a):
    if mp.isnan(a) or at_pole(a):
        return mp.fabs(a) + mp.inf
    return mp.re(mp.loggamma(a))


@coordinatewise
def Polygamma(a, m):
    return mp.nan if at_pole(a) else mp.polygamma(int(m), a)


def Digamma(f):
    return Polygamma(f, 0)


@coordinatewise
def Atan2(y, x):
    if y == 0 and is_negative(x):
        return -mp.pi if is_negative(y) else +mp.pi
    return mp.atan2(y, x)


Abs = coordinatewise(mp.fabs)
Step = coordinatewise(lambda a: mpf(0) if a < 0 else mpf(1))
ReLU = coordinatewise(lambda a: mpf(0) if a < 0 else a)
Clamp = coordinatewise(lambda x, a, b: a if x < a else b if x > b else x)
ClampInt = Clamp
DiffClampInt = coordinatewise(lambda x, a, b: mpf(a <= x <= b))


@coordinatewise
def Round(a, d):
    if not mp.isfinite(a):
        return a
    scale = mpf(10) ** int(d)
    return mp.sign(a) * mp.floor(abs(a) * scale + 0.5) / scale


Floor = coordinatewise(lambda a: mp.floor(a) if mp.isfinite(a) else a)
Ceil = coordinatewise(lambda a: mp.ceil(a) if mp.isfinite(a) else a)
Trunc = coordinatewise(lambda a: Floor(a)[0] if a >= 0 else Ceil(a)[0])
Mod = coordinatewise(lambda a, n, d: a - n * mp.floor((a - d) / n))
IfElse = coordinatewise(lambda f, a, b: a if f >= 0 else b)
Equal = coordinatewise(lambda a, b: mpf(a == b))
NotEqual = coordinatewise(lambda a, b: mpf(not a == b))
LessThan = coordinatewise(lambda a, b: mpf(a < b))
LessOrEqual = coordinatewise(lambda a, b: mpf(a <= b))
Maximum = coordinatewise(lambda a, b: b if mp.isnan(a) or a < b else a)
Minimum = coordinatewise(lambda a, b: b if mp.isnan(a) or b < a else a)
And = coordinatewise(lambda a, b: mpf(a != 0 and b != 0))
Or = coordinatewise(lambda a, b: mpf(a != 0 or b != 0))
Not = coordinatewise(lambda a: mpf(a == 0))


# ----- vectors -----

def Sum(f):
    return Vector([sum(f)])


def SumT(f, d):
    return Vector([f[0]] * d)


def Scalprod(f, g):
    return Sum(Mult(f, g))


def SqNorm2(f):
    return Scalprod(f, f)


def SqDist(f, g):
    return SqNorm2(Subtract(f, g))


def Norm2(f):
    return Sqrt(SqNorm2(f))


def Normalize(f):
    return Mult(Rsqrt(SqNorm2(f)), f)


def WeightedSqNorm(s, f):
    """A scalar, a diagonal or a whole matrix of weights."""
    if len(s) == 1:
        return Mult(s, SqNorm2(f))
    if len(s) == len(f):
        return Scalprod(s, Square(f))
    return Scalprod(f, MatVecMult(s, f))


def WeightedSqDist(s, f, g):
    return WeightedSqNorm(vector(s), Subtract(f, g))


SqNormIso = SqNormDiag = SymSqNorm = WeightedSqNorm


def kernel(shape):
    """SHAPE of the weighted squared distance, times a vector."""
    return lambda c, x, y, b: Mult(shape(WeightedSqDist(c, x, y)), b)


def InverseMultiquadricKernel(c, x, y, b):
    return Mult(b, Rsqrt(Add(Inv(c), SqDist(x, y))))


GaussKernel = kernel(coordinatewise(lambda s: mp.exp(-s)))
LaplaceKernel = Matern12Kernel = kernel(
    coordinatewise(lambda s: mp.exp(-mp.sqrt(s))))
CauchyKernel = kernel(lambda s: Inv(Add(1, s)))
Matern32Kernel = kernel(lambda s: Matern(Mult(3, s), 1))
Matern52Kernel = kernel(lambda s: Matern(Mult(5, s), 2))


def field(own, other):
    """exp(-c |d|^2) times the matrix of OWN(c, |d|^2) and OTHER d d'."""
    def product(c, x, y, b):
        c, d, n = c[0], [p - q for p, q in zip(x, y)], len(x)
        r = sum(v * v for v in d)
        return Vector(mp.exp(-c * r) * sum(
            ((own(c, r, n) if i == j else 0) + other * d[i] * d[j]) * b[j]
            for j in range(n)) for i in range(n))
    return lambda *values: product(*map(vector, values))


CurlFreeGaussKernel = field(lambda c, r, n: 1 / (2 * c), -1)
DivFreeGaussKernel = field(lambda c, r, n: (n - 1) / (2 * c) - r, 1)


def best_index(f, sign):
    """Where SIGN * f is largest, the first such place; None if f is NaN."""
    places = [k for k in range(len(f)) if not mp.isnan(f[k])]
    return max(places, key=lambda k: sign * f[k], default=None)


def Max(f):
    k = best_index(f, 1)
    return Vector([-mp.inf if k is None else f[k]])


def Min(f):
    k = best_index(f, -1)
    return Vector([mp.inf if k is None else f[k]])


def ArgMax(f):
    return vector(best_index(f, 1) or 0)


def ArgMin(f):
    return vector(best_index(f, -1) or 0)


def OneHot(f, d):
    index = Round(f, 0)[0]
    return Vector(mpf(k == index) for k in range(d))


def BSpline(t, x, k):
    """The definition of Cox and de Boor, one spline at a time."""
    t, x = [mpf(a) for a in t], vector(x)[0]

    def spline(i, k):
        if k == 0:
            last = x == t[-1] == t[i + 1]
            return mpf(t[i] <= x < t[i + 1] or (last and t[i] < x))
        a, b = t[i + k] - t[i], t[i + k + 1] - t[i + 1]
        return ((x - t[i]) / a * spline(i, k - 1) if a else 0) + (
            (t[i + k + 1] - x) / b * spline(i + 1, k - 1) if b else 0)

    return Vector(mpf(spline(i, int(k))) for i in range(len(t) - int(k) - 1))


def BSplineStep(t, x, f):
    shift = len(t) - len(f) + 1
    return Vector((x[0] - t[k]) * f[k] + (t[k + shift] - x[0]) * f[k + 1]
                  for k in range(len(f) - 1))


@coordinatewise
def BSplineQuotient(a, b):
    return a / b if b else mpf(0)


def Elem(f, m):
    return Vector([f[m]])


def ElemT(f, n, m):
    return Vector(f[0] if k == m else mpf(0) for k in range(n))


def Extract(f, start, d):
    return Vector(f[start + k] for k in range(d))


def ExtractT(f, start, n):
    padded = [mpf(0)] * start + f.coordinates + [mpf(0)] * n
    return Vector(padded[:n])


def Concat(f, g):
    return Vector(f.coordinates + g.coordinates)


def Const(*numbers):
    return Vector(map(mpf, numbers))


# ----- complex vectors -----

def to_complex(f):
    return [mpc(a, b) for a, b in zip(f[::2], f[1::2], strict=True)]


def to_pairs(numbers):
    return Vector(part for a in map(mpc, numbers) for part in (a.real, a.imag))


def complexwise(function):
    """The operation on complex vectors; a number goes with every one."""
    def operation(*operands):
        operands = [to_complex(f) for f in operands]
        dim = max(map(len, operands))
        assert all(len(f) in (1, dim) for f in operands), "dimensions"
        return to_pairs(function(*(f[k if len(f) > 1 else 0]
                                   for f in operands)) for k in range(dim))
    return operation


def Complex(f, g):
    return to_pairs(mpc(a, b) for a, b in zip(f, g, strict=True))


def Real2Complex(f):
    return Complex(f, Zero(len(f)))


def Imag2Complex(f):
    return Complex(Zero(len(f)), f)


def ComplexReal(f):
    return Vector(f[::2])


def ComplexImag(f):
    return Vector(f[1::2])


def ComplexAbs(f):
    return Vector(map(mp.fabs, to_complex(f)))


def ComplexSquareAbs(f):
    return Square(ComplexAbs(f))


def ComplexAngle(f):
    return Atan2(ComplexImag(f), ComplexReal(f))


def complex_quotient(a, b):
    return a / b if b != 0 else mpc(mp.nan, mp.nan)


Conj = complexwise(mp.conj)
ComplexAdd = complexwise(lambda a, b: a + b)
ComplexSubtract = complexwise(lambda a, b: a - b)
ComplexMult = ComplexScal = complexwise(lambda a, b: a * b)
ComplexDivide = complexwise(complex_quotient)
ComplexExp = complexwise(mp.exp)


def ComplexRealScal(f, g):
    if len(f) * 2 != len(g) and len(f) != 1:
        f, g = g, f
    return ComplexMult(Real2Complex(f), g)


def ComplexExp1j(f):
    return to_pairs(mp.expj(a) for a in f)


def ComplexSum(f):
    return to_pairs([sum(to_complex(f))])


def ComplexSumT(f, d):
    return Vector(list(f) * (d // 2))


# ----- matrices, row by row -----

def Eye(d):
    return Vector(mpf(k % (d + 1) == 0) for k in range(d * d))


def MatVecMult(a, b):
    n, p = len(a) // len(b), len(b)
    return Vector(sum(a[r * p + c] * b[c] for c in range(p))
                  for r in range(n))


def VecMatMult(b, a):
    n, p = len(b), len(a) // len(b)
    return Vector(sum(b[r] * a[r * p + c] for r in range(n))
                  for c in range(p))


def TensorProd(f, g):
    return Vector(a * b for a in f for b in g)


def MatMatMult(a, b, k):
    n, m = len(a) // k, len(b) // k
    return Vector(sum(a[r * k + s] * b[s * m + c] for s in range(k))
                  for r in range(n) for c in range(m))


# ----- alignments: paths through matrices with rows of n -----

def before(k, n):
    """The cells from which a path steps to K: down, right or both."""
    row, column = divmod(k, n)
    return [k - n if row else None, k - 1 if column else None,
            k - n - 1 if row and column else None]


def SoftDTW(c, n):
    """Sums over paths, which multiply: the numbers of mpmath have no range."""
    weight = []
    for k in range(len(c)):
        weight.append(mp.exp(-c[k]) * (sum(
            weight[b] for b in before(k, n) if b is not None) if k else 1))
    return Vector(-mp.log(w) for w in weight)


def SoftDTWShift(f, n):
    return Vector(mpf(0) if before(k, n)[step] is None
                  else f[before(k, n)[step]]
                  for step in range(3) for k in range(len(f)))


def SoftDTWShiftT(f, n):
    d = len(f) // 3
    return Vector(sum((f[step * d + k] for step in range(3) for k in range(d)
                       if before(k, n)[step] == b), mpf(0)) for b in range(d))


def SoftDTWWeights(s, n):
    e = [[mpf(0) if b is None else mp.exp(-s[b]) for b in before(k, n)]
         for k in range(len(s))]
    return Vector(e[k][step] / (sum(e[k]) or 1)
                  for step in range(3) for k in range(len(s)))


def path_matrix(w, d, n):
    """1 - P."""
    m = mp.eye(d)
    for k in range(d):
        for step, b in enumerate(before(k, n)):
            if b is not None:
                m[k, b] -= w[step * d + k]
    return m


def SoftDTWSolve(w, f, n):
    return Vector(mp.lu_solve(path_matrix(w, len(f), n), mp.matrix(list(f))))


def SoftDTWSolveT(w, f, n):
    return Vector(mp.lu_solve(path_matrix(w, len(f), n).T,
                              mp.matrix(list(f))))


def SoftDTW_SqDist(x, y, gamma):
    cost = Vector((a - b) ** 2 / vector(gamma)[0] for a in x for b in y)
    return Vector([vector(gamma)[0] * SoftDTW(cost, len(y))[len(cost) - 1]])


def SwapAxes(f, a, b):
    return Vector(f[(h * a + k) * b + l] for h in range(len(f) // (a * b))
                  for l in range(b) for k in range(a))


def indices(value):
    return [value] if isinstance(value, int) else list(value)


def offset(place, dims):
    result = 0
    for k, d in zip(place, dims):
        result = result * d + k
    return result


def TensorDot(f, g, dimsf, dimsg, axesf, axesg, places=None):
    """The sum over every multi-index of the contracted axes, for every
    multi-index of the others; axis k of those goes to place places[k]."""
    dimsf, dimsg = indices(dimsf), indices(dimsg)
    axesf, axesg = indices(axesf), indices(axesg)
    keptf = [k for k in range(len(dimsf)) if k not in axesf]
    keptg = [k for k in range(len(dimsg)) if k not in axesg]
    dims = [dimsf[k] for k in keptf] + [dimsg[k] for k in keptg]
    places = range(len(dims)) if places is None else indices(places)
    shape = [dims[places.index(k)] for k in range(len(dims))]
    result = [mpf(0)] * math.prod(shape)
    for kept in itertools.product(*map(range, dims)):
        to = offset([kept[places.index(k)] for k in range(len(dims))], shape)
        for shared in itertools.product(*(range(dimsf[k]) for k in axesf)):
            at_f = dict(zip(keptf + axesf, kept[:len(keptf)] + shared))
            at_g = dict(zip(keptg + axesg, kept[len(keptf):] + shared))
            result[to] += (
                f[offset([at_f[k] for k in range(len(dimsf))], dimsf)]
                * g[offset([at_g[k] for k in range(len(dimsg))], dimsg)])
    return Vector(result)


def Kron(f, g, dimsf, dimsg):
    """The entry at f's index times g's dimension plus g's index, axis by
    axis."""
    dimsf, dimsg = indices(dimsf), indices(dimsg)
    shape = [a * b for a, b in zip(dimsf, dimsg)]
    result = [mpf(0)] * math.prod(shape)
    for i in itertools.product(*map(range, dimsf)):
        for j in itertools.product(*map(range, dimsg)):
            to = [a * d + b for a, b, d in zip(i, j, dimsg)]
            result[offset(to, shape)] = f[offset(i, dimsf)] * g[
                offset(j, dimsg)]
    return Vector(result)


def Ind(*numbers):
    return numbers


def Factorize(f, g):
    return f


def AutoFactorize(f):
    return f


# ----- constants -----

def IntCst(n):
    return vector(n)


def RatCst(p, q):
    return Divide(p, q)


def IntInv(n):
    return Divide(1, n)


def Zero(d):
    return Vector([mpf(0)] * d)


# ----- formulas -----

def power(f, m):
    return Pow(f, m) if isinstance(m, int) else Powf(f, m)


def give_operators():
    """Lets a formula's operators stand for these operations."""
    def swapped(operation):
        return lambda f, g: operation(g, f)
    for name, operation in {"add": Add, "sub": Subtract, "mul": Mult,
                            "truediv": Divide, "or": Scalprod,
                            "pow": power}.items():
        setattr(Vector, f"__{name}__", operation)
        setattr(Vector, f"__r{name}__", swapped(operation))
    for name, operation in {"lt": LessThan, "le": LessOrEqual,
                            "gt": swapped(LessThan),
                            "ge": swapped(LessOrEqual),
                            "eq": Equal, "ne": NotEqual,
                            "neg": Minus, "pos": lambda f: f}.items():
        setattr(Vector, f"__{name}__", operation)


give_operators()


class Names(dict):
    """What a formula's names mean: variables first, then operations."""

    def __missing__(self, name):
        if name in globals():
            return globals()[name]
        return coordinatewise(getattr(mp, name.lower()))


def value(formula, variables):
    """The vector that FORMULA, a text or its compiled form, stands for."""
    return vector(eval(formula, {}, Names(variables)))


# ----- the file -----

def number(text):
    """An input; it must be a float32, so that it serves every precision."""
    a = float(text)
    single = struct.unpack("f", struct.pack("f", a))[0]
    assert a == single or math.isnan(a), f"{text} is not a float32"
    return a if a == 0 and is_negative(a) else mpf(a)


def numbers(text):
    return [number(word) for word in text.replace(",", " ").split()]


def show(a):
    """The shortest text that reads back as the nearest float64; adding zero
    takes the sign off a negative zero."""
    text = repr(float(a) + 0.0)
    return text[:-2] if text.endswith(".0") else text


def recompute(line):
    formula, inputs = (part.strip() for part in line.split(";")[:2])
    variables = {}
    for assignment in inputs.split():
        name, texts = assignment.split("=")
        variables[name] = Vector(numbers(texts))
    result = value(formula, variables)
    return f"{formula} ; {inputs} ; {','.join(show(a) for a in result)}"


def rewrite(path, recompute, check):
    """Passes each line of PATH through RECOMPUTE, comments and empty lines
    excepted.  Returns the exit status."""
    old = path.read_text().splitlines()
    new = [line if line.startswith("#") or not line else recompute(line)
           for line in old]
    differing = [(a, b) for a, b in zip(old, new) if a != b]
    if not check:
        path.write_text("\n".join(new) + "\n")
        return 0
    for a, b in differing:
        print(f"{path.name} has  {a}\nand not  {b}", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(rewrite(pathlib.Path(__file__).with_suffix(".txt"), recompute,
                     "--check" in sys.argv[1:]))
