"""Any recurrence with the loss that you say: a readout, a loss for each step, and what they add up to; and masks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.cells.cell import Named
from symrnn.cells.elman import Size, positive_size
from symrnn.cells.losses import StepLoss, find_loss
from symrnn.errors import ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import Element, MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T

OVER = ("sum", "mean", "last")

LOSS, STEP = "L", "ell"
"""Names of the loss and of that of a step."""

OUTPUTS, TARGETS, MASKS, COUNTS = ("y", "v", "r"), ("d", "y_target"), ("mu", "mask"), ("N", "N_mu")
"""Names to choose from, the first that is free."""

Of: TypeAlias = Sequence | str


def with_loss(
    recurrence: Recurrence,
    loss: str | StepLoss = "generic",
    *,
    over: str = "sum",
    readout: Size | None = None,
    of: Of | None = None,
    masked: bool = False,
    output: str = "",
    targets: str = "",
    mask: str = "",
) -> Named:
    """The same recurrence with a loss L of its own; a loss that it has already is put away.

    L is Σ_{t=1}^{T} ℓ_t, (1/T) Σ_{t=1}^{T} ℓ_t or ℓ_T. The loss of a step looks at a column o_t of the recurrence, or
    at a readout y_t = W_oy o_t + b_y of it, and at targets d_t of the same shape, which are inputs.

    Args:
        recurrence: any; an Elman network has its readout y already.
        loss: ``"generic"`` (ℓ_t is a differentiable function, without targets), ``"squared error"``,
            ``"binary cross-entropy"``, ``"softmax cross-entropy"``; see :data:`symrnn.cells.losses.LOSSES`. Or a
            :class:`symrnn.cells.losses.StepLoss` of your own.
        over: ``"sum"``, ``"mean"`` or ``"last"``, which is ℓ_T, for many-to-one.
        readout: the number of outputs of a readout; None for none.
        of: the column that the loss, or the readout, looks at: a state, an output or an intermediate. By default what
            the present loss looks at, such as h of an LSTM.
        masked: whether each ℓ_t is multiplied by μ_t, an input of shape (1, 1) that is 1 where a step counts and 0
            where it is padding. The mean then is (1/N) Σ_t μ_t ℓ_t with a number N, to be given as Σ_t μ_t.
        output: a name for y, by which the readout's matrices are called, too: W_hy and b_y; by default the first of
            :data:`OUTPUTS` that is free.
        targets: a name for d; by default the first of :data:`TARGETS` that is free.
        mask: a name for μ; by default that of the mask there is, or the first of :data:`MASKS` that is free.

    Raises:
        UnknownTermError: for an unknown loss, total or column, where it is not clear what the loss should look at, and
            for a readout of a recurrence that has one.
        ShapeError: for a column of another shape, or of one that moves with the index.
        IndexRangeError: for a number of outputs that is not positive.
        SymbolClashError: when a name is taken.

    >>> from symrnn.cells import LSTM
    >>> from symrnn.symbols import q
    >>> net = with_loss(LSTM(), "softmax cross-entropy", readout=q, over="last")
    >>> net.body(net.L), net.body(net.ell[3])
    (ell[T], log_sum_exp(y[3]) - d[3].T*y[3])
    >>> net.body(net.y[3])
    W_hy*h[3] + b_y
    >>> net.derive(net.L, wrt=net.b_y).closed_form
    -d[T].T + softmax(y[T]).T
    """
    step = find_loss(loss)
    if over not in OVER:
        raise UnknownTermError(f"a loss over {over!r} is not known", advice=f"use one of {', '.join(OVER)}")
    if masked and over == "last":
        raise UnknownTermError(
            "the last step of a padded sequence is not a step of it",
            where=recurrence.name,
            advice="carry the states through the padding by masked(recurrence), and take the loss without a mask",
        )
    seen = column(recurrence, of)
    if readout is not None and of is None and seen.role is Role.OUTPUT:
        name = seen.sequence.name
        raise UnknownTermError(
            f"the {recurrence.name} has a readout already, {name}",
            where="readout",
            advice=f"leave the readout out, or say of={name!r} for one on top of it",
        )
    bare = without_loss(recurrence)
    net = bare if readout is None else _with_readout(bare, seen, positive_size(readout, "outputs"), output)
    looked_at = seen if readout is None else net.definitions[-1]
    return _with_step(net, step, looked_at.sequence, looked_at.first, over, masked, targets, mask)


def masked(recurrence: Recurrence, mask: str = "") -> Named:
    """The same recurrence for padded sequences: every state stays as it is where the mask is 0.

    x_t = μ_t x̃_t + (1 - μ_t) x_{t-1} for every state x, with x̃_t the right side of its equation, and μ_t an input of
    shape (1, 1) that is 1 for a step of the sequence and 0 for padding. At the end h_T is the state after the last step
    that counts, as with packed sequences. A state that looks at another one at its own index sees the kept one, which
    is the same wherever μ_t is 0 or 1.

    Args:
        recurrence: any.
        mask: a name for μ; by default the first of :data:`MASKS` that is free.

    Raises:
        IndexRangeError: for a state without an element before the first that its equation defines.
        SymbolClashError: when the name is taken.

    >>> from symrnn.cells import GRU
    >>> from symrnn.calculus import local_jacobian
    >>> from symrnn.symbols import t
    >>> net = masked(GRU())
    >>> local_jacobian(net, net.h[t], net.mu[t])
    -h[t - 1] + HadamardProduct(-z[t] + 1, g[t]) + HadamardProduct(h[t - 1], z[t])
    """
    if not isinstance(recurrence, Recurrence):
        raise UnknownTermError(f"{recurrence!r} is not a recurrence", advice="give a cell, as in masked(GRU())")
    given = _mask(recurrence, mask)
    index = recurrence.index
    counts = given.at(index)[0, 0]

    def kept(definition: Definition) -> Definition:
        if definition.role is not Role.STATE:
            return definition
        before = definition.sequence.at(index - 1)
        return replace(definition, body=sp.MatAdd(sp.MatMul(counts, definition.body), sp.MatMul(1 - counts, before)))

    return rebuilt(
        recurrence,
        name=f"masked {recurrence.name}",
        definitions=tuple(map(kept, recurrence.definitions)),
        inputs=_joined(recurrence.inputs, (given,)),
    )


# -- parts ---------------------------------------------------------------------------------------------------------


def column(recurrence: Recurrence, of: Of | None) -> Definition:
    """The definition of the column that a loss looks at.

    Raises:
        UnknownTermError: for a name without an equation, and for None where the recurrence has no generic loss.
        ShapeError: when it is not a column, or its size moves with the index.
    """
    if of is not None and not isinstance(of, str | Sequence):
        raise UnknownTermError(f"a loss of {of!r} is not known", advice="give a column by its name, as in of='h'")
    name = _looked_at(recurrence) if of is None else of if isinstance(of, str) else of.name
    found = recurrence.definition(name)
    if found is None:
        known = ", ".join(d.sequence.name for d in recurrence.definitions if d.sequence.name != STEP)
        what = f"{name} is not a quantity that the {recurrence.name} computes"
        if not name:
            what = f"the loss of the {recurrence.name} does not look at one quantity, so which one to look at is open"
        raise UnknownTermError(what, where="of", advice=f"name one of {known}, as in of={known.split(', ')[-1]!r}")
    element = found.sequence.at(recurrence.index)
    if element.cols != 1 or recurrence.index in element.rows.free_symbols:
        raise ShapeError(
            f"{element} is {element.rows} x {element.cols}",
            where=recurrence.name,
            advice="a loss looks at a column with the same number of entries at every index",
        )
    return found


def _looked_at(recurrence: Recurrence) -> str:
    """The name of what the present loss looks at; empty when there is none, or it looks at more."""
    graph = recurrence.graph
    seen = sorted({use.name for use in graph.uses.get(STEP, ())} & graph.definitions.keys())
    return seen[0] if len(seen) == 1 else ""


def without_loss(recurrence: Recurrence) -> Named:
    """The same recurrence without its loss, and without the targets that nothing else looks at.

    >>> from symrnn.cells import LSTM
    >>> without_loss(LSTM()).totals
    {}
    """
    step = recurrence.definition(STEP)
    definitions = tuple(d for d in recurrence.definitions if d is not step)
    totals = {total: body for total, body in recurrence.totals.items() if total.name != LOSS}
    dropped = [step.body] if step is not None else []
    dropped += [body for total, body in recurrence.totals.items() if total.name == LOSS]
    used = _names(body for d in definitions for body in d.terms) | _names(totals.values())
    gone = _names(dropped) - used
    inputs = tuple(given for given in recurrence.inputs if given.name not in gone)
    return rebuilt(recurrence, definitions=definitions, totals=totals, inputs=inputs)


def _names(terms: Iterable[MatrixExpr]) -> set[str]:
    return {part.name for term in terms for part in term.atoms(Element)}


def _with_readout(net: Named, of: Definition, size: sp.Expr, name: str) -> Named:
    """The recurrence with y_t = W_oy o_t + b_y as its last definition."""
    source = of.sequence.name
    for output in _candidates(net, name, OUTPUTS):
        names = (output, f"W_{source}{output}", f"b_{output}")
        if set(names) & taken(net):
            if name:
                clash = ", ".join(sorted(set(names) & taken(net)))
                raise SymbolClashError(f"{clash} is taken", where=net.name, advice="choose another output name")
            continue
        y, at = Sequence(output, size, first=of.first), net.index
        weights, bias = MatrixSymbol(names[1], size, of.sequence.at(at).rows), MatrixSymbol(names[2], size, 1)
        definition = Definition(y, weights * of.sequence.at(at) + bias, Role.OUTPUT, of.first)
        return rebuilt(net, definitions=(*net.definitions, definition), parameters=(*net.parameters, weights, bias))
    raise SymbolClashError(f"{', '.join(OUTPUTS)} are taken", where=net.name, advice="choose an output name")


def _with_step(
    net: Named, step: StepLoss, seen: Sequence, first: int, over: str, masked: bool, targets: str, mask: str
) -> Named:
    at = net.index
    y, ell = seen.at(at), Sequence(STEP, 1, first=first)
    d = Sequence(free_name(net, targets, TARGETS), seen.rows, first=first)
    inputs = (d,) if step.has_targets else ()
    summand: MatrixExpr = ell.at(at)
    count: sp.Expr = T - first + 1
    if masked:
        counts = _mask(net, mask)
        inputs = (*inputs, counts)
        summand = sp.MatMul(counts.at(at)[0, 0], summand)
        count = sp.Symbol(free_name(net, "", COUNTS), positive=True)
    summed = MatrixSum(summand, (at, first, T))
    totals = {"sum": summed, "mean": sp.MatMul(1 / count, summed), "last": ell.at(T)}
    return rebuilt(
        net,
        definitions=(*net.definitions, Definition(ell, step.term(y, d.at(at)), Role.OUTPUT, first)),
        inputs=_joined(net.inputs, inputs),
        totals={**net.totals, MatrixSymbol(LOSS, 1, 1): totals[over]},
        activations=tuple(dict.fromkeys((*net.activations, *step.activations))),
    )


def _mask(recurrence: Recurrence, name: str) -> Sequence:
    """The mask of a recurrence: one that it has already, or a new input."""
    for known in recurrence.inputs:
        if known.name == name or (not name and known.name in MASKS and _is_number(known, recurrence)):
            return known
    return Sequence(free_name(recurrence, name, MASKS), 1, first=1)


def _is_number(sequence: Sequence, recurrence: Recurrence) -> bool:
    return sequence.at(recurrence.index).shape == (1, 1)


def _joined(known: tuple[Sequence, ...], new: tuple[Sequence, ...]) -> tuple[Sequence, ...]:
    return tuple(dict.fromkeys((*known, *new)))


# -- names ---------------------------------------------------------------------------------------------------------


def taken(recurrence: Recurrence) -> set[str]:
    """Every name of a recurrence, those of numbers in its equations among them."""
    bodies = (*recurrence.graph.right_sides, *recurrence.totals.values())
    symbols = {symbol for body in bodies for symbol in body.free_symbols}
    return {symbol.name for symbol in symbols if isinstance(symbol, sp.Symbol)} | recurrence.graph.quantities.keys()


def free_name(recurrence: Recurrence, wanted: str, names: tuple[str, ...]) -> str:
    """A name that is not taken: the wanted one, or the first of several.

    Raises:
        SymbolClashError: when there is none.
    """
    used = taken(recurrence)
    for name in _candidates(recurrence, wanted, names):
        if name not in used:
            return name
    raise SymbolClashError(
        f"{wanted or ', '.join(names)} is taken", where=recurrence.name, advice="choose another name for it"
    )


def _candidates(recurrence: Recurrence, wanted: str, names: tuple[str, ...]) -> Iterator[str]:
    del recurrence
    yield from (wanted,) if wanted else names


def rebuilt(recurrence: Recurrence, **changes: object) -> Named:
    """A recurrence with some fields changed and its quantities at hand by their names."""
    plain = recurrence.replaced(**changes)
    return Named(
        plain.name,
        plain.index,
        plain.definitions,
        plain.parameters,
        plain.inputs,
        plain.totals,
        plain.activations,
    )


__all__ = ["OVER", "column", "masked", "with_loss", "without_loss"]
