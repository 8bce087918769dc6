"""Claims with inverses, roots and logarithms entry by entry: what they need is said, and nothing is made of nothing."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.activations import PARTIAL, activation, z
from symrnn.cells import Cell, Elman, layer_norm
from symrnn.check import verify
from symrnn.derivation import Equation, Inequality, Kind
from symrnn.errors import ParameterError, ProofError
from symrnn.expr import Elementwise, Norm, Sequence, TotalJacobian
from symrnn.slopes import slope_bounds
from symrnn.symbols import n, t

PROVED, REFUTED, UNDECIDED, IDENTITY = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.IDENTITY
power, D, ONES = sp.HadamardPower, sp.DiagMatrix, sp.OneMatrix(n, 1)
inverse, rsqrt, sqrt, log = (Elementwise(name) for name in ("inverse", "rsqrt", "sqrt", "log"))
h, W = Sequence("h", n), sp.MatrixSymbol("W", n, n)
NET = Elman("tanh")
SQUARE = sp.HadamardProduct(NET.h[t], NET.h[t])


def cell(body: sp.MatrixExpr) -> Cell:
    return Cell("one equation", {h: body}, (h,), (W,))


INVERSE, ROOT, LOG = cell(inverse(W * h[t - 1])), cell(rsqrt(W * h[t - 1])), cell(log(W * h[t - 1]))
STEP = TotalJacobian(h[t], h[t - 1])
A = NET.a[t]
CLAIMS = {
    "the right slope of tanh": (NET, TotalJacobian(NET.h[t], A), D(ONES - SQUARE), PROVED),
    "one over it": (NET, TotalJacobian(NET.h[t], A), D(power(ONES - SQUARE, -1)), REFUTED),
    "the slope of 1/z": (INVERSE, STEP, -D(power(h[t], 2)) * W, PROVED),
    "the slope of 1/z, with a sign wrong": (INVERSE, STEP, D(power(h[t], 2)) * W, REFUTED),
    "the slope of 1/√z": (ROOT, STEP, -D(power(W * h[t - 1], -sp.Rational(3, 2))) * W / 2, PROVED),
    "the slope of 1/√z, without the half": (ROOT, STEP, -D(power(h[t], 3)) * W, REFUTED),
    "the slope of log": (LOG, STEP, D(power(W * h[t - 1], -1)) * W, PROVED),
    "the slope of log, squared": (LOG, STEP, D(power(W * h[t - 1], -2)) * W, REFUTED),
    "a root of a square": (NET, power(SQUARE, sp.S.Half), NET.h[t], REFUTED),
    "an inverse times what it is of": (NET, sp.HadamardProduct(power(NET.h[t], -1), NET.h[t]), ONES, IDENTITY),
    "entries and a matrix are inverted": (NET, power(W, -1), sp.Inverse(W), REFUTED),
    "one over nothing": (NET, inverse(NET.h[t] - NET.h[t]), inverse(sp.ZeroMatrix(n, 1)), UNDECIDED),
    "the power -1 of nothing": (NET, power(NET.h[t] - NET.h[t], -1), sp.ZeroMatrix(n, 1), UNDECIDED),
    "logarithms of what is not positive": (NET, log(-SQUARE), log(-SQUARE), UNDECIDED),
    "roots of what is negative": (NET, sqrt(-ONES - SQUARE), sqrt(-SQUARE - ONES), UNDECIDED),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(name: str) -> None:
    net, left, right, kind = CLAIMS[name]
    assert verify(Equation(left, right, (t >= 1,)), net).kind is kind


def test_what_is_needed_is_printed() -> None:
    for net, needed in ((INVERSE, "not 0"), (ROOT, "positive"), (LOG, "positive")):
        verdict = verify(Equation(STEP, STEP, (t >= 1,)), net)
        assert verdict.kind is PROVED
        assert f"each entry of W*h[t - 1] {needed}" in str(verdict)


def test_one_unit_is_its_own_mean() -> None:
    """Normalised without ε, a single unit has no deviation to be divided by."""
    v = Sequence("v", n, first=1)
    net = Cell("normalised", {**layer_norm(v, W * h[t - 1]), h: v[t]}, (h,), (W,))
    assert verify(Equation(STEP, STEP, (t >= 1, sp.Eq(n, 1))), net).kind is UNDECIDED
    assert verify(Equation(STEP, STEP, (t >= 1,)), net).kind is PROVED


@pytest.mark.parametrize("name", PARTIAL)
def test_nothing_is_said_of_slopes_on_the_whole_line(name: str) -> None:
    with pytest.raises(ProofError, match="has values for"):
        slope_bounds(name)
    net = cell(Elementwise(name)(W * h[t - 1]))
    assert verify(Inequality(Norm(STEP), Norm(W), (t >= 1,)), net).kind is not PROVED


@pytest.mark.parametrize("name", PARTIAL)
def test_slopes_are_what_they_are_said_to_be(name: str) -> None:
    entry = activation(name)
    slope = sp.diff(entry.formula, z)
    if entry.slope_in_value is not None:
        said = entry.slope_in_value.subs(sp.Symbol("p", real=True), entry.formula)
        assert sp.simplify(said - slope) == 0
    if entry.slope_name:
        assert sp.simplify(activation(entry.slope_name).formula - slope) == 0


def test_a_misspelling_is_told() -> None:
    with pytest.raises(ParameterError, match="rsqrt"):
        activation("r_sqrt")
