"""The same normal form in every process, whatever has been computed in it before."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sympy as sp
from symrnn.expr import Elementwise, MatrixSum, OrderedProduct, Sequence
from symrnn.equality import normal_form

for _ in range({warm_up}):
    sp.Dummy()
t, k, u, s, T = sp.symbols("t k u s T", integer=True)
n = sp.Symbol("n", integer=True, positive=True)
h, a, A = Sequence("h", n), Sequence("a", n), Sequence("A", n, n)
W, phi = sp.MatrixSymbol("W", n, n), Elementwise("phi")
D = lambda i: sp.DiagMatrix(phi(a[i], 1))
chain = lambda top, low: OrderedProduct(D(u) * W, (u, low, top), "descending")
print(normal_form(MatrixSum(MatrixSum(A[t] * chain(t, s) * D(s) * h[s], (s, 1, t)), (t, 1, T))))
print(normal_form(MatrixSum(phi(h[s] + h[T] + MatrixSum(h[s + u], (u, 0, k))), (s, 0, t))))
print(normal_form(MatrixSum(D(s) * D(T - s) * sp.HadamardProduct(A[s], A[k], W), (s, 0, t))))
print(normal_form(OrderedProduct(A[u] + A[u + 1] + W, (u, 1, t), "ascending")))
"""


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("warm_up", [0, 12345])
def test_the_printed_form_does_not_depend_on_the_process(warm_up: int) -> None:
    printed = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        script = SCRIPT.format(warm_up=warm_up if seed == "1" else 0)
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
        )
        printed.add(run.stdout)
    assert len(printed) == 1
    assert "Dummy" not in printed.pop()
