"""How strongly each construct binds, as data; parentheses follow from this table and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Binding(IntEnum):
    """Strength with which a piece of notation holds together, weakest first."""

    SUM = 1
    TENSOR = 2
    PRODUCT = 3
    FACTOR = 4
    POWER = 5
    ATOM = 6


@dataclass(frozen=True)
class Piece:
    """A written term, with what its surroundings need to know.

    Attributes:
        text: LaTeX or plain text.
        binding: how strongly it holds together.
        open: whether it ends in the body of a Σ or ∏, which would swallow a factor written after it.
        tall: whether parentheses around it must grow.
        construct: the associative construct that it is, if any: A ⊗ (B ⊗ C) needs no parentheses.
        indexed: whether it is a symbol with its index above, beside which a transpose may stand.
    """

    text: str
    binding: Binding = Binding.ATOM
    open: bool = False
    tall: bool = False
    construct: str = ""
    indexed: bool = False


@dataclass(frozen=True)
class Rule:
    """How a construct binds.

    Attributes:
        gives: the strength of the whole.
        needs: the strength below which an operand is put in parentheses.
        stops: whether its sign ends the body of a Σ or ∏ on its left, as + does and ⊗ does not.
    """

    gives: Binding
    needs: Binding
    stops: bool = False


#: Juxtaposition binds tighter than ⊗: (AB) ⊗ C is written AB ⊗ C, and (A ⊗ B)C keeps its parentheses. Beside ⊙ books
#: differ, so that (AB) ⊙ C keeps its own, too.
PRECEDENCE: Mapping[str, Rule] = MappingProxyType(
    {
        "sum": Rule(Binding.SUM, needs=Binding.TENSOR, stops=True),
        "kronecker": Rule(Binding.TENSOR, needs=Binding.PRODUCT),
        "hadamard": Rule(Binding.TENSOR, needs=Binding.FACTOR),
        "product": Rule(Binding.PRODUCT, needs=Binding.PRODUCT),
        "number product": Rule(Binding.PRODUCT, needs=Binding.PRODUCT),
        "under Σ": Rule(Binding.PRODUCT, needs=Binding.TENSOR),
        "under ∏": Rule(Binding.PRODUCT, needs=Binding.PRODUCT),
        "power": Rule(Binding.POWER, needs=Binding.ATOM),
    }
)


def needs_parentheses(piece: Piece, construct: str, *, last: bool) -> bool:
    """Whether an operand of a construct is written in parentheses.

    Args:
        piece: the operand.
        construct: a key of :data:`PRECEDENCE`.
        last: whether nothing of the construct follows it.

    >>> body = Piece("∏_u A_u", Binding.PRODUCT, open=True)
    >>> needs_parentheses(body, "product", last=True), needs_parentheses(body, "product", last=False)
    (False, True)
    """
    rule = PRECEDENCE[construct]
    loose = piece.binding < rule.needs and piece.construct != construct
    return loose or (piece.open and not last and not rule.stops)
