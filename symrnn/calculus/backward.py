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
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.calculus.differential import added
from symrnn.calculus.identification import Around
from symrnn.calculus.jacobians import LOCAL, conditions
from symrnn.calculus.paths import Path, Sight, paths, sights, times
from symrnn.derivation.statement import AllOf, Equation
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, Gradient, MatrixSum, TotalJacobian, Variable, dimension
from symrnn.late import late
from symrnn.recurrence import Definition, Recurrence, Role

BACKWARD = "backward recursion"
"""Name of the rule: an error is the sum over the edges that leave a quantity."""


@dataclass(frozen=True)
class Term:
    """One summand of an error: what arrives along one edge.

    Args:
        through: the quantity v that uses the one whose error this is; the total itself where that sees it.
        error: dL/dv as a row, written out where it is a number; None for 1, and where v is the total.
        immediate: ∂⁺v/∂⁺x by name; what the total sees of x, where v is the total.
        local: the same written out.
        parts: one ``A dX B`` for each place at which x stands in the equation of v.
    """

    through: Variable
    error: MatrixExpr | None
    immediate: MatrixExpr
    local: MatrixExpr
    parts: tuple[Around, ...]

    @property
    def named(self) -> MatrixExpr:
        """The summand with the immediate Jacobian by name."""
        return times(self.error, self.immediate)

    @property
    def written(self) -> MatrixExpr:
        """The summand with the local Jacobian written out."""
        return times(self.error, self.local)

    def gradient(self) -> list[MatrixExpr]:
        """Aᵀ δ Bᵀ for each place, with δ = (dL/dv)ᵀ."""
        outer = sp.Identity(1) if self.error is None else sp.Transpose(self.error)
        return [part.gradient(outer) for part in self.parts]


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
class Region:
    """Where the same edges arrive: low <= t <= high, or one index."""

    at: sp.Expr
    low: sp.Expr
    high: sp.Expr
    where: tuple[Relational, ...]


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
    d L/d c[t] = d L/d h[t]*d+ h[t]/d+ c[t] + d L/d c[t + 1]*d+ c[t + 1]/d+ c[t]  for t >= 1, t <= T - 1
    >>> back.jacobian(lstm.U_f).steps[0].after
    Sum(d L/d c[t]*d+ c[t]/d+ U_f, (t, 1, T))
    >>> print(back.recursion[1].derivation.verify())
    PROVED: backward recursion + induction (backward recursion) + normal form
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

    # -- what runs backwards -----------------------------------------------------------------------------------

    @property
    def index(self) -> sp.Symbol:
        """The index of the recurrence, t."""
        return self.recurrence.index

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What the total sees."""
        return tuple(sights(self.recurrence, self.of))

    @cached_property
    def end(self) -> sp.Expr:
        """The last index that the total sees, such as T."""
        ends = {sp.expand(sight.high) for sight in self.sights if sight.high is not None}
        if len(ends) != 1:
            found = ", ".join(map(str, sorted(ends, key=str))) or "none"
            raise UnknownTermError(f"the last index that {self.of} sees has to be one, but there are: {found}")
        return next(iter(ends))

    @cached_property
    def nodes(self) -> tuple[Definition, ...]:
        """States and outputs on which the total depends, what is computed last at one index first."""
        names = list(dict.fromkeys(s.quantity.name for s in self.sights if isinstance(s.quantity, Element)))
        for name in names:
            names += [uses.name for _, uses in self._uses(name) if uses.name not in names]
        known = {name: self.recurrence.definition(name) for name in names}
        return tuple(self._ordered({name: d for name, d in known.items() if d is not None}))

    def _ordered(self, known: dict[str, Definition]) -> Iterator[Definition]:
        """Users before what they use at the same index; otherwise the order of the definitions."""
        listed = [d.sequence.name for d in self.recurrence.definitions if d.sequence.name in known]
        pending = sorted(known, key=lambda name: (known[name].role is Role.STATE, listed.index(name)))
        while pending:
            used = {uses.name for name in pending for lag, uses in self._uses(name) if lag == 0}
            name = next(name for name in pending if name not in used)  # definitions at one index make no circle
            pending.remove(name)
            yield known[name]

    @cached_property
    def _paths(self) -> dict[str, list[Path]]:
        defined = self.recurrence.definitions
        return {d.sequence.name: paths(self.recurrence, d.sequence.at(self.index)) for d in defined}

    def _uses(self, name: str) -> list[tuple[int, Element]]:
        """Lags and elements of the defined sequences that an equation uses."""
        found = []
        for path in self._paths.get(name, []):
            if isinstance(path.uses, Element) and self.recurrence.role(path.uses) is not None:
                lag = int(sp.expand(self.index - path.uses.index))
                if lag > 1 or (lag and self.recurrence.role(path.uses) is not Role.STATE):
                    raise UnknownTermError(
                        f"{name} uses {path.uses}: only states are carried on, and by one step",
                        where=self.recurrence.name,
                    )
                found.append((lag, path.uses))
        return found

    # -- regions -----------------------------------------------------------------------------------------------

    @cached_property
    def first(self) -> int:
        """The first index at which the equations of the states hold."""
        return min(d.first for d in self.nodes)

    @cached_property
    def _breaks(self) -> list[sp.Expr]:
        """Where the sums begin that the total is made of, those of one summand left out."""
        lows = {sp.expand(s.low) for s in self.sights if s.low is not None} - {self.end}
        if len(lows) > 1 and not all(low.is_Integer for low in lows):
            raise UnknownTermError(f"the sums of {self.of} begin at {', '.join(map(str, lows))}, in no known order")
        return sorted(lows, key=sp.default_sort_key)

    def _regions(self) -> Iterator[Region]:
        """From the last index backwards: the end, what lies before it, and the states that are given."""
        t, end = self.index, self.end
        yield Region(end, end, end, conditions(end >= self.first))
        high, lows = end - 1, [low for low in self._breaks if (low > self.first) == sp.true or not low.is_number]
        for low in (*reversed(lows), sp.Integer(self.first)):
            yield Region(t, low, high, conditions(t >= low, t <= high))
            high = low - 1
        given = sp.Integer(self.first - 1)
        yield Region(given, given, given, conditions(end >= self.first))

    def _is_live(self, name: str, region: Region) -> bool:
        """Tell whether the total sees an output, or what is computed from it, in a region."""
        definition = self.recurrence.definition(name)
        if definition is None or _is_before(region.high, definition.first):
            return False
        if definition.role is Role.STATE:
            return name in {d.sequence.name for d in self.nodes}
        if any(sight.quantity.name == name and self._is_seen(sight, region) for sight in self.sights):
            return True
        users = (user for user in self.nodes if (0, name) in {(lag, e.name) for lag, e in self._uses(user.sequence.name)})
        return any(self._is_live(user.sequence.name, region) for user in users)

    def _is_seen(self, sight: Sight, region: Region) -> bool:
        if sight.low is None or isinstance(sight.quantity, MatrixSymbol):
            return False
        if sp.expand(sight.low - self.end) == 0:
            return region.at == self.end
        return not _is_before(region.low, sight.low)

    # -- errors ------------------------------------------------------------------------------------------------

    def _weight(self, name: str, region: Region, at: sp.Expr) -> MatrixExpr | None:
        """The error of a number that only the total looks at: its weight there, such as 1/T; None for any other."""
        seen = [s for s in self.sights if s.quantity.name == name and self._is_seen(s, region)]
        definition = self.recurrence.definition(name)
        assert definition is not None
        used = any(name == e.name for user in self.nodes for _, e in self._uses(user.sequence.name))
        if not seen or used or definition.role is Role.STATE or dimension(definition.sequence.at(at)) != 1:
            return None
        return added((sp.S.One, sp.S.One), [sight.at(at).jacobian() for sight in seen])

    def _error(self, name: str, region: Region, at: sp.Expr) -> MatrixExpr | None:
        """DL/dv for a quantity at an index, as a row; None for 1."""
        weight = self._weight(name, region, at)
        if weight is None:
            definition = self.recurrence.definition(name)
            assert definition is not None
            return TotalJacobian(self.of, definition.sequence.at(at))
        return None if weight == sp.Identity(1) else weight

    def terms(self, quantity: Element, region: Region) -> tuple[Term, ...]:
        """What arrives at a quantity in a region."""
        at = quantity.index
        found = []
        for sight in self.sights:
            if sight.quantity.name == quantity.name and self._is_seen(sight, region):
                part = sight.at(at)
                found.append(Term(self.of, None, part.jacobian(), part.jacobian(), (part,)))
        for user in self.nodes:
            for lag in (0, 1):
                if lag == 0 and not self._is_live(user.sequence.name, region) or lag and region.at == self.end:
                    continue
                if _is_before(at + lag, user.first):
                    continue
                found += self._along(user, at + lag, quantity, region)
        return tuple(found)

    def _along(self, user: Definition, at: sp.Expr, quantity: Variable, region: Region) -> Iterator[Term]:
        for path in paths(self.recurrence, user.sequence.at(at)):
            if path.uses == quantity:
                error = self._error(user.sequence.name, region, at)
                yield Term(user.sequence.at(at), error, path.immediate, path.local, path.parts)

    def _step(self, definition: Definition, region: Region) -> ErrorStep | None:
        """The error of a node in a region; None where it has none, or where its weight stands in its place."""
        quantity = definition.sequence.at(region.at)
        if not self._is_live(definition.sequence.name, region) and not _is_before(region.at, definition.first):
            return None
        if definition.role is not Role.STATE and self._weight(definition.sequence.name, region, region.at) is not None:
            return None
        terms = self.terms(quantity, region)
        reason = f"along every edge that leaves {quantity}"
        return ErrorStep(quantity, terms, self._derivation(TotalJacobian(self.of, quantity), terms, region.where, reason))

    def _derivation(
        self, start: MatrixExpr, terms: tuple[Term, ...], where: tuple[Relational, ...], reason: str
    ) -> Derivation:
        named = added(start.shape, [term.named for term in terms])
        written = added(start.shape, [term.written for term in terms])
        steps = Derivation(self.recurrence, (Step(start, named, BACKWARD, reason),), where)
        return steps if written == named else steps.then(written, LOCAL, "the Jacobians of one step")

    @cached_property
    def _steps(self) -> list[tuple[Region, tuple[ErrorStep, ...]]]:
        out = []
        for region in self._regions():
            given = _is_before(region.at, self.first)
            nodes = [d for d in self.nodes if not given or d.role is Role.STATE]
            found = (self._step(definition, region) for definition in nodes)
            out.append((region, tuple(step for step in found if step is not None)))
        return out

    @property
    def start(self) -> tuple[ErrorStep, ...]:
        """The errors at the last index, where nothing arrives from later ones."""
        return self._steps[0][1]

    @property
    def recursion(self) -> tuple[ErrorStep, ...]:
        """The errors before the last index, in the order in which they are computed; later ranges first."""
        return tuple(step for _, steps in self._steps[1:-1] for step in steps)

    @property
    def initial(self) -> tuple[ErrorStep, ...]:
        """The errors of the initial states."""
        return self._steps[-1][1]

    # -- gradients ---------------------------------------------------------------------------------------------

    def summed(self, wrt: Variable) -> tuple[Summed, ...]:
        """The terms of the derivative by a parameter, each with the range over which it is summed."""
        found: list[Summed] = []
        for sight in self.sights:
            if sight.quantity == wrt:
                term = Term(self.of, None, sight.part.jacobian(), sight.part.jacobian(), (sight.part,))
                found.append(Summed(term, sight.index or self.index, sight.low, sight.high))
        for node in self.nodes:
            for region, low in self._windows(node):
                at = region.at if low is None else self.index
                for term in self._along(node, at, wrt, region):
                    found.append(Summed(term, self.index, low, None if low is None else self.end))
        return tuple(found)

    def _windows(self, node: Definition) -> Iterator[tuple[Region, sp.Expr | None]]:
        """Where a node has an error: from which index on, in a region that stands for all; None for the end alone."""
        last, *between = [region for region, _ in self._steps[:-1]]
        live = [region for region in between if self._is_live(node.sequence.name, region)]
        weights = {self._weight(node.sequence.name, region, self.index) for region in (*live, last)}
        if len(weights) > 1 and live:
            raise UnknownTermError(f"the weight of {node.sequence.name} in {self.of} changes with the index")
        if live:
            yield live[0], max(live[-1].low, sp.Integer(node.first), key=lambda low: not low.is_number)
        elif self._is_live(node.sequence.name, last):
            yield last, None

    def jacobian(self, wrt: Variable) -> Derivation:
        """DL/dW = Σ_t Σ_v dL/dv_t ∂⁺v_t/∂⁺W for a parameter; for an input at an index, or a state, without the sum.

        Raises:
            UnknownTermError: for a quantity that is neither a parameter nor an input nor a state.
        """
        if isinstance(wrt, Element):
            return self.error(wrt).derivation
        self._require_given(wrt)
        start = TotalJacobian(self.of, wrt)
        summed = self.summed(wrt)
        named = added(start.shape, [s.over(s.term.named) for s in summed])
        written = added(start.shape, [s.over(s.term.written) for s in summed])
        reason = f"along every edge that leaves {wrt}, at each {self.index}"
        steps = Derivation(self.recurrence, (Step(start, named, BACKWARD, reason),), self._where())
        return steps if written == named else steps.then(written, LOCAL, "the Jacobians of one step")

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
            self._require_given(wrt)
            parts = [s.over(part) for s in self.summed(wrt) for part in s.term.gradient()]
            where = self._where()
        if any(part.shape != start.shape for part in parts):
            raise UnknownTermError(f"a generic function of the matrix {wrt} has no gradient that can be written")
        reason = "vec(A dX B) = (Bᵀ ⊗ A) vec dX: the gradient is Aᵀ δ Bᵀ"
        return Derivation(self.recurrence, (Step(start, added(start.shape, parts), BACKWARD, reason),), where)

    def error(self, wrt: Element) -> ErrorStep:
        """The error of a state, an output or an input at the index t, of an untied parameter, or of an initial state.

        Raises:
            UnknownTermError: for another quantity or index.
        """
        if self.recurrence.role(wrt) is not None:
            for step in (*self.recursion, *self.start, *self.initial):
                if step.quantity == wrt:
                    return step
            raise UnknownTermError(
                f"the backward recursion says nothing of {wrt}",
                advice=f"its errors are those of {', '.join(str(s.quantity) for s in self.errors)}",
            )
        self._require_given(wrt)
        if wrt.index != self.index:
            raise UnknownTermError(f"the error of {wrt} is derived at the index {self.index}")
        first = max(self.first, self.recurrence.first_index(wrt.name) or 0)
        _, *between = [region for region, _ in self._steps[:-1]]
        where = conditions(self.index >= first, self.index <= self.end)
        region = Region(self.index, between[0].low, self.end, where)
        terms = [term for node in self.nodes if self._windows_of_all(node) for term in self._along(node, self.index, wrt, region)]
        reason = f"along every edge that leaves {wrt}"
        return ErrorStep(wrt, tuple(terms), self._derivation(TotalJacobian(self.of, wrt), tuple(terms), where, reason))

    def _windows_of_all(self, node: Definition) -> bool:
        return any(low is not None for _, low in self._windows(node))

    def _where(self) -> tuple[Relational, ...]:
        return conditions(self.end >= self.first - 1)

    def _require_given(self, wrt: Variable) -> None:
        given = (*self.recurrence.parameters, *self.recurrence.inputs)
        if getattr(wrt, "name", None) not in {quantity.name for quantity in given}:
            raise UnknownTermError(f"{wrt} is neither a parameter nor an input of the {self.recurrence.name}")

    # -- all of it ---------------------------------------------------------------------------------------------

    @property
    def errors(self) -> tuple[ErrorStep, ...]:
        """All errors, in the order in which a program computes them."""
        return (*self.start, *self.recursion, *self.initial)

    def derivations(self) -> tuple[Derivation, ...]:
        """Errors, then the Jacobians by all parameters, then the errors of the inputs."""
        given = (*self.recurrence.parameters, *self.recurrence.inputs)
        wrts = (q if isinstance(q, MatrixSymbol) else q.at(self.index) for q in given)
        return (*(step.derivation for step in self.errors), *(self.jacobian(wrt) for wrt in wrts))

    def verify(self) -> dict[str, Any]:
        """The verdict on every derivation, by its left side and conditions."""
        return {
            str(Equation(d.start, d.start, d.where)).split(" = ")[0] + _behind(d.where): d.verify()
            for d in self.derivations()
        }

    def latex(self, notation: Any = "lecture") -> str:
        """The errors and the derivatives by parameters and inputs, immediate Jacobians by name."""
        named = (Equation(d.start, d.steps[0].after, d.where) for d in self.derivations())
        return late("latex", "statement_latex")(AllOf(tuple(named)), notation)

    def __str__(self) -> str:
        return "\n".join(str(Equation(d.start, d.steps[0].after, d.where)) for d in self.derivations())


def _behind(where: tuple[Relational, ...]) -> str:
    return f" for {', '.join(map(str, where))}" if where else ""


def _is_before(index: sp.Expr, first: sp.Expr | int) -> bool:
    """Tell whether an index lies before another one, by what is known of them."""
    return bool(sp.expand(first - index).is_positive)


def backward(recurrence: Recurrence, of: MatrixSymbol | None = None) -> Backward:
    """The backward pass for a total; by default for the only one.

    Raises:
        UnknownTermError: when there is not exactly one total, and as for :class:`Backward`.

    >>> from symrnn.cells import Elman
    >>> print(backward(Elman()).start[1].equation)
    d L/d h[T] = d L/d y[T]*d+ y[T]/d+ h[T]  for T >= 1
    """
    if of is None:
        if len(recurrence.totals) != 1:
            raise UnknownTermError(f"the {recurrence.name} has {len(recurrence.totals)} totals", advice="name one")
        of = next(iter(recurrence.totals))
    return Backward(recurrence, of)
