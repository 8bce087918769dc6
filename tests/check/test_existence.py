"""What has to be assumed for a statement to say something."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check.proving.existence import admitted
from symrnn.derivation.verdict import worded
from symrnn.errors import ProofError, SymbolClashError
from symrnn.expr import MatrixSum, Norm, OrderedProduct, Sequence, TotalJacobian, UnitVector
from symrnn.symbols import T, k, m, n, s, t, u

rnn = Elman()
h, W, D = rnn.h, rnn.W_hh, rnn.D
c, positive = sp.Symbol("c", real=True), sp.Symbol("c", positive=True)


@pytest.mark.parametrize(
    ("term", "where", "extra"),
    [
        (W**k, (), ("W_hh invertible",)),
        (W**k, (k >= 1,), ()),
        (W ** (k - 1), (k >= 0,), ("W_hh invertible",)),
        (W**-1, (), ("W_hh invertible",)),
        (MatrixSum(W**k, (k, -1, t)), (t >= 0,), ("W_hh invertible",)),
        (W * c**-k, (k >= 0,), ("c not 0",)),
        (W * c**k, (k >= 0,), ()),
        (W * positive**-k, (k >= 0,), ()),
        (W * Norm(W) ** (k - 1), (k >= 0,), ("‖W_hh‖₂ not 0",)),
        (TotalJacobian(rnn.L, W), (), ("T >= 0",)),
        (TotalJacobian(rnn.L, W), (T >= 2,), ()),
    ],
)
def test_hypotheses_on_matrices_and_numbers(term: sp.MatrixExpr, where: tuple, extra: tuple[str, ...]) -> None:
    admission = admitted([term], rnn, where)
    assert admission.extra == extra
    assert admission.missing == ()


@pytest.mark.parametrize(
    ("term", "where", "missing"),
    [
        (MatrixSum(h[t - k], (k, 0, t - 1)), (), ["t >= 0"]),
        (MatrixSum(h[t - k], (k, 0, t - 1)), (t >= 0,), []),
        (OrderedProduct(W, (u, 1, k), "ascending"), (), ["k >= 0"]),
        (W / t, (t >= 0,), ["t not 0"]),
        (W / t, (t >= 1,), []),
        (W / t, (t <= -1,), []),
        (W / (t + 1), (t >= 0,), []),
        (W * sp.sqrt(t), (), ["t >= 0"]),
        (W * sp.S.Zero**k, (), ["k >= 0"]),
        (UnitVector(n, k), (), ["k >= 1", "n >= k"]),
        (UnitVector(n, 2), (n >= 2,), []),
        (MatrixSum(UnitVector(n, k), (k, 1, n)), (), []),
        (MatrixSum(h[s], (s, 1, T)) + TotalJacobian(rnn.L, rnn.b_h).T, (), ["T >= 0"]),
    ],
)
def test_missing_conditions_on_indices(term: sp.MatrixExpr, where: tuple, missing: list[str]) -> None:
    admission = admitted([term], rnn, where)
    assert [worded(condition) for condition in admission.missing] == missing
    assert admission.facts == where


@pytest.mark.parametrize(
    ("term", "where"),
    [
        (h[t], ()),
        (h[t - 1], (t >= 0,)),
        (rnn.a[t], (t >= 0,)),
        (MatrixSum(h[t - k - 1], (k, 0, t)), (t >= 0,)),
        (TotalJacobian(h[t - 1], W), (t >= 0,)),
        (MatrixSum(OrderedProduct(W, (u, 1, k - 1), "ascending"), (k, -1, t)), (t >= 0,)),
        (MatrixSum(W / k, (k, 0, t)), (t >= 0,)),
        (MatrixSum(UnitVector(n, k), (k, 0, n)), ()),
    ],
)
def test_what_may_not_exist(term: sp.MatrixExpr, where: tuple) -> None:
    with pytest.raises(ProofError, match="may not exist"):
        admitted([term], rnn, where)


def test_names_must_mean_what_the_network_calls_them() -> None:
    with pytest.raises(SymbolClashError):
        admitted([Sequence("h", m)[t]], rnn, (t >= 0,))
    admitted([Sequence("z", m)[t]], rnn, (t >= 0,))
