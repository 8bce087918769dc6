"""Layers on top of each other: each reads at time t what the layer below it has computed at time t."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells.elman import Size, positive_size
from symrnn.cells.network import Network, activations_of, replaced, require_fit, visible
from symrnn.errors import ParameterError
from symrnn.expr import Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import m, n


class Stacked(Network):
    """Cells on top of each other; what is read off the top one is read off the network, its loss among it.

    The first input of each upper layer is replaced by the visible state of the layer below, at the same time: the
    first one of a :class:`Cell`, the h of an Elman network. What is read off the lower layers falls away, together
    with the parameters that only serve that.

    Names: ``W_i`` of layer j is ``W_i_j``, and so for every parameter, state, intermediate and further input, counted
    from 1 at the bottom: ``h_1``, ``W_i_1``, ``U_f_2``, written h_{1,(t)}, W_{i,1}, U_{f,2}. The input of the bottom
    layer keeps its name, and so does what is read off the top: ``x``, ``y``, ``W_hy``, ``ell``, ``L``. PyTorch counts
    from 0, so that its ``weight_ih_l0`` is made of ``W_i_1``, ``W_f_1``, ...

    Args:
        cells: the layers from bottom to top, of any kinds and sizes.
        reads: for each layer but the top one, the name of the state that the layer above reads, or None for its
            visible one.

    Raises:
        ShapeError: when a layer reads another size than the one below has.
        ParameterError: without a cell, when a layer has no input, when it is not clear what to read, and for two
            conventions of one activation or two indices.

    Source: Graves, Mohamed and Hinton (2013), Speech recognition with deep recurrent neural networks, eq. (11); Pascanu
    et al. (2014), How to construct deep recurrent neural networks, sec. 3.3.4.

    >>> from symrnn.cells import GRU, LSTM
    >>> from symrnn.symbols import n, q, t
    >>> net = Stacked(GRU(), LSTM(hidden=q, inputs=n))
    >>> net.body(net.a_i_2[t])
    U_i_2*h_2[t - 1] + W_i_2*h_1[t] + b_i_2
    >>> net.derive(net.h_2[t], wrt=net.h_1[t]).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, *cells: Recurrence, reads: tuple[str | None, ...] = ()) -> None:
        if not cells:
            raise ParameterError("no cell is stacked", advice="give the layers from bottom to top")
        for cell in cells:
            if not isinstance(cell, Recurrence):
                written = f"{cell.__name__}()" if isinstance(cell, type) else "GRU()"
                raise ParameterError(f"{cell!r} is not a recurrence", advice=f"give one, such as {written}")
        if len({cell.index for cell in cells}) > 1:
            raise ParameterError("the cells run over different indices", advice="let all of them run over one")
        chosen = (*reads, *[None] * (len(cells) - len(reads)))
        name = " on ".join(cell.name for cell in reversed(cells))
        layers: list[_Layer] = []
        for number, cell in enumerate(cells, 1):
            below = layers[-1].visible if layers else None
            layers.append(_Layer.of(cell, number, below, number == len(cells), chosen[number - 1], name))
        super().__init__(
            Recurrence(
                name=name,
                index=cells[0].index,
                definitions=tuple(d for layer in layers for d in layer.definitions),
                parameters=tuple(p for layer in layers for p in layer.parameters),
                inputs=tuple(i for layer in layers for i in layer.inputs),
                totals=layers[-1].totals,
                activations=activations_of(cells),
            )
        )


def deep(make: Callable[..., Recurrence], layers: int, hidden: Size = n, inputs: Size = m) -> Stacked:
    """The same cell several times on top of itself, n units in each layer.

    Args:
        make: makes a cell from the keywords ``hidden`` and ``inputs``, as every cell class here does.
        layers: how many, at least 1.
        hidden: the size n of each layer.
        inputs: the size m of the input.

    Raises:
        IndexRangeError: for a number or a size that is not positive.

    >>> from symrnn.cells import LSTM
    >>> net = deep(LSTM, layers=2)
    >>> [definition.sequence.name for definition in net.states()], net.W_i_1.shape, net.W_i_2.shape
    (['c_1', 'h_1', 'c_2', 'h_2'], (n, m), (n, n))
    """
    count = int(positive_size(layers, "layers"))
    return Stacked(*(make(hidden=hidden, inputs=hidden if layer else inputs) for layer in range(count)))


@dataclass(frozen=True)
class _Layer:
    """A cell in its place in the stack, everything renamed."""

    visible: Sequence
    definitions: tuple[Definition, ...]
    parameters: tuple[MatrixSymbol | Sequence, ...]
    inputs: tuple[Sequence, ...]
    totals: dict[MatrixSymbol, Any]

    @classmethod
    def of(
        cls, cell: Recurrence, number: int, below: Sequence | None, top: bool, reads: str | None, where: str
    ) -> _Layer:
        """Put a cell on the layer below, whose visible state it reads."""
        if not cell.inputs:
            raise ParameterError(f"layer {number}, {cell.name}, has no input", where=where)
        seen = visible(cell, reads)
        inside = [d for d in cell.definitions if d.role is not Role.OUTPUT]
        outside = [d for d in cell.definitions if d.role is Role.OUTPUT] if top else []
        used = {name for d in inside for name in cell.graph.named(d.sequence.name)}
        entry, *further = cell.inputs
        if below is not None:
            require_fit(entry, below, cell.index, where)
        moved = [d.sequence for d in inside] + [p for p in cell.parameters if p.name in used] + further
        sequences = {s.name: replace(s, name=f"{s.name}_{number}") for s in moved if isinstance(s, Sequence)}
        symbols = {p.name: MatrixSymbol(f"{p.name}_{number}", *p.shape) for p in moved if isinstance(p, MatrixSymbol)}
        read = sequences | ({} if below is None else {entry.name: below})
        totals = {total: replaced(body, read, symbols) for total, body in cell.totals.items()} if top else {}
        above = (*(d.sequence.name for d in outside), *(total.name for total in totals))
        kept = used | {use.name for name in above for use in cell.graph.uses[name]}
        return cls(
            sequences[seen.name],
            tuple(
                d.rewritten(lambda body: replaced(body, read, symbols), sequences.get(d.sequence.name, d.sequence))
                for d in (*inside, *outside)
            ),
            tuple((sequences | symbols).get(p.name, p) for p in cell.parameters if p.name in kept),
            ((entry,) if below is None else ()) + tuple(sequences[i.name] for i in further),
            totals,
        )
