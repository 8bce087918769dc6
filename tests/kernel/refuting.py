"""Looks for numbers at which what a certificate proved is false."""

from __future__ import annotations

import itertools
from typing import Any

from kernel.evaluator import Model, NoValueError, at_values, same

SMALL = range(-1, 4)


def variables_of(x: Any, bound: frozenset[str] = frozenset()) -> set[str]:
    """The free variables in a tuple, by its shape alone: linear forms are (((name, number), …), number)."""
    if not isinstance(x, tuple):
        return set()
    if (
        len(x) == 2
        and isinstance(x[0], tuple)
        and isinstance(x[1], int)
        and all(_is_coefficient(pair) for pair in x[0])
    ):
        return {name for name, _ in x[0]} - bound
    if x and x[0] in ("sum", "prod", "rise"):
        inside = variables_of(x[4], bound | {x[1]})
        return inside | variables_of(x[2], bound) | variables_of(x[3], bound)
    return {name for part in x for name in variables_of(part, bound)}


def _is_coefficient(pair: Any) -> bool:
    return isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and type(pair[1]) is int


def widths_of(quantities: Any) -> dict[str, int]:
    """Small numbers for the widths of a system."""
    names = {
        atom
        for known in quantities.values()
        for s in (known.rows, known.cols)
        for atoms, _ in s
        for atom in atoms
        if isinstance(atom, str)
    }
    return {name: (2, 3, 1)[at % 3] for at, name in enumerate(sorted(names))}


def counterexample(theorem: Any, seed: int = 0) -> dict[str, int] | None:
    """Values of the free variables at which a theorem is false, None if there are none among the small ones."""
    quantities = theorem.system.quantities
    model = Model(quantities, widths_of(quantities), seed)
    names = sorted(
        variables_of((theorem.left, theorem.right, theorem.facts))
        | variables_of(theorem.hypotheses)
        | theorem.system.fixed
    )
    model.fixed = {}
    for chosen in itertools.product(SMALL, repeat=len(names)):
        values = dict(zip(names, chosen, strict=True))
        if any(at_values(fact, values) < 0 for fact in theorem.facts):
            continue
        fixed = {v: values[v] for v in theorem.system.fixed}
        if fixed != model.fixed:
            model = Model(quantities, widths_of(quantities), seed)
            model.fixed = fixed
        try:
            assumed = all(
                same(model(h.left, values), model(h.right, values))
                for h in theorem.hypotheses
                if all(at_values(fact, values) >= 0 for fact in h.facts)
            )
            if assumed and not same(model(theorem.left, values), model(theorem.right, values)):
                return values
        except NoValueError:
            continue
    return None
