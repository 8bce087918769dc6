"""Two chains over one input, one from each end; the loss at time t reads both."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells.network import Network, activations_of, replaced, visible
from symrnn.errors import ParameterError
from symrnn.expr import GenericFunction, MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T

SUFFIX = "_reverse"
"""What is added to the names of the chain that runs backwards, as in PyTorch's ``weight_ih_l0_reverse``."""


class Bidirectional(Network):
    """A cell that reads the input from its beginning, and one that reads it from its end.

    The second chain is written in its own time τ = T + 1 - t: g_τ is computed from g_{τ-1} and from the input read
    backwards, ``x_reverse``. At time t the two are h_t and g_{T+1-t}, and L = Σ_{t=1}^{T} ℓ(h_t, g_{T+1-t}) with a
    generic differentiable ℓ. Names of the second chain end in ``_reverse``: ``h_reverse``, ``W_i_reverse``.

    ``x_reverse`` is an input of its own, so that everything holds for any two inputs. A network that reads one input
    from both ends has x_reverse_τ = x_{T+1-τ}, and the gradient by x_t is then the sum of those by x_t and by
    x_reverse_{T+1-t}. What the cells read off their states falls away. A second bidirectional layer on top, whose
    states would read a chain at mirrored indices, is beyond this class.

    Args:
        forward: the cell that runs from 1 to T.
        backward: the cell that runs from T to 1; by default the same, with weights of its own.

    Raises:
        ParameterError: for cells over different indices or without an input, and for two conventions of one activation.

    Source: Schuster and Paliwal (1997), Bidirectional recurrent neural networks; Graves and Schmidhuber (2005).

    >>> from symrnn.cells import GRU
    >>> from symrnn.symbols import t
    >>> net = Bidirectional(GRU())
    >>> net.body(net.ell[t])
    ell(h[t], h_reverse[T - t + 1])
    >>> net.derive(net.L, wrt=net.U_r_reverse).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, forward: Recurrence, backward: Recurrence | None = None) -> None:
        backward = forward if backward is None else backward
        for given in (forward, backward):
            if not isinstance(given, Recurrence):
                raise ParameterError(f"{given!r} is not a recurrence", advice="give a cell, as in Bidirectional(GRU())")
        if forward.index != backward.index:
            raise ParameterError("the cells run over different indices", advice="let both run over one")
        for cell in (forward, backward):
            if not cell.inputs:
                raise ParameterError(f"{cell.name} has no input to read from both ends")
        chains = [_chain(forward, ""), _chain(backward, SUFFIX)]
        t = forward.index
        h, back = visible(forward), visible(backward)
        g = replace(back, name=back.name + SUFFIX)
        ell, loss = Sequence("ell", 1, first=1), MatrixSymbol("L", 1, 1)
        slope = GenericFunction(Str("ell"), sp.S.One, sp.S.One, h[t], g.at(T + 1 - t))
        super().__init__(
            Recurrence(
                name=f"bidirectional {forward.name}",
                index=t,
                definitions=(
                    *(definition for chain in chains for definition in chain.definitions),
                    Definition(ell, slope, Role.OUTPUT),
                ),
                parameters=tuple(p for chain in chains for p in chain.parameters),
                inputs=tuple(i for chain in chains for i in chain.inputs),
                totals={loss: MatrixSum(ell[t], (t, 1, T))},
                activations=activations_of((forward, backward)),
            )
        )


def _chain(cell: Recurrence, suffix: str) -> Recurrence:
    """The states of a cell and what they need, with names that end in a suffix."""
    inside = [d for d in cell.definitions if d.role is not Role.OUTPUT]
    used = {name for d in inside for name in cell.graph.named(d.sequence.name)}
    kept = [p for p in cell.parameters if p.name in used]
    moved = [d.sequence for d in inside] + [p for p in kept if isinstance(p, Sequence)] + list(cell.inputs)
    sequences = {s.name: replace(s, name=s.name + suffix) for s in moved}
    symbols = {p.name: MatrixSymbol(p.name + suffix, *p.shape) for p in kept if isinstance(p, MatrixSymbol)}
    return cell.replaced(
        definitions=tuple(
            d.rewritten(lambda body: replaced(body, sequences, symbols), sequences[d.sequence.name]) for d in inside
        ),
        parameters=tuple((sequences | symbols)[p.name] for p in kept),
        inputs=tuple(sequences[i.name] for i in cell.inputs),
        totals={},
    )
