"""Terms written out: derivatives in closed form, each proved by a certificate, and names by what they stand for."""

from __future__ import annotations

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus import local_jacobian
from symrnn.calculus.deriving import derive
from symrnn.certify.asked import require_asked
from symrnn.certify.equations import Certificate, certificate, certificate_of
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts, rewrite
from symrnn.derivation.statement import Equation
from symrnn.errors import ExhaustedError, SymrnnError
from symrnn.expr import Apply, Derivative, Elementwise, GenericFunction, Gradient, ImmediateJacobian, Variable
from symrnn.recurrence import Recurrence, Role

NAME = "closed form"
"""The id of certificates that are not written to files."""


class Writing:
    """Closed forms of one recurrence.

    Args:
        recurrence: what the names in terms mean.
    """

    def __init__(self, recurrence: Recurrence) -> None:
        self.recurrence = recurrence
        self.means: dict[str, None] = {}
        self._known: dict[tuple[sp.Basic, Facts], MatrixExpr | None] = {}

    @property
    def used(self) -> tuple[str, ...]:
        """The rules that closed forms rest on, in words."""
        return tuple(self.means)

    def explicit(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """Every derivative in closed form and every intermediate by its meaning, as far as the facts allow.

        Raises:
            NotDifferentiableError: for an activation with a kink and no convention.
        """

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            return self._closed(node, at) if isinstance(node, Derivative) else None

        return self._named(rewrite(term, replace, facts), facts)

    def _closed(self, node: Derivative, facts: Facts) -> MatrixExpr | None:
        """The closed form of a derivative; None where none is proved under the facts."""
        dummies = sorted(node.atoms(sp.Dummy).union(*(fact.atoms(sp.Dummy) for fact in facts)), key=str)
        plain = {dummy: sp.Symbol(f"{dummy.name}_{at}", integer=True) for at, dummy in enumerate(dummies)}
        asked, where = node.xreplace(plain), tuple(fact.xreplace(plain) for fact in facts)
        if (asked, where) not in self._known:
            self._known[asked, where] = self._proved(asked, where)
        found = self._known[asked, where]
        return None if found is None else found.xreplace({symbol: dummy for dummy, symbol in plain.items()})

    def _proved(self, node: Derivative, where: Facts) -> MatrixExpr | None:
        self.recurrence.require_differentiable()
        try:
            form, found = self._found(node, where)
            assert found.proved is not None
            require_asked(found.proved, Equation(node, form, where), self.recurrence)
        except ExhaustedError:
            raise
        except (NotFoundError, NotAskedError, SymrnnError):
            return None
        self.means |= dict.fromkeys(found.means)
        return form

    def _found(self, node: Derivative, where: Facts) -> tuple[MatrixExpr, Certificate]:
        if isinstance(node, ImmediateJacobian):
            form = local_jacobian(self.recurrence, node.of, node.wrt)
            return form, certificate(Equation(node, form, where), self.recurrence, NAME)
        derivation = derive(
            self.recurrence, node.of, node.wrt, "gradient" if isinstance(node, Gradient) else "jacobian"
        )
        if not all(entails(where, condition) for condition in derivation.where):
            raise NotFoundError("the closed form is one under other conditions")
        return derivation.closed_form, certificate_of(derivation, NAME, where)

    def _named(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """Intermediates, outputs and totals by what they stand for; so is the slope that has a name of its own."""

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            if isinstance(node, Apply) and node.order >= 1 and self.recurrence.activation(node.function).slope_name:
                slope = Elementwise(self.recurrence.activation(node.function).slope_name, node.member)
                return self._named(slope(node.argument, node.order - 1), at)
            if not isinstance(node, Variable) or self.recurrence.role(node) in (None, Role.STATE):
                return None
            if not self._is_defined(node, at):
                return None
            meaning = self.recurrence.inlined(node)
            return None if isinstance(meaning, GenericFunction) else self._named(meaning, at)

        return rewrite(term, replace, facts)

    def _is_defined(self, quantity: Variable, facts: Facts) -> bool:
        """Whether the equation of a quantity holds at its index, by the facts."""
        if isinstance(quantity, MatrixSymbol):
            return quantity in self.recurrence.totals
        definition = self.recurrence.definition(quantity.name)
        return definition is not None and entails(facts, at_least(quantity.index, definition.first))
