"""The rules of the checker by name, and terms unfolded by all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.backward import Backward
from symrnn.check.differentials import Differentials
from symrnn.check.jacobians import Jacobians
from symrnn.check.moments import Moments, summands
from symrnn.check.perturbation import freed_chain
from symrnn.check.quantities import Quantities
from symrnn.check.rewrite import Facts, rewrite
from symrnn.errors import ProofError
from symrnn.expr import Apply, Differential, Element, Elementwise, GenericFunction, Variable
from symrnn.expr.normal import Monomial
from symrnn.recurrence import Definition, Recurrence, Role

Rule = Callable[[sp.Basic, Facts], sp.Basic | None]


class Unfolder:
    """Derivative rules for one recurrence.

    Args:
        recurrence: the definitions.
        varying: the quantities whose differentials are free.

    Raises:
        NotDifferentiableError: for an activation with a kink and no convention.
        ProofError: when a quantity that has an equation is said to vary freely.
    """

    def __init__(self, recurrence: Recurrence, varying: tuple[Variable, ...] = ()) -> None:
        recurrence.require_differentiable()
        self.recurrence = recurrence
        self.quantities = Quantities(recurrence)
        self.jacobians = Jacobians(self.quantities)
        self.differentials = Differentials(self.quantities, self.jacobians, varying, self.named)
        self.index = sp.Dummy("i", integer=True)
        self._affine_parts: dict[str, tuple[MatrixExpr, MatrixExpr] | None] = {}
        self.moments = Moments(recurrence, self.jacobians, self.index, self._affine)
        self.rules: dict[str, Rule] = {
            "total derivative": self.jacobians.one_step_node,
            "immediate Jacobian": self.jacobians.immediate_node,
            "linear difference equation": self.jacobians.total_node,
            "chain rule": self.jacobians.total_node,
            "differential": self.differentials.one_step_node,
            "solution of the differential": self.differentials.solved_node,
            "gradient": self.differentials.gradient_or_total_node,
        }

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the theorems used so far."""
        return tuple(sorted(self.jacobians.used))

    def apply(self, rule: str, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """Apply one named rule wherever it fits.

        Raises:
            ProofError: for a name that is no rule.
        """
        if rule not in self.rules:
            raise ProofError(f"no rule is called {rule}", advice=f"the rules are {', '.join(sorted(self.rules))}")
        return rewrite(term, self.rules[rule], facts)

    def named(self, term: MatrixExpr, facts: Facts, *, outputs: bool = True) -> MatrixExpr:
        """Intermediates, outputs and totals replaced by what they stand for: a name and its meaning compare equal.

        So do the slope of an activation and the activation that it is: softplus' and sigmoid. Outputs and totals can be
        left alone, which keeps terms small where both sides call them by their names.
        """

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            if isinstance(node, Apply) and node.order >= 1 and self.recurrence.activation(node.function).slope_name:
                slope = Elementwise(self.recurrence.activation(node.function).slope_name, node.member)
                return self.named(slope(node.argument, node.order - 1), at, outputs=outputs)
            left_alone = (None, Role.STATE) if outputs else (None, Role.STATE, Role.OUTPUT)
            if not isinstance(node, Variable) or self.recurrence.role(node) in left_alone:
                return None
            meaning = self.by_definition(node, at)
            return None if meaning is None else self.named(meaning, at, outputs=outputs)

        return rewrite(term, replace, facts)

    def by_definition(self, term: MatrixExpr, facts: Facts) -> MatrixExpr | None:
        """The right side of the equation of a named quantity, where it holds; None for a generic function."""
        if not isinstance(term, Variable) or not self.quantities.defined(term, facts):
            return None
        meaning = self.recurrence.inlined(term)
        return None if isinstance(meaning, GenericFunction) else meaning

    def explicit(self, term: MatrixExpr, facts: Facts, *before: Rule) -> MatrixExpr:
        """Every derivative and moment replaced by its closed form, every intermediate by its meaning, as facts allow.

        Rules that are given come before the usual ones.
        """
        rules = (
            *before,
            self.differentials.gradient_node,
            self.jacobians.total_node,
            self.jacobians.immediate_node,
            self.differentials.solved_node,
            self.moments.node,
        )

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            return next((found for rule in rules if (found := rule(node, at)) is not None), None)

        return self.named(rewrite(term, replace, facts), facts)

    def by_errors(self, sides: tuple[MatrixExpr, ...], facts: Facts) -> Iterator[tuple[MatrixExpr, ...]]:
        """Derivatives of totals in the latest of their errors, and in the error at each index; nothing without any."""
        taken = {part.name for side in sides for part in side.atoms(Element, sp.MatrixSymbol)}
        known = (d.sequence for d in self.recurrence.definitions)
        given = (*self.recurrence.parameters, *self.recurrence.inputs, *self.recurrence.totals)
        taken |= {quantity.name for quantity in (*known, *given)}
        backward = Backward(self.jacobians, taken)
        written = tuple(self.explicit(side, facts, backward.node) for side in sides)
        if backward.known:
            unfolded = backward.unfolded(written, facts)
            if unfolded != written:
                yield tuple(self.named(side, facts) for side in unfolded)
            yield written

    def solved_states(self, term: MatrixExpr, facts: Facts) -> MatrixExpr | None:
        """States that are affine in the one before, z_e = A_e z_{e-1} + B_e, written out by the theorem once more.

        With the identity as activation h_e = W^e h_0 + Σ_s W^{e-s} (what drives step s). A and B may be made of other
        states: the theorem holds of any matrices. Those are written out in turn, so z must not stand behind them, or
        that would not end. States that are not affine stay as they are; None when all of them do.
        """
        if all(self._affine(definition) is None for definition in self.recurrence.states()):
            return None
        solved = 0

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            nonlocal solved
            found = self._solved_state(node, at) if isinstance(node, Element) else None
            solved += found is not None
            return found

        written = rewrite(term, replace, facts)
        return written if solved else None

    def _solved_state(self, of: Element, facts: Facts) -> MatrixExpr | None:
        definition = self.quantities.definition_of_state(of)
        if definition is None:
            return None
        start = sp.Integer(definition.first - 1)
        if of.index == start or not entails(facts, at_least(of.index, start)):
            return None
        parts = self._affine(definition)
        if parts is None:
            return None
        solved = self.jacobians.solved_by(*parts, definition.sequence.at(start), self.index, start, of)
        written = self.named(solved, facts)
        return self.solved_states(written, facts) or written

    def _affine(self, definition: Definition) -> tuple[MatrixExpr, MatrixExpr] | None:
        """The affine parts of a state's equation at an arbitrary index; None for one that is not to be written out."""
        name = definition.sequence.name
        if name not in self._affine_parts:
            current, previous = (definition.sequence.at(at) for at in (self.index, self.index - 1))
            body = self.recurrence.inlined(current)
            fixed = self.index not in current.cols.free_symbols
            alone = fixed and not self._comes_back(body, previous)
            self._affine_parts[name] = affine_parts(body, previous) if alone else None
        return self._affine_parts[name]

    def _comes_back(self, body: MatrixExpr, previous: Element) -> bool:
        """Tell whether a sequence stands in an equation of its own otherwise than one step back, by whatever way."""
        meanings = {d.sequence.name: d.body for d in self.recurrence.definitions}
        meanings |= {symbol.name: total for symbol, total in self.recurrence.totals.items()}
        seen: set[str] = set()
        following = {used.name for used in body.atoms(Element, MatrixSymbol) if used != previous}
        while following:
            seen |= following
            bodies = [meanings[name] for name in following if name in meanings]
            following = {used.name for each in bodies for used in each.atoms(Element, MatrixSymbol)} - seen
        return previous.name in seen


def affine_parts(body: MatrixExpr, variable: Element) -> tuple[MatrixExpr, MatrixExpr] | None:
    """Split ``body = A · variable + B`` with A and B free of the variable; None when it has no such form.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity").undriven()
    >>> [str(part.doit()) for part in affine_parts(rnn.inlined(rnn.h[t]), rnn.h[t - 1])]
    ['W_hh', '0']
    """
    factor: list[MatrixExpr] = [sp.ZeroMatrix(body.rows, variable.rows)]
    rest: list[MatrixExpr] = [sp.ZeroMatrix(*body.shape)]
    marker = Differential(variable)
    for mono in (freed_chain(m) for m in summands(body.xreplace({variable: marker}))):
        if not any(part.has(marker) for part in (mono.coefficient, *mono.factors)):
            rest.append(mono.term())
            continue
        chain = mono.factors[:-1]
        if not mono.factors or mono.factors[-1] != marker:
            return None
        if any(part.has(marker) for part in (mono.coefficient, *chain)):
            return None
        factor.append(Monomial((body.rows, variable.rows), chain, mono.coefficient, mono.ranges).term())
    return sp.MatAdd(*factor), sp.MatAdd(*rest)
