"""Several states as one: x_t stacks the states that depend on each other, and moves by one block matrix.

With the selectors S_i (S_iᵀ S_j = I or 0) and dx_i = Σ_j A_ij dx_j + db_i at every index, x = Σ_i S_i x_i has
dx_t = A_t dx_{t-1} + Σ_i S_i db_i with A_t = Σ_ij S_i A_ij S_jᵀ, since x_j = S_jᵀ x. To that the theorem about the
linear difference equation applies as it stands. Source: Kailath (1980), Linear Systems, sec. 9.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.check.arithmetic import at_least, entails, less
from symrnn.check.perturbation import Movement
from symrnn.check.quantities import Quantities, are_same
from symrnn.check.rewrite import Facts
from symrnn.errors import ProofError
from symrnn.expr import Element, Selector, Variable, dimension
from symrnn.expr.shapes import same
from symrnn.recurrence import Definition, Role

Move = Callable[[Element], Movement | None]
"""How a state at an index moves by its equation."""


@dataclass(frozen=True)
class Coupled:
    """The states that one state depends on, itself among them, and how each moves at an arbitrary index.

    Args:
        states: their definitions.
        index: the arbitrary index, a symbol of its own.
        moves: how each moves at that index, by name.
    """

    states: tuple[Definition, ...]
    index: sp.Symbol
    moves: dict[str, Movement]

    @property
    def first(self) -> int:
        """The first index at which their equations hold."""
        return self.states[0].first

    def of(self, states: tuple[Definition, ...]) -> Coupled:
        """The same for some of the states only; what the others do is left out."""
        return replace(self, states=states, moves={d.sequence.name: self.moves[d.sequence.name] for d in states})

    def selector(self, name: str) -> Selector | sp.Identity:
        """S_i for a state, the identity where it stands alone."""
        names = [definition.sequence.name for definition in self.states]
        if names == [name]:
            return sp.Identity(dimension(self.states[0].sequence.at(self.index)))
        return Selector(names.index(name) + 1, *(dimension(d.sequence.at(self.index)) for d in self.states))

    def stacked(self, blocks: dict[str, MatrixExpr], columns: sp.Expr) -> MatrixExpr:
        """Σ_i S_i B_i; shape (all entries, columns)."""
        rows = self.selector(self.states[0].sequence.name).rows
        parts = (sp.MatMul(self.selector(name), block) for name, block in blocks.items())
        return sp.MatAdd(sp.ZeroMatrix(rows, columns), *parts)

    def factor(self) -> MatrixExpr:
        """A = Σ_ij S_i A_ij S_jᵀ at the arbitrary index."""
        rows = self.selector(self.states[0].sequence.name).rows
        parts: list[MatrixExpr] = []
        for definition in self.states:
            name, before = definition.sequence.name, definition.sequence.at(self.index - 1)
            column = self.stacked(self.at_once(before), dimension(before))
            parts.append(sp.MatMul(column, sp.Transpose(self.selector(name))))
        return sp.MatAdd(sp.ZeroMatrix(rows, rows), *parts)

    def forcing(self, wrt: Variable) -> MatrixExpr:
        """Σ_i S_i B_i, by a quantity without an equation, at the arbitrary index."""
        return self.stacked(self.at_once(wrt), dimension(wrt))

    def at_once(self, wrt: Variable) -> dict[str, MatrixExpr]:
        """The Jacobian of every state by a quantity through the equations at the arbitrary index."""
        found = through(self.states, self.index, wrt, lambda state: self.moves[state.name])
        assert found is not None  # every movement is known
        return found


def coupled(quantities: Quantities, definition: Definition) -> Coupled | None:
    """The states that a state is coupled with; None for a state that depends on no other one.

    Raises:
        ProofError: when one of them reaches back further than one step, when their equations begin at different
            indices, or their sizes move with the index.
    """
    states = quantities.recurrence.system(definition.sequence.name)
    if len(states) == 1:
        return None
    index = sp.Dummy("i", integer=True)
    moves: dict[str, Movement] = {}
    for state in states:
        current = state.sequence.at(index)
        if state.first != definition.first:
            raise ProofError(f"{state.sequence.name} and {definition.sequence.name} begin at different indices")
        if index in dimension(current).free_symbols:
            raise ProofError(f"the checker stacks states of fixed sizes only, and that of {current} moves")
        moved = quantities.movement(current)
        assert moved is not None  # nothing is kept, so nothing is unclear
        moves[state.sequence.name] = moved
    allowed = [state.sequence.at(at) for state in states for at in (index, index - 1)]
    for name, moved in moves.items():
        for quantity in moved.by:
            known = quantities.is_constant(quantity) or any(are_same(quantity, each) for each in allowed)
            if isinstance(quantity, Element) and not known:
                seen = quantity.xreplace({index: quantities.recurrence.index})
                raise ProofError(f"{name} depends on {seen}: the checker unrolls states by one step")
    return Coupled(states, index, moves)


def through(states: tuple[Definition, ...], at: sp.Expr, wrt: Variable, move: Move) -> dict[str, MatrixExpr] | None:
    """The Jacobian of each state at an index by a quantity, through the other states at the same index.

    dx_i/dw = ∂⁺x_i/∂⁺w + Σ_j ∂⁺x_i/∂⁺x_j dx_j/dw, which ends, since equations at one index do not go round in a circle;
    None where a movement is not known.
    """
    found: dict[str, MatrixExpr] = {}

    def of(state: Element) -> MatrixExpr | None:
        if are_same(state, wrt):
            return sp.Identity(dimension(state))
        if state.name not in found:
            moved = move(state)
            if moved is None:
                return None
            parts: list[MatrixExpr] = [sp.ZeroMatrix(dimension(state), dimension(wrt))]
            for quantity in moved.by:
                if are_same(quantity, wrt):
                    parts.append(moved.jacobian(quantity))
                elif any(are_same(quantity, other.sequence.at(at)) for other in states):
                    inner = of(quantity)
                    if inner is None:
                        return None
                    parts.append(sp.MatMul(moved.jacobian(quantity), inner))
            found[state.name] = sp.MatAdd(*parts)
        return found[state.name]

    out: dict[str, MatrixExpr] = {}
    for definition in states:
        jacobian = of(definition.sequence.at(at))
        if jacobian is None:
            return None
        out[definition.sequence.name] = jacobian
    return out


def initial(quantities: Quantities, system: Coupled, wrt: Variable, facts: Facts) -> MatrixExpr | None:
    """The Jacobian of the stacked states, at the index of an element, by that element; None where it is not known.

    A state that is given there, x_j[first - 1], moves itself only. Another sequence has to enter at its own index
    only; what enters at a later one would be forcing.
    """
    assert isinstance(wrt, Element)
    own = quantities.recurrence.role(wrt) is Role.STATE and wrt.name in system.moves
    across = dimension(wrt)
    if own and entails(facts, less(wrt.index, system.first)):
        return system.stacked({wrt.name: sp.Identity(across)}, across)
    if not own and not _enters_at_own_index_only(quantities, system, wrt):
        return None
    if not entails(facts, at_least(wrt.index, system.first)):
        alone = own and not _seen_at_once(system, wrt.name)
        return system.stacked({wrt.name: sp.Identity(across)}, across) if alone else None
    blocks = through(system.states, wrt.index, wrt, lambda state: quantities.movement(state, wrt, facts))
    return None if blocks is None else system.stacked(blocks, across)


def _seen_at_once(system: Coupled, name: str) -> bool:
    """Tell whether another state uses a state at its own index."""
    return any(
        isinstance(quantity, Element) and quantity.name == name and same(quantity.index, system.index)
        for moved in system.moves.values()
        for quantity in moved.by
    )


def _enters_at_own_index_only(quantities: Quantities, system: Coupled, wrt: Element) -> bool:
    bodies = (
        quantities.recurrence.inlined(definition.sequence.at(system.index), lambda element: element.name == wrt.name)
        for definition in system.states
    )
    return all(same(e.index, system.index) for body in bodies for e in body.atoms(Element) if e.name == wrt.name)
