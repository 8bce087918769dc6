"""Inequalities with Min, Max, Abs and quotients: cases are those of the function, and quotients have a value."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.check.deciding.norms import verdict_on_clipped
from symrnn.check.kernel import prove_clipped
from symrnn.clipping import norm_clipped
from symrnn.derivation import Inequality, Kind, SameDirection
from symrnn.errors import ProofError
from symrnn.expr import ClipFactor, Norm
from symrnn.symbols import n

x, y = sp.symbols("x y", real=True)
r, theta = sp.Symbol("r", nonnegative=True), sp.Symbol("theta", nonnegative=True)
p, q = sp.Symbol("p", positive=True), sp.Symbol("q", negative=True)
g = sp.MatrixSymbol("g", n, 1)
factor = ClipFactor(g, theta)

PIECES = [
    (sp.Min(x, y), (x + y - sp.Abs(x - y)) / 2),
    (sp.Max(x, y, 1), (1 + sp.Max(x, y) + sp.Abs(1 - sp.Max(x, y))) / 2),
    (sp.Abs(x - 2 * y), sp.Max(x - 2 * y, 2 * y - x)),
    (sp.Abs(sp.Min(x, 1)), sp.Max(-x, sp.Min(x, 1))),
    (sp.Min(sp.Max(x, -1), 1), (sp.Abs(x + 1) - sp.Abs(x - 1)) / 2),
]


@pytest.mark.parametrize(("left", "right"), PIECES, ids=str)
def test_the_pieces_are_the_function_everywhere(left: sp.Expr, right: sp.Expr) -> None:
    for low, high in ((left, right), (right, left)):
        assert prove_clipped(Inequality(low, high), None)
        assert verdict_on_clipped(Inequality(low + 1, high), None, 0).kind is Kind.REFUTED


HOLDS = [
    Inequality(factor * Norm(g), theta),
    Inequality(factor, 1),
    Inequality(factor * Norm(g), Norm(g)),
    Inequality(Norm(sp.Min(1, theta / Norm(g)) * g), theta, given=(Norm(g) > 0,)),
    Inequality(0, 1 / (1 + r)),
    Inequality(0, 1 / p),
    Inequality(0, -1 / q**3),
    Inequality(0, 1 / q**2),
    Inequality(1, p * sp.Abs(1 / p)),
    SameDirection(g / (1 + r), g),
    SameDirection(ClipFactor(g, p) * g, g),
    SameDirection(g / p**2, g),
    SameDirection(-g / q, g),
]


@pytest.mark.parametrize("statement", HOLDS, ids=str)
def test_what_holds_is_proved(statement: Any) -> None:
    assert prove_clipped(statement, None).kind is Kind.PROVED


FAILS = [
    Inequality(factor * Norm(g), theta / 2),
    Inequality(1 / (p - 1), 1 / p),
    Inequality(0, 1 / (p - 1)),
    Inequality(0, 1 / q),
    Inequality(0, 1 / q**3),
    Inequality(0, -1 / q**2),
    Inequality(x, sp.Min(x, y)),
    Inequality(1, sp.Abs(x)),
    Inequality(1, sp.Abs(x) / x),
    SameDirection(r * g, g),
    SameDirection(factor * g, g),
    SameDirection(g / x, g),
    SameDirection(g / q, g),
]


@pytest.mark.parametrize("statement", FAILS, ids=str)
def test_what_is_false_is_refuted_and_never_proved(statement: Any) -> None:
    with pytest.raises(ProofError):
        prove_clipped(statement, None)
    assert verdict_on_clipped(statement, None, 0).kind is Kind.REFUTED


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(0, sp.Piecewise((1, x > 0))),
        Inequality(0, sp.Piecewise((1, (x > 0) & (y > 0)), (2, True))),
        Inequality(0, sp.Symbol("z") ** 2),
        Inequality(0, sp.Symbol("z", extended_real=True) ** 2),
        Inequality(0, sp.sqrt(x) + 1),
    ],
    ids=str,
)
def test_what_need_not_be_a_real_number_is_not_shown(statement: Any) -> None:
    with pytest.raises(ProofError):
        prove_clipped(statement, None)


@pytest.mark.parametrize(
    ("statement", "divisor"),
    [
        (Inequality(Norm(sp.Min(1, theta / Norm(g)) * g), theta), "‖g‖₂ not 0"),
        (Inequality(0, 1 / r), "r not 0"),
        (Inequality(0, 1 / x**2), "x not 0"),
        (SameDirection(g / r, g), "r not 0"),
        (SameDirection(g / x**2, g), "x not 0"),
    ],
    ids=str,
)
def test_what_is_divided_by_is_not_0_or_that_is_said(statement: Any, divisor: str) -> None:
    """Where a quotient means nothing, so does the statement: it is proved elsewhere only, and says so."""
    verdict = verdict_on_clipped(statement, None, 0)
    assert verdict.kind is not Kind.REFUTED
    assert verdict.kind is Kind.UNDECIDED or divisor in verdict.hypotheses


def test_contradictory_hypotheses_leave_nothing_to_show() -> None:
    never = Inequality(1, 0, given=(x >= 2, x <= 1))
    assert prove_clipped(never, None)
    assert prove_clipped(Inequality(1, 0, given=(x > 1, x <= 1)), None)
    with pytest.raises(ProofError):
        prove_clipped(Inequality(1, 0, given=(x >= 1, x <= 1)), None)
    assert verdict_on_clipped(never, None, 0).kind is Kind.UNDECIDED


def test_a_hypothesis_that_numbers_differ_helps_nothing() -> None:
    unequal = sp.Ne(x, y)
    assert prove_clipped(Inequality(Norm(norm_clipped(g, p)), p, given=(unequal,)), None)
    for claim in (Inequality(x, y, given=(unequal,)), Inequality(Norm(g), p, given=(unequal,))):
        assert verdict_on_clipped(claim, None, 0).kind is Kind.REFUTED


def test_too_many_cases_are_refused() -> None:
    many = sp.Add(*(sp.Abs(symbol) for symbol in sp.symbols("z0:9", real=True)))
    with pytest.raises(ProofError, match="more"):
        prove_clipped(Inequality(0, many), None)
