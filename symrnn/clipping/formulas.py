"""Clipped gradients as terms, for claims about them."""

from __future__ import annotations

from typing import Any

from sympy.matrices.expressions import MatrixExpr

from symrnn.expr import ClipByValue, ClipFactor, Stack
from symrnn.expr.norms import FROBENIUS, SPECTRAL


def norm_clipped(gradient: MatrixExpr, threshold: Any, kind: Any = FROBENIUS) -> MatrixExpr:
    """min(1, θ/‖g‖) g, and 0 for g = 0; shape of g.

    Args:
        gradient: g.
        threshold: θ, known to be at least 0.
        kind: the norm, as in :class:`symrnn.expr.Norm`; by default the root of the sum of all squares.

    Raises:
        ParameterError: when the threshold is not known to be at least 0.
        UnknownTermError: for a norm that is not known.

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, algorithm 1.

    >>> import sympy as sp
    >>> from symrnn.expr import Norm
    >>> from symrnn.derivation import Claim, Inequality, Kind
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> bound = Inequality(Norm(norm_clipped(g, theta)), theta)
    >>> Claim("clipping", "the length is bounded", bound, Kind.PROVED).verify().kind
    <Kind.PROVED: 'PROVED'>
    """
    return ClipFactor(gradient, threshold, kind) * gradient


def value_clipped(gradient: MatrixExpr, threshold: Any) -> MatrixExpr:
    """min(max(g_ij, -θ), θ) in row i and column j; shape of g.

    Args:
        gradient: g.
        threshold: θ, known to be at least 0.

    Raises:
        ParameterError: when the threshold is not known to be at least 0.

    Source: Mikolov (2012), Statistical language models based on neural networks, sec. 3.2.

    >>> import sympy as sp
    >>> from symrnn.derivation import Claim, Kind, SameDirection
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> turned = SameDirection(value_clipped(g, theta), g)
    >>> print(Claim("turns", "the direction is kept", turned, Kind.REFUTED).verify().counterexample)
    n = 2, theta = 1, g = [[1], [2]]: left side [[1], [1]], right side [[1], [2]] (not in one direction, exact; ...)
    """
    return ClipByValue(gradient, threshold)


def global_norm_clipped(gradients: tuple[MatrixExpr, ...], threshold: Any) -> tuple[MatrixExpr, ...]:
    """min(1, θ/√(Σ ‖g_j‖²)) g_j for every j: one factor for all; shapes of the gradients.

    Args:
        gradients: g_1, ..., g_p, at least one.
        threshold: θ, known to be at least 0.

    Raises:
        ShapeError: without any gradient.
        ParameterError: when the threshold is not known to be at least 0.

    Source: Pascanu, Mikolov and Bengio (2013), with g the gradient by all parameters together.

    >>> import sympy as sp
    >>> G, g = sp.MatrixSymbol("G_W", 2, 2), sp.MatrixSymbol("g_b", 2, 1)
    >>> global_norm_clipped((G, g), 1)[1]
    ClipFactor(Stack(G_W, g_b), 1, 2)*g_b
    """
    whole = Stack(*gradients)
    return tuple(ClipFactor(whole, threshold, SPECTRAL) * gradient for gradient in gradients)
