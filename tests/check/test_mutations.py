"""Testing the checker: slips planted in true claims are refuted, and never proved.

Whether a mutant really differs is decided by :mod:`check.independent`, which shares no code with the checker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from check.claims import TRUE_CLAIMS, TrueClaim
from check.independent import differs
from check.mutations import KINDS, Mutant, mutants

from symrnn.budget import Limits, spending
from symrnn.check import prove_equation
from symrnn.check.refuting.sides import find_difference
from symrnn.errors import ExhaustedError, LimitError, ProofError

SEED = 20

SECONDS = 8
"""CPU time for each attempt to prove a mutant: more than the true claims take."""


@dataclass(frozen=True)
class Outcome:
    """How one mutant fared."""

    claim: str
    mutant: Mutant
    differs: bool
    refuted: bool
    proved: bool

    def __str__(self) -> str:
        return f"{self.claim}, {self.mutant.kind} at {self.mutant.place}: {self.mutant.equation}"


def judged(claim: TrueClaim) -> list[Outcome]:
    """Every mutant of a claim, judged and checked; one that is refused as it is written down counts as refuted."""
    out = []
    for mutant in tried(claim):
        if mutant.equation is None:
            out.append(Outcome(claim.id, mutant, True, True, False))
            continue
        try:
            with spending(Limits(time=SECONDS)):
                prove_equation(mutant.equation, claim.model)
            proved = True
        except (ProofError, LimitError, ExhaustedError):
            proved = False
        refuted = find_difference(mutant.equation, claim.model, SEED).finding is not None
        out.append(Outcome(claim.id, mutant, bool(differs(mutant.equation, claim.model)), refuted, proved))
    return out


def tried(claim: TrueClaim) -> Iterator[Mutant]:
    """The first slip of each kind, and the share of the others that the claim asks for."""
    kinds = set()
    for number, mutant in enumerate(mutants(claim.equation, claim.model)):
        if number % claim.every == 0 or mutant.kind not in kinds:
            kinds.add(mutant.kind)
            yield mutant


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[Outcome]]:
    """All mutants, filled claim by claim as the tests run."""
    return {}


@pytest.mark.table(quick=("L02", "L17"))
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=lambda claim: claim.id)
def test_slips_are_refuted_and_never_proved(claim: TrueClaim, outcomes: dict[str, list[Outcome]]) -> None:
    found = outcomes[claim.id] = judged(claim)
    assert found
    assert [str(o) for o in found if o.differs and o.proved] == []
    assert [str(o) for o in found if o.differs and not o.refuted] == []
    assert [str(o) for o in found if not o.differs and o.refuted] == []


@pytest.mark.exhaustive
def test_statistics(outcomes: dict[str, list[Outcome]], record_property: pytest.RecordProperty) -> None:
    every = [o for claim in TRUE_CLAIMS for o in outcomes.get(claim.id) or judged(claim)]
    wrong = [o for o in every if o.differs and o.mutant.equation is not None]
    kinds = Counter(o.mutant.kind for o in wrong)
    numbers = {
        "refused as written": sum(o.mutant.equation is None for o in every),
        "refuted": len(wrong),
        "true after all": sum(not o.differs for o in every),
        "true after all and proved": sum(not o.differs and o.proved for o in every),
    }
    for name, number in {**numbers, **kinds}.items():
        record_property(name, number)
    print("\n", numbers, "\n", dict(kinds.most_common()))
    assert len(kinds) >= 24
    assert numbers["refuted"] >= 500
    assert kinds.keys() <= KINDS.keys()


def test_the_judge_finds_the_true_claims_true() -> None:
    assert [claim.id for claim in TRUE_CLAIMS if differs(claim.equation, claim.model) is not False] == []
