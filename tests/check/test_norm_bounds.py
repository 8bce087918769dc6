"""Bounds read off the structure of a term: which are proved, and where their conditions do not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check.deciding.norms import verdict_on_norms
from symrnn.derivation import BoundedSlope, ForEvery, Inequality, Kind, Link
from symrnn.expr import ImmediateJacobian, Norm, OrderedProduct, SmallestSingularValue, TotalJacobian
from symrnn.library.loading import load_file
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, s, t

W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)
U, wide, b = (sp.MatrixSymbol(name, n, columns) for name, columns in (("U", n), ("L", 2), ("b", 1)))
u = sp.Symbol("u", integer=True)
gamma, eta = sp.symbols("gamma eta", positive=True)
rnn = Elman()
DERIVATIONS = Path(__file__).parents[2] / "derivations"
EVERY = ("2", "1", "oo", "F")
PROVED = Kind.PROVED


def kind_of(left: object, right: object, *where: object, given: tuple[object, ...] = (), of: Recurrence | None = None):
    return verdict_on_norms(Inequality(left, right, where, given), of, 0).kind


@pytest.mark.parametrize("kind", EVERY)
def test_a_hadamard_product_keeps_its_norm_where_that_is_asked(kind: str) -> None:
    both = sp.HadamardProduct(W, V)
    assert kind_of(Norm(both * U, kind), Norm(both, kind) * Norm(U, kind)) is PROVED
    assert kind_of(Norm(both * U, kind), Norm(W, kind) * Norm(V, kind) * Norm(U, kind)) is PROVED
    assert kind_of(Norm(both * U, kind), Norm(W, kind) * Norm(U, kind)) is not PROVED


@pytest.mark.parametrize("kind", EVERY)
def test_the_identity(kind: str) -> None:
    size = sp.sqrt(n) if kind == "F" else sp.S.One
    assert kind_of(Norm(sp.Identity(n), kind), size) is PROVED
    assert kind_of(Norm(sp.Identity(n), kind), sp.S.One) is (Kind.REFUTED if kind == "F" else PROVED)


@pytest.mark.parametrize("kind", EVERY)
def test_no_factors_have_norm_1_except_in_the_frobenius_norm(kind: str) -> None:
    product, power = OrderedProduct(W, (u, 1, k), "ascending"), Norm(W, kind) ** k
    assert kind_of(Norm(product, kind), power, k >= 1) is PROVED
    assert kind_of(Norm(product, kind), power, k >= 0) is (Kind.REFUTED if kind == "F" else PROVED)
    assert kind_of(Norm(product, kind), power) is not PROVED


def test_a_transpose_exchanges_rows_and_columns() -> None:
    assert kind_of(Norm(W.T, "1"), Norm(W, "oo")) is PROVED
    assert kind_of(Norm(W.T, "F"), Norm(W, "F")) is PROVED
    assert kind_of(Norm(W.T, "1"), Norm(W, "1")) is not PROVED


def test_slopes_are_used_for_first_derivatives_alone() -> None:
    given = (BoundedSlope("phi", gamma),)
    assert kind_of(Norm(rnn.D(t)), gamma, t >= 1, given=given, of=rnn) is PROVED
    value = sp.DiagMatrix(rnn.phi(rnn.a[t]))
    assert kind_of(Norm(value), gamma, t >= 1, given=given, of=rnn) is not PROVED
    assert kind_of(gamma, SmallestSingularValue(rnn.D(t)), t >= 1, given=given, of=rnn) is not PROVED
    assert kind_of(Norm(rnn.D(t)), gamma, t >= 1, of=rnn) is not PROVED


def test_slopes_with_a_formula_have_their_own_bounds() -> None:
    for name, most in (("tanh", sp.S.One), ("sigmoid", sp.Rational(1, 4))):
        net = Elman(name)
        assert kind_of(Norm(net.D(t)), most, t >= 1, of=net) is PROVED
        assert kind_of(Norm(net.D(t)), most / 2, t >= 1, of=net) is not PROVED


def test_a_stated_bound_holds_where_its_conditions_do() -> None:
    stated = (ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= t)),)
    assert kind_of(Norm(rnn.h[t - 1]), eta, t >= 1, given=stated, of=rnn) is PROVED
    assert kind_of(Norm(rnn.h[t + 1]), eta, t >= 1, given=stated, of=rnn) is not PROVED
    assert kind_of(Norm(rnn.h[t - 1], "1"), eta, t >= 1, given=stated, of=rnn) is not PROVED
    assert kind_of(Norm(rnn.x[t]), eta, t >= 1, given=stated, of=rnn) is not PROVED
    slope = ImmediateJacobian(rnn.ell[t], rnn.y[t])
    assert kind_of(Norm(slope), eta, t >= 1, given=stated, of=rnn) is not PROVED


def test_from_below_two_oblong_factors_say_nothing() -> None:
    assert kind_of(SmallestSingularValue(wide * wide.T), 0) is not PROVED
    assert kind_of(SmallestSingularValue(W) * Norm(b), Norm(W * b)) is PROVED


@pytest.mark.table(quick=0)
def test_an_excluded_index_is_not_left_out_of_a_hypothesis() -> None:
    """What holds for every s but one says nothing of that one."""
    stated = (ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, sp.Ne(s, t))),)
    assert kind_of(Norm(rnn.h[t]), eta, t >= 1, given=stated, of=rnn) is not PROVED


def test_what_is_written_out_may_have_a_sign() -> None:
    """A whole number in front of a term was no scalar of the kernel: an error in the place of a verdict."""
    lost = Norm(ImmediateJacobian(rnn.h[2], rnn.W_hh) - TotalJacobian(rnn.h[2], rnn.W_hh))
    bound = gamma**2 * Norm(rnn.h[0]) * Norm(rnn.W_hh)
    assert kind_of(lost, bound, given=(BoundedSlope("phi", gamma),), of=rnn) is PROVED


# -- the estimates on the way ------------------------------------------------------------------------------------------


def chain_of(name: str, claim: str) -> tuple[Link, ...]:
    found = load_file(DERIVATIONS / f"{name}.py")
    (chain,) = next(each for each in found.claims if each.id == claim).verify().chains or ((),)
    return chain


def test_a_geometric_sum_is_shown_before_it_is_summed() -> None:
    first, sum_, last = chain_of("L19_long_distances", "L19-state-by-weights-closed")
    assert first.relation == ""
    assert isinstance(sum_.scalar, sp.Sum)
    assert "norm of a sum" in sum_.reason
    assert (last.relation, last.reason) == ("<=", "the sum is geometric")
    assert not last.scalar.has(sp.Sum)


def test_what_cannot_be_written_down_is_left_out_of_the_way() -> None:
    """The loss is a generic function, whose Jacobian by an argument people do not write."""
    assert chain_of("L19_long_distances", "L19-loss-by-weights") == ()


def test_one_step_is_no_way() -> None:
    assert verdict_on_norms(Inequality(Norm(W * V), Norm(W) * Norm(V)), None, 0).chains == ()
