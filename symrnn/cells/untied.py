"""Weights of their own for every step, and what sharing them does to a gradient: it is the sum over the steps."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.cells.network import Network
from symrnn.errors import UnknownTermError
from symrnn.expr import MatrixSum, Sequence, TotalJacobian, Variable
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import s


class Untied(Network):
    """A cell in which some of the shared matrices are sequences: step t has a W_t of its own.

    Args:
        cell: the cell with shared parameters.
        parameters: which of them become sequences, from the first step on; they keep their names.

    Raises:
        UnknownTermError: for what is not a shared parameter of the cell.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh")
    >>> net = Untied(rnn, rnn.W_hh)
    >>> net.body(net.a[t])
    W_hh[t]*h[t - 1] + W_xh*x[t] + b_h
    >>> net.derive(net.L, wrt=net.W_hh[s]).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, cell: Recurrence, *parameters: MatrixSymbol) -> None:
        own = {parameter: _sequence(cell, parameter, parameter.name) for parameter in _shared(cell, parameters)}
        super().__init__(
            cell.replaced(
                definitions=_with(cell, own),
                parameters=tuple(own.get(parameter, parameter) for parameter in cell.parameters),
            )
        )


class Copied(Network):
    """A cell in which each step reads a copy of a shared matrix: W_copy_t := W for every t.

    It computes what the cell computes. The derivative by W_copy_s is that by the weights of step s alone: the equation
    of a quantity is not used for a derivative by it, so that the formula is that of the :class:`Untied` network, taken
    where all its W_t are W. Theorem, for every cell, loss and T (:meth:`summed` writes the right side):

        dL/dW = Σ_{s=1}^{T} dL/dW_copy_s,

    the gradient of a shared matrix is the sum of those of its copies.

    Args:
        cell: the cell.
        parameters: the shared matrices that are copied; the copy of ``W`` is the sequence ``W_copy``.

    Raises:
        UnknownTermError: for what is not a shared parameter of the cell.

    Source: Rumelhart, Hinton and Williams (1986), Learning internal representations by error propagation, "recurrent
    nets"; Werbos (1990), Backpropagation through time.

    >>> from symrnn.cells import GRU
    >>> from symrnn.derivation import Claim, Equation, Kind
    >>> from symrnn.symbols import T
    >>> gru = GRU()
    >>> net = Copied(gru, gru.U_r)
    >>> claim = Equation(TotalJacobian(net.L, net.U_r), net.summed(net.L, net.U_r, T), where=(T >= 0,))
    >>> claim
    d L/d U_r = Sum(d L/d U_r_copy[s], (s, 1, T))  for T >= 0
    >>> Claim("tied", "the shared gradient", claim, Kind.PROVED, recurrence=net).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, cell: Recurrence, *parameters: MatrixSymbol) -> None:
        copies = {
            parameter: _sequence(cell, parameter, f"{parameter.name}_copy") for parameter in _shared(cell, parameters)
        }
        meanings = tuple(Definition(copy, of, Role.INTERMEDIATE, copy.first) for of, copy in copies.items())
        super().__init__(cell.replaced(definitions=(*meanings, *_with(cell, copies))))

    def summed(self, of: Variable, parameter: MatrixSymbol, upto: sp.Expr) -> MatrixExpr:
        """Σ_{s=1}^{upto} d of / d W_copy_s, for what is computed at the index ``upto``.

        Raises:
            UnknownTermError: for a parameter that has no copies.
        """
        copy = self.definition(f"{parameter.name}_copy")
        if copy is None or copy.body != parameter:
            raise UnknownTermError(
                f"{parameter} has no copies", where=self.name, advice="name it when the copies are made"
            )
        return MatrixSum(TotalJacobian(of, copy.sequence.at(s)), s, sp.Integer(copy.first), upto)


def _shared(cell: Recurrence, parameters: tuple[MatrixSymbol, ...]) -> tuple[MatrixSymbol, ...]:
    for parameter in parameters:
        if not isinstance(parameter, MatrixSymbol) or parameter not in cell.parameters:
            shared = ", ".join(p.name for p in cell.parameters if isinstance(p, MatrixSymbol))
            raise UnknownTermError(f"{parameter} is not a shared parameter", where=cell.name, advice=f"it has {shared}")
        if any(d.initial is not None and d.initial.has(parameter) for d in cell.definitions):
            raise UnknownTermError(f"what a state begins with uses {parameter}, at no step", where=cell.name)
        if any(body.has(parameter) for body in cell.totals.values()):
            raise UnknownTermError(f"a total uses {parameter}, at no step", where=cell.name)
    return parameters


def _sequence(cell: Recurrence, parameter: MatrixSymbol, name: str) -> Sequence:
    first = min((d.first for d in cell.definitions if d.body.has(parameter)), default=1)
    return Sequence(name, parameter.rows, parameter.cols, first)


def _with(cell: Recurrence, sequences: dict[MatrixSymbol, Sequence]) -> tuple[Definition, ...]:
    """The definitions with a sequence, at their own index, in the place of each matrix."""
    rule = {parameter: sequence.at(cell.index) for parameter, sequence in sequences.items()}
    return tuple(replace(d, body=d.body.xreplace(rule)) for d in cell.definitions)
