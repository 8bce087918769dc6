"""Stacks of matrices of doubles that are known up to a radius, every rounding of their arithmetic accounted for.

A box is a middle and a radius, entry by entry, and holds every matrix that is no further from its middle. With
u = 2⁻⁵³ the rounded sum or product of two doubles is off by at most u times itself, and a product of matrices with n
terms in each entry by at most γ |A| |B|, γ = n u / (1 - n u), in whatever order they are added up. Radii are calculated
in doubles, too, as sums of products of nonnegative numbers, and are enlarged by more than what their own roundings can
take off. :data:`TINY` is added for all that may underflow.

Sources: Higham (2002), Accuracy and Stability of Numerical Algorithms, sections 2.2 and 3.5; Rump (2010), Verification
methods, section 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

ROUNDING = 2.0**-52
"""Twice u: for what is rounded once, and again in the bound of that."""

TINY = 1e-290
"""More than a sum of products can lose by underflow; each one loses less than 1e-307."""

LEAST = 2.0**-1022
"""The least normal double, more than what a product of a number and :data:`ROUNDING` can lose by underflow."""


def above(bound: Doubles, terms: int) -> Doubles:
    """A number that is certain to be no less than a sum of nonnegative products that was rounded.

    Args:
        bound: the sum, as calculated.
        terms: how many products there were in it, and factors in each.
    """
    return bound * (1 + (2 * terms + 8) * ROUNDING) + TINY


@dataclass(frozen=True)
class Boxes:
    """A matrix, or a stack of matrices along the first axes, with a radius for each entry.

    Args:
        mid: the middles.
        rad: the radii, which are not negative.

    >>> third = Boxes.of([[1 / 3]], [[1e-16]])
    >>> whole = third @ Boxes.exact(np.array([[3.0]]))
    >>> bool(abs(whole.mid - 1) <= whole.rad)
    True
    """

    mid: Doubles
    rad: Doubles

    @classmethod
    def of(cls, mid: Any, rad: Any) -> Boxes:
        """From what NumPy takes for arrays."""
        return cls(np.asarray(mid, dtype=np.float64), np.asarray(rad, dtype=np.float64))

    @classmethod
    def exact(cls, mid: Doubles) -> Boxes:
        """Of radius 0."""
        return cls(mid, np.zeros_like(mid))

    @classmethod
    def around(cls, matrices: Sequence[Any], further: float = 0) -> Boxes:
        """What holds every one of some matrices of balls of FLINT, which are of one shape.

        Args:
            matrices: of the type ``arb_mat``.
            further: what the radii are enlarged by.
        """
        shape = (len(matrices), matrices[0].nrows(), matrices[0].ncols())
        entries = [entry for matrix in matrices for entry in matrix.entries()]
        mid = np.array([float(entry) for entry in entries]).reshape(shape)
        rad = np.array([float(entry.rad()) for entry in entries]).reshape(shape)
        return cls(mid, above(rad + ROUNDING * abs(mid) + further, 3))

    @property
    def largest(self) -> Doubles:
        """The largest that an entry can be, without its sign."""
        return above(abs(self.mid) + self.rad, 1)

    @property
    def is_finite(self) -> bool:
        """Whether nothing overflowed, and nothing is without a value."""
        return bool(np.isfinite(self.mid).all() and np.isfinite(self.rad).all())

    @property
    def turned(self) -> Boxes:
        """The transposed matrices."""
        return Boxes(self.mid.swapaxes(-1, -2), self.rad.swapaxes(-1, -2))

    def at(self, places: Any) -> Boxes:
        """Some of the stack."""
        return Boxes(self.mid[places], self.rad[places])

    def __add__(self, other: Boxes) -> Boxes:
        """Entry by entry."""
        mid = self.mid + other.mid
        return Boxes(mid, above(self.rad + other.rad + ROUNDING * abs(mid), 3))

    def __mul__(self, other: Boxes) -> Boxes:
        """Entry by entry, too; a column times a matrix scales its rows."""
        mid = self.mid * other.mid
        rad = abs(self.mid) * other.rad + self.rad * (abs(other.mid) + other.rad) + ROUNDING * abs(mid)
        return Boxes(mid, above(rad, 4))

    def __matmul__(self, other: Boxes) -> Boxes:
        """The product of matrices."""
        inner = self.mid.shape[-1]
        size = abs(other.mid)
        rad = abs(self.mid) @ (other.rad + (inner + 2) * (ROUNDING * size + LEAST)) + self.rad @ (size + other.rad)
        return Boxes(self.mid @ other.mid, above(rad, 2 * inner + 4))

    def scaled(self, exponents: Any) -> Boxes:
        """Each matrix of the stack times a power of 2, which is exact but for underflow."""
        by = np.asarray(exponents)[..., None, None]
        return Boxes(np.ldexp(self.mid, by), np.ldexp(self.rad, by) + TINY)
