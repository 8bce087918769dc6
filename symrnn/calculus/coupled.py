"""Total Jacobians of several states that depend on each other, such as the h_t and c_t of an LSTM.

The states are stacked, x_t = Σ_i S_i x_i with selectors S_i, so that dx_t = A_t dx_{t-1} + B_t with block matrices
A_t = Σ_ij S_i A_ij S_jᵀ and B_t = Σ_i S_i B_i; the block of one state is S_iᵀ x_t.
"""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatMul, MatrixExpr

from symrnn.calculus.closed_forms import product_back, simplified
from symrnn.calculus.differential import added
from symrnn.calculus.identification import local_jacobian, local_movement, product
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
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import k, s, u


def entered(recurrence: Recurrence, of: Element, wrt: Variable) -> tuple[Definition, ...]:
    """The states that a state is computed from and that another quantity enters; all others do not move with it.

    >>> from symrnn.cells import LSTM, Stacked
    >>> from symrnn.symbols import n, t
    >>> net = Stacked(LSTM(), LSTM(inputs=n))
    >>> [len(entered(net, net.h_2[t], wrt)) for wrt in (net.W_i_1, net.W_i_2, net.x[t])]
    [4, 2, 4]
    """
    reached = recurrence.graph.ahead(wrt.name)
    return tuple(d for d in recurrence.graph.system(of.name) if d.sequence.name in reached)


class Stacked:
    """The states that a state is computed from, stacked in the order of their definitions.

    Args:
        recurrence: the definitions.
        of: the state.
        wrt: what it is differentiated by; states that it does not enter are left out. None keeps all.
    """

    def __init__(self, recurrence: Recurrence, of: Element, wrt: Variable | None = None) -> None:
        self.recurrence, self.of = recurrence, of
        whole = recurrence.graph.system(of.name)
        self.states: tuple[Definition, ...] = whole if wrt is None else entered(recurrence, of, wrt)

    @property
    def names(self) -> list[str]:
        """The names of the states, in order."""
        return [definition.sequence.name for definition in self.states]

    def selector(self, name: str) -> Selector:
        """S_i for a state, shape (all entries, those of the state)."""
        index = self.recurrence.index
        sizes = (dimension(definition.sequence.at(index)) for definition in self.states)
        return Selector(self.names.index(name) + 1, *sizes)

    def picked(self, stacked: MatrixExpr) -> MatrixExpr:
        """The block of the state that is asked for."""
        return product((sp.Transpose(self.selector(self.of.name)), *_factors(stacked)), dimension(self.of))

    def column(self, blocks: dict[str, MatrixExpr], columns: sp.Expr) -> MatrixExpr:
        """Σ_i S_i B_i without the blocks that are zero."""
        selectors = {name: self.selector(name) for name in blocks}
        parts = [
            product((selectors[name], *_factors(block)), selectors[name].rows)
            for name, block in blocks.items()
            if not isinstance(block, sp.ZeroMatrix)
        ]
        return added((self.selector(self.of.name).rows, columns), parts)

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
            parts = [simplified(local_jacobian(self.recurrence, state, wrt))]
            for other in dict.fromkeys(part.variable for part in local_movement(self.recurrence, state)):
                if isinstance(other, Element) and other != wrt and self._beside(other, state):
                    inner = self._through(other, wrt, found)
                    if not isinstance(inner, sp.ZeroMatrix):
                        outer = simplified(local_jacobian(self.recurrence, state, other))
                        parts.append(product((outer, *_factors(inner)), outer.rows))
            found[state.name] = added((dimension(state), dimension(wrt)), parts)
        return found[state.name]

    def _beside(self, other: Element, state: Element) -> bool:
        """Tell whether another state stands at the same index."""
        return other.name in self.names and sp.expand(other.index - state.index) == 0

    def factor(self) -> MatrixExpr:
        """A_t = Σ_ij S_i A_ij S_jᵀ at the index of the recurrence."""
        at = self.recurrence.index
        parts = []
        for definition in self.states:
            before = definition.sequence.at(at - 1)
            for name, block in self.at_once(at, before).items():
                if not isinstance(block, sp.ZeroMatrix):
                    ends = self.selector(name), sp.Transpose(self.selector(before.name))
                    parts.append(product((ends[0], *_factors(block), ends[1]), ends[0].rows))
        rows = self.selector(self.of.name).rows
        return added((rows, rows), parts)

    def forcing(self, at: sp.Expr, wrt: Variable) -> MatrixExpr:
        """B = Σ_i S_i B_i at an index."""
        return self.column(self.at_once(at, wrt), dimension(wrt))

    # -- closed forms --------------------------------------------------------------------------------------

    def over_time(self, wrt: Variable) -> MatrixExpr:
        """S_iᵀ Σ_{s=first}^{t} (∏_{u=t}^{s+1} A_u) B_s."""
        index = self.recurrence.index
        transition = OrderedProduct(self.factor().xreplace({index: u}), (u, s + 1, self.of.index), DESCENDING)
        body = product((transition, *_factors(self.forcing(s, wrt))), transition.rows)
        return MatrixSum(self.picked(body), s, sp.Integer(self.first), self.of.index)

    def back_in_time(self, wrt: Variable) -> MatrixExpr:
        """S_iᵀ Σ_{k=0}^{t-first} (∏_{u=0}^{k-1} A_{t-u}) B_{t-k}."""
        at = self.of.index
        transition = product_back(self.factor(), self.recurrence.index, at, k, u)
        body = product((transition, *_factors(self.forcing(at - k, wrt))), transition.rows)
        return MatrixSum(self.picked(body), k, sp.S.Zero, at - self.first)

    def since(self, wrt: Element, length: sp.Expr) -> MatrixExpr:
        """S_iᵀ (∏_{u=0}^{t-s-1} A_{t-u}) X_s for a quantity that enters at index s, with X_s what it moves there."""
        if (wrt.index >= self.first) == sp.false:
            start = self.column({wrt.name: sp.Identity(dimension(wrt))}, dimension(wrt))
        else:
            start = self.forcing(wrt.index, wrt)
        transition = product_back(self.factor(), self.recurrence.index, self.of.index, length, u)
        return self.picked(product((simplified(transition), *_factors(start)), transition.rows))

    def moves_at_once(self, wrt: Element) -> bool:
        """Tell whether a state moves another one at its own index."""
        at = self.recurrence.index
        own = Element(wrt.args[0], at, *wrt.shape)
        return any(
            not isinstance(block, sp.ZeroMatrix) for name, block in self.at_once(at, own).items() if name != wrt.name
        )

    @property
    def first(self) -> int:
        """The first index at which the equation holds."""
        found = self.recurrence.definition(self.of.name)
        assert found is not None
        return found.first


def moves_with(recurrence: Recurrence, quantity: Variable, wrt: Variable) -> bool:
    """Tell whether a state moves with another quantity at any index."""
    return isinstance(quantity, Element) and any(
        d.sequence.name == quantity.name for d in entered(recurrence, quantity, wrt)
    )


def one_step(recurrence: Recurrence, of: Element, wrt: Variable) -> tuple[MatrixExpr, MatrixExpr]:
    """Both sides of the total derivative of one step: the immediate Jacobians by name, and as they are."""
    named, local = [], []
    for quantity in dict.fromkeys(part.variable for part in local_movement(recurrence, of)):
        slope = local_jacobian(recurrence, of, quantity)
        if quantity == wrt:
            named.append(ImmediateJacobian(of, quantity))
            local.append(slope)
        elif recurrence.role(quantity) is Role.STATE and moves_with(recurrence, quantity, wrt):
            named.append(MatMul(ImmediateJacobian(of, quantity), TotalJacobian(quantity, wrt)))
            local.append(MatMul(slope, TotalJacobian(quantity, wrt)))
    shape = (dimension(of), dimension(wrt))
    return added(shape, named), added(shape, local)


def _factors(term: MatrixExpr) -> tuple[MatrixExpr, ...]:
    return tuple(term.args) if isinstance(term, MatMul) else (term,)
