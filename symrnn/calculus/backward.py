"""The backward pass of a recurrence as equations: the error of every state, and the gradients that come of them.

With the error dL/dx_t of each state x, the chain rule along the edges that leave x_t gives the recursion

    dL/dx_t = (what L sees of x_t) + Σ_v dL/dv ∂⁺v/∂⁺x_t over the quantities v at t and t + 1 whose equation uses x_t.

Source: Werbos (1990), Backpropagation through time: what it does and how to do it, eqs. (4) to (8); Rumelhart, Hinton
and Williams (1986). What is written here is a proposal, which the checker proves for every t.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn import late
from symrnn.calculus.differential import added
from symrnn.calculus.edges import Edges, Region, Summed, Term, is_before, is_state
from symrnn.calculus.jacobians import LOCAL
from symrnn.calculus.seams import exists, strands
from symrnn.derivation.statement import AllOf, Equation
from symrnn.derivation.steps import Derivation, Step
from symrnn.derivation.verdict import Verdict
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Gradient, TotalJacobian, Variable
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence

APART = "give the parts inputs of their own"

BACKWARD = "backward recursion"
"""Name of the rule: an error is the sum over the edges that leave a quantity."""


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

    Where a quantity is a row or a matrix, errors are gradients in the shape of their quantities.

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
                f"{self.of} is not a total of the {self.recurrence.name}", advice=f"its totals are: {known}"
            )
        self.recurrence.require_differentiable()

    @property
    def edges(self) -> Edges:
        """The graph along which the errors run, as far as the total sees it at indices of its own."""
        return self.strands[0]

    @cached_property
    def strands(self) -> tuple[Edges, ...]:
        """All parts of that graph: a decoder, then the encoder that it begins with, with a last index of its own."""
        return strands(self.recurrence, self.of)

    # -- errors ------------------------------------------------------------------------------------------------

    @property
    def start(self) -> tuple[ErrorStep, ...]:
        """The errors at the last index, where nothing arrives from later ones."""
        return tuple(step for edges, region, step in self._steps if region.low == edges.end)

    @property
    def recursion(self) -> tuple[ErrorStep, ...]:
        """The errors before the last index, in the order in which they are computed; later ranges first."""
        known = ((step, region, edges) for edges, region, step in self._steps if region.low != edges.end)
        return tuple(step for step, region, edges in known if not is_before(region.high, edges.first))

    @property
    def initial(self) -> tuple[ErrorStep, ...]:
        """The errors of the initial states."""
        return tuple(step for edges, region, step in self._steps if is_before(region.high, edges.first))

    @property
    def errors(self) -> tuple[ErrorStep, ...]:
        """All errors, in the order in which a program computes them; what reads a mirrored index comes before all."""
        return tuple(step for _, _, step in self._steps)

    @cached_property
    def _steps(self) -> list[tuple[Edges, Region, ErrorStep]]:
        """The errors in each region, from the last index backwards; a weight stands in the place of some."""
        return [found for edges in self.strands for found in self._steps_of(edges)]

    def _steps_of(self, edges: Edges) -> Iterator[tuple[Edges, Region, ErrorStep]]:
        if not edges.nodes:
            return
        arrivals = {node: edges.arriving(node.sequence.at(edges.index)) for node in edges.nodes}
        states = {node: (sp.Integer(node.sequence.first), edges.end) for node in edges.nodes if is_state(node)}
        everywhere = (sp.Integer(edges.first), edges.end), (edges.end, edges.end)
        for region in edges.regions(chain(*arrivals.values()), *everywhere, *states.values()):
            for node in edges.nodes:
                terms = edges.terms(arrivals[node], region)
                exists = terms or (node in states and not is_before(region.high, node.sequence.first))
                if exists and not edges.is_weighted(node):
                    yield edges, region, self._error_step(node.sequence.at(region.at), terms, region.where)

    def _error_step(self, quantity: Element, terms: tuple[Term, ...], where: tuple[Relational, ...]) -> ErrorStep:
        if self.has_matrices:
            parts = [part for term in terms for part in term.gradient()]
            return ErrorStep(quantity, terms, self._in_shape(quantity, parts, where))
        start, reason = TotalJacobian(self.of, quantity), Sentence(f"along every edge that leaves ${quantity}$")
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
        steps = self.errors_of(wrt)
        for step in steps:
            if step.quantity == wrt:
                return step
        known = " and ".join(dict.fromkeys(f"the index {step.quantity.index}" for step in steps))
        raise UnknownTermError(f"the error of {wrt} is derived at {known} only")

    def errors_of(self, given: Element) -> tuple[ErrorStep, ...]:
        """The errors of an input, or of a parameter of one step, over all indices from the last one backwards."""
        at = given.xreplace({given.index: self.edges.index})
        read = [edges for edges in self.strands if edges.arriving(at)]
        if len(read) > 1:
            raise UnknownTermError(f"{given.name} enters at indices that count different steps", advice=APART)
        edges = read[0] if read else self.edges
        arrivals, found = edges.arriving(at), []
        first = sp.Integer(max(edges.first, self.recurrence.first_index(given.name) or 0))
        for region in edges.regions(arrivals, (first, edges.end)):
            quantity, terms = at.xreplace({edges.index: region.at}), edges.terms(arrivals, region)
            found.append(self._error_step(quantity, terms, region.where))
        return tuple(found)

    # -- gradients ---------------------------------------------------------------------------------------------

    def summed(self, wrt: MatrixSymbol) -> tuple[Summed, ...]:
        """The terms of the derivative by a parameter, each with the range over which it is summed.

        Raises:
            UnknownTermError: for a quantity that is not a parameter.
        """
        self._require_given(wrt)
        arriving = (each for edges in self.strands for each in edges.arriving(wrt))
        return tuple(each.alone() if each.low == each.high else each for each in arriving)

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
        reason = Sentence(f"along every edge that leaves ${wrt}$, at each ${self.edges.index}$")
        return self._derivation(start, named, written, self._where(wrt), reason)

    def gradient(self, wrt: Variable) -> Derivation:
        """The gradient, in the shape of W: Σ_t Σ_v Aᵀ δ_t Bᵀ over the places at which W stands as A W B.

        Raises:
            UnknownTermError: as for the Jacobian, and for a matrix that a generic function looks at.
        """
        if isinstance(wrt, Element):
            step = self.error(wrt)
            parts = [part for term in step.terms for part in term.gradient()]
            where = step.derivation.where
        else:
            summed = self.summed(wrt)
            parts = [each.over(part) for each in summed for part in each.term.gradient()]
            where = self._where(wrt)
        return self._in_shape(wrt, parts, where)

    def _in_shape(self, wrt: Variable, parts: list[MatrixExpr], where: tuple[Relational, ...]) -> Derivation:
        """The gradient as a sum of matrices in the shape of what is differentiated by."""
        if self.has_matrices:
            errors = {row for part in parts for row in part.atoms(TotalJacobian)}
            parts = [part.xreplace({sp.Transpose(row): Gradient(row.of, row.wrt) for row in errors}) for part in parts]
            reason = Sentence("a summand $A dX B$ of the differential gives $Aᵀ δ Bᵀ$, with $δ$ the gradient there")
        else:
            reason = Sentence("a summand $A dX B$ of the differential gives $Aᵀ δ Bᵀ$, with $δ$ the transposed error")
        start = Gradient(self.of, wrt)
        return Derivation(self.recurrence, (Step(start, added(start.shape, parts), BACKWARD, reason),), where)

    def _where(self, wrt: MatrixSymbol) -> tuple[Relational, ...]:
        """From which last indices on a gradient has its terms."""
        read = [edges for edges in self.strands[1:] if edges.arriving(wrt)]
        return tuple(dict.fromkeys(condition for edges in (self.edges, *read) for condition in exists(edges)))

    @property
    def has_matrices(self) -> bool:
        """Whether errors are written in the shape of their quantities, since one is a row or a matrix."""
        return any(edges.has_matrices for edges in self.strands)

    def _require_given(self, wrt: Variable) -> None:
        given = (*self.recurrence.parameters, *self.recurrence.inputs)
        if getattr(wrt, "name", None) not in {quantity.name for quantity in given}:
            raise UnknownTermError(f"{wrt} is neither a parameter nor an input of the {self.recurrence.name}")

    # -- all of it ---------------------------------------------------------------------------------------------

    def derivations(self) -> tuple[Derivation, ...]:
        """Errors, then the Jacobians by all parameters, then the errors of the inputs."""
        given = (*self.recurrence.parameters, *self.recurrence.inputs)
        found = [step.derivation for step in self.errors]
        for quantity in given:
            if isinstance(quantity, MatrixSymbol):
                found.append(self.gradient(quantity) if self.has_matrices else self.jacobian(quantity))
            else:
                found += [step.derivation for step in self.errors_of(quantity.at(self.edges.index))]
        return tuple(found)

    def equations(self) -> tuple[Equation, ...]:
        """What the derivations say, with immediate Jacobians by name."""
        return tuple(Equation(d.start, d.steps[0].after, d.where) for d in self.derivations())

    def verify(self) -> dict[str, Verdict]:
        """The verdict of the checker on each of them, by what it is about and where."""
        return {_about(derivation): derivation.verify() for derivation in self.derivations()}

    def latex(self, notation: str | late.Notation = "lecture") -> str:
        """The equations in LaTeX, one below the other."""
        return late.statement_latex(AllOf(self.equations()), notation)

    def _repr_latex_(self) -> str:
        return late.displayed(self.latex)

    def __repr__(self) -> str:
        """What is passed back, and where the equations are to be seen."""
        return f"<Backward pass of {self.of} through the {self.recurrence.name}; print it for its equations>"

    def __str__(self) -> str:
        """The equations as plain text, one on each line."""
        return "\n".join(map(late.equation_text, self.equations()))


def _about(derivation: Derivation) -> str:
    where = ", ".join(map(str, derivation.where))
    return f"{derivation.start} for {where}" if where else str(derivation.start)


def backward_pass(recurrence: Recurrence, of: MatrixSymbol | None = None) -> Backward:
    """The backward pass for a total; by default for the one of which no other is made.

    Raises:
        UnknownTermError: when there are several such totals or none, and as for :class:`Backward`.

    >>> from symrnn.cells import Elman
    >>> print(backward_pass(Elman()).start[1].equation)
    d L/d h[T] = d L/d y[T]*d+ y[T]/d+ h[T]  for T >= 1
    """
    return Backward(recurrence, recurrence.outermost_total if of is None else of)
