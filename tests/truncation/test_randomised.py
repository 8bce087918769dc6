"""Randomised truncation: proved unbiased, counted out by hand, biased variants refuted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from truncation.test_truncated import BIAS, INPUTS, START, U, W, assert_agree, network

from symrnn.cells import GRU, Elman
from symrnn.derivation import Claim, Equation, Kind
from symrnn.errors import LimitError, ShapeError
from symrnn.evaluate import Assignment, Evaluator, Rationals, Reals
from symrnn.expr import Expectation, Sequence, Variance
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import t
from symrnn.truncation import ScalarEstimate, randomised

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
CHANCES = [Fraction(1, 2), Fraction(2, 3), Fraction(1, 4), Fraction(3, 5)]
scalar = ScalarEstimate()
a, b, xi, pi, z = (Sequence(name, 1, first=int(name != "z")) for name in ("a", "b", "xi", "pi", "z"))


def kind_of(equation: Equation, model: Recurrence) -> Kind:
    return Claim("claim", "", equation, PROVED, model).verify().kind


def test_the_mean_over_all_outcomes_is_the_derivative() -> None:
    outcomes = network().randomised(CHANCES, 4)
    with mpmath.workdps(60):
        assert abs(sum(weight for weight, _ in outcomes) - 1) < mpmath.mpf(10) ** -55
        mean = [[sum(w * e[i][j] for w, e in outcomes) for j in range(4)] for i in range(2)]
    expected = network().truncated(4, 4)
    assert max(abs(mean[i][j] - expected[i][j]) for i in range(2) for j in range(4)) < mpmath.mpf(10) ** -50
    rnn = Elman("tanh", 2, 1, 1)
    estimate = randomised(rnn, rnn.h, rnn.W_hh)
    given: dict[Any, Any] = {rnn.W_hh: W, rnn.W_xh: U, rnn.b_h: BIAS, rnn.h[0]: START, ("z", 0): [[0] * 4] * 2}
    given |= {rnn.x[j]: value for j, value in enumerate(INPUTS, 1)}
    given |= {("pi", j): [[chance]] for j, chance in enumerate(CHANCES, 1)}
    evaluator = Evaluator(Reals(60), Assignment(given=given), estimate.recurrence)
    assert_agree(evaluator.value(Expectation(estimate.estimate[4])), mean)


def test_the_estimate_is_unbiased() -> None:
    for cell, name in ((Elman(), "W_hh"), (GRU(), "b_z")):
        estimate = randomised(cell, cell.h, getattr(cell, name))
        verdict = estimate.verify()
        assert verdict.kind is PROVED
        assert any("independent" in hypothesis for hypothesis in verdict.hypotheses)


def test_mean_and_variance_of_one_unit() -> None:
    assert scalar.verify().kind is PROVED


def test_a_switch_with_another_mean_is_biased() -> None:
    kept = sp.MatMul(xi[t][0, 0] / 2, a[t], z[t - 1])
    halved = scalar.recurrence.replaced(definitions=(Definition(z, sp.MatAdd(b[t], kept), Role.STATE),))
    assert kind_of(scalar.mean, halved) is REFUTED
    assert kind_of(scalar.mean, scalar.recurrence) is PROVED


def test_slips_in_the_variance_are_refuted() -> None:
    step = scalar.variance_step
    m, before = Expectation(z[t - 1]), Variance(z[t - 1])
    wrong = {
        "π for 1/π": sp.MatMul(a[t], a[t], pi[t][0, 0] * before + (1 / pi[t][0, 0] - 1) * m * m),
        "E[ξ²] - 1 forgotten": sp.MatMul(a[t], a[t], 1 / pi[t][0, 0] * before + 1 / pi[t][0, 0] * m * m),
        "the mean at t": sp.MatMul(
            a[t], a[t], 1 / pi[t][0, 0] * before + (1 / pi[t][0, 0] - 1) * Expectation(z[t]) * Expectation(z[t])
        ),
    }
    for right in wrong.values():
        assert kind_of(replace(step, rhs=right), scalar.recurrence) is REFUTED


DEPENDENT = {
    "the switch of the step before": sp.MatMul(xi[t][0, 0] * xi[t - 1][0, 0], a[t], z[t - 1]),
    "through a factor that is random": sp.MatMul(Sequence("v", 1)[t - 1][0, 0], a[t], z[t - 1]),
    "the inverse of a switch": sp.MatMul(1 / xi[t][0, 0], a[t], z[t - 1]),
}


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("kept", DEPENDENT.values(), ids=DEPENDENT.keys())
def test_what_is_not_independent_is_left_alone(kept: sp.MatrixExpr) -> None:
    v = Sequence("v", 1)
    definitions = (
        Definition(v, sp.MatAdd(v[t - 1], xi[t]), Role.STATE),
        Definition(z, sp.MatAdd(b[t], kept), Role.STATE, 2),
    )
    late = replace(definitions[1], sequence=Sequence("z", 1, first=1))
    model = scalar.recurrence.replaced(definitions=(definitions[0], late))
    as_if_independent = sp.MatAdd(b[t], sp.MatMul(a[t], Expectation(z[t - 1])))
    assert kind_of(Equation(Expectation(z[t]), as_if_independent, (t >= 3,)), model) is not PROVED
    step = sp.MatAdd(Expectation(v[t - 1]), sp.Identity(1))
    assert kind_of(Equation(Expectation(v[t]), step, (t >= 1,)), model) is PROVED


def test_an_input_that_is_given_is_its_own_expectation() -> None:
    assert kind_of(Equation(Expectation(a[t]), a[t], (t >= 1,)), scalar.recurrence) is PROVED


def test_the_variance_of_a_matrix_is_refused() -> None:
    with pytest.raises(ShapeError, match="not a scalar"):
        Variance(Sequence("z", 2)[t])


def test_a_switch_has_to_be_an_input() -> None:
    with pytest.raises(ShapeError, match="no 1 x 1 input"):
        scalar.recurrence.replaced(switches={"z": "pi"})


def test_too_many_outcomes_are_refused() -> None:
    with pytest.raises(LimitError, match="outcomes"):
        Evaluator(Rationals(), Assignment(), scalar.recurrence).value(Expectation(z[30]))
