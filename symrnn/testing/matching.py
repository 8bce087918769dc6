"""Which slip explains wrong gradients: those that the proved pass has with a slip in it, to the last digits."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from symrnn.expr import Element
from symrnn.testing.courses import of_courses
from symrnn.testing.evidence import Evidence
from symrnn.testing.program import Array, Draw, Gradients, Program
from symrnn.testing.results import Pass, from_numbers, of_results
from symrnn.testing.sites import Lines, counted
from symrnn.testing.slips import Slip, but_at_the_start, only, planted
from symrnn.testing.variants import Variants

MOST = 6
"""Most explanations that are named."""


def explanations(program: Program, evidence: Sequence[Evidence], seconds: float) -> tuple[tuple[Slip, ...], ...]:
    """The slips that give just these numbers: single ones, or pairs where no single one does.

    Args:
        program: the proved pass.
        evidence: what was returned, at several numbers.
        seconds: for how long pairs are looked for.
    """
    longest = max(each.drawn.steps for each in evidence)
    lines = Lines(program.backward)
    slips = tuple(planted(lines, longest))
    variants = Variants(program, lines, slips)
    wrong = list(dict.fromkeys(name for each in evidence for name in each.wrong))
    fitting = _fitting(_passes(variants, slips, longest), evidence, wrong)
    found = [slip for slip, is_whole in fitting if is_whole]
    found += from_numbers(evidence, wrong)
    if not found:
        others = tuple(but_at_the_start(lines, slips))
        runs = Variants(program, lines, others)
        found = [slip for slip, whole in _fitting(((s, runs.run((s,))) for s in others), evidence, wrong) if whole]
    if not found:  # what is right may have been computed without the slip
        of = f"in the gradients by {', '.join(wrong)} alone"
        whole = sorted((slip for slip, _ in fitting if not slip.wrong), key=lambda slip: slip.edits is not None)
        found = [replace(slip, what=f"{slip.what}; {of}") for slip in whole]
    if found:
        return tuple((slip,) for slip in _distinct(found))
    return tuple(_pairs(program, evidence, time.process_time() + seconds))


def _fitting(
    passes: Iterable[tuple[Slip, Pass]], evidence: Sequence[Evidence], wrong: Sequence[str]
) -> list[tuple[Slip, bool]]:
    """The slips that explain what is wrong, each with whether they explain everything that was returned."""
    shown = [each for each in evidence if set(each.wrong) == set(wrong)] or [evidence[0]]
    shortest = min(shown, key=lambda each: each.drawn.steps)  # most slips are soon told apart from what was returned
    singles = [(slip, run) for slip, run in passes if _tried(run, shortest, wrong)]
    return [
        (slip, all(each.explained(run(each.drawn), each.found) for each in evidence))
        for slip, run in singles
        if all(each.explained(run(each.drawn), wrong) for each in evidence)
    ]


def _tried(run: Pass, evidence: Evidence, names: Sequence[str]) -> bool:
    return evidence.explained(run(evidence.drawn), names)


def _passes(variants: Variants, slips: Sequence[Slip], steps: int) -> Iterator[tuple[Slip, Pass]]:
    """Every slip with the pass that has it."""
    program, lines = variants.program, variants.lines
    for slip in slips:
        yield slip, variants.run((slip,))
    if (
        len(lines.loops) == 1
        and program.slopes
        and all(isinstance(each.of, Element) for each in program.slopes.values())
    ):
        yield from _of_windows(program, lines, steps)
    yield from of_courses(program, lines, steps)
    yield from of_results(program)


# -- slips that are not in one line --------------------------------------------------------------------------------


def _of_windows(program: Program, lines: Lines, steps: int) -> Iterator[tuple[Slip, Pass]]:
    """The error of each loss goes back some steps only; or everything but its own step counts."""

    def alone(drawn: Draw, at: int) -> dict[str, Any]:
        """The slopes of the loss of one step."""
        chosen = np.arange(1, drawn.steps + 1)[:, None, None] == at
        return {name: value * chosen for name, value in drawn.slopes.items()}

    cut = program.altered(lines.replaced(only(lines, "_first < t <= _last")), _first=0, _last=0)

    def window(count: int, *, others: bool) -> Pass:
        def run(drawn: Draw) -> Gradients | None:
            total: Gradients = {}
            for last in range(1, drawn.steps + 1):
                cut.__globals__.update(_first=last - count, _last=last)
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


# -- pairs -----------------------------------------------------------------------------------------------------------


def _pairs(program: Program, evidence: Sequence[Evidence], end: float) -> Iterator[tuple[Slip, ...]]:
    """Two slips in different lines that explain the numbers together; not all are waited for once there is one."""
    lines, found = Lines(program.backward), set[tuple[str, ...]]()
    planned = [slip for slip in planted(lines, evidence[0].drawn.steps) if slip.edits]
    variants = Variants(program, lines, planned)
    for one, other in _candidates(variants, planned, evidence):
        if time.process_time() > end or len(found) == MOST:
            return
        names = tuple(sorted((one.wrong or one.what, other.wrong or other.what)))
        if names in found or set(one.edits or ()) & set(other.edits or ()):
            continue
        run = variants.run((one, other))
        if all(each.explained(run(each.drawn), each.found) for each in reversed(evidence)):
            end = min(end, time.process_time() + 1) if not found else end
            found.add(names)
            yield one, other


def _candidates(
    variants: Variants, planned: Sequence[Slip], evidence: Sequence[Evidence]
) -> Iterator[tuple[Slip, Slip]]:
    """Pairs worth trying, the most likely first.

    In short sequences slips do not reach each other: there each explains the gradients that it alone makes wrong, or
    both together change them by the sum of their changes.
    """
    helpful: dict[str, tuple[int, Slip]] = {}
    for each in sorted(evidence[:3], key=lambda each: each.drawn.steps)[:2]:
        runs = [(slip, variants.run((slip,))(each.drawn)) for slip in planned]
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
    """The slips with different lines, at most a few; simple ones first, and none that has another and more."""
    least = [slip for slip in found if not any(_is_more(slip, other) for other in found)]
    return list({slip.wrong or slip.what: slip for slip in reversed(least)}.values())[::-1][:MOST]


def _is_more(slip: Slip, other: Slip) -> bool:
    """Whether a slip is another one, and something that changes nothing of what was returned."""
    one, less = ({(at, id(new)) for at, new in (each.edits or {}).items()} for each in (slip, other))
    return bool(less) and less < one
