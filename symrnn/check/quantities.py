"""Questions about the quantities of a recurrence, answered from facts about the indices.

Every question has the answer "not shown" beside yes and no; the rules leave a node alone then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

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

ARBITRARY = sp.Dummy("i", integer=True)
"""The arbitrary index of a step; it is replaced wherever a step is put into a term."""


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


def may_not_exist(recurrence: Recurrence, quantity: Element, facts: Facts) -> tuple[Element, ...]:
    """The states that an output reads at mirrored indices and that the facts do not show to exist: t <= T is needed."""
    return tuple(
        each
        for each in recurrence.mirrored(quantity)
        if not entails(facts, at_least(each.index, recurrence.first_index(each.name)))
    )


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
        ahead: what may depend on later indices, as far as it has been asked for.
    """

    recurrence: Recurrence
    steps: dict[str, OneStep] = field(default_factory=dict)
    ahead: dict[str, bool] = field(default_factory=dict)

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
        if definition is None or not entails(facts, at_least(quantity.index, definition.first)):
            return False
        return not may_not_exist(self.recurrence, quantity, facts)

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

    def looks_ahead(self, quantity: Variable) -> bool:
        """Tell whether a quantity may depend on what stands at later indices: through a total, or mirrored."""
        if quantity.name not in self.ahead:
            uses_total = any(self.recurrence.total(name) is not None for name in self.recurrence.uses(quantity.name))
            self.ahead[quantity.name] = uses_total or bool(self.recurrence.mirrored(quantity))
        return self.ahead[quantity.name]

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

        None, too, for a generic function of two quantities that may be one, such as y[t] = F(h[t], h[T + 1 - t]): at
        the index where they are, ∂⁺y/∂⁺h is the slope by both.

        Raises:
            ProofError: when its equation is not one that the checker can differentiate.
        """
        body = self.meaning(quantity, wrt, facts)
        if not isinstance(body, GenericFunction):
            return None if body is None else Movement.of(body)
        if any(part.cols != 1 for part in (quantity, *body.arguments)):
            raise ProofError(f"the checker differentiates generic functions of columns only, not {body}")
        arguments = tuple(dict.fromkeys(body.arguments))
        if any(may_be_same(*pair, facts) for pair in combinations(arguments, 2)):
            return None
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
        index = ARBITRARY
        current, previous = (definition.sequence.at(at) for at in (index, index - 1))
        moved = self.movement(current)
        assert moved is not None  # nothing is kept, so nothing is unclear
        for quantity in moved.by:
            if quantity != previous and not self.is_constant(quantity):  # a total, too, may move with anything
                at = self.recurrence.index
                seen = str(quantity.xreplace({index: at}))
                raise ProofError(
                    f"{name}[{at}] depends on {seen}: the checker unrolls one state at a time, by one step"
                )
        self.steps[name] = OneStep(moved, index, current, previous)
        return self.steps[name]

    def entered(self, definition: Definition, wrt: Variable) -> tuple[Definition, ...]:
        """The states, of those by which a state is defined, that a quantity may enter; the derivatives of others are 0.

        A state that is computed from neither the quantity nor a state that it enters has the derivative 0 at every
        index, by induction. Where one is computed from something else, which might be the quantity, all are kept.
        """
        states = self.recurrence.system(definition.sequence.name)
        names = {state.sequence.name for state in states}
        used = {state.sequence.name: self._names_used(state, wrt) for state in states}
        if isinstance(wrt, MatrixSymbol) and not self.is_constant(wrt):
            return states
        others = {name for found in used.values() for name in found - names - {wrt.name}}
        if any(self.recurrence.definition(name) or self.recurrence.total(name) is not None for name in others):
            return states
        reached = {wrt.name}
        while more := {name for name, found in used.items() if name not in reached and found & reached}:
            reached |= more
        return tuple(state for state in states if state.sequence.name in reached)

    def _names_used(self, state: Definition, wrt: Variable) -> set[str]:
        """The names in the equation of a state, intermediates other than the quantity replaced by theirs."""
        current = state.sequence.at(self.recurrence.index)
        body = self.recurrence.inlined(current, lambda element: element.name == wrt.name)
        return {quantity.name for quantity in body.atoms(Element, MatrixSymbol)}

    def never_enters(self, definition: Definition, wrt: Variable) -> bool:
        """Tell whether no element of a sequence, or no parameter, enters a state, directly or through other states."""
        return definition not in self.entered(definition, wrt)

    def used_at_own_index_only(self, wrt: Element, step: OneStep) -> bool:
        """Tell whether a state sees the elements of another sequence at its own index only, through whatever name."""
        body = self.recurrence.inlined(step.current, lambda element: element.name == wrt.name)
        return all(same(e.index, step.index) for e in body.atoms(Element) if e.name == wrt.name)
