# peers.py - other libraries' way to compute what keops-bench measures
# SPDX-License-Identifier: MIT
"""Peers for keops-bench: PyKeOps, JAX, faiss and scikit-learn.

    bench/install-peers FOLDER
    keops-bench --peer 'FOLDER/bin/python bench/peers.py'

After --gpu PyKeOps and JAX compute on a GPU, others not at all; PyKeOps then is
given arrays in the memory of the host, as the library is, and JAX in that of the
GPU.  More arguments are the names of those that are wanted.

What keops-bench and its peers say to each other, line by line: the peer first
prints the names of what it offers, apart by blanks.  Then it reads

    NAME FAMILY D W BITS ROWS COLS

and answers with a JSON object: wall and cpu, the seconds of one computation by
the clock and of all processors, and sum or last, the sum or the last of the
numbers of row 0 of the first result; or with {} where it does not compute
that.  Element k of variable v, row-major, is that of mix() below.
"""
import json
import os
import re
import sys
import time

os.environ["OMP_WAIT_POLICY"] = "passive"  # the next in turn has the machine
answers, sys.stdout = sys.stdout, sys.stderr

import numpy as np

GPU = "--gpu" in sys.argv
if not GPU:
    os.environ["JAX_PLATFORMS"] = "cpu"

K = 10
ENOUGH = 0.01  # seconds of a measurement


def mix(v, count, grid):
    """Element k of variable v: splitmix64, its upper bits a number in [0,1)."""
    z = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(v << 40)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.ldexp((z >> np.uint64(64 - grid)).astype(np.float64), -grid)


class Data:
    def __init__(self, dim, width, bits, rows, cols):
        self.dtype = np.float32 if bits == 32 else np.float64
        self.dim = dim
        self.x = self.array(0, rows, dim)
        self.y = self.array(1, cols, dim)
        self.s = np.full((1, 1), 1, self.dtype) / self.dtype(dim)
        self.b = self.array(3, cols, width)
        self.e = np.ones((rows, 1), self.dtype)

    def array(self, v, rows, dim):
        grid = 8 if self.dim > 16 else 10
        z = mix(v, rows * dim, grid).reshape(rows, dim)
        return np.ascontiguousarray(z, dtype=self.dtype)


# A peer is a function of a family and the data; it returns a function that
# computes and gives an array, whose row 0 tells, or None.

F = "Exp(-s*SqDist(x,y))*b"
R = "Sqrt(s*SqDist(x,y))"
R5 = "Sqrt(5*s*SqDist(x,y))"
KEOPS = {
    "gauss": ("Sum", F),
    "sparse": ("Sum", F),
    "product": ("Sum", "Exp(-s*(SqNorm2(x)+SqNorm2(y)-IntCst(2)*(x|y)))*b"),
    "gradient": ("Sum", "Grad(%s,x,e)" % F),
    "logsumexp": ("LogSumExp", "-s*SqDist(x,y)"),
    "attention": ("SumSoftMaxWeight", "s*(x|y)"),
    "argmin": ("ArgMin", "SqDist(x,y)"),
    "argkmin": ("ArgKMin", "SqDist(x,y)"),
    "laplace": ("Sum", "Exp(-%s)*b" % R),
    "cauchy": ("Sum", "b/(IntCst(1)+s*SqDist(x,y))"),
    "matern52": ("Sum", "(IntCst(1)+%s+%s*%s/IntCst(3))*Exp(-%s)*b"
                 % (R5, R5, R5, R5)),
}


CLUSTER, SHARE = 1000, 20  # of sparse: see workload_has in tools/workload.c


def ranges(data):
    from pykeops.numpy.cluster import from_matrix

    def clusters(count):
        begin = np.arange(0, count, CLUSTER)
        return np.stack([begin, np.minimum(begin + CLUSTER, count)], 1)

    i, j = clusters(len(data.x)), clusters(len(data.y))
    keep = (7 * np.arange(len(i))[:, None] + np.arange(len(j))) % SHARE == 0
    return from_matrix(i, j, keep)


def keops(family, data):
    import pykeops
    pykeops.set_verbose(False)
    from pykeops.numpy import Genred

    if family == "both":
        value = keops("gauss", data)
        gradient = keops("gradient", data)
        return lambda: (value(), gradient())[0]
    reduction, formula = KEOPS[family]
    options = {"argkmin": {"opt_arg": K},
               "attention": {"formula2": "b"}}.get(family, {})
    used = formula + "," + options.get("formula2", "")
    names = [n for n in "xysbe" if re.search(r"\b%s\b" % n, used)]
    kinds = {"x": "Vi", "y": "Vj", "s": "Pm", "b": "Vj", "e": "Vi"}
    arrays = [getattr(data, n) for n in names]
    aliases = ["%s=%s(%d)" % (n, kinds[n], a.shape[1])
               for n, a in zip(names, arrays)]
    arrays = [a[0] if n == "s" else a for n, a in zip(names, arrays)]
    call = Genred(formula, aliases, reduction_op=reduction, axis=1, **options)
    some = ranges(data) if family == "sparse" else None
    return lambda: call(*arrays, backend="GPU" if GPU else "CPU", ranges=some)


def jax(family, data):
    """The squared distance is a matrix product, a few rows at a time."""
    if family == "sparse":
        return None
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, y, b = (jnp.asarray(a) for a in (data.x, data.y, data.b))
    s = data.dtype(data.s[0, 0])
    y2 = (y * y).sum(1)

    def q(x):
        product = jnp.matmul(x, y.T, precision="highest")
        return jnp.maximum((x * x).sum() + y2 - 2 * product, 0)

    def value(x):
        return jnp.exp(-s * q(x)) @ b

    def r(x, c):
        return jnp.sqrt(c * s * q(x))

    def matern(x):
        a = r(x, 5)
        return ((1 + a + a * a / 3) * jnp.exp(-a)) @ b

    def gradient(x):
        k = jnp.exp(-s * q(x)) * b[:, 0]
        return -2 * s * (k.sum() * x - k @ y)

    row = {
        "gauss": value,
        "product": value,
        "gradient": gradient,
        "both": lambda x: (value(x), gradient(x)),
        "logsumexp": lambda x: jax.nn.logsumexp(-s * q(x))[None],
        "attention": lambda x: jax.nn.softmax(
            s * jnp.matmul(y, x, precision="highest")) @ b,
        "argmin": lambda x: jnp.argmin(q(x))[None],
        "argkmin": lambda x: jax.lax.top_k(-q(x), K)[1],
        "laplace": lambda x: jnp.exp(-r(x, 1)) @ b,
        "cauchy": lambda x: (1 / (1 + s * q(x))) @ b,
        "matern52": matern,
    }[family]
    few = max(1, min(len(x), 2 ** 26 // len(y)))
    call = jax.jit(lambda x: jax.lax.map(row, x, batch_size=few))

    def run():
        result = jax.block_until_ready(call(x))
        return result[0] if isinstance(result, tuple) else result
    return run


def faiss(family, data):
    import faiss

    if data.dtype != np.float32:
        return None
    index = faiss.IndexFlatL2(data.dim)
    index.add(data.y)
    k = 1 if family == "argmin" else K
    return lambda: index.search(data.x, k)[1]


def sklearn(family, data):
    from sklearn.neighbors import NearestNeighbors

    k = 1 if family == "argmin" else K
    near = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=-1)
    near.fit(data.y)
    return lambda: near.kneighbors(data.x, return_distance=False)


NEIGHBOURS = ("argmin", "argkmin")
PEERS = {"pykeops": (keops, None), "jax": (jax, None),
         "faiss": (faiss, NEIGHBOURS), "sklearn": (sklearn, NEIGHBOURS)}


def timed(run, times):
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        result = run()
    return ((time.perf_counter() - wall) / times,
            (time.process_time() - cpu) / times, result)


class Server:
    """Keeps what the last request of each peer made ready."""

    def __init__(self):
        self.ready = {}

    def make(self, name, family, sizes):
        if self.ready.get(name, (None,))[0] != (family, sizes):
            maker, families = PEERS[name]
            run = None
            if families is None or family in families:
                run = maker(family, Data(*sizes))
            self.ready[name] = ((family, sizes), run)
        return self.ready[name][1]

    def answer(self, line):
        name, family, *sizes = line.split()
        run = self.make(name, family, tuple(int(n) for n in sizes))
        if run is None:
            return {}
        wall, cpu, result = timed(run, 1)
        if wall < ENOUGH:
            wall, cpu, result = timed(run, int(ENOUGH / wall) + 1)
        row = np.asarray(result).reshape(int(sizes[3]), -1)[0]
        return {"wall": wall, "cpu": cpu, "sum": float(row.sum())}


def present():
    for name, module in (("pykeops", "pykeops"), ("jax", "jax"),
                         ("faiss", "faiss"), ("sklearn", "sklearn")):
        try:
            __import__(module)
            yield name
        except ImportError:
            pass


def main():
    server = Server()
    wanted = [n for n in sys.argv[1:] if n != "--gpu"] or list(PEERS)
    if GPU:
        wanted = [n for n in wanted if n in ("pykeops", "jax")]
    print(*[n for n in present() if n in wanted], file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = server.answer(line)
        except Exception as error:
            print("peers.py: %s: %s" % (line.strip(), error), file=sys.stderr)
            answer = {}
        print(json.dumps(answer), file=answers, flush=True)


main()
