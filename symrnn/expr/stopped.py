"""What has a value and does not move: a detached term, as an approximate gradient treats it."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.expr.base import Term, checked


class StopGradient(Term):
    """The value of a term, which is held fixed by every derivative: d stop(X) = 0; shape of X.

    This is what ``detach()`` in PyTorch and ``stop_gradient`` in JAX do. A derivative of what is defined with it is no
    longer that of a function of the parameters: it is what the chain rule gives where such terms count as constants.

    Source: Gers, Schraudolph and Schmidhuber (2002), Learning precise timing with LSTM recurrent networks, sec. 3.2: no
    error leaves a memory cell by its peephole connections.

    >>> from symrnn.calculus import differential
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> W, c = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("c", n, 1)
    >>> StopGradient(W * c), differential(W * StopGradient(c))
    (stop(W*c), dW*stop(c))
    """

    def __new__(cls, argument: MatrixExpr) -> StopGradient:
        """Check the argument."""
        checked(argument)
        return super().__new__(cls, argument)

    @property
    def argument(self) -> MatrixExpr:
        """What the value is that of."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Shape of the argument."""
        return self.argument.shape

    def _sympystr(self, printer: Any) -> str:
        return f"stop({printer._print(self.argument)})"
