"""Testing the checker on sizes: slips planted in the lecture's bounds and limits are refuted, and never proved.

Whether a mutant is really false, and whether a counterexample is really one, is decided by :mod:`check.norm_oracle`,
which shares no code with the checker.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from check.norm_mutations import Mutant, Statement, mutants
from check.norm_oracle import Function, NowhereError, World, drawn_worlds, is_violated, misses, shapes, symbols_of

from symrnn.activations import z
from symrnn.cells import Layered
from symrnn.check.kernel import prove_norms
from symrnn.check.refuting.sampling import Sloped
from symrnn.check.refuting.search import Finding
from symrnn.check.refuting.sequences import refute_limit
from symrnn.check.refuting.trials import MOST_ATTEMPTS, attempt
from symrnn.derivation import AllOf, Counterexample, Inequality, Kind, Limit
from symrnn.errors import SymrnnError
from symrnn.library import load_file
from symrnn.recurrence import Recurrence

SEED = 20
FOLDER = Path(__file__).parents[2] / "derivations"
FILES = ("L09_attenuation.py", "L19_long_distances.py")
TOO_ALIKE = ("L19-bound-2",)
"""Left out to save time: the 1-norm behaves like the ∞-norm."""

LONG = ("L19-state-by-weights-closed", "L19-loss-by-weights")
"""Whose proofs take a while: those of mutants that seem harmless are left out."""

AT_HARMLESS = 25
"""At how many trials a mutant is tried that the oracle has found nothing wrong with."""

LEFT_OPEN = {("L19-from-below", "spectral radius")}
"""False, but only for weights and states that are rarely drawn: (c ρ(W))^k exceeds the norm by a little at k = 2, for
weights whose eigenvalues are far apart and a slope that differs from unit to unit."""


@dataclass(frozen=True)
class TrueClaim:
    """A bound or a limit that holds."""

    id: str
    statement: Statement
    model: Recurrence


def true_claims() -> list[TrueClaim]:
    """What two files of the lecture prove, statement by statement."""
    found = []
    for claim in (
        claim for name in FILES for claim in load_file(FOLDER / name).claims if claim.expected is Kind.PROVED
    ):
        parts = claim.statement.parts if isinstance(claim.statement, AllOf) else (claim.statement,)
        names = [claim.id] if len(parts) == 1 else [f"{claim.id}-{number}" for number in range(1, len(parts) + 1)]
        found += [TrueClaim(name, part, claim.recurrence) for name, part in zip(names, parts, strict=True)]
    return [claim for claim in found if claim.id not in TOO_ALIKE]


TRUE_CLAIMS = true_claims()


@dataclass(frozen=True)
class Fate:
    """How one mutant fared; ``false`` is None where the oracle finds no world that it speaks of."""

    claim: str
    mutant: Mutant
    false: bool | None
    proved: bool = False
    refuted: bool = False
    confirmed: bool = True
    shown: str = ""

    def __str__(self) -> str:
        return f"{self.claim}, {self.mutant.kind} at {self.mutant.place}: {self.mutant.statement} {self.shown}"


def judged(claim: TrueClaim, worlds: list[World]) -> list[Fate]:
    """Every mutant of a claim, judged and checked; one that is refused as it is written down counts as refuted."""
    out = []
    for mutant in mutants(claim.statement, claim.model):
        if mutant.statement is None:
            out.append(Fate(claim.id, mutant, True, refuted=True))
            continue
        false = is_violated(mutant.statement, worlds)
        if (false or claim.id not in LONG) and is_proved(mutant.statement, claim.model):
            out.append(Fate(claim.id, mutant, false, proved=True))
        elif isinstance(mutant.statement, Limit):
            found = refute_limit(mutant.statement, claim.model, SEED)
            confirmed = found is None or limit_confirmed(found, mutant.statement, claim.model)
            out.append(Fate(claim.id, mutant, false, False, found is not None, confirmed, str(found)))
        else:
            tries = MOST_ATTEMPTS if false else AT_HARMLESS
            failure = attempt(mutant.statement, claim.model, SEED, most=tries).finding
            confirmed = failure is None or failure_confirmed(failure, mutant.statement, claim.model)
            out.append(Fate(claim.id, mutant, false, False, failure is not None, confirmed, str(failure)))
    return out


def is_proved(statement: Statement, model: Recurrence) -> bool:
    """Whether the kernel makes it a theorem."""
    try:
        prove_norms(statement, model)
    except SymrnnError:
        return False
    return True


# -- counterexamples in the eyes of the oracle -------------------------------------------------------------------------


def failure_confirmed(failure: Finding, statement: Inequality, model: Recurrence) -> bool:
    """Whether the oracle, given the numbers of a counterexample, finds the hypotheses true and the statement false.

    Where a side is said not to exist, whether it has no value there either.
    """
    drawn, instance = failure.assignment, failure.instance
    given = {**instance.given, **drawn.given, **drawn.drawn}
    matrices = {key: np.array([[as_float(entry) for entry in row] for row in rows]) for key, rows in given.items()}
    numbers = {name: float(rows[0, 0]) for (name, at), rows in matrices.items() if at is None and rows.size == 1}
    named = {str(size): at for size, at in instance.numbers.sizes.items()}
    world = World(
        isinstance(model, Layered),
        function_of(instance.stand_in),
        shapes(model, named, lambda layer: drawn.width("d", layer)),
        matrices,
        numbers,
        dict(instance.numbers.indices),
        seed=0,
    )
    if failure.undefined:
        return world.satisfies(statement.where, {}) and not has_value(world, statement)
    allowed = world.satisfies(statement.where, {}) and all(nearly_holds(world, h) for h in statement.given)
    return allowed and world.violates(statement, margin=1e-12)


def has_value(world: World, statement: Inequality) -> bool:
    """Whether both sides have a value in a world."""
    try:
        world.violates(statement, margin=0)
    except NowhereError:
        return False
    return True


def nearly_holds(world: World, hypothesis: object) -> bool:
    """Whether a hypothesis holds up to rounding: bounds are met exactly, which doubles cannot see."""
    try:
        if world.holds(hypothesis):
            return True
        grown = {name: value * (1 + 1e-9) for name, value in world.numbers.items()}
        shrunk = {name: value * (1 - 1e-9) for name, value in world.numbers.items()}
        others = (World(**{**vars(world), "numbers": numbers, "known": {}}) for numbers in (grown, shrunk))
        return any(other.holds(hypothesis) for other in others)
    finally:
        world.known.clear()


@cache
def function_of(stand_in: Sloped) -> Function:
    """A stand-in by its formula; the slopes that are said to be its extremes are looked for on a grid."""
    value = sp.lambdify(z, stand_in.activation.formula, "numpy")
    slopes = np.abs(np.imag(value(np.linspace(-50, 50, 20_001) + 1e-200j)) / 1e-200)
    least, most = float(stand_in.least), float(stand_in.most)
    assert least - 1e-9 <= slopes.min()
    assert slopes.max() <= most + 1e-9
    return Function(value, least, most)


def limit_confirmed(found: Counterexample, statement: Limit, model: Recurrence) -> bool:
    """Whether the oracle, given the printed values of a counterexample, sees another limit."""
    texts = dict(found.values)
    formula = next(texts.pop(name) for name in list(texts) if name.endswith("(z)"))
    value = sp.lambdify(z, sp.sympify(formula), "numpy")
    slope = float(np.abs(np.imag(value(np.array(1e-200j)))) / 1e-200)
    weights = [name for name in texts if name.startswith("W")]
    matrices = {(name, None): parsed(texts.pop(name)) for name in weights}
    numbers = {name: float(Fraction(text)) for name, text in texts.items()}
    named = {"m": 1, "q": 1, **{name: int(numbers.get(name, 1)) for name in "n"}}
    indices = dict.fromkeys(symbols_of(statement, model), 1)
    world = World(
        isinstance(model, Layered),
        Function(value, slope, slope),
        shapes(model, named, lambda layer: 1),
        matrices,
        numbers,
        indices,
        seed=0,
    )
    return all(nearly_holds(world, h) for h in statement.given) and misses(statement, world, straight=True)


def parsed(text: str) -> np.ndarray:
    """A matrix from its print."""
    rows = re.findall(r"\[([^\[\]]+)\]", text) or [text]
    return np.array([[float(Fraction(entry.strip())) for entry in row.split(",")] for row in rows])


def as_float(entry: object) -> float:
    """A rational, or the middle of a ball."""
    return float(entry.mid()) if hasattr(entry, "mid") else float(Fraction(str(entry)))


# -- the tests ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worlds() -> dict[Recurrence, list[World]]:
    """The worlds of each network, drawn once."""
    return {}


@pytest.fixture(scope="module")
def fates() -> dict[str, list[Fate]]:
    """All mutants, filled claim by claim as the tests run."""
    return {}


def around(claim: TrueClaim, worlds: dict[str, list[World]]) -> list[World]:
    """The numbers at which a claim and its mutants are tried, drawn once for each model."""
    key = f"{claim.model.name} {claim.model.definitions}"
    if key not in worlds:
        worlds[key] = list(drawn_worlds(claim.model, symbols_of(claim.statement, claim.model)))
    return worlds[key]


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=lambda claim: claim.id)
def test_slips_are_refuted_and_never_proved(
    claim: TrueClaim, worlds: dict[str, list[World]], fates: dict[str, list[Fate]]
) -> None:
    assert is_violated(claim.statement, around(claim, worlds)) is False
    found = fates[claim.id] = judged(claim, around(claim, worlds))
    assert found
    assert [str(f) for f in found if f.false and f.proved] == []
    assert [str(f) for f in found if f.refuted and not f.confirmed] == []
    assert [str(f) for f in found if f.false and not f.refuted and (f.claim, f.mutant.kind) not in LEFT_OPEN] == []


@pytest.mark.exhaustive
def test_statistics(
    worlds: dict[str, list[World]], fates: dict[str, list[Fate]], record_property: pytest.RecordProperty
) -> None:
    every = [f for claim in TRUE_CLAIMS for f in fates.get(claim.id) or judged(claim, around(claim, worlds))]
    harmless = [f for f in every if f.false is False]
    numbers = {
        "mutants": len(every),
        "refused as written": sum(f.mutant.statement is None for f in every),
        "false": sum(f.false is True for f in every),
        "refuted": sum(f.refuted for f in every),
        "not seen to be false": len(harmless),
        "of these proved": sum(f.proved for f in harmless),
        "of these refuted": sum(f.refuted for f in harmless),
        "of these undecided": sum(not f.refuted and not f.proved for f in harmless),
        "speaking of nothing": sum(f.false is None for f in every),
        "of these proved ": sum(f.false is None and f.proved for f in every),
    }
    kinds = Counter(f.mutant.kind for f in every if f.false)
    for name, number in {**numbers, **kinds}.items():
        record_property(name, number)
    print("\n", numbers, "\n", dict(kinds.most_common()))
    assert len(kinds) >= 15
    assert numbers["refuted"] >= 200
