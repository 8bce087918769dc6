"""Truncated backpropagation through time of an Elman network with tanh, by hand, in numbers of many digits.

Everything is written for lists of mpmath numbers, one step after the other, as an implementation would run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath

Rows = list[list[Any]]


@dataclass(frozen=True)
class TanhNetwork:
    """h_t = tanh(W h_{t-1} + U x_t + b).

    Args:
        W, U: rows of the matrices, shapes (n, n) and (n, m).
        b, start: the bias and h_0, n numbers each.
        inputs: x_1, x_2, ..., m numbers each.
        digits: decimal digits of the calculation.
    """

    W: Sequence[Sequence[Any]]
    U: Sequence[Sequence[Any]]
    b: Sequence[Any]
    start: Sequence[Any]
    inputs: Sequence[Sequence[Any]]
    digits: int = 60

    def states(self) -> list[list[Any]]:
        """h_0, ..., h_T."""
        with mpmath.workdps(self.digits):
            found = [[mpmath.mpf(value) for value in self.start]]
            for x in self.inputs:
                before = found[-1]
                sums = [self.b[i] + _dot(self.W[i], before) + _dot(self.U[i], x) for i in range(len(self.b))]
                found.append([mpmath.tanh(value) for value in sums])
            return found

    def truncated(self, t: int, steps: int) -> Rows:
        """dh_t/dW with the paths of the last ``steps`` steps only; shape (n, n²), W stacked by columns.

        Forward from h_{t-steps}, which is taken as a constant: J_s = D_s (W J_{s-1} + h_{s-1}ᵀ ⊗ I).
        """
        with mpmath.workdps(self.digits):
            states = self.states()
            jacobian = self._nothing()
            for s in range(max(0, t - steps) + 1, t + 1):
                jacobian = self._step(states, s, jacobian, mpmath.mpf(1))
            return jacobian

    def chunked(self, t: int, length: int) -> Rows:
        """The same from the start of the chunk that t lies in; chunks end at multiples of their length."""
        return self.truncated(t, (t - 1) % length + 1)

    def randomised(self, chances: Sequence[Fraction], t: int) -> list[tuple[Any, Rows]]:
        """Every outcome of randomised truncation up to t: its probability and the estimate z_t, from z_0 = 0.

        Args:
            chances: π_1, π_2, ....
            t: the index of the estimate.
        """
        with mpmath.workdps(self.digits):
            states = self.states()
            outcomes = []
            for going_on in product((True, False), repeat=t):
                weight, estimate = mpmath.mpf(1), self._nothing()
                for s, passes in enumerate(going_on, 1):
                    chance = mpmath.mpf(chances[s - 1].numerator) / chances[s - 1].denominator
                    weight *= chance if passes else 1 - chance
                    estimate = self._step(states, s, estimate, 1 / chance if passes else mpmath.mpf(0))
                outcomes.append((weight, estimate))
            return outcomes

    def _nothing(self) -> Rows:
        n = len(self.b)
        return [[mpmath.mpf(0)] * (n * n) for _ in range(n)]

    def _step(self, states: list[list[Any]], s: int, before: Rows, factor: Any) -> Rows:
        """D_s (factor · W J + h_{s-1}ᵀ ⊗ I), entry by entry."""
        n = len(self.b)
        out = self._nothing()
        for i in range(n):
            slope = 1 - states[s][i] ** 2
            for column in range(n):
                for row in range(n):
                    place = column * n + row
                    carried = sum(self.W[i][j] * before[j][place] for j in range(n))
                    local = states[s - 1][column] if row == i else 0
                    out[i][place] = slope * (factor * carried + local)
        return out


def _dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    return sum(a * b for a, b in zip(left, right, strict=True))
