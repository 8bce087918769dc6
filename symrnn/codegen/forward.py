"""The forward pass as lines of code: every equation, index by index."""

from __future__ import annotations

import sympy as sp

from symrnn.codegen.lines import INDENT, in_comment, quoted, statement
from symrnn.codegen.pieces import Piece
from symrnn.codegen.plan import Plan
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, GenericFunction, MatrixSum
from symrnn.recurrence import Definition


class Forward:
    """The parts of ``forward``, for the template.

    Args:
        plan: of the module.

    Raises:
        UnknownTermError: for a term without code, or an equation that needs the value of a generic function.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.columns = plan.columns(set())
        self.activations = self.columns.activations
        self.skipped = self._without_value()
        self.computed = [d for d in plan.recurrence.definitions if d.sequence.name not in self.skipped]
        self.loop, self.late_loop = (
            [line for d in self.computed if (d.sequence.name in plan.late) is late for line in self._equation(d)]
            for late in (False, True)
        )
        self.total = self._total()
        self.indices = plan.indices(self.columns)
        self.keywords = self._keywords()

    def _without_value(self) -> set[str]:
        """The names of generic functions: they have slopes, but no values."""
        definitions = self.plan.recurrence.definitions
        generic = {d.sequence.name for d in definitions if isinstance(d.body, GenericFunction)}
        for definition in definitions:
            for element in definition.body.atoms(Element):
                if element.name in generic and definition.sequence.name not in generic:
                    raise UnknownTermError(
                        f"{definition.sequence.name} needs the value of {element.name}, a generic function",
                        where=self.plan.recurrence.name,
                        advice="give it a formula",
                    )
        return generic

    def _equation(self, definition: Definition) -> list[str]:
        names, at = self.plan.names, self.plan.recurrence.index
        left = f"{names.of(definition.sequence.name)}[{self.plan.index}]"
        right = self.columns.filled(definition.body)
        if not (self.plan.has_matrices or self.columns.is_batched(definition.body)):
            self.columns.spreads = True
            right = Piece(f"spread({right.text}, {self.plan.batch})")
        shape = self.plan.shape(definition.sequence.at(at))
        if definition.first == self.plan.first:
            return statement(left, right, shape, depth=2)
        condition = f"{INDENT * 2}if {self.plan.index} >= {definition.first}:"
        return [condition, *statement(left, right, shape, depth=3)]

    def _total(self) -> str:
        """The value of the loss, summed over the batch; empty when it has a generic function in it."""
        body = self.plan.recurrence.totals[self.plan.total]
        if body.has(GenericFunction) or any(element.name in self.skipped for element in body.atoms(Element)):
            return ""
        written = self.columns.write(body)
        if not (self.plan.has_matrices or self.columns.is_batched(body)):
            self.columns.counts_batch = True
            return f"{self.plan.batch} * ({written.text}).sum()"
        if isinstance(body, MatrixSum):
            return self.plan.target.total.format(written.text)  # of no steps it is 0, which has no method
        return written.called(".sum()").text

    def _keywords(self) -> dict[str, str]:
        found = {name: f"the number {symbol}" for name, symbol in sorted(self.columns.scalars.items())}
        if self.plan.length()[1]:
            assert self.plan.horizon is not None  # it is what the caller hands in
            found[self.plan.names.of(self.plan.horizon.name, "index")] = "the number of steps"
        return found | self.activations.generic

    # -- lines ---------------------------------------------------------------------------------------------

    @property
    def unpacking(self) -> list[str]:
        """The lines before the loop."""
        plan, names = self.plan, self.plan.names
        lines = [plan.unpacked_parameter(parameter) for parameter in plan.recurrence.parameters]
        lines += [plan.unpacked_sequence(x, f"inputs[{quoted(x.name)}]") for x in plan.recurrence.inputs]
        initial = plan.initial()
        for definition in initial:
            lines.append(self._initial(definition))
        fresh = [names.of(d.sequence.name) for d in self.computed if d not in initial]
        if fresh:
            lines.append(
                f"{fresh[0]} = {{}}" if len(fresh) == 1 else f"{', '.join(fresh)} = ({{}} for _ in range({len(fresh)}))"
            )
        lines.append(plan.length()[0])
        lines += self.columns.size_lines()
        if self.columns.spreads or self.columns.counts_batch:
            lines.append(f"{plan.batch} = {self.batch_source()}")
        return [line for line in lines if line]

    def batch_source(self) -> str:
        """Where the size of the batch is read off."""
        plan = self.plan
        for definition in plan.initial():
            return f"{plan.names.of(definition.sequence.name)}[{definition.sequence.first}].shape[1]"
        for sequence in plan.recurrence.inputs:
            return f"{plan.names.of(sequence.name)}[{sequence.first}].shape[1]"
        raise UnknownTermError("nothing tells the size of the batch", where=plan.recurrence.name)

    def _initial(self, definition: Definition) -> str:
        sequence, name = definition.sequence, self.plan.names.of(definition.sequence.name)
        key = f"initial[{quoted(sequence.name)}]"
        shape = self.plan.shape(sequence.at(sp.Integer(sequence.first)))
        if definition.first - sequence.first == 1:
            return f"{name} = {{{sequence.first}: {key}}}  # {in_comment(shape)}"
        return f"{name} = dict(enumerate({key}, start={sequence.first}))  # each {in_comment(shape)}"

    @property
    def returned(self) -> list[tuple[str, str]]:
        """What is returned: keys with identifiers."""
        names = self.plan.names
        keys = [x.name for x in self.plan.recurrence.inputs] + [d.sequence.name for d in self.computed]
        return [(quoted(key), names.of(key)) for key in keys]
