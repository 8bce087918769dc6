"""Values of terms in a number system: those of a recurrence's quantities, and their Jacobians."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.errors import EvaluationError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Bound, numbers_in
from symrnn.evaluate.clipping import clipped_entries
from symrnn.evaluate.moments import moment, require_drawn
from symrnn.evaluate.products import IntervalProducts
from symrnn.evaluate.tangents import Tangents
from symrnn.evaluate.walk import Walk
from symrnn.expr import (
    ClipByValue,
    Differential,
    Element,
    Expectation,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    OrderedProduct,
    Variable,
    Variance,
)


class Evaluator(Walk):
    """Values of terms in a number system.

    Args:
        system: what to calculate with.
        assignment: what the symbols stand for.
        recurrence: the definitions by which states are computed; None leaves every name free.
        activation: a function to put in the place of every generic one.
        varying: the quantities whose differentials are free; all others are held constant.

    Ordered products are carried along: a sum over k of products of length k costs one multiplication for each k.

    >>> import sympy as sp
    >>> from symrnn.cells import Elman
    >>> from symrnn.evaluate import Assignment, Rationals
    >>> rnn = Elman("square", hidden=1, inputs=1, outputs=1)
    >>> values = {rnn.W_hh: 2, rnn.W_xh: 1, rnn.b_h: 0, rnn.h[0]: 1, rnn.x[1]: 3}
    >>> Evaluator(Rationals(), Assignment(given=values), rnn).value(rnn.h[1])[0, 0]
    25
    """

    @cached_property
    def values(self) -> dict[Variable, Array]:
        """Values of elements that are known already, by element at a numeric index."""
        return {}

    @cached_property
    def _converted(self) -> dict[tuple[str, int | None, int, int], Array]:
        """What is given or drawn, in numbers of the system: a matrix may be asked for at every step."""
        return {}

    @cached_property
    def products(self) -> IntervalProducts:
        """Ordered products that are known already."""
        return IntervalProducts(self.system)

    @cached_property
    def _tangents(self) -> dict[tuple[Variable | None, bool], Tangents]:
        return {}

    def value(self, term: sp.MatrixExpr, bound: Bound | None = None) -> Array:
        """The value of a term as an object array of the system's numbers.

        Raises:
            EvaluationError: for a quantity that does not exist at its index, or a symbol without a value.
            UnknownTermError: for a node without a rule.
            LimitError: for an absurd size or index.
        """
        with self.system.precision():
            return self.walk(term, bound or {})

    def quantity(self, term: Variable, bound: Bound) -> Array:
        """What a name stands for: a matrix, a total, or a sequence at an index."""
        if isinstance(term, MatrixSymbol):
            total = self.recurrence.total(term.name) if self.recurrence else None
            if total is not None and not isinstance(total, GenericFunction):
                return self.walk(total, {})
            return self.free(term.name, None, *self.assignment.shape(term, bound))
        ground = self.ground(term, bound)
        if ground not in self.values:
            before = self.states_before(ground, self.values.__contains__)
            for done, earlier in enumerate(before, start=1):
                self.values[earlier] = self.element(earlier)
                self.system.progress(self.values[earlier], done, len(before))
            self.values[ground] = self.element(ground)
        return self.values[ground]

    def element(self, element: Element) -> Array:
        """The value of an element at a numeric index by its definition, or what is given for it.

        The value of a generic function, such as ℓ_t, is free: it is drawn like a parameter.
        """
        self.require_existing(element)
        definition, at = self.definition(element), int(element.index)
        if definition is None or isinstance(definition.body, GenericFunction):
            rows, cols = (int(size) for size in element.shape)
            require_drawn(element, self.recurrence, self.assignment, self.system)
            return self.free(element.name, at, rows, cols)
        assert self.recurrence is not None  # it has definitions
        return self.walk(definition.at(element.index), {self.recurrence.index: at})

    def free(self, name: str, at: int | None, rows: int, cols: int) -> Array:
        """The value of what no definition gives one: what is meant by it, what is given for it, or what is drawn."""
        meant = None if self.assignment.meant is None else self.assignment.meant(self, name, at)
        if meant is None:
            key = name, at, rows, cols
            if key not in self._converted:
                self._require_no_other_spelling(name, at)
                self._converted[key] = self.assignment.matrix(name, at, rows, cols, self.system)
            return self._converted[key]
        self.assignment.meanings[name, at] = meant
        return meant

    def _require_no_other_spelling(self, name: str, at: int | None) -> None:
        """Refuse to draw what was given under a name that only looks like its own.

        Raises:
            EvaluationError: naming both.
        """
        given = self.assignment.given
        if self.recurrence is None or not given or (name, at) in given:
            return
        known = self.recurrence.graph.quantities
        for other, _ in given:
            if other != name and other not in known and _spelled(other) == _spelled(name):
                raise EvaluationError(
                    f"{other} is given a value and is not part of the {self.recurrence.name}",
                    advice=f"did you mean {name}?",
                )

    def without_tangent(self, term: sp.MatrixExpr, bound: Bound) -> Array:
        """The value of an ordered product, a clipped matrix, a moment or a derivative."""
        if isinstance(term, OrderedProduct):
            return self._product(term, bound)
        if isinstance(term, ClipByValue):
            return clipped_entries(self.walk(term.of, bound), self.scalar(term.threshold, bound))
        of = self.existing(term.of, bound)
        if isinstance(term, Expectation | Variance):
            return moment(term, of, self)
        if isinstance(term, Differential):
            return self._moving(None).differential(of)
        wrt = self.existing(term.wrt, bound)
        jacobian = self._moving(wrt, isinstance(term, ImmediateJacobian)).jacobian(of)
        if isinstance(term, Gradient):
            return jacobian.reshape((int(wrt.rows), int(wrt.cols)), order="F")
        return jacobian

    def _product(self, term: OrderedProduct, bound: Bound) -> Array:
        indices = self.range_of(term, bound)
        if not indices:
            return self.identity(self.assignment.shape(term, bound)[0])
        free = tuple((s, at) for s, at in numbers_in(term.body, bound) if s != term.variable)
        key = (term.body, term.variable, term.step, free)

        def factor(at: int) -> Array:
            return self.walk(term.body, {**bound, term.variable: at if term.step == 1 else -at})

        start = indices[0] if term.step == 1 else -indices[-1]
        alone = not bound  # in a sum, a product that is lost may be small beside the others
        return self.products.interval(key, start, len(indices), factor, self.system.progress if alone else _ignored)

    def _moving(self, seed: Variable | None, is_immediate: bool = False) -> Tangents:
        key = seed, is_immediate
        if key not in self._tangents:
            self._tangents[key] = Tangents(self, seed, is_immediate)
        return self._tangents[key]

    def beside(self, values: Mapping[Variable, Array]) -> Evaluator:
        """An evaluator for the same assignment, in which some elements have values of their own."""
        other = Evaluator(self.system, self.assignment, self.recurrence, self.generic, self.varying)
        other.values.update(values)
        return other


def _spelled(name: str) -> str:
    """A name without what is easily mistaken."""
    return name.replace("_", "").lower()


def _ignored(numbers: Array, done: int, whole: int) -> None:
    """Nothing."""
