"""Questions about the quantities of a recurrence, answered from facts about the indices.

Every question has the answer "not shown" beside yes and no; the rules leave a node alone then.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import at_least, entails, less
from symrnn.check.perturbation import Movement, freed_chain
from symrnn.check.rewrite import Facts
from symrnn.errors import ProofError
from symrnn.expr import Differential, Element, GenericFunction, ImmediateJacobian, Variable
from symrnn.expr.normal import monomials
from symrnn.expr.shapes import same
from symrnn.recurrence import Definition, Recurrence, Role


def are_same(left: Variable, right: Variable) -> bool:
    """Tell whether two quantities are the same for all values of their indices."""
    if isinstance(left, Element) and isinstance(right, Element):
        return left.name == right.name and same(left.index, right.index)
    return bool(left == right)


def may_be_same(left: Variable, right: Variable, facts: Facts) -> bool:
    """Tell whether two quantities may be the same for some values that the facts allow."""
    if isinstance(left, Element) and isinstance(right, Element):
        if left.name != right.name:
            return False
        apart = (less(left.index, right.index), less(right.index, left.index))
        return not any(entails(facts, relation) for relation in apart)
    return bool(left == right)


@dataclass(frozen=True)
class OneStep:
    """How a state moves at an arbitrary index.

    Args:
        moved: its movement, sorted by what moves.
        index: the arbitrary index, a symbol of its own.
        current: the state at this index.
        previous: the state one index before.
    """

    moved: Movement
    index: sp.Symbol
    current: Element
    previous: Element


@dataclass(frozen=True)
class Quantities:
    """The quantities of one recurrence.

    Args:
        recurrence: the definitions.
        steps: how each state moves, as far as it has been asked for.
    """

    recurrence: Recurrence
    steps: dict[str, OneStep] = field(default_factory=dict)

    def definition_of_state(self, quantity: Variable) -> Definition | None:
        """The definition of an element of a state, None for anything else."""
        if isinstance(quantity, Element) and self.recurrence.role(quantity) is Role.STATE:
            return self.recurrence.definition(quantity.name)
        return None

    def defined(self, quantity: Variable, facts: Facts) -> bool:
        """Tell whether the equation of a quantity holds at its index, by the facts."""
        if isinstance(quantity, MatrixSymbol):
            return quantity in self.recurrence.totals
        definition = self.recurrence.definition(quantity.name)
        return definition is not None and entails(facts, at_least(quantity.index, definition.first))

    def given(self, quantity: Variable, facts: Facts) -> bool:
        """Tell whether a quantity is given from outside: a parameter, an input or an initial state."""
        if isinstance(quantity, MatrixSymbol):
            return quantity not in self.recurrence.totals
        definition = self.recurrence.definition(quantity.name)
        return definition is None or entails(facts, less(quantity.index, definition.first))

    def is_constant(self, quantity: Variable) -> bool:
        """Tell whether a quantity has no equation at any index."""
        if isinstance(quantity, MatrixSymbol):
            return quantity not in self.recurrence.totals
        return self.recurrence.definition(quantity.name) is None

    def is_intermediate(self, quantity: Variable) -> bool:
        """Tell whether a quantity is a name inside one step."""
        return self.recurrence.role(quantity) is Role.INTERMEDIATE

    def meaning(self, quantity: Variable, wrt: Variable | None, facts: Facts) -> MatrixExpr | None:
        """The equation of a quantity without intermediates, but for the one that it is differentiated by.

        None where it is not clear whether an intermediate is that one: with an unknown order of t and s, the a[t]
        in h[t] may be a[s] or not.
        """
        unclear = False

        def keep(element: Element) -> bool:
            nonlocal unclear
            if wrt is None or are_same(element, wrt):
                return wrt is not None
            unclear = unclear or may_be_same(element, wrt, facts)
            return False

        meant = self.recurrence.inlined(quantity, keep)
        return None if unclear else meant

    def movement(self, quantity: Variable, wrt: Variable | None = None, facts: Facts = ()) -> Movement | None:
        """How a defined quantity moves with the parameters and with earlier quantities; None as for the meaning.

        Raises:
            ProofError: when its equation is not one that the checker can differentiate.
        """
        body = self.meaning(quantity, wrt, facts)
        if not isinstance(body, GenericFunction):
            return None if body is None else Movement.of(body)
        moved = Movement(quantity.shape)
        for argument in body.arguments:
            slope = sp.MatMul(ImmediateJacobian(quantity, argument), Differential(argument))
            moved.by[argument] = [freed_chain(mono) for mono in monomials(slope)]
        return moved

    def one_step(self, definition: Definition) -> OneStep:
        """Movement of a state at an arbitrary index; refuses what is not a first-order recurrence in one state.

        Raises:
            ProofError: when several states are coupled, or one reaches back further than one step.
        """
        name = definition.sequence.name
        if name in self.steps:
            return self.steps[name]
        index = sp.Dummy("i", integer=True)
        current, previous = (definition.sequence.at(at) for at in (index, index - 1))
        moved = self.movement(current)
        assert moved is not None  # nothing is kept, so nothing is unclear
        for quantity in moved.by:
            if quantity != previous and isinstance(quantity, Element) and not self.is_constant(quantity):
                at = self.recurrence.index
                seen = str(quantity.xreplace({index: at}))
                raise ProofError(
                    f"{name}[{at}] depends on {seen}: the checker unrolls one state at a time, by one step"
                )
        self.steps[name] = OneStep(moved, index, current, previous)
        return self.steps[name]

    def never_enters(self, definition: Definition, wrt: Variable) -> bool:
        """Tell whether no element of a sequence, or no parameter, enters a state, directly or through any other state.

        Everything that the states in question are computed from has to be given or one of them.
        """
        states = self.recurrence.system(definition.sequence.name)
        names = {state.sequence.name for state in states}
        if wrt.name in names:
            return False
        at = self.recurrence.index
        bodies = [self.recurrence.inlined(state.sequence.at(at), lambda e: e.name == wrt.name) for state in states]
        used = {element for body in bodies for element in body.atoms(Element)}
        if any(symbol.name == wrt.name for body in bodies for symbol in body.atoms(MatrixSymbol)):
            return False
        return all(e.name != wrt.name and (e.name in names or self.is_constant(e)) for e in used)

    def used_at_own_index_only(self, wrt: Element, step: OneStep) -> bool:
        """Tell whether a state sees the elements of another sequence at its own index only, through whatever name."""
        body = self.recurrence.inlined(step.current, lambda element: element.name == wrt.name)
        return all(same(e.index, step.index) for e in body.atoms(Element) if e.name == wrt.name)
