# reductions.py - recomputes the results in reductions.txt, with 50 digits
# SPDX-License-Identifier: MIT
#
# To add a case, write "FORMULA ; VARIABLE ; ... =>" into reductions.txt and run
#
#     python3 tests/reductions.py
#
# With --check it writes nothing, and fails if a result in the file is not what
# it computes.
#
# The formula of a pair is computed by values.py; each reduction is defined
# here from its mathematical meaning, all terms at once.  A gradient is found
# by mpmath's numerical differentiation with more digits than are kept, from
# nothing but the values of the reduction.

import ast
import pathlib
import re
import sys
from dataclasses import dataclass, replace

from mpmath import mp, mpf

sys.dont_write_bytecode = True
import values
from values import Scalprod, Vector, numbers, rewrite, show

CATEGORIES = {"Vi": 0, "Vj": 1, "Pm": 2}


@dataclass
class Array:
    """A variable, or a result: one vector for each i, each j, or one in all.
    A result may have indices too, or indices only: then rows are empty."""
    category: int
    rows: list
    indices: list = None


# ----- reductions: each takes the terms and gives (values, indices) -----

def by_coordinate(reduction):
    """A reduction of numbers, taken for each coordinate; what it gives for
    rank k of coordinate c becomes number k * dim + c."""
    def whole(terms, *arguments):
        results = [reduction(column, *arguments)
                   for column in zip(*(f.coordinates for f in terms))]
        return tuple([part for rank in zip(*parts) for part in rank]
                     for parts in zip(*results))
    return whole


def weighted_sum(factors, weights):
    return [sum(a * g[c] for a, g in zip(factors, weights))
            for c in range(len(weights[0]))]


def exponentials(terms, shift=0):
    return [mp.exp(f[0] - shift) for f in terms]


def ones(terms):
    return [Vector([mpf(1)])] * len(terms)


@by_coordinate
def Sum(column):
    return [sum(column)], []


def LogSumExp(terms, weights=None):
    total = weighted_sum(exponentials(terms), weights or ones(terms))
    return [values.real(mp.log(a)) for a in total], []


def Max_SumShiftExp(terms, weights=None):
    m = max(f[0] for f in terms)
    return [m] + weighted_sum(exponentials(terms, m),
                              weights or ones(terms)), []


def SumSoftMaxWeight(terms, weights):
    factors = exponentials(terms)
    return [a / sum(factors) for a in weighted_sum(factors, weights)], []


@by_coordinate
def least(column, ranks, sign):
    """The RANKS least of SIGN * column and their places, ascending; NaN is
    never among them, nor inf, which stands for nothing, and equal ones keep
    their order."""
    places = [k for k in range(len(column)) if sign * column[k] < mp.inf]
    places.sort(key=lambda k: sign * column[k])
    missing = max(0, ranks - len(places))
    return ([column[k] for k in places[:ranks]] + [sign * mp.inf] * missing,
            places[:ranks] + [-1] * missing)


def value_and_index(sign):
    return lambda terms, ranks=1: least(terms, ranks, sign)


def value_only(sign):
    return lambda terms, ranks=1: (least(terms, ranks, sign)[0], [])


def index_only(sign):
    return lambda terms, ranks=1: ([], least(terms, ranks, sign)[1])


def digits_only(sign):
    def digits(terms, ranks=1):
        places = least(terms, ranks, sign)[1]
        return ([k % 2**20 for k in places] + [k // 2**20 for k in places],
                [])
    return digits


REDUCTIONS = {
    "Sum": Sum,
    "LogSumExp": LogSumExp, "LogSumExpWeight": LogSumExp,
    "Max_SumShiftExp": Max_SumShiftExp,
    "Max_SumShiftExpWeight": Max_SumShiftExp,
    "SumSoftMaxWeight": SumSoftMaxWeight,
    "Min": value_only(1), "Max": value_only(-1),
    "ArgMin": index_only(1), "ArgMax": index_only(-1),
    "Min_ArgMin": value_and_index(1), "Max_ArgMax": value_and_index(-1),
    "KMin": value_only(1), "ArgKMin": index_only(1),
    "KMin_ArgKMin": value_and_index(1), "ArgKMinDigits": digits_only(1),
}


# ----- formulas -----

def count(problem, category):
    """How many i or j there are; one if no variable says so."""
    return max((len(v.rows) for v in problem.values()
                if v.category == category), default=1)


def at_pair(formula, problem, i, j):
    place = (i, j, 0)
    return values.value(formula, {name: v.rows[place[v.category]]
                                  for name, v in problem.items()})


def reduce(tree, problem):
    """The result of the call TREE of a reduction.  Its arguments are the
    formula, then numbers (of ranks, the tag), then formulas (weights)."""
    reduction = REDUCTIONS[tree.func.id.removesuffix("_Reduction")]
    constants = [a.value for a in tree.args if isinstance(a, ast.Constant)]
    formulas = [compile(ast.Expression(a), "formula", "eval")
                for a in tree.args if not isinstance(a, ast.Constant)]
    *ranks, tag = constants
    m, n = count(problem, 0), count(problem, 1)
    pairs = {0: [[(i, j) for j in range(n)] for i in range(m)],
             1: [[(i, j) for i in range(m)] for j in range(n)],
             2: [[(i, j) for i in range(m) for j in range(n)]]}[tag]
    results = [reduction(*([at_pair(f, problem, i, j) for i, j in row]
                           for f in formulas), *ranks) for row in pairs]
    return Array(tag, [Vector(a) for a, _ in results], [k for _, k in results])


def moved(problem, name, row, c, a):
    """PROBLEM with coordinate C of row ROW of the variable NAME set to A."""
    rows = [Vector(r.coordinates) for r in problem[name].rows]
    rows[row].coordinates[c] = a
    return {**problem, name: replace(problem[name], rows=rows)}


def gradient(tree, problem):
    """Grad(REDUCTION, v, e): the derivative in v of the sum of e times the
    result of REDUCTION, where e itself stays as it is."""
    inner, name, cotangent = tree.args
    variable, e = problem[name.id], problem[cotangent.id].rows

    def derivative(row, c):
        def contracted(a):
            result = evaluate(inner, moved(problem, name.id, row, c, a))
            return sum(Scalprod(r, g)[0] for r, g in zip(result.rows, e))
        return mp.diff(contracted, variable.rows[row][c])

    return replace(variable, rows=[
        Vector(derivative(row, c) for c in range(len(variable.rows[row])))
        for row in range(len(variable.rows))])


def evaluate(tree, problem):
    if tree.func.id == "Grad":
        return gradient(tree, problem)
    return reduce(tree, problem)


# ----- the file -----

def read_variable(text):
    """Reads "x=Vi(2): 1,2 3,4" and returns ("x", Array)."""
    name, kind, dim, data = re.fullmatch(
        r"\s*(\w+)=(\w+)\((\d+)\):(.*)", text).groups()
    numbers_read, dim = numbers(data), int(dim)
    assert len(numbers_read) % dim == 0, f"{name} has no whole rows"
    return name, Array(CATEGORIES[kind], [
        Vector(numbers_read[k:k + dim])
        for k in range(0, len(numbers_read), dim)])


def show_rows(rows):
    return " ".join(",".join(map(show, row)) for row in rows)


def recompute(line):
    problem, _ = (part.strip() for part in line.split("=>"))
    formula, *variables = problem.split(";")
    result = evaluate(ast.parse(formula.strip(), mode="eval").body,
                      dict(map(read_variable, variables)))
    words = [problem, "=>"]
    if any(map(len, result.rows)):
        words.append(show_rows(result.rows))
    if result.indices and result.indices[0]:
        words += ["|", show_rows(result.indices)]
    return " ".join(words)


if __name__ == "__main__":
    sys.exit(rewrite(pathlib.Path(__file__).with_suffix(".txt"), recompute,
                     "--check" in sys.argv[1:]))
