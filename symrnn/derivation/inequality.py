"""Statements about sizes: inequalities between norms, limits, and the hypotheses that they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.budget import refusing_depth
from symrnn.decimals import in_fractions
from symrnn.derivation.conditions import (
    EVERY_ONE_HOLDS,
    conditions,
    relations,
    require_numbers,
    require_satisfiable,
    several,
)
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, OfTerms, SlopeBound
from symrnn.errors import IndexRangeError, ParameterError, UnknownTermError
from symrnn.expr import Differential
from symrnn.expr.base import operand
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.expr.sizable import require_sizable
from symrnn.expr.units import in_units
from symrnn.symbols import require_name

NO_BOUNDS = (("at_most", sp.oo), ("at_least", -sp.oo))


@dataclass(frozen=True)
class BoundedSlope:
    """A hypothesis: ``at_least <= |φ'(z)| <= at_most`` for every z.

    Args:
        function: name of the activation.
        at_most, at_least: numbers or symbols; ``at_most=oo`` asks for nothing.
        increasing: whether φ' is nowhere below 0, besides; then it is meant without the bars.

    Raises:
        ParameterError: for an increasing function with an ``at_least`` that is not known to be >= 0: without the bars
            it would ask for less than both of them.

    >>> gamma = sp.Symbol("gamma", positive=True)
    >>> BoundedSlope("phi", gamma), BoundedSlope("phi", increasing=True)
    (|phi'(z)| <= gamma for every z, 0 <= phi'(z) for every z)
    """

    function: str
    at_most: sp.Expr = sp.oo
    at_least: sp.Expr = sp.S.Zero
    increasing: bool = False

    @refusing_depth()
    def __post_init__(self) -> None:
        require_name(self.function, "a function")
        for name in ("at_most", "at_least"):
            bound = operand(getattr(self, name))
            object.__setattr__(self, name, bound if (name, bound) in NO_BOUNDS else in_fractions(bound))
        if self.increasing and not self.at_least.is_nonnegative:
            raise ParameterError(
                f"the slope of an increasing function is at least 0, and {self.at_least} is not known to be >= 0",
                advice="leave at_least out, or use a number >= 0, such as a symbol that is declared nonnegative",
            )

    @property
    def bounds(self) -> tuple[sp.Expr, ...]:
        """The numbers in it."""
        return (self.at_most, self.at_least)

    def __str__(self) -> str:
        slope = f"{self.function}'(z)" if self.increasing else f"|{self.function}'(z)|"
        low = f"{self.at_least} <= " if self.increasing or self.at_least != 0 else ""
        high = f" <= {self.at_most}" if self.at_most is not sp.oo else ""
        return f"{low}{slope}{high} for every z"

    __repr__ = __str__


@dataclass(frozen=True)
class ForEvery:
    """A hypothesis: a relation between scalars, or an equation, holds for every value of an index with conditions.

    An index that is declared positive, or with another sign, becomes an integer with a condition that says so.

    Args:
        relation: between numbers, or an equation of matrices.
        index: an integer.
        where: conditions on it; one, or a tuple of several.

    Raises:
        UnknownTermError: for another relation, or an index that is not an integer symbol.
        IndexRangeError: when a condition is none, when one or the relation is never satisfied, or for an index that is
            declared as even, prime and the like.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Norm
    >>> s, eta = sp.Symbol("s", integer=True), sp.Symbol("eta", nonnegative=True)
    >>> ForEvery(Norm(Elman().h[s]) <= eta, s, (s >= 0,))
    ‖h[s]‖₂ <= eta for every s with s >= 0
    >>> ForEvery(Equation(Elman().x[s], sp.ZeroMatrix(Elman().m, 1)), s, (s >= 1,))
    x[s] = 0 for every s with s >= 1
    """

    relation: Relational | Equation
    index: sp.Symbol
    where: tuple[Relational, ...] = ()

    @refusing_depth()
    def __post_init__(self) -> None:
        advice = "state it of numbers, or as an Equation of matrices, and each of several in a ForEvery of its own"
        known = isinstance(self.relation, Relational | Equation)
        if not known and self.relation not in (sp.true, sp.false):
            raise UnknownTermError(f"{self.relation!r} is not a relation between numbers", advice=advice)
        require_satisfiable(self.relation, "hypothesis")
        if isinstance(self.relation, Relational):
            require_numbers(self.relation, "hypothesis")
        index = self.index
        if not (isinstance(index, sp.Symbol) and index.is_integer):
            raise UnknownTermError(f"{index!r} is not an index", advice='use one such as Symbol("s", integer=True)')
        plain = sp.Symbol(index.name, integer=True)
        stated = _declared(index, plain)
        rule = {index: plain}
        where = several(self.where)
        if isinstance(self.relation, Equation):
            require_plain(self.relation)
            where = (*self.relation.where, *where)
            object.__setattr__(self, "relation", Equation(*(side.xreplace(rule) for side in self.relation.sides)))
        else:
            object.__setattr__(self, "relation", in_units(in_fractions(self.relation)).xreplace(rule))
        object.__setattr__(self, "where", (*stated, *conditions(c.xreplace(rule) for c in conditions(where))))
        object.__setattr__(self, "index", plain)

    @property
    def sides(self) -> tuple[sp.Basic, ...]:
        """Both sides of the relation."""
        return (self.relation.lhs, self.relation.rhs)

    @property
    def is_equation(self) -> bool:
        """Whether it is an equation of matrices."""
        return isinstance(self.relation, Equation)

    def __str__(self) -> str:
        inside = f" with {', '.join(map(str, self.where))}" if self.where else ""
        return f"{self.relation} for every {self.index}{inside}"

    __repr__ = __str__


def _declared(index: sp.Symbol, plain: sp.Symbol) -> tuple[Relational, ...]:
    """The condition on an integer that says what the index is declared with, as far as that is its sign.

    Raises:
        IndexRangeError: for an index of which more is declared, such as that it is even.
    """
    if index.assumptions0 == plain.assumptions0:
        return ()
    for sign, condition in (
        ("positive", plain >= 1),
        ("nonnegative", plain >= 0),
        ("negative", plain <= -1),
        ("nonpositive", plain <= 0),
    ):
        if index.assumptions0 == sp.Symbol(index.name, integer=True, **{sign: True}).assumptions0:
            return (condition,)
    advice = f'use Symbol("{index.name}", integer=True), and say the rest in the relation, as with 2*{index.name}'
    raise IndexRangeError(f"the index {index} is declared with more than its sign", advice=advice)


Hypothesis: TypeAlias = Relational | Equation | BoundedSlope | ForEvery


@dataclass(frozen=True)
class Inequality(OfTerms):
    """``lhs <= rhs`` between real numbers, for all values of the free indices that satisfy the conditions.

    Args:
        lhs, rhs: scalars, with norms of terms in them.
        where: conditions on the free indices, such as ``t >= k``; one, or a tuple of several.
        given: what is assumed besides: relations between scalars, matrix equations such as ``Qᵀ Q = I``, bounds of a
            slope; one, or a tuple of several.

    Raises:
        UnknownTermError: when a side is not a scalar, or a hypothesis is none of these.
        IndexRangeError: when a condition is not an inequality or equation, or is never satisfied.
        ParameterError: when two hypotheses bound one slope from the same side.
        SymbolClashError: when one name stands for two things.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Norm, TotalJacobian
    >>> from symrnn.symbols import k, t
    >>> rnn, gamma = Elman(), sp.Symbol("gamma", positive=True)
    >>> jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
    >>> Inequality(Norm(jacobian), (gamma * Norm(rnn.W_hh)) ** k, (k >= 0, t >= k), (BoundedSlope("phi", gamma),))
    ‖d h[t]/d h[-k + t]‖₂ <= (gamma*‖W_hh‖₂)**k  for k >= 0, t >= k; |phi'(z)| <= gamma for every z
    """

    lhs: sp.Expr
    rhs: sp.Expr
    where: tuple[Relational, ...] = ()
    given: tuple[Hypothesis, ...] = ()

    @refusing_depth()
    def __post_init__(self) -> None:
        for name in ("lhs", "rhs"):
            object.__setattr__(self, name, _scalar(getattr(self, name)))
        object.__setattr__(self, "where", conditions(self.where))
        object.__setattr__(self, "given", hypotheses(self.given))
        require_sizable(self.spoken)
        require_one_meaning_per_name(self.spoken)

    @property
    def terms(self) -> tuple[sp.Basic, ...]:
        """Both sides and everything in the hypotheses."""
        return (self.lhs, self.rhs, *parts_of(self.given))

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the statement speaks of, conditions included."""
        return (self.lhs, self.rhs, *self.where, *spoken_by(self.given))

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """The free integer indices, in alphabetical order."""
        return indices_of((self.lhs, self.rhs, *self.where), self.sizes, self.given)

    def __repr__(self) -> str:
        return f"{self.lhs} <= {self.rhs}{_tail(self.where, self.given)}"


@dataclass(frozen=True)
class Limit(OfTerms):
    """``of → value`` as an index grows, uniformly in everything else that satisfies the conditions.

    Args:
        of: a scalar, at least 0, such as a norm.
        index: what grows.
        value: 0, or oo.
        where, given: as of :class:`Inequality`.

    Raises:
        UnknownTermError: for another value, a quantity that is not a scalar, or an index that is not an integer symbol.

    >>> from symrnn.expr import Norm, SpectralRadius
    >>> from symrnn.symbols import k, n
    >>> W = sp.MatrixSymbol("W", n, n)
    >>> Limit(Norm(W**k), k, sp.S.Zero, given=(SpectralRadius(W) < 1,))
    ‖W**k‖₂ -> 0 as k -> oo; ρ(W) < 1
    """

    of: sp.Expr
    index: sp.Symbol
    value: sp.Expr = sp.S.Zero
    where: tuple[Relational, ...] = ()
    given: tuple[Hypothesis, ...] = ()

    @refusing_depth()
    def __post_init__(self) -> None:
        object.__setattr__(self, "of", _scalar(self.of))
        object.__setattr__(self, "value", operand(self.value))
        object.__setattr__(self, "where", conditions(self.where))
        object.__setattr__(self, "given", hypotheses(self.given))
        if not (isinstance(self.index, sp.Symbol) and self.index.is_integer):
            raise UnknownTermError(f"{self.index!r} is not an index", advice='use Symbol("k", integer=True)')
        if self.value not in (sp.S.Zero, sp.oo):
            raise UnknownTermError(f"a limit of {self.value}", advice="state 0 or oo")
        require_sizable(self.spoken)
        require_one_meaning_per_name(self.spoken)

    @property
    def terms(self) -> tuple[sp.Basic, ...]:
        """What has the limit and everything in the hypotheses."""
        return (self.of, *parts_of(self.given))

    @property
    def spoken(self) -> tuple[sp.Basic, ...]:
        """Everything that the statement speaks of, conditions included."""
        return (self.of, self.index, *self.where, *spoken_by(self.given))

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """The free integer indices, in alphabetical order."""
        return indices_of((self.of, *self.where, self.index), self.sizes, self.given)

    def __repr__(self) -> str:
        return f"{self.of} -> {self.value} as {self.index} -> oo{_tail(self.where, self.given)}"


def parts_of(given: Iterable[Hypothesis]) -> tuple[sp.Basic, ...]:
    """The terms that hypotheses speak of."""
    parts: list[sp.Basic] = []
    for hypothesis in given:
        match hypothesis:
            case BoundedSlope():
                parts.extend(hypothesis.bounds)
            case ForEvery():
                parts.extend(hypothesis.sides)
            case _:
                parts.extend((hypothesis.lhs, hypothesis.rhs))
    return tuple(parts)


def spoken_by(given: Iterable[Hypothesis]) -> Iterator[sp.Basic]:
    """The terms of hypotheses and of their conditions, with an index that one of them binds made anonymous."""
    for hypothesis in given:
        if isinstance(hypothesis, ForEvery):
            anonymous = {hypothesis.index: sp.Dummy(hypothesis.index.name, integer=True)}
            yield from (part.xreplace(anonymous) for part in (*hypothesis.sides, *hypothesis.where))
        else:
            yield from parts_of((hypothesis,))
            yield from hypothesis.where if isinstance(hypothesis, Equation) else ()


def _scalar(value: Any) -> sp.Expr:
    found = in_units(in_fractions(operand(value)))
    if isinstance(found, MatrixExpr) or not isinstance(found, sp.Expr):
        raise UnknownTermError(f"{found} is not a scalar", advice="compare norms, or state an Equation of matrices")
    return found


def hypotheses(given: Any) -> tuple[Hypothesis, ...]:
    """Hypotheses as a tuple, without those that always hold.

    Raises:
        UnknownTermError: for anything but a hypothesis.
        IndexRangeError: for one that is never satisfied.
        ParameterError: for two bounds of one slope from one side.
    """
    found = tuple(h for h in relations(given) if not (isinstance(h, ForEvery) and h.relation == sp.true))
    for hypothesis in found:
        if not isinstance(hypothesis, Relational | Equation | BoundedSlope | ForEvery):
            advice = "assume relations between numbers, or an Equation, a BoundedSlope or a ForEvery"
            if isinstance(hypothesis, sp.Or):
                advice = EVERY_ONE_HOLDS
            raise UnknownTermError(f"{hypothesis!r} is not a hypothesis", advice=advice)
        if isinstance(hypothesis, Equation):
            require_plain(hypothesis)
    _require_one_bound(h for h in found if isinstance(h, BoundedSlope))
    return found


def require_plain(assumed: Equation) -> None:
    """Refuse an assumed equation that assumes something itself, or has differentials in it.

    Raises:
        UnknownTermError: naming the equation.
    """
    if assumed.given or assumed.varying or any(side.has(Differential) for side in assumed.sides):
        advice = "assume an equation between values; list what it assumes beside it"
        raise UnknownTermError(f"the hypothesis {assumed} is not a plain equation", advice=advice)


def equations_among(given: Any) -> tuple[tuple[Relational, ...], tuple[Equation | ForEvery, ...]]:
    """What an equation may assume: conditions on indices, and equations.

    Raises:
        UnknownTermError: for anything else.

    >>> K, T, W = sp.Symbol("K", integer=True), sp.Symbol("T", integer=True), sp.MatrixSymbol("W", 2, 2)
    >>> equations_among((sp.Eq(K, T - 1), Equation(W, sp.Identity(2))))
    ((Eq(K, T - 1),), (W = I,))
    """
    where, equations = list[Relational](), list[Equation | ForEvery]()
    for each in several(given):
        if isinstance(each, MatrixExpr):
            advice = "name what varies, as in varying=(W,); what is assumed comes first, as in given=(Equation(W, V),)"
            raise UnknownTermError(f"{each} is not an equation that could be assumed", advice=advice)
    for each in hypotheses(given):
        if isinstance(each, Equation) or (isinstance(each, ForEvery) and each.is_equation):
            equations.append(each)
        elif isinstance(each, Relational) and all(symbol.is_integer for symbol in each.free_symbols):
            where.append(each)
        else:
            advice = "assume equations, such as Equation(W, V) or a ForEvery of one; an Inequality assumes bounds, too"
            raise UnknownTermError(f"an Equation cannot assume {each}", advice=advice)
    return tuple(where), tuple(equations)


def _require_one_bound(slopes: Iterable[BoundedSlope]) -> None:
    """Refuse two bounds of one slope from the same side, of which only one would be used."""
    known: dict[tuple[str, str], sp.Expr] = {}
    for slope in slopes:
        sides = {"above": slope.at_most} if slope.at_most is not sp.oo else {}
        sides |= {"below": slope.at_least} if slope.at_least != 0 else {}
        for side, bound in sides.items():
            other = known.setdefault((slope.function, side), bound)
            if other != bound:
                raise ParameterError(
                    f"|{slope.function}'| is bounded from {side} twice, by {other} and by {bound}",
                    advice="keep the one that says more; where that is open, assume a relation between the two besides",
                )


def indices_of(
    terms: Iterable[sp.Basic], sizes: tuple[sp.Symbol, ...], given: Iterable[Hypothesis]
) -> tuple[sp.Symbol, ...]:
    """The free integer indices of terms and hypotheses but for sizes, in alphabetical order."""
    free = {s for term in terms for s in term.free_symbols}
    for hypothesis in given:  # a name may be bound in a hypothesis and free elsewhere
        bound = {hypothesis.index} if isinstance(hypothesis, ForEvery) else set()
        conditions = hypothesis.where if isinstance(hypothesis, ForEvery | Equation) else ()
        free |= {s for part in (*parts_of((hypothesis,)), *conditions) for s in part.free_symbols} - bound
    found = {s for s in free if isinstance(s, sp.Symbol) and s.is_integer} - set(sizes)
    return tuple(sorted(found, key=str))


def _tail(where: tuple[Relational, ...], given: tuple[Hypothesis, ...]) -> str:
    conditions = f"  for {', '.join(map(str, where))}" if where else ""
    hypotheses = f"; {'; '.join(map(str, given))}" if given else ""
    return conditions + hypotheses


Statement: TypeAlias = (
    Equation | Inequality | Limit | Coincide | SameDirection | AllOf | Maximum | SlopeBound | Definitions | Informal
)
"""Whatever can be claimed."""
