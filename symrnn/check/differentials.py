"""The checker's rules for differentials and gradients of a recurrence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.check.jacobians import Jacobians
from symrnn.check.perturbation import Movement
from symrnn.check.quantities import Quantities, are_same, may_be_same
from symrnn.check.rewrite import Facts, rewrite
from symrnn.errors import ProofError
from symrnn.expr import Differential, Element, Gradient, Variable
from symrnn.expr.normal import Monomial, monomials
from symrnn.expr.normal.chain import factors_of, transposed
from symrnn.expr.normal.monomial import chain_term
from symrnn.expr.shapes import same
from symrnn.recurrence import Definition


@dataclass
class Differentials:
    """Rules for differentials, in terms of those that are free, and for gradients.

    Args:
        quantities: of the recurrence.
        jacobians: the rules for Jacobians.
        varying: the quantities whose differentials are free.
        named: puts the right sides of equations in the place of names, where they hold.

    Raises:
        ProofError: when a quantity that has an equation is said to vary freely.
    """

    quantities: Quantities
    jacobians: Jacobians
    varying: tuple[Variable, ...] = ()
    named: Callable[[MatrixExpr, Facts], MatrixExpr] = lambda term, _: term

    def __post_init__(self) -> None:
        for quantity in self.varying:
            if not self.quantities.given(quantity, ()):
                raise ProofError(f"{quantity} is defined by an equation, so its differential is not free")

    def _moves_freely(self, quantity: Variable) -> bool:
        return any(are_same(quantity, v) for v in self.varying)

    def _may_move_freely(self, quantity: Variable, facts: Facts) -> bool:
        return any(may_be_same(quantity, v, facts) for v in self.varying)

    # -- one step ----------------------------------------------------------------------------------------------

    def one_step_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """A differential by the equation of its quantity."""
        return self._by_equation(node, facts, deep=False) if isinstance(node, Differential) else None

    def solved_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """A differential in terms of those that are free, by the linear difference equation for a state."""
        if not isinstance(node, Differential) or self._moves_freely(node.of):
            return None
        definition = self.quantities.definition_of_state(node.of)
        if definition is not None and self.quantities.defined(definition.sequence.at(node.of.index + 1), facts):
            return self._state(definition, node.of)
        return self._by_equation(node, facts, deep=True)

    def _by_equation(self, node: Differential, facts: Facts, *, deep: bool) -> MatrixExpr | None:
        if self._may_move_freely(node.of, facts):
            return None
        if self.quantities.given(node.of, facts):
            return sp.ZeroMatrix(*node.shape)
        moved = self.quantities.movement(node.of, None, facts) if self.quantities.defined(node.of, facts) else None
        return None if moved is None else self._collected(moved, facts, deep)

    def _collected(self, moved: Movement, facts: Facts, deep: bool) -> MatrixExpr:
        """What moves, without what is constant; ``deep`` goes on through what has an equation."""
        parts: list[MatrixExpr] = [sp.ZeroMatrix(*moved.shape)]
        for quantity in moved.by:
            part = moved.part(quantity)
            if self._moves_freely(quantity):
                parts.append(part)
            elif deep or self.quantities.is_constant(quantity):
                parts.append(rewrite(part, self.solved_node, facts))  # a constant is put to 0 there, if it is one
            else:
                parts.append(part)
        return sp.MatAdd(*parts)

    # -- the linear difference equation --------------------------------------------------------------------------

    def _state(self, definition: Definition, of: Element) -> MatrixExpr | None:
        start = sp.Integer(definition.first - 1)
        if of.cols != 1:
            return None
        at_start = definition.sequence.at(start)
        if any(isinstance(v, Element) and not are_same(v, at_start) for v in self.varying):
            return None  # something moves at one index only; the forcing would have to be told apart by cases
        step = self.quantities.one_step(definition)
        free = [step.moved.part(q) for q in step.moved.by if q != step.previous and self._moves_freely(q)]
        forcing = sp.MatAdd(sp.ZeroMatrix(*of.shape), *free)
        initial = Differential(at_start) if self._moves_freely(at_start) else sp.ZeroMatrix(*at_start.shape)
        return self.jacobians.solved(step, forcing, initial, start, of)

    # -- gradients -----------------------------------------------------------------------------------------------

    def gradient_or_total_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """A gradient or a total Jacobian in closed form."""
        if isinstance(node, Gradient):
            return self.gradient_node(node, facts)
        return self.jacobians.total_node(node, facts)

    def gradient_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """The gradient G of a scalar: vec(G)ᵀ is its Jacobian, and bᵀ ⊗ aᵀ = vec(a bᵀ)ᵀ.

        Names are replaced first: a normal form writes sums from 0, where the equation of an output may not hold.
        """
        if not isinstance(node, Gradient):
            return None
        jacobian = self.jacobians.total(node.of, node.wrt, facts)
        return None if jacobian is None else as_gradient(self.named(jacobian, facts), node)


def as_gradient(jacobian: MatrixExpr, node: Gradient) -> MatrixExpr | None:
    """The gradient that belongs to the Jacobian of a scalar; None where a summand is not of the form bᵀ ⊗ aᵀ."""
    parts: list[MatrixExpr] = [sp.ZeroMatrix(*node.shape)]
    for mono in monomials(jacobian):
        part = unvec(mono, node.wrt)
        if part is None:
            return None
        parts.append(part)
    return sp.MatAdd(*parts)


def unvec(mono: Monomial, wrt: Variable) -> MatrixExpr | None:
    """The matrix a bᵀ of a row monomial bᵀ ⊗ aᵀ; for a column variable the transposed row, for a row variable itself.

    >>> import sympy as sp
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> a, b, W = sp.MatrixSymbol("a", n, 1), sp.MatrixSymbol("b", n, 1), sp.MatrixSymbol("W", n, n)
    >>> row = sp.KroneckerProduct(b.T, a.T)
    >>> unvec(Monomial(row.shape, (row,)), W)
    a*b.T
    """
    rows, cols = shape = wrt.shape
    if cols == 1 or rows == 1:
        chain = transposed(mono.factors) if cols == 1 else mono.factors
    elif len(mono.factors) == 1 and isinstance(mono.factors[0], sp.KroneckerProduct):
        b_row, a_row = mono.factors[0].args
        if b_row.rows != 1 or a_row.rows != 1 or not same(a_row.cols, rows) or not same(b_row.cols, cols):
            return None
        chain = (*transposed(factors_of(a_row)), *factors_of(b_row))
    else:
        return None
    return Monomial(shape, (chain_term(chain, rows),), mono.coefficient, mono.ranges).term()
