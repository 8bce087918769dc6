"""Total Jacobians of the states, which depend on each other, such as the h_t and c_t of an LSTM, or stand alone.

The states are stacked, x_t = Σ_i S_i x_i with selectors S_i, so that dx_t = A_t dx_{t-1} + B_t with block matrices
A_t = Σ_ij S_i A_ij S_jᵀ and B_t = Σ_i S_i B_i; the block of one state is S_iᵀ x_t. A single state is a stack of one,
written without its selector.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.matrices.expressions import MatMul, MatrixExpr

from symrnn.calculus.closed_forms import product_back, simplified
from symrnn.calculus.differential import added
from symrnn.calculus.identification import Around, jacobian_among, local_movement, product
from symrnn.calculus.place import Place
from symrnn.expr import (
    DESCENDING,
    Element,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    Selector,
    TotalJacobian,
    Variable,
    dimension,
)
from symrnn.recurrence import Definition, Recurrence
from symrnn.symbols import k, s, u

Forcing = Callable[[sp.Expr], MatrixExpr]
"""What comes in at an index, for all states together."""


class Stacked:
    """The states that a state is computed from, stacked in the order of their definitions.

    Args:
        recurrence: the definitions.
        of: the state.
        wrt: what it is differentiated by; states that it does not enter are left out. None keeps all.
    """

    def __init__(self, recurrence: Recurrence, of: Element, wrt: Place | None = None) -> None:
        self.recurrence, self.of = recurrence, of
        self.states: tuple[Definition, ...] = recurrence.graph.system(of.name) if wrt is None else wrt.states(of)
        self.names = [definition.sequence.name for definition in self.states]
        self.is_one = len(self.states) == 1
        self._moved: dict[Element, list[Around]] = {}  # each is asked for several times
        self._forced: dict[Variable, MatrixExpr] = {}
        self._transition: MatrixExpr | None = None

    @property
    def first(self) -> int:
        """The first index at which the equation holds."""
        return self.recurrence.graph.definitions[self.of.name].first

    @property
    def rows(self) -> sp.Expr:
        """The number of entries of all states together."""
        return dimension(self.of) if self.is_one else self.selector(self.of.name).rows

    def selector(self, name: str) -> Selector:
        """S_i for a state, shape (all entries, those of the state)."""
        index = self.recurrence.index
        sizes = (dimension(definition.sequence.at(index)) for definition in self.states)
        return Selector(self.names.index(name) + 1, *sizes)

    def picked(self, stacked: MatrixExpr) -> MatrixExpr:
        """The block of the state that is asked for."""
        if self.is_one:
            return stacked
        return product((sp.Transpose(self.selector(self.of.name)), stacked), dimension(self.of))

    def column(self, blocks: dict[str, MatrixExpr], columns: sp.Expr) -> MatrixExpr:
        """Σ_i S_i B_i without the blocks that are zero."""
        kept = {name: block for name, block in blocks.items() if not isinstance(block, sp.ZeroMatrix)}
        parts = (kept[name] if self.is_one else product((self.selector(name), kept[name]), self.rows) for name in kept)
        return added((self.rows, columns), list(parts))

    def at_once(self, at: sp.Expr, wrt: Variable) -> dict[str, MatrixExpr]:
        """The Jacobian of every state at an index by a quantity, through the other states at this index."""
        found: dict[str, MatrixExpr] = {}
        for definition in self.states:
            self._through(definition.sequence.at(at), wrt, found)
        return {name: found[name] for name in self.names}

    def _through(self, state: Element, wrt: Variable, found: dict[str, MatrixExpr]) -> MatrixExpr:
        if state == wrt:
            found[state.name] = sp.Identity(dimension(state))
        if state.name not in found:
            parts = [simplified(self._local(state, wrt))]
            for other in dict.fromkeys(part.variable for part in self.movement(state)):
                if isinstance(other, Element) and other != wrt and self._beside(other, state):
                    inner = self._through(other, wrt, found)
                    if not isinstance(inner, sp.ZeroMatrix):
                        outer = simplified(self._local(state, other))
                        parts.append(product((outer, inner), outer.rows))
            found[state.name] = added((dimension(state), dimension(wrt)), parts)
        return found[state.name]

    def movement(self, state: Element) -> list[Around]:
        """The immediate dependence of a state, found once."""
        if state not in self._moved:
            self._moved[state] = local_movement(self.recurrence, state)
        return self._moved[state]

    def _local(self, state: Element, wrt: Variable) -> MatrixExpr:
        return jacobian_among(self.movement(state), state, wrt)

    def _beside(self, other: Element, state: Element) -> bool:
        """Whether another state stands at the same index."""
        return other.name in self.names and sp.expand(other.index - state.index) == 0

    def factor(self) -> MatrixExpr:
        """A_t = Σ_ij S_i A_ij S_jᵀ at the index of the recurrence."""
        if self._transition is None:
            self._transition = self._factor()
        return self._transition

    def _factor(self) -> MatrixExpr:
        at = self.recurrence.index
        parts = []
        for definition in self.states:
            before = definition.sequence.at(at - 1)
            blocks = self.at_once(at, before)
            if self.is_one:
                return blocks[before.name]
            across = sp.Transpose(self.selector(before.name))
            for name, block in blocks.items():
                if not isinstance(block, sp.ZeroMatrix):
                    parts.append(product((self.selector(name), block, across), self.rows))
        return added((self.rows, self.rows), parts)

    def forcing(self, at: sp.Expr, wrt: Variable) -> MatrixExpr:
        """B = Σ_i S_i B_i at an index; by a parameter, which has none, it is found once for all of them."""
        index = self.recurrence.index
        if at == index or isinstance(wrt, Element):
            return self.column(self.at_once(at, wrt), dimension(wrt))
        if wrt not in self._forced:
            self._forced[wrt] = self.forcing(index, wrt)
        return self._forced[wrt].xreplace({index: at})

    def moves_at_once(self, wrt: Element) -> bool:
        """Whether a state moves another one at its own index."""
        at = self.recurrence.index
        own = Element(wrt.args[0], at, *wrt.shape)
        return any(
            not isinstance(block, sp.ZeroMatrix) for name, block in self.at_once(at, own).items() if name != wrt.name
        )

    def one_step(self, wrt: Place) -> tuple[MatrixExpr, MatrixExpr]:
        """Both sides of the total derivative of one step: the immediate Jacobians by name, and as they are."""
        named, local = [], []
        for quantity in dict.fromkeys(part.variable for part in self.movement(self.of)):
            slope = self._local(self.of, quantity)
            if quantity == wrt.quantity:
                named.append(ImmediateJacobian(self.of, quantity))
                local.append(slope)
            elif wrt.moves(quantity):
                inner = TotalJacobian(quantity, wrt.quantity)
                place = 0 if self.is_one else len(named)  # the state before comes first
                named.insert(place, MatMul(ImmediateJacobian(self.of, quantity), inner))
                local.insert(place, MatMul(slope, inner))
        shape = (dimension(self.of), dimension(wrt.quantity))
        return added(shape, named), added(shape, local)

    # -- closed forms ------------------------------------------------------------------------------------------

    def transition(self, upto: sp.Expr, after: sp.Expr) -> MatrixExpr:
        """Φ(upto, after) = ∏_{u=0}^{upto-after-1} A_{upto-u}, the newest factor on the left."""
        length = sp.expand(upto - after)
        return simplified(product_back(self.factor(), self.recurrence.index, upto, length, u))

    def over_time(self, forcing: Forcing) -> MatrixExpr:
        """S_iᵀ Σ_{s=first}^{t} (∏_{u=t}^{s+1} A_u) B_s."""
        factors = OrderedProduct(
            self.factor().xreplace({self.recurrence.index: u}), (u, s + 1, self.of.index), DESCENDING
        )
        body = product((simplified(factors), forcing(s)), self.rows)
        return MatrixSum(self.picked(body), s, sp.Integer(self.first), self.of.index)

    def back_in_time(self, forcing: Forcing) -> MatrixExpr:
        """S_iᵀ Σ_{k=0}^{t-first} (∏_{u=0}^{k-1} A_{t-u}) B_{t-k}."""
        at = self.of.index
        body = product((self.transition(at, at - k), forcing(at - k)), self.rows)
        return MatrixSum(self.picked(body), k, sp.S.Zero, at - self.first)

    def since_start(self, start: MatrixExpr) -> MatrixExpr:
        """S_iᵀ (∏_{u=0}^{t-first} A_{t-u}) X_0 for what moves by X_0 at the index before the equations begin."""
        transition = self.transition(self.of.index, sp.Integer(self.first - 1))
        return self.picked(product((transition, start), self.rows))

    def since(self, wrt: Element) -> MatrixExpr:
        """S_iᵀ (∏_{u=0}^{t-s-1} A_{t-u}) X_s for a quantity that enters at index s, with X_s what it moves there."""
        if (wrt.index >= self.first) == sp.false:
            start = self.column({wrt.name: sp.Identity(dimension(wrt))}, dimension(wrt))
        else:
            start = self.forcing(wrt.index, wrt)
        return self.picked(product((self.transition(self.of.index, wrt.index), start), self.rows))
