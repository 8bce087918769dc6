"""Tangents against SymPy's derivatives of the recurrence written out, scalars that move included."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import pytest
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.budget import Limits, spending
from symrnn.check.deciding.numeric import degree_bound
from symrnn.derivation import Equation
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import (
    Assignment,
    Balls,
    Enclosures,
    Entries,
    Evaluator,
    Floats,
    Modulo,
    Rationals,
    Reals,
    SymbolicAssignment,
    System,
)
from symrnn.evaluate.systems import NAMES
from symrnn.expr import (
    ClipByValue,
    Elementwise,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    TotalJacobian,
    UnitVector,
    Vec,
)
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import n, t, u

H = Sequence("h", n)
W, h = sp.MatrixSymbol("W", n, n), H[t - 1]
c = h[0, 0]
phi, square = Elementwise("phi"), Elementwise("square")

BODIES = {
    "an entry": c * h,
    "an entry of the weights": W[0, 1] * h,
    "of a product": MatrixElement(W * h, 1, 0) * h,
    "of an activation": square(h)[1, 0] * W * h,
    "a power of a sum": (c + W[1, 0]) ** 3 * h,
    "a quotient": sp.MatMul(1 / (c**2 + 1), W, h),
    "inside an activation": phi(c * W * h),
    "in an entrywise product": sp.HadamardProduct(c * h, h),
    "in an entrywise power": sp.HadamardPower(c * h, 3),
    "in an entrywise inverse": sp.HadamardPower(c * h, -2),
    "in a power": sp.MatMul(sp.MatPow(c * W, 2), h),
    "on a diagonal": sp.DiagMatrix(c * h) * h,
    "in a transpose": sp.MatMul(sp.Transpose(c * W), h),
    "under a sum": MatrixSum(h[u, 0] * W * h, (u, 0, 1)),
    "under a sum, with a unit vector": MatrixSum(h[u - 1, 0] ** u * UnitVector(n, u), (u, 1, 2)),
    "inverse": sp.MatMul(sp.MatPow(W, -1), h),
    "negative power": sp.MatMul(sp.MatPow(W, -2), h),
    "Kronecker product": sp.MatMul(sp.KroneckerProduct(h.T, sp.Identity(n)), sp.KroneckerProduct(h, W * h)),
    "stacked columns": sp.MatMul(sp.KroneckerProduct(h.T, sp.Identity(n)), Vec(W)),
    "inverse that moves": sp.MatMul(sp.MatPow(sp.Identity(n) + sp.DiagMatrix(h), -1), W, h),
}


def model(body: sp.MatrixExpr) -> Recurrence:
    return Recurrence("test network", t, (Definition(H, body, Role.STATE),), (W,))


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("wrt", [H[0], W])
def test_tangents_are_derivatives(name: str, wrt: sp.MatrixExpr) -> None:
    network = model(BODIES[name])
    written = network.unroll(1, sizes={n: 2}).jacobian(H[1], wrt)
    tangents = Evaluator(Entries(), SymbolicAssignment({n: 2}), network).value(TotalJacobian(H[1], wrt))
    assert (sp.Matrix(tangents.tolist()) - written).applyfunc(lambda entry: sp.cancel(entry.doit())).is_zero_matrix


def test_functions_of_entries_in_floating_point() -> None:
    network = model(sp.exp(c * W[0, 1]) * sp.sqrt(c) * h)
    given = {H[0]: [3, 2], W: [[1, 2], [3, 4]]}
    value = Evaluator(Reals(30), Assignment({n: 2}, given=given), network).value(TotalJacobian(H[1], H[0]))
    written = network.unroll(1, sizes={n: 2}).jacobian(H[1], H[0])
    numbers = {"h_0_1": 3, "h_0_2": 2, "W_1_2": 2}
    expected = written.xreplace({symbol: sp.Integer(numbers[symbol.name]) for symbol in written.free_symbols})
    for mine, theirs in zip(value.ravel(), expected, strict=True):
        assert abs(sp.Float(str(mine), 30) - sp.N(theirs, 30)) <= 1e-20 * abs(sp.N(theirs, 30))


@pytest.mark.parametrize("name", BODIES)
def test_every_system_has_the_same_tangents(name: str) -> None:
    given = {H[0]: [2, 3], W: [[1, 2], [3, 4]]}

    def tangents(system: System) -> Any:
        return (
            Evaluator(system, Assignment({n: 2}, given=given), model(BODIES[name])).value(TotalJacobian(H[1], W)).flat
        )

    if "activation" not in name:
        exact = [Fraction(int(entry.p), int(entry.q)) for entry in tangents(Rationals())]
        for system in (Modulo(0), Reals(30), Floats(), Balls(128), Enclosures()):
            for entry, found in zip(exact, tangents(system), strict=True):
                gap = found - system.number(entry)
                assert gap.contains(0) if isinstance(gap, flint.arb) else abs(float(str(gap))) < 1e-12
    equation = Equation(TotalJacobian(H[1], W), sp.ZeroMatrix(n, n**2))
    assert degree_bound(equation, model(BODIES[name]), {n: 2}, {}) >= 0


@pytest.mark.parametrize("name", NAMES)
def test_the_slope_of_every_function_of_a_number(name: str) -> None:
    network, system, step = model(sp.MatMul(getattr(sp, name)(c**2 + 1), W, h)), Reals(60), Fraction(1, 10**15)

    def evaluator(first: Fraction) -> Evaluator:
        return Evaluator(system, Assignment({n: 2}, given={H[0]: [first, 3], W: [[1, 2], [-1, 4]]}), network)

    above, below = (evaluator(2 + shift).value(H[1]) for shift in (step, -step))
    slopes = evaluator(Fraction(2)).value(TotalJacobian(H[1], H[0]))[:, :1]
    for slope, rise in zip(slopes.ravel(), (above - below).ravel(), strict=True):
        assert abs(slope - rise / system.number(2 * step)) <= abs(slope) * 1e-20


def test_what_a_tangent_does_not_need_is_not_drawn() -> None:
    """A counterexample shows what was drawn, and the Jacobian of W h by h depends on W alone."""
    for wrt, needed in ((H[0], {("W", None)}), (W, {("h", 0)})):
        assignment = Assignment({n: 2})
        Evaluator(Rationals(), assignment, model(W * h)).value(TotalJacobian(H[1], wrt))
        assert set(assignment.drawn) == needed


def test_a_slope_may_be_rational_where_the_function_is_not() -> None:
    found = Evaluator(Rationals(), Assignment({n: 2}), model(Elementwise("arctan")(W * h)))
    assert found.value(TotalJacobian(H[1], H[0])).shape == (2, 2)
    with pytest.raises(EvaluationError):
        found.value(H[1])


def test_the_digits_of_a_tangent_are_bounded() -> None:
    given = {H[0]: [0, 0], W: [[10**12, 1], [2, 10**12]]}
    evaluator = Evaluator(Rationals(), Assignment({n: 2}, given=given), model(W * W * h))
    with spending(Limits(digits=20)), pytest.raises(LimitError):
        evaluator.value(TotalJacobian(H[1], H[0]))


UNKNOWN = {
    "trace": sp.Trace(h * h.T) * h,
    "norm": sp.MatMul(Norm(h), h),
    "magnitude": sp.MatMul(sp.Abs(c), h),
    "cases": sp.MatMul(sp.Piecewise((c, c > 0), (0, True)), h),
    "cases by an equation": sp.MatMul(sp.Piecewise((c, sp.Eq(c, 1)), (0, True)), h),
    "largest": sp.MatMul(sp.Max(c, W[0, 0]), h),
    "a derivative": TotalJacobian(h, h) * h,
    "clipped": ClipByValue(h, sp.Symbol("theta", positive=True)),
    "exponent": sp.MatMul(sp.MatPow(W, c), h),
    "entrywise power": sp.HadamardPower(h, c),
    "ordered product": OrderedProduct(sp.MatMul(c, W), (u, 1, 2), "ascending") * h,
    "sum of numbers": sp.MatMul(sp.Sum(h[u, 0], (u, 0, 1)), h),
    "no such row": h[5, 0] * h,
    "no such row, counted from the end": MatrixSum(h[u, 0] * h, (u, -1, 0)),
}


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("system", [Rationals(), Modulo(0), Reals(20)])
def test_what_cannot_be_differentiated_raises(name: str, system: object) -> None:
    evaluator = Evaluator(system, Assignment({n: 2}), model(UNKNOWN[name]))
    with pytest.raises((EvaluationError, UnknownTermError)):
        evaluator.value(TotalJacobian(H[1], H[0]))
