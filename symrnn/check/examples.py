"""Counterexamples to statements about norms of plain matrices: small, and exact wherever there is an exact one.

The entries that are tried have rational lengths where they can, such as (3, 4), so that a failure can be checked by
hand. Where only irrational lengths are found, the two sides are told apart by balls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from itertools import product as cartesian
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixSymbol

from symrnn.budget import tick
from symrnn.certify.clipped_asked import Clipped
from symrnn.check.instances import allows
from symrnn.check.refute import matrices_text, number_text, shown
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality
from symrnn.derivation.verdict import Counterexample
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import Assignment, Enclosures, Evaluator
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Key
from symrnn.evaluate.scalars import compare
from symrnn.expr import Derivative, Element

BITS = 192
MOST = 1_600
"""Most places at which a statement is tried."""

FOR_EACH_SIZE = 400
AFTER_A_BALL = 150
"""How many places more are tried for an exact counterexample, once there is one by balls."""

AFTER_PROOF = 40
MOST_ENTRIES = 10_000
"""Most entries of all matrices together at which a statement is tried."""

NO_VALUE = (EvaluationError, UnknownTermError, LimitError)

NUMBERS = tuple(map(Fraction, ("1", "2", "5", "1/2", "3", "4", "0", "-1")))
COLUMNS: dict[int, tuple[tuple[int | str, ...], ...]] = {
    1: ((1,), (2,), (0,), (-1,), (3,), ("1/2",), (5,), (-2,)),
    2: ((1, 2), (3, 4), (1, 1), (0, 1), (4, 3), (1, 0), (-3, 4), (6, 8), (0, 0), (-1, 1), (2, 1), (1, "1/2")),
    3: ((1, 2, 2), (1, 1, 1), (2, 3, 6), (0, 3, 4), (1, 0, 0), (-2, 1, 2), (0, 0, 0)),
    4: ((1, 1, 1, 1), (1, 2, 2, 4), (3, 0, 0, 4), (1, 0, 0, 2), (-1, 1, 1, 1), (0, 0, 0, 0)),
}
"""Entries of small matrices, most of them with a rational length."""


@dataclass(frozen=True)
class Place:
    """Numbers for everything that a statement leaves open.

    Args:
        sizes: numbers of rows and columns.
        values: the entries of matrices, and numbers as 1 x 1 matrices, by name.
    """

    sizes: dict[sp.Symbol, int]
    values: dict[str, list[list[Fraction]]]


@dataclass(frozen=True)
class Failure:
    """A place at which a statement fails for certain."""

    place: Place
    left: Any
    right: Any
    exact: bool


def refute(statement: Clipped, seed: int, most: int = MOST) -> Counterexample | None:
    """Look for a small counterexample among plain matrices.

    Args:
        statement: every matrix in it may have any value, every number any that its symbol allows.
        seed: what drawn entries follow from.
        most: at how many places to try.

    Returns:
        The first one that is exact, or else the first; None when there is none, or the statement speaks of more.

    >>> from symrnn.expr import ClipByValue
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> print(refute(SameDirection(ClipByValue(g, theta), g), seed=0))
    n = 2, theta = 1, g = [[1], [2]]: left side [[1], [1]], right side [[1], [2]] (not in one direction, exact; ...)
    """
    if not is_about_plain_matrices(statement):
        return None
    by_balls, left = None, most
    for place in islice(places(statement, seed), MOST):
        found = failure(statement, place)
        if found is not None and found.exact:
            return _text(statement, found, seed)
        by_balls = by_balls or found
        left -= 1
        if by_balls is not None:
            left = min(left, AFTER_A_BALL)
        if left <= 0:
            break
    return None if by_balls is None else _text(statement, by_balls, seed)


def satisfied(statement: Clipped, seed: int) -> tuple[int, Counterexample | None]:
    """At how many places, drawn at random, the hypotheses hold and both sides have a value; and a failure, if any."""
    order = list(islice(places(statement, seed), MOST))
    random.Random(seed).shuffle(order)
    count = 0
    for place in order:
        if values_at(statement, place) is not None:
            count += 1
            found = failure(statement, place)
            if found is not None:
                return count, _text(statement, found, seed)
            if count == AFTER_PROOF:
                break
    return count, None


def is_about_plain_matrices(statement: Clipped) -> bool:
    """Tell whether a statement is about matrices and numbers that are free, and hypotheses that can be tried."""
    terms = (*statement.terms, *(side for relation in statement.where for side in getattr(relation, "args", ())))
    hypotheses = (*statement.where, *statement.given)
    free = symbols_of(statement)
    return (
        not any(term.has(Element, Derivative) for term in terms)
        and all(isinstance(hypothesis, Relational) for hypothesis in hypotheses)
        and all(symbol.is_real and not symbol.is_integer for symbol in free)
    )


def symbols_of(statement: Clipped) -> list[sp.Symbol]:
    """The free numbers, sizes left out, in alphabetical order."""
    sides = (*statement.terms, *(side for relation in statement.where for side in relation.args))
    free = {s for term in sides for s in term.free_symbols if isinstance(s, sp.Symbol)}
    return sorted(free - set(statement.sizes), key=str)


# -- where to look ---------------------------------------------------------------------------------------------------


def places(statement: Clipped, seed: int) -> Iterator[Place]:
    """Small sizes first, for each of them small numbers first."""
    numbers = symbols_of(statement)
    matrices = sorted({m for term in statement.terms for m in term.atoms(MatrixSymbol)}, key=str)
    for sizes in _sizes(statement.sizes):
        rule = {size: sp.Integer(at) for size, at in sizes.items()}
        shapes = {m.name: tuple(int(size.xreplace(rule)) for size in m.shape) for m in matrices}
        if sum(rows * cols for rows, cols in shapes.values()) > MOST_ENTRIES:
            continue
        pools = [_entries(rows * cols) for rows, cols in shapes.values()]
        pools += [[(at,) for at in NUMBERS if allows(symbol, at)] for symbol in numbers]
        if not all(pools):  # a symbol that may have none of the numbers, such as an irrational one
            return
        names = [*shapes, *(symbol.name for symbol in numbers)]
        shape_of = {**shapes, **{symbol.name: (1, 1) for symbol in numbers}}
        for choice in islice(_smallest_first(pools, random.Random(seed)), FOR_EACH_SIZE):
            tick()
            values = {name: _rows(entries, *shape_of[name]) for name, entries in zip(names, choice, strict=True)}
            yield Place(sizes, values)


def _sizes(symbols: Sequence[sp.Symbol]) -> Iterator[dict[sp.Symbol, int]]:
    choices = cartesian((1, 2, 3), repeat=len(symbols))
    for choice in islice(sorted(choices, key=lambda c: (sum(c), max(c, default=0), c)), 6):
        if all(allows(symbol, at) for symbol, at in zip(symbols, choice, strict=True)):
            yield dict(zip(symbols, choice, strict=True))


def _entries(count: int) -> list[tuple[Fraction, ...]]:
    if count in COLUMNS:
        return [tuple(map(Fraction, entries)) for entries in COLUMNS[count]]
    source = random.Random(count)
    drawn = [tuple(Fraction(source.randint(-3, 3)) for _ in range(count)) for _ in range(6)]
    return [(Fraction(1),) * count, *drawn, (Fraction(0),) * count]


def _smallest_first(
    pools: Sequence[Sequence[tuple[Fraction, ...]]], source: random.Random
) -> Iterator[tuple[tuple[Fraction, ...], ...]]:
    """One from each pool: the early ones of all pools together first, as far as that can be listed; then any."""
    near = list(cartesian(*(range(min(len(pool), 5)) for pool in pools))) if 5 ** len(pools) <= 20_000 else []
    for choice in sorted(near, key=lambda at: (sum(at), at))[: FOR_EACH_SIZE // 2]:
        yield tuple(pool[at] for pool, at in zip(pools, choice, strict=True))
    for _ in range(FOR_EACH_SIZE):
        yield tuple(source.choice(pool) for pool in pools)


def _rows(entries: Sequence[Fraction], rows: int, cols: int) -> list[list[Fraction]]:
    return [list(entries[row * cols : (row + 1) * cols]) for row in range(rows)]


# -- what happens there ----------------------------------------------------------------------------------------------


def values_at(statement: Clipped, place: Place) -> tuple[Any, Any] | None:
    """Both sides at a place; None where a hypothesis may fail, or a side has no value."""
    assignment = Assignment(place.sizes, given={(name, None): rows for name, rows in place.values.items()})
    evaluator = Evaluator(Enclosures(BITS), assignment)
    scalar = isinstance(statement, Inequality)
    try:
        with evaluator.system.precision():
            for relation in (*statement.where, *statement.given):
                sides = (evaluator.scalar(side, {}) for side in relation.args)
                if not compare(relation.rel_op, *sides):
                    return None
            left, right = (
                evaluator.scalar(side, {}) if scalar else evaluator.walk(side, {})
                for side in (statement.lhs, statement.rhs)
            )
    except NO_VALUE:
        return None
    return left, right


def failure(statement: Clipped, place: Place) -> Failure | None:
    """Both sides at a place where the statement fails for certain."""
    sides = values_at(statement, place)
    if sides is None:
        return None
    left, right = sides
    with Enclosures(BITS).precision():
        match statement:
            case Coincide():
                fails = any(_differ(a, b) for a, b in zip(left.ravel(), right.ravel(), strict=True))
            case SameDirection():
                fails = _point_apart(left.ravel(), right.ravel())
            case _:
                fails = compare(">", left - right, 0)
    numbers = [*np.ravel(left), *np.ravel(right)]
    return Failure(place, left, right, all(isinstance(n, flint.fmpq) for n in numbers)) if fails else None


def _differ(left: Any, right: Any) -> bool:
    difference = left - right
    return compare(">", difference, 0) or compare("<", difference, 0)


def _point_apart(left: Array, right: Array) -> bool:
    """Whether no positive multiple of the right vector is the left one, for certain."""
    pairs = list(zip(left, right, strict=True))
    if any(_differ(a * d, b * c) for at, (a, b) in enumerate(pairs) for c, d in pairs[:at]):
        return True
    inner = sum((a * b for a, b in pairs), flint.fmpq(0))
    left_is_zero = all(isinstance(a, flint.fmpq) and a == 0 for a in left)
    return compare("<", inner, 0) or (left_is_zero and any(_differ(b, 0) for b in right)) or _beside_zero(left, right)


def _beside_zero(left: Array, right: Array) -> bool:
    right_is_zero = all(isinstance(b, flint.fmpq) and b == 0 for b in right)
    return right_is_zero and any(_differ(a, 0) for a in left)


def _text(statement: Clipped, found: Failure, seed: int) -> Counterexample:
    values = {size.name: str(at) for size, at in found.place.sizes.items()}
    numbers = {symbol.name for symbol in symbols_of(statement)}
    values |= {name: str(rows[0][0]) for name, rows in found.place.values.items() if name in numbers}
    matrices: dict[Key, list[list[Fraction]]] = {
        (name, None): rows for name, rows in found.place.values.items() if name not in numbers
    }
    values |= matrices_text(matrices)
    certainty = "exact" if found.exact else f"certain by balls at {BITS} bits"
    if isinstance(statement, SameDirection):
        certainty = f"not in one direction, {certainty}"
    left, right = (_shown(side) for side in (found.left, found.right))
    return Counterexample(values, left, right, certainty, seed)


def _shown(side: Any) -> str:
    return shown(side) if isinstance(side, np.ndarray) else number_text(side)
