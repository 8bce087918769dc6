"""One bound of φ', the supremum or the infimum, with what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp

from symrnn.activations import Activation, Extreme
from symrnn.bounds.agreement import same_value
from symrnn.bounds.assumptions import assumptions_of
from symrnn.bounds.enclosures import decimal
from symrnn.bounds.runs import MonotonePieces
from symrnn.bounds.squares import Square
from symrnn.errors import ProofError

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


def shown_by(proof: Proof, side: int) -> Extreme:
    """What a proof shows of one side.

    Raises:
        ProofError: when it is about the other side.
    """
    if isinstance(proof, MonotonePieces):
        return proof.extreme(side)
    if proof.side != side:
        raise ProofError("the certificate is about the other side")
    return proof.extreme()


def agrees(stated: Extreme, shown: Extreme, phi: Activation) -> bool:
    """Whether two extremes have the same value and the same places."""
    same_places = (stated.at, stated.towards) == (shown.at, shown.towards)
    return same_places and same_value(stated.value, shown.value, assumptions_of(phi))


def digits_of(number: sp.Expr, digits: int) -> str:
    """Certified digits; empty when the number depends on a parameter."""
    return "" if number.free_symbols else decimal(number, digits)
