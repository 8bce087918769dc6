"""Bounds that are looser than they need be: larger constants, larger bases, larger or smaller exponents."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Cell, Elman, entrywise
from symrnn.check import verify
from symrnn.derivation import BoundedSlope, Inequality, Kind
from symrnn.expr import Elementwise, Norm, Sequence, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, m, n, t

c, gamma = sp.symbols("c gamma", nonnegative=True)
W = sp.MatrixSymbol("W", n, n)
size = Norm(sp.MatrixSymbol("W_hh", n, n))
BOTH = (k >= 0, t >= k)
HALF = sp.Rational(1, 2)


def kind_of(left: Any, right: Any, *where: Any, given: Any = (), of: Recurrence | None = None) -> Kind:
    return verify(Inequality(left, right, where, given), of).kind


def jacobian(net: Elman) -> sp.Expr:
    return Norm(TotalJacobian(net.h[t], net.h[t - k]))


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("sigmoid", size**k),
        ("sigmoid", (size / 3) ** k),
        ("tanh", (2 * size) ** k),
        ("tanh", 2**k * size**k),
        ("tanh", 3 * size**k),
        ("tanh", (1 + size) ** k),
        ("tanh", (1 + size) ** t),
        ("relu", (size + c) ** k),
    ],
)
def test_looser_bounds_of_jacobians(name: str, bound: sp.Expr) -> None:
    net = Elman(name, at_kink=0 if name == "relu" else None)
    assert kind_of(jacobian(net), bound, *BOTH, of=net) is Kind.PROVED


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("sigmoid", (size / 5) ** k),
        ("tanh", (size / 2) ** k),
        ("tanh", 2 ** (-k) * size**k),
        ("tanh", size**t),  # smaller where ‖W‖ is
        ("tanh", (HALF + size) ** t),
        ("tanh", (1 + size) ** (k - 1)),
    ],
)
def test_tighter_ones_fail(name: str, bound: sp.Expr) -> None:
    net = Elman(name)
    assert kind_of(jacobian(net), bound, *BOTH, of=net) is Kind.REFUTED


@pytest.mark.parametrize(
    ("bound", "given", "wanted"),
    [
        (size**k, (BoundedSlope("phi", HALF),), Kind.PROVED),
        ((2 * size) ** k, (BoundedSlope("phi", gamma), gamma <= 2), Kind.PROVED),
        ((2 * size) ** k, (BoundedSlope("phi", gamma), gamma <= 3), Kind.REFUTED),
        ((gamma * (1 + size)) ** k, (BoundedSlope("phi", gamma),), Kind.PROVED),
        (((1 + gamma) * size) ** k, (BoundedSlope("phi", gamma),), Kind.PROVED),
        (((1 + gamma) * (1 + size)) ** t, (BoundedSlope("phi", gamma),), Kind.PROVED),
        ((gamma + size) ** k, (BoundedSlope("phi", gamma),), Kind.REFUTED),
    ],
)
def test_with_a_bound_of_the_slope(bound: sp.Expr, given: tuple[Any, ...], wanted: Kind) -> None:
    net = Elman()
    found = kind_of(jacobian(net), bound, *BOTH, given=given, of=net)
    assert found is wanted


@pytest.mark.parametrize(
    ("left", "right", "where", "given", "wanted"),
    [
        (1, sp.Integer(2) ** k, (k >= 0,), (), Kind.PROVED),
        (1, sp.Integer(2) ** k, (), (), Kind.REFUTED),
        (1, HALF**k, (k >= 0,), (), Kind.REFUTED),
        (HALF**k, 1, (k >= 0,), (), Kind.PROVED),
        (2**k, 3**k, (k >= 0,), (), Kind.PROVED),
        (3**k, 2**k, (k >= 0,), (), Kind.REFUTED),
        (2**k, 3**t, BOTH, (), Kind.PROVED),
        (2**t, 3**k, BOTH, (), Kind.REFUTED),
        (2**k, 2**t, BOTH, (), Kind.PROVED),
        (HALF**t, HALF**k, BOTH, (), Kind.PROVED),
        (HALF**k, HALF**t, BOTH, (), Kind.REFUTED),
        (c**k, (1 + c) ** k, (k >= 0,), (), Kind.PROVED),
        (1, (1 + c) ** k, (k >= 0,), (), Kind.PROVED),
        (1, (HALF + c) ** k, (k >= 0,), (), Kind.REFUTED),
        ((1 + c) ** k, (1 + c) ** t, BOTH, (), Kind.PROVED),
        (c**k, c**t, BOTH, (), Kind.REFUTED),
        (c**k, c**t, BOTH, (c >= 1,), Kind.PROVED),
        (c**t, c**k, BOTH, (c <= 1,), Kind.PROVED),
        (c**t, c**k, BOTH, (c <= 2,), Kind.REFUTED),
        (2**k + 3**k, 2 * 3**k, (k >= 0,), (), Kind.PROVED),
        (2**k + 3**k, 3**k, (k >= 0,), (), Kind.REFUTED),
        (Norm(W**k), (1 + Norm(W)) ** k, (k >= 0,), (), Kind.PROVED),
        (Norm(W**k), (1 + Norm(W)) ** t, BOTH, (), Kind.PROVED),
    ],
)
def test_powers_of_numbers(left: Any, right: Any, where: Any, given: Any, wanted: Kind) -> None:
    assert kind_of(left, right, *where, given=given) is wanted


A = sp.MatrixSymbol("A", n, n)


@pytest.mark.parametrize("kind", ["2", "1", "oo", "F"])
def test_a_condition_number_is_at_least_one(kind: str) -> None:
    condition = Norm(W, kind) * Norm(W.I, kind)
    assert kind_of(1, condition) is Kind.PROVED
    assert kind_of(1, 3 * condition) is Kind.PROVED
    assert kind_of(Norm(A), condition * Norm(A)) is Kind.PROVED
    assert kind_of(1, Norm(A * W, kind) * Norm(W.I * A.I, kind)) is Kind.PROVED
    assert kind_of(1, Norm(W, kind) * Norm(A, kind)) is Kind.REFUTED
    assert kind_of(1, condition / 2) is not Kind.PROVED
    assert kind_of(2, condition) is Kind.REFUTED


A, B, u = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n), sp.MatrixSymbol("u", n, 1)


def independent() -> Cell:
    """h_t = φ(W x_t + u ∘ h_{t-1}): each unit sees itself alone (Li et al. 2018, equation 2)."""
    h, x, w = Sequence("h", n), Sequence("x", m), sp.MatrixSymbol("W", n, m)
    step = Elementwise("phi")(w * x[t] + entrywise(u, h[t - 1]))
    return Cell("u", {h: step}, states=(h,), parameters=(w, u), inputs=(x,), activations=(activation("phi"),))


@pytest.mark.parametrize(
    ("bound", "wanted"),
    [
        (sp.Max(1, gamma * size) ** k, Kind.PROVED),
        (sp.Max(1, gamma * size) ** t, Kind.PROVED),
        (sp.Max(2, 3 * gamma * size) ** t, Kind.PROVED),
        (sp.Max(c, gamma * size) ** k, Kind.PROVED),
        (sp.Max(HALF, gamma * size) ** t, Kind.REFUTED),
        (sp.Max(1, gamma * size) ** (t - k), Kind.REFUTED),
        (sp.Max(1, gamma * size / 2) ** k, Kind.REFUTED),
    ],
)
def test_the_larger_of_two_bases(bound: sp.Expr, wanted: Kind) -> None:
    net = Elman()
    assert kind_of(jacobian(net), bound, *BOTH, given=(BoundedSlope("phi", gamma),), of=net) is wanted


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (sp.Max(Norm(A), Norm(B)), Norm(A) + Norm(B), Kind.PROVED),
        (sp.Max(Norm(A), Norm(B)), Norm(A), Kind.REFUTED),
        (sp.Max(1, Norm(A), Norm(B)), sp.Max(Norm(B), 2, Norm(A)), Kind.PROVED),
        (sp.Max(3, Norm(A)), sp.Max(Norm(A), 2), Kind.REFUTED),
        (Norm(A + B), 2 * sp.Max(Norm(A), Norm(B)), Kind.PROVED),
        (Norm(A + B), sp.Max(Norm(A), Norm(B)), Kind.REFUTED),
        (Norm(sp.DiagMatrix(u)), Norm(u), Kind.PROVED),
        (Norm(u), Norm(sp.DiagMatrix(u)), Kind.REFUTED),
        (Norm(A, "F"), sp.sqrt(n) * Norm(A), Kind.PROVED),
        (Norm(A, "F"), Norm(A), Kind.REFUTED),
    ],
)
def test_numbers_compared(left: sp.Expr, right: sp.Expr, wanted: Kind) -> None:
    assert kind_of(left, right) is wanted


@pytest.mark.parametrize("p", ["1", "2", "oo", "F"])
def test_a_hadamard_product_is_bounded_like_a_product(p: str) -> None:
    whole = Norm(sp.HadamardProduct(A, B), p)
    assert kind_of(whole, Norm(A, p) * Norm(B, p)) is Kind.PROVED
    assert kind_of(whole, Norm(A, p) * Norm(B, p) / 2) is Kind.REFUTED


@pytest.mark.parametrize(
    ("base", "wanted"),
    [
        (gamma * Norm(u), Kind.PROVED),
        (gamma * Norm(u, "oo"), Kind.PROVED),
        (gamma * Norm(sp.DiagMatrix(u)), Kind.PROVED),
        (gamma * Norm(u, "oo") / 2, Kind.REFUTED),
    ],
)
def test_bounds_of_units_that_see_themselves_alone(base: sp.Expr, wanted: Kind) -> None:
    cell = independent()
    left = Norm(TotalJacobian(cell.h[t], cell.h[t - k]))
    assert kind_of(left, base**k, *BOTH, given=(BoundedSlope("phi", gamma),), of=cell) is wanted
