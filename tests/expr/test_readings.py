"""What a scalar reads off matrices, and its partial derivatives by that."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import UnknownTermError
from symrnn.expr import Norm, Sequence
from symrnn.expr.readings import partials, readings
from symrnn.symbols import k, n, s, t

h, W = Sequence("h", n), sp.MatrixSymbol("W", n, n)
a, b, c = h[t][0, 0], W[0, 0], sp.Symbol("c")


@pytest.mark.parametrize(
    ("scalar", "found"),
    [
        (c * k + 2, []),
        (a * c, [a]),
        (a**2 + sp.sqrt(a), [a]),
        (sp.exp(a * c) / b, [b, a]),
        (sp.Piecewise((c, a > 0), (0, True)), [a]),
        (MatrixElement(a * W, 0, 0) + 1, [MatrixElement(a * W, 0, 0)]),
        (sp.Trace(W) * Norm(W), [Norm(W), sp.Trace(W)]),
        (sp.Sum(h[t][s, 0], (s, 0, n - 1)), [sp.Sum(h[t][s, 0], (s, 0, n - 1))]),
    ],
)
def test_the_outermost_readings(scalar: sp.Expr, found: list) -> None:
    assert set(readings(scalar)) == set(found)


def test_partial_derivatives() -> None:
    assert partials(c * k) == []
    assert partials(sp.tanh(c * a)) == [(a, c * (1 - sp.tanh(c * a) ** 2))]
    assert dict(partials(a**k / b)) == {a: k * a**k / (a * b), b: -(a**k) / b**2}


@pytest.mark.parametrize(
    "scalar",
    [
        sp.Trace(W),
        2 * Norm(h[t]),
        sp.Determinant(W) ** 2,
        sp.Abs(a),
        sp.Max(a, 0),
        sp.floor(a),
        sp.sign(a * c),
        sp.Piecewise((c, a > 0), (0, True)),
        sp.Function("f")(a),
        sp.Sum(h[t][s, 0], (s, 0, n - 1)),
        sp.Integral(a * c, (c, 0, 1)),
        MatrixElement(W, a, 0),
    ],
)
def test_what_is_not_known_to_be_differentiable_is_refused(scalar: sp.Expr) -> None:
    with pytest.raises(UnknownTermError):
        partials(scalar)
