"""Verdicts at chosen numbers: exact, to many digits, and never more than that."""

import pytest
import sympy as sp

from symrnn import Claim, Elman, Equation, Kind, m, n, t
from symrnn.check import agrees_at, prove_at, verify
from symrnn.errors import LimitError

generic, softplus = Elman(), Elman("softplus")
closed = generic.derive(generic.h[t], wrt=generic.W_hh).equation
slip = Equation(closed.lhs, 2 * closed.rhs, closed.where)


@pytest.mark.parametrize(("size", "steps"), [(1, 1), (1, 4), (2, 1), (2, 2)])
def test_exact_for_a_generic_activation(size, steps):
    assert prove_at(closed, generic, {n: size, m: 1}, {t: steps}).kind is Kind.PROVED_AT


def test_a_slip_is_not_exact():
    verdict = prove_at(slip, generic, {n: 2, m: 1}, {t: 2})
    assert verdict.kind is Kind.UNDECIDED
    assert "n = 2, m = 1, t = 2" in verdict.reason


@pytest.mark.parametrize("digits", [50, 1000])
def test_agreement_to_many_digits(digits):
    equation = softplus.derive(softplus.h[t], wrt=softplus.W_hh).equation
    assert agrees_at(equation, softplus, {n: 3, m: 2}, {t: 5}, digits=digits).kind is Kind.AGREES
    wrong = Equation(equation.lhs, equation.rhs * (1 + sp.Rational(1, 10**40)), equation.where)
    assert agrees_at(wrong, softplus, {n: 3, m: 2}, {t: 5}, digits=digits).kind is Kind.UNDECIDED


def test_absurd_digits_are_refused():
    equation = softplus.derive(softplus.h[t], wrt=softplus.W_hh).equation
    with pytest.raises(LimitError, match="10000"):
        agrees_at(equation, softplus, {n: 2, m: 1}, {t: 2}, digits=10**6)


def test_a_relation_of_the_activation_agrees_at_least():
    """Sin'' = -sin is not known modulo a prime, so that digits are all that is left to show for it."""
    sine = Elman("sin").undriven()
    second = sine.phi(sine.a[t], order=2)
    equation = Equation(second, -sine.h[t], where=(t >= 1,))
    verdict = Claim("sin", "second derivative", equation, Kind.AGREES, sine).verify()
    assert verdict.kind is Kind.AGREES
    assert not verdict


def test_the_seed_that_is_asked_for_is_the_one_that_is_used():
    sine = Elman("sin").undriven()
    equation = Equation(sine.phi(sine.a[t], order=2), -sine.h[t], where=(t >= 1,))
    claim = Claim("sin", "second derivative", equation, Kind.AGREES, sine)
    assert "(seed 7)" in verify(claim, seed=7).evidence
    assert "(seed 20)" in verify(claim).evidence
