"""The supremum and infimum of φ', each with a proof that can be printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import sympy as sp

from symrnn import late
from symrnn.activations import Activation, Extreme, activation, is_catalogued
from symrnn.errors import ProofError
from symrnn.slopes.agreement import same_value
from symrnn.slopes.assumptions import assumptions_of
from symrnn.slopes.enclosures import decimal
from symrnn.slopes.own import require_readable
from symrnn.slopes.runs import MonotonePieces, monotone_pieces
from symrnn.slopes.squares import Square, square

Proof: TypeAlias = Square | MonotonePieces


@dataclass(frozen=True)
class Bound:
    """One bound of φ'.

    Args:
        side: 1 for the supremum, -1 for the infimum.
        extreme: its value and where it is attained or approached.
        decimal: the value in certified digits; empty when it depends on a parameter.
        proof: what shows it.
    """

    side: int
    extreme: Extreme
    decimal: str
    proof: Proof

    def __str__(self) -> str:
        name = "sup" if self.side > 0 else "inf"
        written = "" if self.extreme.value.is_Integer or not self.decimal else f" = {self.decimal}"
        if self.extreme.value.is_infinite:
            return f"{name} φ' = {self.extreme.value}: there is no bound; {self.extreme.where()}"
        return f"{name} φ' = {self._value()}{written}, {self.extreme.where()}"

    def _value(self) -> str:
        """The value in print; where there is no short form, φ' at the place."""
        value, at = str(self.extreme.value), self.extreme.at
        return f"φ'({at.args[0]})" if len(value) > 80 and isinstance(at, sp.FiniteSet) else value


@dataclass(frozen=True)
class SlopeBounds:
    """The bounds of the slope of an activation.

    They hold for every z that is not a kink, and at a kink where a convention is stated.

    Args:
        activation: φ.
        upper, lower: the supremum and the infimum of φ'.
        pieces: the intervals on which φ' is monotone; None when they are not finitely many.
        digits: how many digits are certified.

    >>> bounds = slope_bounds("gelu")
    >>> bounds.sup, bounds.sup_value[:20], bounds.upper.extreme.at
    (exp(-1)/sqrt(pi) + erf(1)/2 + 1/2, '1.128904145185154786', {sqrt(2)})
    >>> bounds.check()
    """

    activation: Activation
    upper: Bound
    lower: Bound
    pieces: MonotonePieces | None
    digits: int

    # -- values ---------------------------------------------------------------------------------------------

    @property
    def sup(self) -> sp.Expr:
        """The supremum of φ', exactly; oo when there is none."""
        return self.upper.extreme.value

    @property
    def inf(self) -> sp.Expr:
        """The infimum of φ', exactly; -oo when there is none."""
        return self.lower.extreme.value

    @property
    def sup_value(self) -> str:
        """The supremum in certified decimal digits."""
        return self.upper.decimal

    @property
    def inf_value(self) -> str:
        """The infimum in certified decimal digits."""
        return self.lower.decimal

    @property
    def sup_attained(self) -> sp.Set | None:
        """All points at which φ' takes its supremum; None when there is none, or when parameters decide."""
        return self.upper.extreme.at or None

    @property
    def inf_attained(self) -> sp.Set | None:
        """All points at which φ' takes its infimum; None when there is none, or when parameters decide."""
        return self.lower.extreme.at or None

    @property
    def method(self) -> str:
        """How the supremum was proved."""
        return self.upper.proof.method

    @property
    def abs_sup(self) -> sp.Expr:
        """The supremum of abs(φ'): γ in the bound (γ‖W‖)^k.

        >>> slope_bounds("hardswish").abs_sup, slope_bounds("square").abs_sup
        (3/2, oo)
        """
        one, other = self.sup, -self.inf
        given = assumptions_of(self.activation)
        if given.at_least(one, other):
            return one
        if given.at_least(other, one) or self.pieces is None:
            return other
        return sp.Max(*(abs(end) for run in self.pieces.runs for end in (run.first, run.last)))

    @property
    def abs_inf(self) -> sp.Expr:
        """The infimum of abs(φ'), for lower bounds.

        Raises:
            ProofError: when it depends on the parameters.

        >>> slope_bounds("tanh").abs_inf, slope_bounds("prelu").abs_inf
        (0, 1/4)
        """
        given = assumptions_of(self.activation)
        if given.at_least(self.inf, sp.S.Zero):
            return self.inf
        if given.at_least(sp.S.Zero, self.sup):
            return -self.sup
        if self.pieces is None:
            return sp.S.Zero
        ranges = [(run.first, run.last) for run in self.pieces.runs]
        ranges += [(slope, slope) for _, slope in self.pieces.points]
        distances = [_distance(*pair, given.sign(pair[0]), given.sign(pair[1])) for pair in ranges]
        if None in distances:
            raise ProofError(f"the sign of {self.activation.name}' depends on the parameters")
        return sp.Min(*(distance for distance in distances if distance is not None))

    # -- proofs ---------------------------------------------------------------------------------------------

    def check(self) -> None:
        """See that the kernel accepts a certificate of each, as for claims about them.

        Raises:
            ProofError: when there is none.
        """
        for of, value in (("sup", self.sup), ("inf", self.inf)):
            claimed = ("<>"[of == "sup"], 0) if value.is_infinite else ("=", value)
            found = late.claim_bound(self.activation, *claimed, of=of)
            if not found:
                raise ProofError(f"{found.claim} has no certificate: {found.reason}")

    def explain(self) -> str:
        """The bounds with their proofs, in words.

        >>> print(slope_bounds("sigmoid", digits=10).explain())
        sigmoid: φ(z) = 1/(1 + exp(-z))
        sup φ' = 1/4 = 0.2500000000, attained at z = 0
          by square certificate:
          φ' = p*(1 - p) with p = φ(z)
          1/4 - φ' = -p*(1 - p) + 1/4 = (p - 1/2)² >= 0
          φ'(0) = 1/4
        inf φ' = 0, not attained; approached as z → -∞ and as z → ∞
          by monotone pieces:
          on (-oo, oo): φ'' = E*(E - 1)/(E + 1)**3 with E = exp(-z)
          (-oo, 0): φ'' > 0, so φ' rises from 0 to 1/4
          (0, oo): φ'' < 0, so φ' falls from 1/4 to 0
          φ'(0) = 1/4
        """
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        phi = self.activation
        yield f"{phi.title}: φ(z) = {phi.formula}"
        shared = self.upper.proof == self.lower.proof
        for bound in (self.upper, self.lower):
            yield str(bound)
            if not (shared and bound.side > 0):
                yield f"  {'both ' if shared else ''}by {bound.proof.method}:"
                yield from (f"  {line}" for line in bound.proof.lines())
        for bound in (self.upper, self.lower):
            value, proved = bound.extreme.value, bound.proof.extreme(bound.side).value
            if value != proved:
                yield f"{value} is that value of φ': the equation of the root divides the difference"
        if phi.kinks:
            yield f"away from {', '.join(f'z = {kink}' for kink in phi.kinks)}, where φ has no derivative" + (
                "" if phi.at_kink is None else "; there the stated values count"
            )
        yield from (f"given: {hypothesis}" for hypothesis in phi.hypotheses)
        if phi.note:
            yield f"note: {phi.note}"


def _distance(first: sp.Expr, last: sp.Expr, sign_of_first: int | None, sign_of_last: int | None) -> sp.Expr | None:
    """The smallest abs(slope) between two values."""
    if sign_of_first is None or sign_of_last is None:
        return None
    return sp.S.Zero if sign_of_first * sign_of_last <= 0 else sp.Min(abs(first), abs(last))


def slope_bounds(phi: Activation | str, digits: int = 50) -> SlopeBounds:
    """Prove the bounds of the slope of an activation.

    Args:
        phi: the activation, or its name in the catalogue.
        digits: how many decimal digits to certify.

    Raises:
        UnknownTermError: for a generic activation.
        ProofError: when no method proves a bound, another one is stated, or a proof would have to believe something
            that an activation of one's own says.
        LimitError: for too many digits.

    >>> slope_bounds("tanhshrink", digits=5).upper.extreme.where()
    'not attained; approached as z → -∞ and as z → ∞'
    """
    return _slope_bounds(activation(phi) if isinstance(phi, str) else phi, digits)


@cache
def _slope_bounds(phi: Activation, digits: int) -> SlopeBounds:
    if phi.formula is not None:
        require_readable(phi)
    periodic = phi.formula is not None and phi.formula.has(sp.sin, sp.cos)
    pieces = None if periodic else monotone_pieces(phi)
    upper, lower = (_bound(phi, side, pieces, digits) for side in (1, -1))
    return SlopeBounds(phi, upper, lower, pieces, digits)


def _bound(phi: Activation, side: int, pieces: MonotonePieces | None, digits: int) -> Bound:
    proof: Proof | None = square(phi, side) or pieces
    if proof is None:
        raise ProofError(f"no method proves a bound of {phi.name}'")
    shown, stated = proof.extreme(side), phi.sup if side > 0 else phi.inf
    if stated is not None:
        away = proof.extreme(side, at_kinks=False)
        same_places = (stated.at, stated.towards) == (away.at, away.towards)
        if not (same_places and same_value(stated.value, away.value, assumptions_of(phi))):
            by = "the catalogue states" if is_catalogued(phi) else "what is stated is"
            raise ProofError(f"{by} {stated}, but the proof shows {away}", where=phi.name)
        if away == shown:
            shown = stated
    return Bound(side, shown, "" if shown.value.free_symbols else decimal(shown.value, digits), proof)
