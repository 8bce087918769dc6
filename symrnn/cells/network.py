"""Cells put together: what several recurrences need in order to become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import partial

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.activations import Activation, AtKink
from symrnn.cells.cell import Cell
from symrnn.cells.elman import Elman, chosen
from symrnn.errors import ParameterError, ShapeError
from symrnn.expr import Apply, Element, Sequence, Variable
from symrnn.recurrence import Recurrence, Role


class Network(Cell):
    """A recurrence made of cells; every quantity has its name as an attribute, as in a :class:`Cell`.

    Args:
        recurrence: the definitions of all cells together.

    >>> from symrnn.cells import Elman
    >>> Network(Elman()).W_hh.shape
    (n, n)
    """

    def __init__(self, recurrence: Recurrence) -> None:
        Recurrence.__init__(self, **{f.name: getattr(recurrence, f.name) for f in fields(Recurrence)})


def visible(recurrence: Recurrence, name: str | None = None) -> Sequence:
    """The state that others see: the one that is named, the one that the outputs are read off, or the only one.

    Raises:
        ParameterError: when no state has the name, or none is given and there is a choice.

    >>> from symrnn.cells import LSTM
    >>> visible(LSTM()).name, visible(LSTM(), "c").name
    ('h', 'c')
    """
    states = {definition.sequence.name: definition.sequence for definition in recurrence.states()}
    outputs = (name for name, definition in recurrence.graph.definitions.items() if definition.role is Role.OUTPUT)
    read = {use.name for name in outputs for use in recurrence.graph.uses[name]}
    chosen = [name] if name is not None else sorted(read & states.keys()) or list(states)
    if len(chosen) != 1 or chosen[0] not in states:
        raise ParameterError(
            f"the {recurrence.name} has the states {', '.join(states)}; which of them the others see is not clear",
            advice=f'name it, as in reads="{next(iter(states), "h")}"',
        )
    return states[chosen[0]]


def require_fit(reader: Sequence, read: Sequence, index: sp.Symbol, where: str) -> None:
    """Refuse an input in whose place a state of another shape would stand.

    Raises:
        ShapeError: naming both, with their shapes.
    """
    wanted, found = reader.at(index), read.at(index)
    if any(sp.expand(a - b) != 0 for a, b in zip(wanted.shape, found.shape, strict=True)):
        shapes = [" x ".join(map(str, each.shape)) for each in (found, wanted)]
        raise ShapeError(
            f"{found} is {shapes[0]}, but the cell that is to read it has an input {wanted} of {shapes[1]}",
            where=where,
            advice=f"make that cell with inputs={found.rows}",
        )


def replaced(term: MatrixExpr, sequences: Mapping[str, Sequence], symbols: Mapping[str, MatrixSymbol]) -> MatrixExpr:
    """A term with other sequences, at the same indices, and other matrices in the place of those named; all at once.

    >>> from symrnn.symbols import n, t
    >>> x, h, U = Sequence("x", n), Sequence("h", n), MatrixSymbol("U", n, n)
    >>> replaced(U * x[t] + x[t - 1], {"x": h}, {"U": MatrixSymbol("V", n, n)})
    h[t - 1] + V*h[t]
    """
    rule: dict[Variable, Variable] = {
        e: sequences[e.name].at(e.index) for e in term.atoms(Element) if e.name in sequences
    }
    rule |= {s: symbols[s.name] for s in term.atoms(MatrixSymbol) if s.name in symbols}
    return term.xreplace(rule)


def activations_of(cells: Iterable[Recurrence]) -> tuple[Activation, ...]:
    """The activations of several cells, each once.

    Raises:
        ParameterError: when two cells state different conventions for one name.
    """
    found: dict[str, Activation] = {}
    for entry in (entry for cell in cells for entry in cell.activations):
        if found.setdefault(entry.name, entry) != entry:
            raise ParameterError(
                f"two cells use {entry.name} with different conventions", advice="give both the same at_kink"
            )
    return tuple(found.values())


def with_activation(recurrence: Recurrence, name: str | Activation, at_kink: AtKink = None) -> Recurrence:
    """A recurrence with another activation: an Elman network with any, others in the place of the one they leave open.

    Raises:
        ParameterError: for an unknown name, and for a recurrence that leaves no activation open, or several.

    >>> from symrnn.cells import Leaky
    >>> from symrnn.symbols import t
    >>> with_activation(Leaky(), "tanh").body(Leaky().h[t])
    alpha*tanh(a[t]) + (1 - alpha)*h[t - 1]
    """
    if isinstance(recurrence, Elman):
        return recurrence.with_activation(name, at_kink)
    entry = chosen(name, at_kink)
    used = dict.fromkeys(
        each.function for body in recurrence.graph.right_sides for each in sorted(body.atoms(Apply), key=str)
    )
    open_ = [function for function in used if recurrence.activation(function).is_generic]
    if len(open_) != 1:
        found = f"leaves {', '.join(open_)} open" if open_ else f"has activations of its own, {', '.join(used)}"
        raise ParameterError(f"the {recurrence.name} {found}", advice="make one with the activations that you want")
    definitions = tuple(each.rewritten(partial(_in_place_of, open_[0], entry)) for each in recurrence.definitions)
    kept = tuple(each for each in recurrence.activations if each.name not in (open_[0], entry.name))
    return Network(recurrence.replaced(definitions=definitions, activations=(*kept, entry)))


def _in_place_of(function: str, entry: Activation, term: MatrixExpr) -> MatrixExpr:
    """A term with an activation in the place of a function."""
    return term.replace(
        lambda part: isinstance(part, Apply) and part.function == function,
        lambda part: Apply(Str(entry.name), *part.args[1:]),
    )
