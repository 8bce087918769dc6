"""What a statement rests on beyond its conditions: what symbols are declared with, activations, random inputs."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from symrnn.activations import activation
from symrnn.cells import Elman
from symrnn.clipping import norm_clipped
from symrnn.derivation import Claim, Equation, Inequality, Kind, Limit, Verdict
from symrnn.derivation.inequality import BoundedSlope, ForEvery
from symrnn.errors import NotDifferentiableError
from symrnn.expr import MatrixSum, Norm, Sequence, SmallestSingularValue, SpectralRadius, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, k, n, s, t, u

W, g, b = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("g", n, 1), sp.MatrixSymbol("b", n, 1)
c, theta = sp.Symbol("c", negative=True), sp.Symbol("theta", positive=True)
zero, later, p = sp.Symbol("c", zero=True), sp.Symbol("k", integer=True, positive=True), sp.Symbol("p", positive=True)
rnn, linear = Elman(), Elman("identity")


def verdict(statement: Any, recurrence: Recurrence | None = None) -> Verdict:
    return Claim("x", "", statement, Kind.PROVED, recurrence).verify()


# -- symbols -----------------------------------------------------------------------------------------------------------

DECLARED: dict[str, tuple[Any, Recurrence | None, str]] = {
    "a number below 0": (Inequality(c**3, 0), None, "c < 0 real"),
    "no other number than 0": (Inequality(zero, 0), None, "c = 0"),
    "an index of clipping": (Inequality(1, later), None, "k > 0 integer"),
    "a number before a norm": (Inequality(Norm(p * W), p * Norm(W)), None, "p > 0 real"),
    "a limit": (Limit(p**k, k, sp.S.Zero, (k >= 0,), (p < 1,)), None, "p > 0 real"),
    "an index of norms": (Inequality(Norm(W**later, "F"), Norm(W, "F") ** later), None, "k > 0 integer"),
    "an index of an equation": (
        Equation(TotalJacobian(rnn.h[later], rnn.h[later - 1]), rnn.D(later) * rnn.W_hh),
        rnn,
        "k > 0 integer",
    ),
}


@pytest.mark.parametrize("name", DECLARED)
def test_what_a_symbol_was_declared_with_is_said(name: str) -> None:
    statement, recurrence, words = DECLARED[name]
    found = verdict(statement, recurrence)
    assert found.kind is Kind.PROVED
    assert words in found.hypotheses


def test_all_initial_values_are_named() -> None:
    h, A, B = Sequence("h", n), sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    model = Recurrence("lag 2", t, (Definition(h, A * h[t - 1] + B * h[t - 1], Role.STATE, 2),), (A, B))
    found = verdict(Equation(TotalJacobian(h[t], h[t - 1]), A + B, where=(t >= 2,)), model)
    assert found.kind is Kind.PROVED
    assert any("h_0, h_1" in words for words in found.hypotheses)


def test_conditions_of_an_activation_are_said_without_a_derivative() -> None:
    alpha = sp.Symbol("alpha", real=True)
    cell = Elman(activation("celu", alpha=alpha))
    found = verdict(Inequality(Norm(cell.D(t) * cell.W_hh), Norm(cell.W_hh), (t >= 1,)), cell)
    assert found.kind is Kind.PROVED
    assert "alpha > 0" in found.hypotheses


@pytest.mark.parametrize("at_kink", [None, 1])
def test_parameters_of_an_activation_are_not_tried_outside_of_their_domain(at_kink: int | None) -> None:
    slope, alpha = sp.Symbol("b", real=True), sp.Symbol("alpha", real=True)
    if at_kink is None:
        cell, factor, least = Elman(activation("celu", alpha=alpha)), alpha, sp.S.Zero
    else:
        cell = Elman(activation("leaky_relu", negative_slope=slope, at_kink=at_kink))
        factor, least = sp.S.One, slope * SmallestSingularValue(cell.W_hh)
    jacobian = Norm(TotalJacobian(cell.h[t], cell.h[t - 1]))
    assert verdict(Inequality(least, factor * jacobian, (t >= 1,)), cell).kind is not Kind.REFUTED


# -- random inputs -----------------------------------------------------------------------------------------------------

h, xi, pi = Sequence("h", 1), Sequence("xi", 1, first=1), Sequence("pi", 1, first=1)
RANDOM = Recurrence("r", t, (Definition(h, xi[t] * h[t - 1], Role.STATE),), (), (pi, xi), switches={"xi": "pi"})

OF_SWITCHES = {
    "is not negative": Inequality(0, xi[t][0, 0], (t >= 1,)),
    "is at most": Inequality(Norm(xi[t]), 1 / pi[t][0, 0], (t >= 1,)),
    "is 0 or 1/π": Equation(sp.MatMul(pi[t][0, 0], xi[t], xi[t]), xi[t], (t >= 1,)),
    "π is at most 1": Inequality(pi[t][0, 0], 1, (t >= 1,)),
}


@pytest.mark.parametrize("name", OF_SWITCHES)
def test_a_switch_is_tried_at_its_own_values(name: str) -> None:
    assert verdict(OF_SWITCHES[name], RANDOM).kind is not Kind.REFUTED


def test_what_fails_at_values_of_a_switch_is_refuted() -> None:
    found = verdict(Equation(sp.MatMul(pi[t][0, 0], xi[t]), xi[t], (t >= 1,)), RANDOM)
    assert found.kind is Kind.REFUTED
    assert found.counterexample is not None
    values = found.counterexample.values
    assert sp.Rational(values["pi_1"]) * sp.Rational(values["xi_1"]) in (0, 1)


# -- conditions that nothing satisfies, indices that grow --------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(1, 0, (k >= 1, k <= 0)),
        Inequality(Norm(W), 0, (k >= 3, k <= 2)),
        Inequality(Norm(norm_clipped(g, theta)), 0, (k >= 1, k <= 0)),
    ],
    ids=str,
)
def test_nothing_is_proved_of_no_index(statement: Inequality) -> None:
    assert verdict(statement).kind is Kind.UNDECIDED


@pytest.mark.parametrize(
    ("statement", "recurrence"),
    [
        (Limit(Norm(W) ** n, n, sp.S.Zero, (), (Norm(W) < 1,)), None),
        (Limit(Norm(W**n), n, sp.S.Zero, (), (SpectralRadius(W) < 1,)), None),
        (Limit(SmallestSingularValue(W) ** n, n, sp.oo, (), (SmallestSingularValue(W) > 1,)), None),
        (Limit(Norm(W**k), k, sp.S.Zero, (n >= k,), (SpectralRadius(W) < 1,)), None),
        (Limit(Norm(rnn.D(t)), k, sp.S.Zero, (t >= 1,), (BoundedSlope("phi", p**k), p < 1)), rnn),
        (
            Limit(
                Norm(rnn.x[t]), k, sp.S.Zero, (t >= 1, t <= 9), (ForEvery(Norm(rnn.x[s]) <= p**k, s, (s >= 1,)), p < 1)
            ),
            rnn,
        ),
    ],
    ids=str,
)
def test_what_grows_is_an_index_of_its_own(statement: Limit, recurrence: Recurrence | None) -> None:
    """W = (1 - 1/n) I tells the first apart; hypotheses that speak of k hold for one k."""
    assert verdict(statement, recurrence).kind is not Kind.PROVED


# -- names that the program gives, too ---------------------------------------------------------------------------------


@pytest.mark.table(quick=3)
@pytest.mark.parametrize("cell", [linear, rnn], ids=["identity", "generic"])
@pytest.mark.parametrize("name", ["t_0", "t_1", "t_", "_t", "_s0", "_Dummy_1"])
def test_a_symbol_may_be_called_as_the_program_calls_its_own(cell: Elman, name: str) -> None:
    """Σ_t dh_t/dh_{t_0} is larger than any number, whatever t_0 is called."""
    start = sp.Symbol(name, integer=True)
    total = MatrixSum(TotalJacobian(cell.h[t], cell.h[start]), (t, 0, 5))
    assert verdict(Inequality(Norm(total), 10**6, (start >= 0,)), cell).kind is not Kind.PROVED


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["t_0", "u_0", "s_", "k_0"])
def test_a_range_may_begin_at_such_a_symbol(name: str) -> None:
    start = sp.Symbol(name, integer=True)
    total = MatrixSum(TotalJacobian(linear.h[t], linear.h[start]), (t, start, T))
    assert verdict(Inequality(Norm(total), 10**6, (start >= 0, start <= T)), linear).kind is not Kind.PROVED


CAPTURED = {
    "a sum in a hypothesis": (
        Inequality(
            Norm(rnn.x[t]),
            sp.Sum(p + t + 100, (t, 0, 2)),
            (t >= 1, t <= 9),
            (ForEvery(Norm(rnn.x[s]) <= sp.Sum(p + s + 100, (t, 0, 2)), s, (s >= 1, s <= 9)),),
        )
    ),
    "the name of a bound index": Inequality(
        Norm(MatrixSum(rnn.D(u), (u, 1, k))),
        sp.Sum(sp.Symbol("_s0", integer=True) + 50, (sp.Symbol("_s0", integer=True), 0, k - 1)),
        (k >= 1, k <= 9, sp.Symbol("_s0", integer=True) >= 0),
        (BoundedSlope("phi", sp.Symbol("_s0", integer=True) + 50),),
    ),
}


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", CAPTURED)
def test_no_index_is_caught_by_a_sum(name: str) -> None:
    assert verdict(CAPTURED[name], rnn).kind is not Kind.PROVED


# -- entrywise inverses ------------------------------------------------------------------------------------------------


def test_an_entrywise_inverse_is_one() -> None:
    entrywise = Equation(sp.Inverse(sp.DiagMatrix(b)), sp.DiagMatrix(sp.HadamardPower(b, -1)))
    assert verdict(entrywise, linear).kind in (Kind.PROVED, Kind.IDENTITY)
    powers = Equation(sp.HadamardPower(b, k), sp.HadamardProduct(b, sp.HadamardPower(b, k - 1)), where=(k >= 0,))
    assert verdict(powers, linear).kind in (Kind.PROVED, Kind.IDENTITY)
    wrong = Equation(sp.HadamardPower(b, k), sp.HadamardProduct(b, sp.HadamardPower(b, k - 2)), where=(k >= 0,))
    assert verdict(wrong, linear).kind is Kind.REFUTED


def test_a_slope_with_a_kink_needs_a_convention() -> None:
    relu = Elman("relu")
    for statement in (
        Equation(relu.D(t), relu.D(t), where=(t >= 1,)),
        Inequality(Norm(relu.D(t)), 1, (t >= 1,)),
    ):
        with pytest.raises(NotDifferentiableError, match="no derivative"):
            verdict(statement, relu)
