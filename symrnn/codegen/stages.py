"""What of a recurrence has to be done step by step, and what can be done for all steps at once.

A quantity is in the loop if it depends on itself at an earlier index, or stands between two that do. What comes before
is made of inputs only, as W x_t; what comes after is looked at by no state, as an output. For these two, and for the
summands of the loop that are made of what comes before, the columns of all steps can stand side by side in one matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatrixExpr, MatrixSymbol

from symrnn.codegen.plan import Plan
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, GenericFunction, Sequence
from symrnn.recurrence import Definition


class Stage(Enum):
    """When a quantity is computed."""

    BEFORE = "before the loop"
    LOOP = "in the loop"
    AFTER = "after the loop"


class Stages:
    """The definitions of a recurrence by when they are computed.

    Args:
        plan: of the module.

    Raises:
        UnknownTermError: for a recurrence that is written step by step only.

    >>> from symrnn.cells import Elman
    >>> from symrnn.codegen.targets import target_of
    >>> stages = Stages(Plan(Elman("tanh"), target_of("numpy")))
    >>> [d.sequence.name for d in stages.loop], [d.sequence.name for d in stages.after]
    (['a', 'h'], ['y', 'ell'])
    >>> stages.at_once(stages.loop[0]), stages.left(stages.loop[0])
    ([W_xh*x[t], b_h], [W_hh*h[t - 1]])
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.recurrence = plan, plan.recurrence
        self._require_plain()
        self.uses = {
            d.sequence.name: {e.name for e in d.body.atoms(Element) if self.recurrence.definition(e.name) is not None}
            for d in self.recurrence.definitions
        }
        cyclic = {name for name in self.uses if name in self._reached(self.uses[name])}
        self.stage = {name: self._stage(name, cyclic) for name in self.uses}
        ordered = _sorted(self.recurrence.definitions, self.uses, {n for n in self.uses if self.is_looped(n)})
        self.before, self.after = (
            [d for d in ordered if self.stage[d.sequence.name] is stage] for stage in (Stage.BEFORE, Stage.AFTER)
        )
        self.loop = [d for d in self.recurrence.definitions if self.is_looped(d.sequence.name)]
        self._require_short_lags()

    def is_looped(self, name: str) -> bool:
        """Whether a quantity is computed in the loop."""
        return self.stage.get(name) is Stage.LOOP

    def _reached(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self.uses[name]
        return found

    def _stage(self, name: str, cyclic: set[str]) -> Stage:
        behind = self._reached(self.uses[name]) | {name}
        if not behind & cyclic:
            return Stage.BEFORE
        feeds = name in cyclic or any(name in self._reached(self.uses[other]) for other in cyclic)
        return Stage.LOOP if feeds else Stage.AFTER

    # -- sums of the loop ----------------------------------------------------------------------------------

    def at_once(self, definition: Definition) -> list[MatrixExpr]:
        """The summands of an equation of the loop that are known for all steps before it."""
        return self._split(definition)[0]

    def left(self, definition: Definition) -> list[MatrixExpr]:
        """Its other summands."""
        return self._split(definition)[1]

    def _split(self, definition: Definition) -> tuple[list[MatrixExpr], list[MatrixExpr]]:
        body = definition.body
        summands = list(body.args) if isinstance(body, MatAdd) else [body]
        looped = [term for term in summands if any(self.is_looped(e.name) for e in term.atoms(Element))]
        known = [term for term in summands if term not in looped]
        moving = any(e.name not in self._shared for term in known for e in term.atoms(Element))
        return (known, looped) if moving and looped else ([], summands)

    @property
    def _shared(self) -> set[str]:
        return {parameter.name for parameter in self.recurrence.parameters}

    # -- what is left to the plain form --------------------------------------------------------------------

    def _require_plain(self) -> None:
        plan, index = self.plan, self.recurrence.index
        columns = plan.columns(set())
        for what, found in (
            ("rows or matrices", plan.has_matrices),
            ("a quantity that looks at later indices", bool(plan.late)),
            (
                "a parameter for each index",
                any(isinstance(parameter, Sequence) for parameter in self.recurrence.parameters),
            ),
            ("no last index", plan.horizon is None),
            (
                "an equation that begins late",
                any(d.first != plan.first for d in self.recurrence.definitions),
            ),
            (
                "a quantity that is the same for every sequence",
                any(
                    not (columns.is_batched(d.body) and columns.fills(d.body))
                    for d in self.recurrence.definitions
                    if not isinstance(d.body, GenericFunction)
                ),
            ),
            (
                "an index in an equation",
                any(speaks_of(d.body, index) for d in self.recurrence.definitions),
            ),
        ):
            if found:
                self._refuse(what)

    def _require_short_lags(self) -> None:
        index = self.recurrence.index
        for definition in self.recurrence.definitions:
            for element in definition.body.atoms(Element):
                lag = sp.expand(index - element.index)
                if self.recurrence.definition(element.name) is not None and lag not in (0, 1):
                    self._refuse(f"{element} in the equation of {definition.sequence.name}")

    def _refuse(self, what: str) -> None:
        raise UnknownTermError(
            f"there is no fast form for {what}",
            where=self.recurrence.name,
            advice='write it with form="plain"',
        )


def speaks_of(body: MatrixExpr, index: sp.Symbol) -> bool:
    """Whether a body uses an index in another place than that of an element."""
    rule = {element: MatrixSymbol(f"{element.name}_", *element.shape) for element in body.atoms(Element)}
    return index in body.xreplace(rule).free_symbols


def _sorted(definitions: Iterable[Definition], uses: Mapping[str, set[str]], known: set[str]) -> list[Definition]:
    """Definitions after those that they use at any index; what is known is left out."""
    by_name = {d.sequence.name: d for d in definitions}
    done: dict[str, Definition] = {}

    def visit(name: str) -> None:
        if name in done or name in known:
            return
        for other in sorted(uses[name]):
            visit(other)
        done[name] = by_name[name]

    for name in by_name:
        visit(name)
    return list(done.values())
