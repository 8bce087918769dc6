"""Pieces of Python code with how tightly they bind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How tightly a piece binds; ``*`` and ``@`` bind alike in Python, but may not be mixed without parentheses."""

    SUM = 1
    SIGNED = 2
    MATMUL = 3
    TIMES = 4
    ATOM = 5


@dataclass(frozen=True)
class Piece:
    """Code for one array.

    Args:
        text: the code.
        level: how tightly it binds.
        summands: of a sum, so that a long one can be broken into lines.
    """

    text: str
    level: Level = Level.ATOM
    summands: tuple[str, ...] = ()

    def at_least(self, level: Level) -> str:
        """The code, in parentheses where it binds less tightly.

        >>> added([Piece("a"), Piece("b")]).at_least(Level.TIMES)
        '(a + b)'
        """
        return self.text if self.level >= level else f"({self.text})"

    def called(self, text: str) -> Piece:
        """The piece with something behind it that binds most tightly, such as ``.T``."""
        return Piece(self.at_least(Level.ATOM) + text)


def added(pieces: Sequence[Piece]) -> Piece:
    """A sum; what begins with a minus sign is subtracted, and does not come first if that can be helped.

    >>> added([negated(Piece("z")), Piece("1")]).text
    '1 - z'
    """
    parts = [summand for piece in pieces for summand in (piece.summands or (piece.text,))]
    parts.sort(key=lambda part: part.startswith("-"))
    if len(parts) == 1:
        return pieces[0]
    text = parts[0] + "".join(f" - {part[1:]}" if part.startswith("-") else f" + {part}" for part in parts[1:])
    return Piece(text, Level.SUM, tuple(parts))


def times(pieces: Sequence[Piece]) -> Piece:
    """A product entry by entry; factors of 1 are left out.

    >>> times([Piece("f"), added([Piece("1"), negated(Piece("f"))]), matmul(Piece("U"), Piece("h"))]).text
    'f * (1 - f) * (U @ h)'
    """
    minus = sum(piece.level == Level.SIGNED for piece in pieces) % 2 == 1
    plain = [negated(piece) if piece.level == Level.SIGNED else piece for piece in pieces]
    kept = [piece for piece in plain if piece.text != "1"] or [Piece("1")]
    whole = kept[0] if len(kept) == 1 else Piece(" * ".join(piece.at_least(Level.TIMES) for piece in kept), Level.TIMES)
    return negated(whole) if minus else whole


def matmul(left: Piece, right: Piece) -> Piece:
    """A matrix product.

    >>> matmul(Piece("A"), matmul(Piece("B"), Piece("h"))).text
    'A @ (B @ h)'
    """
    return Piece(f"{left.at_least(Level.ATOM)} @ {right.at_least(Level.ATOM)}", Level.MATMUL)


def negated(piece: Piece) -> Piece:
    """The negative."""
    if piece.level == Level.SIGNED:
        return Piece(piece.text[1:], Level.TIMES)
    return Piece(f"-{piece.at_least(Level.MATMUL)}", Level.SIGNED)
