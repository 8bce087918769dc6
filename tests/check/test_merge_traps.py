"""Where rules that are right each by itself met and proved what is wrong; each was a wrong proof once."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from check.tools import check, zero
from sympy.core.symbol import Str

from symrnn.check.kernel import prove_derivation, prove_equation
from symrnn.derivation import Derivation, Equation, Kind, Step
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import Elementwise, GenericFunction, ImmediateJacobian, MatrixSum, Sequence, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, n, s, t

STATE, OUTPUT = Role.STATE, Role.OUTPUT
phi, total, immediate = Elementwise("phi"), TotalJacobian, ImmediateJacobian
W, V = (sp.MatrixSymbol(name, n, n) for name in "WV")
b, M = sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("M", n, 1)
L = sp.MatrixSymbol("L", 1, 1)
h, x, y = Sequence("h", n), Sequence("x", n, first=1), Sequence("y", n, first=1)
LAYER = Definition(h, phi(W * h[t - 1] + V * x[t]), STATE)


def network(*definitions: Definition, **options: Any) -> Recurrence:
    return Recurrence("trap", t, definitions, (W, V, b), (x,), **options)


# -- a total holds what stands at later indices ----------------------------------------------------------------------

ALL_INPUTS = {M: MatrixSum(x[t], (t, 1, T))}
AHEAD = {
    "a state": (network(Definition(h, phi(W * h[t - 1] + M), STATE), totals=ALL_INPUTS), h[t], x[s]),
    "an output": (network(LAYER, Definition(y, h[t] + M, OUTPUT), totals=ALL_INPUTS), y[t], x[s]),
    "an output, of the last state": (network(LAYER, Definition(y, h[t] + M, OUTPUT), totals={M: h[T]}), y[t], h[s]),
}


@pytest.mark.parametrize("name", AHEAD)
def test_what_sees_a_total_may_depend_on_later_indices(name: str) -> None:
    net, of, wrt = AHEAD[name]
    with pytest.raises(ProofError):
        prove_equation(Equation(total(of, wrt), zero(of, wrt), (t >= 1, s >= t + 1, s <= T)), net)


def test_a_total_in_an_output_is_followed_to_later_indices() -> None:
    net = network(LAYER, Definition(y, h[t] + M, OUTPUT), totals={M: h[T]})
    assert prove_equation(Equation(total(y[t], h[T]), sp.Identity(n), (t >= 1, t <= T - 1)), net).means


# -- two quantities in one equation that are one at some index -------------------------------------------------------


def slopes(of: Any, *inner: Any, wrt: Any) -> sp.MatrixExpr:
    return sp.MatAdd(*(immediate(of, each) * total(each, wrt) for each in inner))


MIDDLE = T + 1 - t
MIRRORED = (t >= 1, t <= T)
APART = (*MIRRORED, t >= T + 2 - t)
FREE = GenericFunction(Str("F"), n, sp.S.One, h[t], h[MIDDLE])


def test_a_free_function_of_a_mirrored_state_is_not_split_in_the_middle() -> None:
    """At t = T + 1 - t both slopes are the slope by the same state, and would be counted twice."""
    net = network(LAYER, Definition(y, FREE, OUTPUT))
    right = slopes(y[t], h[t], h[MIDDLE], wrt=W)
    assert prove_equation(Equation(total(y[t], W), right, APART), net).means
    with pytest.raises(ProofError):
        prove_equation(Equation(total(y[t], W), right, MIRRORED), net)
    assert check(total(y[t], W), right, net, *MIRRORED).kind is Kind.REFUTED
    once = immediate(y[t], h[t]) * total(h[t], W)
    assert check(total(y[t], W), once, net, *MIRRORED, sp.Eq(t, MIDDLE)).kind is not Kind.REFUTED


TWICE = {
    "mirrored": (
        network(LAYER, Definition(y, W * h[t] + V * h[MIDDLE], OUTPUT)),
        total(y[t], h[0]),
        slopes(y[t], h[t], h[MIDDLE], wrt=h[0]),
        MIRRORED,
        APART,
    ),
    "first and last": (
        network(LAYER, totals={L: b.T * h[T] + b.T * h[1]}),
        total(L, h[0]),
        slopes(L, h[1], h[T], wrt=h[0]),
        (T >= 1,),
        (T >= 2,),
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_total_derivative_does_not_count_a_quantity_twice(name: str) -> None:
    net, before, after, where, apart = TWICE[name]
    step = Step(before, after, "total derivative", "")
    assert prove_derivation(Derivation(net, (step,), apart)).means
    with pytest.raises(ProofError, match="does not follow"):
        prove_derivation(Derivation(net, (step,), where))


@pytest.mark.parametrize("wrt", [x[s], W], ids=str)
def test_no_formula_is_derived_past_a_total(wrt: Any) -> None:
    net, of, _ = AHEAD["a state"]
    with pytest.raises(UnknownTermError, match="M, which has an equation of its own"):
        net.derive(of, wrt=wrt)
