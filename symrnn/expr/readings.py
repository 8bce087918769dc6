"""Numbers that are read off matrices inside a scalar: where they stand, and how the scalar moves with each.

A scalar factor such as ``h[t-1][0, 0]`` moves with the state that it is read off. Whoever differentiates or evaluates
a scalar looks here for all that can move in it.
"""

from __future__ import annotations

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import UnknownTermError

BINDING = (ExprWithLimits, sp.Derivative, sp.Subs, sp.Lambda)
"""Scalars that bind a symbol; what is bound is not a value of its own."""

ARITHMETIC = (sp.Add, sp.Mul, sp.Pow, sp.Function, sp.Max, sp.Min, ExprCondPair, Relational, Boolean)
"""Scalars with parts of their own; a node of any other kind is one number to whoever reads it."""

FUNCTIONS = (sp.exp, sp.log, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.erf)
SMOOTH = (sp.Dummy, sp.Add, sp.Mul, sp.Pow, *FUNCTIONS)
"""Scalars that are differentiable in their parts, a root at 0 apart, where its derivative has no value either."""


def readings(scalar: sp.Basic) -> list[sp.Basic]:
    """The outermost parts of a scalar that are read off matrices: entries, traces, whatever has a matrix in it.

    Arithmetic, functions of numbers and cases are looked into; a part that binds an index, such as a SymPy sum over
    entries, is one of them as a whole.

    >>> import sympy as sp
    >>> W = sp.MatrixSymbol("W", 2, 2)
    >>> readings(sp.exp(2 * W[0, 1]) * sp.Trace(W) + sp.Symbol("c"))
    [W[0, 1], Trace(W)]
    """
    if not scalar.has(MatrixExpr):
        return []
    if not isinstance(scalar, ARITHMETIC) or any(isinstance(part, MatrixExpr) for part in scalar.args):
        return [scalar]
    parts = sorted(scalar.args, key=sp.default_sort_key)
    return list(dict.fromkeys(found for part in parts for found in readings(part)))


def partials(scalar: sp.Expr) -> list[tuple[MatrixElement, sp.Expr]]:
    """The matrix entries in a scalar, each with the partial derivative by it.

    Raises:
        UnknownTermError: for anything else that is read off a matrix, such as a trace, and for a function that is not
            known to be differentiable.

    >>> import sympy as sp
    >>> W = sp.MatrixSymbol("W", 2, 2)
    >>> partials(W[0, 1] ** 3 * W[1, 1])
    [(W[0, 1], 3*W[0, 1]**2*W[1, 1]), (W[1, 1], W[0, 1]**3)]
    """
    found = readings(scalar)
    if not found:
        return []
    for reading in found:
        if not isinstance(reading, MatrixElement):
            raise UnknownTermError(f"no derivative is known for the number {type(reading).__name__}", where=str(scalar))
        if any(index.has(MatrixExpr) for index in reading.args[1:]):
            raise UnknownTermError(f"the place of {reading} moves", where=str(scalar))
    shown = {sp.Dummy(): reading for reading in found}
    plain = scalar.xreplace({reading: symbol for symbol, reading in shown.items()})
    for part in sp.preorder_traversal(plain):
        if part.free_symbols & set(shown) and not isinstance(part, SMOOTH):
            raise UnknownTermError(f"{type(part).__name__} is not known to be differentiable", where=str(scalar))
    return [(reading, sp.diff(plain, symbol).xreplace(shown)) for symbol, reading in shown.items()]
