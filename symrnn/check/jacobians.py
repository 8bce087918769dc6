"""The checker's rules for Jacobians of a recurrence: each replaces one kind of node by what it equals.

Every rule asks for facts about the indices and leaves a node alone when they do not follow. A Jacobian means: all
parameters and inputs other than the one named are constant, and so is the initial state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.check.arithmetic import at_least, entails, less
from symrnn.check.coupled import Coupled, coupled, initial
from symrnn.check.perturbation import Movement, jacobian_of
from symrnn.check.quantities import OneStep, Quantities, are_same, may_be_same
from symrnn.check.rewrite import Facts, instantiate
from symrnn.check.theorems import linear_difference
from symrnn.expr import (
    Element,
    GenericFunction,
    ImmediateJacobian,
    MatrixSum,
    TotalJacobian,
    Variable,
    dimension,
)
from symrnn.expr.normal import Monomial, monomials
from symrnn.recurrence import Definition, Role

INDUCTION = "induction (linear difference equation)"
"""Name of the theorem that does the unrolling."""


@dataclass(frozen=True)
class Motion:
    """dx_i/dw = A_i dx_{i-1}/dw + B_i for a state, or several stacked ones.

    Args:
        factor, forcing: A and B at the arbitrary index.
        initial: the Jacobian at the index from which on the state moves.
        index: the arbitrary index, a symbol of its own.
    """

    factor: MatrixExpr
    forcing: MatrixExpr
    initial: MatrixExpr
    index: sp.Symbol


@dataclass
class Jacobians:
    """Rules for total and immediate Jacobians.

    Args:
        quantities: of the recurrence.
        used: names of the theorems that were used, for the evidence.
        systems: the states that a state is coupled with, as far as they have been asked for.
    """

    quantities: Quantities
    used: set[str] = field(default_factory=set)
    systems: dict[str, Coupled | None] = field(default_factory=dict)

    # -- immediate ---------------------------------------------------------------------------------------------

    def immediate_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """An immediate Jacobian by the equation of what is differentiated."""
        return self.immediate(node.of, node.wrt, facts) if isinstance(node, ImmediateJacobian) else None

    def immediate(self, of: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """∂⁺of/∂wrt from the equation of ``of``, or None where that equation may not hold."""
        ask = self.quantities
        zero = sp.ZeroMatrix(dimension(of), dimension(wrt))
        if are_same(of, wrt):
            return sp.Identity(dimension(of))
        if may_be_same(of, wrt, facts):
            return None
        if ask.given(of, facts):
            return zero
        moved = ask.movement(of, wrt, facts) if ask.defined(of, facts) else None
        if moved is None:
            return None
        found = next((quantity for quantity in moved.by if are_same(quantity, wrt)), None)
        if any(may_be_same(quantity, wrt, facts) for quantity in moved.by if quantity != found):
            return None
        if found is None:
            return zero
        if isinstance(ask.recurrence.body(of), GenericFunction):
            return None  # the slope of a generic function has no other name
        return moved.jacobian(found)

    # -- one step ----------------------------------------------------------------------------------------------

    def one_step_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """Dz/dw = Σ_v ∂⁺z/∂v dv/dw + ∂⁺z/∂w over the quantities v in the equation of z, when z is not w."""
        ask = self.quantities
        if not isinstance(node, TotalJacobian) or may_be_same(node.of, node.wrt, facts):
            return None
        moved = ask.movement(node.of, node.wrt, facts) if ask.defined(node.of, facts) else None
        if moved is None:
            return None
        if _may_count_twice(moved, facts):
            return None
        self.used.add("total derivative")
        parts: list[MatrixExpr] = [sp.ZeroMatrix(*node.shape)]
        for quantity, monos in moved.by.items():
            local = ImmediateJacobian(node.of, quantity)
            if any(mono.ranges for mono in monos):
                parts.extend(_summed_step(mono, quantity, node.wrt) for mono in monos)
            elif are_same(quantity, node.wrt):
                parts.append(local)
            elif self._may_move(quantity, node.wrt, facts):
                parts.append(sp.MatMul(local, TotalJacobian(quantity, node.wrt)))
        return sp.MatAdd(*parts)

    def _may_move(self, quantity: Variable, wrt: Variable, facts: Facts) -> bool:
        """Tell whether a quantity, which is not the other one for certain, may depend on it."""
        state = self.quantities.definition_of_state(quantity)
        if state is not None:
            return not self.quantities.never_enters(state, wrt)
        return not self.quantities.is_constant(quantity) or may_be_same(quantity, wrt, facts)

    # -- total -------------------------------------------------------------------------------------------------

    def total_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """A total Jacobian in closed form."""
        return self.total(node.of, node.wrt, facts) if isinstance(node, TotalJacobian) else None

    def total(self, of: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """dof/dwrt in closed form, or None where the facts do not suffice."""
        ask = self.quantities
        zero = sp.ZeroMatrix(dimension(of), dimension(wrt))
        if are_same(of, wrt):
            return sp.Identity(dimension(of))
        if not ask.looks_ahead(of) and self._comes_before(of, wrt, facts):
            return zero
        definition = ask.definition_of_state(of)
        if definition is not None and isinstance(of, Element):
            if ask.never_enters(definition, wrt):
                return zero
            return self._state(definition, of, wrt, facts)
        if may_be_same(of, wrt, facts):
            return None
        if ask.given(of, facts):
            return zero
        return self._through_equation(of, wrt, facts) if ask.defined(of, facts) else None

    @staticmethod
    def _comes_before(of: Variable, wrt: Variable, facts: Facts) -> bool:
        """Causality: what stands at an earlier index does not depend on what stands at a later one.

        It does not hold for what looks ahead, by a total or by a chain at mirrored indices.
        """
        if not (isinstance(of, Element) and isinstance(wrt, Element)):
            return False
        return entails(facts, less(of.index, wrt.index))

    def _through_equation(self, of: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """Dz/dw through every quantity of z's own equation; sums over time are split at the index of w."""
        moved = self.quantities.movement(of, wrt, facts)
        if moved is None:
            return None
        parts: list[MatrixExpr] = [sp.ZeroMatrix(dimension(of), dimension(wrt))]
        for quantity, monos in moved.by.items():
            for mono in monos:
                part = self._summand(mono, quantity, wrt, facts)
                if part is None:
                    return None
                parts.append(part)
        return sp.MatAdd(*parts)

    def _summand(self, mono: Monomial, quantity: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        if not mono.ranges:
            inner = self._inner(quantity, wrt, facts)
            return None if inner is None else sp.MatMul(jacobian_of(mono, quantity), inner)
        if len(mono.ranges) != 1:
            return None
        variable = mono.ranges[0][0]
        local = jacobian_of(Monomial(mono.shape, mono.factors, mono.coefficient), quantity)
        for ranges in self._splits(mono.ranges[0], quantity, wrt, facts):
            whole = self._over(ranges, local, variable, quantity, wrt, facts)
            if whole is not None:
                return whole
        return None

    def _over(
        self,
        ranges: list[tuple[sp.Expr, sp.Expr]],
        local: MatrixExpr,
        variable: sp.Symbol,
        quantity: Variable,
        wrt: Variable,
        facts: Facts,
    ) -> MatrixExpr | None:
        """The sum over several ranges one after another."""
        pieces: list[MatrixExpr] = []
        for start, end in ranges:
            at = quantity
            if start == end:  # one value of the index: put it in, so that names can be seen to be the same
                at = quantity.xreplace({variable: start})
            inside = (*facts, at_least(variable, start), at_least(end, variable))
            inner = self._inner(at, wrt, inside)
            if inner is None:
                return None
            pieces.append(MatrixSum(sp.MatMul(local, inner), variable, start, end))
        return sp.MatAdd(*pieces)

    def _splits(
        self, bounds: tuple[sp.Symbol, sp.Expr, sp.Expr], quantity: Variable, wrt: Variable, facts: Facts
    ) -> Iterator[list[tuple[sp.Expr, sp.Expr]]]:
        """Ways to split a range, at the index of what is differentiated by and where a mirrored index meets it."""
        variable, low, high = bounds
        yield self._split(low, high, wrt, facts)
        for mirrored in self.quantities.recurrence.mirrored(quantity) if isinstance(wrt, Element) else ():
            at = sp.expand(mirrored.index + variable - wrt.index)
            inside = entails(facts, at_least(at, low)) and entails(facts, at_least(high, at))
            if inside and variable not in at.free_symbols:
                yield [(low, at - 1), (at, at), (at + 1, high)]

    def _split(self, low: sp.Expr, high: sp.Expr, wrt: Variable, facts: Facts) -> list[tuple[sp.Expr, sp.Expr]]:
        """Split a range at the index of what is differentiated by, when that lies inside it."""
        if not isinstance(wrt, Element):
            return [(low, high)]
        at = wrt.index
        if not (entails(facts, at_least(at, low)) and entails(facts, at_least(high, at))):
            return [(low, high)]
        if self.quantities.recurrence.role(wrt) is Role.STATE:
            return [(low, at - 1), (at, high)]
        return [(low, at - 1), (at, at), (at + 1, high)]

    def _inner(self, quantity: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        if self.quantities.is_constant(quantity) and not may_be_same(quantity, wrt, facts):
            return sp.ZeroMatrix(dimension(quantity), dimension(wrt))
        return self.total(quantity, wrt, facts)

    # -- the linear difference equation --------------------------------------------------------------------------

    def _state(self, definition: Definition, of: Element, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """A state's Jacobian by the linear difference equation, whose premise is checked at an arbitrary index."""
        start = self.start(definition, wrt)
        if not entails(facts, at_least(of.index, start)):
            return None
        system = self.coupled(definition)
        if system is None:
            motion = self.motion(definition, wrt, facts)
        elif entails(facts, at_least(start, sp.Integer(definition.first - 1))):
            system = system.of(self.quantities.entered(definition, wrt))
            motion = self.motion_among(system, wrt, facts)
        else:
            return None
        if motion is None:
            return None
        at_once = not isinstance(wrt, Element) and not monomials(motion.factor)
        if at_once and entails(facts, less(start, of.index)):
            solved = motion.forcing.xreplace({motion.index: of.index})  # nothing is carried on: dx_i = B_i
        else:
            solved = self.solved_by(motion.factor, motion.forcing, motion.initial, motion.index, start, of)
        return solved if system is None else sp.MatMul(sp.Transpose(system.selector(of.name)), solved)

    @staticmethod
    def start(definition: Definition, wrt: Variable) -> sp.Expr:
        """The index from which on a state may move: that of a sequence's element, or the initial one."""
        return wrt.index if isinstance(wrt, Element) else sp.Integer(definition.first - 1)

    def motion(self, definition: Definition, wrt: Variable, facts: Facts) -> Motion | None:
        """How a state, stacked with those that it is coupled with, moves with a quantity; None where it is not known.

        Raises:
            ProofError: when a state reaches back further than one step.
        """
        if not entails(facts, at_least(self.start(definition, wrt), sp.Integer(definition.first - 1))):
            return None
        system = self.coupled(definition)
        if system is not None:
            return self.motion_among(system, wrt, facts)
        step = self.quantities.one_step(definition)
        across = dimension(wrt)
        forcing: MatrixExpr = sp.ZeroMatrix(dimension(step.current), across)
        initial: MatrixExpr | None
        if not isinstance(wrt, Element):
            forcing = step.moved.jacobian(wrt)
            initial = sp.ZeroMatrix(dimension(definition.sequence.at(self.start(definition, wrt))), across)
        elif wrt.name == definition.sequence.name:
            initial = sp.Identity(across)
        else:
            initial = self._from_own_index(definition, wrt, step, facts)
        return None if initial is None else Motion(step.moved.jacobian(step.previous), forcing, initial, step.index)

    def motion_among(self, system: Coupled, wrt: Variable, facts: Facts) -> Motion | None:
        """The same for several coupled states, stacked."""
        forcing: MatrixExpr = system.stacked({}, dimension(wrt))
        at_start: MatrixExpr | None = forcing
        if isinstance(wrt, Element):
            at_start = initial(self.quantities, system, wrt, facts)
        else:
            forcing = system.forcing(wrt)
        return None if at_start is None else Motion(system.factor(), forcing, at_start, system.index)

    def coupled(self, definition: Definition) -> Coupled | None:
        """The states that a state is coupled with; None for one that stands alone."""
        name = definition.sequence.name
        if name not in self.systems:
            self.systems[name] = coupled(self.quantities, definition)
        return self.systems[name]

    def _from_own_index(self, definition: Definition, wrt: Element, step: OneStep, facts: Facts) -> MatrixExpr | None:
        """What another sequence does to the state at its own index, when it enters there only."""
        state = definition.sequence.at(wrt.index)
        if not (self.quantities.used_at_own_index_only(wrt, step) and self.quantities.defined(state, facts)):
            return None
        return self.immediate(state, wrt, facts)

    def solved(
        self, step: OneStep, forcing: MatrixExpr, initial: MatrixExpr, start: sp.Expr, of: Element
    ) -> MatrixExpr:
        """The right side of the theorem with A, B and the initial value of this recurrence."""
        return self.solved_by(step.moved.jacobian(step.previous), forcing, initial, step.index, start, of)

    def solved_by(
        self,
        factor: MatrixExpr,
        forcing: MatrixExpr,
        initial: MatrixExpr,
        index: sp.Symbol,
        start: sp.Expr,
        of: Element,
    ) -> MatrixExpr:
        """The same for a factor A that is known already, at the index that stands in it."""
        self.used.add(INDUCTION)
        proof = linear_difference()
        right = proof.claim[1].xreplace({proof.variable: of.index, proof.start: start})
        return instantiate(
            right,
            {
                "A": lambda at: factor.xreplace({index: at}),
                "B": lambda at: forcing.xreplace({index: at}),
                "X": lambda at: initial,
            },
        )


def _may_count_twice(moved: Movement, facts: Facts) -> bool:
    """Tell whether two quantities in one equation may be one for some indices: both local Jacobians hold all of it."""
    summed = {quantity for quantity, monos in moved.by.items() if any(mono.ranges for mono in monos)}
    return any(
        one.name == other.name and (other in summed or may_be_same(one, other, facts))
        for one in moved.by
        for other in moved.by
        if one != other and one not in summed
    )


def _summed_step(mono: Monomial, quantity: Variable, wrt: Variable) -> MatrixExpr:
    """One summand of a total that is a sum over time."""
    local = jacobian_of(Monomial(mono.shape, mono.factors, mono.coefficient), quantity)
    term: MatrixExpr = sp.MatMul(local, TotalJacobian(quantity, wrt))
    for variable, low, high in reversed(mono.ranges):
        term = MatrixSum(term, variable, low, high)
    return term
