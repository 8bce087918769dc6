"""Counterexamples to statements about norms of plain matrices: small, and exact wherever there is an exact one.

The entries that are tried have rational lengths where they can, such as (3, 4), so that a failure can be checked by
hand. Where only irrational lengths are found, the two sides are told apart by balls.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from itertools import product as cartesian
from typing import Any

import flint
import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixSymbol

from symrnn.budget import tick
from symrnn.certify.clipped_asked import Clipped
from symrnn.check.proving.meaning import MATRICES
from symrnn.check.refuting import showing
from symrnn.check.refuting.instances import Numbers, allows
from symrnn.check.refuting.search import Finding, Instance, Search, searched
from symrnn.check.refuting.trials import are_exact, known
from symrnn.check.refuting.values import BITS, Values
from symrnn.derivation.counterexample import Counterexample
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality
from symrnn.evaluate import Enclosures
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.scalars import compare
from symrnn.expr import Derivative, Element

MOST = 1_600
"""Most places at which a statement is tried."""

FOR_EACH_SIZE = 400
AFTER_A_BALL = 150
"""How many places more are tried for an exact counterexample, once there is one by balls."""

AFTER_PROOF = 40
MOST_ENTRIES = 10_000
"""Most entries of all matrices together at which a statement is tried."""

NUMBERS = tuple(map(Fraction, ("1", "2", "5", "1/2", "3", "4", "0", "-1")))
COLUMNS: dict[int, tuple[tuple[int | str, ...], ...]] = {
    1: ((1,), (2,), (0,), (-1,), (3,), ("1/2",), (5,), (-2,)),
    2: ((1, 2), (3, 4), (1, 1), (0, 1), (4, 3), (1, 0), (-3, 4), (6, 8), (0, 0), (-1, 1), (2, 1), (1, "1/2")),
    3: ((1, 2, 2), (1, 1, 1), (2, 3, 6), (0, 3, 4), (1, 0, 0), (-2, 1, 2), (0, 0, 0)),
    4: ((1, 1, 1, 1), (1, 2, 2, 4), (3, 0, 0, 4), (1, 0, 0, 2), (-1, 1, 1, 1), (0, 0, 0, 0)),
}
"""Entries of small matrices, most of them with a rational length."""


def refute(statement: Clipped, seed: int, most: int | None = None) -> Counterexample | None:
    """Look for a small counterexample among plain matrices.

    Args:
        statement: every matrix in it may have any value, every number any that its symbol allows.
        seed: what drawn entries follow from.
        most: at how many places to try; None for all.

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
    left = islice(places(statement, seed), MOST if most is None else most)
    found = searched(left, lambda place: compared(statement, place)).finding
    if found is None:
        return None
    further = islice(left, 0 if are_exact(*found.sides) else AFTER_A_BALL)
    exact = searched(further, lambda place: compared(statement, place, exactly=True)).finding
    return told(statement, exact or found, seed)


def satisfied(statement: Clipped, seed: int) -> Search:
    """At how many places, drawn at random, the hypotheses hold and both sides have a value; and a failure, if any."""
    order = list(islice(places(statement, seed), MOST))
    random.Random(seed).shuffle(order)
    return searched(order, lambda place: compared(statement, place), AFTER_PROOF)


def is_about_plain_matrices(statement: Clipped) -> bool:
    """Whether a statement is about matrices and numbers that are free, and hypotheses that can be tried."""
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


def places(statement: Clipped, seed: int) -> Iterator[Instance]:
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
            numbers_first = sorted(values, key=shapes.__contains__)
            yield Instance(Numbers({}, sizes), given={(name, None): values[name] for name in numbers_first})


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


def compared(statement: Clipped, place: Instance, *, exactly: bool = False) -> Finding:
    """Both sides at a place.

    Args:
        statement: what is tried.
        place: where.
        exactly: whether only what fails in rational numbers counts as failing.

    Raises:
        OutsideHypothesesError: where a hypothesis may fail.
        EvaluationError: where a side has no value.
    """
    values = Values((*statement.where, *statement.given), MATRICES, place)
    of = values.of if isinstance(statement, Inequality) else values.evaluator.value
    left, right = of(statement.lhs), of(statement.rhs)
    with Enclosures(BITS).precision():
        match statement:
            case Coincide():
                fails = any(_differ(a, b) for a, b in zip(left.ravel(), right.ravel(), strict=True))
            case SameDirection():
                fails = _point_apart(left.ravel(), right.ravel())
            case _:
                fails = compare(">", left - right, 0)
    way = "not in one direction, " if isinstance(statement, SameDirection) else ""
    counts = fails and (are_exact(left, right) or not exactly)
    return Finding(place, left, right, counts, f"{way}{known(left, right)}", values.assignment)


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


def told(statement: Clipped, found: Finding, seed: int) -> Counterexample:
    """A failure as a counterexample to print."""
    numbers = found.instance.numbers
    given = (*showing.sizes(numbers, statement.sizes), *showing.matrices(found.instance.given))
    return showing.told(found, given, seed)
