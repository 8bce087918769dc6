"""Polynomials with rational coefficients in numbered unknowns, and a bound on the work done with them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import TypeAlias

from symrnn.kernel.errors import need

Monomial: TypeAlias = tuple[int, ...]
"""The numbers of its unknowns in order, each as often as it occurs."""

Poly: TypeAlias = Mapping[Monomial, Fraction]
"""The coefficients other than 0."""

MOST_WORK, HIGHEST_DEGREE, MOST_BITS = 200_000, 60, 4_000
"""Products of two monomials in one proof, degree of a monomial, and digits of a coefficient to the base 2."""


def constant(value: Fraction | int) -> Poly:
    """A number."""
    return tidied({(): Fraction(value)})


def tidied(terms: dict[Monomial, Fraction]) -> Poly:
    """The terms that are not 0, none of them too large."""
    for mono, c in terms.items():
        bits = max(c.numerator.bit_length(), c.denominator.bit_length())
        need(len(mono) <= HIGHEST_DEGREE and bits <= MOST_BITS, "a polynomial that is too large")
    return {mono: c for mono, c in terms.items() if c}


def plus(*parts: Poly) -> Poly:
    """The sum."""
    total: dict[Monomial, Fraction] = {}
    for part in parts:
        for mono, c in part.items():
            total[mono] = total.get(mono, Fraction(0)) + c
    return tidied(total)


def minus(p: Poly, *others: Poly) -> Poly:
    """The first less all others; the negative of a single one is ``minus({}, p)``."""
    return plus(p, *({mono: -c for mono, c in q.items()} for q in others))


class Ring:
    """Polynomials in unknowns that are numbered as they are met.

    >>> ring = Ring()
    >>> x, y = ring.unknown("x"), ring.unknown("y")
    >>> ring.times(plus(x, y), minus(x, y)) == minus(ring.times(x, x), ring.times(y, y))
    True
    """

    def __init__(self) -> None:
        self.unknowns: dict[Hashable, int] = {}
        self.left = MOST_WORK

    def unknown(self, key: Hashable) -> Poly:
        """The unknown of this name, the same each time."""
        return {(self.unknowns.setdefault(key, len(self.unknowns)),): Fraction(1)}

    def spend(self, work: int) -> None:
        """Count work.

        Raises:
            NotProvedError: when that is more than one proof may take.
        """
        self.left -= work
        need(self.left >= 0, "more work than one proof may take")

    def times(self, *factors: Poly) -> Poly:
        """The product, 1 for none."""
        whole = constant(1)
        for factor in factors:
            self.spend(1 + len(whole) * len(factor))
            found: dict[Monomial, Fraction] = {}
            for a, c in whole.items():
                for b, e in factor.items():
                    mono = tuple(sorted(a + b))
                    found[mono] = found.get(mono, Fraction(0)) + c * e
            whole = tidied(found)
        return whole
