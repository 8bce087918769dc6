"""A verdict says what its theorem says, with everything that the theorem rests on; nothing else gets its stamp."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check import kernel, verify
from symrnn.check.kernel import prove_all, prove_definitions, prove_derivation, prove_equation
from symrnn.derivation import AllOf, Claim, Definitions, Equation, Inequality, Kind, SlopeBound, Verdict
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import Norm, TotalJacobian
from symrnn.latex.text import statement_text
from symrnn.symbols import k, n, t

rnn, linear = Elman(), Elman("identity")
h, W, D = rnn.h, rnn.W_hh, rnn.D
A = sp.MatrixSymbol("A", n, n)
STEP = Equation(TotalJacobian(h[t], h[t - 1]), D(t) * W, (t >= 1,))
FALSE = Equation(TotalJacobian(h[t], h[t - 1]), W * D(t), (t >= 1,))
DOUBLED = Equation(W + W, 2 * W)
BOUND = Inequality(Norm(A * A), Norm(A) ** 2)
OWN = Definitions((Equation(h[t], rnn.phi(rnn.a[t]), (t >= 1,)),))


def verdict_on(statement: Any, recurrence: Any = rnn, **options: Any) -> Verdict:
    return verify(Claim("c", "", statement, Kind.PROVED, recurrence, **options))


STAMPED = {
    "equation": verdict_on(STEP),
    "inequality": verdict_on(BOUND, None),
    "slope": verdict_on(SlopeBound("tanh", "<=", 1), None),
    "definitions": verdict_on(OWN),
    "all of several": verdict_on(AllOf((STEP, DOUBLED))),
}


@pytest.mark.parametrize("name", STAMPED)
def test_the_statement_is_that_of_the_theorem(name: str) -> None:
    verdict = STAMPED[name]
    assert verdict
    assert verdict.statement == verdict.theorem.statement
    assert f"statement: {statement_text(verdict.statement)}" in str(verdict)
    assert Verdict.of(verdict.theorem).kind is verdict.kind


@pytest.mark.parametrize("name", STAMPED)
@pytest.mark.parametrize(
    "change",
    [
        {"evidence": "0 = 1"},
        {"statement": None},
        {"statement": FALSE},
        {"statement": "0 = 1"},
        {"theorem": None},
        {"reason": "0 = 1"},
        {"chains": ((),)},
        {"counterexample": "none"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_copy_says_something_else(name: str, change: dict[str, Any]) -> None:
    with pytest.raises(ProofError):
        replace(STAMPED[name], **change)


@pytest.mark.parametrize("name", ["equation", "inequality", "all of several"])
def test_no_copy_leaves_a_hypothesis_out(name: str) -> None:
    verdict = STAMPED[name]
    assert verdict.hypotheses
    for kept in ((), verdict.given[1:], verdict.given[:-1]):
        with pytest.raises(ProofError, match="rests on more than the verdict says"):
            replace(verdict, given=kept)
    assert replace(verdict, given=(*verdict.given, "W is small")).kind is Kind.PROVED


def test_a_theorem_stamps_only_what_it_says() -> None:
    theorem = prove_equation(STEP, rnn)
    for forge in (
        lambda: Verdict(Kind.PROVED, "0 = 1", theorem=theorem),
        lambda: Verdict(Kind.PROVED, theorem.evidence, theorem.given, theorem=theorem),
        lambda: Verdict(Kind.PROVED, theorem.evidence, theorem.given, theorem=theorem, statement=FALSE),
        lambda: Verdict(Kind.PROVED, "0 = 1", theorem.given, theorem=theorem, statement=STEP),
        lambda: Verdict(Kind.PROVED, theorem.evidence, theorem=theorem, statement=STEP),
    ):
        with pytest.raises(ProofError):
            forge()
    assert Verdict(Kind.PROVED, theorem.evidence, theorem.given, theorem=theorem, statement=STEP)


def test_no_theorem_is_made_without_a_certificate() -> None:
    """Not by the checker's own hand, either; definitions prove nothing."""
    with pytest.raises(ProofError, match="has a certificate"):
        kernel.Theorem(FALSE, rnn, (), ("normal form",), kernel._SEAL)
    assert kernel.Theorem(OWN, rnn, (), (kernel.DEFINITION,), kernel._SEAL).kind is Kind.DEFINITION


def test_a_statement_of_another_class_is_another() -> None:
    class Liar(Equation):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = Equation.__hash__

    with pytest.raises(ProofError):
        replace(STAMPED["equation"], statement=Liar(STEP.lhs, STEP.rhs, STEP.where))


def test_what_was_proved_does_not_grow_afterwards() -> None:
    for several, part in ((AllOf, STEP), (Definitions, OWN.parts[0])):
        parts = [part]
        statement = several(parts)
        verdict = verdict_on(statement)
        assert verdict
        parts.append(FALSE)
        assert verdict.statement.parts == (part,)


def test_hypotheses_are_said_one_by_one() -> None:
    verdict = STAMPED["equation"]
    with pytest.raises(ProofError, match="rests on more"):
        replace(verdict, given="; ".join(verdict.hypotheses))  # type: ignore[arg-type]


def test_a_definition_is_no_proof_and_a_proof_no_definition() -> None:
    with pytest.raises(ProofError, match="worth DEFINITION"):
        replace(STAMPED["definitions"], kind=Kind.PROVED)
    with pytest.raises(ProofError, match="worth PROVED"):
        replace(STAMPED["equation"], kind=Kind.DEFINITION)
    assert prove_definitions(OWN, rnn).kind is Kind.DEFINITION


def test_a_kind_is_one_of_the_kinds() -> None:
    with pytest.raises(UnknownTermError, match="no kind of verdict"):
        Verdict("PROVED", "0 = 1")  # type: ignore[arg-type]


def test_copies_keep_what_was_proved_and_no_more() -> None:
    for verdict in STAMPED.values():
        assert copy.copy(verdict) == verdict
        assert copy.deepcopy(verdict).theorem is verdict.theorem
        with pytest.raises(ProofError, match="only the checker"):
            pickle.loads(pickle.dumps(verdict))
    undecided = Verdict(Kind.UNDECIDED, "", reason="nobody looked")
    assert pickle.loads(pickle.dumps(undecided)) == undecided


# -- several statements ----------------------------------------------------------------------------------------------


def test_all_parts_have_their_theorem() -> None:
    verdict = STAMPED["all of several"]
    assert [part.statement for part in verdict.parts] == [STEP, DOUBLED]
    assert all(part.theorem.statement == part.statement for part in verdict.parts)
    assert verdict.theorem.statement == AllOf((STEP, DOUBLED))
    assert {h for part in verdict.parts for h in part.hypotheses} == set(verdict.hypotheses)


def test_the_theorem_of_one_part_is_not_that_of_all() -> None:
    one, both = STAMPED["equation"], STAMPED["all of several"]
    with pytest.raises(ProofError):
        replace(both, theorem=one.theorem)
    with pytest.raises(ProofError):
        replace(one, statement=both.statement, evidence=both.evidence, given=both.given)
    with pytest.raises(ProofError, match="those of the parts"):
        prove_all(AllOf((STEP, FALSE)), [one.theorem, one.theorem])
    with pytest.raises(ProofError, match="those of the parts"):
        prove_all(AllOf((STEP, DOUBLED)), [one.theorem])
    with pytest.raises(ProofError, match="only the checker"):
        prove_all(AllOf((STEP,)), ["trust me"])  # type: ignore[list-item]


def test_parts_speak_of_one_recurrence() -> None:
    theorems = [prove_equation(DOUBLED, rnn), prove_equation(DOUBLED, linear)]
    with pytest.raises(ProofError, match="different recurrences"):
        prove_all(AllOf((DOUBLED, DOUBLED)), theorems)


def test_the_weakest_part_decides() -> None:
    symmetric = Equation(W.T, W)
    refuted = verdict_on(AllOf((STEP, symmetric)))
    assert refuted.kind is Kind.REFUTED
    assert [part.kind for part in refuted.parts] == [Kind.PROVED, Kind.REFUTED]
    assert refuted.statement == AllOf((STEP, symmetric))
    with pytest.raises(ProofError, match="the weakest part"):
        Verdict(Kind.IDENTITY, "mod p", statement=refuted.statement, parts=refuted.parts)
    proved = STAMPED["all of several"]
    with pytest.raises(ProofError, match="another statement"):
        replace(proved, parts=proved.parts[:1])


def test_norms_of_plain_matrices_and_clipping_are_stated_together() -> None:
    """One is proved by estimates, the other by inner products; neither names a recurrence."""
    f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
    both = AllOf((BOUND, Inequality(Norm(f + g) ** 2, 2 * Norm(f) ** 2 + 2 * Norm(g) ** 2)))
    assert verdict_on(both, None).kind is Kind.PROVED


# -- derivations and assumptions -------------------------------------------------------------------------------------


def test_a_derivation_proves_a_narrower_statement_by_name() -> None:
    derivation = rnn.derive(h[t], wrt=h[t - k])
    wide = derivation.equation
    narrow = Equation(wide.lhs, wide.rhs, (*wide.where, k >= 3))
    theorem = prove_derivation(derivation, narrow)
    assert theorem.statement == narrow
    assert any("k >= 3" in hypothesis for hypothesis in theorem.hypotheses)
    assert verdict_on(narrow, derivation=derivation).statement == narrow
    for other in (FALSE, Equation(wide.lhs, wide.rhs)):
        with pytest.raises(ProofError, match="something else"):
            prove_derivation(derivation, other)


def test_assumptions_in_words_are_kept() -> None:
    verdict = verdict_on(STEP, assumptions=("W is small",))
    assert verdict.kind is Kind.PROVED
    assert verdict.hypotheses == (*STAMPED["equation"].hypotheses, "W is small")


def test_what_is_not_proved_says_of_what() -> None:
    assert verdict_on(FALSE).statement == FALSE
    assert "statement: " not in str(verdict_on(FALSE))  # it would be taken for what was found


def test_the_kernel_says_what_may_be_said() -> None:
    kernel.require_said(STAMPED["equation"])
    with pytest.raises(ProofError):
        kernel.require_said(Verdict(Kind.IDENTITY, "mod p", statement=STEP))
