"""A recurrence: named quantities, each defined at every index by an equation in earlier ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.activations import Activation, activation
from symrnn.errors import IndexRangeError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import Apply, Element, Sequence, Variable
from symrnn.expr.shapes import describe, require_one_shape_per_name, require_shapes, same
from symrnn.late import late


class Role(Enum):
    """What a defined quantity is to the network."""

    STATE = "state"
    INTERMEDIATE = "intermediate"
    OUTPUT = "output"


@dataclass(frozen=True)
class Definition:
    """``sequence[index] = body`` for every index >= first.

    Args:
        sequence: what is defined.
        body: the right side, in terms of the index.
        role: a state is carried on; an intermediate is a name inside one step; an output is read off.
        first: the smallest index at which the equation holds.
    """

    sequence: Sequence
    body: MatrixExpr
    role: Role
    first: int = 1


@dataclass(frozen=True)
class Recurrence:
    """Definitions over one index, with the quantities that they are made of.

    Args:
        name: what it is called in messages.
        index: the index of the definitions: time of a recurrent network, layer of a deep one.
        definitions: one for each defined sequence; each may use itself at index - 1 and others at index.
        parameters: matrices shared by all steps, or sequences of them with one for each step.
        inputs: sequences given from outside.
        totals: scalars defined once, such as a loss summed over time.
        activations: those that the definitions use, with the conventions at their kinks.

    Raises:
        ShapeError: when a right side has another shape than its left side.
        IndexRangeError: when a definition reaches into the future.
        SymbolClashError: when one name stands for two things.
    """

    name: str
    index: sp.Symbol
    definitions: tuple[Definition, ...]
    parameters: tuple[MatrixSymbol | Sequence, ...]
    inputs: tuple[Sequence, ...] = ()
    totals: Mapping[MatrixSymbol, MatrixExpr] = field(default_factory=dict)
    activations: tuple[Activation, ...] = ()

    def __post_init__(self) -> None:
        names = [d.sequence.name for d in self.definitions]
        names += [p.name for p in (*self.parameters, *self.inputs, *self.totals)]
        for name in names:
            if names.count(name) > 1:
                raise SymbolClashError(f"{name} is named twice", where=self.name, advice="rename one of them")
        for definition in self.definitions:
            self._check(definition)
        require_one_shape_per_name([*(d.body for d in self.definitions), *self.totals.values()])

    def _check(self, definition: Definition) -> None:
        left = definition.sequence[self.index]
        require_shapes(definition.body)
        if not all(same(a, b) for a, b in zip(left.shape, definition.body.shape, strict=True)):
            raise ShapeError(f"{describe(left)} is defined as {describe(definition.body)}", where=self.name)
        for used in definition.body.atoms(Element):
            lag = sp.expand(self.index - used.index)
            if not lag.is_Integer or lag < 0:
                raise IndexRangeError(
                    f"the definition of {left} uses {used}",
                    where=self.name,
                    advice=f"a definition may use index {self.index} and earlier ones",
                )

    # -- looking things up ---------------------------------------------------------------------------------

    def definition(self, name: str) -> Definition | None:
        """The definition of a sequence, or None for what is given."""
        return next((d for d in self.definitions if d.sequence.name == name), None)

    def body(self, quantity: Variable) -> MatrixExpr | None:
        """The right side of the equation of a quantity, or None for what is given; no look at the range."""
        if isinstance(quantity, MatrixSymbol):
            return self.totals.get(quantity)
        definition = self.definition(quantity.name)
        return None if definition is None else definition.body.xreplace({self.index: quantity.index})

    def role(self, quantity: Variable) -> Role | None:
        """The role of a defined quantity, None for what is given."""
        if isinstance(quantity, MatrixSymbol):
            return Role.OUTPUT if quantity in self.totals else None
        definition = self.definition(quantity.name)
        return None if definition is None else definition.role

    def states(self) -> Iterator[Definition]:
        """The definitions of the states."""
        return (d for d in self.definitions if d.role is Role.STATE)

    def is_parameter(self, quantity: sp.Basic) -> bool:
        """Tell whether a quantity is a parameter, shared or of one step."""
        if isinstance(quantity, Element):
            return any(p.name == quantity.name for p in self.parameters if isinstance(p, Sequence))
        return quantity in self.parameters

    def inlined(self, quantity: Variable, keep: Variable | None = None) -> MatrixExpr:
        """The right side of a quantity with intermediates replaced by theirs, all but one to keep.

        Raises:
            UnknownTermError: when the quantity has no definition.
        """
        body = self.body(quantity)
        if body is None:
            raise UnknownTermError(f"{quantity} is given, not defined", where=self.name)
        while True:
            inner = {
                e: self.body(e)
                for e in body.atoms(Element)
                if self.role(e) is Role.INTERMEDIATE and e != keep and not _at_same_place(e, keep)
            }
            if not inner:
                return body
            body = body.xreplace(inner)

    def activation(self, name: str) -> Activation:
        """The activation of a name, with the convention that this recurrence states for its kinks."""
        return next((a for a in self.activations if a.name == name), activation(name))

    def require_differentiable(self) -> None:
        """Refuse a recurrence with a kink for which no convention was stated.

        Raises:
            NotDifferentiableError: naming the activation and its kinks.
        """
        for name in {apply.function for d in self.definitions for apply in d.body.atoms(Apply)}:
            self.activation(name).require_differentiable()

    # -- the work of higher floors, at hand as methods -----------------------------------------------------

    def derive(self, of: Variable, wrt: Variable, form: str = "jacobian") -> Any:
        """Derive a total derivative in closed form; see :func:`symrnn.calculus.deriving.derive`."""
        return late("calculus.deriving", "derive")(self, of, wrt, form)

    def unroll(self, T: int, **options: Any) -> Any:
        """Explicit SymPy expressions of all quantities up to index T; see :func:`symrnn.evaluate.unroll`."""
        return late("evaluate.unroll", "unroll")(self, T, **options)

    def replaced(self, **changes: Any) -> Recurrence:
        """A copy with some fields changed."""
        return replace(self, **changes)


def _at_same_place(element: Element, keep: Variable | None) -> bool:
    return isinstance(keep, Element) and element.name == keep.name and same(element.index, keep.index)

