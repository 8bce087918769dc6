"""Only the kernel makes theorems, and only of what it has checked itself."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check import Theorem, kernel, prove_derivation, prove_equation, verify, verify_derivation
from symrnn.derivation import Claim, Derivation, Equation, Kind, Step, Verdict
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import ImmediateJacobian, MatrixSum, TotalJacobian
from symrnn.kernel.printer import show_theorem
from symrnn.symbols import k, t

rnn = Elman()
h, W, D = rnn.h, rnn.W_hh, rnn.D
ONE_STEP = Equation(TotalJacobian(h[t], h[t - 1]), D(t) * W, (t >= 1,))
FALSE = Equation(TotalJacobian(h[t], h[t - 1]), W * D(t), (t >= 1,))


# -- theorems ------------------------------------------------------------------------------------------------------


def test_nobody_else_makes_theorems() -> None:
    theorem = prove_equation(ONE_STEP, rnn)
    for forge in (
        lambda: Theorem(FALSE, rnn, (), ()),
        lambda: Theorem(FALSE, rnn, (), (), object()),
        lambda: dataclasses.replace(theorem, statement=FALSE),
        lambda: dataclasses.replace(theorem),
    ):
        with pytest.raises(ProofError, match="made by the checker only"):
            forge()


def test_a_certificate_is_of_the_conditions_that_were_stated() -> None:
    """A derivation that shows more proves a statement under its own conditions, not under those of the derivation."""
    derivation = rnn.derive(h[t], wrt=W)
    stated = dataclasses.replace(derivation.equation, where=(t >= 2,))
    assert derivation.where == (t >= 1,)
    (found,) = verify(Claim("J", "later", stated, Kind.PROVED, rnn, derivation=derivation)).certificates
    assert found.proved is not None
    assert show_theorem(found.proved).endswith("for t >= 2")


def bare(cls: type) -> Theorem:
    forged = object.__new__(cls)
    for name, value in {"statement": FALSE, "recurrence": rnn, "given": (), "means": ()}.items():
        object.__setattr__(forged, name, value)
    return forged


class Impostor(Theorem):
    """A theorem that skips the seal."""

    def __post_init__(self, seal: object) -> None:
        pass


def test_what_looks_like_a_theorem_proves_nothing() -> None:
    theorem = prove_equation(ONE_STEP, rnn)
    for forged in (None, "theorem", bare(Theorem), bare(Impostor), copy.copy(theorem), Impostor(FALSE, rnn, (), ())):
        with pytest.raises(ProofError, match="only the checker can say PROVED"):
            kernel.require_theorem(forged)
        for kind in (Kind.PROVED, Kind.DEFINITION):
            with pytest.raises(ProofError):
                Verdict(kind, "trust me", theorem=forged)
    kernel.require_theorem(theorem)


def test_verdicts_carry_their_evidence() -> None:
    with pytest.raises(UnknownTermError, match="counterexample"):
        Verdict(Kind.REFUTED, "it is wrong")
    with pytest.raises(UnknownTermError, match="reason"):
        Verdict(Kind.UNDECIDED, "")
    assert not Verdict(Kind.IDENTITY, "mod p")
    assert verify(Claim("c", "", ONE_STEP, Kind.PROVED, rnn))


def test_a_theorem_says_what_it_rests_on() -> None:
    theorem = prove_equation(ONE_STEP, rnn)
    assert theorem.statement is ONE_STEP
    assert theorem.recurrence is rnn
    assert theorem.hypotheses == (
        "numerator layout, vec by columns",
        "phi differentiable, otherwise arbitrary",
        "h_0 and the inputs constant",
        "t >= 1",
        "sizes n arbitrary",
    )
    assert pickle.loads(pickle.dumps(theorem.hypotheses)) == theorem.hypotheses


def test_the_initial_state_is_not_called_constant_where_it_moves() -> None:
    by_start = Equation(TotalJacobian(h[1], h[0]), D(1) * W)
    said = [hypothesis for hypothesis in prove_equation(by_start, rnn).hypotheses if "constant" in hypothesis]
    assert said == ["the inputs constant"]


def test_second_derivatives_are_a_hypothesis() -> None:
    second = rnn.phi(rnn.a[t], order=2)
    theorem = prove_equation(Equation(second + second, 2 * second, (t >= 1,)), rnn)
    assert "phi 2 times differentiable, otherwise arbitrary" in theorem.hypotheses


# -- derivations ----------------------------------------------------------------------------------------------------


@pytest.fixture
def derivation() -> Derivation:
    return rnn.derive(h[t], wrt=W)


def tampered(derivation: Derivation, at: int, **changes: object) -> Derivation:
    steps = list(derivation.steps)
    steps[at] = dataclasses.replace(steps[at], **changes)
    return dataclasses.replace(derivation, steps=tuple(steps))


def test_a_derivation_is_replayed(derivation: Derivation) -> None:
    assert verify_derivation(derivation).kind is Kind.PROVED
    assert prove_derivation(derivation).statement == derivation.equation


@pytest.mark.table(quick=0)
def test_every_step_must_follow(derivation: Derivation) -> None:
    for at, step in enumerate(derivation.steps):
        wrong = sp.MatMul(2, step.after)
        with pytest.raises(ProofError, match=f"step {at + 1} "):
            prove_derivation(tampered(derivation, at, after=wrong))
        assert verify_derivation(tampered(derivation, at, after=wrong)).kind is not Kind.PROVED


def test_steps_must_meet(derivation: Derivation) -> None:
    with pytest.raises(ProofError, match="step 2 "):
        prove_derivation(tampered(derivation, 1, before=sp.MatMul(2, derivation.steps[1].before)))
    same = sp.MatAdd(derivation.steps[1].before, sp.ZeroMatrix(*derivation.start.shape))
    with pytest.raises(ProofError, match="step 2 does not begin where step 1 ends"):
        prove_derivation(tampered(derivation, 1, before=same))


@pytest.mark.parametrize("rule", ["normal form", "gradient", "differential", "no such rule"])
def test_a_rule_must_be_the_one_that_was_used(derivation: Derivation, rule: str) -> None:
    with pytest.raises(ProofError):
        prove_derivation(tampered(derivation, 0, rule=rule))


def test_a_slip_in_two_steps_that_cancel_is_found(derivation: Derivation) -> None:
    """The ends are right, a step between them is not."""
    wrong = sp.MatMul(2, derivation.steps[0].after)
    steps = list(derivation.steps)
    steps[0] = dataclasses.replace(steps[0], after=wrong)
    steps[1] = dataclasses.replace(steps[1], before=wrong)
    with pytest.raises(ProofError, match="step 1"):
        prove_derivation(dataclasses.replace(derivation, steps=tuple(steps)))


def test_conditions_of_a_derivation_are_checked(derivation: Derivation) -> None:
    with pytest.raises(ProofError, match="may not exist"):
        prove_derivation(dataclasses.replace(derivation, where=()))


def test_a_step_may_not_pass_through_a_term_that_does_not_exist() -> None:
    """The middle term speaks of h[t - 2], which does not exist at t = 1, and cancels again."""
    zero = sp.MatAdd(h[t - 2], sp.MatMul(sp.S.NegativeOne, h[t - 2]))
    middle = sp.MatAdd(h[t], zero)
    steps = (Step(h[t], middle, "normal form", ""), Step(middle, h[t], "normal form", ""))
    with pytest.raises(ProofError, match="may not exist"):
        prove_derivation(Derivation(rnn, steps, (t >= 1,)))


def test_a_derivation_of_another_network_proves_nothing_here() -> None:
    linear = rnn.with_activation("identity")
    derivation = linear.derive(linear.h[t], wrt=linear.h[t - k])
    statement = derivation.equation
    assert verify(Claim("linear", "", statement, Kind.PROVED, linear, derivation)).kind is Kind.PROVED
    verdict = verify(Claim("generic", "", statement, Kind.PROVED, rnn, derivation))
    assert verdict.kind is Kind.UNDECIDED
    assert "something else" in verdict.reason


def test_a_derivation_must_be_of_the_statement(derivation: Derivation) -> None:
    other = Equation(derivation.start, sp.MatMul(2, derivation.closed_form), derivation.where)
    wider = Equation(derivation.start, derivation.closed_form)
    for statement in (other, wider):
        verdict = verify(Claim("c", "", statement, Kind.PROVED, rnn, derivation))
        assert verdict.kind is Kind.UNDECIDED
    narrower = Equation(derivation.start, derivation.closed_form, (t >= 5,))
    assert verify(Claim("c", "", narrower, Kind.PROVED, rnn, derivation)).kind is Kind.PROVED


def test_a_one_step_rule_on_an_intermediate_keeps_it() -> None:
    """Dh_t/Da_t must not lose the path through a_t itself."""
    a = rnn.a
    lost = Step(
        TotalJacobian(h[t], a[t]),
        ImmediateJacobian(h[t], h[t - 1]) * TotalJacobian(h[t - 1], a[t]),
        "total derivative",
        "",
    )
    with pytest.raises(ProofError, match="does not follow"):
        prove_derivation(Derivation(rnn, (lost,), (t >= 1,)))


def test_a_one_step_rule_on_a_loss_stays_under_its_sum() -> None:
    T = sp.Symbol("T", integer=True)
    ell, bound = rnn.ell, sp.Symbol("_s0", integer=True)
    escaped = ImmediateJacobian(rnn.L, ell[bound]) * TotalJacobian(ell[bound], W)
    with pytest.raises(ProofError):
        prove_derivation(
            Derivation(rnn, (Step(TotalJacobian(rnn.L, W), escaped, "total derivative", ""),), (bound >= 1,))
        )
    summed = MatrixSum(TotalJacobian(ell[t], W), (t, 1, T))
    prove_derivation(Derivation(rnn, (Step(TotalJacobian(rnn.L, W), summed, "total derivative", ""),), (T >= 0,)))
