# solve.py - a linear system of a Gaussian kernel, by keops-run and by PyKeOps
# SPDX-License-Identifier: MIT
"""usage: VENV/bin/python bench/solve.py KEOPS-RUN [POINTS]

VENV is what bench/install-peers made.  Solves (K + 0.1 I) a = b for points in
the unit cube with K = exp(-20 |x - y|^2), in turns, and prints a table in
Markdown: seconds of the solution alone, the median of three after one that
compiles, and the residual |b - (K + 0.1 I) a| / |b| in float64.  PyKeOps is told
of a tolerance that makes its own residual as small as the library's.
"""
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ALPHA, SCALE, ROUNDS = 0.1, 20, 3
FORMULA = "Exp(-s*SqDist(x,y))*b"
TOLERANCE = {"float32": 1e-3, "float64": 1e-6}


def residual(x, b, a):
    """By 256 rows of the matrix at a time."""
    x, b, a = (v.astype(np.float64) for v in (x, b, a))
    r = b - ALPHA * a
    for k in range(0, len(x), 256):
        d = ((x[k:k + 256, None] - x) ** 2).sum(-1)
        r[k:k + 256] -= np.exp(-SCALE * d) @ a
    return np.linalg.norm(r) / np.linalg.norm(b)


def keops_run(program, folder, rank):
    """Its seconds, its products and the solution."""
    said = subprocess.run(
        [program, "Sum_Reduction(%s,0)" % FORMULA, "s=Pm:%d" % SCALE,
         "x=Vi:%s/x.npy" % folder, "y=Vj:%s/x.npy" % folder,
         "b=Vj:%s/b.npy" % folder, "-o", folder + "/a.npy", "--solve", "b",
         "--alpha", str(ALPHA), "--time", "--no-progress"]
        + (["--rank", str(rank)] if rank else []),
        check=True, stderr=subprocess.PIPE, text=True).stderr
    return (float(re.search(r"run ([0-9.]+) s", said)[1]),
            re.search(r"(\d+) products", said)[1], np.load(folder + "/a.npy"))


def pykeops(x, b):
    """A function that solves."""
    import pykeops
    pykeops.set_verbose(False)
    from pykeops.numpy import KernelSolve

    solve = KernelSolve(FORMULA, ["x=Vi(3)", "y=Vj(3)", "b=Vj(1)", "s=Pm(1)"],
                        "b", axis=1)
    s = np.array([[SCALE]], x.dtype)
    eps = TOLERANCE[x.dtype.name] * np.sqrt((b ** 2).mean())
    return lambda: solve(x, x, b, s, alpha=ALPHA, eps=eps, backend="CPU")


def clocked(call):
    start = time.perf_counter()
    a = call()
    return time.perf_counter() - start, "", a


def main():
    program, points = sys.argv[1], int((sys.argv + [10000])[2])
    print("| dtype | by | products | seconds | residual |")
    print("|---|---|---|---|---|")
    for dtype in TOLERANCE:
        random = np.random.default_rng(0)
        x, b = (random.random((points, d)).astype(dtype) for d in (3, 1))
        theirs = pykeops(x, b)
        with tempfile.TemporaryDirectory() as folder:
            np.save(folder + "/x.npy", x)
            np.save(folder + "/b.npy", b)
            ways = {"keops-run --solve b": 0, "... --rank 100": 100,
                    "PyKeOps, KernelSolve": None}
            seen = {way: [] for way in ways}
            for _ in range(1 + ROUNDS):
                for way, rank in ways.items():
                    seen[way].append(clocked(theirs) if rank is None else
                                     keops_run(program, folder, rank))
        for way, all in seen.items():
            print("| %s | %s | %s | %.3g | %.1e |" % (
                dtype, way, all[-1][1],
                statistics.median(s for s, *_ in all[1:]),
                residual(x, b, all[-1][2])))


main()
