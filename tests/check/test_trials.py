"""Inequalities tried on numbers: hypotheses hold at every trial, and what fails fails for certain."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

import flint
import pytest
import sympy as sp

from symrnn.cells import Elman, Layered
from symrnn.check.deciding.norms import MATRICES
from symrnn.check.refuting.assumed import MOST_INDICES
from symrnn.check.refuting.instances import Numbers
from symrnn.check.refuting.sampling import LINEAR, RATIONAL, stand_ins
from symrnn.check.refuting.search import OPEN, Instance
from symrnn.check.refuting.trials import BEYOND, attempt, counterexample, cut_off, trials
from symrnn.check.refuting.values import Values, may_be, outlined, rounded_up
from symrnn.derivation import BoundedSlope, Claim, Equation, ForEvery, Inequality, Kind
from symrnn.evaluate import OutsideHypothesesError
from symrnn.expr import Norm, SpectralRadius, TotalJacobian
from symrnn.symbols import T, k, n, q, s, t

rnn = Elman()
W = rnn.W_hh
gamma, c, eta = sp.symbols("gamma c eta", nonnegative=True)
jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
distance = (k >= 0, t >= k)
AT = Numbers({t: 2, k: 1, T: 2}, {n: 2, rnn.m: 1, q: 1})


def values(*given: Any, instance: Instance | None = None) -> Values:
    return Values(given, rnn, instance or Instance(AT, 5, LINEAR))


def test_free_symbols_of_slopes_take_the_exact_bounds() -> None:
    found = values(BoundedSlope("phi", gamma, c), instance=Instance(AT, 5, RATIONAL))
    assert found.of(gamma) == 2
    assert found.of(c) == flint.fmpq(7, 8)


def test_a_function_that_is_too_steep_is_outside() -> None:
    with pytest.raises(OutsideHypothesesError, match="does not hold"):
        values(BoundedSlope("phi", sp.Rational(1, 2)))
    with pytest.raises(OutsideHypothesesError):
        values(BoundedSlope("phi", at_least=sp.Integer(2)))


def test_a_bound_of_norms_is_met_for_every_index() -> None:
    states = ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= t))
    found = values(states)
    norms = [found.of(Norm(rnn.h[at])) for at in range(3)]
    assert all(norm <= found.of(eta) for norm in norms)
    assert any(norm * 1.00001 >= found.of(eta) for norm in norms)  # and no larger than need be


@pytest.mark.parametrize("where", [(), (s >= 0,), (s <= t,)])
def test_infinitely_many_indices_are_not_checked(where: tuple[Any, ...]) -> None:
    with pytest.raises(OutsideHypothesesError, match="infinitely many"):
        values(ForEvery(Norm(W) >= s - 50, s, where))


def test_too_many_indices_are_not_checked() -> None:
    with pytest.raises(OutsideHypothesesError, match=f"more than {MOST_INDICES}"):
        values(ForEvery(Norm(W) >= s - 50, s, (s >= 0, s <= MOST_INDICES + 1)))


def test_equations_hold_exactly() -> None:
    orthogonal = Equation(W.T * W, sp.Identity(n))
    turn = {("W_hh", None): ((Fraction(3, 5), Fraction(-4, 5)), (Fraction(4, 5), Fraction(3, 5)))}
    values(orthogonal, instance=Instance(AT, 0, LINEAR, turn))
    with pytest.raises(OutsideHypothesesError):
        values(orthogonal, instance=Instance(AT, 0, LINEAR, scale=Fraction(2)))


def test_sums_are_written_out() -> None:
    found = values()
    total = sp.Sum(Norm(W) ** k * Norm(rnn.h[t - k - 1]), (k, 0, t - 1))
    one_by_one = sum((found.of(Norm(W) ** at * Norm(rnn.h[1 - at])) for at in range(2)), flint.fmpq(0))
    assert found.of(total).overlaps(flint.arb(one_by_one))
    assert found.of(sp.Sum(Norm(W), (k, 3, 2))) == 0


def test_symbols_keep_their_signs() -> None:
    positive, negative = sp.Symbol("p", positive=True), sp.Symbol("m", negative=True)
    for seed in range(8):
        found = values(instance=Instance(AT, seed, LINEAR))
        assert found.of(positive) > 0
        assert found.of(negative) < 0
    assert not may_be(sp.Symbol("p", positive=True), flint.arb(0, 1))


def test_outlined_scalars_have_names_for_what_is_read_off() -> None:
    scalar = 2 * Norm(W) ** k + sp.Sum(Norm(rnn.h[s]), (s, 0, t)) + gamma
    plain, parts = outlined(scalar)
    assert {part for _, part in parts} == {Norm(W), sp.Sum(Norm(rnn.h[s]), (s, 0, t))}
    assert plain.xreplace(dict(parts)) == scalar


@pytest.mark.parametrize("number", [flint.arb(2).sqrt(), flint.arb(2).sqrt() / 10**30, flint.arb(0), flint.fmpq(1, 3)])
def test_rounding_up(number: Any) -> None:
    found = rounded_up(number)
    exact = flint.fmpq(found.numerator, found.denominator)
    assert exact >= number
    assert float(found) <= float(flint.arb(number)) * 1.0001


def test_stand_ins_have_the_slopes_that_they_are_said_to_have() -> None:
    for stand_in in stand_ins(None):
        slope = sp.lambdify("z", stand_in.activation.derivative(1))
        found = [abs(slope(at / 50)) for at in range(-1000, 1001)]
        assert float(stand_in.least) - 1e-12 <= min(found) <= float(stand_in.least) + 1e-3
        assert float(stand_in.most) - 1e-12 <= max(found) <= float(stand_in.most) + 1e-12


def test_the_first_trials_are_the_simplest() -> None:
    statement = Inequality(Norm(jacobian), 1, distance, (BoundedSlope("phi", gamma),))
    first = next(trials(statement, rnn, 0))
    assert first.stand_in is not None
    assert first.stand_in.activation.name == "z"
    assert first.numbers.indices == {k: 0, t: 0}
    early = {trial.stand_in.activation.name for trial in islice(trials(statement, rnn, 0), 600) if trial.stand_in}
    assert early == {stand_in.activation.name for stand_in in stand_ins(None)}


def test_weights_of_layers_are_notable_too() -> None:
    net = Layered(units=n)
    statement = Inequality(Norm(net.W[1]), Norm(net.W[2]))
    assert any(("W", 1) in trial.given for trial in islice(trials(statement, net, 0), 200))


def test_what_holds_does_not_fail() -> None:
    true = Inequality(SpectralRadius(W), Norm(W, "1"))
    tried = attempt(true, MATRICES, 0)
    assert tried.finding is None
    assert tried.evaluated > 20


def test_enough_is_enough() -> None:
    assert attempt(Inequality(SpectralRadius(W), Norm(W)), MATRICES, 0, enough=7).evaluated == 7
    assert attempt(Inequality(SpectralRadius(W), Norm(W)), MATRICES, 0, most=5).evaluated <= 5


def test_a_counterexample_names_what_matters() -> None:
    wrong = Inequality(Norm(jacobian), 1, distance, (BoundedSlope("phi", gamma),))
    tried = attempt(wrong, rnn, 3)
    assert tried.finding is not None
    found = counterexample(tried.finding, wrong, rnn, 3)
    assert "W_hh" in found.values
    assert "b_y" not in found.values
    assert "gamma" in found.values


# -- hypotheses about infinitely many indices ------------------------------------------------------------------------

ALL_STATES = ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0,))


def test_they_are_tried_as_far_as_the_statement_goes_and_further() -> None:
    statement = Inequality(Norm(rnn.h[t + 1]), eta, (t >= 0,), ALL_STATES)
    (cut,) = cut_off(statement, Numbers({t: 4}, {n: 1}))
    assert isinstance(cut, ForEvery)
    assert cut.where == (s >= 0, s <= 5 + BEYOND)
    both = ForEvery(Norm(W**s) <= eta, s, (s >= 0, s <= t))
    assert cut_off(Inequality(1, eta, (), both), Numbers({t: 4}, {n: 1})) == (both,)


def test_what_is_assumed_of_all_states_holds_at_some() -> None:
    verdict = Claim("c", "", Inequality(Norm(rnn.h[t]), eta, (t >= 0,), ALL_STATES), Kind.PROVED, rnn).verify()
    assert verdict.kind is Kind.PROVED


def test_a_failure_there_is_no_counterexample() -> None:
    """‖W^s‖ <= 10 for every s says that ρ(W) <= 1, so that W = 2 is none, though its first powers are small."""
    powers = ForEvery(Norm(W**s) <= 10, s, (s >= 0,))
    statement = Inequality(Norm(W), sp.Rational(3, 2), (), powers)
    tried = attempt(statement, MATRICES, 0, most=60)
    assert tried.finding is None
    few = replace(statement, given=ForEvery(Norm(W**s) <= 10, s, (s >= 0, s <= 2)))
    assert attempt(few, MATRICES, 0).finding is not None
    growing = Inequality(Norm(rnn.h[1]), eta / 2, (), ALL_STATES)
    tried = attempt(growing, rnn, 0, most=60)
    assert tried.finding is None
    assert tried.obstacle == OPEN


def test_what_nothing_satisfies_for_every_index_is_not_satisfied() -> None:
    statement = Inequality(5, Norm(W), (), ForEvery(Norm(W) >= s, s, (s >= 0,)))
    assert attempt(statement, MATRICES, 0).evaluated == 0


def test_a_side_without_a_value_fails_all_the_same() -> None:
    statement = Inequality(Norm(rnn.h[t - 1]), eta, (t >= 0,), ALL_STATES)
    found = attempt(statement, rnn, 0).finding
    assert found is not None
    assert found.undefined
    assert found.instance.numbers.indices[t] == 0


def test_a_division_by_zero_is_told_without_names_of_the_program() -> None:
    nothing = Inequality(1 / (Norm(W) - Norm(W.T)), 1)
    obstacle = attempt(nothing, MATRICES, 0, most=40).obstacle
    assert "division by zero in 1/" in obstacle
    assert "Dummy" not in obstacle


def test_bounds_of_a_slope_from_both_sides_are_met_together() -> None:
    given = (BoundedSlope("phi", sp.Integer(2)), BoundedSlope("phi", at_least=sp.Rational(3, 2)))
    found = attempt(Inequality(Norm(W), Norm(W), (), given), rnn, 0, enough=5)
    assert found.evaluated == 5
