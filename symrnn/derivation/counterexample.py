"""Counterexamples: what has which value where a statement fails, as names, numbers and arrays for a face to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import numpy as np
import sympy as sp

from symrnn.evaluate.assignment import label

SURE_DIGITS = 20
FEW_DIGITS = 4
"""Digits of a decimal in print; the values themselves, and so a report for programs, have all that are sure."""
WRITTEN_OUT = 10**40
"""Below which an integer is written out; a ball may hold one that has more digits than there is memory."""


@dataclass(frozen=True)
class Named:
    """What has a value: a matrix or number, an element of a sequence or a run of equal ones, or a function.

    Args:
        name: of a slope or a differential the one under which it is kept, which knows what it is of.
        index: of an element of a sequence.
        last: the last index of a run.
        argument: of a function, such as z in φ(z) or the layer in d(3).

    >>> print(Named("t"), Named("h", 0), Named("x", 1, last=3), Named("phi", argument="z"), sep="; ")
    t; h_0; x_1, ..., x_3; phi(z)
    """

    name: str
    index: int | None = None
    last: int | None = None
    argument: str = ""

    @property
    def ends(self) -> tuple[Named, ...]:
        """The first and the last of a run; of anything else the thing itself."""
        return (self,) if self.last is None else (Named(self.name, self.index), Named(self.name, self.last))

    @property
    def has_gap(self) -> bool:
        """Whether something lies between the first and the last of a run."""
        return self.last is not None and self.index is not None and self.last > self.index + 1

    def __str__(self) -> str:
        if self.argument:
            return f"{self.name}({self.argument})"
        return (", ..., " if self.has_gap else ", ").join(label((end.name, end.index)) for end in self.ends)


@dataclass(frozen=True)
class Ball:
    """A real number that is known up to a radius, in decimal digits.

    Args:
        middle: empty for a ball around 0 of which not one digit is sure.
        radius: empty for a number that is known exactly.

    >>> print(Ball("1.4142", "1.4e-5"), Ball("0.5"))
    [1.4142 +/- 1.4e-5] 0.5
    """

    middle: str
    radius: str = ""

    def __str__(self) -> str:
        return f"[{f'{self.middle} ' if self.middle else ''}+/- {self.radius}]" if self.radius else self.middle


Number: TypeAlias = int | Fraction | Ball
Rows: TypeAlias = tuple[tuple[Number, ...], ...]
Value: TypeAlias = Number | Rows | sp.Expr | str
"""A number, the rows of a matrix, a formula, or words that say why there is no value."""


def number(entry: Any) -> Number:
    """A number of an evaluation: a rational exactly, a ball by its sure digits, or exactly where it is one integer.

    >>> number(flint.fmpq(2, 3)), number(flint.arb(2)), str(number(flint.arb(2).sqrt()))
    (Fraction(2, 3), 2, '[1.414213562373095 +/- 2.99e-16]')
    """
    if isinstance(entry, flint.fmpq):
        return Fraction(int(entry.p), int(entry.q))
    if not isinstance(entry, flint.arb):
        return Fraction(entry)
    is_whole = entry.is_exact() and entry.is_integer() and abs(entry) < WRITTEN_OUT
    whole = entry.unique_fmpz() if is_whole else None
    return ball(entry.str(SURE_DIGITS)) if whole is None else int(whole)


def ball(digits: str) -> Ball:
    """A ball by its digits as FLINT writes them.

    >>> ball("[1.5 +/- 1e-9]"), ball("[+/- 2.5]"), ball("0.25")
    (Ball(middle='1.5', radius='1e-9'), Ball(middle='', radius='2.5'), Ball(middle='0.25', radius=''))
    """
    middle, _, radius = digits.strip("[]").rpartition("+/- ")
    return Ball(middle.strip(), radius) if middle or digits.startswith("[") else Ball(radius)


def rows(matrix: Iterable[Iterable[Any]]) -> Rows:
    """The rows of a matrix of numbers."""
    return tuple(tuple(map(number, row)) for row in matrix)


def value(found: Any) -> Value:
    """A number or a matrix of an evaluation, or what needs no conversion."""
    if isinstance(found, str | sp.Expr):
        return found
    return rows(found) if isinstance(found, np.ndarray | list | tuple) else number(found)


def rounded(given: Value, digits: int) -> Value:
    """A value with its balls rounded to so many digits; a ball of fewer sure digits stays as it is.

    >>> print(rounded(Ball("1.41421356237", "1e-11"), 4), rounded(Ball("1.4", "0.1"), 4), rounded(3, 4))
    1.414 [1.4 +/- 0.1] 3
    >>> print(rounded(Ball("0.50000000000000000000"), 4), rounded(Ball("12345"), 4))
    0.5000 12345
    """
    if isinstance(given, tuple):
        return tuple(tuple(_rounded(entry, digits) for entry in row) for row in given)
    return _rounded(given, digits) if isinstance(given, Ball) else given


def _rounded(entry: Number, digits: int) -> Number:
    if not isinstance(entry, Ball) or not entry.middle or not (entry.radius or "." in entry.middle):
        return entry
    middle = Decimal(entry.middle)
    last = middle.adjusted() - digits + 1
    if middle == 0 or (entry.radius and Decimal(entry.radius).adjusted() >= last):
        return entry
    return Ball(f"{middle:.{digits}g}".replace("e+", "e"))


def shown(given: Value, comma: str = ", ") -> str:
    """A value in print; a 1 x 1 matrix as its number.

    >>> shown(((1, Fraction(1, 2)), (0, 3))), shown(((2,),))
    ('[[1, 1/2], [0, 3]]', '2')
    """
    if not isinstance(given, tuple):
        return str(given)
    if len(given) == len(given[0]) == 1:
        return str(given[0][0])
    return f"[{comma.join(f'[{comma.join(map(str, row))}]' for row in given)}]"


@dataclass(frozen=True)
class Counterexample:
    """Values for which a statement fails.

    Args:
        given: index values, sizes, functions and matrices; every number exact.
        left, right: the two sides there, or why one of them does not exist.
        certainty: how it is known that they differ: exactly, or by disjoint balls.
        seed: the seed from which the drawn matrices follow.

    >>> print(Counterexample(((Named("t"), 1), (Named("h", 0), ((1,), (2,)))), 1, "undefined: h[-1]", "exact", 7))
    t = 1, h_0 = [[1], [2]]: left side 1, right side undefined: h[-1] (exact; seed 7)
    """

    given: tuple[tuple[Named, Value], ...]
    left: Value
    right: Value
    certainty: str
    seed: int

    @property
    def values(self) -> dict[str, str]:
        """What is given in print, by name."""
        return self.printed()

    def printed(self, comma: str = ", ") -> dict[str, str]:
        """What is given in print, with what separates entries; formulas as people type them, such as ``z^2``."""
        found = ((name, shown(given, comma)) for name, given in self.given)
        return {str(name): text.replace("**", "^") if name.argument else text for name, text in found}

    def brief(self, digits: int = FEW_DIGITS) -> Counterexample:
        """The same to a few digits: as many as tell the two sides apart, and at least so many.

        >>> sides = Ball("1.41421356237", "1e-11"), Ball("1.41425", "1e-9")
        >>> print(Counterexample((), *sides, "disjoint balls", 7).brief())
        left side 1.41421, right side 1.41425 (disjoint balls, here to 6 digits; seed 7)
        """
        for number in range(digits, SURE_DIGITS):
            left, right = (rounded(side, number) for side in (self.left, self.right))
            if left != right:
                break
        given = tuple((name, rounded(value, number)) for name, value in self.given)
        if (given, left, right) == (self.given, self.left, self.right):
            return self
        return replace(
            self, given=given, left=left, right=right, certainty=f"{self.certainty}, here to {number} digits"
        )

    @property
    def lhs(self) -> str:
        """The left side in print."""
        return shown(self.left)

    @property
    def rhs(self) -> str:
        """The right side in print."""
        return shown(self.right)

    def __str__(self) -> str:
        values = ", ".join(f"{name} = {text}" for name, text in self.values.items())
        sides = f"left side {self.lhs}, right side {self.rhs} ({self.certainty}; seed {self.seed})"
        return f"{values}: {sides}" if values else sides
