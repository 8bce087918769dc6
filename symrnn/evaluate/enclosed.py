"""Terms in balls at once: middles are calculated with alone, and how far they are off is bounded beside them.

Balls that are multiplied over many steps lose digits at the rate at which their wrapping grows, which is one to three
bits a step, whatever the numbers do. Here every few steps a ball is cut to its middle, and its radius is handed to what
``wrapping.py`` knows of the error. That is done with two kinds of numbers.

**States.** Let F_t map the states s_{t-1} to s_t, and let a span of steps begin at t with the middle ŝ, s_t = ŝ + e.
The states that follow *from ŝ* are found in balls, which hold them for certain. By the mean value theorem the true
states differ from them by G e, where G is the mean over 0 ≤ τ ≤ 1 of the product of the Jacobians at the states that
follow from ŝ + τ e. If these are in boxes of radius 2**-NEAR_BITS around the balls, G is in the product of the
Jacobians over the boxes, which is found in boxes of doubles: they are convex. That the states are in the boxes follows
from one step to the next: the Jacobians up to a step are taken at earlier states, and |G e| ≤ 2**-NEAR_BITS is checked.
Where the check fails, precision was too low, and nothing is returned.

**Ordered products.** X_k = X_{k-1} F_k begins with a middle X̂ in each span, so that balls hold X̂ F_{k+1} … F_{k+m};
what X̂ is off is multiplied by the same factors, from the right. Both are cases of E_j = M_j E_{j-1} + L_j.

What comes out are balls that hold the true numbers for certain, if they are large: whether they are small enough is for
``certified.py`` to see, which raises the precision if they are not.

Sources: Lohner (1988) and Tucker (2011), as in ``wrapping.py``; Johansson (2017), Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic. That tanh' = 1 - tanh², and its like, saves a function where its value is known.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce, singledispatchmethod
from operator import add, mul
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.errors import SymrnnError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Assignment
from symrnn.evaluate.boxed_terms import BoxedSteps, BoxedTerms, function_of_balls, smooth
from symrnn.evaluate.boxes import Boxes
from symrnn.evaluate.cutting import NEAR_BITS, Matrix, States, product
from symrnn.evaluate.doubled_formulas import index_of, index_symbol
from symrnn.evaluate.formulas import Found, WithoutRuleError, constantly
from symrnn.evaluate.systems import Balls
from symrnn.expr import Apply, Element, GenericFunction, OrderedProduct
from symrnn.expr.shapes import numbers_and_matrices
from symrnn.recurrence import Recurrence

MOST_ENTRIES = 4_000_000
"""Most entries of a stack of Jacobians or factors."""


def in_balls_at_once(term: MatrixExpr, assignment: Assignment, recurrence: Recurrence, system: Balls) -> Array | None:
    """The value of a term in balls; None where the general walk has to find it, or to say why there is none.

    Raises:
        TooFarError: where the precision of the system is too low for the states.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("tanh", hidden=1, inputs=1).undriven()
    >>> given = {rnn.W_hh: [[2]], rnn.h[0]: [0]}
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.h[0]).closed_form
    >>> in_balls_at_once(closed, Assignment(indices={t: 2}, given=given), rnn, Balls(64))
    array([[[4.00000000000000 +/- ...]]], dtype=object)
    """
    try:
        with system.precision(), np.errstate(all="ignore"):  # what is not finite is looked for
            rows, cols = assignment.shape(term, {})
            enclosing = _Enclosing(assignment, recurrence, system)
            enclosing.require_states()
            found = enclosing.of(term)({})
            out = np.empty(rows * cols, dtype=object)
            out[:] = found.entries()
            return out.reshape(rows, cols)
    except (WithoutRuleError, SymrnnError, ArithmeticError, RecursionError, ValueError, TypeError):
        return None


class _Enclosing:
    """Turns terms into functions of the values of indices."""

    def __init__(self, assignment: Assignment, recurrence: Recurrence, system: Balls) -> None:
        self.assignment, self.recurrence, self.system = assignment, recurrence, system
        self.known: dict[tuple[Any, ...], Matrix] = {}
        self.read: dict[sp.Basic, Found] = {}
        self.states = [d for d in recurrence.states() if not isinstance(d.body, GenericFunction)]
        self.names = {d.sequence.name for d in self.states}
        self.last = max(assignment.indices.values(), default=0)

    def of(self, term: sp.Basic) -> Found:
        """The function that finds a matrix."""
        if term not in self.read:
            self.read[term] = self.node(term)
        return self.read[term]

    def shape(self, term: MatrixExpr) -> tuple[int, int]:
        """Rows and columns, which may depend on no bound index here, nor on a width that is not given."""
        found = self.assignment.shape(term, {})
        if self.assignment.widths:
            raise WithoutRuleError
        return found

    def given(self, name: str, index: int | None, shape: tuple[int, int]) -> Matrix:
        """What is given for a quantity."""
        key = (name, index)
        if key not in self.known:
            if key not in self.assignment.given:
                raise WithoutRuleError
            self.known[key] = flint.arb_mat(self.assignment.matrix(name, index, *shape, self.system).tolist())
        return self.known[key]

    def index(self, form: sp.Expr) -> Found:
        """The function that finds an index."""
        return index_of(form, lambda symbol: index_symbol(symbol, self.assignment))

    # -- states ----------------------------------------------------------------------------------------------------

    def require_states(self) -> None:
        """Find balls around the states of all steps."""
        if self.states and self.last >= self.states[0].first:
            self.known |= self._states()

    def _states(self) -> dict[tuple[Any, ...], Matrix]:
        """Balls around all states, by name and index."""
        first, here = self.states[0].first, self.recurrence.index
        shapes = [self.shape(d.sequence.at(here)) for d in self.states]
        steps, size = self.last - first + 1, sum(rows for rows, _ in shapes)
        is_simple = all(d.first == first for d in self.states) and all(cols == 1 for _, cols in shapes)
        is_simple = is_simple and all(d.first <= first for d in self.recurrence.definitions)
        if not is_simple or steps * size**2 > MOST_ENTRIES:
            raise WithoutRuleError
        names = [d.sequence.name for d in self.states]
        ends = np.cumsum([0, *(rows for rows, _ in shapes)]).tolist()
        places = [(name, slice(*ends[at : at + 2])) for at, name in enumerate(names)]
        start = [self.given(name, first - 1, shape) for name, shape in zip(names, shapes, strict=True)]
        run = States(_joined(start), self._step(places, first), self.system.bits)
        before, self.known = self.known, dict(self.known)  # what follows from middles is not what is asked for
        try:
            run.go(steps)
        finally:
            self.known = before
        found = run.enclosed(self._jacobians(run.before, places, first))
        return {(name, first + at): _part(column, place) for at, column in enumerate(found) for name, place in places}

    def _step(self, places: list[tuple[str, slice]], first: int) -> Callable[[Matrix, int], Matrix]:
        """All states from those before."""
        bodies = [(d.sequence.name, self.of(d.body)) for d in self.states]

        def find(column: Matrix, number: int) -> Matrix:
            at = first + number
            for name, place in places:
                self.known[name, at - 1] = _part(column, place)
            for name, body in bodies:
                self.known[name, at] = body({self.recurrence.index: at})
            return _joined([self.known[name, at] for name, _ in bodies])

        return find

    def _jacobians(self, columns: list[Matrix], places: list[tuple[str, slice]], first: int) -> Boxes:
        """Those of all steps, in boxes around the states that they start from."""
        whole = Boxes.around(columns, 2.0**-NEAR_BITS)
        before = {name: whole.at((slice(None), place)) for name, place in places}

        def given(element: Element) -> list[Matrix]:
            lag, shape = int(element.index - self.recurrence.index), self.shape(element)
            return [self.given(element.name, at + lag, shape) for at in range(first, first + len(columns))]

        found = BoxedSteps(self.shape, self.parameter, self.recurrence, before, given).jacobian()
        if not found.is_finite:
            raise WithoutRuleError
        return found

    def parameter(self, term: MatrixSymbol) -> Matrix:
        """What is given for a parameter."""
        if self.recurrence.total(term.name) is not None:
            raise WithoutRuleError
        return self.given(term.name, None, self.shape(term))

    # -- one rule for each kind of node ----------------------------------------------------------------------------

    @singledispatchmethod
    def node(self, term: sp.Basic) -> Found:
        """The rule for one kind of node."""
        raise WithoutRuleError

    @node.register
    def _(self, term: MatrixSymbol) -> Found:
        return constantly(self.parameter(term))

    @node.register
    def _(self, term: Element) -> Found:
        index, shape, name = self.index(term.index), self.shape(term), term.name
        body: list[Found] = []
        definition = self.recurrence.definition(name)

        def find(values: dict[Any, Any]) -> Matrix:
            at = index(values)
            found = self.known.get((name, at))
            if found is not None:
                return found
            if definition is None or at < definition.first:
                return self.given(name, at, shape)
            if name in self.names or isinstance(definition.body, GenericFunction):
                raise WithoutRuleError
            if not body:  # only now, since what a sequence is made of may be made of it
                body.append(self.of(definition.body))
            found = self.known[name, at] = body[0]({self.recurrence.index: at})
            return found

        return find

    @node.register(sp.Identity)
    @node.register(sp.ZeroMatrix)
    @node.register(sp.OneMatrix)
    def _(self, term: MatrixExpr) -> Found:
        rows, cols = self.shape(term)
        is_identity, other = isinstance(term, sp.Identity), int(isinstance(term, sp.OneMatrix))
        entries = [int(i == j) if is_identity else other for i in range(rows) for j in range(cols)]
        return constantly(flint.arb_mat(rows, cols, entries))

    @node.register
    def _(self, term: MatAdd) -> Found:
        parts = [self.of(part) for part in term.args]
        return lambda values: reduce(add, [part(values) for part in parts])

    @node.register
    def _(self, term: HadamardProduct) -> Found:
        parts = [self.of(part) for part in term.args]
        return lambda values: reduce(_entrywise_product, [part(values) for part in parts])

    @node.register
    def _(self, term: sp.Transpose) -> Found:
        inner = self.of(term.arg)
        return lambda values: inner(values).transpose()

    @node.register
    def _(self, term: DiagMatrix) -> Found:
        inner, size = self.of(term.args[0]), self.shape(term)[0]

        def find(values: dict[Any, Any]) -> Matrix:
            found = flint.arb_mat(size, size)  # FLINT is quicker with its zeros than Python with the other entries
            for at, entry in enumerate(inner(values).entries()):
                found[at, at] = entry
            return found

        return find

    @node.register
    def _(self, term: MatMul) -> Found:
        numbers, matrices = numbers_and_matrices(term)
        parts = [self.of(part) for part in matrices]
        number = sp.Mul(*numbers)
        if not number.is_Rational:
            raise WithoutRuleError
        exact = flint.fmpq(int(number.p), int(number.q))

        def find(values: dict[Any, Any]) -> Matrix:
            found = reduce(mul, [part(values) for part in parts])
            return found if exact == 1 else found * flint.arb(exact)

        return find

    @node.register
    def _(self, term: Apply) -> Found:
        if isinstance(term.argument, Element) and (beside := self._beside(term)) is not None:
            return beside
        function, inner = smooth(self.recurrence.activation(term.function), term.order), self.of(term.argument)
        rows, cols = self.shape(term)
        return lambda values: flint.arb_mat(rows, cols, [function(entry) for entry in inner(values).entries()])

    def _beside(self, term: Apply) -> Found | None:
        """A slope at an element where a state is the function itself there: tanh'(a_t) = 1 - tanh²(a_t) = 1 - h_t²."""
        related = self._related(term)
        if related is None:
            return None
        (name, first, function), index, (rows, cols) = related, self.index(term.argument.index), self.shape(term)

        def find(values: dict[Any, Any]) -> Matrix:
            at = index(values)
            key = term.function, term.order, name, at
            if key not in self.known:
                # While states are found, what is known of them are middles, of which one is not the function of the
                # other. A step that reads them so is refused at once: its first one asks for what is before the first.
                if at < first or (name, at) not in self.known:
                    raise WithoutRuleError
                entries = self.known[name, at].entries()
                self.known[key] = flint.arb_mat(rows, cols, [function(entry) for entry in entries])
            return self.known[key]

        return find

    def _related(self, term: Apply) -> tuple[str, int, Callable[[Any], Any]] | None:
        """Such a state, its first index, and the slope as a function of it."""
        formula, value = self.recurrence.activation(term.function).derivative(term.order), sp.Dummy()
        here = term.argument.xreplace({term.argument.index: self.recurrence.index})
        for state in self.states:
            body = state.body
            if not isinstance(body, Apply) or body.order or body.argument != here or not term.order:
                continue
            known = self.recurrence.activation(body.function).derivative(0)
            rest = formula.xreplace({known: value})
            if isinstance(known, sp.Function) and rest.free_symbols == {value}:
                return state.sequence.name, state.first, function_of_balls(rest, value)
        return None

    @node.register
    def _(self, term: OrderedProduct) -> Found:
        low, high, size = self.index(term.lower), self.index(term.upper), self.shape(term)[0]
        if term.body.rows != term.body.cols:
            raise WithoutRuleError
        identity = self.of(sp.Identity(sp.Integer(size)))
        numbers, matrices = numbers_and_matrices(term.body) if isinstance(term.body, MatMul) else ([], [term.body])
        if numbers:
            raise WithoutRuleError
        parts = [self.of(part) for part in matrices]

        def find(values: dict[Any, Any]) -> Matrix:
            factors = [*range(low(values), high(values) + 1)][:: term.step]
            if not factors and high(values) == low(values) - 1:
                return identity(values)
            if not factors or len(factors) * size**2 > MOST_ENTRIES:
                raise WithoutRuleError

            def at(index: int) -> dict[Any, Any]:
                return {**values, term.variable: index}

            def times(left: Matrix, index: int) -> Matrix:
                here = at(index)
                return reduce(lambda found, part: found * part(here), parts, left)

            def leaf(part: MatrixExpr) -> Boxes:
                return Boxes.around([self.of(part)(at(index)) for index in factors])

            boxes = BoxedTerms(self.shape, self.parameter, leaf).value(term.body)
            boxes = Boxes(*(np.broadcast_to(each, (len(factors), size, size)) for each in (boxes.mid, boxes.rad)))
            return product(factors, times, boxes, identity(values), self.system.bits)

        return find


def _joined(columns: list[Matrix]) -> Matrix:
    """Columns below each other."""
    if len(columns) == 1:
        return columns[0]
    return flint.arb_mat([[entry] for column in columns for entry in column.entries()])


def _part(column: Matrix, place: slice) -> Matrix:
    """Some rows of a column."""
    if place == slice(0, column.nrows()):
        return column
    return flint.arb_mat([[entry] for entry in column.entries()[place]])


def _entrywise_product(left: Matrix, right: Matrix) -> Matrix:
    pairs = zip(left.entries(), right.entries(), strict=True)
    return flint.arb_mat(left.nrows(), left.ncols(), [one * other for one, other in pairs])
