"""The Jacobian by all recurrent weights in double precision: the closed form against PyTorch's torch.func and CasADi.

Ours is dh_T/dW_hh as ``numeric`` finds it, from arrays to the array, the derivation included; theirs differentiates a
loop, forwards and backwards. CasADi, too, begins with the loop: its graph is built, differentiated and called once.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.rows import MEGABYTES, Case, Cost, Growth, Row, Work, is_installed
from symrnn import Elman, t

rnn = Elman("tanh")


def given(size: int, steps: int) -> dict[Any, Any]:
    """Weights of spectral radius about 1, inputs, and a start."""
    source = np.random.default_rng(0)
    return {
        rnn.W_hh: source.normal(size=(size, size)) / np.sqrt(size),
        rnn.W_xh: source.normal(size=(size, 2)),
        rnn.b_h: source.normal(size=size),
        rnn.x: source.normal(size=(steps, 2)),
        rnn.h[0]: source.normal(size=size),
    }


def numeric(size: int, steps: int) -> Work:
    """The closed form, derived and evaluated."""
    values = given(size, steps)
    return lambda: rnn.derive(rnn.h[t], wrt=rnn.W_hh).numeric(values, t=steps)


def by_torch(size: int, steps: int, way: str) -> Work:
    """The same by automatic differentiation of a loop, columns of W below each other."""
    import torch
    from torch import func

    torch.set_num_threads(1)
    W, U, b, x, start = map(torch.from_numpy, given(size, steps).values())

    def last(weights: Any) -> Any:
        h = start
        for step in x:
            h = torch.tanh(U @ step + weights @ h + b)
        return h

    return lambda: getattr(func, way)(last)(W).transpose(1, 2).reshape(size, -1).numpy()


def by_casadi(size: int, steps: int) -> Work:
    """The same by the graph of matrices of CasADi, whose columns are below each other as they are."""
    import casadi

    W, U, b, x, start = given(size, steps).values()
    driven = [casadi.DM(column) for column in x @ U.T + b]

    def work() -> Any:
        weights, h = casadi.MX.sym("W", size, size), casadi.DM(start)
        for column in driven:
            h = casadi.tanh(weights @ h + column)
        return np.array(casadi.Function("J", [weights], [casadi.jacobian(h, casadi.vec(weights))])(W))

    return work


def jacobian(size: int, steps: int) -> Case:
    """Ours and theirs."""
    peers = {f"torch.func.{way}": by_torch(size, steps, way) for way in ("jacrev", "jacfwd")}
    if is_installed("casadi"):
        peers["CasADi's MX"] = by_casadi(size, steps)
    return Case(numeric(size, steps), peers, _differ)


def _differ(ours: np.ndarray, theirs: np.ndarray) -> str:
    gap = abs(ours - theirs).max() / abs(theirs).max()
    return "" if gap < 1e-8 else f"{gap:.1e} of the largest entry"


LARGE = "from benchmarks.rows_doubles import numeric; numeric(64, 1000)()"

ROWS: list[Row | Growth | Cost] = [
    *(
        Row(
            f"P7 dh_T/dW_hh, n = {size}, T = 1000",
            partial(jacobian, size, 1000),
            {"torch.func.jacrev": 5, "torch.func.jacfwd": 5, "CasADi's MX": 7},
            needs=("torch",),
            rounds=3,
        )
        for size in (4, 8, 16)
    ),
    Growth("P7 in T (n = 8)", partial(numeric, 8), (500, 1000, 2000), {"slope": 1.1}, rounds=3),
    Cost("P7 dh_T/dW_hh, n = 64, T = 1000", lambda: ("-c", LARGE), {MEGABYTES: 2000}, rounds=1),
]
