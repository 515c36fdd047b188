# tools_numpy.py - keops-run's files and results against NumPy's
# SPDX-License-Identifier: MIT
#
# usage: tools_numpy.py KEOPS-RUN FOLDER
import io
import locale
import os
import subprocess
import sys

import numpy as np
from numpy.lib import format as npy

RUN, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
DEVICES = ["host"] + ([] if "KEOPSCL_DEVICE" in os.environ else ["auto"])
rng = np.random.default_rng(7)


def run(*args, device="host", **environment):
    process = subprocess.run([RUN, "--device", device, *args],
                             capture_output=True,
                             env=dict(os.environ, **environment))
    assert process.returncode == 0, (args, process.stderr.decode())
    assert process.stderr == b"", process.stderr
    return process.stdout.decode()


def save(name, array, version=None):
    with open(name, "wb") as f:
        npy.write_array(f, array, version=version, allow_pickle=False)


def as_saved(array):
    f = io.BytesIO()
    np.save(f, np.ascontiguousarray(array))
    return f.getvalue()


def identity(name, *options):
    """What comes out when each row is the sum of one row."""
    run("Sum_Reduction(x, 0)", "x=Vi:" + name, "-o", "out.npy", *options)
    with open("out.npy", "rb") as f:
        return f.read()


def test_round_trip():
    """Random arrays of all versions, types, byte orders and layouts come out
    with the bytes that NumPy would write."""
    for k in range(200):
        order = "<>"[k % 2]
        dtype = np.dtype(order + ("f2", "f4", "f8", "i4", "i8")[k // 2 % 5])
        shape = tuple(rng.integers(1, 40, 1 + k % 2))
        array = rng.normal(0, 1000, shape).astype(dtype)
        array = np.asarray(array, order="CF"[k // 8 % 2])
        save("in.npy", array, ((1, 0), (2, 0), (3, 0))[k % 3])
        single = dtype.kind == "f" and dtype.itemsize <= 4
        expected = array.astype("<f4" if single else "<f8")
        if array.ndim == 1:
            expected = expected[:, np.newaxis]
        assert identity("in.npy") == as_saved(expected), (k, dtype, shape)


def test_dtype():
    array = rng.normal(size=(5, 2))
    save("in.npy", array)
    assert (identity("in.npy", "--dtype", "float32")
            == as_saved(array.astype(np.float32)))
    save("in.npy", array.astype(np.float32))
    assert (identity("in.npy", "--dtype", "float64")
            == as_saved(array.astype(np.float32).astype(np.float64)))


def test_float16():
    """All numbers of two bytes are read, and computed as float32."""
    array = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    save("in.npy", array)
    identity("in.npy")
    out = np.load("out.npy")
    assert out.dtype == np.float32
    assert np.array_equal(out[:, 0], array.astype(np.float32), equal_nan=True)


def test_batches():
    """Dimensions in front broadcast, in files of any layout."""
    x = rng.normal(size=(2, 1, 5, 3))
    y = np.asfortranarray(rng.normal(size=(4, 6, 3)))
    s = rng.uniform(0.5, 2, (2, 4, 1, 1))
    for name, array in ("x", x.astype(">f8")), ("y", y), ("s", s):
        save(name + ".npy", array)
    files = ["s=Pm:s.npy", "x=Vi:x.npy", "y=Vj:y.npy", "-o", "out.npy"]
    difference = x[..., np.newaxis, :] - y[:, np.newaxis]
    k = np.exp(-s * (difference ** 2).sum(-1))
    for formula, expected in (
            ("Sum_Reduction(Exp(-s*SqDist(x,y)), 0)", k.sum(-1)),
            ("Sum_Reduction(Exp(-s*SqDist(x,y)), 1)", k.sum(-2)),
            ("Sum_Reduction(Exp(-s*SqDist(x,y)), 2)", k.sum((-1, -2))[
                ..., np.newaxis]),
            ("Dense(Exp(-s*SqDist(x,y)))", k)):
        run(formula, *files)
        close(np.load("out.npy"), expected[..., np.newaxis], 1e-13)
    run("Sum_Reduction(Exp(-s*SqDist(x,y)), 0)", *files, "--grad", "x")
    gradient = -2 * s[..., np.newaxis] * k[..., np.newaxis] * difference
    close(np.load("out.npy"), gradient.sum(-2), 1e-13)
    text = run("Sum_Reduction(x, 0)", "x=Vi:x.npy")
    back = np.loadtxt(io.StringIO(text), delimiter=",")
    assert (back == x.reshape(10, 3)).all()


def test_dense():
    """A matrix of vectors, and parts of it."""
    for device in DEVICES:
        for dtype in np.float32, np.float64:
            x, y, b = cloud(dtype)
            expected = kernel(x, y)[1]
            run("Dense(x-y)", *FILES[1:3], "-o", "out.npy", device=device)
            out = np.load("out.npy")
            assert out.dtype == dtype
            close(out, expected, 1e-6 if dtype == np.float32 else 1e-15)
            run("Dense(x-y)", *FILES[1:3], "-o", "part.npy", "--rows", "7:60",
                "--columns", "500:", device=device)
            assert (np.load("part.npy") == out[7:60, 500:]).all()


def locales():
    """C, and what there is with a decimal comma."""
    yield "C"
    for name in "de_DE.UTF-8", "fr_FR.UTF-8", "da_DK.UTF-8":
        try:
            locale.setlocale(locale.LC_ALL, name)
            yield name
        except locale.Error:
            continue
        finally:
            locale.setlocale(locale.LC_ALL, "C")


def test_csv():
    """Text is read and written with all digits, in every locale."""
    for dtype in np.float32, np.float64:
        array = rng.normal(0, 1e10, (50, 3)).astype(dtype)
        save("in.npy", array)
        for name in locales():
            text = run("Sum_Reduction(x, 0)", "x=Vi:in.npy", LC_ALL=name)
            back = np.loadtxt(io.StringIO(text), delimiter=",", dtype=dtype)
            assert (back == array).all()
    np.savetxt("in.csv", array, delimiter=",", header="a,b,c")
    text = run("Sum_Reduction(x, 0)", "x=Vi:in.csv")
    assert (np.loadtxt(io.StringIO(text), delimiter=",") == array).all()


def test_empty():
    save("in.npy", np.zeros((0, 3), np.float32))
    assert identity("in.npy") == as_saved(np.zeros((0, 3), np.float32))


def close(got, expected, tolerance):
    assert got.shape == expected.shape, (got.shape, expected.shape)
    error = np.abs(got - expected).max()
    assert error <= tolerance, (error, tolerance)


def cloud(dtype):
    """Points x and y, weights b, in files; returned in double precision."""
    x, y, b = (rng.normal(size=s).astype(dtype)
               for s in ((70, 3), (600, 3), (600, 2)))
    for name, array in ("x", x), ("y", y), ("b", b):
        save(name + ".npy", array)
    return (a.astype(np.float64) for a in (x, y, b))


GAUSS = "Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)"
FILES = ["s=Pm:0.5", "x=Vi:x.npy", "y=Vj:y.npy", "b=Vj:b.npy"]


def kernel(x, y):
    difference = x[:, np.newaxis] - y
    return np.exp(-0.5 * (difference ** 2).sum(2)), difference


def test_sum():
    for device in DEVICES:
        for dtype, tolerance in (np.float32, 1e-4), (np.float64, 1e-12):
            x, y, b = cloud(dtype)
            run(GAUSS, *FILES, "-o", "out.npy", device=device)
            out = np.load("out.npy")
            assert out.dtype == dtype
            close(out, kernel(x, y)[0] @ b, tolerance)


def test_gradient():
    for device in DEVICES:
        x, y, b = cloud(np.float64)
        eta = rng.normal(size=(70, 2))
        save("eta.npy", eta)
        for options, weight in ([], b.sum(1)), (["--eta", "eta.npy"],
                                                eta @ b.T):
            k, difference = kernel(x, y)
            expected = -(k * weight)[:, :, np.newaxis] * difference
            run(GAUSS, *FILES, "--grad", "x", *options, "-o", "out.npy",
                device=device)
            close(np.load("out.npy"), expected.sum(1), 1e-11)
            run(GAUSS, *FILES, "--grad", "y", *options, "-o", "out.npy",
                device=device)
            close(np.load("out.npy"), -expected.sum(0), 1e-11)
            run(GAUSS, *FILES, "--grad", "s", *options, "-o", "out.npy",
                device=device)
            s = -(k * weight * (difference ** 2).sum(2)).sum()
            close(np.load("out.npy"), np.array([[s]]), 1e-9)


def test_nearest():
    for device in DEVICES:
        x, y, b = cloud(np.float32)
        distances = (kernel(x, y)[1] ** 2).sum(2)
        expected = np.argsort(distances, 1)[:, :4]
        run("ArgKMin_Reduction(SqDist(x,y), 4, 0)", *FILES[1:3], "-o",
            "out.npy", device=device)
        out = np.load("out.npy")
        assert out.dtype == np.int64 and (out == expected).all()
        run("KMin_ArgKMin_Reduction(SqDist(x,y), 4, 0)", *FILES[1:3], "-o",
            "out.npy", device=device)
        close(np.load("out.npy"), np.sort(distances, 1)[:, :4], 1e-5)
        assert (np.load("out.indices.npy") == expected).all()


def main():
    os.chdir(FOLDER)
    failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print("pass:", name)
        except AssertionError as error:
            print("FAIL:", name, error)
            failed += 1
    return 1 if failed else 0


sys.exit(main())
