"""Which slip explains wrong gradients: those that the proved pass has with a slip in it, to the last digits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from symrnn.expr import Element
from symrnn.testing.program import Array, Draw, Gradients, Program
from symrnn.testing.sites import Lines, counted
from symrnn.testing.slips import Slip, only, planted

Pass = Callable[[Draw], Gradients | None]
"""All gradients at numbers; None where the pass cannot be run there."""

SMALL = 1e-4
"""How small a gradient has to be beside the largest one to be compared with that."""

MOST = 6
"""Most explanations that are named."""


@dataclass(frozen=True)
class Evidence:
    """What a backward pass gave at some numbers.

    Args:
        drawn: the numbers.
        right: the proved gradients.
        found: what was returned, as far as it was.
        tolerance: the largest relative difference that is one of rounding.
    """

    drawn: Draw
    right: Gradients
    found: Gradients
    tolerance: float

    @property
    def wrong(self) -> tuple[str, ...]:
        """The gradients that differ."""
        return tuple(name for name in self.found if not self.agrees(name, self.right[name]))

    def agrees(self, name: str, value: Any) -> bool:
        """Whether a gradient that was returned is a value, up to rounding."""
        return close(self.found[name], value, self.allowed(value))

    def allowed(self, value: Array) -> float:
        """The largest difference from a gradient that is one of rounding.

        It is relative to its largest entry; if that is next to nothing beside the others, as it is when they cancel
        out, to a small part of the largest of all.
        """
        return self.tolerance * max(SMALL * self.largest, float(np.max(np.abs(value), initial=0.0)))

    @cached_property
    def largest(self) -> float:
        """The largest entry of all the proved gradients."""
        return max(float(np.max(np.abs(value), initial=0.0)) for value in self.right.values())

    def explained(self, gradients: Gradients | None) -> bool:
        """Whether everything that was returned is what another pass gives."""
        return gradients is not None and all(self.agrees(name, gradients[name]) for name in self.found)


def close(one: Any, other: Any, allowed: float) -> bool:
    """Whether two arrays differ by what is allowed at most.

    >>> close([1.0, 1e-12], [1.0, 0.0], 1e-9), close([1.0, float("nan")], [1.0, 0.0], 1e-9)
    (True, False)
    """
    first, second = np.asarray(one), np.asarray(other)
    with np.errstate(invalid="ignore"):
        return first.shape == second.shape and bool(np.all(np.abs(first - second) <= allowed))


def explanations(program: Program, evidence: Sequence[Evidence], seconds: float) -> tuple[tuple[Slip, ...], ...]:
    """The slips that give just these numbers: single ones, or pairs where no single one does.

    Args:
        program: the proved pass.
        evidence: what was returned, at several numbers.
        seconds: for how long pairs are looked for.
    """
    longest = max(each.drawn.steps for each in evidence)
    singles = [(slip, run) for slip, run in _passes(program, longest) if _tried(run, evidence[0])]
    found = [slip for slip, run in singles if all(each.explained(run(each.drawn)) for each in evidence)]
    found += _clipped(evidence)
    if found:
        return tuple((slip,) for slip in _distinct(found))
    return tuple(_pairs(program, evidence, time.process_time() + seconds))


def _tried(run: Pass, evidence: Evidence) -> bool:
    return evidence.explained(run(evidence.drawn))


def _passes(program: Program, steps: int) -> Iterator[tuple[Slip, Pass]]:
    """Every slip with the pass that has it."""
    lines = Lines(program.backward)
    for slip in planted(lines, steps):
        yield slip, _with_slips(program, lines, (slip,))
    if (
        len(lines.loops) == 1
        and program.slopes
        and all(isinstance(each.of, Element) for each in program.slopes.values())
    ):
        yield from _of_windows(program, lines, steps)
    yield from _of_results(program)


def _with_slips(program: Program, lines: Lines, slips: Sequence[Slip]) -> Pass:
    edits = {at: new for slip in slips for at, new in (slip.edits or {}).items()}
    compiled: list[Callable[..., Any]] = []

    def run(drawn: Draw) -> Gradients | None:
        try:
            if not compiled:
                compiled.append(program.altered(lines.replaced(edits)))
            with np.errstate(all="ignore"):
                return program.gradients(drawn, compiled[0])
        except (KeyError, ValueError, UnboundLocalError, NameError, IndexError, TypeError, AttributeError):
            return None  # with this slip it is not a program for these shapes: it cannot be what happened

    return run


# -- slips that are not in one line --------------------------------------------------------------------------------


def _of_windows(program: Program, lines: Lines, steps: int) -> Iterator[tuple[Slip, Pass]]:
    """The error of each loss goes back some steps only; or everything but its own step counts."""

    def alone(drawn: Draw, at: int) -> dict[str, Any]:
        """The slopes of the loss of one step."""
        chosen = np.arange(1, drawn.steps + 1)[:, None, None] == at
        return {name: value * chosen for name, value in drawn.slopes.items()}

    def window(count: int, *, others: bool) -> Pass:
        def run(drawn: Draw) -> Gradients | None:
            total: Gradients = {}
            for last in range(1, drawn.steps + 1):
                cut = program.altered(lines.replaced(only(lines, f"{last - count} < t <= {last}")))
                part = program.gradients(drawn, cut, alone(drawn, last))
                total = {name: total.get(name, 0) + value for name, value in part.items()}
            if not others:
                return total
            return {name: value - total[name] for name, value in program.gradients(drawn).items()}

        return run

    for count in range(1, steps):
        yield (
            Slip("truncated", f"the error of each loss goes back {counted(count, 'step')} only (truncated)"),
            window(count, others=False),
        )
    yield (
        Slip("missing k = 0", "the term k = 0 is missing: what each loss sees of its own step"),
        window(1, others=True),
    )


def _of_results(program: Program) -> Iterator[tuple[Slip, Pass]]:
    """The whole result is scaled, as by a mean that stands for a sum."""
    scales: dict[str, Callable[[Draw], float]] = {
        "everything has the wrong sign": lambda drawn: -1.0,
        "everything is divided by T: a mean over time stands for the sum": lambda drawn: 1 / drawn.steps,
        "everything is divided by the batch size: a mean over the batch stands for the sum": lambda drawn: (
            1 / drawn.batch
        ),
        "everything is divided by T and by the batch size: a mean stands for the sum": lambda drawn: (
            1 / (drawn.steps * drawn.batch)
        ),
        "everything is doubled": lambda drawn: 2.0,
        "everything is halved": lambda drawn: 0.5,
        "everything is multiplied by T": lambda drawn: float(drawn.steps),
        "everything is multiplied by the batch size": lambda drawn: float(drawn.batch),
    }

    def scaled(scale: Callable[[Draw], float]) -> Pass:
        return lambda drawn: {name: value * scale(drawn) for name, value in program.gradients(drawn).items()}

    for what, scale in scales.items():
        yield Slip("mean for sum" if "mean" in what else "scale", what), scaled(scale)


def _clipped(evidence: Sequence[Evidence]) -> Iterator[Slip]:
    """The proved gradients, clipped at one threshold at all numbers."""
    largest = max(float(np.abs(value).max()) for each in evidence for value in each.found.values())
    clipped = [{n: np.clip(v, -largest, largest) for n, v in each.right.items()} for each in evidence]
    if largest > 0 and all(each.explained(found) for each, found in zip(evidence, clipped, strict=True)):
        yield Slip("clipped", f"the gradients are clipped by value, at {largest:.4g}")
    groupings: dict[str, Callable[[Evidence], list[list[str]]]] = {
        "the gradients are clipped by their norm all together": lambda each: [list(each.found)],
        "each gradient is clipped by its norm": lambda each: [[name] for name in each.found],
    }
    for what, groups in groupings.items():
        norms = [_norm(each.found, group) for each in evidence for group in groups(each)]
        bound = max(norms)
        if bound > 0 and all(each.explained(_scaled(each, groups(each), bound)) for each in evidence):
            yield Slip("clipped", f"{what}, at {bound:.4g}")


def _norm(gradients: Gradients, names: Iterable[str]) -> float:
    return float(np.sqrt(sum(float(np.sum(gradients[name] ** 2)) for name in names)))


def _scaled(evidence: Evidence, groups: Iterable[Sequence[str]], bound: float) -> Gradients:
    factors = {name: min(1.0, bound / max(_norm(evidence.right, group), 1e-300)) for group in groups for name in group}
    return {name: evidence.right[name] * factor for name, factor in factors.items()}


# -- pairs -----------------------------------------------------------------------------------------------------------


def _pairs(program: Program, evidence: Sequence[Evidence], end: float) -> Iterator[tuple[Slip, ...]]:
    """Two slips in different lines that explain the numbers together; not all are waited for once there is one."""
    lines, found = Lines(program.backward), set[tuple[str, ...]]()
    planned = [slip for slip in planted(lines, evidence[0].drawn.steps) if slip.edits]
    for one, other in _candidates(program, lines, planned, evidence):
        if time.process_time() > end or len(found) == MOST:
            return
        names = tuple(sorted((one.wrong or one.what, other.wrong or other.what)))
        if names in found or set(one.edits or ()) & set(other.edits or ()):
            continue
        run = _with_slips(program, lines, (one, other))
        if all(each.explained(run(each.drawn)) for each in reversed(evidence)):
            end = min(end, time.process_time() + 1) if not found else end
            found.add(names)
            yield one, other


def _candidates(
    program: Program, lines: Lines, planned: Sequence[Slip], evidence: Sequence[Evidence]
) -> Iterator[tuple[Slip, Slip]]:
    """Pairs worth trying, the most likely first.

    In short sequences slips do not reach each other: there each explains the gradients that it alone makes wrong, or
    both together change them by the sum of their changes.
    """
    helpful: dict[str, tuple[int, Slip]] = {}
    for each in sorted(evidence[:3], key=lambda each: each.drawn.steps)[:2]:
        runs = [(slip, _with_slips(program, lines, (slip,))(each.drawn)) for slip in planned]
        fitting = [(slip, result) for slip, result in runs if result is not None and _fits(result, each)]
        yield from _summing_up(fitting, each)
        usual = _explained(each.right, each)
        for slip, result in fitting:
            more = _explained(result, each) - usual
            if more > helpful.get(slip.what, (0, slip))[0]:
                helpful[slip.what] = more, slip
    likely = [slip for _, slip in sorted(helpful.values(), key=lambda found: -found[0])]
    yield from combinations(likely, 2)
    yield from ((one, other) for one in likely for other in planned if other not in likely)


def _summing_up(runs: Sequence[tuple[Slip, Gradients]], evidence: Evidence) -> Iterator[tuple[Slip, Slip]]:
    """The pairs whose changes add up to that of what was found."""
    right = _flat(evidence.right, evidence)
    missing = _flat(evidence.found, evidence) - right
    changes = [(slip, _flat(result, evidence) - right) for slip, result in runs]
    by_change = {_key(change): slip for slip, change in reversed(changes)}
    for slip, change in changes:
        other = by_change.get(_key(missing - change))
        if other is not None and np.any(np.abs(change) > evidence.tolerance * evidence.largest):
            yield slip, other


def _explained(gradients: Gradients, evidence: Evidence) -> int:
    """How many of the gradients that were returned a pass explains."""
    return sum(evidence.agrees(name, gradients[name]) for name in evidence.found)


def _key(change: Any) -> bytes:
    return bytes((np.round(change, 6) + 0.0).tobytes())


def _fits(gradients: Gradients, first: Evidence) -> bool:
    return all(gradients[name].shape == value.shape for name, value in first.right.items())


def _flat(gradients: Gradients, first: Evidence) -> Array:
    return np.concatenate([np.ravel(gradients[name]) for name in first.found])


def _distinct(found: Sequence[Slip]) -> list[Slip]:
    """The slips with different lines, at most a few; simple ones first."""
    return list({slip.wrong or slip.what: slip for slip in reversed(found)}.values())[::-1][:MOST]
