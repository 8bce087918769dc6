"""Two recurrences compared: whether they compute the same states, with parameters and states that may be renamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations, product

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn import late
from symrnn.cells.network import Network, activations_of, replaced
from symrnn.derivation.conditions import conditions
from symrnn.derivation.statement import AllOf, Equation
from symrnn.derivation.verdict import Verdict
from symrnn.errors import ParameterError, ShapeError
from symrnn.expr import Apply, Element, Sequence
from symrnn.recurrence import Definition, Recurrence, Role


@dataclass(frozen=True)
class Comparison:
    """Two recurrences side by side, and what is claimed of their states.

    Args:
        recurrence: both together; quantities of the second have a 2 behind their names.
        statement: that the states agree at every index, given that they do so at the first.
        under: what parameters of the second are in those of the first, where they are not the same.
    """

    recurrence: Network
    statement: AllOf
    under: Mapping[MatrixSymbol, MatrixExpr] = field(default_factory=dict)

    def verify(self) -> Verdict:
        """The verdict: PROVED by induction, for every index and every size, or REFUTED by numbers."""
        return late.verify(self.statement, self.recurrence)

    def latex(self, notation: str | late.Notation = "lecture") -> str:
        """The statement in LaTeX."""
        return late.statement_latex(self.statement, notation)

    def _repr_latex_(self) -> str:
        return late.displayed(self.latex)

    def __str__(self) -> str:
        renamed = ", ".join(f"{symbol} -> {term}" for symbol, term in self.under.items())
        return f"{self.statement}, under {renamed}" if renamed else str(self.statement)


def equivalent(
    one: Recurrence,
    other: Recurrence,
    under: Mapping[MatrixSymbol, MatrixExpr] | None = None,
    states: Mapping[Element, MatrixExpr] | None = None,
) -> Comparison:
    """Whether two recurrences compute the same states from the same inputs.

    Parameters of one name are the same in both, unless something else is said.

    Args:
        one: a recurrence.
        other: another one over the same index.
        under: what a parameter of the second is in those of the first, such as ``{W_z: -W_z}``.
        states: what a state of the second at t is in those of the first, such as ``{g[t]: -h[t]}``; by default it is
            the one of its name, or the only one.

    Raises:
        ParameterError: for different indices, an unknown parameter, or a state of which nothing is said.
        ShapeError: when one name has two shapes.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Elementwise
    >>> rnn = Elman("tanh")
    >>> flipped = equivalent(rnn, rnn, {rnn.W_xh: -rnn.W_xh, rnn.b_h: -rnn.b_h}, {rnn.h[rnn.index]: -rnn.h[rnn.index]})
    >>> print(flipped)
    h2[t] = -h[t]  for t >= 0; given h2[0] = -h[0], under W_xh -> -W_xh, b_h -> -b_h
    >>> print(flipped.verify().kind, equivalent(rnn, rnn, {rnn.W_xh: -rnn.W_xh}).verify().kind)
    PROVED REFUTED
    """
    for each in (one, other):
        if not isinstance(each, Recurrence):
            raise ParameterError(f"{each!r} is not a recurrence", advice="give one, such as symrnn.Elman()")
    if one.index != other.index:
        raise ParameterError(
            f"the recurrences run over {one.index} and {other.index}", advice="let both of them run over one index"
        )
    given = {parameter.name: parameter for parameter in other.parameters}
    meant = {symbol.name: term for symbol, term in (under or {}).items()}
    for name in meant:
        if name not in given:
            known = ", ".join(given) or "none"
            raise ParameterError(f"{name} is not a parameter of the {other.name}", advice=f"its parameters: {known}")
    second = _second(other, meant)
    together = _together(one, other, second, meant)
    parts = tuple(_claims(one, other, together, states or {}))
    statement = AllOf(tuple(_from_the_start(parts, together)))
    return Comparison(together, statement, dict(under or {}))


def find_renaming(one: Recurrence, other: Recurrence) -> Comparison | None:
    """A renaming under which two recurrences are proved to compute the same: signs of gates, and gates exchanged.

    None says that no such renaming is found, which leaves others.

    Args:
        one: a recurrence.
        other: another one, with states of the same names.

    Raises:
        ParameterError: as for :func:`equivalent`.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman("tanh")
    >>> print(find_renaming(rnn, rnn))
    h2[t] = h[t]  for t >= 0; given h2[0] = h[0]
    """
    mine, theirs = _groups(one), _groups(other)
    for chosen in permutations(mine, len(theirs)):
        if any(len(a) != len(b) for a, b in zip(chosen, theirs, strict=True)):
            continue
        for signs in product((1, -1), repeat=len(theirs)):
            groups = zip(signs, theirs, chosen, strict=True)
            under = {b: sign * a for sign, there, here in groups for b, a in zip(there, here, strict=True)}
            if any(a.shape != b.shape for b, a in under.items()):
                continue
            found = equivalent(one, other, {b: a for b, a in under.items() if a != b})
            if found.verify():
                return found
    return None


def _groups(recurrence: Recurrence) -> list[tuple[MatrixSymbol, ...]]:
    """The parameters that enter one function each, which may be flipped in sign or exchanged together."""
    bodies = {d.sequence.name: d.body for d in recurrence.definitions if d.role is not Role.OUTPUT}
    found: dict[tuple[MatrixSymbol, ...], None] = {}
    for argument in (applied.argument for body in bodies.values() for applied in body.atoms(Apply)):
        inside = argument.atoms(MatrixSymbol).union(
            *(bodies[e.name].atoms(MatrixSymbol) for e in argument.atoms(Element) if argument == e and e.name in bodies)
        )
        found[tuple(p for p in recurrence.parameters if p in inside)] = None
    return [group for group in found if group]


def _second(other: Recurrence, meant: Mapping[str, MatrixExpr]) -> tuple[Definition, ...]:
    """The states of the second and what they are made of, under names of their own."""
    inside = [definition for definition in other.definitions if definition.role is not Role.OUTPUT]
    renamed = {d.sequence.name: replace(d.sequence, name=f"{d.sequence.name}2") for d in inside}
    symbols = {p.name: p for p in other.parameters if isinstance(p, MatrixSymbol)}
    rule = {symbols[name]: term for name, term in meant.items() if name in symbols}
    return tuple(
        d.rewritten(lambda body: replaced(body.xreplace(rule), renamed, {}), renamed[d.sequence.name]) for d in inside
    )


def _together(
    one: Recurrence, other: Recurrence, second: tuple[Definition, ...], meant: Mapping[str, MatrixExpr]
) -> Network:
    parameters = {parameter.name: parameter for parameter in one.parameters}
    used = {s.name for d in second for body in d.terms for s in body.atoms(MatrixSymbol, Element)}
    for parameter in other.parameters:
        if parameter.name in meant or parameter.name not in used:
            continue
        if parameters.setdefault(parameter.name, parameter) != parameter:
            raise ShapeError(f"{parameter.name} has another shape in the {other.name} than in the {one.name}")
    inputs = {sequence.name: sequence for sequence in one.inputs}
    for sequence in other.inputs:
        if sequence.name in used and inputs.setdefault(sequence.name, sequence) != sequence:
            raise ShapeError(f"{sequence.name} has another shape in the {other.name} than in the {one.name}")
    return Network(
        Recurrence(
            name=f"{one.name} beside the {other.name}",
            index=one.index,
            definitions=(*one.definitions, *second),
            parameters=tuple(parameters.values()),
            inputs=tuple(inputs.values()),
            totals=one.totals,
            activations=activations_of((one, other)),
            switches={**one.switches, **other.switches},
        )
    )


def _claims(
    one: Recurrence, other: Recurrence, together: Network, states: Mapping[Element, MatrixExpr]
) -> list[Equation]:
    mine = {definition.sequence.name: definition.sequence for definition in one.states()}
    said = {element.name: term for element, term in states.items()}
    found = []
    theirs = [definition.sequence for definition in other.states()]
    alone = len(mine) == len(theirs) == 1
    for state in theirs:
        meant = mine.get(state.name) or (next(iter(mine.values())) if alone else None)
        if state.name not in said and meant is None:
            raise ParameterError(
                f"nothing is said of the state {state.name} of the {other.name}",
                advice=f"say what it is, as in states={{{state.name}[{one.index}]: ...}}",
            )
        term = said[state.name] if state.name in said else meant.at(one.index)  # type: ignore[union-attr]
        renamed: Sequence = getattr(together, f"{state.name}2")
        found.append(Equation(renamed.at(one.index), term))
    return found


def _from_the_start(parts: tuple[Equation, ...], together: Recurrence) -> Iterator[Equation]:
    """The claims, each with what is assumed at the first index of the states that it rests on.

    Where a state begins with an equation, nothing is free to be assumed: what the claim says there is claimed first, of
    states for which those behind them have been compared.
    """
    graph, index = together.graph, together.index
    where = (index >= max(_first(part, together) for part in parts),)
    names = [_named(part) for part in parts]
    for part, own in zip(parts, names, strict=True):
        begun = [used for name in own for used in graph.begun.get(name, ()) if isinstance(used, Element)]
        if begun:
            before = {used.name for used in begun}.union(*(graph.behind(used.name) for used in begun))
            known = [other for other, others in zip(parts, names, strict=True) if others <= before]
            assumed = [_at(other, together) for other in known if not any(map(graph.begun.get, _named(other)))]
            there = [_put(other, index, used.index) for other in known for used in begun if used.name in _named(other)]
            exist = conditions(
                tuple(dict.fromkeys(each.index >= (together.first_index(each.name) or 0) for each in begun))
            )
            yield replace(_at(part, together), where=exist, given=tuple(dict.fromkeys([*assumed, *there])))
        elif any(name in graph.begun for name in own):
            yield _at(part, together)
        whole = own.union(*map(graph.behind, own))
        starts = (_at(other, together) for other, others in zip(parts, names, strict=True) if others <= whole)
        yield replace(part, where=where, given=tuple(starts))


def _named(claim: Equation) -> set[str]:
    return {element.name for side in claim.sides for element in side.atoms(Element)}


def _first(claim: Equation, together: Recurrence) -> int:
    """The index from which on all that it speaks of exists."""
    firsts = (together.first_index(element.name) for element in claim.lhs.atoms(Element) | claim.rhs.atoms(Element))
    return max((first for first in firsts if first is not None), default=0)


def _at(claim: Equation, together: Recurrence) -> Equation:
    """The claim at its first index."""
    return _put(claim, together.index, sp.Integer(_first(claim, together)))


def _put(claim: Equation, index: sp.Symbol, at: sp.Expr) -> Equation:
    return Equation(claim.lhs.subs(index, at), claim.rhs.subs(index, at))
