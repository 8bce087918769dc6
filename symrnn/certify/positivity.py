"""Polynomial inequalities: what is at least 0 is written as a sum of products that plainly are.

Nobody has to believe it: whoever uses the sum adds it up. A polynomial that is positive on a polytope has one, in
products of the linear hypotheses alone: Handelman (1988), Pacific Journal of Mathematics 132.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import combinations
from typing import NamedTuple, TypeAlias

import flint

from symrnn.budget import tick
from symrnn.certify.errors import NotFoundError
from symrnn.certify.simplex import nonnegative_solution
from symrnn.kernel.polynomials import Poly, constant, minus

MAX_DEGREE = 40
"""Largest degree of a polynomial for which a sum is looked for."""

MAX_PRODUCTS = 500
"""Most products that are tried together."""

EXTRA_DEGREE = 1
"""How far the products may exceed the degree of the goal."""


Grade: TypeAlias = tuple[int, ...]
"""The weights of a monomial."""

Places: TypeAlias = tuple[int, ...]


class Product(NamedTuple):
    """``weight · Π given[i] · Π root²``.

    Args:
        weight: a number above 0.
        factors: positions of hypotheses, as often as they occur.
        roots: polynomials that are squared.
    """

    weight: Fraction
    factors: tuple[int, ...] = ()
    roots: tuple[Poly, ...] = ()


def certify(goal: Poly, given: Sequence[Poly] = (), extra: int = EXTRA_DEGREE) -> list[Product]:
    """Products whose sum is a polynomial, so that it is at least 0 wherever the hypotheses are.

    Args:
        goal: the polynomial.
        given: polynomials that are at least 0.
        extra: how far the products may exceed the degree of the goal; where all is linear, nothing is gained by that.

    Raises:
        NotFoundError: when none are found, which says nothing about the goal.

    The arithmetic and the geometric mean, then a product that needs its hypotheses:

    >>> from symrnn.kernel.polynomials import Ring, plus
    >>> ring = Ring()
    >>> a, b, one = ring.unknown("a"), ring.unknown("b"), constant(1)
    >>> (square,) = certify(plus(ring.times(a, a), ring.times(b, b), ring.times(constant(-2), a, b)))
    >>> square.roots == (minus(a, b),)
    True
    >>> sorted(product.factors for product in certify(minus(ring.times(a, b), one), (minus(a, one), minus(b, one))))
    [(0,), (0, 1), (1,)]
    >>> certify(minus(ring.times(a, b), one), (minus(a, one),))
    Traceback (most recent call last):
    symrnn.certify.errors.NotFoundError: no sum of products is found
    """
    least = max(degree(goal), 1) if goal else 0
    generators = [(p, Product(Fraction(1), (at,))) for at, p in enumerate(given)]
    unknowns: list[Poly] = [{(at,): Fraction(1)} for at in sorted({at for mono in goal for at in mono})]
    for root in (*unknowns, *(minus(a, b) for a, b in combinations(unknowns, 2))):
        generators.append((times(root, root), Product(Fraction(1), (), (root,))))
    linear = least <= 1 and all(degree(p) <= 1 for p in given)
    for most in range(least, min(MAX_DEGREE, least + (0 if linear else extra)) + 1):
        found = _within(goal, generators, most)
        if found is not None:
            return found
    raise NotFoundError("no sum of products is found")


def degree(p: Poly) -> int:
    """The largest degree of a monomial."""
    return max(map(len, p), default=0)


def times(p: Poly, q: Poly) -> Poly:
    """The product; unlike that of the kernel's rings it counts as no work of a proof."""
    found: dict[tuple[int, ...], Fraction] = {}
    for a, c in p.items():
        for b, e in q.items():
            mono = tuple(sorted(a + b))
            found[mono] = found.get(mono, Fraction(0)) + c * e
    return {mono: c for mono, c in found.items() if c}


def _within(goal: Poly, generators: list[tuple[Poly, Product]], most: int) -> list[Product] | None:
    """The products up to a degree; None when there are none, or too many to try."""
    weights = _gradings([goal, *(p for p, made_of in generators if made_of.factors)])
    useful = _grades(goal, weights)
    usable: list[tuple[Poly, int, Grade, Product]] = []
    for p, made_of in generators:
        grades = _grades(p, weights)
        if degree(p) and len(grades) == 1:
            usable.append((p, degree(p), grades.pop(), made_of))
    candidates = []
    for grade, chosen in _choices(most, (0,) * len(weights), [(size, grade) for _, size, grade, _ in usable], 0):
        if grade in useful:
            candidates.append(chosen)
        if len(candidates) > MAX_PRODUCTS:
            return None
    products = [reduce(times, (usable[at][0] for at in chosen), constant(1)) for chosen in candidates]
    solution = nonnegative_solution([*map(_column, products)], _column(goal))
    if solution is None:
        return None
    found = []
    for number, weight in sorted(solution.items()):
        parts = [usable[at][-1] for at in candidates[number]]
        factors = tuple(at for part in parts for at in part.factors)
        roots = tuple(root for part in parts for root in part.roots)
        found.append(Product(Fraction(int(weight.p), int(weight.q)), factors, roots))
    return found


def _gradings(polynomials: list[Poly]) -> list[dict[int, int]]:
    """Weights of the unknowns for which each polynomial is homogeneous; a basis of all of them.

    Products of another weight than the goal cannot help: they would have to add up to 0 among themselves.
    """
    unknowns = sorted({at for p in polynomials for mono in p for at in mono})
    rows = [[0] * len(unknowns)]
    for p in polynomials:
        exponents = [[mono.count(at) for at in unknowns] for mono in p]
        rows += [[a - b for a, b in zip(exponents[0], other, strict=True)] for other in exponents[1:]]
    if not unknowns:
        return []
    basis, count = flint.fmpz_mat(rows).nullspace()
    return [{at: int(basis[row, col]) for row, at in enumerate(unknowns)} for col in range(count)]


def _grades(p: Poly, weights: list[dict[int, int]]) -> set[Grade]:
    """The weights of the monomials of a polynomial."""
    return {tuple(sum(weight[at] for at in mono) for weight in weights) for mono in p}


def _choices(room: int, grade: Grade, parts: list[tuple[int, Grade]], first: int) -> Iterator[tuple[Grade, Places]]:
    """All products of parts within a degree, each once: its weight, and the places of its factors."""
    tick()
    yield grade, ()
    for at, (size, own) in enumerate(parts[first:], first):
        if size <= room:
            grown = tuple(map(sum, zip(grade, own, strict=True)))
            yield from ((total, (at, *more)) for total, more in _choices(room - size, grown, parts, at))


def _column(of: Poly) -> dict[tuple[int, ...], flint.fmpq]:
    return {mono: flint.fmpq(c.numerator, c.denominator) for mono, c in of.items()}
