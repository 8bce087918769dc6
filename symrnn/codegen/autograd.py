"""Both passes as one function that PyTorch's autograd goes through, by the proved backward pass instead of its own."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.codegen.backward import Backward
from symrnn.codegen.fast import FastForward
from symrnn.codegen.forward import Forward
from symrnn.codegen.lines import quoted
from symrnn.expr import Element, MatrixSum


class Autograd:
    """The parts of ``network``, for the template.

    Args:
        forward, backward: the plain passes.

    >>> from symrnn.cells import Elman
    >>> from symrnn.codegen.plan import Plan
    >>> from symrnn.codegen.targets import target_of
    >>> plan = Plan(Elman("tanh"), target_of("torch"))
    >>> Autograd(Forward(plan), Backward(plan)).seen
    [('"y"', '"dell_dy"', 'range(1, T + 1)')]
    """

    def __init__(self, forward: Forward | FastForward, backward: Backward) -> None:
        self.forward, self.backward, self.plan = forward, backward, backward.plan

    @property
    def is_written(self) -> bool:
        """Whether there is such a function: for PyTorch, if all that is given is an array and the loss is known."""
        plain = all(isinstance(parameter, MatrixSymbol) for parameter in self.plan.recurrence.parameters)
        own = not self.backward.columns.slopes or self._looks_at_each()
        has_output = bool(self.forward.total or self.backward.columns.slopes)
        return self.plan.target.name == "torch" and plain and own and has_output and not self.plan.length()[1]

    def _looks_at_each(self) -> bool:
        """Whether every slope of a generic function is one by a quantity of the same step, and they are only added.

        The slopes that autograd hands in belong to what went out, at every step: a backward pass that drops those of
        all steps but the last, or weights them, would answer for another function.
        """
        net, slopes = self.plan.recurrence, self.backward.columns.slopes.values()
        added = {part for part in sp.MatAdd.make_args(net.body(self.plan.total)) if isinstance(part, MatrixSum)}
        plain = {part.body_at(net.index) for part in added if (part.lower, part.upper) == self.backward.always}
        return not self.forward.total and all(
            isinstance(slope.of, Element)
            and isinstance(slope.wrt, Element)
            and slope.wrt.index == net.index
            and slope.of in plain
            for slope in slopes
        )

    @property
    def seen(self) -> list[tuple[str, str, str]]:
        """What generic functions look at: its key, that of the slope, and the indices."""
        found = []
        for name, slope in self.backward.columns.slopes.items():
            definition = self.plan.recurrence.definition(slope.of.name)
            first = self.plan.first if definition is None else definition.first
            indices = self.backward.columns.range(sp.Integer(first), self.plan.end)
            found.append((quoted(slope.wrt.name), quoted(name), indices))
        return found

    @property
    def length(self) -> str:
        """The line that finds the last index, if one needs it."""
        text = self.plan.length()[0] if self.seen else ""
        if not text:
            return ""
        known = self.plan.recurrence.inputs[0].name
        return text.replace(f"len({self.plan.names.of(known)})", f"len(ctx.quantities[{quoted(known)}])")

    @property
    def keywords(self) -> dict[str, str]:
        """What either pass is handed in by name."""
        return self.forward.keywords | self.backward.keywords
