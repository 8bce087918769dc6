"""From claims to verdicts."""

from __future__ import annotations

import pytest
import sympy as sp
from check.tools import check

from symrnn.cells import Elman
from symrnn.certify.claims import certificates_of
from symrnn.check import verify
from symrnn.derivation import AllOf, Claim, Coincide, Definitions, Equation, ForEvery, Inequality, Informal, Kind
from symrnn.errors import UnknownTermError
from symrnn.expr import Norm, Sequence, TotalJacobian
from symrnn.symbols import l, n, t

rnn = Elman()
h, W, D = rnn.h, rnn.W_hh, rnn.D
TRUE = Equation(TotalJacobian(h[t], h[t - 1]), D(t) * W, (t >= 1,))
FALSE = Equation(TotalJacobian(h[t], h[t - 1]), W * D(t), (t >= 1,))
UNPROVED = Equation(TotalJacobian(h[t], h[t - 1]), TotalJacobian(h[t], h[t - 1]).T.T, ())


def verdict_on(statement, recurrence=rnn, **options):
    return verify(Claim("claim", "", statement, Kind.PROVED, recurrence, **options))


def test_several_equations_are_as_strong_as_the_weakest() -> None:
    assert verdict_on(AllOf((TRUE, TRUE))).kind is Kind.PROVED
    assert verdict_on(AllOf((TRUE, FALSE))).kind is Kind.REFUTED
    nothing = Equation(W, W, (t >= 1, t <= 0))
    assert verdict_on(AllOf((TRUE, nothing))).kind is Kind.UNDECIDED
    with pytest.raises(UnknownTermError):
        AllOf(())


def test_hypotheses_of_several_equations_are_joined() -> None:
    power = Equation(W**n * W, W ** (n + 1))
    verdict = verdict_on(AllOf((TRUE, power)))
    assert "t >= 1" in verdict.hypotheses
    assert verdict.theorem is not None


def test_an_informal_statement_is_undecided_with_its_reason() -> None:
    verdict = verdict_on(Informal("x", missing="bounds"), None)
    assert (verdict.kind, verdict.reason) == (Kind.UNDECIDED, "bounds")


def test_a_claim_must_name_its_recurrence() -> None:
    with pytest.raises(UnknownTermError, match="names none"):
        verdict_on(TRUE, None)


def test_assumptions_are_hypotheses() -> None:
    assert "W is symmetric" in verdict_on(TRUE, assumptions=("W is symmetric",)).hypotheses


def test_a_counterexample_may_break_an_assumption() -> None:
    """W = Wᵀ is refuted in general; with an assumption in words, nothing is known."""
    symmetric = Equation(W.T, W)
    assert verdict_on(symmetric).kind is Kind.REFUTED
    verdict = verdict_on(symmetric, assumptions=("W is symmetric",))
    assert verdict.kind is Kind.UNDECIDED
    assert "may not satisfy" in verdict.reason


# -- definitions -----------------------------------------------------------------------------------------------------


def definitions(*parts: Equation) -> Definitions:
    return Definitions(parts)


def test_definitions_are_those_of_the_network() -> None:
    own = Equation(h[t], rnn.phi(rnn.a[t]), (t >= 1,))
    inlined = Equation(h[t], rnn.phi(rnn.W_xh * rnn.x[t] + W * h[t - 1] + rnn.b_h), (t >= 1,))
    new = Equation(Sequence("G", n, n)[t], D(t) * W, (t >= 1,))
    verdict = verdict_on(definitions(own, inlined, new))
    assert verdict.kind is Kind.DEFINITION
    assert verdict


@pytest.mark.parametrize(
    "part",
    [
        Equation(h[t], rnn.phi(W * h[t - 1])),
        Equation(W, 2 * W),
        Equation(TotalJacobian(h[t], W), TotalJacobian(h[t], W)),
        Equation(h[t], rnn.phi(rnn.a[t]), (t >= 0,)),
        Equation(Sequence("G", n, n)[t], Sequence("G", n, n)[t - 1]),
        Equation(rnn.x[t], rnn.x[t]),
    ],
)
def test_what_is_no_definition(part: Equation) -> None:
    assert verdict_on(definitions(part)).kind is Kind.UNDECIDED


def test_a_name_has_one_meaning() -> None:
    G = Sequence("G", n, n)
    verdict = verdict_on(definitions(Equation(G[t], W), Equation(G[l], 2 * W)))
    assert verdict.kind is Kind.UNDECIDED
    assert "two meanings" in verdict.reason


# -- what the terms cannot do ------------------------------------------------------------------------------------------


def test_an_unknown_node_is_undecided_with_its_reason() -> None:
    verdict = check(sp.Trace(W) * W, sp.Trace(W.T) * W, rnn)
    assert verdict.kind is not Kind.REFUTED
    assert verdict.kind is Kind.PROVED or verdict.reason
    inverse = check(sp.Inverse(W) * W.T, W.T * sp.Inverse(W), rnn)
    assert inverse.kind in (Kind.UNDECIDED, Kind.REFUTED)


def test_a_scalar_of_unknown_value_is_drawn() -> None:
    c = sp.Symbol("c")
    assert check((c + 1) * W, W + c * W, rnn).kind is Kind.PROVED
    assert check(c * W, W, rnn).kind is Kind.REFUTED


def test_a_range_too_long_to_write_out_is_undecided() -> None:
    from symrnn.expr import MatrixSum

    u = sp.Symbol("u", integer=True)
    long = MatrixSum(h[u], (u, 0, 10**7))
    verdict = check(long, long, rnn)
    assert verdict.kind in (Kind.UNDECIDED, Kind.PROVED)


def test_a_network_too_large_to_calculate_is_undecided_with_the_limit() -> None:
    large = Elman(hidden=10**6)
    verdict = check(TotalJacobian(large.h[t], large.h[t - 1]), large.D(t) * large.W_hh, large, t >= 1)
    assert verdict.kind is Kind.UNDECIDED
    assert "the limit is 200000 entries" in verdict.reason


def test_agreement_says_why_there_is_no_proof() -> None:
    odd = Elman("sin")  # that of tanh is an axiom
    verdict = verdict_on(Equation(odd.phi(-odd.x[1]), -odd.phi(odd.x[1])), odd)
    assert verdict.kind is Kind.AGREES
    assert verdict.evidence.startswith("to 50 digits at")
    assert "fails" not in verdict.reason
    assert "no proof was looked for" in verdict.reason
    assert "a function has a random value at every point" in verdict.reason


@pytest.mark.parametrize("number", [sp.Symbol("c", irrational=True), sp.Symbol("c", real=True, algebraic=False)])
def test_numbers_of_which_none_is_tried_are_no_crash(number: sp.Symbol) -> None:
    V = sp.MatrixSymbol("V", n, n)
    for statement in (
        Inequality(0, number**2),
        Inequality(Norm(number * V), abs(number) * Norm(V)),
        Coincide(number * V, 2 * V),
    ):
        assert verdict_on(statement, None).kind in (Kind.PROVED, Kind.UNDECIDED)


@pytest.mark.parametrize(
    ("matrix", "bound"),
    [
        (sp.BlockMatrix([[W, W.T], [W.T, W]]), 2 * Norm(W)),
        (sp.ImmutableMatrix([[1, 2], [3, 4]]), sp.Integer(6)),
    ],
)
def test_matrices_of_blocks_and_numbers_are_no_crash(matrix: sp.MatrixExpr, bound: sp.Expr) -> None:
    verdict = verdict_on(Inequality(Norm(matrix), bound), None)
    assert verdict.kind in (Kind.PROVED, Kind.UNDECIDED)
    assert verdict_on(Equation(matrix, matrix)).kind in (Kind.PROVED, Kind.UNDECIDED)


def test_a_declared_index_has_a_certificate() -> None:
    s, eta = sp.Symbol("s", integer=True, positive=True), sp.Symbol("eta", nonnegative=True)
    bounded = Inequality(Norm(h[1]), eta, given=ForEvery(Norm(h[s]) <= eta, s, (s >= 1,)))
    (found,) = certificates_of(Claim("c", "", bounded, Kind.PROVED, rnn))
    assert found.certificate is not None
    before = Inequality(Norm(h[0]), eta, given=ForEvery(Norm(h[s]) <= eta, s, (s >= 1,)))
    (found,) = certificates_of(Claim("c", "", before, Kind.PROVED, rnn))
    assert found.certificate is None


@pytest.mark.parametrize("statement", [None, h[t], W, 3, "J = D W"], ids=str)
def test_what_is_no_statement_is_refused_by_name(statement) -> None:
    with pytest.raises(UnknownTermError, match="is not a statement"):
        verify(statement)


def test_a_refuted_pair_says_which_part_is_false() -> None:
    W = sp.MatrixSymbol("W", n, n)
    true, false = Inequality(Norm(W), 2 * Norm(W)), Inequality(2 * Norm(W), Norm(W))
    verdict = verify(AllOf((true, false)))
    assert verdict.kind is Kind.REFUTED
    assert verdict.reason == "part 1 is PROVED; part 2 is false"
    assert "because part 1 is PROVED; part 2 is false" in str(verdict)
    assert verify(AllOf((false,))).reason == ""
