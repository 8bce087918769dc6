"""Is what the kernel accepted of norms what was asked? The way back, from the kernel's numbers to SymPy's. Trusted.

Matrices are read as those of equations; a number is read node by node. Nothing is shared with the way there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import Activation, z
from symrnn.certify.asked import (
    BOUND,
    EVERY,
    Names,
    Words,
    bases,
    conditions_of,
    covers,
    entry_of,
    require_assumed,
    require_conditions,
    require_divisors,
    require_inverses,
    sides_of,
    standard,
    words_of,
)
from symrnn.certify.errors import NotAskedError
from symrnn.certify.slope_asked import ValueBound, of_slope
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.derivation.statement import Equation, SlopeBound
from symrnn.errors import ProofError
from symrnn.expr import Apply, Measure, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.expr.meanings import require_one_meaning_per_name
from symrnn.kernel.lemmas import LE, LT, TO_INFINITY, TO_ZERO
from symrnn.kernel.norms import Assumed, NormReplay, Slope
from symrnn.kernel.scalars import Scalar, parts
from symrnn.recurrence import Recurrence

NODES: Mapping[str, Callable[..., sp.Expr]] = {
    "rational": lambda c: sp.Rational(c.numerator, c.denominator),
    "number": lambda form: form,
    "norm": lambda kind, of: Norm(of, kind),
    "least": SmallestSingularValue,
    "radius": SpectralRadius,
    "smallest": SmallestEntry,
    "abs": sp.Abs,
    "max": sp.Max,
    "plus": sp.Add,
    "times": sp.Mul,
    "power": sp.Pow,
    "over": lambda x: sp.Pow(x, -1),
}
"""The numbers for the kernel's, from their parts."""

SIGNS: Mapping[str, Callable[[sp.Symbol], bool | None]] = {
    "real": lambda x: x.is_real,
    "nonnegative": lambda x: x.is_nonnegative,
    "positive": lambda x: x.is_positive,
}
"""What has to be known of a symbol for what is said of it."""

Related: TypeAlias = tuple[Any, str, Any]


class NumberWords:
    """Numbers of a certificate in SymPy's words.

    Args:
        words: the way back of matrices.
    """

    def __init__(self, words: Words) -> None:
        self.words = words

    def number(self, s: Scalar, names: Names | None = None) -> sp.Expr:
        """A number, node by node; ``names`` are those of bound indices."""
        names = names or {}
        if s[0] == "total":
            _, name, low, high, body = s
            own = sp.Dummy(name, integer=True)
            bounds = (self.words.index(low, names), self.words.index(high, names))
            return sp.Sum(self.number(body, {**names, name: own}), (own, *bounds))
        if s[0] == "real":
            return self._symbol(s[1])
        if s[0] == "over":
            self.words.inverted |= bases(standard_number(self.number(s[1], names)))
        return NODES[s[0]](*(self._part(sort, part, names) for sort, part in parts(s)))

    def _part(self, sort: str, part: Any, names: Names) -> Any:
        match sort:
            case "scalar":
                return self.number(part, names)
            case "term":
                return self.words.term(part, names)
            case "index":
                return self.words.index(part, names)
        return part

    def _symbol(self, name: str) -> sp.Symbol:
        found = self.words.symbols.get(name)
        if not isinstance(found, sp.Symbol) or found.is_integer:
            raise NotAskedError(f"nobody spoke of the number {name}")
        return found

    def require_sign(self, name: str, sign: str) -> None:
        """Refuse what is said of a named number, unless its symbol says so."""
        if not SIGNS[sign](self._symbol(name)):
            raise NotAskedError(f"{name} need not be {sign}")

    def related(self, left: Scalar, relation: str, right: Scalar, names: Names) -> Related:
        """Two numbers as they are compared."""
        return standard_number(self.number(left, names)), relation, standard_number(self.number(right, names))


def standard_number(s: sp.Basic) -> Any:
    """A number as it is compared: matrices as those of equations, bound indices by names of our own, √n is ‖I‖_F."""
    if isinstance(s, Norm | SmallestEntry) and s.of.shape == (1, 1):
        entry = entry_of(standard(s.of))
        return sp.Abs(entry) if isinstance(s, Norm) else entry
    if isinstance(s, Measure | MatrixElement):
        return standard(s)
    if isinstance(s, sp.Sum):
        found = standard_number(s.function)
        for variable, low, high in s.limits:
            own = next((each for each in BOUND if each not in found.atoms(sp.Dummy)), None)
            if own is None:
                raise NotAskedError(f"more than {len(BOUND)} sums stand in each other")
            found = sp.Sum(found.xreplace({variable: own}), (own, sp.expand(low), sp.expand(high)))
        return found
    if isinstance(s, sp.Pow) and s.exp == sp.S.Half and s.base.is_Symbol and s.base.is_integer and s.base.is_positive:
        return Norm(sp.Identity(s.base), "F")
    if isinstance(s, sp.Symbol) and not s.is_integer and not s.is_real:
        raise NotAskedError(f"{s} need not be real")
    return s.func(*map(standard_number, s.args)) if s.args else s


def require_asked_of_norms(
    read: NormReplay, statement: Inequality | Limit, recurrence: Recurrence | None
) -> NumberWords:
    """Refuse a certificate that says anything but an inequality or a limit.

    Args:
        read: what the kernel accepted, read to its end.
        statement: what was asked.
        recurrence: what its names mean.

    Returns:
        The way back for its numbers.

    Raises:
        NotAskedError: naming what differs.
        SymbolClashError: for a number with the name of a matrix: what is known of its sign would be so of the matrix.
    """
    proved = read.found
    if proved is None:
        raise NotAskedError("nothing was proved")
    require_one_meaning_per_name((*(() if recurrence is None else recurrence.spoken), *statement.spoken))
    compared: tuple[Any, str, Any]
    if isinstance(statement, Limit):
        sides, also = [standard_number(statement.of)], [statement.index]
        compared = (sides[0], TO_ZERO if statement.value == 0 else TO_INFINITY, statement.index)
    else:
        sides, also = [standard_number(statement.lhs), standard_number(statement.rhs)], []
        compared = (sides[0], LE, sides[1])
    if isinstance(statement, Limit):  # of an index it says that it tends to its limit whatever the index is
        for root in statement.of.atoms(sp.Pow):
            if root.exp == sp.S.Half and root.base in statement.indices:
                raise NotAskedError(f"{root} is a number of its own for each {root.base}")
    terms = [*sides, *(each for hypothesis in statement.given for each in _terms(hypothesis))]
    where = [*statement.where, *(c for h in statement.given for c in conditions_of(h))]
    words = words_of(read.of_system(), terms, where, recurrence)
    back = NumberWords(words)
    for name, sign in read.reals.items():
        back.require_sign(name, sign)
    said = back.related(proved.left, proved.relation, proved.right, {})
    if said != compared:
        raise NotAskedError(f"{compared} has become {said}")
    require_divisors(terms, statement.where)
    require_conditions(words, proved.facts, statement.where, terms, also)
    _require_given(read, back, statement.given, recurrence)
    require_inverses(words, terms, where)
    return back


def _terms(hypothesis: Hypothesis) -> Iterator[Any]:
    match hypothesis:
        case BoundedSlope():
            yield from (standard_number(bound) for bound in hypothesis.bounds if bound is not sp.oo)
        case ForEvery() if not hypothesis.is_equation:
            at = {hypothesis.index: EVERY}
            yield from (standard_number(side.xreplace(at)) for side in hypothesis.sides)
        case ForEvery() | Equation():
            yield from sides_of(hypothesis)
        case _:
            yield from map(standard_number, hypothesis.args)


# -- hypotheses --------------------------------------------------------------------------------------------------------


def _require_given(
    read: NormReplay, back: NumberWords, given: tuple[Hypothesis, ...], recurrence: Recurrence | None
) -> None:
    """Refuse what is assumed and was not asked; to assume less is to say more."""
    for assumed in read.assumed:
        if not any(_is_relation(assumed, back, hypothesis) for hypothesis in given):
            raise NotAskedError("a relation is assumed that was not asked")
    require_assumed(back.words, read.equations, given)
    for slope in read.slopes:
        low, high = (None if end is None else standard_number(back.number(end)) for end in (slope.low, slope.high))
        ends = low, high
        if not any(isinstance(h, BoundedSlope) and _is_slope(slope, ends, h) for h in given):
            _require_proved_range(slope, ends, recurrence)


def _is_relation(assumed: Assumed, back: NumberWords, hypothesis: Hypothesis) -> bool:
    """Whether a relation is a hypothesis, under all the conditions of this, or more."""
    relation = hypothesis
    if isinstance(hypothesis, ForEvery) and isinstance(hypothesis.relation, Relational):
        relation = hypothesis.relation.func(*_terms(hypothesis), evaluate=False)
    if not isinstance(relation, Relational) or len(assumed.names) != isinstance(hypothesis, ForEvery):
        return False
    names = dict.fromkeys(assumed.names, EVERY)
    said = back.related(assumed.left, assumed.relation, assumed.right, names)
    return said in _related(relation) and covers(assumed.facts, names, back.words, hypothesis)


def _related(relation: Relational) -> list[Related]:
    left, right = map(standard_number, relation.args)
    match relation:
        case sp.Lt():
            return [(left, LT, right)]
        case sp.Le():
            return [(left, LE, right)]
        case sp.Gt():
            return [(right, LT, left)]
        case sp.Ge():
            return [(right, LE, left)]
        case sp.Eq():
            return [(left, LE, right), (right, LE, left)]
    return []


def _is_slope(slope: Slope, ends: tuple[Any, Any], hypothesis: BoundedSlope) -> bool:
    if (slope.function, slope.order) != (hypothesis.function, 1):
        return False
    if slope.signed:
        return hypothesis.increasing and ends == (0, None)
    least, most = hypothesis.at_least, hypothesis.at_most
    asked = (standard_number(least), None if most is sp.oo else standard_number(most))
    return all(end is None or end == wanted for end, wanted in zip(ends, asked, strict=True))


def _require_proved_range(slope: Slope, ends: tuple[Any, Any], recurrence: Recurrence | None) -> None:
    """Refuse bounds of a function that nobody asked, unless they are those of an activation with a formula."""
    known = {} if recurrence is None else (proved_signs if slope.signed else proved_ranges)(recurrence)
    least, most = known.get((slope.function, slope.order), (None, None))
    if least is None or any(end is not None and end != own for end, own in zip(ends, (least, most), strict=True)):
        what = f"the slope of {slope.function}" if slope.order else slope.function
        raise NotAskedError(f"{what} is bounded, which was not asked")


Ranges: TypeAlias = dict[tuple[str, int], tuple[sp.Expr, sp.Expr | None]]
"""Ends by the name of an activation and the order of its derivative; None where there is no such end."""


def proved_ranges(recurrence: Recurrence) -> Ranges:
    """Rational numbers between which the magnitudes of activations and slopes with a formula lie, by certificates.

    Of an activation itself, order 0, one bound is looked for: 1.

    >>> from symrnn.cells import Elman
    >>> proved_ranges(Elman("tanh")), proved_ranges(Elman())
    ({('tanh', 1): (0, 1), ('tanh', 0): (0, 1)}, {})
    """
    found: Ranges = {}
    for name, known in _with_formulas(recurrence):
        low, high = known.bounds.lower.extreme.value, known.bounds.upper.extreme.value
        least, most = sp.Max(low, -high, 0), sp.Max(abs(low), abs(high))
        if least.is_Rational and most.is_Rational and _are_certified(known, 1, ("abs<=", most), ("abs>=", least)):
            found[name, 1] = (least, most)
        if _is_so_at_points(known, lambda value: abs(value) <= 1) and _are_certified(known, 0, ("abs<=", sp.S.One)):
            found[name, 0] = (sp.S.Zero, sp.S.One)
    return found


def proved_signs(recurrence: Recurrence) -> Ranges:
    """The activations and slopes with a formula that are nowhere below 0, by certificates.

    >>> from symrnn.cells import Elman
    >>> proved_signs(Elman("tanh")), proved_signs(Elman("sigmoid"))
    ({('tanh', 1): (0, None)}, {('sigmoid', 1): (0, None), ('sigmoid', 0): (0, None)})
    """
    found: Ranges = {}
    for name, known in _with_formulas(recurrence):
        for order in (1, 0):
            may_be = order or _is_so_at_points(known, lambda value: value >= 0)
            if may_be and _are_certified(known, order, (">=", sp.S.Zero)):
                found[name, order] = (sp.S.Zero, None)
    return found


def _with_formulas(recurrence: Recurrence) -> Iterator[tuple[str, Activation]]:
    """The activations of a recurrence of which something is known, with the names that they have there."""
    for name in sorted({a.function for body in recurrence.graph.right_sides for a in body.atoms(Apply)}):
        known = recurrence.activation(name)
        if not known.is_generic:
            yield name, known


def _is_so_at_points(phi: Activation, holds: Callable[[sp.Expr], Any]) -> bool:
    """Whether something holds of all values at some points, so that a proof may be looked for."""
    formula = phi.formula
    if formula is None or formula.free_symbols - {z}:
        return False
    values = [sp.N(formula.subs(z, at)) for at in (-50, -1, 0, 1, 50)]
    return all(value.is_comparable and holds(value) for value in values)


@lru_cache(maxsize=64)
def _are_certified(phi: Activation, order: int, *bounds: tuple[str, sp.Expr]) -> bool:
    """Whether there are certificates of all of some bounds of a function or of its slope."""
    try:
        for relation, bound in bounds:
            of_slope(SlopeBound(phi, relation, bound) if order else ValueBound(phi, relation, bound))
    except (ProofError, NotAskedError):
        return False
    return True
