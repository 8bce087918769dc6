r"""What tells one network from another of the same name: equations, losses, and what is taken for a slope at a kink.

Two networks may share a name and differ in their loss, say. What is true of the one is false of the other, so what is
printed of a network tells what it differs in from the one that a reader knows by this name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.activations import Activation
from symrnn.cells.table import CELLS
from symrnn.expr import Apply, Element, GenericFunction, MatrixSum, Variable
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.recurrence import Recurrence, Role
from symrnn.symbols import T, t

FEW = 2
"""How many equations a variant of a network may change: they are printed with all that is said of it."""


@dataclass(frozen=True)
class Defined:
    """What a document defines by the name of a network.

    Args:
        recurrence: as it is printed there.
        label: what it is called in statements, where its name alone is that of another one; else empty.
    """

    recurrence: Recurrence
    label: str = ""


def equations_of(recurrence: Recurrence) -> list[tuple[Variable, MatrixExpr]]:
    """All equations of a recurrence, those of its totals last.

    >>> from symrnn.cells import Elman
    >>> equations_of(Elman())[-1]
    (L, Sum(ell[t], (t, 1, T)))
    """
    found: list[tuple[Variable, MatrixExpr]] = []
    for definition in recurrence.definitions:
        found += definition.equations(recurrence.index)
    return [*found, *recurrence.totals.items()]


def losses_of(recurrence: Recurrence) -> set[str]:
    """The names of what is a loss: the totals, and the numbers read off at each step that these are made of.

    >>> from symrnn.cells import Elman
    >>> sorted(losses_of(Elman()))
    ['L', 'ell']
    """
    read = {part.name for body in recurrence.totals.values() for part in body.atoms(Element) if part.shape == (1, 1)}
    outputs = {each.sequence.name for each in recurrence.definitions if each.role is Role.OUTPUT}
    return {total.name for total in recurrence.totals} | (read & outputs)


def differing(
    recurrence: Recurrence, names: Iterable[str], defined: Recurrence | None = None
) -> list[tuple[Variable, MatrixExpr]]:
    """The equations behind some quantities that a reader would not expect by the name of the network.

    Args:
        recurrence: the network.
        names: the quantities that are spoken of.
        defined: what the reader knows by its name; None where nothing is defined, as in a formula that stands alone:
            then it is the loss, if that is not a generic one for each step, and what carries the states on in a network
            without inputs.

    >>> from symrnn.cells import Elman
    >>> net = Elman("tanh").with_loss("squared error", over="last")
    >>> differing(net, ["h"]), differing(net, ["L"])[1]
    ([], (L, ell[T]))
    >>> differing(net, ["L"], net), len(differing(net, ["L"], Elman("tanh")))
    ([], 2)
    """
    behind = {each for name in names for each in (name, *recurrence.graph.behind(name))}
    own = [(of, body) for of, body in equations_of(recurrence) if of.name in behind]
    if defined is None:
        losses, carrying = losses_of(recurrence), _carrying(recurrence)
        return [
            (of, body)
            for of, body in own
            if (of.name in losses and not _is_general(body, recurrence)) or of.name in carrying
        ]
    one_open = len(defined.activations) == 1 and defined.activations[0].is_generic
    known = {_spelled(each, defined, one_open) for each in equations_of(defined)}
    return [each for each in own if _spelled(each, recurrence, one_open) not in known]


def _spelled(equation: tuple[Variable, MatrixExpr], recurrence: Recurrence, one_open: bool) -> tuple[str, str]:
    """An equation without sizes, and with φ for the only activation, if that may be any: what stands for φ is told."""
    of, body = equation
    if one_open and len(recurrence.activations) == 1:
        (phi,) = recurrence.activations
        body = body.replace(
            lambda part: isinstance(part, Apply) and part.function == phi.name,
            lambda part: Apply(Str("phi"), *part.args[1:]),
        )
    return str(of), str(body)


def _is_general(body: MatrixExpr, recurrence: Recurrence) -> bool:
    """Whether a loss is a generic function, or the sum over all steps."""
    if isinstance(body, GenericFunction):
        return True
    index = recurrence.index
    return any(body == MatrixSum(each.sequence.at(index), (index, 1, T)) for each in recurrence.definitions)


def _carrying(recurrence: Recurrence) -> set[str]:
    """What reads an earlier step in a network over time whose states depend on no input, if that is not much."""
    graph, given = recurrence.graph, {each.name for each in recurrence.inputs}
    states = {each.sequence.name for each in recurrence.states()}
    if recurrence.index != t or not states or any(graph.behind(state) & given for state in states):
        return set()
    found = {name for name, uses in graph.uses.items() if any(use.lag for use in uses)}
    return found if len(found) <= FEW else set()


def is_variant(recurrence: Recurrence, defined: Recurrence) -> bool:
    """Whether a network is another one but for a few equations and its loss, so that these can be told.

    >>> from symrnn.cells import LSTM, Elman
    >>> is_variant(Elman().undriven(), Elman()), is_variant(LSTM(), Elman())
    (True, False)
    """
    states = [{each.sequence.name for each in one.states()} for one in (recurrence, defined)]
    names = [of.name for of, _ in equations_of(recurrence)]
    losses = losses_of(recurrence)
    changed = [of for of, _ in differing(recurrence, names, defined) if of.name not in losses]
    return recurrence.index == defined.index and states[0] >= states[1] and len(changed) <= FEW


def facts_of(recurrence: Recurrence, notation: str | Notation = "lecture") -> Iterator[str]:
    r"""What is not seen in the equations of a network: parameters of its activations, and their slopes at kinks.

    >>> from symrnn.cells import Elman
    >>> list(facts_of(Elman("relu", at_kink=1))), list(facts_of(Elman("tanh")))
    (["\\operatorname{ReLU}'(0) = 1"], [])
    """
    for phi in recurrence.activations:
        if phi.parameters:
            yield f"{find_notation(notation).function(phi.name)}{values_of(phi)}"
        yield from kinks_of(phi, notation)


def kinks_of(phi: Activation, notation: str | Notation = "lecture") -> Iterator[str]:
    """The slope that is taken for an activation at its kinks, as LaTeX; nothing where there is none."""
    slope = find_notation(notation).function(phi.name, 1)
    stated = list(phi.conventions())
    if len({value for _, value in stated}) == 1:
        yield " = ".join([*(f"{slope}({sp.latex(kink)})" for kink, _ in stated), sp.latex(stated[0][1])])
    else:
        yield from (f"{slope}({sp.latex(kink)}) = {sp.latex(value)}" for kink, value in stated)


def values_of(phi: Activation) -> str:
    """The values of the parameters of an activation in parentheses, as LaTeX; empty if it has none."""
    values = ", ".join(rf"\text{{{escape(name)}}} = {sp.latex(value)}" for name, value in phi.parameters)
    return rf" \; ({values})" if values else ""


@cache
def leaves_open(name: str) -> bool:
    """Whether a network that ships has this name and is made with any activation, which is called φ.

    >>> leaves_open("Elman network"), leaves_open("cell")
    (True, False)
    """
    return any(entry.make().name in name for entry in CELLS.values() if entry.has_choice)


def at_home(notation: str | Notation, recurrence: Any) -> Notation:
    r"""The notation for what is said of a network, or of none; see :meth:`symrnn.latex.Notation.within`.

    >>> from symrnn.cells import LSTM, Elman
    >>> at_home("ng", LSTM()).symbol("f"), at_home("ng", Elman()).symbol("f"), at_home("ng", None).symbol("f")
    ('\\Gamma_f', 'f', 'f')
    """
    if recurrence is None:
        return find_notation(notation).within(())
    quantities = (each.sequence for each in recurrence.definitions)
    return find_notation(notation).within(
        [each.name for each in (*quantities, *recurrence.parameters, *recurrence.inputs)]
    )
