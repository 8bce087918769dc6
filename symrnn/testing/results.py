"""Slips in what is returned or handed in: gradients exchanged, decayed, clipped, or begun with something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from symrnn.testing.evidence import Evidence
from symrnn.testing.program import Draw, Gradients, Program
from symrnn.testing.slips import Slip

Pass = Callable[[Draw], Gradients | None]
"""All gradients at numbers; None where the pass cannot be run there."""

UNFIT = (KeyError, ValueError, NameError, IndexError, TypeError, AttributeError)
"""What a pass with a slip in it raises where the slip makes no program of it; of our own text alone."""


def of_results(program: Program) -> Iterator[tuple[Slip, Pass]]:
    """The whole result is scaled, turned round in time, or begun with something else than zeros."""
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
        "everything is returned as zeros": lambda drawn: 0.0,
    }

    def scaled(scale: Callable[[Draw], float]) -> Pass:
        return lambda drawn: {name: value * scale(drawn) for name, value in program.gradients(drawn).items()}

    for what, scale in scales.items():
        yield Slip("mean for sum" if "mean" in what else "scale", what), scaled(scale)

    def begun(drawn: Draw) -> Gradients:
        found = program.gradients(drawn)
        return found | {name: found[name] + value for name, value in drawn.params.items() if name in found}

    def with_ones(drawn: Draw) -> Gradients:
        return {n: v + 1 if n in drawn.params else v for n, v in program.gradients(drawn).items()}

    def turned(drawn: Draw) -> Gradients:
        return {n: v[::-1] if n in drawn.inputs else v for n, v in program.gradients(drawn).items()}

    yield Slip("not begun with zeros", "the sum over time begins with the parameter itself, and not with zeros"), begun
    yield Slip("not begun with zeros", "the sum over time begins with ones, and not with zeros"), with_ones
    yield Slip("turned", "the errors of the inputs are returned from the last step to the first"), turned
    yield from _of_gates(program)


def _of_gates(program: Program) -> Iterator[tuple[Slip, Pass]]:
    """The parameters of two gates are read in each other's place, as where stacked ones are cut in another order."""
    families: defaultdict[str, set[str]] = defaultdict(set)
    for each in program.plan.recurrence.parameters:
        family, _, gate = each.name.rpartition("_")
        families[family].add(gate)
    gates = set.union(*families.values()) if families else set()
    shared = [gate for gate in sorted(gates) if sum(gate in each for each in families.values()) > 1]
    for one, other in combinations(shared, 2):
        places = {
            f"{family}_{gate}": f"{family}_{twin}"
            for family, each in families.items()
            for gate, twin in ((one, other), (other, one))
            if {one, other} <= each
        }

        def read(drawn: Draw, places: dict[str, str] = places) -> Gradients | None:
            if any(drawn.params[name].shape != drawn.params[twin].shape for name, twin in places.items()):
                return None  # weights of the input and of the state, say
            params = {name: drawn.params[places.get(name, name)] for name in drawn.params}
            found = program.gradients(program.at(drawn, params))
            return {name: found[places.get(name, name)] for name in found}

        if len(places) > 2:
            yield (
                Slip("gates exchanged", f"the parameters of {one} are read as those of {other}, and the reverse"),
                read,
            )


# -- what the numbers themselves tell ------------------------------------------------------------------------------


def from_numbers(evidence: Sequence[Evidence], wrong: Collection[str]) -> Iterator[Slip]:
    """Slips that are found from the gradients that are wrong and the proved ones, with no other pass."""
    yield from _exchanged(evidence, wrong)
    yield from _decayed(evidence, wrong)
    yield from _clipped(evidence, [])
    params = [name for name in evidence[0].found if name in evidence[0].drawn.params]
    for names in dict.fromkeys((tuple(params), tuple(wrong))):
        if set(wrong) <= set(names) < set(evidence[0].found):
            yield from _clipped(evidence, names)


def _exchanged(evidence: Sequence[Evidence], wrong: Collection[str]) -> Iterator[Slip]:
    """Each wrong gradient is the right one by something else."""
    places = {}
    for name in wrong:
        others = (other for other in evidence[0].right if other != name)
        is_other = next((o for o in others if all(_agrees(each, name, o) for each in evidence)), None)
        if is_other is None:
            return
        places[name] = is_other
    told = ", ".join(f"that by {other} as the one by {name}" for name, other in places.items())
    if told:
        yield Slip("exchanged", f"gradients are returned in each other's place: {told}")


def _agrees(evidence: Evidence, name: str, other: str) -> bool:
    value = evidence.right[other]
    return name not in evidence.found or (
        value.shape == evidence.found[name].shape and bool(np.any(value)) and evidence.agrees(name, value)
    )


def _decayed(evidence: Sequence[Evidence], wrong: Collection[str]) -> Iterator[Slip]:
    """A multiple of the parameter is added, as weight decay is."""
    first = evidence[0]
    if not wrong or not set(wrong) <= set(first.drawn.params) or not set(wrong) <= set(first.found):
        return
    weights = np.concatenate([np.ravel(first.drawn.params[name]) for name in wrong])
    apart = np.concatenate([np.ravel(first.found[name] - first.right[name]) for name in wrong])
    rate = float(f"{float(apart @ weights) / float(weights @ weights):.6g}")  # what somebody has written has few digits
    if rate and all(
        each.agrees(name, each.right[name] + rate * each.drawn.params[name])
        for each in evidence
        for name in wrong
        if name in each.found
    ):
        yield Slip("weight decay", f"{rate:g} times the parameter is added to the gradient by {', '.join(wrong)}")


def _clipped(evidence: Sequence[Evidence], names: Sequence[str]) -> Iterator[Slip]:
    """The proved gradients, clipped at one threshold at all numbers; all of them, or those by some names.

    What is clipped once alone has any threshold, and tells none.
    """
    of = f" (those by {', '.join(names)})" if names else ""
    chosen = names or list(evidence[0].found)
    largest = max(float(np.abs(each.found[name]).max()) for each in evidence for name in chosen)
    clipped = [{n: np.clip(each.right[n], -largest, largest) for n in chosen} for each in evidence]
    cut = sum(int((np.abs(each.right[name]) > largest).sum()) for each in evidence for name in chosen)
    if largest > 0 and cut > 1 and all(_is(each, found) for each, found in zip(evidence, clipped, strict=True)):
        yield Slip("clipped", f"the gradients are clipped by value, at {largest:.4g}{of}")
    groupings: dict[str, list[list[str]]] = {
        "the gradients are clipped by their norm all together": [list(chosen)],
        "each gradient is clipped by its norm": [[name] for name in chosen],
    }
    for what, groups in groupings.items():
        bound = max(_norm(each.found, group) for each in evidence for group in groups)
        cut = sum(_norm(each.right, group) > bound * (1 + each.tolerance) for each in evidence for group in groups)
        if bound > 0 and cut > 1 and all(_is(each, _scaled(each, groups, bound)) for each in evidence):
            yield Slip("clipped", f"{what}, at {bound:.4g}{of}")


def _is(evidence: Evidence, gradients: Gradients) -> bool:
    return all(evidence.agrees(name, value) for name, value in gradients.items())


def _norm(gradients: Gradients, names: Iterable[str]) -> float:
    with np.errstate(all="ignore"):  # what is wrong may be too large to be squared
        return float(np.sqrt(sum(float(np.sum(gradients[name] ** 2)) for name in names)))


def _scaled(evidence: Evidence, groups: Iterable[Sequence[str]], bound: float) -> Gradients:
    factors = {name: min(1.0, bound / max(_norm(evidence.right, group), 1e-300)) for group in groups for name in group}
    return {name: evidence.right[name] * factor for name, factor in factors.items()}


__all__ = ["UNFIT", "Pass", "from_numbers", "of_results"]
