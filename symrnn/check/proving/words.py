"""Everything that a proof rests on: what is assumed of activations, initial values, indices and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.certify.clipped_asked import Clipped
from symrnn.derivation.inequality import ForEvery, Inequality, Limit
from symrnn.derivation.statement import Equation, size_symbols
from symrnn.derivation.verdict import Given
from symrnn.expr import (
    Apply,
    ClipFactor,
    Derivative,
    Differential,
    Element,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    Measure,
    Moment,
    OrderedProduct,
    TotalJacobian,
    Variable,
)
from symrnn.expr.declared import declared
from symrnn.expr.parts import parts_of
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence

LAYOUT = "numerator layout, vec by columns"
"""What the terms mean by a Jacobian."""


FIRST = "derivatives are taken before what is assumed is put in"
"""How a derivative is meant under a hypothesis: where W is 0, a derivative by W is the one at W = 0."""


def hypotheses_of(equation: Equation, recurrence: Recurrence, extra: tuple[str, ...]) -> tuple[Given, ...]:
    """Everything that a proof of an equation rests on."""
    sides = (equation.lhs, equation.rhs)
    found: list[Given] = [LAYOUT, *_about_activations(equation, recurrence)]
    moving = {*equation.varying, *(d.wrt for side in sides for d in parts_of(side, Derivative))}
    found += _constants(recurrence, moving)
    if equation.where or extra:
        found.append((*equation.where, *extra))
    found += equation.given
    if equation.given and any(side.has(Derivative, Differential) for side in sides):
        found.append(FIRST)
    found += _declared((*equation.terms, *equation.where, *recurrence.graph.right_sides), equation.sizes)
    if any(side.has(Moment) for side in sides):
        found += [_about_switch(*names) for names in recurrence.switches.items()]
    if any(parts_of(side, MatrixSum, OrderedProduct) for side in sides):
        found.append(Sentence("an empty sum is 0, an empty product $I$"))
    if equation.sizes:
        found.append(_arbitrary(equation.sizes))
    return tuple(found)


def _about_switch(name: str, probability: str) -> str:
    """What is assumed of a random input."""
    value, chance = f"{name}_i", f"{probability}_i"
    law = f"$1/{chance}$ with probability ${chance}$ and 0 otherwise, $0 < {chance} <= 1$"
    return Sentence(f"${value}$ independent, {law}, so that $E[{value}] = 1$")


def _about_activations(equation: Equation, recurrence: Recurrence) -> list[Given]:
    """What is assumed of each activation: one derivative more than the equation writes down."""
    applied = [a for side in (equation.lhs, equation.rhs) for a in parts_of(side, Apply)]
    return _activations_of(recurrence, {a.function: max(1, a.order) for a in sorted(applied, key=lambda a: a.order)})


def _activations_of(recurrence: Recurrence, orders: Mapping[str, int]) -> list[Given]:
    """What is assumed of each activation of a recurrence, and of those that are named with an order."""
    applied = [a for body in recurrence.graph.right_sides for a in parts_of(body, Apply)]
    found: list[Given] = []
    for name in sorted({*orders, *(a.function for a in applied)}):
        known = recurrence.activation(name)
        order = max([1, orders.get(name, 1), *(a.order for a in applied if a.function == name)])
        often = "" if order == 1 else f" {order} times"
        if known.is_generic:
            found.append(Sentence(f"${name}${often} differentiable, otherwise arbitrary"))
        elif known.kinks:
            kinks = ", ".join(map(str, known.kinks))
            found.append(Sentence(f"${known.title}'$ taken as {known.at_kink} at its kink {kinks}"))
        else:
            found.append(f"{known.title} as activation")
        found += known.hypotheses
    return found


def _constants(recurrence: Recurrence, moving: set[Variable]) -> list[str]:
    """What does not move, in words: the initial values, those left out that are let move, and the inputs."""
    free = {(q.name, q.index) for q in moving if isinstance(q, Element)}
    initial = ((d.sequence.name, at) for d in recurrence.states() for at in range(d.sequence.first, d.begins))
    names = [f"${name}_{at}$" for name, at in initial if (name, sp.Integer(at)) not in free]
    if names:
        return [Sentence(f"{', '.join(names)} and the inputs constant")]
    return ["the inputs constant"] if recurrence.inputs else []


def hypotheses_on_norms(statement: Inequality | Limit, recurrence: Recurrence) -> Iterator[Given]:
    """Everything that a proof about norms rests on."""
    measures = {measure for term in statement.terms for measure in parts_of(term, Measure, MatrixElement)}
    moves = any(measure.has(Derivative) for measure in measures)
    if moves:
        yield LAYOUT
        if any(
            isinstance(each, Equation) or (isinstance(each, ForEvery) and each.is_equation) for each in statement.given
        ):
            yield FIRST
    if moves or any(measure.has(Apply) for measure in measures):
        yield from _activations_of(recurrence, {})
    if moves:
        yield from _constants(recurrence, {d.wrt for measure in measures for d in parts_of(measure, Derivative)})
    if statement.where:
        yield statement.where
    yield from statement.given
    bodies = recurrence.graph.right_sides if moves or any(measure.has(Element) for measure in measures) else ()
    yield from _declared((*statement.terms, *statement.where, *bodies), statement.sizes)
    if statement.sizes:
        yield _arbitrary(statement.sizes)


def _declared(terms: Iterable[sp.Basic], sizes: Iterable[sp.Basic]) -> list[str]:
    """What symbols were declared with, beyond being numbers or indices: it is assumed as what is written out is."""
    terms = tuple(terms)
    symbols = {s for term in terms for s in term.free_symbols if isinstance(s, sp.Symbol)} - set(sizes)
    symbols -= {size for term in terms for size in size_symbols(term)}
    found = (declared(symbol) for symbol in sorted(symbols, key=str))
    return [_declaration(words) for words in found if words.count(" ") > 1 or "=" in words]


def _declaration(words: str) -> Sentence:
    """A symbol with its bounds, which are mathematics, and what kind of number it is, which is not."""
    bounds, _, kind = words.rpartition(" ")
    return Sentence(f"${bounds}$ {kind}" if kind.isalpha() else f"${words}$")


def _arbitrary(sizes: Iterable[sp.Basic]) -> Sentence:
    return Sentence(f"sizes {', '.join(f'${size}$' for size in sizes)} arbitrary")


def hypotheses_on_clipping(statement: Clipped) -> Iterator[Given]:
    """Everything that a proof about clipped gradients rests on."""
    yield from (*statement.given, *statement.where)
    symbols = {s for term in statement.terms for s in term.free_symbols if isinstance(s, sp.Symbol)}
    yield from (_declaration(declared(symbol)) for symbol in sorted(symbols - set(statement.sizes), key=str))
    for kinds, what in (((Gradient,), "gradients"), ((TotalJacobian, ImmediateJacobian), "Jacobians")):
        if any(term.has(*kinds) for term in statement.terms):
            yield f"the {what} exist"
    if any(term.has(ClipFactor) for term in statement.terms):
        yield "clipping leaves 0 as it is"
    if statement.sizes:
        yield _arbitrary(statement.sizes)
