"""Clipped gradients as terms: the factor of norm clipping, clipping entry by entry, several matrices as one column."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ParameterError, ShapeError
from symrnn.expr.base import Term, checked, operand, text
from symrnn.expr.norms import SPECTRAL, Measure, Norm


class ClipFactor(Measure):
    """min(1, θ/‖g‖), and 1 for g = 0: what clipping by norm multiplies a gradient by.

    The factor is 1 where ‖g‖ <= θ and θ/‖g‖ where ‖g‖ > θ, so that nothing is ever divided by 0.

    Args:
        of: g, whose norm decides; for clipping by the global norm a :class:`Stack` of all gradients.
        threshold: θ, known to be at least 0.
        kind: the norm, as in :class:`symrnn.expr.Norm`.

    Raises:
        ParameterError: when the threshold is not known to be at least 0.
        UnknownTermError: for a norm that is not known.

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, algorithm 1.

    >>> n, theta = sp.Symbol("n", integer=True, positive=True), sp.Symbol("theta", positive=True)
    >>> g = sp.MatrixSymbol("g", n, 1)
    >>> ClipFactor(g, theta) * g
    ClipFactor(g, theta, 2)*g
    """

    def __new__(cls, of: MatrixExpr, threshold: Any, kind: Any = SPECTRAL) -> ClipFactor:
        """Check the term, the threshold and the kind."""
        norm = Norm(of, kind)
        return super().__new__(cls, of, _threshold(threshold), Str(norm.kind))

    @property
    def threshold(self) -> sp.Expr:
        """θ."""
        return self.args[1]

    @property
    def kind(self) -> str:
        """The name of the norm."""
        return text(self.args[2])

    @property
    def norm(self) -> Norm:
        """The norm that is compared with θ."""
        return Norm(self.of, self.kind)

    def _sympystr(self, printer: Any) -> str:
        return f"ClipFactor({printer._print(self.of)}, {printer._print(self.threshold)}, {self.kind})"


class ClipByValue(Term):
    """min(max(g_ij, -θ), θ) in row i and column j; shape of g.

    Args:
        of: g.
        threshold: θ, known to be at least 0.

    Raises:
        ParameterError: when the threshold is not known to be at least 0.

    Source: Mikolov (2012), Statistical language models based on neural networks, sec. 3.2.

    >>> theta = sp.Symbol("theta", positive=True)
    >>> ClipByValue(sp.MatrixSymbol("g", 3, 1), theta)
    ClipByValue(g, theta)
    """

    def __new__(cls, of: MatrixExpr, threshold: Any) -> ClipByValue:
        """Check the term and the threshold."""
        checked(of)
        return super().__new__(cls, of, _threshold(threshold))

    @property
    def of(self) -> MatrixExpr:
        """What is clipped."""
        return self.args[0]

    @property
    def threshold(self) -> sp.Expr:
        """θ."""
        return self.args[1]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the argument."""
        return self.of.shape


class Stack(Term):
    """All entries of several matrices in one column: vec of the first, below it vec of the second, and so on.

    Raises:
        ShapeError: without any matrix.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> Stack(sp.MatrixSymbol("G_W", n, n), sp.MatrixSymbol("g_b", n, 1)).shape
    (n**2 + n, 1)
    """

    def __new__(cls, *parts: MatrixExpr) -> Stack:
        """Check the parts."""
        if not parts:
            raise ShapeError("nothing is stacked", advice="give at least one matrix")
        checked(*parts)
        return super().__new__(cls, *parts)

    @property
    def parts(self) -> tuple[MatrixExpr, ...]:
        """The matrices, first to last."""
        return self.args

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(number of all entries, 1)."""
        return sp.Add(*(part.rows * part.cols for part in self.parts)), sp.S.One


def _threshold(value: Any) -> sp.Expr:
    found = operand(value)
    if not isinstance(found, sp.Expr) or isinstance(found, MatrixExpr) or not found.is_nonnegative:
        advice = 'declare it, as in sympy.Symbol("theta", positive=True)'
        raise ParameterError(f"the threshold {found} is not known to be at least 0", advice=advice)
    if found.is_finite is False:
        raise ParameterError(f"the threshold {found} is not finite", advice="leave the clipping out")
    return found
