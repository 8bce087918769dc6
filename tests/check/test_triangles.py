"""Triangle inequalities the other way round, radii of products, and powers beside other matrices; and what is false."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check import verify
from symrnn.derivation import BoundedSlope, Inequality, Kind, Limit
from symrnn.expr import Norm, SpectralRadius, TotalJacobian
from symrnn.symbols import k, m, n, t

A, B, C, W = (sp.MatrixSymbol(name, n, n) for name in "ABCW")
X, x = sp.MatrixSymbol("X", n, m), sp.MatrixSymbol("x", n, 1)
gamma, q = sp.Symbol("gamma", nonnegative=True), sp.Symbol("q", positive=True)
radius_of_w = SpectralRadius(W)


@pytest.mark.parametrize("kind", ["2", "1", "oo", "F"])
@pytest.mark.parametrize(
    ("whole", "one", "other"),
    [
        (A, A - B, B),
        (A, A + B, B),
        (A, B - A, B),
        (A + B, A - C, B + C),
        (2 * A - B, A, A - B),
        (A * B, A * (B - C), A * C),
    ],
    ids=str,
)
def test_a_sum_of_two(kind: str, whole: Any, one: Any, other: Any) -> None:
    wide, first, second = (Norm(each, kind) for each in (whole, one, other))
    for left, right in ((wide, first + second), (wide - first, second), (wide - second, first)):
        assert verify(Inequality(left, right)).kind is Kind.PROVED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Norm(A) - Norm(B), Norm(A - 2 * B)),
        (Norm(A), Norm(A - B) + Norm(C)),
        (Norm(A, "F"), Norm(A - B) + Norm(B)),
        (Norm(A), Norm(A - B) - Norm(B)),
        (SpectralRadius(W * A), SpectralRadius(W) * SpectralRadius(A)),
        (SpectralRadius(A + B), SpectralRadius(A) + SpectralRadius(B)),
    ],
    ids=str,
)
def test_what_is_false_is_refuted(left: Any, right: Any) -> None:
    assert verify(Inequality(left, right)).kind is Kind.REFUTED


def test_radii_below_norms_that_are_written_out() -> None:
    assert verify(Inequality(SpectralRadius(W * A), Norm(W) * Norm(A))).kind is Kind.PROVED
    net = Elman()
    radius = SpectralRadius(TotalJacobian(net.h[t], net.h[t - 1]))
    given = BoundedSlope("phi", gamma)
    assert verify(Inequality(radius, gamma * Norm(net.W_hh), (t >= 1,), (given,)), net).kind is Kind.PROVED
    assert verify(Inequality(radius, gamma * SpectralRadius(net.W_hh), (t >= 1,), (given,)), net).kind is Kind.REFUTED
    tanh = Elman("tanh")
    radius = SpectralRadius(TotalJacobian(tanh.h[t], tanh.h[t - 1]))
    assert verify(Inequality(radius, Norm(tanh.W_hh), (t >= 1,)), tanh).kind is Kind.PROVED
    assert verify(Inequality(radius, Norm(tanh.W_hh) / 2, (t >= 1,)), tanh).kind is Kind.REFUTED


@pytest.mark.parametrize("kind", ["2", "1", "oo", "F"])
@pytest.mark.parametrize(
    "of", [W**k * x, W**k * X, A * W**k, A * W**k * B, x.T * W**k, W**k * A * x, A * B * W**k * C], ids=str
)
def test_powers_beside_other_matrices_vanish(kind: str, of: Any) -> None:
    assert verify(Limit(Norm(of, kind), k, 0, (), (radius_of_w < 1,))).kind is Kind.PROVED
    assert verify(Limit(Norm(of, kind) / q**k, k, 0, (), (radius_of_w < q,))).kind is Kind.PROVED


@pytest.mark.parametrize(
    ("of", "given"),
    [
        (Norm(W**k * x), radius_of_w <= 1),
        (Norm(A * W**k), radius_of_w < 2),
        (Norm(A * W**k) / q**k, radius_of_w < 2 * q),
        (Norm(A**k * W**k), radius_of_w < 1),
        (Norm(A * W**k) / q**k, radius_of_w < 1),
    ],
    ids=str,
)
def test_false_limits_are_not_proved(of: Any, given: Any) -> None:
    assert verify(Limit(of, k, 0, (), (given,))).kind is not Kind.PROVED
