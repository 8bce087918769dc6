"""Errors of many steps, each a matrix times the last one and something new, without the wrapping of balls.

A ball around each entry forgets that the errors of several entries come from one and the same earlier one, so that a
long product of matrices loses digits at the rate of |M_j| … |M_1|, however much it contracts. Here the error is

    E_j = M_j E_{j-1} + L_j,    |L_j| ≤ C_j,    M_j somewhere in a box,

and is known as E_j = Q_j Z_j with |Z_j| ≤ z_j, entry by entry, where Q_j is a matrix of doubles that is nearly
orthogonal: the factor Q of M_j Q_{j-1}, its columns sorted by how much of the error lies along them. Then

    Z_j = (Q_j⁻¹ M_j Q_{j-1}) Z_{j-1} + Q_j⁻¹ L_j,

and the first matrix is nearly triangular: the bound z_j grows at the rate of the triangle's diagonal, as the error
does. That Q_j is orthogonal is not believed: with Q_jᵀ Q_j = I + K and the largest row sum κ < 1 of |K|, Q_j⁻¹ is
(I + H) Q_jᵀ, where no entry of H is larger than η = κ / (1 - κ). Every |…| above is bounded by boxes, so that all of it
holds for the numbers of the computer.

Sources: Lohner (1988), Einschließung der Lösung gewöhnlicher Anfangs- und Randwertaufgaben, on the factor Q and the
order of columns; Tucker (2011), Validated Numerics; Nedialkov and Jackson (2001), A new perspective on the wrapping
effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symrnn.evaluate.boxes import Boxes, Doubles, above
from symrnn.evaluate.formulas import WithoutRuleError

MOST_SKEW = 0.01
"""Most that a row of QᵀQ may differ from that of I."""

LARGE = 300
"""Numbers of more binary digits before the point are scaled, so that nothing overflows."""


@dataclass(frozen=True)
class Known:
    """What is known of an error: it is basis · Z · 2**exponent with |Z| <= bound."""

    basis: Doubles
    bound: Doubles
    exponent: int

    @classmethod
    def start(cls, bound: Doubles) -> Known:
        """No error of any entry is larger than so much."""
        return cls(np.eye(len(bound)), bound, 0)

    @property
    def entries(self) -> Doubles:
        """The largest that an entry can be, but for 2**exponent."""
        return above(abs(self.basis) @ self.bound, 2 * len(self.basis) + 2)

    def after(self, matrix: Boxes, exponent: int, new: Doubles) -> Known:
        """What is known one step later.

        Args:
            matrix: what the error is multiplied by, but for a power of 2.
            exponent: of that power.
            new: what is added, at most.

        Raises:
            WithoutRuleError: where no Q is found that is nearly orthogonal.
        """
        moved = matrix @ Boxes.exact(self.basis)
        basis = _orthogonal(moved.mid, self.bound)
        across, inner = Boxes.exact(basis.T.copy()), len(basis)
        at = self.exponent + exponent  # that of what was there before
        shift = max(at, 0) if self.bound.any() else 0
        turned = (across @ moved).largest
        before = np.ldexp(above(turned @ self.bound, 2 * inner + 2), at - shift)
        added = np.ldexp(above(abs(across.mid) @ new, 2 * inner + 2), -shift)
        bound = above(before + added, 2)
        bound = above(bound + _skew(basis) * above(bound.sum(axis=0, keepdims=True), 2 * inner), 2)
        if not np.isfinite(bound).all():
            raise WithoutRuleError
        return Known(basis, bound, shift)._of_modest_size()

    def _of_modest_size(self) -> Known:
        digits = int(np.frexp(self.bound.max())[1])
        if digits < LARGE:
            return self
        return Known(self.basis, above(np.ldexp(self.bound, -digits), 1), self.exponent + digits)


def _orthogonal(matrix: Doubles, weights: Doubles) -> Doubles:
    """The factor Q, the columns with the largest part of the error first."""
    if not np.isfinite(matrix).all():
        raise WithoutRuleError
    parts = np.linalg.norm(matrix, axis=0) * weights.max(axis=1)
    found: Doubles = np.linalg.qr(matrix[:, np.argsort(-parts, kind="stable")])[0]
    return found


def _skew(basis: Doubles) -> float:
    """The number η."""
    product = Boxes.exact(basis.T.copy()) @ Boxes.exact(basis)
    rows = above((product + Boxes.exact(-np.eye(len(basis)))).largest.sum(axis=1), 2 * len(basis))
    gap = float(rows.max())
    if not gap <= MOST_SKEW:
        raise WithoutRuleError
    return gap / (1 - gap) * 1.001


@dataclass(frozen=True)
class Spans:
    """Products of the matrices of each span of some steps, which has no QR of its own.

    Args:
        parts: for each number of steps within a span, a stack of products, one for each span.
        exponents: the powers of 2 that they are to be multiplied by.
    """

    parts: list[Boxes]
    exponents: list[Doubles]

    @classmethod
    def of(cls, matrices: Boxes, length: int) -> Spans:
        """The products of matrices, each new one to the left; the last span is filled up with identities."""
        count, size, _ = matrices.mid.shape
        spans = -(-count // length)
        whole = np.broadcast_to(np.eye(size), (spans * length, size, size)).copy()
        radii = np.zeros_like(whole)
        whole[:count], radii[:count] = matrices.mid, matrices.rad
        steps = Boxes(whole.reshape(spans, length, size, size), radii.reshape(spans, length, size, size))
        product = steps.at((slice(None), 0))
        parts, exponents, total = [], [], np.zeros(spans, dtype=np.int64)
        for step in range(length):
            product = steps.at((slice(None), step)) @ product if step else product
            if not product.is_finite:
                raise WithoutRuleError
            _, by = np.frexp(product.largest.max(axis=(1, 2)))
            product, total = product.scaled(-by), total + by
            parts.append(product)
            exponents.append(total)
        return cls(parts, exponents)
