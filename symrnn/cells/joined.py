"""An encoder and a decoder that starts from its last state, each with a number of steps of its own."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells.network import Network, activations_of, replaced
from symrnn.errors import ParameterError, ShapeError
from symrnn.expr import Sequence
from symrnn.expr.base import operand
from symrnn.expr.shapes import same
from symrnn.recurrence import Definition, Recurrence, Role

ENCODER, DECODER = "_e", "_d"
"""What is added to the names of either."""

LAST = sp.Symbol("T_e", integer=True)
"""The last index of an encoder."""


class EncoderDecoder(Network):
    """A decoder whose states begin with the last ones of an encoder: h^d_0 = h^e_{T_e}.

    The encoder runs over t = 1, …, T_e and the decoder over t = 1, …, T, with the loss of the decoder. Errors flow back
    through what the decoder begins with: dL/dh^e_{T_e} = dL/dh^d_0. Every state of the decoder begins with the state of
    the encoder that has its name, so that an LSTM hands on h and c.

    Names end in ``_e`` for the encoder and ``_d`` for the decoder: ``h_e``, ``W_hh_d``. What is read off the decoder
    keeps its name, its loss among it: ``y``, ``W_hy``, ``ell``, ``L``. What is read off the encoder falls away. For
    other starts, such as h^d_0 = tanh(V h^e_{T_e}), write a :class:`Cell` with an equation for ``h_d[0]``.

    Args:
        encoder: the cell that reads x^e.
        decoder: the cell that begins with its last state.
        last: the last index of the encoder; T_e by default.

    Raises:
        ParameterError: for cells over different indices, a state of the decoder that the encoder does not have, and two
            conventions of one activation.
        ShapeError: for states of different sizes.

    Source: Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural networks, sec. 2; Cho et al.
    (2014), Learning phrase representations using RNN encoder-decoder, sec. 2.2.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Gradient
    >>> from symrnn.symbols import t
    >>> net = EncoderDecoder(Elman(), Elman())
    >>> net.body(net.h_d[0])
    h_e[T_e]
    >>> net.derive(net.L, wrt=net.W_hh_e).verify().kind
    <Kind.PROVED: 'PROVED'>
    """

    def __init__(self, encoder: Recurrence, decoder: Recurrence, last: sp.Expr = LAST) -> None:
        if encoder.index != decoder.index:
            raise ParameterError("the cells run over different indices", advice="let both run over one")
        last = operand(last)
        if not (isinstance(last, sp.Expr) and last.is_integer and last.is_nonnegative is not False):
            raise ParameterError(
                f"the last index of the encoder is {last}", advice='write such as Symbol("T_e", integer=True)'
            )
        name = f"{encoder.name} before {decoder.name}"
        first, second = _named(encoder, ENCODER, read_off=False), _named(decoder, DECODER, read_off=True)
        begun = tuple(_begun(definition, first, last, name) for definition in second.definitions)
        super().__init__(
            Recurrence(
                name=name,
                index=encoder.index,
                definitions=(*first.definitions, *begun),
                parameters=(*first.parameters, *second.parameters),
                inputs=(*first.inputs, *second.inputs),
                totals=second.totals,
                activations=activations_of((encoder, decoder)),
                switches={**first.switches, **second.switches},
            )
        )


def _begun(definition: Definition, encoder: Recurrence, last: sp.Expr, where: str) -> Definition:
    """A state of the decoder that begins with its like."""
    if definition.role is not Role.STATE or definition.initial is not None:
        return definition
    own, before = definition.sequence, definition.sequence.name.removesuffix(DECODER)
    like = encoder.definition(before + ENCODER)
    if like is None or like.role is not Role.STATE:
        states = ", ".join(d.sequence.name.removesuffix(ENCODER) for d in encoder.states())
        raise ParameterError(
            f"the decoder has a state {before}, which the encoder, with {states}, does not have",
            where=where,
            advice="use cells with the same states, or write a Cell with an equation for what a state begins with",
        )
    start, found = own.at(sp.Integer(definition.first - 1)), like.sequence.at(last)
    if not all(map(same, start.shape, found.shape)):
        shapes = [" x ".join(map(str, each.shape)) for each in (start, found)]
        raise ShapeError(
            f"{start} is {shapes[0]}, and {found} is {shapes[1]}",
            where=where,
            advice="use cells of one size, or write a Cell with an equation for what a state begins with",
        )
    return replace(definition, initial=found)


def _named(cell: Recurrence, suffix: str, *, read_off: bool) -> Recurrence:
    """The states of a cell and what they need, with names that end in a suffix; what is read off keeps its name."""
    inside = [d for d in cell.definitions if d.role is not Role.OUTPUT]
    outside = [d for d in cell.definitions if d.role is Role.OUTPUT and read_off]
    used = {name for d in inside for name in cell.graph.named(d.sequence.name)}
    above = [*(d.sequence.name for d in outside), *(total.name for total in cell.totals if read_off)]
    kept = used | {name for each in above for name in cell.graph.named(each)}
    given = [each for each in (*cell.parameters, *cell.inputs) if each.name in kept]
    moved = [*(d.sequence for d in inside), *(each for each in given if each.name in used)]
    sequences = {s.name: replace(s, name=s.name + suffix) for s in moved if isinstance(s, Sequence)}
    symbols = {p.name: MatrixSymbol(p.name + suffix, *p.shape) for p in moved if isinstance(p, MatrixSymbol)}
    renamed = sequences | symbols
    return cell.replaced(
        definitions=tuple(
            d.rewritten(lambda body: replaced(body, sequences, symbols), sequences.get(d.sequence.name))
            for d in (*inside, *outside)
        ),
        parameters=tuple(renamed.get(p.name, p) for p in cell.parameters if p.name in kept),
        inputs=tuple(sequences.get(i.name, i) for i in cell.inputs if i.name in kept),
        totals={total: replaced(body, sequences, symbols) for total, body in cell.totals.items() if read_off},
        switches={
            sequences[name].name: sequences[chance].name for name, chance in cell.switches.items() if name in used
        },
    )
