"""Checks at given sizes and times, and their verdicts: exact ones, tests modulo a prime, agreement to many digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, log2
from threading import get_ident
from typing import Any, TypeAlias

import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.activations import Activation
from symrnn.check.refuting.assumed import Assumed
from symrnn.check.refuting.instances import located
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.evaluate import (
    PRIME,
    Assignment,
    Degree,
    Degrees,
    Entries,
    Evaluator,
    Modulo,
    Reals,
    SymbolicAssignment,
    System,
    draw_fraction,
    draw_large,
)
from symrnn.evaluate.arrays import Array, filled
from symrnn.evaluate.assignment import Draw
from symrnn.expr import Element
from symrnn.expr.parts import parts_of
from symrnn.recurrence import Recurrence

Sizes: TypeAlias = Mapping[Any, int]
Indices: TypeAlias = Mapping[sp.Symbol, int]

MOST_EVALUATORS = 20
"""At how many numbers the values of a recurrence are kept: those at which one equation is tried, and some more."""

_EVALUATORS: dict[Any, Evaluator] = {}

AS_STATED = "the stated sizes and indices"
"""Where a statement is tried that leaves none of them open."""


@dataclass(frozen=True)
class IdentityTest:
    """Result of testing an identity modulo a prime.

    Args:
        agrees: whether both sides were equal in every trial.
        trials: number of independent draws.
        degree: bound on the degree of the polynomials that were compared.
        error: bound on the probability that a false identity passes.
    """

    agrees: bool
    trials: int
    degree: int
    error: float

    @property
    def evidence(self) -> str:
        """One sentence for a verdict."""
        return (
            f"equal modulo 2^61 - 1 in {self.trials} trials; a false identity of degree <= {self.degree} "
            f"passes with probability below 2^{round(log2(self.error))}"
        )


def identity_test(
    equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices, *, trials: int = 2, seed: int = 0
) -> IdentityTest:
    """Compare both sides modulo the prime 2**61 - 1 at random points.

    A generic φ is a table of random values: φ and φ' at distinct points are independent indeterminates. The bound on
    the error is that of Schwartz and Zippel, (degree / p) for each trial, with the chance that two arguments of φ meet
    added to it. Source: Schwartz (1980), J. ACM 27; Zippel (1979).

    Raises:
        EvaluationError: when a side has no value there.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Equation
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import n, t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> identity_test(step, rnn, {n: 3, rnn.m: 2}, {t: 4}).agrees
    True
    """
    bound = degree_bound(equation, recurrence, sizes, indices)
    tried = [_compared(equation, recurrence, sizes, indices, seed + trial) for trial in range(trials)]
    points = max((points for _, points in tried), default=0)
    degree = max(bound, 1) * (1 + points * (points - 1) // 2)
    return IdentityTest(all(agrees for agrees, _ in tried), trials, bound, (degree / PRIME) ** trials)


def agrees_modulo(
    equation: Equation,
    recurrence: Recurrence,
    sizes: Sizes,
    indices: Indices,
    seed: int,
    given: Mapping[Any, Any] | None = None,
    draw: Draw = draw_large,
) -> bool:
    """Whether both sides are equal modulo the prime at one random point; nothing is said of the error.

    Args:
        equation: what to compare.
        recurrence: what its names mean.
        sizes: numbers of units.
        indices: values of the free indices.
        seed: what the point follows from.
        given: matrices that are not drawn.
        draw: how an entry of the others is drawn.

    Raises:
        EvaluationError: when a side has no value there.
        OutsideHypothesesError: when an equation that is assumed does not hold there.
    """
    if given or equation.given or draw is not draw_large or not _speaks_of_its_own(equation, recurrence):
        return _compared(equation, recurrence, sizes, indices, seed, given, draw)[0]
    evaluator = _shared(equation, recurrence, sizes, indices, seed)
    return bool((evaluator.value(equation.lhs) == evaluator.value(equation.rhs)).all())


def _speaks_of_its_own(equation: Equation, recurrence: Recurrence) -> bool:
    """Whether all matrices and numbers are those of the recurrence, but for indices and sizes.

    Others may have one name, and another shape or another sign in the next equation.
    """
    sides = (equation.lhs, equation.rhs)
    named = {part.name for side in sides for part in parts_of(side, MatrixSymbol, Element)}
    numbers = {symbol for side in sides for symbol in parts_of(side, sp.Symbol) if not symbol.is_integer}
    own = {each for body in recurrence.graph.right_sides for each in parts_of(body, sp.Symbol)} if numbers else set()
    return named <= recurrence.graph.quantities.keys() and numbers <= own


def _shared(equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices, seed: int) -> Evaluator:
    """What finds values for equations about one recurrence at the same numbers, drawn from the same seed.

    The parameters of a network, and the parts of a statement, are tried at the same states and Jacobians; none of these
    depends on the equation, but for the quantities that vary freely in it. A recurrence is told by its identity: it
    cannot change, and is held with what is known of it. Each thread has its own, since what is known grows.
    """
    at = frozenset(sizes.items()), frozenset(indices.items())
    key = id(recurrence), *at, seed, tuple(equation.varying), get_ident()
    found = _EVALUATORS.pop(key, None) or _evaluator(
        equation, recurrence, Modulo(seed), Assignment(sizes, indices, {}, seed=seed, draw=draw_large)
    )
    _EVALUATORS[key] = found  # the last that was asked for
    while len(_EVALUATORS) > MOST_EVALUATORS:
        _EVALUATORS.pop(next(iter(_EVALUATORS)), None)
    return found


def _evaluator(
    equation: Equation,
    recurrence: Recurrence,
    system: System,
    assignment: Assignment,
    function: Activation | None = None,
) -> Evaluator:
    """What finds the values of both sides, where the equations that are assumed hold.

    Raises:
        OutsideHypothesesError: when one of them does not.
    """
    assumed = Assumed(equation.given, recurrence)
    assignment.meant = assumed.value
    evaluator = Evaluator(system, assignment, recurrence, function, equation.varying)
    assumed.require(evaluator)
    return evaluator


def _compared(
    equation: Equation,
    recurrence: Recurrence,
    sizes: Sizes,
    indices: Indices,
    seed: int,
    given: Mapping[Any, Any] | None = None,
    draw: Draw = draw_large,
) -> tuple[bool, int]:
    """Whether both sides are equal at one random point, and at how many points functions were drawn on the way."""
    system = Modulo(seed)
    assignment = Assignment(sizes, indices, given or {}, seed=seed, draw=draw)
    evaluator = _evaluator(equation, recurrence, system, assignment)
    left, right = evaluator.value(equation.lhs), evaluator.value(equation.rhs)
    return bool((left == right).all()), len(system.points)


@dataclass
class _Indeterminates(Assignment):
    """An assignment in which every drawn entry is one indeterminate."""

    def matrix(self, name: str, index: int | None, rows: int, cols: int, system: System) -> Array:
        return filled(rows, cols, lambda i, j: Degree(1))


def degree_bound(equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices) -> int:
    """A bound on the degrees of both sides and of whatever a drawn function is applied to, as polynomials.

    The indeterminates are the entries of the given matrices and the values of φ and φ' at each point.
    """
    system = Degrees()
    evaluator = _evaluator(equation, recurrence, system, _Indeterminates(sizes, indices))
    sides = (evaluator.value(equation.lhs), evaluator.value(equation.rhs))
    found = max(system.largest_argument, *(int(entry.bound) for side in sides for entry in side.ravel()))
    return found * (1 + system.inverses)


@dataclass(frozen=True)
class Agreement:
    """Agreement of two sides to a number of digits, relative to the largest entry; infinite where they are equal."""

    digits: float
    asked: int

    @property
    def agrees(self) -> bool:
        """True when at least the digits asked for agree."""
        return self.digits >= self.asked


def agreement(
    equation: Equation,
    recurrence: Recurrence,
    sizes: Sizes,
    indices: Indices,
    *,
    digits: int = 50,
    seed: int = 0,
    given: Mapping[Any, Any] | None = None,
    function: Activation | None = None,
) -> Agreement:
    """Compare both sides in floating-point numbers of many digits.

    Args:
        equation: what to compare.
        recurrence: what its names mean.
        sizes: numbers of units.
        indices: values of the free indices.
        digits: decimal digits asked for, relative to the largest entry of the left side.
        seed: what the drawn matrices follow from.
        given: matrices not to be drawn, by name or (name, index).
        function: what takes the place of a generic activation.

    Raises:
        EvaluationError: when a side has no value there.
        LimitError: for too many digits.
    """
    system = Reals(digits)
    assignment = Assignment(sizes, indices, given or {}, seed=seed, draw=draw_fraction)
    evaluator = _evaluator(equation, recurrence, system, assignment, function)
    left, right = evaluator.value(equation.lhs), evaluator.value(equation.rhs)
    with system.precision():
        scale = max(abs(entry) for entry in left.ravel())
        gap = max(abs(a - b) for a, b in zip(left.ravel(), right.ravel(), strict=True))
        if gap == 0:
            return Agreement(inf, digits)
        if scale == 0:
            return Agreement(0.0, digits)
        return Agreement(float(-system.context.log10(gap / scale)), digits)


def equal_at(equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices) -> bool:
    """Whether both sides are equal as symbolic expressions at given sizes and times, with every entry a symbol.

    Exact: entries are expanded, with φ and its derivatives at each argument as independent functions.

    Raises:
        EvaluationError: when a side has no value there.
    """
    evaluator = _evaluator(equation, recurrence, Entries(), SymbolicAssignment(sizes, indices))
    left, right = evaluator.value(equation.lhs), evaluator.value(equation.rhs)
    return all(sp.expand(a - b) == 0 for a, b in zip(left.ravel(), right.ravel(), strict=True))


# -- verdicts ----------------------------------------------------------------------------------------------------------


def prove_at(equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices) -> Verdict:
    """Check an equation at given sizes and indices, every entry a symbol: PROVED_AT or UNDECIDED.

    Both sides are written out entry by entry and expanded, φ and its derivatives at each argument taken as unknown
    functions. Expressions grow fast: keep sizes and times below about 3 and 4.

    Args:
        equation: what to check.
        recurrence: what its names mean.
        sizes: numbers of units, such as ``{n: 2}``.
        indices: values of the free indices, such as ``{t: 2}``.

    Raises:
        EvaluationError: when a side has no value there.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import n, m, t
    >>> rnn = Elman("tanh")
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.W_hh).equation
    >>> print(prove_at(closed, rnn, {n: 2, m: 1}, {t: 2}))
    PROVED_AT: every entry, as an expression, at n = 2, m = 1, t = 2
    """
    where = located(sizes, indices) or AS_STATED
    if equal_at(equation, recurrence, sizes, indices):
        return Verdict(Kind.PROVED_AT, f"every entry, as an expression, at {where}")
    return Verdict(Kind.UNDECIDED, "", reason=f"entries differ after expansion at {where}; another form may agree")


def agrees_at(
    equation: Equation, recurrence: Recurrence, sizes: Sizes, indices: Indices, *, digits: int = 50, seed: int = 0
) -> Verdict:
    """Compare both sides in numbers of many digits at one random point: AGREES or UNDECIDED.

    Args:
        equation: what to check.
        recurrence: what its names mean; its activation must be a named one.
        sizes: numbers of units.
        indices: values of the free indices.
        digits: decimal digits asked for, relative to the largest entry.
        seed: what the drawn matrices follow from.

    Raises:
        EvaluationError: when a side has no value there.
        LimitError: for too many digits.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import n, m, t
    >>> rnn = Elman("softplus")
    >>> closed = rnn.derive(rnn.h[t], wrt=rnn.W_hh).equation
    >>> print(agrees_at(closed, rnn, {n: 2, m: 1}, {t: 4}, digits=100))
    AGREES: to 100 digits at n = 2, m = 1, t = 4 (seed 0)
    """
    found = agreement(equation, recurrence, sizes, indices, digits=digits, seed=seed)
    where = located(sizes, indices) or AS_STATED
    if found.agrees:
        return Verdict(Kind.AGREES, f"to {digits} digits at {where} (seed {seed})")
    reason = f"the sides agree to {found.digits:.1f} of {digits} digits at {where} (seed {seed})"
    return Verdict(Kind.UNDECIDED, "", reason=reason)
