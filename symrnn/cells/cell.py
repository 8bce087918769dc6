"""Cells written as their equations stand in a paper, with a loss of the first state summed over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from difflib import get_close_matches
from pathlib import Path

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn import late
from symrnn.activations import Activation
from symrnn.errors import IndexRangeError, ParameterError, ShapeError
from symrnn.expr import Element, GenericFunction, MatrixSum, Sequence
from symrnn.expr.base import checked
from symrnn.expr.shapes import require_shapes
from symrnn.graph import Quantity
from symrnn.recurrence import Definition, Recurrence, Role, require_each
from symrnn.symbols import T, t

PARTS = {"definitions", "parameters", "inputs", "totals"}


class Named(Recurrence):
    """A recurrence with everything at hand as an attribute by its name: ``net.h``, ``net.W_z``, ``net.L``."""

    def __setattr__(self, name: str, value: object) -> None:
        """A cell does not change: ``replaced`` makes another recurrence."""
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __dir__(self) -> list[str]:
        """What a prompt completes: the quantities, too."""
        return sorted({*super().__dir__(), *self.graph.quantities})

    def __getattr__(self, name: str) -> Quantity:
        """A sequence, a parameter or a total by its name."""
        if vars(self).keys() >= PARTS:  # false while a copy is being made
            quantity = self.graph.quantities.get(name)
            if quantity is not None:
                return quantity
            near = get_close_matches(name, dir(self), n=2, cutoff=0.6) if not name.startswith("_") else []
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise AttributeError(f"{type(self).__name__} has no {name}{hint}", name=name, obj=self)
        raise AttributeError(name)


class Cell(Named):
    """A recurrent cell: states and the intermediates between them, with a loss L = Σ_{t=1}^{T} ℓ_t.

    ℓ_t is a generic differentiable function of the first state. Everything has its name as an attribute: ``cell.h``,
    ``cell.W_z``, ``cell.L``.

    Args:
        name: what it is called in messages.
        equations: the right side of each sequence, at index t, in the order of the paper. What a state begins with is
            given, or has an equation of its own, as in ``{h: …, h[0]: e[S]}``: the last element of another sequence.
        states: the sequences that are carried on, the one that the loss looks at first; all others are intermediates.
        parameters: the shared matrices.
        inputs: the sequences given from outside.
        activations: those that the equations use.

    Raises:
        ShapeError: when a right side has another shape than its left side.
        IndexRangeError: when an equation reaches into the future.
        SymbolClashError: when one name stands for two things.
        UnknownTermError: for a name that is used, but neither defined nor given.
        ParameterError: without a state.

    >>> from symrnn.activations import activation
    >>> from symrnn.expr import Elementwise
    >>> from symrnn.symbols import n
    >>> h, f, U = Sequence("h", n), Sequence("f", n, first=1), MatrixSymbol("U", n, n)
    >>> sigma = Elementwise("sigmoid")
    >>> forgetting = Cell("forgetting", {f: sigma(U * h[t - 1]), h: entrywise(f[t], h[t - 1])}, (h,), (U,),
    ...                   activations=(activation("sigmoid"),))
    >>> forgetting.derive(h[t], wrt=h[t - 1]).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(
        self,
        name: str,
        equations: Mapping[Sequence | Element, MatrixExpr],
        states: tuple[Sequence, ...],
        parameters: tuple[MatrixSymbol, ...],
        inputs: tuple[Sequence, ...] = (),
        activations: tuple[Activation, ...] = (),
    ) -> None:
        if not states:
            raise ParameterError("no state is named", where=name, advice="give states=(h,) with what is carried on")
        require_each("states", states, Sequence, name)
        if not isinstance(equations, Mapping):
            advice = "write a dictionary, as in {h: tanh(U * h[t - 1])}"
            raise ParameterError("the equations are not a dictionary", where=name, advice=advice)
        require_each("left sides", list(equations), Sequence | Element, name)
        defined = {left: body for left, body in equations.items() if isinstance(left, Sequence)}
        begun = _begun(defined, {left: body for left, body in equations.items() if isinstance(left, Element)}, name)
        ell, loss = Sequence("ell", 1, first=1), MatrixSymbol("L", 1, 1)
        definitions = [
            Definition(each, body, Role.STATE if each in states else Role.INTERMEDIATE, initial=begun.get(each))
            for each, body in defined.items()
        ]
        slope = GenericFunction(Str("ell"), sp.S.One, sp.S.One, states[0][t])
        super().__init__(
            name=name,
            index=t,
            definitions=(*definitions, Definition(ell, slope, Role.OUTPUT)),
            parameters=parameters,
            inputs=inputs,
            totals={loss: MatrixSum(ell[t], (t, 1, T))},
            activations=activations,
        )

    @classmethod
    def parse(cls, text: str, name: str = "cell") -> late.WrittenCell:
        """A cell from its equations as they stand in a paper; nothing is evaluated, and shapes are found out.

        What is used at t - 1 is a state, what has an index and no equation an input, what has no index a parameter.
        ``print`` shows the shapes; what cannot be known is asked for, and said below ``where``. docs/cell_files.md has
        all that is understood.

        Args:
            text: an equation on each line, perhaps a line about the loss, and declarations below ``where``.
            name: what the cell is called in messages.

        Raises:
            CellTextError: for a text that is not a cell, with the line, the column and what to do.

        >>> cell = Cell.parse('''
        ...     f[t] = sigmoid(W_f x[t] + U_f h[t-1] + b_f)
        ...     h[t] = f[t] ⊙ h[t-1] + (1 - f[t]) ⊙ tanh(W x[t])
        ... ''')
        >>> cell.U_f.shape, cell.derive(cell.L, wrt=cell.U_f).verify().kind
        ((n, n), <Kind.PROVED: 'PROVED'>)
        >>> Cell.parse("h[t] = tanh(W x[t] + U h[t-1]")
        Traceback (most recent call last):
        symrnn.errors.CellTextError: line 1, column 12: this bracket is not closed; add a )
            h[t] = tanh(W x[t] + U h[t-1]
                       ^
        """
        return late.parse_cell(text, name)

    @classmethod
    def load(cls, path: str | Path, name: str = "") -> late.WrittenCell:
        """A cell from a file with its equations, such as ``mine.cell``; see :meth:`parse`.

        Args:
            path: of the file.
            name: what the cell is called in messages; by default as the file is, without its ending.

        Raises:
            SelectionError: for a file that is not there or no text.
            CellTextError: for a text that is not a cell, with file, line and column.
        """
        return late.load_cell(path, name)


def _begun(
    defined: Mapping[Sequence, MatrixExpr], initial: Mapping[Element, MatrixExpr], where: str
) -> dict[Sequence, MatrixExpr]:
    """What sequences begin with, where that is not given.

    Raises:
        IndexRangeError: for an element that is not the initial value of a sequence with an equation.
    """
    found: dict[Sequence, MatrixExpr] = {}
    for left, body in initial.items():
        of = next((each for each in defined if each.at(sp.S.Zero) == left), None)
        if of is None:
            raise IndexRangeError(
                f"{left} on the left is not the initial value of a sequence with an equation",
                where=where,
                advice="write h[0] for what h begins with; equations are for a sequence, as in {h: …, h[0]: …}",
            )
        found[of] = body
    return found


def entrywise(*factors: MatrixExpr) -> MatrixExpr:
    """The product entry by entry, a ⊙ b; one shape.

    >>> from symrnn.symbols import n
    >>> a, b = MatrixSymbol("a", n, 1), MatrixSymbol("b", n, 1)
    >>> entrywise(a, b)
    HadamardProduct(a, b)
    """
    checked(*factors)
    if not factors:
        raise ShapeError("an entrywise product of nothing", advice="give two matrices of one shape, or more")
    product = sp.HadamardProduct(*factors)
    require_shapes(product)
    return product


def complement(gate: MatrixExpr) -> MatrixExpr:
    """1 - z, entry by entry; shape of the gate.

    >>> from symrnn.symbols import n
    >>> complement(MatrixSymbol("z", n, 1)).shape
    (n, 1)
    """
    return sp.OneMatrix(*gate.shape) - gate


def matrices(names: str, rows: sp.Expr, cols: sp.Expr) -> list[MatrixSymbol]:
    """Matrices of one shape by their names, separated by blanks or commas.

    >>> matrices("W_z W_r", sp.Integer(3), sp.Integer(2))
    [W_z, W_r]
    """
    return [MatrixSymbol(name, rows, cols) for name in _split(names)]


def gates(names: str, size: sp.Expr) -> list[Sequence]:
    """Columns over time by their names, separated by blanks or commas; from index 1 on.

    >>> [(gate.name, gate.first) for gate in gates("z, r", sp.Integer(3))]
    [('z', 1), ('r', 1)]
    """
    return [Sequence(name, size, first=1) for name in _split(names)]


def _split(names: str) -> list[str]:
    return names.replace(",", " ").split()
