"""Rules for clipped gradients, and for the smaller and the larger of numbers."""

from __future__ import annotations

import sympy as sp

from symrnn.expr import ClipByValue, ClipFactor, Stack
from symrnn.latex.precedence import Piece
from symrnn.latex.style import Style
from symrnn.latex.walk import write


@write.register
def _(scalar: ClipFactor, style: Style) -> Piece:
    quotient = style.fraction(write(scalar.threshold, style), write(scalar.norm, style))
    return style.call("min", [Piece("1"), quotient])


@write.register
def _(term: ClipByValue, style: Style) -> Piece:
    below = style.call("max", [write(term.of, style), write(-term.threshold, style)])
    return style.call("min", [below, write(term.threshold, style)])


@write.register
def _(term: Stack, style: Style) -> Piece:
    parts = [write(part, style) for part in term.parts]
    return style.bracketed(Piece(", ".join(part.text for part in parts), tall=any(part.tall for part in parts)))


@write.register(sp.Min)
@write.register(sp.Max)
def _(scalar: sp.Min | sp.Max, style: Style) -> Piece:
    parts = sorted(scalar.args, key=sp.default_sort_key)
    return style.call(type(scalar).__name__.lower(), [write(part, style) for part in parts])
