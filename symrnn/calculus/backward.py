"""The backward pass of a recurrence as equations: the error of every state, and the gradients that come of them.

With the error dL/dx_t of each state x, the chain rule along the edges that leave x_t gives the recursion

    dL/dx_t = (what L sees of x_t) + Σ_v dL/dv ∂⁺v/∂⁺x_t over the quantities v at t and t + 1 whose equation uses x_t.

Source: Werbos (1990), Backpropagation through time: what it does and how to do it, eqs. (4) to (8); Rumelhart, Hinton
and Williams (1986). What is written here is a proposal, which the checker proves for every t.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn import late
from symrnn.calculus.differential import added
from symrnn.calculus.edges import Edges, Region, Term, is_before
from symrnn.calculus.jacobians import LOCAL, conditions
from symrnn.derivation.statement import AllOf, Equation
from symrnn.derivation.steps import Derivation, Step
from symrnn.derivation.verdict import Verdict
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Gradient, MatrixSum, TotalJacobian, Variable
from symrnn.recurrence import Definition, Recurrence, Role

BACKWARD = "backward recursion"
"""Name of the rule: an error is the sum over the edges that leave a quantity."""


@dataclass(frozen=True)
class Summed:
    """Terms of a gradient over one range of the index: Σ_{t=low}^{high} term.

    Args:
        term: the summand.
        index: t.
        low, high: the range; None for a term that stands alone.
    """

    term: Term
    index: sp.Symbol
    low: sp.Expr | None
    high: sp.Expr | None

    def over(self, body: MatrixExpr) -> MatrixExpr:
        """A body summed over the range."""
        return body if self.low is None else MatrixSum(body, self.index, self.low, self.high)


@dataclass(frozen=True)
class ErrorStep:
    """The error of one quantity over one range of the index.

    Args:
        quantity: x at the index.
        terms: what arrives, in the order of the edges.
        derivation: dL/dx = Σ terms, by name and then written out, for the range.
    """

    quantity: Element
    terms: tuple[Term, ...]
    derivation: Derivation

    @property
    def equation(self) -> Equation:
        """The error with immediate Jacobians by name."""
        first = self.derivation.steps[0]
        return Equation(first.before, first.after, self.derivation.where)


@dataclass(frozen=True)
class Backward:
    """The backward pass of a recurrence for one total, as data and as derivations.

    Args:
        recurrence: the definitions.
        of: the total L.

    Raises:
        UnknownTermError: for something else than a total, and for one whose summands end at different indices.
        NotDifferentiableError: for an activation with kinks and no convention.

    >>> from symrnn.cells import LSTM
    >>> lstm = LSTM()
    >>> back = lstm.backward(of=lstm.L)
    >>> [step.quantity for step in back.recursion]                  # in the order in which a program computes them
    [h[t], c[t]]
    >>> back.recursion[1].equation
    d L/d c[t] = d L/d c[t + 1]*d+ c[t + 1]/d+ c[t] + d L/d h[t]*d+ h[t]/d+ c[t]  for t >= 1, t <= T - 1
    >>> back.jacobian(lstm.U_f).steps[0].after
    Sum(d L/d c[t]*d+ c[t]/d+ U_f, (t, 1, T))
    >>> print(back.recursion[1].derivation.verify().kind)
    PROVED
    """

    recurrence: Recurrence
    of: MatrixSymbol

    def __post_init__(self) -> None:
        if self.of not in self.recurrence.totals:
            known = ", ".join(total.name for total in self.recurrence.totals) or "none"
            raise UnknownTermError(
                f"{self.of} is no total of the {self.recurrence.name}", advice=f"its totals are: {known}"
            )
        self.recurrence.require_differentiable()

    @cached_property
    def edges(self) -> Edges:
        """The graph along which the errors run."""
        return Edges(self.recurrence, self.of)

    # -- errors ------------------------------------------------------------------------------------------------

    @property
    def start(self) -> tuple[ErrorStep, ...]:
        """The errors at the last index, where nothing arrives from later ones."""
        return self._steps[0]

    @property
    def recursion(self) -> tuple[ErrorStep, ...]:
        """The errors before the last index, in the order in which they are computed; later ranges first."""
        return tuple(step for steps in self._steps[1:-1] for step in steps)

    @property
    def initial(self) -> tuple[ErrorStep, ...]:
        """The errors of the initial states."""
        return self._steps[-1]

    @property
    def errors(self) -> tuple[ErrorStep, ...]:
        """All errors, in the order in which a program computes them."""
        return (*self.start, *self.recursion, *self.initial)

    @cached_property
    def _steps(self) -> list[tuple[ErrorStep, ...]]:
        """The errors in each region, from the last index backwards."""
        out = []
        for region in self.edges.regions:
            found = (self._step(node, region) for node in self.edges.nodes)
            out.append(tuple(step for step in found if step is not None))
        return out

    def _step(self, node: Definition, region: Region) -> ErrorStep | None:
        """The error of a node in a region; None where it has none, or where its weight stands in its place."""
        is_state = node.role is Role.STATE
        if not is_state and not self.edges.is_live(node, region):
            return None
        if is_before(region.at, node.first - 1) or self.edges.weight(node, region, region.at) is not None:
            return None
        quantity = node.sequence.at(region.at)
        return self._error_step(quantity, self.edges.arriving(quantity, region), region.where)

    def _error_step(self, quantity: Element, terms: tuple[Term, ...], where: tuple[Relational, ...]) -> ErrorStep:
        start, reason = TotalJacobian(self.of, quantity), f"along every edge that leaves {quantity}"
        named = added(start.shape, [term.named for term in terms])
        written = added(start.shape, [term.written for term in terms])
        return ErrorStep(quantity, terms, self._derivation(start, named, written, where, reason))

    def _derivation(
        self,
        start: MatrixExpr,
        named: MatrixExpr,
        written: MatrixExpr,
        where: tuple[Relational, ...],
        reason: str,
    ) -> Derivation:
        steps = Derivation(self.recurrence, (Step(start, named, BACKWARD, reason),), where)
        return steps if written == named else steps.then(written, LOCAL, "the Jacobians of one step")

    def error(self, wrt: Element) -> ErrorStep:
        """The error of one element as it stands in the recursion; or of an input, or an untied parameter, at t.

        Raises:
            UnknownTermError: for another quantity or index, and for an input that enters at another index too.
        """
        if self.recurrence.role(wrt) is not None:
            for step in (*self.recursion, *self.start, *self.initial):
                if step.quantity == wrt:
                    return step
            known = ", ".join(str(step.quantity) for step in self.errors)
            raise UnknownTermError(f"the backward recursion says nothing of {wrt}", advice=f"its errors: {known}")
        self._require_given(wrt)
        if wrt.index != self.edges.index:
            raise UnknownTermError(f"the error of {wrt} is derived at the index {self.edges.index} only")
        self.edges.require_at_own_index(wrt)
        first = max(self.edges.first, self.recurrence.first_index(wrt.name) or 0)
        where = conditions(wrt.index >= first, wrt.index <= self.edges.end, *self.edges.known)
        terms: list[Term] = []
        for node, window in self.edges.users(wrt):
            if window.low != first:
                raise UnknownTermError(f"{wrt} enters {node.sequence.name}, which has an error at some indices only")
            terms += self.edges.along(node, wrt.index, wrt, window.region)
        return self._error_step(wrt, tuple(terms), where)

    # -- gradients ---------------------------------------------------------------------------------------------

    def summed(self, wrt: MatrixSymbol) -> tuple[Summed, ...]:
        """The terms of the derivative by a parameter, each with the range over which it is summed.

        Raises:
            UnknownTermError: for a quantity that is no parameter.
        """
        self._require_given(wrt)
        found: list[Summed] = []
        for sight in self.edges.sights:
            if sight.quantity == wrt:
                part = sight.part
                term = Term(self.of, None, part.jacobian(), part.jacobian(), (part,))
                found.append(Summed(term, sight.index or self.edges.index, sight.low, sight.high))
        for node, window in self.edges.users(wrt):
            alone = window.low == window.high
            at = window.high if alone else self.edges.index
            low, high = (None, None) if alone else (window.low, window.high)
            terms = self.edges.along(node, at, wrt, window.region)
            found += [Summed(term, self.edges.index, low, high) for term in terms]
        return tuple(found)

    def jacobian(self, wrt: Variable) -> Derivation:
        """DL/dW = Σ_t Σ_v dL/dv_t ∂⁺v_t/∂⁺W for a parameter; for one element, its error.

        Raises:
            UnknownTermError: for a quantity that is neither a parameter nor an input nor a node.
        """
        if isinstance(wrt, Element):
            return self.error(wrt).derivation
        start, summed = TotalJacobian(self.of, wrt), self.summed(wrt)
        named = added(start.shape, [part.over(part.term.named) for part in summed])
        written = added(start.shape, [part.over(part.term.written) for part in summed])
        reason = f"along every edge that leaves {wrt}, at each {self.edges.index}"
        return self._derivation(start, named, written, self._where(), reason)

    def gradient(self, wrt: Variable) -> Derivation:
        """The gradient, in the shape of W: Σ_t Σ_v Aᵀ δ_t Bᵀ over the places at which W stands as A W B.

        Raises:
            UnknownTermError: as for the Jacobian, and for a matrix that a generic function looks at.
        """
        start = Gradient(self.of, wrt)
        if isinstance(wrt, Element):
            step = self.error(wrt)
            parts = [part for term in step.terms for part in term.gradient()]
            where = step.derivation.where
        else:
            summed = self.summed(wrt)
            parts = [each.over(part) for each in summed for part in each.term.gradient()]
            where = self._where()
        if any(part.shape != start.shape for part in parts):
            raise UnknownTermError(f"the gradient by {wrt} of a generic function cannot be written as a matrix")
        reason = "a summand A dX B of the differential gives Aᵀ δ Bᵀ, with δ the transposed error"
        return Derivation(self.recurrence, (Step(start, added(start.shape, parts), BACKWARD, reason),), where)

    def _where(self) -> tuple[Relational, ...]:
        """From which last index on a gradient has its terms: from an empty sum on, or from the first step on."""
        alone = any(self.edges.is_once(sight) for sight in self.edges.sights)
        first = self.edges.first - (not alone)
        if self.edges.end in self.edges.divisors:
            first = max(first, 1)
        return conditions(self.edges.end >= first, *self.edges.known)

    def _require_given(self, wrt: Variable) -> None:
        given = (*self.recurrence.parameters, *self.recurrence.inputs)
        if getattr(wrt, "name", None) not in {quantity.name for quantity in given}:
            raise UnknownTermError(f"{wrt} is neither a parameter nor an input of the {self.recurrence.name}")

    # -- all of it ---------------------------------------------------------------------------------------------

    def derivations(self) -> tuple[Derivation, ...]:
        """Errors, then the Jacobians by all parameters, then the errors of the inputs."""
        given = (*self.recurrence.parameters, *self.recurrence.inputs)
        wrts = (q if isinstance(q, MatrixSymbol) else q.at(self.edges.index) for q in given)
        return (*(step.derivation for step in self.errors), *(self.jacobian(wrt) for wrt in wrts))

    def equations(self) -> tuple[Equation, ...]:
        """What the derivations say, with immediate Jacobians by name."""
        return tuple(Equation(d.start, d.steps[0].after, d.where) for d in self.derivations())

    def verify(self) -> dict[str, Verdict]:
        """The verdict of the checker on each of them, by what it is about and where."""
        return {_about(derivation): derivation.verify() for derivation in self.derivations()}

    def latex(self, notation: str | late.Notation = "lecture") -> str:
        """The equations in LaTeX, one below the other."""
        return late.statement_latex(AllOf(self.equations()), notation)

    def __str__(self) -> str:
        """The equations as plain text, one on each line."""
        return "\n".join(map(late.equation_text, self.equations()))


def _about(derivation: Derivation) -> str:
    where = ", ".join(map(str, derivation.where))
    return f"{derivation.start} for {where}" if where else str(derivation.start)


def backward_pass(recurrence: Recurrence, of: MatrixSymbol | None = None) -> Backward:
    """The backward pass for a total; by default for the only one.

    Raises:
        UnknownTermError: when there is not exactly one total, and as for :class:`Backward`.

    >>> from symrnn.cells import Elman
    >>> print(backward_pass(Elman()).start[1].equation)
    d L/d h[T] = d L/d y[T]*d+ y[T]/d+ h[T]  for T >= 1
    """
    if of is None:
        if len(recurrence.totals) != 1:
            raise UnknownTermError(f"the {recurrence.name} has {len(recurrence.totals)} totals", advice="name one")
        of = next(iter(recurrence.totals))
    return Backward(recurrence, of)
