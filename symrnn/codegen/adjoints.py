"""What each equation passes back: the error of a quantity goes to all that its equation is made of.

The terms come from the calculus: the differential of one equation, its parameters and neighbours all free, split at
each dX by :func:`symrnn.calculus.identification.around`; a summand A dX B sends Aᵀ δ Bᵀ to X. Differentials stop at
named quantities, so that a sum over all paths is never written out: that is backpropagation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added, differential
from symrnn.calculus.identification import around, product
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, GenericFunction, ImmediateJacobian, MatrixSum, Variable
from symrnn.recurrence import Recurrence


@dataclass(frozen=True)
class Share:
    """What a quantity receives.

    Args:
        to: the quantity.
        term: its share of the gradient, in terms of the error of what it enters.
    """

    to: Variable
    term: MatrixExpr


def passed_back(recurrence: Recurrence, quantity: Variable | None, body: MatrixExpr, error: MatrixExpr) -> list[Share]:
    """The shares of everything that stands in an equation, one for each quantity.

    Args:
        recurrence: for messages.
        quantity: the left side; needed for a generic function, whose slope is named after it.
        body: the right side.
        error: the gradient of the loss with respect to the value.

    Raises:
        UnknownTermError: for an equation with a node that has no differential.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh").undriven()
    >>> for share in passed_back(rnn, rnn.a[t], rnn.body(rnn.a[t]), MatrixSymbol("delta", rnn.n, 1)):
    ...     print(share.to, "receives", share.term)
    W_hh receives delta*h[t - 1].T
    h[t - 1] receives W_hh.T*delta
    """
    parts: list[tuple[Variable, MatrixExpr]] = []
    if isinstance(body, GenericFunction):
        if quantity is None:
            raise UnknownTermError(f"the generic function {body} stands inside a sum", where=recurrence.name)
        for argument in dict.fromkeys(body.arguments):
            slope = ImmediateJacobian(quantity, argument)
            column = slope if slope.shape == (1, 1) else sp.Transpose(slope)
            parts.append((argument, product((column, *_factors(error)), argument.rows)))
    else:
        moved = differential(body)
        if not isinstance(moved, sp.ZeroMatrix):
            parts = [(part.variable, part.gradient(error)) for part in around(moved)]
    variables = dict.fromkeys(variable for variable, _ in parts)
    return [
        Share(variable, added(variable.shape, [term for to, term in parts if to == variable])) for variable in variables
    ]


def _factors(term: MatrixExpr) -> tuple[sp.Expr, ...]:
    return tuple(term.args) if isinstance(term, MatMul) else (term,)


@dataclass(frozen=True)
class Summed:
    """One summand of a total.

    Args:
        shares: what it gives to the quantities in it.
        variable, lower, upper: the index of a sum over time; None where the summand stands once.
    """

    shares: tuple[Share, ...]
    variable: sp.Symbol | None = None
    lower: sp.Expr | None = None
    upper: sp.Expr | None = None


def of_total(recurrence: Recurrence, total: MatrixSymbol) -> Iterator[Summed]:
    """What the summands of a total, such as a loss summed over time, give to the quantities in them.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman()
    >>> [(summed.shares[0].to, summed.lower, summed.upper) for summed in of_total(rnn, rnn.L)]
    [(ell[t], 1, T)]
    """
    body = recurrence.totals[total]
    for part in body.args if isinstance(body, MatAdd) else (body,):
        numbers = [factor for factor in part.args if not isinstance(factor, MatrixExpr)] if part.is_MatMul else []
        matrices = [factor for factor in part.args if isinstance(factor, MatrixExpr)] if part.is_MatMul else [part]
        one = MatMul(*numbers, sp.Identity(1)) if numbers else sp.Identity(1)
        if len(matrices) == 1 and isinstance(matrices[0], MatrixSum) and not any(map(_moves, numbers)):
            summed = matrices[0]
            inside = passed_back(recurrence, None, summed.body, one)
            yield Summed(tuple(inside), summed.variable, summed.lower, summed.upper)
        elif isinstance(part, GenericFunction):
            yield Summed(tuple(passed_back(recurrence, total, part, sp.Identity(1))))
        else:
            yield Summed(tuple(passed_back(recurrence, None, part, sp.Identity(1))))


def _moves(number: sp.Basic) -> bool:
    return number.has(MatrixExpr)


def lag(recurrence: Recurrence, quantity: Variable) -> int | None:
    """How far behind the index of its equation a quantity stands; None for what has no such index."""
    if not isinstance(quantity, Element):
        return None
    distance = sp.expand(recurrence.index - quantity.index)
    return int(distance) if distance.is_Integer else None


def reached(seeds: set[str], shares: dict[str, list[Share]]) -> set[str]:
    """The names of everything that the loss depends on, from those that stand in it."""
    found, fresh = set(seeds), list(seeds)
    while fresh:
        for share in shares.get(fresh.pop(), ()):
            if share.to.name not in found:
                found.add(share.to.name)
                fresh.append(share.to.name)
    return found
