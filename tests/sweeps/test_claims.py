"""Claims at drawn numbers: true ones hold, false ones fail, and a row is found again from what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from symrnn import AllOf, Claim, Elman, Equation, Inequality, Kind, Limit, Norm, TotalJacobian, k, t
from symrnn.activations import activation
from symrnn.check import agreement
from symrnn.derivation import BoundedSlope
from symrnn.expr import Differential
from symrnn.sweeps import ClaimSweep, sweep
from symrnn.sweeps.claims import TOO_FEW

rnn = Elman()
h, W = rnn.h, rnn.W_hh
gamma = sp.Symbol("gamma", nonnegative=True)
J, distance = TotalJacobian(h[t], h[t - k]), (k >= 0, t >= k)
by_weights = rnn.derive(h[t], wrt=W).equation


def claim(statement: Any, expected: Kind = Kind.PROVED, id: str = "C") -> Claim:
    return Claim(id, "a claim", statement, expected, rnn)


def swept(statement: Any, expected: Kind = Kind.PROVED, draws: int = 12, **options: Any) -> Any:
    return sweep(ClaimSweep([claim(statement, expected)], sizes=[3], draws=draws, **options), jobs=1)


def test_a_gradient_agrees_with_dual_numbers_to_many_digits() -> None:
    found = swept(by_weights)
    assert found.as_expected
    assert max(row["value"] for row in found.rows) < 1e-35
    assert {row["function"] for row in found.rows} == {"tanh", "sigmoid", "softplus"}
    assert {row["sizes"]["n"] for row in found.rows} == {1, 2, 3}
    assert len({row["indices"]["t"] for row in found.rows}) > 3


def test_swapped_factors_are_found_and_found_again_by_their_seed() -> None:
    wrong = Equation(TotalJacobian(h[t], h[t - 1]), W * rnn.D(t), where=(t >= 1,))
    found = swept(wrong)
    assert not found.as_expected
    assert swept(wrong, Kind.REFUTED).as_expected
    worst = found.closest(1)[0]
    assert worst["fails"]
    sizes = {symbol: worst["sizes"][symbol.name] for symbol in (rnn.n, rnn.m, rnn.q)}
    phi = activation(worst["function"])
    again = agreement(wrong, rnn, sizes, {t: worst["indices"]["t"]}, digits=30, seed=worst["seed"], function=phi)
    assert 10**-again.digits == pytest.approx(worst["value"])
    assert found.question.row(tuple(worst["at"])) == worst


def test_sides_that_are_close_fail_only_where_that_is_certain() -> None:
    """What 40 digits leave of a cancellation says nothing: exact numbers do, or balls that do not meet."""
    zero = W * (W + W.T) - W * W - W * W.T
    found = swept(Equation(W + 10**45 * zero, W), draws=3)
    assert found.as_expected
    assert {row["value"] for row in found.rows} == {0}
    apart = swept(Equation(W, W + sp.Rational(1, 10**25) * W), draws=3)
    assert all(row["fails"] and row["value"] == pytest.approx(1e-25) for row in apart.rows)


def test_what_is_cancelled_beyond_all_digits_was_not_compared() -> None:
    right = by_weights.rhs
    lost = swept(Equation(by_weights.lhs, right + 10**99 * (right - by_weights.lhs), by_weights.where), draws=3)
    assert not any(row["fails"] for row in lost.rows)
    assert {row["why"] for row in lost.rows if row["value"] is None} <= {TOO_FEW}
    assert not any(row["value"] is not None and row["value"] > 1e-30 for row in lost.rows)


def test_a_side_that_does_not_exist_fails() -> None:
    found = swept(Equation(h[t - 1], h[t - 1], (t >= 0,)), draws=30)
    assert {row["fails"] for row in found.rows} == {True, False}
    assert all(row["indices"]["t"] == 0 for row in found.rows if row["fails"])
    assert not found.as_expected


def test_equations_of_norms_are_compared_by_enclosures() -> None:
    assert swept(Equation(Norm(W) * W, Norm(W.T) * W), draws=4).as_expected
    assert any(row["fails"] for row in swept(Equation(Norm(W) * W, Norm(W, "1") * W), draws=4).rows)


def test_sides_beyond_doubles_are_compared_without_a_quotient() -> None:
    found = swept(Inequality(10**400 * Norm(W, "1"), 10**401 * Norm(W, "1")), draws=3)
    assert found.as_expected
    assert {(row["value"], row["why"]) for row in found.rows} == {(None, "")}


def test_one_text_of_other_symbols_is_another_question() -> None:
    """Signs of numbers and shapes of matrices are not printed with a statement."""

    def mark(statement: Any, net: Any = None) -> str:
        return str(ClaimSweep([Claim("C", "", statement, Kind.PROVED, net)]).described()["claims"]["C"])

    signs = [sp.Symbol("c", real=True), sp.Symbol("c", positive=True)]
    matrices = [sp.MatrixSymbol("A", size, size) for size in (1, 2)]
    nets = [Elman(hidden=size) for size in (1, 2)]
    for asked in (
        [mark(Inequality(c * Norm(W), 3)) for c in signs],
        [mark(Equation(A, A.T)) for A in matrices],
        [mark(Equation(net.h[t], 2 * net.h[t]), net) for net in nets],
    ):
        assert len({*asked}) == 2
    moved = Equation(Differential(rnn.y[t]), rnn.W_hy * Differential(h[t]), varying=(W,))
    assert mark(moved, rnn) != mark(replace(moved, varying=(W, rnn.W_hy)), rnn)
    assert mark(by_weights, rnn) == mark(Elman().derive(h[t], wrt=W).equation, Elman())


def test_a_convention_at_a_kink_is_part_of_the_question() -> None:
    both = [Elman(activation("relu", at_kink=at)) for at in (0, 1)]
    asked = [ClaimSweep([Claim("C", "", Equation(net.W_hh, net.W_hh), Kind.PROVED, net)]) for net in both]
    assert asked[0].described() != asked[1].described()


def test_a_slip_that_matters_at_a_later_step_only_is_found() -> None:
    """From the first state on, and not from h_0: the same at t = 1 for a state that starts at any value."""
    short = Equation(by_weights.lhs, by_weights.rhs.xreplace({t: t + 1}), by_weights.where)
    assert any(row["fails"] for row in swept(short).rows)


def test_inequalities_are_compared_by_the_quotient_of_their_sides() -> None:
    slopes = (BoundedSlope("phi", gamma),)
    bound = Inequality(Norm(J), (gamma * Norm(W)) ** k, distance, slopes)
    found = swept(bound)
    assert found.as_expected
    assert all(0 <= row["value"] <= 1 + 1e-9 for row in found.rows)
    assert all((row["value"] == 1) for row in found.rows if row["indices"]["k"] == 0)
    tight = swept(Inequality(Norm(J), (gamma * Norm(W)) ** k / 2, distance, slopes))
    assert not tight.as_expected
    assert all(row["value"] > 1 for row in tight.rows if row["fails"])


def test_parts_are_compared_one_by_one_and_limits_left_out() -> None:
    bound = Inequality(Norm(J, "1"), (gamma * Norm(W, "1")) ** k, distance, (BoundedSlope("phi", gamma),))
    ratio = (BoundedSlope("phi", gamma), gamma * Norm(W) < 1)
    parts = AllOf((by_weights, Limit(Norm(J), k, sp.S.Zero, distance, ratio), bound))
    assert {tuple(row["at"][:2]) for row in swept(parts, draws=1).rows} == {("C.1", 3), ("C.3", 3)}


def test_hypotheses_that_no_draw_meets_are_told() -> None:
    never = Inequality(Norm(W), 1, (), (Norm(W) <= sp.Rational(1, 10**9),))
    found = swept(never, draws=2)
    assert not found.as_expected  # nothing was compared
    assert "0 of 2" in str(found)
    assert {row["why"] for row in found.rows} == {"its hypotheses did not hold"}


def test_matrices_satisfy_the_equations_that_are_assumed() -> None:
    """None that is drawn would be orthogonal."""
    orthogonal = Equation(W.T * W, sp.Identity(rnn.n))
    found = swept(Equation(W * W.T, sp.Identity(rnn.n), given=orthogonal), draws=20)
    assert found.as_expected
    assert all(row["value"] == 0 for row in found.rows)
    assert any(row["fails"] for row in swept(Inequality(Norm(W, "1"), 1, given=(orthogonal,)), draws=20).rows)
    assert any(row["fails"] for row in swept(Equation(W, W.T, given=orthogonal), draws=20).rows)


def test_conditions_that_no_index_nearby_meets_are_told() -> None:
    late = Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t) * W, where=(t >= 1, t <= 3 * k, k <= -2))
    found = swept(late, draws=1)
    assert "satisfy its conditions" in found.rows[0]["why"]


def test_a_worker_is_told_of_its_own_claims_alone() -> None:
    asked = ClaimSweep([claim(by_weights, id="A"), claim(by_weights, id="B")], draws=2)
    part = asked.part([("B", 2, 0)])
    assert list(part.items) == ["B"]
    assert part.row(("B", 2, 1)) == asked.row(("B", 2, 1))
