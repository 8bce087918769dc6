"""What the arguments of both passes have to be, names and shapes, which a module checks before it computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.codegen.fast import begins
from symrnn.codegen.identifiers import Identifiers
from symrnn.codegen.lines import quoted
from symrnn.codegen.plan import Plan
from symrnn.expr import Element, ImmediateJacobian, Sequence

Shape = tuple[sp.Expr | int | str, ...]


class Shapes:
    """The shapes of all arguments, for the template.

    Args:
        plan: of the module.
        quantities: the names of those that the backward pass takes out of its argument.
        slopes: what else it is handed in, by identifier.

    >>> from symrnn.cells import Elman
    >>> from symrnn.codegen.targets import target_of
    >>> shapes = Shapes(Plan(Elman("tanh"), target_of("numpy")), {"x", "h"}, {})
    >>> dict(shapes.parts)["initial"], dict(shapes.parts)["quantities"]
    ({'"h"': '("n", "batch")'}, {'"x"': '("T", "m", "batch")', '"h"': '("T + 1", "n", "batch")'})
    >>> shapes.relations
    [('"T + 1"', '("T",)', 'lambda T: T + 1')]
    """

    def __init__(self, plan: Plan, quantities: set[str], slopes: Mapping[str, ImmediateJacobian]) -> None:
        self.plan = plan
        given = [p for p in self._params() if isinstance(p, MatrixSymbol)]
        moving = [*plan.given_sequences(), *(d.sequence for d in plan.recurrence.definitions)]
        shapes = [p.shape for p in given] + [sequence.at(plan.recurrence.index).shape for sequence in moving]
        names = {str(symbol) for shape in shapes for size in shape for symbol in sp.sympify(size).free_symbols}
        self.batch = "batch" if "batch" not in names else "batch of columns"
        """What tells the size of the batch from a size of the equations."""
        self.shapes: dict[str, dict[str, Shape]] = {
            "params": {p.name: self._given(p, p.first) if isinstance(p, Sequence) else p.shape for p in self._params()},
            "inputs": {x.name: self._given(x, x.first) for x in plan.recurrence.inputs},
            "initial": dict(self._initial()),
            "quantities": dict(self._quantities(quantities)),
        }
        if slopes:
            self.shapes["slopes"] = {name: self._slope(slope) for name, slope in slopes.items()}

    def _params(self) -> tuple[MatrixSymbol | Sequence, ...]:
        return self.plan.recurrence.parameters

    def _given(self, sequence: Sequence, first: sp.Expr | int) -> Shape:
        """The steps from an index on, each as the first of them."""
        element = sequence.at(sp.sympify(first))
        is_parameter = any(sequence == parameter for parameter in self._params())
        return (self._count(first), *(element.shape if is_parameter else self._array(element)))

    def _count(self, first: sp.Expr | int) -> sp.Expr:
        return sp.expand(self.plan.end - first + 1)

    def _array(self, element: MatrixExpr) -> Shape:
        return element.rows, (element.cols if self.plan.has_matrices else self.batch)

    def _initial(self) -> Iterator[tuple[str, Shape]]:
        for definition in self.plan.initial():
            sequence = definition.sequence
            each = self._array(sequence.at(sp.Integer(sequence.first)))
            count = definition.first - sequence.first
            yield sequence.name, each if count == 1 else (count, *each)

    def _quantities(self, names: set[str]) -> Iterator[tuple[str, Shape]]:
        first = begins(self.plan)
        for sequence in (*self.plan.recurrence.inputs, *(d.sequence for d in self.plan.recurrence.definitions)):
            if sequence.name in names:
                yield sequence.name, self._given(sequence, first.get(sequence.name, sequence.first))

    def _slope(self, slope: ImmediateJacobian) -> Shape:
        each = self._array(slope.wrt)
        if not isinstance(slope.of, Element):
            return each
        definition = self.plan.recurrence.definition(slope.of.name)
        return (self._count(self.plan.first if definition is None else definition.first), *each)

    # -- text ----------------------------------------------------------------------------------------------

    @property
    def parts(self) -> list[tuple[str, dict[str, str]]]:
        """Each argument, with the shapes of what is in it, by name, as code."""
        return [
            (part, {quoted(name): _tuple([_size(size) for size in shape]) for name, shape in shapes.items()})
            for part, shapes in self.shapes.items()
        ]

    @property
    def unread(self) -> str:
        """The states with a value from before the first step that nothing reads, which may be handed in, as a set."""
        needed = self.shapes["initial"]
        early = [d.sequence.name for d in self.plan.recurrence.definitions if d.sequence.first < d.first]
        unread = [quoted(name) for name in early if name not in needed]
        return f"{{{', '.join(unread)}}}" if unread else ""

    @property
    def relations(self) -> list[tuple[str, str, str]]:
        """Sizes that follow from others: the size, the others, and a function that computes it."""
        found = {}
        shapes = [shape for shapes in self.shapes.values() for shape in shapes.values()]
        for size in (sp.sympify(size) for shape in shapes for size in shape if not isinstance(size, str)):
            parts = sorted(size.atoms(sp.Symbol, AppliedUndef) - _inside(size), key=str)
            if parts and size not in parts and size.is_polynomial(*parts):
                names = Identifiers()
                own = {part: sp.Symbol(names.of(str(part))) for part in parts}
                code = f"lambda {', '.join(map(str, own.values()))}: {size.xreplace(own)}"
                found[quoted(str(size))] = _tuple([quoted(str(part)) for part in parts]), code
        return [(size, *rest) for size, rest in found.items()]

    @property
    def stepless(self) -> tuple[str, str] | None:
        """The number of steps and what is said where there are none, as code; None for a loss that needs no step."""
        plan, horizon = self.plan, self.plan.horizon
        if horizon is None:
            return None
        total = plan.recurrence.totals[plan.total]
        divides = any(each.exp.is_negative and each.base.has(horizon) for each in total.atoms(sp.Pow))
        if not divides and not any(self._is_later(each) for each in total.atoms(Element)):
            return None
        why = f"divides by {horizon}" if divides else f"looks at step {horizon}"
        return quoted(str(horizon)), quoted(f"{horizon} = 0: the loss {why}, so there has to be a step")

    def _is_later(self, element: Element) -> bool:
        """Whether a quantity at an index such as T has no value where there are no steps."""
        definition = self.plan.recurrence.definition(element.name)
        index = sp.sympify(element.index)
        if definition is None or index.free_symbols != {self.plan.horizon}:
            return False
        return bool((index.subs(self.plan.horizon, 0) - definition.sequence.first).is_negative)

    @property
    def known(self) -> str:
        """The sizes that the caller hands in, as code."""
        if not self.plan.length()[1]:
            return "{}"
        assert self.plan.horizon is not None  # it is what the caller hands in
        return f"{{{quoted(str(self.plan.horizon))}: {self.plan.names.of(self.plan.horizon.name, 'index')}}}"


def _inside(size: sp.Expr) -> set[sp.Basic]:
    """What stands within a size that depends on the index, such as L + 1 in d(L + 1)."""
    return {symbol for each in size.atoms(AppliedUndef) for symbol in each.free_symbols}


def _size(size: sp.Expr | int | str) -> str:
    return str(size) if isinstance(size, int) or getattr(size, "is_Integer", False) else quoted(str(size))


def _tuple(texts: list[str]) -> str:
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
