"""Rules for norms, singular values, spectral radii and smallest entries."""

from __future__ import annotations

import sympy as sp

from symrnn.expr import InnerProduct, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.latex.precedence import Binding, Piece
from symrnn.latex.style import Style
from symrnn.latex.walk import write


@write.register
def _(scalar: Norm, style: Style) -> Piece:
    return style.norm(write(scalar.of, style), scalar.kind)


@write.register
def _(scalar: SpectralRadius, style: Style) -> Piece:
    return style.measure("radius", [write(scalar.of, style)])


@write.register
def _(scalar: SmallestSingularValue, style: Style) -> Piece:
    return style.measure("singular", [write(scalar.of, style)])


@write.register
def _(scalar: SmallestEntry, style: Style) -> Piece:
    return style.measure("smallest", [write(scalar.of, style)])


@write.register
def _(scalar: InnerProduct, style: Style) -> Piece:
    return style.measure("inner", [write(part, style) for part in scalar.args])


@write.register
def _(scalar: sp.Abs, style: Style) -> Piece:
    inside = write(scalar.args[0], style)
    return Piece(f"|{inside.text}|", Binding.ATOM, tall=inside.tall)
