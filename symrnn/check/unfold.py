"""The checker's rules for derivatives of a recurrence: each replaces one kind of node by what it equals.

Every rule asks for facts about the indices and leaves a node alone when they do not follow. A Jacobian means: all
parameters and inputs other than the one named are constant, and so is the initial state.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import entails
from symrnn.check.perturbation import Movement, freed_chain, jacobian_of
from symrnn.check.rewrite import Facts, instantiate, rewrite
from symrnn.check.theorems import linear_difference
from symrnn.errors import ProofError
from symrnn.expr import (
    Differential,
    Element,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    TotalJacobian,
    Variable,
    dimension,
)
from symrnn.expr.normal import monomials
from symrnn.expr.normal.chain import factors_of, transposed
from symrnn.expr.normal.monomial import Monomial, chain_term
from symrnn.expr.shapes import same
from symrnn.recurrence import Recurrence, Role


class Unfolder:
    """Derivative rules for one recurrence.

    Args:
        recurrence: the definitions.
        varying: the quantities whose differentials are free.
    """

    def __init__(self, recurrence: Recurrence, varying: tuple[Variable, ...] = ()) -> None:
        recurrence.require_differentiable()
        self.recurrence = recurrence
        self.varying = varying
        self.used: set[str] = set()
        self.rules: dict[str, Callable[[sp.Basic, Facts], sp.Basic | None]] = {
            "total derivative": self._one_step,
            "immediate Jacobian": self._immediate_node,
            "linear difference equation": self._total_node,
            "chain rule": self._total_node,
            "differential": self._one_differential,
            "solution of the differential": self._differential_node,
            "gradient": self._gradient_or_total,
        }

    # -- applying rules --------------------------------------------------------------------------------------

    def apply(self, rule: str, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """Apply one named rule wherever it fits.

        Raises:
            ProofError: for a name that is no rule.
        """
        if rule not in self.rules:
            raise ProofError(f"no rule is called {rule}", advice=f"the rules are {', '.join(sorted(self.rules))}")
        return rewrite(term, self.rules[rule], facts)

    def named(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """Intermediates replaced by what they stand for, so that a name and its meaning compare equal."""

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            if not isinstance(node, Element) or self.recurrence.role(node) is not Role.INTERMEDIATE:
                return None
            return self.recurrence.inlined(node) if self.defined(node, at) else None

        return rewrite(term, replace, facts)

    def explicit(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """Every derivative replaced by its closed form and every intermediate by its meaning, where facts allow."""

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            for rule in (self._gradient_node, self._total_node, self._immediate_node, self._differential_node):
                found = rule(node, at)
                if found is not None:
                    return found
            return None

        return self.named(rewrite(term, replace, facts), facts)

    def solved_states(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """States of an affine recurrence written out in the initial state, the inputs and the parameters.

        With the identity as activation h_e = W^e h_0 + Σ_s W^{e-s} (what drives step s), again by the theorem. States
        that are not affine in the one before stay as they are.
        """

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            if isinstance(node, ImmediateJacobian):
                return node
            if not isinstance(node, Element) or self.recurrence.role(node) is not Role.STATE:
                return None
            return self._solved_state(node, at)

        return rewrite(term, replace, facts)

    def _solved_state(self, of: Element, facts: Facts) -> MatrixExpr | None:
        definition = self.recurrence.definition(of.name)
        assert definition is not None  # the caller looked at its role
        start = sp.Integer(definition.first - 1)
        if of.cols != 1 or not entails(facts, sp.Ge(of.index, start)):
            return None
        index = sp.Dummy("i", integer=True)
        current, previous = (definition.sequence.at(at) for at in (index, index - 1))
        parts = affine_parts(self.recurrence.inlined(current), previous)
        if parts is None:
            return None
        return self._solved(*parts, definition.sequence.at(start), index, start, of)

    # -- movement of one quantity ------------------------------------------------------------------------------

    def defined(self, quantity: Variable, facts: Facts) -> bool:
        """Tell whether the equation of a quantity holds at its index, by the facts."""
        if isinstance(quantity, MatrixSymbol):
            return quantity in self.recurrence.totals
        definition = self.recurrence.definition(quantity.name)
        return definition is not None and entails(facts, sp.Ge(quantity.index, definition.first))

    def given(self, quantity: Variable, facts: Facts) -> bool:
        """Tell whether a quantity is given from outside: a parameter, an input or an initial state."""
        if isinstance(quantity, MatrixSymbol):
            return quantity not in self.recurrence.totals
        definition = self.recurrence.definition(quantity.name)
        return definition is None or entails(facts, sp.Lt(quantity.index, definition.first))

    def movement(self, quantity: Variable, keep: Variable | None = None) -> Movement:
        """How a defined quantity moves with the parameters and with earlier quantities."""
        body = self.recurrence.inlined(quantity, keep)
        if isinstance(body, GenericFunction):
            moved = Movement(quantity.shape)
            for argument in body.arguments:
                slope = sp.MatMul(ImmediateJacobian(quantity, argument), Differential(argument))
                moved.by[argument] = [freed_chain(mono) for mono in monomials(slope)]
            return moved
        return Movement.of(body)

    # -- immediate Jacobians -----------------------------------------------------------------------------------

    def _immediate_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        return self.immediate(node.of, node.wrt, facts) if isinstance(node, ImmediateJacobian) else None

    def immediate(self, of: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """∂⁺of/∂wrt from the equation of ``of``, or None where that equation may not hold."""
        if self._are_same(of, wrt):
            return sp.Identity(dimension(of))
        if self.given(of, facts):
            return None if self._may_be_same(of, wrt, facts) else sp.ZeroMatrix(dimension(of), dimension(wrt))
        if not self.defined(of, facts):
            return None
        keep = wrt if self.recurrence.role(wrt) is Role.INTERMEDIATE else None
        moved = self.movement(of, keep)
        found = next((quantity for quantity in moved.by if self._are_same(quantity, wrt)), None)
        if found is None:
            unclear = any(self._may_be_same(quantity, wrt, facts) for quantity in moved.by)
            return None if unclear else sp.ZeroMatrix(dimension(of), dimension(wrt))
        if isinstance(self.recurrence.body(of), GenericFunction):
            return None  # the slope of a generic function has no other name
        return moved.jacobian(found)

    @staticmethod
    def _are_same(left: Variable, right: Variable) -> bool:
        if isinstance(left, Element) and isinstance(right, Element):
            return left.name == right.name and same(left.index, right.index)
        return left == right

    @staticmethod
    def _may_be_same(left: Variable, right: Variable, facts: Facts) -> bool:
        if isinstance(left, Element) and isinstance(right, Element) and left.name == right.name:
            apart = (sp.Lt(left.index, right.index), sp.Gt(left.index, right.index))
            return not any(entails(facts, relation) for relation in apart)
        return left == right

    # -- total Jacobians ---------------------------------------------------------------------------------------

    def _one_step(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """Dz/dw = Σ_v ∂⁺z/∂v dv/dw + ∂⁺z/∂w over the quantities v in the equation of z, when z is not w."""
        if not isinstance(node, TotalJacobian) or self._may_be_same(node.of, node.wrt, facts):
            return None
        if not self.defined(node.of, facts):
            return None
        self.used.add("total derivative")
        parts = []
        for quantity, monos in self.movement(node.of).by.items():
            if any(mono.ranges for mono in monos):
                parts.extend(self._summed_step(mono, quantity, node.wrt) for mono in monos)
                continue
            local = ImmediateJacobian(node.of, quantity)
            if self._are_same(quantity, node.wrt):
                parts.append(local)
            elif not self._is_constant(quantity):
                parts.append(sp.MatMul(local, TotalJacobian(quantity, node.wrt)))
        return sp.MatAdd(sp.ZeroMatrix(*node.shape), *parts)

    @staticmethod
    def _summed_step(mono: Monomial, quantity: Variable, wrt: Variable) -> MatrixExpr:
        """One summand of a total that is a sum over time."""
        term = sp.MatMul(
            jacobian_of(Monomial(mono.shape, mono.factors, mono.coefficient), quantity), TotalJacobian(quantity, wrt)
        )
        for variable, low, high in reversed(mono.ranges):
            term = MatrixSum(term, variable, low, high)
        return term

    def _is_constant(self, quantity: Variable) -> bool:
        if isinstance(quantity, MatrixSymbol):
            return quantity not in self.recurrence.totals
        return self.recurrence.definition(quantity.name) is None

    def _total_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        return self.total(node.of, node.wrt, facts) if isinstance(node, TotalJacobian) else None

    def total(self, of: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """dof/dwrt in closed form, or None where the facts do not suffice."""
        zero = sp.ZeroMatrix(dimension(of), dimension(wrt))
        if self._are_same(of, wrt):
            return sp.Identity(dimension(of))
        if self._comes_before(of, wrt, facts):
            return zero
        if isinstance(of, Element) and self.recurrence.role(of) is Role.STATE:
            return self._state(of, wrt, facts)
        if self._may_be_same(of, wrt, facts):
            return None
        if self.given(of, facts):
            return zero
        if not self.defined(of, facts):
            return None
        return self._through_equation(of, wrt, facts)

    def _comes_before(self, of: Variable, wrt: Variable, facts: Facts) -> bool:
        """Causality: what stands at an earlier index does not depend on what stands at a later one."""
        if not (isinstance(of, Element) and isinstance(wrt, Element)):
            return False
        return entails(facts, sp.Lt(of.index, wrt.index))

    def _through_equation(self, of: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """Dz/dw through every quantity of z's own equation; sums over time are split at the index of w."""
        keep = wrt if self.recurrence.role(wrt) is Role.INTERMEDIATE else None
        moved = self.movement(of, keep)
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
        variable, low, high = mono.ranges[0]
        bare = Monomial(mono.shape, mono.factors, mono.coefficient)
        local = jacobian_of(bare, quantity)
        pieces: list[MatrixExpr] = []
        for start, end in self._split(low, high, wrt, facts):
            at = quantity
            if start == end:  # one value of the index: put it in, so that names can be seen to be the same
                at = quantity.xreplace({variable: start})
            inside = (*facts, sp.Ge(variable, start), sp.Le(variable, end))
            inner = self._inner(at, wrt, inside)
            if inner is None:
                return None
            pieces.append(MatrixSum(sp.MatMul(local, inner), variable, start, end))
        return sp.MatAdd(*pieces)

    def _split(self, low: sp.Expr, high: sp.Expr, wrt: Variable, facts: Facts) -> list[tuple[sp.Expr, sp.Expr]]:
        """Split a range at the index of what is differentiated by, when that lies inside it."""
        if isinstance(wrt, Element):
            at = wrt.index
            if entails(facts, sp.Le(low, at)) and entails(facts, sp.Le(at, high)):
                if self.recurrence.role(wrt) is Role.STATE:
                    return [(low, at - 1), (at, high)]
                return [(low, at - 1), (at, at), (at + 1, high)]
        return [(low, high)]

    def _inner(self, quantity: Variable, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        if self._are_same(quantity, wrt):
            return sp.Identity(dimension(wrt))
        if self._is_constant(quantity) and not self._may_be_same(quantity, wrt, facts):
            return sp.ZeroMatrix(dimension(quantity), dimension(wrt))
        return self.total(quantity, wrt, facts)

    # -- the linear difference equation --------------------------------------------------------------------------

    def _local(self, name: str) -> tuple[Movement, sp.Symbol, Variable, Variable]:
        """Movement of a state at a fresh index; refuses what is not a first-order recurrence in one state.

        Raises:
            ProofError: when several states are coupled, or one reaches back further than one step.
        """
        definition = self.recurrence.definition(name)
        if definition is None:
            raise ProofError(f"{name} is not defined")
        index = sp.Dummy("i", integer=True)
        current, previous = (definition.sequence.at(at) for at in (index, index - 1))
        moved = self.movement(current)
        for quantity in moved.by:
            if quantity != previous and isinstance(quantity, Element) and not self._is_constant(quantity):
                raise ProofError(
                    f"{current} depends on {quantity}: the checker unrolls one first-order state at a time"
                )
        return moved, index, current, previous

    def _state(self, of: Element, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """A state's Jacobian by the linear difference equation, whose premise is checked at a symbolic index."""
        definition = self.recurrence.definition(of.name)
        assert definition is not None  # the caller looked at its role
        moved, index, current, previous = self._local(of.name)
        step = moved.jacobian(previous)
        across = dimension(wrt)
        start: sp.Expr = wrt.index if isinstance(wrt, Element) else sp.Integer(definition.first - 1)
        if not entails(facts, sp.Ge(of.index, start)):
            return None
        at_start = definition.sequence.at(start)
        initial: MatrixExpr | None = sp.ZeroMatrix(dimension(at_start), across)
        forcing: MatrixExpr = sp.ZeroMatrix(dimension(current), across)
        if not isinstance(wrt, Element):
            forcing = moved.jacobian(wrt)
        elif wrt.name == of.name:
            initial = sp.Identity(across) if entails(facts, sp.Ge(start, definition.first - 1)) else None
        elif self._used_at_own_index_only(wrt, moved, index) and self.defined(at_start, facts):
            initial = self.immediate(at_start, wrt, facts)
        else:
            initial = None
        return None if initial is None else self._solved(step, forcing, initial, index, start, of)

    def _used_at_own_index_only(self, wrt: Element, moved: Movement, index: sp.Symbol) -> bool:
        if self.recurrence.role(wrt) is Role.INTERMEDIATE:
            return True
        uses = [q for q in moved.by if isinstance(q, Element) and q.name == wrt.name]
        return all(same(q.index, index) for q in uses)

    def _solved(
        self,
        step: MatrixExpr,
        forcing: MatrixExpr,
        initial: MatrixExpr,
        index: sp.Symbol,
        start: sp.Expr,
        of: Element,
    ) -> MatrixExpr:
        """The right side of the theorem with A, B and the initial value of this recurrence."""
        self.used.add("linear difference equation (induction)")
        proof = linear_difference()
        right = proof.claim[1].xreplace({proof.variable: of.index, proof.start: start})
        return instantiate(
            right,
            {
                "A": lambda at: step.xreplace({index: at}),
                "B": lambda at: forcing.xreplace({index: at}),
                "X": lambda at: initial,
            },
        )

    # -- differentials ---------------------------------------------------------------------------------------------

    def _moves_freely(self, quantity: Variable) -> bool:
        return any(self._are_same(quantity, v) for v in self.varying)

    def _differentials(self, moved: Movement, facts: Facts, deep: bool) -> MatrixExpr | None:
        parts: list[MatrixExpr] = [sp.ZeroMatrix(*moved.shape)]
        for quantity in moved.by:
            if self._moves_freely(quantity) or not (deep or self._is_constant(quantity)):
                parts.append(moved.part(quantity))
            elif not self._is_constant(quantity):
                inner = rewrite(moved.part(quantity), self._differential_node, facts)
                parts.append(inner)
        return sp.MatAdd(*parts)

    def _one_differential(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        if not isinstance(node, Differential) or self._moves_freely(node.of):
            return None
        if self.given(node.of, facts):
            return sp.ZeroMatrix(*node.shape)
        return self._differentials(self.movement(node.of), facts, False) if self.defined(node.of, facts) else None

    def _differential_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """A differential in terms of those that are free, by the linear difference equation for a state."""
        if not isinstance(node, Differential) or self._moves_freely(node.of):
            return None
        of = node.of
        if self.given(of, facts):
            return sp.ZeroMatrix(*node.shape)
        if isinstance(of, Element) and self.recurrence.role(of) is Role.STATE:
            definition = self.recurrence.definition(of.name)
            assert definition is not None  # it has a role
            start = sp.Integer(definition.first - 1)
            if of.cols != 1 or not entails(facts, sp.Ge(of.index, start)):
                return None
            moved, index, _, previous = self._local(of.name)
            free = [moved.part(q) for q in moved.by if q != previous and self._moves_freely(q)]
            if any(isinstance(v, Element) and not self._is_initial(v, definition.first) for v in self.varying):
                return None
            forcing = sp.MatAdd(sp.ZeroMatrix(*of.shape), *free)
            at_start = definition.sequence.at(start)
            initial = Differential(at_start) if self._moves_freely(at_start) else sp.ZeroMatrix(*at_start.shape)
            return self._solved(moved.jacobian(previous), forcing, initial, index, start, of)
        return self._differentials(self.movement(of), facts, True) if self.defined(of, facts) else None

    def _is_initial(self, variable: Element, first: int) -> bool:
        return self.recurrence.role(variable) is Role.STATE and variable.index == first - 1

    def _gradient_or_total(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        return self._gradient_node(node, facts) if isinstance(node, Gradient) else self._total_node(node, facts)

    # -- gradients ---------------------------------------------------------------------------------------------------

    def _gradient_node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """The gradient G of a scalar: vec(G)ᵀ is its Jacobian, and bᵀ ⊗ aᵀ = vec(a bᵀ)ᵀ."""
        if not isinstance(node, Gradient):
            return None
        jacobian = self.total(node.of, node.wrt, facts)
        if jacobian is None:
            return None
        parts: list[MatrixExpr] = [sp.ZeroMatrix(*node.shape)]
        for mono in monomials(jacobian):
            part = unvec(mono, node.wrt)
            if part is None:
                return None
            parts.append(part)
        return sp.MatAdd(*parts)


def unvec(mono: Monomial, wrt: Variable) -> MatrixExpr | None:
    """The matrix a bᵀ of a row monomial bᵀ ⊗ aᵀ; for a column variable, the transposed row."""
    rows, cols = wrt.shape
    if cols == 1 or rows == 1:
        chain = transposed(mono.factors) if cols == 1 else mono.factors
        shape = (rows, cols)
    elif len(mono.factors) == 1 and isinstance(mono.factors[0], sp.KroneckerProduct):
        b_row, a_row = mono.factors[0].args
        if b_row.rows != 1 or a_row.rows != 1 or not same(a_row.cols, rows) or not same(b_row.cols, cols):
            return None
        chain = (*transposed(factors_of(a_row)), *factors_of(b_row))
        shape = (rows, cols)
    else:
        return None
    return Monomial(shape, (chain_term(chain, shape[0]),), mono.coefficient, mono.ranges).term()


def affine_parts(body: MatrixExpr, variable: Element) -> tuple[MatrixExpr, MatrixExpr] | None:
    """Split a column ``body = A · variable + B`` with A and B free of the variable; None when it is not of that form."""
    factor: list[MatrixExpr] = [sp.ZeroMatrix(body.rows, variable.rows)]
    rest: list[MatrixExpr] = [sp.ZeroMatrix(*body.shape)]
    marker = Differential(variable)
    for mono in (freed_chain(m) for m in monomials(body.xreplace({variable: marker}))):
        if not any(part.has(marker) for part in (mono.coefficient, *mono.factors)):
            rest.append(mono.term())
        elif mono.factors and mono.factors[-1] == marker and not mono.coefficient.has(marker):
            chain = mono.factors[:-1]
            if any(part.has(marker) for part in chain):
                return None
            factor.append(Monomial((body.rows, variable.rows), chain, mono.coefficient, mono.ranges).term())
        else:
            return None
    return sp.MatAdd(*factor), sp.MatAdd(*rest)
