"""Closed forms of losses in numbers, against backpropagation by hand to 50 digits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from oracles.gated import lstm_gradients
from oracles.mpmath_bptt import mp_disagreement, mp_gradients

from symrnn.cells import LSTM, Elman
from symrnn.evaluate import Assignment, Evaluator, Reals
from symrnn.oracles import binary_cross_entropy, softmax_cross_entropy, squared_error
from symrnn.symbols import T

N, M, Q, STEPS, DIGITS = 3, 2, 2, 4, 50
ORACLES = {
    "squared error": squared_error,
    "binary cross-entropy": binary_cross_entropy,
    "softmax cross-entropy": softmax_cross_entropy,
}
MASK = (1, 1, 0, 1)
SHARES = {"sum": (1, 1, 1, 1), "mean": (Fraction(1, 4),) * 4, "last": (0, 0, 0, 1), "masked": MASK}


def draw(seed: int, *shape: int) -> Any:
    numbers = np.random.default_rng(seed).integers(-900, 900, size=shape)
    return np.vectorize(lambda k: Fraction(int(k), 700), otypes=[object])(numbers)


def close(found: Any, expected: Any) -> bool:
    return bool(mp_disagreement(mpmath.matrix(found), expected, digits=DIGITS) < mpmath.mpf(10) ** -DIGITS)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("loss", ORACLES)
def test_an_elman_network_to_fifty_digits(loss: str, share: str) -> None:
    params = {"W_hh": draw(1, N, N), "W_xh": draw(2, N, M), "W_hy": draw(3, Q, N), "b_h": draw(4, N), "b_y": draw(5, Q)}
    x, h_0, d = draw(6, STEPS, M), draw(7, N), draw(8, STEPS, Q)
    over = share if share in ("mean", "last") else "sum"
    net = Elman("tanh", N, M, Q).with_loss(loss, over=over, masked=share == "masked")
    given = {**params, ("h", 0): h_0, **{("x", at + 1): row for at, row in enumerate(x)}}
    given |= {("d", at + 1): row for at, row in enumerate(d)} | {("mu", at + 1): [[c]] for at, c in enumerate(MASK)}
    evaluator = Evaluator(Reals(DIGITS), Assignment(indices={T: STEPS}, given=given), net)
    upto = [
        mp_gradients(params, x[:steps], h_0, "tanh", ORACLES[loss](d[:steps]), digits=DIGITS)
        for steps in range(1, STEPS + 1)
    ]
    for name in ("W_hh", "W_hy", "b_h", "b_y", "h_0"):
        wrt = net.h[0] if name == "h_0" else getattr(net, name)
        found = evaluator.value(net.derive(net.L, wrt=wrt, form="gradient").closed_form)
        each = [upto[0][name], *(later[name] - earlier[name] for earlier, later in pairwise(upto))]
        mp = upto[0][name].ctx
        weighed = [
            mp.mpf(Fraction(c).numerator) / Fraction(c).denominator * g
            for c, g in zip(SHARES[share], each, strict=True)
        ]
        expected = weighed[0]
        for part in weighed[1:]:
            expected = expected + part
        assert close(found.tolist(), expected), name


def test_an_lstm_with_softmax_cross_entropy_to_fifty_digits() -> None:
    net = LSTM(2, 2).with_loss("softmax cross-entropy", readout=Q)
    params = {p.name: draw(at, *map(int, p.shape)) for at, p in enumerate(net.parameters)}
    x, d, start = draw(20, STEPS, 2), draw(21, STEPS, Q), {"h_0": draw(22, 2), "c_0": draw(23, 2)}
    given = {**params, ("h", 0): start["h_0"], ("c", 0): start["c_0"]}
    given |= {("x", at + 1): row for at, row in enumerate(x)} | {("d", at + 1): row for at, row in enumerate(d)}
    evaluator = Evaluator(Reals(DIGITS), Assignment(indices={T: STEPS}, given=given), net)
    with mpmath.workdps(DIGITS + 20):
        exact = np.frompyfunc(lambda f: mpmath.mpf(f.numerator) / f.denominator, 1, 1)
        cell = {name: exact(value[:, 0] if name[0] == "b" else value) for name, value in params.items()}
        weights, bias = cell.pop("W_hy"), cell.pop("b_y")
        slopes = []
        for at in range(STEPS):
            y = weights @ np.array([run(cell, exact(x), exact(start["h_0"]), exact(start["c_0"]), at)]).ravel() + bias
            shares = np.frompyfunc(mpmath.exp, 1, 1)(y)
            slopes.append(weights.T @ (shares / shares.sum() - exact(d[at])))
        oracle = lstm_gradients(cell, exact(x), exact(start["h_0"]), exact(start["c_0"]), np.array(slopes))
        for name in ("W_i", "U_f", "b_o", "U_g"):
            row = evaluator.value(net.derive(net.L, wrt=getattr(net, name)).closed_form)
            gap = row.ravel() - np.array([mpmath.mpf(e) for e in oracle[name].ravel(order="F")])
            assert max(abs(e) for e in gap) < mpmath.mpf(10) ** -DIGITS * max(1, *(abs(e) for e in row.ravel())), name


def run(cell: Any, x: Any, h: Any, c: Any, last: int) -> Any:
    """h at an index, by hand."""
    tanh = np.frompyfunc(mpmath.tanh, 1, 1)
    for now in x[: last + 1]:
        inner = {g: cell[f"W_{g}"] @ now + cell[f"U_{g}"] @ h + cell[f"b_{g}"] for g in "ifog"}
        i, f, o = ((1 + tanh(inner[g] / 2)) / 2 for g in "ifo")
        c = f * c + i * tanh(inner["g"])
        h = o * tanh(c)
    return h
