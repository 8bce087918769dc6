"""Certificates of equations: the true ones have one that a fresh process accepts, the false ones have none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from certify.shipped import Shipped, shipped
from check.claims import TRUE_CLAIMS, TrueClaim
from check.independent import differs
from check.mutations import mutants
from kernel.test_main import check, lines_of

from symrnn.budget import Limits, spending
from symrnn.cells import Bidirectional, Elman, Stacked
from symrnn.cells.table import CELLS
from symrnn.certify.asked import require_asked
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotFoundError
from symrnn.derivation import Equation, Kind
from symrnn.errors import LimitError
from symrnn.expr import Element
from symrnn.kernel.reader import replay
from symrnn.recurrence import Recurrence
from symrnn.symbols import t

WITHOUT: dict[str, str] = {
    "L25.3": "a long search",
    "L25.4": "a long search",
    "L25-initial.1": "a long search",
    "L25-initial.2": "a long search",
    "L25-forget-weights.1": "a long search",
}
"""What has no certificate yet, and what is missing."""

QUICK = {
    *("L05.1", "L08-closed-form.1", "L12.1", "L13-corrected.1", "L14-corrected.1", "L15-corrected.1", "L15-gradient.1"),
    *("L15-differential.1", "L16.1", "L17-one-unit.1", "L18-eigenbasis.1", "L21.2", "L22.3", "L24-held.1", "L25.1"),
    *("L22-delta.2", "L23-delta-gates.3", "L25-delta-gates.2", "L25-delta-states.4"),
    *("L28.1", "L28-mean.1", "L28-variance-step.1", "L28-variance.1", "L29-errors.1"),
}

WRONG_QUICK = {
    "L08.1",
    "L13.1",
    "L14.1",
    "L15.1",
    "L15-total.1",
    "L17-generic.1",
    "L22-own-loss.1",
    "L22-one-path.1",
    "L22-delta-slope.1",
    "L22-delta-transpose.1",
    "L28-value.1",
}

ENOUGH = Limits(time=120)


def certified(equation: Equation, recurrence: Recurrence | None, name: str) -> tuple[str, ...] | None:
    """The lines of a certificate of what was asked, or None where none is found in time."""
    try:
        with spending(ENOUGH):
            lines = certificate(equation, recurrence, name).lines
    except (NotFoundError, LimitError):
        return None
    require_asked(replay(lines[1:]), equation, recurrence)
    return tuple(lines)


def accepted(parts: list[Shipped], folder: Path) -> list[str]:
    """The equations without a certificate; those of all others are checked in one fresh process."""
    missing = []
    for part in parts:
        lines = certified(part.equation, part.recurrence, part.id)
        if lines is None:
            missing.append(part.id)
        else:
            (folder / f"{part.id}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    found = lines_of(check(folder))
    assert [line for line in found if not line.startswith("accepted ")] == []
    assert len(found) == len(parts) - len(missing)
    return missing


@pytest.mark.table(quick=0)
def test_some_shipped_equations_are_accepted_by_a_fresh_process(tmp_path: Path) -> None:
    parts = [part for part in shipped() if part.id in QUICK]
    assert len(parts) == len(QUICK)
    assert accepted(parts, tmp_path) == []


@pytest.mark.exhaustive
def test_every_shipped_equation_is_accepted_by_a_fresh_process(tmp_path: Path) -> None:
    assert set(accepted([part for part in shipped() if part.expected is Kind.PROVED], tmp_path)) <= WITHOUT.keys()


WRONG = [part for part in shipped() if part.expected is Kind.REFUTED and part.parts == 1]


@pytest.mark.parametrize(
    "part",
    [pytest.param(p, id=p.id, marks=[] if p.id in WRONG_QUICK else [pytest.mark.exhaustive]) for p in WRONG],
)
def test_a_false_claim_has_no_certificate(part: Shipped) -> None:
    assert certified(part.equation, part.recurrence, part.id) is None


def slips_without(claim: TrueClaim, every: int, most: int | None = None) -> int:
    """How many slips there are that make a claim false, each without a certificate."""
    tried = 0
    for mutant in islice(mutants(claim.equation, claim.model), 0, most, every):
        if mutant.equation is not None and differs(mutant.equation, claim.model):
            assert certified(mutant.equation, claim.model, "slip") is None, f"{mutant.kind} at {mutant.place}"
            tried += 1
    return tried


FEW = [claim for claim in TRUE_CLAIMS if claim.id in ("L16", "L16-written", "L17")]


@pytest.mark.parametrize("claim", FEW, ids=lambda claim: claim.id)
def test_slips_have_no_certificate(claim: TrueClaim) -> None:
    assert slips_without(claim, every=6, most=24) > 0


@pytest.mark.exhaustive
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=lambda claim: claim.id)
def test_every_slip_has_no_certificate(claim: TrueClaim) -> None:
    assert slips_without(claim, every=claim.every) > 0


# -- beyond the library ------------------------------------------------------------------------------------------------

MODELS: dict[str, Callable[[], Recurrence]] = {
    **{name: entry.make for name, entry in CELLS.items() if name not in ("Elman", "IRNN", "Layered")},
    "Elman, squared error": lambda: Elman("tanh", loss="squared_error"),
    "Elman, softmax": lambda: Elman("tanh", loss="softmax_cross_entropy"),
    "Stacked": lambda: Stacked(Elman("phi"), Elman("psi")),
    "Bidirectional": lambda: Bidirectional(Elman("phi"), Elman("psi")),
}
BEYOND = {
    "Leaky": "the number 1 - α",
    "LSTM1997": "the output gate by the state one step back",
}
"""Models for which some certificate is not found yet, and what is in the way."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in ("MGU",) else [pytest.mark.exhaustive]) for n in MODELS],
)
def test_models_beyond_the_library_have_certificates(name: str) -> None:
    """One step of each state, and a state by the first parameter."""
    model = MODELS[name]()
    if name in BEYOND:
        pytest.xfail(BEYOND[name])
    for state in model.states():
        at = state.sequence[t]
        by = next(p for p in model.parameters if not isinstance(p, Element))
        for wrt in (state.sequence[t - 1], by):
            derived = model.derive(at, wrt=wrt).equation
            assert certified(derived, model, "derived") is not None, derived
