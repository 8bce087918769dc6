"""Steps of derivations: each is a range of lines of the certificate, and none can be taken out or altered."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sympy as sp

from symrnn.certify.equations import certificate_of
from symrnn.certify.errors import NotFoundError
from symrnn.check.kernel import prove_derivation
from symrnn.derivation import Equation
from symrnn.derivation.steps import Derivation
from symrnn.errors import LimitError, ProofError
from symrnn.expr import Elementwise, Sequence
from symrnn.library.collection import load_library
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import n, t

DERIVATIONS: dict[str, Derivation] = {
    entry.claim.id: entry.claim.derivation
    for entry in load_library().entries
    if entry.claim.derivation is not None and isinstance(entry.claim.statement, Equation)
}
"""Every derivation that ships."""

QUICK = ("L02", "L15-closed-form", "L15-differential", "L15-gradient")


def shipped() -> list[object]:
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.exhaustive]) for name in DERIVATIONS]


@pytest.mark.parametrize("name", shipped())
def test_each_step_is_a_range_of_lines(name: str) -> None:
    found = certificate_of(DERIVATIONS[name], name)
    assert len(found.steps) == len(DERIVATIONS[name].steps)
    firsts, lasts = zip(*found.steps, strict=True)
    assert firsts == (2, *(last + 1 for last in lasts[:-1]))
    assert all(first <= last < len(found.lines) for first, last in found.steps)


@pytest.mark.parametrize("name", shipped())
def test_a_step_that_is_taken_out_is_missed(name: str) -> None:
    """Without its first or its last step a derivation is one of something else; without another it breaks off."""
    derivation = DERIVATIONS[name]
    for at in range(len(derivation.steps)):
        left = (*derivation.steps[:at], *derivation.steps[at + 1 :])
        if not left:
            continue
        fewer = replace(derivation, steps=left)
        if 0 < at < len(derivation.steps) - 1:
            with pytest.raises(NotFoundError, match=rf"step {at + 1} does not begin where step {at} ends"):
                certificate_of(fewer, name)
        with pytest.raises(ProofError, match=f"step {at + 1} |something else"):
            prove_derivation(fewer, derivation.equation)


@pytest.mark.parametrize("name", shipped())
def test_a_step_that_is_altered_is_named(name: str) -> None:
    derivation = DERIVATIONS[name]
    for at, step in enumerate(derivation.steps):
        if isinstance(step.after, sp.ZeroMatrix):
            continue
        steps = (*derivation.steps[:at], replace(step, after=sp.MatMul(3, step.after)), *derivation.steps[at + 1 :])
        with pytest.raises((NotFoundError, LimitError), match=re.escape(f"step {at + 1} ({step.rule})")):
            certificate_of(replace(derivation, steps=steps), name)


@pytest.mark.parametrize("name", ["leaf", "unit", "fn", "prod", "d", "T", "one", "mean", "jac", "kron", "vec"])
def test_a_state_may_be_called_like_a_kind_of_term(name: str) -> None:
    state, weights = Sequence(name, n), sp.MatrixSymbol("W", n, n)
    own = Definition(state, Elementwise("phi")(weights * state[t - 1]), Role.STATE, 1)
    model = Recurrence("r", t, (own,), (weights,))
    assert certificate_of(model.derive(state[t], wrt=weights), name).lines
