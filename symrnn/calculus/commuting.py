"""Matrices of one row and one column as numbers that commute."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
)

from symrnn.activations import z
from symrnn.errors import UnknownTermError
from symrnn.expr import Apply, Derivative, Element, MatrixSum, OrderedProduct
from symrnn.recurrence import Recurrence


def commuting(term: MatrixExpr, recurrence: Recurrence) -> sp.Expr:
    """The one entry of a term when every size is 1; see :meth:`symrnn.derivation.Derivation.scalar`.

    Args:
        term: a matrix.
        recurrence: what its activations are.

    Raises:
        UnknownTermError: for a size that is another number, and for a node without a rule, such as stacked states.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("sin")
    >>> commuting(rnn.W_hh * rnn.D(t) * rnn.W_hh, rnn)
    W_hh**2*cos(a[t])
    """
    if any(size.is_Integer and size != 1 for size in term.shape):
        raise UnknownTermError(f"{term} has other sizes than 1", advice="ask the same of a recurrence of any size")
    parts = [part for part in term.args if isinstance(part, MatrixExpr)]

    def each(*of: sp.Basic) -> list[sp.Expr]:
        return [commuting(part, recurrence) if isinstance(part, MatrixExpr) else part for part in of]

    match term:
        case sp.Identity() | sp.OneMatrix():
            return sp.S.One
        case sp.ZeroMatrix():
            return sp.S.Zero
        case MatrixSymbol():
            return sp.Symbol(term.name)
        case Element():
            return sp.IndexedBase(term.name)[term.index]
        case Derivative():
            return sp.Symbol(str(term))
        case Apply():
            return _applied(term, each(term.argument)[0], recurrence)
        case MatAdd():
            return sp.Add(*each(*term.args))
        case MatMul() | HadamardProduct() | sp.KroneckerProduct():
            return sp.Mul(*each(*term.args))
        case MatPow() | HadamardPower():
            return sp.Pow(*each(term.args[0]), term.args[1])
        case DiagMatrix() | sp.Transpose():
            return commuting(parts[0], recurrence)
        case sp.Inverse():
            return 1 / commuting(parts[0], recurrence)
        case OrderedProduct():
            still, moving = commuting(term.body, recurrence).as_independent(term.variable, as_Add=False)
            product = 1 if moving == 1 else sp.Product(moving, (term.variable, term.lower, term.upper))
            return still ** (term.upper - term.lower + 1) * product
        case MatrixSum():
            return sp.Sum(commuting(term.body, recurrence), (term.variable, term.lower, term.upper))
    raise UnknownTermError(
        f"{type(term).__name__} is not a number that commutes", advice="a state that is stacked with others has several"
    )


def _applied(term: Apply, argument: sp.Expr, recurrence: Recurrence) -> sp.Expr:
    """A function of the catalogue by its formula, a generic one by its name."""
    known = recurrence.activation(term.function)
    if known.is_generic:
        primes = "'" * term.order
        member = [] if term.member is None else [term.member]
        return sp.Function(f"{term.function}{primes}")(argument, *member)
    return known.derivative(term.order).subs(z, argument)


__all__ = ["commuting"]
