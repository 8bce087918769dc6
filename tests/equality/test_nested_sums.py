"""Sums inside sums whose indices are factors: as many nested ones as one likes, counted as a person counts them."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.equality import equal, normal_form
from symrnn.expr import MatrixSum
from symrnn.symbols import k, n, s, t

V = sp.MatrixSymbol("V", n, n)
j = sp.Symbol("j", integer=True)

NESTED: list[tuple[Any, Any]] = [
    (k, (k, 0, s)),
    (s, (k, 0, s)),
    (k * s, (k, 0, s)),
    (k**2, (k, 1, s)),
    (s - k, (k, 0, s)),
    (k, (k, s, t)),
    (k, (k, 0, 2 * s)),
    (k, (k, s, s + 3)),
    (k**2 - s * k + 1, (k, 0, s)),
]


def counted(summand: Any, inner: Any, at: int) -> sp.Expr:
    """The sum at a number, by hand."""
    total = sp.S.Zero
    for outer in range(at + 1):
        rule = {s: outer, t: at}
        low, high = (int(sp.sympify(end).subs(rule)) for end in inner[1:])
        total += sum(sp.sympify(summand).subs({**rule, k: inside}) for inside in range(low, high + 1))
    return total


@pytest.mark.parametrize(("summand", "inner"), NESTED, ids=str)
def test_a_nested_sum_of_numbers_is_a_polynomial(summand: Any, inner: Any) -> None:
    found = normal_form(MatrixSum(MatrixSum(summand * V, inner), (s, 0, t)))
    assert normal_form(found) == found
    assert not found.has(MatrixSum)
    for at in range(5):
        assert sp.expand(found.subs(t, at).doit() - counted(summand, inner, at) * V).doit() == sp.ZeroMatrix(n, n)


def test_three_sums() -> None:
    found = normal_form(MatrixSum(MatrixSum(MatrixSum(k * V, (k, 0, s)), (s, 0, j)), (j, 0, t)))
    for at in range(5):
        by_hand = sum(k_ for j_ in range(at + 1) for s_ in range(j_ + 1) for k_ in range(s_ + 1))
        assert sp.expand(found.subs(t, at).doit() - by_hand * V).doit() == sp.ZeroMatrix(n, n)


TWICE = MatrixSum(MatrixSum(k * V, (k, 0, s)), (s, 0, t))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (MatrixSum(MatrixSum(k * V, (s, k, t)), (k, 0, t)), True),
        (MatrixSum(MatrixSum((s - k) * V, (k, 0, s)), (s, 0, t)), True),
        (MatrixSum(k * (t - k + 1) * V, (k, 0, t)), True),
        (t * (t + 1) * (t + 2) / 6 * V, True),
        (MatrixSum(k * (t - k) * V, (k, 0, t)), False),
        (MatrixSum(MatrixSum(s * V, (k, 0, s)), (s, 0, t)), False),
        (MatrixSum(MatrixSum(k * V, (k, 0, s)), (s, 0, t - 1)), False),
    ],
)
def test_two_ways_to_count(other: Any, same: bool) -> None:
    assert equal(TWICE, other, t >= 0) is same


def test_powers_beside_numbers() -> None:
    found = MatrixSum(MatrixSum((k + s) * V**k, (k, 0, s)), (s, 0, t))
    turned = MatrixSum(MatrixSum((k + s) * V**k, (s, k, t)), (k, 0, t))
    assert equal(found, turned, t >= 0)
    assert normal_form(normal_form(found)) == normal_form(found)
